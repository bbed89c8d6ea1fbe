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
	"slices"
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

	verdict Verdict
}

// Decide judges one mail.
func Decide(m *message.Message, env Envelope, facts Facts, policy *Policy, now time.Time) Verdict {
	d := &decision{m: m, env: env, facts: facts, policy: policy, now: now, box: policy.Mailboxes[env.Mailbox]}
	d.desk = newDesk(facts, env.Ledger, now)
	for _, step := range steps {
		if step(d) {
			break
		}
	}
	d.verdict.Changes = d.desk.changes()
	if d.aside != "" {
		d.verdict.Reason += "; " + d.aside
	}
	return d.verdict
}

// steps are tried in order; the first that returns true has decided. The last one always does.
var steps = []func(*decision) bool{
	(*decision).ownMail,
	(*decision).copies,
	(*decision).beforeStart,
	(*decision).tooLarge,
	(*decision).notices, // bounces and reports: their author is a machine
	(*decision).noSender,
	(*decision).weigh, // who speaks, with what proof
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

// from is the author's address as it is compared.
func (d *decision) from() string { return authority.Normalise(d.m.From.Address) }

func (d *decision) author() request.Person {
	return request.Person{Name: d.m.From.Name, Address: d.m.From.Address}
}

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

// maxText is how much of a mail's text is kept beside the events, in bytes. The whole mail is kept raw.
const maxText = 64 << 10

func (d *decision) ownMail() bool {
	if d.env.Shell || !d.policy.own(d.m.From.Address) {
		return false
	}
	if sent, ok := d.facts.Sent(d.m.MessageID); ok {
		d.verdict.Request = sent.Letter.Request
		return d.end(OwnMail, "the bot sent it itself")
	}
	return d.end(OwnMail, "From is the bot's own address")
}

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
		if seen.Outcome.Meaning().Place != Processed && !d.env.Junk {
			d.aside = fmt.Sprintf("decided anew: it ended as %s before, ledger %d", seen.Outcome, seen.Ledger)
			continue
		}
		d.verdict.Request = seen.Request
		return d.end(Duplicate, "a copy of ledger %d", seen.Ledger)
	}
	return false
}

func (d *decision) beforeStart() bool {
	if !d.box.OnlyNew || d.env.Shell || !d.env.Received.Before(d.env.FirstLook) {
		return false
	}
	return d.end(BeforeStart, "received before the first look at %s, and start is \"new\"", d.env.FirstLook.UTC().Format(time.RFC3339))
}

func (d *decision) noSender() bool {
	if d.m.From.Address != "" {
		return false
	}
	if strings.TrimSpace(d.m.Text+d.m.Subject) == "" && len(d.m.Attachments) == 0 {
		return d.end(Unreadable, "nothing in it could be read: %s", strings.Join(d.m.Defects, "; "))
	}
	return d.end(NoSender, "From names nobody")
}

// weigh finds out who speaks and what proves it.
func (d *decision) weigh() bool {
	d.staff, d.isStaff = d.policy.Roster.Person(d.m.From.Address)
	d.answered = d.findAnswered()
	if d.env.Shell {
		d.proof = authority.Proof{Proven: true, By: "shell", Why: "spoken at the shell"}
		return false
	}
	claim := authority.Claim{
		Header: d.m.Header, Froms: d.m.Froms, InReplyTo: d.m.InReplyTo, References: d.m.References,
	}
	if strings.Contains(d.m.Text, "#key") {
		claim.Keys = command.Read(d.m.Reply, command.Setting{Prefix: d.policy.Prefix}).Keys
		claim.Request = int64(numberIn(d.m.Subject, d.policy.Prefix))
	}
	d.proof = authority.Prove(claim, d.box.Proof, d.policy.Keys, d.policy.Roster, d.now)
	if link := d.proof.Link; link != nil && d.facts.LinkUsed(link.Nonce) {
		d.proof = authority.Proof{Why: "its one-tap link was used before"}
	}
	return false
}

// findAnswered is the mail of the bot's that this one answers: by In-Reply-To, then by References, latest first.
func (d *decision) findAnswered() *Sent {
	refs := slices.Clone(d.m.References)
	slices.Reverse(refs)
	for _, id := range slices.Concat(d.m.InReplyTo, refs) {
		if sent, ok := d.facts.Sent(id); ok {
			return &sent
		}
	}
	return nil
}

// unwanted sets aside what the receiving server calls spam or forged. It is listed for the analysts and answered by
// nobody.
func (d *decision) unwanted() bool {
	switch why := spamVerdict(d.m.Header); {
	case d.env.Shell:
		return false
	case d.env.Junk:
		return d.end(Spam, "it lay in the junk folder")
	case d.proof.Failed:
		return d.end(Spam, "its From is forged: %s", d.proof.Why)
	case why != "":
		return d.end(Spam, "%s", why)
	}
	return false
}

// spamVerdict reads what filters write into the header: SpamAssassin's and rspamd's X-Spam fields, and Microsoft's
// spam confidence level, of which 5 and more means spam.
func spamVerdict(h message.Header) string {
	yes := func(v string) bool { return strings.HasPrefix(strings.ToLower(strings.TrimSpace(v)), "yes") }
	for _, name := range []string{"X-Spam-Flag", "X-Spam-Status", "X-Spam"} {
		if v := h.Get(name); yes(v) {
			return name + " says yes"
		}
	}
	scl := strings.TrimSpace(h.Get("X-MS-Exchange-Organization-SCL"))
	if len(scl) == 1 && scl >= "5" && scl <= "9" {
		return "the spam confidence level is " + scl
	}
	return ""
}
