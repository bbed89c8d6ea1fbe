package bot

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"triaged/internal/chart"
	"triaged/internal/compose"
	"triaged/internal/config"
	"triaged/internal/delivery"
	"triaged/internal/request"
	"triaged/internal/store"
)

// district is a desk that has seen many requests, of which 5,000 are open and 1,250 of those have no code.
type district struct {
	*Desk
	clock    hand
	requests int
}

const districtOpen = 5_000

// BenchmarkDistrict asks a desk of a million requests what the daemon asks it. Building it takes some minutes:
//
//	go test ./internal/bot -run xxx -bench District -benchtime 20x -timeout 30m
func BenchmarkDistrict(b *testing.B) {
	if testing.Short() {
		b.Skip("builds a large store")
	}
	d := &district{requests: 1_000_000}
	d.build(b)
	b.Run("digest", d.digest)
	b.Run("next", d.next)
	b.Run("list", d.list)
}

// hand is a clock that is set by hand.
type hand struct {
	sync.Mutex
	now time.Time
}

func (h *hand) Now() time.Time {
	h.Lock()
	defer h.Unlock()
	return h.now
}

func (h *hand) After(time.Duration) <-chan time.Time { return nil }

func (h *hand) set(t time.Time) {
	h.Lock()
	defer h.Unlock()
	h.now = t
}

// settle does what is due until nothing is.
func (d *district) settle(b *testing.B) {
	for {
		next, err := d.Tick()
		if err != nil {
			b.Fatal(err)
		}
		if next.After(d.clock.Now()) {
			return
		}
	}
}

