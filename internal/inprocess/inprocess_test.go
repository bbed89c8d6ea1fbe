package inprocess_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net/smtp"
	"net/textproto"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"go.uber.org/goleak"

	"triaged/internal/inprocess"
	"triaged/internal/memnet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func serveIMAP(t *testing.T, o inprocess.IMAPOptions) (*inprocess.IMAP, *imapclient.Client) {
	t.Helper()
	var network memnet.Network
	l, err := network.Listen("imap:143")
	if err != nil {
		t.Fatal(err)
	}
	s := inprocess.NewIMAP(o, map[string]string{"support": "secret"})
	go s.Serve(l)
	conn, err := network.Dial(context.Background(), "tcp", "imap:143")
	if err != nil {
		t.Fatal(err)
	}
	c := imapclient.New(conn, nil)
	t.Cleanup(func() { c.Close(); s.Close() })
	return s, c
}

var received = time.Date(2026, 10, 5, 8, 30, 0, 0, time.UTC)

func TestAppendedMailsCanBeReadAndMoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, c := serveIMAP(t, inprocess.IMAPOptions{})
		if err := s.Create("support", "Processed"); err != nil {
			t.Fatal(err)
		}
		raw := "Subject: no sound\r\n\r\nThe projector is silent.\r\n"
		uid, err := s.Append("support", "INBOX", received, []byte(raw))
		if err != nil || uid != 1 {
			t.Fatalf("uid %d, %v", uid, err)
		}
		if err := c.Login("support", "secret").Wait(); err != nil {
			t.Fatal(err)
		}
		for _, need := range []imap.Cap{imap.CapIdle, imap.CapMove, imap.CapUIDPlus, imap.CapNamespace} {
			if !c.Caps().Has(need) {
				t.Errorf("capability %s is not listed", need)
			}
		}
		if _, err := c.Select("INBOX", nil).Wait(); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Move(imap.UIDSetNum(1), "Processed").Wait(); err != nil {
			t.Fatal(err)
		}
		left, err := s.Mails("support", "INBOX")
		if err != nil || len(left) != 0 {
			t.Errorf("left in the inbox: %v, %v", left, err)
		}
		moved, err := s.Mails("support", "Processed")
		if err != nil || len(moved) != 1 || string(moved[0].Raw) != raw || !moved[0].Received.Equal(received) {
			t.Errorf("moved: %v, %v", moved, err)
		}
	})
}

func TestRenumberGivesANewUIDValidity(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, c := serveIMAP(t, inprocess.IMAPOptions{})
		for range 3 {
			if _, err := s.Append("support", "INBOX", received, []byte("Subject: a\r\n\r\nb\r\n")); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.Login("support", "secret").Wait(); err != nil {
			t.Fatal(err)
		}
		before, err := c.Select("INBOX", nil).Wait()
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Renumber("support", "INBOX"); err != nil {
			t.Fatal(err)
		}
		after, err := c.Select("INBOX", nil).Wait()
		if err != nil || after.UIDValidity == before.UIDValidity || after.NumMessages != 3 {
			t.Errorf("UIDVALIDITY %d, then %d with %d mails, %v", before.UIDValidity, after.UIDValidity, after.NumMessages, err)
		}
	})
}

func TestIMAPRefusesAsScripted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refusal := &imap.Error{Type: imap.StatusResponseTypeNo, Code: imap.ResponseCodeServerBug, Text: "disk on fire"}
		s, c := serveIMAP(t, inprocess.IMAPOptions{Refuse: func(cmd inprocess.IMAPCommand) error {
			if cmd.User == "support" && cmd.Name == "FETCH" {
				if mails, ok := cmd.Mails.(imap.UIDSet); ok && mails.Contains(2) {
					return refusal
				}
			}
			return nil
		}})
		for range 2 {
			if _, err := s.Append("support", "INBOX", received, []byte("Subject: a\r\n\r\nb\r\n")); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.Login("support", "wrong").Wait(); err == nil {
			t.Error("a wrong password was taken")
		}
		if err := c.Login("support", "secret").Wait(); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Select("INBOX", nil).Wait(); err != nil {
			t.Fatal(err)
		}
		for uid, want := range map[imap.UID]error{1: nil, 2: refusal} {
			_, err := c.Fetch(imap.UIDSetNum(uid), &imap.FetchOptions{UID: true}).Collect()
			var refused *imap.Error
			if errors.As(err, &refused) != (want != nil) {
				t.Errorf("fetching %d gave %v", uid, err)
			}
		}
		if mails, err := s.Mails("support", "INBOX"); err != nil || len(mails) != 2 {
			t.Errorf("the script stands in the test's own way: %v, %v", mails, err)
		}
	})
}

func TestSMTPTakesAndRefusesAsScripted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := inprocess.NewSMTP(inprocess.SMTPOptions{
			Users: map[string]string{"bot": "secret"},
			Answer: func(step inprocess.SMTPStep) error {
				if step.Command == "RCPT" && strings.HasPrefix(step.Address, "gone@") {
					return inprocess.Reply(550, "5.1.1", "nobody of that name")
				}
				return nil
			},
		})
		var network memnet.Network
		l, err := network.Listen("smtp:25")
		if err != nil {
			t.Fatal(err)
		}
		go s.Serve(l)
		defer s.Close()
		conn, err := network.Dial(t.Context(), "tcp", "smtp:25")
		if err != nil {
			t.Fatal(err)
		}
		c, err := smtp.NewClient(conn, "localhost")
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		var refused *textproto.Error
		if err := c.Mail("desk@school.example"); !errors.As(err, &refused) || refused.Code != 530 {
			t.Errorf("without a login: %v", err)
		}
		if err := c.Auth(smtp.PlainAuth("", "bot", "secret", "localhost")); err != nil {
			t.Fatal(err)
		}
		if err := c.Mail("desk@school.example"); err != nil {
			t.Fatal(err)
		}
		if err := c.Rcpt("gone@school.example"); !errors.As(err, &refused) || refused.Code != 550 {
			t.Errorf("scripted refusal: %v", err)
		}
		if err := c.Rcpt("ana@school.example"); err != nil {
			t.Fatal(err)
		}
		w, err := c.Data()
		if err != nil {
			t.Fatal(err)
		}
		raw := "Subject: hello\r\n\r\n.a line with a dot\r\n"
		w.Write([]byte(raw))
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		got := s.Mails()
		if len(got) != 1 || got[0].From != "desk@school.example" || len(got[0].To) != 1 || string(got[0].Data) != raw ||
			got[0].User != "bot" {
			t.Errorf("got %+v", got)
		}
	})
}

func TestCertificateIsTrustedForItsHostsOnly(t *testing.T) {
	c, err := inprocess.NewCertificate("mail.school.example", "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	for host, trusted := range map[string]bool{"mail.school.example": true, "127.0.0.1": true, "other.example": false} {
		here, there := memnet.Pipe("here", "there")
		server := tls.Server(there, c.Server)
		go func() { server.Handshake(); server.Close() }()
		err := tls.Client(here, &tls.Config{RootCAs: c.Roots, ServerName: host}).Handshake()
		if (err == nil) != trusted {
			t.Errorf("%s: %v", host, err)
		}
		here.Close()
	}
}
