package bot

import (
	"context"
	"fmt"
	"slices"
	"time"

	"triaged/internal/compose"
	"triaged/internal/delivery"
	"triaged/internal/store"
)

// What is attempted between two commits. A crash within a batch may repeat that many mails, each under the Message-ID it
// had, so a slow batch ends early; a heavy one, for its mails are in memory.
const (
	batch      = 32
	batchBytes = 8 << 20
	batchTime  = 10 * time.Second
)

// lookAgain is how long the loop sleeps at most: its timers run on while the machine's clock is set, or stand still while it
// sleeps.
const lookAgain = time.Minute

// sender is the delivering loop. What it knows beside the store is lost with the process, and decides only when to try.
type sender struct {
	*Desk  // of this turn of the loop
	first  *way
	second detour
	sent   pace // the first way
	waits  bool // for the server to take more
	grave  grave
	look   time.Time // when to look through the held mails again
	now    time.Time // when the loop last looked at the clock
}

// deliver sends what is owed, the most urgent first, over one connection.
func (b *Bot) deliver(ctx context.Context) error {
	s := &sender{Desk: b.today(), first: newWay("smtp", b.smtp.Load())}
	defer s.hangUp()
	if err := s.digUp(); err != nil {
		return err
	}
	for ctx.Err() == nil {
		b.beat("deliver")
		s.Desk = b.today()
		s.follow(b.smtp.Load())
		if err := s.releaseHeld(); err != nil {
			return err
		}
		if err := s.tellDead(); err != nil {
			return err
		}
		by, entries, next, err := s.toSend()
		if err != nil {
			return err
		}
		if len(entries) > 0 {
			if err := s.attempt(ctx, by, entries); err != nil {
				return err
			}
			continue
		}
		s.hangUp() // nothing to do for a while: servers dislike idle connections
		select {
		case <-ctx.Done():
		case <-b.clock.After(s.sleep(next)):
		case <-b.arrived:
			s.first.hurry(s.retry)
		}
	}
	return nil
}

// hangUp ends idle connections.
func (s *sender) hangUp() {
	s.first.client.Close()
	if s.second.way != nil {
		s.second.client.Close()
	}
}

// follow goes over to other servers, of which nothing is known yet.
func (s *sender) follow(server *delivery.Settings) {
	if server != s.first.settings {
		s.first.client.Close()
		s.first = newWay("smtp", server)
	}
	if err := s.second.follow(s.config, s.rim); err != nil {
		s.log.Error("there is no second way for mail", "error", err)
	}
}

// toSend lists what to try now, and which way, and says when the next mail is to be tried.
func (s *sender) toSend() (by *way, entries []store.Entry, next time.Time, err error) {
	now := s.clock.Now()
	if now.Before(s.now.Add(-lookAgain)) || s.now.IsZero() {
		if err := s.hasten(now); err != nil {
			return nil, nil, next, err
		}
	}
	s.now = now
	if err := s.sent.follow(s.pace, s.store, now, s.retry.GiveUp); err != nil {
		return nil, nil, next, err
	}
	room, least, until := s.sent.room(now)
	err = s.store.View(func(tx *store.Tx) error {
		by, entries = s.choose(tx, room, least)
		next, _ = tx.NextSend(compose.Figure)
		if next.Before(until) && !next.IsZero() { // those that may not wait so long have room, or wait too
			if urgent, ok := tx.NextSend(least); ok && room > 0 && urgent.Before(until) {
				next = urgent
			} else {
				next = until
			}
		}
		return nil
	})
	waits := len(entries) == 0 && next.Equal(until) && !until.IsZero()
	if waits && !s.waits {
		s.log.Info("as many mails are sent as the server takes: the others wait", "until", until)
	}
	s.waits = waits
	return by, entries, next, err
}

