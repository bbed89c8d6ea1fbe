package main

import (
	"errors"
	"fmt"

	"triaged/internal/bot"
	"triaged/internal/config"
)

type configCommand struct {
	Example configExample `cmd:"" help:"Print an example configuration: every key with its meaning and default."`
	Check   configCheck   `cmd:"" help:"Check the configuration without running it."`
}

type configExample struct{}

func (configExample) Run(c *commands, s streams) error {
	if err := c.textOnly("an example is TOML"); err != nil {
		return err
	}
	_, err := s.out.Write(config.Example())
	return err
}

type configCheck struct{}

// Help says what is looked at.
func (configCheck) Help() string {
	return `Reads the configuration as the bot would, with all files and secrets that it names, and renders each template once. No server is
asked: that is what "triaged doctor" does.

With --json: file, good, mailboxes, staff, teams (how many), problems and warnings [{file, line (0 for none), key, message, hint}].`
}

// checkedRow is what config check prints.
type checkedRow struct {
	File      string       `json:"file"`
	Good      bool         `json:"good"`
	Mailboxes int          `json:"mailboxes"`
	Staff     int          `json:"staff"`
	Teams     int          `json:"teams"`
	Problems  []problemRow `json:"problems"`
	Warnings  []problemRow `json:"warnings"`
}

// problemRow is one thing that is wrong with a configuration.
type problemRow struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Key     string `json:"key"`
	Message string `json:"message"`
	Hint    string `json:"hint"`
}

func problemRows(all []config.Problem) []problemRow {
	rows := make([]problemRow, len(all))
	for i, p := range all {
		rows[i] = problemRow(p)
	}
	return rows
}

func (configCheck) Run(c *commands, s streams) error {
	cfg, err := config.Load(c.Config)
	if err == nil {
		err = bot.Vet(cfg)
	}
	if c.JSON {
		return printChecked(c, s, cfg, err)
	}
	if err != nil {
		return err
	}
	for _, w := range cfg.Warnings {
		fmt.Fprintln(s.err, "warning:", w)
	}
	_, err = fmt.Fprintf(s.out, "%s is good: %s, %d staff, %s\n", c.Config,
		count(len(cfg.Mailboxes), "mailbox", "mailboxes"), len(cfg.Staff), count(len(cfg.Teams), "team", "teams"))
	return err
}

// printChecked prints for scripts what was found; wrong is what is wrong, or nil.
func printChecked(c *commands, s streams, cfg *config.Config, wrong error) error {
	row := checkedRow{File: c.Config, Good: wrong == nil, Problems: []problemRow{}, Warnings: []problemRow{}}
	if cfg != nil {
		row.Mailboxes, row.Staff, row.Teams, row.Warnings = len(cfg.Mailboxes), len(cfg.Staff), len(cfg.Teams), problemRows(cfg.Warnings)
	}
	var problems *config.Problems
	switch {
	case errors.As(wrong, &problems):
		row.Problems = problemRows(problems.List)
	case wrong != nil: // of a template: it begins with file and line
		row.Problems = append(row.Problems, problemRow{File: c.Config, Message: wrong.Error()})
	}
	if err := printJSON(s, row); err != nil || wrong == nil {
		return err
	}
	return errRefused
}
