package intake

import (
	"slices"

	"triaged/internal/authority"
	"triaged/internal/chart"
	"triaged/internal/command"
	"triaged/internal/compose"
	"triaged/internal/request"
)

// answer adds the mail to the request it belongs to.
func (d *decision) answer() bool {
	if d.thread != 0 {
		if _, ok := d.desk.request(d.thread); ok {
			return d.addTo(d.thread)
		}
		d.aside = "it answers " + d.label(d.thread) + ", which does not exist"
		d.thread, d.verdict.Request = 0, 0
		return false
	}
	if d.answered == nil || !d.isStaff {
		return false // what somebody else writes under a digest that was passed on is a request of theirs
	}
	switch l := d.answered.Letter; l.Kind {
	case compose.Outage:
		return d.answersOutage(l.Outage.First)
	case compose.Digest, compose.Report, compose.Operator, compose.Receipt, compose.Reminder, compose.Confirmation, compose.Notice:
		return d.end(Noted, "an answer to a %s without a command", l.Kind)
	}
	return false
}

// addTo records one more mail of a request, and tells the people who work on it.
func (d *decision) addTo(n request.Number) bool {
	before, _ := d.desk.request(n)
	d.verdict.Request = n
	requester := authority.Normalise(before.Requester.Address) == d.from()
	if onlyThanks(d.m.Reply, d.m.From.Name+" "+localPart(d.from())) && len(d.m.Attachments) == 0 {
		d.added(before)
		return d.end(Thanks, "%s: %s, and it only says thanks", d.label(n), d.how)
	}
	merged := false // theirs was merged into it
	if ended := before.State == request.Resolved || before.State == request.Withdrawn; ended && !requester {
		_, merged = d.mergedFrom(before, d.from())
	}
	if before.State == request.Resolved && (requester || merged) && !d.mayReopen(before) {
		return d.followOn(before)
	}
	text := d.added(before)
	switch {
	case d.isStaff && !requester:
		return d.staffAnswer(before)
	case merged, (before.State == request.Resolved || before.State == request.Withdrawn) && requester:
		return d.reopen(before, text)
	case before.State == request.Waiting && requester && waitsOnCustomer(before):
		d.resume(before)
	}
	after, _ := d.desk.request(n)
	d.tellWorkers(after, text)
	return d.end(Replied, "%s: %s", d.label(n), d.how)
}

// added makes the mail part of the request's thread.
func (d *decision) added(r request.Request) request.TextRef {
	d.verdict.Thread = append(d.verdict.Thread, d.m.MessageID)
	e := request.Event{Type: request.Added, By: d.from(), Text: d.keepText(d.said()), MessageID: d.m.MessageID, Origin: d.origin}
	if d.isStaff || takesPart(r, d.from()) {
		e.People = d.watchers()
	}
	if err := d.desk.apply(r.Number, e); err != nil {
		d.aside = err.Error()
	}
	return e.Text
}

// staffAnswer keeps what a staff member answered without a command: as a note that stays inside the desk, or, if the desk
// has it so, as an answer to the requester. Who answered the bot is told which.
func (d *decision) staffAnswer(r request.Request) bool {
	if !d.proof.Proven {
		d.tellWorkers(r, request.RefOf(d.said()))
		return d.end(Replied, "%s: %s; nothing proves its author (%s)", d.label(r.Number), d.how, d.proof.Why)
	}
	text := d.said()
	item := compose.ReceiptItem{Request: r.Number, Done: true}
	if d.policy.AnswersRequester {
		item.Result = d.reply(r, text)
	} else {
		d.note(r.Number, text)
		item.Result = "kept as a note, which " + d.called(r.Requester) + " does not see: the word reply, with its number sign above your words, sends them"
	}
	if d.answered != nil && d.answered.Letter.Commands {
		d.receipt([]compose.ReceiptItem{item}, compose.ReceiptBody{})
	}
	return d.end(Replied, "%s: %s; by %s: %s", d.label(r.Number), d.how, d.m.From.Address, item.Result)
}

func (d *decision) mayReopen(r request.Request) bool {
	return d.policy.ReopenWithin == 0 || d.now.Sub(r.Resolved) <= d.policy.ReopenWithin
}

