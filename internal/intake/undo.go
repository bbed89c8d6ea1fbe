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
		item.Request = x.about
		x.undoOne(x.about, x.lastCause(x.about), item)
		return
	}
	if x.d.answered == nil || x.d.answered.Letter.Receipt == nil || x.d.answered.Letter.Receipt.Cause == 0 {
		x.refused(item, refuse("undo takes back what a receipt says was done: answer that receipt"))
		return
	}
	cause := x.d.answered.Letter.Receipt.Cause
	var numbers []request.Number
	for _, done := range x.d.answered.Letter.Receipt.Items {
		if done.Done && !done.DryRun && done.Request != 0 && !slices.Contains(numbers, done.Request) {
			numbers = append(numbers, done.Request)
		}
	}
	if len(numbers) == 0 {
		x.refused(item, refuse("that receipt did nothing"))
		return
	}
	for _, n := range numbers {
		item.Request = n
		x.undoOne(n, cause, item)
	}
}

func (x *execution) undoOne(n request.Number, cause uint64, item compose.ReceiptItem) {
	before, why := x.beforeCause(n, cause)
	if why != nil {
		x.refused(item, why)
		return
	}
	now, _ := x.d.desk.request(n)
	was := before.Changeable()
	e := request.Event{Type: request.Undone, Was: &was, What: fmt.Sprintf("what ledger %d did", cause)}
	if why := x.apply(n, e); why != nil {
		x.refused(item, why)
		return
	}
	x.correct(before, now)
	item.Done, item.Result = true, "taken back: "+stands(before)
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
	first := slices.IndexFunc(events, func(e request.Event) bool { return e.Mail == cause && e.Type != request.Added })
	if first < 0 {
		return request.Request{}, refuse("nothing of it is left to take back in %s", x.d.label(n))
	}
	if events[first].Type == request.Opened {
		return request.Request{}, refuse("%s was opened by it: resolve or withdraw it instead", x.d.label(n))
	}
	for _, e := range events[first:] {
		if e.Mail == cause || !builds(e.Type) {
			continue
		}
		if e.Type == request.Undone {
			return request.Request{}, refuse("it was taken back already")
		}
		return request.Request{}, refuse("%s did %s since: change it by hand", x.d.nameOf(e.By), e.Type)
	}
	before, err := request.Fold(n, events[:first])
	if err != nil {
		return request.Request{}, refuse("%v", err)
	}
	return before, nil
}

// builds tells whether an event of this type stands on what went before, so that taking that back would confuse.
func builds(t request.Type) bool {
	switch t {
	case request.Added, request.Told, request.Heard, request.Bounced, request.Noted, request.Acknowledged:
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

// correct tells the requester what they were told wrongly.
func (x *execution) correct(before, after request.Request) {
	if before.Code != after.Code || before.State != after.State {
		x.tellRequester(before, compose.Categorized, compose.OutcomeBody{
			Code: before.Code, Promise: before.Promise, Due: before.Due(x.d.policy.Calendar), Changed: true,
		})
	}
}

// reviewed records that an analyst looked through the queue (SOP, process step 4).
func (x *execution) reviewed(c command.Command) {
	item := compose.ReceiptItem{Said: c.Raw}
	if may, why := authority.May(x.d.staff.Role, false, c.Verb); !may {
		x.refused(item, refuse("%s", why))
		return
	}
	e := DeskEvent{At: x.d.now, Type: ReviewHeld, By: x.d.from()}
	if x.d.answered != nil && x.d.answered.Letter.Queue != nil {
		e.Review = x.d.answered.Letter.Queue.Review
	}
	x.d.verdict.Desk = append(x.d.verdict.Desk, e)
	item.Done, item.Result = true, "the review is recorded"
	x.done++
	x.items = append(x.items, item)
}
