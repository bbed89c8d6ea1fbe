package inprocess

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"
)

// AuthorizationOptions say how an authorization server behaves.
type AuthorizationOptions struct {
	ClientID, ClientSecret string
	ServiceKey             *rsa.PublicKey // of a service account called ClientID; nil: there is none
	Lifetime               time.Duration  // of access tokens; default 1h
	Rotate                 bool           // a refresh token serves once; used again, it and all that came of it are revoked
	NoRefresh              bool           // no refresh tokens are given
	Interval               time.Duration  // between two questions of a device flow, whole seconds; default 5s
	Decline                bool           // whoever is asked at /authorize says no

	// Answer is asked at each request to /token, by the grant's type; a non-empty code is the error that is answered, with
	// its words. It is called from several goroutines.
	Answer func(grant string) (code, words string)
}

// Authorization is an OAuth 2.0 authorization server (RFC 6749): /token, /authorize with PKCE (RFC 7636), /device (RFC
// 8628) and /introspect (RFC 7662). Its methods may be called from several goroutines.
type Authorization struct {
	options AuthorizationOptions
	server  *http.Server

	mu       sync.Mutex
	access   map[string]given // by token
	refresh  map[string]string
	used     map[string]string // refresh tokens that were rotated away: their account
	codes    map[string]grantCode
	devices  map[string]*device
	requests map[string]int
}

// given is an access token's account, "" for any, and its end.
type given struct {
	account string
	until   time.Time
}

type grantCode struct{ account, challenge, redirect string }

// device is a device flow under way.
type device struct {
	userCode, account string
	declined          bool
	until, polled     time.Time
	interval          time.Duration
}

