package oauth_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"triaged/internal/inprocess"
	"triaged/internal/memnet"
	"triaged/internal/oauth"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	account = "support@school.example"
	server  = "login.example:80"
	secret  = "hunter2-of-the-application"
)

// place is an authorization server, and an application that it knows.
type place struct {
	*inprocess.Authorization
	app    oauth.Application
	client *http.Client
	dir    string
}

func newPlace(t *testing.T, o inprocess.AuthorizationOptions) *place {
	t.Helper()
	o.ClientID = "bot"
	if o.ClientSecret == "" {
		o.ClientSecret = secret
	}
	p := &place{Authorization: inprocess.NewAuthorization(o), dir: filepath.Join(t.TempDir(), "tokens")}
	network := new(memnet.Network)
	l, err := network.Listen(server)
	if err != nil {
		t.Fatal(err)
	}
	go p.Serve(l)
	t.Cleanup(func() { p.Close() })
	p.client = oauth.Client(network.Dial, nil)
	p.app = oauth.Application{
		Login: "mailbox support", Account: account, Grant: oauth.ClientCredentials,
		ClientID: "bot", ClientSecret: func() string { return secret }, Loopback: "127.0.0.1",
		TokenURL: "http://" + server + "/token", AuthURL: "http://" + server + "/authorize", DeviceURL: "http://" + server + "/device",
	}
	return p
}

func (p *place) open() *oauth.Source { return oauth.Open(p.app, p.dir, p.client) }

// consented makes the application one for which somebody has signed in.
func (p *place) consented(t *testing.T) *oauth.Source {
	t.Helper()
	p.app.Grant = oauth.RefreshToken
	p.sign(t, p.Consent(account))
	return p.open()
}

// sign puts a refresh token where `triaged login` would.
func (p *place) sign(t *testing.T, refresh string) {
	t.Helper()
	if err := oauth.KeepRefresh(p.open(), refresh); err != nil {
		t.Fatal(err)
	}
}

func (p *place) token(t *testing.T, s *oauth.Source) string {
	t.Helper()
	token, err := s.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !p.Valid(account, token) {
		t.Errorf("the server does not know the token")
	}
	return token
}

func TestGrants(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	text := string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}))
	for _, grant := range []oauth.Grant{oauth.ClientCredentials, oauth.RefreshToken, oauth.ServiceAccount} {
		for _, inParams := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				p := newPlace(t, inprocess.AuthorizationOptions{ServiceKey: &key.PublicKey})
				p.app.Grant, p.app.InParams = grant, inParams
				if grant == oauth.ServiceAccount {
					p.app.ClientSecret = func() string { return text }
				}
				p.sign(t, p.Consent(account))
				s := p.open()
				first := p.token(t, s)
				if again := p.token(t, s); again != first {
					t.Errorf("%s: a token that lasts was renewed", grant)
				}
				if other := p.token(t, p.open()); other != first {
					t.Errorf("%s: a token that lasts was not found again", grant)
				}
			})
		}
	}
}

// A token is renewed before it ends, early enough for a session to be opened with it.
func TestRenewedInTime(t *testing.T) {
	for life, want := range map[time.Duration]time.Duration{time.Hour: 55 * time.Minute, 10 * time.Minute: 9 * time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			p := newPlace(t, inprocess.AuthorizationOptions{Lifetime: life})
			s := p.open()
			start := time.Now()
			for first := p.token(t, s); p.token(t, s) == first; {
				time.Sleep(time.Second)
			}
			if after := time.Since(start); after != want {
				t.Errorf("renewed after %v of %v", after, life)
			}
		})
	}
}

// However many want a token at once, in one process or several, one asks the server; also with a server that takes each
// refresh token once.
func TestRenewedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlace(t, inprocess.AuthorizationOptions{Rotate: true})
		s := p.consented(t)
		old := p.token(t, s)
		var all sync.WaitGroup
		tokens := make([]string, 40)
		for i := range tokens {
			if i%8 == 0 {
				s = p.open()
			}
			source := s
			all.Go(func() {
				var err error
				if tokens[i], err = source.Renew(t.Context(), old); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		for _, token := range tokens {
			if token != tokens[0] || token == old {
				t.Errorf("tokens differ: %q", tokens)
				break
			}
		}
		if n := p.Requests("refresh_token"); n != 2 {
			t.Errorf("the server was asked %d times", n)
		}
	})
}

