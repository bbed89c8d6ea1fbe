package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"triaged/internal/bot"
)

type fileCommand struct {
	For     string   `required:"" placeholder:"ADDRESS" help:"Who called: pat@school.example, or 'Pat Lee <pat@school.example>'."`
	Code    string   `required:"" placeholder:"CODE" help:"What it is, such as 1-3: a phone entry is categorized as it is entered."`
	As      string   `required:"" placeholder:"ADDRESS" help:"The staff member who enters it."`
	Subject string   `placeholder:"TEXT" help:"The request in a few words. Without it, the text's first words."`
	Text    []string `arg:"" optional:"" help:"What the caller says; - for standard input. None of it is taken for a command."`
}

// Help says what filing causes.
func (fileCommand) Help() string {
	return `Opens a request with source phone. The caller gets the acknowledgement and the target date by mail, and the people who work
requests their notices, as if the caller had written.

  triaged file --for 'Pat Lee <pat@school.example>' --code 1-3 --subject 'Projector is dark' --as lee@school.example \
    'The lamp light is red. Room 214.'

Exit status 1 if it was refused: nothing is opened then, and for an unknown code the nearest are printed.
With --json: request (null if refused), done and failed [{request, said, result, code, due_at, near}], undo.`
}

func (l *fileCommand) Run(ctx context.Context, c *commands, s streams) error {
	text, err := words(l.Text, s)
	if err != nil {
		return err
	}
	refused := false
	args := bot.Args{For: l.For, Code: l.Code, As: l.As, Subject: l.Subject, Text: text}
	err = c.ask(ctx, s, "file", args, func(raw json.RawMessage) error {
		var r bot.FiledRow
		if err := json.Unmarshal(raw, &r); err != nil {
			return err
		}
		refused = r.Request == nil
		if c.JSON {
			return printJSON(s, raw)
		}
		if !refused {
			fmt.Fprintf(s.out, "filed: %s for %s\n", *r.Request, printable(l.For))
		}
		c.printReceipt(s, r.ReceiptRow)
		return nil
	})
	if err == nil && refused {
		return errRefused
	}
	return err
}

// words are a text given on the command line, or all of standard input for "-".
func words(given []string, s streams) (string, error) {
	if len(given) != 1 || given[0] != "-" {
		return strings.Join(given, " "), nil
	}
	raw, err := io.ReadAll(io.LimitReader(s.in, mostInput))
	return string(raw), err
}

// mostInput is as much of standard input as a text may have, in bytes.
const mostInput = 1 << 20
