// Package store keeps everything the desk knows, in one bbolt file and the raw mails beside it.
//
// It guarantees that a transaction is recorded whole or not at all; that a raw mail is on disk before a ledger row
// names it; that a snapshot equals the fold of its events, and every index what the snapshots say (Check proves both);
// and that a value damaged on disk is noticed, never served.
//
// On disk, in the data directory:
//
//	state.db      the ledger, events, snapshots, indexes, due times, the outbox, texts (see buckets.go)
//	raw/N.mails   raw mails in and out, appended to by one process, up to 256 MiB, and never changed after, but that
//	              mails are written over that somebody wanted removed (see wipe.go)
//	lock          held by the process that has the state open
//	restoring     there while a restore is not finished
//	state.db.schema-N, state.db.before-repair
//	              the state as it was before it was migrated or repaired; nothing reads them
//
// Backups are described in archive.go.
//
// It knows buckets, keys and encodings, and nothing outside it does. It must not decide: which event follows, what is
// due and what is said comes from intake and agenda.
package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"triaged/internal/request"
)

// Errors of Open. Each says what to do.
var (
	// ErrInUse is returned when another process has the state open.
	ErrInUse = errors.New("the data directory is in use by another triaged")
	// ErrDamaged is returned when the state file cannot be trusted.
	ErrDamaged = errors.New("the state file is damaged")
	// ErrRawDamaged is returned for a raw mail whose bytes are not those that were kept.
	ErrRawDamaged = errors.New("the raw mail is not what was written")
	// ErrNewer is returned for a state file written by a newer version.
	ErrNewer = errors.New("the state file was written by a newer triaged")
	// ErrMissing is returned by a read-only Open where there is no state yet.
	ErrMissing = errors.New("there is no state file yet")

	errNoSpace = syscall.ENOSPC
)

// Due is something that will have to be done about a request at a time: what agenda derives from a snapshot.
type Due struct {
	At   time.Time
	What string // names the rule; at most 40 bytes
}

// Derived is what follows from a snapshot under the present policy. It is kept in indexes.
type Derived struct {
	Rank request.Rank
	Due  []Due
}

// Options say how a store is opened.
type Options struct {
	Dir      string
	ReadOnly bool // for looking at the state of a stopped daemon; nothing but the lock is created
	// Derive gives what the indexes hold of a snapshot. It must be pure.
	Derive func(request.Request) Derived
	// Policy identifies the policy under which Derive works. When it is not the one the indexes were made under, Open
	// makes them anew.
	Policy string
	// MessageID makes the Message-ID of an outgoing mail from its number in the outbox.
	MessageID func(id uint64, entry Entry) string
	// Point is told of each step after which a crash would leave something different on disk. It is for tests; nil else.
	Point func(name string)
	// Wait is how long to wait for another process to let go of the state; 0 means not at all.
	Wait time.Duration

	disk rawDisk // where raw mails are written; tests of power cuts have their own
}

// Store is the desk's memory. Its methods may be called from several goroutines; one transaction writes at a time.
type Store struct {
	options Options
	db      *bolt.DB
	raw     *rawLog
	lock    *os.File
	wiping  sync.Mutex
	broken  atomic.Bool // bbolt failed in the middle of its own work

	// derive is Options.Derive, or what Adopt put in its place. adopting is held while it changes; a transaction that
	// begins takes the one that its state was indexed by.
	adopting sync.RWMutex
	derive   func(request.Request) Derived
}

const (
	stateFile = "state.db"
	rawDir    = "raw"
)

