package store

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"slices"

	"triaged/internal/request"
)

// What is removed stays accounted for: a ledger row keeps how its mail ended, an event keeps what happened, and a text
// leaves an empty one. Only the words go.
//
// Raw mails lie in files that are only appended to, between others. They are wiped where they lie, in three steps: the
// transaction that no longer refers to them also lists them; their bytes are written over with zeros; the list is
// emptied. A crash before the first step leaves all as it was; a crash after it leaves the list, and whoever opens the
// store next goes on. Backups made before still hold what was wiped.

// ErrWiped is returned for a mail whose bytes were removed on purpose, or never kept.
var ErrWiped = errors.New("the bytes of this mail are not kept, or no longer")

// maxLabel is how much of a record is left alone when its room is given back: more than any label takes.
const maxLabel = 4 << 10

// rawWiped begins a record whose data is zeros.
const rawWiped = "TRM0"

// ForgetText removes a text and leaves an empty one.
func (tx *Tx) ForgetText(ref request.TextRef) {
	if v, ok := tx.get(bucketTexts, []byte(ref)); ok && len(v) > 0 {
		tx.put(bucketTexts, []byte(ref), nil)
		tx.removed = true
	}
}

// WipeRow removes the raw bytes of a received mail, also from rows of the same mail that were decided anew. Why is one word,
// such as "forgotten".
func (tx *Tx) WipeRow(n uint64, why string) (bytes int64) {
	row, ok := tx.Row(n)
	if !ok || row.Kept() == 0 {
		return 0
	}
	bytes = row.Kept()
	for _, other := range append(tx.sameBytes(row), row) {
		other.Raw, other.Said, other.Wiped = RawRef{}, RawRef{}, why
		tx.putJSON(bucketLedger, key64(other.Number), other)
	}
	tx.wipe(row.Raw)
	tx.wipe(row.Said)
	return bytes
}

// sameBytes are the other rows that refer to the same raw mail.
func (tx *Tx) sameBytes(row Row) (all []Row) {
	var print [32]byte
	if _, err := hex.Decode(print[:], []byte(row.Fingerprint)); err != nil || row.Raw == (RawRef{}) || !row.known() {
		return nil
	}
	for _, seen := range tx.Copies(row.MessageID, print) {
		if other, ok := tx.Row(seen.Ledger); ok && other.Number != row.Number && other.Raw == row.Raw {
			all = append(all, other)
		}
	}
	return all
}

// Worded tells whether an outgoing mail keeps words: its bytes, what was rendered of it, or sentences made for it.
func (e Entry) Worded() bool {
	return e.Raw != (RawRef{}) || e.Subject != "" || e.Forms != nil || len(e.Letter.Lines()) > 0
}

// WipeEntry removes the raw bytes of an outgoing mail, what was rendered of it and the sentences that were made for it.
func (tx *Tx) WipeEntry(id uint64, why string) (bytes int64) {
	e, ok := tx.Entry(id)
	if !ok || !e.Worded() {
		return 0
	}
	bytes = e.Raw.Length
	tx.wipe(e.Raw)
	tx.fail(tx.Change(id, func(e *Entry) {
		e.Raw, e.Wiped, e.Subject, e.Forms, e.Letter = RawRef{}, why, "", nil, e.Letter.WithoutLines()
	}))
	return bytes
}

// WipeBytes removes raw bytes that belong to no mail.
func (tx *Tx) WipeBytes(ref RawRef) { tx.wipe(ref) }

// WipeRaw removes the raw bytes of an outgoing mail alone.
func (tx *Tx) WipeRaw(id uint64, why string) (bytes int64) {
	e, ok := tx.Entry(id)
	if !ok || e.Raw == (RawRef{}) {
		return 0
	}
	tx.wipe(e.Raw)
	tx.fail(tx.Change(id, func(e *Entry) { e.Raw, e.Wiped = RawRef{}, why }))
	return e.Raw.Length
}

