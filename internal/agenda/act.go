package agenda

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"triaged/internal/authority"
	"triaged/internal/chart"
	"triaged/internal/compose"
	"triaged/internal/request"
)

// Thing is something that has come due about a request.
type Thing struct {
	Item
	Request request.Request
	Alert   []string // for an EmergencyCheck: why the request is believed to be one, besides a known outage; empty if it is not
}

// Outcome is what came of one look at the agenda: what happened to requests, and the mails owed.
type Outcome struct {
	Changes []Change
	Letters []compose.Letter
}

// Change is the events that one request gains.
type Change struct {
	Request request.Number
	Events  []request.Event
}

// lateAfter is how long after its time a mail says that it comes late.
const lateAfter = 15 * time.Minute

// Act decides who hears of what has come due: each person in one mail, however much it is. digest says that the analysts
// get a late digest in the same moment, which tells them of every uncategorized request anyway.
func Act(things []Thing, digest bool, p *Policy, now time.Time) Outcome {
	var o Outcome
	var fresh, stale []Thing
	work := map[string]*parcel{}
	for _, t := range timely(things) {
		o.tell(t, now)
		switch t.What {
		case Uncategorized:
			if !digest {
				fresh = append(fresh, t)
			}
		case Escalated:
			stale = append(stale, t)
		case EmergencyCheck:
			if len(t.Alert) > 0 {
				o.addWork(work, t, p, now)
			}
		default:
			o.addWork(work, t, p, now)
		}
	}
	o.alert(work, p, now)
	o.remind(fresh, p.Roster.Staff(authority.Analyst), 0, p, now)
	o.remind(stale, p.Roster.Staff(authority.Supervisor), p.EscalateAfter, p, now)
	for _, address := range slices.Sorted(maps.Keys(work)) {
		o.Letters = append(o.Letters, work[address].letter(p, now))
	}
	return o
}

// timely leaves out warnings of what has happened already, as after an outage: the breach itself says more.
func timely(things []Thing) []Thing {
	breached := map[request.Number]bool{}
	for _, t := range things {
		if t.What == Breached {
			breached[t.Request.Number] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(things), func(t Thing) bool { return t.What == Warned && breached[t.Request.Number] })
}

// tell records that a thing was seen to, so that it is not due again.
func (o *Outcome) tell(t Thing, now time.Time) {
	events := []request.Event{{At: now, Type: request.Told, What: t.What}}
	for _, why := range t.Alert {
		events = append(events, request.Event{At: now, Type: request.Escalated, What: "may be an emergency: " + why})
	}
	o.Changes = append(o.Changes, Change{Request: t.Request.Number, Events: events})
}

// remind owes the reminder of uncategorized requests, oldest first.
func (o *Outcome) remind(things []Thing, to []authority.Person, escalated int, p *Policy, now time.Time) {
	if len(things) == 0 {
		return
	}
	slices.SortFunc(things, func(a, b Thing) int {
		return cmp.Or(a.Request.Submitted.Compare(b.Request.Submitted), cmp.Compare(a.Request.Number, b.Request.Number))
	})
	body := compose.QueueBody{Escalated: escalated, Late: late(things, now)}
	for _, t := range things {
		body.Rows = append(body.Rows, row(t.Request, p, now))
	}
	body.More, body.MoreLate = trim(&body.Rows, p.MaxRows, func(r compose.Row) bool { return r.Overdue })
	for _, person := range to {
		l := compose.Letter{
			Kind: compose.Reminder, To: request.Person{Name: person.Name, Address: person.Address}, Commands: true,
			At: now, Queue: &body,
		}
		if len(things) == 1 {
			r := things[0].Request
			l.Request, l.Topic, l.References = r.Number, r.Subject, r.Thread
		}
		o.Letters = append(o.Letters, l)
	}
}

// late is when the first of these things should have been told, if that is long ago.
func late(things []Thing, now time.Time) time.Time {
	first := things[0].At
	for _, t := range things {
		if t.At.Before(first) {
			first = t.At
		}
	}
	if now.Sub(first) <= lateAfter {
		return time.Time{}
	}
	return first
}

// audience is who works on a request: its assignee, else its team or its campus's, else those who hear of new requests, else
// the analysts.
func (p *Policy) audience(r request.Request) []request.Person {
	if person, ok := p.Roster.Person(r.Assignee); ok {
		return []request.Person{{Name: person.Name, Address: person.Address}}
	}
	if team, ok := p.teamOf(r); ok {
		if to := p.teamPeople(team); len(to) > 0 {
			return to
		}
	}
	var to []request.Person
	for _, address := range p.Roster.Notify() {
		person, _ := p.Roster.Person(address)
		to = append(to, request.Person{Name: person.Name, Address: address})
	}
	if len(to) == 0 {
		to = p.people(authority.Analyst)
	}
	return to
}

// noteOwer is who owes the status note: "by the original Technology Services Team assignee" (SOP, category 5, line 5),
// unless the chart wants it of the present one.
func (p *Policy) noteOwer(r request.Request) []request.Person {
	if entry, _ := p.Chart.Lookup(r.Code); entry.Rules.FollowUpBy == chart.CurrentAssignee {
		return p.audience(r)
	}
	if person, ok := p.Roster.Person(r.OriginalAssignee); ok {
		return []request.Person{{Name: person.Name, Address: person.Address}}
	}
	return p.audience(r)
}

func (p *Policy) teamPeople(team authority.Team) []request.Person {
	if team.Address != "" {
		return []request.Person{{Address: team.Address}}
	}
	var to []request.Person
	for _, m := range p.Roster.Members(team.Name) {
		to = append(to, request.Person{Name: m.Name, Address: m.Address})
	}
	return to
}

func (p *Policy) people(role authority.Role) []request.Person {
	var to []request.Person
	for _, s := range p.Roster.Staff(role) {
		to = append(to, request.Person{Name: s.Name, Address: s.Address})
	}
	return to
}
