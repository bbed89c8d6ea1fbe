package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"triaged/internal/bot"
	"triaged/internal/demo/school"
	"triaged/internal/inprocess"
	"triaged/internal/intake"
	"triaged/internal/message"
	"triaged/internal/store"
)

// director lets people write when their time has come, and has it told what happens.
type director struct {
	speed   float64
	clock   *clock
	place   *place
	desk    *bot.Desk
	tell    transcript
	arrived atomic.Uint64           // mails put into the desk's mailbox
	sent    chan inprocess.Received // what the bot handed to the SMTP server
	letters chan letter             // what people handed to it for the desk

	silent  []school.Scene // whose cue has not come
	waiting []cued
	last    bool   // the last scene's mail is written
	told    uint64 // ledger rows that the transcript has told of
}

// cued is a scene whose time is known.
type cued struct {
	at       time.Time
	scene    school.Scene
	answered *message.Message
}

// letter is a mail that somebody handed to the SMTP server for the desk.
type letter struct {
	at   time.Time
	mail *message.Message
}

// take is the SMTP server's delivery: to the desk, to the people's own mailboxes, and to the transcript.
func (d *director) take(r inprocess.Received) error {
	now := d.clock.Now()
	m := message.Parse(r.Data)
	for _, to := range r.To {
		user, data := to, r.Data
		if strings.EqualFold(to, school.DeskAddress) {
			user, data = "support", slices.Concat(vouch(r.User, m.From.Address), r.Data)
			d.letters <- letter{now, m}
			d.arrived.Add(1)
		}
		// Mail to people outside of the school goes nowhere, as far as the demo is concerned.
		_, _ = d.place.imap.Append(strings.ToLower(user), "INBOX", now, data)
	}
	if strings.EqualFold(r.From, school.DeskAddress) {
		d.sent <- r
	}
	return nil
}

// vouch is what the school's server writes on top of a mail, whatever the mail itself claims: whether its sender had
// logged in as who From says.
func vouch(user, from string) []byte {
	verdict := "fail"
	if user != "" && strings.EqualFold(user, from) {
		verdict = "pass"
	}
	_, domain, _ := strings.Cut(from, "@")
	return fmt.Appendf(nil, "Authentication-Results: mx.school.example; dmarc=%s header.from=%q\r\n", verdict, domain)
}

// longest is when the story ends whatever happens, and longestPause how long the transcript stands still at most.
const (
	longest      = 5 * time.Hour
	longestPause = 1500 * time.Millisecond
)

// errLate is returned when the story did not come to its end.
var errLate = errors.New("the demo did not come to its end: the bot did not answer")

// lastScene is the one whose receipt ends the story.
const lastScene = "digest"

// play tells the story to its end.
func (d *director) play(ctx context.Context) error {
	d.tell.opening()
	for _, s := range school.Story() {
		if s.Answer == nil {
			d.waiting = append(d.waiting, cued{at: school.Start().Add(s.At), scene: s})
		} else {
			d.silent = append(d.silent, s)
		}
	}
	for !d.last {
		if err := d.step(ctx); err != nil {
			return err
		}
	}
	return d.end()
}

// step waits for the next thing to happen, and lets it happen.
func (d *director) step(ctx context.Context) error {
	next, mail, writes := d.next()
	if next.After(school.Start().Add(longest)) {
		return errLate
	}
	if err := d.pause(ctx, next.Sub(d.clock.Now())); err != nil {
		return err
	}
	d.clock.set(next)
	if err := d.settle(ctx); err != nil || !writes {
		return err
	}
	d.waiting = slices.DeleteFunc(d.waiting, func(c cued) bool { return c.scene.Name == mail.scene.Name })
	if err := d.write(mail); err != nil {
		return err
	}
	d.last = mail.scene.Name == lastScene
	return d.settle(ctx)
}

// next is when the next thing happens, and the mail that is then written, if it is one. What the bot has to do at the same
// moment comes first.
func (d *director) next() (at time.Time, mail cued, writes bool) {
	alarm, set := d.clock.next()
	if len(d.waiting) > 0 {
		mail = slices.MinFunc(d.waiting, func(a, b cued) int { return a.at.Compare(b.at) })
		if !set || !mail.at.After(alarm) {
			return mail.at, mail, true
		}
	}
	if !set {
		return school.Start().Add(longest + 1), mail, false
	}
	return alarm, mail, false
}

