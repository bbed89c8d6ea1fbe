package store_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"triaged/internal/request"
	"triaged/internal/store"
	"triaged/internal/store/storetest"
)

func repair(t *testing.T, dir string) (store.Repaired, error) {
	t.Helper()
	return store.Repair(storetest.Options(t, store.Options{Dir: dir}))
}

// eventsOf reads the bucket of events as it lies.
func eventsOf(t *testing.T, dir string) (all []string) {
	t.Helper()
	db, err := bolt.Open(filepath.Join(dir, "state.db"), 0o600, &bolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.View(func(tx *bolt.Tx) error {
		return tx.Bucket([]byte("events")).ForEach(func(k, v []byte) error {
			all = append(all, string(k)+"="+string(v))
			return nil
		})
	})
	return all
}

// TestRepairMakesAnewWhatFollows breaks every bucket that follows from others, in every way, and has it repaired.
func TestRepairMakesAnewWhatFollows(t *testing.T) {
	_, derived := store.Buckets()
	for _, name := range append(derived, "requests") {
		for _, harm := range []string{"emptied", "removed", "altered", "flipped", "strange"} {
			dir := t.TempDir()
			s := smallDesk(t, dir)
			want, err := read(s)
			if err != nil {
				t.Fatal(err)
			}
			changed := true
			s.Tamper(func(put func(string, []byte, []byte), remove func(string, []byte), b *bolt.Tx) {
				bucket := b.Bucket([]byte(name))
				k, v := bucket.Cursor().First()
				k, v = slices.Clone(k), slices.Clone(v)
				switch {
				case harm == "strange":
					put(name, []byte("strange"), nil)
				case k == nil:
					changed = false
				case harm == "emptied":
					sequence := bucket.Sequence()
					b.DeleteBucket([]byte(name))
					again, _ := b.CreateBucket([]byte(name))
					again.SetSequence(sequence)
				case harm == "removed":
					remove(name, k)
				case harm == "altered":
					put(name, k, []byte(`{"number":1,"state":"spam"}`))
				case harm == "flipped":
					v[0] ^= 1
					bucket.Put(k, v)
				}
			})
			s.Close()
			before := eventsOf(t, dir)
			r, err := repair(t, dir)
			if err != nil || (len(r.Changed) > 0) != changed || len(r.Problems) > 0 {
				t.Fatalf("%s %s: %+v, %v", name, harm, r, err)
			}
			if !slices.Equal(before, eventsOf(t, dir)) {
				t.Errorf("%s %s: events were touched", name, harm)
			}
			again := storetest.Open(t, store.Options{Dir: dir})
			if got, err := read(again); err != nil || !slices.Equal(got, want) {
				t.Errorf("%s %s: %v\n%v\n%v", name, harm, err, got, want)
			}
		}
	}
}

func TestRepairOfWhatIsWhole(t *testing.T) {
	dir := t.TempDir()
	smallDesk(t, dir).Close()
	before, _ := os.ReadFile(filepath.Join(dir, "state.db"))
	r, err := repair(t, dir)
	if err != nil || len(r.Changed) > 0 || r.Requests != 2 || r.Events != 3 || r.Mails != 2 || r.Kept != "" {
		t.Errorf("%+v, %v", r, err)
	}
	if after, _ := os.ReadFile(filepath.Join(dir, "state.db")); !bytes.Equal(before, after) {
		t.Error("the state file was changed")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "state.db?*")); len(left) > 0 {
		t.Errorf("left %q", left)
	}
}

// TestRepairOfPages damages one page after the other, until it has seen both ends. Either the state comes back whole, or it is said that what
// happened is damaged itself, and nothing was changed.
func TestRepairOfPages(t *testing.T) {
	state, want := grownState(t)
	page := os.Getpagesize()
	mended, lost := 0, 0
	pages := usedBytes(t, state)/page - 2
	for i := 0; i < pages && (mended < 5 || lost < 5); i++ {
		at := (2 + i*31%pages) * page // here and there: which bucket lies where differs from run to run
		dir := t.TempDir()
		damaged := slices.Clone(state)
		copy(damaged[at+16:], bytes.Repeat([]byte{0xA5}, 300))
		os.WriteFile(filepath.Join(dir, "state.db"), damaged, 0o600)
		r, err := repair(t, dir)
		after, _ := os.ReadFile(filepath.Join(dir, "state.db"))
		switch {
		case err != nil:
			lost++
			if !errors.Is(err, store.ErrHistory) || !strings.Contains(err.Error(), "bring back the last backup") || !bytes.Equal(after, damaged) {
				t.Errorf("page %d: %v", at/page, err)
			}
			continue
		case len(r.Changed) == 0: // a free page
			continue
		}
		mended++
		s, err := store.Open(storetest.Options(t, store.Options{Dir: dir}))
		if err != nil {
			t.Fatalf("page %d: %v", at/page, err)
		}
		if got, err := read(s); err != nil || !slices.Equal(got, want) {
			t.Errorf("page %d: repaired to something else: %v", at/page, err)
		}
		s.Close()
	}
	if mended == 0 || lost == 0 {
		t.Errorf("%d mended, %d lost", mended, lost)
	}
}

func TestRepairNeedsTheStateForItself(t *testing.T) {
	dir := t.TempDir()
	smallDesk(t, dir)
	if _, err := repair(t, dir); !errors.Is(err, store.ErrInUse) || !strings.Contains(err.Error(), "stop the daemon first") {
		t.Error(err)
	}
	if _, err := store.Compact(dir); !errors.Is(err, store.ErrInUse) {
		t.Error(err)
	}
	if _, err := repair(t, t.TempDir()); !errors.Is(err, store.ErrMissing) {
		t.Error(err)
	}
}

func TestCompactSavesRoom(t *testing.T) {
	dir := t.TempDir()
	s := smallDesk(t, dir)
	for range 20 {
		s.Update(func(tx *store.Tx) error {
			tx.SetMeta("large", bytes.Repeat([]byte("x"), 1<<18))
			return nil
		})
	}
	s.Update(func(tx *store.Tx) error { tx.SetMeta("large", nil); return nil })
	want, _ := read(s)
	s.Close()
	c, err := store.Compact(dir)
	if err != nil || c.After >= c.Before/2 {
		t.Fatalf("%+v, %v", c, err)
	}
	again := storetest.Open(t, store.Options{Dir: dir})
	if got, err := read(again); err != nil || !slices.Equal(got, want) {
		t.Errorf("%v: %v", err, got)
	}
	err = again.Update(func(tx *store.Tx) error {
		n := tx.NextNumber()
		_, err := tx.Record(n, request.Event{At: epoch.Add(time.Hour), Type: request.Opened, Person: &request.Person{Address: "d@x"}})
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
