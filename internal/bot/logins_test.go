package bot_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emersion/go-imap/v2"

	"triaged/internal/bot"
	"triaged/internal/config"
	"triaged/internal/inprocess"
)

// signedIn is a school whose servers take tokens only, and an authorization server that gives them for ten minutes and each
// refresh token once.
func signedIn(t *testing.T) (*school, *inprocess.Authorization) {
	t.Helper()
	auth := inprocess.NewAuthorization(inprocess.AuthorizationOptions{ClientID: "bot", ClientSecret: "hunter2", Rotate: true, Lifetime: 10 * time.Minute})
	var shown atomic.Value // the token that opened the mailbox
	shown.Store("")
	mailbox := inprocess.IMAPOptions{
		Token: inprocess.TokenLogin{Valid: func(user, token string) bool { shown.Store(token); return auth.Valid(user, token) }},
		Refuse: func(c inprocess.IMAPCommand) error { // a session ends with its token, as Exchange has it
			if c.Name == "LOGIN" || auth.Valid(c.User, shown.Load().(string)) {
				return nil
			}
			return &imap.Error{Type: imap.StatusResponseTypeBye, Text: "Session invalidated - AccessTokenExpired"}
		},
	}
	s := openSchoolWith(t, mailbox, inprocess.SMTPOptions{Token: inprocess.TokenLogin{Valid: auth.Valid}}, func(c *config.Config) {
		o := config.OAuth2{Provider: config.OAuth2Custom, Grant: config.RefreshToken, ClientID: "bot", ClientSecret: config.NewSecret("hunter2"),
			TokenURL: "http://login.example:80/token", DeviceURL: "http://login.example:80/device"}
		c.Mailboxes[0].Password = config.Secret{}
		c.Mailboxes[0].OAuth2 = &o
		c.SMTP.Username, c.SMTP.OAuth2 = "support", &o
	})
	s.serve("login.example:80", auth)
	t.Cleanup(func() { auth.Close() })
	return s, auth
}

// The bot works for hours by tokens that last ten minutes, ended early, and rotated, and both servers share one; then somebody
// takes the consent back, and gives it again.
func TestWorksByTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, auth := signedIn(t)
		defer s.close()
		s.consent(auth)
		time.Sleep(time.Minute)
		for i := range 12 {
			s.arrives("Ana Ruiz <ruiz@school.example>", "no sound", "The projector is silent.")
			if i%2 == 1 {
				auth.Expire()
			}
			time.Sleep(17 * time.Minute)
		}
		synctest.Wait()
		if rows := s.ledger(); len(rows) != 12 {
			t.Errorf("%d of 12 mails came", len(rows))
		}
		acknowledged := 0
		for _, m := range s.sent() {
			if m.kind == "acknowledgement" {
				acknowledged++
			}
		}
		if acknowledged != 12 {
			t.Errorf("%d acknowledgements", acknowledged)
		}
		if n := auth.Requests("refresh_token"); n < 12 || n > 40 {
			t.Errorf("%d tokens in three hours and a half", n)
		}

		auth.Revoke("")
		s.arrives("Ana Ruiz <ruiz@school.example>", "no picture either", "Now it is dark, too.")
		time.Sleep(time.Hour)
		if rows := s.ledger(); len(rows) != 12 {
			t.Error("a mail came without a consent")
		}
		s.consent(auth)
		time.Sleep(20 * time.Minute)
		if rows := s.ledger(); len(rows) != 13 {
			t.Error("a mail did not come with a new consent")
		}
		s.tellsNoSecret()
	})
}

