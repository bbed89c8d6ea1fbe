package main

import (
	"context"
	"fmt"
	"strconv"

	"triaged/internal/bot"
)

type unreachableCommand struct {
	Again string `placeholder:"ADDRESS" help:"This address can be written to again: what is held for it goes out."`
}

// Help says when an address is one of these.
func (unreachableCommand) Help() string {
	return `When a mail to somebody bounces for good, nothing more is sent there until they write again: it is held in the outbox, and
given up, with word to the operators, when it is as old as smtp.give_up_after. The next digest names them to the analysts.
The desk's own people are written to anyway; the operators hear of it.

With --json a line has: address, bounced_at, request (whose mail bounced), held (mails that wait).`
}

func (l *unreachableCommand) Run(ctx context.Context, c *commands, s streams) error {
	args := bot.Args{Text: l.Again}
	if l.Again != "" {
		args.Order = bot.WriteAgain
	}
	var t *table
	err := rows(ctx, c, s, "unreachable", args, func(r bot.UnreachableRow) {
		if t == nil {
			t = newTable(s.out, "ADDRESS", "BOUNCED", "REQUEST", "HELD")
		}
		t.row(r.Address, c.local(r.BouncedAt), orDash(r.Request), strconv.Itoa(r.Held))
	})
	if t != nil {
		t.end()
	} else if err == nil && !c.JSON {
		fmt.Fprintln(s.out, "Everybody can be written to.")
	}
	return err
}
