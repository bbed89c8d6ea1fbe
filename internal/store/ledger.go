package store

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"iter"
	"slices"
	"time"

	"triaged/internal/intake"
	"triaged/internal/request"
)

// Row is the ledger's account of one received mail.
type Row struct {
	Number      uint64         `json:"number"`
	Mailbox     string         `json:"mailbox"`
	Folder      string         `json:"folder"`
	UIDValidity uint32         `json:"uid_validity"`
	UID         uint32         `json:"uid"`
	MessageID   string         `json:"message_id,omitempty"`
	Fingerprint string         `json:"fingerprint,omitempty"` // hexadecimal
	Outcome     intake.Outcome `json:"outcome"`
	Reason      string         `json:"reason"`
	Request     request.Number `json:"request,omitempty"`
	At          time.Time      `json:"at"`       // of the decision
	Received    time.Time      `json:"received"` // INTERNALDATE
	Size        int64          `json:"size"`
	Raw         RawRef         `json:"raw,omitzero"`
	Said        RawRef         `json:"said,omitzero"`   // what was said at a shell, where that was no mail
	Wiped       string         `json:"wiped,omitempty"` // why the bytes are no longer kept
}

// Kept is how many bytes the row has of raw mails.
func (row Row) Kept() int64 { return row.Raw.Length + row.Said.Length }

func uidKey(mailbox, folder string, validity, uid uint32) []byte {
	b := append([]byte(valid(mailbox)), 0)
	b = append(append(b, valid(folder)...), 0)
	b = binary.BigEndian.AppendUint32(b, validity)
	return binary.BigEndian.AppendUint32(b, uid)
}

// NextLedger is the number that the next row gets.
func (tx *Tx) NextLedger() uint64 { return tx.sequence(bucketLedger) + 1 }

// Account adds a row under the next ledger number. A mail has one row: a second under the same place on the server is
// refused.
func (tx *Tx) Account(row Row) {
	if had, ok := tx.Accounted(row.Mailbox, row.Folder, row.UIDValidity, row.UID); ok {
		tx.fail(fmt.Errorf("%s, uid %d of %s is accounted for already, as ledger %d", row.Mailbox, row.UID, row.Folder, had.Number))
		return
	}
	row.Number, row.At, row.Received = tx.next(bucketLedger), row.At.UTC(), row.Received.UTC()
	tx.putJSON(bucketLedger, key64(row.Number), row)
	tx.reindexed(nil, row.indexKeys())
}

// indexKeys are all index entries of one row.
func (row Row) indexKeys() []indexKey {
	n := key64(row.Number)
	keys := []indexKey{
		{bucketByUID, uidKey(row.Mailbox, row.Folder, row.UIDValidity, row.UID), n},
		{bucket: bucketByOutcome, key: named(row.Outcome, row.Number)},
	}
	// A duplicate says nothing that the mail it doubles does not say: whoever sends one mail a thousand times shall
	// not make it a long list.
	var print [32]byte
	if _, err := hex.Decode(print[:], []byte(row.Fingerprint)); err == nil && row.Outcome != intake.Duplicate && row.known() {
		keys = append(keys, indexKey{bucket: bucketCopies, key: append(copyKey(row.MessageID, print), n...)})
	}
	return keys
}

// known tells whether the row has something to recognise the mail by.
func (row Row) known() bool { return row.MessageID != "" || len(row.Fingerprint) == 64 }

// copyKey is what copies of a mail have in common: first the Message-ID, or the contents where there is none, then the
// contents.
func copyKey(messageID string, print [32]byte) []byte {
	if messageID == "" {
		return slices.Clone(print[:sameID+sameContent])
	}
	return append(hashKey(messageID), print[:sameContent]...)
}

// Bytes of the parts of copyKey.
const (
	sameID      = 16
	sameContent = 8
)

// most is how many copies of one kind are looked at. The latest tell: once one of them had an effect, all that come
// after it are duplicates.
const most = 50

// Row looks a row up by its number.
func (tx *Tx) Row(n uint64) (Row, bool) {
	var row Row
	ok := tx.getJSON(bucketLedger, key64(n), &row)
	return row, ok
}

// Accounted finds the row of a mail by its place on the server.
func (tx *Tx) Accounted(mailbox, folder string, validity, uid uint32) (Row, bool) {
	n, ok := tx.getNumber(bucketByUID, uidKey(mailbox, folder, validity, uid))
	if !ok {
		return Row{}, false
	}
	return tx.Row(n)
}

// Copies are the ledger's mails under a Message-ID, or for a mail that has none those with its fingerprint, oldest first.
// Duplicates are left out. Of very many it gives the latest with the fingerprint, and the latest of the others.
func (tx *Tx) Copies(messageID string, fingerprint [32]byte) []intake.Seen {
	key := copyKey(messageID, fingerprint)
	numbers := tx.latestCopies(key, most)
	for _, n := range tx.latestCopies(key[:sameID], most) {
		if !slices.Contains(numbers, n) {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	var all []intake.Seen
	for _, n := range numbers {
		if row, ok := tx.Row(n); ok {
			seen := intake.Seen{Ledger: row.Number, Outcome: row.Outcome, Request: row.Request}
			hex.Decode(seen.Fingerprint[:], []byte(row.Fingerprint))
			all = append(all, seen)
		}
	}
	return all
}

// latestCopies gives ledger numbers from the end of the index entries with a prefix.
func (tx *Tx) latestCopies(prefix []byte, limit int) (numbers []uint64) {
	after := append(slices.Clone(prefix), bytes.Repeat([]byte{0xFF}, sameID+sameContent+9-len(prefix))...)
	c := tx.cursor(bucketCopies)
	for k, _ := c.before(after); bytes.HasPrefix(k, prefix) && len(k) > 0 && len(numbers) < limit; k, _ = c.prev() {
		numbers = append(numbers, number(k, sameID+sameContent))
	}
	return numbers
}

// Ledger visits the rows from a number on, oldest first.
func (tx *Tx) Ledger(from uint64) iter.Seq[Row] {
	return func(yield func(Row) bool) {
		tx.each(bucketLedger, key64(from), nil, func(k, v []byte) bool {
			var row Row
			return tx.decode(bucketLedger, k, v, &row) && yield(row)
		})
	}
}

// LedgerOf visits the rows of an outcome from a number on, oldest first.
func (tx *Tx) LedgerOf(outcome intake.Outcome, from uint64) iter.Seq[Row] {
	return func(yield func(Row) bool) {
		tx.each(bucketByOutcome, named(outcome, from), named(outcome), func(k, _ []byte) bool {
			row, ok := tx.Row(number(k, len(outcome)+1))
			return ok && yield(row)
		})
	}
}

// EachRow visits the rows from a number on, oldest first, until visit fails. It may take as long as it likes: it holds no
// transaction open meanwhile, and so may see what is added on its way.
func (s *Store) EachRow(from uint64, visit func(Row) error) error {
	return paged(s, func(tx *Tx, start uint64, take func(Row) bool) {
		for row := range tx.Ledger(max(from, start)) {
			if !take(row) {
				return
			}
		}
	}, func(row Row) uint64 { return row.Number }, visit)
}
