// Package store keeps everything the desk knows, in one bbolt file and the raw mails beside it.
//
// It guarantees that a transaction is recorded whole or not at all; that a raw mail is on disk before a ledger row
// names it; that a snapshot equals the fold of its events, and every index what the snapshots say (Check proves both);
// and that a value damaged on disk is noticed, never served.
//
// On disk, in the data directory:
//
//	state.db      the ledger, events, snapshots, indexes, due times, the outbox, texts (see buckets below)
//	raw/N.mails   raw mails in and out, appended to; a file is closed at 256 MiB and never changed after
//	lock          held by the process that has the state open
//
// It knows buckets, keys and encodings, and nothing outside it does. It must not decide: which event follows, what is
// due and what is said comes from intake and agenda.
package store

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"

	"triaged/internal/request"
)

// Errors of Open. Each says what to do.
var (
	// ErrInUse is returned when another process has the state open.
	ErrInUse = errors.New("the data directory is in use by another triaged")
	// ErrDamaged is returned when the state file cannot be trusted.
	ErrDamaged = errors.New("the state file is damaged")
	// ErrNewer is returned for a state file written by a newer version.
	ErrNewer = errors.New("the state file was written by a newer triaged")
	// ErrMissing is returned by a read-only Open where there is no state yet.
	ErrMissing = errors.New("there is no state file yet")
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
	ReadOnly bool // for looking at the state of a stopped daemon; nothing is created
	// Derive gives what the indexes hold of a snapshot. It must be pure.
	Derive func(request.Request) Derived
	// Policy identifies the policy under which Derive works. When it is not the one the indexes were made under, Open
	// makes them anew.
	Policy string
	// Message makes the Message-ID of an outgoing mail from its number in the outbox.
	MessageID func(id uint64, entry Entry) string
	// Point is told of each step after which a crash would leave something different on disk. It is for tests; nil else.
	Point func(name string)
	// Wait is how long to wait for another process to let go of the state; 0 means not at all.
	Wait time.Duration
}

// Store is the desk's memory. Its methods may be called from several goroutines; one transaction writes at a time.
type Store struct {
	options Options
	db      *bolt.DB
	raw     *rawLog
	lock    *os.File
}

// The buckets. Keys are big-endian so that their order is the order of numbers and times.
var (
	bucketMeta      = []byte("meta")       // name -> value: schema, instance, policy, keys
	bucketLedger    = []byte("ledger")     // ledger number -> Row
	bucketByUID     = []byte("by-uid")     // mailbox 0 folder 0 UIDVALIDITY UID -> ledger number
	bucketByID      = []byte("by-id")      // hash of Message-ID, ledger number -> nothing
	bucketByContent = []byte("by-content") // fingerprint's first half, ledger number -> nothing; only for mails without Message-ID
	bucketThreads   = []byte("threads")    // hash of Message-ID -> request number
	bucketRequests  = []byte("requests")   // request number -> snapshot
	bucketEvents    = []byte("events")     // request number, event number -> Event
	bucketMails     = []byte("mails")      // request number, 0 in 1 out, ledger or outbox number -> nothing
	bucketTexts     = []byte("texts")      // TextRef -> text
	bucketQueue     = []byte("queue")      // class, due, request number of active requests -> nothing
	bucketNew       = []byte("new")        // submission, request number of uncategorized requests -> nothing
	bucketDue       = []byte("due")        // time, request number, what -> nothing
	bucketDesk      = []byte("desk")       // time, sequence -> DeskEvent
	bucketOutbox    = []byte("outbox")     // outbox number -> Entry
	bucketToSend    = []byte("to-send")    // next attempt, outbox number of pending entries -> nothing
	bucketHeldDead  = []byte("held-dead")  // state, outbox number of held and dead entries -> nothing
	bucketBySentID  = []byte("by-sent-id") // hash of Message-ID -> outbox number
	bucketRates     = []byte("rates")      // hash of recipient or request, time, outbox number -> nothing
	bucketLinks     = []byte("links")      // nonce of a one-tap link that is used up -> nothing
	bucketFolders   = []byte("folders")    // mailbox 0 folder -> time of the first look
)

var buckets = [][]byte{
	bucketMeta, bucketLedger, bucketByUID, bucketByID, bucketByContent, bucketThreads, bucketRequests, bucketEvents,
	bucketMails, bucketTexts, bucketQueue, bucketNew, bucketDue, bucketDesk, bucketOutbox, bucketToSend, bucketHeldDead,
	bucketBySentID, bucketRates, bucketLinks, bucketFolders,
}

