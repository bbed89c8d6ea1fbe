package bot

import (
	"context"
	"slices"
	"time"

	"triaged/internal/agenda"
	"triaged/internal/chart"
	"triaged/internal/intake"
	"triaged/internal/message"
	"triaged/internal/request"
	"triaged/internal/store"
	"triaged/internal/suggest"
)

// agenda wakes when something is due, does all of it in one transaction, and sleeps until the next thing is.
func (b *Bot) agenda(ctx context.Context) error {
	for {
		b.beat("agenda")
		if err := b.rotate(); err != nil {
			return err
		}
		next, err := b.today().Tick()
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
		case <-b.clock.After(lookAgain): // the machine's clock may have been set
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
	week, err := d.weekly(now)
	if err != nil {
		return next, err
	}
	var done []agenda.Thing
	var review *intake.DeskEvent
	err = d.store.Update(func(tx *store.Tx) (err error) {
		if done, err = d.act(tx, now); err != nil {
			return err
		}
		review = d.review(tx, now)
		d.morning(tx, now)
		d.oweWeekly(tx, week, now)
		d.tellQuarantine(tx, now)
		d.tellExpiring(tx, now)
		next = d.nextTick(tx, now)
		return nil
	})
	if err == nil {
		d.logDone(done, review)
		d.wake()
	}
	return next, err
}

// logDone says what came due, a line each.
func (d *Desk) logDone(done []agenda.Thing, review *intake.DeskEvent) {
	for _, t := range done {
		d.log.Info("due", "request", t.Request.Number.Label(d.policy.Prefix), "what", t.What, "at", t.At.UTC())
	}
	if review != nil {
		d.log.Info("review", "at", review.Review.UTC(), "uncategorized", review.Rows)
	}
}

// nextTick is when the agenda has to be looked at again.
func (d *Desk) nextTick(tx *store.Tx, now time.Time) time.Time {
	next := agenda.NextReview(d.lastReview(tx, now), now, d.plan)
	if at := agenda.NextMorning(lastMorning(tx, now), now, d.plan); !at.IsZero() && at.Before(next) {
		next = at
	}
	if at := d.nextWeekly(tx, now); !at.IsZero() && at.Before(next) {
		next = at
	}
	if at := d.quarantineDue(tx, now); !at.IsZero() && at.Before(next) {
		next = at
	}
	if at := d.nextExpiry(tx); !at.IsZero() && at.Before(next) {
		next = at
	}
	if due, ok := d.nextDue(tx, now); ok && due.Before(next) {
		next = due
	}
	return next
}

// nextDue is when something will have to be done about a request. Nothing is told in quiet hours that can wait, even if its
// time has come while the bot did not run.
func (d *Desk) nextDue(tx *store.Tx, now time.Time) (time.Time, bool) {
	first, ok := tx.NextDue()
	if !ok || first.After(now) || !d.plan.Quiet(now) {
		return first, ok
	}
	open := d.plan.Staffed.NextOpen(now)
	for item := range tx.Due(open) {
		if item.At.After(now) || d.pressing(tx, item) {
			return item.At, true
		}
	}
	return open, true
}

// pressing tells whether something due is told at any hour. Of most it is known without a look at the request: after an outage
// there may be very many.
func (d *Desk) pressing(tx *store.Tx, item store.DueItem) bool {
	if agenda.WithoutCode(item.What) {
		return false
	}
	r, ok := tx.Request(item.Request)
	return ok && d.plan.Urgent(r, item.What)
}

// most is how many due items one transaction does: what a long outage leaves is done in several, each of them one mail a
// person.
const most = 20_000

// act does what has come due about requests.
func (d *Desk) act(tx *store.Tx, now time.Time) (things []agenda.Thing, err error) {
	quiet := d.plan.Quiet(now)
	for item := range tx.Due(now) {
		if len(things) == most {
			break
		}
		if quiet && !d.pressing(tx, item) {
			continue
		}
		r, ok := tx.Request(item.Request)
		if !ok {
			continue
		}
		t := agenda.Thing{Item: agenda.Item{At: item.At, What: item.What}, Request: r}
		if item.What == agenda.EmergencyCheck {
			t.Alert = d.suspicion(tx, r)
		}
		things = append(things, t)
	}
	at, _, due := agenda.DueReview(d.lastReview(tx, now), now, d.plan)
	o := agenda.Act(things, due && agenda.Late(at, now), d.plan, now)
	for _, c := range o.Changes {
		if _, err := tx.Record(c.Request, c.Events...); err != nil {
			return nil, err
		}
	}
	for _, l := range o.Letters {
		d.owe(tx, l, now)
	}
	return things, nil
}

// suspicion is why an uncategorized request is believed to be an emergency: by the model's lexicon, or by the chart, for a
// code that is more than a guess. Nothing if it is not. Of an outage the analysts have been told: then what else it may be.
func (d *Desk) suspicion(tx *store.Tx, r request.Request) []string {
	mail, model := d.mailOf(tx, r), d.ready()
	if r.Outage.Sure {
		return besides(model, d.policy.Chart, mail)
	}
	believed, why := model.Emergency(mail)
	var alert []string
	if believed && len(why) > 0 {
		alert = append(alert, sentence(why))
	}
	for _, s := range model.Suggest(mail, 1) {
		if !s.Sure() {
			continue
		}
		for _, a := range d.policy.Chart.Alerts(s.Code, chart.Believed, mail.Subject+"\n"+mail.Text) {
			alert = append(alert, a.Say)
		}
	}
	return alert
}

// besides is why a report of a known outage is believed to be an emergency of another kind too. Its likeliest code is the
// outage's, as a rule, so that the words of every code's alerts count.
func besides(model *suggest.Model, c *chart.Chart, mail suggest.Mail) []string {
	var alert []string
	likeliest := model.Suggest(mail, 1)
	if believed, why := model.Besides(mail); believed && len(why) > 0 {
		alert = append(alert, sentence(why))
	}
	for _, e := range c.Entries() {
		for _, a := range c.Alerts(e.Code, chart.Believed, mail.Subject+"\n"+mail.Text) {
			sure := len(a.Words) > 0 || len(likeliest) > 0 && likeliest[0].Sure() && likeliest[0].Code == e.Code
			if sure && !a.Outage && !slices.Contains(alert, a.Say) {
				alert = append(alert, a.Say)
			}
		}
	}
	return alert
}

// sentence joins what the model gives: what it may be, then the words that say so.
func sentence(why []string) string {
	s := why[0]
	for i, w := range why[1:] {
		if i == 0 {
			s += ", by the words "
		} else {
			s += ", "
		}
		s += `"` + w + `"`
	}
	return s + "."
}

// lastReview is the odd hour of the last review. A new desk counts from its first moment.
func (d *Desk) lastReview(tx *store.Tx, now time.Time) time.Time {
	if e, ok := tx.LastDesk(intake.ReviewSent); ok {
		if e.Review.After(now) {
			return d.plan.Reviews.Previous(now) // the clock was ahead when that was written
		}
		return e.Review
	}
	return opened(tx, now)
}

func opened(tx *store.Tx, now time.Time) time.Time {
	if e, ok := tx.LastDesk(intake.DeskOpened); ok {
		return e.At
	}
	return now
}

// review sends the digest if its hour has come, and records the review either way, and what became of the one before it.
func (d *Desk) review(tx *store.Tx, now time.Time) *intake.DeskEvent {
	at, missed, due := agenda.DueReview(d.lastReview(tx, now), now, d.plan)
	if !due {
		return nil
	}
	d.closeReview(tx, now)
	for _, hour := range missed {
		tx.AppendDesk(intake.DeskEvent{At: now, Type: reviewOf(hour), Review: hour, Rows: agenda.NobodyAsked})
	}
	digest := d.queue(tx, now)
	digest.At, digest.Missed, digest.First, digest.State = at, len(missed), d.firstOfDay(tx, at), d.inBrief(tx, now)
	letters := agenda.Review(digest, d.plan, now)
	for _, l := range letters {
		d.owe(tx, l, now)
	}
	if len(letters) > 0 {
		tx.AppendDesk(intake.DeskEvent{At: now, Type: digestSent, Review: at})
	}
	sent := intake.DeskEvent{At: now, Type: intake.ReviewSent, Review: at, Rows: digest.All, Ledger: tx.NextLedger() - 1}
	tx.AppendDesk(sent)
	if digest.All == 0 {
		tx.AppendDesk(intake.DeskEvent{At: now, Type: reviewOf(at), Review: at}) // held: there was nothing to review
	}
	return &sent
}

// digestSent is the desk's event of a digest that went out, with its review.
const digestSent = "digest-sent"

// firstOfDay tells whether no digest went out yet on the day of a review.
func (d *Desk) firstOfDay(tx *store.Tx, review time.Time) bool {
	last, _ := tx.LastDesk(digestSent)
	day := func(t time.Time) string { return t.In(d.house.Zone).Format(time.DateOnly) }
	return day(last.Review) != day(review)
}

// closeReview records whether the last review was held: whether an analyst acted on a digest, or said so, since it.
func (d *Desk) closeReview(tx *store.Tx, now time.Time) {
	sent, ok := tx.LastDesk(intake.ReviewSent)
	if !ok || sent.Rows == 0 {
		return
	}
	e := intake.DeskEvent{At: now, Type: reviewOf(sent.Review), Review: sent.Review, Rows: sent.Rows}
	if held, ok := tx.LastDesk(intake.ReviewHeld); ok && !held.At.Before(sent.At) {
		e.At, e.By = held.At, held.By
	}
	tx.AppendDesk(e)
}

// reviewOf is the type of the one event that says what became of the review at an hour. The hour is part of it, so that a
// report finds it.
func reviewOf(hour time.Time) string { return "review " + hour.UTC().Format(time.RFC3339) }

// queueMorning is the desk's event of having sent technicians their queues.
const queueMorning = "morning-queue"

func lastMorning(tx *store.Tx, now time.Time) time.Time {
	if e, ok := tx.LastDesk(queueMorning); ok {
		return e.Review
	}
	return opened(tx, now)
}

// morning sends technicians their queues if the desk has just opened.
func (d *Desk) morning(tx *store.Tx, now time.Time) {
	at := agenda.NextMorning(lastMorning(tx, now), now, d.plan)
	if at.IsZero() || at.After(now) {
		return
	}
	for _, l := range agenda.Morning(tx.Queue(), d.plan, now) {
		d.owe(tx, l, now)
	}
	tx.AppendDesk(intake.DeskEvent{At: now, Type: queueMorning, Review: at})
}

// mostFoot is how many lines of one sort a digest ends with.
const mostFoot = 20

// queue is what the digest is about: the uncategorized requests, oldest first, as many as a mail shows, and since the last
// digest the mail that was set aside as unwanted, and whom the bot's mail does not reach. However many requests wait, only
// those it shows are read.
func (d *Desk) queue(tx *store.Tx, now time.Time) (q agenda.Digest) {
	overdue := now.Add(-d.plan.CategorizeWithin).Add(1) // the moment itself is too late
	q.All, q.Late = tx.CountUncategorized(overdue)
	for r := range tx.Uncategorized() {
		if q.Queue = append(q.Queue, r); len(q.Queue) == d.plan.MaxRows {
			break
		}
	}
	last, _ := tx.LastDesk(intake.ReviewSent)
	for _, outcome := range []intake.Outcome{intake.Spam, intake.Automatic} {
		q.Foot = append(q.Foot, d.asideLines(tx, outcome, last.Ledger+1)...)
	}
	q.Foot = append(q.Foot, d.comesBack(tx, last.At)...)
	return q
}

// asideLines are lines for the end of a digest about mail that was set aside: unwanted mail, and the mail of machines that
// are no configured source. What answers a mail by itself, such as a read receipt, wants no look.
func (d *Desk) asideLines(tx *store.Tx, outcome intake.Outcome, from uint64) (lines []string) {
	for row := range tx.LedgerOf(outcome, from) {
		line, kind := d.footLine(row)
		if outcome == intake.Automatic && kind != message.Automatic || tx.Settled(row.Number) {
			continue
		}
		if lines = append(lines, line); len(lines) == mostFoot {
			break
		}
	}
	return lines
}
