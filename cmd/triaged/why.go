package main

import (
	"context"
	"fmt"

	"triaged/internal/bot"
)

type whyCommand struct {
	Number string `arg:"" help:"The request, such as SR-12."`
}

// Help says what is explained.
func (whyCommand) Help() string {
	return `Each span of time since the request was submitted: whether it was counted, how much of it, and by which rule.

With --json: number, due_at, promise, paused, steps [{from, to, counted, paused, why}], words [] (what is printed without it).`
}

func (l *whyCommand) Run(ctx context.Context, c *commands, s streams) error {
	return rows(ctx, c, s, "why", bot.Args{Number: l.Number}, func(x bot.Explanation) {
		for _, line := range x.Words {
			fmt.Fprintln(s.out, printable(line))
		}
	})
}
