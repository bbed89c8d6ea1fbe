package bot

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"triaged/internal/authority"
	"triaged/internal/command"
	"triaged/internal/compose"
	"triaged/internal/config"
	"triaged/internal/intake"
	"triaged/internal/store"
)

// The circuit breaker stops the bot when it owes absurdly much mail, staff included: a loop that no check knew, a
// mistake of the program, a stranger who writes from thousands of addresses. What is owed while it is open is held, but for
// the operators' mail and a few alarms: a flood must not be the way to keep an emergency from the desk. It closes when the bot
// was calm for as long as its limit counts, or when an operator says so. How it stands is an event of the desk, so that a
// restart changes nothing.

// breaker spares most mails the question whether too many were owed.
type breaker struct {
	sure uint64 // up to this number in the outbox it is closed and cannot open
}

// breakerOf is the latest event of the circuit breaker, and whether that leaves it open.
func breakerOf(tx *store.Tx) (intake.DeskEvent, bool) {
	e := tx.Breaker()
	return e, e.Breaker == intake.BreakerOpen
}

// alarms is how many alarms one of the desk's people gets in an hour while the circuit breaker is open: as many as somebody
// can act on, and too few for a loop to do harm.
const alarms = 20

// stops tells whether the circuit breaker holds a mail back.
func (d *Desk) stops(tx *store.Tx, l compose.Letter, now time.Time) bool {
	if l.Kind == compose.Operator || !d.tripped(tx, now) {
		return false
	}
	if l.Urgency() != compose.Alarm || !d.ofTheDesk(l.To.Address) {
		return true
	}
	had := 0
	for e := range tx.OwedTo(l.To.Address) {
		if had == alarms || e.Letter.At.Before(now.Add(-time.Hour)) {
			break
		}
		if e.Letter.Urgency() == compose.Alarm {
			had++
		}
	}
	return had == alarms
}

// tripped tells whether the next mail is to be held because too many were owed, and opens the breaker at the first such
// mail.
func (d *Desk) tripped(tx *store.Tx, now time.Time) bool {
	limit, last := d.limits.Breaker, tx.LastEntry()
	if limit.Count == 0 || last < d.breaker.sure {
		return false
	}
	event, open := breakerOf(tx)
	if open {
		return true
	}
	if !owed(tx, limit.Count, now.Add(-limit.Per), event.Outbox) {
		d.breaker.sure = last + max(uint64(limit.Count)/64, 1)
		return false
	}
	tx.AppendDesk(intake.DeskEvent{At: now, Type: intake.CircuitBreaker, Breaker: intake.BreakerOpen, Outbox: last})
	d.tellOperatorsOf(tx, now, compose.PlainBody{Subject: "The bot sends too much: its mail is held back", Lines: d.tripText(tx, last), Breaker: true, Trip: last})
	d.log.Error("the circuit breaker opened", "limit", limit.Count, "within", limit.Per)
	return true
}

// owed tells whether at least count mails were owed since a time, all of them after a number. Numbers rise with time.
func owed(tx *store.Tx, count int, since time.Time, after uint64) bool {
	last := tx.LastEntry()
	if last < uint64(count) || last-uint64(count) < after {
		return false
	}
	e, ok := tx.Entry(last - uint64(count) + 1)
	return ok && e.Letter.At.After(since)
}

// calmDown closes the breaker once it was open for as long as its limit counts, and no more than half of the limit was owed
// in that time.
func (d *Desk) calmDown(now time.Time) error {
	limit := d.limits.Breaker
	calm := func(tx *store.Tx) bool {
		event, open := breakerOf(tx)
		return open && (limit.Count == 0 || now.Sub(event.At) >= limit.Per && !owed(tx, max(limit.Count/2, 1), now.Add(-limit.Per), 0))
	}
	closing := false
	if err := d.store.View(func(tx *store.Tx) error { closing = calm(tx); return nil }); err != nil || !closing {
		return err
	}
	return d.store.Update(func(tx *store.Tx) error {
		if calm(tx) {
			d.log.Info("the circuit breaker closed: the bot was calm", "for", limit.Per)
			tx.AppendDesk(intake.DeskEvent{At: now, Type: intake.CircuitBreaker, Breaker: intake.BreakerClosed, Outbox: tx.LastEntry()})
		}
		return nil
	})
}

// closeBreaker closes it at an operator's word. What is given up is so at once, lest the breaker opens again before the next
// look; what goes out is let go by the delivering loop.
func (d *Desk) closeBreaker(tx *store.Tx, now time.Time, o intake.Order) error {
	e := intake.DeskEvent{At: now, Type: intake.CircuitBreaker, By: o.By, Breaker: intake.BreakerClosed, Outbox: tx.LastEntry()}
	if o.Verb == command.Discard {
		e.Breaker = intake.BreakerEmptied
	}
	tx.AppendDesk(e)
	if o.Verb != command.Discard {
		return nil
	}
	var held []uint64
	for entry := range tx.Outbox(store.Held) {
		if entry.Hold == store.ByBreaker {
			held = append(held, entry.ID)
		}
	}
	for _, id := range held {
		if err := tx.Change(id, func(e *store.Entry) { discard(e, o.By, now) }); err != nil {
			return err
		}
	}
	return nil
}

// tripText tells operators what happened, to whom most of it goes, and what they can do.
func (d *Desk) tripText(tx *store.Tx, last uint64) []string {
	limit := d.limits.Breaker
	return []string{
		fmt.Sprintf("More than %d mails were owed within %s, which is what circuit_breaker allows. %s", limit.Count, span(limit.Per), busiest(tx, last)),
		"From now on the bot's mail is held back, but for a few alarms of emergencies: see `triaged outbox --state held` on the server. Mail is still received, and requests are opened and recorded.",
		fmt.Sprintf("Once the bot was calm for %s, what is held goes out by itself, in order. To let it go now, answer with the word retry; to be done with it, with the word discard.", span(limit.Per)),
	}
}

// span writes a time as the configuration does: "1h".
func span(t time.Duration) string { return config.Duration(t).String() }

// busiest says who got most of the last mails, since that is where to look.
func busiest(tx *store.Tx, last uint64) string {
	const looked = 500
	counts, of := map[string]int{}, 0
	for id := last - min(last, looked) + 1; id <= last; id++ {
		if e, ok := tx.Entry(id); ok {
			counts[authority.Normalise(e.Letter.To.Address)]++
			of++
		}
	}
	most := slices.MaxFunc(slices.Sorted(maps.Keys(counts)), func(a, b string) int { return cmp.Compare(counts[a], counts[b]) })
	return fmt.Sprintf("Of the last %d, %d went to %s.", of, counts[most], most)
}
