package bot_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"triaged/internal/config"
	"triaged/internal/inprocess"
)

// told reads what operators were told since the last look, as "subject" lines, and counts all other mails.
func (s *school) told() (subjects []string, others int) {
	s.t.Helper()
	for _, m := range s.sent() {
		if m.kind == "operator" {
			subjects = append(subjects, m.Subject)
		} else {
			others++
		}
	}
	return subjects, others
}

// expectTold compares what operators were told since the last look.
func (s *school) expectTold(when string, want ...string) {
	s.t.Helper()
	synctest.Wait()
	got, _ := s.told()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		s.t.Errorf("%s operators were told %q, want %q", when, got, want)
	}
}

// cut is a network some of whose addresses cannot be reached.
type cut struct {
	dial func(ctx context.Context, network, address string) (net.Conn, error)
	off  atomic.Value // the address
}

func (c *cut) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	if off, _ := c.off.Load().(string); off == address {
		return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.EHOSTUNREACH}
	}
	return c.dial(ctx, network, address)
}

// TestMailboxesFailAlone: while one mailbox is gone, the other goes on. Operators hear of it once, over a restart too, and
// when it is over.
func TestMailboxesFailAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		second := inprocess.NewIMAP(inprocess.IMAPOptions{}, map[string]string{"portal": "secret"})
		defer second.Close()
		s := openSchool(t, inprocess.SMTPOptions{}, func(c *config.Config) {
			portal := c.Mailboxes[0]
			portal.Name, portal.Address, portal.Username = "portal", "127.0.0.1:1143", "portal"
			c.Mailboxes = append(c.Mailboxes, portal)
		})
		defer s.close()
		s.serve("127.0.0.1:1143", second)
		line := &cut{dial: s.network.Dial}
		s.stop()
		s.rim.Dial = line.Dial
		s.start()
		time.Sleep(time.Hour)
		s.expectTold("while all was well")

		s.stop()
		line.off.Store("127.0.0.1:1143")
		s.start()
		time.Sleep(9 * time.Minute)
		s.expectTold("after nine minutes")
		s.arrives("teacher@school.example", "projector", "The projector is dead.")
		if n := len(s.rows("open")); n != 1 {
			t.Errorf("%d requests from the mailbox that is well", n)
		}
		time.Sleep(2 * time.Minute)
		s.expectTold("after eleven minutes", "Trouble: The mailbox portal cannot be read")
		s.stop()
		s.start()
		time.Sleep(3 * time.Hour)
		s.expectTold("after a restart, hours later")

		line.off.Store("")
		time.Sleep(10 * time.Minute)
		s.expectTold("after it came back", "Over: The mailbox portal cannot be read")
		line.off.Store("127.0.0.1:143")
		time.Sleep(10 * time.Minute)
		s.expectTold("while the connection that is open lasts")
	})
}

func TestRefusedLoginIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{}, func(c *config.Config) { c.Mailboxes[0].Password = config.NewSecret("wr0ng-pass") })
		defer s.close()
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		mails := s.sent()
		if len(mails) != 1 || mails[0].Subject != "Trouble: The mailbox support refuses the bot's log-in" {
			t.Fatalf("%d mails", len(mails))
		}
		if text := mails[0].Text; !strings.Contains(text, "check username and password") || strings.Contains(text, "wr0ng-pass") {
			t.Errorf("operators read %q", text)
		}
	})
}

// TestMailThatDoesNotGoOut: what operators are told of the mail server waits with the rest, and comes before they could
// miss it; the log has it at once.
func TestMailThatDoesNotGoOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{})
		defer s.close()
		line := &cut{dial: s.network.Dial}
		s.stop()
		s.rim.Dial = line.Dial
		s.start()
		line.off.Store("127.0.0.1:25")
		s.arrives("teacher@school.example", "projector", "The projector is dead.")
		time.Sleep(20 * time.Minute)
		s.stop() // what waits is tried again later, and until then a new process knows nothing
		s.start()
		time.Sleep(10 * time.Minute)
		line.off.Store("")
		time.Sleep(3 * time.Hour)
		synctest.Wait()
		subjects, others := s.told()
		if strings.Join(subjects, "; ") != "Trouble: The bot's mail does not go out; Over: The bot's mail does not go out" || others < 2 {
			t.Errorf("operators were told %q, beside %d mails", subjects, others)
		}
	})
}