// DropEntry removes an outgoing mail altogether.
func (tx *Tx) DropEntry(id uint64) (bytes int64) {
	e, ok := tx.Entry(id)
	if !ok {
		return 0
	}
	tx.wipe(e.Raw)
	tx.reindexed(e.indexKeys(), nil)
	tx.delete(bucketOutbox, key64(id))
	return e.Raw.Length
}

// DropRequest removes a request with its events, its texts as far as no other request has them (which shared tells), the
// mails sent about it and the bytes of those received. The rows of the ledger stay, and belong to no request any more.
func (tx *Tx) DropRequest(n request.Number, shared func(request.TextRef) bool) (bytes int64) {
	r, ok := tx.Request(n)
	if !ok {
		return 0
	}
	in, out := tx.Mails(n)
	for i, e := range tx.Events(n) {
		for _, ref := range []request.TextRef{e.Subject, e.Text} {
			if ref != "" && !shared(ref) {
				tx.delete(bucketTexts, []byte(ref))
				tx.removed = true
			}
		}
		if k, ok := mailKey(n, e); ok {
			tx.delete(k.bucket, k.key)
		}
		tx.delete(bucketEvents, key64s(uint64(n), uint64(i+1)))
	}
	for _, id := range out {
		bytes += tx.DropEntry(id)
	}
	for _, ledger := range in {
		bytes += tx.WipeRow(ledger, "retention")
	}
	tx.reindexed(tx.indexKeys(r), nil)
	tx.delete(bucketSnaps, key64(uint64(n)))
	if n > tx.floor() {
		tx.SetMeta(keyFloor, key64(uint64(n))) // its number is not given out again
	}
	return bytes
}

// Detach takes references to requests that were dropped out of the ledger and the threads.
func (tx *Tx) Detach(gone map[request.Number]bool) {
	var rows []Row
	for row := range tx.Ledger(0) {
		if gone[row.Request] {
			rows = append(rows, row)
		}
	}
	for _, row := range rows {
		row.Request = 0
		tx.putJSON(bucketLedger, key64(row.Number), row)
	}
	var threads [][]byte
	tx.prefixed(bucketThread, nil, func(k, v []byte) bool {
		if len(v) == 8 && gone[request.Number(binary.BigEndian.Uint64(v))] {
			threads = append(threads, slices.Clone(k))
		}
		return true
	})
	for _, k := range threads {
		tx.delete(bucketThread, k)
	}
}

// wipe lists raw bytes to be written over once the transaction is committed.
func (tx *Tx) wipe(ref RawRef) {
	if ref == (RawRef{}) {
		return
	}
	if !slices.ContainsFunc(tx.wiped, func(w RawRef) bool { return w.File == ref.File }) {
		tx.raiseVersion(ref.File)
	}
	tx.wiped, tx.removed = append(tx.wiped, ref), true
}

// raiseVersion has the next backup copy a raw file anew.
func (tx *Tx) raiseVersion(file uint32) {
	tx.SetMeta(fmt.Sprintf("%s%d", keyWiped, file), key64(tx.rawVersion(file)+1))
}

// listWiped keeps the list of what to write over, within the transaction that gave it up.
func (tx *Tx) listWiped() {
	if len(tx.wiped) == 0 {
		return
	}
	all := append(tx.toWipe(), tx.wiped...)
	b, err := json.Marshal(all)
	tx.fail(err)
	tx.SetMeta(keyToWipe, b)
}

func (tx *Tx) toWipe() (all []RawRef) {
	if v := tx.Meta(keyToWipe); len(v) > 0 && json.Unmarshal(v, &all) != nil {
		tx.fail(damaged("the list of raw mails to remove cannot be read"))
	}
	return all
}

// Wipe changes the state by f, and then writes over the raw mails that f gave up. It is Update for whoever removes
// something.
func (s *Store) Wipe(f func(*Tx) error) error {
	err := s.Update(func(tx *Tx) error {
		if err := f(tx); err != nil {
			return err
		}
		tx.listWiped()
		if tx.removed {
			tx.SetMeta(keyRemovals, key64(tx.Removals()+1))
		}
		return tx.fault
	})
	if err != nil {
		return err
	}
	return s.finishWiping()
}

