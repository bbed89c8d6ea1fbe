package store

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"
)

// schema is the version of what the buckets hold. A change that an older program would misread adds one, and a step to
// migrations.
const schema = 1

// migrations[n] takes a state of schema n to n+1, within the transaction that then writes the new number.
var migrations = []func(*bolt.Tx) error{
	0: makeBuckets,
}

func makeBuckets(b *bolt.Tx) error {
	for _, name := range buckets {
		if _, err := b.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	return nil
}

var (
	keySchema   = []byte("schema")
	keyInstance = []byte("instance")
	keyPolicy   = []byte("policy")
	keySecret   = []byte("secret")
)

// prepare migrates the state, gives a new one its identity, and makes the indexes anew if the policy is not the one
// they were made under.
func (s *Store) prepare() error {
	err := s.db.Update(func(b *bolt.Tx) error {
		tx := &Tx{s: s, bolt: b}
		if err := tx.migrate(); err != nil {
			return err
		}
		if tx.Meta(string(keyInstance)) == nil {
			tx.newIdentity()
		}
		return tx.end(nil)
	})
	if err != nil {
		return err
	}
	return s.Update(func(tx *Tx) error {
		if string(tx.Meta(string(keyPolicy))) == s.options.Policy {
			return nil
		}
		tx.SetMeta(string(keyPolicy), []byte(s.options.Policy))
		return tx.reindex()
	})
}

func (tx *Tx) schemaNumber() (int, error) {
	meta := tx.bucket(bucketMeta)
	if meta == nil {
		return 0, nil
	}
	b, err := unseal(meta.Get(keySchema))
	if err != nil || len(b) != 8 {
		return 0, fmt.Errorf("%w: its schema number cannot be read", ErrDamaged)
	}
	return int(binary.BigEndian.Uint64(b)), nil
}

func (tx *Tx) schemaKnown() error {
	n, err := tx.schemaNumber()
	switch {
	case err != nil:
		return err
	case n > schema:
		return fmt.Errorf("%w: schema %d, this program knows %d: install the newer version again", ErrNewer, n, schema)
	case n < schema:
		return fmt.Errorf("the state file is of schema %d, this program wants %d: start the daemon once to migrate it", n, schema)
	}
	return nil
}

func (tx *Tx) migrate() error {
	n, err := tx.schemaNumber()
	if err != nil {
		return err
	}
	if n > schema {
		return tx.schemaKnown()
	}
	for ; n < schema; n++ {
		if err := migrations[n](tx.bolt); err != nil {
			return fmt.Errorf("cannot migrate the state file from schema %d: %w", n, err)
		}
	}
	tx.SetMeta(string(keySchema), key64(uint64(schema)))
	return nil
}

func (tx *Tx) newIdentity() {
	id, secret := make([]byte, 6), make([]byte, 32)
	rand.Read(id)
	rand.Read(secret)
	tx.SetMeta(string(keyInstance), []byte(hex.EncodeToString(id)))
	tx.SetMeta(string(keySecret), secret)
}

// Meta reads a small named value, or nil.
func (tx *Tx) Meta(name string) []byte {
	b := tx.bucket(bucketMeta).Get([]byte(name))
	if b == nil {
		return nil
	}
	v, err := unseal(b)
	if err != nil {
		tx.fail(fmt.Errorf("meta %s: %w", name, err))
	}
	return append([]byte(nil), v...)
}

// SetMeta keeps a small named value.
func (tx *Tx) SetMeta(name string, value []byte) { tx.put(bucketMeta, []byte(name), seal(value)) }

// Instance names this state among others, and Secret is what its tokens are signed with.
func (tx *Tx) Instance() string { return string(tx.Meta(string(keyInstance))) }

// Secret is the key of this state's tokens: 32 random bytes, made with the state.
func (tx *Tx) Secret() []byte { return tx.Meta(string(keySecret)) }

// FirstLook is when a folder was first watched; it records now for a folder that it does not know.
func (tx *Tx) FirstLook(mailbox, folder string, now time.Time) time.Time {
	key := []byte(mailbox + "\x00" + folder)
	if b := tx.bucket(bucketFolders).Get(key); b != nil {
		return keyTime(binary.BigEndian.Uint64(b))
	}
	tx.put(bucketFolders, key, key64(timeKey(now)))
	return now
}
