package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"slices"
	"time"
	"unicode/utf8"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

const sealSize = 4

// checksum covers a value and the place it belongs to, so that neither a flipped bit nor a value under another's key
// passes: bbolt notices neither.
func checksum(name bucketName, key, value []byte) uint32 {
	return crc32.Update(crc32.Update(nameSums[name], castagnoli, key), castagnoli, value)
}

var nameSums = func() map[bucketName]uint32 {
	sums := map[bucketName]uint32{}
	for _, name := range slices.Concat(records, indexes) {
		sums[name] = crc32.Checksum([]byte(name), castagnoli)
	}
	return sums
}()

// seal puts the checksum in front of a value.
func seal(name bucketName, key, value []byte) []byte {
	b := make([]byte, sealSize+len(value))
	copy(b[sealSize:], value)
	sealIn(name, key, b)
	return b
}

// sealIn writes the checksum into the room that was left for it in front of a value.
func sealIn(name bucketName, key, b []byte) {
	binary.BigEndian.PutUint32(b, checksum(name, key, b[sealSize:]))
}

// unseal returns the value behind its checksum, and whether it is what was written.
func unseal(name bucketName, key, sealed []byte) ([]byte, bool) {
	if len(sealed) < sealSize {
		return nil, false
	}
	value := sealed[sealSize:]
	return value, binary.BigEndian.Uint32(sealed) == checksum(name, key, value)
}

func (tx *Tx) putJSON(name bucketName, key []byte, v any) {
	b := &tx.scratch
	b.Reset()
	b.Write(make([]byte, sealSize))
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false) // nothing here ends up in a page
	if err := e.Encode(v); err != nil {
		tx.fail(fmt.Errorf("bucket %s: %w", name, err))
		return
	}
	sealed := bytes.Clone(bytes.TrimSuffix(b.Bytes(), []byte{'\n'}))
	sealIn(name, key, sealed)
	tx.putSealed(name, key, sealed)
}

// getJSON reads a value into v and tells whether it was there.
func (tx *Tx) getJSON(name bucketName, key []byte, v any) bool {
	b, ok := tx.get(name, key)
	return ok && tx.decode(name, key, b, v)
}

func (tx *Tx) decode(name bucketName, key, value []byte, v any) bool {
	if err := json.Unmarshal(value, v); err != nil {
		tx.fail(damagedIn(name, "entry %x: %v", key, err))
		return false
	}
	return true
}

// getNumber reads a value that is a number.
func (tx *Tx) getNumber(name bucketName, key []byte) (uint64, bool) {
	b, ok := tx.get(name, key)
	if !ok || len(b) != 8 {
		return 0, false
	}
	return binary.BigEndian.Uint64(b), true
}

func key64(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func key64s(n ...uint64) []byte {
	b := make([]byte, 0, 8*len(n))
	for _, v := range n {
		b = binary.BigEndian.AppendUint64(b, v)
	}
	return b
}

// named is a key that begins with a name of no fixed length.
func named[T ~string](name T, n ...uint64) []byte {
	return slices.Concat([]byte(name), []byte{0}, key64s(n...))
}

// number reads the number at an offset of a key; 0 if the key is too short.
func number(key []byte, at int) uint64 {
	if at < 0 || at+8 > len(key) {
		return 0
	}
	return binary.BigEndian.Uint64(key[at:])
}

// The times that a key can hold. Times outside are taken for the nearest.
var (
	earliest = time.Unix(0, -1<<63)
	latest   = time.Unix(0, 1<<63-1)
)

// timeKey orders times; the zero time comes last, since nothing is due then.
func timeKey(t time.Time) uint64 {
	switch {
	case t.IsZero():
		return 1<<64 - 1
	case t.Before(earliest):
		return 0
	case !t.Before(latest):
		return 1<<64 - 2
	}
	return uint64(t.UnixNano()) ^ 1<<63
}

func keyTime(k uint64) time.Time {
	if k == 1<<64-1 {
		return time.Time{}
	}
	return time.Unix(0, int64(k^1<<63)).UTC()
}

// hashKey shortens a Message-ID or an address, whose length is its sender's choice, to a key of 16 bytes.
func hashKey(s string) []byte {
	sum := sha256.Sum256([]byte(valid(s)))
	return sum[:16]
}

// valid is a string as JSON gives it back: each byte that is not UTF-8 is replaced. Keys are made of it, so that they can
// be made again from the record.
func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string([]rune(s))
}
