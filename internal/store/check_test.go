package store_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"triaged/internal/chart"
	"triaged/internal/compose"
	"triaged/internal/intake"
	"triaged/internal/request"
	"triaged/internal/store"
	"triaged/internal/store/storetest"
)

// smallDesk opens a store in which every bucket has something.
func smallDesk(t storetest.T, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(storetest.Options(t, store.Options{Dir: dir}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	refs, err := s.KeepRaw([]store.RawMail{
		{Label: store.RawLabel{Mailbox: "support", Folder: "INBOX", UIDValidity: 1, UID: 1, Received: epoch}, Data: []byte("From: a@x\r\n\r\nfirst\r\n")},
		{Label: store.RawLabel{Mailbox: "support", Folder: "INBOX", UIDValidity: 1, UID: 2, Received: epoch}, Data: []byte("From: b@x\r\n\r\nsecond\r\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Update(func(tx *store.Tx) error {
		fillDesk(tx, refs)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func fillDesk(tx *store.Tx, refs []store.RawRef) {
	tx.FirstLook("support", "INBOX", epoch)
	tx.AppendDesk(intake.DeskEvent{At: epoch, Type: intake.DeskOpened})
	person := &request.Person{Address: "a@x"}
	tx.Apply(intake.Verdict{
		Request: 1, Texts: []string{"no picture", "The projector is dark."}, Thread: []string{"one@x"}, Links: []uint64{77},
		Changes: []intake.Change{{Request: 1, Events: []request.Event{
			{At: epoch, Type: request.Opened, By: "a@x", Person: person, Mail: 1, Subject: request.RefOf("no picture"), Text: request.RefOf("The projector is dark.")},
			{At: epoch.Add(time.Minute), Type: request.Categorized, By: "kim@x", Code: chart.Code{Category: 1, Priority: 3}, Promise: &request.Promise{Hours: 4}},
		}}},
	})
	tx.Record(2, request.Event{At: epoch, Type: request.Opened, By: "b@x", Person: &request.Person{Address: "b@x"}, Mail: 2})
	tx.Account(store.Row{Mailbox: "support", Folder: "INBOX", UIDValidity: 1, UID: 1, MessageID: "one@x", Fingerprint: hexOf(1), Outcome: intake.Opened, Request: 1, At: epoch, Raw: refs[0]})
	tx.Account(store.Row{Mailbox: "support", Folder: "INBOX", UIDValidity: 1, UID: 2, Fingerprint: hexOf(2), Outcome: intake.Opened, Request: 2, At: epoch, Raw: refs[1]})
	for i, held := range []store.Hold{{}, {By: store.ByCap, Why: "too many"}, {}} {
		e := tx.Owe(compose.Letter{Kind: compose.Notice, To: request.Person{Address: "kim@x"}, Request: request.Number(i), At: epoch}, held)
		if i == 2 {
			tx.Change(e.ID, func(e *store.Entry) { e.State = store.Dead })
		}
	}
}

type (
	putter  = func(bucket string, key, value []byte)
	remover = func(bucket string, key []byte)
)

func be(numbers ...uint64) (b []byte) {
	for _, n := range numbers {
		b = binary.BigEndian.AppendUint64(b, n)
	}
	return b
}

// rewrite changes a JSON value.
func rewrite(b *bolt.Tx, put putter, bucket string, key []byte, field string, value any) {
	sealed := b.Bucket([]byte(bucket)).Get(key)
	m := map[string]any{}
	d := json.NewDecoder(bytes.NewReader(sealed[4:]))
	if err := d.Decode(&m); err != nil {
		panic(err)
	}
	m[field] = value
	changed, _ := json.Marshal(m)
	put(bucket, key, changed)
}

// TestCheckNamesEveryKindOfProblem damages a good state in every way that Check promises to see.
func TestCheckNamesEveryKindOfProblem(t *testing.T) {
	type tamper func(put putter, remove remover, b *bolt.Tx)
	tests := []struct {
		name   string
		want   string
		tamper tamper
	}{
		{"snapshot not the fold", "request 1: its snapshot is not what its events make", func(put putter, _ remover, b *bolt.Tx) {
			rewrite(b, put, "requests", be(1), "assignee", "kim@x")
		}},
		{"an event is gone", "request 1: its snapshot is not", func(_ putter, remove remover, _ *bolt.Tx) { remove("events", be(1, 2)) }},
		{"the first event is gone", "request 1: event 1", func(_ putter, remove remover, _ *bolt.Tx) { remove("events", be(1, 1)) }},
		{"a snapshot is gone", "request 2 has events and no snapshot", func(_ putter, remove remover, _ *bolt.Tx) { remove("requests", be(2)) }},
		{"a text is gone", "request 1: text", func(_ putter, remove remover, _ *bolt.Tx) {
			remove("texts", []byte(request.RefOf("no picture")))
		}},
		{"another text", "is not what its reference says", func(put putter, _ remover, _ *bolt.Tx) {
			put("texts", []byte(request.RefOf("no picture")), []byte("another"))
		}},
		{"a row is gone", "ledger 1 is missing", func(_ putter, remove remover, _ *bolt.Tx) { remove("ledger", be(1)) }},
		{"the last row is gone", "ledger 2 to 2 are missing", func(_ putter, remove remover, _ *bolt.Tx) { remove("ledger", be(2)) }},
		{"an outcome nobody knows", "unknown outcome", func(put putter, _ remover, b *bolt.Tx) { rewrite(b, put, "ledger", be(1), "outcome", "eaten") }},
		{"a row of no request", "ledger 2: there is no request 9", func(put putter, _ remover, b *bolt.Tx) { rewrite(b, put, "ledger", be(2), "request", 9) }},
		{"a raw file is gone", "is missing", func(put putter, _ remover, b *bolt.Tx) {
			rewrite(b, put, "ledger", be(2), "raw", store.RawRef{File: 9, Offset: 0, Length: 100})
		}},
		{"a raw file is short", "ends before offset", func(put putter, _ remover, b *bolt.Tx) {
			rewrite(b, put, "ledger", be(2), "raw", store.RawRef{File: 1, Offset: 1 << 20, Length: 100})
		}},
		{"a state nobody knows", "outbox 1: unknown state", func(put putter, _ remover, b *bolt.Tx) { rewrite(b, put, "outbox", be(1), "state", "lost") }},
		{"nobody to send to", "outbox 1: nobody to send to", func(put putter, _ remover, b *bolt.Tx) {
			rewrite(b, put, "outbox", be(1), "letter", compose.Letter{Kind: compose.Notice, At: epoch})
		}},
		{"a mail about no request", "outbox 1: there is no request 9", func(put putter, _ remover, b *bolt.Tx) {
			rewrite(b, put, "outbox", be(1), "letter", compose.Letter{To: request.Person{Address: "kim@x"}, Request: 9, At: epoch})
		}},
		{"a number given out twice", "would be given out twice", func(_ putter, _ remover, b *bolt.Tx) { b.Bucket([]byte("outbox")).SetSequence(1) }},
		{"a thread of no request", "there is no request 9", func(put putter, _ remover, _ *bolt.Tx) { put("threads", be(1, 2), be(9)) }},
		{"a thread cut short", "leads nowhere", func(put putter, _ remover, _ *bolt.Tx) { put("threads", be(1, 2), []byte("x")) }},
	}
	for _, bucket := range allOf("requests", "events", "texts", "ledger", "outbox", "meta", "links", "folders", "desk", "threads") {
		tests = append(tests, struct {
			name   string
			want   string
			tamper tamper
		}{"a flipped bit in " + bucket, "bucket " + bucket + ", entry", func(_ putter, _ remover, b *bolt.Tx) {
			k, v := b.Bucket([]byte(bucket)).Cursor().First()
			v = bytes.Clone(v)
			v[len(v)-1] ^= 0x10
			b.Bucket([]byte(bucket)).Put(bytes.Clone(k), v)
		}})
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := smallDesk(t, "")
			storetest.Check(t, s)
			err := s.Tamper(func(put func(string, []byte, []byte), remove func(string, []byte), b *bolt.Tx) {
				test.tamper(put, remove, b)
			})
			if err != nil {
				t.Fatal(err)
			}
			wantProblem(t, s, test.want)
		})
	}
}

func allOf(names ...string) []string { return names }

func wantProblem(t *testing.T, s *store.Store, want string) {
	t.Helper()
	result, err := s.Check()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(result.Problems, func(p string) bool { return strings.Contains(p, want) }) {
		t.Errorf("no problem says %q:\n%s", want, strings.Join(result.Problems, "\n"))
	}
}

// TestCheckSeesBothSidesOfEveryIndex takes an entry out of each index, and puts in one that belongs to nothing, in the
// shape of a real one.
func TestCheckSeesBothSidesOfEveryIndex(t *testing.T) {
	_, indexes := store.Buckets()
	for _, index := range indexes {
		first := func(b *bolt.Tx) (k, v []byte) {
			k, v = b.Bucket([]byte(index)).Cursor().First()
			return bytes.Clone(k), bytes.Clone(v[4:])
		}
		t.Run(index+" lacks an entry", func(t *testing.T) {
			s := smallDesk(t, "")
			s.Tamper(func(_ func(string, []byte, []byte), remove func(string, []byte), b *bolt.Tx) {
				k, _ := first(b)
				if k == nil {
					t.Fatal("the desk has nothing in this index")
				}
				remove(index, k)
			})
			wantProblem(t, s, "index "+index+": the entry")
			wantProblem(t, s, "is missing")
		})
		t.Run(index+" has a stray entry", func(t *testing.T) {
			s := smallDesk(t, "")
			s.Tamper(func(put func(string, []byte, []byte), _ func(string, []byte), b *bolt.Tx) {
				k, v := first(b)
				k[0] ^= 0x40 // another class, time, hash or name; the same record
				put(index, k, v)
			})
			wantProblem(t, s, "index "+index+": the entry")
			wantProblem(t, s, "belongs to nothing")
		})
		t.Run(index+" has another entry", func(t *testing.T) {
			s := smallDesk(t, "")
			s.Tamper(func(put func(string, []byte, []byte), remove func(string, []byte), b *bolt.Tx) {
				k, v := first(b)
				remove(index, bytes.Clone(k))
				k[0] ^= 0x40
				put(index, k, v)
			})
			wantProblem(t, s, "is missing")
			wantProblem(t, s, "belongs to nothing")
		})
	}
}

// TestCheckReadsRawBytes flips bytes of the raw file, one at a time.
func TestCheckReadsRawBytes(t *testing.T) {
	dir := t.TempDir()
	s := smallDesk(t, dir)
	files, err := filepath.Glob(filepath.Join(dir, "raw", "*"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	good, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	for at := range good {
		bad := bytes.Clone(good)
		bad[at] ^= 0xFF
		if err := os.WriteFile(files[0], bad, 0o600); err != nil {
			t.Fatal(err)
		}
		result := store.Result{}
		if err := s.CheckRaw(&result); err != nil || len(result.Problems) != 1 || !strings.Contains(result.Problems[0], "bring the file back from a backup") {
			t.Fatalf("byte %d flipped: %v, %v", at, result.Problems, err)
		}
	}
	for n := range len(good) {
		if err := os.WriteFile(files[0], good[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		result := store.Result{}
		if err := s.CheckRaw(&result); err != nil || len(result.Problems) == 0 {
			t.Fatalf("cut to %d: %v, %v", n, result.Problems, err)
		}
		wantProblem(t, s, "ends before offset")
	}
}

// TestCheckRunsBesideWriters checks while another goroutine writes: what it sees is one consistent state.
func TestCheckRunsBesideWriters(t *testing.T) {
	s := storetest.Open(t, store.Options{})
	stop, stopped := make(chan bool), make(chan error)
	go func() {
		for n := request.Number(1); ; n++ {
			select {
			case <-stop:
				stopped <- nil
				return
			default:
			}
			err := s.Update(func(tx *store.Tx) error {
				_, err := tx.Record(n, request.Event{At: epoch, Type: request.Opened, Person: &request.Person{Address: fmt.Sprint(n)}})
				return err
			})
			if err != nil {
				stopped <- err
				return
			}
		}
	}()
	for range 30 {
		storetest.Check(t, s)
	}
	close(stop)
	if err := <-stopped; err != nil {
		t.Fatal(err)
	}
}
