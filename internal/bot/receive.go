package bot

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"triaged/internal/intake"
	"triaged/internal/mailbox"
	"triaged/internal/message"
	"triaged/internal/store"
)

func (b *Bot) receive(ctx context.Context, s mailbox.Settings) error {
	within := s.PollInterval + slices.Max(append([]time.Duration{longSilence}, s.Reconnect...))
	alive := func() { b.pulse.beat("receive "+s.Name, b.clock.Now(), within) }
	alive()
	s.Observe = func(status mailbox.Status) {
		alive()
		b.noticeMailbox(status)
		b.vitals.observe(status, b.clock.Now())
	}
	// The first look is noted before anything is listed, so that what arrives from now on is new mail.
	err := b.store.Update(func(tx *store.Tx) error {
		b.firstLook(tx, s.Name)
		s.Again = again(tx, s.Name)
		return nil
	})
	if err != nil {
		return err
	}
	err = mailbox.Watch(ctx, s, &receiver{b: b, mailbox: s.Name, alive: alive})
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// firstLook is when a mailbox was first watched.
func (o *office) firstLook(tx *store.Tx, name string) time.Time {
	return tx.FirstLook(name, "", o.clock.Now())
}

// receiver is the owner of a watched mailbox's mails.
type receiver struct {
	b       *Bot
	mailbox string
	alive   func() // nil: nobody wants a sign of life
}

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
	if err == nil && pending && o.b.today().policy.Mailboxes[f.Mailbox].OnlyNew {
		err = o.leaveOld(f, listed, dispositions)
	}
	return dispositions, err
}

// Opened notes with what UID a folder was first opened: what has a higher one came after the first look.
func (o *receiver) Opened(_ context.Context, f mailbox.Folder) error {
	return o.b.store.Update(func(tx *store.Tx) error {
		tx.FirstNext(f.Mailbox, f.Name, f.UIDValidity, f.Next)
		return nil
	})
}

// leaveOld accounts for the mails that lay in the mailbox before its first look, without fetching them: where start is
// "new", they stay where they are.
func (o *receiver) leaveOld(f mailbox.Folder, listed []mailbox.Listed, dispositions []mailbox.Disposition) error {
	now := o.b.clock.Now()
	left := 0
	err := o.b.store.Update(func(tx *store.Tx) error {
		left = 0
		first := o.b.firstLook(tx, f.Mailbox)
		for i, l := range listed {
			if dispositions[i] != mailbox.Pending || !l.Received.Before(first) || newcomer(tx, f, l.UID, l.Received, first) {
				continue
			}
			tx.Account(store.Row{
				Mailbox: f.Mailbox, Folder: f.Name, UIDValidity: f.UIDValidity, UID: l.UID, Received: l.Received, Size: l.Size,
				Outcome: intake.BeforeStart, Reason: "received before the first look, and start is \"new\"", At: now,
			})
			dispositions[i] = mailbox.Leave
			left++
		}
		return nil
	})
	if err == nil && left > 0 {
		o.b.log.Info("left mails where they are that were received before the first look", "mailbox", f.Mailbox, "folder", f.Name, "mails", left)
	}
	return err
}

// slow is how far a mail server's clock may be behind ours. What is older by more was put into the folder, not received.
const slow = 24 * time.Hour

// newcomer tells whether a mail came after the first look at its folder though its time of receipt says otherwise, because
// the server's clock is behind.
func newcomer(tx *store.Tx, f mailbox.Folder, uid uint32, received, first time.Time) bool {
	next := tx.FirstNext(f.Mailbox, f.Name, f.UIDValidity, f.Next)
	return next != 0 && uid >= next && !received.Before(first.Add(-slow))
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
	if o.alive != nil {
		o.alive()
	}
	readings := o.b.readAll(mails)
	raw := make([]store.RawMail, len(mails))
	for i, m := range mails {
		raw[i] = store.RawMail{
			Label: store.RawLabel{
				Mailbox: f.Mailbox, Folder: f.Name, UIDValidity: f.UIDValidity, UID: m.UID, Received: m.Received.UTC(),
			},
			Data: m.Raw,
		}
		if m.Truncated {
			raw[i].Label.Size = m.Size
		}
	}
	refs, err := o.b.store.KeepRaw(raw)
	if err != nil {
		return nil, err
	}
	// A crash here leaves raw bytes that nothing names; the mails are still in their folder and come again.
	dispositions, err := o.account(f, mails, readings, refs)
	var broken *unrecordable
	if errors.As(err, &broken) && len(mails) == 1 { // of several, each is offered again alone
		readings[0].fault = err
		dispositions, err = o.account(f, mails, readings, refs)
	}
	return dispositions, err
}

