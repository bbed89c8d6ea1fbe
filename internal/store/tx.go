package store

import (
	"bytes"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"syscall"

	bolt "go.etcd.io/bbolt"

	"triaged/internal/request"
)

// Tx is one transaction. Its methods return the zero value for what is not there. What turns out to be damaged makes
// the transaction fail with ErrDamaged when it ends, and nothing of it is recorded; until then, what it read may be
// incomplete. A Tx and the sequences it gives end with the function they were handed to.
type Tx struct {
	s       *Store
	bolt    *bolt.Tx
	opened  map[bucketName]*bolt.Bucket
	derive  func(request.Request) Derived
	fault   error
	wiped   []RawRef       // given up by this transaction
	removed bool           // this transaction removes words
	wanted  request.Number // the next new request is to have it; 0 for any

	scratch bytes.Buffer // values are written here first
}

// View runs f on one consistent state. It should be short: while it runs, pages that later transactions free cannot be
// used again. See EachRow and EachEntry for long lists.
func (s *Store) View(f func(*Tx) error) error {
	s.adopting.RLock()
	begun := sync.OnceFunc(s.adopting.RUnlock) // a reader may take long, and holds nobody up
	defer begun()
	return s.transact(s.db.View, func(tx *Tx) error { begun(); return f(tx) })
}

// Update runs f and records what it did, durably, before it returns. When f fails, nothing was done.
func (s *Store) Update(f func(*Tx) error) error {
	s.adopting.RLock()
	defer s.adopting.RUnlock()
	err := s.transact(s.db.Update, f)
	if err == nil {
		s.options.Point("committed")
	}
	return err
}

// Adopt goes over to another policy: the one that identifies itself so, and derives so. If the indexes were made under
// another, they are made anew; f runs in the same transaction. Transactions before it see the old policy, those after it
// the new one. If it fails, the old one stays.
func (s *Store) Adopt(policy string, derive func(request.Request) Derived, f func(*Tx) error) error {
	s.adopting.Lock()
	defer s.adopting.Unlock()
	err := s.transact(s.db.Update, func(tx *Tx) error {
		tx.derive = derive
		if err := tx.adopt(policy); err != nil {
			return err
		}
		return f(tx)
	})
	if err == nil {
		s.derive = derive
		s.options.Point("committed")
	}
	return err
}

// transact runs f in a transaction. bbolt panics where its pages make no sense, and reads outside of its mapping where
// they lead there; both become ErrDamaged. A panic of f's own goes on.
func (s *Store) transact(run func(func(*bolt.Tx) error) error, f func(*Tx) error) (err error) {
	if s.broken.Load() {
		return damaged("it failed before")
	}
	inside := false
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if inside {
			return
		}
		if r := recover(); r != nil {
			s.broken.Store(true) // bbolt may still hold its locks
			err = damaged(r)
		}
	}()
	err = run(func(b *bolt.Tx) error {
		tx := &Tx{s: s, bolt: b, opened: map[bucketName]*bolt.Bucket{}, derive: s.derive}
		inside = true
		err := f(tx)
		inside = false
		if tx.fault != nil {
			return tx.fault
		}
		return err
	})
	return describe(err)
}

// describe adds the way back to an error of bbolt's or of the disk's.
func describe(err error) error {
	if errors.Is(err, errNoSpace) {
		return fmt.Errorf("cannot write the state file: %w: nothing was recorded; make room on the disk", err)
	}
	if errors.Is(err, syscall.EROFS) {
		return fmt.Errorf("cannot write the state file: %w: nothing was recorded; find out from the system's log why, and mount the disk for writing again", err)
	}
	return err
}

// wayBack is what to do about a state that is lost.
const wayBack = "bring back the last backup with the raw mails of this directory: see `triaged help restore`"

// damaged is the error for a state that cannot be trusted, with the way back.
func damaged(what any) error {
	return fmt.Errorf("%w: %v: stop the daemon and %s", ErrDamaged, what, wayBack)
}

// damagedIn is the error for a bucket that cannot be trusted. What follows from other buckets can be made anew.
func damagedIn(name bucketName, format string, args ...any) error {
	hint := wayBack
	if name == bucketSnaps || slices.Contains(indexes, name) {
		hint = "run `triaged check --repair`"
	}
	return fmt.Errorf("%w: bucket %s, %s: stop the daemon and %s", ErrDamaged, name, fmt.Sprintf(format, args...), hint)
}

