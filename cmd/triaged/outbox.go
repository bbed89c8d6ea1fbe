package main

import (
	"context"
	"fmt"
	"strconv"

	"triaged/internal/bot"
)

type outboxCommand struct {
	State string `enum:"pending,sent,dead,held,all" default:"all" help:"Only mails in this state: ${enum} (default: ${default})."`
}

// Help says what the states are.
func (outboxCommand) Help() string {
	return `pending: to be sent, or tried again; sent; dead: given up, and the operators were told; held: a limit held it back.

With --json a line has: id, to, kind, request, subject, message_id, state, attempts, last_error, next_at.`
}

func (l *outboxCommand) Run(ctx context.Context, c *commands, s streams) error {
	state := l.State
	if state == "all" {
		state = ""
	}
	var t *table
	err := rows(ctx, c, s, "outbox", bot.Args{State: state}, func(r bot.OutboxRow) {
		if t == nil {
			t = newTable(s.out, "ID", "STATE", "TRIES", "KIND", "REQUEST", "TO", "SUBJECT", "LAST ERROR")
		}
		t.row(strconv.FormatUint(r.ID, 10), r.State, strconv.Itoa(r.Attempts), r.Kind, orDash(r.Request), r.To,
			cut(r.Subject, 44), cut(r.LastError, 60))
	})
	if t != nil {
		t.end()
	} else if err == nil && !c.JSON {
		fmt.Fprintln(s.out, "The outbox has no such mail.")
	}
	return err
}
