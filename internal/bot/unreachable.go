package bot

import (
	"fmt"
	"time"

	"triaged/internal/authority"
	"triaged/internal/intake"
	"triaged/internal/store"
)

// UnreachableRow is one address that is no longer written to, as `unreachable` prints it.
type UnreachableRow struct {
	Address   string    `json:"address"`
	BouncedAt time.Time `json:"bounced_at"`
	Request   *string   `json:"request"` // whose mail bounced
	Held      int       `json:"held"`    // mails that wait in the outbox
}

// WriteAgain is the order to write to an address again.
const WriteAgain = "write-again"

// Unreachable emits the addresses that mail bounced from for good, and that nobody wrote from since. One that is to be
// written to again is taken from them first.
func (d *Desk) Unreachable(a Args, emit func(any) error) error {
	if a.Order == WriteAgain {
		if err := d.reachable(a.Text); err != nil {
			return err
		}
	}
	var rows []UnreachableRow
	err := d.store.View(func(tx *store.Tx) error {
		held := map[string]int{}
		for e := range tx.Outbox(store.Held) {
			held[authority.Normalise(e.Letter.To.Address)]++
		}
		for address, e := range tx.AllUnreachable() {
			rows = append(rows, UnreachableRow{
				Address: address, BouncedAt: e.At.UTC(), Request: d.labelOrNull(e.Request), Held: held[address],
			})
		}
		return nil
	})
	for _, row := range rows {
		if err == nil {
			err = emit(row)
		}
	}
	return err
}

// reachable records that an address can be written to again: what is held for it goes out.
func (d *Desk) reachable(text string) error {
	address, err := address(text)
	if err != nil {
		return err
	}
	return d.store.Update(func(tx *store.Tx) error {
		if !tx.Unreachable(address) {
			return fmt.Errorf("%s is not among the addresses that mail bounces from", address)
		}
		tx.AppendDesk(intake.DeskEvent{At: d.clock.Now(), Type: intake.AddressAlive + address, By: Shell})
		return nil
	})
}

// comesBack are lines for the end of a digest: requesters who hear nothing by mail since the last one, so that somebody
// calls them.
func (d *Desk) comesBack(tx *store.Tx, since time.Time) (lines []string) {
	for address, e := range tx.AllUnreachable() {
		r, ok := tx.Request(e.Request)
		if !e.At.After(since) || !ok || !r.State.Active() || d.ofTheDesk(address) {
			continue
		}
		if lines = append(lines, fmt.Sprintf("mail to %s comes back: call them about %s", address, r.Number.Label(d.policy.Prefix))); len(lines) == mostFoot {
			break
		}
	}
	return lines
}
