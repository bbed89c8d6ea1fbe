package mailbox

import (
	"context"
	"errors"
	"fmt"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"
)

// ErrLogin is in the error of a session that the server refused for its credentials. Trying again goes on, for a
// password may be mended on the server's side.
var ErrLogin = errors.New("login refused")

// temporary are the response codes (RFC 5530) of a refused login that do not speak against the credentials.
var temporary = []imap.ResponseCode{
	imap.ResponseCodeUnavailable, imap.ResponseCodeInUse, imap.ResponseCodeLimit, imap.ResponseCodeServerBug,
	imap.ResponseCodeContactAdmin,
}

// login authenticates in the best way that the server offers, with another token if it refuses the first.
func (s *session) login(ctx context.Context, c Credentials) error {
	err := s.prove(ctx, c)
	if c.Token != "" && c.Renew != nil && denied(err) {
		s.Log.Info("the token was refused: another is asked for", "mailbox", s.Name, "error", err)
		if c.Token, err = c.Renew(ctx, c.Token); err != nil {
			return fmt.Errorf("%w by %s for user %q: %w", ErrLogin, s.Address, c.Username, err)
		}
		err = s.prove(ctx, c)
	}
	if err != nil {
		return s.loginHint(c, err)
	}
	if s.caps = s.client.Caps(); s.caps == nil {
		return errors.New("the server lists no capabilities")
	}
	s.idles = s.caps.Has(imap.CapIdle)
	return nil
}

// prove logs in, unless the server knows us already (PREAUTH).
func (s *session) prove(ctx context.Context, c Credentials) error {
	return s.command(ctx, "login", func() error {
		if s.client.State() != imap.ConnStateNotAuthenticated {
			return nil
		}
		attempt, err := authenticate(s.client, s.client.Caps(), c)
		if err != nil {
			return fmt.Errorf("%s: %w", s.Address, err)
		}
		return attempt()
	})
}

// denied tells whether the server has refused the credentials themselves.
func denied(err error) bool { return refused(err) && !refusedWith(err, temporary...) }

// loginHint says what came of a login, and what may be wrong.
func (s *session) loginHint(c Credentials, err error) error {
	hint := "check username and password"
	if c.Token != "" {
		hint = "see that the application may use IMAP, and that IMAP is on for this mailbox"
	}
	var refusal *imap.Error
	switch {
	case errors.As(err, &refusal) && denied(err):
		return fmt.Errorf("%w by %s for user %q: %s; %s", ErrLogin, s.Address, c.Username, refusal.Text, hint)
	case errors.As(err, &refusal):
		return &busy{fmt.Errorf("%s refuses logins for now: %w", s.Address, err)}
	}
	return fmt.Errorf("log in to %s: %w", s.Address, err)
}

// authenticate chooses how to log in: tokens by XOAUTH2 or OAUTHBEARER (RFC 7628), passwords by AUTHENTICATE PLAIN (RFC
// 4616), which is clear about UTF-8, else by LOGIN.
func authenticate(c *imapclient.Client, caps imap.CapSet, login Credentials) (func() error, error) {
	by := func(mechanism sasl.Client) func() error {
		return func() error { return c.Authenticate(mechanism) }
	}
	switch {
	case login.Token != "" && caps.Has(imap.AuthCap("XOAUTH2")):
		return by(&xoauth2{login.Username, login.Token}), nil
	case login.Token != "" && caps.Has(imap.AuthCap(sasl.OAuthBearer)):
		return by(bearer{sasl.NewOAuthBearerClient(&sasl.OAuthBearerOptions{Username: login.Username, Token: login.Token})}), nil
	case login.Token != "":
		return nil, errors.New("the server takes no OAuth 2 tokens; use a password instead")
	case caps.Has(imap.AuthCap(sasl.Plain)):
		return by(sasl.NewPlainClient("", login.Username, login.Password)), nil
	case caps.Has(imap.CapLoginDisabled):
		return nil, errors.New(`the server takes no passwords on this connection; set security to "starttls" or "tls"`)
	}
	return func() error { return c.Login(login.Username, login.Password).Wait() }, nil
}

// xoauth2 is the mechanism XOAUTH2 of Google and Microsoft.
type xoauth2 struct{ username, token string }

// Start sends everything at once.
func (x *xoauth2) Start() (mechanism string, first []byte, err error) {
	return "XOAUTH2", []byte("user=" + x.username + "\x01auth=Bearer " + x.token + "\x01\x01"), nil
}

// Next answers the server's description of an error, which must be acknowledged before the server refuses.
func (x *xoauth2) Next([]byte) ([]byte, error) { return []byte{}, nil }

// bearer is OAUTHBEARER as the server ends it: the library's own would leave the exchange unfinished.
type bearer struct{ sasl.Client }

// Next answers the server's description of an error, after which the server refuses (RFC 7628, section 3.2.3).
func (bearer) Next([]byte) ([]byte, error) { return []byte{1}, nil }
