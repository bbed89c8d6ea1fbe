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

// setting is what the command reader needs to know of this mail.
func (d *decision) setting() command.Setting {
	s := command.Setting{
		Prefix: d.policy.Prefix, DayFirst: d.policy.DayFirst, Today: command.DateOf(d.now.In(d.policy.Zone)),
		Author: d.m.From.Name,
		Codes: func(c chart.Code) bool {
			_, ok := d.policy.Chart.Lookup(c)
			return ok
		},
	}
	if d.answered == nil {
		return s
	}
	s.Listed = len(d.answered.Listed)
	s.Answer = answerKind(d.answered.Letter.Kind)
	for _, row := range d.answered.Listed {
		s.Offered = s.Offered || len(row.Codes) > 0
	}
	return s
}

func answerKind(k compose.Kind) command.Answer {
	switch k {
	case compose.Notice, compose.Breach, compose.FollowUp:
		return command.Notice
	case compose.Reminder:
		return command.Reminder
	case compose.Digest:
		return command.Digest
	case compose.Confirmation:
		return command.Confirmation
	case compose.Receipt:
		return command.Receipt
	}
	return command.Other
}

// read reads what the author newly wrote, the subject included. In an answer to the bot's own mail, the bot's words are
// taken out first, whatever the mail program marked as quoted; and what was typed among them is found below the marks.
func (d *decision) read() {
	if d.reading.Note != "" || len(d.reading.Commands) > 0 {
		return
	}
	if d.answered == nil && !strings.ContainsAny(d.m.Subject+d.m.Text, hashes) {
		d.reading.Note = d.m.Reply // only answers to the bot's own mails can hold commands without a number sign
		return
	}
	s := d.setting()
	text := d.m.Reply
	if d.answered != nil && len(d.answered.Forms) > 0 {
		text = d.printed().NewWords(text)
	}
	d.reading = command.Read(text, s)
	if d.answersDirectly() && d.m.Elided != "" {
		d.readAmongQuotes(s)
	}
	topic := d.m.Topic
	if d.answered != nil && d.answered.Subject != "" && strings.Contains(plainWords(d.m.Subject), plainWords(d.answered.Subject)) {
		topic = "" // the bot's own subject came back: nothing in it is new
	}
	fromSubject := command.ReadSubject(topic, s)
	d.reading.Commands = append(fromSubject.Commands, d.reading.Commands...)
	d.reading.Mistakes = append(fromSubject.Mistakes, d.reading.Mistakes...)
	d.reading.Keys = append(d.reading.Keys, fromSubject.Keys...)
}

// hashes are the number signs that a command can begin with, as keyboards and autocorrection make them.
const hashes = "#＃﹟"

// answersDirectly tells whether the mail that is quoted below is the bot's own, and not somebody's answer to it, whose
// words would be taken for the author's. Where a service replaced the bot's Message-ID, its pseudo-reference is the last.
func (d *decision) answersDirectly() bool {
	if d.answered == nil || len(d.answered.Forms) == 0 {
		return false
	}
	if slices.Contains(d.m.InReplyTo, d.answered.MessageID) {
		return true
	}
	n := len(d.m.References)
	return n > 0 && d.m.References[n-1] == d.answered.MessageID ||
		n > 1 && d.m.References[n-2] == d.answered.MessageID && slices.Contains(d.m.InReplyTo, d.m.References[n-1])
}

// printed is the answered mail as the bot printed it.
func (d *decision) printed() command.Sent {
	sent := command.Sent{Renderings: d.answered.Forms, Prefix: d.policy.Prefix}
	for _, row := range d.answered.Listed {
		sent.Listed = append(sent.Listed, int64(row.Request))
	}
	return sent
}

// readAmongQuotes finds commands that were typed into the quoted mail. Each line must be a command by itself: what else
// stands there is the mail program's.
func (d *decision) readAmongQuotes(s command.Setting) {
	const most = 500 // lines
	n := 0
	for line := range strings.Lines(d.printed().NewWords(d.m.Elided)) {
		if n++; n > most {
			return
		}
		r := command.Read(line, s)
		if strings.TrimSpace(r.Note) != "" {
			continue
		}
		d.reading.Commands = append(d.reading.Commands, r.Commands...)
		for _, m := range r.Mistakes {
			if len(m.Near) > 0 {
				d.reading.Mistakes = append(d.reading.Mistakes, m)
			}
		}
	}
}