// choose takes the second way for what may go there while the first is in trouble. All other mail takes the first, and
// probes it: a mail that has another way, which is in order, is spared that.
func (s *sender) choose(tx *store.Tx, room int, least compose.Urgency) (*way, []store.Entry) {
	var others func(store.Entry) bool
	open := !s.first.closed(s.now)
	if s.first.failures > 0 && s.second.open(s.now) && (s.second.failures == 0 || !open) {
		if entries := tx.ToSend(s.now, batch, s.second.least, s.second.takes); len(entries) > 0 {
			return s.second.way, entries
		}
		others = func(e store.Entry) bool { return !s.second.takes(e) }
	}
	if !open || room == 0 {
		return nil, nil
	}
	return s.first, tx.ToSend(s.now, room, least, others)
}

// sleep is how long to wait until something can be done.
func (s *sender) sleep(next time.Time) time.Duration {
	wait := lookAgain // the held mails are looked through as often
	until := func(t time.Time) time.Duration { return max(t.Sub(s.now), time.Millisecond) }
	switch {
	case s.first.closed(s.now):
		wait = min(wait, until(s.first.until))
	case !next.IsZero():
		wait = min(wait, until(next))
	}
	if s.second.way != nil && s.second.closed(s.now) {
		wait = min(wait, until(s.second.until))
	}
	if t := s.grave.due(); !t.IsZero() {
		wait = min(wait, until(t))
	}
	return wait
}

// hasten brings forward mails whose next attempt is further off than any wait is long: the clock was ahead when it was
// set.
func (s *sender) hasten(now time.Time) error {
	limit := now.Add(s.retry.longest())
	var far []uint64
	err := s.store.View(func(tx *store.Tx) error {
		for e := range tx.Outbox(store.Pending) {
			if e.Next.After(limit) {
				far = append(far, e.ID)
			}
		}
		return nil
	})
	if err != nil || len(far) == 0 {
		return err
	}
	s.log.Warn("the clock went back: mails are tried at once", "mails", len(far))
	return s.store.Update(func(tx *store.Tx) error {
		for _, id := range far {
			if err := tx.Change(id, func(e *store.Entry) { e.Next = now.UTC() }); err != nil {
				return err
			}
		}
		return nil
	})
}

// outgoing is one mail of a batch.
type outgoing struct {
	entry    store.Entry // as it was before the attempt was recorded
	data     []byte      // nil: it cannot be rendered
	made     compose.Mail
	removals uint64 // when it was made
	ref      store.RawRef
	fault    error
	stale    bool // words may be in its bytes that are to be kept nowhere by now
	tried    bool
	gone     bool // it is not to be sent any more
	result   delivery.Result
}

// attempt renders the mails, records the attempt, sends, and records what became of each.
func (s *sender) attempt(ctx context.Context, by *way, entries []store.Entry) error {
	start := s.clock.Now()
	mails, err := s.prepare(entries, start)
	if err != nil {
		return err
	}
	s.point("attempt-recorded")
	// A crash here, or before the results are recorded, repeats mails that the server has taken: the same bytes under
	// the same Message-ID, after the wait that was recorded.
	var trouble *delivery.Result // the server's own, and so every mail's
	for i := range mails {
		m := &mails[i]
		if m.data == nil {
			continue
		}
		s.beatFor("deliver", by.settings.Limit(len(m.data)))
		m.result = by.client.Send(ctx, delivery.Mail{From: s.house.Address, To: m.entry.Letter.To.Address, Data: m.data})
		s.beat("deliver")
		m.tried, m.data = true, nil
		s.noticeWay(by.name, m.result)
		if by == s.first && (m.result.Outcome == delivery.Sent || m.result.Uncertain) {
			s.sent.took(s.clock.Now())
		}
		s.point("sent")
		if deferred := m.result.Outcome == delivery.Deferred; deferred && ctx.Err() != nil {
			m.tried, m.fault = false, ctx.Err() // cut off: the recorded attempt stands, and is repeated
			break
		} else if deferred && m.result.Server {
			trouble = &m.result
			break
		}
		if ctx.Err() != nil || s.clock.Now().Sub(start) > batchTime {
			break
		}
	}
	return s.settle(ctx, by, mails, trouble)
}

