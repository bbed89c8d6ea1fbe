package main

import (
	"context"
	"encoding/json"
	"fmt"

	"triaged/internal/bot"
	"triaged/internal/store"
)

type checkCommand struct {
	Deep bool `help:"Read every raw mail too, and compare its checksum."`
}

// Help says what is proven.
func (checkCommand) Help() string {
	return `Checks the pages of the state file, every checksum, every request against its events, every index and every owed mail.
Exit status 1 if there are problems. With --json: problems [], requests, events, mails.`
}

func (l *checkCommand) Run(ctx context.Context, c *commands, s streams) error {
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
		fmt.Fprintf(s.out, "%s: %d requests, %d events, %d mails\n", verdict, r.Requests, r.Events, r.Mails)
		return nil
	})
	if err == nil && bad {
		return errRefused
	}
	return err
}
