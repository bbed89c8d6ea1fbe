package bot

import (
	"fmt"
	"iter"
	"time"

	"triaged/internal/authority"
	"triaged/internal/compose"
	"triaged/internal/gather"
	"triaged/internal/intake"
	"triaged/internal/store"
)

// owe puts a mail into the outbox, held back if a cap says so, nobody is at the address, or the bot has gone wild. The
// desk's own people are outside of the first two, and mail to operators about the bot is outside of all.
func (d *Desk) owe(tx *store.Tx, l compose.Letter, now time.Time) {
	if hold := d.holds(tx, l, now); hold != (store.Hold{}) {
		tx.Owe(l, hold)
		return
	}
	hold := store.Hold{}
	if d.stops(tx, l, now) {
		hold = store.Hold{By: store.ByBreaker, Why: "held: the circuit breaker is open"}
	}
	d.gather(tx, l, hold, now)
}

// gather puts a mail into the outbox, or what it says into another that waits there for the same address and under the same
// hold, which is the circuit breaker's or none: what a flood has the bot owe is as short when it goes out at last.
func (d *Desk) gather(tx *store.Tx, l compose.Letter, hold store.Hold, now time.Time) {
	earlier := earlierTo(tx, l.To.Address)
	if hold != (store.Hold{}) {
		earlier = stoppedTo(tx, l.To.Address)
	}
	made := gather.Decide(l, earlier, d.gathers(tx, now), now)
	if made.Into != 0 {
		err := tx.Change(made.Into, func(e *store.Entry) {
			e.Letter, e.Next = made.Letter, made.At.UTC()
			e.Gathered++
		})
		if err == nil {
			return
		}
		d.log.Error("a mail cannot be gathered", "outbox", made.Into, "error", err)
		made = gather.Decision{Letter: l, At: now}
	}
	e := tx.Owe(made.Letter, hold)
	if hold == (store.Hold{}) && made.At.After(now) {
		if err := tx.Change(e.ID, func(e *store.Entry) { e.Next = made.At.UTC() }); err != nil {
			d.log.Error("a mail is sent earlier than need be", "outbox", e.ID, "error", err)
		}
	}
}

// thrifty is how notices are gathered when half of what the server takes in a day is used up.
var thrifty = gather.Policy{Count: 1, Per: 30 * time.Minute}

// gathers is how notices are gathered at this moment.
func (d *Desk) gathers(tx *store.Tx, now time.Time) gather.Policy {
	if d.pace.PerDay > 0 && owed(tx, max(d.pace.PerDay/2, 1), now.Add(-24*time.Hour), 0) {
		return thrifty
	}
	return d.burst
}

// earlierTo are the last mails owed to an address, the latest first, those that are held left out.
func earlierTo(tx *store.Tx, address string) iter.Seq[gather.Earlier] {
	const most = 50 // one who gets more of other kinds at once has nothing gathered
	return func(yield func(gather.Earlier) bool) {
		looked := 0
		for e := range tx.OwedTo(address) {
			if looked++; looked > most || !yield(gather.Earlier{ID: e.ID, Letter: e.Letter, Open: e.Open(), Next: e.Next}) {
				return
			}
		}
	}
}

// stoppedTo are the mails to an address that are among the last that the circuit breaker holds, the latest first.
func stoppedTo(tx *store.Tx, address string) iter.Seq[gather.Earlier] {
	const most = 200 // to whomever: a flood from many has each of them acknowledged in between
	to := authority.Normalise(address)
	return func(yield func(gather.Earlier) bool) {
		looked := 0
		for e := range tx.HeldLatest() {
			if looked++; looked > most {
				return
			}
			if e.Hold == store.ByBreaker && authority.Normalise(e.Letter.To.Address) == to && !yield(gather.Earlier{ID: e.ID, Letter: e.Letter, Open: true}) {
				return
			}
		}
	}
}

// holds is why a mail must not go out yet, the circuit breaker apart.
func (d *Desk) holds(tx *store.Tx, l compose.Letter, now time.Time) store.Hold {
	switch {
	case !d.capped(l):
		return store.Hold{}
	case !d.ofTheDesk(l.To.Address) && tx.Unreachable(authority.Normalise(l.To.Address)):
		return store.Hold{By: store.ByBounce, Why: "held: an earlier mail to " + l.To.Address + " bounced for good"}
	}
	return d.cap(tx, l, now)
}

