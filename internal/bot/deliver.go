package bot

import (
	"context"
	"fmt"
	"time"

	"triaged/internal/compose"
	"triaged/internal/delivery"
	"triaged/internal/store"
)

// batch is how many mails are attempted between two commits. A crash within a batch may repeat that many, each under
// the Message-ID it had.
const batch = 32

// deliver sends what is owed, earliest first, over one connection.
func (b *Bot) deliver(ctx context.Context) error {
	client := delivery.New(b.smtp)
	defer client.Close()
	for {
		entries, next, err := b.toSend()
		if err != nil {
			return err
		}
		if len(entries) > 0 {
			if err := b.attempt(ctx, client, entries); err != nil {
				return err
			}
			if ctx.Err() != nil {
				return nil
			}
			continue
		}
		client.Close() // nothing to do for a while: servers dislike idle connections
		var timer <-chan time.Time
		if !next.IsZero() {
			timer = b.clock.After(max(next.Sub(b.clock.Now()), time.Millisecond))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-timer:
		case <-b.arrived:
		}
	}
}

func (b *Bot) toSend() (entries []store.Entry, next time.Time, err error) {
	err = b.store.View(func(tx *store.Tx) error {
		entries = tx.ToSend(b.clock.Now(), batch)
		next, _ = tx.NextSend()
		return nil
	})
	return entries, next, err
}

// attempt renders the mails, records the attempt, sends, and records what became of each.
func (b *Bot) attempt(ctx context.Context, client *delivery.Client, entries []store.Entry) error {
	now := b.clock.Now()
	mails, err := b.prepare(entries, now)
	if err != nil {
		return err
	}
	b.point("attempt-recorded")
	// A crash here, or before the results are recorded, repeats mails that the server has taken: the same bytes under
	// the same Message-ID, after the wait that was recorded.
	results := make([]delivery.Result, len(mails))
	for i, m := range mails {
		if m.Data == nil {
			continue
		}
		results[i] = client.Send(ctx, m)
		b.point("sent")
		if ctx.Err() != nil {
			return nil // stopped in the middle: the recorded attempt stands, and is repeated
		}
		if r := results[i]; r.Outcome == delivery.Deferred && r.Server {
			for j := i + 1; j < len(mails); j++ {
				results[j] = r // the server's trouble is everybody's
			}
			break
		}
	}
	return b.settle(entries, mails, results)
}

func (b *Bot) point(name string) {
	if b.hook != nil {
		b.hook(name)
	}
}