// A consent that is taken back is told to the operators once, in words that say what to do, also across a restart; and when it
// is over. That mail itself waits if the same consent sends it, and takes the second way if there is one.
func TestRevokedConsentIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, auth := signedIn(t)
		defer s.close()
		s.config.SMTP.Fallback = &config.Fallback{Address: "127.0.0.1:26", Security: config.NoTLS, Kinds: []config.MailKind{"operator"}}
		spare := inprocess.NewSMTP(inprocess.SMTPOptions{})
		s.serve("127.0.0.1:26", spare)
		defer spare.Close()
		s.consent(auth)
		s.restart()
		time.Sleep(time.Minute)
		s.arrives("Ana Ruiz <ruiz@school.example>", "no sound", "The projector is silent.")
		s.sent()
		if n := len(spare.Mails()); n > 0 { // before the first consent nobody had signed in: that was told, by the first way
			t.Errorf("%d mails by the second way", n)
		}

		auth.Revoke("")
		s.arrives("Ana Ruiz <ruiz@school.example>", "no picture either", "Now it is dark, too.")
		time.Sleep(3 * time.Hour)
		s.restart()
		time.Sleep(3 * time.Hour)
		subjects := map[string]int{}
		bySpare := spare.Mails()
		for _, r := range bySpare {
			m := read(t, r)
			subjects[m.Subject]++
			if !strings.Contains(m.Text, "What to do: the consent of support was revoked or has lapsed: run `triaged login s") ||
				!strings.Contains(m.Text, "(invalid_grant: the refresh token is not valid: (secret))") || strings.Contains(m.Text, "hunter2") {
				t.Errorf("the operators read\n%s", m.Text)
			}
		}
		if len(subjects) != 2 || subjects["The bot cannot log in to mailbox support"] != 1 || subjects["The bot cannot log in to smtp"] != 1 {
			t.Errorf("the operators were told %v", subjects)
		}

		s.consent(auth)
		time.Sleep(time.Hour)
		again := map[string]int{} // by either way: the mailbox may be the first to have the new consent, when the first way is not known to work
		for _, m := range s.sent() {
			if m.kind == "operator" {
				again[m.Subject]++
			}
		}
		for _, r := range spare.Mails()[len(bySpare):] {
			again[read(t, r).Subject]++
		}
		if len(again) != 2 || again["The bot can log in to mailbox support again"] != 1 || again["The bot can log in to smtp again"] != 1 {
			t.Errorf("when it was over they were told %v", again)
		}
	})
}

// A client secret's end is told in time, once each, for all that it opens.
func TestExpiringSecretIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{}, func(c *config.Config) {
			const table = "[smtp.oauth2]\nprovider = \"google\"\nclient_id = \"bot\"\nclient_secret_expires = 2026-03-05\n[notify]"
			written, err := config.Parse("config.toml", []byte(strings.Replace(schoolConfig, "[notify]", "username = \"support\"\n"+table, 1)))
			if err != nil {
				t.Fatal(err)
			}
			c.SMTP.OAuth2 = written.SMTP.OAuth2 // without a name to log in with, nobody logs in
		})
		defer s.close()
		var told []string
		look := func() {
			for _, m := range s.sent() {
				if m.kind == "operator" {
					told = append(told, m.at.In(s.config.Location()).Format("01-02 15:04 ")+m.Subject)
				}
			}
		}
		time.Sleep(30 * time.Hour)
		s.restart()
		time.Sleep(50 * time.Hour)
		look()
		want := "03-02 07:05 The secret for smtp expires in 3 days\n" +
			"03-04 08:00 The secret for smtp expires tomorrow\n" +
			"03-05 08:00 The secret for smtp expires today"
		if got := strings.Join(told, "\n"); got != want {
			t.Errorf("told\n%s", got)
		}
	})
}

// tellsNoSecret looks for tokens and the client's secret in the log, in every mail and in the state.
func (s *school) tellsNoSecret() {
	s.t.Helper()
	secret := regexp.MustCompile(`(access|refresh)-[A-Z0-9]{10}|hunter2`)
	look := func(where string, text []byte) {
		if found := secret.Find(text); found != nil {
			s.t.Errorf("%s has %s", where, found)
		}
	}
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	look("the log", s.log.text.Bytes())
	for _, m := range s.smtp.Mails() {
		look("a mail", m.Data)
	}
	err := filepath.WalkDir(s.config.Desk.DataDir, func(path string, e fs.DirEntry, err error) error {
		if e.IsDir() && e.Name() == "tokens" {
			return fs.SkipDir
		}
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		look(path, text)
		return err
	})
	if err != nil {
		s.t.Error(err)
	}
}

// consent does what `triaged login` does once somebody has signed in.
func (s *school) consent(auth *inprocess.Authorization) {
	s.t.Helper()
	logins, err := bot.TokenLogins(s.config, s.rim)
	if err != nil || len(logins) != 2 {
		s.t.Fatalf("%v, %v", logins, err)
	}
	if err := logins["smtp"].Source.Keep(s.t.Context(), auth.Grant("support")); err != nil {
		s.t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(s.config.Desk.DataDir, "tokens", "*.json"))
	if err != nil || len(files) != 1 {
		s.t.Errorf("tokens are in %q, %v", files, err)
	}
	text, err := os.ReadFile(files[0])
	if err != nil || !strings.Contains(string(text), "refresh-") {
		s.t.Errorf("%s, %v", text, err)
	}
}
