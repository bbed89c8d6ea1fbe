// Package agenda decides what falls due: reminders, warnings, follow-ups, the odd-hour digests, and what else time itself
// demands.
//
// It guarantees that each thing falls due once. What was told is an event of the request, so that the next due time
// follows from the snapshot alone: after a restart, a restore or a night with the machine off, the same things are due,
// late if need be. A mail that comes late says so, and however much is due at once, a person gets one mail of it.
//
// It knows the procedure's times and who owes what. It must not know how due times are indexed, who sends mail, what a
// mail's text says, or what the time is: every function takes one now.
package agenda

import (
	"time"

	"triaged/internal/authority"
	"triaged/internal/chart"
	"triaged/internal/request"
)

// Policy is what the desk has configured, as far as time is concerned.
type Policy struct {
	Chart    *chart.Chart
	Calendar request.Calendar
	Roster   *authority.Roster
	Staffed  Staffed // nil: always
	Reviews  Reviews

	CategorizeWithin  time.Duration // SOP, process step 2: two hours
	AcknowledgeWithin time.Duration // SOP, category 1: 24 hours
	FollowUpEvery     time.Duration // SOP, category 5, rule 5: a week
	WarnAt            float64       // share of a target after which its people are warned; 0: never
	EscalateAfter     int           // reviews that an overdue uncategorized request may see; 0: any number

	MorningQueue bool // send technicians their queue each working morning
	WeeklyReport bool // send supervisors the figures of each week
	SendEmpty    bool // send the digest of an empty queue too
	Daily        bool // send it once a day at least
	MaxRows      int  // requests in one mail; the rest is counted
}

// Staffed answers when somebody is at the desk.
type Staffed interface {
	// NextOpen is the first moment at or after t at which the desk is staffed.
	NextOpen(t time.Time) time.Time
	// NextClose is the first moment after t at which it stops to be.
	NextClose(t time.Time) time.Time
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
	EmergencyCheck  = "emergency-check"          // on arrival: does it look like an emergency?
	Uncategorized   = "uncategorized"            // nobody gave it a code within the time
	Escalated       = "uncategorized-escalation" // nor after several reviews
	Unacknowledged  = "unacknowledged"           // no technician acted within the time
	Unassigned      = "unassigned"               // one did, but it is neither resolved nor assigned
	Undated         = "undated"                  // scheduled work without a date
	Warned          = "warning"                  // most of the target's time is used up
	Breached        = "breach"                   // the target has passed
	FollowUp        = "follow-up"                // a status note is due
	FollowUpMissing = "follow-up-missing"        // and did not come
	WaitOver        = "wait-over"                // the date it waits for has come
	ScheduledDay    = "scheduled-day"            // the day it is scheduled for has come
)

// Due lists what will have to be done about a request if nothing happens to it before.
func Due(r request.Request, p *Policy) []Item {
	if !r.State.Active() {
		return nil
	}
	c := &matter{Request: r, rules: p.rulesOf(r), policy: p}
	var items []Item
	for _, rule := range rules {
		at := rule.at(c)
		if at.IsZero() || !r.Reminded(rule.what).Before(at) {
			continue // nothing to tell, or told already
		}
		if rule.claimable && at.Before(r.ClaimedUntil) {
			at = r.ClaimedUntil // somebody said they are on it
		}
		if at.Before(r.Seen) {
			at = r.Seen // it became due by what happened last, such as another code
		}
		if !p.Urgent(r, rule.what) {
			at = p.quiet(at)
		}
		if rule.what == Warned && !at.Before(c.clock().Due) {
			continue // put off for so long that the breach itself says more
		}
		items = append(items, Item{At: at, What: rule.what})
	}
	return items
}

// rulesOf are the rules of a request's code. A code that the chart has no longer leaves a request what was promised, and the
// status notes of one that was promised nothing: nobody forgets it.
func (p *Policy) rulesOf(r request.Request) chart.Rules {
	entry, ok := p.Chart.Lookup(r.Code)
	if !ok && !r.Code.IsZero() && !r.Promise.Timed() {
		return chart.Rules{FollowUpEvery: p.FollowUpEvery}
	}
	return entry.Rules
}

// Urgent tells whether a thing is told at any hour: suspicions, and all about emergencies.
func (p *Policy) Urgent(r request.Request, what string) bool {
	entry, _ := p.Chart.Lookup(r.Code)
	return what == EmergencyCheck || entry.Rules.Emergency
}

// WithoutCode tells whether a thing comes due only while a request has no code, so that no emergency is known of it: Urgent
// need not be asked.
func WithoutCode(what string) bool { return what == Uncategorized || what == Escalated }

// Quiet tells whether nobody is at the desk: what can wait is not told then, not even late.
func (p *Policy) Quiet(now time.Time) bool { return p.quiet(now).After(now) }

// quiet defers what can wait to the next staffed hour.
func (p *Policy) quiet(at time.Time) time.Time {
	if p.Staffed == nil {
		return at
	}
	return p.Staffed.NextOpen(at)
}

// acknowledgeWithin is the time that the chart and the configuration agree on: a code whose time is the procedure's own
// has the configured one.
func (p *Policy) acknowledgeWithin(chart time.Duration) time.Duration {
	return agreed(chart, 24*time.Hour, p.AcknowledgeWithin)
}

func (p *Policy) followUpEvery(chart time.Duration) time.Duration {
	return agreed(chart, 7*24*time.Hour, p.FollowUpEvery)
}

func agreed(chart, procedure, configured time.Duration) time.Duration {
	if chart == procedure && configured > 0 {
		return configured
	}
	return chart
}
