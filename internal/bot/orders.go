package bot

import (
	"strings"
	"time"

	"triaged/internal/agenda"
	"triaged/internal/authority"
	"triaged/internal/command"
	"triaged/internal/intake"
	"triaged/internal/store"
)

// finish carries out what a verdict asks for besides its events: an operator's orders, the mails owed, queues asked for, and
// word to the operators of one of the desk's own people who can no longer be reached.
func (d *Desk) finish(tx *store.Tx, v intake.Verdict, now time.Time) error {
	for _, o := range v.Orders { // first, lest the breaker that one closes keeps its receipt back
		if err := d.carryOut(tx, o, now); err != nil {
			return err
		}
	}
	for _, l := range v.Letters {
		d.owe(tx, l, now)
	}
	for _, asked := range v.Queues {
		if person, ok := d.policy.Roster.Person(asked.To.Address); ok {
			l := agenda.Queue(tx.Queue(), person, d.plan, now)
			l.InReplyTo, l.References = asked.InReplyTo, asked.References
			d.owe(tx, l, now)
		}
	}
	for _, e := range v.Desk {
		if address, ok := strings.CutPrefix(e.Type, intake.AddressDead); ok && d.ofTheDesk(address) {
			d.tellOperators(tx, now, "Mail to "+address+" bounces", "A mail of the bot's to "+address+
				", which the configuration names, came back for good. It goes on writing there: mend the address, or the mailbox.")
		}
	}
	return nil
}

// carryOut tries an undelivered mail again, or gives it up for good; the mails that the circuit breaker holds are let go by
// the delivering loop, some at a time. A received mail that is to be decided anew is left to decideAnew, once the row of the
// mail that says so is written.
func (d *Desk) carryOut(tx *store.Tx, o intake.Order, now time.Time) error {
	switch {
	case o.Ledger != 0:
		tx.Settle(o.Ledger, o.By, now)
		return nil
	case o.Breaker:
		return d.closeBreaker(tx, now, o)
	}
	return tx.Change(o.Outbox, func(e *store.Entry) {
		if o.Verb == command.Retry {
			e.Release(now)
			return
		}
		discard(e, o.By, now)
	})
}

// discard gives a mail up for good because an operator said so.
func discard(e *store.Entry, by string, now time.Time) {
	e.State, e.Hold, e.Next, e.Ended = store.Dead, "", time.Time{}, now.UTC()
	if discarded(*e) {
		return
	}
	why := e.LastError
	if e.LastError = discardedBy + by; why != "" {
		e.LastError += ": " + why
	}
}

// ofTheDesk tells whether an address is one that the configuration names for the desk's own people.
func (d *Desk) ofTheDesk(address string) bool {
	if _, staff := d.policy.Roster.Person(address); staff {
		return true
	}
	if _, team := d.policy.Roster.TeamAt(address); team {
		return true
	}
	for _, a := range append(d.policy.Roster.Notify(), d.notify...) {
		if authority.Normalise(a) == authority.Normalise(address) {
			return true
		}
	}
	return false
}
