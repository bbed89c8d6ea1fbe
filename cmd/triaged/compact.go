package main

import (
	"fmt"

	"triaged/internal/config"
	"triaged/internal/store"
)

type compactCommand struct{}

// Help says when it is worth it.
func (compactCommand) Help() string {
	return `The state file keeps the room of what was removed, for later. This writes it anew without that, which is worth it after much was
removed, by retention or by forget. The bot must not run; needs as much free room on the disk as the state takes.

With --json: before, after (bytes).`
}

func (l *compactCommand) Run(c *commands, s streams) error {
	cfg, err := config.Load(c.Config)
	if err != nil {
		return err
	}
	done, err := store.Compact(cfg.Desk.DataDir)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s, done)
	}
	fmt.Fprintf(s.out, "%s became %s: %s saved\n", sized(done.Before), sized(done.After), sized(max(0, done.Before-done.After)))
	return nil
}
