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

// decisionsOfEpoch is how many decisions an epoch of the model has. Whenever that many more have been made, the model is made anew
// from the latest epoch and what follows, so that it stands on one to two epochs, learned in a few seconds, and depends on
// nothing but the history: the model of a bot that has run for years is, byte for byte, the one that it makes after a restart.
const decisionsOfEpoch = 10_000

// lesson is one decision about a request that the model learns from: a code somebody gave it, or none if the decision
// was taken back or the request was spam.
type lesson struct {
	at      time.Time
	request request.Number
	event   int // its place among the request's events, from 1
}

// inOrder compares lessons by when they were given: the order in which they are learned.
func inOrder(a, b lesson) int {
	return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.request, b.request), cmp.Compare(a.event, b.event))
}

// lessons are the decisions that have been committed and not yet learned, and how those before fared.
type lessons struct {
	mu     sync.Mutex
	queue  []lesson
	anew   bool // the model is to be made anew, whatever it has learned
	wake   chan struct{}
	looped bool      // a loop learns; without one, the first question does
	once   sync.Once // of a desk without loops

	epoch   int    // decisionsOfEpoch, but in tests
	learned int    // since the beginning of the history; the loop's, or once's
	last    lesson // the latest of them
	tried   trials
}

// teaches tells whether an event is a lesson, and the code it gives, if any. after is the request as the event leaves it.
func teaches(e request.Event, after request.Request) (chart.Code, bool) {
	switch e.Type {
	case request.Categorized:
		return e.Code, e.Origin == 0 // else an order for an outage's later reports gave it, unread
	case request.Undone:
		return after.Code, true
	case request.Rejected:
		return chart.Code{}, true
	}
	return chart.Code{}, false
}

