package intake

import (
	"fmt"
	"slices"
	"strings"

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
	if r.Code == c.Code && r.State != request.Waiting {
		item.Due = r.Due(x.d.policy.Calendar)
		item.Result = fmt.Sprintf("was %s already", c.Code)
		return nil
	}
	if why := x.recodable(c, r); why != nil {
		return why
	}
	promise := x.d.promised(r, c.Code)
	if why := x.apply(r.Number, request.Event{Type: request.Categorized, Code: c.Code, Promise: &promise}); why != nil {
		return why
	}
	after, _ := x.d.desk.request(r.Number)
	item.Due = after.Due(x.d.policy.Calendar)
	item.Result = entry.Name()
	if !r.Code.IsZero() {
		item.Result += fmt.Sprintf(" (was %s)", r.Code)
	}
	if entry.Rules.NeedsDate && after.ScheduledFor.IsZero() {
		item.Result += "; planned work has a completion date: add it with the word schedule and the date"
	}
	missing := x.missing(after, entry)
	if missing != nil {
		item.Result += "; still to be attached: " + strings.Join(missing, ", ")
	}
	x.coded[r.Number] = c.Code
	x.tellRequester(after, compose.Categorized, compose.OutcomeBody{
		Code: after.Code, Promise: after.Promise, Due: item.Due, Changed: !r.Code.IsZero(), Missing: missing,
	})
	x.route(after, entry)
	x.alarm(after)
	return nil
}

// recodable refuses a second code within one mail, a code without its number sign where there is one already, and one
// that somebody else gave since.
func (x *execution) recodable(c command.Command, r request.Request) *refusal {
	if code, ok := x.coded[r.Number]; ok {
		return refuse("the same mail made it %s", code)
	}
	if why := x.stale(c, r, request.Categorized, request.Waited, request.Undone); why != nil {
		return why
	}
	if !r.Code.IsZero() && !hashed(c) && !c.Insist {
		return refuse("%s made it %s already: write #%s! to change that", x.d.nameOf(r.CodeBy), r.Code, c.Code)
	}
	return nil
}

// missing are the documents that the code demands and no mail of the request bears (SOP 7-3, 7-9). They are asked for once.
func (x *execution) missing(r request.Request, entry chart.Entry) []string {
	what := askedDocuments + r.Code.String()
	if len(entry.Rules.Documents) == 0 || !r.Reminded(what).IsZero() {
		return nil
	}
	var names []string
	for _, document := range entry.Rules.Missing(chart.Opening, x.files(r.Number)) {
		names = append(names, document.Name)
	}
	if names != nil {
		x.apply(r.Number, request.Event{Type: request.Told, What: what})
	}
	return names
}

// files are the names of what is attached to a request's mails, whoever wrote them: the present one, and the latest others.
func (x *execution) files(n request.Number) []string {
	ledgers := []uint64{x.d.ledger()}
	for _, e := range slices.Backward(x.d.desk.events(n)) {
		ledger := e.Mail
		if e.Origin != 0 {
			ledger = e.Origin
		}
		if ledger != 0 && !slices.Contains(ledgers, ledger) && len(ledgers) < mostMails {
			ledgers = append(ledgers, ledger)
		}
	}
	var files []string
	for _, ledger := range ledgers {
		m := x.d.m
		if ledger != x.d.ledger() {
			kept, _ := x.d.facts.Mail(ledger)
			m = kept.Message
		}
		if m == nil {
			continue
		}
		for _, a := range m.Attachments {
			if !a.Inline {
				files = append(files, a.Name)
			}
		}
	}
	return files
}

// mostMails bounds how many mails are read again to look for a document.
const mostMails = 50

// askedDocuments begins the name of the Told event, followed by the code.
const askedDocuments = "documents "

func codesOf(entries []chart.Entry) []chart.Code {
	codes := make([]chart.Code, len(entries))
	for i, e := range entries {
		codes[i] = e.Code
	}
	return codes
}

// tellRequester owes the requester word of where their request stands, unless they did it themselves or the request came
// from a machine. Its end is told to all who wait for it.
func (x *execution) tellRequester(r request.Request, kind compose.Kind, body compose.OutcomeBody) {
	var to []request.Person
	if r.Source != request.Monitor {
		to = append(to, r.Requester)
	}
	if kind == compose.Resolved {
		to = x.d.awaiting(r, to)
	}
	for _, person := range to {
		if !answerable(person.Address) || authority.Normalise(person.Address) == x.d.from() {
			continue
		}
		known := x.d.knownTo(r, person.Address)
		body.Copied = authority.Normalise(known.Requester.Address) != authority.Normalise(person.Address)
		x.d.toRequester(known, person, kind, body)
	}
}

// awaiting adds to a request's requester who else waits for its end: who is on Cc, unless a machine asked, and whose own
// request was merged into it. Of these there may be more than a request has watchers.
func (d *decision) awaiting(r request.Request, to []request.Person) []request.Person {
	if r.Source != request.Monitor {
		to = append(to, r.Watchers...)
	}
	for _, part := range d.parts(r) {
		same := func(p request.Person) bool {
			return authority.Normalise(p.Address) == authority.Normalise(part.Requester.Address)
		}
		if part.Source != request.Monitor && !slices.ContainsFunc(to, same) {
			to = append(to, part.Requester)
		}
	}
	return to
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
	e := request.Event{Type: request.Assigned, Team: team.Name}
	if r.Assignee == x.d.from() {
		e.Who = r.Assignee // whoever has it and says what it is keeps it
	}
	if x.apply(r.Number, e) != nil {
		return
	}
	x.tellAbout(r, x.d.teamAddresses(team), compose.NoticeBody{})
}

// alarm tells analysts at once of what the chart says cannot wait, whatever the hour (SOP 1-1; 2; 3, stolen equipment).
func (x *execution) alarm(r request.Request) {
	text := x.d.textOf(r.Subject) + "\n" + x.d.textOf(r.Text)
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
	x.tellAbout(r, to, compose.NoticeBody{Alert: why})
}

// tellAbout sends staff the notice of a request, with what there is to say of it.
func (x *execution) tellAbout(r request.Request, to []string, body compose.NoticeBody) {
	body.Text, body.Mail, body.From, body.Title = r.Text, r.Mail, r.Requester, x.d.known(r.Requester.Address).Title
	x.d.tell(r, to, body)
}
