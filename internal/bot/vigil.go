package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"triaged/internal/config"
	"triaged/internal/health"
	"triaged/internal/intake"
	"triaged/internal/mailbox"
	"triaged/internal/oauth"
	"triaged/internal/store"
)

// The vigil looks at the bot itself: whether its mailboxes are reached, its mail goes out, its own probe comes back, the disk
// has room, the clock runs. Operators hear of a trouble once, and again when it is over. What they were told is kept, so that
// a restart does not repeat it.

const (
	lookEvery  = 30 * time.Second
	metaVigil  = "troubles" // where the store keeps the troubles that operators were told of
	troubleOn  = "trouble " // followed by its key: the desk's event of having told so
	troubleOff = "trouble-over "
)

// How long a trouble may last before operators are told: mail servers restart, and networks fail for minutes.
const (
	mailboxPatience = 10 * time.Minute
	smtpPatience    = 5 * time.Minute
	loginPatience   = 2 * time.Minute // this seldom mends itself

	jumpTold  = 5 * time.Minute  // a clock that jumps by less is set as clocks are
	jumpStill = 30 * time.Minute // after this it has been steady
)

// vigil looks until ctx ends.
func (c *crew) vigil(ctx context.Context) error {
	if err := c.recall(); err != nil {
		return err
	}
	for {
		c.beat("vigil")
		c.probe(ctx)
		if err := c.look(); err != nil {
			return err
		}
		before := c.clock.Now().Round(0) // what the clock says, not what has passed
		select {
		case <-ctx.Done():
			return nil
		case <-c.glance:
		case <-c.clock.After(lookEvery):
			c.feelClock(before.Add(lookEvery), c.clock.Now().Round(0))
		}
	}
}

// feelClock compares what the clock should say with what it does.
func (c *crew) feelClock(should, now time.Time) {
	if by := now.Sub(should); by.Abs() > jumpTold {
		c.log.Warn("the machine's clock jumped", "by", by)
		c.vitals.see(func() { c.vitals.jump = jump{now, by} })
	}
}

// recall takes up the troubles that operators were told of before the start.
func (c *crew) recall() error {
	return c.store.View(func(tx *store.Tx) error {
		var told []health.Trouble
		if kept := tx.Meta(metaVigil); len(kept) > 0 {
			if err := json.Unmarshal(kept, &told); err != nil {
				c.log.Warn("the troubles before the start cannot be read", "error", err)
			}
		}
		c.vitals.see(func() { c.vitals.troubles = told })
		return nil
	})
}

// look looks once, and tells what is to be told.
func (c *crew) look() error {
	d, now := c.today(), c.clock.Now()
	findings := d.findings(now)
	var before []health.Trouble
	c.vitals.see(func() { before = c.vitals.troubles })
	after, began, over := health.Look(before, findings, d.looksAt, now)
	if len(began)+len(over) > 0 {
		if err := d.tellTroubles(after, began, over, now); err != nil {
			return err
		}
	}
	c.vitals.see(func() { c.vitals.troubles = after })
	return nil
}

// tellTroubles owes operators word of what began and what is over, and keeps what they were told.
func (d *Desk) tellTroubles(after, began, over []health.Trouble, now time.Time) error {
	kept, err := json.Marshal(health.Told(after))
	if err != nil {
		return err
	}
	err = d.store.Update(func(tx *store.Tx) error {
		for _, t := range began {
			d.tellOperators(tx, now, "Trouble: "+title(t), d.troubleText(t)...)
			tx.AppendDesk(intake.DeskEvent{At: now, Type: troubleOn + t.Key, By: t.What})
		}
		for _, t := range over {
			d.tellOperators(tx, now, "Over: "+title(t), fmt.Sprintf("That was so from %s to %s. It is over, and nothing needs to be done.", d.moment(t.Since), d.moment(wellSince(t, now))))
			tx.AppendDesk(intake.DeskEvent{At: now, Type: troubleOff + t.Key})
		}
		tx.SetMeta(metaVigil, kept)
		return nil
	})
	if err != nil {
		return err
	}
	for _, t := range began {
		d.log.Error("trouble", "about", t.Key, "what", t.What, "since", t.Since, "remedy", t.Todo)
	}
	for _, t := range over {
		d.log.Info("trouble is over", "about", t.Key, "what", t.What, "since", t.Since)
	}
	d.wake()
	return nil
}

// title is a trouble as a subject says it.
func title(t health.Trouble) string { return strings.TrimSuffix(t.What, ".") }

func wellSince(t health.Trouble, now time.Time) time.Time {
	if t.Well.IsZero() {
		return now
	}
	return t.Well
}

func (d *Desk) troubleText(t health.Trouble) []string {
	return []string{
		"It has been so since " + d.moment(t.Since) + ".", t.Todo,
		"You will hear when it is over. `triaged status` on the server shows how things are.",
	}
}

