package main

import (
	"bufio"
	"context"
	"fmt"
	"strconv"
	"strings"

	"triaged/internal/bot"
)

type keysCommand struct {
	What string `arg:"" optional:"" enum:"list,rotate,revoke" default:"list" help:"list, rotate or revoke (default: list)."`
	Yes  bool   `help:"Revoke without being asked."`
}

// Help says what keys are for, and what can be done to them.
func (keysCommand) Help() string {
	return `The bot's mails bear tokens, by which an answer proves its author. They are signed with a key in the state file. A new key
is made every ninety days; the old ones verify for as long as tokens hold, 400 days.

rotate makes a new key now. revoke also forgets all others, for a state or backup that fell into wrong hands: commands in
answers to mails sent before it are then confirmed once by mail. It cannot be taken back, so it asks first; a script says --yes.

With --json a line a key, newest first: key, made_at (null if unknown), signs, verifies_until_at (null for the one that signs).`
}

func (l *keysCommand) Run(ctx context.Context, c *commands, s streams) error {
	if l.What == "revoke" && !l.Yes {
		if err := confirm(s, "Answers to all mails sent so far will have to be confirmed by mail. This cannot be taken back."); err != nil {
			return err
		}
	}
	args := bot.Args{}
	if l.What != "list" {
		args.Order = l.What
	}
	t := newTable(s.out, "KEY", "MADE", "USE")
	err := rows(ctx, c, s, "keys", args, func(r bot.KeyRow) {
		use := "signs"
		if !r.Signs {
			use = "verifies until " + c.localOr(r.VerifyTo, "-")
		}
		t.row(strconv.Itoa(r.Key), c.localOr(r.MadeAt, "with the desk"), use)
	})
	if err == nil && !c.JSON {
		t.end()
	}
	return err
}

// confirm asks whoever is at a terminal; who is not has to say --yes.
func confirm(s streams, what string) error {
	if !atTerminal(s.in) {
		return usageError{fmt.Errorf("this cannot be taken back: say --yes if it is meant")}
	}
	fmt.Fprintf(s.err, "%s Go on? Type yes: ", what)
	said, err := bufio.NewReader(s.in).ReadString('\n')
	if err != nil || strings.ToLower(strings.TrimSpace(said)) != "yes" {
		return fmt.Errorf("nothing was done")
	}
	return nil
}