// taught notes what a verdict teaches, to be learned once it is committed.
func (d *Desk) taught(tx *store.Tx, v intake.Verdict) []lesson {
	var all []lesson
	for _, c := range v.Changes {
		r, ok := tx.Request(c.Request)
		for i, e := range c.Events {
			if _, yes := teaches(e, r); ok && yes {
				all = append(all, lesson{at: e.At, request: c.Request, event: r.Events - len(c.Events) + 1 + i})
			}
		}
	}
	slices.SortStableFunc(all, inOrder)
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

// learnAnew has the model made from nothing again, for when texts it learned from are gone: somebody was forgotten. Call it
// after the commit.
func (o *office) learnAnew() {
	o.lessons.mu.Lock()
	o.lessons.anew = true
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

// take returns what has come up for the loop.
func (l *lessons) take() (queue []lesson, anew bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	queue, anew = l.queue, l.anew
	l.queue, l.anew = nil, false
	return queue, anew
}

// learn makes the model anew from the history, and then learns each decision as it is made. When the rules come with
// another model, that one is taught the history too.
func (b *Bot) learn(ctx context.Context) error {
	var taught *suggest.Model
	var known map[request.Number]int
	for {
		b.beat("learn")
		d := b.today()
		d.model.Prepare()
		queue, anew := b.lessons.take()
		queue = slices.DeleteFunc(queue, func(l lesson) bool { return l.event <= known[l.request] }) // the history had it already
		var err error
		if anew || d.model != taught || b.lessons.learned+len(queue) >= b.lessons.nextEpoch(b.lessons.learned) || b.lessons.late(queue) {
			known, err = d.relearn(ctx) // the history holds the queue, too
			taught = d.model
		} else {
			err = d.learnNew(queue)
		}
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

// late tells whether there are decisions to learn that come before the latest one that was learned: tickets of another
// system were imported, or the clock was set back. The order of the history is that of the decisions' times.
func (l *lessons) late(queue []lesson) bool {
	return slices.ContainsFunc(queue, func(one lesson) bool { return inOrder(one, l.last) < 0 })
}

// learnNew learns decisions that the model made from the history does not know yet.
func (d *Desk) learnNew(queue []lesson) error {
	slices.SortStableFunc(queue, inOrder)
	return d.store.View(func(tx *store.Tx) error {
		for _, l := range queue {
			d.learnOne(tx, d.model, l)
			d.lessons.learned++
			d.lessons.last = l
		}
		return nil
	})
}

// firstOf is the first lesson that a model stands on after so many, and nextEpoch after how many that changes.
func (l *lessons) firstOf(learned int) int   { return max(0, learned/l.epoch-1) * l.epoch }
func (l *lessons) nextEpoch(learned int) int { return max(2, learned/l.epoch+1) * l.epoch }

// relearn makes the model anew from what people decided so far, in the order in which they did, and tells how many events
// of each request that took in. It stops early when ctx ends.
func (d *Desk) relearn(ctx context.Context) (known map[request.Number]int, err error) {
	known = map[request.Number]int{}
	model := d.model.Fresh()
	d.lessons.tried.clear()
	err = d.store.View(func(tx *store.Tx) error {
		all, err := history(tx, known)
		if err != nil {
			return err
		}
		for _, l := range all[d.lessons.firstOf(len(all)):] {
			if ctx.Err() != nil {
				return nil
			}
			d.learnOne(tx, model, l)
		}
		d.lessons.learned = len(all)
		if len(all) > 0 {
			d.lessons.last = all[len(all)-1]
		}
		return nil
	})
	d.model.Become(model)
	return known, err
}

// history is every lesson that was ever given, in order. It notes in known how many events of each request it has seen.
func history(tx *store.Tx, known map[request.Number]int) ([]lesson, error) {
	var all []lesson
	for r := range tx.Requests() {
		if r.CodeSince.IsZero() && r.State != request.Spam {
			continue
		}
		known[r.Number] = r.Events
		for i, e := range tx.Events(r.Number) {
			if _, yes := teaches(e, r); yes {
				all = append(all, lesson{at: e.At, request: r.Number, event: i + 1})
			}
		}
	}
	slices.SortStableFunc(all, inOrder)
	return all, nil
}

// learnOne teaches a model one decision, about the request as that decision left it. A fault in learning costs that lesson,
// and nothing else.
func (d *Desk) learnOne(tx *store.Tx, model *suggest.Model, l lesson) {
	defer func() {
		if fault := recover(); fault != nil {
			d.log.Error("a decision could not be learned", "request", l.request, "fault", fault)
		}
	}()
	r, code, err := asOf(tx, l)
	if err != nil {
		d.log.Error("a decision could not be learned", "request", l.request, "error", err)
		return
	}
	id, mail := l.request.Label(d.policy.Prefix), d.mailOf(tx, r)
	if code.IsZero() || mail.Subject == "" && mail.Text == "" { // taken back, or its author was forgotten
		model.Unlearn(id)
		return
	}
	d.lessons.tried.note(model, l, mail)
	if err := model.Learn(id, mail, code); err != nil {
		d.log.Warn("nothing learned", "request", id, "error", err)
	}
}

// asOf is a request as a lesson found it, and the code that the lesson gives.
func asOf(tx *store.Tx, l lesson) (request.Request, chart.Code, error) {
	r := request.Request{Number: l.request}
	events := tx.Events(l.request)
	for _, e := range events[:min(l.event, len(events))] {
		after, err := request.Apply(r, e)
		if err != nil {
			return r, chart.Code{}, err
		}
		r = after
	}
	code, _ := teaches(events[min(l.event, len(events))-1], r)
	return r, code, nil
}

// mailOf is what is known of a request when a code is suggested for it. The team is the one that owns its campus, not the
// one that a code brings, which nobody knows before.
func (d *Desk) mailOf(tx *store.Tx, r request.Request) suggest.Mail {
	m := d.known(r.Requester.Address, r.Campus, r.Submitted)
	m.Subject, m.Text = tx.Text(r.Subject), tx.Text(r.Text)
	return m
}

// known is what is known of a mail besides its words: from the directory, the teams and the testing windows.
func (r *rules) known(address, campus string, at time.Time) suggest.Mail {
	entry := r.policy.Directory[authority.Normalise(address)]
	if campus == "" {
		campus = entry.Campus
	}
	team, _ := r.policy.Roster.OfCampus(campus)
	return suggest.Mail{Requester: address, Title: entry.Title, Campus: campus, Team: team.Name, Testing: r.config.TestingAt(campus, at)}
}

// suggestions are the model's for one request.
func (d *Desk) suggestions(tx *store.Tx, r request.Request) []suggest.Suggestion {
	if r.Number == 0 {
		return nil
	}
	return d.ready().Suggest(d.mailOf(tx, r), offered)
}

// offered is how many codes are suggested.
const offered = 3

// ready is the model. A desk without loops learns its history at the first question.
func (d *Desk) ready() *suggest.Model {
	if !d.lessons.looped {
		d.lessons.once.Do(func() {
			if _, err := d.relearn(context.Background()); err != nil {
				d.log.Error("the history cannot be learned", "error", err)
			}
		})
	}
	return d.model
}
