package main

import (
	"context"
	"fmt"

	"triaged/internal/bot"
)

type listCommand struct {
	Queue string `enum:"uncategorized,open,overdue,scheduled,all" default:"open" help:"Which requests: ${enum} (default: ${default})."`
}

func (l *listCommand) Run(ctx context.Context, c *commands, s streams) error {
	var t *table
	n := 0
	err := rows(ctx, c, s, "list", bot.Args{Queue: l.Queue}, func(r bot.RequestRow) {
		if t == nil {
			t = newTable(s.out, "NUMBER", "CODE", "DUE", "STATE", "SUBMITTED", "FROM", "SUBJECT")
		}
		n++
		t.row(r.Number, codeOrGuess(r), due(r), r.State, local(r.SubmittedAt), cut(r.Requester, 28), cut(r.Subject, 48))
	})
	if t != nil {
		t.end()
	}
	if err == nil && n == 0 && !c.JSON {
		fmt.Fprintf(s.out, "No requests in the queue %q.\n", l.Queue)
	}
	return err
}

// codeOrGuess is the code, or for an uncategorized request the best suggestion with a question mark.
func codeOrGuess(r bot.RequestRow) string {
	if r.Category != "" || len(r.Suggestions) == 0 {
		return r.Category
	}
	return r.Suggestions[0].Code + "?"
}

func due(r bot.RequestRow) string {
	text := localOr(r.DueAt, "-")
	if r.Overdue {
		return "! " + text
	}
	return text
}
