package main

import (
	"context"
	"fmt"

	"triaged/internal/bot"
)

type whyCommand struct {
	Number string `arg:"" help:"The request, such as SR-12."`
}

func (l *whyCommand) Run(ctx context.Context, c *commands, s streams) error {
	return rows(ctx, c, s, "why", bot.Args{Number: l.Number}, func(x bot.Explanation) {
		switch {
		case x.DueAt != nil:
			fmt.Fprintf(s.out, "%s is due %s: it was promised %s.\n", x.Number, local(*x.DueAt), x.Promise)
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
			fmt.Fprintf(s.out, "  %s to %s: %s\n", local(step.From), localOr(step.To, "now"), what)
		}
	})
}
