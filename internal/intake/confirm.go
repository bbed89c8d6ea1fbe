package intake

import (
	"strings"

	"triaged/internal/authority"
	"triaged/internal/command"
	"triaged/internal/compose"
	"triaged/internal/message"
	"triaged/internal/request"
)

// holdForProof asks the author of commands that nothing proves whether they wrote them. Nothing has happened yet.
func (d *decision) holdForProof() bool {
	var lines []string
	for _, c := range d.reading.Commands {
		lines = append(lines, c.Raw)
	}
	if len(lines) == 0 || !answerable(d.m.From.Address) {
		return false
	}
	body := &compose.ConfirmationBody{Commands: lines, Request: d.thread, Held: d.env.Ledger}
	if d.answered != nil {
		body.Answered = d.answered.MessageID
	}
	l := compose.Letter{
		Kind: compose.Confirmation, To: d.author(), Commands: d.isStaff, Request: d.thread, InReplyTo: d.m.MessageID,
		References: d.m.References, Topic: d.topicOf(d.thread), Confirmation: body,
	}
	if !d.isStaff {
		l.Language = d.m.Language
	}
	d.owe(l)
	return d.end(HeldForProof, "nothing proves that %s wrote it: %s", d.m.From.Address, d.proof.Why)
}

func (d *decision) topicOf(n request.Number) request.TextRef {
	r, _ := d.desk.request(n)
	return r.Subject
}

// confirmation takes the answer to a mail that asked whether somebody wrote a command: yes, no, or the command once more.
func (d *decision) confirmation() bool {
	if d.answered == nil || d.answered.Letter.Confirmation == nil || !d.proof.Proven {
		return false
	}
	d.read()
	asked := d.answered.Letter.Confirmation
	for _, c := range d.reading.Commands {
		switch {
		case c.Verb == command.No:
			d.receipt([]compose.ReceiptItem{{Said: c.Raw, Result: "nothing was done"}}, compose.ReceiptBody{})
			d.verdict.Links = append(d.verdict.Links, d.answered.ID)
			return d.end(Declined, "its author says no to: %s", strings.Join(asked.Commands, "; "))
		case c.Verb == command.Yes || repeats(c.Raw, asked.Commands):
			return d.confirmed(asked)
		}
	}
	return false
}

func repeats(said string, asked []string) bool {
	plain := func(s string) string {
		return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return strings.ContainsRune(hashes+" .–—-\u00a0", r) }), " ")
	}
	for _, a := range asked {
		if plain(a) == plain(said) {
			return true
		}
	}
	return false
}

// confirmed decides the held mail anew, as if it had come with proof. It does so once.
func (d *decision) confirmed(asked *compose.ConfirmationBody) bool {
	past, why := d.again(asked.Held)
	switch {
	case d.facts.LinkUsed(d.answered.ID):
		why = "that was answered before"
	case why == "" && past.from() != d.from():
		why = "only " + past.m.From.Address + " can say so"
	}
	if why != "" {
		d.receipt([]compose.ReceiptItem{{Said: "yes", Result: why}}, compose.ReceiptBody{})
		return d.end(RefusedCommand, "%s", why)
	}
	past.proof = authority.Proof{Proven: true, By: d.proof.By, Why: "confirmed"}
	past.verdict.Links = append(past.verdict.Links, d.answered.ID)
	past.verdict.Thread = append(past.verdict.Thread, d.m.MessageID)
	past.decide([]func(*decision) bool{(*decision).forward, (*decision).commands, (*decision).answer, (*decision).open})
	past.verdict.Reason = "confirmed: " + past.verdict.Reason
	d.verdict = past.verdict
	return true
}

// again begins to decide an earlier mail once more, as part of this one's decision. The steps are the caller's choice.
func (d *decision) again(ledger uint64) (past *decision, why string) { return d.againFrom(ledger, nil) }

// againFrom is again for an author that somebody names, where the mail names none that helps; nil for the mail's own.
func (d *decision) againFrom(ledger uint64, author *message.Address) (past *decision, why string) {
	kept, ok := d.facts.Mail(ledger)
	if !ok {
		return nil, "that mail is no longer kept"
	}
	if author != nil {
		named := *kept.Message
		named.From = *author
		kept.Message = &named
	}
	past = &decision{m: kept.Message, env: d.env, facts: d.facts, policy: d.policy, now: d.now, desk: d.desk, origin: ledger}
	past.env.Received, past.env.Mailbox, past.env.Shell, past.env.Junk = kept.Received, kept.Mailbox, false, false
	past.box = d.policy.Mailboxes[kept.Mailbox]
	if past.policy.ours(past.m.From.Address) && !past.unrewrite() || past.m.From.Address == "" {
		return nil, "nobody is named in its From"
	}
	past.weigh()
	past.locate()
	return past, ""
}
