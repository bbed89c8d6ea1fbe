package bot

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"

	"triaged/internal/mailbox"
)

// crew is the loops of a bot while they run. Only Run and the reloading loop change who is in it, one after the other.
type crew struct {
	*Bot
	ctx     context.Context
	stop    context.CancelCauseFunc
	all     sync.WaitGroup
	watches map[string]watch // by the mailbox's name
	glance  chan struct{}    // something may be wrong: look at once
}

// watch is one mailbox's loop.
type watch struct {
	stop  context.CancelFunc
	ended <-chan struct{}
}

// loop runs a loop until the crew is stopped, and tells when it has ended. One that fails, for another reason than a full
// disk, stops all: the state can no longer be relied on.
func (c *crew) loop(name string, run func(context.Context) error) <-chan struct{} {
	ended := make(chan struct{})
	c.all.Go(func() {
		defer close(ended)
		defer c.pulse.ended(name)
		defer func() {
			if r := recover(); r != nil {
				c.log.Error("loop stopped by a fault", "loop", name, "fault", r, "stack", string(debug.Stack()))
				c.stop(fmt.Errorf("%s: %v", name, r))
			}
		}()
		err := run(c.ctx)
		for full(err) && c.patience(c.ctx, name, err) {
			err = run(c.ctx)
		}
		if err != nil && c.ctx.Err() == nil {
			c.stop(fmt.Errorf("%s: %w", name, err))
		}
	})
	return ended
}

// watch adds the loop of a mailbox.
func (c *crew) watch(s mailbox.Settings) {
	ctx, stop := context.WithCancel(c.ctx)
	ended := c.loop("receive "+s.Name, func(context.Context) error { return c.receive(ctx, s) })
	c.watches[s.Name] = watch{stop, ended}
}

// unwatch ends the loop of a mailbox, if there is one, and waits for its end.
func (c *crew) unwatch(name string) {
	w, ok := c.watches[name]
	if !ok {
		return
	}
	w.stop()
	select {
	case <-w.ended:
	case <-c.ctx.Done():
	}
	delete(c.watches, name)
	c.vitals.forget(name)
}
