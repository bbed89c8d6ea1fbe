package oauth_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/oauth2"

	"triaged/internal/inprocess"
	"triaged/internal/oauth"
)

// keeps tells whether what a consent brought serves the bot, for hours.
func (p *place) keeps(t *testing.T, token *oauth2.Token) {
	t.Helper()
	p.app.Grant = oauth.RefreshToken
	s := p.open()
	if err := s.Keep(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	p.token(t, s)
	time.Sleep(2 * time.Hour)
	p.token(t, s)
}

func TestDeviceFlow(t *testing.T) {
	for name, test := range map[string]struct {
		after    time.Duration // when the code is typed; 0: never
		declined bool
		want     string // in the error
	}{
		"signed in": {after: 72 * time.Second},
		"declined":  {72 * time.Second, true, "access_denied: somebody has declined: begin again if that was a mistake"},
		"never":     {want: "nobody has typed the code in time: begin again"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPlace(t, inprocess.AuthorizationOptions{Rotate: true})
				var shown oauth.Code
				token, err := oauth.ByDevice(t.Context(), p.app, p.client, func(c oauth.Code) {
					shown = c
					if test.after > 0 {
						time.AfterFunc(test.after, func() { p.Type(c.Code, account, test.declined) })
					}
				})
				if shown.Address != "https://login.example/device" || len(shown.Code) != 8 || shown.Until.IsZero() {
					t.Errorf("shown: %+v", shown)
				}
				if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
					t.Fatalf("error %v", err)
				}
				if err == nil {
					p.keeps(t, token)
				}
			})
		})
	}
}

// A server that finds us too fast is asked at longer distances, and in the end answers.
func TestDeviceFlowSlowsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := 3
		p := newPlace(t, inprocess.AuthorizationOptions{Answer: func(grant string) (string, string) {
			if slow--; grant == "device_code" && slow >= 0 {
				return "slow_down", ""
			}
			return "", ""
		}})
		start := time.Now()
		_, err := oauth.ByDevice(t.Context(), p.app, p.client, func(c oauth.Code) { p.Type(c.Code, account, false) })
		if took := time.Since(start); err != nil || took != (5+10+15+20)*time.Second {
			t.Errorf("%v after %v", err, took)
		}
	})
}

// browse begins a consent by browser, over real connections, and follows its URL as a browser does. It returns the last
// address, which the browser shows, and opens it if told.
func browse(t *testing.T, o inprocess.AuthorizationOptions, open bool) (p *place, b *oauth.Browser, address string) {
	t.Helper()
	o.ClientID, o.ClientSecret = "bot", secret
	p = &place{Authorization: inprocess.NewAuthorization(o), dir: t.TempDir(), client: oauth.Client(nil, nil)}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go p.Serve(l)
	t.Cleanup(func() { p.Close() })
	base := "http://" + l.Addr().String()
	p.app = oauth.Application{Login: "mailbox support", Account: account, Grant: oauth.RefreshToken, ClientID: "bot",
		ClientSecret: func() string { return secret }, TokenURL: base + "/token", AuthURL: base + "/authorize",
		AuthParams: map[string]string{"access_type": "offline"}, Loopback: "127.0.0.1"}
	back, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b = oauth.ByBrowser(p.app, p.client, back)
	if !strings.Contains(b.URL, "access_type=offline") {
		t.Errorf("the URL is %s", b.URL)
	}
	browser := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if open {
			return nil
		}
		address = r.URL.String()
		return http.ErrUseLastResponse
	}}
	if !open {
		r, err := browser.Get(b.URL)
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		return p, b, address
	}
	go func() {
		r, err := browser.Get(b.URL)
		if err != nil {
			t.Error(err)
			return
		}
		defer r.Body.Close()
		if page, err := io.ReadAll(r.Body); err != nil || !strings.Contains(strings.ToLower(string(page)), "signed in") {
			t.Errorf("the page says %q, %v", page, err)
		}
	}()
	return p, b, ""
}

func TestBrowserComesBack(t *testing.T) {
	p, b, _ := browse(t, inprocess.AuthorizationOptions{}, true)
	token, err := b.Wait(t.Context(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.open().Keep(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	p.token(t, p.open())
}

// On a server without a browser, the address that a browser elsewhere could not open is pasted; another's is not taken.
func TestAddressIsPasted(t *testing.T) {
	p, b, address := browse(t, inprocess.AuthorizationOptions{}, false)
	pasted := make(chan string, 9)
	for _, line := range []string{"", "hello", "http://127.0.0.1/?code=x", "http://127.0.0.1/?code=x&state=y", ":", " " + address + "\n"} {
		pasted <- line
	}
	close(pasted)
	complaints := 0
	token, err := b.Wait(t.Context(), pasted, func(error) { complaints++ })
	if err != nil || complaints != 5 {
		t.Fatalf("%v, %d complaints", err, complaints)
	}
	if err := p.open().Keep(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	p.token(t, p.open())
}

func TestBrowserDeclines(t *testing.T) {
	_, b, _ := browse(t, inprocess.AuthorizationOptions{Decline: true}, true)
	if _, err := b.Wait(t.Context(), nil, nil); err == nil || !strings.Contains(err.Error(), "access_denied: somebody has declined") {
		t.Errorf("error %v", err)
	}
}

// Whoever else on the machine finds the port gets nothing, and ends nothing.
func TestForeignRequest(t *testing.T) {
	_, b, address := browse(t, inprocess.AuthorizationOptions{}, false)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { _, err := b.Wait(ctx, nil, nil); done <- err }()
	foreign := address[:strings.Index(address, "state=")] + "state=guess"
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	r, err := client.Get(foreign)
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r.StatusCode != http.StatusNotFound {
		t.Errorf("answered with %s", r.Status)
	}
	cancel()
	if err := <-done; err != context.Canceled {
		t.Errorf("error %v", err)
	}
}

// An application that gets no refresh token would be logged out within the hour: that is said at once.
func TestNoRefreshToken(t *testing.T) {
	p, b, _ := browse(t, inprocess.AuthorizationOptions{NoRefresh: true}, true)
	token, err := b.Wait(t.Context(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.open().Keep(t.Context(), token); err == nil || !strings.Contains(err.Error(), "no refresh token") {
		t.Errorf("error %v", err)
	}
}
