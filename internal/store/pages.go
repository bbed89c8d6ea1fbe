package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
)

// This file reads the pages of bbolt's file format (version 2) by itself. bbolt trusts its pages: one that is cut off
// ends the process, one that leads back to its parent never ends, and its own check may not run beside a writer.

const (
	pageHeader  = 16 // id, flags, count, overflow
	pageElement = 16
	pageBranch  = 0x01
	pageLeaf    = 0x02
	pageFree    = 0x10

	metaMagic   = 0xED0CDAED
	metaVersion = 2
	metaSize    = 64
	noFreelist  = 1<<64 - 1
	mostDepth   = 64
)

var order = binary.LittleEndian

// meta is where a committed state begins.
type meta struct {
	pageSize int64
	root     uint64 // of the bucket of buckets
	freelist uint64
	pages    uint64 // how many the file has
	tx       uint64
	at       int64 // where its page lies in the file
}

func (m meta) size() int64 { return int64(m.pages) * m.pageSize }

// readMeta finds the meta page of the last commit, or of transaction tx if that is not 0.
//
// bbolt writes its two meta pages in turn, and each is smaller than what a disk writes at once. So one that is not whole
// is no trace of a crash but damage, and going back to the other would take back the last commit without a word.
func readMeta(f io.ReaderAt, tx uint64) (meta, error) {
	var metas []meta
	for _, offset := range []int64{0, 1 << 10, 2 << 10, 4 << 10, 8 << 10, 16 << 10, 32 << 10, 64 << 10} {
		b := make([]byte, pageHeader+metaSize)
		if _, err := f.ReadAt(b, offset); err != nil {
			continue
		}
		if m, ok := parseMeta(b[pageHeader:]); ok && (offset == 0 || offset == m.pageSize) {
			m.at = offset
			metas = append(metas, m)
		}
	}
	switch {
	case len(metas) == 0:
		return meta{}, errors.New("it has no whole meta page")
	case len(metas) != 2 || metas[0].tx+1 != metas[1].tx && metas[1].tx+1 != metas[0].tx:
		return meta{}, errMeta
	}
	for _, m := range metas {
		if tx == m.tx || tx == 0 && m.tx >= max(metas[0].tx, metas[1].tx) {
			return m, nil
		}
	}
	return meta{}, errMoved
}

// Beside a writer, either may be seen for a moment.
var (
	errMeta  = errors.New("one of its two meta pages is not what was written")
	errMoved = errors.New("its meta page was written over") // two commits have overtaken the transaction
)

func parseMeta(b []byte) (meta, bool) {
	sum := fnv.New64a()
	sum.Write(b[:56])
	m := meta{
		pageSize: int64(order.Uint32(b[8:])), root: order.Uint64(b[16:]), freelist: order.Uint64(b[32:]),
		pages: order.Uint64(b[40:]), tx: order.Uint64(b[48:]),
	}
	ok := order.Uint32(b) == metaMagic && order.Uint32(b[4:]) == metaVersion && sum.Sum64() == order.Uint64(b[56:]) &&
		m.pageSize >= 1<<10 && m.pages < 1<<40
	return m, ok
}

// soundAbove proves as much of a state file as keeps bbolt from dying of it, and costs little: its length, and the
// pages above the leaves.
func soundAbove(f io.ReaderAt, size int64) error {
	if size == 0 {
		return errors.New("it is empty")
	}
	m, err := readMeta(f, 0)
	if err != nil {
		return err
	}
	if need := m.size(); size < need {
		return fmt.Errorf("it has %d bytes of %d", size, need)
	}
	w := newWalker(f, m)
	w.bucket(m.root)
	w.free()
	return w.fault
}

// checkPages proves all pages of one transaction's state: that each is reached once or free, and that keys are in order.
// The transaction must stay open meanwhile, so that its pages are not used again. It returns how many pages it read.
func checkPages(f io.ReaderAt, tx uint64) (int, error) {
	m, err := readMeta(f, tx)
	if err != nil {
		return 0, err
	}
	w := newWalker(f, m)
	w.leaves = true
	w.bucket(m.root)
	w.free()
	w.accountForAll()
	return w.read, w.fault
}

