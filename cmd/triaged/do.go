package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"triaged/internal/bot"
)

type doCommand struct {
	Number  string `arg:"" help:"The request, such as SR-12."`
	Command string `arg:"" help:"What to do, as in a mail: '#1-3', '#resolve replaced the lamp'."`
	As      string `required:"" placeholder:"ADDRESS" help:"The staff member who does it."`
}

// Help says what may be done.
func (doCommand) Help() string {
	return `Carries out what a mail from that person would: '#1-3' categorizes, '#1-3?' tells what would happen, '#undo' takes the last
command back, '#resolve replaced the lamp', '#help' lists the rest. The people of the request are told as usual.
A command needs its number sign here, and the sign its quotes; '1-3' is refused, and changes nothing.

  triaged do SR-12 '#1-3' --as kim@school.example

Exit status 1 if anything was refused; an unknown code changes nothing, and the nearest codes are printed.
With --json: done and failed [{request, said, result, code, due_at, near}], undo.`
}

func (l *doCommand) Run(ctx context.Context, c *commands, s streams) error {
	failed := false
	args := bot.Args{Number: l.Number, Text: l.Command, As: l.As}
	err := c.ask(ctx, s, "do", args, func(raw json.RawMessage) error {
		var r bot.ReceiptRow
		if err := json.Unmarshal(raw, &r); err != nil {
			return err
		}
		failed = len(r.Failed) > 0
		if c.JSON {
			return printJSON(s, raw)
		}
		c.printReceipt(s, r)
		if r.Undo != "" {
			fmt.Fprintf(s.out, "to undo: %s\n", r.Undo)
		}
		return nil
	})
	if err == nil && failed {
		return errRefused
	}
	return err
}

// printReceipt prints what became of each command.
func (c *commands) printReceipt(s streams, r bot.ReceiptRow) {
	for _, item := range r.Done {
		fmt.Fprintf(s.out, "done: %s %s: %s", orDash(item.Request), printable(item.Said), item.Result)
		if item.DueAt != nil {
			fmt.Fprintf(s.out, ", due %s", c.local(*item.DueAt))
		}
		fmt.Fprintln(s.out)
	}
	fmt.Fprint(s.out, printableText(r.Help))
	for _, item := range r.Failed {
		fmt.Fprintf(s.out, "not done: %s: %s", printable(item.Said), item.Result)
		if len(item.Near) > 0 {
			fmt.Fprintf(s.out, "; near it: %s", strings.Join(item.Near, ", "))
		}
		fmt.Fprintln(s.out)
	}
}
