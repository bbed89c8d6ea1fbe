package bot

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"triaged/internal/command"
	"triaged/internal/intake"
	"triaged/internal/store"
)

// QuarantineRow is one received mail that waits in the quarantine, or was set aside as unwanted.
type QuarantineRow struct {
	Ledger     uint64    `json:"ledger"`
	Mailbox    string    `json:"mailbox"`
	MessageID  string    `json:"message_id"`
	From       string    `json:"from"`
	Subject    string    `json:"subject"`
	Size       int64     `json:"size"`
	ReceivedAt time.Time `json:"received_at"`
	Outcome    string    `json:"outcome"`
	Reason     string    `json:"reason"`
	Settled    bool      `json:"settled"`       // it was decided anew, opened or done with
	Raw        []byte    `json:"raw,omitempty"` // only where one mail is shown
}

// aside are the outcomes of mails that were set aside as unwanted.
var aside = func() (all []intake.Outcome) {
	for _, m := range intake.Table {
		if m.Outcome.SetAside() {
			all = append(all, m.Outcome)
		}
	}
	return all
}()

// Quarantine emits the received mails that nothing could be done with, and with a.Queue "all" those that were set aside as
// unwanted too. With a.Mails it emits just these, with their bytes.
func (d *Desk) Quarantine(a Args, emit func(any) error) error {
	var all []store.Row
	err := d.store.View(func(tx *store.Tx) error {
		for _, n := range a.Mails {
			row, ok := tx.Row(n)
			if !ok || !row.Outcome.Quarantined() && !row.Outcome.SetAside() {
				return fmt.Errorf("there is no mail %d in the quarantine: `triaged quarantine --all` lists them, and `triaged ledger show %d` shows any mail", n, n)
			}
			all = append(all, row)
		}
		if len(a.Mails) > 0 {
			return nil
		}
		for row := range tx.Quarantine() {
			all = append(all, row)
		}
		for _, outcome := range aside {
			for row := range tx.LedgerOf(outcome, 0) {
				if a.Queue == "all" && !tx.Settled(row.Number) {
					all = append(all, row)
				}
			}
		}
		return nil
	})
	for _, row := range all {
		if err != nil {
			break
		}
		var r QuarantineRow
		if r, err = d.quarantineRow(row, len(a.Mails) > 0); err == nil {
			err = emit(r)
		}
	}
	return err
}

// ShowReceived emits a received mail whole, or what was said at a shell: a.Mails has its number in the ledger, or a.Text its
// Message-ID, of which the first mail that bore it is shown.
func (d *Desk) ShowReceived(a Args, emit func(any) error) error {
	var found store.Row
	err := d.store.View(func(tx *store.Tx) error {
		numbers, what := a.Mails, "mail"
		if a.Text != "" {
			what = fmt.Sprintf("mail with the Message-ID %q", a.Text)
			for _, seen := range tx.Copies(strings.Trim(a.Text, "<> "), [32]byte{}) {
				numbers = append(numbers, seen.Ledger)
			}
		}
		for _, n := range numbers {
			if row, ok := tx.Row(n); ok {
				found = row
				return nil
			}
		}
		if len(a.Mails) > 0 {
			what = fmt.Sprintf("mail %d", a.Mails[0])
		}
		return fmt.Errorf("there is no received %s: `triaged ledger` lists them, and `triaged outbox` what was sent", what)
	})
	if err != nil {
		return err
	}
	if found.Raw == (store.RawRef{}) {
		found.Raw = found.Said
	}
	row, err := d.quarantineRow(found, true)
	if err != nil {
		return err
	}
	return emit(row)
}

func (d *Desk) quarantineRow(row store.Row, whole bool) (QuarantineRow, error) {
	r := QuarantineRow{
		Ledger: row.Number, Mailbox: row.Mailbox, MessageID: row.MessageID, Size: row.Size, ReceivedAt: row.Received,
		Outcome: string(row.Outcome), Reason: row.Reason,
	}
	raw, err := d.store.Raw(row.Raw)
	if err != nil && !errors.Is(err, store.ErrWiped) {
		return r, err
	}
	m := d.readHeader(raw.Data)
	r.From, r.Subject = m.From.Address, m.Subject
	if whole {
		r.Raw = raw.Data
	}
	return r, d.store.View(func(tx *store.Tx) error { r.Settled = tx.Settled(row.Number); return nil })
}

