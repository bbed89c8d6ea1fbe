package intake

import (
	"regexp"
	"slices"
	"strings"

	"triaged/internal/chart"
	"triaged/internal/command"
	"triaged/internal/compose"
	"triaged/internal/request"
)

// setting is what the command reader needs to know of this mail.
func (d *decision) setting() command.Setting {
	s := command.Setting{
		Prefix: d.policy.Prefix, DayFirst: d.policy.DayFirst, Today: command.DateOf(d.now.In(d.policy.Zone)),
		Author: d.m.From.Name, Staff: d.isStaff,
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
	case compose.Digest, compose.Outage:
		return command.Digest
	case compose.Confirmation:
		return command.Confirmation
	case compose.Receipt:
		return command.Receipt
	case compose.Operator:
		return command.Trouble
	}
	return command.Other
}

// read reads what the author newly wrote, the subject included. In an answer to the bot's own mail, the bot's words are
// taken out first, whatever the mail program marked as quoted; and what was typed among them is found below the marks.
func (d *decision) read() {
	if d.reading.Note != "" || len(d.reading.Commands) > 0 {
		return
	}
	if d.answered == nil && !d.isStaff && !strings.ContainsAny(d.m.Subject+d.m.Text, hashes) {
		d.reading.Note = d.m.Reply // only answers to the bot's own mails can hold commands without a number sign
		return
	}
	s := d.setting()
	text := d.m.Reply
	if d.answered != nil && len(d.answered.Forms) > 0 {
		text = d.printed().NewWords(text)
	}
	if d.isStaff && d.thread != 0 && !d.answersDirectly() && strings.ContainsAny(text, hashes) {
		text = command.Sent{Renderings: []string{d.othersWords()}, Prefix: d.policy.Prefix}.NewWords(text)
	}
	d.reading = command.Read(text, s)
	if d.answersDirectly() && d.m.Elided != "" {
		d.readAmongQuotes(s)
	}
	topic := ""
	if d.subjectIsNew() {
		topic = d.m.Topic
	}
	fromSubject := command.ReadSubject(topic, s)
	d.reading.Commands = append(fromSubject.Commands, d.reading.Commands...)
	d.reading.Mistakes = append(fromSubject.Mistakes, d.reading.Mistakes...)
	d.reading.Keys = append(d.reading.Keys, fromSubject.Keys...)
	if d.isStaff && d.answersDirectly() && len(d.reading.Commands)+len(d.reading.Mistakes) == 0 {
		d.readDoubtful(s)
	}
}

// readDoubtful names a bare code where nothing tells whether the author typed it or the quotation ends with it.
func (d *decision) readDoubtful(s command.Setting) {
	if s.Answer != command.Notice && s.Answer != command.Reminder && s.Answer != command.Digest {
		return
	}
	for _, line := range d.printed().Doubtful(d.m.Text) {
		r := command.Read(line, s)
		if len(r.Commands) != 1 || !r.Bare {
			continue
		}
		c := r.Commands[0]
		if c.Verb == command.Categorize && !s.Codes(c.Code) {
			continue
		}
		d.reading.Mistakes = append(d.reading.Mistakes, command.Doubt(c, s.Prefix))
	}
}

// subjectIsNew tells whether the author wrote the subject: it stands in a new mail, or in an answer to a mail of the bot's
// that had another. In an answer to anybody else it may be that person's.
func (d *decision) subjectIsNew() bool {
	if d.answered == nil {
		return len(d.m.InReplyTo)+len(d.m.References) == 0 && !replyPrefix.MatchString(d.m.Subject)
	}
	same := func(s string) string { return plainWords(command.Neutralise(s)) } // a gateway may have turned our signs back
	return d.repliesTo(d.answered.MessageID) && (d.answered.Subject == "" || !strings.Contains(same(d.m.Subject), same(d.answered.Subject)))
}

var replyPrefix = regexp.MustCompile(`^\s*(\[[^\]]*\]\s*)?\p{L}{1,4}(\[\d+\])?\s*:`)

// othersWords is what people but the author wrote in the request's mails. Where the author's mail program quotes them
// without marks, they must not become the author's.
func (d *decision) othersWords() string {
	const most = 256 << 10 // bytes
	var b strings.Builder
	for _, e := range slices.Backward(d.facts.Events(d.thread)) {
		if (e.Type == request.Opened || e.Type == request.Added) && e.By != d.from() && b.Len() < most {
			b.WriteString(d.facts.Text(e.Text) + "\n\n")
		}
	}
	return b.String()
}

// hashes are the number signs that a command can begin with, as keyboards and autocorrection make them.
const hashes = "#＃﹟"

// answersDirectly tells whether the mail that is quoted below is the bot's own, and not somebody's answer to it, whose
// words would be taken for the author's. Where a service replaced the bot's Message-ID, its pseudo-reference is the last.
func (d *decision) answersDirectly() bool {
	return d.answered != nil && len(d.answered.Forms) > 0 && d.repliesTo(d.answered.MessageID)
}

func (d *decision) repliesTo(id string) bool {
	if slices.Contains(d.m.InReplyTo, id) {
		return true
	}
	n := len(d.m.References)
	return n > 0 && d.m.References[n-1] == id ||
		n > 1 && d.m.References[n-2] == id && slices.Contains(d.m.InReplyTo, d.m.References[n-1])
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
// stands there is the mail program's, unless it is a remark beside a row and other rows say what to do.
func (d *decision) readAmongQuotes(s command.Setting) {
	const most = 500 // lines
	var remarks []command.Mistake
	n := 0
	s.Beside = strings.TrimSpace(d.reading.Note) != "" && !d.reading.Bare
	for line := range strings.Lines(d.printed().NewWords(d.m.Elided)) {
		if n++; n > most {
			break
		}
		r := command.Read(line, s)
		remarks = append(remarks, r.Remarks...)
		if strings.TrimSpace(r.Note) != "" {
			continue
		}
		d.reading.Commands = append(d.reading.Commands, r.Commands...)
		for _, m := range r.Mistakes {
			if len(m.Near) > 0 || m.Row {
				d.reading.Mistakes = append(d.reading.Mistakes, m)
			}
		}
	}
	if len(d.reading.Commands) > 0 { // else the mail program may have put them there
		d.reading.Mistakes = append(d.reading.Mistakes, remarks...)
	}
}
