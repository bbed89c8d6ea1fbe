package bot

import (
	"context"
	"slices"
	"sync"
	"time"

	"triaged/internal/systemd"
)

// Each loop gives a sign of life at every turn. One that is silent for longer than any turn can take hangs, and then the
// service manager is no longer told that the bot is alive, so that it starts it again.

// How long a loop may be silent. A mailbox's turn may fetch a large mail over a slow line.
const (
	silence     = 5 * time.Minute
	longSilence = 15 * time.Minute
)

// pulse knows when each loop last gave a sign of life.
type pulse struct {
	mu    sync.Mutex
	loops map[string]sign
}

type sign struct {
	at      time.Time
	allowed time.Duration
}

// beat is a loop's sign of life; the next one follows within a time.
func (p *pulse) beat(loop string, now time.Time, within time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.loops == nil {
		p.loops = map[string]sign{}
	}
	p.loops[loop] = sign{now, within}
}

// ended is a loop's last word.
func (p *pulse) ended(loop string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.loops, loop)
}

// silent lists the loops that hang.
func (p *pulse) silent(now time.Time) (names []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for name, s := range p.loops {
		if now.Sub(s.at) > s.allowed {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// beat is the sign of life of a loop that looks about once a minute.
func (o *office) beat(loop string) { o.pulse.beat(loop, o.clock.Now(), silence) }

// beatFor is the sign of life of a loop that begins something which may take so long.
func (o *office) beatFor(loop string, long time.Duration) {
	o.pulse.beat(loop, o.clock.Now(), long+silence)
}

// watchdog tells the service manager that the bot is alive as long as every loop is.
func (c *crew) watchdog(ctx context.Context) error {
	for {
		if hanging := c.pulse.silent(c.clock.Now()); len(hanging) > 0 {
			c.log.Error("loops hang; the service manager is no longer told that the bot is alive", "loops", hanging)
		} else {
			c.tellManager(systemd.Alive)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-c.clock.After(c.rim.Watchdog / 2):
		}
	}
}

// tellManager tells the service manager of the bot's state, if there is one.
func (o *office) tellManager(states ...string) {
	if o.rim.Notify == nil {
		return
	}
	if err := o.rim.Notify(states...); err != nil {
		o.log.Warn("the service manager is not told", "error", err)
	}
}
