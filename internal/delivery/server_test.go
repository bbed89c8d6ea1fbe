package delivery_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"triaged/internal/delivery"
	"triaged/internal/inprocess"
	"triaged/internal/memnet"
)

func TestLogins(t *testing.T) {
	users := map[string]string{"bot": "se cret"}
	for name, test := range map[string]struct {
		credentials delivery.Credentials
		err         error
		trouble     string
	}{
		"right": {delivery.Credentials{Username: "bot", Password: "se cret"}, nil, ""},
		"wrong": {delivery.Credentials{Username: "bot", Password: "hunter2"}, nil, "check username and password"},
		"token": {delivery.Credentials{Username: "bot", Token: "hunter2"}, nil, "no way to log in"},
		"none":  {delivery.Credentials{}, errors.New("token expired"), "token expired"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPost(t, inprocess.SMTPOptions{Users: users})
				p.settings.Login = func(context.Context) (delivery.Credentials, error) { return test.credentials, test.err }
				r := p.client(t).Send(t.Context(), mail(1))
				if test.trouble == "" {
					if r.Outcome != delivery.Sent || p.Mails()[0].User != "bot" {
						t.Errorf("got %+v", r)
					}
					return
				}
				if r.Outcome != delivery.Deferred || !r.Server || !strings.Contains(fmt.Sprint(r.Err), test.trouble) {
					t.Errorf("want a hint at %s, got %+v", test.trouble, r)
				}
				if strings.Contains(fmt.Sprint(r), "hunter2") {
					t.Errorf("the secret is in %+v", r)
				}
			})
		})
	}
}

// script serves one connection with answers to the starts of commands.
func script(t *testing.T, network *memnet.Network, greeting string, answers map[string]string) *[]string {
	t.Helper()
	l, err := network.Listen(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	var commands []string
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		fmt.Fprint(c, greeting)
		for lines := bufio.NewScanner(c); lines.Scan(); {
			commands = append(commands, lines.Text())
			answer, longest := "250 2.0.0 fine\r\n", -1
			for start, a := range answers {
				if strings.HasPrefix(lines.Text(), start) && len(start) > longest {
					answer, longest = a, len(start)
				}
			}
			fmt.Fprint(c, answer)
		}
	}()
	return &commands
}

func TestOtherServers(t *testing.T) {
	login := func(context.Context) (delivery.Credentials, error) {
		return delivery.Credentials{Username: "bot", Password: "secret"}, nil
	}
	ehlo := func(lines string) map[string]string { return map[string]string{"EHLO": lines, "DATA": "354 go on\r\n"} }
	for name, test := range map[string]struct {
		greeting string
		answers  map[string]string
		change   func(*delivery.Settings)
		mail     func(*delivery.Mail)
		outcome  delivery.Outcome
		server   bool
		said     string // one of the commands
		trouble  string
	}{
		"not now": {greeting: "421 4.3.2 too busy\r\n", server: true, trouble: "too busy"},
		"never":   {greeting: "554 5.7.1 your address is listed\r\n", server: true, trouble: "listed"},
		"no SMTP": {greeting: "HTTP/1.1 400 Bad Request\r\n", server: true, trouble: "HTTP"},
		"LOGIN only": {greeting: "220 hi\r\n", answers: map[string]string{"EHLO": "250-hi\r\n250 AUTH LOGIN\r\n",
			"AUTH LOGIN": "334 VXNlcm5hbWU6\r\n", "Ym90": "334 UGFzc3dvcmQ6\r\n", "c2VjcmV0": "535 5.7.8 no\r\n"},
			change: func(s *delivery.Settings) { s.Login = login }, server: true, said: "c2VjcmV0", trouble: "check username"},
		"tokens": {greeting: "220 hi\r\n", answers: map[string]string{"EHLO": "250-hi\r\n250 AUTH PLAIN XOAUTH2\r\n",
			"AUTH XOAUTH2": "334 e30=\r\n", "": "535 5.7.8 expired\r\n"},
			change: func(s *delivery.Settings) {
				s.Login = func(context.Context) (delivery.Credentials, error) {
					return delivery.Credentials{Username: "bot", Token: "t"}, nil
				}
			}, server: true, said: "AUTH XOAUTH2 dXNlcj1ib3QBYXV0aD1CZWFyZXIgdAEB", trouble: "expired"},
		"no STARTTLS": {greeting: "220 hi\r\n", answers: ehlo("250 hi\r\n"),
			change: func(s *delivery.Settings) { s.Security = "starttls" }, server: true, trouble: "STARTTLS"},
		"8BITMIME": {greeting: "220 hi\r\n", answers: ehlo("250-hi\r\n250-SMTPUTF8\r\n250 8BITMIME\r\n"),
			outcome: delivery.Deferred, said: "MAIL FROM:<support@school.example> BODY=8BITMIME", trouble: "broke at the end"},
		"SMTPUTF8": {greeting: "220 hi\r\n", answers: ehlo("250-hi\r\n250-SMTPUTF8\r\n250 8BITMIME\r\n"),
			mail: func(m *delivery.Mail) { m.To = "žofie@school.example" }, outcome: delivery.Deferred,
			said: "MAIL FROM:<support@school.example> BODY=8BITMIME SMTPUTF8", trouble: "broke at the end"},
		"no SMTPUTF8": {greeting: "220 hi\r\n", answers: ehlo("250 hi\r\n"),
			mail: func(m *delivery.Mail) { m.To = "žofie@school.example" }, outcome: delivery.Rejected, trouble: "SMTPUTF8"},
		"injection": {greeting: "220 hi\r\n", mail: func(m *delivery.Mail) { m.To = "a@b.example>\r\nDATA" },
			outcome: delivery.Rejected, trouble: "not an address"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var network memnet.Network
				if test.said != "" && strings.HasPrefix(test.said, "MAIL") {
					test.answers["."] = "no SMTP\r\n"
					test.answers["Message-ID"], test.answers["Subject"], test.answers["end"] = "", "", ""
				}
				commands := script(t, &network, test.greeting, test.answers)
				s := delivery.Settings{Address: address, Security: "none", Dial: network.Dial, Timeout: time.Minute}
				if test.change != nil {
					test.change(&s)
				}
				c := delivery.New(s)
				defer c.Close()
				m := delivery.Mail{From: "support@school.example", To: "a@b.example", Data: []byte("Subject: a\r\n")}
				if test.mail != nil {
					test.mail(&m)
				}
				r := c.Send(t.Context(), m)
				if r.Outcome != test.outcome || r.Server != test.server || !strings.Contains(fmt.Sprint(r.Err), test.trouble) {
					t.Errorf("got %+v", r)
				}
				synctest.Wait()
				if all := strings.Join(*commands, "\n") + "\n"; !strings.Contains(all, test.said) {
					t.Errorf("the server was told %q, without %q", all, test.said)
				}
			})
		})
	}
}

