package message

import (
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// Reading is a Message as `triaged parse --json` prints it: one JSON object, whose names scripts rely on.
type Reading struct {
	File          string              `json:"file"`
	From          *Address            `json:"from"` // null if the mail has no usable author
	To            []Address           `json:"to"`
	Cc            []Address           `json:"cc"`
	ReplyTo       []Address           `json:"reply_to"`
	Subject       string              `json:"subject"`
	Topic         string              `json:"topic"`
	Date          *time.Time          `json:"date"` // null if missing or impossible
	MessageID     string              `json:"message_id"`
	InReplyTo     []string            `json:"in_reply_to"`
	References    []string            `json:"references"`
	Text          string              `json:"text"`
	Reply         string              `json:"reply"`
	Elided        string              `json:"elided"`
	Attachments   []ReadingAttachment `json:"attachments"`
	Kind          Kind                `json:"kind"`
	KindReason    string              `json:"kind_reason"`
	Bounce        []Report            `json:"bounce"`
	ForwardedFrom *ReadingForward     `json:"forwarded_from"` // null if the mail is no forward
	Language      string              `json:"language"`
	Signed        bool                `json:"signed"`
	Encrypted     bool                `json:"encrypted"`
	Fingerprint   string              `json:"fingerprint"`
	Defects       []string            `json:"defects"`
}

// ReadingAttachment is an attachment with its checksum in hexadecimal.
type ReadingAttachment struct {
	Attachment
	SHA256 string `json:"sha256"`
}

// ReadingForward is the author, date and subject of a forwarded mail.
type ReadingForward struct {
	Address
	Date    *time.Time `json:"date"`
	Subject string     `json:"subject"`
}

// Reading returns the message in the shape in which it is printed. File is the name it was read from.
func (m *Message) Reading(file string) Reading {
	r := Reading{
		File: file, To: orEmpty(m.To), Cc: orEmpty(m.Cc), ReplyTo: orEmpty(m.ReplyTo),
		Subject: m.Subject, Topic: m.Topic, Date: utcOrNil(m.Date), MessageID: m.MessageID,
		InReplyTo: orEmpty(m.InReplyTo), References: orEmpty(m.References),
		Text: m.Text, Reply: m.Reply, Elided: m.Elided, Attachments: make([]ReadingAttachment, 0, len(m.Attachments)),
		Kind: m.Kind, KindReason: m.KindReason, Bounce: orEmpty(m.Reports), Language: m.Language,
		Signed: m.Signed, Encrypted: m.Encrypted, Fingerprint: hex.EncodeToString(m.Fingerprint[:]),
		Defects: orEmpty(m.Defects),
	}
	if m.From != (Address{}) {
		r.From = &m.From
	}
	for _, a := range m.Attachments {
		r.Attachments = append(r.Attachments, ReadingAttachment{a, hex.EncodeToString(a.SHA256[:])})
	}
	if f := m.Forwarded; f != nil {
		r.ForwardedFrom = &ReadingForward{f.From, utcOrNil(f.Date), f.Subject}
	}
	return r
}

// orEmpty makes a missing list print as [] rather than null.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func utcOrNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// String shows the reading to an operator: what the mail is taken for and why, who wrote it, what is new in it and what is not.
// Fields that the mail lacks are left out, except for its author and the newly written part, whose absence tells something.
func (r Reading) String() string {
	var b strings.Builder
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%-12s %s\n", name, value)
		}
	}
	line("file", r.File)
	line("kind", string(r.Kind)+": "+r.KindReason)
	for _, p := range r.Bounce {
		line("report", p.String())
	}
	if r.From == nil {
		line("from", "nobody that can be read")
	} else {
		line("from", r.From.String())
	}
	line("to", joinAddresses(r.To))
	line("cc", joinAddresses(r.Cc))
	line("reply to", joinAddresses(r.ReplyTo))
	line("subject", r.Subject)
	if r.Topic != r.Subject {
		line("topic", r.Topic)
	}
	line("date", showTime(r.Date))
	line("message id", r.MessageID)
	line("in reply to", strings.Join(r.InReplyTo, " "))
	line("references", strings.Join(r.References, " "))
	line("language", r.Language)
	if r.Signed {
		line("signed", "yes, not verified")
	}
	if r.Encrypted {
		line("encrypted", "yes: what is inside cannot be read here")
	}
	if f := r.ForwardedFrom; f != nil {
		line("forwarded", joinWords(f.String(), showTime(f.Date), f.Subject))
	}
	for _, a := range r.Attachments {
		line("attachment", a.String())
	}
	for _, d := range r.Defects {
		line("repaired", d)
	}
	passage(&b, "newly written", r.Reply)
	if r.Reply == "" {
		b.WriteString("\nnewly written: nothing\n")
	}
	passage(&b, "the rest", r.Elided)
	return b.String()
}

// String shows what became of one recipient, and whether trying again is pointless.
func (r Report) String() string {
	lasts := ""
	switch {
	case r.Permanent():
		lasts = "for good"
	case r.Action == "failed" || r.Action == "delayed":
		lasts = "for now"
	}
	about := ""
	if r.OriginalMessageID != "" {
		about = "(about " + r.OriginalMessageID + ")"
	}
	return joinWords(r.Recipient, r.Action, lasts, r.Status, r.Diagnostic, about)
}

// String shows a file by name, type and size, and whose mail it is if it is one.
func (a ReadingAttachment) String() string {
	s := fmt.Sprintf("%s (%s, %d bytes", a.Name, a.Type, a.Size)
	if a.Inline {
		s += ", belongs to the text"
	}
	s += ")"
	if m := a.Mail; m != nil && m.From != (Address{}) {
		s = joinWords(s, "a mail from", m.From.String()+":", m.Subject)
	}
	return s
}

// joinWords joins what is not empty with single spaces, on one line.
func joinWords(list ...string) string { return squeeze(strings.Join(list, " ")) }

func passage(b *strings.Builder, title, text string) {
	if text != "" {
		text = strings.ReplaceAll(text, "\n", "\n  | ")
		fmt.Fprintf(b, "\n%s:\n  | %s\n", title, strings.ReplaceAll(text, "| \n", "|\n"))
	}
}

func joinAddresses(list []Address) string {
	all := make([]string, len(list))
	for i, a := range list {
		all[i] = a.String()
	}
	return strings.Join(all, ", ")
}

func showTime(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(time.RFC3339)
}
