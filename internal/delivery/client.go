package delivery

import "context"

// Client sends mails over one connection. Its methods may be called from several goroutines; mails are sent one at a
// time.
type Client struct {
	settings Settings
}

// Send hands the mail to the server and reports what became of it. It returns soon after ctx ends.
func (c *Client) Send(ctx context.Context, m Mail) Result { return Result{} }

// Close ends the connection, if there is one. The client can be used again afterwards.
func (c *Client) Close() error { return nil }

func (s Settings) complete() Settings { return s }
