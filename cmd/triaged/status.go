package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"triaged/internal/bot"
)

type statusCommand struct{}

// Help says what is told, and what the exit status means.
func (statusCommand) Help() string {
	return `How the bot is: whether it runs, when each mailbox was last looked through and whether mail waits there, what has not been sent,
its last probe (its mail to itself), which configuration holds, and what trouble there is: with mailboxes, mail servers, log-ins,
the disk, the clock, a changed configuration, mails that were given up or that a limit holds back, and secrets that expire. Exit
status 0 if all is well, 1 if the bot does not run or something is wrong, so that a script can watch it. A bot that does not run
cannot say how it is: then this is what its state knows, and the troubles are those of when it ran.

With --json: running, version (of the running bot; of this program if none runs), started_at, ready, not_ready [], mailboxes
[{name, connected, polled_at, waiting, oldest_at, lag_seconds, error, retry_at}], outbox {pending, held, dead, oldest_at, error},
open, uncategorized, last_review_at, last_mail_at, learned, free_bytes, probe {sent_at, back_at, round_trip_seconds},
configuration {loaded_at, refused}, trouble [{about, what, remedy, since, told_at, well_at (seems over since; such a trouble is
none to the exit status)}].`
}

func (statusCommand) Run(ctx context.Context, c *commands, s streams) error {
	well := true
	err := c.ask(ctx, s, "status", bot.Args{}, func(raw json.RawMessage) error {
		var r bot.StatusRow
		if err := json.Unmarshal(raw, &r); err != nil {
			return fmt.Errorf("the answer cannot be read: %w", err)
		}
		well = r.Ready && !slices.ContainsFunc(r.Trouble, func(t bot.TroubleRow) bool { return t.WellAt == nil })
		if c.JSON {
			return printJSON(s, raw)
		}
		for _, line := range c.statusLines(r) {
			if _, err := fmt.Fprintln(s.out, printable(line)); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && !well {
		return errRefused
	}
	return err
}

// statusLines say it to people, what is wrong last.
func (c *commands) statusLines(r bot.StatusRow) (lines []string) {
	say := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	if !r.Running {
		say("The bot does not run: no daemon answers. This is what its state knows.")
	} else {
		say("The bot runs since %s (version %s); its configuration is of %s.", c.localOr(r.StartedAt, "?"), cmp.Or(r.Version, "unknown"), c.localOr(r.Configuration.LoadedAt, "?"))
	}
	for _, m := range r.Mailboxes {
		line := fmt.Sprintf("Mailbox %s: last looked through %s", m.Name, c.localOr(m.PolledAt, "never"))
		if m.Waiting > 0 {
			line += fmt.Sprintf("; %s there, the oldest since %s", count(m.Waiting, "mail waits", "mails wait"), c.localOr(m.OldestAt, "?"))
		}
		if m.Error != "" {
			line += "; " + m.Error
		}
		if m.RetryAt != nil {
			line += "; tried again " + c.local(*m.RetryAt)
		}
		say("%s.", line)
	}
	outbox := fmt.Sprintf("To send: %d", r.Outbox.Pending)
	if r.Outbox.OldestAt != nil {
		outbox += ", the oldest since " + c.local(*r.Outbox.OldestAt)
	}
	say("%s; held back: %d; given up: %d.", outbox, r.Outbox.Held, r.Outbox.Dead)
	say("Requests: %d open, %d of them uncategorized; last mail %s; last review %s; %s learned.", r.Open, r.Uncategorized,
		c.localOr(r.LastMailAt, "none yet"), c.localOr(r.LastReviewAt, "none yet"), count(r.Learned, "decision", "decisions"))
	say("Room on the disk: %.1f GB.", float64(r.FreeBytes)/1e9)
	switch {
	case r.Probe.BackAt != nil:
		say("Probe: sent %s, back after %s.", c.localOr(r.Probe.SentAt, "?"), time.Duration(r.Probe.RoundTrip*float64(time.Second)).Round(time.Second))
	case r.Probe.SentAt != nil:
		say("Probe: sent %s, not back yet.", c.local(*r.Probe.SentAt))
	}
	if r.Configuration.Refused != "" {
		say("A changed configuration is not in use: %s.", strings.ReplaceAll(r.Configuration.Refused, "\n", "; "))
	}
	for _, t := range r.Trouble {
		if t.WellAt != nil {
			say("Seems over since %s: %s", c.local(*t.WellAt), t.What)
			continue
		}
		say("Trouble since %s: %s %s", c.local(t.Since), t.What, t.Remedy)
	}
	return lines
}
