package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"triaged/internal/bot"
)

type outboxCommand struct {
	List    outboxList    `cmd:"" default:"withargs" help:"List outgoing mail (what \"triaged outbox\" does)."`
	Show    outboxShow    `cmd:"" help:"Show an outgoing mail whole."`
	Retry   outboxRetry   `cmd:"" help:"Try mails again that were given up or held."`
	Release outboxRelease `cmd:"" help:"Send mails that a limit held back."`
	Discard outboxDiscard `cmd:"" help:"Give mails up for good."`
}

// Help says what the states are.
func (outboxCommand) Help() string {
	return `pending: to be sent, or tried again; sent; dead: given up, and the operators were told; held: a limit held it back.

  triaged outbox --state dead
  triaged outbox show 12
  triaged outbox retry 12 13

With --json a line has: id, to, kind, request, subject, message_id, state, attempts, last_error, next_at; show has raw too (base64).`
}

type outboxList struct {
	State string `enum:"pending,sent,dead,held,all" default:"all" help:"Only mails in this state: ${enum} (default: ${default})."`
}

func (l *outboxList) Run(ctx context.Context, c *commands, s streams) error {
	state := l.State
	if state == "all" {
		state = ""
	}
	return outboxRows(ctx, c, s, "outbox", bot.Args{State: state})
}

func outboxRows(ctx context.Context, c *commands, s streams, op string, args bot.Args) error {
	var t *table
	err := rows(ctx, c, s, op, args, func(r bot.OutboxRow) {
		if t == nil {
			t = newTable(s.out, "ID", "STATE", "TRIES", "KIND", "REQUEST", "TO", "SUBJECT", "LAST ERROR")
		}
		t.row(strconv.FormatUint(r.ID, 10), r.State, strconv.Itoa(r.Attempts), r.Kind, orDash(r.Request), r.To,
			t.cut(r.Subject, 44), r.LastError)
	})
	if t != nil {
		t.end()
	} else if err == nil && !c.JSON {
		fmt.Fprintln(s.out, "The outbox has no such mail.")
	}
	return err
}

type outboxShow struct {
	Mail uint64 `arg:"" help:"The mail's number in the outbox."`
}

func (l *outboxShow) Run(ctx context.Context, c *commands, s streams) error {
	return c.ask(ctx, s, "show-sent", bot.Args{Mails: []uint64{l.Mail}}, func(raw json.RawMessage) error {
		if c.JSON {
			return printJSON(s, raw)
		}
		var m bot.SentMail
		if err := json.Unmarshal(raw, &m); err != nil {
			return err
		}
		_, err := s.out.Write(m.Raw)
		return err
	})
}

type outboxMails struct {
	Mails []uint64 `arg:"" name:"mail" help:"The mails' numbers in the outbox."`
}

type (
	outboxRetry   outboxMails
	outboxRelease outboxMails
	outboxDiscard outboxMails
)

func (l *outboxRetry) Run(ctx context.Context, c *commands, s streams) error {
	return outboxRows(ctx, c, s, "order-sent", bot.Args{Order: bot.RetryMail, Mails: l.Mails})
}

func (l *outboxRelease) Run(ctx context.Context, c *commands, s streams) error {
	return outboxRows(ctx, c, s, "order-sent", bot.Args{Order: bot.ReleaseMail, Mails: l.Mails})
}

func (l *outboxDiscard) Run(ctx context.Context, c *commands, s streams) error {
	return outboxRows(ctx, c, s, "order-sent", bot.Args{Order: bot.DiscardMail, Mails: l.Mails})
}