// NewAuthorization returns a server. It serves nobody until Serve.
func NewAuthorization(o AuthorizationOptions) *Authorization {
	if o.Lifetime == 0 {
		o.Lifetime = time.Hour
	}
	if o.Interval == 0 {
		o.Interval = 5 * time.Second
	}
	a := &Authorization{options: o, access: map[string]given{}, refresh: map[string]string{}, used: map[string]string{},
		codes: map[string]grantCode{}, devices: map[string]*device{}, requests: map[string]int{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", a.token)
	mux.HandleFunc("POST /device", a.device)
	mux.HandleFunc("GET /authorize", a.authorize)
	mux.HandleFunc("POST /introspect", a.introspect)
	a.server = &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	return a
}

// Serve takes connections from the listener until Close.
func (a *Authorization) Serve(l net.Listener) error { return a.server.Serve(l) }

// Close ends all connections and listeners.
func (a *Authorization) Close() error { return a.server.Close() }

// Requests is how often a grant of a type was asked for, refusals included.
func (a *Authorization) Requests(grant string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.requests[grant]
}

// Consent gives a refresh token for an account, as if somebody had signed in.
func (a *Authorization) Consent(account string) (refresh string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	refresh = "refresh-" + rand.Text()
	a.refresh[refresh] = account
	return refresh
}

// Grant gives an access and a refresh token for an account, as if somebody had signed in.
func (a *Authorization) Grant(account string) *oauth2.Token {
	refresh := a.Consent(account)
	a.mu.Lock()
	defer a.mu.Unlock()
	access, until := a.issue(account)
	return &oauth2.Token{AccessToken: access, RefreshToken: refresh, Expiry: until}
}

// issue makes an access token.
func (a *Authorization) issue(account string) (token string, until time.Time) {
	token, until = "access-"+rand.Text(), time.Now().Add(a.options.Lifetime)
	a.access[token] = given{account, until}
	return token, until
}

// Revoke takes back all tokens of an account; "" those of every account. What was rotated away before stays known.
func (a *Authorization) Revoke(account string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.revoke(account)
}

func (a *Authorization) revoke(account string) {
	for token, g := range a.access {
		if account == "" || g.account == account {
			delete(a.access, token)
		}
	}
	for token, of := range a.refresh {
		if account == "" || of == account {
			delete(a.refresh, token)
		}
	}
}

// Expire ends all access tokens before their time. Consents stand.
func (a *Authorization) Expire() {
	a.mu.Lock()
	defer a.mu.Unlock()
	clear(a.access)
}

// Valid tells whether an access token opens an account now.
func (a *Authorization) Valid(account, token string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	g, ok := a.access[token]
	return ok && (g.account == "" || g.account == account) && time.Now().Before(g.until)
}

// Type answers a device flow as somebody who types its code and signs in; declined, as somebody who says no.
func (a *Authorization) Type(userCode, account string, declined bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, d := range a.devices {
		if d.userCode == userCode {
			d.account, d.declined = account, declined
		}
	}
}

func answerJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a client that goes away is no news
}

func refuse(w http.ResponseWriter, code, words string) {
	answerJSON(w, http.StatusBadRequest, map[string]string{"error": code, "error_description": words})
}

// known tells whether the client is who it says, by the header or in the body (RFC 6749, section 2.3.1).
func (a *Authorization) known(r *http.Request) bool {
	id, secret, inHeader := r.BasicAuth()
	if inHeader {
		id, _ = url.QueryUnescape(id)
		secret, _ = url.QueryUnescape(secret)
	} else {
		id, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	}
	return id == a.options.ClientID && subtle.ConstantTimeCompare([]byte(secret), []byte(a.options.ClientSecret)) == 1
}

func (a *Authorization) token(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	_, grant, isURN := strings.Cut(r.PostFormValue("grant_type"), "grant-type:")
	if !isURN {
		grant = r.PostFormValue("grant_type")
	}
	grant = strings.TrimPrefix(grant, "urn:ietf:params:oauth:")
	a.requests[grant]++
	if a.options.Answer != nil {
		if code, words := a.options.Answer(grant); code != "" {
			refuse(w, code, words)
			return
		}
	}
	if grant != "jwt-bearer" && !a.known(r) {
		refuse(w, "invalid_client", "the client's secret is wrong: "+r.PostFormValue("client_secret"))
		return
	}
	switch grant {
	case "client_credentials":
		a.give(w, "", false)
	case "refresh_token":
		a.renew(w, r.PostFormValue("refresh_token"))
	case "authorization_code":
		a.redeem(w, r)
	case "device_code":
		a.poll(w, r.PostFormValue("device_code"))
	case "jwt-bearer":
		a.assert(w, r)
	default:
		refuse(w, "unsupported_grant_type", grant)
	}
}

// give answers with a fresh access token, and a refresh token if asked.
func (a *Authorization) give(w http.ResponseWriter, account string, refresh bool) {
	token, _ := a.issue(account)
	body := map[string]any{"access_token": token, "token_type": "Bearer", "expires_in": int(a.options.Lifetime.Seconds())}
	if refresh && !a.options.NoRefresh {
		r := "refresh-" + rand.Text()
		a.refresh[r] = account
		body["refresh_token"] = r
	}
	answerJSON(w, http.StatusOK, body)
}

func (a *Authorization) renew(w http.ResponseWriter, token string) {
	account, ok := a.refresh[token]
	if reused, was := a.used[token]; was {
		a.revoke(reused) // somebody has stolen one of the two (RFC 9700, section 4.14.2)
	}
	if !ok {
		refuse(w, "invalid_grant", "the refresh token is not valid: "+token)
		return
	}
	if a.options.Rotate {
		delete(a.refresh, token)
		a.used[token] = account
	}
	a.give(w, account, a.options.Rotate)
}

func (a *Authorization) redeem(w http.ResponseWriter, r *http.Request) {
	code, ok := a.codes[r.PostFormValue("code")]
	delete(a.codes, r.PostFormValue("code"))
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if !ok || code.challenge != base64.RawURLEncoding.EncodeToString(sum[:]) || code.redirect != r.PostFormValue("redirect_uri") {
		refuse(w, "invalid_grant", "the code is not valid")
		return
	}
	a.give(w, code.account, true)
}

// authorize is the page where somebody signs in, as the one whom the client suggests.
func (a *Authorization) authorize(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	q := r.URL.Query()
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || q.Get("client_id") != a.options.ClientID || q.Get("code_challenge_method") != "S256" || q.Get("response_type") != "code" {
		http.Error(w, "no such client, or no PKCE", http.StatusBadRequest)
		return
	}
	answer := url.Values{"state": {q.Get("state")}}
	if a.options.Decline {
		answer.Set("error", "access_denied")
	} else {
		code := rand.Text()
		a.codes[code] = grantCode{q.Get("login_hint"), q.Get("code_challenge"), q.Get("redirect_uri")}
		answer.Set("code", code)
	}
	back.RawQuery = answer.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}

func (a *Authorization) device(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if r.PostFormValue("client_id") != a.options.ClientID {
		refuse(w, "invalid_client", "")
		return
	}
	code := rand.Text()
	d := &device{userCode: code[:8], until: time.Now().Add(15 * time.Minute), interval: a.options.Interval, polled: time.Now()}
	a.devices[code] = d
	answerJSON(w, http.StatusOK, map[string]any{"device_code": code, "user_code": d.userCode, "expires_in": 900,
		"verification_uri": "https://login.example/device", "interval": int(a.options.Interval.Seconds())})
}

func (a *Authorization) poll(w http.ResponseWriter, code string) {
	d := a.devices[code]
	now := time.Now()
	switch {
	case d == nil:
		refuse(w, "invalid_grant", "there is no such device")
		return
	case now.After(d.until):
		refuse(w, "expired_token", "")
		return
	case now.Sub(d.polled) < d.interval:
		d.interval += 5 * time.Second
		refuse(w, "slow_down", "")
	case d.declined:
		refuse(w, "access_denied", "")
	case d.account == "":
		refuse(w, "authorization_pending", "")
	default:
		delete(a.devices, code)
		a.give(w, d.account, true)
	}
	d.polled = now
}

// assert takes a service account's signed claims (RFC 7523, section 3).
func (a *Authorization) assert(w http.ResponseWriter, r *http.Request) {
	parts := strings.Split(r.PostFormValue("assertion"), ".")
	if len(parts) != 3 || a.options.ServiceKey == nil {
		refuse(w, "invalid_grant", "no assertion")
		return
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	signature, _ := base64.RawURLEncoding.DecodeString(parts[2])
	payload, _ := base64.RawURLEncoding.DecodeString(parts[1])
	var claims struct {
		Iss, Sub, Aud, Scope string
		Exp                  int64
	}
	bad := json.Unmarshal(payload, &claims)
	if rsa.VerifyPKCS1v15(a.options.ServiceKey, crypto.SHA256, sum[:], signature) != nil || bad != nil ||
		claims.Iss != a.options.ClientID || !strings.HasSuffix(claims.Aud, "/token") || time.Now().Unix() > claims.Exp {
		refuse(w, "invalid_grant", "Invalid JWT Signature.")
		return
	}
	a.give(w, claims.Sub, false)
}

// introspect tells a mail server whose token it was given.
func (a *Authorization) introspect(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	g, ok := a.access[r.PostFormValue("token")]
	if !ok || time.Now().After(g.until) {
		answerJSON(w, http.StatusOK, map[string]any{"active": false})
		return
	}
	answerJSON(w, http.StatusOK, map[string]any{"active": true, "username": g.account, "exp": g.until.Unix(), "scope": "mail"})
}
