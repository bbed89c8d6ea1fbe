package delivery

import (
	"errors"
	"fmt"
	"net/textproto"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// step is how far a mail had come when something failed.
type step int

const (
	atMail step = iota // answer to MAIL
	atRcpt             // answer to RCPT
	atData             // answer to DATA
	inData             // while the mail was written
	atEnd              // answer to the final dot
)

func (s step) String() string {
	return [...]string{"MAIL", "RCPT", "DATA", "the mail's text", "the end of the mail"}[s]
}

// needLogin are replies that speak of the account rather than of a mail (RFC 4954, section 6).
var needLogin = []int{530, 534, 535, 538}

// failure says what a failed step makes of the mail, and sees to the connection: one that may be out of step with the server
// is dropped. Stale as in transact; with a connection that was just opened it means nothing.
func (c *Client) failure(at step, m Mail, err error) (result Result, stale bool) {
	var reply *textproto.Error
	if !errors.As(err, &reply) { // the connection broke, or what came was no SMTP
		c.drop()
		err = fmt.Errorf("the connection to %s broke at %v: %w", c.settings.Address, at, err)
		return Result{Err: err, Uncertain: at == atEnd, Server: at == atMail}, at == atMail
	}
	result = Result{Code: reply.Code}
	result.Enhanced, result.Text = words(reply.Msg)
	result.Err = fmt.Errorf("%s answered %v with %s", c.settings.Address, at, said(result))
	switch {
	case reply.Code == 421: // the server closes the connection (RFC 5321, section 3.8); to an idle one it said so earlier
		c.drop()
		result.Server = true
		return result, at == atMail
	case reply.Code < 400 || reply.Code > 599: // out of step
		c.drop()
		result.Server = true
		return result, false
	case slices.Contains(needLogin, reply.Code):
		result.Server = true
		if at == atMail { // a login that has lapsed, as those by tokens do: a new connection has a new one
			c.drop()
			return result, true
		}
	case throttled(at, result):
		result.Server = true
	case reply.Code >= 500 && at == atMail && m.From != "" && ascii(m.From) && ascii(m.To):
		result.Server = true // the desk's own address is refused, so every mail would be
	case reply.Code >= 500:
		result.Outcome = Rejected
	}
	if at != atEnd {
		if err := c.link.smtp.Reset(); err != nil {
			c.drop()
		}
	}
	return result, false
}

// unreachable is the result when no session came about.
func unreachable(err error) Result {
	result := Result{Server: true, Err: err}
	var reply *textproto.Error
	if errors.As(err, &reply) {
		result.Code = reply.Code
		result.Enhanced, result.Text = words(reply.Msg)
		if slices.Contains(needLogin, reply.Code) {
			result.Err = fmt.Errorf("%w; check username and password, and that the account may send by SMTP", err)
		}
	}
	return result
}

// enhanced is an enhanced status code at the start of a reply's line (RFC 2034, section 4).
var enhanced = regexp.MustCompile(`^([245]\.\d{1,3}\.\d{1,3})(?: +|$)`)

// maxText is how much of a server's words is kept, in bytes.
const maxText = 500

// words splits a reply's text, of which each line may bear the same enhanced code, into that code and one line of text.
func words(reply string) (code, text string) {
	var lines []string
	for line := range strings.Lines(reply) {
		line = strings.TrimSpace(line)
		if found := enhanced.FindStringSubmatch(line); found != nil {
			code, line = found[1], line[len(found[0]):]
		}
		lines = append(lines, line)
	}
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, strings.Join(lines, " "))
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "")
	}
	return code, strings.TrimSpace(text)
}

// said is a reply as people quote it.
func said(r Result) string {
	return strings.Join(strings.Fields(fmt.Sprint(r.Code, " ", r.Enhanced, " ", r.Text)), " ")
}
