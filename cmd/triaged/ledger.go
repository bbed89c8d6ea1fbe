package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"triaged/internal/bot"
)

type ledgerCommand struct {
	List ledgerList `cmd:"" default:"withargs" help:"List what became of every received mail (what \"triaged ledger\" does)."`
	Show ledgerShow `cmd:"" help:"Show a received mail: what became of it and how it is read, or its bytes."`
}

type ledgerList struct {
	Outcome string `placeholder:"NAME" help:"Only mails that ended so, such as \"opened\"."`
}

// Help says what the ledger is.
func (ledgerCommand) Help() string {
	return `Every received mail ends as exactly one outcome: opened, opened-categorized, replied, commanded, reopened, thanks, noted,
duplicate, own-mail, before-start, auto-reply, automatic, bounce, feedback-report, list-mail, spam, held-for-confirmation,
declined, refused-unknown-code, refused-no-such-request, refused-command, no-sender, not-eligible, unreadable, too-large.

  triaged ledger --outcome auto-reply
  triaged ledger show 12           as it is read
  triaged ledger show 12 --raw     as it came in

A mail is named by its number here, or by its Message-ID. What was said at a shell has a number too.

With --json a line has: ledger, mailbox, uid_validity, uid, message_id, outcome, reason, request ("SR-1" or null), at; show has what
"quarantine show" has.`
}

func (l *ledgerList) Run(ctx context.Context, c *commands, s streams) error {
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

type ledgerShow struct {
	Mail string `arg:"" help:"The mail's number in the ledger, or its Message-ID."`
	received
}

func (l *ledgerShow) Run(ctx context.Context, c *commands, s streams) error {
	args := bot.Args{Text: l.Mail}
	if n, err := strconv.ParseUint(l.Mail, 10, 64); err == nil {
		args = bot.Args{Mails: []uint64{n}}
	} else if !strings.Contains(l.Mail, "@") {
		return usageError{fmt.Errorf("%q is neither a mail's number in the ledger nor a Message-ID", l.Mail)}
	}
	return l.show(ctx, c, s, "show-received", args)
}
