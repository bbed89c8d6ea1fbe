// Package bot is the loops around one store: receive, deliver, agenda, one that learns from what people decide, and those
// that reload the configuration and watch the bot itself.
//
// It guarantees the way of one mail: mailbox, message, intake, store, outbox, delivery. What arrives is kept raw and
// durable, decided and recorded in one transaction, and only then marked on the server. What is owed enters the outbox
// in the transaction that owes it, and leaves it when a server has taken it. What is due becomes events and outbox
// entries in one transaction. A crash at any point loses nothing; recovery is the normal way, taken again.
//
// It knows how the rooms are joined. It must not decide anything about a mail: that is intake's and agenda's. A Desk
// serves the shell too, with or without the loops.
package bot

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"syscall"
	"time"

	"triaged/internal/delivery"
	"triaged/internal/mailbox"
)

// Bot is the daemon: an office with its loops running. Each turn of a loop decides by the rules of today.
type Bot struct {
	*office
	mailboxes []mailbox.Settings // watched from the start
	smtp      atomic.Pointer[delivery.Settings]

	arrived chan struct{} // something entered the outbox
	changed chan struct{} // due times may have changed
}

// New prepares the loops of a desk.
func New(d *Desk, mailboxes []mailbox.Settings, smtp delivery.Settings) *Bot {
	b := &Bot{
		office: d.office, mailboxes: mailboxes,
		arrived: make(chan struct{}, 1), changed: make(chan struct{}, 1),
	}
	b.smtp.Store(&smtp)
	d.wake = b.wake
	d.vitals.see(func() { d.vitals.started = d.clock.Now() })
	d.lessons.looped = true
	return b
}

// wake tells the loops that a transaction has committed.
func (b *Bot) wake() {
	for _, c := range []chan struct{}{b.arrived, b.changed} {
		select {
		case c <- struct{}{}:
		default: // it knows already
		}
	}
}

// Run runs the loops until ctx ends, and returns once they have stopped. While the disk is full they say so and wait for
// room. Run returns an error if the store can no longer be written for another reason, since nothing can be done then but
// to start again.
func (b *Bot) Run(parent context.Context) error {
	if _, err := b.today().Adopt(parent); err != nil && parent.Err() == nil {
		return fmt.Errorf("the raw mails of the lost state cannot be taken over: %w", err)
	}
	ctx, stop := context.WithCancelCause(parent)
	defer stop(nil)
	c := &crew{Bot: b, ctx: ctx, stop: stop, watches: map[string]watch{}, glance: make(chan struct{}, 1)}
	for _, settings := range b.mailboxes {
		c.watch(settings)
	}
	c.loop("deliver", b.deliver)
	c.loop("agenda", b.agenda)
	c.loop("learn", b.learn)
	c.loop("retain", b.retain)
	c.loop("reload", c.reload)
	c.loop("vigil", c.vigil)
	if b.rim.Watchdog > 0 {
		c.loop("watchdog", c.watchdog)
	}
	c.all.Wait()
	if parent.Err() != nil { // whatever its cause: a signal has one of its own
		return nil
	}
	return context.Cause(ctx)
}

// full tells whether there was no room to write.
func full(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }

// patience lets some time pass in which somebody may make room on the disk. False means that it is time to stop.
func (o *office) patience(ctx context.Context, loop string, err error) bool {
	o.log.Error("no room on the disk; tried again soon", "loop", loop, "error", err)
	select {
	case <-ctx.Done():
		return false
	case <-o.clock.After(30 * time.Second):
		return true
	}
}

// safely runs something that hostile text may break, and makes an error of a panic. What names it in the log.
func (o *office) safely(what string, run func() error, attributes ...any) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			o.log.Error(what, append(attributes, "fault", fault, "stack", string(debug.Stack()))...)
			err = fmt.Errorf("a fault of the program: %v", fault)
		}
	}()
	return run()
}
