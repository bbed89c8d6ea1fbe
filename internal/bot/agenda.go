package bot

import (
	"context"
	"time"

	"triaged/internal/agenda"
	"triaged/internal/intake"
	"triaged/internal/request"
	"triaged/internal/store"
)

// agenda wakes when something is due, does all of it in one transaction, and sleeps until the next thing is.
func (b *Bot) agenda(ctx context.Context) error {
	for {
		next, err := b.Tick()
		if err != nil {
			return err
		}
		var timer <-chan time.Time
		if !next.IsZero() {
			timer = b.clock.After(max(next.Sub(b.clock.Now()), 0))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-timer:
		case <-b.changed:
		}
	}
}

// Tick does what is due now, and says when the next thing will be; the zero time if nothing is known.
func (d *Desk) Tick() (time.Time, error) {
	now := d.clock.Now()
	var next time.Time
	if err := d.store.View(func(tx *store.Tx) error { next = d.nextTick(tx, now); return nil }); err != nil {
		return next, err
	}
	if next.IsZero() || next.After(now) {
		return next, nil
	}
	err := d.store.Update(func(tx *store.Tx) error {
		d.remind(tx, now)
		if err := d.review(tx, now); err != nil {
			return err
		}
		next = d.nextTick(tx, now)
		return nil
	})
	if err == nil {
		d.wake()
	}
	return next, err
}

// nextTick is when the agenda has to be looked at again.
func (d *Desk) nextTick(tx *store.Tx, now time.Time) time.Time {
	next := d.plan.Reviews.Next(lastReview(tx, now))
	if due, ok := tx.NextDue(); ok && (next.IsZero() || due.Before(next)) {
		next = due
	}
	return next
}

// lastReview is the odd hour of the last review. A new desk counts from its first moment.
func lastReview(tx *store.Tx, now time.Time) time.Time {
	if e, ok := tx.LastDesk(intake.ReviewSent); ok {
		return e.Review
	}
	if e, ok := tx.LastDesk(intake.DeskOpened); ok {
		return e.At
	}
	return now
}

// most is how many due items one transaction does: what a long outage leaves is done in several, each of them one mail.
const most = 1000

func (d *Desk) remind(tx *store.Tx, now time.Time) {
	var due []request.Request
	for _, item := range tx.DueBy(now, most) {
		if r, ok := tx.Request(item.Request); ok && item.What == agenda.Uncategorized {
			due = append(due, r)
		}
	}
	o := agenda.RemindUncategorized(due, d.plan, now)
	for _, n := range o.Told {
		if _, err := tx.Record(n, request.Event{At: now, Type: request.Told, What: o.What}); err != nil {
			d.log.Error("a reminder could not be recorded", "request", n, "error", err)
		}
	}
	for _, l := range o.Letters {
		d.owe(tx, l, now)
	}
}

// review sends the digest if its hour has come, and records the review either way.
func (d *Desk) review(tx *store.Tx, now time.Time) error {
	at, due := agenda.DueReview(lastReview(tx, now), now, d.plan)
	if !due {
		return nil
	}
	queue, foot := d.queue(tx)
	for _, l := range agenda.Review(at, queue, foot, d.plan, now) {
		d.owe(tx, l, now)
	}
	tx.AppendDesk(intake.DeskEvent{At: now, Type: intake.ReviewSent, Review: at, Rows: len(queue), Ledger: tx.NextLedger() - 1})
	return nil
}

// queue is what the digest is about: the uncategorized requests, oldest first, and the mail since the last digest that
// was set aside as unwanted.
func (d *Desk) queue(tx *store.Tx) (queue []request.Request, foot []string) {
	for r := range tx.Uncategorized() {
		queue = append(queue, r)
	}
	last, _ := tx.LastDesk(intake.ReviewSent)
	for row := range tx.Ledger(last.Ledger + 1) {
		if row.Outcome == intake.Spam && len(foot) < 20 {
			foot = append(foot, d.footLine(row))
		}
	}
	return queue, foot
}
