package main

import (
	"context"
	"encoding/json"
	"fmt"

	"triaged/internal/bot"
	"triaged/internal/config"
	"triaged/internal/store"
)

type checkCommand struct {
	Deep   bool `xor:"do" help:"Read every raw mail too, and compare its checksum."`
	Repair bool `xor:"do" help:"Make everything anew that follows from what happened. The bot must not run."`
}

// Help says what is proven.
func (checkCommand) Help() string {
	return `Checks the pages of the state file, every checksum, every request against its events, every index and every owed mail.
Exit status 1 if there are problems. With --json: problems [], requests, events, mails.

--repair makes the snapshots of requests, all indexes and due times anew from the events, the ledger and the outbox, which it copies
as they are, and says what it changed; the suggestion learns anew when the bot starts. The state file as it was stays beside
the new one, as state.db.before-repair. If what happened is damaged itself, nothing is changed: then a backup is the way back, see
"triaged help restore". With --json also: changed [], kept (the file as it was, or "").`
}

func (l *checkCommand) Run(ctx context.Context, c *commands, s streams) error {
	if l.Repair {
		return c.repair(s)
	}
	bad := false
	err := c.ask(ctx, s, "check", bot.Args{Deep: l.Deep}, func(raw json.RawMessage) error {
		var r store.Result
		if err := json.Unmarshal(raw, &r); err != nil {
			return err
		}
		bad = len(r.Problems) > 0
		if c.JSON {
			return printJSON(s, raw)
		}
		for _, p := range r.Problems {
			fmt.Fprintln(s.out, p)
		}
		verdict := "no problems"
		if bad {
			verdict = count(len(r.Problems), "problem", "problems")
		}
		fmt.Fprintf(s.out, "%s: %s\n", verdict, counted(r.Requests, r.Events, r.Mails))
		return nil
	})
	if err == nil && bad {
		return errRefused
	}
	return err
}

// counted is what was looked at.
func counted(requests, events, mails int) string {
	return fmt.Sprintf("%s, %s, %s", count(requests, "request", "requests"), count(events, "event", "events"), count(mails, "mail", "mails"))
}

// repair makes anew what follows from what happened.
func (c *commands) repair(s streams) error {
	cfg, err := config.Load(c.Config)
	if err != nil {
		return err
	}
	r, err := bot.Repair(cfg)
	if err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(s, r)
	} else {
		for _, line := range append(r.Changed, r.Problems...) {
			fmt.Fprintln(s.out, line)
		}
		verdict := "nothing to repair"
		if r.Kept != "" {
			verdict = "repaired; the state as it was is in " + r.Kept
		}
		fmt.Fprintf(s.out, "%s: %s\n", verdict, counted(r.Requests, r.Events, r.Mails))
	}
	if err == nil && len(r.Problems) > 0 {
		return errRefused
	}
	return err
}
