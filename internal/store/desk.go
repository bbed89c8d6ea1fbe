package store

import (
	"iter"
	"time"

	"triaged/internal/intake"
)

// AppendDesk records something that happened to the desk as a whole.
func (tx *Tx) AppendDesk(e intake.DeskEvent) {
	e.At = e.At.UTC()
	n := tx.next(bucketDesk)
	tx.putJSON(bucketDesk, key64(n), e)
	k := deskKey(n, e)
	tx.put(k.bucket, k.key, nil)
}

func deskKey(n uint64, e intake.DeskEvent) indexKey {
	return indexKey{bucket: bucketByKind, key: named(e.Type, n)}
}

// LastDesk is the latest desk event of a type.
func (tx *Tx) LastDesk(kind string) (intake.DeskEvent, bool) {
	var e intake.DeskEvent
	prefix := named(kind)
	k, _ := tx.cursor(bucketByKind).before(append(prefix, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF))
	if len(k) != len(prefix)+8 || string(k[:len(prefix)]) != string(prefix) {
		return e, false
	}
	ok := tx.getJSON(bucketDesk, key64(number(k, len(prefix))), &e)
	return e, ok
}

// DeskBack visits the desk's events of a type, the latest first.
func (tx *Tx) DeskBack(kind string) iter.Seq[intake.DeskEvent] {
	return func(yield func(intake.DeskEvent) bool) {
		prefix := named(kind)
		c := tx.cursor(bucketByKind)
		k, _ := c.before(append(prefix[:len(prefix):len(prefix)], 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF))
		for ; len(k) == len(prefix)+8 && string(k[:len(prefix)]) == string(prefix); k, _ = c.prev() {
			var e intake.DeskEvent
			if !tx.getJSON(bucketDesk, key64(number(k, len(prefix))), &e) || !yield(e) {
				return
			}
		}
	}
}

// FirstLook is when a folder was first watched; it records now for a folder that it does not know.
func (tx *Tx) FirstLook(mailbox, folder string, now time.Time) time.Time {
	key := []byte(mailbox + "\x00" + folder)
	if k, ok := tx.getNumber(bucketLooks, key); ok {
		return keyTime(k)
	}
	tx.put(bucketLooks, key, key64(timeKey(now)))
	return now
}

// FirstNext is what Folder.Next was when a folder was first opened under its first UIDVALIDITY; it records next for a folder
// that it does not know. Under another UIDVALIDITY nothing is known, and it is 0.
func (tx *Tx) FirstNext(mailbox, folder string, validity, next uint32) uint32 {
	key := []byte(mailbox + "\x00" + folder + "\x00next")
	k, ok := tx.getNumber(bucketLooks, key)
	if !ok {
		k = uint64(validity)<<32 | uint64(next)
		tx.put(bucketLooks, key, key64(k))
	}
	if uint32(k>>32) != validity {
		return 0
	}
	return uint32(k)
}
