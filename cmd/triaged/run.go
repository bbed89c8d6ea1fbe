package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"triaged/internal/bot"
	"triaged/internal/config"
	"triaged/internal/systemd"
)

type runCommand struct {
	Verbose bool `short:"v" help:"Log every step."`
}

// Help says what a daemon needs.
func (runCommand) Help() string {
	return `Runs until SIGINT or SIGTERM. SIGHUP makes it read the configuration again, with all files that it names; those files are also
read when they change. If something is wrong with them, what held before still holds, and operators are told; once it is mended, it
is read by itself. Under systemd (see triaged help service) it tells when it is ready, reloads, stops, and that it is alive. It logs
to standard error: text on a terminal, JSON elsewhere. The state is in desk.data_dir, which one process has at a time; the other
commands ask the running bot through a socket there.`
}

func (l *runCommand) Run(ctx context.Context, c *commands, s streams) error {
	log := logger(s, l.Verbose)
	if err := leaveNoCore(); err != nil {
		log.Warn("a core dump of this process may hold secrets", "error", err)
	}
	cfg, err := config.Load(c.Config)
	if err != nil {
		return err
	}
	for _, w := range cfg.Warnings {
		log.Warn(w.String())
	}
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	manager := systemd.FromEnvironment()
	return bot.Serve(ctx, cfg, bot.Rim{Log: log, Version: thisBuild().Version, Hangup: hangup, Notify: manager.Tell, Watchdog: manager.Watchdog()}, nil)
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
