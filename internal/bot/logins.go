package bot

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"path/filepath"

	"triaged/internal/config"
	"triaged/internal/delivery"
	"triaged/internal/mailbox"
	"triaged/internal/oauth"
)

// login is how the bot proves itself to a server: by a password, or by tokens.
type login struct {
	config.Login
	tokens *oauth.Source // nil: by the password
}

// loginOf prepares a log-in; what is its name: "mailbox support", "smtp".
func loginOf(what string, l config.Login, c *config.Config, trust *tls.Config, rim Rim) login {
	if l.OAuth2 == nil {
		return login{Login: l}
	}
	return login{Login: l, tokens: tokenLogin(what, l, c, trust, rim).Source}
}

// TokenLogin is a log-in by tokens. Those of one application and account share the tokens that are kept in the data
// directory, whichever process opens them.
type TokenLogin struct {
	oauth.Application
	Source *oauth.Source
	Client *http.Client // for its authorization server
}

func tokenLogin(what string, l config.Login, c *config.Config, trust *tls.Config, rim Rim) TokenLogin {
	t := TokenLogin{Application: application(what, l), Client: oauth.Client(rim.Dial, trust)}
	t.Source = oauth.Open(t.Application, tokenDir(c), t.Client)
	return t
}

// TokenLogins are all log-ins by tokens that a configuration has, by their names: those of mailboxes,
// "smtp" and "smtp.fallback".
func TokenLogins(c *config.Config, rim Rim) (map[string]TokenLogin, error) {
	all := map[string]TokenLogin{}
	add := func(name, what string, l config.Login, caFile string) error {
		if l.OAuth2 == nil {
			return nil
		}
		trust, err := trusting(caFile)
		all[name] = tokenLogin(what, l, c, trust, rim)
		return err
	}
	err := add("smtp", "smtp", c.SMTP.Login, c.SMTP.CAFile)
	if f := c.SMTP.Fallback; f != nil {
		err = errors.Join(err, add("smtp.fallback", "smtp.fallback", f.Login, f.CAFile))
	}
	for _, m := range c.Mailboxes {
		err = errors.Join(err, add(m.Name, "mailbox "+m.Name, m.Login, m.CAFile))
	}
	return all, err
}

// tokenDir is where tokens are kept.
func tokenDir(c *config.Config) string { return filepath.Join(c.Desk.DataDir, "tokens") }

// application is what an OAuth2 table describes.
func application(what string, l config.Login) oauth.Application {
	o, p := l.OAuth2, l.OAuth2.Of()
	a := oauth.Application{
		Login: what, Account: l.Username, Grant: oauth.Grant(o.Grants()), ClientID: o.ClientID, ClientSecret: o.ClientSecret.Reveal,
		TokenURL: p.TokenURL, AuthURL: p.AuthURL, DeviceURL: p.DeviceURL, AuthParams: p.AuthParams, Loopback: p.Loopback,
		InParams: o.Provider != config.OAuth2Custom,
	}
	switch a.Grant {
	case oauth.ServiceAccount:
		a.ClientID, a.ClientSecret, a.KeyID = o.ServiceAccount.Email, o.ServiceAccount.Key.Reveal, o.ServiceAccount.KeyID
		a.Scopes = p.Application
	case oauth.ClientCredentials:
		a.Scopes = p.Application
	default:
		a.Scopes = p.Delegated
	}
	return a
}

func mailboxLogin(l login) func(context.Context) (mailbox.Credentials, error) {
	return func(ctx context.Context) (mailbox.Credentials, error) {
		if l.tokens == nil {
			return mailbox.Credentials{Username: l.Username, Password: l.Password.Reveal()}, nil
		}
		token, err := l.tokens.Token(ctx)
		return mailbox.Credentials{Username: l.Username, Token: token, Renew: l.tokens.Renew}, err
	}
}

func deliveryLogin(l login) func(context.Context) (delivery.Credentials, error) {
	return func(ctx context.Context) (delivery.Credentials, error) {
		if l.tokens == nil {
			return delivery.Credentials{Username: l.Username, Password: l.Password.Reveal()}, nil
		}
		token, err := l.tokens.Token(ctx)
		return delivery.Credentials{Username: l.Username, Token: token, Renew: l.tokens.Renew}, err
	}
}
