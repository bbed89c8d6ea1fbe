package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"triaged/internal/bot"
)

type suggestCommand struct {
	Files []string `arg:"" name:"file" help:"Mails, as .eml files; - for standard input."`
}

// Help says what is printed.
func (suggestCommand) Help() string {
	return `Suggests as the desk would now, with what it has learned. Nothing is recorded.

With --json a line a file: file, suggestions [{code, confidence, because}].`
}

func (l *suggestCommand) Run(ctx context.Context, c *commands, s streams) error {
	for _, name := range l.Files {
		raw, err := readFile(name, s)
		if err != nil {
			return err
		}
		err = c.ask(ctx, s, "suggest", bot.Args{Mail: raw}, func(row json.RawMessage) error {
			var r bot.SuggestRow
			if err := json.Unmarshal(row, &r); err != nil {
				return err
			}
			if c.JSON {
				return printJSON(s, struct {
					File string `json:"file"`
					bot.SuggestRow
				}{name, r})
			}
			fmt.Fprintln(s.out, name)
			for i, g := range r.Suggestions {
				fmt.Fprintf(s.out, "  %d. %s  %3.0f %%  %s\n", i+1, g.Code, g.Confidence*100, strings.Join(g.Because, ", "))
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
