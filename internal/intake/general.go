package intake

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"triaged/internal/command"
	"triaged/internal/compose"
	"triaged/internal/message"
	"triaged/internal/request"
)

// Commands that are about no request: the queue's review, mail that was set aside, and mail that was not delivered.

// reviewed records that an analyst looked through the queue (SOP, process step 4).
func (x *execution) reviewed(c command.Command) {
	e := DeskEvent{At: x.d.now, Type: ReviewHeld, By: x.d.from()}
	if x.d.answered != nil && x.d.answered.Letter.Queue != nil {
		e.Review = x.d.answered.Letter.Queue.Review
	}
	x.d.verdict.Desk = append(x.d.verdict.Desk, e)
	x.succeeded(c, "the review is recorded")
}

// asksForQueue tells whether a status is asked of no request in particular, by one of the staff.
func (x *execution) asksForQueue(c command.Command) bool {
	return c.Verb == command.Status && x.d.isStaff && x.about == 0 && c.Requests.IsZero() && !c.Requests.All && len(x.listed()) != 1
}

// queue owes the author their own queue, in the order to work it: technicians "review their queue" (SOP, process step 3). It
// is the answer to the command, so no receipt mentions it.
func (x *execution) queue() {
	x.d.verdict.Queues = append(x.d.verdict.Queues, compose.Letter{
		Kind: compose.Report, To: x.d.author(), InReplyTo: x.d.m.MessageID, References: x.d.m.References,
	})
	x.done++
}

// open takes a mail that was set aside or is in the quarantine, by its number in the digest or the ledger. Whoever opens it
// answers for it; what it says is text, whoever it claims to be from. For a mail that names nobody, they say whom it is for.
func (x *execution) open(c command.Command) {
	refused := func(why string) { x.refused(compose.ReceiptItem{Said: c.Raw}, refuse("%s", why)) }
	item, person, _ := strings.Cut(c.Text, " for ")
	ledger, ok := itemNumber(item)
	if !ok {
		refused("which mail? Name it by its number at the foot of the digest, such as open 12")
		return
	}
	kept, ok := x.d.facts.Mail(ledger)
	if !ok {
		refused("there is no mail " + strconv.FormatUint(ledger, 10))
		return
	}
	if !kept.Outcome.SetAside() && !kept.Outcome.Quarantined() {
		refused("mail " + strconv.FormatUint(ledger, 10) + " was not set aside: it ended as " + string(kept.Outcome))
		return
	}
	if x.opened(kept) || x.settledHere(ledger) {
		refused("mail " + strconv.FormatUint(ledger, 10) + " was opened before, or is done with")
		return
	}
	var author *message.Address
	if person = strings.TrimSpace(person); person != "" {
		if why := x.d.fileable(person); why != nil || !strings.Contains(person, "@") {
			refused(person + " is nobody's address to open it for")
			return
		}
		author = &message.Address{Name: x.d.known(person).Name, Address: person}
	}
	past, why := x.d.againFrom(ledger, author)
	if why != "" {
		if kept.Outcome == NoSender {
			why += ": say whom it is for, such as open " + strconv.FormatUint(ledger, 10) + " for ann@school.example"
		}
		refused(why)
		return
	}
	past.isStaff, past.reading = false, command.Reading{}
	if past.thread == 0 || !past.decideOne((*decision).answer) {
		n := past.openRequest(opening{person: past.author(), source: request.Email, byHand: true})
		past.verdict.Request = n
	}
	x.d.adopt(past)
	x.d.verdict.Desk = append(x.d.verdict.Desk, settledBy(ledger, x.d.from(), x.d.now))
	done := compose.ReceiptItem{Said: c.Raw, Request: past.verdict.Request, Done: true, Result: "opened: it is from " + past.m.From.Address}
	x.items, x.touched, x.done = append(x.items, done), append(x.touched, done.Request), x.done+1
}

// settledBy is the desk's event of a received mail that somebody took out of the quarantine.
func settledBy(ledger uint64, who string, now time.Time) DeskEvent {
	return DeskEvent{At: now, Type: MailSettled + strconv.FormatUint(ledger, 10), By: who, Ledger: ledger}
}

// opened tells whether somebody opened a set-aside mail before: it is settled, or its Message-ID leads to a request.
func (x *execution) opened(kept Kept) bool {
	if kept.Settled || kept.Message.MessageID == "" {
		return kept.Settled
	}
	_, known := x.d.facts.ThreadOf(kept.Message.MessageID)
	return known
}

// settledHere tells whether this very mail has dealt with a received mail.
func (x *execution) settledHere(ledger uint64) bool {
	return slices.ContainsFunc(x.d.verdict.Desk, func(e DeskEvent) bool { return e.Type == MailSettled+strconv.FormatUint(ledger, 10) }) ||
		slices.ContainsFunc(x.d.verdict.Orders, func(o Order) bool { return o.Ledger == ledger })
}

func (d *decision) decideOne(step func(*decision) bool) bool { return step(d) }

