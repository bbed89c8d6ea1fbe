package store

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"

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
// directions, and that the raw
// mails are there. It does not
// read the raw bytes themselves: see CheckRaw.
func (s *Store) Check() (Result, error) {
	c := Result{Problems: []string{}}
	err := s.View(func(tx *Tx) error {
		for err := range tx.bolt.Check() {
			c.found("page: %v", err)
		}
		want := expected{}
		tx.checkRequests(&c, want)
		tx.checkLedger(&c, want)
		tx.checkOutbox(&c, want)
		tx.checkIndexes(&c, want)
		tx.checkTexts(&c)
		return nil
	})
	if err != nil {
		c.found("%v", err)
	}
	return c, nil
}

// expected holds the index entries that ought to be there.
type expected map[string]map[string]bool

func (x expected) add(keys []indexKey) {
	for _, k := range keys {
		m := x[string(k.bucket)]
		if m == nil {
			m = map[string]bool{}
			x[string(k.bucket)] = m
		}
		m[string(k.key)] = true
	}
}

func (tx *Tx) checkRequests(c *Result, want expected) {
	for r := range tx.Requests() {
		c.Requests++
		events := tx.Events(r.Number)
		c.Events += len(events)
		folded, err := request.Fold(r.Number, events)
		switch {
		case err != nil:
			c.found("request %d: %v", r.Number, err)
		case !sameSnapshot(folded, r):
			c.found("request %d: its snapshot is not what its events make", r.Number)
		}
		want.add(tx.s.indexKeys(r))
		for _, ref := range []request.TextRef{r.Subject, r.Text} {
			if ref != "" && tx.bucket(bucketTexts).Get([]byte(ref)) == nil {
				c.found("request %d: text %s is missing", r.Number, ref)
			}
		}
	}
	last := uint64(tx.LastNumber())
	k, _ := tx.bucket(bucketEvents).Cursor().Last()
	if k != nil && binary.BigEndian.Uint64(k) > last {
		c.found("events of request %d, which has no snapshot", binary.BigEndian.Uint64(k))
	}
}

// sameSnapshot compares by value; times are equal if they are the same instant.
func sameSnapshot(a, b request.Request) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

func (tx *Tx) checkLedger(c *Result, want expected) {
	for row := range tx.Ledger(0) {
		c.Mails++
		want.add(row.indexKeys())
		if row.Outcome.Meaning().Outcome == "" {
			c.found("ledger %d: unknown outcome %q", row.Number, row.Outcome)
		}
		if row.Request != 0 {
			if _, ok := tx.Request(row.Request); !ok {
				c.found("ledger %d: there is no request %d", row.Number, row.Request)
			}
		}
		if row.Raw != (RawRef{}) {
			if err := tx.s.raw.covers(row.Raw); err != nil {
				c.found("ledger %d: %v", row.Number, err)
			}
		}
	}
}

func (tx *Tx) checkOutbox(c *Result, want expected) {
	for e := range tx.Outbox("") {
		want.add(e.indexKeys())
		want.add([]indexKey{{bucketBySentID, hashKey(e.MessageID)}})
		if e.State != Pending && e.State != Held && e.State != Sent && e.State != Dead {
			c.found("outbox %d: unknown state %q", e.ID, e.State)
		}
		if e.Letter.To.Address == "" {
			c.found("outbox %d: nobody to send to", e.ID)
		}
		if e.Raw != (RawRef{}) {
			if err := tx.s.raw.covers(e.Raw); err != nil {
				c.found("outbox %d: %v", e.ID, err)
			}
		}
	}
}

func (tx *Tx) checkIndexes(c *Result, want expected) {
	for _, name := range [][]byte{bucketQueue, bucketNew, bucketDue, bucketByUID, bucketByID, bucketByContent, bucketToSend, bucketHeldDead, bucketBySentID, bucketRates} {
		keys := want[string(name)]
		cursor := tx.bucket(name).Cursor()
		for k, _ := cursor.First(); k != nil; k, _ = cursor.Next() {
			if !keys[string(k)] {
				c.found("index %s: entry %x belongs to nothing", name, k)
			}
			delete(keys, string(k))
		}
		for k := range keys {
			c.found("index %s: entry %x is missing", name, k)
		}
	}
}

func (tx *Tx) checkTexts(c *Result) {
	cursor := tx.bucket(bucketTexts).Cursor()
	for k, v := cursor.First(); k != nil; k, v = cursor.Next() {
		if text, err := unseal(v); err != nil || len(text) > 0 && request.RefOf(string(text)) != request.TextRef(k) {
			c.found("text %s is not what was written", k)
		}
	}
}

// CheckRaw reads every raw mail that the ledger and the outbox name, and compares its checksum. It takes as long as
// reading the files does.
func (s *Store) CheckRaw(c *Result) error {
	return s.View(func(tx *Tx) error {
		check := func(what string, n uint64, ref RawRef) {
			if ref == (RawRef{}) {
				return
			}
			if _, err := s.Raw(ref); err != nil {
				c.found("%s %d: %v", what, n, err)
			}
		}
		for row := range tx.Ledger(0) {
			check("ledger", row.Number, row.Raw)
		}
		for e := range tx.Outbox("") {
			check("outbox", e.ID, e.Raw)
		}
		return nil
	})
}

// covers tells whether a file holds all of a record, without reading it.
func (l *rawLog) covers(ref RawRef) error {
	f, err := l.reader(ref.File)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if ref.Offset+ref.Length > info.Size() {
		return fmt.Errorf("raw mails: %s ends before offset %d", l.path(ref.File), ref.Offset+ref.Length)
	}
	return nil
}
