package delivery_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"triaged/internal/delivery"
	"triaged/internal/inprocess"
	"triaged/internal/memnet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const address = "smtp.school.example:587"

// post is a client and the server it uses.
type post struct {
	*inprocess.SMTP
	network  *memnet.Network
	settings delivery.Settings
	dials    int
}

func newPost(t *testing.T, o inprocess.SMTPOptions) *post {
	t.Helper()
	p := &post{SMTP: inprocess.NewSMTP(o), network: new(memnet.Network)}
	l, err := p.network.Listen(address)
	if err != nil {
		t.Fatal(err)
	}
	go p.Serve(l)
	t.Cleanup(func() { p.Close() })
	p.settings = delivery.Settings{Address: address, Security: "none", Hello: "desk.school.example", Timeout: time.Minute,
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			p.dials++
			return p.network.Dial(ctx, network, address)
		}}
	return p
}

func (p *post) client(t *testing.T) *delivery.Client {
	t.Helper()
	c := delivery.New(p.settings)
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func mail(n int) delivery.Mail {
	return delivery.Mail{From: "support@school.example", To: fmt.Sprintf("teacher%d@school.example", n),
		Data: fmt.Appendf(nil, "Message-ID: <%d@desk>\r\nSubject: [SR-%d] received\r\n\r\n.a dot\r\n..two\r\nend\r\n", n, n)}
}

func TestMailsGoOverOneConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, inprocess.SMTPOptions{})
		c := p.client(t)
		for n := range 50 {
			m := mail(n)
			if n == 7 {
				m.From = "" // the null sender
			}
			if r := c.Send(t.Context(), m); r.Outcome != delivery.Sent || r.Err != nil || r.Code != 250 || r.Enhanced != "2.0.0" {
				t.Fatalf("mail %d: %+v", n, r)
			}
		}
		if p.dials != 1 {
			t.Errorf("%d connections were opened", p.dials)
		}
		for n, got := range p.Mails() {
			want := mail(n)
			if n == 7 {
				want.From = ""
			}
			if got.From != want.From || len(got.To) != 1 || got.To[0] != want.To || string(got.Data) != string(want.Data) ||
				got.Hello != "desk.school.example" || got.UTF8 {
				t.Errorf("mail %d came as %+v", n, got)
			}
		}
	})
}

// What a server may answer, step by step, and what it makes of the mail. After each, a second mail goes out as if nothing
// had been.
func TestAnswers(t *testing.T) {
	for _, test := range []struct {
		step, enhanced string
		code           int
		from           string
		want           delivery.Result
	}{
		{"EHLO", "4.3.2", 451, "a@b.example", delivery.Result{Outcome: delivery.Deferred, Server: true}},
		{"EHLO", "", 554, "a@b.example", delivery.Result{Outcome: delivery.Deferred, Server: true}},
		{"MAIL", "4.3.1", 452, "a@b.example", delivery.Result{Outcome: delivery.Deferred}},
		{"MAIL", "", 421, "a@b.example", delivery.Result{Outcome: delivery.Deferred, Server: true}},
		{"MAIL", "5.7.0", 530, "a@b.example", delivery.Result{Outcome: delivery.Deferred, Server: true}},
		{"MAIL", "5.7.1", 553, "a@b.example", delivery.Result{Outcome: delivery.Deferred, Server: true}},
		{"MAIL", "5.7.1", 553, "", delivery.Result{Outcome: delivery.Rejected}},
		{"RCPT", "4.2.1", 450, "a@b.example", delivery.Result{Outcome: delivery.Deferred}},
		{"RCPT", "4.7.1", 451, "", delivery.Result{Outcome: delivery.Deferred}},
		{"RCPT", "5.1.1", 550, "a@b.example", delivery.Result{Outcome: delivery.Rejected}},
		{"RCPT", "", 550, "a@b.example", delivery.Result{Outcome: delivery.Rejected}},
		{"RCPT", "5.7.1", 530, "a@b.example", delivery.Result{Outcome: delivery.Deferred, Server: true}},
		{"RCPT", "4.3.2", 421, "a@b.example", delivery.Result{Outcome: delivery.Deferred, Server: true}},
		{"DATA", "4.3.0", 451, "a@b.example", delivery.Result{Outcome: delivery.Deferred}},
		{"DATA", "5.3.4", 552, "a@b.example", delivery.Result{Outcome: delivery.Rejected}},
		{"DATA", "5.7.1", 554, "a@b.example", delivery.Result{Outcome: delivery.Rejected}},
	} {
		t.Run(fmt.Sprintf("%s %d from %q", test.step, test.code, test.from), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				first := true
				var mu sync.Mutex
				p := newPost(t, inprocess.SMTPOptions{Answer: func(s inprocess.SMTPStep) error {
					mu.Lock()
					defer mu.Unlock()
					if s.Command != test.step || !first && test.step != "EHLO" || test.step == "EHLO" && s.Connection > 2 {
						return nil // HELO is tried after EHLO
					}
					first = false
					return inprocess.Reply(test.code, test.enhanced, "not today,\nsorry")
				}})
				c := p.client(t)
				m := mail(1)
				m.From = test.from
				got := c.Send(t.Context(), m)
				if got.Err == nil || !strings.Contains(got.Err.Error(), "not today") {
					t.Errorf("the error is %v", got.Err)
				}
				want := test.want
				want.Code, want.Enhanced, want.Text, want.Err = test.code, test.enhanced, "not today, sorry", got.Err
				if got != want {
					t.Errorf("got %+v, want %+v", got, want)
				}
				if r := c.Send(t.Context(), mail(2)); r.Outcome != delivery.Sent {
					t.Errorf("the next mail: %+v", r)
				}
				if got := p.Mails(); len(got) != 1 || got[0].To[0] != mail(2).To {
					t.Errorf("the server took %+v", got)
				}
			})
		})
	}
}