func (d *decision) reopen(r request.Request, text request.TextRef) bool {
	if err := d.desk.apply(r.Number, request.Event{Type: request.Reopened, By: d.from()}); err != nil {
		d.aside = err.Error()
	}
	after, _ := d.desk.request(r.Number)
	d.acknowledge(d.knownTo(after, d.from()), nil)
	d.tellWorkers(after, text)
	return d.end(Reopened, "%s: its requester answered after it was %s", d.label(r.Number), r.State)
}

// followOn opens a new request for an answer that comes too late to reopen the old one.
func (d *decision) followOn(r request.Request) bool {
	d.verdict.Request = 0
	n := d.openRequest(opening{person: d.knownTo(r, d.from()).Requester, source: request.Email, silent: !d.fresh(), follows: r.Number})
	return d.end(Opened, "%s: it answers %s, resolved too long ago to be reopened", d.label(n), d.label(r.Number))
}

// resume lets the clock run on: a customer's answer is what the request waited for.
func (d *decision) resume(r request.Request) {
	if r.Resume.IsZero() {
		return
	}
	promise := d.promised(r, r.Resume)
	e := request.Event{Type: request.Resumed, By: d.from(), Code: r.Resume, Promise: &promise}
	if err := d.desk.apply(r.Number, e); err != nil {
		d.aside = err.Error()
	}
}

// promised is what a request is promised with a code. Coming back from waiting to the code it had promises nothing new,
// whatever the chart says meanwhile.
func (d *decision) promised(r request.Request, code chart.Code) request.Promise {
	if r.State == request.Waiting && code == r.Resume {
		for _, e := range slices.Backward(d.desk.events(r.Number)) {
			if e.Code == code && e.Promise != nil {
				return *e.Promise
			}
		}
	}
	entry, _ := d.policy.Chart.Lookup(code)
	return d.policy.promise(entry, r.Submitted)
}

func waitsOnCustomer(r request.Request) bool {
	n := len(r.Pauses)
	return n > 0 && r.Pauses[n-1].To.IsZero() && r.Pauses[n-1].On == command.OnCustomer
}

// workers are who hears of what happens to a request: its assignee, else its team, else those who got the notice.
func (d *decision) workers(r request.Request) []string {
	if r.Assignee != "" {
		return []string{r.Assignee}
	}
	if team, ok := d.policy.Roster.Team(r.Team); ok && r.Team != "" {
		if to := d.teamAddresses(team); len(to) > 0 {
			return to
		}
	}
	return d.noticed(r)
}

// noticed are who gets the notice of a new request: the configured addresses, and the team of its campus.
func (d *decision) noticed(r request.Request) []string {
	to := slices.Clone(d.policy.Roster.Notify())
	if team, ok := d.policy.Roster.OfCampus(r.Campus); ok && r.Campus != "" {
		to = append(to, d.teamAddresses(team)...)
	}
	return to
}

// tellWorkers passes on what the mail's author added.
func (d *decision) tellWorkers(r request.Request, text request.TextRef) {
	d.tell(r, d.workers(r), compose.NoticeBody{Text: text, Mail: d.ledger(), From: d.author(), Title: d.known(d.from()).Title, Added: true})
}

// tell owes staff a notice about a request. The mail's author is left out, and nobody gets it twice.
func (d *decision) tell(r request.Request, to []string, body compose.NoticeBody) {
	body.Campus, body.Submitted, body.Code = r.Campus, r.Submitted, r.Code
	if body.Added {
		body.Submitted = d.env.Received
	}
	body.CategorizeBy, body.Due = r.Submitted.Add(d.policy.CategorizeWithin), r.Due(d.policy.Calendar)
	told := map[string]bool{d.from(): true}
	for _, address := range to {
		if key := authority.Normalise(address); told[key] {
			continue
		} else {
			told[key] = true
		}
		d.owe(compose.Letter{
			Kind: compose.Notice, To: d.named(address), Commands: true, Request: r.Number, Topic: r.Subject,
			References: r.Thread, Notice: &body,
		})
	}
}

// ledger is the number of the mail that holds the words and files.
func (d *decision) ledger() uint64 {
	if d.origin != 0 {
		return d.origin
	}
	return d.env.Ledger
}
