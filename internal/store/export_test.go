package store

import (
	"slices"

	bolt "go.etcd.io/bbolt"
)

// Tamper changes buckets behind the store's back, in one transaction. Values are sealed unless raw says otherwise.
func (s *Store) Tamper(f func(put func(bucket string, key, value []byte), remove func(bucket string, key []byte), b *bolt.Tx)) error {
	return s.db.Update(func(b *bolt.Tx) error {
		put := func(bucket string, key, value []byte) {
			if err := b.Bucket([]byte(bucket)).Put(key, seal(bucketName(bucket), key, value)); err != nil {
				panic(err)
			}
		}
		remove := func(bucket string, key []byte) {
			if err := b.Bucket([]byte(bucket)).Delete(key); err != nil {
				panic(err)
			}
		}
		f(put, remove, b)
		return nil
	})
}

// Buckets are the names of all buckets, Indexes of those that follow from the others.
func Buckets() (all, derived []string) {
	for _, name := range records {
		all = append(all, string(name))
	}
	for _, name := range indexes {
		all, derived = append(all, string(name)), append(derived, string(name))
	}
	return all, derived
}

// CheckPages proves the pages of a state file as it lies.
func CheckPages(f interface {
	ReadAt([]byte, int64) (int, error)
}) (int, error) {
	return checkPages(f, 0)
}

// The disk that raw mails are written to, for tests that have one of their own.
type (
	RawDisk = rawDisk
	RawFile = rawFile
)

// WithDisk gives options with another disk.
func (o Options) WithDisk(d RawDisk) Options {
	o.disk = d
	return o
}

// Schema is the present one.
var Schema = schema

// WithMigration makes the program know one schema more, until undo is called.
func WithMigration(migrate func(*bolt.Tx) error) (undo func()) {
	before := migrations
	migrations = append(slices.Clone(migrations), func(tx *Tx) error { return migrate(tx.bolt) })
	schema++
	return func() { migrations = before; schema-- }
}

// DiskOf makes a disk of its two operations.
func DiskOf(create func(string) (RawFile, error), syncDir func(string) error) RawDisk {
	return diskOf{create, syncDir}
}

type diskOf struct {
	createFile func(string) (RawFile, error)
	sync       func(string) error
}

func (d diskOf) create(path string) (rawFile, error) { return d.createFile(path) }
func (d diskOf) syncDir(dir string) error            { return d.sync(dir) }

// FloorAfter is how far numbers skip ahead.
var FloorAfter = floorAfter