// TestSilentAfterRefusal gives a server that refuses a mail at its end no more time for the next one's beginning than any other.
func TestSilentAfterRefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var network memnet.Network
		script(t, &network, "220 hi\r\n", map[string]string{
			"EHLO": "250 hi\r\n", "DATA": "354 go on\r\n", "Subject": "", ".": "554 5.7.1 no\r\n", "RCPT TO:<silent": "",
		})
		c := delivery.New(delivery.Settings{Address: address, Security: "none", Dial: network.Dial})
		defer c.Close()
		m := delivery.Mail{From: "support@school.example", To: "a@b.example", Data: []byte("Subject: a\r\n")}
		if r := c.Send(t.Context(), m); r.Outcome != delivery.Rejected {
			t.Fatalf("got %+v", r)
		}
		m.To = "silent@b.example"
		start := time.Now()
		if r := c.Send(t.Context(), m); r.Outcome != delivery.Deferred || time.Since(start) != 50*time.Second {
			t.Errorf("after %v: %+v", time.Since(start), r)
		}
	})
}

func TestTLS(t *testing.T) {
	trusted, err := inprocess.NewCertificate("smtp.school.example")
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := inprocess.NewCertificate("smtp.school.example")
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		server   *inprocess.Certificate
		security string
		trouble  string
	}{
		"starttls":           {trusted, "starttls", ""},
		"tls":                {trusted, "tls", ""},
		"untrusted":          {stranger, "starttls", "ca_file"},
		"untrusted from one": {stranger, "tls", "ca_file"},
		"plain port":         {nil, "tls", `try security "starttls"`},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := inprocess.SMTPOptions{Users: map[string]string{"bot": "secret"}}
				if test.server != nil {
					o.TLS = test.server.Server
				}
				p := newPost(t, o)
				if test.security == "tls" && test.server != nil {
					l, err := p.network.Listen("smtp.school.example:465")
					if err != nil {
						t.Fatal(err)
					}
					go p.Serve(tls.NewListener(l, test.server.Server))
					p.settings.Address = "smtp.school.example:465"
				}
				p.settings.Security = test.security
				p.settings.TLS = &tls.Config{RootCAs: trusted.Roots}
				p.settings.Login = func(context.Context) (delivery.Credentials, error) {
					return delivery.Credentials{Username: "bot", Password: "secret"}, nil
				}
				r := p.client(t).Send(t.Context(), mail(1))
				if test.trouble == "" {
					if r.Outcome != delivery.Sent || !p.Mails()[0].TLS || p.Mails()[0].User != "bot" {
						t.Errorf("got %+v", r)
					}
				} else if r.Outcome != delivery.Deferred || !r.Server || !strings.Contains(fmt.Sprint(r.Err), test.trouble) {
					t.Errorf("want a hint at %s, got %+v", test.trouble, r)
				}
			})
		})
	}
}

func TestContextEndsTheSend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var network memnet.Network
		script(t, &network, "", nil) // never greets
		c := delivery.New(delivery.Settings{Address: address, Security: "none", Dial: network.Dial, Timeout: time.Hour})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		var group sync.WaitGroup
		for n := range 3 { // two of them wait for their turn
			group.Go(func() {
				if r := c.Send(ctx, mail(n)); r.Outcome != delivery.Deferred || !errors.Is(r.Err, context.DeadlineExceeded) {
					t.Errorf("mail %d: %+v", n, r)
				}
			})
		}
		group.Wait()
		if took := time.Since(start); took != time.Second {
			t.Errorf("it took %v", took)
		}
	})
}
