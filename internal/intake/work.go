package intake

import (
	"fmt"
	"time"

	"triaged/internal/authority"
	"triaged/internal/chart"
	"triaged/internal/command"
	"triaged/internal/compose"
	"triaged/internal/request"
)

// claim says "I am on it": reminders to others are quiet for the time (an hour if none is named).
func (x *execution) claim(c command.Command, r request.Request, item *compose.ReceiptItem) *refusal {
	if why := x.active(r); why != nil {
		return why
	}
	if r.Assignee != "" && r.Assignee != x.d.from() && x.d.now.Before(r.ClaimedUntil) && !c.Insist {
		return refuse("%s claimed it: add ! to take it over", x.d.nameOf(r.Assignee))
	}
	span := c.For
	if span == 0 {
		span = time.Hour
	}
	until := x.d.now.Add(span)
	item.Result = "yours until " + until.In(x.d.policy.Zone).Format("3:04 pm")
	return x.apply(r.Number, request.Event{Type: request.Claimed, Until: until})
}

// assign gives the request to a person or a team, and tells them.
func (x *execution) assign(c command.Command, r request.Request, item *compose.ReceiptItem) *refusal {
	if why := x.active(r); why != nil {
		return why
	}
	to, err := x.d.policy.Roster.Assignee(c.Who)
	if err != nil {
		return refuse("%v", err)
	}
	e := request.Event{Type: request.Assigned, Team: r.Team}
	var tell []string
	if to.Person != nil {
		e.Who, tell = authority.Normalise(to.Person.Address), []string{to.Person.Address}
		item.Result = "assigned to " + to.Person.Name
	} else {
		e.Team, tell = to.Team.Name, x.d.teamAddresses(*to.Team)
		item.Result = "assigned to the team " + to.Team.Name
	}
	if why := x.apply(r.Number, e); why != nil {
		return why
	}
	after, _ := x.d.desk.request(r.Number)
	x.tellAbout(after, tell, nil)
	return nil
}

// acknowledge is a technician's word that they saw it (SOP 1, "within 24 hours").
func (x *execution) acknowledge(_ command.Command, r request.Request, item *compose.ReceiptItem) *refusal {
	if why := x.active(r); why != nil {
		return why
	}
	item.Result = "acknowledged"
	return x.apply(r.Number, request.Event{Type: request.Acknowledged})
}

// note keeps words with the request, inside the desk.
func (x *execution) note(c command.Command, r request.Request, item *compose.ReceiptItem) *refusal {
	text := c.Text
	if text == "" {
		text = x.d.reading.Note
		x.d.reading.Note = ""
	}
	if text == "" {
		return refuse("what is the note? Write it behind #note or below it")
	}
	item.Result = "noted"
	return x.apply(r.Number, request.Event{Type: request.Noted, Text: x.d.keepText(text)})
}

// wait stops the clock until somebody outside has acted.
func (x *execution) wait(c command.Command, r request.Request, item *compose.ReceiptItem) *refusal {
	if why := x.active(r); why != nil {
		return why
	}
	if r.Code.IsZero() {
		return refuse("%s has no category yet: give it one first", x.d.label(r.Number))
	}
	entry, ok := x.d.policy.Chart.WaitCode(r.Code.Category, chart.Wait(c.On))
	code := entry.Code
	if !ok {
		return &refusal{why: fmt.Sprintf("the chart has no waiting on the %s in category %d", c.On, r.Code.Category)}
	}
	promise := x.d.policy.promise(entry, r.Submitted)
	e := request.Event{Type: request.Waited, Code: code, Promise: &promise, On: c.On}
	item.Code, item.Result = code, "waiting on the "+c.On
	if !c.Until.IsZero() {
		e.Until = c.Until.In(x.d.policy.Zone)
		item.Result += " until " + c.Until.String()
	}
	if why := x.apply(r.Number, e); why != nil {
		return why
	}
	x.tellRequester(r, compose.Categorized, compose.OutcomeBody{Code: code, Promise: promise, Changed: true})
	return nil
}

// schedule gives planned work its completion date (SOP 5, rule 3).
func (x *execution) schedule(c command.Command, r request.Request, item *compose.ReceiptItem) *refusal {
	if why := x.active(r); why != nil {
		return why
	}
	if entry, _ := x.d.policy.Chart.Lookup(r.Code); !entry.Rules.Scheduled {
		return refuse("only scheduled maintenance (5-3, 5-4) has a date: give it that code first")
	}
	if c.Until.Before(command.DateOf(x.d.now.In(x.d.policy.Zone))) {
		return refuse("%s is past", c.Until)
	}
	item.Result = "scheduled for " + c.Until.String()
	return x.apply(r.Number, request.Event{Type: request.Planned, Until: c.Until.In(x.d.policy.Zone)})
}

// approve lets scheduled work go ahead of overdue work (SOP 5, rule 4: supervisor approval).
func (x *execution) approve(_ command.Command, r request.Request, item *compose.ReceiptItem) *refusal {
	if entry, _ := x.d.policy.Chart.Lookup(r.Code); !entry.Rules.Scheduled {
		return refuse("only scheduled work needs an approval")
	}
	item.Result = "may go ahead of overdue work"
	return x.apply(r.Number, request.Event{Type: request.Approved})
}

