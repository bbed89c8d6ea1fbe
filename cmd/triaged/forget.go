package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"triaged/internal/bot"
)

type forgetCommand struct {
	Address string `arg:"" help:"Whose words are to go."`
	DryRun  bool   `help:"Say what would go, and remove nothing."`
}

// Help says what goes, and what stays.
func (forgetCommand) Help() string {
	return `Removes what a person wrote and what was written about their requests: the texts, subjects and notes of their requests, the mails they
sent and got with all attachments, and the digests that showed them. The suggestion learns anew, without their words. Raw mails
are written over on the disk before the command ends, or at the next start if the machine dies meanwhile.

What happened stays on record: that there was a request, from which address, when, and how it ended. Whoever has an open request is
refused, and whoever is under a legal hold. Words that somebody else wrote just so stay that person's.

Backups made before still hold what was removed: see to it that they end. So may the free room in the state file: run "triaged compact"
when the bot can be stopped for a moment. "triaged export --about ADDRESS" gives a person what is
known of them first.

With --json: requests [], texts, received, sent (mails), bytes.`
}

func (l *forgetCommand) Run(ctx context.Context, c *commands, s streams) error {
	return rows(ctx, c, s, "forget", bot.Args{About: l.Address, DryRun: l.DryRun}, func(r bot.Forgotten) {
		did := "Removed"
		if l.DryRun {
			did = "Would remove"
		}
		fmt.Fprintf(s.out, "%s of %s: %s, %s, %s that were sent (%s).\n", did, printable(l.Address), count(r.Texts, "text", "texts"),
			count(r.Received, "received mail", "received mails"), count(r.Sent, "mail", "mails"), sized(r.Bytes))
		if len(r.Requests) > 0 {
			fmt.Fprintf(s.out, "Their requests: %s.\n", strings.Join(r.Requests, ", "))
		}
		if !l.DryRun {
			fmt.Fprintln(s.out, "Backups made before still hold it, and so may free room in the state file, until \"triaged compact\" is run.")
		}
	})
}

type retainCommand struct {
	DryRun bool `help:"Say what would go, and remove nothing."`
}

// Help names the kinds.
func (retainCommand) Help() string {
	return `The bot does this once a day, if [retention] says so. What has to do with an open request stays, and what is under a legal hold.

raw_mails: mails as received and sent, with their attachments. bodies: what was written in a request, from its end on. events: whole
requests, from their end on. reports: digests, reminders, reports and word to operators.

With --json a line a kind: kind, until_at (what is older goes; null keeps all), items, bytes.`
}

func (l *retainCommand) Run(ctx context.Context, c *commands, s streams) error {
	did := "REMOVED"
	if l.DryRun {
		did = "WOULD GO"
	}
	t := newTable(s.out, "KIND", "OLDER THAN", did, "BYTES")
	err := rows(ctx, c, s, "retain", bot.Args{DryRun: l.DryRun}, func(r bot.RetainedRow) {
		t.row(r.Kind, c.localOr(r.Until, "(kept for ever)"), strconv.Itoa(r.Items), strconv.FormatInt(r.Bytes, 10))
	})
	if err == nil && !c.JSON {
		t.end()
	}
	return err
}

type legalHoldCommand struct {
	What    string `arg:"" optional:"" help:"A request such as SR-12, or an address. Without it the holds are listed."`
	Reason  string `placeholder:"TEXT" help:"Why, for whoever asks later."`
	Release bool   `help:"End the hold."`
}

// Help says what a hold does.
func (legalHoldCommand) Help() string {
	return `While a request is under a legal hold, or anybody who takes part in it, neither retention nor forget removes anything of it.

With --json a line a hold: what, since_at, reason.`
}

func (l *legalHoldCommand) Run(ctx context.Context, c *commands, s streams) error {
	if l.What == "" && (l.Release || l.Reason != "") {
		return usageError{fmt.Errorf("name the request or the address")}
	}
	args := bot.Args{About: l.What, Text: l.Reason}
	if l.Release {
		args.State = bot.Released
	}
	t := newTable(s.out, "HOLD", "SINCE", "REASON")
	err := rows(ctx, c, s, "legal-hold", args, func(r bot.LegalHoldRow) { t.row(r.What, c.local(r.Since), r.Reason) })
	if err == nil && !c.JSON {
		if len(t.rows) == 1 {
			fmt.Fprintln(s.out, "There is no legal hold.")
			return nil
		}
		t.end()
	}
	return err
}
