package bot

import (
	"fmt"
	"time"

	"triaged/internal/command"
	"triaged/internal/compose"
	"triaged/internal/intake"
	"triaged/internal/mailbox"
	"triaged/internal/store"
)

// The quarantine holds received mails that nothing could be done with, until somebody has them decided anew, opens them or
// is done with them. The operators hear of those that the program failed at, at once and then of those of an hour in one
// mail: a mail that breaks the program may come a thousand times.
const (
	quarantineTold     = "quarantine-told" // the desk's event; Ledger is the last row it told of
	quarantineInterval = time.Hour
	quarantineLines    = 50
	decidedAnew        = "quarantine" // the folder that the ledger names for a mail that was decided anew
)

// decideAnew decides mails of the quarantine once more, under the program and the configuration of today. Each gets a row
// of its own; it waits in the quarantine under that one if it is still stuck.
func (d *Desk) decideAnew(tx *store.Tx, orders []intake.Order, now time.Time) (made recorded, err error) {
	for _, o := range orders {
		if o.Verb != command.Retry || o.Ledger == 0 {
			continue
		}
		old, ok := tx.Row(o.Ledger)
		if !ok {
			return made, fmt.Errorf("there is no received mail %d", o.Ledger)
		}
		raw, err := d.store.Raw(old.Raw)
		if err != nil {
			return made, err
		}
		env := intake.Envelope{
			Mailbox: old.Mailbox, Folder: old.Folder, Received: old.Received, Size: old.Size, Ledger: tx.NextLedger(),
			FirstLook: d.firstLook(tx, old.Mailbox), Newcomer: true, // it is wanted, whenever it came
		}
		row := store.Row{
			Mailbox: old.Mailbox, Folder: decidedAnew, UID: uint32(env.Ledger), Received: old.Received, Size: old.Size, Raw: old.Raw,
		}
		one, err := d.record(tx, d.read(raw.Data), env, row, now)
		if err != nil {
			return made, err
		}
		made.rows, made.taught = append(made.rows, one.rows...), append(made.taught, one.taught...)
	}
	return made, nil
}

// quarantineDue is when to tell the operators of mails that could not be read or decided; the zero time if there is nothing
// to tell.
func (d *Desk) quarantineDue(tx *store.Tx, now time.Time) time.Time {
	told, _ := tx.LastDesk(quarantineTold)
	for range tx.LedgerOf(intake.Unreadable, told.Ledger+1) {
		if told.At.After(now) { // the clock went back
			return now
		}
		return told.At.Add(quarantineInterval)
	}
	return time.Time{}
}

// tellQuarantine owes the operators one mail about all that got stuck since the last, if it is time.
func (d *Desk) tellQuarantine(tx *store.Tx, now time.Time) {
	if due := d.quarantineDue(tx, now); due.IsZero() || due.After(now) {
		return
	}
	told, _ := tx.LastDesk(quarantineTold)
	var stuck []store.Row
	last := told.Ledger
	for row := range tx.LedgerOf(intake.Unreadable, told.Ledger+1) {
		last = row.Number
		if !tx.Settled(row.Number) {
			stuck = append(stuck, row)
		}
	}
	tx.AppendDesk(intake.DeskEvent{At: now, Type: quarantineTold, Rows: len(stuck), Ledger: last})
	switch len(stuck) {
	case 0:
	case 1:
		d.tellOperatorsOf(tx, now, compose.PlainBody{
			Subject: "A mail could not be read", Lines: d.stuckText(stuck), Ledger: stuck[0].Number,
		})
	default:
		d.tellOperators(tx, now, fmt.Sprintf("%d mails could not be read", len(stuck)), d.stuckText(stuck)...)
	}
}

func (d *Desk) stuckText(stuck []store.Row) []string {
	const see = "`triaged quarantine show %d` on the server shows it."
	if len(stuck) == 1 {
		row := stuck[0]
		return []string{
			d.stuckLine(row),
			fmt.Sprintf("Nothing was done for its sender. Its bytes are kept, and it lies in the refused folder. "+see, row.Number),
			"To have it decided anew, after an update of the program say, answer with the word retry; to be done with it, with the word discard.",
		}
	}
	lines := []string{"Nothing was done for their senders. Their bytes are kept, and they lie in the refused folder: see `triaged quarantine` " +
		"on the server. To have one decided anew, answer with the words retry received and its number; to be done with it, with the words " +
		"discard received and its number."}
	for _, row := range stuck[:min(len(stuck), quarantineLines)] {
		lines = append(lines, d.stuckLine(row))
	}
	if more := len(stuck) - quarantineLines; more > 0 {
		lines = append(lines, fmt.Sprintf("And %d more.", more))
	}
	return lines
}

func (d *Desk) stuckLine(row store.Row) string {
	from, subject := "somebody", ""
	if raw, err := d.store.Raw(row.Raw); err == nil {
		m := d.readHeader(raw.Data)
		if m.From.Address != "" {
			from = m.From.Address
		}
		subject = m.Subject
	}
	return fmt.Sprintf("Received mail %d, from %s, %q, to %s at %s: %s", row.Number, from, subject, row.Mailbox,
		row.Received.In(d.house.Zone).Format("Mon Jan 2 3:04 pm"), row.Reason)
}

// tellOfUnfetched tells the operators, once, of a mail that the server does not hand out.
func (d *Desk) tellOfUnfetched(f mailbox.Folder, l mailbox.Listed, why error) error {
	name := fmt.Sprintf("unfetched %s/%s/%d/%d", f.Mailbox, f.Name, f.UIDValidity, l.UID)
	now := d.clock.Now()
	return d.store.Update(func(tx *store.Tx) error {
		if _, told := tx.LastDesk(name); told {
			return nil
		}
		tx.AppendDesk(intake.DeskEvent{At: now, Type: name})
		d.tellOperators(tx, now, "A mail cannot be fetched",
			fmt.Sprintf("The server does not hand out a mail of %d bytes in the folder %s of the mailbox %s (UID %d): %v", l.Size, f.Name, f.Mailbox, l.UID, why),
			fmt.Sprintf("It came at %s. It is tried again and again, and keeps no other mail waiting. Open the mailbox with a mail program and look at it; "+
				"moving it to another folder ends this.", l.Received.In(d.house.Zone).Format("Mon Jan 2 3:04 pm")))
		return nil
	})
}