// escalate asks the supervisors to look.
func (x *execution) escalate(c command.Command, r request.Request, item *compose.ReceiptItem) *refusal {
	if why := x.active(r); why != nil {
		return why
	}
	var to []string
	for _, p := range x.d.policy.Roster.Staff(authority.Supervisor) {
		to = append(to, p.Address)
	}
	if len(to) == 0 {
		return refuse("the desk has no supervisor to escalate to")
	}
	why := "escalated by " + x.d.nameOf(x.d.from())
	if c.Text != "" {
		why += ": " + c.Text
	}
	if no := x.apply(r.Number, request.Event{Type: request.Escalated, What: "to the supervisor"}); no != nil {
		return no
	}
	x.tellAbout(r, to, []string{why})
	item.Result = "escalated to the supervisor"
	return nil
}

// resolve ends the work. It needs a category, and where the chart says so a note (SOP 4, "close and document").
func (x *execution) resolve(c command.Command, r request.Request, item *compose.ReceiptItem) *refusal {
	if why := x.active(r); why != nil {
		return why
	}
	entry, ok := x.d.policy.Chart.Lookup(r.Code)
	if !ok {
		return refuse("%s has no category: give it one first, such as #1-3", x.d.label(r.Number))
	}
	text := c.Text
	if text == "" {
		text = x.d.reading.Note
	}
	if entry.Rules.NeedsNote && text == "" {
		return refuse("%s is resolved only with a note: write what was done", r.Code)
	}
	ref := x.d.keepText(text)
	if why := x.apply(r.Number, request.Event{Type: request.Closed, Text: ref}); why != nil {
		return why
	}
	item.Result = "resolved"
	x.tellRequester(r, compose.Resolved, compose.OutcomeBody{Code: r.Code, Text: ref})
	return nil
}

func (x *execution) reopen(_ command.Command, r request.Request, item *compose.ReceiptItem) *refusal {
	if r.State.Active() {
		item.Result = "was open already"
		return nil
	}
	if r.State == request.Merged {
		return refuse("%s was merged into %s: reopen that", x.d.label(r.Number), x.d.label(r.MergedInto))
	}
	item.Result = "open again"
	if why := x.apply(r.Number, request.Event{Type: request.Reopened}); why != nil {
		return why
	}
	after, _ := x.d.desk.request(r.Number)
	item.Due = after.Due(x.d.policy.Calendar)
	return nil
}

// duplicate merges the request into another one. Both threads then lead there.
func (x *execution) duplicate(c command.Command, r request.Request, item *compose.ReceiptItem) *refusal {
	if why := x.active(r); why != nil {
		return why
	}
	into := request.Number(c.Other)
	other, ok := x.d.desk.request(into)
	switch {
	case !ok:
		x.absent = true
		return refuse("there is no %s", x.d.label(into))
	case into == r.Number:
		return refuse("%s cannot be a duplicate of itself", x.d.label(into))
	case other.State == request.Merged:
		return refuse("%s was itself merged into %s: name that", x.d.label(into), x.d.label(other.MergedInto))
	}
	item.Result = "merged into " + x.d.label(into)
	return x.apply(r.Number, request.Event{Type: request.Joined, Into: into})
}

func (x *execution) spam(_ command.Command, r request.Request, item *compose.ReceiptItem) *refusal {
	item.Result = "closed as spam"
	return x.apply(r.Number, request.Event{Type: request.Rejected})
}

func (x *execution) withdraw(_ command.Command, r request.Request, item *compose.ReceiptItem) *refusal {
	if why := x.active(r); why != nil {
		return why
	}
	item.Result = "withdrawn"
	return x.apply(r.Number, request.Event{Type: request.Gone})
}

// status says where a request stands, and changes nothing.
func (x *execution) status(_ command.Command, r request.Request, item *compose.ReceiptItem) *refusal {
	item.Result = string(r.State)
	if entry, ok := x.d.policy.Chart.Lookup(r.Code); ok {
		item.Result += ", " + r.Code.String() + " " + entry.Name()
	} else if r.State.Active() {
		item.Result += ", not categorized yet"
	}
	item.Due = r.Due(x.d.policy.Calendar)
	return nil
}

// why explains the due time in one line; `triaged why` has all steps.
func (x *execution) why(_ command.Command, r request.Request, item *compose.ReceiptItem) *refusal {
	clock := r.ClockOf(x.d.policy.Calendar)
	item.Due = clock.Due
	switch {
	case r.Code.IsZero():
		item.Result = "not categorized yet, so nothing is promised"
	case clock.Paused:
		item.Result = fmt.Sprintf("%s: the clock stands", r.Code)
	case clock.Due.IsZero():
		item.Result = fmt.Sprintf("%s has no target", r.Code)
	default:
		item.Result = fmt.Sprintf("%s promises %s from submission at %s", r.Code, promised(r.Promise),
			r.Submitted.In(x.d.policy.Zone).Format("Mon Jan 2, 3:04 pm"))
	}
	return nil
}

func promised(p request.Promise) string {
	return chart.Target{Hours: p.Hours, Days: p.Days, AsNeeded: p.AsNeeded}.Words()
}
