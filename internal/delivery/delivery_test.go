package delivery_test

import (
	"context"
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
					if took := time.Since(start); took != 0 && took != 50*time.Second && (took != time.Minute || !r.Uncertain && r.Outcome != delivery.Sent) {
						t.Errorf("it took %v: %+v", took, r)
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
