// Package gather decides which of the mails owed to one of the desk's people are told in one: notices of new requests that
// come in a burst, reminders that come late, and word of an outage that grows.
//
// It guarantees that nothing owed is lost in another mail: what is gathered into a mail stands in it. A single notice is
// never delayed, nor is one with an alert or a colleague's word, nor a reminder in time; what waits, waits no longer than the
// policy says.
//
// It knows letters. It must not know how they are kept, rendered or sent, and calls no clock.
package gather

import (
	"iter"
	"slices"
	"time"

	"triaged/internal/compose"
	"triaged/internal/request"
)

// Policy is from how many notices to one address in which time on further ones are gathered. The zero Policy gathers none.
type Policy struct {
	Count int
	Per   time.Duration
}

// mostRows is how many requests one gathered mail lists.
const mostRows = 25

// Earlier is a mail that was owed to the same address before.
type Earlier struct {
	ID     uint64 // in the outbox
	Letter compose.Letter
	Open   bool      // nobody has tried to send it yet: more can go into it
	Next   time.Time // when it is to be tried, if it is open
}

// Decision is what becomes of a mail that is owed.
type Decision struct {
	Letter compose.Letter
	Into   uint64    // the mail whose place Letter takes; 0 for a mail of its own
	At     time.Time // when to send it
}

// Decide tells what becomes of a mail that is owed now. Earlier mails to the same address come latest first; no more of them
// are taken than it needs.
func Decide(l compose.Letter, before iter.Seq[Earlier], p Policy, now time.Time) Decision {
	d := Decision{Letter: l, At: now}
	switch {
	case l.Outage != nil:
		d = outage(l, before, p, now)
	case plainNotice(l) && p.Count > 0:
		d = notice(l, before, p, now)
	case lateReminder(l) && p.Count > 0:
		d = reminder(l, before, p, now)
	}
	d.At = earliest(d.At, now.Add(p.Per)) // whatever earlier mails are dated: the clock may have been ahead
	return d
}

// outage goes into the outage's mail that still waits, else is one of its own, some time after the last. What a colleague
// says of it does not wait.
func outage(l compose.Letter, before iter.Seq[Earlier], p Policy, now time.Time) Decision {
	at := now
	for e := range before {
		if e.Letter.At.Before(now.Add(-longest)) {
			break
		}
		if e.Letter.Outage == nil || e.Letter.Outage.First != l.Outage.First {
			continue
		}
		if e.Open {
			body := *l.Outage
			body.New, body.Say = union(e.Letter.Outage.New, body.New), union(e.Letter.Outage.Say, body.Say)
			l.Outage, at = &body, e.Next
			if len(body.Say) > 0 {
				at = earliest(at, now)
			}
			return Decision{Letter: l, Into: e.ID, At: at}
		}
		if next := e.Letter.At.Add(p.Per); next.After(at) && len(l.Outage.Say) == 0 {
			at = next
		}
		break
	}
	return Decision{Letter: l, At: at}
}

// longest is how far back an outage's last mail is looked for.
const longest = 24 * time.Hour

// plainNotice tells whether a letter is the notice of a new request, and no more: a list carries no files.
func plainNotice(l compose.Letter) bool {
	n := l.Notice
	return l.Kind == compose.Notice && n != nil && !n.Added && !n.Files && n.Alert == nil && n.Say == nil && n.Code.IsZero()
}

// notice goes by itself, unless there have been enough lately: then it goes into the list that waits, or begins one.
func notice(l compose.Letter, before iter.Seq[Earlier], p Policy, now time.Time) Decision {
	count := 0
	for e := range before {
		list := e.Letter.Kind == compose.Notice && e.Letter.Queue != nil
		switch {
		case list && e.Open && len(e.Letter.Queue.Rows) < mostRows:
			body := *e.Letter.Queue
			body.Rows = append(slices.Clone(body.Rows), row(l))
			return Decision{Letter: listed(l, body), Into: e.ID, At: e.Next}
		case e.Letter.At.After(now):
			continue // it stems from a clock that was ahead
		case e.Letter.At.Before(now.Add(-p.Per)):
			return Decision{Letter: l, At: now}
		case list:
			count += len(e.Letter.Queue.Rows)
		case plainNotice(e.Letter):
			count++
		}
		if count >= p.Count {
			return Decision{Letter: listed(l, compose.QueueBody{Rows: []compose.Row{row(l)}}), At: e.Letter.At.Add(p.Per)}
		}
	}
	return Decision{Letter: l, At: now}
}

// lateReminder tells whether a letter reminds of what its recipient should have been reminded of long ago: the bot was away,
// or a mailbox with old mail is being read, which may take some time.
func lateReminder(l compose.Letter) bool {
	return l.Kind == compose.Reminder && l.Queue != nil && !l.Queue.Late.IsZero()
}

// reminder goes into the late one that waits, else is one of its own, some time after the last.
func reminder(l compose.Letter, before iter.Seq[Earlier], p Policy, now time.Time) Decision {
	for e := range before {
		switch {
		case e.Letter.At.After(now): // it stems from a clock that was ahead
		case !e.Open && e.Letter.At.Before(now.Add(-p.Per)):
			return Decision{Letter: l, At: now}
		case !lateReminder(e.Letter) || e.Letter.Queue.Escalated != l.Queue.Escalated:
		case e.Open:
			return Decision{Letter: listed(l, both(*e.Letter.Queue, *l.Queue)), Into: e.ID, At: e.Next}
		default:
			return Decision{Letter: l, At: e.Letter.At.Add(p.Per)}
		}
	}
	return Decision{Letter: l, At: now}
}

// both is one list in place of two, of which the first is of what was due before.
func both(a, b compose.QueueBody) compose.QueueBody {
	if b.Late.Before(a.Late) {
		a.Late = b.Late
	}
	a.More, a.MoreLate = a.More+b.More, a.MoreLate+b.MoreLate
	room := max(mostRows-len(a.Rows), 0)
	for i, r := range b.Rows {
		if i < room {
			a.Rows = append(a.Rows[:len(a.Rows):len(a.Rows)], r)
			continue
		}
		if a.More++; r.Overdue {
			a.MoreLate++
		}
	}
	return a
}

// listed is a letter of the same kind and to the same recipient that is about several requests.
func listed(l compose.Letter, body compose.QueueBody) compose.Letter {
	return compose.Letter{Kind: l.Kind, To: l.To, Commands: l.Commands, Language: l.Language, At: l.At, Queue: &body}
}

func row(l compose.Letter) compose.Row {
	return compose.Row{Request: l.Request, Subject: l.Topic, Text: l.Notice.Text, From: l.Notice.From, Submitted: l.Notice.Submitted}
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// union is a and what b has besides.
func union[T request.Number | string](a, b []T) []T {
	all := slices.Clone(a)
	for _, v := range b {
		if !slices.Contains(all, v) {
			all = append(all, v)
		}
	}
	return all
}
