package store

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"time"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// seal puts a checksum in front of a value: bbolt does not notice a flipped bit.
func seal(value []byte) []byte {
	b := make([]byte, 4, 4+len(value))
	binary.BigEndian.PutUint32(b, crc32.Checksum(value, castagnoli))
	return append(b, value...)
}

// unseal returns the value behind the checksum. The result lies in the database's memory and is valid only within the
// transaction.
func unseal(b []byte) ([]byte, error) {
	if len(b) < 4 || binary.BigEndian.Uint32(b) != crc32.Checksum(b[4:], castagnoli) {
		return nil, ErrDamaged
	}
	return b[4:], nil
}

func (tx *Tx) putJSON(bucket, key []byte, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		tx.fail(err)
		return
	}
	tx.put(bucket, key, seal(b))
}

// getJSON reads a value into v and tells whether it was there.
func (tx *Tx) getJSON(bucket, key []byte, v any) bool {
	b := tx.bucket(bucket).Get(key)
	if b == nil {
		return false
	}
	return tx.decode(bucket, key, b, v)
}

func (tx *Tx) decode(bucket, key, sealed []byte, v any) bool {
	b, err := unseal(sealed)
	if err == nil {
		err = json.Unmarshal(b, v)
	}
	if err != nil {
		tx.fail(fmt.Errorf("%s, entry %x: %w: run `triaged check`", bucket, key, err))
		return false
	}
	return true
}

func key64(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func key64s(n ...uint64) []byte {
	b := make([]byte, 0, 8*len(n))
	for _, v := range n {
		b = binary.BigEndian.AppendUint64(b, v)
	}
	return b
}

// timeKey orders times; the zero time comes last, since nothing is due then.
func timeKey(t time.Time) uint64 {
	if t.IsZero() {
		return 1<<64 - 1
	}
	return uint64(t.UnixNano()) ^ 1<<63
}

func keyTime(k uint64) time.Time {
	if k == 1<<64-1 {
		return time.Time{}
	}
	return time.Unix(0, int64(k^1<<63)).UTC()
}

// hashKey shortens a Message-ID, whose length is its sender's choice, to a key.
func hashKey(id string) []byte {
	sum := sha256.Sum256([]byte(id))
	return sum[:16]
}
