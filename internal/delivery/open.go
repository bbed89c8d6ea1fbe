package delivery

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"slices"
	"strconv"
	"strings"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

// open connects, starts TLS and logs in, with another token if the server refuses the first.
func (c *Client) open(ctx context.Context) error {
	s := c.settings
	if s.Login == nil {
		return c.connect(ctx, nil)
	}
	credentials, err := s.Login(ctx)
	if err != nil {
		return fmt.Errorf("get credentials for %s: %w", s.Address, err)
	}
	err = c.connect(ctx, &credentials)
	if credentials.Token == "" || credentials.Renew == nil || !denied(err) {
		return err
	}
	if credentials.Token, err = credentials.Renew(ctx, credentials.Token); err != nil {
		return fmt.Errorf("%s refuses the token: %w", s.Address, err)
	}
	return c.connect(ctx, &credentials)
}

// denied tells whether the server has refused the credentials themselves (RFC 4954, section 6).
func denied(err error) bool {
	var reply *textproto.Error
	return errors.As(err, &reply) && reply.Code == 535
}

// connect opens a connection, and logs in if there is something to log in with.
func (c *Client) connect(ctx context.Context, login *Credentials) error {
	s := c.settings
	host, portText, err := net.SplitHostPort(s.Address)
	if err != nil {
		return fmt.Errorf("address %q is not host:port", s.Address)
	}
	port, err := strconv.Atoi(portText)
	if err != nil {
		return fmt.Errorf("the port of address %q is not a number", s.Address)
	}
	l := &link{}
	release := func() {}
	dial := func(dialling context.Context, network, _ string) (net.Conn, error) {
		conn, err := s.Dial(dialling, network, s.Address)
		if err != nil {
			return nil, err
		}
		l.conn = &wire{Conn: conn}
		release = l.guard(ctx) // go-mail heeds the context while dialling only
		if s.Security != "tls" {
			return l.conn, nil
		}
		encrypted := tls.Client(l.conn, s.TLS)
		return encrypted, encrypted.HandshakeContext(dialling)
	}
	options := []gomail.Option{gomail.WithPort(port), gomail.WithTimeout(s.Timeout), gomail.WithHELO(s.Hello),
		gomail.WithTLSConfig(s.TLS), gomail.WithTLSPolicy(gomail.NoTLS), gomail.WithDialContextFunc(dial)}
	if s.Security == "starttls" {
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if login != nil {
		options = append(options, gomail.WithSMTPAuthCustom(&auth{Credentials: *login}))
	}
	dialer, err := gomail.NewClient(host, options...)
	if err != nil {
		return fmt.Errorf("%s: %w", s.Address, err)
	}
	l.smtp, err = dialer.DialToSMTPClientWithContext(ctx)
	release()
	if err != nil {
		if l.conn != nil {
			_ = l.conn.Close() // go-mail leaves it open
		}
		return openHint(ctx, s, err)
	}
	c.link = l
	return nil
}

// openHint says where opening failed, and what may be wrong.
func openHint(ctx context.Context, s Settings, err error) error {
	var plain tls.RecordHeaderError
	var untrusted *tls.CertificateVerificationError
	hint := ""
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("connect to %s: %w (%w)", s.Address, ctx.Err(), err)
	case errors.As(err, &plain):
		hint = `; the server does not speak TLS on this port: try security "starttls"`
	case errors.As(err, &untrusted):
		hint = "; if the certificate is your own, name its authority in ca_file"
	}
	return fmt.Errorf("connect to %s: %w%s", s.Address, err, hint)
}

// errAuth marks what failed in logging in.
var errAuth = errors.New("the server offers no way to log in that is known here")

// auth logs in by XOAUTH2 or OAUTHBEARER (RFC 7628) with a token, else by PLAIN (RFC 4616) or LOGIN, whichever the server offers. That passwords pass
// only over TLS or on the machine itself is seen to by the configuration.
type auth struct {
	Credentials
	smtp.Auth
}

// Start chooses the mechanism.
func (a *auth) Start(server *smtp.ServerInfo) (mechanism string, first []byte, err error) {
	offers := func(mechanism string) bool { return slices.Contains(server.Auth, mechanism) }
	switch {
	case a.Token != "" && offers("XOAUTH2"):
		a.Auth = smtp.XOAuth2Auth(a.Username, a.Token)
	case a.Token != "" && offers("OAUTHBEARER"):
		a.Auth = bearer{a.Username, a.Token}
	case a.Token == "" && offers("PLAIN"):
		a.Auth = smtp.PlainAuth("", a.Username, a.Password, server.Name, true)
	case a.Token == "" && offers("LOGIN"):
		a.Auth = smtp.LoginAuth(a.Username, a.Password, server.Name, true)
	default:
		return "", nil, fmt.Errorf("%w; it offers %q", errAuth, server.Auth)
	}
	return a.Auth.Start(server)
}

// bearer is the mechanism OAUTHBEARER.
type bearer struct{ username, token string }

// Start sends everything at once (RFC 7628, section 3.1).
func (b bearer) Start(*smtp.ServerInfo) (mechanism string, first []byte, err error) {
	user := strings.NewReplacer("=", "=3D", ",", "=2C").Replace(b.username) // a saslname (RFC 5801, section 4)
	return "OAUTHBEARER", []byte("n,a=" + user + ",\x01auth=Bearer " + b.token + "\x01\x01"), nil
}

// Next answers the server's description of an error, after which the server refuses (section 3.2.3).
func (b bearer) Next(_ []byte, more bool) ([]byte, error) {
	if more {
		return []byte{1}, nil
	}
	return nil, nil
}
