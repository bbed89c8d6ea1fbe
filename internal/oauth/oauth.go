// Package oauth gets the access tokens that log in to mail servers, keeps them, and renews them in time.
//
// It guarantees that a token it hands out is valid for a while yet, as far as the clock and the authorization server can
// be believed; that however many users a token has, in this process or in another, it is renewed once; that a new refresh
// token is on the disk before it is used, readable by its owner alone, and never half-written; and that no secret is in
// an error. A consent given by `triaged login` reaches a running bot without a restart.
//
// It knows OAuth 2.0 (RFC 6749): client credentials (section 4.4), refresh tokens (section 6), the JWT bearer grant of
// service accounts (RFC 7523), the device flow (RFC 8628), and authorization by a browser on the user's machine (RFC 8252)
// with PKCE (RFC 7636). It must not know what a token is for, nor who is told of trouble.
package oauth

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
	"golang.org/x/oauth2/jwt"
)

// Grant is how an application gets its tokens.
type Grant string

// The grants.
const (
	ClientCredentials Grant = "client-credentials" // as itself, by its own secret
	RefreshToken      Grant = "refresh-token"      // for somebody who has signed in once
	ServiceAccount    Grant = "service-account"    // for anybody of a domain that delegates to it, by its own key
)

// Application is what the authorization server knows the bot as, and one account that it serves. Secrets are functions, so
// that printing an Application tells none.
type Application struct {
	Login   string // what people call this log-in: "mailbox support", "smtp"
	Account string // whose mail
	Grant   Grant

	ClientID     string        // of a service account: its address
	ClientSecret func() string // of a service account: its key, PEM; "" for an application that is known to have none
	KeyID        string        // of a service account's key; may be empty

	TokenURL, AuthURL, DeviceURL string // DeviceURL and AuthURL for consent only; "": that way is not open

	Scopes     []string
	AuthParams map[string]string // more to tell AuthURL
	Loopback   string            // host of the redirect address
	InParams   bool              // the server wants the client's secret in a request's body, not in its header
}

// endpoint says where the server is, and how the application proves itself: by the header, which every server must take
// (RFC 6749, section 2.3.1), unless it is known better. The library would try both, and ask twice for each answer that it
// dislikes.
func (a Application) endpoint() oauth2.Endpoint {
	style := oauth2.AuthStyleInHeader
	if a.InParams || a.ClientSecret() == "" {
		style = oauth2.AuthStyleInParams
	}
	return oauth2.Endpoint{TokenURL: a.TokenURL, AuthURL: a.AuthURL, DeviceAuthURL: a.DeviceURL, AuthStyle: style}
}

func (a Application) config() *oauth2.Config {
	return &oauth2.Config{ClientID: a.ClientID, ClientSecret: a.ClientSecret(), Endpoint: a.endpoint(), Scopes: a.Scopes}
}

// source asks the server for tokens, each time anew.
func (a Application) source(ctx context.Context, refresh string) oauth2.TokenSource {
	switch a.Grant {
	case ClientCredentials:
		c := clientcredentials.Config{ClientID: a.ClientID, ClientSecret: a.ClientSecret(), TokenURL: a.TokenURL, Scopes: a.Scopes,
			AuthStyle: a.endpoint().AuthStyle}
		return c.TokenSource(ctx)
	case ServiceAccount:
		c := jwt.Config{Email: a.ClientID, PrivateKey: []byte(a.ClientSecret()), PrivateKeyID: a.KeyID, Subject: a.Account,
			Scopes: a.Scopes, TokenURL: a.TokenURL}
		return c.TokenSource(ctx)
	}
	return a.config().TokenSource(ctx, &oauth2.Token{RefreshToken: refresh})
}

// Timeout is how long an authorization server may take for one answer.
const Timeout = 30 * time.Second

// Client is an HTTP client for authorization servers. It keeps no connection, since tokens last for an hour, and follows
// no redirect, which would carry a secret elsewhere. Dial is as in net.Dialer; nil is net.Dialer's, through the proxy that
// the environment names, if any. Trust says which certificates are believed; nil is the system's.
func Client(dial func(ctx context.Context, network, address string) (net.Conn, error), trust *tls.Config) *http.Client {
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true, TLSHandshakeTimeout: Timeout, TLSClientConfig: trust}
	if dial != nil {
		transport.Proxy, transport.DialContext = nil, dial
	}
	return &http.Client{Transport: transport, Timeout: Timeout, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		return fmt.Errorf("it redirects to %s: write that address", r.URL.Host)
	}}
}
