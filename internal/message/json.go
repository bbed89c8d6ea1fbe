package message

import (
	"encoding/hex"
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