// Removals counts how often something was removed: who has read words before may have some that are no longer kept.
func (tx *Tx) Removals() uint64 {
	v := tx.Meta(keyRemovals)
	if len(v) != 8 {
		return 0
	}
	return number(v, 0)
}

// finishWiping writes over what is listed, and empties the list.
func (s *Store) finishWiping() error {
	s.wiping.Lock()
	defer s.wiping.Unlock()
	var all []RawRef
	if err := s.View(func(tx *Tx) error { all = tx.toWipe(); return nil }); err != nil || len(all) == 0 {
		return err
	}
	files := map[uint32][]RawRef{}
	for _, ref := range all {
		files[ref.File] = append(files[ref.File], ref)
	}
	for file, refs := range files {
		if err := s.raw.overwrite(file, refs); err != nil {
			return fmt.Errorf("raw mails are given up but not written over yet; the next start tries again: %w", err)
		}
		s.options.Point("wiped")
	}
	return s.Update(func(tx *Tx) error {
		for file := range files {
			tx.raiseVersion(file) // whoever copied the file meanwhile has some of what was wiped
		}
		left := slices.DeleteFunc(tx.toWipe(), func(ref RawRef) bool { return slices.Contains(all, ref) })
		if len(left) == 0 {
			tx.delete(bucketMeta, []byte(keyToWipe))
			return tx.fault
		}
		b, err := json.Marshal(left)
		tx.SetMeta(keyToWipe, b)
		return err
	})
}

// overwrite writes zeros over the data of records, and gives their room on the disk back where the file system can.
func (l *rawLog) overwrite(number uint32, refs []RawRef) error {
	f, err := os.OpenFile(l.path(number), os.O_RDWR, 0)
	if errors.Is(err, os.ErrNotExist) {
		return nil // nothing is left of them anyway
	}
	if err != nil {
		return err
	}
	defer f.Close()
	for _, ref := range refs {
		if err := zero(f, ref); err != nil {
			return err
		}
	}
	if err := f.Sync(); err != nil {
		return err
	}
	for _, ref := range refs {
		freeDisk(f, ref.Offset+rawHead+maxLabel, ref.Length-rawHead-maxLabel)
	}
	return f.Sync()
}

// zero makes a record one whose data is zeros. Its label stays, so that whoever reads the file finds the next.
func zero(f *os.File, ref RawRef) error {
	head := make([]byte, rawHead)
	if _, err := f.ReadAt(head, ref.Offset); err != nil {
		return err
	}
	label, size := int64(binary.BigEndian.Uint32(head[4:])), int64(binary.BigEndian.Uint64(head[8:]))
	if magic := string(head[:4]); magic != rawMagic && magic != rawWiped || rawHead+label+size != ref.Length {
		// Its head is damaged. Whatever lies there goes.
		label, size = 0, ref.Length-rawHead
		binary.BigEndian.PutUint32(head[4:], 0)
		binary.BigEndian.PutUint64(head[8:], uint64(size))
	}
	text := make([]byte, label)
	if _, err := f.ReadAt(text, ref.Offset+rawHead); err != nil && label > 0 {
		return err
	}
	copy(head, rawWiped)
	sum := crc32.Update(crc32.Checksum(head[4:16], castagnoli), castagnoli, text)
	zeros := make([]byte, min(size, 1<<20))
	for at := int64(0); at < size; {
		n := min(size-at, int64(len(zeros)))
		if _, err := f.WriteAt(zeros[:n], ref.Offset+rawHead+label+at); err != nil {
			return err
		}
		sum = crc32.Update(sum, castagnoli, zeros[:n])
		at += n
	}
	binary.BigEndian.PutUint32(head[16:], sum)
	_, err := f.WriteAt(head, ref.Offset)
	return err
}
