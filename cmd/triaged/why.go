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

With --json: number, due_at, promise, paused, steps [{from, to, counted, paused, why}].`
}

func (l *whyCommand) Run(ctx context.Context, c *commands, s streams) error {
	return rows(ctx, c, s, "why", bot.Args{Number: l.Number}, func(x bot.Explanation) {
		switch {
		case x.DueAt != nil:
			fmt.Fprintf(s.out, "%s is due %s: it was promised %s.\n", x.Number, c.local(*x.DueAt), x.Promise)
		case x.Paused:
			fmt.Fprintf(s.out, "%s has no due time now: its clock stands.\n", x.Number)
		default:
			fmt.Fprintf(s.out, "%s has no due time: nothing is promised yet.\n", x.Number)
		}
		for _, step := range x.Steps {
			what := "counted " + step.Counted + " of " + step.Why
			if step.Paused {
				what = "not counted: " + step.Why
			}
			fmt.Fprintf(s.out, "  %s to %s: %s\n", c.local(step.From), c.localOr(step.To, "now"), what)
		}
	})
}