// carry puts the bot's mails to itself into its mailbox, as a mail server does.
func (s *school) carry(folder string) (n int) {
	s.t.Helper()
	for _, r := range s.smtp.Mails()[s.read:] {
		s.read++
		if r.To[0] != "support@school.example" {
			s.t.Errorf("a mail went to %q", r.To)
			continue
		}
		if _, err := s.imap.Append("support", folder, time.Now(), r.Data); err != nil {
			s.t.Fatal(err)
		}
		n++
	}
	s.settle()
	return n
}

// TestProbe: the bot's mail to itself comes back each hour, opens nothing, and is filed away. When it does not come back,
// operators hear of it, and when it does again.
func TestProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{}, func(c *config.Config) { c.Watch.Probe = config.Duration(time.Hour) })
		defer s.close()
		probes := 0
		for range 24 * 60 {
			time.Sleep(time.Minute)
			synctest.Wait()
			if len(s.smtp.Mails()) > s.read && s.smtp.Mails()[s.read].To[0] == "support@school.example" {
				probes += s.carry("INBOX")
			}
			s.read = len(s.smtp.Mails())
		}
		if probes < 23 || probes > 25 {
			t.Errorf("%d probes in a day", probes)
		}
		for _, row := range s.ledger() {
			if row.Outcome != "own-mail" || row.Request != nil || !strings.Contains(row.Reason, "probe") {
				t.Errorf("a probe ended as %s: %s", row.Outcome, row.Reason)
			}
		}
		if n := len(s.rows("all")); n != 0 || len(s.ledger()) != probes {
			t.Errorf("%d requests and %d rows of %d probes", n, len(s.ledger()), probes)
		}

		time.Sleep(2 * time.Hour)
		synctest.Wait()
		var subjects []string
		for _, r := range s.smtp.Mails()[s.read:] {
			if m := read(t, r); m.kind == "operator" {
				subjects = append(subjects, m.Subject)
			}
		}
		if len(subjects) != 1 || subjects[0] != "Trouble: Mail to the desk does not arrive" {
			t.Errorf("operators were told %q", subjects)
		}
		s.read = len(s.smtp.Mails())
		for len(s.smtp.Mails()) == s.read {
			time.Sleep(time.Minute)
		}
		s.carry("INBOX")
		time.Sleep(5 * time.Minute)
		s.expectTold("after a probe came back", "Over: Mail to the desk does not arrive")
	})
}

// TestForgedProbe: a mail with somebody else's mark is no probe.
func TestForgedProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{})
		defer s.close()
		s.arrives("teacher@school.example", "projector", "The projector is dead.", "X-Triaged-Probe: aeaaaaaaabtykkes.abcdefghijklmnopqrst")
		if n := len(s.rows("open")); n != 1 {
			t.Errorf("%d requests", n)
		}
	})
}

func TestDiskNearlyFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{})
		defer s.close()
		var free atomic.Uint64
		free.Store(10 << 30)
		s.stop()
		s.rim.Room = func(string) (uint64, error) { return free.Load(), nil }
		s.start()
		time.Sleep(5 * time.Minute)
		s.expectTold("with room")
		free.Store(300 << 20)
		time.Sleep(time.Hour)
		s.expectTold("without room", "Trouble: The disk of the bot's state is nearly full")
		free.Store(10 << 30)
		time.Sleep(10 * time.Minute)
		s.expectTold("with room again", "Over: The disk of the bot's state is nearly full")
		s.stop()
		s.rim.Room = func(string) (uint64, error) { return 0, errors.New("no such file system") }
		s.start()
		time.Sleep(time.Hour)
		s.expectTold("where nobody knows")
	})
}

func TestClockThatJumps(t *testing.T) {
	for by, want := range map[time.Duration]string{
		3 * time.Hour:    "The clock of the bot's machine went ahead by 3h",
		-26 * time.Hour:  "The clock of the bot's machine went back by 26h",
		40 * time.Second: "",
	} {
		synctest.Test(t, func(t *testing.T) {
			s := openSchool(t, inprocess.SMTPOptions{})
			defer s.close()
			var clock setClock
			s.stop()
			s.rim.Clock = &clock
			s.start()
			time.Sleep(10 * time.Minute)
			s.expectTold("before")
			clock.ahead.Store(int64(by))
			time.Sleep(5 * time.Minute)
			if want == "" {
				s.expectTold("after a small step")
				return
			}
			s.expectTold("after the jump", "Trouble: "+want)
			time.Sleep(time.Hour)
			s.expectTold("after it was steady", "Over: "+want)
		})
	}
}
