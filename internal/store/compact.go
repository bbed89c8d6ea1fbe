package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	bolt "go.etcd.io/bbolt"
)

// copied is how many bytes a transaction copies at most, so that it stays small in memory.
const copied = 32 << 20

// Compacted says what compacting saved, in bytes.
type Compacted struct {
	Before int64 `json:"before"`
	After  int64 `json:"after"`
}

// Compact writes the state file anew without the room that deleted values left, which bbolt keeps for later. No process
// may have the state open. A crash at any point leaves the file as it was, or the new one.
func Compact(dir string) (c Compacted, err error) {
	path := filepath.Join(dir, stateFile)
	lock, err := lockState(dir)
	if err != nil {
		return c, err
	}
	defer lock.Close()
	from, err := openState(path, true)
	if err != nil {
		return c, err
	}
	defer from.Close()
	err = rewritten(path, "", func(to *bolt.DB) (err error) {
		defer func() {
			if r := recover(); r != nil { // bbolt, at pages that make no sense
				err = damaged(r)
			}
		}()
		return bolt.Compact(to, from, copied)
	})
	if err != nil {
		return c, fmt.Errorf("not compacted, and nothing was changed: %w", err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return c, err
	}
	before := int64(0)
	err = from.View(func(tx *bolt.Tx) error { before = tx.Size(); return nil })
	return Compacted{Before: before, After: info.Size()}, err
}

// lockState locks a data directory that must hold a state.
func lockState(dir string) (*os.File, error) {
	there, err := exists(filepath.Join(dir, stateFile))
	if err != nil {
		return nil, err
	}
	if !there {
		return nil, fmt.Errorf("%w in %s: name the right data_dir", ErrMissing, dir)
	}
	lock, err := lockDir(dir, 0)
	if errors.Is(err, ErrInUse) {
		return nil, fmt.Errorf("%w: stop the daemon first", err)
	}
	return lock, err
}

// rewritten fills a new state file, proves it, and puts it in the place of the old one. The old one is kept under another
// name, unless that is "".
func rewritten(path, keep string, fill func(*bolt.DB) error) error {
	fresh := path + unfinished
	if err := os.RemoveAll(fresh); err != nil {
		return err
	}
	db, err := bolt.Open(fresh, 0o600, &bolt.Options{NoSync: true, FreelistType: bolt.FreelistMapType, NoStatistics: true})
	if err != nil {
		return err
	}
	err = fill(db)
	if err == nil {
		err = db.Sync()
	}
	if err = errors.Join(err, db.Close()); err == nil {
		err = proven(fresh)
	}
	if err == nil && keep != "" {
		if err = os.RemoveAll(keep); err == nil {
			err = os.Link(path, keep)
		}
	}
	if err != nil {
		os.Remove(fresh)
		return err
	}
	if err := os.Rename(fresh, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func proven(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := proveState(f); err != nil {
		return fmt.Errorf("what was written does not read back: %w", err)
	}
	return nil
}