// SentMail is one outgoing mail with its bytes.
type SentMail struct {
	OutboxRow
	Raw []byte `json:"raw"` // as sent, or as it would be sent now
}

// ShowSent emits outgoing mails with their bytes.
func (d *Desk) ShowSent(a Args, emit func(any) error) error {
	for _, id := range a.Mails {
		shown := SentMail{}
		err := d.store.View(func(tx *store.Tx) error {
			e, ok := tx.Entry(id)
			if !ok {
				return fmt.Errorf("there is no mail %d in the outbox", id)
			}
			shown.OutboxRow = d.outboxRow(e)
			if e.Raw != (store.RawRef{}) {
				raw, err := d.store.Raw(e.Raw)
				shown.Raw = raw.Data
				return err
			}
			mail, err := d.renderAs(tx, e.Letter, e.MessageID)
			shown.Raw, shown.Subject = mail.Data, mail.Subject
			return err
		})
		if err != nil {
			return err
		}
		if err := emit(shown); err != nil {
			return err
		}
	}
	return nil
}

// The orders about stuck mails that the shell can give.
const (
	RetryMail   = "retry"
	ReleaseMail = "release"
	DiscardMail = "discard"
)

// OrderSent tries outgoing mails again (retry), sends those that are held (release), or gives them up (discard), and emits
// how they stand then. All of them or none.
func (d *Desk) OrderSent(a Args, emit func(any) error) error {
	now := d.clock.Now()
	var after []OutboxRow
	err := d.store.Update(func(tx *store.Tx) error {
		for _, id := range a.Mails {
			e, ok := tx.Entry(id)
			if !ok {
				return fmt.Errorf("there is no mail %d in the outbox", id)
			}
			o := intake.Order{Verb: command.Retry, Outbox: id, By: Shell}
			switch {
			case e.State == store.Sent:
				return fmt.Errorf("mail %d was sent already", id)
			case a.Order == ReleaseMail && e.State != store.Held:
				return fmt.Errorf("mail %d is %s, not held: `triaged outbox retry` tries it again", id, e.State)
			case a.Order == DiscardMail:
				o.Verb = command.Discard
			}
			if err := d.carryOut(tx, o, now); err != nil {
				return err
			}
			e, _ = tx.Entry(id)
			after = append(after, d.outboxRow(e))
		}
		return nil
	})
	return emitAll(d, err, after, emit)
}

// OrderReceived decides mails of the quarantine anew (retry), or is done with them (discard), and emits what became of
// them. All of them or none.
func (d *Desk) OrderReceived(a Args, emit func(any) error) error {
	now := d.clock.Now()
	var made recorded
	err := d.store.Update(func(tx *store.Tx) (err error) {
		made = recorded{}
		var orders []intake.Order
		for _, n := range a.Mails {
			row, ok := tx.Row(n)
			switch {
			case !ok || !row.Outcome.Quarantined() && !row.Outcome.SetAside() || tx.Settled(n):
				return fmt.Errorf("there is no mail %d in the quarantine: `triaged quarantine --all` lists them", n)
			case a.Order == RetryMail && row.Outcome == intake.TooLarge:
				return fmt.Errorf("of mail %d only the beginning is here: raise max_size and move it back to the watched folder", n)
			}
			o := intake.Order{Verb: command.Retry, Ledger: n, By: Shell}
			if a.Order == DiscardMail {
				o.Verb = command.Discard
				made.rows = append(made.rows, row)
			}
			orders = append(orders, o)
			if err := d.carryOut(tx, o, now); err != nil {
				return err
			}
		}
		again, err := d.decideAnew(tx, orders, now)
		made.rows, made.taught = append(made.rows, again.rows...), again.taught
		return err
	})
	if err == nil {
		for _, row := range made.rows {
			d.logRow(row)
		}
		d.learnLater(made.taught)
	}
	rows := make([]LedgerRow, len(made.rows))
	for i, row := range made.rows {
		rows[i] = d.ledgerRow(row)
	}
	return emitAll(d, err, rows, emit)
}

// emitAll wakes the loops after a change, and emits its rows.
func emitAll[T any](d *Desk, err error, rows []T, emit func(any) error) error {
	if err == nil {
		d.wake()
	}
	for _, row := range rows {
		if err == nil {
			err = emit(row)
		}
	}
	return err
}
