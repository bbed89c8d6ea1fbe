package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"triaged/internal/inprocess"
)

const loginConfig = `[desk]
address = "support@school.example"
authserv_id = "mx.school.example"

[[mailbox]]
address = %[1]q
security = "none"
username = "support"
[mailbox.oauth2]
%[2]s

[smtp]
address = %[3]q
security = "none"
username = "support"
[smtp.oauth2]
%[2]s

[notify]
new_request = ["queue@school.example"]
operator = ["admin@school.example"]

[[staff]]
address = "lee@school.example"
role = "analyst"
`

// signIn runs `triaged login` with arguments, against servers of its own. What it prints goes to act line by line, which may
// type.
func signIn(t *testing.T, o inprocess.AuthorizationOptions, keys string, act func(line string, auth *inprocess.Authorization, keyboard io.Writer), args ...string) (code int, out, errors string) {
	t.Helper()
	o.ClientID, o.Interval = "bot", time.Second
	auth := inprocess.NewAuthorization(o)
	token := inprocess.TokenLogin{Valid: auth.Valid}
	imap := inprocess.NewIMAP(inprocess.IMAPOptions{Token: token}, map[string]string{"support": "none"})
	smtp := inprocess.NewSMTP(inprocess.SMTPOptions{Token: token})
	var addresses []any
	for _, server := range []interface {
		Serve(net.Listener) error
		Close() error
	}{imap, auth, smtp} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		go server.Serve(l)
		t.Cleanup(func() { server.Close() })
		addresses = append(addresses, l.Addr().String())
	}
	addresses[1] = strings.ReplaceAll("provider = \"custom\"\nclient_id = \"bot\"\ntoken_url = \"http://HERE/token\"\n"+keys, "HERE", addresses[1].(string))
	file := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(file, fmt.Appendf(nil, loginConfig, addresses...), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second) // a limit, not a wait
	defer cancel()
	screen, printed := io.Pipe()
	typed, keyboard := io.Pipe()
	defer keyboard.Close()
	var said, complained strings.Builder
	seen := make(chan struct{})
	go func() {
		defer close(seen)
		for lines := bufio.NewScanner(screen); lines.Scan(); {
			said.WriteString(lines.Text() + "\n")
			act(lines.Text(), auth, keyboard)
		}
	}()
	code = run(ctx, append([]string{"login", "-c", file}, args...), streams{typed, printed, &complained})
	printed.Close()
	<-seen
	if regexp.MustCompile(`(refresh|access)-[A-Z0-9]{10}`).MatchString(said.String() + complained.String()) {
		t.Errorf("a token was printed: %s%s", said.String(), complained.String())
	}
	return code, said.String(), complained.String()
}

const (
	codeKeys    = `device_url = "http://HERE/device"`
	browserKeys = `auth_url = "http://HERE/authorize"`
)

func TestLoginByCode(t *testing.T) {
	code := regexp.MustCompile(`^    ([A-Z0-9]{8})$`)
	for _, name := range []string{"support", "smtp"} {
		status, out, errors := signIn(t, inprocess.AuthorizationOptions{}, codeKeys, func(line string, auth *inprocess.Authorization, _ io.Writer) {
			if found := code.FindStringSubmatch(line); found != nil {
				auth.Type(found[1], "support", false)
			}
		}, name)
		if status != exitOK || !strings.Contains(out, "sign in as support") || !strings.HasSuffix(out, "lets the bot in. A running bot uses it from its next log-in on.\n") {
			t.Errorf("%s: status %d\n%s%s", name, status, out, errors)
		}
	}
}

func TestLoginAsSomebodyElse(t *testing.T) {
	code := regexp.MustCompile(`^    ([A-Z0-9]{8})$`)
	status, out, errors := signIn(t, inprocess.AuthorizationOptions{}, codeKeys, func(line string, auth *inprocess.Authorization, _ io.Writer) {
		if found := code.FindStringSubmatch(line); found != nil {
			auth.Type(found[1], "kim", false)
		}
	}, "smtp")
	if status != exitFailed || !strings.Contains(errors, "signed in, but it opens nothing") || !strings.Contains(errors, "was it as support?") {
		t.Errorf("status %d\n%s%s", status, out, errors)
	}
}

func TestLoginByBrowser(t *testing.T) {
	for _, paste := range []bool{false, true} {
		status, out, errors := signIn(t, inprocess.AuthorizationOptions{}, browserKeys+"\n"+codeKeys, func(line string, _ *inprocess.Authorization, keyboard io.Writer) {
			address := strings.TrimSpace(line)
			if !strings.HasPrefix(address, "http://") || !strings.Contains(address, "/authorize?") {
				return
			}
			last := ""
			browser := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
				if last = r.URL.String(); paste {
					return http.ErrUseLastResponse
				}
				return nil
			}}
			r, err := browser.Get(address)
			if err != nil {
				t.Error(err)
				return
			}
			r.Body.Close()
			if paste {
				go fmt.Fprintln(keyboard, last)
			}
		}, "support", "--browser")
		if status != exitOK || !strings.Contains(out, "ssh -L ") || !strings.Contains(out, "lets the bot in") {
			t.Errorf("status %d\n%s%s", status, out, errors)
		}
	}
}

func TestLoginThatIsNotToBe(t *testing.T) {
	nothing := func(string, *inprocess.Authorization, io.Writer) {}
	for _, test := range []struct {
		keys, name string
		status     int
		want       string
	}{
		{codeKeys, "", exitUsage, "which log-in? Name one of: smtp, support"},
		{codeKeys, "suport", exitUsage, `there is no log-in by OAuth2 called "suport"; those that somebody signs in for: smtp, support`},
		{`client_secret = "x"`, "", exitFailed, `nobody needs to sign in: no [mailbox.oauth2] or [smtp.oauth2] has the grant "refresh-token"`},
	} {
		args := []string{test.name}
		if test.name == "" {
			args = nil
		}
		status, out, errors := signIn(t, inprocess.AuthorizationOptions{}, test.keys, nothing, args...)
		if status != test.status || !strings.Contains(errors, test.want) {
			t.Errorf("status %d\n%s%s", status, out, errors)
		}
	}
}
