package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"

	bolt "go.etcd.io/bbolt"

	"triaged/internal/intake"
	"triaged/internal/request"
)

// Repaired says what Repair changed.
type Repaired struct {
	Changed  []string `json:"changed"`  // in sentences; none: everything was as it should be
	Problems []string `json:"problems"` // what it cannot mend
	Kept     string   `json:"kept"`     // the state file as it was before; "" if nothing changed
	Requests int      `json:"requests"`
	Events   int      `json:"events"`
	Mails    int      `json:"mails"`
}

// history are the buckets that hold what happened: everything else follows from them. Snapshots are kept among the
// records, and are the fold of the events all the same.
var history = slices.DeleteFunc(slices.Clone(records), func(name bucketName) bool { return name == bucketSnaps })

// ErrHistory is returned by Repair when what happened is damaged itself.
var ErrHistory = errors.New("this cannot be repaired: what happened is damaged itself, not only what follows from it")

// Repair makes everything anew that follows from what happened: snapshots, indexes, due times. It copies events, ledger,
// outbox and texts as they are into a new file, by reading the pages itself: neither damaged indexes nor damaged pages
// among them stand in its way. No process may have the state open.
//
// The new file takes the place of the old one when it is whole and proved, and only if it is another. A crash at any
// point leaves the one or the other.
func Repair(o Options) (r Repaired, err error) {
	r = Repaired{Changed: []string{}, Problems: []string{}}
	lock, err := lockState(o.Dir)
	if err != nil {
		return r, err
	}
	defer lock.Close()
	path := filepath.Join(o.Dir, stateFile)
	f, err := os.Open(path)
	if err != nil {
		return r, fmt.Errorf("cannot open the state file: %w", err)
	}
	defer f.Close()
	old, err := readPages(f)
	if err != nil {
		return r, fmt.Errorf("%w: %w: %s", ErrHistory, err, wayBack)
	}
	if o.Point == nil {
		o.Point = func(string) {}
	}
	keep := filepath.Join(o.Dir, "state.db.before-repair")
	err = rewritten(path, keep, func(db *bolt.DB) error {
		m := &mender{Repaired: &r, Store: &Store{options: o, derive: o.Derive, db: db}, old: old}
		if err := m.mend(); err != nil {
			return err
		}
		if len(r.Changed) == 0 {
			return errWhole
		}
		return nil
	})
	if errors.Is(err, errWhole) {
		return r, nil
	}
	if err != nil {
		return r, fmt.Errorf("nothing was changed: %w", err)
	}
	r.Kept = keep
	return r, nil
}

var errWhole = errors.New("there is nothing to repair")

// mender makes one new state file.
type mender struct {
	*Repaired
	*Store
	old *oldPages
}

// mended is how many records one transaction writes.
const mended = 20_000

func (m *mender) changed(format string, args ...any) {
	m.Changed = append(m.Changed, fmt.Sprintf(format, args...))
}

func (m *mender) mend() error {
	if err := m.db.Update(makeBuckets); err != nil {
		return err
	}
	for _, name := range history {
		if err := m.copy(name); err != nil {
			return err
		}
	}
	for _, derive := range []func() error{m.requests, m.ledger, m.outbox, m.desk} {
		if err := derive(); err != nil {
			return err
		}
	}
	err := m.Update(func(tx *Tx) error {
		if string(tx.Meta(keyPolicy)) != m.options.Policy {
			tx.SetMeta(keyPolicy, []byte(m.options.Policy))
			m.changed("the indexes were made under another configuration")
		}
		return tx.fault
	})
	if err != nil {
		return err
	}
	if m.old.fault != nil {
		m.changed("the state file was written anew: %v", m.old.fault)
	}
	for _, name := range append([]bucketName{bucketSnaps}, indexes...) {
		if err := m.compare(name); err != nil {
			return err
		}
	}
	return nil
}

// copy brings a bucket over as it is. It stops at what is damaged: nothing could make that anew.
func (m *mender) copy(name bucketName) error {
	lost := func(err error) error { return fmt.Errorf("%w: %w: %s", ErrHistory, err, wayBack) }
	next, stop := iter.Pull2(m.old.entries(name))
	defer stop()
	for more := true; more; {
		err := m.Update(func(tx *Tx) error {
			for range mended {
				var key, value []byte
				if key, value, more = next(); !more {
					break
				}
				if _, ok := unseal(name, key, value); !ok {
					return lost(fmt.Errorf("bucket %s, entry %x is not what was written", name, key))
				}
				tx.putSealed(name, key, value)
			}
			if !more && tx.fault == nil {
				tx.fail(tx.bucket(name).SetSequence(m.old.sequence(name)))
			}
			return tx.fault
		})
		if err != nil {
			return err
		}
	}
	if err := m.old.faults[name]; err != nil {
		return lost(err)
	}
	return nil
}

