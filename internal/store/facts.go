package store

import (
	"triaged/internal/intake"
	"triaged/internal/message"
)

// Facts that intake asks for besides those that other questions answer: all of them are read from what is kept already.
var _ intake.Facts = (*Tx)(nil)

// Mail reads a mail of the ledger again, from its raw bytes.
func (tx *Tx) Mail(ledger uint64) (intake.Kept, bool) {
	row, ok := tx.Row(ledger)
	if !ok || row.Raw == (RawRef{}) {
		return intake.Kept{}, false
	}
	raw, err := tx.s.Raw(row.Raw)
	if err != nil {
		return intake.Kept{}, false
	}
	return intake.Kept{
		Message: message.Parse(raw.Data), Mailbox: row.Mailbox, Received: row.Received, Outcome: row.Outcome,
	}, true
}

// Stuck finds an outgoing mail, if it was held back or given up.
func (tx *Tx) Stuck(outbox uint64) (intake.Stuck, bool) {
	e, ok := tx.Entry(outbox)
	if !ok || e.State != Held && e.State != Dead {
		return intake.Stuck{}, false
	}
	return intake.Stuck{Letter: e.Letter, State: string(e.State), Why: e.LastError}, true
}

// Unreachable tells whether mail to an address, in the form in which addresses are compared, bounced for good, and nobody
// wrote from it since.
func (tx *Tx) Unreachable(address string) bool {
	dead, ok := tx.LastDesk(intake.AddressDead + address)
	if !ok {
		return false
	}
	alive, ok := tx.LastDesk(intake.AddressAlive + address)
	return !ok || alive.At.Before(dead.At)
}
