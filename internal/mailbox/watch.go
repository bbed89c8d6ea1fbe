package mailbox

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"time"
)

// complete checks the settings and fills in defaults.
func (s *Settings) complete() (err error) {
	if s.TLS, err = completeTLS(s.TLS, s.Address); err != nil {
		return fmt.Errorf("mailbox %s: %w", s.Name, err)
	}
	switch s.Security {
	case "tls", "starttls", "none":
	default:
		return fmt.Errorf(`mailbox %s: security %q is not one of "tls", "starttls", "none"`, s.Name, s.Security)
	}
	if s.Login == nil {
		return fmt.Errorf("mailbox %s: no credentials", s.Name)
	}
	for _, wait := range s.Reconnect {
		if wait <= 0 {
			return fmt.Errorf("mailbox %s: reconnect has a wait of %v; only positive ones keep the peace", s.Name, wait)
		}
	}
	if len(s.Reconnect) == 0 {
		s.Reconnect = []time.Duration{time.Second, 5 * time.Second, 30 * time.Second, time.Minute}
	}
	if s.Dial == nil {
		s.Dial = (&net.Dialer{}).DialContext
	}
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	orDefault(&s.Folder, "INBOX")
	orDefault(&s.PollInterval, time.Minute)
	orDefault(&s.CommandTimeout, 30*time.Second)
	orDefault(&s.MaxSize, 30<<20)
	orDefault(&s.ChunkMails, 256)
	orDefault(&s.ChunkBytes, 8<<20)
	return nil
}

// orDefault sets a value that is zero.
func orDefault[T comparable](value *T, otherwise T) {
	var zero T
	if *value == zero {
		*value = otherwise
	}
}

// watcher is what outlasts sessions: the status, and the mails that made trouble.
type watcher struct {
	Settings
	owner    Owner
	status   Status
	troubles troubles
	again    bool // the folders of Settings.Again were looked through
}

// run has one session after the other until ctx ends.
func (w *watcher) run(ctx context.Context) error {
	w.status.Mailbox = w.Name
	failures := 0  // sessions in a row that never looked through the folders
	throttles := 0 // sessions in a row that the server ended because it had enough
	for {
		good, err := w.session(ctx)
		if ctx.Err() != nil {
			w.tell(func(s *Status) { s.Connected, s.Err = false, ctx.Err() })
			return ctx.Err()
		}
		if good {
			failures = 0
		}
		wait := w.Reconnect[min(failures, len(w.Reconnect)-1)]
		failures++
		if throttles++; !notNow(err) {
			throttles = 0
		} else {
			wait = max(wait, pause(err, throttles))
		}
		w.Log.Warn("mail session ended", "mailbox", w.Name, "error", err, "retry_in", wait)
		w.tell(func(s *Status) { s.Connected, s.Err, s.Retry = false, err, time.Now().Add(wait) })
		select {
		case <-time.After(wait):
		case <-ctx.Done(): // the next session notices
		}
	}
}

// session has one session and tells whether it came to look through the folders.
func (w *watcher) session(ctx context.Context) (good bool, err error) {
	w.tell(func(s *Status) { s.Retry = time.Time{} })
	s, err := w.connect(ctx)
	if err != nil {
		return false, err
	}
	defer s.close()
	w.Log.Info("connected", "mailbox", w.Name, "address", w.Address, "idle", s.idles)
	w.tell(func(s *Status) { s.Connected = true })
	err = s.run(ctx, func() {
		good = true
		w.tell(func(s *Status) { s.Polled, s.Err = time.Now(), nil })
	})
	return good, err
}

// tell changes the status and passes it on.
func (w *watcher) tell(change func(*Status)) {
	change(&w.status)
	if w.Observe != nil {
		w.Observe(w.status)
	}
}
