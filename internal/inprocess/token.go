package inprocess

import (
	"bytes"
	"errors"
	"strings"

	"github.com/emersion/go-sasl"
)

// TokenLogin lets clients log in with OAuth 2.0 access tokens. The zero value lets nobody.
type TokenLogin struct {
	Valid      func(user, token string) bool // see Authorization.Valid
	Mechanisms []string                      // to offer: XOAUTH2, OAUTHBEARER; nil: both
}

const xoauth2 = "XOAUTH2"

func (t TokenLogin) mechanisms() []string {
	switch {
	case t.Valid == nil:
		return nil
	case t.Mechanisms == nil:
		return []string{xoauth2, sasl.OAuthBearer}
	}
	return t.Mechanisms
}

// server is the server's side of a mechanism, nil for others than those of tokens. Enter is told who comes in.
func (t TokenLogin) server(mechanism string, enter func(user string) error) sasl.Server {
	login := func(user, token string) error {
		if !t.Valid(user, token) {
			return errors.New("the token is not valid")
		}
		return enter(user)
	}
	switch mechanism {
	case xoauth2:
		return &xoauth2Server{login: login}
	case sasl.OAuthBearer:
		return sasl.NewOAuthBearerServer(func(o sasl.OAuthBearerOptions) *sasl.OAuthBearerError {
			if login(o.Username, o.Token) != nil {
				return &sasl.OAuthBearerError{Status: "invalid_token", Schemes: "bearer"}
			}
			return nil
		})
	}
	return nil
}

// xoauth2Server is the server's side of Google's and Microsoft's mechanism.
type xoauth2Server struct {
	login   func(user, token string) error
	refused error
}

// Next takes the client's one message, or its consent to being refused.
func (x *xoauth2Server) Next(response []byte) (challenge []byte, done bool, err error) {
	switch {
	case x.refused != nil && len(response) > 0:
		return nil, true, errors.New("a client has to answer the refusal with nothing")
	case x.refused != nil:
		return nil, true, x.refused
	case response == nil:
		return []byte{}, false, nil
	}
	user, token := "", ""
	for part := range bytes.SplitSeq(response, []byte{1}) {
		key, value, _ := strings.Cut(string(part), "=")
		switch key {
		case "user":
			user = value
		case "auth":
			token = strings.TrimPrefix(value, "Bearer ")
		}
	}
	if x.refused = x.login(user, token); x.refused != nil {
		return []byte(`{"status":"401","schemes":"bearer","scope":"https://mail.example/"}`), false, nil
	}
	return nil, true, nil
}
