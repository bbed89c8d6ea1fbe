package realserver_test

import (
	"context"
	"net"
	"testing"
	"time"

	"triaged/internal/inprocess"
	"triaged/internal/mailbox"
	"triaged/internal/oauth"
	"triaged/internal/realserver"
)

// watchOnce watches until the mailbox was looked through, or cannot be, and says how that went.
func watchOnce(t *testing.T, s mailbox.Settings) (last mailbox.Status) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // a limit, not a wait
	defer cancel()
	s.Observe = func(now mailbox.Status) {
		if ctx.Err() != nil {
			return
		}
		if last = now; now.Err != nil || !now.Polled.IsZero() {
			cancel()
		}
	}
	_ = mailbox.Watch(ctx, s, taker{}) // ends with the context
	return last
}

// taker leaves every mail where it is.
type taker struct{}

func (taker) Accounted(_ context.Context, _ mailbox.Folder, l []mailbox.Listed) ([]mailbox.Disposition, error) {
	return make([]mailbox.Disposition, len(l)), nil
}

func (taker) Accept(_ context.Context, _ mailbox.Folder, m []mailbox.Mail) ([]mailbox.Disposition, error) {
	return make([]mailbox.Disposition, len(m)), nil
}

// Dovecot takes our tokens as its own OAuth2 passdb finds them valid, and has another shown when one is not.
func TestDovecotTakesTokens(t *testing.T) {
	for _, mechanism := range []string{"xoauth2", "oauthbearer"} {
		t.Run(mechanism, func(t *testing.T) { takesTokens(t, mechanism) })
	}
}

func takesTokens(t *testing.T, mechanism string) {
	server := inprocess.NewAuthorization(inprocess.AuthorizationOptions{ClientID: "bot", ClientSecret: "hunter2"})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go server.Serve(l)
	defer server.Close()
	base := "http://" + l.Addr().String()
	dovecot := realserver.DovecotWith(t, realserver.DovecotOptions{Introspect: base + "/introspect", Mechanism: mechanism})
	dovecot.Append("", time.Now(), []byte(story))

	app := oauth.Application{Login: "mailbox support", Account: realserver.User, Grant: oauth.RefreshToken, ClientID: "bot",
		ClientSecret: func() string { return "hunter2" }, TokenURL: base + "/token"}
	source := oauth.Open(app, t.TempDir(), oauth.Client(nil, nil))
	if err := source.Keep(t.Context(), server.Grant(realserver.User)); err != nil {
		t.Fatal(err)
	}
	settings := mailbox.Settings{Name: "support", Address: dovecot.TLSAddr, Security: "tls", TLS: dovecot.TLS(),
		Login: func(ctx context.Context) (mailbox.Credentials, error) {
			token, err := source.Token(ctx)
			return mailbox.Credentials{Username: realserver.User, Token: token, Renew: source.Renew}, err
		}}
	if s := watchOnce(t, settings); s.Err != nil || s.Polled.IsZero() {
		t.Errorf("with a good token: %+v", s)
	}
	server.Expire()
	if s := watchOnce(t, settings); s.Err != nil || s.Polled.IsZero() || server.Requests("refresh_token") != 1 {
		t.Errorf("with a token that has ended: %+v, renewed %d times", s, server.Requests("refresh_token"))
	}
	server.Revoke("")
	if s := watchOnce(t, settings); s.Err == nil {
		t.Errorf("with a consent that was revoked: %+v", s)
	}
}
