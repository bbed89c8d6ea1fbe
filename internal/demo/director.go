package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"triaged/internal/bot"
	"triaged/internal/demo/school"
	"triaged/internal/inprocess"
	"triaged/internal/message"
	"triaged/internal/store"
)

// director lets people write when their time has come, and tells what happens.
type director struct {
	options Options
	clock   *bot.Fast
	imap    *inprocess.IMAP
	desk    *bot.Desk
	sent    chan inprocess.Received // what the bot handed to the SMTP server
	scenes  []school.Scene

	waiting  []cued
	told     uint64 // ledger rows that the transcript has told of
	kept     int    // files written
	finished bool
}

// cued is a scene whose time is known.
type cued struct {
	at       time.Time
	scene    school.Scene
	answered *message.Message
}

// longest is when the story ends whatever happens.
const longest = 5 * time.Hour

// errLate is returned when the story did not come to its end.
var errLate = errors.New("the demo did not come to its end: the bot did not answer")

// take is the SMTP server's delivery: to the desk, to the people's own mailboxes, and to the transcript.
func (d *director) take(r inprocess.Received) error {
	for _, to := range r.To {
		user, now := to, d.clock.Now()
		if strings.EqualFold(to, school.DeskAddress) {
			user = "support"
			r.Data = slices.Concat(d.vouch(r), r.Data)
		}
		// Mail to people outside of the school goes nowhere, as far as the demo is concerned.
		_, _ = d.imap.Append(user, "INBOX", now, r.Data)
	}
	if strings.EqualFold(r.From, school.DeskAddress) {
		d.sent <- r
	}
	return nil
}

// vouch is what a school's server writes on top of a mail whose sender logged in as who From says.
func (d *director) vouch(r inprocess.Received) []byte {
	if r.User == "" || !strings.EqualFold(message.Parse(r.Data).From.Address, r.User) {
		return nil
	}
	return []byte("Authentication-Results: mx.school.example; dmarc=pass header.from=school.example\r\n")
}

// play tells the story to its end.
func (d *director) play(ctx context.Context) error {
	start := school.Start()
	d.say("%s  The desk opens. %d people are about to write to %s.\n", d.at(start), len(d.scenes), school.DeskAddress)
	d.scenes = slices.DeleteFunc(d.scenes, func(s school.Scene) bool {
		if s.Answer == nil {
			d.waiting = append(d.waiting, cued{at: start.Add(s.At), scene: s})
		}
		return s.Answer == nil
	})
	for !d.finished {
		if d.clock.Now().After(start.Add(longest)) {
			return errLate
		}
		if err := d.step(ctx); err != nil {
			return err
		}
	}
	return d.end()
}

// step waits for the next thing to happen and lets it happen.
func (d *director) step(ctx context.Context) error {
	slices.SortStableFunc(d.waiting, func(a, b cued) int { return a.at.Compare(b.at) })
	next := d.clock.Now().Add(time.Hour)
	if len(d.waiting) > 0 {
		next = d.waiting[0].at
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case r := <-d.sent:
		d.tellLedger()
		d.heard(r)
	case <-d.clock.After(max(next.Sub(d.clock.Now()), 0)):
		d.tellLedger()
		if len(d.waiting) > 0 && !d.clock.Now().Before(d.waiting[0].at) {
			c := d.waiting[0]
			d.waiting = d.waiting[1:]
			return d.write(c)
		}
	}
	return nil
}

// write lets somebody's mail arrive.
func (d *director) write(c cued) error {
	now := d.clock.Now()
	raw := c.scene.Raw(school.Context{Now: now, Answered: c.answered})
	if raw == nil {
		return nil
	}
	if _, err := d.imap.Append("support", "INBOX", now, raw); err != nil {
		return err
	}
	m := message.Parse(raw)
	d.say("\n%s  %s writes (%s): %s\n", d.at(now), name(c.scene.From), c.scene.About, m.Subject)
	if c.scene.Name == lastScene || c.answered != nil && m.Kind == message.Personal {
		d.quote(m.Reply)
	}
	return nil
}

// lastScene is the one whose receipt ends the story.
const lastScene = "digest"