// Open opens the store in a data directory, making it where it is missing. It migrates an older state and refuses a
// newer one.
func Open(o Options) (*Store, error) {
	if o.Point == nil {
		o.Point = func(string) {}
	}
	if o.disk == nil {
		o.disk = disk{}
	}
	if o.Derive == nil {
		return nil, errors.New("store: no Derive given")
	}
	s := &Store{options: o, derive: o.Derive}
	if err := s.open(); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *Store) open() error {
	path := filepath.Join(s.options.Dir, stateFile)
	_, err := os.Stat(path)
	fresh := errors.Is(err, fs.ErrNotExist)
	switch {
	case fresh && s.options.ReadOnly:
		return fmt.Errorf("%w in %s: start the daemon once, or name the right data_dir", ErrMissing, s.options.Dir)
	case fresh:
		if err := makeDir(s.options.Dir); err != nil {
			return fmt.Errorf("cannot make the data directory: %w", err)
		}
	}
	if s.lock, err = lockDir(s.options.Dir, s.options.Wait); err != nil {
		return err
	}
	if err := restored(s.options.Dir); err != nil {
		return err
	}
	if fresh {
		if err := s.create(path); err != nil {
			return err
		}
	}
	if s.db, err = openState(path, s.options.ReadOnly); err != nil {
		return err
	}
	if s.raw, err = openRaw(filepath.Join(s.options.Dir, rawDir), s.options.ReadOnly, s.options.disk); err != nil {
		return err
	}
	if s.options.ReadOnly {
		return s.View(func(tx *Tx) error { return tx.schemaKnown() })
	}
	if err := s.prepare(); err != nil {
		return err
	}
	return s.finishWiping()
}

// create makes the first state file. It gets its name when it is whole, so that a state file that is empty or cut short
// is known for a damaged one, whatever the machine died of.
func (s *Store) create(path string) error {
	kept, err := rawFiles(filepath.Join(s.options.Dir, rawDir))
	if err == nil && len(kept) > 0 {
		return fmt.Errorf("%w: %s is gone although raw mails are here: %s, or move %s away to begin anew",
			ErrDamaged, path, wayBack, filepath.Join(s.options.Dir, rawDir))
	}
	unfinished := path + ".new"
	if err := os.Remove(unfinished); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("cannot make the state file: %w", err)
	}
	db, err := bolt.Open(unfinished, 0o600, nil)
	if err == nil {
		err = errors.Join(db.Update(makeBuckets), db.Close())
	}
	if err == nil {
		err = os.Rename(unfinished, path)
	}
	if err == nil {
		err = syncDir(s.options.Dir)
	}
	if err != nil {
		return fmt.Errorf("cannot make the state file: %w", err)
	}
	return nil
}

// makeDir makes a directory for the owner alone, and its name durable.
func makeDir(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return syncDir(filepath.Dir(filepath.Clean(dir)))
}

// mapped is how much address space the state file gets at first. With less, growing would wait for every reader to
// end, and a reader may be a person looking at a long list.
const mapped = 1 << 32 * (strconv.IntSize / 64)

// openState opens the bbolt file. bbolt panics on some damaged files, and recurses without end in others; both become
// errors that name the way back.
func openState(path string, readOnly bool) (db *bolt.DB, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = damaged(fmt.Sprintf("%s: %v", path, r))
		}
	}()
	if err := plausible(path); err != nil {
		return nil, err
	}
	db, err = bolt.Open(path, 0o600, &bolt.Options{
		Timeout: time.Second, FreelistType: bolt.FreelistMapType, ReadOnly: readOnly, PreLoadFreelist: !readOnly,
		InitialMmapSize: mapped, NoStatistics: true,
	})
	switch {
	case err == nil:
		return db, nil
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("cannot open the state file: %w: run as the user who owns it", err)
	case errors.Is(err, bolterrors.ErrTimeout):
		return nil, fmt.Errorf("%w (%s)", ErrInUse, path)
	case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrChecksum), errors.Is(err, bolterrors.ErrVersionMismatch):
		return nil, damaged(fmt.Sprintf("%s: %v", path, err))
	}
	return nil, fmt.Errorf("cannot open the state file: %w", err)
}

// plausible refuses what bbolt would take for a new database, an empty file, or die of.
func plausible(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return nil // bbolt's own error says more
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("cannot open the state file: %w", err)
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("cannot open the state file: %s is not a file", path)
	}
	if err := soundAbove(f, info.Size()); err != nil {
		return damaged(fmt.Sprintf("%s: %v", path, err))
	}
	return nil
}

// Close lets go of the state. It waits for transactions under way.
func (s *Store) Close() error {
	var all []error
	if s.db != nil && !s.broken.Load() {
		all = append(all, s.db.Close())
	}
	if s.raw != nil {
		all = append(all, s.raw.close())
	}
	if s.lock != nil {
		all = append(all, s.lock.Close())
	}
	return errors.Join(all...)
}

// ReadOnly tells whether the store was opened for looking only.
func (s *Store) ReadOnly() bool { return s.options.ReadOnly }