// capped tells whether a mail is subject to the caps, and counts towards them: what goes to requesters and strangers. So
// does a confirmation to the staff, which anybody who forges their From can cause.
func (d *Desk) capped(l compose.Letter) bool {
	return l.Kind == compose.Confirmation || !l.Commands && !d.ofTheDesk(l.To.Address)
}

// cap is which of the two caps a mail would exceed.
func (d *Desk) cap(tx *store.Tx, l compose.Letter, now time.Time) store.Hold {
	if r := d.limits.PerRecipient; r.Count > 0 && d.counted(tx, tx.MailsTo(l.To.Address, now.Add(-r.Per), now)) >= r.Count {
		return store.Hold{By: store.ByCap, Why: fmt.Sprintf("held: %s got %d mails within %s", l.To.Address, r.Count, r.Per)}
	}
	if r := d.limits.PerRequest; r.Count > 0 && l.Request != 0 && d.counted(tx, tx.MailsAbout(l.Request, now.Add(-r.Per), now)) >= r.Count {
		return store.Hold{By: store.ByCap, Why: fmt.Sprintf("held: %d mails about it within %s", r.Count, r.Per)}
	}
	return store.Hold{}
}

// counted is how many of some mails count towards the caps.
func (d *Desk) counted(tx *store.Tx, ids []uint64) (count int) {
	for _, id := range ids {
		if e, _ := tx.Entry(id); d.capped(e.Letter) {
			count++
		}
	}
	return count
}

// How held mails are looked through: so often, and so many changed in one transaction.
const (
	heldInterval = lookAgain
	heldBatch    = 500
)

// releaseHeld lets go what was held and no longer need be, oldest first. What grows too old meanwhile is given up like any
// mail, and told of like any: nothing leaves the outbox in silence.
func (s *sender) releaseHeld() error {
	now := s.clock.Now()
	if now.Before(s.look) && s.look.Sub(now) <= heldInterval {
		return nil
	}
	if err := s.calmDown(now); err != nil {
		return err
	}
	var due []store.Entry
	if err := s.store.View(func(tx *store.Tx) error { due = s.heldDue(tx, now); return nil }); err != nil {
		return err
	}
	if s.look = now.Add(heldInterval); len(due) == heldBatch {
		s.look = now
	}
	if len(due) == 0 {
		return nil
	}
	return s.store.Update(func(tx *store.Tx) error {
		for _, e := range due {
			if err := s.releaseOne(tx, e, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// heldDue lists held mails of which something may become now. Of a recipient who cannot be written to yet, one is looked at.
func (s *sender) heldDue(tx *store.Tx, now time.Time) (due []store.Entry) {
	full := map[string]bool{}
	_, open := breakerOf(tx)
	for e := range tx.Outbox(store.Held) {
		to := authority.Normalise(e.Letter.To.Address)
		waits := full[to] || e.Hold == store.ByBreaker && open
		if !waits {
			waits = s.holds(tx, e.Letter, now) != store.Hold{}
			full[to] = waits && e.Letter.Request == 0
		}
		if waits && !s.tooOld(e, now) {
			continue
		}
		if due = append(due, e); len(due) == heldBatch {
			break
		}
	}
	return due
}

func (s *sender) tooOld(e store.Entry, now time.Time) bool {
	return s.retry.GiveUp > 0 && now.Sub(e.Letter.At) >= s.retry.GiveUp
}

// releaseOne decides about one held mail anew, after those before it have gone.
func (s *sender) releaseOne(tx *store.Tx, e store.Entry, now time.Time) error {
	breaker, open := breakerOf(tx)
	hold := s.holds(tx, e.Letter, now)
	if e.Hold == store.ByBreaker {
		switch {
		case breaker.Breaker == intake.BreakerEmptied && e.ID <= breaker.Outbox:
			return tx.Change(e.ID, func(e *store.Entry) { discard(e, breaker.By, now) })
		case open:
			hold = store.Hold{By: store.ByBreaker, Why: e.LastError}
		}
	}
	switch {
	case hold == store.Hold{}:
		return tx.Change(e.ID, func(e *store.Entry) { e.Release(now) })
	case s.tooOld(e, now):
		return s.bury(tx, e, fmt.Sprintf("given up after %s: %s", s.retry.GiveUp, hold.Why), now)
	}
	return tx.Change(e.ID, func(e *store.Entry) { e.Hold, e.LastError = hold.By, hold.Why })
}
