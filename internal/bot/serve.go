package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"triaged/internal/config"
	"triaged/internal/control"
	"triaged/internal/systemd"
)

// Serve runs a configuration's desk, its loops and its control socket, until ctx ends. ready is called once the store is
// open and the socket listens; nil is fine.
func Serve(ctx context.Context, c *config.Config, rim Rim, ready func(*Desk)) error {
	desk, err := Open(c, rim)
	if err != nil {
		return err
	}
	defer closeSoon(desk)
	mailboxes, err := Mailboxes(c, rim)
	if err != nil {
		return err
	}
	smtp, err := Delivery(c, rim)
	if err != nil {
		return err
	}
	listener, err := control.Listen(c.Desk.DataDir)
	if err != nil {
		return err
	}
	b := New(desk, mailboxes, smtp)
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	ended := make(chan error, 1)
	go func() {
		err := control.Serve(ctx, listener, b.Ops())
		if err != nil {
			stop(err)
		}
		ended <- err
	}()
	figures, err := desk.serveFigures(ctx, c.Metrics.Listen)
	if err != nil {
		stop(nil)
		return errors.Join(err, <-ended)
	}
	if ready != nil {
		ready(desk)
	}
	desk.tellManager(systemd.Ready, systemd.Status(c.Desk.Address))
	stopping := context.AfterFunc(ctx, func() { desk.tellManager(systemd.Stopping) })
	defer stopping()
	desk.log.Info("running", "desk", c.Desk.Address, "mailboxes", len(mailboxes), "data", c.Desk.DataDir)
	err = b.Run(ctx)
	stop(nil)
	if err = errors.Join(err, <-ended, figures()); err != nil {
		return fmt.Errorf("stopped: %w", err)
	}
	desk.log.Info("stopped")
	return nil
}

// closing is how long to wait for the state to be let go of. What is committed is safe; somebody may still be reading.
const closing = 5 * time.Second

func closeSoon(desk *Desk) {
	closed := make(chan error, 1)
	go func() { closed <- desk.Close() }()
	select {
	case err := <-closed:
		if err != nil {
			desk.log.Error("the state was not let go of in order", "error", err)
		}
	case <-time.After(closing):
		desk.log.Warn("an answer is still being read; stopped all the same")
	}
}
