package main

import (
	"context"
	"fmt"
	"time"

	"triaged/internal/bot"
	"triaged/internal/config"
	"triaged/internal/store"
)

type restoreCommand struct {
	File  string `arg:"" help:"The backup, with the folder triaged-raw-INSTANCE beside it."`
	Adopt string `name:"adopt-raw" placeholder:"DIR" help:"A damaged data directory, whose raw mails since the backup are taken over."`
}

// Help says what a restore does, and what it leaves to the bot.
func (restoreCommand) Help() string {
	return `Puts a backup into desk.data_dir, which must hold no state: it refuses a running bot, and a directory with a state in it. Move a damaged
one away first. Everything is proved while it is copied. Run it as the user whom the bot runs as.

The world went on after the backup. So request numbers skip ahead: by a thousand, or by three times the busiest day's requests for
each day since the backup if that is more, up to the next full thousand. Nobody who was told a number finds another request under it.
When the bot starts, it looks through the done and refused folders again, from two weeks before the backup on: mail that the
backup does not know is taken as new, what it knows is recognised. Answers to the bot's mails of the last 400 days hold. What
was said at a shell since the backup is lost, and is to be said again. Tokens of "triaged login" are in no backup: sign in again. A new
key signs, and those of the backup still verify: if you ran "triaged keys revoke" since, run it again.

From a damaged state file the way back is this:

  mv data damaged
  triaged restore BACKUP --adopt-raw damaged
  triaged run

The raw mails are files of their own, and mostly whole when the state is not. With --adopt-raw those since the backup are decided as
they were then: requests get the numbers that people were told, and what the bot had sent is not sent again, but for mails of
the last 15 minutes, of which nobody knows whether they went out. What was said at a shell is printed, to be said again.

With --json: file, requests, mails, bytes, at (when the state was as it is now), numbers_after, adopted (mails), not_sent_again,
shell [] (what was said there).`
}

// restoredRow is what restore prints.
type restoredRow struct {
	store.Saved
	At           time.Time `json:"at"`
	NumbersAfter string    `json:"numbers_after"`
	Adopted      int       `json:"adopted"`
	NotSentAgain int       `json:"not_sent_again"`
	Shell        []string  `json:"shell"`
}

func (l *restoreCommand) Run(ctx context.Context, c *commands, s streams) error {
	cfg, err := config.Load(c.Config)
	if err != nil {
		return err
	}
	show, end := progress(s)
	saved, recovery, err := store.Restore(ctx, store.Restoring{
		Copying: store.Copying{Dir: cfg.Desk.DataDir, File: l.File, Progress: show}, Adopt: l.Adopt, Now: time.Now(),
	})
	end()
	if err != nil {
		return err
	}
	adopted, err := adopt(ctx, cfg)
	if err != nil {
		return fmt.Errorf("the backup is restored, but the raw mails of %s are not taken over; the bot tries again when it starts: %w", l.Adopt, err)
	}
	last := recovery.Floor.Label(cfg.Desk.Prefix)
	if c.JSON {
		return printJSON(s, restoredRow{saved, recovery.Backup, last, adopted.Mails, adopted.Sent, append([]string{}, adopted.Shell...)})
	}
	fmt.Fprintf(s.out, `%s: %s, %s, as they were at %s.
Numbers go on behind %s. When the bot starts, it reads the done and refused folders again for mail since then.
A new key signs from now on, and those of the backup still verify. If you ran "triaged keys revoke" since the backup, run it again.
`, cfg.Desk.DataDir, count(saved.Requests, "request", "requests"), count(saved.Mails, "mail", "mails"),
		recovery.Backup.In(cfg.Location()).Format("2006-01-02 15:04"), last)
	if l.Adopt == "" {
		return nil
	}
	fmt.Fprintf(s.out, "Of %s: %s accounted for; %s had been sent about them and not again.\n", l.Adopt,
		count(adopted.Mails, "mail is", "mails are"), count(adopted.Sent, "mail", "mails"))
	if adopted.Bytes > 0 {
		fmt.Fprintf(s.out, "%d bytes of its raw mails could not be read: their mails are taken from the server's folders when the bot starts.\n", adopted.Bytes)
	}
	if adopted.Loose > 0 {
		fmt.Fprintf(s.out, "%s had been sent for no reason that is in a mail: reminders, digests, and what was done at a shell.\n", count(adopted.Loose, "other mail", "other mails"))
	}
	for _, said := range adopted.Shell {
		fmt.Fprintf(s.out, "To be said again at a shell: %s\n", printable(said))
	}
	return nil
}

// adopt takes over the raw mails of a lost state, if the restore brought some.
func adopt(ctx context.Context, cfg *config.Config) (bot.Adopted, error) {
	desk, err := bot.Open(cfg, bot.Rim{})
	if err != nil {
		return bot.Adopted{}, err
	}
	defer desk.Close()
	return desk.Adopt(ctx)
}