// proveState proves a state file that nobody writes: all its pages, and the checksum of every value.
func proveState(f io.ReaderAt) error {
	m, err := readMeta(f, 0)
	if err != nil {
		return err
	}
	w := newWalker(f, m)
	w.leaves, w.seals = true, true
	w.bucket(m.root)
	w.free()
	w.accountForAll()
	return w.fault
}

// walker visits pages until the first fault.
type walker struct {
	f      io.ReaderAt
	meta   meta
	leaves bool   // read the leaves of all buckets too
	seals  bool   // and compare the checksums of their values
	seen   []bool // page -> reached, or free
	read   int
	fault  error
}

func newWalker(f io.ReaderAt, m meta) *walker {
	return &walker{f: f, meta: m, seen: make([]bool, m.pages)}
}

func (w *walker) fail(format string, args ...any) {
	if w.fault == nil {
		w.fault = fmt.Errorf(format, args...)
	}
}

// claim marks a page as reached, which must happen once.
func (w *walker) claim(id, overflow uint64) bool {
	if id < 2 || id >= w.meta.pages || overflow >= w.meta.pages-id {
		w.fail("page %d lies outside of the file", id)
		return false
	}
	for i := id; i <= id+overflow; i++ {
		if w.seen[i] {
			w.fail("page %d is used twice", i)
			return false
		}
		w.seen[i] = true
	}
	return true
}

// page reads a page with what overflows it, without claiming it.
func (w *walker) page(id uint64) (p pageBytes, ok bool) {
	if id < 2 || id >= w.meta.pages {
		w.fail("page %d lies outside of the file", id)
		return nil, false
	}
	w.read++
	b := make([]byte, w.meta.pageSize)
	offset := int64(id) * w.meta.pageSize
	if _, err := w.f.ReadAt(b, offset); err != nil {
		w.fail("page %d: %w", id, err)
		return nil, false
	}
	p = b
	if order.Uint64(b) != id || p.overflow() >= w.meta.pages-id {
		w.fail("page %d is not what was written", id)
		return nil, false
	}
	if more := p.overflow(); more > 0 {
		b = append(b, make([]byte, int64(more)*w.meta.pageSize)...)
		if _, err := w.f.ReadAt(b[w.meta.pageSize:], offset+w.meta.pageSize); err != nil {
			w.fail("page %d: %w", id, err)
			return nil, false
		}
	}
	return b, true
}

// bucket visits the tree of the bucket of buckets, and the trees of those in it.
func (w *walker) bucket(root uint64) {
	w.tree(root, mostDepth, nil, nil, visitor{inside: true, leaf: func(key, value []byte) {
		if len(value) < 16 {
			w.fail("a bucket is cut short")
			return
		}
		sealed := w.sealed(bucketName(key))
		id, inline := order.Uint64(value), pageBytes(value[16:])
		if id != 0 {
			w.tree(id, w.levels(id), nil, nil, visitor{leaf: sealed})
		} else if err := inline.sound(); err != nil {
			w.fail("an inline bucket: %w", err)
		} else if sealed != nil {
			for i := range inline.count() {
				sealed(inline.key(i), inline.value(i))
			}
		}
	}})
}

// visitor is told of the entries on the leaves of a tree.
type visitor struct {
	inside bool // they are buckets
	leaf   func(key, value []byte)
}

// sealed compares the checksums of a bucket's values, if that is wanted.
func (w *walker) sealed(name bucketName) func(key, value []byte) {
	if _, known := nameSums[name]; !known || !w.seals {
		return nil
	}
	return func(key, value []byte) {
		if _, ok := unseal(name, key, value); !ok {
			w.fail("bucket %s, entry %x is not what was written", name, key)
		}
	}
}

// levels says how many levels of a tree to read: all, or those above the leaves. All leaves of a tree lie equally deep.
func (w *walker) levels(root uint64) int {
	if w.leaves {
		return mostDepth
	}
	for depth := range mostDepth {
		p, ok := w.page(root)
		if !ok || p.flags() != pageBranch || p.sound() != nil || p.count() == 0 {
			return depth
		}
		root = p.child(0)
	}
	w.fail("page %d leads in a circle", root)
	return 0
}

