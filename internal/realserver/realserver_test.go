package realserver_test

import (
	"crypto/tls"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2/imapclient"

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
