package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"golang.org/x/oauth2"
)

// margin is how long before its end a token is renewed; of a short-lived one, a tenth of its life.
const margin = 5 * time.Minute

// Source gives the access tokens of one application and account. Its methods may be called from several goroutines, and
// several Sources may share a file.
type Source struct {
	app    Application
	client *http.Client
	file   file
	turn   chan struct{} // holds a token while nobody asks
}

// Open returns the source whose tokens are kept in a directory, which is made when there is something to keep.
func Open(a Application, dir string, client *http.Client) *Source {
	s := &Source{app: a, client: client, file: fileOf(dir, a), turn: make(chan struct{}, 1)}
	s.turn <- struct{}{}
	return s
}

// Token returns a token that is valid for a while yet. Its error is a *Refused if the server, or the lack of a consent, says
// no.
func (s *Source) Token(ctx context.Context) (string, error) { return s.get(ctx, "") }

// Renew returns another token than one that a mail server has refused.
func (s *Source) Renew(ctx context.Context, refused string) (string, error) {
	return s.get(ctx, refused)
}

func (s *Source) get(ctx context.Context, refused string) (string, error) {
	select {
	case <-s.turn:
		defer func() { s.turn <- struct{}{} }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	k, err := s.file.read()
	if err != nil || k.good(time.Now(), refused) {
		return k.Access, err
	}
	unlock, err := s.file.lock(ctx)
	if err != nil {
		return "", err
	}
	defer unlock()
	if k, err = s.file.read(); err != nil || k.good(time.Now(), refused) { // somebody else has renewed it meanwhile
		return k.Access, err
	}
	fresh, err := s.renew(ctx, k)
	if err != nil && k.lasts(time.Now(), refused) && !errors.As(err, new(*Refused)) {
		return k.Access, nil // the server will be back before it ends
	}
	return fresh.Access, err
}

// renew asks the server, and keeps its answer. Under the file's lock.
func (s *Source) renew(ctx context.Context, k kept) (kept, error) {
	if s.app.Grant == RefreshToken && k.Refresh == "" {
		return kept{}, s.app.unsigned()
	}
	start := time.Now()
	token, err := s.app.source(context.WithValue(ctx, oauth2.HTTPClient, s.client), k.Refresh).Token()
	if err != nil {
		return kept{}, s.app.failure(err, k.Refresh)
	}
	fresh := keepable(token, start)
	if fresh.Refresh == "" {
		fresh.Refresh = k.Refresh
	}
	// A crash here loses a refresh token that the server may have put in place of the old one: it asks for a new consent.
	return fresh, s.file.write(fresh)
}

// Keep keeps what somebody's consent has brought, for this process and all others.
func (s *Source) Keep(ctx context.Context, token *oauth2.Token) error {
	if token.RefreshToken == "" {
		return fmt.Errorf("%s: the server gives no refresh token, so the bot would be logged out within the hour: allow the "+
			"application offline access", s.app.Login)
	}
	unlock, err := s.file.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	return s.file.write(keepable(token, time.Now()))
}

// kept is what is on the disk.
type kept struct {
	Account  string    `json:"account"` // for people who look at the file
	Access   string    `json:"access_token"`
	Refresh  string    `json:"refresh_token,omitempty"`
	Obtained time.Time `json:"obtained_at"`
	Expires  time.Time `json:"expires_at,omitzero"` // zero: nobody knows
}

func keepable(t *oauth2.Token, asked time.Time) kept {
	k := kept{Access: t.AccessToken, Refresh: t.RefreshToken, Obtained: asked.UTC()}
	if !t.Expiry.IsZero() {
		k.Expires = t.Expiry.UTC()
	}
	return k
}

// lasts tells whether a token can be used at all. One from the future was got by a clock that has been set back since: when
// it ends is not known.
func (k kept) lasts(now time.Time, refused string) bool {
	return k.Access != "" && k.Access != refused && !k.Obtained.After(now.Add(time.Minute)) &&
		(k.Expires.IsZero() || now.Before(k.Expires))
}

// good tells whether a token need not be renewed yet.
func (k kept) good(now time.Time, refused string) bool {
	early := min(margin, k.Expires.Sub(k.Obtained)/10)
	return k.lasts(now, refused) && (k.Expires.IsZero() || now.Before(k.Expires.Add(-early)))
}
