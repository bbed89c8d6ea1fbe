package delivery

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

// Client sends mails over one connection. Its methods may be called from several goroutines; mails are sent one at a
// time.
type Client struct {
	settings Settings
	turn     chan struct{} // holds a token while nobody sends
	link     *link         // the open connection; belongs to whoever has the turn; nil: none
}

// link is an open connection, logged in.
type link struct {
	conn *wire
	smtp *smtp.Client
}

func newClient(s Settings) *Client {
	c := &Client{settings: s, turn: make(chan struct{}, 1)}
	c.turn <- struct{}{}
	return c
}

// complete fills in defaults.
func (s Settings) complete() Settings {
	if s.Timeout == 0 {
		s.Timeout = defaultTimeout
	}
	if s.Dial == nil {
		s.Dial = (&net.Dialer{}).DialContext
	}
	if s.Hello == "" {
		s.Hello = "localhost"
		if name, err := os.Hostname(); err == nil {
			s.Hello = name
		}
	}
	if s.TLS == nil {
		s.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	s.TLS = s.TLS.Clone()
	if host, _, err := net.SplitHostPort(s.Address); err == nil && s.TLS.ServerName == "" {
		s.TLS.ServerName = host
	}
	return s
}

const defaultTimeout = 2 * time.Minute

// slowest is the rate, in bytes a second, at which a mail may at least pass.
const slowest = 32 << 10

// Limit is how long a Send of so many bytes may take.
func (s Settings) Limit(size int) time.Duration {
	return cmp.Or(s.Timeout, defaultTimeout) + time.Duration(size/slowest)*time.Second
}

// Send hands the mail to the server and reports what became of it. It returns soon after ctx ends.
func (c *Client) Send(ctx context.Context, m Mail) Result {
	if err := check(m); err != nil {
		return Result{Outcome: Rejected, Text: err.Error(), Err: err}
	}
	ctx, cancel := context.WithTimeout(ctx, c.settings.Limit(len(m.Data)))
	defer cancel()
	select {
	case <-c.turn:
		defer func() { c.turn <- struct{}{} }()
	case <-ctx.Done():
		return Result{Err: fmt.Errorf("wait for the mail before: %w", ctx.Err())}
	}
	if c.link != nil {
		result, stale := c.transact(ctx, m)
		if !stale || ctx.Err() != nil {
			return result
		}
		// The connection had died while nothing was sent over it, so nothing of this mail has passed: once more.
	}
	if err := c.open(ctx); err != nil {
		return unreachable(err)
	}
	result, _ := c.transact(ctx, m)
	return result
}

// Try connects and logs in, unless that is done: whether a Send would come so far.
func (c *Client) Try(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, c.settings.Timeout)
	defer cancel()
	select {
	case <-c.turn:
		defer func() { c.turn <- struct{}{} }()
	case <-ctx.Done():
		return fmt.Errorf("wait for the mail before: %w", ctx.Err())
	}
	if c.link != nil {
		return nil
	}
	return c.open(ctx)
}

// Close ends the connection, if there is one. The client can be used again afterwards.
func (c *Client) Close() error {
	<-c.turn
	defer func() { c.turn <- struct{}{} }()
	if c.link == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	release := c.link.guard(ctx)
	defer release()
	_ = c.link.smtp.Quit() // a courtesy: the server may have gone
	c.drop()
	return nil
}

// check refuses what no server must ever see: an address that would end its command.
func check(m Mail) error {
	for _, address := range []string{m.From, m.To} {
		if strings.ContainsAny(address, "\r\n<>\x00") {
			return fmt.Errorf("%q is not an address", address)
		}
	}
	if !strings.Contains(m.To, "@") {
		return fmt.Errorf("%q is not an address", m.To)
	}
	return nil
}

// guard closes the connection when ctx ends, until it is released. Nothing else makes a waiting call of go-mail return.
func (l *link) guard(ctx context.Context) (release func()) {
	stop := context.AfterFunc(ctx, func() { _ = l.conn.Close() })
	return func() { stop() }
}

// drop forgets the connection.
func (c *Client) drop() {
	_ = c.link.conn.Close()
	c.link = nil
}

// transact sends a mail over the open connection. Stale means that the connection turned out dead before anything of the
// mail had passed. Whether or not the connection is still open afterwards is up to c.link.
func (c *Client) transact(ctx context.Context, m Mail) (result Result, stale bool) {
	release := c.link.guard(ctx)
	defer release()
	utf8 := !ascii(m.From) || !ascii(m.To)
	if offered, _ := c.link.smtp.Extension("SMTPUTF8"); utf8 && !offered {
		err := fmt.Errorf("%s takes no addresses with other letters than ASCII, such as %q or %q (SMTPUTF8)",
			c.settings.Address, m.From, m.To)
		return Result{Outcome: Rejected, Enhanced: "5.6.7", Text: err.Error(), Err: err}, false
	}
	c.link.smtp.SkipSMTPUTF8(!utf8) // asked for without need, it bars the mail from older servers further on
	failed := func(step step, err error) (Result, bool) {
		if ctx.Err() != nil {
			err = fmt.Errorf("%w (%w)", ctx.Err(), err)
		}
		return c.failure(step, m, err)
	}
	if err := c.link.smtp.Mail("<" + m.From + ">"); err != nil {
		return failed(atMail, err)
	}
	if err := c.link.smtp.Rcpt("<" + m.To + ">"); err != nil {
		return failed(atRcpt, err)
	}
	w, err := c.link.smtp.Data()
	if err != nil {
		return failed(atData, err)
	}
	if _, err := w.Write(m.Data); err != nil {
		return failed(inData, err)
	}
	c.link.conn.patient = true
	err = w.Close() // writes the final dot and waits for the answer
	c.link.conn.patient = false
	if err != nil {
		return failed(atEnd, err)
	}
	result = Result{Outcome: Sent, Code: 250}
	if answer, ok := w.(*smtp.DataCloser); ok {
		result.Enhanced, result.Text = words(answer.ServerResponse())
	}
	return result, false
}

func ascii(s string) bool { return strings.IndexFunc(s, func(r rune) bool { return r >= 0x80 }) < 0 }