// confirmation takes the answer to a mail that asked whether somebody wrote a command.
func (d *decision) confirmation() bool {
	if d.answered == nil || d.answered.Letter.Kind != compose.Confirmation || !d.proof.Proven {
		return false
	}
	d.read()
	asked := d.answered.Letter.Confirmation
	for _, c := range d.reading.Commands {
		switch c.Verb {
		case command.No:
			d.receipt([]compose.ReceiptItem{{Said: c.Raw, Result: "nothing was done"}}, compose.ReceiptBody{})
			return d.end(Declined, "its author says no to: %s", strings.Join(asked.Commands, "; "))
		case command.Yes:
			return d.confirmed(asked)
		}
	}
	return false
}

// confirmed carries out what was held. It is read again as if it had come with proof.
func (d *decision) confirmed(asked *compose.ConfirmationBody) bool {
	if sent, ok := d.facts.Sent(asked.Answered); ok {
		d.answered = &sent
	} else {
		d.answered = nil
	}
	d.thread = asked.Request
	d.verdict.Request = d.thread
	d.reading = command.Read(strings.Join(asked.Commands, "\n"), d.setting())
	return d.run(d.thread)
}

// commands carries out what a staff member, or a requester about their own request, tells the bot to do.
func (d *decision) commands() bool {
	d.read()
	if len(d.reading.Commands)+len(d.reading.Mistakes) == 0 {
		return false
	}
	if !d.isStaff {
		return d.requesterCommands()
	}
	if !d.proof.Proven {
		return d.holdForProof()
	}
	if d.thread == 0 && d.answered == nil && d.opensByCommand() {
		return d.openCommanded()
	}
	return d.run(d.thread)
}

// requesterCommands lets requesters act on their own requests. Anybody else's tags are text.
func (d *decision) requesterCommands() bool {
	r, ok := d.desk.request(d.thread)
	own := ok && authority.Normalise(r.Requester.Address) == d.from()
	for _, c := range d.reading.Commands {
		if may, _ := authority.May(authority.NoRole, own, c.Verb); !may || !c.Requests.IsZero() {
			d.reading = command.Reading{Note: d.m.Reply}
			d.aside = "a tag was ignored: its author is not staff"
			return false
		}
	}
	if len(d.reading.Commands) == 0 {
		return false // what only looks like a command is text
	}
	if d.proof.Failed {
		return false
	}
	d.reading.Mistakes = nil
	return d.run(d.thread)
}

// holdForProof asks a staff member whose mail proves nothing whether they wrote it. Nothing has happened yet.
func (d *decision) holdForProof() bool {
	var lines []string
	for _, c := range d.reading.Commands {
		lines = append(lines, c.Raw)
	}
	if len(lines) == 0 {
		return false
	}
	body := &compose.ConfirmationBody{Commands: lines, Request: d.thread}
	if d.answered != nil {
		body.Answered = d.answered.MessageID
	}
	d.owe(compose.Letter{
		Kind: compose.Confirmation, To: d.author(), Commands: true, Request: d.thread, InReplyTo: d.m.MessageID,
		References: d.m.References, Topic: d.topicOf(d.thread), Confirmation: body,
	})
	return d.end(HeldForProof, "nothing proves that %s wrote it: %s", d.m.From.Address, d.proof.Why)
}

func (d *decision) topicOf(n request.Number) request.TextRef {
	r, _ := d.desk.request(n)
	return r.Subject
}

// opensByCommand tells whether a new mail with commands is a request of its own: a phone entry, or a staff member's own
// request that is categorized at once. A mail that names other requests, or asks for help, is not.
func (d *decision) opensByCommand() bool {
	for _, c := range d.reading.Commands {
		switch c.Verb {
		case command.OnBehalf:
			return true
		case command.Help, command.Status, command.Reviewed, command.Undo:
			return false
		}
		if !c.Requests.IsZero() {
			return false
		}
	}
	return len(d.reading.Commands) > 0 && strings.TrimSpace(d.reading.Note) != ""
}

