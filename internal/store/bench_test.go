package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"triaged/internal/chart"
	"triaged/internal/compose"
	"triaged/internal/intake"
	"triaged/internal/request"
	"triaged/internal/store"
	"triaged/internal/store/storetest"
)

// desk is a store of some years, built once for all benchmarks that want one of its size.
type desk struct {
	requests int
	active   int  // the last so many are not resolved yet, every fourth of them uncategorized
	mails    bool // with ledger, outbox and texts; else requests alone

	once sync.Once
	dir  string
}

var (
	school   = &desk{requests: 200_000, active: 5_000, mails: true}
	district = &desk{requests: 1_000_000, active: 5_000}
)

func (d *desk) open(b *testing.B) *store.Store {
	b.Helper()
	if testing.Short() {
		b.Skip("builds a large store")
	}
	d.once.Do(func() { d.build(b) })
	s, err := store.Open(storetest.Options(b, store.Options{Dir: d.dir}))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	return s
}

func (d *desk) build(b *testing.B) {
	var err error
	if d.dir, err = os.MkdirTemp("", "triaged-bench"); err != nil {
		b.Fatal(err)
	}
	built = append(built, d.dir)
	s, err := store.Open(storetest.Options(b, store.Options{Dir: d.dir}))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	for n := 1; n <= d.requests; {
		err := s.Update(func(tx *store.Tx) error {
			for end := n + 5_000; n < end && n <= d.requests; n++ {
				if err := d.add(tx, n); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// built are directories to remove at the end.
var built []string

func (d *desk) add(tx *store.Tx, n int) error {
	at := epoch.Add(time.Duration(n) * time.Minute)
	who := request.Person{Name: fmt.Sprintf("Person %d", n%3000), Address: fmt.Sprintf("person%d@school.example", n%3000)}
	id := fmt.Sprintf("%x.%d@people.example", n*2654435761%(1<<32), n)
	subject, text := fmt.Sprintf("Trouble %d in room %d", n, n%200), fmt.Sprintf("%d: %s", n, strings.Repeat("The projector is dark. ", 40))
	events := []request.Event{{
		At: at, Type: request.Opened, By: who.Address, Person: &who, Source: request.Email, MessageID: id,
		Subject: request.RefOf(subject), Text: request.RefOf(text),
	}}
	if d.mails {
		tx.PutText(subject)
		tx.PutText(text)
		events[0].Mail = uint64(n)
	} else {
		events[0].Subject, events[0].Text = "", ""
	}
	if old := n <= d.requests-d.active; old || n%4 != 0 {
		events = append(events, request.Event{
			At: at.Add(time.Hour), Type: request.Categorized, By: "ana@school.example", Code: chart.Code{Category: 1, Priority: 3},
			Promise: &request.Promise{Days: 3, Day: 10 * time.Hour},
		})
		if old {
			events = append(events, request.Event{At: at.Add(48 * time.Hour), Type: request.Closed, By: "kim@school.example"})
		}
	}
	if _, err := tx.Record(request.Number(n), events...); err != nil || !d.mails {
		return err
	}
	tx.Join(id, request.Number(n))
	tx.Account(store.Row{
		Mailbox: "support", Folder: "INBOX", UIDValidity: 1, UID: uint32(n), MessageID: id, Fingerprint: fmt.Sprintf("%064x", n),
		Outcome: intake.Opened, Reason: "a new mail", Request: request.Number(n), At: at, Received: at, Size: 32 << 10,
	})
	for _, l := range []compose.Letter{
		{Kind: compose.Acknowledgement, To: who, Request: request.Number(n), At: at, InReplyTo: id},
		{Kind: compose.Notice, To: request.Person{Address: "kim@school.example"}, Commands: true, Request: request.Number(n), At: at},
	} {
		e := tx.Owe(l, store.Hold{})
		tx.Change(e.ID, func(e *store.Entry) { e.State, e.Next, e.Attempts = store.Sent, time.Time{}, 1 })
	}
	return nil
}

func view(b *testing.B, s *store.Store, f func(*store.Tx)) {
	if err := s.View(func(tx *store.Tx) error { f(tx); return nil }); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkOpen opens the store of 200,000 requests; heap-MB is what the process keeps of it beside the mapped file.
func BenchmarkOpen(b *testing.B) {
	school.open(b).Close()
	for b.Loop() {
		s, err := store.Open(storetest.Options(b, store.Options{Dir: school.dir}))
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(m.HeapAlloc)/(1<<20), "heap-MB")
		s.Close()
		b.StartTimer()
	}
}

// BenchmarkLook asks what the loops and `list` ask, of both stores.
func BenchmarkLook(b *testing.B) {
	now := epoch.Add(10 * 365 * 24 * time.Hour)
	for name, d := range map[string]*desk{"200k": school, "1M": district} {
		for question, ask := range map[string]func(tx *store.Tx) int{
			"NextDue": func(tx *store.Tx) int { tx.NextDue(); return 1 },
			"Due":     func(tx *store.Tx) int { return len(slices.Collect(tx.Due(now))) },
			"Queue": func(tx *store.Tx) (n int) {
				for range tx.Queue() {
					n++
				}
				return n
			},
			"Uncategorized": func(tx *store.Tx) (n int) {
				for range tx.Uncategorized() {
					n++
				}
				return n
			},
			"Counts":     func(tx *store.Tx) int { n, _ := tx.Counts(); return n },
			"LastNumber": func(tx *store.Tx) int { return int(tx.LastNumber()) },
		} {
			b.Run(question+"/"+name, func(b *testing.B) {
				s := d.open(b)
				for b.Loop() {
					view(b, s, func(tx *store.Tx) {
						if ask(tx) == 0 {
							b.Fatal("nothing found")
						}
					})
				}
			})
		}
	}
}

// BenchmarkCheck proves the store of 200,000 requests, raw bytes apart. heap-MB is the most that the heap grew to.
func BenchmarkCheck(b *testing.B) {
	s := school.open(b)
	for b.Loop() {
		if r, err := s.Check(); err != nil || len(r.Problems) > 0 {
			b.Fatal(r.Problems, err)
		}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapSys-m.HeapReleased)/(1<<20), "heap-MB")
}

// BenchmarkPolicyChange makes the indexes of 200,000 requests anew, as Open does once after the policy has changed.
func BenchmarkPolicyChange(b *testing.B) {
	school.open(b).Close()
	for i := 0; b.Loop(); i++ {
		o := storetest.Options(b, store.Options{Dir: school.dir})
		o.Policy = fmt.Sprint("other", i)
		s, err := store.Open(o)
		if err != nil {
			b.Fatal(err)
		}
		s.Close()
	}
}

// BenchmarkUpdate records mails that open requests in a store of 200,000, as many in a transaction as the name says, with
// two mails owed for each. It is the store's share of BenchmarkAccept in package bot.
func BenchmarkUpdate(b *testing.B) {
	for _, batch := range []int{1, 32, 256} {
		b.Run(fmt.Sprint(batch), func(b *testing.B) {
			s := school.open(b)
			grow := &desk{requests: 1 << 40, mails: true}
			for b.Loop() {
				err := s.Update(func(tx *store.Tx) error {
					for range batch {
						if err := grow.add(tx, int(tx.NextNumber())); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N*batch)/b.Elapsed().Seconds(), "mails/s")
		})
	}
}

// BenchmarkBackup copies the state of 200,000 requests while a mail arrives every five milliseconds. The longest that one
// of them took to be kept and committed is arrival-ms; the longest without a backup beside it is alone-ms.
func BenchmarkBackup(b *testing.B) {
	s := school.open(b)
	place := b.TempDir()
	uid := uint32(1 << 30)
	view(b, s, func(tx *store.Tx) { uid += uint32(tx.NextLedger()) }) // the store is that of an earlier run
	arrive := func(stop <-chan struct{}) (longest time.Duration) {
		for tick := time.NewTicker(5 * time.Millisecond); ; {
			select {
			case <-stop:
				return longest
			case <-tick.C:
			}
			uid++
			start := time.Now()
			refs, err := s.KeepRaw([]store.RawMail{{Label: store.RawLabel{Mailbox: "support", UID: uid}, Data: make([]byte, 32<<10)}})
			if err == nil {
				err = s.Update(func(tx *store.Tx) error {
					tx.Account(store.Row{Mailbox: "support", Folder: "INBOX", UIDValidity: 2, UID: uid, Outcome: intake.Opened, At: epoch, Raw: refs[0]})
					return nil
				})
			}
			if err != nil {
				b.Error(err)
			}
			longest = max(longest, time.Since(start))
		}
	}
	during := func(f func()) time.Duration {
		stop, took := make(chan struct{}), make(chan time.Duration)
		go func() { took <- arrive(stop) }()
		f()
		close(stop)
		return <-took
	}
	alone := during(func() { time.Sleep(3 * time.Second) })
	var longest time.Duration
	b.ResetTimer()
	for i := range b.N {
		longest = max(longest, during(func() {
			err := s.Hold(time.Now(), func(m store.Moment) error {
				_, err := store.Backup(b.Context(), m, store.Copying{Dir: school.dir, File: filepath.Join(place, fmt.Sprint(i))}, func() error { return nil })
				return err
			})
			if err != nil {
				b.Error(err)
			}
		}))
	}
	b.ReportMetric(float64(longest.Microseconds())/1000, "arrival-ms")
	b.ReportMetric(float64(alone.Microseconds())/1000, "alone-ms")
}
