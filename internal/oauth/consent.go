package oauth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"
)

// Code is what somebody types at an address, on any machine, to let the bot in.
type Code struct {
	Address, Code string
	Until         time.Time // zero: not known
}

// ByDevice obtains a token by the device flow (RFC 8628): show is told what to type where, and the server is asked, as
// often as it likes, until somebody has.
func ByDevice(ctx context.Context, a Application, client *http.Client, show func(Code)) (*oauth2.Token, error) {
	ctx = context.WithValue(ctx, oauth2.HTTPClient, client)
	c := a.config()
	device, err := c.DeviceAuth(ctx)
	if err != nil {
		return nil, a.consentFailure(err)
	}
	show(Code{Address: device.VerificationURI, Code: device.UserCode, Until: device.Expiry})
	token, err := c.DeviceAccessToken(ctx, device)
	if errors.Is(err, context.DeadlineExceeded) && !device.Expiry.IsZero() {
		return nil, fmt.Errorf("%s: nobody has typed the code in time: begin again", a.Login)
	}
	if err != nil {
		return nil, a.consentFailure(err)
	}
	return token, nil
}

// consentFailure says why somebody's consent did not come about.
func (a Application) consentFailure(err error) error {
	err = a.failure(err)
	var r *Refused
	if !errors.As(err, &r) {
		return err
	}
	switch r.Code {
	case "access_denied", "authorization_declined": // the latter is Microsoft's
		r.Remedy = "somebody has declined: begin again if that was a mistake"
	case "expired_token", "code_expired":
		r.Remedy = "nobody has typed the code in time: begin again"
	case "invalid_grant":
		r.Remedy = "the code was used before or has lapsed: begin again"
	}
	return r
}

// Browser is a consent by a browser that is sent back to this machine (RFC 8252, section 7.3), or whose last address
// somebody pastes here.
type Browser struct {
	URL string // what to open

	app      Application
	config   *oauth2.Config
	client   *http.Client
	listener net.Listener
	state    string
	verifier string // PKCE
}

// ByBrowser begins a consent whose redirect arrives at a listener of the loopback interface. Account is suggested to the
// server as the one to sign in with.
func ByBrowser(a Application, client *http.Client, listener net.Listener) *Browser {
	b := &Browser{app: a, config: a.config(), client: client, listener: listener, state: rand.Text(), verifier: oauth2.GenerateVerifier()}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	b.config.RedirectURL = "http://" + net.JoinHostPort(a.Loopback, port) + "/"
	options := []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(b.verifier), oauth2.SetAuthURLParam("login_hint", a.Account)}
	for name, value := range a.AuthParams {
		options = append(options, oauth2.SetAuthURLParam(name, value))
	}
	b.URL = b.config.AuthCodeURL(b.state, options...)
	return b
}

// answer is where the browser was sent back to, or why there is no such.
type answer struct {
	code string
	err  error
}

// Wait waits for the browser, or for an address on pasted (nil: none will come), and exchanges the code in it for a token.
// What is no answer to this consent is told to complain, and waited on.
func (b *Browser) Wait(ctx context.Context, pasted <-chan string, complain func(error)) (*oauth2.Token, error) {
	answers := make(chan answer, 1)
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.serve(w, r, answers)
	})}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = server.Serve(b.listener) }() // until Shutdown
	defer func() {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = server.Shutdown(last) // the browser gets its page
		_ = server.Close()
		<-ended
	}()
	for {
		select {
		case a := <-answers:
			return b.exchange(ctx, a)
		case address, open := <-pasted:
			if !open {
				pasted = nil
				continue
			}
			a := b.read(address)
			if errors.Is(a.err, errForeign) {
				complain(a.err)
				continue
			}
			return b.exchange(ctx, a)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// errForeign marks an address that does not belong to this consent.
var errForeign = errors.New("this is not the address that the browser was sent to")

// read takes an address apart that the browser was sent to.
func (b *Browser) read(address string) answer {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return answer{err: fmt.Errorf("%w: copy all of it, from http:// on", errForeign)}
	}
	q := u.Query()
	switch code, refusal := q.Get("code"), q.Get("error"); {
	case subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(b.state)) != 1:
		return answer{err: fmt.Errorf("%w: copy all of it, from http:// on, and from the page that this URL led to", errForeign)}
	case refusal != "":
		return answer{err: &oauth2.RetrieveError{ErrorCode: refusal, ErrorDescription: q.Get("error_description")}}
	case code == "":
		return answer{err: fmt.Errorf("%w: it has no code in it", errForeign)}
	default:
		return answer{code: code}
	}
}

// serve answers the browser. What does not belong to this consent is somebody else's, and changes nothing.
func (b *Browser) serve(w http.ResponseWriter, r *http.Request, answers chan<- answer) {
	a := b.read(r.URL.String())
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if errors.Is(a.err, errForeign) {
		http.Error(w, "This page is for the sign-in that triaged has begun, and this is not it.", http.StatusNotFound)
		return
	}
	word := "Signed in. Close this page and go back to the terminal: triaged is checking it."
	if a.err != nil {
		word = "Not signed in. The terminal says more."
	}
	fmt.Fprintln(w, word)
	select {
	case answers <- a:
	default: // the page was loaded again
	}
}

func (b *Browser) exchange(ctx context.Context, a answer) (*oauth2.Token, error) {
	if a.err != nil {
		return nil, b.app.consentFailure(a.err)
	}
	ctx = context.WithValue(ctx, oauth2.HTTPClient, b.client)
	token, err := b.config.Exchange(ctx, a.code, oauth2.VerifierOption(b.verifier))
	if err != nil {
		return nil, b.app.consentFailure(err)
	}
	return token, nil
}