// The keys of findings. A mailbox's is followed by its name.
const (
	aboutMailbox = "mailbox "
	aboutSMTP    = "smtp"
	aboutDisk    = "disk"
	aboutClock   = "clock"
	aboutConfig  = "configuration"
	aboutProbe   = "probe"
)

// looksAt tells whether there is still such a thing to look at.
func (d *Desk) looksAt(key string) bool {
	switch key {
	case aboutSMTP, aboutDisk, aboutClock, aboutConfig:
		return true
	case aboutProbe:
		return d.config.Watch.Probe > 0
	}
	for _, m := range d.config.Mailboxes {
		if key == aboutMailbox+m.Name {
			return true
		}
	}
	return false
}

// findings looks at everything.
func (d *Desk) findings(now time.Time) []health.Finding {
	var all []health.Finding
	v := &d.vitals
	v.see(func() {
		for _, m := range d.config.Mailboxes {
			if s, ok := v.boxes[m.Name]; ok && !toldAsLogin(s.Err) {
				all = append(all, mailboxFinding(m, s, v.started))
			}
		}
		if v.sending.Known && !toldAsLogin(v.sending.err) {
			all = append(all, sendingFinding(d.config.SMTP, v.sending))
		}
		all = append(all, reloadFinding(v.reloads), clockFinding(v.jump, now))
		if f, ok := d.probeFinding(v.probe, now); ok {
			all = append(all, f)
		}
	})
	if f, ok := d.diskFinding(); ok {
		all = append(all, f)
	}
	return all
}

// toldAsLogin tells whether operators hear of an error as of a log-in that the authorization server refuses.
func toldAsLogin(err error) bool {
	var no *oauth.Refused
	return errors.As(err, &no)
}

// mailboxFinding: a mailbox is well once all its folders were looked through, and until a session fails.
func mailboxFinding(m config.Mailbox, s box, started time.Time) health.Finding {
	f := health.Finding{Key: aboutMailbox + m.Name, Since: s.looked, Patience: mailboxPatience}
	if f.Since.IsZero() {
		f.Since = started
	}
	switch {
	case errors.Is(s.Err, mailbox.ErrLogin):
		f.What, f.Patience = fmt.Sprintf("The mailbox %s refuses the bot's log-in.", m.Name), loginPatience
		f.Todo = fmt.Sprintf("It says: %v. Until it lets the bot in, mail stays unread there; nothing is lost.", s.Err)
	case s.Err != nil:
		f.What = fmt.Sprintf("The mailbox %s cannot be read.", m.Name)
		f.Todo = fmt.Sprintf("The last attempt ended with: %v. See whether %s is up and can be reached from the bot's machine. Until then, mail stays unread there; nothing is lost.", s.Err, m.Address)
	case s.silent() > m.PollInterval.D()+mailboxPatience:
		f.What = fmt.Sprintf("The mailbox %s has not been looked through for %s.", m.Name, span(s.silent().Round(time.Minute)))
		f.Todo = "A look may take long where there is very much mail: `triaged status` shows whether it gets on. If it does not, restart the bot."
		f.Since, f.Patience = time.Time{}, 0
	}
	return f
}

func sendingFinding(c config.SMTP, s sending) health.Finding {
	f := health.Finding{Key: aboutSMTP, Since: s.Since, Patience: smtpPatience}
	switch {
	case s.Failures == 0:
	case s.Login:
		f.What, f.Patience = "The mail server refuses the bot's log-in, so no mail goes out.", loginPatience
		f.Todo = fmt.Sprintf("%s says: %s. What is owed waits, and goes out once it lets the bot in.", c.Address, s.Error)
	default:
		f.What = "The bot's mail does not go out."
		f.Todo = fmt.Sprintf("The last attempt at %s ended with: %s. See whether it is up and can be reached from the bot's machine. What is owed waits, and goes out then.", c.Address, s.Error)
	}
	return f
}

func reloadFinding(r reloads) health.Finding {
	f := health.Finding{Key: aboutConfig}
	if r.Err != nil {
		f.What = "The changed configuration is not in use."
		f.Todo = fmt.Sprintf("It could not be loaded, so the bot goes on with the one before: %v. Mend it: the bot reads it again by itself within half a minute.", r.Err)
	}
	return f
}

func clockFinding(j jump, now time.Time) health.Finding {
	f := health.Finding{Key: aboutClock, Since: j.At}
	if j.At.IsZero() || now.Sub(j.At) >= jumpStill {
		return f
	}
	way := "ahead"
	if j.By < 0 {
		way = "back"
	}
	f.What = fmt.Sprintf("The clock of the bot's machine went %s by %s.", way, span(j.By.Abs().Round(time.Minute)))
	f.Todo = "If the machine was suspended, all is well. Else see that it keeps time (timedatectl): reminders and due times go by its clock. Times of mails are the mail server's, and are not touched."
	return f
}
