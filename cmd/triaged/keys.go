package main

import (
	"context"
	"strconv"

	"triaged/internal/bot"
)

type keysCommand struct {
	What string `arg:"" optional:"" enum:"list,rotate,revoke" default:"list" help:"list, rotate or revoke (default: list)."`
}

// Help says what keys are for, and what can be done to them.
func (keysCommand) Help() string {
	return `The bot's mails bear tokens, by which an answer proves its author. They are signed with a key in the state file. A new key
is made every ninety days; the old ones verify for as long as tokens hold, 400 days.

rotate makes a new key now. revoke also forgets all others, for a state or backup that fell into wrong hands: commands in
answers to mails sent before it are then confirmed once by mail.

With --json a line a key, newest first: key, made_at (null if unknown), signs, verifies_until_at (null for the one that signs).`
}

func (l *keysCommand) Run(ctx context.Context, c *commands, s streams) error {
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
