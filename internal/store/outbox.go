package store

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"iter"
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
	Held    Delivery = "held" // kept back by a cap or by an operator
)

// Entry is one mail in the outbox.
type Entry struct {
	ID        uint64           `json:"id"`
	Letter    compose.Letter   `json:"letter"`
	MessageID string           `json:"message_id"`
	State     Delivery         `json:"state"`
	Next      time.Time        `json:"next,omitzero"` // when to try
	Attempts  int              `json:"attempts"`
	Tried     time.Time        `json:"tried,omitzero"` // the last attempt
	Ended     time.Time        `json:"ended,omitzero"` // when it was sent or given up
	LastError string           `json:"last_error,omitempty"`
	Subject   string           `json:"subject,omitempty"` // as rendered
	Forms     []string         `json:"forms,omitempty"`   // its text, and its HTML form as text, for recognising the bot's own words in answers; only of mails that take commands
	Listed    []compose.Listed `json:"listed,omitempty"`  // what it offered
	Raw       RawRef           `json:"raw,omitzero"`      // the bytes as sent, since the first attempt
}

// Owe puts a mail into the outbox.
func (tx *Tx) Owe(l compose.Letter, held string) Entry {
	id, err := tx.bucket(bucketOutbox).NextSequence()
	tx.fail(err)
	l.At = l.At.UTC()
	e := Entry{ID: id, Letter: l, State: Pending, Next: l.At}
	if held != "" {
		e.State, e.LastError, e.Next = Held, held, time.Time{}
	}
	e.MessageID = tx.s.options.MessageID(id, e)
	tx.saveEntry(Entry{}, e)
	tx.put(bucketBySentID, hashKey(e.MessageID), key64(id))
	tx.Join(e.MessageID, l.Request)
	if l.Request != 0 {
		tx.link(l.Request, mailOut, id)
	}
	return e
}

func (e Entry) indexKeys() []indexKey {
	if e.ID == 0 {
		return nil
	}
	keys := e.rateKeys()
	switch e.State {
	case Pending:
		keys = append(keys, indexKey{bucketToSend, key64s(timeKey(e.Next), e.ID)})
	case Held, Dead:
		keys = append(keys, indexKey{bucketHeldDead, append([]byte(e.State+"\x00"), key64(e.ID)...)})
	}
	return keys
}

func (tx *Tx) saveEntry(before, after Entry) {
	for _, k := range before.indexKeys() {
		tx.delete(k.bucket, k.key)
	}
	for _, k := range after.indexKeys() {
		tx.put(k.bucket, k.key, nil)
	}
	tx.putJSON(bucketOutbox, key64(after.ID), after)
}

// Entry looks an outgoing mail up.
func (tx *Tx) Entry(id uint64) (Entry, bool) {
	var e Entry
	ok := tx.getJSON(bucketOutbox, key64(id), &e)
	return e, ok
}

// Change alters an entry and its indexes.
func (tx *Tx) Change(id uint64, alter func(*Entry)) error {
	before, ok := tx.Entry(id)
	if !ok {
		return fmt.Errorf("there is no mail %d in the outbox", id)
	}
	after := before
	alter(&after)
	tx.saveEntry(before, after)
	return tx.fault
}

// ToSend lists the entries whose time has come, earliest first.
func (tx *Tx) ToSend(now time.Time, limit int) []Entry {
	var all []Entry
	c := tx.bucket(bucketToSend).Cursor()
	for k, _ := c.First(); k != nil && len(all) < limit; k, _ = c.Next() {
		if keyTime(binary.BigEndian.Uint64(k)).After(now) {
			break
		}
		if e, ok := tx.Entry(binary.BigEndian.Uint64(k[8:])); ok {
			all = append(all, e)
		}
	}
	return all
}

// NextSend is when the next entry is to be tried.
func (tx *Tx) NextSend() (time.Time, bool) {
	k, _ := tx.bucket(bucketToSend).Cursor().First()
	if k == nil {
		return time.Time{}, false
	}
	return keyTime(binary.BigEndian.Uint64(k)), true
}

// SentID finds an entry by its Message-ID.
func (tx *Tx) SentID(messageID string) (Entry, bool) {
	b := tx.bucket(bucketBySentID).Get(hashKey(messageID))
	if b == nil {
		return Entry{}, false
	}
	return tx.Entry(binary.BigEndian.Uint64(b))
}

// Sent is SentID as intake sees it.
func (tx *Tx) Sent(messageID string) (intake.Sent, bool) {
	e, ok := tx.SentID(messageID)
	return intake.Sent{ID: e.ID, MessageID: e.MessageID, Letter: e.Letter, Listed: e.Listed,
		Subject: e.Subject, Forms: e.Forms}, ok
}

// Outbox visits the entries in a state, oldest first; "" visits all.
func (tx *Tx) Outbox(state Delivery) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		c := tx.bucket(bucketOutbox).Cursor()
		for k, v := c.First(); k != nil; k, v = c.Next() {
			var e Entry
			if tx.decode(bucketOutbox, k, v, &e) && (state == "" || e.State == state) && !yield(e) {
				return
			}
		}
	}
}

// MailsTo counts the mails owed to an address since a time, held ones not counted.
func (tx *Tx) MailsTo(address string, since time.Time) int {
	return tx.countSince(recipientKey(address), since)
}

// MailsAbout counts the mails owed about a request since a time, held ones not counted.
func (tx *Tx) MailsAbout(n request.Number, since time.Time) int {
	return tx.countSince(aboutKey(n), since)
}

func recipientKey(address string) []byte { return hashKey("to " + strings.ToLower(address)) }

func aboutKey(n request.Number) []byte { return hashKey("about " + n.Label("")) }

func (tx *Tx) countSince(prefix []byte, since time.Time) int {
	count := 0
	c := tx.bucket(bucketRates).Cursor()
	for k, _ := c.Seek(append(prefix[:16:16], key64(timeKey(since))...)); k != nil && bytes.HasPrefix(k, prefix); k, _ = c.Next() {
		count++
	}
	return count
}

// rateKeys are the entries by which caps count a mail. They follow from the entry.
func (e Entry) rateKeys() []indexKey {
	if e.State == Held {
		return nil
	}
	tail := key64s(timeKey(e.Letter.At), e.ID)
	keys := []indexKey{{bucketRates, append(recipientKey(e.Letter.To.Address), tail...)}}
	if e.Letter.Request != 0 {
		keys = append(keys, indexKey{bucketRates, append(aboutKey(e.Letter.Request), tail...)})
	}
	return keys
}
