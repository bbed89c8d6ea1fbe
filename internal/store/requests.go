package store

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"triaged/internal/intake"
	"triaged/internal/request"
)

// Request looks up a snapshot.
func (tx *Tx) Request(n request.Number) (request.Request, bool) {
	var r request.Request
	if n <= 0 {
		return r, false
	}
	ok := tx.getJSON(bucketSnaps, key64(uint64(n)), &r)
	return r, ok
}

// Requests visits every snapshot, in the order of numbers.
func (tx *Tx) Requests() iter.Seq[request.Request] {
	return func(yield func(request.Request) bool) {
		c := tx.cursor(bucketSnaps)
		for k, v := c.first(); k != nil; k, v = c.next() {
			var r request.Request
			if !tx.decode(bucketSnaps, k, v, &r) || !yield(r) {
				return
			}
		}
	}
}

// LastNumber is the highest request number in use; 0 if there is none.
func (tx *Tx) LastNumber() request.Number {
	k, _ := tx.cursor(bucketSnaps).last()
	return request.Number(number(k, 0))
}

// NextNumber is the number that the next request gets. After a restore it has skipped those that may have been given.
func (tx *Tx) NextNumber() request.Number {
	if n := tx.wanted; n > 0 {
		if _, taken := tx.Request(n); !taken {
			return n
		}
	}
	return max(tx.LastNumber(), tx.floor()) + 1
}

// Want makes a number the next one, if it is free: the number that people were told by a state that was lost. 0 ends it.
func (tx *Tx) Want(n request.Number) { tx.wanted = n }

// Events are a request's events, oldest first.
func (tx *Tx) Events(n request.Number) []request.Event {
	var all []request.Event
	tx.prefixed(bucketEvents, key64(uint64(n)), func(k, v []byte) bool {
		var e request.Event
		if !tx.decode(bucketEvents, k, v, &e) {
			return false
		}
		all = append(all, e)
		return true
	})
	return all
}

// Record appends events to a request, and brings its snapshot and indexes up to date.
func (tx *Tx) Record(n request.Number, events ...request.Event) (request.Request, error) {
	if n <= 0 {
		return request.Request{}, fmt.Errorf("there can be no request %d", n)
	}
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
		if k, ok := mailKey(n, e); ok {
			tx.put(k.bucket, k.key, nil)
		}
	}
	if after.Events == before.Events {
		return after, tx.fault
	}
	tx.reindexed(tx.indexKeys(before), tx.indexKeys(after))
	tx.putJSON(bucketSnaps, key64(uint64(n)), after)
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

// mailKey lists the mail that an event brought to its request.
func mailKey(n request.Number, e request.Event) (indexKey, bool) {
	came := e.Mail != 0 && (e.Type == request.Opened || e.Type == request.Added)
	return indexKey{bucket: bucketMails, key: key64s(uint64(n), mailIn, e.Mail)}, came
}

// Mails lists the ledger numbers of a request's incoming mails, and the outbox numbers of those sent about it. Where one mail
// had another taken in, as by opening one that was set aside, both are listed.
func (tx *Tx) Mails(n request.Number) (in, out []uint64) {
	tx.prefixed(bucketMails, key64(uint64(n)), func(k, _ []byte) bool {
		if number(k, 8) == mailIn {
			in = append(in, number(k, 16))
		} else {
			out = append(out, number(k, 16))
		}
		return true
	})
	for _, e := range tx.Events(n) {
		if e.Origin != 0 && (e.Type == request.Opened || e.Type == request.Added) && !slices.Contains(in, e.Origin) {
			in = append(in, e.Origin)
		}
	}
	return in, out
}

// PutText keeps a personal text and gives its reference.
func (tx *Tx) PutText(text string) request.TextRef {
	ref := request.RefOf(text)
	if ref == "" {
		return ""
	}
	if had, ok := tx.get(bucketTexts, []byte(ref)); !ok || len(had) == 0 {
		tx.put(bucketTexts, []byte(ref), []byte(text))
	}
	return ref
}

// Text is the text behind a reference, or "".
func (tx *Tx) Text(ref request.TextRef) string {
	if ref == "" {
		return ""
	}
	v, _ := tx.get(bucketTexts, []byte(ref))
	return string(v)
}

// Join makes a Message-ID lead to a request. The first request that a Message-ID belongs to keeps it. The bot's own mails
// need no joining.
func (tx *Tx) Join(messageID string, n request.Number) {
	if messageID == "" || n == 0 {
		return
	}
	if _, ok := tx.ThreadOf(messageID); !ok {
		tx.put(bucketThread, hashKey(messageID), key64(uint64(n)))
	}
}

// ThreadOf finds the request that a Message-ID leads to: one that was joined to it, or one that a mail of the bot's under
// this Message-ID is about.
func (tx *Tx) ThreadOf(messageID string) (request.Number, bool) {
	if messageID == "" {
		return 0, false
	}
	key := hashKey(messageID)
	if n, ok := tx.getNumber(bucketThread, key); ok {
		return request.Number(n), true
	}
	v, _ := tx.get(bucketBySentID, key)
	n := number(v, 8)
	return request.Number(n), n != 0
}

// Tag makes the tag of another system's, such as "[rt.example #12]", lead to a request.
func (tx *Tx) Tag(tag string, n request.Number) {
	tx.put(bucketThread, tagKey(tag), key64(uint64(n)))
}

// Tagged finds the request that another system had under a tag.
func (tx *Tx) Tagged(tag string) (request.Number, bool) {
	n, ok := tx.getNumber(bucketThread, tagKey(tag))
	return request.Number(n), ok
}

// tagKey is no key of a Message-ID, which has no line feed: a tag can be guessed, and must not open a thread to anybody.
func tagKey(tag string) []byte { return hashKey("tag\n" + strings.ToLower(tag)) }

// LinkUsed tells whether a one-tap link was used before.
func (tx *Tx) LinkUsed(nonce uint64) bool {
	_, ok := tx.get(bucketLinks, key64(nonce))
	return ok
}
