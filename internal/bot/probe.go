package bot

import (
	"context"
	"fmt"
	"strings"
	"time"

	"triaged/internal/delivery"
	"triaged/internal/health"
)

// The probe is a mail of the bot's to itself. It takes the way of all mail, out by the mail server and in by the mailbox, so
// that a way that is broken is noticed although each of its halves is well. Intake knows it by its mark, and it ends in the
// done folder as the bot's own mail.

const (
	probeLost   = 15 * time.Minute // a probe that is not back by then is lost
	probeRetry  = 5 * time.Minute  // between attempts to send one
	probeFirst  = 2 * time.Minute  // after the start
	probeHeader = "X-Triaged-Probe"
)

// probeState is what is known of the latest probe.
type probeState struct {
	Sent  time.Time     // when the mail server took it; zero: none was sent yet
	Mark  time.Time     // its own time, to the second
	Back  time.Time     // when it was received again; zero: not yet
	Trip  time.Duration // of the last one that came back
	Junk  bool          // it came back by the junk folder
	Tried time.Time     // when the last attempt to send one was made
}

// due tells whether to send a probe now. One that is under way is waited for.
func (p probeState) due(every time.Duration, started, now time.Time) bool {
	switch {
	case every <= 0 || now.Sub(started) < min(probeFirst, every):
		return false
	case !p.Tried.IsZero() && now.Sub(p.Tried) < min(probeRetry, every) && !now.Before(p.Tried):
		return false
	case p.Sent.IsZero() || now.Before(p.Sent):
		return true
	}
	return now.Sub(p.Sent) >= every && (!p.Back.IsZero() || now.Sub(p.Sent) >= probeLost)
}

// probe sends a probe if it is time for one.
func (c *crew) probe(ctx context.Context) {
	d, now := c.today(), c.clock.Now()
	due := false
	c.vitals.see(func() { due = c.vitals.probe.due(d.config.Watch.Probe.D(), c.vitals.started, now) })
	if !due {
		return
	}
	client := delivery.New(*c.smtp.Load())
	defer client.Close()
	result := client.Send(ctx, delivery.Mail{From: d.house.Address, To: d.house.Address, Data: d.probeMail(now)})
	if ctx.Err() != nil {
		return
	}
	sent := result.Outcome == delivery.Sent
	c.vitals.see(func() {
		p := &c.vitals.probe
		if p.Tried = now; sent {
			*p = probeState{Sent: now, Mark: now.Truncate(time.Second), Trip: p.Trip, Tried: now}
		}
	})
	switch {
	case sent:
		c.vitals.sent(now, nil)
		c.log.Debug("probe sent")
	case result.Outcome == delivery.Deferred && result.Server:
		c.vitals.sent(now, &result)
		fallthrough
	default:
		c.log.Warn("the probe could not be sent", "error", describe(result))
	}
}

// probeMail is the probe itself.
func (d *Desk) probeMail(now time.Time) []byte {
	mark := d.policy.Keys.Probe(d.house.Instance, now)
	_, domain, _ := strings.Cut(d.house.Address, "@")
	lines := []string{
		"From: <" + d.house.Address + ">", "To: <" + d.house.Address + ">",
		"Date: " + now.In(d.house.Zone).Format(time.RFC1123Z), "Subject: The bot writes to itself",
		"Message-ID: <probe." + mark + "@" + domain + ">", probeHeader + ": " + mark,
		"Auto-Submitted: auto-generated", "X-Auto-Response-Suppress: All", "X-Triaged-Kind: probe", "MIME-Version: 1.0",
		"Content-Type: text/plain; charset=us-ascii", "",
		"The bot of this desk sends this to itself, to see that mail to it arrives. It files it away itself.", "",
	}
	return []byte(strings.Join(lines, "\r\n"))
}

// probeBack takes in that a probe was received.
func (o *office) probeBack(mark time.Time, junk bool, now time.Time) {
	o.vitals.see(func() {
		p := &o.vitals.probe
		if !p.Mark.Equal(mark) || !p.Back.IsZero() {
			return // of an earlier one, or a copy
		}
		p.Back, p.Trip, p.Junk = now, now.Sub(p.Sent), junk
	})
}

// probeFinding tells whether the latest probe is lost. One that is under way says nothing.
func (d *Desk) probeFinding(p probeState, now time.Time) (f health.Finding, ok bool) {
	f = health.Finding{Key: aboutProbe, Since: p.Sent}
	switch {
	case p.Sent.IsZero():
		return f, false
	case p.Junk:
		f.What = "The desk's mail server takes mail to the desk for junk."
		f.Todo = fmt.Sprintf("The bot's own probe ended in the junk folder, and so may what people write. Tell the server that %s is trusted.", d.house.Address)
	case !p.Back.IsZero():
	case now.Sub(p.Sent) >= probeLost:
		f.What = "Mail to the desk does not arrive."
		f.Todo = fmt.Sprintf("A probe that the bot sent to %s at %s was taken by the mail server, and is in no mailbox that the bot watches. Write to the desk yourself, and see where that mail goes: a filter, a rule, or another mailbox. If %s is not meant to be delivered to the bot's mailbox, set watch.probe to \"0s\".",
			d.house.Address, d.moment(p.Sent), d.house.Address)
	default:
		return f, false
	}
	return f, true
}
