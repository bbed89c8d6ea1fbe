package store

import (
	"encoding/binary"
	"iter"
	"time"

	"triaged/internal/request"
)

// indexKeys are all index entries of one snapshot, as bucket and key. They follow from the snapshot alone, so that an
// old snapshot tells what to remove and Check what ought to be there.
func (s *Store) indexKeys(r request.Request) []indexKey {
	if r.Events == 0 {
		return nil
	}
	d := s.options.Derive(r)
	var keys []indexKey
	if r.State.Active() {
		key := append([]byte{byte(d.Rank.Class)}, key64s(timeKey(d.Rank.Due), uint64(r.Number))...)
		keys = append(keys, indexKey{bucketQueue, key})
	}
	if r.Uncategorized() {
		keys = append(keys, indexKey{bucketNew, key64s(timeKey(r.Submitted), uint64(r.Number))})
	}
	for _, due := range d.Due {
		keys = append(keys, indexKey{bucketDue, append(key64s(timeKey(due.At), uint64(r.Number)), due.What...)})
	}
	return keys
}

type indexKey struct{ bucket, key []byte }

func (tx *Tx) index(r request.Request) {
	for _, k := range tx.s.indexKeys(r) {
		tx.put(k.bucket, k.key, nil)
	}
}

func (tx *Tx) unindex(r request.Request) {
	for _, k := range tx.s.indexKeys(r) {
		tx.delete(k.bucket, k.key)
	}
}

// reindex makes the queue and due indexes anew from the snapshots of all requests.
func (tx *Tx) reindex() error {
	for _, name := range [][]byte{bucketQueue, bucketNew, bucketDue} {
		if err := tx.bolt.DeleteBucket(name); err != nil {
			return err
		}
		if _, err := tx.bolt.CreateBucket(name); err != nil {
			return err
		}
	}
	for r := range tx.Requests() {
		tx.index(r)
	}
	return tx.fault
}

// Requests visits every snapshot, in the order of numbers.
func (tx *Tx) Requests() iter.Seq[request.Request] {
	return func(yield func(request.Request) bool) {
		c := tx.bucket(bucketRequests).Cursor()
		for k, v := c.First(); k != nil; k, v = c.Next() {
			var r request.Request
			if tx.decode(bucketRequests, k, v, &r) && !yield(r) {
				return
			}
		}
	}
}

// Queue visits the active requests in the order to work them.
func (tx *Tx) Queue() iter.Seq[request.Request] {
	return tx.byNumberAt(bucketQueue, 9)
}

// Uncategorized visits the requests that wait for a code, oldest first.
func (tx *Tx) Uncategorized() iter.Seq[request.Request] {
	return tx.byNumberAt(bucketNew, 8)
}

func (tx *Tx) byNumberAt(bucket []byte, at int) iter.Seq[request.Request] {
	return func(yield func(request.Request) bool) {
		c := tx.bucket(bucket).Cursor()
		for k, _ := c.First(); k != nil; k, _ = c.Next() {
			r, ok := tx.Request(request.Number(binary.BigEndian.Uint64(k[at:])))
			if ok && !yield(r) {
				return
			}
		}
	}
}

// Counts says how many requests are active, and how many of them have no code.
func (tx *Tx) Counts() (active, uncategorized int) {
	return tx.count(bucketQueue), tx.count(bucketNew)
}

func (tx *Tx) count(bucket []byte) int { return tx.bucket(bucket).Stats().KeyN }

// DueItem is one entry of the index of due times.
type DueItem struct {
	Due
	Request request.Number
}

// NextDue is the earliest due time about any request.
func (tx *Tx) NextDue() (time.Time, bool) {
	k, _ := tx.bucket(bucketDue).Cursor().First()
	if k == nil {
		return time.Time{}, false
	}
	return keyTime(binary.BigEndian.Uint64(k)), true
}

// DueBy lists what is due at a time or before, earliest first, at most limit items.
func (tx *Tx) DueBy(now time.Time, limit int) []DueItem {
	var all []DueItem
	c := tx.bucket(bucketDue).Cursor()
	for k, _ := c.First(); k != nil && len(all) < limit; k, _ = c.Next() {
		at := keyTime(binary.BigEndian.Uint64(k))
		if at.After(now) {
			break
		}
		n := request.Number(binary.BigEndian.Uint64(k[8:]))
		all = append(all, DueItem{Due: Due{At: at, What: string(k[16:])}, Request: n})
	}
	return all
}