// tree visits a tree down to so many levels. Its keys must lie within [low, high).
func (w *walker) tree(id uint64, levels int, low, high []byte, visit visitor) {
	if w.fault != nil {
		return
	}
	if levels == 0 {
		w.claim(id, 0)
		return
	}
	p, ok := w.page(id)
	if !ok || !w.claim(id, p.overflow()) {
		return
	}
	if err := p.sound(); err != nil {
		w.fail("page %d: %w", id, err)
		return
	}
	for i := range p.count() {
		key := p.key(i)
		if low != nil && bytes.Compare(key, low) < 0 || high != nil && bytes.Compare(key, high) >= 0 {
			w.fail("page %d: its keys lie outside of their range", id)
			return
		}
		switch {
		case p.flags() == pageBranch:
			until := high
			if i+1 < p.count() {
				until = p.key(i + 1)
			}
			w.tree(p.child(i), levels-1, key, until, visit)
		case p.isBucket(i) != visit.inside:
			w.fail("page %d: entry %d is of the wrong kind", id, i)
			return
		case visit.leaf != nil:
			visit.leaf(key, p.value(i))
		}
	}
}

// free reads the list of free pages.
func (w *walker) free() {
	if w.fault != nil || w.meta.freelist == noFreelist {
		return
	}
	p, ok := w.page(w.meta.freelist)
	if !ok || !w.claim(w.meta.freelist, p.overflow()) {
		return
	}
	count, at := uint64(p.count()), uint64(pageHeader)
	if count == 0xFFFF {
		count, at = order.Uint64(p[at:]), at+8
	}
	if p.flags() != pageFree || count > (uint64(len(p))-at)/8 {
		w.fail("page %d: the list of free pages is not what was written", w.meta.freelist)
		return
	}
	for i := range count {
		w.claim(order.Uint64(p[at+8*i:]), 0)
	}
}

// accountForAll proves that no page is lost.
func (w *walker) accountForAll() {
	if w.meta.freelist == noFreelist {
		return
	}
	for id := uint64(2); id < w.meta.pages && w.fault == nil; id++ {
		if !w.seen[id] {
			w.fail("page %d is neither used nor free", id)
		}
	}
}

// pageBytes is one page. Its element methods may be called once sound has said that they stay inside.
type pageBytes []byte

func (p pageBytes) flags() uint16    { return order.Uint16(p[8:]) }
func (p pageBytes) count() int       { return int(order.Uint16(p[10:])) }
func (p pageBytes) overflow() uint64 { return uint64(order.Uint32(p[12:])) }

func (p pageBytes) at(i int) uint64 { return uint64(pageHeader + i*pageElement) }

// sound proves that all elements of a branch or leaf page lie within it, with their keys in order.
func (p pageBytes) sound() error {
	if len(p) < pageHeader || p.flags() != pageBranch && p.flags() != pageLeaf {
		return errors.New("it is neither branch nor leaf")
	}
	size := uint64(len(p))
	if p.at(p.count()) > size || p.flags() == pageBranch && p.count() == 0 {
		return fmt.Errorf("it cannot have %d entries", p.count())
	}
	for i := range p.count() {
		start, key, value := p.layout(i)
		if start > size || key > size-start || value > size-start-key {
			return fmt.Errorf("entry %d reaches beyond it", i)
		}
		if i > 0 && bytes.Compare(p.key(i-1), p.key(i)) >= 0 {
			return fmt.Errorf("entry %d is out of order", i)
		}
	}
	return nil
}

// layout says where an element's key starts, and how long key and value are.
func (p pageBytes) layout(i int) (start, key, value uint64) {
	e := p[p.at(i):]
	if p.flags() == pageBranch {
		return p.at(i) + uint64(order.Uint32(e)), uint64(order.Uint32(e[4:])), 0
	}
	return p.at(i) + uint64(order.Uint32(e[4:])), uint64(order.Uint32(e[8:])), uint64(order.Uint32(e[12:]))
}

func (p pageBytes) key(i int) []byte {
	start, key, _ := p.layout(i)
	return p[start : start+key]
}

func (p pageBytes) value(i int) []byte {
	start, key, value := p.layout(i)
	return p[start+key : start+key+value]
}

func (p pageBytes) child(i int) uint64 { return order.Uint64(p[p.at(i)+8:]) }

func (p pageBytes) isBucket(i int) bool { return order.Uint32(p[p.at(i):]) == 1 }
