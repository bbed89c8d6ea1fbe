package bot

import (
	"fmt"
	"log/slog"
	"slices"
	"time"

	"triaged/internal/agenda"
	"triaged/internal/authority"
	"triaged/internal/compose"
	"triaged/internal/intake"
	"triaged/internal/message"
	"triaged/internal/request"
	"triaged/internal/store"
	"triaged/internal/suggest"
)

// Desk is a store together with everything that decides about it. It serves the loops, and the shell without them.
type Desk struct {
	store   *store.Store
	policy  *intake.Policy
	plan    *agenda.Policy
	house   compose.House
	model   *suggest.Model
	lessons lessons
	limits  Limits
	retry   Retry
	notify  []string // operators
	clock   Clock
	log     *slog.Logger
	parse   func([]byte) *message.Message // nil: message.Parse; tests have one that fails
	hook    func(string)                  // tests stop here; nil else
	wake    func()                        // tells the loops, if there are any, that a transaction has committed
}

// Limits caps what goes automatically to requesters and strangers.
type Limits struct {
	PerRecipient, PerRequest Rate
}

// Rate is so many mails in such a time; a zero Rate is no limit.
type Rate struct {
	Count int
	Per   time.Duration
}

// Store is the desk's memory.
func (d *Desk) Store() *store.Store { return d.store }

// Policy is what the desk decides by.
func (d *Desk) Policy() *intake.Policy { return d.policy }

// Close lets go of the store.
func (d *Desk) Close() error { return d.store.Close() }

// owe puts a mail into the outbox, held back if a cap says so or nobody is at the address. The desk's own people are outside
// of this.
func (d *Desk) owe(tx *store.Tx, l compose.Letter, now time.Time) {
	held := ""
	switch {
	case !d.capped(l):
	case tx.Unreachable(authority.Normalise(l.To.Address)):
		held = "held: an earlier mail to " + l.To.Address + " bounced for good"
	default:
		held = d.cap(tx, l, now)
	}
	tx.Owe(l, held)
}

// capped tells whether a mail is subject to the caps, and counts towards them.
func (d *Desk) capped(l compose.Letter) bool {
	return !l.Commands && !d.ofTheDesk(l.To.Address)
}

// cappedAbout counts the mails about a request since a time that count towards its cap.
func (d *Desk) cappedAbout(tx *store.Tx, n request.Number, since time.Time) (count int) {
	_, out := tx.Mails(n)
	for _, id := range slices.Backward(out) {
		e, _ := tx.Entry(id)
		if e.Letter.At.Before(since) {
			break
		}
		if e.State != store.Held && d.capped(e.Letter) {
			count++
		}
	}
	return count
}

func (d *Desk) cap(tx *store.Tx, l compose.Letter, now time.Time) string {
	over := func(r Rate, count func(time.Time) int) bool {
		return r.Count > 0 && count(now.Add(-r.Per)) >= r.Count
	}
	if over(d.limits.PerRecipient, func(since time.Time) int { return tx.MailsTo(l.To.Address, since) }) {
		return fmt.Sprintf("held: %s got %d mails within %s", l.To.Address, d.limits.PerRecipient.Count, d.limits.PerRecipient.Per)
	}
	if l.Request != 0 && over(d.limits.PerRequest, func(since time.Time) int { return d.cappedAbout(tx, l.Request, since) }) {
		return fmt.Sprintf("held: %d mails about it within %s", d.limits.PerRequest.Count, d.limits.PerRequest.Per)
	}
	return ""
}

// footLine describes a mail that was set aside, for the end of a digest.
func (d *Desk) footLine(row store.Row) string {
	raw, err := d.store.Raw(row.Raw)
	if err != nil {
		return fmt.Sprintf("mail %d: %s", row.Number, row.Reason)
	}
	m := d.readHeader(raw.Data)
	return fmt.Sprintf("mail %d: %s wrote %q (%s)", row.Number, m.From.Address, m.Subject, row.Reason)
}

// material collects the texts behind a letter's references.
func (d *Desk) material(tx *store.Tx, l compose.Letter) compose.Material {
	m := compose.Material{Topic: tx.Text(l.Topic)}
	switch {
	case l.Work != nil:
		for _, row := range l.Work.Rows {
			m.Rows = append(m.Rows, compose.RowMaterial{Subject: tx.Text(row.Subject)})
		}
	case l.Acknowledgement != nil:
		m.Text = tx.Text(l.Acknowledgement.Asked)
	case l.Notice != nil:
		m.Text = tx.Text(l.Notice.Text)
		m.Attachments = d.attachments(tx, l.Notice.Mail)
		if r, ok := tx.Request(l.Request); ok && r.Uncategorized() {
			m.Suggestions = d.suggestions(tx, r)
		}
	case l.Receipt != nil:
		m.Note = tx.Text(l.Receipt.Note)
	case l.Outcome != nil:
		m.Text = tx.Text(l.Outcome.Text)
	case l.Queue != nil:
		for _, row := range l.Queue.Rows {
			r, _ := tx.Request(row.Request)
			m.Rows = append(m.Rows, compose.RowMaterial{
				Subject: tx.Text(row.Subject), Text: tx.Text(row.Text), Suggestions: d.suggestions(tx, r),
			})
		}
	}
	return m
}

// attachments are the files of a received mail, read from its raw bytes. Pictures of its layout are left out.
func (d *Desk) attachments(tx *store.Tx, ledger uint64) []message.Attachment {
	row, ok := tx.Row(ledger)
	if !ok || row.Raw == (store.RawRef{}) {
		return nil
	}
	raw, err := d.store.Raw(row.Raw)
	if err != nil {
		d.log.Error("raw mail", "ledger", ledger, "error", err)
		return nil
	}
	var files []message.Attachment
	for _, a := range message.Parse(raw.Data).Attachments {
		if !a.Inline {
			files = append(files, a)
		}
	}
	return files
}

// tellOperators owes each operator a mail about trouble with the bot itself.
func (d *Desk) tellOperators(tx *store.Tx, now time.Time, subject string, lines ...string) {
	d.tellOperatorsOf(tx, now, 0, subject, lines...)
}

// tellOperatorsOf is tellOperators about one mail in the outbox, which an answer can then order about.
func (d *Desk) tellOperatorsOf(tx *store.Tx, now time.Time, outbox uint64, subject string, lines ...string) {
	for _, address := range d.notify {
		tx.Owe(compose.Letter{
			Kind: compose.Operator, To: request.Person{Address: address}, At: now, Commands: true,
			Plain: &compose.PlainBody{Subject: subject, Lines: lines, Outbox: outbox},
		}, "")
	}
}