// A connection that breaks, wherever: the mail may be tried again, and where the server may have it, the result says so.
func TestBrokenConnections(t *testing.T) {
	for _, kind := range []memnet.Kind{memnet.Refuse, memnet.Stall, memnet.Truncate, memnet.Reset} {
		for _, sent := range []bool{false, true} {
			for after := int64(0); after < 700; after += 5 {
				synctest.Test(t, func(t *testing.T) {
					p := newPost(t, inprocess.SMTPOptions{})
					dial := p.settings.Dial
					p.settings.Dial = memnet.Faulty(dial, func(nth int) memnet.Fault {
						if nth > 0 {
							return memnet.Fault{}
						}
						return memnet.Fault{Kind: kind, After: after, Sent: sent}
					})
					c := p.client(t)
					start := time.Now()
					r := c.Send(t.Context(), mail(1))
					if took := time.Since(start); took != 0 && took != time.Minute {
						t.Errorf("it took %v", took)
					}
					synctest.Wait()
					switch taken := len(p.Mails()); {
					case r.Outcome == delivery.Sent:
						if taken != 1 || r.Err != nil {
							t.Errorf("sent, but taken %d times; %v", taken, r.Err)
						}
					case r.Outcome != delivery.Deferred || r.Err == nil || r.Code != 0:
						t.Errorf("got %+v", r)
					case taken == 1 && !r.Uncertain:
						t.Errorf("the server has the mail, and the result does not say that it may: %+v", r)
					}
					again := c.Send(t.Context(), mail(2))
					if again.Outcome != delivery.Sent && r.Outcome == delivery.Sent {
						again = c.Send(t.Context(), mail(2)) // the first connection broke only now
					}
					if again.Outcome != delivery.Sent {
						t.Errorf("the next mail: %+v", again)
					}
				})
				if t.Failed() {
					t.Fatalf("with a %v after %d bytes, sent: %v", kind, after, sent)
				}
			}
		}
	}
}

func TestAnswerToTheEndThatIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, inprocess.SMTPOptions{Answer: func(s inprocess.SMTPStep) error {
			if s.Command == "TAKEN" {
				return inprocess.ErrDrop
			}
			return nil
		}})
		r := p.client(t).Send(t.Context(), mail(1))
		if r.Outcome != delivery.Deferred || !r.Uncertain || r.Server || len(p.Mails()) != 1 {
			t.Errorf("got %+v, taken %d times", r, len(p.Mails()))
		}
	})
}

func TestConnectionThatDiedIdleIsReplaced(t *testing.T) {
	for _, goodbye := range []string{"", "421 4.4.2 idle timeout, bye bye\r\n"} {
		t.Run(goodbye, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPost(t, inprocess.SMTPOptions{})
				servers := make(chan net.Conn, 9)
				dial := p.settings.Dial
				p.settings.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
					c, err := dial(ctx, network, address)
					cut := &cuttable{Conn: c}
					servers <- cut
					return cut, err
				}
				c := p.client(t)
				for n := range 4 {
					if r := c.Send(t.Context(), mail(n)); r.Outcome != delivery.Sent {
						t.Errorf("mail %d: %+v", n, r)
					}
					(<-servers).(*cuttable).cut(goodbye)
				}
				if p.dials != 4 || len(p.Mails()) != 4 {
					t.Errorf("%d connections, %d mails", p.dials, len(p.Mails()))
				}
			})
		})
	}
}

// cuttable is a connection whose other side can seem to have gone, after last words.
type cuttable struct {
	net.Conn
	mu    sync.Mutex
	gone  bool
	words *strings.Reader
}

func (c *cuttable) cut(words string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gone, c.words = true, strings.NewReader(words)
}

func (c *cuttable) Read(b []byte) (int, error) {
	c.mu.Lock()
	gone := c.gone
	c.mu.Unlock()
	if gone {
		return c.words.Read(b)
	}
	return c.Conn.Read(b)
}

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
