// Package provider is what is known of the mail providers that schools have: where their OAuth2 endpoints are, what to ask
// them for, and how much mail they take.
//
// It guarantees data only, each figure with where the provider says so. It knows no protocol, and must not know the bot.
package provider

import "strings"

// Provider is one mail provider.
type Provider struct {
	Name string // as the configuration calls it

	// The endpoints of OAuth2 (RFC 6749, RFC 8628). {tenant} stands for the customer's directory. Empty: there is none, or
	// none that gives access to mail.
	TokenURL, AuthURL, DeviceURL string

	Delegated   []string          // scopes to act for somebody who has signed in
	Application []string          // scopes to act as the application itself
	AuthParams  map[string]string // what makes the authorization endpoint hand out a refresh token

	// Loopback is the host of the redirect address for a program on the user's machine (RFC 8252, section 7.3).
	Loopback string

	Limits
	hosts []string // of its mail servers, domains included
}

// Limits is how much a provider takes from one account. 0: as much as comes.
type Limits struct {
	PerMinute    int // mails
	PerDay       int // mails to one recipient each, in any 24 hours
	IMAPSessions int // at once
}

// The providers.
var (
	// Microsoft365: limits of "Exchange Online limits" (sending limits: 30 messages a minute, 10,000 recipients a day) and
	// of its default throttling policy (20 IMAP sessions); endpoints of the Microsoft identity platform 2.0.
	Microsoft365 = Provider{
		Name:        "microsoft365",
		TokenURL:    "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
		AuthURL:     "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
		DeviceURL:   "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/devicecode",
		Delegated:   []string{"https://outlook.office.com/IMAP.AccessAsUser.All", "https://outlook.office.com/SMTP.Send", "offline_access"},
		Application: []string{"https://outlook.office365.com/.default"},
		Loopback:    "localhost", // the one host for which it ignores the port
		Limits:      Limits{PerMinute: 30, PerDay: 10_000, IMAPSessions: 20},
		hosts:       []string{"office365.com", "outlook.com"},
	}

	// Google: limits of "Gmail sending limits in Google Workspace" (2,000 mails a day) and "Add Gmail to another email
	// client" (15 IMAP sessions). Its device flow does not grant mail.
	Google = Provider{
		Name:        "google",
		TokenURL:    "https://oauth2.googleapis.com/token",
		AuthURL:     "https://accounts.google.com/o/oauth2/v2/auth",
		Delegated:   []string{"https://mail.google.com/"},
		Application: []string{"https://mail.google.com/"},
		AuthParams:  map[string]string{"access_type": "offline", "prompt": "consent"},
		Loopback:    "127.0.0.1",
		Limits:      Limits{PerDay: 2_000, IMAPSessions: 15},
		hosts:       []string{"gmail.com", "googlemail.com", "google.com"},
	}
)

var all = []Provider{Microsoft365, Google}

// Called is the provider of a name; without one it is nobody's, and nothing is known.
func Called(name string) Provider {
	for _, p := range all {
		if p.Name == name {
			return p
		}
	}
	return Provider{Name: name, Loopback: "127.0.0.1"}
}

// At is the provider that a mail server, host:port, belongs to.
func At(address string) Provider {
	host := address
	if colon := strings.LastIndexByte(address, ':'); colon >= 0 {
		host = address[:colon]
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	for _, p := range all {
		for _, domain := range p.hosts {
			if host == domain || strings.HasSuffix(host, "."+domain) {
				return p
			}
		}
	}
	return Called("")
}

// In is the provider with its endpoints for one customer's directory.
func (p Provider) In(tenant string) Provider {
	for _, url := range []*string{&p.TokenURL, &p.AuthURL, &p.DeviceURL} {
		*url = strings.ReplaceAll(*url, "{tenant}", tenant)
	}
	return p
}
