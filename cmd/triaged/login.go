package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"triaged/internal/bot"
	"triaged/internal/config"
	"triaged/internal/delivery"
	"triaged/internal/mailbox"
	"triaged/internal/oauth"
)

type loginCommand struct {
	Name    string `arg:"" optional:"" help:"The mailbox to sign in for, or smtp."`
	Browser bool   `help:"Sign in with a browser that comes back to this machine, where a code would do."`
	Port    int    `default:"0" placeholder:"PORT" help:"The port on 127.0.0.1 that the browser comes back to (default: a free one)."`
}

// Help says when this is needed, and what it takes on a machine without a browser.
func (loginCommand) Help() string {
	return `Somebody signs in once, as the account that the bot is to use, for log-ins by OAuth2 whose grant is refresh-token. The bot renews
what it gets by itself; a running bot takes it up without a restart. Sign in again when the operators are told that the consent
was revoked, as it is by a new password.

Microsoft 365 gives a code to type at an address, on any machine. Google wants a browser that comes back to this machine; on
a server, forward the port, or paste the address of the last page. Log-ins of one account and application share what is got.
Application access (client-credentials) and service accounts need nobody to sign in.`
}

func (l *loginCommand) Run(ctx context.Context, c *commands, s streams) error {
	cfg, err := config.Load(c.Config)
	if err != nil {
		return err
	}
	logins, err := bot.TokenLogins(cfg, bot.Rim{})
	if err != nil {
		return err
	}
	t, err := l.choose(logins)
	if err != nil {
		return err
	}
	said := s // what somebody has to read; a script reads the last line alone
	if c.JSON {
		said.out = s.err
	}
	var token *oauth2.Token
	if t.DeviceURL != "" && !l.Browser {
		token, err = oauth.ByDevice(ctx, t.Application, t.Client, func(code oauth.Code) { showCode(said, t.Account, code, time.Now()) })
	} else {
		token, err = l.browse(ctx, t, said)
	}
	if err != nil {
		return err
	}
	if err := t.Source.Keep(ctx, token); err != nil {
		return err
	}
	if err := tryLogin(ctx, cfg, t.Login); err != nil {
		return fmt.Errorf("signed in, but it opens nothing: %w; was it as %s?", err, t.Account)
	}
	if c.JSON {
		return printJSON(s, struct {
			Login   string `json:"login"`
			Account string `json:"account"`
		}{t.Login, t.Account})
	}
	_, err = fmt.Fprintln(s.out, "Signed in, and the server lets the bot in. A running bot uses it from its next log-in on.")
	return err
}

// tryLogin looks at the server that somebody has just signed in for.
func tryLogin(ctx context.Context, cfg *config.Config, login string) error {
	var server *delivery.Settings
	switch login {
	case "smtp":
		first, err := bot.Delivery(cfg, bot.Rim{})
		if err != nil {
			return err
		}
		server = &first
	case "smtp.fallback":
		var err error
		if server, err = bot.Detour(cfg, bot.Rim{}); err != nil {
			return err
		}
	}
	if server != nil {
		_, err := delivery.Inspect(ctx, *server, cfg.Desk.Address, cfg.Desk.Address)
		return err
	}
	mailboxes, err := bot.Mailboxes(cfg, bot.Rim{})
	for _, m := range mailboxes {
		if "mailbox "+m.Name == login {
			_, err = mailbox.Inspect(ctx, m)
		}
	}
	return err
}

// choose finds the log-in that is meant.
func (l *loginCommand) choose(logins map[string]bot.TokenLogin) (bot.TokenLogin, error) {
	var open []string
	for _, name := range slices.Sorted(maps.Keys(logins)) {
		if logins[name].Grant == oauth.RefreshToken {
			open = append(open, name)
		}
	}
	t, known := logins[l.Name]
	switch {
	case len(open) == 0:
		return t, errors.New(`nobody needs to sign in: no [mailbox.oauth2] or [smtp.oauth2] has the grant "refresh-token"`)
	case l.Name == "" && len(open) == 1:
		return logins[open[0]], nil
	case l.Name == "":
		return t, usageError{fmt.Errorf("which log-in? Name one of: %s", strings.Join(open, ", "))}
	case !known:
		return t, usageError{fmt.Errorf("there is no log-in by OAuth2 called %q; those that somebody signs in for: %s", l.Name, strings.Join(open, ", "))}
	case t.Grant != oauth.RefreshToken:
		return t, fmt.Errorf("%s logs in by %s: nobody needs to sign in for it", t.Login, t.Grant)
	}
	return t, nil
}

func showCode(s streams, account string, code oauth.Code, now time.Time) {
	fmt.Fprintf(s.out, "On any machine with a browser, open\n\n    %s\n\nsign in as %s, and type the code\n\n    %s\n\n", code.Address, account, code.Code)
	if !code.Until.IsZero() {
		fmt.Fprintf(s.out, "It is good for %d minutes. ", int(code.Until.Sub(now).Round(time.Minute).Minutes()))
	}
	fmt.Fprintln(s.out, "Waiting for you …")
}

// browse signs in with a browser, here or elsewhere.
func (l *loginCommand) browse(ctx context.Context, t bot.TokenLogin, s streams) (*oauth2.Token, error) {
	if t.AuthURL == "" {
		return nil, fmt.Errorf("%s has no auth_url, where somebody could sign in with a browser", t.Login)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(l.Port)))
	if err != nil {
		return nil, fmt.Errorf("wait for the browser: %w: choose another --port", err)
	}
	b := oauth.ByBrowser(t.Application, t.Client, listener)
	port := listener.Addr().(*net.TCPAddr).Port
	fmt.Fprintf(s.out, `Open this address in a browser, and sign in as %s:

    %s

If the browser is on another machine, either
  - forward the port from there before you open it: ssh -L %d:127.0.0.1:%d THIS-MACHINE
  - or go on without: the last page will not open. Copy its address, which begins with
    http://%s:%d/, paste it here, and press Enter.

Waiting for you …
`, t.Account, b.URL, port, port, t.Loopback, port)
	return b.Wait(ctx, lines(ctx, s), func(err error) { fmt.Fprintln(s.err, "triaged:", err) })
}

// lines are what somebody types or pastes.
func lines(ctx context.Context, s streams) <-chan string {
	all := make(chan string)
	go func() {
		defer close(all)
		scanner := bufio.NewScanner(s.in)
		for scanner.Scan() {
			if strings.TrimSpace(scanner.Text()) == "" {
				continue
			}
			select {
			case all <- scanner.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	return all
}
