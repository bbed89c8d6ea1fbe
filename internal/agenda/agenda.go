// Package agenda decides what falls due: reminders, the odd-hour digests, and what else time itself demands.
//
// It guarantees that each thing falls due once. What was told is an event of the request, so that the next due time
// follows from the snapshot alone: after a restart, a restore or a night with the machine off, the same things are due,
// late if need be.
//
// It knows the procedure's times. It must not know how due times are indexed, who sends mail, or what the time is: every
// function takes one now.
package agenda

import (
	"time"

	"triaged/internal/authority"
	"triaged/internal/compose"
	"triaged/internal/request"
)

// Policy is what the desk has configured, as far as time is concerned.
type Policy struct {
	CategorizeWithin time.Duration // SOP, process step 2: two hours
	Staffed          Staffed
	Reviews          Reviews
	Analysts         []authority.Person
	SendEmpty        bool // send the digest of an empty queue too
	MaxRows          int  // requests in one digest; the rest is counted
}

// Staffed answers when somebody is at the desk.
type Staffed interface {
	// NextOpen is the first moment at or after t at which the desk is staffed.
	NextOpen(t time.Time) time.Time
}

// Reviews answers when the uncategorized queue is reviewed (SOP, process step 4).
type Reviews interface {
	// Next is the first review after t.
	Next(t time.Time) time.Time
	// Previous is the last review before t.
	Previous(t time.Time) time.Time
}

// Item is one thing that will be due about a request.
type Item struct {
	At   time.Time
	What string
}

// The things that fall due about a request. They name the Told events too.
const (
	Uncategorized = "uncategorized" // nobody gave it a code within the time
)

// Due lists what will have to be done about a request if nothing happens to it before.
func Due(r request.Request, p *Policy) []Item {
	var items []Item
	if r.Uncategorized() && r.Reminded(Uncategorized).IsZero() {
		at := r.Submitted.Add(p.CategorizeWithin)
		if at.Before(r.ClaimedUntil) {
			at = r.ClaimedUntil // somebody said they are on it
		}
		items = append(items, Item{At: p.quiet(at), What: Uncategorized})
	}
	return items
}

// quiet defers what can wait to the next staffed hour.
func (p *Policy) quiet(at time.Time) time.Time {
	if p.Staffed == nil {
		return at
	}
	return p.Staffed.NextOpen(at)
}

// Outcome is what came of one look at the agenda.
type Outcome struct {
	Told    []request.Number // requests that gain a Told event
	What    string
	Letters []compose.Letter
}

// RemindUncategorized makes the reminder of requests whose time for a code is over: one mail an analyst, however many
// requests there are, so that a flood after an outage is one mail.
func RemindUncategorized(due []request.Request, p *Policy, now time.Time) Outcome {
	o := Outcome{What: Uncategorized}
	body := compose.QueueBody{}
	for _, r := range due {
		o.Told = append(o.Told, r.Number)
		body.Rows = append(body.Rows, row(r, p, now))
	}
	if len(due) == 0 {
		return o
	}
	body.More = trim(&body.Rows, p.MaxRows)
	for _, analyst := range p.Analysts {
		l := compose.Letter{
			Kind: compose.Reminder, To: request.Person{Name: analyst.Name, Address: analyst.Address}, Commands: true,
			At: now, Queue: &body,
		}
		if len(due) == 1 {
			l.Request, l.Topic, l.References = due[0].Number, due[0].Subject, due[0].Thread
		}
		o.Letters = append(o.Letters, l)
	}
	return o
}

// Review makes the digest of the uncategorized queue, oldest first, for the review at an odd hour. foot are lines about
// mail that opened nothing and wants a look. With an empty queue nothing is sent, unless the desk wants it.
func Review(at time.Time, queue []request.Request, foot []string, p *Policy, now time.Time) []compose.Letter {
	if len(queue) == 0 && len(foot) == 0 && !p.SendEmpty {
		return nil
	}
	body := compose.QueueBody{Review: at, Foot: foot}
	for _, r := range queue {
		body.Rows = append(body.Rows, row(r, p, now))
	}
	body.More = trim(&body.Rows, p.MaxRows)
	var letters []compose.Letter
	for _, analyst := range p.Analysts {
		letters = append(letters, compose.Letter{
			Kind: compose.Digest, To: request.Person{Name: analyst.Name, Address: analyst.Address}, Commands: true,
			At: now, Queue: &body,
		})
	}
	return letters
}

func row(r request.Request, p *Policy, now time.Time) compose.Row {
	return compose.Row{
		Request: r.Number, Subject: r.Subject, Text: r.Text, From: r.Requester, Submitted: r.Submitted,
		Overdue: !now.Before(r.Submitted.Add(p.CategorizeWithin)),
	}
}

// trim cuts a list to a length that a mail can have, and says how many it cut.
func trim(rows *[]compose.Row, most int) int {
	if most <= 0 || len(*rows) <= most {
		return 0
	}
	cut := len(*rows) - most
	*rows = (*rows)[:most]
	return cut
}

// DueReview is the review that has to be held now: the latest one that has come, if it is later than the last one held.
// Reviews that nobody was there for (the machine was off) are not made up for one by one.
func DueReview(last, now time.Time, p *Policy) (at time.Time, ok bool) {
	at = p.Reviews.Previous(now.Add(1))
	return at, at.After(last)
}