func (d *district) build(b *testing.B) {
	c, err := config.Parse("config.toml", []byte(deskConfig))
	if err != nil {
		b.Fatal(err)
	}
	c.Desk.DataDir = b.TempDir()
	start := time.Date(2021, 1, 4, 13, 0, 0, 0, time.UTC)
	d.clock.set(start)
	if d.Desk, err = Open(c, Rim{Clock: &d.clock}); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { d.Close() })
	random := rand.New(rand.NewPCG(1, 2))
	var at time.Time
	for n := 1; n <= d.requests; {
		err := d.store.Update(func(tx *store.Tx) error {
			for end := n + 5_000; n < end; n++ {
				at = start.Add(time.Duration(n) * 150 * time.Second)
				if _, err := tx.Record(request.Number(n), d.story(tx, n, at, random)...); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	for at = at.In(d.house.Zone); at.Weekday() != time.Monday; {
		at = at.AddDate(0, 0, 1)
	}
	d.clock.set(time.Date(at.Year(), at.Month(), at.Day(), 8, 0, 0, 0, at.Location()))
	d.settle(b)
	d.learnOpen(b)
}

// BenchmarkStart starts a desk of 200,000 requests, until it dials its mailbox for the first time.
func BenchmarkStart(b *testing.B) {
	if testing.Short() {
		b.Skip("builds a large store")
	}
	d := &district{requests: 200_000}
	d.build(b)
	c := d.config
	if err := d.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		ctx, cancel := context.WithCancel(b.Context())
		dialled := make(chan struct{}, 2)
		dial := func(context.Context, string, string) (net.Conn, error) {
			select {
			case dialled <- struct{}{}:
			default:
			}
			return nil, errors.New("nobody is there")
		}
		ended := make(chan error, 1)
		go func() { ended <- Serve(ctx, c, Rim{Clock: &d.clock, Dial: dial}, nil) }()
		<-dialled
		b.StopTimer()
		cancel()
		if err := <-ended; err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

// learnOpen teaches the model the codes of what is open: a model that knows nothing suggests faster.
func (d *district) learnOpen(b *testing.B) {
	New(d.Desk, nil, delivery.Settings{}) // its loop would learn; a desk without one learns all its history when first asked
	d.view(b, func(tx *store.Tx) {
		for r := range tx.Queue() {
			if r.Code.IsZero() {
				continue
			}
			if err := d.model.Learn(r.Number.Label("SR"), d.mailOf(tx, r), r.Code); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// story is what happened to a request: the last ones are open, every fourth of them without a code.
func (d *district) story(tx *store.Tx, n int, at time.Time, random *rand.Rand) []request.Event {
	who := request.Person{Name: fmt.Sprintf("Person %d", n%3000), Address: fmt.Sprintf("person%d@school.example", n%3000)}
	events := []request.Event{{At: at, Type: request.Opened, By: who.Address, Person: &who, Source: request.Email, MessageID: fmt.Sprintf("%d@people.example", n)}}
	open := n > d.requests-districtOpen
	if open {
		events[0].Subject = tx.PutText(fmt.Sprintf("%s %d in room %d", simSubjects[n%len(simSubjects)], n, n%200))
		events[0].Text = tx.PutText(fmt.Sprintf("%d: ", n) + strings.Repeat(simSubjects[random.IntN(len(simSubjects))]+" since this morning. ", 20))
	}
	if open && n%4 == 0 {
		return events
	}
	events = append(events, request.Event{
		At: at.Add(time.Hour), Type: request.Categorized, By: ana, Code: chart.Code{Category: 1, Priority: 3},
		Promise: &request.Promise{Days: 3, Day: 10 * time.Hour},
	})
	if !open {
		events = append(events, request.Event{At: at.Add(48 * time.Hour), Type: request.Closed, By: kim})
	}
	return events
}

// digest does all that the daemon does for a review: what is due is found and recorded durably, with the digest, which is
// then rendered as before its first attempt, with suggestions for each of its hundred rows. cpu-ms/op is the time of all
// processors together, which other work on the machine does not lengthen.
func (d *district) digest(b *testing.B) {
	var used time.Duration
	for b.Loop() {
		b.StopTimer()
		review := d.plan.Reviews.Next(d.clock.Now())
		if review.Hour() == 7 { // that one comes with all that has waited for the desk to open
			review = d.plan.Reviews.Next(review)
		}
		d.clock.set(review.Add(-time.Second))
		d.settle(b)
		d.clock.set(review)
		last, before := d.lastOwed(b), processorTime()
		b.StartTimer()
		if _, err := d.Tick(); err != nil {
			b.Fatal(err)
		}
		if n := d.renderDigests(b, last); n != 1 {
			b.Fatalf("%d digests, want one", n)
		}
		used += processorTime() - before
	}
	b.ReportMetric(used.Seconds()*1000/float64(b.N), "cpu-ms/op")
}

// lastOwed is the number of the last mail in the outbox.
func (d *district) lastOwed(b *testing.B) (last uint64) {
	d.view(b, func(tx *store.Tx) {
		for e := range tx.Outbox(store.Pending) {
			last = max(last, e.ID)
		}
	})
	return last
}

func (d *district) view(b *testing.B, f func(*store.Tx)) {
	if err := d.store.View(func(tx *store.Tx) error { f(tx); return nil }); err != nil {
		b.Fatal(err)
	}
}

// renderDigests renders the digests that entered the outbox behind a number.
func (d *district) renderDigests(b *testing.B, after uint64) (count int) {
	d.view(b, func(tx *store.Tx) {
		for id := after + 1; ; id++ {
			e, ok := tx.Entry(id)
			if !ok {
				return
			}
			if e.Letter.Kind != compose.Digest {
				continue
			}
			mail, err := compose.Render(e.Letter, e.MessageID, d.material(tx, e.Letter), d.house)
			if err != nil || len(mail.Listed) != d.plan.MaxRows {
				b.Fatalf("the digest lists %d requests, want %d: %v", len(mail.Listed), d.plan.MaxRows, err)
			}
			count++
		}
	})
	return count
}

// next asks when something is due next, as the agenda does after every commit.
func (d *district) next(b *testing.B) {
	for b.Loop() {
		d.view(b, func(tx *store.Tx) {
			if d.nextTick(tx, d.clock.Now()).IsZero() {
				b.Fatal("nothing is ever due")
			}
		})
	}
}

// list reads all that is open, in the order to work it.
func (d *district) list(b *testing.B) {
	for b.Loop() {
		rows := 0
		if err := d.List(Args{}, func(any) error { rows++; return nil }); err != nil || rows != districtOpen {
			b.Fatal(rows, err)
		}
	}
}
