package main

import (
	"fmt"

	"triaged/internal/bot"
	"triaged/internal/config"
)

type configCommand struct {
	Example configExample `cmd:"" help:"Print an example configuration: every key with its meaning and default."`
	Check   configCheck   `cmd:"" help:"Check the configuration without running it."`
}

type configExample struct{}

func (configExample) Run(s streams) error {
	_, err := s.out.Write(config.Example())
	return err
}

type configCheck struct{}

func (configCheck) Run(c *commands, s streams) error {
	cfg, err := config.Load(c.Config)
	if err != nil {
		return err
	}
	if err := bot.Vet(cfg); err != nil {
		return err
	}
	for _, w := range cfg.Warnings {
		fmt.Fprintln(s.err, "warning:", w)
	}
	_, err = fmt.Fprintf(s.out, "%s is good: %s, %d staff, %s\n", c.Config,
		count(len(cfg.Mailboxes), "mailbox", "mailboxes"), len(cfg.Staff), count(len(cfg.Teams), "team", "teams"))
	return err
}
