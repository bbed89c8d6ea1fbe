// Package intake decides what one received mail means for the desk.
//
// Decide is a pure function of the mail, its envelope, the facts that the store looked up, the policy and one now. Its
// Verdict is whole: a named outcome, the reason, the events of every request concerned, and every mail owed. Each mail
// ends as exactly one outcome, whatever it is; a mail that nothing can be done with is an outcome too, never an error.
//
// It knows the procedure: who may say what, which request a mail belongs to, and who is told. It must not know how
// anything is stored, rendered or sent, and calls no clock.
package intake

import (
	"fmt"
	"strings"
	"time"

	"triaged/internal/authority"
	"triaged/internal/command"
	"triaged/internal/message"
	"triaged/internal/request"
)

// decision is one mail's decision in the making.
type decision struct {
	m      *message.Message
	env    Envelope
	facts  Facts
	policy *Policy
	now    time.Time

	box     MailboxPolicy
	proof   authority.Proof
	staff   authority.Person // zero if the author is not staff
	isStaff bool

	answered *Sent          // the latest mail of the bot's that this one answers
	thread   request.Number // the request it belongs to; 0 for none
	how      string         // which step found it

	desk    *desk // requests as this mail has changed them so far
	reading command.Reading
	aside   string // something odd that the reason should mention

	rewritten bool   // a list rewrote From, which has been undone
	once      uint64 // of a mail that only the receiving server's verdict proves: its commands count once
	origin    uint64 // ledger number of an earlier mail that is decided anew; 0 for the present one

	verdict Verdict
}

// Decide judges one mail.
func Decide(m *message.Message, env Envelope, facts Facts, policy *Policy, now time.Time) Verdict {
	d := &decision{m: m, env: env, facts: facts, policy: policy, now: now, box: policy.Mailboxes[env.Mailbox]}
	d.desk = newDesk(facts, policy.Roster, env.Ledger, now)
	d.decide(steps)
	d.verdict.Changes = d.desk.changes()
	if o := d.verdict.Outcome; d.once != 0 && (d.isStaff && o.Meaning().Place == Processed || o == Commanded) {
		d.verdict.Links = append(d.verdict.Links, d.once)
	}
	if d.aside != "" {
		d.verdict.Reason += "; " + d.aside
	}
	return d.verdict
}

// decide tries steps in order until one has decided.
func (d *decision) decide(steps []func(*decision) bool) {
	for _, step := range steps {
		if step(d) {
			return
		}
	}
}

// steps are tried in order; the first that returns true has decided. The last one always does.
var steps = []func(*decision) bool{
	(*decision).ownMail,
	(*decision).copies,
	(*decision).beforeStart,
	(*decision).notices, // bounces and reports: their author is a machine
	(*decision).noSender,
	(*decision).weigh, // who speaks, with what proof
	(*decision).entered,
	(*decision).tooLarge,
	(*decision).alive,
	(*decision).locate,
	(*decision).automatic,
	(*decision).unwanted,
	(*decision).confirmation,
	(*decision).forward,
	(*decision).commands,
	(*decision).answer,
	(*decision).open,
}

// end decides: the outcome, and why in words.
func (d *decision) end(o Outcome, reason string, args ...any) bool {
	d.verdict.Outcome, d.verdict.Reason = o, fmt.Sprintf(reason, args...)
	return true
}

func (d *decision) label(n request.Number) string { return n.Label(d.policy.Prefix) }

// keepText makes a text part of the verdict and gives its reference.
func (d *decision) keepText(text string) request.TextRef {
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "") + "\n[…]"
	}
	if text != "" {
		d.verdict.Texts = append(d.verdict.Texts, text)
	}
	return request.RefOf(text)
}

// textOf is the text behind a reference, which this very mail may have brought.
func (d *decision) textOf(ref request.TextRef) string {
	for _, text := range d.verdict.Texts {
		if request.RefOf(text) == ref {
			return text
		}
	}
	return d.facts.Text(ref)
}

// maxText is how much of a mail's text is kept beside the events, in bytes. The whole mail is kept raw.
const maxText = 64 << 10

// copies recognises a mail that is accounted for already. A mail that ended without effect, such as one that a person
// took out of the junk folder, is decided anew.
func (d *decision) copies() bool {
	if d.env.Shell {
		return false
	}
	for _, seen := range d.facts.Copies(d.m.MessageID, d.m.Fingerprint) {
		if seen.Outcome == Duplicate {
			continue
		}
		if seen.Fingerprint != d.m.Fingerprint {
			d.aside = fmt.Sprintf("its Message-ID is that of ledger %d, its contents are not", seen.Ledger)
			continue
		}
		if seen.Outcome.Meaning().Place != Processed && !d.env.Junk && !d.env.Again {
			d.aside = fmt.Sprintf("decided anew: it ended as %s before, ledger %d", seen.Outcome, seen.Ledger)
			continue
		}
		d.verdict.Request = seen.Request
		return d.end(Duplicate, "a copy of ledger %d", seen.Ledger)
	}
	return false
}

func (d *decision) beforeStart() bool {
	if !d.box.OnlyNew || d.env.Shell || d.env.Newcomer || !d.env.Received.Before(d.env.FirstLook) {
		return false
	}
	return d.end(BeforeStart, "received before the first look at %s, and start is \"new\"", d.env.FirstLook.UTC().Format(time.RFC3339))
}
