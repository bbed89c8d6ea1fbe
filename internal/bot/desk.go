package bot

import (
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"triaged/internal/compose"
	"triaged/internal/intake"
	"triaged/internal/message"
	"triaged/internal/request"
	"triaged/internal/store"
)

// Desk is an office that decides by one set of rules: those of the moment when it was asked for. It serves the loops, and
// the shell without them. Whoever decides something takes the desk of today once, so that one decision has one policy.
type Desk struct {
	*office
	*rules
}

// office is what stays when the rules change: a store, and what is around it.
type office struct {
	store   *store.Store
	current atomic.Pointer[rules]
	change  sync.Mutex // held while rules are exchanged; guards rotateAt
	lessons lessons
	breaker breaker
	doors   doors
	pulse   pulse
	vitals  vitals
	rim     Rim
	clock   Clock
	log     *slog.Logger
	parse   func([]byte) *message.Message // nil: message.Parse; tests have one that fails
	hook    func(string)                  // tests stop here; nil else
	holding sync.Mutex
	moments moments // guarded by holding
	wake    func()  // tells the loops, if there are any, that a transaction has committed

	rotateAt time.Time // when to make a new key; zero: not known yet
}

// today is the desk by the rules of this moment.
func (o *office) today() *Desk { return &Desk{o, o.current.Load()} }

// point is where tests stop.
func (o *office) point(name string) {
	if o.hook != nil {
		o.hook(name)
	}
}

// Limits caps what goes automatically to requesters and strangers, and what the bot sends in all.
type Limits struct {
	PerRecipient, PerRequest Rate
	Breaker                  Rate
}

// Rate is so many mails in such a time; a zero Rate is no limit.
type Rate struct {
	Count int
	Per   time.Duration
}

// Store is the desk's memory.
func (o *office) Store() *store.Store { return o.store }

// Policy is what the desk decides by.
func (d *Desk) Policy() *intake.Policy { return d.policy }

// Close lets go of the store.
func (o *office) Close() error { return o.store.Close() }

// footLine describes a mail that was set aside, for the end of a digest, and says of what kind it is.
func (d *Desk) footLine(row store.Row) (line string, kind message.Kind) {
	raw, err := d.store.Raw(row.Raw)
	if err != nil {
		return fmt.Sprintf("mail %d: %s", row.Number, row.Reason), ""
	}
	m := d.readHeader(raw.Data)
	return fmt.Sprintf("mail %d: %s wrote %q (%s)", row.Number, m.From.Address, m.Subject, row.Reason), m.Kind
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
	case l.Outage != nil:
		m.Reports = d.reports(tx, l.Outage.First)
	case l.Queue != nil:
		for _, row := range l.Queue.Rows {
			r, _ := tx.Request(row.Request)
			shown := compose.RowMaterial{Subject: tx.Text(row.Subject), Suggestions: d.suggestions(tx, r)}
			if d.config.Review.Excerpts {
				shown.Text = tx.Text(row.Text)
			}
			m.Rows = append(m.Rows, shown)
		}
	}
	return m
}

// reports are the reports of an outage as they stand.
func (d *Desk) reports(tx *store.Tx, first request.Number) (all []compose.OutageReport) {
	for _, n := range tx.Outage(first) {
		if r, ok := tx.Request(n); ok && r.Outage.First == first && r.Outage.Sure {
			all = append(all, compose.OutageReport{Request: r, Subject: tx.Text(r.Subject), Text: tx.Text(r.Text), Campus: r.Campus})
		}
	}
	return all
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

// tellOperators owes each operator a mail about trouble with the bot itself. It passes every limit.
func (d *Desk) tellOperators(tx *store.Tx, now time.Time, subject string, lines ...string) {
	d.tellOperatorsOf(tx, now, compose.PlainBody{Subject: subject, Lines: lines})
}

// tellOperatorsOf is tellOperators about something that an answer can then order about.
func (d *Desk) tellOperatorsOf(tx *store.Tx, now time.Time, body compose.PlainBody) {
	for _, address := range d.notify {
		tx.Owe(compose.Letter{
			Kind: compose.Operator, To: request.Person{Address: address}, At: now, Commands: true, Plain: &body,
		}, store.Hold{})
	}
}
