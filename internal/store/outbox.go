package store

import (
	"bytes"
	"fmt"
	"iter"
	"math"
	"strings"
	"time"

	"triaged/internal/compose"
	"triaged/internal/intake"
	"triaged/internal/request"
)

// Delivery is where an outgoing mail stands.
type Delivery string

// The states of an outgoing mail.
const (
	Pending Delivery = "pending"
	Sent    Delivery = "sent"
	Dead    Delivery = "dead" // given up: refused for good, or not accepted for too long
	Held    Delivery = "held" // kept back: Hold says by what
)

// Hold is what keeps a mail back, and the reason in words. The zero Hold is nothing.
type Hold struct {
	By  Brake
	Why string
}

// Brake is what can keep mails back.
type Brake string

// The brakes.
const (
	ByCap     Brake = "cap"         // enough went to its recipient, or about its request
	ByBounce  Brake = "unreachable" // mail to its recipient bounced for good
	ByBreaker Brake = "breaker"     // the bot itself sent absurdly much
)

// Entry is one mail in the outbox.
type Entry struct {
	ID        uint64           `json:"id"`
	Letter    compose.Letter   `json:"letter"`
	MessageID string           `json:"message_id"`
	State     Delivery         `json:"state"`
	Next      time.Time        `json:"next,omitzero"` // when to try
	Attempts  int              `json:"attempts"`
	Tried     time.Time        `json:"tried,omitzero"`    // the last attempt
	Ended     time.Time        `json:"ended,omitzero"`    // when it was sent or given up
	Hold      Brake            `json:"hold,omitempty"`    // of a held one; "" in those of older versions, which were held by caps
	Released  time.Time        `json:"released,omitzero"` // when it was let go after it was held: caps count it from then
	LastError string           `json:"last_error,omitempty"`
	Subject   string           `json:"subject,omitempty"` // as rendered
	Forms     []string         `json:"forms,omitempty"`   // its text, and its HTML form as text, for recognising the bot's own words in answers; only of mails that take commands
	Listed    []compose.Listed `json:"listed,omitempty"`  // what it offered
	Wiped     string           `json:"wiped,omitempty"`   // why the bytes are no longer kept
	Raw       RawRef           `json:"raw,omitzero"`      // the bytes as sent, since the first attempt

	Gathered int `json:"gathered,omitempty"` // how often more was put into it: who rendered it before must do so again
}

// Open tells whether nobody has tried to send the mail yet, so that more may be put into it.
func (e Entry) Open() bool { return e.State == Pending && e.Attempts == 0 && e.Raw == (RawRef{}) }

// counted is since when the caps count a mail.
func (e Entry) counted() time.Time {
	if !e.Released.IsZero() {
		return e.Released
	}
	return e.Letter.At
}

// Release lets a held or given-up mail go, with all its tries before it. What was never tried is ready only now, and says so.
func (e *Entry) Release(now time.Time) {
	e.State, e.Next, e.Ended, e.LastError, e.Attempts = Pending, now.UTC(), time.Time{}, "", 0
	e.Hold, e.Released = "", now.UTC()
	if e.Raw == (RawRef{}) {
		e.Letter.Ready = now.UTC()
	}
}

// Owe puts a mail into the outbox, to be sent at once unless something holds it back.
func (tx *Tx) Owe(l compose.Letter, hold Hold) Entry {
	l.At = l.At.UTC()
	e := Entry{ID: tx.next(bucketOutbox), Letter: l, State: Pending, Next: l.At}
	if hold != (Hold{}) {
		e.State, e.Hold, e.LastError, e.Next = Held, hold.By, hold.Why, time.Time{}
	}
	e.MessageID = tx.s.options.MessageID(e.ID, e)
	tx.saveEntry(Entry{}, e)
	return e
}

// Regain puts a mail into the outbox under the number and Message-ID that it had in a state that was lost.
func (tx *Tx) Regain(e Entry) {
	if _, ok := tx.Entry(e.ID); ok || e.ID == 0 || e.ID > tx.sequence(bucketOutbox) {
		tx.fail(fmt.Errorf("there can be no mail %d of a lost state in the outbox", e.ID))
		return
	}
	e.Letter.At = e.Letter.At.UTC()
	tx.saveEntry(Entry{}, e)
}