// fail remembers the first fault of a transaction, which then cannot commit.
func (tx *Tx) fail(err error) {
	if tx.fault == nil && err != nil {
		tx.fault = err
	}
}

// rescue is deferred around each access to bbolt's pages.
func (tx *Tx) rescue(name bucketName) {
	if r := recover(); r != nil {
		tx.fail(damagedIn(name, "%v", r))
	}
}

// put seals and writes a value.
func (tx *Tx) put(name bucketName, key, value []byte) {
	tx.putSealed(name, key, seal(name, key, value))
}

// putSealed writes a value that is sealed. bbolt keeps the slice until the transaction ends.
func (tx *Tx) putSealed(name bucketName, key, sealed []byte) {
	defer tx.rescue(name)
	if tx.fault == nil {
		tx.fail(tx.bucket(name).Put(key, sealed))
	}
}

func (tx *Tx) delete(name bucketName, key []byte) {
	defer tx.rescue(name)
	if tx.fault == nil {
		tx.fail(tx.bucket(name).Delete(key))
	}
}

// get reads a value and tells whether it was there. The value lies in bbolt's memory: it is valid within the
// transaction, until the next put.
func (tx *Tx) get(name bucketName, key []byte) ([]byte, bool) {
	defer tx.rescue(name)
	if tx.fault != nil {
		return nil, false
	}
	sealed := tx.bucket(name).Get(key)
	if sealed == nil {
		return nil, false
	}
	return tx.open(name, key, sealed)
}

func (tx *Tx) open(name bucketName, key, sealed []byte) ([]byte, bool) {
	value, ok := unseal(name, key, sealed)
	if !ok {
		tx.fail(damagedIn(name, "entry %x is not what was written", key))
	}
	return value, ok
}

// next draws the number behind the highest that a bucket has given out.
func (tx *Tx) next(name bucketName) (n uint64) {
	defer tx.rescue(name)
	n, err := tx.bucket(name).NextSequence()
	tx.fail(err)
	return n
}

// sequence is the highest number that a bucket has given out.
func (tx *Tx) sequence(name bucketName) (n uint64) {
	defer tx.rescue(name)
	return tx.bucket(name).Sequence()
}

// cursor walks a bucket. Its values are unsealed; at a damaged one the walk ends, and the transaction fails.
type cursor struct {
	tx     *Tx
	name   bucketName
	cursor *bolt.Cursor
}

func (tx *Tx) cursor(name bucketName) (c *cursor) {
	c = &cursor{tx: tx, name: name}
	defer tx.rescue(name)
	c.cursor = tx.bucket(name).Cursor()
	return c
}

func (c *cursor) step(move func() (key, value []byte)) (key, value []byte) {
	defer c.tx.rescue(c.name)
	if c.tx.fault != nil {
		return nil, nil
	}
	k, sealed := move()
	if k == nil {
		return nil, nil
	}
	v, ok := c.tx.open(c.name, k, sealed)
	if !ok {
		return nil, nil
	}
	return k, v
}

func (c *cursor) first() (key, value []byte) {
	return c.step(func() (k, v []byte) { return c.cursor.First() })
}
func (c *cursor) next() (key, value []byte) {
	return c.step(func() (k, v []byte) { return c.cursor.Next() })
}
func (c *cursor) prev() (key, value []byte) {
	return c.step(func() (k, v []byte) { return c.cursor.Prev() })
}
func (c *cursor) last() (key, value []byte) {
	return c.step(func() (k, v []byte) { return c.cursor.Last() })
}

func (c *cursor) seek(key []byte) (k, v []byte) {
	return c.step(func() (k, v []byte) { return c.cursor.Seek(key) })
}

// before moves to the last entry that is smaller than key.
func (c *cursor) before(key []byte) (k, v []byte) {
	if k, _ := c.seek(key); k == nil {
		return c.last()
	}
	return c.prev()
}

// each visits the entries from a key on that have a prefix, in order, until visit returns false.
func (tx *Tx) each(name bucketName, from, prefix []byte, visit func(key, value []byte) bool) {
	c := tx.cursor(name)
	for k, v := c.seek(from); k != nil && bytes.HasPrefix(k, prefix); k, v = c.next() {
		if !visit(k, v) {
			return
		}
	}
}

func (tx *Tx) prefixed(name bucketName, prefix []byte, visit func(key, value []byte) bool) {
	tx.each(name, prefix, prefix, visit)
}
