package store

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"triaged/internal/request"
)

// restoring marks a data directory whose restore is not finished. Such a directory is not opened, and a restore may
// begin in it again.
const restoring = "restoring"

// Recovery is what is left to do after a restore: the world went on after the backup was made.
type Recovery struct {
	Backup  time.Time      `json:"backup"`            // when the state was as it was restored
	At      time.Time      `json:"at"`                // when it was restored
	Last    request.Number `json:"last"`              // the last number of the backup
	Floor   request.Number `json:"floor"`             // numbers up to it are not given out anew
	Adopted []RawExtent    `json:"adopted,omitempty"` // raw files of the lost state, and how much of each the backup had
	Looked  []string       `json:"looked,omitempty"`  // mailboxes whose done folders were read again
}

// Restoring is what to restore.
type Restoring struct {
	Copying
	// Adopt is the data directory of a lost state whose raw mails since the backup are to be taken over, or "".
	Adopt string
	Now   time.Time
}

// Restore puts a backup into a data directory that has no state yet. It proves the backup while it copies. Numbers then
// skip ahead: whoever was told a number by the lost state must not find another request under it.
//
// The state file gets its name last, so a restore that was cut off leaves a directory that no daemon takes for a new
// one, and is begun again.
func Restore(ctx context.Context, r Restoring) (Saved, Recovery, error) {
	a, err := openArchive(r.File)
	if err != nil {
		return Saved{}, Recovery{}, err
	}
	defer a.close()
	if err := a.hasRaw(); err != nil {
		return Saved{}, Recovery{}, err
	}
	if err := makeDir(r.Dir); err != nil {
		return Saved{}, Recovery{}, fmt.Errorf("cannot make the data directory: %w", err)
	}
	lock, err := lockDir(r.Dir, 0)
	if err != nil {
		return Saved{}, Recovery{}, fmt.Errorf("%w: stop it first", err)
	}
	defer lock.Close()
	if err := unused(r.Dir); err != nil {
		return Saved{}, Recovery{}, err
	}
	c := &restore{Restoring: r, ctx: ctx, archive: a}
	c.total = a.Size
	for _, raw := range a.Raw {
		c.total += raw.Size
	}
	if err := c.run(); err != nil {
		return Saved{}, Recovery{}, fmt.Errorf("not restored: %w", err)
	}
	return Saved{File: r.File, Requests: a.Requests, Mails: a.Mails, Bytes: c.total, Copied: c.done}, c.recovery, nil
}

// hasRaw asks for the folder of raw mails, which somebody who moved a backup may have left behind.
func (a *archive) hasRaw() error {
	there, err := exists(a.raw)
	if err != nil || there || len(a.Raw) == 0 {
		return err
	}
	return fmt.Errorf("not restored: the raw mails are not beside %s: bring the folder %s, too, from where the backup was made",
		a.file.Name(), filepath.Base(a.raw))
}

// unused refuses a data directory with something in it, unless an unfinished restore put it there.
func unused(dir string) error {
	begun, err := exists(filepath.Join(dir, restoring))
	if err != nil {
		return err
	}
	for _, name := range []string{stateFile, rawDir} {
		there, err := exists(filepath.Join(dir, name))
		switch {
		case err != nil:
			return err
		case there && name == stateFile, there && !begun:
			return fmt.Errorf("%s has a %s already: move the directory away, or name another data_dir", dir, name)
		}
	}
	return nil
}

// restore is one under way.
type restore struct {
	Restoring
	ctx      context.Context
	archive  *archive
	recovery Recovery
}

