package mailbox_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emersion/go-imap/v2"

	"triaged/internal/inprocess"
	"triaged/internal/mailbox"
)

// A token that the server refuses is renewed once a connection, by whichever mechanism the server takes it, and over the same
// connection.
func TestRefusedTokenIsRenewedOnce(t *testing.T) {
	for _, mechanism := range []string{"XOAUTH2", "OAUTHBEARER"} {
		for good, want := range map[string]string{
			"old": "", "new": "old", "none": "old old old", // three connections within ten seconds
		} {
			t.Run(mechanism+" "+good, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					d := newDesk(t, inprocess.IMAPOptions{Token: inprocess.TokenLogin{
						Valid:      func(user, token string) bool { return user == "support" && token == good },
						Mechanisms: []string{mechanism},
					}})
					var renewed []string
					d.settings.Login = func(context.Context) (mailbox.Credentials, error) {
						return mailbox.Credentials{Username: "support", Token: "old", Renew: func(_ context.Context, refused string) (string, error) {
							renewed = append(renewed, refused)
							return "new", nil
						}}, nil
					}
					d.watch()
					pass(10 * time.Second)
					if got := strings.Join(renewed, " "); got != want {
						t.Errorf("renewed: %s", got)
					}
					last := d.seen()[len(d.seen())-1]
					if last.Connected == (good == "none") || errors.Is(last.Err, mailbox.ErrLogin) != (good == "none") {
						t.Errorf("the status says %+v", last)
					}
				})
			})
		}
	}
}

// Where there is no other token, the error says why.
func TestRefusedTokenWithoutAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, inprocess.IMAPOptions{Token: inprocess.TokenLogin{Valid: func(string, string) bool { return false }}})
		revoked := errors.New("the consent was revoked")
		d.settings.Login = func(context.Context) (mailbox.Credentials, error) {
			return mailbox.Credentials{Username: "support", Token: "old",
				Renew: func(context.Context, string) (string, error) { return "", revoked }}, nil
		}
		d.watch()
		pass(time.Second)
		last := d.seen()[len(d.seen())-1]
		if !errors.Is(last.Err, revoked) || !errors.Is(last.Err, mailbox.ErrLogin) {
			t.Errorf("the status says %v", last.Err)
		}
	})
}

func TestCredentialsTellNoSecret(t *testing.T) {
	c := mailbox.Credentials{Username: "support", Password: "hunter2", Token: "hunter2"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		if text := fmt.Sprintf(verb, c) + fmt.Sprintf(verb, &c); strings.Contains(text, "hunter") || strings.Contains(text, "68756e74657232") {
			t.Errorf("%s prints %s", verb, text)
		}
	}
}

// A server that has enough of us is left alone for longer and longer, or for as long as it says; no mail is blamed for it.
func TestThrottledServerIsLeftAlone(t *testing.T) {
	no := func(code imap.ResponseCode, text string) error {
		return &imap.Error{Type: imap.StatusResponseTypeNo, Code: code, Text: text}
	}
	for name, test := range map[string]struct {
		command string
		err     error
		want    string // minutes between the attempts
	}{
		"log-in limit":    {"LOGIN", no(imap.ResponseCodeLimit, "too many sessions"), "1 2 4 8 15 15"},
		"unavailable":     {"LOGIN", no(imap.ResponseCodeUnavailable, "later"), "1 2 4 8 15 15"},
		"Gmail's code":    {"SELECT", no("THROTTLED", "slow"), "1 2 4 8 15 15"},
		"Gmail's words":   {"FETCH", no(imap.ResponseCodeAlert, "Account exceeded command or bandwidth limits. (Failure)"), "1 2 4 8 15 15"},
		"Gmail's session": {"LOGIN", no(imap.ResponseCodeAlert, "Too many simultaneous connections. (Failure)"), "1 2 4 8 15 15"},
		"Exchange": {"FETCH", &imap.Error{Type: imap.StatusResponseTypeBad,
			Text: "Request is throttled. Suggested Backoff Time: 300000 milliseconds"}, "5 5 5 5 5 5"},
		"greedy": {"FETCH", no("", "Request is throttled. Suggested Backoff Time: 999999999 milliseconds"), "60 60 60 60 60 60"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var at []time.Time
				d := newDesk(t, inprocess.IMAPOptions{Refuse: func(c inprocess.IMAPCommand) error {
					if c.Name != test.command {
						return nil
					}
					at = append(at, time.Now())
					return test.err
				}})
				d.add("INBOX", 300)
				d.watch()
				pass(7 * time.Hour)
				var waits []string
				for i := range min(len(at)-1, 6) {
					waits = append(waits, fmt.Sprint(at[i+1].Sub(at[i]).Round(time.Minute).Minutes()))
				}
				if got := strings.Join(waits, " "); got != test.want {
					t.Errorf("it was left alone for %s minutes", got)
				}
				if l := d.ledger.now(); len(l.troubled) > 0 {
					t.Errorf("blamed: %v", l.troubled)
				}
			})
		})
	}
}
