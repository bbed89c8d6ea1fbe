package intake

import (
	"fmt"

	"triaged/internal/authority"
	"triaged/internal/chart"
	"triaged/internal/command"
	"triaged/internal/compose"
	"triaged/internal/request"
)

// What people are told about a request at their asking, and what staff write to its requester.

// status says where a request stands, and changes nothing.
func (x *execution) status(_ command.Command, r request.Request, item *compose.ReceiptItem) *refusal {
	item.Result, item.Code, item.Due = string(r.State), r.Code, r.Due(x.d.policy.Calendar)
	item.Stands = x.stands(r)
	switch {
	case r.State == request.Merged:
		item.Result += " into " + x.d.label(r.MergedInto)
	case r.State.Active() && r.Code.IsZero():
		item.Result += ", not categorized yet"
	}
	if x.d.isStaff && r.Assignee != "" {
		item.Result += ", with " + x.d.nameOf(r.Assignee)
	}
	return nil
}

// stands is how a requester's receipt says where a request stands: in their language, from the templates.
func (x *execution) stands(r request.Request) request.State {
	if x.d.isStaff {
		return ""
	}
	return r.State
}

// why explains the due time in one line; `triaged why` has all steps.
func (x *execution) why(_ command.Command, r request.Request, item *compose.ReceiptItem) *refusal {
	clock := r.ClockOf(x.d.policy.Calendar)
	item.Due = clock.Due
	switch {
	case r.Code.IsZero():
		item.Result = "not categorized yet, so nothing is promised"
	case clock.Paused:
		item.Result = fmt.Sprintf("%s: the clock stands, %s", r.Code, r.State)
	case clock.Due.IsZero():
		item.Result = fmt.Sprintf("%s has no target", r.Code)
	default:
		item.Result = fmt.Sprintf("%s promises %s from submission at %s; due %s", r.Code, promised(r.Promise),
			r.Submitted.In(x.d.policy.Zone).Format("Mon Jan 2, 3:04 pm"), clock.Due.In(x.d.policy.Zone).Format("Mon Jan 2, 3:04 pm"))
	}
	return nil
}

func promised(p request.Promise) string {
	return chart.Target{Hours: p.Hours, Days: p.Days, AsNeeded: p.AsNeeded}.Words()
}

// reply sends words to the requester as the desk's answer: those on the line, else those around it.
func (x *execution) reply(c command.Command, r request.Request, item *compose.ReceiptItem) *refusal {
	if why := x.active(r); why != nil && r.State != request.Resolved {
		return why
	}
	text := x.words(c)
	if text == "" {
		return refuse("what is the answer? Write it behind the command or below it")
	}
	item.Result = x.d.reply(r, text)
	return nil
}

// words are what a command takes: what stands on its line, else all that the mail says besides, which then is used up.
func (x *execution) words(c command.Command) string {
	if c.Text != "" {
		return c.Text
	}
	text := x.d.reading.Note
	x.d.reading.Note = ""
	return text
}

// reply owes the requester an answer in the words of a staff member, and says what became of it.
func (d *decision) reply(r request.Request, text string) string {
	ref := d.keepText(text)
	if err := d.desk.apply(r.Number, request.Event{Type: request.Answered, By: d.from(), Text: ref}); err != nil {
		return err.Error()
	}
	name := d.called(r.Requester)
	if d.wroteTo(r.Requester.Address) {
		return name + " has your words already: your mail went to them too"
	}
	if r.Source == request.Monitor || !answerable(r.Requester.Address) {
		return "kept: " + name + " reads no mail"
	}
	d.toRequester(r, r.Requester, compose.Answer, compose.OutcomeBody{Code: r.Code, Promise: r.Promise, Due: r.Due(d.policy.Calendar), Text: ref})
	return "sent to " + name
}

// wroteTo tells whether the mail itself went to an address.
func (d *decision) wroteTo(address string) bool {
	for _, a := range append(d.m.To[:len(d.m.To):len(d.m.To)], d.m.Cc...) {
		if authority.Normalise(a.Address) == authority.Normalise(address) {
			return true
		}
	}
	return false
}

// toRequester owes somebody outside of the desk word of a request, as an answer in its thread.
func (d *decision) toRequester(r request.Request, to request.Person, kind compose.Kind, body compose.OutcomeBody) {
	l := compose.Letter{
		Kind: kind, To: to, Language: r.Language, Request: r.Number, Topic: r.Subject, References: r.Thread, Outcome: &body,
	}
	if n := len(r.Thread); n > 0 {
		l.InReplyTo = r.Thread[n-1]
	}
	d.owe(l)
}
