package delivery_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"triaged/internal/delivery"
	"triaged/internal/inprocess"
)

// tokens are a bot's log-in whose token is "old" until it is refused.
func tokens(p *post, renew func(refused string) (string, error)) {
	p.settings.Login = func(context.Context) (delivery.Credentials, error) {
		return delivery.Credentials{Username: "a=b@school.example", Token: "old",
			Renew: func(_ context.Context, refused string) (string, error) { return renew(refused) }}, nil
	}
}

func TestRefusedTokenIsRenewedOnce(t *testing.T) {
	for _, mechanism := range []string{"XOAUTH2", "OAUTHBEARER"} {
		for good, want := range map[string]int{"old": 0, "new": 1, "none": 1} {
			t.Run(mechanism+" "+good, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					p := newPost(t, inprocess.SMTPOptions{Token: inprocess.TokenLogin{Mechanisms: []string{mechanism},
						Valid: func(user, token string) bool {
							return strings.ReplaceAll(user, "=3D", "=") == "a=b@school.example" && token == good
						}}})
					renewed := 0
					tokens(p, func(refused string) (string, error) {
						if renewed++; refused != "old" {
							t.Errorf("the token refused was %q", refused)
						}
						return "new", nil
					})
					r := p.client(t).Send(t.Context(), mail(1))
					if sent := r.Outcome == delivery.Sent; sent != (good != "none") || renewed != want || !sent && (!r.Server || r.Code != 535) {
						t.Errorf("renewed %d times; %+v", renewed, r)
					}
				})
			})
		}
	}
}

func TestRefusedTokenWithoutAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, inprocess.SMTPOptions{Token: inprocess.TokenLogin{Valid: func(string, string) bool { return false }}})
		revoked := errors.New("the consent was revoked")
		tokens(p, func(string) (string, error) { return "", revoked })
		if r := p.client(t).Send(t.Context(), mail(1)); !r.Server || !errors.Is(r.Err, revoked) {
			t.Errorf("got %+v", r)
		}
	})
}

// A connection outlives the token that opened it; once the server minds, the mail goes over a new one at once.
func TestLapsedLogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, inprocess.SMTPOptions{Answer: func(s inprocess.SMTPStep) error {
			if s.Command == "MAIL" && s.Connection == 1 && s.Address == "late@school.example" {
				return inprocess.Reply(530, "5.7.57", "Client not authenticated to send mail")
			}
			return nil
		}})
		c := p.client(t)
		late := mail(2)
		late.From = "late@school.example"
		for _, m := range []delivery.Mail{mail(1), late} {
			if r := c.Send(t.Context(), m); r.Outcome != delivery.Sent {
				t.Errorf("got %+v", r)
			}
		}
		if p.dials != 2 || len(p.Mails()) != 2 {
			t.Errorf("%d connections, %d mails", p.dials, len(p.Mails()))
		}
	})
}

func TestCredentialsTellNoSecret(t *testing.T) {
	c := delivery.Credentials{Username: "support", Password: "hunter2", Token: "hunter2"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		if text := fmt.Sprintf(verb, c) + fmt.Sprintf(verb, &c); strings.Contains(text, "hunter") || strings.Contains(text, "68756e74657232") {
			t.Errorf("%s prints %s", verb, text)
		}
	}
}

// What providers answer when an account has sent enough is every mail's trouble and no mail's end; what they answer about one
// recipient is that recipient's.
func TestThrottling(t *testing.T) {
	for _, test := range []struct {
		step, enhanced, words string
		code                  int
		server                bool
	}{
		{"DATA", "4.3.2", "STOREDRV.ClientSubmit; sender thread limit exceeded", 432, true},
		{"MAIL", "4.3.2", "Concurrent connections limit exceeded", 432, true},
		{"MAIL", "4.7.0", "Temporary rate limit", 451, true},
		{"RCPT", "4.7.1", "Greylisted, come back in 5 minutes", 451, false},
		{"RCPT", "4.2.1", "The user you are trying to contact is receiving mail at a rate that prevents delivery", 450, false},
		{"DATA", "5.4.5", "Daily user sending limit exceeded.", 550, true},
		{"DATA", "5.1.9", "", 550, false},
		{"DATA", "5.2.0", "STOREDRV.Submission.Exception:SubmissionQuotaExceededException", 554, true},
		{"DATA", "5.2.0", "STOREDRV.Submission.Exception:SendAsDeniedException", 554, false},
		{"DATA", "4.7.0", "Try again later, closing connection. gsmtp", 421, true},
		{"DATA", "4.7.1", "greylisted after DATA", 451, false},
	} {
		t.Run(test.words, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPost(t, inprocess.SMTPOptions{Answer: func(s inprocess.SMTPStep) error {
					if s.Command != test.step {
						return nil
					}
					return inprocess.Reply(test.code, test.enhanced, test.words)
				}})
				r := p.client(t).Send(t.Context(), mail(1))
				deferred := test.server || test.code < 500
				if r.Server != test.server || (r.Outcome == delivery.Deferred) != deferred || r.Outcome == delivery.Sent {
					t.Errorf("got %+v", r)
				}
			})
		})
	}
}

// A large mail over a slow line gets the time that it needs, and not more.
func TestLimitGrowsWithSize(t *testing.T) {
	const size = 8 << 20
	for rate, want := range map[int]time.Duration{40 << 10: 205 * time.Second, 20 << 10: time.Minute + 256*time.Second} {
		synctest.Test(t, func(t *testing.T) {
			p := newPost(t, inprocess.SMTPOptions{})
			dial := p.settings.Dial
			p.settings.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
				c, err := dial(ctx, network, address)
				return slow{c, rate}, err
			}
			m := mail(1)
			m.Data = append(m.Data, strings.Repeat(strings.Repeat("x", 70)+"\r\n", size/72)...)
			start := time.Now()
			r := p.client(t).Send(t.Context(), m)
			if took := time.Since(start).Round(time.Second); (r.Outcome == delivery.Sent) != (rate > 32<<10) || took != want {
				t.Errorf("%d bytes a second: after %v %+v", rate, took, r)
			}
		})
	}
}

// slow is a connection that takes so many bytes a second.
type slow struct {
	net.Conn
	rate int
}

func (s slow) Write(b []byte) (int, error) {
	time.Sleep(time.Duration(len(b)) * time.Second / time.Duration(s.rate))
	return s.Conn.Write(b)
}
