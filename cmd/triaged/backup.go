package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"triaged/internal/bot"
	"triaged/internal/config"
	"triaged/internal/control"
	"triaged/internal/store"
)

type backupCommand struct {
	File  string `arg:"" help:"The backup to write. An earlier one of this name is replaced once the new one is whole."`
	Prune bool   `help:"Then remove the raw mails beside it that no backup in its folder needs."`
}

// Help says what a backup is, on disk too.
func (backupCommand) Help() string {
	return `Writes the state to FILE, as it is at one moment, whether the bot runs or not. FILE's folder must be there, outside of the data
directory. Raw mails go to a folder triaged-raw-INSTANCE
beside FILE, which all backups of a desk in that place share: each adds what is new. To take a backup elsewhere, take both. When old backups were removed, or mails by retention or forget,
--prune removes what no backup in FILE's folder needs any more.

FILE is a tar archive: state.db, manifest.json (what belongs to it) and manifest.sha256. It holds the secrets that the bot signs its
mails with, and is readable by its owner only. A backup that was cut off leaves the one before it as it was.

What is copied is proved: the state's pages and the checksum of every value, and each raw mail file as it was read. To prove a
backup to the end, restore it elsewhere and run "triaged check --deep" there.

With --json: file, requests, mails, bytes (of all that belongs to the backup), copied (of these, now).`
}

func (l *backupCommand) Run(ctx context.Context, c *commands, s streams) error {
	cfg, broken := config.LoadPublic(c.Config)
	dir, err := c.place(cfg, broken)
	if err != nil {
		return err
	}
	show, end := progress(s)
	copying := store.Copying{Dir: dir, File: l.File, Progress: show}
	var saved store.Saved
	err = control.Ask(ctx, dir, "hold", bot.Args{}, func(raw json.RawMessage) error {
		var m bot.HeldMoment
		if err := json.Unmarshal(raw, &m); err != nil {
			return err
		}
		var err error
		saved, err = store.Backup(ctx, m.Moment, copying, func() error {
			return control.Ask(ctx, dir, "release", bot.HeldMoment{Hold: m.Hold}, nil)
		})
		return err
	})
	switch {
	case !errors.Is(err, control.ErrNoDaemon):
		warnOfBroken(s, broken)
	case broken != nil:
		err = broken
	default:
		saved, err = backupStopped(ctx, cfg, copying)
	}
	end()
	if err != nil {
		return err
	}
	if l.Prune {
		freed, err := store.Prune(l.File)
		if err != nil {
			return fmt.Errorf("the backup is made, but nothing is pruned: %w", err)
		}
		said := "Every raw mail beside it is needed by a backup: nothing is removed.\n"
		if freed > 0 {
			said = sized(freed) + " beside it were needed by no backup and are removed.\n"
		}
		fmt.Fprint(s.err, said)
	}
	if c.JSON {
		return printJSON(s, saved)
	}
	fmt.Fprintf(s.out, "%s: %s, %s, %s; %s of it copied now\n", saved.File, count(saved.Requests, "request", "requests"),
		count(saved.Mails, "mail", "mails"), sized(saved.Bytes), sized(saved.Copied))
	return nil
}

// backupStopped makes a backup while no daemon runs.
func backupStopped(ctx context.Context, cfg *config.Config, copying store.Copying) (saved store.Saved, err error) {
	desk, err := bot.Open(cfg, bot.Rim{ReadOnly: true, Wait: patience})
	if err != nil {
		return saved, err
	}
	defer desk.Close()
	err = desk.Store().Hold(time.Now(), func(m store.Moment) error {
		saved, err = store.Backup(ctx, m, copying, func() error { return nil })
		return err
	})
	return saved, err
}

// progress shows how far a copy is, to whoever watches.
func progress(s streams) (show func(done, total int64), end func()) {
	if !isTerminal(s.err) {
		return nil, func() {}
	}
	return progressOn(s.err)
}

func progressOn(out io.Writer) (show func(done, total int64), end func()) {
	last := -1
	show = func(done, total int64) {
		if percent := int(100 * done / max(total, 1)); percent != last {
			last = percent
			fmt.Fprintf(out, "\r%3d%% of %s", percent, sized(total))
		}
	}
	return show, func() {
		if last >= 0 {
			fmt.Fprint(out, "\r\x1b[K")
		}
	}
}

// sized writes a number of bytes for people.
func sized(n int64) string {
	if n < 1e6 {
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
