package intake

import (
	"fmt"
	"slices"

	"triaged/internal/authority"
	"triaged/internal/chart"
	"triaged/internal/command"
	"triaged/internal/compose"
	"triaged/internal/request"
)

// accept takes a suggestion that was printed in the mail being answered.
func (x *execution) accept(c command.Command, r request.Request, item *compose.ReceiptItem) *refusal {
	if x.d.answered == nil {
		return refuse("this answers no mail with suggestions: name the code")
	}
	i := slices.IndexFunc(x.d.answered.Listed, func(l compose.Listed) bool { return l.Request == r.Number })
	if i < 0 {
		return refuse("the mail you answered made no suggestion for %s: name the code", x.d.label(r.Number))
	}
	codes := x.d.answered.Listed[i].Codes
	if c.Pick < 1 || c.Pick > len(codes) {
		return refuse("the mail you answered made %d suggestions for %s: name the code", len(codes), x.d.label(r.Number))
	}
	c.Code = codes[c.Pick-1]
	return x.categorize(c, r, item)
}

// categorize gives a request its code (SOP, process steps 1 to 3), tells its requester what follows, and the team that
// owns the code.
func (x *execution) categorize(c command.Command, r request.Request, item *compose.ReceiptItem) *refusal {
	entry, ok := x.d.policy.Chart.Lookup(c.Code)
	if !ok {
		x.unknown = true
		return &refusal{why: fmt.Sprintf("the chart has no %s", c.Code), near: codesOf(x.d.policy.Chart.Near(c.Code.String()))}
	}
	if why := x.active(r); why != nil {
		return why
	}
	item.Code = c.Code
	if r.Code == c.Code {
		item.Due = r.Due(x.d.policy.Calendar)
		item.Result = fmt.Sprintf("was %s already", c.Code)
		return nil
	}
	if why := x.stale(c, r); why != nil {
		return why
	}
	promise := x.d.policy.promise(entry, r.Submitted)
	if why := x.apply(r.Number, request.Event{Type: request.Categorized, Code: c.Code, Promise: &promise}); why != nil {
		return why
	}
	after, _ := x.d.desk.request(r.Number)
	item.Due = after.Due(x.d.policy.Calendar)
	item.Result = entry.Name()
	if !r.Code.IsZero() {
		item.Result += fmt.Sprintf(" (was %s)", r.Code)
	}
	x.tellRequester(after, compose.Categorized, compose.OutcomeBody{
		Code: after.Code, Promise: after.Promise, Due: item.Due, Changed: !r.Code.IsZero(),
	})
	x.route(after, entry)
	x.alarm(after)
	return nil
}

func codesOf(entries []chart.Entry) []chart.Code {
	codes := make([]chart.Code, len(entries))
	for i, e := range entries {
		codes[i] = e.Code
	}
	return codes
}

// tellRequester owes the requester word of where their request stands, unless they did it themselves or the request came
// from a machine.
func (x *execution) tellRequester(r request.Request, kind compose.Kind, body compose.OutcomeBody) {
	if r.Source == request.Monitor || authority.Normalise(r.Requester.Address) == x.d.from() {
		return
	}
	to := []request.Person{r.Requester}
	if kind == compose.Resolved {
		to = append(to, r.Watchers...)
	}
	for _, person := range to {
		l := compose.Letter{
			Kind: kind, To: person, Language: r.Language, Request: r.Number, Topic: r.Subject,
			References: r.Thread, Outcome: &body,
		}
		if n := len(r.Thread); n > 0 {
			l.InReplyTo = r.Thread[n-1]
		}
		x.d.owe(l)
	}
}

// route gives the request to the team that owns its code, and tells that team.
func (x *execution) route(r request.Request, entry chart.Entry) {
	team, ok := x.d.policy.Roster.Owner(r.Code)
	if !ok && entry.Rules.Escalate != "" {
		team, ok = x.d.policy.Roster.Team(entry.Rules.Escalate)
	}
	if !ok || r.Team == team.Name {
		return
	}
	if x.apply(r.Number, request.Event{Type: request.Assigned, Team: team.Name}) != nil {
		return
	}
	x.tellAbout(r, x.d.teamAddresses(team), nil)
}

// alarm tells analysts at once of what the chart says cannot wait, whatever the hour (SOP 1-1; 2; 3, stolen equipment).
func (x *execution) alarm(r request.Request) {
	text := x.d.facts.Text(r.Subject) + "\n" + x.d.facts.Text(r.Text)
	var why []string
	for _, a := range x.d.policy.Chart.Alerts(r.Code, chart.Categorized, text) {
		why = append(why, a.Say)
	}
	if len(why) == 0 {
		return
	}
	var to []string
	for _, p := range x.d.policy.Roster.Staff(authority.Analyst) {
		to = append(to, p.Address)
	}
	x.tellAbout(r, to, why)
}

// tellAbout sends notices of a request to staff, the author of the mail excepted.
func (x *execution) tellAbout(r request.Request, to []string, alert []string) {
	for _, address := range to {
		if authority.Normalise(address) == x.d.from() {
			continue
		}
		x.d.owe(compose.Letter{
			Kind: compose.Notice, To: x.d.named(address), Commands: true, Request: r.Number, Topic: r.Subject,
			References: r.Thread,
			Notice: &compose.NoticeBody{
				Text: r.Text, Mail: r.Mail, From: r.Requester, Campus: r.Campus, Submitted: r.Submitted,
				CategorizeBy: r.Submitted.Add(x.d.policy.CategorizeWithin), Code: r.Code,
				Due: r.Due(x.d.policy.Calendar), Alert: alert,
				Title: x.d.policy.Directory[authority.Normalise(r.Requester.Address)].Title,
			},
		})
	}
}
