package main

import (
	"context"
	"fmt"

	"triaged/internal/bot"
)

type showCommand struct {
	Number string `arg:"" help:"The request, such as SR-12."`
}

// Help says what is shown.
func (showCommand) Help() string {
	return `Shows the request, everything that happened to it, and the mails received and sent about it.

With --json: the fields of "list", events [{at, type, by, detail}], mails [{message_id, direction, from, to, subject, at}].`
}

func (l *showCommand) Run(ctx context.Context, c *commands, s streams) error {
	return rows(ctx, c, s, "show", bot.Args{Number: l.Number}, func(r bot.Case) { c.printCase(s, r) })
}

func (c *commands) printCase(s streams, r bot.Case) {
	fmt.Fprintf(s.out, "%s  %s\n", r.Number, printable(r.Subject))
	fmt.Fprintf(s.out, "from %s by %s at %s; %s", printable(r.Requester), r.Source, c.local(r.SubmittedAt), r.State)
	if r.Category != "" {
		fmt.Fprintf(s.out, "; %s since %s, due %s", r.Category, c.localOr(r.CategorizedAt, "-"), c.due(r.RequestRow))
	}
	if r.Outage != nil {
		fmt.Fprintf(s.out, "; of the outage that began with %s", *r.Outage)
	}
	fmt.Fprintln(s.out)
	for i, g := range r.Suggestions {
		fmt.Fprintf(s.out, "suggestion %d: %s (%.0f %%) %v\n", i+1, g.Code, g.Confidence*100, g.Because)
	}
	fmt.Fprintln(s.out)
	t := newTable(s.out, "AT", "EVENT", "BY", "DETAIL")
	for _, e := range r.Events {
		t.row(c.local(e.At), e.Type, e.By, cut(e.Detail, 60))
	}
	t.end()
	fmt.Fprintln(s.out)
	t = newTable(s.out, "AT", "", "FROM", "TO", "SUBJECT")
	for _, m := range r.Mails {
		t.row(c.local(m.At), m.Direction, m.From, m.To, cut(m.Subject, 60))
	}
	t.end()
}
