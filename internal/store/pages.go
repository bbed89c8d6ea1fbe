package store

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"io"
)

// truncated looks at bbolt's two meta pages before bbolt does: with a file shorter than the pages its meta page
// counts, bbolt reads beyond the end of its mapping, which ends the process. An error says that no meta page is whole or
// that the file is too short.
func truncated(f io.ReaderAt, size int64) error {
	var need int64
	for _, pageSize := range []int64{0, 4096, 8192, 16384, 32768, 65536} {
		pages, ok := metaPages(f, pageSize)
		if ok && pages > need {
			need = pages
		}
	}
	switch {
	case need == 0:
		return fmt.Errorf("it has no whole meta page")
	case size < need:
		return fmt.Errorf("it has %d bytes of %d", size, need)
	}
	return nil
}

// metaPages reads the meta page at an offset, and gives the bytes that the file must have.
func metaPages(f io.ReaderAt, offset int64) (int64, bool) {
	const header, length = 16, 64 // page header; meta up to its checksum
	b := make([]byte, header+length)
	if _, err := f.ReadAt(b, offset); err != nil {
		return 0, false
	}
	meta := b[header:]
	order := binary.LittleEndian
	if order.Uint32(meta) != 0xED0CDAED || order.Uint32(meta[4:]) != 2 {
		return 0, false
	}
	sum := fnv.New64a()
	sum.Write(meta[:56])
	if sum.Sum64() != order.Uint64(meta[56:]) {
		return 0, false
	}
	return int64(order.Uint32(meta[8:])) * int64(order.Uint64(meta[40:])), true
}
