package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"

	"triaged/internal/bot"
	"triaged/internal/message"
)

type quarantineCommand struct {
	List    quarantineList    `cmd:"" default:"withargs" help:"List the mails in the quarantine (what \"triaged quarantine\" does)."`
	Show    quarantineShow    `cmd:"" help:"Show a mail as it is read, or its bytes."`
	Retry   quarantineRetry   `cmd:"" help:"Decide mails anew, under today's program and configuration."`
	Release quarantineRelease `cmd:"" help:"Open a request from a mail after all."`
	Discard quarantineDiscard `cmd:"" help:"Be done with mails; their bytes are kept."`
}

// Help says what the quarantine holds.
func (quarantineCommand) Help() string {
	return `The quarantine holds received mails that nothing could be done with: unreadable (the program failed at them, and the operators were
told), no-sender, not-eligible, too-large. They lie in the refused folder, and their bytes are kept here. They wait until somebody
retries, releases or discards them. With --all also what was set aside as unwanted: spam, automatic, list-mail. These can be
retried, released and discarded just so.

  triaged quarantine
  triaged quarantine show 12
  triaged quarantine retry 12
  triaged quarantine release 12 --as dana@school.example
  triaged quarantine release 13 --as dana@school.example --for pat@school.example    where the mail names nobody

Numbers are those of "triaged ledger". With --json a line has: ledger, mailbox, message_id, from, subject, size, received_at,
outcome, reason, settled; show has raw too (base64); retry and discard print lines of "ledger", release what "do" prints.`
}

type quarantineList struct {
	All bool `help:"Also mail that was set aside as unwanted."`
}

func (l *quarantineList) Run(ctx context.Context, c *commands, s streams) error {
	args := bot.Args{}
	if l.All {
		args.Queue = "all"
	}
	var t *table
	err := rows(ctx, c, s, "quarantine", args, func(r bot.QuarantineRow) {
		if t == nil {
			t = newTable(s.out, "MAIL", "RECEIVED", "OUTCOME", "FROM", "SUBJECT", "REASON")
		}
		t.row(strconv.FormatUint(r.Ledger, 10), c.local(r.ReceivedAt), r.Outcome, cmp.Or(r.From, "-"), t.cut(r.Subject, 40), r.Reason)
	})
	if t != nil {
		t.end()
	} else if err == nil && !c.JSON {
		fmt.Fprintln(s.out, "The quarantine is empty.")
	}
	return err
}

type quarantineShow struct {
	Mail uint64 `arg:"" help:"The mail's number in the ledger."`
	received
}

func (l *quarantineShow) Run(ctx context.Context, c *commands, s streams) error {
	return l.show(ctx, c, s, "quarantine", bot.Args{Mails: []uint64{l.Mail}})
}

// received is how a received mail is shown.
type received struct {
	Raw bool `help:"Print the mail's bytes and nothing else."`
}

func (how received) show(ctx context.Context, c *commands, s streams, ask string, which bot.Args) error {
	if !how.Raw {
		return rows(ctx, c, s, ask, which, func(r bot.QuarantineRow) { c.printReceived(s, r) })
	}
	if err := c.textOnly("--raw asks for the bytes and nothing else; with --json they are in raw"); err != nil {
		return err
	}
	return rows(ctx, c, s, ask, which, func(r bot.QuarantineRow) { s.out.Write(r.Raw) })
}

// printReceived prints a received mail: what became of it, and how it is read.
func (c *commands) printReceived(s streams, r bot.QuarantineRow) {
	fmt.Fprintf(s.out, "%-12s %d, received %s in %s, %d bytes\n", "mail", r.Ledger, c.local(r.ReceivedAt), printable(r.Mailbox), r.Size)
	fmt.Fprintf(s.out, "%-12s %s: %s\n", "outcome", r.Outcome, printable(r.Reason))
	if r.Settled {
		fmt.Fprintf(s.out, "%-12s %s\n", "settled", "it was decided anew, opened or discarded")
	}
	switch {
	case len(r.Raw) == 0:
		fmt.Fprintf(s.out, "%-12s its bytes are not kept, or no longer\n", "text")
	case r.Mailbox == bot.Shell:
		fmt.Fprintf(s.out, "said at a shell:\n%s\n", printableText(string(r.Raw)))
	default:
		printRead(s, r)
	}
}

// printRead prints how a mail is read, unless that is what the program fails at.
func printRead(s streams, r bot.QuarantineRow) {
	defer func() {
		if fault := recover(); fault != nil {
			fmt.Fprintf(s.out, "%-12s the program fails at reading it: %v; --raw prints its bytes\n", "fault", fault)
		}
	}()
	fmt.Fprintf(s.out, "%s\n", printableText(message.Parse(r.Raw).Reading(fmt.Sprintf("mail %d", r.Ledger)).String()))
}

type quarantineRetry struct {
	Mails []uint64 `arg:"" name:"mail" help:"The mails' numbers in the ledger."`
}

func (l *quarantineRetry) Run(ctx context.Context, c *commands, s streams) error {
	stuck := false
	err := rows(ctx, c, s, "order-received", bot.Args{Order: bot.RetryMail, Mails: l.Mails}, func(r bot.LedgerRow) {
		fmt.Fprintf(s.out, "decided anew, as mail %d: %s: %s\n", r.Ledger, r.Outcome, printable(r.Reason))
		stuck = stuck || r.Outcome == "unreadable"
	})
	if err == nil && stuck {
		return errRefused
	}
	return err
}

type quarantineDiscard struct {
	Mails []uint64 `arg:"" name:"mail" help:"The mails' numbers in the ledger."`
}

func (l *quarantineDiscard) Run(ctx context.Context, c *commands, s streams) error {
	return rows(ctx, c, s, "order-received", bot.Args{Order: bot.DiscardMail, Mails: l.Mails}, func(r bot.LedgerRow) {
		fmt.Fprintf(s.out, "mail %d is out of the quarantine\n", r.Ledger)
	})
}

type quarantineRelease struct {
	Mail uint64 `arg:"" help:"The mail's number in the ledger."`
	As   string `required:"" placeholder:"ADDRESS" help:"The staff member who answers for it."`
	For  string `placeholder:"ADDRESS" help:"Whom the request is for, where the mail names nobody."`
}

func (l *quarantineRelease) Run(ctx context.Context, c *commands, s streams) error {
	text := fmt.Sprintf("#open %d", l.Mail)
	if l.For != "" {
		text += " for " + l.For
	}
	do := doCommand{As: l.As, Command: text}
	err := do.Run(ctx, c, s)
	if errors.Is(err, errRefused) && l.For == "" {
		fmt.Fprintf(s.err, "If the mail names nobody, say whom the request is for: triaged quarantine release %d --as %s --for ADDRESS\n", l.Mail, l.As)
	}
	return err
}
