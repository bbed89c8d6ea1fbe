package bot

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"triaged/internal/authority"
	"triaged/internal/chart"
	"triaged/internal/intake"
	"triaged/internal/request"
	"triaged/internal/store"
	"triaged/internal/suggest"
)

// memory is how many of the latest decisions the model stands on when it is made anew: enough for years of a desk, and
// learned in a few seconds.
const memory = 10_000

// lesson is one decision about a request that the model learns from: a code somebody gave it, or none if the decision
// was taken back or the request was spam.
type lesson struct {
	at      time.Time
	request request.Number
	event   int // its place among the request's events, from 1
	code    chart.Code
}

// lessons are the decisions that have been committed and not yet learned.
type lessons struct {
	mu     sync.Mutex
	queue  []lesson
	wake   chan struct{}
	looped bool      // a loop learns; without one, the first question does
	once   sync.Once // of a desk without loops
}

// lessonOf tells what an event teaches. was is the snapshot after it.
func lessonOf(e request.Event, after request.Request) (lesson, bool) {
	l := lesson{at: e.At, request: after.Number, event: after.Events}
	switch e.Type {
	case request.Categorized:
		l.code = e.Code
	case request.Undone:
		l.code = after.Code
	case request.Rejected:
	default:
		return l, false
	}
	return l, true
}

// taught notes what a verdict teaches, to be learned once it is committed.
func (d *Desk) taught(tx *store.Tx, v intake.Verdict) []lesson {
	var all []lesson
	for _, c := range v.Changes {
		r, ok := tx.Request(c.Request)
		for i, e := range c.Events {
			after := r
			after.Events -= len(c.Events) - 1 - i
			if l, teaches := lessonOf(e, after); ok && teaches {
				all = append(all, l)
			}
		}
	}
	return all
}

// learnLater hands committed lessons to the loop.
func (o *office) learnLater(all []lesson) {
	if len(all) == 0 {
		return
	}
	o.lessons.mu.Lock()
	o.lessons.queue = append(o.lessons.queue, all...)
	o.lessons.mu.Unlock()
	o.lessons.hurry()
}

// hurry wakes the loop that learns.
func (l *lessons) hurry() {
	select {
	case l.wake <- struct{}{}:
	default: // it knows already
	}
}

// learn makes the model anew from the history, and then learns each decision as it is made. When the rules come with
// another model, that one is taught the history too.
func (b *Bot) learn(ctx context.Context) error {
	var taught *suggest.Model
	var known map[request.Number]int
	for {
		b.beat("learn")
		d := b.today()
		b.lessons.mu.Lock()
		queue := b.lessons.queue
		b.lessons.queue = nil
		b.lessons.mu.Unlock()
		if d.model != taught {
			var err error
			if known, err = d.relearn(ctx); err != nil {
				return err
			}
			taught = d.model
		}
		err := b.store.View(func(tx *store.Tx) error {
			for _, l := range queue {
				if l.event > known[l.request] { // else the history had it already
					d.learnOne(tx, l)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-b.lessons.wake:
		case <-b.clock.After(lookAgain): // to give a sign of life
		}
	}
}

// relearn teaches the model what people decided so far, in the order in which they did, and tells how many events of
// each request that took in. It stops early when ctx ends.
func (d *Desk) relearn(ctx context.Context) (known map[request.Number]int, err error) {
	known = map[request.Number]int{}
	err = d.store.View(func(tx *store.Tx) error {
		var all []lesson
		for r := range tx.Requests() {
			if r.CodeSince.IsZero() && r.State != request.Spam {
				continue
			}
			known[r.Number] = r.Events
			state := request.Request{Number: r.Number}
			for _, e := range tx.Events(r.Number) {
				after, err := request.Apply(state, e)
				if err != nil {
					return err
				}
				state = after
				if l, teaches := lessonOf(e, after); teaches {
					all = append(all, l)
				}
			}
		}
		slices.SortStableFunc(all, func(a, b lesson) int {
			return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.request, b.request), cmp.Compare(a.event, b.event))
		})
		for _, l := range all[max(0, len(all)-memory):] {
			if ctx.Err() != nil {
				return nil
			}
			d.learnOne(tx, l)
		}
		return nil
	})
	return known, err
}

// learnOne teaches one decision. A fault in learning costs that lesson, and nothing else.
func (d *Desk) learnOne(tx *store.Tx, l lesson) {
	defer func() {
		if fault := recover(); fault != nil {
			d.log.Error("a decision could not be learned", "request", l.request, "fault", fault)
		}
	}()
	r, ok := tx.Request(l.request)
	id := l.request.Label(d.policy.Prefix)
	if !ok || l.code.IsZero() {
		d.model.Unlearn(id)
		return
	}
	if err := d.model.Learn(id, d.mailOf(tx, r), l.code); err != nil {
		d.log.Warn("nothing learned", "request", id, "error", err)
	}
}

// mailOf is what is known of a request when a code is suggested for it.
func (d *Desk) mailOf(tx *store.Tx, r request.Request) suggest.Mail {
	known := d.policy.Directory[authority.Normalise(r.Requester.Address)]
	return suggest.Mail{
		Subject: tx.Text(r.Subject), Text: tx.Text(r.Text), Requester: r.Requester.Address, Title: known.Title,
		Campus: r.Campus, Team: r.Team,
	}
}

// suggestions are the model's for one request. A desk without loops learns its history at the first question.
func (d *Desk) suggestions(tx *store.Tx, r request.Request) []suggest.Suggestion {
	if r.Number == 0 {
		return nil
	}
	if !d.lessons.looped {
		d.lessons.once.Do(func() {
			if _, err := d.relearn(context.Background()); err != nil {
				d.log.Error("the history cannot be learned", "error", err)
			}
		})
	}
	return d.model.Suggest(d.mailOf(tx, r), 3)
}
