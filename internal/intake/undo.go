package intake

import (
	"fmt"
	"slices"

	"triaged/internal/authority"
	"triaged/internal/command"
	"triaged/internal/compose"
	"triaged/internal/request"
)

// undo takes back what the mail did whose receipt is being answered. It is refused for a request on which something was
// done since; the others are put back. Those who were told get a correction.
func (x *execution) undo(c command.Command) {
	item := compose.ReceiptItem{Said: c.Raw}
	if x.d.env.Shell {
		cause := x.lastCause(x.about)
		numbers := x.altered(&compose.ReceiptBody{Cause: cause, Items: []compose.ReceiptItem{{Request: x.about, Done: true}}})
		if len(numbers) == 0 {
			numbers = []request.Number{x.about} // it says why not
		}
		for _, n := range numbers {
			item.Request = n
			x.undoOne(n, cause, item)
		}
		return
	}
	if x.d.answered == nil || x.d.answered.Letter.Receipt == nil || x.d.answered.Letter.Receipt.Cause == 0 {
		x.refused(item, refuse("undo takes back what a receipt says was done: answer that receipt"))
		return
	}
	if authority.Normalise(x.d.answered.Letter.To.Address) != x.d.from() && x.d.staff.Role != authority.Supervisor {
		x.refused(item, refuse("that receipt is %s's, who can take it back", x.d.nameOf(x.d.answered.Letter.To.Address)))
		return
	}
	cause := x.d.answered.Letter.Receipt.Cause
	numbers := x.altered(x.d.answered.Letter.Receipt)
	if len(numbers) == 0 {
		x.refused(item, refuse("that receipt did nothing"))
		return
	}
	for _, n := range numbers {
		item.Request = n
		x.undoOne(n, cause, item)
	}
}

// altered are the requests that the mail behind a receipt may have changed: those that the receipt names, and those that they
// were merged into or linked with.
func (x *execution) altered(receipt *compose.ReceiptBody) []request.Number {
	var numbers []request.Number
	add := func(n request.Number) {
		if n != 0 && !slices.Contains(numbers, n) {
			numbers = append(numbers, n)
		}
	}
	changed := func(n request.Number) bool {
		return slices.ContainsFunc(x.d.facts.Events(n), func(e request.Event) bool { return causedBy(e, receipt.Cause) && builds(e.Type) })
	}
	for _, done := range receipt.Items {
		if done.Done && !done.DryRun && changed(done.Request) {
			add(done.Request)
		}
	}
	for _, n := range slices.Clone(numbers) {
		for _, e := range x.d.facts.Events(n) {
			if e.Mail == receipt.Cause && e.Into != 0 && changed(e.Into) {
				add(e.Into)
			}
			if e.Mail == receipt.Cause && e.Type == request.Ordered { // and those that joined the outage since
				for _, r := range x.d.reports(n) {
					if changed(r.Number) {
						add(r.Number)
					}
				}
			}
		}
	}
	return numbers
}

// causedBy tells whether a mail did what an event says, at once or by an order that it gave for an outage's later reports.
func causedBy(e request.Event, cause uint64) bool {
	return e.Mail == cause || e.Origin == cause && e.Type != request.Opened && e.Type != request.Added
}

func (x *execution) undoOne(n request.Number, cause uint64, item compose.ReceiptItem) {
	if part := x.splitOff(n, cause); part != 0 {
		if why := x.builtSince(part, cause); why != nil { // then both stay as they are
			x.refused(item, why)
			return
		}
	}
	if whole := x.splitFrom(n, cause); whole != 0 {
		x.rejoin(n, whole, cause, item)
		return
	}
	before, why := x.beforeCause(n, cause)
	if why != nil {
		x.refused(item, why)
		return
	}
	now, _ := x.d.desk.request(n)
	was := before.Changeable()
	if !regroups(x.d.facts.Events(n), cause) {
		was.Outage = now.Outage
	}
	e := request.Event{Type: request.Undone, Was: &was, What: fmt.Sprintf("what ledger %d did", cause)}
	if why := x.apply(n, e); why != nil {
		x.refused(item, why)
		return
	}
	x.correct(before, now)
	item.Done, item.Result = true, "taken back: "+stands(before)
	x.undoable = true
	x.touched = append(x.touched, n)
	x.done++
	x.items = append(x.items, item)
}

// lastCause is the ledger number of the last change to a request: what undo means at a shell, where no receipt is answered.
func (x *execution) lastCause(n request.Number) uint64 {
	for _, e := range slices.Backward(x.d.facts.Events(n)) {
		if builds(e.Type) && e.Mail != 0 {
			return e.Mail
		}
	}
	return 0
}

// beforeCause is the request as it stood before a mail changed it, if nothing that people did since builds on that.
func (x *execution) beforeCause(n request.Number, cause uint64) (request.Request, *refusal) {
	events := x.d.facts.Events(n)
	if cause == 0 {
		return request.Request{}, refuse("nothing was done to %s that could be taken back", x.d.label(n))
	}
	first := slices.IndexFunc(events, func(e request.Event) bool { return causedBy(e, cause) && builds(e.Type) })
	if first < 0 {
		return request.Request{}, refuse("nothing of it is left to take back in %s", x.d.label(n))
	}
	if events[first].Type == request.Opened {
		return request.Request{}, refuse("%s was opened by it: resolve or withdraw it instead", x.d.label(n))
	}
	if why := x.builtSince(n, cause); why != nil {
		return request.Request{}, why
	}
	before, err := request.Fold(n, events[:first])
	if err != nil {
		return request.Request{}, refuse("%v", err)
	}
	return before, nil
}

