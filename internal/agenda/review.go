package agenda

import (
	"time"

	"triaged/internal/authority"
	"triaged/internal/compose"
	"triaged/internal/request"
)

// Digest is what a review's digest is made of.
type Digest struct {
	At     time.Time         // the odd hour it is for
	Queue  []request.Request // the oldest uncategorized requests, oldest first, as far as a mail shows them
	All    int               // how many there are, those that Queue leaves out too
	Late   int               // how many of all are overdue
	Foot   []string          // about mail that opened nothing and wants a look
	Missed int               // reviews since the one before that nobody was asked for
	State  []string          // how the bot is, for the very end
	First  bool              // no digest was sent yet on this day
}

// Review makes the digest of the uncategorized queue, oldest first, for the review at an odd hour (SOP, process step 4).
// With an empty queue nothing is sent, unless the desk wants it, or wants a sign of life each day and had none yet.
func Review(d Digest, p *Policy, now time.Time) []compose.Letter {
	if len(d.Queue) == 0 && len(d.Foot) == 0 && !p.SendEmpty && !(p.Daily && d.First) {
		return nil
	}
	body := compose.QueueBody{Review: d.At, Foot: d.Foot, State: d.State}
	if Late(d.At, now) {
		body.Late, body.Missed = d.At, d.Missed
	}
	body.More, body.MoreLate = d.All-len(d.Queue), d.Late
	for _, r := range d.Queue {
		row := row(r, p, now)
		if row.Overdue {
			body.MoreLate--
		}
		body.Rows = append(body.Rows, row)
	}
	var letters []compose.Letter
	for _, analyst := range p.people(authority.Analyst) {
		letters = append(letters, compose.Letter{
			Kind: compose.Digest, To: analyst, Commands: true, At: now, Queue: &body,
		})
	}
	return letters
}

// Late tells whether something comes so long after its time that its mail says so.
func Late(at, now time.Time) bool { return now.Sub(at) > lateAfter }

func row(r request.Request, p *Policy, now time.Time) compose.Row {
	return compose.Row{
		Request: r.Number, Subject: r.Subject, Text: r.Text, From: r.Requester, Submitted: r.Submitted,
		Overdue: !now.Before(r.Submitted.Add(p.CategorizeWithin)), Outage: outageOf(r),
	}
}

// outageOf is the first report of the outage that a request is one of.
func outageOf(r request.Request) request.Number {
	if !r.Outage.Sure {
		return 0
	}
	return r.Outage.First
}

// trim cuts a list to a length that a mail can have, and says how many it cut and how many of those are overdue.
func trim[T any](rows *[]T, most int, overdue func(T) bool) (cut, late int) {
	if most <= 0 || len(*rows) <= most {
		return 0, 0
	}
	for _, r := range (*rows)[most:] {
		if cut++; overdue(r) {
			late++
		}
	}
	*rows = (*rows)[:most]
	return cut, late
}

// DueReview is the review that has to be held now: the latest one that has come, if it is later than the last one held.
// Reviews that nobody was there for (the machine was off) are not made up for one by one: missed are their hours, oldest
// first. One that comes late waits until somebody is at the desk.
func DueReview(last, now time.Time, p *Policy) (at time.Time, missed []time.Time, ok bool) {
	at = p.Reviews.Previous(now.Add(1))
	if !at.After(last) || Late(at, now) && p.Quiet(now) {
		return at, nil, false
	}
	for hour := p.Reviews.Next(last); hour.Before(at) && len(missed) < maxMissed; hour = p.Reviews.Next(hour) {
		missed = append(missed, hour)
	}
	return at, missed, true
}

// NextReview is when DueReview will have one.
func NextReview(last, now time.Time, p *Policy) time.Time {
	next := p.Reviews.Next(last)
	if Late(next, now) {
		next = p.quiet(now)
	}
	return next
}

// maxMissed bounds what a long absence records: more than a quarter of a year of reviews.
const maxMissed = 600

// NobodyAsked stands for the number of requests at a review whose hour passed while the bot did not run.
const NobodyAsked = -1

// WeekOf is the beginning of the week, a Monday, that a moment lies in.
func WeekOf(t time.Time, zone *time.Location) time.Time {
	t = t.In(zone)
	back := (int(t.Weekday()) + 6) % 7
	return time.Date(t.Year(), t.Month(), t.Day()-back, 0, 0, 0, 0, zone)
}

// NextWeekly is when the week after the one of last is reported: the first staffed moment of the next.
func NextWeekly(last, now time.Time, p *Policy, zone *time.Location) time.Time {
	at := WeekOf(last, zone).AddDate(0, 0, 7)
	if at.Before(now) {
		at = now // it was missed, and comes late
	}
	return p.quiet(at)
}
