package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"triaged/internal/bot"
	"triaged/internal/chart"
	"triaged/internal/suggest"
)

type suggestCommand struct {
	Files []string `arg:"" name:"file" help:"Mails, as .eml files; - for standard input."`
}

// Help says what is printed.
func (suggestCommand) Help() string {
	return `Suggests as the desk would now, with what it has learned; without a configuration, by the built-in knowledge alone. Nothing is recorded. A code that is more likely wrong than right is called a guess.

With --json a line a file: file, suggestions [{code, confidence, because}], sure (the first is more than a guess), emergency [] (why analysts would be alerted at once; empty if they would not).`
}

func (l *suggestCommand) Run(ctx context.Context, c *commands, s streams) error {
	if c.unconfigured() {
		fmt.Fprintln(s.err, "There is no config.toml: this is what the built-in knowledge says.")
	}
	for _, name := range l.Files {
		raw, err := readFile(name, s)
		if err != nil {
			return err
		}
		if err := l.suggest(ctx, c, s, name, raw); err != nil {
			return err
		}
	}
	return nil
}

func (l *suggestCommand) suggest(ctx context.Context, c *commands, s streams, name string, raw []byte) error {
	show := func(r bot.SuggestRow) error {
		if c.JSON {
			return printJSON(s, struct {
				File string `json:"file"`
				bot.SuggestRow
			}{name, r})
		}
		printSuggestions(s, name, r)
		return nil
	}
	if c.unconfigured() {
		return show(bot.SuggestCold(suggest.New(chart.Default(), suggest.DefaultLexicon()), raw))
	}
	return c.ask(ctx, s, "suggest", bot.Args{Mail: raw}, func(row json.RawMessage) error {
		var r bot.SuggestRow
		if err := json.Unmarshal(row, &r); err != nil {
			return err
		}
		return show(r)
	})
}

func printSuggestions(s streams, name string, r bot.SuggestRow) {
	fmt.Fprintln(s.out, name)
	if len(r.Emergency) > 0 {
		fmt.Fprintf(s.out, "  looks like an emergency: %s\n", strings.Join(r.Emergency, ", "))
	}
	if !r.Sure {
		fmt.Fprintln(s.out, "  no good guess; the nearest:")
	}
	for i, g := range r.Suggestions {
		fmt.Fprintf(s.out, "  %d. %s  %3.0f %%  %s\n", i+1, g.Code, g.Confidence*100, strings.Join(g.Because, ", "))
	}
}