// derive writes what follows from records, many in a transaction.
func derive[T any](m *mender, records iter.Seq[T], write func(*Tx, T) error) error {
	next, stop := iter.Pull(records)
	defer stop()
	for more := true; more; {
		err := m.Update(func(tx *Tx) error {
			for range mended {
				var one T
				if one, more = next(); !more {
					break
				}
				if err := write(tx, one); err != nil {
					return err
				}
			}
			return tx.fault
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// requests makes the snapshots and their index entries.
func (m *mender) requests() error {
	return derive(m, m.histories(), func(tx *Tx, h happened) error {
		m.Requests++
		m.Events += len(h.events)
		r, err := request.Fold(h.number, h.events)
		if err != nil {
			m.Problems = append(m.Problems, fmt.Sprintf("request %d: %v; it has no snapshot now", h.number, err))
			return nil
		}
		tx.putJSON(bucketSnaps, key64(uint64(h.number)), r)
		tx.reindexed(nil, tx.indexKeys(r))
		for _, e := range h.events {
			if k, ok := mailKey(h.number, e); ok {
				tx.put(k.bucket, k.key, k.value)
			}
		}
		return nil
	})
}

// happened is all that happened to one request.
type happened struct {
	number request.Number
	events []request.Event
}

// histories puts the events together by request.
func (m *mender) histories() iter.Seq[happened] {
	return func(yield func(happened) bool) {
		var h happened
		for key, value := range m.old.entries(bucketEvents) {
			if n := request.Number(number(key, 0)); n != h.number {
				if h.number != 0 && !yield(h) {
					return
				}
				h = happened{number: n}
			}
			if e, ok := decoded[request.Event](m, bucketEvents, key, value); ok {
				h.events = append(h.events, e)
			}
		}
		if h.number != 0 {
			yield(h)
		}
	}
}

// decoded reads a record. One that cannot be read although its checksum is right is a problem of the program's.
func decoded[T any](m *mender, name bucketName, key, sealed []byte) (record T, ok bool) {
	value, _ := unseal(name, key, sealed)
	if err := json.Unmarshal(value, &record); err != nil {
		m.Problems = append(m.Problems, fmt.Sprintf("bucket %s, entry %x: %v", name, key, err))
		return record, false
	}
	return record, true
}

// recordsOf reads a bucket's records, with their keys' last numbers.
func recordsOf[T any](m *mender, name bucketName) iter.Seq[numbered[T]] {
	return func(yield func(numbered[T]) bool) {
		for key, value := range m.old.entries(name) {
			if record, ok := decoded[T](m, name, key, value); ok && !yield(numbered[T]{number(key, 0), record}) {
				return
			}
		}
	}
}

type numbered[T any] struct {
	number uint64
	record T
}

func (m *mender) ledger() error {
	return derive(m, recordsOf[Row](m, bucketLedger), func(tx *Tx, row numbered[Row]) error {
		m.Mails++
		tx.reindexed(nil, row.record.indexKeys())
		return nil
	})
}

func (m *mender) outbox() error {
	return derive(m, recordsOf[Entry](m, bucketOutbox), func(tx *Tx, e numbered[Entry]) error {
		tx.reindexed(nil, e.record.indexKeys())
		return nil
	})
}

func (m *mender) desk() error {
	return derive(m, recordsOf[intake.DeskEvent](m, bucketDesk), func(tx *Tx, e numbered[intake.DeskEvent]) error {
		tx.reindexed(nil, []indexKey{deskKey(e.number, e.record)})
		return nil
	})
}

// compare says how a bucket that was made anew differs from the one that was there.
func (m *mender) compare(name bucketName) error {
	var added, removed, altered tally
	next, stop := iter.Pull2(m.old.entries(name))
	defer stop()
	key, value, more := next()
	err := m.View(func(tx *Tx) error {
		c := tx.cursor(name)
		k, v := c.first()
		for k != nil || more {
			side := bytes.Compare(k, key)
			switch {
			case !more || k != nil && side < 0:
				added.add(k)
			case k == nil || side > 0:
				removed.add(key)
			default:
				if was, ok := unseal(name, key, value); !ok || !m.same(name, was, v) {
					altered.add(k)
				}
			}
			mine, theirs := !more || k != nil && side <= 0, k == nil || more && side >= 0
			if mine {
				k, v = c.next()
			}
			if theirs {
				key, value, more = next()
			}
		}
		return tx.fault
	})
	what := "index " + string(name)
	if name == bucketSnaps {
		what = "snapshots of requests"
	}
	for _, t := range []struct {
		tally
		did string
	}{{added, "added"}, {removed, "removed"}, {altered, "corrected"}} {
		if t.count > 0 {
			m.changed("%s: %d %s, the first %x", what, t.count, t.did, t.first)
		}
	}
	return err
}

// tally counts entries, and remembers the first.
type tally struct {
	count int
	first []byte
}

func (t *tally) add(key []byte) {
	if t.count++; t.count == 1 {
		t.first = slices.Clone(key)
	}
}

// same tells whether two values say the same. An earlier version of the program may have written a snapshot in other words.
func (m *mender) same(name bucketName, was, is []byte) bool {
	if bytes.Equal(was, is) || name != bucketSnaps {
		return bytes.Equal(was, is)
	}
	var r request.Request
	if json.Unmarshal(was, &r) != nil {
		return false
	}
	again, err := json.Marshal(r)
	return err == nil && bytes.Equal(again, is)
}
