package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"triaged/internal/demo"
)

type demoCommand struct {
	Serve bool    `help:"Keep the servers up afterwards, for any mail program to take part."`
	Out   string  `type:"path" placeholder:"DIR" help:"Keep every sent mail as a file in this folder."`
	Speed float64 `default:"600" help:"How many times as fast as the wall's the demo's clock runs (default: ${default})."`
}

// Help says what is shown.
func (demoCommand) Help() string {
	return `The real bot on an IMAP and an SMTP server in this process; no port is opened and no file is left, unless you ask for it.

  triaged demo --serve      then join in with any mail program, or curl
  triaged demo --out mails  and look at what was sent`
}

func (l *demoCommand) Run(ctx context.Context, c *commands, s streams) error {
	if err := c.textOnly("a demo is for people"); err != nil {
		return err
	}
	if l.Speed <= 0 {
		return usageError{fmt.Errorf("--speed %v: the demo's clock must run forward", l.Speed)}
	}
	err := demo.Run(ctx, demo.Options{
		Out: s.out, Colour: isTerminal(s.out), Dir: l.Out, Serve: l.Serve, Shell: program(), Speed: l.Speed,
	})
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// program is how this program was called, for another shell to do the same. `go run` makes a program that nobody else
// can call.
func program() string {
	if strings.Contains(os.Args[0], string(filepath.Separator)+"go-build") {
		return "go run ./cmd/triaged"
	}
	return os.Args[0]
}