// pause lets so much of the story's time pass.
func (d *director) pause(ctx context.Context, span time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(min(time.Duration(float64(span)/d.speed), longestPause)):
		return nil
	}
}

// write lets somebody's mail arrive.
func (d *director) write(c cued) error {
	now := d.clock.Now()
	raw := c.scene.Raw(school.Context{Now: now, Answered: c.answered})
	if raw == nil {
		return nil
	}
	d.arrived.Add(1)
	if _, err := d.place.imap.Append("support", "INBOX", now, raw); err != nil {
		return err
	}
	d.tell.writes(now, c.scene, message.Parse(raw))
	return nil
}

// patience is how long the bot may take, on the wall's clock, for what there is to do at one moment.
const patience = 30 * time.Second

// settle waits until the bot has nothing left to do now, then tells what it did.
func (d *director) settle(ctx context.Context) error {
	late := time.After(patience)
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	var sent []inprocess.Received
	for done := false; !done; {
		select {
		case r := <-d.sent:
			sent = append(sent, r)
		case <-look.C:
			done = d.quiet() && len(d.sent) == 0
		case <-ctx.Done():
			return ctx.Err()
		case <-late:
			return errLate
		}
	}
	d.tellLedger()
	for _, r := range sent {
		d.heard(r)
	}
	return nil
}

// quiet tells whether every mail is accounted for, everything owed is sent, and nothing is due.
func (d *director) quiet() bool {
	now := d.clock.Now()
	quiet := true
	err := d.desk.Store().View(func(tx *store.Tx) error {
		held := school.Start() // the last review
		if e, ok := tx.LastDesk(intake.ReviewSent); ok {
			held = e.Review
		}
		review := d.place.config.Reviews().Previous(now.Add(1))
		pending := false
		for range tx.Outbox(store.Pending) {
			pending = true
		}
		due, ok := tx.NextDue()
		quiet = tx.NextLedger() > d.arrived.Load() && !pending && (!ok || due.After(now)) && !review.After(held)
		return nil
	})
	return err == nil && quiet
}

// heard tells of a mail that the bot sent, and lets whoever got it answer.
func (d *director) heard(r inprocess.Received) {
	now := d.clock.Now()
	m := message.Parse(r.Data)
	var cues []string
	d.silent = slices.DeleteFunc(d.silent, func(s school.Scene) bool {
		if !s.Answer.Matches(m, now.Sub(school.Start())) {
			return false
		}
		cues = append(cues, s.Name)
		d.waiting = append(d.waiting, cued{at: now.Add(s.At), scene: s, answered: m})
		return true
	})
	whole := slices.Contains(cues, lastScene) || d.last && m.Header.Get("X-Triaged-Kind") == "receipt"
	d.tell.sent(now, r, m, whole)
}

// tellLedger tells what became of the mails that arrived since the last look.
func (d *director) tellLedger() {
	_ = d.desk.Store().View(func(tx *store.Tx) error {
		for row := range tx.Ledger(d.told + 1) {
			d.told = row.Number
			d.tell.became(row.Outcome, row.Reason)
		}
		return nil
	})
}

// end shows the queue as the story leaves it, and what there is to say about all of it.
func (d *director) end() error {
	d.tell.queueHead(d.clock.Now())
	err := d.desk.List(bot.Args{Queue: "open"}, func(row any) error {
		d.tell.queued(row.(bot.RequestRow), d.place.config.Chart())
		return nil
	})
	if err != nil {
		return err
	}
	found, err := d.desk.Store().Check()
	if err != nil {
		return err
	}
	if len(found.Problems) > 0 {
		return fmt.Errorf("the demo ended in a state that is not whole: %s", strings.Join(found.Problems, "; "))
	}
	d.tell.closing(found)
	return nil
}

// follow goes on telling while people take part, at the wall's speed.
func (d *director) follow(ctx context.Context) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	start, begun := d.clock.Now(), time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case l := <-d.letters:
			d.tell.arrives(l.at, l.mail)
		case r := <-d.sent:
			d.tellLedger()
			d.tell.sent(d.clock.Now(), r, message.Parse(r.Data), false)
		case <-tick.C:
			d.clock.set(start.Add(time.Since(begun)))
			if len(d.letters) == 0 { // who wrote comes before what became of it
				d.tellLedger()
			}
		}
	}
}
