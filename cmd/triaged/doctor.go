package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"time"

	"triaged/internal/bot"
	"triaged/internal/config"
	"triaged/internal/control"
	"triaged/internal/doctor"
	"triaged/internal/store"
)

type doctorCommand struct {
	Patience  time.Duration `default:"8s" help:"How long to wait for each server (default: ${default})."`
	RoundTrip time.Duration `default:"20s" help:"How long a mail of the desk's to itself may take; 0s sends none (default: ${default})."`
}

// Help says what is looked at.
func (doctorCommand) Help() string {
	return `Looks at everything around the configuration that can keep the bot from working, with the bot running or not: the data directory and
the disk, people, teams and codes, DNS, each mail server with its certificate, log-in, capabilities, folders and rights, whose verdicts
on senders come with the mail, one mail from the desk to itself and back, and the clock. Nothing else is changed or sent.

Each finding that is not well has its remedy. Exit status 1 if there is a failure; warnings are none.
With --json a line a finding: check, state (ok, warning, failure), detail, remedy.`
}

func (l *doctorCommand) Run(ctx context.Context, c *commands, s streams) error {
	cfg, err := config.Load(c.Config)
	if err != nil {
		return err
	}
	p, err := l.patient(ctx, cfg)
	if err != nil {
		return err
	}
	failures, warnings := 0, 0
	doctor.Examine(ctx, p, func(f doctor.Finding) {
		switch f.State {
		case doctor.Ill:
			failures++
		case doctor.Odd:
			warnings++
		}
		if c.JSON {
			err = errors.Join(err, printJSON(s, f))
			return
		}
		printFinding(s, f)
	})
	if !c.JSON {
		fmt.Fprintf(s.out, "%s, %s\n", count(failures, "failure", "failures"), count(warnings, "warning", "warnings"))
	}
	if err == nil && failures > 0 {
		return errRefused
	}
	return err
}

func (l *doctorCommand) patient(ctx context.Context, cfg *config.Config) (doctor.Patient, error) {
	p := doctor.Patient{
		Config: cfg, Roster: bot.Roster(cfg), Resolver: net.DefaultResolver, Now: time.Now, Patience: l.Patience, RoundTrip: l.RoundTrip,
	}
	var err error
	if p.Mailboxes, err = bot.Mailboxes(cfg, bot.Rim{}); err != nil {
		return p, err
	}
	if p.SMTP, err = bot.Delivery(cfg, bot.Rim{}); err != nil {
		return p, err
	}
	if p.Fallback, err = bot.Detour(cfg, bot.Rim{}); err != nil {
		return p, err
	}
	if p.Campuses, err = bot.Campuses(cfg); err != nil {
		return p, err
	}
	p.Seen, p.Daemon, err = seen(ctx, cfg)
	return p, err
}

// seen asks the daemon, or the state of a stopped one, whose verdicts the last mails bore. A state that cannot be opened
// says nothing here: that is for the other checks, and for "triaged check".
func seen(ctx context.Context, cfg *config.Config) (all []bot.SeenRow, daemon bool, err error) {
	each := func(raw json.RawMessage) error {
		var row bot.SeenRow
		err := json.Unmarshal(raw, &row)
		all = append(all, row)
		return err
	}
	err = control.Ask(ctx, cfg.Desk.DataDir, "seen", bot.Args{}, each)
	if !errors.Is(err, control.ErrNoDaemon) {
		return all, true, err
	}
	desk, err := bot.Open(cfg, bot.Rim{ReadOnly: true, Wait: patience})
	if errors.Is(err, store.ErrMissing) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	defer desk.Close()
	return all, false, desk.Seen(bot.Args{}, func(row any) error { return marshalled(row, each) })
}

// printFinding prints what a person looks for first: what is wrong, and below it what to do.
func printFinding(s streams, f doctor.Finding) {
	mark := map[doctor.State]string{doctor.Well: "ok     ", doctor.Odd: "warning", doctor.Ill: "FAILURE"}[f.State]
	if isTerminal(s.out) && f.State != doctor.Well {
		mark = map[doctor.State]string{doctor.Odd: "\x1b[33m", doctor.Ill: "\x1b[31m"}[f.State] + mark + "\x1b[0m"
	}
	fmt.Fprintf(s.out, "%s  %s: %s\n", mark, f.Check, printable(f.Detail))
	if f.Remedy != "" {
		fmt.Fprintf(s.out, "         → %s\n", printable(f.Remedy))
	}
}
