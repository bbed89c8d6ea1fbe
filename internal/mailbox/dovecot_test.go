package mailbox_test

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"triaged/internal/mailbox"
	"triaged/internal/realserver"
)

// real is an account on a real Dovecot, watched.
type real struct {
	*realserver.DovecotServer
	*ledger
	taken  chan struct{} // a token after each Accept
	looked chan mailbox.Status
	stop   func()
}

// settle waits until so many mails were taken, and a look after that has ended, so that they are moved.
func (r *real) settle(t *testing.T, mails int) {
	t.Helper()
	deadline := time.After(60 * time.Second) // a limit, not a wait
	for done := false; !done; {
		r.mu.Lock()
		done = len(r.mails) >= mails
		r.mu.Unlock()
		if done {
			break
		}
		select {
		case <-r.taken:
		case <-r.looked:
		case <-deadline:
			t.Fatalf("%d mails were taken, want %d", len(r.mails), mails)
		}
	}
	for looks := 0; looks < 2; { // the one under way may have begun before
		select {
		case s := <-r.looked:
			if s.Err == nil && s.Connected {
				looks++
			}
		case <-deadline:
			t.Fatal("no look came to its end")
		}
	}
}

func watchReal(t *testing.T, server *realserver.DovecotServer, change func(*mailbox.Settings)) *real {
	t.Helper()
	r := &real{DovecotServer: server, ledger: newLedger(), taken: make(chan struct{}, 1), looked: make(chan mailbox.Status, 1)}
	r.ledger.before = func([]mailbox.Mail) {
		select {
		case r.taken <- struct{}{}:
		default:
		}
	}
	s := mailbox.Settings{
		Name: "support", Address: server.Addr, Security: "none", Login: login(realserver.User, realserver.Password),
		TLS: server.TLS(), DoneFolder: "Processed", RefusedFolder: "Refused", PollInterval: 100 * time.Millisecond,
		Observe: func(s mailbox.Status) {
			select {
			case r.looked <- s:
			default:
			}
		},
	}
	change(&s)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- mailbox.Watch(ctx, s, r) }()
	r.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("Watch ended with %v", err)
		}
	})
	t.Cleanup(r.stop)
	return r
}

func TestDovecotOverEverySecurity(t *testing.T) {
	server := realserver.Dovecot(t)
	for n, security := range []string{"none", "starttls", "tls"} {
		t.Run(security, func(t *testing.T) {
			for i := range 20 {
				server.Append("", received, mailOf(100*n+i, 300+1000*i))
			}
			r := watchReal(t, server, func(s *mailbox.Settings) {
				if s.Security = security; security == "tls" {
					s.Address = server.TLSAddr
				}
			})
			r.settle(t, 20)
			if inbox, done := r.Count(""), r.Count("Processed"); inbox != 0 || done != 20*(n+1) {
				t.Errorf("%d mails in the inbox, %d in the done folder", inbox, done)
			}
			for k, m := range r.mails {
				number := 100*n + int(k.uid-1)%20
				if !bytes.Equal(m.Raw, mailOf(number, 300+1000*(number%100))) || !m.Received.Equal(received) {
					t.Errorf("mail %d is not what was sent; received %v", k.uid, m.Received)
				}
			}
		})
	}
}

func TestDovecotWakesFromIDLE(t *testing.T) {
	r := watchReal(t, realserver.Dovecot(t), func(s *mailbox.Settings) { s.PollInterval = time.Hour })
	for s := range r.looked { // the first look is over, and IDLE or about to be
		if !s.Polled.IsZero() {
			break
		}
	}
	r.Append("", received, mailOf(1, 300))
	select {
	case <-r.taken:
	case <-time.After(30 * time.Second):
		t.Fatal("the mail waits for the poll")
	}
}

func TestDovecotNamespace(t *testing.T) {
	server := realserver.DovecotWith(t, realserver.DovecotOptions{Prefix: "INBOX.", Separator: "."})
	server.Append("", received, mailOf(1, 300))
	server.Append("", received, mailOf(2, 300))
	r := watchReal(t, server, func(s *mailbox.Settings) { s.DoneFolder = "Desk/Done" })
	r.ledger.answer = func(_ mailbox.Folder, m mailbox.Mail) (mailbox.Disposition, error) {
		return mailbox.Disposition(m.UID), nil // Done, and Refused
	}
	r.settle(t, 2)
	if done, refused := r.Count("Desk.Done"), r.Count("Refused"); done != 1 || refused != 1 {
		t.Errorf("%d mails in INBOX.Desk.Done, %d in INBOX.Refused", done, refused)
	}
}

