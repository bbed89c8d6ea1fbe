package store

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
)

// EachRaw visits the raw mails of a file from an offset on, in the order in which they were kept, up to the first bytes
// that are no whole mail: how a crash leaves the end of a file, or damage. It tells how many bytes it did not read.
//
// It does not look for whole mails behind damage. A mail may hold what looks like a record, and would then speak with the
// authority of the server that the label names.
func (s *Store) EachRaw(from RawExtent, visit func(RawRef, RawMail) error) (unread int64, err error) {
	f, err := os.Open(s.raw.path(from.File))
	if err != nil {
		return 0, fmt.Errorf("cannot read raw mails: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return 0, fmt.Errorf("cannot read raw mails: %w", err)
	}
	for at := from.Size; at < info.Size(); {
		m, n, wiped, ok := recordAt(f, at, info.Size())
		if !ok {
			return info.Size() - at, nil
		}
		if wiped {
			at += n
			continue
		}
		if err := visit(RawRef{File: from.File, Offset: at, Length: n}, m); err != nil {
			return 0, err
		}
		at += n
	}
	return 0, nil
}

// recordAt reads the record at an offset, if there is a whole one.
func recordAt(f io.ReaderAt, at, end int64) (m RawMail, length int64, wiped, ok bool) {
	head := make([]byte, rawHead)
	if _, err := f.ReadAt(head, at); err != nil {
		return m, 0, false, false
	}
	label, size := uint64(binary.BigEndian.Uint32(head[4:])), binary.BigEndian.Uint64(head[8:])
	if size > rawMax || rawHead+label+size > uint64(end-at) {
		return m, 0, false, false
	}
	length = int64(rawHead + label + size)
	b := make([]byte, length)
	if _, err := f.ReadAt(b, at); err != nil {
		return m, 0, false, false
	}
	m, ok = decodeRaw(b)
	return m, length, string(head[:4]) == rawWiped, ok
}
