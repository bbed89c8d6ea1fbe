package store

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"
)

// schema is the version of what the buckets hold. A change that an older program would misread adds one, and a step to
// migrations.
var schema = len(migrations)

// SchemaNumber is the schema of state files that this program writes.
func SchemaNumber() int { return schema }

// migrations[n] takes a state of schema n to n+1, within the transaction that then writes the new number.
var migrations = []func(*Tx) error{
	0: func(tx *Tx) error { return makeBuckets(tx.bolt) },
	1: func(*Tx) error { return nil }, // events say in which office somebody acts; those before did not, and stay as they are
	2: orderByUrgency,
}

func makeBuckets(b *bolt.Tx) error {
	for _, name := range slices.Concat(records, indexes) {
		if _, err := b.CreateBucketIfNotExists([]byte(name)); err != nil {
			return err
		}
	}
	return nil
}

// orderByUrgency puts the urgency in front of the keys of what is to be sent.
func orderByUrgency(tx *Tx) error {
	var pending []uint64
	tx.prefixed(bucketToSend, nil, func(k, _ []byte) bool {
		pending = append(pending, number(k, 8))
		return true
	})
	if err := tx.renew(bucketToSend); err != nil {
		return err
	}
	for _, id := range pending {
		e, _ := tx.Entry(id)
		for _, k := range e.indexKeys() {
			if k.bucket == bucketToSend {
				tx.put(k.bucket, k.key, k.value)
			}
		}
	}
	return tx.fault
}

// Names of values in the meta bucket.
const (
	keySchema   = "schema"
	keyInstance = "instance"
	keyPolicy   = "policy"
	keySecret   = "secret"
	keyRing     = "keys"         // since the first change of keys, instead of secret
	keyFloor    = "number-floor" // request numbers up to here are not given out
	keyRecovery = "recovery"
	keyLegal    = "legal-holds"
	keyToWipe   = "raw-to-wipe" // raw mails that nothing refers to any more, and that are to be written over
	keyRemovals = "removals"    // how often something was removed
	keyWiped    = "raw-wiped-"  // followed by a raw file's number: how often parts of it were wiped
)

// prepare migrates the state, gives a new one its identity, and makes the indexes anew if the policy is not the one
// they were made under.
func (s *Store) prepare() error {
	done, n := false, 0
	err := s.View(func(tx *Tx) (err error) {
		n, err = tx.schemaNumber()
		done = n == schema && tx.Instance() != "" && string(tx.Meta(keyPolicy)) == s.options.Policy
		return err
	})
	if err != nil || done {
		return err
	}
	if n > 0 && n < schema {
		if err := s.keepBefore(); err != nil {
			return err
		}
	}
	return s.transact(s.db.Update, func(tx *Tx) error {
		if err := tx.migrate(); err != nil {
			return err
		}
		if tx.Meta(keyInstance) == nil {
			tx.newIdentity()
		}
		return tx.adopt(s.options.Policy)
	})
}

// keepBefore copies a state of an earlier schema to a file of its own before it is migrated: whoever has to go back to the
// earlier program finds it there.
func (s *Store) keepBefore() error {
	path := filepath.Join(s.options.Dir, stateFile)
	return s.Hold(time.Time{}, func(m Moment) error {
		kept := fmt.Sprintf("%s.schema-%d", path, m.Schema)
		from, err := os.Open(path)
		if err != nil {
			return err
		}
		defer from.Close()
		state, _, err := m.stateReader(from)
		if err != nil {
			return err
		}
		err = written(kept, func(f *os.File) error {
			if _, err := io.Copy(f, state); err != nil {
				return err
			}
			return proveState(f)
		})
		if err != nil {
			return fmt.Errorf("the state of schema %d cannot be kept in %s, and is not migrated before it is: %w", m.Schema, kept, err)
		}
		return nil
	})
}

// adopt makes the indexes anew unless they were made under this policy.
func (tx *Tx) adopt(policy string) error {
	if string(tx.Meta(keyPolicy)) == policy {
		return tx.fault
	}
	tx.SetMeta(keyPolicy, []byte(policy))
	return tx.reindex()
}

// schemaNumber is 0 for a state that has nothing in it yet.
func (tx *Tx) schemaNumber() (int, error) {
	if tx.bucket(bucketMeta) == nil {
		return 0, nil
	}
	b, ok := tx.get(bucketMeta, []byte(keySchema))
	switch {
	case ok && len(b) == 8:
		return int(binary.BigEndian.Uint64(b)), nil
	case tx.fault == nil && !ok && tx.LastNumber() == 0:
		return 0, nil
	case tx.fault != nil:
		return 0, tx.fault
	}
	return 0, damaged("its schema number cannot be read")
}

func (tx *Tx) schemaKnown() error {
	n, err := tx.schemaNumber()
	switch {
	case err != nil:
		return err
	case n > schema:
		return fmt.Errorf("%w: schema %d, this program knows %d: install the newer version again, or go back to state.db.schema-%d, which it kept beside it", ErrNewer, n, schema, schema)
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
		if err := migrations[n](tx); err != nil {
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
	tx.SetMeta(keyInstance, []byte(hex.EncodeToString(id)))
	tx.SetMeta(keySecret, secret)
}

// Meta reads a small named value, or nil.
func (tx *Tx) Meta(name string) []byte {
	v, _ := tx.get(bucketMeta, []byte(name))
	return slices.Clone(v)
}

// SetMeta keeps a small named value.
func (tx *Tx) SetMeta(name string, value []byte) { tx.put(bucketMeta, []byte(name), value) }

// Instance names this state among others, and Secret is what its tokens were signed with first; see Keys.
func (tx *Tx) Instance() string { return string(tx.Meta(keyInstance)) }

// Secret is the key of this state's tokens: 32 random bytes, made with the state.
func (tx *Tx) Secret() []byte { return tx.Meta(keySecret) }
