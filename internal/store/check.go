package store

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"triaged/internal/intake"
	"triaged/internal/request"
)

// Result is what Check found.
type Result struct {
	Problems []string `json:"problems"`
	Requests int      `json:"requests"`
	Events   int      `json:"events"`
	Mails    int      `json:"mails"`
}

const maxProblems = 100

func (c *Result) found(format string, args ...any) {
	if len(c.Problems) < maxProblems {
		c.Problems = append(c.Problems, fmt.Sprintf(format, args...))
	}
}

// Check proves the state: page integrity, every checksum, every snapshot against its events, every index in both
// directions, and that the raw mails are there. It does not read the raw bytes themselves: see CheckRaw. It may run beside
// writers, and sees the state as it was at its beginning.
func (s *Store) Check() (Result, error) {
	c := Result{Problems: []string{}}
	f, err := os.Open(filepath.Join(s.options.Dir, stateFile))
	if err != nil {
		return c, fmt.Errorf("cannot read the state file: %w", err)
	}
	defer f.Close()
	again := 20
	check := func(tx *Tx) error {
		_, err := checkPages(f, uint64(tx.bolt.ID()))
		if again--; again > 0 && (errors.Is(err, errMoved) || errors.Is(err, errMeta)) {
			return err
		}
		if err != nil {
			c.found("state file: %v", err)
		}
		k := checker{Result: &c, tx: tx, want: map[bucketName]int{}, missing: map[bucketName]bool{}, sizes: map[uint32]int64{}}
		k.requests()
		k.ledger()
		k.outbox()
		k.desk()
		k.rest()
		for _, name := range indexes {
			k.index(name)
		}
		return nil
	}
	for err = errMoved; errors.Is(err, errMoved) || errors.Is(err, errMeta); { // see there
		err = s.View(check)
	}
	if errors.Is(err, ErrDamaged) {
		c.found("%v", err)
		err = nil
	}
	return c, err
}

// checker is one check under way. It holds no record longer than it looks at it: what an index must contain is
// looked up entry by entry, and counted, so that nothing else can be in an index that has as many entries.
type checker struct {
	*Result
	tx      *Tx
	want    map[bucketName]int
	missing map[bucketName]bool
	sizes   map[uint32]int64 // of raw files
}

// expect looks up the index entries of one record.
func (c *checker) expect(of string, keys []indexKey) {
	for i, k := range keys {
		if slices.ContainsFunc(keys[:i], k.same) {
			continue
		}
		c.want[k.bucket]++
		value, ok := c.tx.get(k.bucket, k.key)
		if !ok || !bytes.Equal(value, k.value) {
			c.missing[k.bucket] = true
			c.found("index %s: the entry %x of %s is missing", k.bucket, k.key, of)
		}
	}
}

// index looks for entries that belong to nothing.
func (c *checker) index(name bucketName) {
	if c.tx.count(name) == c.want[name] && !c.missing[name] {
		return
	}
	c.tx.prefixed(name, nil, func(k, v []byte) bool {
		here := indexKey{name, k, v}
		if !slices.ContainsFunc(c.owner(here), here.same) {
			c.found("index %s: the entry %x belongs to nothing", name, k)
		}
		return true
	})
}

// owner gives all entries of the record that an entry names.
func (c *checker) owner(k indexKey) []indexKey {
	last := number(k.key, len(k.key)-8)
	switch k.bucket {
	case bucketQueue:
		return c.requestKeys(number(k.key, 9))
	case bucketNew, bucketDue:
		return c.requestKeys(number(k.key, 8))
	case bucketByUID:
		last = number(k.value, 0)
		fallthrough
	case bucketCopies, bucketByOutcome:
		row, _ := c.tx.Row(last)
		return row.indexKeys()
	case bucketByKind:
		var e intake.DeskEvent
		c.tx.getJSON(bucketDesk, key64(last), &e)
		return []indexKey{deskKey(last, e)}
	case bucketMails:
		if number(k.key, 8) == mailIn {
			return c.mailKeys(request.Number(number(k.key, 0)))
		}
	case bucketBySentID:
		last = number(k.value, 0)
	}
	e, _ := c.tx.Entry(last)
	return e.indexKeys()
}

func (c *checker) requestKeys(n uint64) []indexKey {
	r, _ := c.tx.Request(request.Number(n))
	return c.tx.indexKeys(r)
}

func (c *checker) mailKeys(n request.Number) (keys []indexKey) {
	for _, e := range c.tx.Events(n) {
		if k, ok := mailKey(n, e); ok {
			keys = append(keys, k)
		}
	}
	return keys
}

func (c *checker) requests() {
	c.tx.prefixed(bucketSnaps, nil, func(k, v []byte) bool {
		c.Requests++
		n := request.Number(number(k, 0))
		name := fmt.Sprintf("request %d", n)
		events := c.tx.Events(n)
		c.Events += len(events)
		r, err := request.Fold(n, events)
		switch {
		case err != nil:
			c.found("%s: %v", name, err)
		case !c.isSnapshot(k, v, r):
			c.found("%s: its snapshot is not what its events make", name)
		}
		keys := c.tx.indexKeys(r)
		for _, e := range events {
			if k, ok := mailKey(n, e); ok {
				keys = append(keys, k)
			}
			c.text(name, e.Subject)
			c.text(name, e.Text)
		}
		c.expect(name, keys)
		return true
	})
	c.strayEvents()
}

