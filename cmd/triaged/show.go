package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"triaged/internal/bot"
)

type showCommand struct {
	Number string `arg:"" help:"The request, such as SR-12."`
}

// Help says what is shown.
func (showCommand) Help() string {
	return `Shows the request, what was asked, everything that happened to it, and the mails received and sent about it, in order. What looks
like a password in it is masked, as it is in the bot's mails. A mail's text is shown, by the number at its line, by "triaged ledger
show NUMBER" for one that came in, and by "triaged outbox show NUMBER" for one that went out.

With --json: the fields of "list", text, events [{at, type, by, detail}], mails [{ledger, outbox (its number there, or 0), message_id,
direction, from, to, subject, at}].`
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
	if r.ResolvedAt != nil {
		fmt.Fprintf(s.out, "; resolved %s", c.local(*r.ResolvedAt))
	}
	if r.Outage != nil {
		fmt.Fprintf(s.out, "; of the outage that began with %s", *r.Outage)
	}
	fmt.Fprintln(s.out)
	for i, g := range r.Suggestions {
		fmt.Fprintf(s.out, "suggestion %d: %s (%.0f %%) %s\n", i+1, g.Code, g.Confidence*100, strings.Join(g.Because, ", "))
	}
	if text := strings.TrimSpace(r.Text); text != "" {
		fmt.Fprintln(s.out)
		for line := range strings.Lines(printableText(text)) {
			fmt.Fprintln(s.out, strings.TrimRight("  "+line, " \n"))
		}
	}
	fmt.Fprintln(s.out)
	t := newTable(s.out, "AT", "EVENT", "BY", "DETAIL")
	for _, e := range r.Events {
		t.row(c.local(e.At), e.Type, e.By, e.Detail)
	}
	t.end()
	fmt.Fprintln(s.out)
	t = newTable(s.out, "AT", "", "NO", "FROM", "TO", "SUBJECT")
	for _, m := range r.Mails {
		t.row(c.local(m.At), m.Direction, strconv.FormatUint(max(m.Ledger, m.Outbox), 10), m.From, m.To, m.Subject)
	}
	t.end()
}
