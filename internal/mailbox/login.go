package mailbox

import (
	"context"
	"errors"
	"fmt"
	"slices"

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

// login authenticates in the best way that the server offers. It runs under a guard.
func (s *session) login(ctx context.Context) error {
	if s.client.State() != imap.ConnStateNotAuthenticated {
		return nil // the server knew us already (PREAUTH)
	}
	caps := s.client.Caps()
	credentials, err := s.Login(ctx)
	if err != nil {
		return fmt.Errorf("get credentials for %s: %w", s.Address, err)
	}
	attempt, err := authenticate(s.client, caps, credentials)
	if err != nil {
		return fmt.Errorf("%s: %w", s.Address, err)
	}
	err = attempt()
	var refusal *imap.Error
	switch {
	case errors.As(err, &refusal) && slices.Contains(temporary, refusal.Code):
		return fmt.Errorf("%s refuses logins for now: %s", s.Address, refusal.Text)
	case errors.As(err, &refusal):
		return fmt.Errorf("%w by %s for user %q: %s; check username and password", ErrLogin, s.Address,
			credentials.Username, refusal.Text)
	case err != nil:
		return fmt.Errorf("log in to %s: %w", s.Address, err)
	}
	return nil
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
		return by(sasl.NewOAuthBearerClient(&sasl.OAuthBearerOptions{Username: login.Username, Token: login.Token})), nil
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