// isSnapshot tells whether a value is a snapshot. An earlier version of the program may have written it in other words.
func (c *checker) isSnapshot(key, value []byte, r request.Request) bool {
	folded, err := json.Marshal(r)
	if err != nil || bytes.Equal(folded, value) {
		return err == nil
	}
	var kept request.Request
	if !c.tx.decode(bucketSnaps, key, value, &kept) {
		return true // it is said already
	}
	same, err := json.Marshal(kept)
	return err == nil && bytes.Equal(folded, same)
}

// strayEvents looks for events that the snapshots do not account for.
func (c *checker) strayEvents() {
	if c.tx.count(bucketEvents) == c.Events {
		return
	}
	var last uint64
	c.tx.prefixed(bucketEvents, nil, func(k, _ []byte) bool {
		if n := number(k, 0); n != last {
			last = n
			if _, ok := c.tx.Request(request.Number(n)); !ok {
				c.found("request %d has events and no snapshot", n)
			}
		}
		return true
	})
}

// text looks a text up. One that somebody wanted forgotten is there, and empty.
func (c *checker) text(of string, ref request.TextRef) {
	if ref == "" {
		return
	}
	if _, ok := c.tx.get(bucketTexts, []byte(ref)); !ok {
		c.found("%s: text %s is missing", of, ref)
	}
}

func (c *checker) ledger() {
	for row := range c.tx.Ledger(0) {
		c.Mails++
		name := fmt.Sprintf("ledger %d", c.Mails)
		if row.Number != uint64(c.Mails) {
			c.found("%s is missing", name)
			c.Mails = int(row.Number)
		}
		c.expect(name, row.indexKeys())
		if row.Outcome.Meaning().Outcome == "" {
			c.found("%s: unknown outcome %q", name, row.Outcome)
		}
		c.request(name, row.Request)
		c.raw(name, row.Raw)
		c.raw(name, row.Said)
	}
	if last := c.tx.sequence(bucketLedger); last != uint64(c.Mails) {
		c.found("ledger %d to %d are missing", c.Mails+1, last)
	}
}

func (c *checker) request(of string, n request.Number) {
	if n == 0 {
		return
	}
	if _, ok := c.tx.get(bucketSnaps, key64(uint64(n))); !ok {
		c.found("%s: there is no request %d", of, n)
	}
}

func (c *checker) outbox() {
	var last uint64
	c.tx.entriesFrom(0, func(e Entry) bool {
		name := fmt.Sprintf("outbox %d", e.ID)
		last = e.ID
		c.expect(name, e.indexKeys())
		if e.State != Pending && e.State != Held && e.State != Sent && e.State != Dead {
			c.found("%s: unknown state %q", name, e.State)
		}
		if e.Letter.To.Address == "" {
			c.found("%s: nobody to send to", name)
		}
		c.request(name, e.Letter.Request)
		c.raw(name, e.Raw)
		return true
	})
	if given := c.tx.sequence(bucketOutbox); given < last {
		c.found("outbox %d would be given out twice", last)
	}
}

func (c *checker) desk() {
	c.tx.prefixed(bucketDesk, nil, func(k, v []byte) bool {
		var e intake.DeskEvent
		if c.tx.decode(bucketDesk, k, v, &e) {
			n := number(k, 0)
			c.expect(fmt.Sprintf("desk event %d", n), []indexKey{deskKey(n, e)})
		}
		return true
	})
}

// rest proves what no index describes.
func (c *checker) rest() {
	c.tx.prefixed(bucketTexts, nil, func(k, v []byte) bool {
		if len(v) > 0 && request.RefOf(string(v)) != request.TextRef(k) {
			c.found("text %s is not what its reference says", k)
		}
		return true
	})
	c.tx.prefixed(bucketThread, nil, func(k, v []byte) bool {
		if len(v) != 8 {
			c.found("thread %x leads nowhere", k)
			return true
		}
		c.request(fmt.Sprintf("thread %x", k), request.Number(binary.BigEndian.Uint64(v)))
		return true
	})
	for _, name := range []bucketName{bucketMeta, bucketLinks, bucketLooks} {
		c.tx.count(name) // reads every checksum
	}
}

// raw tells whether a file holds all of a record, without reading it.
func (c *checker) raw(of string, ref RawRef) {
	if ref == (RawRef{}) {
		return
	}
	path := c.tx.s.raw.path(ref.File)
	size, known := c.sizes[ref.File]
	if !known {
		size = -1
		if info, err := os.Stat(path); err == nil {
			size = info.Size()
		}
		c.sizes[ref.File] = size
	}
	switch {
	case size < 0:
		c.found("%s: %s is missing", of, path)
	case ref.Offset < 0 || ref.Length < rawHead || ref.Offset > size-ref.Length:
		c.found("%s: %s ends before offset %d", of, path, ref.Offset+ref.Length)
	}
}

// CheckRaw reads every raw mail that the ledger and the outbox name, and compares its checksum. It takes as long as
// reading the files does.
func (s *Store) CheckRaw(c *Result) error {
	check := func(what string, n uint64, ref RawRef) {
		if ref == (RawRef{}) {
			return
		}
		if _, err := s.Raw(ref); err != nil {
			c.found("%s %d: %v", what, n, err)
		}
	}
	return errors.Join(
		s.EachRow(0, func(row Row) error {
			check("ledger", row.Number, row.Raw)
			check("ledger", row.Number, row.Said)
			return nil
		}),
		s.EachEntry("", func(e Entry) error { check("outbox", e.ID, e.Raw); return nil }),
	)
}
