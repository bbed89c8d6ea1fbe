// Package delivery hands one mail to an SMTP server for one recipient, and says exactly what became of it.
//
// It guarantees that every Send ends within its time limit in one Result: the server took the mail, refused it for
// good, or it may be tried again; and, where the connection broke so late that nobody can know, that the result says
// so. It keeps one connection from mail to mail and opens a new one when that has died.
//
// It knows SMTP (RFC 5321), STARTTLS (RFC 3207), AUTH (RFC 4954), enhanced status codes (RFC 2034, RFC 3463), 8BITMIME
// (RFC 6152) and SMTPUTF8 (RFC 6531), and how the big providers say that it is enough. It must not know why a mail is sent, when to try again, or what to do about a
// refusal: its caller decides.
package delivery

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"time"
)

// Settings say which server to use and how. The zero value of a field with a default means that default.
type Settings struct {
	Address  string      // host:port
	Security string      // "tls", "starttls" or "none"
	TLS      *tls.Config // nil: the system's root certificates; ServerName defaults to the host of Address

	// Login is asked for credentials at each connection, so that tokens can be refreshed. nil: no AUTH.
	Login func(context.Context) (Credentials, error)

	Hello string // the name given in EHLO; default the host's name

	// Timeout is for one whole Send, connecting included, and a second more for each 32 KiB of the mail; default 2m. A server
	// that is silent for 50 s before the end of a mail has less.
	Timeout time.Duration

	// Dial opens the connection, without TLS; default net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Credentials log in to the server. With a Token, XOAUTH2 or OAUTHBEARER is used, else PLAIN or LOGIN, whichever is offered.
type Credentials struct {
	Username, Password, Token string

	// Renew gives another token once the server has refused this one; it is asked once a Send. nil: there is none.
	Renew func(ctx context.Context, refused string) (string, error)
}

// Format prints whose credentials they are, whatever the verb.
func (c Credentials) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "credentials of %q", c.Username) }

// Mail is one mail for one recipient.
type Mail struct {
	From string // envelope sender, without brackets; "": the null sender
	To   string // envelope recipient, without brackets
	Data []byte // a complete RFC 5322 mail with CRLF line ends
}

// Outcome says what became of a mail.
type Outcome int

// The outcomes of a Send.
const (
	Deferred Outcome = iota // not sent as far as known: try again later
	Sent                    // the server took responsibility for it
	Rejected                // the server refused it for good: trying again is pointless
)

// Result says what became of a mail, and why.
type Result struct {
	Outcome  Outcome
	Code     int    // the SMTP reply code that decided; 0: none, as with network errors
	Enhanced string // the enhanced status code such as "5.1.1"; "": none given
	Text     string // the server's words without codes, on one line
	Err      error  // nil if Sent; else what failed, in words for an operator

	// Uncertain: the connection broke between the end of the data and its reply, so the server may have the mail.
	// Sending it again needs the same Message-ID. Only with Deferred.
	Uncertain bool

	// Server: the trouble is the server's or the account's (unreachable, TLS, AUTH, sender refused, shutting down, too much
	// sent lately), so every other mail would meet it too. Only with Deferred.
	Server bool
}

// New returns a client for one server. It does not connect yet.
func New(s Settings) *Client { return newClient(s.complete()) }
