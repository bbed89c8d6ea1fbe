package request

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"triaged/internal/chart"
)

// Apply is the fold: the snapshot after one more event. It never looks at a clock; all times come from the event. It
// leaves r and what r refers to unchanged. An event that cannot follow is an error and is never recorded.
func Apply(r Request, e Event) (Request, error) {
	if (r.Events == 0) != (e.Type == Opened) {
		return r, fmt.Errorf("event %q cannot be event %d of a request", e.Type, r.Events+1)
	}
	n := r
	n.Events++
	n.Seen = e.At
	switch e.Type {
	case Opened:
		n.open(e)
	case Added:
		n.Mails++
		n.Thread = appendThread(r.Thread, e.MessageID)
		n.watch(e.People)
	case Categorized:
		n.categorize(e)
	case Told:
		n.Told = maps.Clone(r.Told)
		if n.Told == nil {
			n.Told = map[string]time.Time{}
		}
		n.Told[e.What] = e.At
	case Claimed:
		n.act(e)
		n.Assignee, n.ClaimedUntil = e.By, e.Until
		n.firstAssignee(e.By)
	case Assigned:
		if routing := e.Who == "" && e.At.Equal(n.CodeSince); !routing {
			n.act(e)
		}
		n.assign(e)
	case Acknowledged, Answered:
		n.act(e)
	case Filed:
		if e.Person == nil || e.Person.Address == "" {
			return r, fmt.Errorf("event %q without a person", e.Type)
		}
		n.Requester = *e.Person
	case TookOver:
		n.watch(e.People)
	case Linked:
		n.Links = link(r.Links, e.Into, r.Number)
	case Unlinked:
		n.Links = slices.DeleteFunc(slices.Clone(r.Links), func(l Number) bool { return l == e.Into })
	case Grouped:
		n.Outage.First, n.Outage.Sure, n.Outage.What = e.Into, true, e.What
	case Ungrouped:
		n.Outage = Outage{Orders: r.Outage.Orders}
	case Ordered:
		n.order(e)
	case Noted:
		n.act(e)
		if n.OriginalAssignee == "" || n.OriginalAssignee == e.By {
			n.LastNote = e.At
		}
	case Waited:
		n.act(e)
		n.wait(e)
	case Resumed:
		n.setCode(e)
		n.State, n.Resume, n.WaitUntil = Open, chart.Code{}, time.Time{}
	case Planned:
		n.act(e)
		n.State, n.ScheduledFor = Scheduled, e.Until
	case Approved:
		n.ApprovedBy = e.By
	case Closed:
		n.act(e)
		n.State, n.Resolved, n.ResolvedBy = Resolved, e.At, e.By
		n.pause(e.At, "", "resolved")
	case Reopened:
		n.State, n.Resolved, n.ResolvedBy, n.MergedInto = Open, time.Time{}, "", 0
		n.unpause(e)
	case Joined:
		n.State, n.MergedInto = Merged, e.Into
		n.pause(e.At, "", "merged")
	case Gone:
		n.State = Withdrawn
		n.pause(e.At, "", "withdrawn")
	case Rejected:
		n.State = Spam
		n.pause(e.At, "", "spam")
	case Undone:
		if e.Was == nil {
			return r, fmt.Errorf("event %q without what to restore", e.Type)
		}
		n.restore(*e.Was)
	case Escalated, Bounced, Heard:
	default:
		return r, fmt.Errorf("event of unknown type %q", e.Type)
	}
	return n, nil
}

// Fold applies all events of a request, oldest first.
func Fold(number Number, events []Event) (Request, error) {
	r := Request{Number: number}
	for i, e := range events {
		var err error
		if r, err = Apply(r, e); err != nil {
			return r, fmt.Errorf("event %d: %w", i+1, err)
		}
	}
	return r, nil
}

func (r *Request) open(e Event) {
	r.Subject, r.Text, r.Source, r.Language, r.Campus = e.Subject, e.Text, e.Source, e.Language, e.Campus
	if e.Person != nil {
		r.Requester = *e.Person
	}
	r.watch(e.People)
	r.Mail, r.MessageID, r.Submitted = e.Mail, e.MessageID, e.At
	if e.Origin != 0 {
		r.Mail = e.Origin
	}
	if e.Into != 0 {
		r.Links = link(nil, e.Into, r.Number)
	}
	for _, id := range e.Refs {
		r.Thread = appendThread(r.Thread, id)
	}
	r.Thread = appendThread(r.Thread, e.MessageID)
	r.State, r.Mails, r.Outage.First = Open, 1, e.Like
}

// order keeps what holds for those that join an outage later. A second order of one verb replaces the first.
func (r *Request) order(e Event) {
	o := Order{Verb: e.What, Code: e.Code, Who: e.Who, Text: e.Text, At: e.At, By: e.By, Mail: e.Mail}
	r.Outage.Orders = slices.DeleteFunc(slices.Clone(r.Outage.Orders), func(old Order) bool { return old.Verb == o.Verb })
	r.Outage.Orders = append(r.Outage.Orders, o)
}

