package intake

import (
	"slices"
	"time"

	"triaged/internal/request"
)

// desk is the requests as one mail has changed them so far, so that its second command sees what the first one did.
type desk struct {
	facts  Facts
	ledger uint64
	now    time.Time
	order  []request.Number
	work   map[request.Number]*work
}

type work struct {
	now    request.Request
	events []request.Event
}

func newDesk(facts Facts, ledger uint64, now time.Time) *desk {
	return &desk{facts: facts, ledger: ledger, now: now, work: map[request.Number]*work{}}
}

// request is a request as it stands after what this mail did.
func (k *desk) request(n request.Number) (request.Request, bool) {
	if w, ok := k.work[n]; ok {
		return w.now, true
	}
	if n <= 0 {
		return request.Request{}, false
	}
	return k.facts.Request(n)
}

// apply adds an event, made by this mail. It returns the error of an event that cannot follow.
func (k *desk) apply(n request.Number, e request.Event) error {
	if e.At.IsZero() {
		e.At = k.now
	}
	e.Mail = k.ledger
	w, ok := k.work[n]
	if !ok {
		w = &work{}
		w.now, _ = k.facts.Request(n)
		w.now.Number = n
	}
	after, err := request.Apply(w.now, e)
	if err != nil {
		return err
	}
	w.now = after
	w.events = append(w.events, e)
	if !ok {
		k.work[n] = w
		k.order = append(k.order, n)
	}
	return nil
}

// snapshot and back let a command that fails half-way leave nothing behind.
func (k *desk) snapshot(n request.Number) (w work, ok bool) {
	if p, had := k.work[n]; had {
		return work{p.now, slices.Clone(p.events)}, true
	}
	return work{}, false
}

func (k *desk) back(n request.Number, w work, ok bool) {
	if ok {
		k.work[n] = &w
		return
	}
	delete(k.work, n)
	k.order = slices.DeleteFunc(k.order, func(o request.Number) bool { return o == n })
}

func (k *desk) changes() []Change {
	var all []Change
	for _, n := range k.order {
		if w := k.work[n]; len(w.events) > 0 {
			all = append(all, Change{Request: n, Events: w.events})
		}
	}
	return all
}
