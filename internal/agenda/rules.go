package agenda

import (
	"time"

	"triaged/internal/chart"
	"triaged/internal/request"
)

// rule says when one thing falls due, by the SOP alone: quiet hours and claims come on top.
type rule struct {
	what      string
	at        func(*matter) time.Time // zero: not at all. Once told at or after it, it is not due again
	claimable bool                    // quiet while somebody has claimed the request
}

// rules is everything that falls due about a request.
var rules = []rule{
	{what: EmergencyCheck, at: (*matter).emergencyCheck},
	{what: Uncategorized, at: (*matter).uncategorized, claimable: true},
	{what: Escalated, at: (*matter).escalated, claimable: true},
	{what: Unacknowledged, at: (*matter).unacknowledged},
	{what: Unassigned, at: (*matter).unassigned, claimable: true},
	{what: Undated, at: (*matter).undated, claimable: true},
	{what: Warned, at: (*matter).warned},
	{what: Breached, at: (*matter).breached},
	{what: FollowUp, at: (*matter).followUp},
	{what: FollowUpMissing, at: (*matter).followUpMissing},
	{what: WaitOver, at: (*matter).waitOver},
	{what: ScheduledDay, at: (*matter).scheduledDay},
}

// matter is an active request, with what the chart says of its code.
type matter struct {
	request.Request
	rules  chart.Rules
	policy *Policy
	run    *request.Clock
}

// clock is the request's clock, worked out once.
func (m *matter) clock() *request.Clock {
	if m.run == nil {
		c := m.ClockOf(m.policy.Calendar)
		m.run = &c
	}
	return m.run
}

// emergencyCheck is on arrival, for who must be told of a suspicion cannot wait for a review.
func (m *matter) emergencyCheck() time.Time {
	if !m.Code.IsZero() {
		return time.Time{}
	}
	return m.Submitted
}

// uncategorized: "will be categorized within 2 hours of submission" (SOP, process step 2).
func (m *matter) uncategorized() time.Time {
	if !m.Code.IsZero() {
		return time.Time{}
	}
	return m.Submitted.Add(m.policy.CategorizeWithin)
}

// escalated is the review by which an overdue request has stood in as many digests as the desk allows.
func (m *matter) escalated() time.Time {
	at := m.uncategorized()
	if at.IsZero() || m.policy.EscalateAfter <= 0 || m.policy.Reviews == nil {
		return time.Time{}
	}
	for range m.policy.EscalateAfter {
		at = m.policy.Reviews.Next(at)
	}
	return at
}

// unacknowledged: "Technicians will acknowledge service requests within 24 hours" (SOP, category 1) of submission. Asked
// again and again, each time after as long as all before together.
func (m *matter) unacknowledged() time.Time {
	within := m.policy.acknowledgeWithin(m.rules.AcknowledgeWithin)
	if within <= 0 || m.acted() {
		return time.Time{}
	}
	return m.backOff(Unacknowledged, m.Submitted.Add(within), within)
}

// acted tells whether a technician has done something.
func (m *matter) acted() bool { return !m.FirstAct.IsZero() }

// unassigned: "and resolve or assign to the appropriate Technology Service Team" (SOP, category 1). Whoever acted in time
// has the rest of the time for it, whoever acted late as long again.
func (m *matter) unassigned() time.Time {
	within := m.policy.acknowledgeWithin(m.rules.AcknowledgeWithin)
	if !m.rules.ResolveOrAssign || within <= 0 || !m.acted() || m.Assignee != "" || m.State != request.Open {
		return time.Time{}
	}
	first := m.Submitted.Add(within)
	if !m.FirstAct.Before(first) {
		first = m.FirstAct.Add(within)
	}
	return m.backOff(Unassigned, first, within)
}

// backOff is the first time something is told, or the next: each wait as long as everything since the first time.
func (m *matter) backOff(what string, first time.Time, wait time.Duration) time.Time {
	last := m.Reminded(what)
	if last.Before(first) {
		return first
	}
	return last.Add(max(wait, last.Sub(first)))
}

// undated: "planned as a project with a defined scheduled completion date" (SOP, category 5, line 3): asked for when the
// code is given.
func (m *matter) undated() time.Time {
	if !m.rules.NeedsDate || !m.ScheduledFor.IsZero() {
		return time.Time{}
	}
	return m.CodeSince
}

// warned is when so much of the promised time is used up.
func (m *matter) warned() time.Time {
	c := m.clock()
	if m.policy.WarnAt <= 0 || m.policy.WarnAt >= 1 || c.Due.IsZero() {
		return time.Time{}
	}
	used := time.Duration(float64(c.Total) * m.policy.WarnAt)
	for _, s := range c.Steps {
		if s.Paused {
			continue
		}
		if used <= s.Counted {
			if c.Wall {
				return s.From.Add(used)
			}
			return m.policy.Calendar.Add(s.From, used)
		}
		used -= s.Counted
	}
	return time.Time{}
}

// breached is the due time itself.
func (m *matter) breached() time.Time { return m.clock().Due }

// followUp: "Regular follow-up is still required by the original Technology Services Team assignee, at least once a week"
// (SOP, category 5, line 5), of scheduled work and of everything without a target.
func (m *matter) followUp() time.Time {
	every := m.policy.followUpEvery(m.rules.FollowUpEvery)
	if every <= 0 {
		return time.Time{}
	}
	since := m.noted()
	if last := m.Reminded(FollowUp); last.After(since) {
		since = last
	}
	return since.Add(every)
}

// noted is the last status note, or when notes began to be owed.
func (m *matter) noted() time.Time {
	since := m.CodeSince
	if n := len(m.Pauses); n > 0 && m.Pauses[n-1].To.IsZero() && m.Pauses[n-1].From.After(since) {
		since = m.Pauses[n-1].From // reopened since
	}
	if m.LastNote.After(since) {
		since = m.LastNote
	}
	return since
}

// noteWithin is how long somebody has to write the status note they were asked for.
const noteWithin = 24 * time.Hour

// followUpMissing is when a supervisor hears that nobody did.
func (m *matter) followUpMissing() time.Time {
	asked := m.Reminded(FollowUp)
	if m.policy.followUpEvery(m.rules.FollowUpEvery) <= 0 || asked.IsZero() || !asked.After(m.noted()) {
		return time.Time{}
	}
	return asked.Add(noteWithin)
}

// waitOver is the date until which it was to wait.
func (m *matter) waitOver() time.Time {
	if m.State != request.Waiting {
		return time.Time{}
	}
	return m.WaitUntil
}

// scheduledDay is the completion date of scheduled work.
func (m *matter) scheduledDay() time.Time {
	if m.State != request.Scheduled {
		return time.Time{}
	}
	return m.ScheduledFor
}