// heard tells of a mail that the bot sent, and lets whoever got it answer.
func (d *director) heard(r inprocess.Received) {
	now := d.clock.Now()
	m := message.Parse(r.Data)
	kind := m.Header.Get("X-Triaged-Kind")
	d.say("       → %s to %s: %s\n", kind, strings.Join(r.To, ", "), m.Subject)
	d.keep(r, kind)
	d.scenes = slices.DeleteFunc(d.scenes, func(s school.Scene) bool {
		if !s.Answer.Matches(m, now.Sub(school.Start())) {
			return false
		}
		if s.Name == lastScene {
			d.quote(m.Text)
		}
		d.waiting = append(d.waiting, cued{at: now.Add(s.At), scene: s, answered: m})
		return true
	})
	if kind == "receipt" && len(d.waiting) == 0 && !slices.ContainsFunc(d.scenes, func(s school.Scene) bool { return s.Name == lastScene }) {
		d.quote(m.Text)
		d.finished = true
	}
}

// keep writes a sent mail to a file.
func (d *director) keep(r inprocess.Received, kind string) {
	if d.options.Dir == "" {
		return
	}
	d.kept++
	name := fmt.Sprintf("%03d-%s-%s.eml", d.kept, kind, strings.NewReplacer("@", "-at-", "/", "-").Replace(strings.Join(r.To, ",")))
	if err := os.WriteFile(filepath.Join(d.options.Dir, name), r.Data, 0o644); err != nil {
		d.say("       (it could not be kept: %v)\n", err)
	}
}

// tellLedger tells what became of the mails that arrived since the last look.
func (d *director) tellLedger() {
	d.desk.Store().View(func(tx *store.Tx) error {
		for row := range tx.Ledger(d.told + 1) {
			d.told = row.Number
			d.say("       = %s: %s\n", row.Outcome, row.Reason)
		}
		return nil
	})
}

// end shows the queue as the story leaves it.
func (d *director) end() error {
	d.tellLedger()
	d.drain()
	d.say("\n%s  The queue, in the order to work it:\n", d.at(d.clock.Now()))
	return d.desk.List(bot.Args{Queue: "open"}, func(row any) error {
		r := row.(bot.RequestRow)
		due := "no due time"
		if r.DueAt != nil {
			due = "due " + r.DueAt.In(school.Zone()).Format("Mon Jan 2 15:04")
		}
		d.say("       %-6s %-4s %-22s %s\n", r.Number, r.Category, due, r.Subject)
		return nil
	})
}

// drain tells of the mails that follow the last receipt, until the outbox is empty.
func (d *director) drain() {
	for range 100 {
		select {
		case r := <-d.sent:
			d.heard(r)
			continue
		case <-time.After(50 * time.Millisecond):
		}
		pending := false
		d.desk.Store().View(func(tx *store.Tx) error {
			for range tx.Outbox(store.Pending) {
				pending = true
			}
			return nil
		})
		if !pending && len(d.sent) == 0 {
			return
		}
	}
}

// follow goes on telling while people take part.
func (d *director) follow(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case r := <-d.sent:
			d.tellLedger()
			m := message.Parse(r.Data)
			d.say("       → %s to %s: %s\n", m.Header.Get("X-Triaged-Kind"), strings.Join(r.To, ", "), m.Subject)
			d.keep(r, m.Header.Get("X-Triaged-Kind"))
		case <-time.After(200 * time.Millisecond):
			d.tellLedger()
		}
	}
}

func (d *director) say(format string, args ...any) { fmt.Fprintf(d.options.Out, format, args...) }

// width is how many characters of a quoted line the transcript shows.
const width = 100

// quote shows a mail's text, set off.
func (d *director) quote(text string) {
	var b bytes.Buffer
	for line := range strings.Lines(strings.TrimSpace(text)) {
		line = strings.TrimRight(line, "\n")
		if r := []rune(line); len(r) > width {
			line = string(r[:width-1]) + "…"
		}
		b.WriteString("         | " + line + "\n")
	}
	d.options.Out.Write(b.Bytes())
}

func name(p school.Person) string {
	if p.Name != "" {
		return p.Name
	}
	return p.Address
}