// With a server that takes each refresh token once, the newest is always the one on the disk.
func TestRotationIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlace(t, inprocess.AuthorizationOptions{Rotate: true})
		s := p.consented(t)
		for range 5 {
			p.token(t, s)
			time.Sleep(time.Hour)
			s = p.open() // as after a restart
		}
		if n := p.Requests("refresh_token"); n != 5 {
			t.Errorf("the server was asked %d times", n)
		}
	})
}

// A server that is away does not end a token before its time, and one that is back is asked again.
func TestServerAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		away := false
		p := newPlace(t, inprocess.AuthorizationOptions{Answer: func(string) (string, string) {
			if away {
				return "temporarily_unavailable", "maintenance"
			}
			return "", ""
		}})
		s := p.open()
		first := p.token(t, s)
		away = true
		time.Sleep(57 * time.Minute)
		if p.token(t, s) != first {
			t.Error("the token had three minutes yet")
		}
		time.Sleep(4 * time.Minute)
		_, err := s.Token(t.Context())
		if err == nil || errors.As(err, new(*oauth.Refused)) || !strings.Contains(err.Error(), "for now: 400 temporarily_unavailable maintenance") {
			t.Errorf("error %v", err)
		}
		transport := p.client.Transport.(*http.Transport)
		dial := transport.DialContext
		transport.DialContext = new(memnet.Network).Dial // nobody is there
		if _, err = s.Token(t.Context()); err == nil || errors.As(err, new(*oauth.Refused)) || !strings.Contains(err.Error(), "ask login.example:80") {
			t.Errorf("error %v", err)
		}
		away, transport.DialContext = false, dial
		p.token(t, s)
	})
}

// A clock that was ahead leaves a token that seems to last; it is not believed.
func TestClockSetBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlace(t, inprocess.AuthorizationOptions{})
		s := p.consented(t)
		first := p.token(t, s)
		files, _ := filepath.Glob(filepath.Join(p.dir, "*.json"))
		text, err := os.ReadFile(files[0])
		if err != nil {
			t.Fatal(err)
		}
		year := time.Now().UTC().Format("2006-")
		ahead := strings.ReplaceAll(string(text), year, time.Now().UTC().AddDate(1, 0, 0).Format("2006-"))
		if err := os.WriteFile(files[0], []byte(ahead), 0o600); err != nil {
			t.Fatal(err)
		}
		if p.token(t, s) == first {
			t.Error("a token from the future is believed")
		}
	})
}

func TestRefusals(t *testing.T) {
	for name, test := range map[string]struct {
		grant       oauth.Grant
		code, words string
		want        string
	}{
		"revoked": {oauth.RefreshToken, "invalid_grant", "AADSTS50173: The provided grant has expired due to it being revoked.\r\nTrace ID: 1", `mailbox support gets no access token: invalid_grant (AADSTS50173: The provided grant has expired due to it being revoked. Trace ID: 1): ` +
			"the consent of support@school.example was revoked or has lapsed: run `triaged login support` on the bot's machine and sign in again (a new password asks for that, too)"},
		"expired secret": {oauth.ClientCredentials, "invalid_client", "AADSTS7000222: The provided client secret keys are expired.", "mailbox support gets no access token: " +
			"invalid_client (AADSTS7000222: The provided client secret keys are expired.): the application's client secret has expired: make a new one at the provider, and put it where client_secret is configured"},
		"wrong secret": {oauth.ClientCredentials, "invalid_client", secret + " is wrong", "mailbox support gets no access token: invalid_client ((secret) is wrong): the client id or " +
			"the client secret is wrong, or the secret has expired: look at both in the provider's console"},
		"policy": {oauth.RefreshToken, "interaction_required", "AADSTS53003: Access has been blocked by Conditional Access policies.", "mailbox support gets no access token: " +
			"interaction_required (AADSTS53003: Access has been blocked by Conditional Access policies.): a policy of your directory forbids it: ask its administrator to let this application in"},
		"not permitted": {oauth.ClientCredentials, "unauthorized_client", "", "mailbox support gets no access token: unauthorized_client: let an administrator grant the application " +
			"its mail permissions (IMAP.AccessAsApp, SMTP.SendAsApp), with admin consent"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPlace(t, inprocess.AuthorizationOptions{Answer: func(string) (string, string) { return test.code, test.words }})
				p.app.Grant = test.grant
				p.sign(t, p.Consent(account))
				_, err := p.open().Token(t.Context())
				var r *oauth.Refused
				if !errors.As(err, &r) || err.Error() != test.want {
					t.Errorf("error %v", err)
				}
			})
		})
	}
}