// indexKeys are all index entries of one outgoing mail.
func (e Entry) indexKeys() []indexKey {
	if e.ID == 0 {
		return nil
	}
	about := uint64(e.Letter.Request)
	keys := []indexKey{{bucketBySentID, hashKey(e.MessageID), key64s(e.ID, about)}}
	counted := e.State != Held // by the caps
	if counted {
		key := append(recipientKey(e.Letter.To.Address), key64s(timeKey(e.counted()), e.ID)...)
		keys = append(keys, indexKey{bucket: bucketRates, key: key})
	}
	if about != 0 {
		k := indexKey{bucket: bucketMails, key: key64s(about, mailOut, e.ID)}
		if counted {
			k.value = key64(timeKey(e.counted()))
		}
		keys = append(keys, k)
	}
	switch e.State {
	case Pending:
		key := append([]byte{byte(e.Letter.Urgency())}, key64s(timeKey(e.Next), e.ID)...)
		keys = append(keys, indexKey{bucket: bucketToSend, key: key})
	case Held, Dead:
		keys = append(keys, indexKey{bucket: bucketHeldDead, key: named(e.State, e.ID)})
	}
	return keys
}

func (tx *Tx) saveEntry(before, after Entry) {
	tx.reindexed(before.indexKeys(), after.indexKeys())
	tx.putJSON(bucketOutbox, key64(after.ID), after)
}

// Entry looks an outgoing mail up.
func (tx *Tx) Entry(id uint64) (Entry, bool) {
	var e Entry
	ok := tx.getJSON(bucketOutbox, key64(id), &e)
	return e, ok
}

// Change alters an entry and its indexes. Its number and Message-ID stay.
func (tx *Tx) Change(id uint64, alter func(*Entry)) error {
	before, ok := tx.Entry(id)
	if !ok {
		if tx.fault != nil {
			return tx.fault
		}
		return fmt.Errorf("there is no mail %d in the outbox", id)
	}
	after := before
	alter(&after)
	after.ID, after.MessageID = before.ID, before.MessageID
	tx.saveEntry(before, after)
	return tx.fault
}

// SentID finds an entry by its Message-ID.
func (tx *Tx) SentID(messageID string) (Entry, bool) {
	v, ok := tx.get(bucketBySentID, hashKey(messageID))
	if !ok {
		return Entry{}, false
	}
	return tx.Entry(number(v, 0))
}

// Sent is SentID as intake sees it.
func (tx *Tx) Sent(messageID string) (intake.Sent, bool) {
	e, ok := tx.SentID(messageID)
	return intake.Sent{ID: e.ID, MessageID: e.MessageID, Letter: e.Letter, Listed: e.Listed,
		Subject: e.Subject, Forms: e.Forms}, ok
}

// Outbox visits the entries in a state, oldest first but for the pending ones, which come in the order of their urgency,
// and then of their next attempts; "" visits all.
func (tx *Tx) Outbox(state Delivery) iter.Seq[Entry] {
	switch state {
	case Pending:
		return tx.entriesAt(bucketToSend, nil, 9)
	case Held, Dead:
		return tx.entriesAt(bucketHeldDead, named(state), len(state)+1)
	}
	return func(yield func(Entry) bool) {
		tx.entriesFrom(0, func(e Entry) bool { return state != "" && e.State != state || yield(e) })
	}
}

// Unsent counts the mails that have not been sent, by their states.
func (tx *Tx) Unsent() (pending, held, dead int) {
	pending = tx.count(bucketToSend)
	for _, c := range []struct {
		state Delivery
		n     *int
	}{{Held, &held}, {Dead, &dead}} {
		prefix := named(c.state)
		tx.prefixed(bucketHeldDead, prefix, func(_, _ []byte) bool { *c.n++; return true })
	}
	return pending, held, dead
}

// OldestPending is the mail that was owed first of those that are to be sent. It reads one mail, however many wait.
func (tx *Tx) OldestPending() (Entry, bool) {
	oldest := uint64(math.MaxUint64)
	tx.prefixed(bucketToSend, nil, func(k, _ []byte) bool { oldest = min(oldest, number(k, 9)); return true })
	return tx.Entry(oldest)
}

// entriesAt visits the entries that an index names.
func (tx *Tx) entriesAt(name bucketName, prefix []byte, at int) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		tx.prefixed(name, prefix, func(k, _ []byte) bool {
			e, ok := tx.Entry(number(k, at))
			return ok && yield(e)
		})
	}
}

func (tx *Tx) entriesFrom(id uint64, visit func(Entry) bool) {
	tx.each(bucketOutbox, key64(id), nil, func(k, v []byte) bool {
		var e Entry
		return tx.decode(bucketOutbox, k, v, &e) && visit(e)
	})
}

