package bot_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"triaged/internal/bot"
	"triaged/internal/config"
	"triaged/internal/inprocess"
)

func (s *school) status() (row bot.StatusRow) {
	s.t.Helper()
	if err := s.desk.Today().Status(bot.Args{}, func(r any) error { row = r.(bot.StatusRow); return nil }); err != nil {
		s.t.Fatal(err)
	}
	return row
}

// expectTrouble compares what is wrong, a line each with whether the operators were told.
func (s *school) expectTrouble(when string, want ...string) {
	s.t.Helper()
	var got []string
	for _, t := range s.status().Trouble {
		got = append(got, fmt.Sprintf("%s: %s %v", t.About, t.What, t.ToldAt != nil))
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		s.t.Errorf("%s: the status has\n%s\nwant\n%s", when, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestStandingTroubles: what the state knows to be wrong is in the status, whether the bot runs or not.
func TestStandingTroubles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refuse := func(step inprocess.SMTPStep) error {
			if step.Command == "RCPT" && strings.HasPrefix(step.Address, "pat@") {
				return inprocess.Reply(550, "5.1.1", "no such user")
			}
			return nil
		}
		s := openSchool(t, inprocess.SMTPOptions{Answer: refuse}, func(c *config.Config) {
			const table = "[smtp.oauth2]\nprovider = \"google\"\nclient_id = \"bot\"\nclient_secret_expires = 2026-03-05\n[notify]"
			written, err := config.Parse("config.toml", []byte(strings.Replace(schoolConfig, "[notify]", "username = \"support\"\n"+table, 1)))
			if err != nil {
				t.Fatal(err)
			}
			c.SMTP.OAuth2 = written.SMTP.OAuth2 // without a name to log in with, nobody logs in
			c.Limits.AutomaticMailsPerRecipient = config.Rate{Count: 1, Per: config.Duration(time.Hour)}
		})
		defer s.close()
		time.Sleep(time.Minute)
		synctest.Wait()
		secret := "secret smtp: The secret for smtp expires in 3 days. true"
		s.expectTrouble("in the beginning", secret)

		s.arrives("pat@school.example", "Projector", "It is dark.")
		for range 3 {
			s.arrives("teacher@school.example", "Copier", "It is out of toner.")
		}
		s.settle()
		dead := "dead letters: Given up unsent: 1 mail. true"
		held := "held mail: Held back by a limit: 2 mails. false"
		s.expectTrouble("running", dead, held, secret)

		s.stop()
		var err error
		if s.desk, err = bot.Open(s.config, bot.Rim{ReadOnly: true, Version: "9.9"}); err != nil {
			t.Fatal(err)
		}
		s.expectTrouble("not running", dead, held, secret)
		if row := s.status(); row.Running || row.Version != "9.9" || row.LastMailAt == nil || len(row.NotReady) != 1 {
			t.Errorf("not running: %+v", row)
		}
		s.desk.Close()
		s.start()

		for _, e := range s.outbox("dead") {
			if err := s.desk.Today().OrderSent(bot.Args{Order: bot.DiscardMail, Mails: []uint64{e.ID}}, func(any) error { return nil }); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(3 * time.Hour)
		s.expectTrouble("when it is dealt with", secret)
	})
}
