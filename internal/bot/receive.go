package bot

import (
	"context"
	"encoding/hex"
	"fmt"
	"runtime"
	"sync"
	"time"

	"triaged/internal/intake"
	"triaged/internal/mailbox"
	"triaged/internal/message"
	"triaged/internal/store"
)

func (b *Bot) receive(ctx context.Context, s mailbox.Settings) error {
	s.Observe = b.observe
	// The first look is noted before anything is listed, so that what arrives from now on is new mail.
	if err := b.store.Update(func(tx *store.Tx) error { b.firstLook(tx, s.Name); return nil }); err != nil {
		return err
	}
	err := mailbox.Watch(ctx, s, &receiver{b: b})
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// firstLook is when a mailbox was first watched.
func (d *Desk) firstLook(tx *store.Tx, name string) time.Time {
	return tx.FirstLook(name, "", d.clock.Now())
}

// receiver is the owner of a watched mailbox's mails.
type receiver struct{ b *Bot }

// Accounted finds mails whose row was committed before their move: a crash in between leaves such mails.
func (o *receiver) Accounted(_ context.Context, f mailbox.Folder, listed []mailbox.Listed) ([]mailbox.Disposition, error) {
	dispositions := make([]mailbox.Disposition, len(listed))
	pending := false
	err := o.b.store.View(func(tx *store.Tx) error {
		for i, l := range listed {
			if row, ok := tx.Accounted(f.Mailbox, f.Name, f.UIDValidity, l.UID); ok {
				dispositions[i] = disposition(row.Outcome)
			} else {
				pending = true
			}
		}
		return nil
	})
	if err == nil && pending && o.b.policy.Mailboxes[f.Mailbox].OnlyNew {
		err = o.leaveOld(f, listed, dispositions)
	}
	return dispositions, err
}

// leaveOld accounts for the mails that lay in the mailbox before its first look, without fetching them: where start is
// "new", they stay where they are.
func (o *receiver) leaveOld(f mailbox.Folder, listed []mailbox.Listed, dispositions []mailbox.Disposition) error {
	now := o.b.clock.Now()
	return o.b.store.Update(func(tx *store.Tx) error {
		first := o.b.firstLook(tx, f.Mailbox)
		for i, l := range listed {
			if dispositions[i] != mailbox.Pending || !l.Received.Before(first) {
				continue
			}
			tx.Account(store.Row{
				Mailbox: f.Mailbox, Folder: f.Name, UIDValidity: f.UIDValidity, UID: l.UID, Received: l.Received, Size: l.Size,
				Outcome: intake.BeforeStart, Reason: "received before the first look, and start is \"new\"", At: now,
			})
			dispositions[i] = mailbox.Leave
		}
		return nil
	})
}

func disposition(o intake.Outcome) mailbox.Disposition {
	switch o.Meaning().Place {
	case intake.Processed:
		return mailbox.Done
	case intake.Refused:
		return mailbox.Refused
	}
	return mailbox.Leave
}

// Accept takes mails over: raw bytes first, then one transaction for all that they cause. Reading a mail needs no
// transaction and is done beside, on every processor.
func (o *receiver) Accept(_ context.Context, f mailbox.Folder, mails []mailbox.Mail) ([]mailbox.Disposition, error) {
	messages := readAll(mails)
	raw := make([]store.RawMail, len(mails))
	for i, m := range mails {
		raw[i] = store.RawMail{
			Label: store.RawLabel{
				Mailbox: f.Mailbox, Folder: f.Name, UIDValidity: f.UIDValidity, UID: m.UID, Received: m.Received.UTC(),
			},
			Data: m.Raw,
		}
	}
	refs, err := o.b.store.KeepRaw(raw)
	if err != nil {
		return nil, err
	}
	// A crash here leaves raw bytes that nothing names; the mails are still in their folder and come again.
	now := o.b.clock.Now()
	dispositions := make([]mailbox.Disposition, len(mails))
	rows := make([]store.Row, len(mails))
	var taught []lesson
	err = o.b.store.Update(func(tx *store.Tx) error {
		first := o.b.firstLook(tx, f.Mailbox)
		for i, m := range mails {
			if row, ok := tx.Accounted(f.Mailbox, f.Name, f.UIDValidity, m.UID); ok {
				dispositions[i] = disposition(row.Outcome)
				continue
			}
			env := intake.Envelope{
				Mailbox: f.Mailbox, Folder: f.Name, Junk: f.Junk, Received: m.Received, Size: m.Size,
				Truncated: m.Truncated, Ledger: tx.NextLedger(), FirstLook: first,
			}
			row := store.Row{
				Mailbox: f.Mailbox, Folder: f.Name, UIDValidity: f.UIDValidity, UID: m.UID, Received: m.Received,
				Size: m.Size, Raw: refs[i],
			}
			var v intake.Verdict
			if rows[i], v, err = o.b.record(tx, messages[i], env, row, now); err != nil {
				return err
			}
			taught = append(taught, o.b.taught(tx, v)...)
			dispositions[i] = disposition(rows[i].Outcome)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	// A crash here leaves mails that are accounted for and not yet moved; Accounted finds them.
	for _, row := range rows {
		if row.Outcome != "" {
			o.b.logRow(row)
		}
	}
	o.b.learnLater(taught)
	o.b.wake()
	return dispositions, nil
}

// Trouble is told of a mail that the server does not hand out.
func (o *receiver) Trouble(_ context.Context, f mailbox.Folder, l mailbox.Listed, err error) {
	o.b.log.Error("a mail cannot be fetched", "mailbox", f.Mailbox, "folder", f.Name, "uid", l.UID, "error", err)
}

// readAll parses the mails on all processors.
func readAll(mails []mailbox.Mail) []*message.Message {
	messages := make([]*message.Message, len(mails))
	if len(mails) == 1 {
		messages[0] = message.Parse(mails[0].Raw)
		return messages
	}
	var all sync.WaitGroup
	next := make(chan int)
	for range min(runtime.GOMAXPROCS(0), len(mails)) {
		all.Go(func() {
			for i := range next {
				messages[i] = message.Parse(mails[i].Raw)
			}
		})
	}
	for i := range mails {
		next <- i
	}
	close(next)
	all.Wait()
	return messages
}

// record decides one mail and records all of the verdict: events, mails owed, and the ledger row.
func (d *Desk) record(tx *store.Tx, m *message.Message, env intake.Envelope, row store.Row, now time.Time) (store.Row, intake.Verdict, error) {
	v := d.decide(tx, m, env, now)
	if err := tx.Apply(v); err != nil {
		return row, v, fmt.Errorf("%s, uid %d: %w", row.Folder, row.UID, err)
	}
	if err := d.finish(tx, v, now); err != nil {
		return row, v, err
	}
	row.Number, row.MessageID, row.Fingerprint = env.Ledger, m.MessageID, hex.EncodeToString(m.Fingerprint[:])
	row.Outcome, row.Reason, row.Request, row.At = v.Outcome, v.Reason, v.Request, now
	tx.Account(row)
	return row, v, nil
}

// decide asks intake. A mail that makes it fail is accounted for like any other, and stops nothing.
func (d *Desk) decide(tx *store.Tx, m *message.Message, env intake.Envelope, now time.Time) (v intake.Verdict) {
	defer func() {
		if fault := recover(); fault != nil {
			d.log.Error("a mail could not be decided", "ledger", env.Ledger, "fault", fault)
			v = intake.Verdict{Outcome: intake.Unreadable, Reason: fmt.Sprintf("it could not be decided: %v", fault)}
		}
	}()
	return intake.Decide(m, env, tx, d.policy, now)
}

func (d *Desk) logRow(row store.Row) {
	level := d.log.Info
	if row.Outcome.Meaning().Error {
		level = d.log.Warn
	}
	level("mail", "ledger", row.Number, "mailbox", row.Mailbox, "uid", row.UID, "outcome", row.Outcome,
		"request", row.Request.Label(d.policy.Prefix), "reason", row.Reason)
}

// Owner takes over the mails of a watched mailbox, as Run's receiving loops do.
func (b *Bot) Owner() mailbox.Owner { return &receiver{b: b} }
