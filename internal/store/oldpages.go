package store

import (
	"fmt"
	"io"
	"iter"
)

// oldPages reads the buckets of a state file without bbolt, each for itself: what is damaged in one does not keep the
// others from being read.
type oldPages struct {
	f       io.ReaderAt
	meta    meta
	buckets map[bucketName]oldBucket
	faults  map[bucketName]error // of buckets that could not be read to their end
	fault   error                // of the pages as a whole; what can be read can be read all the same
}

type oldBucket struct {
	root     uint64 // 0: the bucket is small, and lies in inline
	sequence uint64
	inline   pageBytes
}

// readPages finds the buckets of a state file that nobody writes.
func readPages(f io.ReaderAt) (*oldPages, error) {
	m, err := readMeta(f, 0)
	if err != nil {
		return nil, err
	}
	o := &oldPages{f: f, meta: m, buckets: map[bucketName]oldBucket{}, faults: map[bucketName]error{}, fault: proveState(f)}
	w := newWalker(f, m)
	w.leaves = true
	w.tree(m.root, mostDepth, nil, nil, visitor{inside: true, leaf: func(key, value []byte) {
		if len(value) < 16 {
			w.fail("a bucket is cut short")
			return
		}
		o.buckets[bucketName(key)] = oldBucket{order.Uint64(value), order.Uint64(value[8:]), value[16:]}
	}})
	if w.fault != nil {
		return nil, w.fault
	}
	for _, name := range history {
		if _, ok := o.buckets[name]; !ok {
			return nil, fmt.Errorf("bucket %s is missing", name)
		}
	}
	return o, nil
}

func (o *oldPages) sequence(name bucketName) uint64 { return o.buckets[name].sequence }

// entries visits a bucket's entries with their sealed values, in the order of their keys, up to the first fault, which
// is then in faults.
func (o *oldPages) entries(name bucketName) iter.Seq2[[]byte, []byte] {
	return func(yield func(key, value []byte) bool) {
		b, ok := o.buckets[name]
		if !ok {
			return
		}
		w := newWalker(o.f, o.meta)
		w.leaves = true
		ended := false
		leaf := func(key, value []byte) {
			if !ended && !yield(key, value) {
				ended = true
				w.fail("nobody wants more")
			}
		}
		if b.root != 0 {
			w.tree(b.root, mostDepth, nil, nil, visitor{leaf: leaf})
		} else if err := b.inline.sound(); err != nil {
			w.fail("%w", err)
		} else {
			for i := range b.inline.count() {
				leaf(b.inline.key(i), b.inline.value(i))
			}
		}
		if w.fault != nil && !ended {
			o.faults[name] = fmt.Errorf("bucket %s: %w", name, w.fault)
		}
	}
}
