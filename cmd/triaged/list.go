package main

import (
	"context"
	"fmt"

	"triaged/internal/bot"
)

type listCommand struct {
	Queue string `enum:"uncategorized,open,overdue,scheduled,all" default:"open" help:"Which requests: ${enum} (default: ${default})."`
}

// Help says what the queues and columns are.
func (listCommand) Help() string {
	return `Queues: uncategorized (oldest first, as the digest has it), open (what is to be worked on: emergencies first, then overdue,
then by due time), overdue, scheduled, all. A code with a question mark is the best suggestion, not a decision.

With --json a line has: number, subject, requester, state, category ("" or a code), submitted_at, categorized_at, due_at,
resolved_at, target_met, overdue, assignee, team, source, outage, suggestions [{code, confidence}]. Once a request is resolved,
due_at stays what it was then, and target_met says whether it was resolved by that time; target_met is null before, and without a
target.`
}

func (l *listCommand) Run(ctx context.Context, c *commands, s streams) error {
	var t *table
	n := 0
	err := rows(ctx, c, s, "list", bot.Args{Queue: l.Queue}, func(r bot.RequestRow) {
		if t == nil {
			t = newTable(s.out, "NUMBER", "CODE", "DUE", "STATE", "SUBMITTED", "FROM", "SUBJECT")
		}
		n++
		row := t.row
		if r.Overdue {
			row = t.urgentRow
		}
		row(r.Number, codeOrGuess(r), c.due(r), r.State, c.local(r.SubmittedAt), t.cut(r.Requester, 28), r.Subject)
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

func (c *commands) due(r bot.RequestRow) string {
	switch {
	case r.TargetMet != nil && r.DueAt != nil && *r.TargetMet:
		return c.local(*r.DueAt) + ", met"
	case r.TargetMet != nil && r.DueAt != nil:
		return c.local(*r.DueAt) + ", missed"
	case r.Overdue && r.DueAt == nil:
		return "overdue"
	case r.Overdue:
		return c.local(*r.DueAt) + ", overdue"
	}
	return c.localOr(r.DueAt, "-")
}
