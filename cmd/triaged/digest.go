package main

import (
	"context"
	"fmt"

	"triaged/internal/bot"
)

type digestCommand struct {
	Send bool `help:"Send it to the analysts now."`
}

// Help says what a digest is.
func (digestCommand) Help() string {
	return `Prints the uncategorized queue as the analysts get it by mail at every odd hour: oldest first, with suggestions.

A mail shows the hundred oldest. With --json: subject, text, requests (those, as in "list"), more (how many more wait), sent_to.`
}

func (l *digestCommand) Run(ctx context.Context, c *commands, s streams) error {
	return rows(ctx, c, s, "digest", bot.Args{Send: l.Send}, func(r bot.DigestRow) {
		if r.Text == "" {
			fmt.Fprintln(s.out, "The uncategorized queue is empty.")
			return
		}
		fmt.Fprintf(s.out, "Subject: %s\n\n%s\n", printable(r.Subject), printableText(r.Text))
		for _, to := range r.SentTo {
			fmt.Fprintf(s.out, "goes to %s\n", to)
		}
	})
}