// A consent that was revoked, or never given, is mended by a new one, without a restart.
func TestNewConsentReachesARunningBot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlace(t, inprocess.AuthorizationOptions{})
		p.app.Grant = oauth.RefreshToken
		s := p.open()
		var r *oauth.Refused
		if _, err := s.Token(t.Context()); !errors.As(err, &r) || r.Code != "no_consent" || p.Requests("refresh_token") != 0 {
			t.Errorf("error %v", err)
		}
		p.sign(t, p.Consent(account))
		old := p.token(t, s)
		p.Revoke("")
		if _, err := s.Renew(t.Context(), old); !errors.As(err, &r) || r.Code != "invalid_grant" {
			t.Errorf("error %v", err)
		}
		p.sign(t, p.Consent(account))
		p.token(t, s)
	})
}

// Tokens lie in files that their owner alone can read, and none that others could read is used.
func TestFilesArePrivate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlace(t, inprocess.AuthorizationOptions{Rotate: true})
		s := p.consented(t)
		p.token(t, s)
		err := filepath.WalkDir(p.dir, func(path string, e fs.DirEntry, err error) error {
			if info, err := e.Info(); err != nil || info.Mode().Perm()&0o077 != 0 {
				t.Errorf("%s: %v, %v", path, info.Mode(), err)
			}
			if !e.IsDir() && !strings.HasSuffix(path, ".lock") && !strings.HasSuffix(path, ".json") {
				t.Errorf("%s was left behind", path)
			}
			if strings.HasSuffix(path, ".json") {
				if !strings.HasPrefix(e.Name(), "support@school.example-") {
					t.Errorf("whose is %s?", path)
				}
				return os.Chmod(path, 0o640)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Token(t.Context()); err == nil || !strings.Contains(err.Error(), "can be read by others: mend it with: chmod 600") {
			t.Errorf("error %v", err)
		}
	})
}

// Root may sign in for a bot that runs as somebody else.
func TestFilesBelongToTheBot(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	synctest.Test(t, func(t *testing.T) {
		p := newPlace(t, inprocess.AuthorizationOptions{})
		if err := os.Chown(filepath.Dir(p.dir), 65534, 65534); err != nil {
			t.Fatal(err)
		}
		p.token(t, p.open())
		err := filepath.WalkDir(p.dir, func(path string, e fs.DirEntry, err error) error {
			if info, err := e.Info(); err != nil || info.Sys().(*syscall.Stat_t).Uid != 65534 {
				t.Errorf("%s is not the bot's, %v", path, err)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// What is broken is as good as nothing.
func TestBrokenFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlace(t, inprocess.AuthorizationOptions{})
		s := p.open()
		p.token(t, s)
		files, _ := filepath.Glob(filepath.Join(p.dir, "*.json"))
		for _, text := range []string{"", "{", `{"access_token": 3}`, `{"access_token": ""}`} {
			if err := os.WriteFile(files[0], []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			p.token(t, s)
		}
	})
}

func TestNothingPrintsASecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlace(t, inprocess.AuthorizationOptions{ClientSecret: "another"}) // and the server repeats what it was told
		p.app.Grant = oauth.RefreshToken
		p.sign(t, "refresh-hunter2")
		s := p.open()
		_, err := s.Token(t.Context())
		printed := fmt.Sprintf("%v %+v %#v %v %+v %#v", p.app, p.app, p.app, s, s, s)
		if err == nil || strings.Contains(err.Error()+printed, "hunter2") {
			t.Errorf("%v\n%s", err, printed)
		}
		p.app.ClientSecret = func() string { return "another" }
		if _, err = p.open().Token(t.Context()); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%v", err)
		}
	})
}

func TestWaitersEndWithTheirContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlace(t, inprocess.AuthorizationOptions{})
		p.client.Transport.(*http.Transport).DialContext = memnet.Faulty(p.client.Transport.(*http.Transport).DialContext,
			func(int) memnet.Fault { return memnet.Fault{Kind: memnet.Stall} })
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		var all sync.WaitGroup
		s := p.open()
		for _, s := range []*oauth.Source{s, s, p.open()} {
			all.Go(func() {
				if _, err := s.Token(ctx); err == nil {
					t.Error("a token came from nowhere")
				}
			})
		}
		all.Wait()
		if took := time.Since(start); took != time.Second {
			t.Errorf("it took %v", took)
		}
	})
}
