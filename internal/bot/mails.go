package bot

import (
	"time"

	"triaged/internal/intake"
	"triaged/internal/request"
	"triaged/internal/store"
)

// LedgerRow is one received mail as `ledger` prints it.
type LedgerRow struct {
	Ledger      uint64    `json:"ledger"`
	Mailbox     string    `json:"mailbox"`
	UIDValidity uint32    `json:"uid_validity"`
	UID         uint32    `json:"uid"`
	MessageID   string    `json:"message_id"`
	Outcome     string    `json:"outcome"`
	Reason      string    `json:"reason"`
	Request     *string   `json:"request"`
	At          time.Time `json:"at"`
}

// OutboxRow is one outgoing mail as `outbox` prints it.
type OutboxRow struct {
	ID        uint64     `json:"id"`
	To        string     `json:"to"`
	Kind      string     `json:"kind"`
	Request   *string    `json:"request"`
	Subject   string     `json:"subject"`
	MessageID string     `json:"message_id"`
	State     string     `json:"state"`
	Attempts  int        `json:"attempts"`
	LastError string     `json:"last_error"`
	NextAt    *time.Time `json:"next_at"`
}

// outcomes are the names that `ledger --outcome` knows.
var outcomes = func() (all []string) {
	for _, m := range intake.Table {
		all = append(all, string(m.Outcome))
	}
	return all
}()

// Ledger emits what became of each received mail, oldest first.
func (d *Desk) Ledger(a Args, emit func(any) error) error {
	if err := known("outcome", a.Outcome, outcomes); err != nil {
		return err
	}
	return d.store.EachRow(0, func(row store.Row) error {
		if a.Outcome != "" && string(row.Outcome) != a.Outcome {
			return nil
		}
		return emit(d.ledgerRow(row))
	})
}

func (d *Desk) ledgerRow(row store.Row) LedgerRow {
	return LedgerRow{
		Ledger: row.Number, Mailbox: row.Mailbox, UIDValidity: row.UIDValidity, UID: row.UID,
		MessageID: row.MessageID, Outcome: string(row.Outcome), Reason: row.Reason,
		Request: d.labelOrNull(row.Request), At: row.At.UTC(),
	}
}

func (d *Desk) labelOrNull(n request.Number) *string {
	if n == 0 {
		return nil
	}
	label := n.Label(d.policy.Prefix)
	return &label
}

// Outbox emits the outgoing mails in a state, or all, oldest first.
func (d *Desk) Outbox(a Args, emit func(any) error) error {
	return d.store.EachEntry(store.Delivery(a.State), func(e store.Entry) error {
		row := d.outboxRow(e)
		if row.Subject == "" { // it was not tried yet
			err := d.store.View(func(tx *store.Tx) error {
				mail, err := d.renderAs(tx, e.Letter, e.MessageID)
				row.Subject = mail.Subject
				return err
			})
			if err != nil {
				row.LastError = err.Error()
			}
		}
		return emit(row)
	})
}

func (d *Desk) outboxRow(e store.Entry) OutboxRow {
	return OutboxRow{
		ID: e.ID, To: e.Letter.To.Address, Kind: string(e.Letter.Kind), Request: d.labelOrNull(e.Letter.Request),
		Subject: e.Subject, MessageID: e.MessageID, State: string(e.State), Attempts: e.Attempts,
		LastError: e.LastError, NextAt: timeOrNull(e.Next),
	}
}
