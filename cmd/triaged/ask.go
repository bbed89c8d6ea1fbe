package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"triaged/internal/bot"
	"triaged/internal/config"
	"triaged/internal/control"
)

// patience is how long to wait for another command to let go of the state.
const patience = 5 * time.Second

// ask puts a question to the daemon if one is running, else to the state itself, and hands each row of the answer to
// each. A daemon can be asked while the configuration is broken that it was started with.
func (c *commands) ask(ctx context.Context, s streams, op string, args bot.Args, each func(json.RawMessage) error) error {
	cfg, broken := config.LoadPublic(c.Config)
	dir, err := c.place(cfg, broken)
	if err != nil {
		return err
	}
	err = control.Ask(ctx, dir, op, args, each)
	switch {
	case !errors.Is(err, control.ErrNoDaemon):
		warnOfBroken(s, broken)
		return err
	case broken != nil:
		return broken
	}
	writes := changes(op, args)
	desk, err := bot.Open(cfg, bot.Rim{ReadOnly: true, Wait: patience, Version: thisBuild().Version})
	if err != nil {
		return err
	}
	if writes { // a state that is not there is refused above rather than made
		desk.Close()
		if desk, err = bot.Open(cfg, bot.Rim{Wait: patience}); err != nil {
			return err
		}
	}
	defer desk.Close()
	raw, err := json.Marshal(args)
	if err != nil {
		return err
	}
	if err := desk.Ops()[op](ctx, raw, func(row any) error { return marshalled(row, each) }); err != nil {
		return err
	}
	if writes && sends(op, args) {
		fmt.Fprintln(s.err, "No daemon is running: what is to be sent goes out when it runs.")
	}
	return nil
}

// place is where the state is, by the configuration or by what is left of a broken one.
func (c *commands) place(cfg *config.Config, broken error) (dir string, err error) {
	if broken == nil {
		c.zone = cfg.Location()
		return cfg.Desk.DataDir, nil
	}
	left, ok := config.Salvage(c.Config)
	if !ok {
		return "", broken
	}
	c.zone = left.Zone
	return left.DataDir, nil
}

// warnOfBroken tells somebody who was answered that it was not by the configuration as it is.
func warnOfBroken(s streams, broken error) {
	if broken != nil {
		fmt.Fprintf(s.err, "%v\nwarning: the running bot answers by the configuration that it read before; it could not start with this one\n", broken)
	}
}

// changes tells whether an operation changes the state.
func changes(op string, args bot.Args) bool {
	switch op {
	case "do", "file":
		return true
	case "import", "retain", "forget":
		return !args.DryRun
	case "legal-hold":
		return args.About != ""
	}
	return args.Send || args.Order != ""
}

// sends tells whether what an operation changes may owe somebody a mail.
func sends(op string, args bot.Args) bool {
	switch op {
	case "do", "file", "digest", "order-received", "unreachable":
		return true
	case "order-sent":
		return args.Order != bot.DiscardMail
	}
	return false
}

func marshalled(row any, each func(json.RawMessage) error) error {
	b, err := json.Marshal(row)
	if err != nil {
		return err
	}
	return each(b)
}

// rows asks and prints: every row as it is with --json, else through show.
func rows[T any](ctx context.Context, c *commands, s streams, op string, args bot.Args, show func(T)) error {
	return c.ask(ctx, s, op, args, func(raw json.RawMessage) error {
		if c.JSON {
			_, err := fmt.Fprintf(s.out, "%s\n", raw)
			return err
		}
		var row T
		if err := json.Unmarshal(raw, &row); err != nil {
			return fmt.Errorf("the answer cannot be read: %w", err)
		}
		show(row)
		return nil
	})
}

// printJSON prints one row for scripts.
func printJSON(s streams, row any) error {
	return marshalled(row, func(raw json.RawMessage) error {
		_, err := fmt.Fprintf(s.out, "%s\n", raw)
		return err
	})
}