func TestDovecotLargeMail(t *testing.T) {
	server := realserver.Dovecot(t)
	large := mailOf(1, 3<<20)
	server.Append("", received, mailOf(0, 300))
	server.Append("", received, large)
	server.Append("", received, mailOf(2, 300))
	r := watchReal(t, server, func(s *mailbox.Settings) { s.MaxSize = 1 << 20 })
	r.settle(t, 3)
	for k, m := range r.mails {
		if m.Truncated != (k.uid == 2) {
			t.Errorf("mail %d, truncated: %v", k.uid, m.Truncated)
		}
		if m.Truncated && (m.Size != int64(len(large)) || !bytes.HasPrefix(large, m.Raw) || len(m.Raw) < 64<<10 || len(m.Raw) > 65<<10) {
			t.Errorf("%d bytes of %d are left", len(m.Raw), m.Size)
		}
	}
}

func TestDovecotRefusesTheLogin(t *testing.T) {
	r := watchReal(t, realserver.Dovecot(t), func(s *mailbox.Settings) { s.Login = login(realserver.User, "wrong") })
	for s := range r.looked {
		if s.Err != nil {
			if !errors.Is(s.Err, mailbox.ErrLogin) {
				t.Errorf("the status says %v", s.Err)
			}
			return
		}
	}
}

func TestDovecotTwoThousandMails(t *testing.T) {
	server := realserver.Dovecot(t)
	for n := range 2000 {
		server.Append("", received, mailOf(n, 200+7*n))
	}
	r := watchReal(t, server, func(s *mailbox.Settings) { s.Security, s.Address = "tls", server.TLSAddr })
	r.settle(t, 2000)
	for k, m := range r.mails {
		if n := int(k.uid) - 1; !bytes.Equal(m.Raw, mailOf(n, 200+7*n)) {
			t.Fatalf("mail %d is not what was sent", n)
		}
	}
	if inbox, done := r.Count(""), r.Count("Processed"); inbox != 0 || done != 2000 {
		t.Errorf("%d mails in the inbox, %d in the done folder", inbox, done)
	}
}

// counter is an owner that takes everything and keeps nothing.
type counter struct {
	want  int
	mails int
	bytes int64
	all   chan struct{}
}

func (c *counter) Accounted(_ context.Context, _ mailbox.Folder, listed []mailbox.Listed) ([]mailbox.Disposition, error) {
	return make([]mailbox.Disposition, len(listed)), nil
}

func (c *counter) Accept(_ context.Context, _ mailbox.Folder, mails []mailbox.Mail) ([]mailbox.Disposition, error) {
	said := make([]mailbox.Disposition, len(mails))
	for i, m := range mails {
		said[i] = mailbox.Leave
		c.bytes += int64(len(m.Raw))
	}
	if c.mails += len(mails); c.mails == c.want {
		close(c.all)
	}
	return said, nil
}

// BenchmarkDovecot fetches 5,000 mails of 32 KB on average, connecting included; and so does mbsync, for comparison.
func BenchmarkDovecot(b *testing.B) {
	const mails = 5000
	server := realserver.Dovecot(b)
	for n := range mails {
		server.Append("", received, mailOf(n, 2000+12*n))
	}
	for _, security := range []string{"none", "tls"} {
		b.Run(security, func(b *testing.B) {
			s := mailbox.Settings{Name: "support", Address: server.Addr, Security: security, TLS: server.TLS(),
				Login: login(realserver.User, realserver.Password)}
			if security == "tls" {
				s.Address = server.TLSAddr
			}
			var size int64
			for b.Loop() {
				ctx, cancel := context.WithCancel(context.Background())
				c := &counter{want: mails, all: make(chan struct{})}
				ended := make(chan error, 1)
				go func() { ended <- mailbox.Watch(ctx, s, c) }()
				<-c.all
				cancel()
				<-ended
				size = c.bytes
			}
			b.ReportMetric(float64(mails*b.N)/b.Elapsed().Seconds(), "mails/s")
			b.ReportMetric(float64(size*int64(b.N))/1e6/b.Elapsed().Seconds(), "MB/s")
			b.ReportMetric(0, "ns/op")
		})
	}
	b.Run("mbsync", func(b *testing.B) { mbsync(b, server, mails) })
}
