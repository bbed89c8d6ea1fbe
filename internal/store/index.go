package store

import (
	"bytes"
	"iter"
	"slices"
	"time"

	"triaged/internal/request"
)

// indexKey is one entry of an index.
type indexKey struct {
	bucket bucketName
	key    []byte
	value  []byte // mostly nil: the key says all
}

func (k indexKey) same(o indexKey) bool {
	return k.bucket == o.bucket && bytes.Equal(k.key, o.key) && bytes.Equal(k.value, o.value)
}

// indexKeys are all index entries of one snapshot. They follow from the snapshot alone, so that an old snapshot tells
// what to remove and Check what ought to be there.
func (tx *Tx) indexKeys(r request.Request) []indexKey {
	if r.Events == 0 {
		return nil
	}
	d := tx.derive(r)
	var keys []indexKey
	if r.State.Active() {
		key := append([]byte{byte(d.Rank.Class)}, key64s(timeKey(d.Rank.Due), uint64(r.Number))...)
		keys = append(keys, indexKey{bucket: bucketQueue, key: key})
	}
	if r.Uncategorized() {
		keys = append(keys, indexKey{bucket: bucketNew, key: key64s(timeKey(r.Submitted), uint64(r.Number))})
	}
	for _, due := range d.Due {
		key := append(key64s(timeKey(due.At), uint64(r.Number)), due.What...)
		keys = append(keys, indexKey{bucket: bucketDue, key: key})
	}
	return keys
}

// reindexed replaces a record's index entries, leaving alone those that stay.
func (tx *Tx) reindexed(before, after []indexKey) {
	for _, k := range before {
		if !slices.ContainsFunc(after, k.same) {
			tx.delete(k.bucket, k.key)
		}
	}
	for _, k := range after {
		if !slices.ContainsFunc(before, k.same) {
			tx.put(k.bucket, k.key, k.value)
		}
	}
}

// reindex makes the queue and due indexes anew from the snapshots of all requests.
func (tx *Tx) reindex() error {
	for _, name := range []bucketName{bucketQueue, bucketNew, bucketDue} {
		if err := tx.renew(name); err != nil {
			return err
		}
	}
	for r := range tx.Requests() {
		tx.reindexed(nil, tx.indexKeys(r))
	}
	return tx.fault
}

// renew empties a bucket.
func (tx *Tx) renew(name bucketName) error {
	delete(tx.opened, name)
	if err := tx.bolt.DeleteBucket([]byte(name)); err != nil {
		return err
	}
	_, err := tx.bolt.CreateBucket([]byte(name))
	return err
}

// Queue visits the active requests in the order to work them.
func (tx *Tx) Queue() iter.Seq[request.Request] {
	return tx.byNumberAt(bucketQueue, 9)
}

// Uncategorized visits the requests that wait for a code, oldest first.
func (tx *Tx) Uncategorized() iter.Seq[request.Request] {
	return tx.byNumberAt(bucketNew, 8)
}

func (tx *Tx) byNumberAt(name bucketName, at int) iter.Seq[request.Request] {
	return func(yield func(request.Request) bool) {
		c := tx.cursor(name)
		for k, _ := c.first(); k != nil; k, _ = c.next() {
			r, ok := tx.Request(request.Number(number(k, at)))
			if ok && !yield(r) {
				return
			}
		}
	}
}

// CountUncategorized says how many requests wait for a code, and how many of them were submitted before a time. It reads the
// index alone.
func (tx *Tx) CountUncategorized(before time.Time) (all, old int) {
	end := timeKey(before)
	c := tx.cursor(bucketNew)
	for k, _ := c.first(); k != nil; k, _ = c.next() {
		if all++; number(k, 0) < end {
			old++
		}
	}
	return all, old
}

// Counts says how many requests are active, and how many of them have no code.
func (tx *Tx) Counts() (active, uncategorized int) {
	return tx.count(bucketQueue), tx.count(bucketNew)
}

func (tx *Tx) count(name bucketName) (n int) {
	c := tx.cursor(name)
	for k, _ := c.first(); k != nil; k, _ = c.next() {
		n++
	}
	return n
}

// DueItem is one entry of the index of due times.
type DueItem struct {
	Due
	Request request.Number
}

func dueItem(k []byte) DueItem {
	return DueItem{
		Due:     Due{At: keyTime(number(k, 0)), What: string(k[min(16, len(k)):])},
		Request: request.Number(number(k, 8)),
	}
}

// NextDue is the earliest due time about any request.
func (tx *Tx) NextDue() (time.Time, bool) {
	k, _ := tx.cursor(bucketDue).first()
	if k == nil {
		return time.Time{}, false
	}
	return keyTime(number(k, 0)), true
}

// Due visits what is due at a time or before, earliest first.
func (tx *Tx) Due(now time.Time) iter.Seq[DueItem] {
	return func(yield func(DueItem) bool) {
		end := timeKey(now)
		c := tx.cursor(bucketDue)
		for k, _ := c.first(); k != nil && number(k, 0) <= end; k, _ = c.next() {
			if !yield(dueItem(k)) {
				return
			}
		}
	}
}