const stateFile = "state.db"

// Open opens the store in a data directory, making it where it is missing. It migrates an older state and refuses a
// newer one.
func Open(o Options) (*Store, error) {
	if o.Point == nil {
		o.Point = func(string) {}
	}
	if o.Derive == nil {
		return nil, errors.New("store: no Derive given")
	}
	s := &Store{options: o}
	if err := s.open(); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *Store) open() error {
	path := filepath.Join(s.options.Dir, stateFile)
	if s.options.ReadOnly {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%w in %s: start the daemon once, or name the right data_dir", ErrMissing, s.options.Dir)
		}
	} else if err := os.MkdirAll(s.options.Dir, 0o700); err != nil {
		return fmt.Errorf("cannot make the data directory: %w", err)
	}
	var err error
	if s.lock, err = lockDir(s.options.Dir, s.options.Wait); err != nil {
		return err
	}
	if s.db, err = openState(path, s.options.ReadOnly); err != nil {
		return err
	}
	if s.raw, err = openRaw(filepath.Join(s.options.Dir, "raw"), s.options.ReadOnly); err != nil {
		return err
	}
	if s.options.ReadOnly {
		return s.View(func(tx *Tx) error { return tx.schemaKnown() })
	}
	return s.prepare()
}

// openState opens the bbolt file. bbolt panics on some damaged files; that becomes an error that names the way back.
func openState(path string, readOnly bool) (db *bolt.DB, err error) {
	damaged := func(what any) error {
		return fmt.Errorf("%w (%s: %v): move it away and run `triaged restore` with the last backup", ErrDamaged, path, what)
	}
	defer func() {
		if r := recover(); r != nil {
			err = damaged(r)
		}
	}()
	if err := plausible(path); err != nil {
		return nil, damaged(err)
	}
	db, err = bolt.Open(path, 0o600, &bolt.Options{
		Timeout: time.Second, FreelistType: bolt.FreelistMapType, ReadOnly: readOnly, PreLoadFreelist: !readOnly,
	})
	switch {
	case err == nil:
		return db, nil
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("cannot open the state file: %w: run as the user who owns it", err)
	}
	return nil, damaged(err)
}

// plausible refuses what bbolt would take for a new database, an empty file, or die of, a file that ends in its middle.
func plausible(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return nil // bbolt's own error says more
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Size() == 0 {
		return errors.New("it is empty")
	}
	return truncated(f, info.Size())
}

// Close lets go of the state. It waits for transactions under way.
func (s *Store) Close() error {
	var all []error
	if s.db != nil {
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

// Tx is one transaction. Its methods return the zero value for what is not there. A value that does not match its
// checksum makes the transaction fail with ErrDamaged when it ends.
type Tx struct {
	s     *Store
	bolt  *bolt.Tx
	fault error
}

// View runs f on one consistent state.
func (s *Store) View(f func(*Tx) error) error {
	return s.db.View(func(b *bolt.Tx) error {
		tx := &Tx{s: s, bolt: b}
		return tx.end(f(tx))
	})
}

// Update runs f and records what it did, durably, before it returns. When f fails, nothing was done.
func (s *Store) Update(f func(*Tx) error) error {
	err := s.db.Update(func(b *bolt.Tx) error {
		tx := &Tx{s: s, bolt: b}
		return tx.end(f(tx))
	})
	if err == nil {
		s.options.Point("committed")
	}
	return err
}

func (tx *Tx) end(err error) error {
	if tx.fault != nil {
		return tx.fault
	}
	return err
}

// fail remembers the first fault of a transaction, which then cannot commit.
func (tx *Tx) fail(err error) {
	if tx.fault == nil && err != nil {
		tx.fault = err
	}
}

func (tx *Tx) bucket(name []byte) *bolt.Bucket { return tx.bolt.Bucket(name) }

func (tx *Tx) put(bucket, key, value []byte) {
	tx.fail(tx.bucket(bucket).Put(key, value))
}

func (tx *Tx) delete(bucket, key []byte) {
	tx.fail(tx.bucket(bucket).Delete(key))
}

// prefixed visits the keys that begin with prefix, in order, until visit returns false.
func (tx *Tx) prefixed(bucket, prefix []byte, visit func(key, value []byte) bool) {
	c := tx.bucket(bucket).Cursor()
	for k, v := c.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix); k, v = c.Next() {
		if !visit(k, v) {
			return
		}
	}
}

// ReadOnly tells whether the store was opened for looking only.
func (s *Store) ReadOnly() bool { return s.options.ReadOnly }
