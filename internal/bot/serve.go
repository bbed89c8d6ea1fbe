package bot

import (
	"context"
	"errors"
	"fmt"

	"triaged/internal/config"
	"triaged/internal/control"
)

// Serve runs a configuration's desk, its loops and its control socket, until ctx ends. ready is called once the store is
// open and the socket listens; nil is fine.
func Serve(ctx context.Context, c *config.Config, rim Rim, ready func(*Desk)) error {
	desk, err := Open(c, rim)
	if err != nil {
		return err
	}
	defer desk.Close()
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
	if ready != nil {
		ready(desk)
	}
	desk.log.Info("running", "desk", c.Desk.Address, "mailboxes", len(mailboxes), "data", c.Desk.DataDir)
	err = b.Run(ctx)
	stop(nil)
	if err = errors.Join(err, <-ended); err != nil {
		return fmt.Errorf("stopped: %w", err)
	}
	desk.log.Info("stopped")
	return nil
}