// adopt makes what an earlier mail's new decision owes part of this one's.
func (d *decision) adopt(past *decision) {
	d.verdict.Texts = append(d.verdict.Texts, past.verdict.Texts...)
	d.verdict.Letters = append(d.verdict.Letters, past.verdict.Letters...)
	d.verdict.Thread = append(d.verdict.Thread, past.verdict.Thread...)
	d.verdict.Desk = append(d.verdict.Desk, past.verdict.Desk...)
	if d.verdict.Request == 0 {
		d.verdict.Request = past.verdict.Request
	}
}

// order tries a mail that is stuck again, or is done with it: the one that the answered operator mail is about, or the one
// that is named, "12" among those to be sent and "received 12" among those in the quarantine.
func (x *execution) order(c command.Command) {
	if ledger, ok := x.receivedMail(c.Text); ok {
		x.orderReceived(c, ledger)
		return
	}
	id, ok := itemNumber(c.Text)
	if a := x.d.answered; !ok && strings.TrimSpace(c.Text) == "" && a != nil && a.Letter.Plain != nil {
		if a.Letter.Plain.Breaker {
			x.orderHeld(c)
			return
		}
		id, ok = a.Letter.Plain.Outbox, a.Letter.Plain.Outbox != 0
	}
	if !ok {
		x.refused(compose.ReceiptItem{Said: c.Raw}, refuse("which mail? Name it by its number, such as %s 12", c.Verb.Word()))
		return
	}
	stuck, ok := x.d.facts.Stuck(id)
	if !ok {
		x.refused(compose.ReceiptItem{Said: c.Raw}, refuse("no mail %d is held back or given up", id))
		return
	}
	x.d.verdict.Orders = append(x.d.verdict.Orders, Order{Verb: c.Verb, Outbox: id, By: x.d.from()})
	what := "the " + string(stuck.Letter.Kind) + " to " + stuck.Letter.To.Address
	if c.Verb == command.Retry {
		x.succeeded(c, what+" is tried again")
		return
	}
	x.succeeded(c, what+" is given up for good")
}

// orderHeld closes the circuit breaker, whose mail is being answered: what it held goes out, or is given up. The mail is that
// of the time it is open now, and of no earlier one.
func (x *execution) orderHeld(c command.Command) {
	switch now := x.d.facts.Breaker(); {
	case now.Breaker != BreakerOpen && now.By != "":
		x.refused(compose.ReceiptItem{Said: c.Raw}, refuse("%s closed the circuit breaker before", x.d.nameOf(now.By)))
		return
	case now.Breaker != BreakerOpen:
		x.refused(compose.ReceiptItem{Said: c.Raw}, refuse("the circuit breaker is closed already, and what it held goes out"))
		return
	case now.Outbox != x.d.answered.Letter.Plain.Trip:
		x.refused(compose.ReceiptItem{Said: c.Raw}, refuse("the circuit breaker has opened again since: answer the latest mail about it"))
		return
	}
	x.d.verdict.Orders = append(x.d.verdict.Orders, Order{Verb: c.Verb, Breaker: true, By: x.d.from()})
	if c.Verb == command.Retry {
		x.succeeded(c, "the circuit breaker is closed: what it held back goes out within a minute, in order")
		return
	}
	x.succeeded(c, "the circuit breaker is closed: what it held back is given up")
}

// receivedMail is the number of the mail in the quarantine that an order is about.
func (x *execution) receivedMail(text string) (uint64, bool) {
	if strings.TrimSpace(text) == "" {
		a := x.d.answered
		if a == nil || a.Letter.Plain == nil {
			return 0, false
		}
		return a.Letter.Plain.Ledger, a.Letter.Plain.Ledger != 0
	}
	named, ok := strings.CutPrefix(strings.ToLower(text), "received ")
	if !ok {
		return 0, false
	}
	return itemNumber(named)
}

// orderReceived decides a mail in the quarantine anew, or is done with it. What comes of deciding it stands in the ledger,
// and operators hear of it again if it is still stuck.
func (x *execution) orderReceived(c command.Command, ledger uint64) {
	label := "received mail " + strconv.FormatUint(ledger, 10)
	kept, ok := x.d.facts.Mail(ledger)
	switch {
	case !ok || !kept.Outcome.Quarantined() || kept.Settled || x.settledHere(ledger):
		x.refused(compose.ReceiptItem{Said: c.Raw}, refuse("%s is not in the quarantine", label))
		return
	case c.Verb == command.Retry && kept.Outcome == TooLarge:
		x.refused(compose.ReceiptItem{Said: c.Raw}, refuse("of %s only the beginning is here: raise max_size and move it back to the watched folder", label))
		return
	}
	x.d.verdict.Orders = append(x.d.verdict.Orders, Order{Verb: c.Verb, Ledger: ledger, By: x.d.from()})
	if c.Verb == command.Retry {
		x.succeeded(c, label+" is decided anew")
		return
	}
	x.succeeded(c, label+" is done with; its bytes are kept")
}

// itemNumber reads the number of a mail: "12", "mail 12".
func itemNumber(text string) (uint64, bool) {
	words := strings.Fields(strings.ToLower(text))
	if len(words) == 2 && words[0] == "mail" {
		words = words[1:]
	}
	if len(words) != 1 {
		return 0, false
	}
	n, err := strconv.ParseUint(words[0], 10, 63)
	return n, err == nil && n > 0
}