func (c *restore) run() error {
	mark := filepath.Join(c.Dir, restoring)
	if err := written(mark, func(f *os.File) error { _, err := fmt.Fprintln(f, c.File); return err }); err != nil {
		return err
	}
	// What an earlier attempt left may be of another backup.
	if err := os.RemoveAll(filepath.Join(c.Dir, rawDir)); err != nil {
		return err
	}
	if err := makeDir(filepath.Join(c.Dir, rawDir)); err != nil {
		return err
	}
	for _, raw := range c.archive.Raw {
		if err := c.raw(raw); err != nil {
			return err
		}
	}
	if c.Adopt != "" {
		if err := c.adopt(); err != nil {
			return fmt.Errorf("the raw mails of %s: %w", c.Adopt, err)
		}
	}
	// A crash up to here leaves no state file, and the mark.
	if err := c.state(filepath.Join(c.Dir, stateFile)); err != nil {
		return err
	}
	// A crash here leaves a whole state with the mark beside it; see restored.
	if err := os.Remove(mark); err != nil {
		return err
	}
	return syncDir(c.Dir)
}

// restored looks after a restore that did not come to its end, when a store is opened.
func restored(dir string) error {
	mark := filepath.Join(dir, restoring)
	begun, err := exists(mark)
	if err != nil || !begun {
		return err
	}
	whole, err := exists(filepath.Join(dir, stateFile))
	switch {
	case err != nil:
		return err
	case whole: // the state gets its name last
		return os.Remove(mark)
	}
	return fmt.Errorf("a restore into %s was cut off: run `triaged restore` again", dir)
}

// raw puts a raw file together from its pieces.
func (c *restore) raw(r savedRaw) error {
	return written(filepath.Join(c.Dir, rawDir, rawName(r.File)), func(f *os.File) error {
		at := int64(0)
		for _, p := range r.Pieces {
			if len(p.Sum) != 64 || p.From != at || p.To < p.From {
				return unusable("its list of raw mails does not fit together")
			}
			at = p.To
			if err := c.piece(f, filepath.Join(c.archive.raw, r.pieceName(p)), p); err != nil {
				return err
			}
		}
		if at != r.Size {
			return unusable("its list of raw mails does not fit together")
		}
		return nil
	})
}

func (c *restore) piece(to io.Writer, path string, p piece) error {
	source, err := os.Open(path)
	if err != nil {
		return unusable("raw mails are missing beside it: %w", err)
	}
	defer source.Close()
	n, sum, err := watched(c.ctx, to, source, sha256.New(), c.step)
	if err != nil {
		return err
	}
	if n != p.To-p.From || sum != p.Sum {
		return unusable("%s is not what was written", path)
	}
	return nil
}

// adopt takes over what raw files of a lost state hold beyond the backup. Their mails are accounted for when the bot
// starts; bytes that are no whole mail do no harm.
func (c *restore) adopt() error {
	dir := filepath.Join(c.Adopt, rawDir)
	numbers, err := rawFiles(dir)
	if err != nil {
		return err
	}
	if len(numbers) == 0 {
		return fmt.Errorf("%s holds none: name the damaged data directory", dir)
	}
	for _, n := range numbers {
		had := RawExtent{File: n}
		if i := slices.IndexFunc(c.archive.Raw, func(r savedRaw) bool { return r.File == n }); i >= 0 {
			had = c.archive.Raw[i].RawExtent
		}
		source, err := os.Open(filepath.Join(dir, rawName(n)))
		if err != nil {
			return err
		}
		err = c.extend(source, had)
		if err = errors.Join(err, source.Close()); err != nil {
			return err
		}
	}
	return nil
}

// extend appends to a raw file what another has beyond its end.
func (c *restore) extend(source *os.File, had RawExtent) error {
	info, err := source.Stat()
	if err != nil || info.Size() <= had.Size {
		return err
	}
	path := filepath.Join(c.Dir, rawDir, rawName(had.File))
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	rest := io.NewSectionReader(source, had.Size, info.Size()-had.Size)
	_, _, err = watched(c.ctx, io.NewOffsetWriter(f, had.Size), rest, sha256.New(), func(int64) {})
	if err == nil {
		err = f.Sync()
	}
	c.recovery.Adopted = append(c.recovery.Adopted, had)
	return errors.Join(err, f.Close(), syncDir(filepath.Dir(path)))
}

