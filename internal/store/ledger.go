package store

import (
	"encoding/binary"
	"encoding/hex"
	"iter"
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
}

func uidKey(mailbox, folder string, validity, uid uint32) []byte {
	b := append([]byte(mailbox), 0)
	b = append(append(b, folder...), 0)
	b = binary.BigEndian.AppendUint32(b, validity)
	return binary.BigEndian.AppendUint32(b, uid)
}

// NextLedger is the number that the next row gets.
func (tx *Tx) NextLedger() uint64 { return tx.bucket(bucketLedger).Sequence() + 1 }

// Account adds a row. Its number must be NextLedger.
func (tx *Tx) Account(row Row) {
	n, err := tx.bucket(bucketLedger).NextSequence()
	tx.fail(err)
	row.Number, row.At, row.Received = n, row.At.UTC(), row.Received.UTC()
	tx.putJSON(bucketLedger, key64(n), row)
	for _, k := range row.indexKeys() {
		tx.put(k.bucket, k.key, key64(n))
	}
}

func (row Row) indexKeys() []indexKey {
	keys := []indexKey{{bucketByUID, uidKey(row.Mailbox, row.Folder, row.UIDValidity, row.UID)}}
	if row.MessageID != "" {
		keys = append(keys, indexKey{bucketByID, append(hashKey(row.MessageID), key64(row.Number)...)})
	} else if f, err := hex.DecodeString(row.Fingerprint); err == nil && len(f) == 32 {
		keys = append(keys, indexKey{bucketByContent, append(f[:16:16], key64(row.Number)...)})
	}
	return keys
}

// Row looks a row up by its number.
func (tx *Tx) Row(n uint64) (Row, bool) {
	var row Row
	ok := tx.getJSON(bucketLedger, key64(n), &row)
	return row, ok
}

// Accounted finds the row of a mail by its place on the server.
func (tx *Tx) Accounted(mailbox, folder string, validity, uid uint32) (Row, bool) {
	b := tx.bucket(bucketByUID).Get(uidKey(mailbox, folder, validity, uid))
	if b == nil {
		return Row{}, false
	}
	return tx.Row(binary.BigEndian.Uint64(b))
}

// Copies are the ledger's mails under a Message-ID, or for a mail that has none those with its fingerprint.
func (tx *Tx) Copies(messageID string, fingerprint [32]byte) []intake.Seen {
	bucket, prefix := bucketByID, hashKey(messageID)
	if messageID == "" {
		bucket, prefix = bucketByContent, fingerprint[:16]
	}
	var all []intake.Seen
	tx.prefixed(bucket, prefix, func(k, _ []byte) bool {
		if row, ok := tx.Row(binary.BigEndian.Uint64(k[16:])); ok {
			seen := intake.Seen{Ledger: row.Number, Outcome: row.Outcome, Request: row.Request}
			hex.Decode(seen.Fingerprint[:], []byte(row.Fingerprint))
			all = append(all, seen)
		}
		return len(all) < 100
	})
	return all
}

// Ledger visits the rows from a number on, oldest first.
func (tx *Tx) Ledger(from uint64) iter.Seq[Row] {
	return func(yield func(Row) bool) {
		c := tx.bucket(bucketLedger).Cursor()
		for k, v := c.Seek(key64(from)); k != nil; k, v = c.Next() {
			var row Row
			if tx.decode(bucketLedger, k, v, &row) && !yield(row) {
				return
			}
		}
	}
}
