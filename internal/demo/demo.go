// Package demo shows the bot at work: a small school's people write to the desk, the real bot answers, and a transcript
// tells what came in, what it became and what went out.
//
// It guarantees that nothing is staged: it is the bot that `run` starts, on an IMAP and an SMTP server in this process,
// with a clock that skips what is tedious. The people only write what package school has for them. The transcript is the
// same every time.
//
// It knows the servers and the people. It must not know how the bot decides.
package demo

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"

	"triaged/internal/bot"
	"triaged/internal/demo/school"
	"triaged/internal/inprocess"
)

// Options say what the demo is to do.
type Options struct {
	Out    io.Writer // the transcript
	Colour bool      // for a terminal
	Dir    string    // where every sent mail is kept as a file; "" for nowhere
	Serve  bool      // keep the servers up after the story, for any mail program to take part
	Shell  string    // how this program is called from another shell; "" for triaged
	Speed  float64   // how many times as fast as the wall's the clock runs; 0 for a story in half a minute
}

// DefaultSpeed lets ten minutes pass in a second.
const DefaultSpeed = 600

// Run tells the story, and with Options.Serve goes on until ctx ends.
func Run(ctx context.Context, o Options) error {
	if o.Speed <= 0 {
		o.Speed = DefaultSpeed
	}
	if o.Shell == "" {
		o.Shell = "triaged"
	}
	data, err := os.MkdirTemp("", "triaged-demo-")
	if err != nil {
		return fmt.Errorf("the demo needs a temporary folder: %w", err)
	}
	defer os.RemoveAll(data)
	if o.Dir != "" {
		if err := os.MkdirAll(o.Dir, 0o755); err != nil {
			return fmt.Errorf("cannot make the folder for sent mails: %w", err)
		}
	}
	d := &director{
		speed: o.Speed, clock: &clock{now: school.Start()}, sent: make(chan inprocess.Received, 1000),
		letters: make(chan letter, 1000), tell: transcript{out: o.Out, colour: o.Colour, kept: o.Dir},
	}
	p, err := open(data, o.Serve, d.take)
	if err != nil {
		return err
	}
	defer p.close()
	d.place = p
	return d.run(ctx, o)
}

// run starts the bot, tells the story, and stops the bot.
func (d *director) run(ctx context.Context, o Options) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	ended := make(chan error, 1)
	ready := make(chan *bot.Desk, 1)
	rim := bot.Rim{Clock: d.clock, Dial: d.place.dial, Log: slog.New(slog.DiscardHandler)}
	go func() {
		err := bot.Serve(ctx, d.place.config, rim, func(desk *bot.Desk) { ready <- desk })
		stop(err)
		ended <- err
	}()
	select {
	case err := <-ended:
		return err
	case d.desk = <-ready:
	}
	err := d.play(ctx)
	if err == nil && o.Serve {
		d.place.invite(o.Out, o.Shell)
		d.follow(ctx)
	}
	stop(nil)
	if stopped := <-ended; stopped != nil {
		return stopped
	}
	return err
}
