package store

import (
	"crypto/rand"
	"encoding/json"
	"slices"
	"time"
)

// Key is one secret of the ring that a state's tokens are signed with.
type Key struct {
	ID     uint8     `json:"id"`
	Secret []byte    `json:"secret"` // 32 random bytes
	Made   time.Time `json:"made,omitzero"`
}

// String keeps the secret out of logs.
func (k Key) String() string { return "a key" }

// GoString keeps the secret out of logs.
func (k Key) GoString() string { return k.String() }

// NewKey makes a key under a number that none of a ring has.
func NewKey(ring []Key, now time.Time) Key {
	k := Key{ID: 1, Secret: make([]byte, 32), Made: now.UTC()}
	for slices.ContainsFunc(ring, func(old Key) bool { return old.ID == k.ID }) {
		k.ID++ // a ring has a few keys
	}
	rand.Read(k.Secret)
	return k
}

// Keys is the ring, newest first: the first signs, all verify. A state that never changed its keys has the one that it was
// made with, of unknown age.
func (tx *Tx) Keys() []Key {
	b := tx.Meta(keyRing)
	if b == nil {
		return []Key{{ID: 1, Secret: tx.Secret()}}
	}
	var ring []Key
	if err := json.Unmarshal(b, &ring); err != nil || len(ring) == 0 {
		tx.fail(damaged("its keys cannot be read"))
		return nil
	}
	return ring
}

// SetKeys replaces the ring.
func (tx *Tx) SetKeys(ring []Key) {
	b, err := json.Marshal(slices.Clone(ring))
	tx.fail(err)
	tx.SetMeta(keyRing, b)
}