// openCommanded opens a request for the author, or for whom `#for` names, and carries out the other commands on it.
func (d *decision) openCommanded() bool {
	o := opening{person: d.author(), source: request.Email, text: d.reading.Note, silent: !d.fresh()}
	i := slices.IndexFunc(d.reading.Commands, func(c command.Command) bool { return c.Verb == command.OnBehalf })
	coded := slices.ContainsFunc(d.reading.Commands, func(c command.Command) bool { return c.Verb == command.Categorize })
	if i >= 0 {
		c := d.reading.Commands[i]
		d.reading.Commands = slices.Delete(slices.Clone(d.reading.Commands), i, i+1)
		o.person = request.Person{Name: d.policy.Directory[authority.Normalise(c.Who)].Name, Address: c.Who}
		if d.staff.Role == authority.Analyst || d.staff.Role == authority.Supervisor {
			o.source = request.Phone
			if !coded {
				item := compose.ReceiptItem{Said: c.Raw, Result: "a phone entry needs its code at once (SOP, step 1): add a line such as #1-3"}
				d.receipt([]compose.ReceiptItem{item}, compose.ReceiptBody{})
				return d.end(RefusedCommand, "a phone entry without a code")
			}
		}
	}
	n := d.openRequest(o)
	d.run(n)
	r, _ := d.desk.request(n)
	if r.Code.IsZero() {
		return d.end(Opened, "%s: opened by %s for %s", d.label(n), d.m.From.Address, o.person.Address)
	}
	return d.end(OpenedCategorized, "%s: opened by %s for %s as %s", d.label(n), d.m.From.Address, o.person.Address, r.Code)
}

// run carries out every command of the mail, and answers with one receipt. A command that fails does not stop the rest.
func (d *decision) run(n request.Number) bool {
	x := &execution{d: d, about: n}
	for _, c := range d.reading.Commands {
		x.command(c)
	}
	for _, m := range d.reading.Mistakes {
		x.mistake(m)
	}
	if note := strings.TrimSpace(d.reading.Note); note != "" && x.done > 0 && d.isStaff && x.about != 0 && !d.opened(x.about) {
		d.note(x.about, note)
		x.body.Note = request.RefOf(note)
	}
	if d.proof.Link != nil && x.done > 0 {
		d.verdict.Links = append(d.verdict.Links, d.proof.Link.Nonce)
	}
	d.held(x)
	d.receipt(x.items, x.body)
	if d.thread != 0 || len(x.touched) == 1 {
		d.verdict.Thread = append(d.verdict.Thread, d.m.MessageID)
	}
	if len(x.touched) == 1 && d.verdict.Request == 0 {
		d.verdict.Request = x.touched[0]
	}
	return d.end(x.outcome(), "%s, proven by %s", x.summary(), by(d.proof))
}

func by(p authority.Proof) string {
	if p.By == authority.ByNothing {
		return "nothing"
	}
	return string(p.By)
}

// opened tells whether this very mail opened the request, whose text then holds the note already.
func (d *decision) opened(n request.Number) bool {
	_, had := d.facts.Request(n)
	return !had
}

// held records that a review was held when an analyst acts on a digest (SOP, process step 4).
func (d *decision) held(x *execution) {
	if d.answered == nil || d.answered.Letter.Kind != compose.Digest || d.staff.Role != authority.Analyst || x.done == 0 {
		return
	}
	d.verdict.Desk = append(d.verdict.Desk, DeskEvent{
		At: d.now, Type: ReviewHeld, By: d.from(), Review: d.answered.Letter.Queue.Review,
	})
}

// receipt owes the one mail that answers a mail of commands.
func (d *decision) receipt(items []compose.ReceiptItem, body compose.ReceiptBody) {
	if len(items) == 0 && !body.Help {
		return
	}
	body.Items, body.Cause = items, d.env.Ledger
	about := d.verdict.Request
	for _, item := range items {
		if item.Done && item.Request != 0 {
			body.Undo = true
		}
		if about == 0 && len(items) == 1 {
			about = item.Request
		}
	}
	l := compose.Letter{
		Kind: compose.Receipt, To: d.author(), Commands: d.isStaff, Request: about, Topic: d.topicOf(about),
		InReplyTo: d.m.MessageID, References: d.m.References, Receipt: &body,
	}
	if !d.isStaff {
		body.Undo = false
		l.Language = d.m.Language
	}
	d.owe(l)
}

func (x *execution) summary() string {
	if x.failed == 0 {
		return fmt.Sprintf("%d done", x.done)
	}
	return fmt.Sprintf("%d done, %d refused", x.done, x.failed)
}