// act notes a technician's first act, which meets the 24 hours of SOP 1-4 ("Technicians will acknowledge"), whatever the act
// is. What analysts and supervisors do does not meet them, unless they resolve it. That a code brings its team with it, in
// the moment it is given, is nobody's act.
func (r *Request) act(e Event) {
	technician := e.As == "" || e.Type == Closed
	if r.FirstAct.IsZero() && technician && e.By != "" && e.By != r.Requester.Address {
		r.FirstAct = e.At
	}
}

func (r *Request) assign(e Event) {
	if e.Who != r.Assignee {
		r.ClaimedUntil = time.Time{}
	}
	r.Assignee, r.Team = e.Who, e.Team
	r.firstAssignee(e.Who)
}

// firstAssignee remembers who owes the status notes (SOP, category 5, rule 5).
func (r *Request) firstAssignee(address string) {
	if r.OriginalAssignee == "" {
		r.OriginalAssignee = address
	}
}

// watch adds people who take part. Its requester is no watcher, nor is anybody twice.
func (r *Request) watch(people []Person) {
	for _, p := range people {
		same := func(o Person) bool { return strings.EqualFold(o.Address, p.Address) }
		if len(r.Watchers) >= MaxWatchers || p.Address == "" || same(r.Requester) || slices.ContainsFunc(r.Watchers, same) {
			continue
		}
		r.Watchers = append(slices.Clip(r.Watchers), p)
	}
}

// link adds a request to links, unless it is there or is the request itself.
func link(links []Number, to, own Number) []Number {
	if to == 0 || to == own || slices.Contains(links, to) || len(links) >= MaxLinks {
		return links
	}
	return append(slices.Clip(links), to)
}

func (r *Request) categorize(e Event) {
	if r.Categorized.IsZero() {
		r.Categorized, r.CategorizedBy = e.At, e.By
	}
	if r.State == Waiting {
		r.State, r.Resume, r.WaitUntil = Open, chart.Code{}, time.Time{}
	}
	if r.State == Scheduled && r.Code.Category != e.Code.Category {
		r.State, r.ScheduledFor, r.ApprovedBy = Open, time.Time{}, "" // no longer planned work
	}
	r.setCode(e)
	if !r.Promise.Timed() && !r.Promise.AsNeeded && r.State == Open {
		r.State = Waiting
	}
}

// setCode gives the request its code and lets the clock run or stand as the code's promise says.
func (r *Request) setCode(e Event) {
	r.Code, r.CodeSince, r.CodeBy, r.Promise = e.Code, e.At, e.By, Promise{}
	if e.Promise != nil {
		r.Promise = *e.Promise
	}
	if r.Promise.Timed() {
		r.endPause(e.At)
	} else {
		r.pause(e.At, e.Code.String(), e.On)
	}
}

func (r *Request) wait(e Event) {
	if r.Resume.IsZero() && r.Promise.Timed() {
		r.Resume = r.Code
	}
	r.endPause(e.At)
	r.setCode(e)
	r.State, r.WaitUntil = Waiting, e.Until
}

func (r *Request) pause(at time.Time, code, on string) {
	if n := len(r.Pauses); n > 0 && r.Pauses[n-1].To.IsZero() {
		return // it stands already, since the earlier moment
	} else if n > 0 && at.Before(r.Pauses[n-1].To) {
		at = r.Pauses[n-1].To // the machine's clock was set back
	}
	r.Pauses = append(slices.Clone(r.Pauses), Pause{From: at, Code: code, On: on})
}

func (r *Request) endPause(at time.Time) {
	n := len(r.Pauses)
	if n == 0 || !r.Pauses[n-1].To.IsZero() {
		return
	}
	r.Pauses = slices.Clone(r.Pauses)
	if at.Before(r.Pauses[n-1].From) {
		at = r.Pauses[n-1].From
	}
	r.Pauses[n-1].To = at
}

// unpause lets the clock run on after a reopening, unless the code itself stops it.
func (r *Request) unpause(e Event) {
	on := ""
	if n := len(r.Pauses); n > 0 && r.Pauses[n-1].Code == r.Code.String() {
		on = r.Pauses[n-1].On
	}
	r.endPause(e.At)
	if r.Code.IsZero() || r.Promise.Timed() {
		return
	}
	r.pause(e.At, r.Code.String(), on)
	switch {
	case !r.ScheduledFor.IsZero():
		r.State = Scheduled
	case !r.Promise.AsNeeded:
		r.State = Waiting
	}
}

// appendThread keeps the first Message-ID, by which clients group a thread, and the latest others.
func appendThread(thread []string, id string) []string {
	if id == "" || slices.Contains(thread, id) {
		return thread
	}
	thread = append(slices.Clone(thread), id)
	if len(thread) > MaxThread {
		thread = slices.Delete(thread, 1, 2)
	}
	return thread
}
