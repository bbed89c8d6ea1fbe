package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"triaged/internal/bot"
	"triaged/internal/config"
	"triaged/internal/control"
)

type runCommand struct {
	Verbose bool `short:"v" help:"Log every step."`
}

func (l *runCommand) Run(ctx context.Context, c *commands, s streams) error {
	cfg, err := config.Load(c.Config)
	if err != nil {
		return err
	}
	log := logger(s, l.Verbose)
	for _, w := range cfg.Warnings {
		log.Warn(w.String())
	}
	return serve(ctx, cfg, bot.Rim{Log: log})
}

// logger writes text to a terminal, and JSON for a machine to keep.
func logger(s streams, verbose bool) *slog.Logger {
	options := &slog.HandlerOptions{}
	if verbose {
		options.Level = slog.LevelDebug
	}
	if f, ok := s.err.(*os.File); ok && isTerminal(f) {
		return slog.New(slog.NewTextHandler(s.err, options))
	}
	return slog.New(slog.NewJSONHandler(s.err, options))
}

// serve runs a desk's bot and its control socket until ctx ends.
func serve(ctx context.Context, cfg *config.Config, rim bot.Rim) error {
	desk, err := bot.Open(cfg, rim)
	if err != nil {
		return err
	}
	defer desk.Close()
	mailboxes, err := bot.Mailboxes(cfg, rim)
	if err != nil {
		return err
	}
	smtp, err := bot.Delivery(cfg, rim)
	if err != nil {
		return err
	}
	listener, err := control.Listen(cfg.Desk.DataDir)
	if err != nil {
		return err
	}
	b := bot.New(desk, mailboxes, smtp)
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	ended := make(chan error, 1)
	go func() {
		err := control.Serve(ctx, listener, desk.Ops())
		if err != nil {
			stop(err)
		}
		ended <- err
	}()
	rim.Log.Info("running", "desk", cfg.Desk.Address, "mailboxes", len(mailboxes), "data", cfg.Desk.DataDir)
	err = b.Run(ctx)
	stop(nil)
	err = errors.Join(err, <-ended)
	if err != nil {
		return fmt.Errorf("stopped: %w", err)
	}
	rim.Log.Info("stopped")
	return nil
}
