package realserver_test

import (
	"crypto/tls"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2/imapclient"

	"triaged/internal/delivery"
	"triaged/internal/realserver"
)

func TestDovecot(t *testing.T) {
	s := realserver.Dovecot(t)
	received := time.Date(2026, 10, 5, 8, 30, 0, 0, time.UTC)
	s.Append("", received, []byte("Subject: no sound\r\n\r\nThe projector is silent.\r\n"))
	for name, dial := range map[string]func() (*imapclient.Client, error){
		"plain": func() (*imapclient.Client, error) { return imapclient.DialInsecure(s.Addr, nil) },
		"starttls": func() (*imapclient.Client, error) {
			return imapclient.DialStartTLS(s.Addr, &imapclient.Options{TLSConfig: s.TLS()})
		},
		"tls": func() (*imapclient.Client, error) {
			conn, err := tls.Dial("tcp", s.TLSAddr, s.TLS())
			if err != nil {
				return nil, err
			}
			return imapclient.New(conn, nil), nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := dial()
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if err := c.Login(realserver.User, realserver.Password).Wait(); err != nil {
				t.Fatal(err)
			}
			selected, err := c.Select("INBOX", nil).Wait()
			if err != nil || selected.NumMessages != 1 {
				t.Errorf("%+v, %v", selected, err)
			}
		})
	}
	if got := s.Count(""); got != 1 {
		t.Errorf("%d mails in the maildir", got)
	}
}

const story = "Subject: no sound\r\n\r\nThe projector is silent.\r\n.\r\n"

func send(t *testing.T, s delivery.Settings, to string) delivery.Result {
	t.Helper()
	c := delivery.New(s)
	defer c.Close()
	return c.Send(t.Context(), delivery.Mail{From: "ana@school.example", To: to, Data: []byte(story)})
}

func TestSMTPSink(t *testing.T) {
	s := realserver.SMTPSink(t)
	if r := send(t, delivery.Settings{Address: s.Addr, Security: "none"}, "support@school.example"); r.Err != nil {
		t.Fatal(r.Err)
	}
	got := s.Mails()
	if len(got) != 1 || got[0].From != "<ana@school.example>" || got[0].To != "<support@school.example>" ||
		strings.TrimSpace(string(got[0].Data)) != strings.TrimSpace(strings.ReplaceAll(story, "\r\n", "\n")) {
		t.Errorf("got %q", got)
	}
}

// Postfix answers as it is told, and what it takes lies in Dovecot's inbox soon after.
func TestPostfixDeliversToDovecot(t *testing.T) {
	dovecot := realserver.Dovecot(t)
	s := realserver.Postfix(t, realserver.PostfixOptions{
		Boxes:   map[string]string{"support@school.example": dovecot.Maildir},
		Answers: map[string]string{"busy@school.example": "450 4.2.1 mailbox busy", "gone@school.example": "550 5.1.1 nobody"},
	})
	settings := delivery.Settings{Address: s.Addr, Security: "starttls", TLS: s.TLS()}
	for to, want := range map[string]delivery.Result{
		"busy@school.example": {Outcome: delivery.Deferred, Code: 450, Enhanced: "4.2.1"},
		"gone@school.example": {Outcome: delivery.Rejected, Code: 550, Enhanced: "5.1.1"},
		"new@school.example":  {Outcome: delivery.Rejected, Code: 550, Enhanced: "5.1.1"},
	} {
		got := send(t, settings, to)
		if got.Outcome != want.Outcome || got.Code != want.Code || got.Enhanced != want.Enhanced || got.Server || got.Err == nil {
			t.Errorf("%s: %+v", to, got)
		}
	}
	c, err := imapclient.DialInsecure(dovecot.Addr, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Login(realserver.User, realserver.Password).Wait(); err != nil {
		t.Fatal(err)
	}
	if r := send(t, settings, "support@school.example"); r.Err != nil {
		t.Fatal(r.Err)
	}
	for start := time.Now(); ; {
		selected, err := c.Select("INBOX", nil).Wait()
		if err != nil {
			t.Fatal(err)
		}
		if selected.NumMessages == 1 {
			return
		}
		if time.Since(start) > 30*time.Second { // a limit, not a wait
			t.Fatal("the mail does not arrive")
		}
	}
}
