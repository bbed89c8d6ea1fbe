// Package storetest opens stores for tests, and makes sure that none of them ends in a state that Check finds fault with.
package storetest

import (
	"fmt"
	"os"
	"time"

	"triaged/internal/request"
	"triaged/internal/store"
)

// T is what a test brings: *testing.T, *testing.B and *rapid.T do.
type T interface {
	Helper()
	Fatal(...any)
	Errorf(string, ...any)
	Cleanup(func())
}

// Options fill in what a test does not care about: a directory of its own, rules for the indexes, Message-IDs.
func Options(t T, o store.Options) store.Options {
	t.Helper()
	if o.Dir == "" {
		dir, err := os.MkdirTemp("", "triaged-store")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.RemoveAll(dir) })
		o.Dir = dir
	}
	if o.Derive == nil {
		o.Derive, o.Policy = Derive, "storetest"
	}
	if o.MessageID == nil {
		o.MessageID = func(id uint64, e store.Entry) string {
			return fmt.Sprintf("sr%d.%d@desk.example", e.Letter.Request, id)
		}
	}
	return o
}

// Open opens a store, checks it when the test ends, down to the bytes of raw mails, and closes it.
func Open(t T, o store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(Options(t, o))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	t.Cleanup(func() { Check(t, s) })
	return s
}

// Check fails the test for everything that a check of the store finds.
func Check(t T, s *store.Store) store.Result {
	t.Helper()
	result, err := s.Check()
	if err == nil {
		err = s.CheckRaw(&result)
	}
	if err != nil {
		t.Errorf("check: %v", err)
	}
	for _, p := range result.Problems {
		t.Errorf("check: %s", p)
	}
	return result
}

// Derive is a plain rule for the indexes: uncategorized requests are due after two hours, waiting ones when they said.
func Derive(r request.Request) store.Derived {
	d := store.Derived{Rank: r.RankOf(r.ScheduledFor, request.Place{Emergency: r.Code.Category == 3}, 2*time.Hour)}
	if r.Uncategorized() && r.Reminded("uncategorized").IsZero() {
		d.Due = append(d.Due, store.Due{At: r.Submitted.Add(2 * time.Hour), What: "uncategorized"})
	}
	if r.State == request.Waiting && !r.WaitUntil.IsZero() {
		d.Due = append(d.Due, store.Due{At: r.WaitUntil, What: "follow-up"})
	}
	return d
}
