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

// Help says what the ledger is.
func (ledgerCommand) Help() string {
	return `Every received mail ends as exactly one outcome: opened, opened-categorized, replied, commanded, reopened, thanks, noted,
duplicate, own-mail, before-start, auto-reply, automatic, bounce, feedback-report, list-mail, spam, held-for-confirmation,
declined, refused-unknown-code, refused-no-such-request, refused-command, no-sender, not-eligible, unreadable, too-large.

With --json a line has: ledger, mailbox, uid_validity, uid, message_id, outcome, reason, request ("SR-1" or null), at.`
}

func (l *ledgerCommand) Run(ctx context.Context, c *commands, s streams) error {
	var t *table
	err := rows(ctx, c, s, "ledger", bot.Args{Outcome: l.Outcome}, func(r bot.LedgerRow) {
		if t == nil {
			t = newTable(s.out, "NO", "AT", "MAILBOX", "UID", "OUTCOME", "REQUEST", "REASON")
		}
		t.row(strconv.FormatUint(r.Ledger, 10), c.local(r.At), r.Mailbox, strconv.FormatUint(uint64(r.UID), 10), r.Outcome,
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
