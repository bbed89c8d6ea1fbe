package mailbox

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// fullListing is how often a session lists a whole folder rather than what is new: a safety net, and the owner's chance
// to think again about mails that it left.
const fullListing = time.Hour

// session is one connection, from login to its end. Only one goroutine sends commands.
type session struct {
	*watcher
	wire   *wire
	client *imapclient.Client
	caps   imap.CapSet
	news   chan struct{} // holds a token when the server has spoken of new mail

	done, refused string // the folders' names on the server; "": there is none
	open          string // the selected folder
	idles         bool   // IDLE is worth trying
}

// connect opens a session, logs in and finds its folders.
func (w *watcher) connect(ctx context.Context) (*session, error) {
	s, err := w.enter(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.findFolders(ctx); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// enter opens a session and logs in.
func (w *watcher) enter(ctx context.Context) (*session, error) {
	asking, cancel := context.WithTimeout(ctx, w.CommandTimeout)
	defer cancel()
	credentials, err := w.Login(asking)
	if err != nil {
		return nil, fmt.Errorf("get credentials for %s: %w", w.Address, err)
	}
	dialling, cancel := context.WithTimeout(ctx, w.CommandTimeout)
	defer cancel()
	conn, err := w.Dial(dialling, "tcp", w.Address)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", w.Address, err)
	}
	s := &session{watcher: w, wire: &wire{Conn: conn}, news: make(chan struct{}, 1)}
	login := func(ctx context.Context) error { return s.login(ctx, credentials) }
	for _, step := range []func(context.Context) error{s.greet, login} {
		if err := step(ctx); err != nil {
			s.close()
			return nil, err
		}
	}
	return s, nil
}

// greet starts TLS, if asked for, and IMAP.
func (s *session) greet(ctx context.Context) error {
	return s.command(ctx, "start of the session", func() (err error) {
		options := &imapclient.Options{
			TLSConfig:             s.TLS,
			UnilateralDataHandler: &imapclient.UnilateralDataHandler{Mailbox: s.hear},
		}
		switch s.Security {
		case "tls":
			encrypted := tls.Client(s.wire, s.TLS)
			if err := encrypted.HandshakeContext(ctx); err != nil {
				return tlsHint(err)
			}
			s.client = imapclient.New(encrypted, options)
		case "starttls":
			if s.client, err = imapclient.NewStartTLS(s.wire, options); err != nil {
				return tlsHint(err)
			}
		default:
			s.client = imapclient.New(s.wire, options)
		}
		return s.client.WaitGreeting()
	})
}

// tlsHint says what may be wrong when no encrypted connection comes about.
func tlsHint(err error) error {
	var plain tls.RecordHeaderError
	var unknown *tls.CertificateVerificationError
	switch {
	case errors.As(err, &plain):
		return fmt.Errorf(`%w; the server does not speak TLS on this port: try security "starttls" or port 993`, err)
	case errors.As(err, &unknown):
		return fmt.Errorf("%w; if the certificate is your own, name its authority in ca_file", err)
	case refused(err):
		return fmt.Errorf("STARTTLS: %w", err)
	}
	return err
}

// hear runs in go-imap's reading goroutine, so it must not wait.
func (s *session) hear(data *imapclient.UnilateralDataMailbox) {
	if data.NumMessages == nil {
		return
	}
	select {
	case s.news <- struct{}{}:
	default:
	}
}

// command runs something that talks to the server, under a guard. What names it in errors.
func (s *session) command(ctx context.Context, what string, run func() error) error {
	g := s.wire.guard(ctx, s.CommandTimeout)
	err := run()
	switch expired := g.release(); {
	case ctx.Err() != nil:
		return ctx.Err()
	case expired:
		return fmt.Errorf("%s: no answer from %s for %v", what, s.Address, s.CommandTimeout)
	case err != nil:
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// refused tells whether the server answered NO or BAD to what it was asked: the connection goes on.
func refused(err error) bool {
	var e *imap.Error
	return errors.As(err, &e) && e.Type != imap.StatusResponseTypeBye && !throttled(err)
}

// refusedWith tells whether the server refused with one of these response codes.
func refusedWith(err error, codes ...imap.ResponseCode) bool {
	var e *imap.Error
	return errors.As(err, &e) && slices.Contains(codes, e.Code)
}

// close ends the connection and waits until go-imap has let go of it.
func (s *session) close() {
	_ = s.wire.Close()
	if s.client != nil {
		_ = s.client.Close()
	}
}

// run looks through the folders again and again until the session fails. Looked is called after each look through all.
func (s *session) run(ctx context.Context, looked func()) error {
	watched := &view{name: s.Folder}
	junk := &view{name: s.JunkFolder, junk: true}
	again := s.viewsAgain()
	for {
		poll := time.Now().Add(s.PollInterval)
		var err error
		if again, err = s.lookAgain(ctx, again); err != nil {
			return err
		}
		// The junk folder first: opening the watched one afterwards tells what came meanwhile.
		if junk.name != "" {
			if err := s.lookIfThere(ctx, junk); err != nil {
				return err
			}
		}
		if err := s.look(ctx, watched); err != nil {
			return err
		}
		looked()
		for {
			more, err := s.wait(ctx, time.Until(poll))
			if err != nil {
				return err
			}
			if !more {
				break
			}
			if err := s.look(ctx, watched); err != nil {
				return err
			}
		}
	}
}

// viewsAgain are the folders to look through once; see Settings.Again.
func (s *session) viewsAgain() (all []*view) {
	if s.Again.IsZero() || s.again {
		return nil
	}
	for _, name := range []string{s.done, s.refused} {
		if name != "" && name != s.Folder {
			all = append(all, &view{name: name, again: true})
		}
	}
	return all // none where mails stay in the watched folder, which is looked through anyway
}

// lookAgain looks through such folders, and returns those with mails that could not be accounted for yet.
func (s *session) lookAgain(ctx context.Context, views []*view) (left []*view, err error) {
	if s.Again.IsZero() || s.again {
		return nil, nil
	}
	for _, v := range views {
		if err := s.lookIfThere(ctx, v); err != nil {
			return nil, err
		}
		if len(v.open) > 0 {
			left = append(left, v)
		}
	}
	if len(left) > 0 {
		return left, nil
	}
	if owner, ok := s.owner.(AgainOwner); ok {
		if err := owner.AgainDone(ctx); err != nil {
			return nil, err
		}
	}
	s.again = true
	return nil, nil
}

// lookIfThere looks through a folder whose lack is no reason not to watch the others.
func (s *session) lookIfThere(ctx context.Context, v *view) error {
	err := s.look(ctx, v)
	if !refused(err) {
		v.missing = false
		return err
	}
	if !v.missing {
		s.Log.Warn("a folder is not watched", "mailbox", s.Name, "folder", v.name, "error", err)
	}
	v.missing = true
	return nil
}

// probeEvery is how long a session that waits leaves the connection unused. With the command's time-out, a connection that
// stalls is noticed within a minute.
const probeEvery = 25 * time.Second

// wait lets time pass until there is news (true) or a duration has passed (false). It speaks to the server now and then: a
// connection that stalls looks like a quiet one.
func (s *session) wait(ctx context.Context, d time.Duration) (bool, error) {
	end := time.Now().Add(d)
	for {
		rest := time.Until(end)
		news, err := s.listen(ctx, min(rest, probeEvery))
		if news || err != nil || rest <= probeEvery {
			return news, err
		}
		if !s.idles {
			if err := s.command(ctx, "NOOP", func() error { return s.client.Noop().Wait() }); err != nil {
				return false, err
			}
		}
	}
}

// listen waits for news for a while, with IDLE if the server has it.
func (s *session) listen(ctx context.Context, d time.Duration) (bool, error) {
	select {
	case <-s.news: // heard during a command
		return true, nil
	default:
	}
	if d <= 0 {
		return false, nil
	}
	idle, err := s.idle(ctx)
	if err != nil {
		return false, err
	}
	news := false
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-s.news:
		news = true
	case <-timer.C:
	case <-s.client.Closed():
		return false, fmt.Errorf("%s closed the connection", s.Address)
	case <-ctx.Done():
		return false, ctx.Err()
	}
	if idle == nil {
		return news, nil
	}
	return news, s.command(ctx, "end of IDLE", func() error {
		if err := idle.Close(); err != nil {
			return err
		}
		return idle.Wait()
	})
}

// idle starts IDLE, or returns nil if the server does not want it.
func (s *session) idle(ctx context.Context) (*imapclient.IdleCommand, error) {
	if !s.idles {
		return nil, nil
	}
	var idle *imapclient.IdleCommand
	err := s.command(ctx, "IDLE", func() (err error) {
		idle, err = s.client.Idle()
		return err
	})
	if refused(err) {
		s.idles = false
		s.Log.Info("the server refuses IDLE; polling instead", "mailbox", s.Name, "error", err)
		return nil, nil
	}
	return idle, err
}

// completeTLS fills in whom to expect at the other end.
func completeTLS(config *tls.Config, address string) (*tls.Config, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("address %q is not host:port", address)
	}
	if config == nil {
		config = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	config = config.Clone()
	if config.ServerName == "" {
		config.ServerName = host
	}
	return config, nil
}