// account decides the mails and records all that they cause, in one transaction.
func (o *receiver) account(f mailbox.Folder, mails []mailbox.Mail, readings []reading, refs []store.RawRef) ([]mailbox.Disposition, error) {
	d := o.b.today()
	now := d.clock.Now()
	dispositions := make([]mailbox.Disposition, len(mails))
	var rows []store.Row
	var taught []lesson
	err := d.store.Update(func(tx *store.Tx) error {
		rows, taught = nil, nil
		first := d.firstLook(tx, f.Mailbox)
		for i, m := range mails {
			if row, ok := tx.Accounted(f.Mailbox, f.Name, f.UIDValidity, m.UID); ok {
				dispositions[i] = disposition(row.Outcome)
				continue
			}
			env := intake.Envelope{
				Mailbox: f.Mailbox, Folder: f.Name, Junk: f.Junk, Again: f.Again, Received: m.Received, Size: m.Size,
				Truncated: m.Truncated, Ledger: tx.NextLedger(), FirstLook: first,
				Newcomer: newcomer(tx, f, m.UID, m.Received, first),
			}
			row := store.Row{
				Mailbox: f.Mailbox, Folder: f.Name, UIDValidity: f.UIDValidity, UID: m.UID, Received: m.Received,
				Size: m.Size, Raw: refs[i],
			}
			made, err := d.record(tx, readings[i], env, row, now)
			if err != nil {
				return err
			}
			rows, taught = append(rows, made.rows...), append(taught, made.taught...)
			dispositions[i] = disposition(made.rows[0].Outcome)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	// A crash here leaves mails that are accounted for and not yet moved; Accounted finds them.
	for _, row := range rows {
		d.vitals.countReceived(string(row.Outcome))
		d.logRow(row)
	}
	d.learnLater(taught)
	d.wake()
	return dispositions, nil
}

// Trouble is told of a mail that the server does not hand out.
func (o *receiver) Trouble(_ context.Context, f mailbox.Folder, l mailbox.Listed, err error) {
	o.b.log.Error("a mail cannot be fetched", "mailbox", f.Mailbox, "folder", f.Name, "uid", l.UID, "error", err)
	if err := o.b.today().tellOfUnfetched(f, l, err); err != nil {
		o.b.log.Error("the operators could not be told of it", "error", err)
	}
	o.b.wake()
}

// reading is a received mail as it was read, or why it could not be.
type reading struct {
	*message.Message
	fault error
}

// readAll parses the mails on all processors.
func (o *office) readAll(mails []mailbox.Mail) []reading {
	readings := make([]reading, len(mails))
	if len(mails) == 1 {
		readings[0] = o.read(mails[0].Raw)
		return readings
	}
	var all sync.WaitGroup
	next := make(chan int)
	for range min(runtime.GOMAXPROCS(0), len(mails)) {
		all.Go(func() {
			for i := range next {
				readings[i] = o.read(mails[i].Raw)
			}
		})
	}
	for i := range mails {
		next <- i
	}
	close(next)
	all.Wait()
	return readings
}

// read parses a mail. One that the parser fails at is told by its bytes.
func (o *office) read(raw []byte) (r reading) {
	parse := message.Parse
	if o.parse != nil {
		parse = o.parse
	}
	r.fault = o.safely("a mail could not be read", func() error { r.Message = parse(raw); return nil })
	if r.fault != nil {
		r.Message = &message.Message{Fingerprint: sha256.Sum256(raw)}
	}
	return r
}

// readHeader reads what is above a mail's text: sender, recipients and subject of a mail of 30 MB are soon read.
func (o *office) readHeader(raw []byte) *message.Message {
	for _, blank := range []string{"\r\n\r\n", "\n\n"} {
		if end := bytes.Index(raw, []byte(blank)); end >= 0 {
			raw = raw[:end+len(blank)]
		}
	}
	return o.read(raw).Message
}

// unrecordable is why a verdict could not be recorded although the store is well.
type unrecordable struct{ error }

func (u *unrecordable) Unwrap() error { return u.error }

// recorded is what a mail left in the store besides events and mails owed.
type recorded struct {
	rows   []store.Row // its own, and those of mails that were decided anew on its word
	taught []lesson
}

// record decides one mail and records all of the verdict: events, mails owed, and the ledger row. After an unrecordable
// the transaction must not be committed.
func (d *Desk) record(tx *store.Tx, m reading, env intake.Envelope, row store.Row, now time.Time) (recorded, error) {
	v := d.decide(tx, m, env, now)
	made, err := d.recordVerdict(tx, m, v, row, now)
	if err == nil && !v.Probe.IsZero() {
		d.probeBack(v.Probe, env.Junk, now)
	}
	return made, err
}

func (d *Desk) recordVerdict(tx *store.Tx, m reading, v intake.Verdict, row store.Row, now time.Time) (made recorded, err error) {
	ledger := tx.NextLedger()
	err = d.safely("a verdict could not be recorded", func() error {
		if err := tx.Apply(v); err != nil {
			return err
		}
		if err := d.finish(tx, v, now); err != nil {
			return err
		}
		made.taught = d.taught(tx, v)
		return nil
	}, "ledger", ledger)
	if err != nil {
		err = fmt.Errorf("%s, uid %d: %w", row.Folder, row.UID, err)
		if !errors.Is(err, store.ErrDamaged) {
			err = &unrecordable{err}
		}
		return recorded{}, err
	}
	row.Number, row.MessageID, row.Fingerprint = ledger, m.MessageID, hex.EncodeToString(m.Fingerprint[:])
	row.Outcome, row.Reason, row.Request, row.At = v.Outcome, v.Reason, v.Request, now
	tx.Account(row)
	made.rows = append(made.rows, row)
	more, err := d.decideAnew(tx, v.Orders, now)
	made.rows, made.taught = append(made.rows, more.rows...), append(made.taught, more.taught...)
	return made, err
}

// decide asks intake. A mail that makes it fail, or cannot be read or recorded, is accounted for like any other, and stops
// nothing.
func (d *Desk) decide(tx *store.Tx, m reading, env intake.Envelope, now time.Time) (v intake.Verdict) {
	err := m.fault
	if err == nil {
		err = d.safely("a mail could not be decided", func() error {
			v = intake.Decide(m.Message, env, tx, d.policy, now)
			return nil
		}, "ledger", env.Ledger)
	}
	if err != nil {
		v = intake.Verdict{Outcome: intake.Unreadable, Reason: err.Error()}
	}
	return v
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
