package intake

import (
	"slices"
	"time"

	"triaged/internal/authority"
	"triaged/internal/request"
)

// desk is the requests as one mail has changed them so far, so that its second command sees what the first one did.
type desk struct {
	facts   Facts
	roster  *authority.Roster
	ledger  uint64
	now     time.Time
	order   []request.Number
	work    map[request.Number]work
	journal []step
}

// work is what one mail did to one request.
type work struct {
	now    request.Request
	events []request.Event
}

// step is how a request's work stood before one event.
type step struct {
	request request.Number
	before  work
	first   bool // there was none
}

func newDesk(facts Facts, roster *authority.Roster, ledger uint64, now time.Time) *desk {
	return &desk{facts: facts, roster: roster, ledger: ledger, now: now, work: map[request.Number]work{}}
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

// next is the number of the next new request. One mail may open several.
func (k *desk) next() request.Number {
	n := k.facts.NextNumber()
	for _, taken := k.work[n]; taken; _, taken = k.work[n] {
		n++
	}
	return n
}

// apply adds an event, made by this mail. It returns the error of an event that cannot follow.
func (k *desk) apply(n request.Number, e request.Event) error {
	if e.At.IsZero() {
		e.At = k.now
	}
	e.Mail, e.As = k.ledger, k.office(e.By)
	w, ok := k.work[n]
	before := w
	if !ok {
		w.now, _ = k.facts.Request(n)
		w.now.Number = n
	}
	after, err := request.Apply(w.now, e)
	if err != nil {
		return err
	}
	k.journal = append(k.journal, step{n, before, !ok})
	k.work[n] = work{after, append(w.events[:len(w.events):len(w.events)], e)}
	if !ok {
		k.order = append(k.order, n)
	}
	return nil
}

// office is the role of somebody at the desk who is no technician.
func (k *desk) office(address string) string {
	person, staff := k.roster.Person(address)
	if !staff || person.Role == authority.Technician || person.Role == authority.Vendor {
		return ""
	}
	return string(person.Role)
}

// events are all events of a request, those that this mail adds included.
func (k *desk) events(n request.Number) []request.Event {
	return slices.Concat(k.facts.Events(n), k.work[n].events)
}

// mark is a point to come back to.
func (k *desk) mark() int { return len(k.journal) }

// back takes back every event since a mark, so that a command that fails half-way leaves nothing behind.
func (k *desk) back(mark int) {
	for len(k.journal) > mark {
		last := k.journal[len(k.journal)-1]
		k.journal = k.journal[:len(k.journal)-1]
		if last.first {
			delete(k.work, last.request)
			k.order = k.order[:len(k.order)-1]
		} else {
			k.work[last.request] = last.before
		}
	}
}

// undoable tells whether anything since a mark is a change that an undo could take back.
func (k *desk) undoable(mark int) bool {
	for _, s := range k.journal[mark:] {
		events := k.work[s.request].events
		if builds(events[len(s.before.events)].Type) {
			return true
		}
	}
	return false
}

func (k *desk) changes() []Change {
	var all []Change
	for _, n := range k.order {
		all = append(all, Change{Request: n, Events: k.work[n].events})
	}
	return all
}