// prepare makes sure that each mail's bytes are kept, so that a retry yields the same, and records the attempt before
// anybody is dialled. A mail that cannot be rendered is dead. It takes as many of the mails as fit into a batch.
func (s *sender) prepare(entries []store.Entry, now time.Time) ([]outgoing, error) {
	var mails []outgoing
	var keep []store.RawMail
	var kept []int
	for i, size := 0, 0; i < len(entries) && size < batchBytes; i++ {
		m, err := s.make(entries[i])
		if err != nil {
			return nil, err
		}
		if m.made.Data != nil {
			keep = append(keep, store.RawMail{Label: store.RawLabel{Outbox: m.entry.ID, Received: now.UTC()}, Data: m.data})
			kept = append(kept, i)
		}
		size += len(m.data)
		mails = append(mails, m)
	}
	refs, err := s.store.KeepRaw(keep)
	if err != nil {
		return nil, err
	}
	for j, i := range kept {
		mails[i].ref = refs[j]
		mails[i].made.Data = nil
	}
	err = s.store.Update(func(tx *store.Tx) error {
		for i := range mails {
			if err := s.recordAttempt(tx, &mails[i], now); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		s.unkeep(mails)
	}
	return mails, err
}

// unkeep removes the bytes of mails in which words may be that are to be kept nowhere by now. What cannot be written over waits
// for the next start, and keeps no other mail from going out.
func (s *sender) unkeep(mails []outgoing) {
	mails = slices.DeleteFunc(slices.Clone(mails), func(m outgoing) bool { return !m.stale })
	if len(mails) == 0 {
		return
	}
	err := s.store.Wipe(func(tx *store.Tx) error {
		for _, m := range mails {
			tx.WipeBytes(m.ref)
		}
		return nil
	})
	if err != nil {
		s.log.Error("a mail's bytes that are not to be kept are not removed", "mails", len(mails), "error", err)
	}
}

// make fetches a mail's bytes, or makes them.
func (s *sender) make(e store.Entry) (m outgoing, err error) {
	m.entry = e
	if e.Raw != (store.RawRef{}) {
		raw, err := s.store.Raw(e.Raw)
		if err == nil {
			m.data = raw.Data
			return m, nil
		}
		s.log.Error("the bytes of an outgoing mail are lost; it is made anew", "outbox", e.ID, "error", err)
	}
	err = s.store.View(func(tx *store.Tx) error {
		m.removals = tx.Removals()
		m.fault = s.safely("a mail could not be rendered", func() (err error) {
			m.made, err = compose.Render(e.Letter, e.MessageID, s.material(tx, e.Letter), s.house)
			return err
		}, "outbox", e.ID)
		return nil
	})
	if m.fault == nil {
		m.data = m.made.Data
		if e.Letter.Commands {
			m.entry.Forms, m.entry.Listed = compose.Renderings(m.data), m.made.Listed
		}
	}
	return m, err
}

func (s *sender) recordAttempt(tx *store.Tx, m *outgoing, now time.Time) error {
	if m.fault != nil {
		s.log.Error("not sent", append(s.attributes(m.entry), "error", m.fault)...)
		return s.bury(tx, m.entry, "it cannot be rendered: "+m.fault.Error(), now)
	}
	if m.ref != (store.RawRef{}) && tx.Removals() != m.removals {
		m.data, m.stale = nil, true // it is rendered anew, for the next batch
		return nil
	}
	switch e, _ := tx.Entry(m.entry.ID); {
	case e.State != store.Pending:
		m.data, m.gone = nil, true // somebody gave it up meanwhile
		return nil
	case e.Gathered != m.entry.Gathered:
		m.data = nil // more was put into it since it was rendered: it is rendered anew, and sent with the next batch
		return nil
	}
	return tx.Change(m.entry.ID, func(e *store.Entry) {
		e.Attempts++
		e.Tried = now.UTC()
		e.Next = now.Add(s.retry.after(e.Attempts)).UTC()
		if m.ref != (store.RawRef{}) {
			e.Raw, e.Subject = m.ref, m.made.Subject
			e.Forms, e.Listed = m.entry.Forms, m.entry.Listed
		}
	})
}

// settle records what became of each mail. It tries again while the disk is full, since what is not recorded would be
// sent again.
func (s *sender) settle(ctx context.Context, by *way, mails []outgoing, trouble *delivery.Result) error {
	now := s.clock.Now()
	by.met(trouble, mails, now, s.retry)
	if by == s.first {
		s.tell(trouble, mails, now)
	}
	record := func() error {
		return s.store.Update(func(tx *store.Tx) error {
			for _, m := range mails {
				if err := s.settleOne(tx, by, m, trouble, now); err != nil {
					return err
				}
			}
			return nil
		})
	}
	err := record()
	for full(err) && s.patience(ctx, "deliver", err) {
		err = record()
	}
	s.point("settled")
	for _, m := range mails {
		if m.tried {
			s.vitals.countSent(string(m.entry.Letter.Kind), m.result)
			s.logSent(by, m.entry, m.result)
		}
	}
	return err
}

// tell lets the vigil know how the way to the server is.
func (s *sender) tell(trouble *delivery.Result, mails []outgoing, now time.Time) {
	if trouble != nil || slices.ContainsFunc(mails, func(m outgoing) bool { return m.tried }) {
		s.vitals.sent(now, trouble)
	}
}

func (s *sender) settleOne(tx *store.Tx, by *way, m outgoing, trouble *delivery.Result, now time.Time) error {
	e, r := m.entry, m.result
	switch {
	case m.fault != nil, m.gone: // dead already, or cut off
		return nil
	case m.tried && r.Outcome == delivery.Sent:
		return tx.Change(e.ID, func(e *store.Entry) {
			e.State, e.Next, e.Ended, e.LastError = store.Sent, time.Time{}, now.UTC(), ""
		})
	case m.tried && r.Outcome == delivery.Rejected:
		return s.bury(tx, e, describe(r), now)
	case trouble != nil && s.retry.over(now.Sub(e.Letter.At), now.Sub(by.since)),
		trouble == nil && m.tried && s.retry.over(now.Sub(e.Letter.At), s.retry.spent(e.Attempts+1)):
		if trouble != nil {
			r = *trouble
		}
		return s.bury(tx, e, fmt.Sprintf("given up after %s: %s", s.retry.GiveUp, describe(r)), now)
	case m.tried && trouble != nil: // the next probe is another mail's, lest this one is the trouble
		return tx.Change(e.ID, func(e *store.Entry) {
			e.LastError = describe(r)
			if latest := now.Add(probing).UTC(); e.Next.After(latest) {
				e.Next = latest
			}
			if by == s.first && s.second.takes(*e) {
				e.Next = now.UTC() // it has another way
			}
		})
	case m.tried:
		return tx.Change(e.ID, func(e *store.Entry) { e.LastError = describe(r) })
	}
	return tx.Change(e.ID, func(after *store.Entry) { // its turn did not come: it keeps its place
		after.Attempts, after.Tried, after.Next = e.Attempts, e.Tried, e.Next
		if trouble != nil {
			after.LastError = describe(*trouble)
		}
	})
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

func (d *Desk) attributes(e store.Entry) []any {
	return []any{"outbox", e.ID, "kind", e.Letter.Kind, "to", e.Letter.To.Address,
		"request", e.Letter.Request.Label(d.policy.Prefix), "attempt", e.Attempts + 1}
}

func (s *sender) logSent(by *way, e store.Entry, r delivery.Result) {
	attributes := s.attributes(e)
	if by == s.second.way {
		attributes = append(attributes, "fallback", by.settings.Address)
	}
	if r.Outcome == delivery.Sent {
		s.log.Info("sent", attributes...)
		return
	}
	s.log.Warn("not sent", append(attributes, "error", describe(r))...)
}