// prepare makes sure that each mail's bytes are kept, so that a retry yields the same, and records the attempt before
// anybody is dialled. A mail that cannot be rendered is dead.
func (b *Bot) prepare(entries []store.Entry, now time.Time) ([]delivery.Mail, error) {
	mails := make([]delivery.Mail, len(entries))
	rendered := make([]compose.Mail, len(entries))
	faults := make([]error, len(entries))
	var keep []store.RawMail
	var kept []int
	err := b.store.View(func(tx *store.Tx) error {
		for i, e := range entries {
			mails[i] = delivery.Mail{From: b.house.Address, To: e.Letter.To.Address}
			if e.Raw != (store.RawRef{}) {
				raw, err := b.store.Raw(e.Raw)
				if err == nil {
					mails[i].Data = raw.Data
					continue
				}
				b.log.Error("the bytes of an outgoing mail are lost; it is made anew", "outbox", e.ID, "error", err)
			}
			if rendered[i], faults[i] = compose.Render(e.Letter, e.MessageID, b.material(tx, e.Letter), b.house); faults[i] != nil {
				continue
			}
			mails[i].Data = rendered[i].Data
			keep = append(keep, store.RawMail{Label: store.RawLabel{Outbox: e.ID, Received: now.UTC()}, Data: mails[i].Data})
			kept = append(kept, i)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	refs := make([]store.RawRef, len(entries))
	if len(keep) > 0 {
		made, err := b.store.KeepRaw(keep)
		if err != nil {
			return nil, err
		}
		for j, i := range kept {
			refs[i] = made[j]
		}
	}
	return mails, b.store.Update(func(tx *store.Tx) error {
		for i, e := range entries {
			if err := b.recordAttempt(tx, e, rendered[i], refs[i], faults[i], now); err != nil {
				return err
			}
		}
		return nil
	})
}

func (b *Bot) recordAttempt(tx *store.Tx, e store.Entry, made compose.Mail, ref store.RawRef, fault error, now time.Time) error {
	if fault != nil {
		return b.bury(tx, e, "it cannot be rendered: "+fault.Error(), now)
	}
	return tx.Change(e.ID, func(e *store.Entry) {
		e.Attempts++
		e.Tried = now.UTC()
		e.Next = now.Add(b.retry.after(e.Attempts)).UTC()
		if made.Data != nil {
			e.Raw, e.Subject = ref, made.Subject
			if e.Letter.Commands {
				e.Forms, e.Listed = compose.Renderings(made.Data), made.Listed
			}
		}
	})
}

// settle records what became of each mail.
func (b *Bot) settle(entries []store.Entry, mails []delivery.Mail, results []delivery.Result) error {
	now := b.clock.Now()
	err := b.store.Update(func(tx *store.Tx) error {
		for i, r := range results {
			if mails[i].Data == nil {
				continue
			}
			if err := b.settleOne(tx, entries[i], r, now); err != nil {
				return err
			}
		}
		return nil
	})
	b.point("settled")
	for i, r := range results {
		if mails[i].Data != nil {
			b.logSent(entries[i], r)
		}
	}
	return err
}

func (b *Bot) settleOne(tx *store.Tx, e store.Entry, r delivery.Result, now time.Time) error {
	switch {
	case r.Outcome == delivery.Sent:
		return tx.Change(e.ID, func(e *store.Entry) {
			e.State, e.Next, e.Ended, e.LastError = store.Sent, time.Time{}, now.UTC(), ""
		})
	case r.Outcome == delivery.Rejected:
		return b.bury(tx, e, describe(r), now)
	case b.retry.GiveUp > 0 && now.Sub(e.Letter.At) >= b.retry.GiveUp:
		return b.bury(tx, e, fmt.Sprintf("given up after %s: %s", b.retry.GiveUp, describe(r)), now)
	}
	return tx.Change(e.ID, func(e *store.Entry) { e.LastError = describe(r) })
}

// bury ends a mail that cannot be sent, and tells the operators: once, and never about their own mail.
func (b *Bot) bury(tx *store.Tx, e store.Entry, why string, now time.Time) error {
	err := tx.Change(e.ID, func(e *store.Entry) {
		e.State, e.Next, e.Ended, e.LastError = store.Dead, time.Time{}, now.UTC(), why
	})
	if e.Letter.Kind != compose.Operator {
		b.tellOperatorsOf(tx, now, e.ID, fmt.Sprintf("A mail to %s could not be sent", e.Letter.To.Address),
			fmt.Sprintf("The %s to %s about %s was given up.", e.Letter.Kind, e.Letter.To.Address, orNone(e.Letter.Request.Label(b.policy.Prefix))),
			"The reason: "+why+".",
			fmt.Sprintf("It is kept as mail %d: see `triaged outbox --state dead` on the server. To try it again, answer with the word retry, # right before it; to be done with it, with the word discard.", e.ID))
	}
	return err
}

func orNone(label string) string {
	if label == "" {
		return "no single request"
	}
	return label
}

func describe(r delivery.Result) string {
	switch {
	case r.Code != 0:
		return fmt.Sprintf("%d %s %s", r.Code, r.Enhanced, r.Text)
	case r.Err != nil:
		return r.Err.Error()
	}
	return "no answer"
}

func (b *Bot) logSent(e store.Entry, r delivery.Result) {
	attributes := []any{"outbox", e.ID, "kind", e.Letter.Kind, "to", e.Letter.To.Address,
		"request", e.Letter.Request.Label(b.policy.Prefix), "attempt", e.Attempts + 1}
	if r.Outcome == delivery.Sent {
		b.log.Info("sent", attributes...)
		return
	}
	b.log.Warn("not sent", append(attributes, "error", describe(r))...)
}