// state copies the state, proves it, notes in it what is left to do, and gives it its name.
func (c *restore) state(path string) error {
	return written(path, func(f *os.File) error {
		n, sum, err := watched(c.ctx, f, c.archive.state, sumOfState(), c.step)
		if err != nil {
			return err
		}
		if n != c.archive.Size || sum != c.archive.Sum {
			return unusable("its state is not what was written")
		}
		if err := proveState(f); err != nil {
			return unusable("its state: %w", err)
		}
		db, err := openState(f.Name(), false)
		if err != nil {
			return err
		}
		s := &Store{db: db, options: Options{Dir: c.Dir, Point: func(string) {}}, derive: func(request.Request) Derived { return Derived{} }}
		err = s.Update(func(tx *Tx) error { return tx.skipAhead(c) })
		return errors.Join(err, db.Close())
	})
}

// outboxSkip is how many numbers of outgoing mails are left out after a restore. They are part of Message-IDs, which must
// not be given twice.
const outboxSkip = 1 << 20

// skipAhead leaves out the numbers that the lost state may have given, has a new key sign, and notes what is left to do. The
// backup's keys verify what they signed. One that was revoked since is among them: nobody knows that any more but whoever
// revoked it, who is told.
func (tx *Tx) skipAhead(c *restore) error {
	last := tx.NextNumber() - 1
	c.recovery.Backup, c.recovery.At, c.recovery.Last = c.archive.At, c.Now.UTC(), last
	c.recovery.Floor = floorAfter(last, tx.busiest(c.archive.At), c.Now.Sub(c.archive.At))
	b, err := json.Marshal(c.recovery)
	if err != nil {
		return err
	}
	tx.SetMeta(keyRecovery, b)
	tx.SetMeta(keyFloor, key64(uint64(c.recovery.Floor)))
	if keys := tx.Keys(); tx.fault == nil {
		tx.SetKeys(append([]Key{NewKey(keys, c.Now)}, keys...))
	}
	if tx.fault == nil {
		tx.fail(tx.bolt.Bucket([]byte(bucketOutbox)).SetSequence(tx.sequence(bucketOutbox) + outboxSkip))
	}
	return tx.fault
}

// busiest is how many requests came in the busiest day of the last sixty.
func (tx *Tx) busiest(now time.Time) int {
	days := map[time.Duration]int{}
	most := 0
	c := tx.cursor(bucketSnaps)
	for k, v := c.last(); k != nil; k, v = c.prev() {
		var r request.Request
		if !tx.decode(bucketSnaps, k, v, &r) || now.Sub(r.Submitted) > 60*24*time.Hour {
			break
		}
		day := now.Sub(r.Submitted).Truncate(24 * time.Hour)
		days[day]++
		most = max(most, days[day])
	}
	return most
}

// floorAfter is the highest number that a lost state may have given, by a wide margin, made round so that people see
// where the restore was: as many a day as three times the busiest day had, and a thousand at least.
func floorAfter(last request.Number, busiest int, gone time.Duration) request.Number {
	days := int64(max(gone, 0)/(24*time.Hour)) + 1
	return (last + max(1000, request.Number(3*int64(busiest)*days)) + 999) / 1000 * 1000
}

// Recovery is what is left to do after a restore, if there is something.
func (tx *Tx) Recovery() (r Recovery, ok bool) {
	v := tx.Meta(keyRecovery)
	if v == nil {
		return r, false
	}
	if err := json.Unmarshal(v, &r); err != nil {
		tx.fail(damaged(fmt.Sprintf("what is left to do after the restore cannot be read: %v", err)))
		return r, false
	}
	return r, true
}

// SetRecovery notes what is left to do; the zero Recovery means that nothing is.
func (tx *Tx) SetRecovery(r Recovery) error {
	if r.Backup.IsZero() {
		tx.delete(bucketMeta, []byte(keyRecovery))
		return tx.fault
	}
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	tx.SetMeta(keyRecovery, b)
	return tx.fault
}

// floor is the highest number that is not given out although no request has it.
func (tx *Tx) floor() request.Number {
	v, _ := tx.get(bucketMeta, []byte(keyFloor))
	if len(v) != 8 {
		return 0
	}
	return request.Number(binary.BigEndian.Uint64(v))
}