// builtSince refuses where people did something since a mail that builds on what it did.
func (x *execution) builtSince(n request.Number, cause uint64) *refusal {
	events := x.d.facts.Events(n)
	first := slices.IndexFunc(events, func(e request.Event) bool { return causedBy(e, cause) && builds(e.Type) })
	for _, e := range events[max(0, first):] {
		if causedBy(e, cause) || !builds(e.Type) || e.Type == request.Ordered {
			continue
		}
		if e.Type == request.Undone {
			return refuse("it was taken back already")
		}
		return refuse("%s: change it by hand", x.d.since(e))
	}
	return nil
}

// splitFrom is the request that a mail split another one from, 0 if it did not.
func (x *execution) splitFrom(n request.Number, cause uint64) request.Number {
	events := x.d.facts.Events(n)
	if len(events) == 0 || events[0].Mail != cause || x.splitOff(events[0].Into, cause) != n {
		return 0
	}
	return events[0].Into
}

// splitOff is the request that a mail split from another one, 0 for none.
func (x *execution) splitOff(n request.Number, cause uint64) request.Number {
	for _, e := range x.d.facts.Events(n) {
		opened := x.d.facts.Events(e.Into)
		if e.Type == request.Linked && e.Mail == cause && len(opened) > 0 && opened[0].Mail == cause && opened[0].Into == n {
			return e.Into
		}
	}
	return 0
}

// rejoin takes back that a request was split off: it cannot be as if it had never been, since its requester knows its number,
// and becomes part of the one that it came from.
func (x *execution) rejoin(n, whole request.Number, cause uint64, item compose.ReceiptItem) {
	r, _ := x.d.desk.request(n)
	into, _ := x.d.desk.request(whole)
	why := x.builtSince(n, cause)
	if why == nil {
		why = x.active(r)
	}
	if why == nil {
		why = x.merge(r, into)
	}
	if why != nil {
		x.refused(item, why)
		return
	}
	x.tellAbout(r, x.d.workers(r), compose.NoticeBody{Over: true, Say: []string{
		"Nothing is left to do: " + x.d.nameOf(x.d.from()) + " took back that it was split off, so it is part of " + x.d.label(whole) + " again.",
	}})
	item.Done, item.Result = true, "taken back: part of "+x.d.label(whole)+" again"
	x.undoable = true
	x.touched = append(x.touched, n)
	x.done++
	x.items = append(x.items, item)
}

// regroups tells whether a mail changed what the request has to do with an outage.
func regroups(events []request.Event, cause uint64) bool {
	return slices.ContainsFunc(events, func(e request.Event) bool {
		return e.Mail == cause && (e.Type == request.Ungrouped || e.Type == request.Ordered)
	})
}

// builds tells whether an event of this type stands on what went before, so that taking that back would confuse.
func builds(t request.Type) bool {
	switch t {
	case request.Added, request.Told, request.Heard, request.Bounced, request.Noted, request.Acknowledged, request.Answered,
		request.Escalated, request.Grouped:
		return false
	}
	return true
}

func stands(r request.Request) string {
	if r.Code.IsZero() {
		return "not categorized"
	}
	return r.Code.String() + ", " + string(r.State)
}

// correct tells the requester and whoever was given the request what no longer holds.
func (x *execution) correct(before, after request.Request) {
	closed := before.State.Active() && !after.State.Active()
	switch {
	case after.State == request.Merged && before.State != request.Merged:
		x.tellRequester(before, compose.Merged, compose.OutcomeBody{Into: after.MergedInto, Changed: true})
	case before.State == request.Merged && after.State != request.Merged:
		into, _ := x.d.desk.request(before.MergedInto)
		x.tellRequester(before, compose.Merged, compose.OutcomeBody{Into: into.Number, Code: into.Code, Due: into.Due(x.d.policy.Calendar)})
	case closed && after.State == request.Resolved:
		x.tellRequester(before, compose.Resolved, compose.OutcomeBody{Code: before.Code, Changed: true})
	case before.State == request.Resolved && after.State.Active():
		x.tellRequester(before, compose.Resolved, compose.OutcomeBody{Code: before.Code})
	case before.Code != after.Code || before.State != after.State && before.State == request.Resolved:
		x.tellRequester(before, compose.Categorized, compose.OutcomeBody{
			Code: before.Code, Promise: before.Promise, Due: before.Due(x.d.policy.Calendar), Changed: true,
		})
	}
	var lost []string
	if after.Assignee != before.Assignee && after.Assignee != "" {
		lost = append(lost, after.Assignee)
	}
	if team, ok := x.d.policy.Roster.Team(after.Team); ok && after.Team != before.Team {
		lost = append(lost, x.d.teamAddresses(team)...)
	}
	x.tellAbout(before, lost, compose.NoticeBody{Say: []string{x.d.nameOf(x.d.from()) + " took back that it is yours."}})
}
