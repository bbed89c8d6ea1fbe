package bot

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"triaged/internal/compose"
	"triaged/internal/control"
	"triaged/internal/request"
	"triaged/internal/store"
)

// Case is one request with all that happened to it, as `show` prints it.
type Case struct {
	RequestRow
	Text   string     `json:"text"` // what was asked
	Events []EventRow `json:"events"`
	Mails  []MailRow  `json:"mails"`
}

// EventRow is one event.
type EventRow struct {
	At     time.Time `json:"at"`
	Type   string    `json:"type"`
	By     string    `json:"by"`
	Detail string    `json:"detail"`
}

// MailRow is one mail of a request.
type MailRow struct {
	Ledger    uint64    `json:"ledger"` // of a received mail; 0 of a sent one
	Outbox    uint64    `json:"outbox"` // of a sent mail; 0 of a received one
	MessageID string    `json:"message_id"`
	Direction string    `json:"direction"` // in, out
	From      string    `json:"from"`
	To        string    `json:"to"`
	Subject   string    `json:"subject"`
	At        time.Time `json:"at"`
}

// find reads a number as people write it, "SR-12" or "12", and looks it up.
func (d *Desk) find(tx *store.Tx, label string) (request.Request, error) {
	digits := strings.TrimPrefix(strings.ToUpper(label), strings.ToUpper(d.policy.Prefix)+"-")
	var n request.Number
	if _, err := fmt.Sscanf(digits, "%d", &n); err != nil || n.Label("") != "-"+digits {
		return request.Request{}, control.Mistaken("%q is not a request number such as %s-12", label, d.policy.Prefix)
	}
	r, ok := tx.Request(n)
	if !ok {
		return r, fmt.Errorf("there is no %s", n.Label(d.policy.Prefix))
	}
	return r, nil
}

// Show emits one request with its events and mails. What people wrote is masked as it is in the bot's mails.
func (d *Desk) Show(a Args, emit func(any) error) error {
	now := d.clock.Now()
	return d.store.View(func(tx *store.Tx) error {
		r, err := d.find(tx, a.Number)
		if err != nil {
			return err
		}
		c := d.caseOf(tx, r, now)
		c.Text = compose.Mask(c.Text)
		for i := range c.Events {
			c.Events[i].Detail = compose.Mask(c.Events[i].Detail)
		}
		return emit(c)
	})
}

// caseOf is one request with its events and mails.
func (d *Desk) caseOf(tx *store.Tx, r request.Request, now time.Time) Case {
	c := Case{RequestRow: d.row(tx, r, now), Text: tx.Text(r.Text), Events: []EventRow{}}
	for _, e := range tx.Events(r.Number) {
		detail := e.Detail(d.policy.Prefix)
		if said := tx.Text(e.Text); said != "" && e.Type != request.Opened { // what was asked stands above all
			if detail != "" {
				detail += ": "
			}
			detail += said
		}
		c.Events = append(c.Events, EventRow{At: e.At, Type: string(e.Type), By: e.By, Detail: detail})
	}
	c.Mails = d.mails(tx, r.Number)
	return c
}

// mails are a request's, in the order of their times.
func (d *Desk) mails(tx *store.Tx, n request.Number) []MailRow {
	all := []MailRow{}
	in, out := tx.Mails(n)
	for _, id := range in {
		row, ok := tx.Row(id)
		if !ok || row.Mailbox == Shell {
			continue
		}
		m := MailRow{Ledger: id, MessageID: row.MessageID, Direction: "in", At: row.Received}
		if raw, err := d.store.Raw(row.Raw); err == nil {
			parsed := d.readHeader(raw.Data)
			m.From, m.Subject = parsed.From.Address, parsed.Subject
			if len(parsed.To) > 0 {
				m.To = parsed.To[0].Address
			}
		}
		all = append(all, m)
	}
	for _, id := range out {
		if e, ok := tx.Entry(id); ok {
			all = append(all, MailRow{
				Outbox: id, MessageID: e.MessageID, Direction: "out", From: d.house.Address, To: e.Letter.To.Address,
				Subject: e.Subject, At: e.Letter.At,
			})
		}
	}
	slices.SortStableFunc(all, func(a, b MailRow) int { return a.At.Compare(b.At) })
	return all
}
