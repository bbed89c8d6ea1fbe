package intake

import (
	"strings"
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
	item.Result = "yours until " + x.d.clock(until)
	return x.apply(r.Number, request.Event{Type: request.Claimed, Until: until})
}

// clock writes a time of today, or a day and time.
func (d *decision) clock(t time.Time) string {
	t, now := t.In(d.policy.Zone), d.now.In(d.policy.Zone)
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return t.Format("3:04 pm")
	}
	return t.Format("Mon Jan 2, 3:04 pm")
}

// assign gives the request to a person or a team, and tells them.
func (x *execution) assign(c command.Command, r request.Request, item *compose.ReceiptItem) *refusal {
	if why := x.active(r); why != nil {
		return why
	}
	if why := x.stale(c, r, request.Assigned, request.Claimed); why != nil {
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
		item.Result = "assigned to " + firstOf(to.Person.Name, to.Person.Address)
	} else {
		e.Team, tell = to.Team.Name, x.d.teamAddresses(*to.Team)
		item.Result = "assigned to the team " + to.Team.Name
	}
	if len(tell) == 0 {
		return refuse("the team %s has neither people nor an address", to.Team.Name)
	}
	if why := x.apply(r.Number, e); why != nil {
		return why
	}
	after, _ := x.d.desk.request(r.Number)
	x.tellAbout(after, tell, compose.NoticeBody{Say: x.handover()})
	return nil
}

// handover is what a colleague says along with a request.
func (x *execution) handover() []string {
	said := x.d.nameOf(x.d.from()) + " gave it to you."
	if note := strings.TrimSpace(x.d.reading.Note); note != "" {
		said = x.d.nameOf(x.d.from()) + " gave it to you and says: " + shortened(note, 600)
	}
	return []string{said}
}

func shortened(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + " …"
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
	if !ok {
		return refuse("the chart has no waiting on the %s in category %d%s", c.On, r.Code.Category, x.waits(r.Code.Category))
	}
	if !c.Until.IsZero() && c.Until.Before(x.today()) {
		return refuse("%s is past", c.Until)
	}
	if why := x.stale(c, r, request.Categorized, request.Waited); why != nil {
		return why
	}
	promise := x.d.policy.promise(entry, r.Submitted)
	e := request.Event{Type: request.Waited, Code: entry.Code, Promise: &promise, On: c.On}
	item.Code, item.Result = entry.Code, "waiting on the "+c.On
	if !c.Until.IsZero() {
		e.Until = c.Until.In(x.d.policy.Zone)
		item.Result += " until " + c.Until.String()
	}
	if why := x.apply(r.Number, e); why != nil {
		return why
	}
	x.tellRequester(r, compose.Categorized, compose.OutcomeBody{Code: entry.Code, Promise: promise, On: c.On, Until: e.Until})
	return nil
}

// waits says on whom requests of a category can wait.
func (x *execution) waits(category int) string {
	var can []string
	for _, w := range []chart.Wait{chart.Vendor, chart.District, chart.Customer, chart.Investigation} {
		if _, ok := x.d.policy.Chart.WaitCode(category, w); ok {
			can = append(can, string(w))
		}
	}
	if can == nil {
		return ": its requests wait on nobody"
	}
	return ": there is " + strings.Join(can, ", ")
}

func (x *execution) today() command.Date { return command.DateOf(x.d.now.In(x.d.policy.Zone)) }

// schedule gives planned work its completion date (SOP 5, rule 3).
func (x *execution) schedule(c command.Command, r request.Request, item *compose.ReceiptItem) *refusal {
	if why := x.active(r); why != nil {
		return why
	}
	if entry, _ := x.d.policy.Chart.Lookup(r.Code); !entry.Rules.Scheduled {
		return refuse("only scheduled maintenance (5-3, 5-4) has a date: give it that code first")
	}
	if c.Until.Before(x.today()) {
		return refuse("%s is past", c.Until)
	}
	item.Result = "scheduled for " + c.Until.String()
	return x.apply(r.Number, request.Event{Type: request.Planned, Until: c.Until.In(x.d.policy.Zone)})
}

// approve lets scheduled work go ahead of overdue work (SOP 5, rule 4: supervisor approval).
func (x *execution) approve(_ command.Command, r request.Request, item *compose.ReceiptItem) *refusal {
	if why := x.active(r); why != nil {
		return why
	}
	if entry, _ := x.d.policy.Chart.Lookup(r.Code); !entry.Rules.Scheduled {
		return refuse("only scheduled work needs an approval")
	}
	if r.State != request.Scheduled {
		return refuse("%s has no date yet: schedule it first, then approve", x.d.label(r.Number))
	}
	if why := x.apply(r.Number, request.Event{Type: request.Approved}); why != nil {
		return why
	}
	item.Result = "may go ahead of overdue work"
	x.tellAbout(r, x.d.workers(r), compose.NoticeBody{Say: []string{x.d.nameOf(x.d.from()) + " approved that it goes ahead of overdue work."}})
	return nil
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
	said := x.d.nameOf(x.d.from()) + " escalated it"
	if words := firstOf(c.Text, strings.TrimSpace(x.d.reading.Note)); words != "" {
		said += ": " + shortened(words, 600)
	}
	if no := x.apply(r.Number, request.Event{Type: request.Escalated, What: "to the supervisor"}); no != nil {
		return no
	}
	x.tellAbout(r, to, compose.NoticeBody{Say: []string{said}})
	item.Result = "escalated to the supervisor"
	return nil
}
