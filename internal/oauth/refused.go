package oauth

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/oauth2"
)

// Refused is an authorization server's no. Only a person can turn it into a yes.
type Refused struct {
	Login  string // Application.Login
	Code   string // such as "invalid_grant" (RFC 6749, section 5.2); "no_consent" if nobody has signed in yet
	Words  string // the server's own, on one line, without secrets; may be empty
	Remedy string // what somebody can do, one sentence
}

// Error is one line for an operator.
func (r *Refused) Error() string {
	said := ""
	if r.Words != "" {
		said = fmt.Sprintf(" (%s)", r.Words)
	}
	return fmt.Sprintf("%s gets no access token: %s%s: %s", r.Login, r.Code, said, r.Remedy)
}

func (a Application) command() string {
	return "triaged login " + strings.TrimPrefix(a.Login, "mailbox ")
}

// unsigned is the refusal of an account's owner who has never been asked.
func (a Application) unsigned() error {
	return &Refused{Login: a.Login, Code: "no_consent",
		Remedy: fmt.Sprintf("nobody has signed in as %s yet: run `%s` on the bot's machine", a.Account, a.command())}
}

// failure makes an error of the library's one for people. What the library prints of an answer that it does not understand
// may hold anything, and stays out.
func (a Application) failure(err error, secrets ...string) error {
	var answer *oauth2.RetrieveError
	if !errors.As(err, &answer) {
		var u *url.Error
		if errors.As(err, &u) { // its address is the token's endpoint, which the message names anyway
			err = u.Err
		}
		return fmt.Errorf("%s: ask %s for an access token: %s", a.Login, hostOf(a.TokenURL), a.clean(err.Error(), secrets))
	}
	code, words := answer.ErrorCode, answer.ErrorDescription
	if code == "" { // the JWT grant of the library leaves it to us
		var body struct {
			Code  string `json:"error"`
			Words string `json:"error_description"`
		}
		if json.Unmarshal(answer.Body, &body) == nil {
			code, words = body.Code, body.Words
		}
	}
	code, words = a.clean(code, secrets), a.clean(words, secrets)
	status := 0
	if answer.Response != nil {
		status = answer.Response.StatusCode
	}
	passing := code == "" || code == "temporarily_unavailable" || code == "server_error" || status >= 500 || status == http.StatusTooManyRequests
	if passing {
		return fmt.Errorf("%s: %s gives no access token for now: %s", a.Login, hostOf(a.TokenURL),
			strings.TrimSpace(fmt.Sprint(status, " ", code, " ", words)))
	}
	return &Refused{Login: a.Login, Code: code, Words: words, Remedy: a.remedy(code, words)}
}

// microsoft are the codes with which Microsoft begins its words, where they say more than the code of the standard.
var microsoft = []struct{ code, standard string }{
	{"AADSTS7000222", "expired_secret"}, // the client secret has expired
	{"AADSTS7000215", "invalid_client"}, // it is wrong
	{"AADSTS700016", "unknown_client"},  // the application is not in the directory
	{"AADSTS65001", "consent_required"},
	{"AADSTS53003", "policy"}, // conditional access
	{"AADSTS50158", "policy"},
	{"AADSTS50076", "policy"},
}

func (a Application) remedy(code, words string) string {
	for _, m := range microsoft {
		if strings.Contains(words, m.code+":") {
			code = m.standard
			break
		}
	}
	switch {
	case code == "expired_secret":
		return "the application's client secret has expired: make a new one at the provider, and put it where client_secret is configured"
	case code == "invalid_client":
		return "the client id or the client secret is wrong, or the secret has expired: look at both in the provider's console"
	case code == "unknown_client":
		return "there is no such application in this directory: look at client_id and tenant"
	case code == "policy":
		return "a policy of your directory forbids it: ask its administrator to let this application in"
	case a.Grant == ServiceAccount && strings.Contains(words, "short-lived"): // Google's word for times that it cannot believe
		return "look at the clock of the bot's machine"
	case a.Grant == ServiceAccount:
		return fmt.Sprintf("let an administrator delegate domain-wide authority for %s to the service account, and see that %s exists",
			strings.Join(a.Scopes, " "), a.Account)
	case a.Grant == ClientCredentials:
		return "let an administrator grant the application its mail permissions (IMAP.AccessAsApp, SMTP.SendAsApp), with admin consent"
	case code == "invalid_grant" || code == "consent_required":
		return fmt.Sprintf("the consent of %s was revoked or has lapsed: run `%s` on the bot's machine and sign in again (a new password asks for that, too)",
			a.Account, a.command())
	}
	return fmt.Sprintf("look at the application in the provider's console, then run `%s` on the bot's machine", a.command())
}

const maxWords = 300 // bytes of a server's words

// clean makes a server's words one line without secrets.
func (a Application) clean(words string, secrets []string) string {
	for _, secret := range append(secrets, a.ClientSecret()) {
		if secret != "" {
			words = strings.ReplaceAll(words, secret, "(secret)")
		}
	}
	words = strings.Join(strings.FieldsFunc(words, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }), " ")
	if len(words) > maxWords {
		words = strings.ToValidUTF8(words[:maxWords], "") + "…"
	}
	return words
}

func hostOf(address string) string {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return u.Host
	}
	return address
}
