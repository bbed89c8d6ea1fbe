package bot

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"triaged/internal/config"
	"triaged/internal/intake"
	"triaged/internal/store"
	"triaged/internal/systemd"
)

// A changed configuration makes other rules. They take the place of the old ones as a whole and between two transactions;
// loops whose server, folder or log-in changed begin anew. A configuration that cannot be used changes nothing.

// stampEvery is how often the files that the configuration names are looked at.
const stampEvery = 10 * time.Second

// reloaded is the desk's event of having gone over to other rules.
const reloaded = "reloaded"

// glimpse is how the configuration's files looked at some time.
type glimpse struct {
	named string // those that the configuration names
	own   string // the configuration's own file, while it is looked at
}

// reload waits for a word that the configuration is to be read again, and for changes of the files that it names. A file
// that changed is read once it has stayed the same from one look to the next, lest it be half written. The configuration's
// own file is read when somebody says so; where that was refused, also when it changes after that, until one is taken:
// whoever asked mends it.
func (c *crew) reload(ctx context.Context) error {
	seen := glimpse{named: c.today().config.StampRead()}
	last, wanted := seen, false
	for {
		c.beat("reload")
		look := c.clock.After(lookAgain)
		if c.today().config.FromFile() {
			look = c.clock.After(stampEvery)
		}
		why, read := "asked to", c.today().config.Reload
		select {
		case <-ctx.Done():
			return nil
		case <-c.rim.Hangup:
			c.tellManager(systemd.Reloading())
			wanted = true
			last = c.glimpse(wanted)
		case <-look:
			if !c.today().config.FromFile() {
				continue
			}
			before := last
			if last = c.glimpse(wanted); last == seen || last != before {
				continue
			}
			if why = "a file changed"; !wanted {
				read = c.today().config.Reread
			}
		}
		taken, err := c.take(why, read)
		if err != nil {
			return err
		}
		if taken {
			wanted, last = false, glimpse{named: c.today().config.StampRead()}
		}
		seen = last
		c.tellManager(systemd.Ready, c.inShort(taken))
	}
}

func (c *crew) glimpse(own bool) glimpse {
	g := glimpse{named: c.today().config.Stamp()}
	if own {
		g.own = c.today().config.OwnStamp()
	}
	return g
}

// inShort is the bot's state for who looks at the service.
func (c *crew) inShort(taken bool) string {
	config := c.today().config
	text := fmt.Sprintf("%s, %d mailboxes, %d staff", config.Desk.Address, len(config.Mailboxes), len(config.Staff))
	if !taken {
		text += "; the changed configuration is not in use, see the log"
	}
	return systemd.Status(text)
}

// take reads a configuration and goes over to it, or says why not. Its error is the store's.
func (c *crew) take(why string, read func() (*config.Config, error)) (taken bool, err error) {
	next, err := read()
	if err == nil {
		err = c.adopt(next)
	}
	var broken *storeError
	if errors.As(err, &broken) {
		return false, broken.error
	}
	if err != nil {
		c.log.Error("not reloaded; what held before still holds", "why", why, "error", err)
		c.vitals.see(func() { c.vitals.reloads.Err = err })
		c.glanceNow()
		return false, nil
	}
	c.vitals.see(func() { c.vitals.reloads = reloads{At: c.clock.Now()} })
	c.glanceNow()
	for _, w := range next.Warnings {
		c.log.Warn(w.String())
	}
	c.log.Info("reloaded", "why", why, "staff", len(next.Staff), "mailboxes", len(next.Mailboxes))
	return true, nil
}

// glanceNow has the vigil look at once.
func (c *crew) glanceNow() {
	select {
	case c.glance <- struct{}{}:
	default: // it will look anyway
	}
}

// storeError tells trouble with the store from a configuration that cannot be used.
type storeError struct{ error }

// adopt goes over to a configuration.
func (c *crew) adopt(next *config.Config) error {
	old := c.today()
	if err := unchangeable(old.config, next); err != nil {
		return err
	}
	r, err := rulesOf(next, old.rules)
	if err != nil {
		return err
	}
	mailboxes, err := Mailboxes(next, c.rim)
	if err != nil {
		return err
	}
	smtp, err := Delivery(next, c.rim)
	if err != nil {
		return err
	}
	d := &Desk{c.office, r}
	err = c.store.Adopt(fingerprint(next), r.derive, func(tx *store.Tx) error {
		tx.AppendDesk(intake.DeskEvent{At: c.clock.Now(), Type: reloaded})
		return d.noticeCalendar(tx)
	})
	if err != nil {
		return &storeError{err}
	}
	c.exchange(r)
	if !reflect.DeepEqual(old.config.SMTP, next.SMTP) {
		c.smtp.Store(&smtp)
	}
	unchanged := map[string]bool{}
	for _, m := range old.config.Mailboxes {
		for _, n := range next.Mailboxes {
			unchanged[m.Name] = unchanged[m.Name] || reflect.DeepEqual(m, n)
		}
		if !unchanged[m.Name] {
			c.unwatch(m.Name)
		}
	}
	for _, s := range mailboxes {
		if !unchanged[s.Name] {
			c.watch(s)
		}
	}
	c.lessons.hurry()
	c.wake()
	return nil
}

// unchangeable refuses a change that a running bot cannot follow.
func unchangeable(old, next *config.Config) error {
	for _, k := range []struct{ key, old, next string }{
		{"desk.data_dir", old.Desk.DataDir, next.Desk.DataDir},
		{"metrics.listen", old.Metrics.Listen, next.Metrics.Listen},
	} {
		if k.old != k.next {
			return fmt.Errorf("%s cannot change from %q to %q while the bot runs: restart it for that, or set it back", k.key, k.old, k.next)
		}
	}
	return nil
}
