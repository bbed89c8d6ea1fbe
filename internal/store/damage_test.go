package store_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"triaged/internal/compose"
	"triaged/internal/request"
	"triaged/internal/store"
	"triaged/internal/store/storetest"
)

// grownState gives the bytes of a state file with branch pages, pages that overflow and free pages, and what is in it.
func grownState(t *testing.T) (state []byte, want contents) {
	t.Helper()
	dir := t.TempDir()
	s := smallDesk(t, dir)
	for i := range 60 {
		err := s.Update(func(tx *store.Tx) error {
			n := tx.NextNumber()
			ref := tx.PutText(fmt.Sprint(i, strings.Repeat(" text", 300+i*20)))
			_, err := tx.Record(n, request.Event{At: epoch, Type: request.Opened, Subject: ref, Person: &request.Person{Address: fmt.Sprintf("p%d@x", i)}})
			for range 5 {
				tx.Owe(compose.Letter{Kind: compose.Notice, To: request.Person{Address: "kim@x"}, Request: n, At: epoch}, store.Hold{})
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	want, err := read(s)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	state, err = os.ReadFile(filepath.Join(dir, "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	return state, want
}

// contents is what a store says, asked in every way.
type contents []string

func read(s *store.Store) (all contents, err error) {
	err = s.View(func(tx *store.Tx) error {
		say := func(things ...any) {
			b, err := json.Marshal(things)
			if err != nil {
				panic(err)
			}
			all = append(all, string(b))
		}
		for r := range tx.Requests() {
			say("request", r, tx.Text(r.Subject))
			say("events", tx.Events(r.Number))
			in, out := tx.Mails(r.Number)
			say("mails", in, out)
		}
		for r := range tx.Queue() {
			say("queue", r.Number)
		}
		for r := range tx.Uncategorized() {
			say("new", r.Number)
		}
		say("due", slices.Collect(tx.Due(epoch.AddDate(1, 0, 0))))
		for row := range tx.Ledger(0) {
			found, _ := tx.Accounted(row.Mailbox, row.Folder, row.UIDValidity, row.UID)
			say("row", row, found.Number)
		}
		for e := range tx.Outbox("") {
			found, _ := tx.SentID(e.MessageID)
			say("entry", e, found.ID)
		}
		say("to kim", len(tx.MailsTo("kim@x", epoch, epoch.AddDate(1, 0, 0))))
		return nil
	})
	return all, err
}

// served opens a state and says what it serves: the contents, or an error. It fails the test for a panic, and for an
// error that does not name the way back.
func served(t *testing.T, state []byte) (got contents, err error) {
	t.Helper()
	dir, mkErr := os.MkdirTemp(t.TempDir(), "")
	if mkErr != nil {
		t.Fatal(mkErr)
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "state.db"), state, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(storetest.Options(t, store.Options{Dir: dir}))
	if err == nil {
		defer s.Close()
		if got, err = read(s); err == nil {
			err = wrong(s)
		} else {
			got = nil
		}
	}
	if err != nil && (!errors.Is(err, store.ErrDamaged) || !namesTheWayBack(err)) {
		t.Errorf("an error that does not help: %v", err)
	}
	return got, err
}

func namesTheWayBack(err error) bool {
	return strings.Contains(err.Error(), "bring back the last backup") || strings.Contains(err.Error(), "run `triaged check --repair`")
}

// wrong makes an error of what a check finds, raw mails apart, which these tests do not bring along.
func wrong(s *store.Store) error {
	result, err := s.Check()
	for _, p := range result.Problems {
		if !strings.Contains(p, "raw") {
			return fmt.Errorf("%w: %s: bring back the last backup", store.ErrDamaged, p)
		}
	}
	return err
}

func TestTruncatedStateIsRefused(t *testing.T) {
	state, want := grownState(t)
	used := usedBytes(t, state)
	lengths := []int{0, 1, 15, 16, 79, 80, 4095, 4096, 4097, 8191, 8192, 12288, 16384, used - 1}
	for n := 20000; n < used; n += 9973 {
		lengths = append(lengths, n)
	}
	for _, n := range lengths {
		if _, err := served(t, state[:n]); err == nil {
			t.Errorf("cut to %d bytes: not noticed", n)
		}
	}
	if got, err := served(t, state[:used]); err != nil || !slices.Equal(got, want) {
		t.Errorf("cut to what is used: %v", err)
	}
}

// usedBytes is the length up to the last page that was ever used.
func usedBytes(t *testing.T, state []byte) int {
	t.Helper()
	path := filepath.Join(t.TempDir(), "state.db")
	os.WriteFile(path, state, 0o600)
	db, err := bolt.Open(path, 0o600, &bolt.Options{ReadOnly: true, PreLoadFreelist: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	pages := 0
	db.View(func(tx *bolt.Tx) error {
		for {
			p, err := tx.Page(pages)
			if err != nil || p == nil {
				return nil
			}
			pages++
		}
	})
	return pages * db.Info().PageSize
}

// TestFlippedBytesAreNoticed flips bytes all over the state file, in page headers, elements, keys and values. Either
// opening, reading or a check notices, or all is as before: the flip hit nothing that is in use. What only a check can
// notice is a key that is looked up and not found where it was.
func TestFlippedBytesAreNoticed(t *testing.T) {
	state, want := grownState(t)
	used := usedBytes(t, state)
	random := rand.New(rand.NewPCG(1, 9))
	var places []int
	for page := 0; page < used; page += 4096 { // headers and first elements of every page
		for at := range 48 {
			if random.IntN(60) == 0 {
				places = append(places, page+at)
			}
		}
	}
	for range 100 {
		places = append(places, random.IntN(used))
	}
	noticed, late := 0, 0
	for _, at := range places {
		bad := bytes.Clone(state[:used])
		bad[at] ^= byte(1 << random.IntN(8))
		got, err := served(t, bad)
		switch {
		case err != nil:
			noticed++
			if got != nil && !slices.Equal(got, want) {
				late++
			}
		case !slices.Equal(got, want):
			t.Fatalf("byte %d flipped: served as if nothing was", at)
		}
	}
	t.Logf("%d of %d flips noticed, %d of them by a check after something was not found; the others hit nothing in use", noticed, len(places), late)
	if noticed < len(places)/4 {
		t.Errorf("only %d of %d flips noticed", noticed, len(places))
	}
}

// TestWrongPagesAreNoticed swaps pages, copies one over another, and blanks them, as disks and copies do.
func TestWrongPagesAreNoticed(t *testing.T) {
	state, want := grownState(t)
	used := usedBytes(t, state)
	random := rand.New(rand.NewPCG(3, 4))
	page := func(b []byte) []byte { n := 2 + random.IntN(used/4096-2); return b[n*4096 : (n+1)*4096] }
	noticed := 0
	for range 40 {
		bad := bytes.Clone(state[:used])
		switch a, b := page(bad), page(bad); random.IntN(3) {
		case 0:
			copy(a, b)
		case 1:
			clear(a)
		case 2:
			saved := bytes.Clone(a)
			copy(a, b)
			copy(b, saved)
		}
		got, err := served(t, bad)
		if err != nil {
			noticed++
		} else if !slices.Equal(got, want) {
			t.Fatal("served as if nothing was")
		}
	}
	t.Logf("%d noticed", noticed)
}

func TestStateThatIsNoneIsRefused(t *testing.T) {
	for name, b := range map[string][]byte{
		"text":    []byte(strings.Repeat("this is not a state file\n", 1000)),
		"zeros":   make([]byte, 64<<10),
		"a gzip":  append([]byte{0x1f, 0x8b}, make([]byte, 10000)...),
		"nothing": nil,
	} {
		if _, err := served(t, b); !errors.Is(err, store.ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestLostStateIsNotBegunAnew takes the state file away from its raw mails: a new one would number requests from 1.
func TestLostStateIsNotBegunAnew(t *testing.T) {
	dir := t.TempDir()
	smallDesk(t, dir).Close()
	os.Remove(filepath.Join(dir, "state.db"))
	_, err := store.Open(storetest.Options(t, store.Options{Dir: dir}))
	if !errors.Is(err, store.ErrDamaged) || !namesTheWayBack(err) {
		t.Errorf("got %v", err)
	}
	os.RemoveAll(filepath.Join(dir, "raw"))
	storetest.Open(t, store.Options{Dir: dir})
}

// TestFirstStartCutShort leaves what a crash during the first start leaves.
func TestFirstStartCutShort(t *testing.T) {
	dir := t.TempDir()
	os.WriteFile(filepath.Join(dir, "state.db.new"), []byte("half"), 0o600)
	storetest.Open(t, store.Options{Dir: dir})
	if _, err := os.Stat(filepath.Join(dir, "state.db.new")); err == nil {
		t.Error("the unfinished file is still there")
	}
}

// TestPanicsOfCallersGoOn: a mistake of the caller's is not taken for damage, and holds no lock.
func TestPanicsOfCallersGoOn(t *testing.T) {
	s := storetest.Open(t, store.Options{})
	func() {
		defer func() {
			if r := recover(); r != "mine" {
				t.Errorf("recovered %v", r)
			}
		}()
		s.Update(func(*store.Tx) error { panic("mine") })
	}()
	if err := s.Update(func(tx *store.Tx) error { tx.PutText("x"); return nil }); err != nil {
		t.Error(err)
	}
}
