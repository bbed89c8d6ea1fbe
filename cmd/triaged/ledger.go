package main

import (
	"context"
	"fmt"
	"strconv"

	"triaged/internal/bot"
)

type ledgerCommand struct {
	Outcome string `placeholder:"NAME" help:"Only mails that ended so, such as \"opened\"."`
}

func (l *ledgerCommand) Run(ctx context.Context, c *commands, s streams) error {
	var t *table
	err := rows(ctx, c, s, "ledger", bot.Args{Outcome: l.Outcome}, func(r bot.LedgerRow) {
		if t == nil {
			t = newTable(s.out, "NO", "AT", "MAILBOX", "UID", "OUTCOME", "REQUEST", "REASON")
		}
		t.row(strconv.FormatUint(r.Ledger, 10), local(r.At), r.Mailbox, strconv.FormatUint(uint64(r.UID), 10), r.Outcome,
			orDash(r.Request), r.Reason)
	})
	if t != nil {
		t.end()
	} else if err == nil && !c.JSON {
		fmt.Fprintln(s.out, "The ledger has no such mail.")
	}
	return err
}

func orDash(s *string) string {
	if s == nil || *s == "" {
		return "-"
	}
	return *s
}