// EachEntry visits the outgoing mails in a state as Outbox does, until visit fails. It may take as long as it likes: it
// holds no transaction open meanwhile, and so may see what is added or changed on its way.
func (s *Store) EachEntry(state Delivery, visit func(Entry) error) error {
	if state == "" || state == Sent {
		return paged(s, func(tx *Tx, from uint64, take func(Entry) bool) { tx.entriesFrom(from, take) },
			func(e Entry) uint64 { return e.ID }, func(e Entry) error {
				if state != "" && e.State != state {
					return nil
				}
				return visit(e)
			})
	}
	var ids []uint64
	err := s.View(func(tx *Tx) error {
		for e := range tx.Outbox(state) {
			ids = append(ids, e.ID)
		}
		return nil
	})
	for _, id := range ids {
		var e Entry
		if err == nil {
			err = s.View(func(tx *Tx) error { e, _ = tx.Entry(id); return nil })
		}
		if err == nil && e.State == state {
			err = visit(e)
		}
	}
	return err
}

// page is how many records of a long list are read in one transaction.
const page = 256

// paged visits records in the order of their numbers, some in a transaction.
func paged[T any](s *Store, read func(tx *Tx, from uint64, take func(T) bool), number func(T) uint64, visit func(T) error) error {
	for from := uint64(0); ; {
		var some []T
		err := s.View(func(tx *Tx) error {
			read(tx, from, func(record T) bool {
				some = append(some, record)
				return len(some) < page
			})
			return nil
		})
		for _, record := range some {
			if err := visit(record); err != nil {
				return err
			}
			from = number(record) + 1
		}
		if err != nil || len(some) < page {
			return err
		}
	}
}

// OwedTo visits the mails owed to an address, the latest first, held ones left out.
func (tx *Tx) OwedTo(address string) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		prefix := recipientKey(address)
		c := tx.cursor(bucketRates)
		k, _ := c.before(append(prefix[:len(prefix):len(prefix)], bytes.Repeat([]byte{0xFF}, 16)...))
		for ; bytes.HasPrefix(k, prefix); k, _ = c.prev() {
			if e, ok := tx.Entry(number(k, len(prefix)+8)); !ok || !yield(e) {
				return
			}
		}
	}
}

// HeldLatest visits the mails that are held, the latest first.
func (tx *Tx) HeldLatest() iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		prefix := named(Held)
		c := tx.cursor(bucketHeldDead)
		k, _ := c.before(append(prefix[:len(prefix):len(prefix)], bytes.Repeat([]byte{0xFF}, 9)...))
		for ; bytes.HasPrefix(k, prefix); k, _ = c.prev() {
			if e, ok := tx.Entry(number(k, len(prefix))); !ok || !yield(e) {
				return
			}
		}
	}
}

// MailsTo lists the mails owed to an address since a time and up to another by their numbers, oldest first, without those
// that are held.
func (tx *Tx) MailsTo(address string, since, until time.Time) (ids []uint64) {
	prefix := recipientKey(address)
	from, end := append(prefix[:len(prefix):len(prefix)], key64(timeKey(since))...), timeKey(until)
	tx.each(bucketRates, from, prefix, func(k, _ []byte) bool {
		if number(k, len(prefix)) > end {
			return false
		}
		ids = append(ids, number(k, len(prefix)+8))
		return true
	})
	return ids
}

func recipientKey(address string) []byte { return hashKey(strings.ToLower(address)) }

// MailsAbout lists the mails owed about a request since a time and up to another by their numbers, oldest first, without
// those that are held.
func (tx *Tx) MailsAbout(n request.Number, since, until time.Time) (ids []uint64) {
	from, end := timeKey(since), timeKey(until)
	tx.prefixed(bucketMails, key64s(uint64(n), mailOut), func(k, v []byte) bool {
		if len(v) == 8 && number(v, 0) >= from && number(v, 0) <= end {
			ids = append(ids, number(k, 16))
		}
		return true
	})
	return ids
}

// OwedSince visits the entries that were owed at a time or later, the latest first. They are numbered in that order, but for
// those that were owed while a clock was wrong.
func (tx *Tx) OwedSince(t time.Time) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		c := tx.cursor(bucketOutbox)
		for k, v := c.last(); k != nil; k, v = c.prev() {
			var e Entry
			if !tx.decode(bucketOutbox, k, v, &e) || e.Letter.At.Before(t) || !yield(e) {
				return
			}
		}
	}
}

// LastEntry is the highest number in the outbox.
func (tx *Tx) LastEntry() uint64 { return tx.sequence(bucketOutbox) }
