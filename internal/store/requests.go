package store

import (
	"encoding/binary"
	"fmt"
	"time"

	"triaged/internal/intake"
	"triaged/internal/request"
)

// Request looks up a snapshot.
func (tx *Tx) Request(n request.Number) (request.Request, bool) {
	var r request.Request
	if n <= 0 {
		return r, false
	}
	ok := tx.getJSON(bucketRequests, key64(uint64(n)), &r)
	return r, ok
}

// LastNumber is the highest request number in use; 0 if there is none.
func (tx *Tx) LastNumber() request.Number {
	k, _ := tx.bucket(bucketRequests).Cursor().Last()
	if k == nil {
		return 0
	}
	return request.Number(binary.BigEndian.Uint64(k))
}

// NextNumber is the number that the next request gets.
func (tx *Tx) NextNumber() request.Number { return tx.LastNumber() + 1 }

// Events are a request's events, oldest first.
func (tx *Tx) Events(n request.Number) []request.Event {
	var all []request.Event
	tx.prefixed(bucketEvents, key64(uint64(n)), func(k, v []byte) bool {
		var e request.Event
		if tx.decode(bucketEvents, k, v, &e) {
			all = append(all, e)
		}
		return true
	})
	return all
}

// Record appends events to a request, and brings its snapshot and indexes up to date.
func (tx *Tx) Record(n request.Number, events ...request.Event) (request.Request, error) {
	before, _ := tx.Request(n)
	after := before
	after.Number = n
	for _, e := range events {
		e.At = e.At.UTC()
		var err error
		if after, err = request.Apply(after, e); err != nil {
			return before, fmt.Errorf("request %d: %w", n, err)
		}
		tx.putJSON(bucketEvents, key64s(uint64(n), uint64(after.Events)), e)
		if e.Mail != 0 && (e.Type == request.Opened || e.Type == request.Added) {
			tx.link(n, mailIn, e.Mail)
		}
	}
	tx.unindex(before)
	tx.index(after)
	tx.putJSON(bucketRequests, key64(uint64(n)), after)
	return after, tx.fault
}

// Apply records all of a verdict but its ledger row and letters.
func (tx *Tx) Apply(v intake.Verdict) error {
	for _, text := range v.Texts {
		tx.PutText(text)
	}
	for _, c := range v.Changes {
		if _, err := tx.Record(c.Request, c.Events...); err != nil {
			return err
		}
	}
	for _, id := range v.Thread {
		tx.Join(id, v.Request)
	}
	for _, e := range v.Desk {
		tx.AppendDesk(e)
	}
	for _, nonce := range v.Links {
		tx.put(bucketLinks, key64(nonce), nil)
	}
	return tx.fault
}

// Directions of a mail in the mails bucket.
const (
	mailIn  = 0
	mailOut = 1
)

func (tx *Tx) link(n request.Number, direction, id uint64) {
	tx.put(bucketMails, key64s(uint64(n), direction, id), nil)
}

// Mails lists the ledger numbers of a request's incoming mails, and the outbox numbers of those sent about it.
func (tx *Tx) Mails(n request.Number) (in, out []uint64) {
	tx.prefixed(bucketMails, key64(uint64(n)), func(k, _ []byte) bool {
		id := binary.BigEndian.Uint64(k[16:])
		if binary.BigEndian.Uint64(k[8:]) == mailIn {
			in = append(in, id)
		} else {
			out = append(out, id)
		}
		return true
	})
	return in, out
}

// PutText keeps a personal text and gives its reference.
func (tx *Tx) PutText(text string) request.TextRef {
	ref := request.RefOf(text)
	if ref != "" && tx.bucket(bucketTexts).Get([]byte(ref)) == nil {
		tx.put(bucketTexts, []byte(ref), seal([]byte(text)))
	}
	return ref
}

// Text is the text behind a reference, or "".
func (tx *Tx) Text(ref request.TextRef) string {
	b := tx.bucket(bucketTexts).Get([]byte(ref))
	if ref == "" || b == nil {
		return ""
	}
	v, err := unseal(b)
	if err != nil {
		tx.fail(fmt.Errorf("text %s: %w", ref, err))
	}
	return string(v)
}

// Join makes a Message-ID lead to a request. The first request that a Message-ID belongs to keeps it.
func (tx *Tx) Join(messageID string, n request.Number) {
	if key := hashKey(messageID); messageID != "" && n != 0 && tx.bucket(bucketThreads).Get(key) == nil {
		tx.put(bucketThreads, key, key64(uint64(n)))
	}
}

// ThreadOf finds the request that a Message-ID leads to.
func (tx *Tx) ThreadOf(messageID string) (request.Number, bool) {
	b := tx.bucket(bucketThreads).Get(hashKey(messageID))
	if messageID == "" || b == nil {
		return 0, false
	}
	return request.Number(binary.BigEndian.Uint64(b)), true
}

// LinkUsed tells whether a one-tap link was used before.
func (tx *Tx) LinkUsed(nonce uint64) bool { return tx.bucket(bucketLinks).Get(key64(nonce)) != nil }

// AppendDesk records something that happened to the desk as a whole.
func (tx *Tx) AppendDesk(e intake.DeskEvent) {
	e.At = e.At.UTC()
	n, err := tx.bucket(bucketDesk).NextSequence()
	tx.fail(err)
	tx.putJSON(bucketDesk, key64s(timeKey(e.At), n), e)
}

// Desk are the desk's events from a time on, oldest first.
func (tx *Tx) Desk(from time.Time) []intake.DeskEvent {
	var all []intake.DeskEvent
	c := tx.bucket(bucketDesk).Cursor()
	for k, v := c.Seek(key64(timeKey(from))); k != nil; k, v = c.Next() {
		var e intake.DeskEvent
		if tx.decode(bucketDesk, k, v, &e) {
			all = append(all, e)
		}
	}
	return all
}

// LastDesk is the latest desk event of a type.
func (tx *Tx) LastDesk(kind string) (intake.DeskEvent, bool) {
	c := tx.bucket(bucketDesk).Cursor()
	for k, v := c.Last(); k != nil; k, v = c.Prev() {
		var e intake.DeskEvent
		if tx.decode(bucketDesk, k, v, &e) && e.Type == kind {
			return e, true
		}
	}
	return intake.DeskEvent{}, false
}
