package bot_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"triaged/internal/config"
	"triaged/internal/inprocess"
)

// most is the largest number of mails within any span that the server saw.
func (s *school) most(span time.Duration) (most int) {
	all := s.smtp.Mails()
	first := 0
	for last := range all {
		for all[last].At.Sub(all[first].At) >= span {
			first++
		}
		most = max(most, last-first+1)
	}
	return most
}

// A flood meets a server that takes five mails a minute, and a bot that is restarted in its middle: no minute has more, an
// emergency and a receipt overtake the flood, and all of it goes out in the end.
func TestUrgentMailsGoFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{}, func(c *config.Config) { c.SMTP.MailsPerMinute = 5 })
		defer s.close()
		s.arrives("Eva Lind <lind@school.example>", "the first", "My laptop is slow.")
		time.Sleep(2 * time.Minute)
		notice := s.expect("acknowledgement lind@school.example", "notice kim@school.example")["notice kim@school.example"]
		for i := range 40 {
			s.arrives(fmt.Sprintf("Teacher <teacher%d@school.example>", i), "no sound", "The projector is silent.")
		}
		s.stop()
		s.start()
		s.settle()
		s.sent()
		s.arrives("Principal <principal@school.example>", "Network down", "The network is down in the whole district, nobody can work. It is an emergency!")
		s.answers(notice, "Kim Tran <kim@school.example>", "#1-3")
		time.Sleep(70 * time.Second)
		var early []string
		for _, m := range s.sent() {
			early = append(early, m.kind+" "+m.to)
		}
		for _, want := range []string{"notice ana@school.example", "receipt kim@school.example"} {
			if !strings.Contains(strings.Join(early, "\n"), want) {
				t.Errorf("%s did not overtake: %q", want, early)
			}
		}
		time.Sleep(time.Hour)
		if n := s.most(time.Minute); n > 5 {
			t.Errorf("%d mails in a minute", n)
		}
		acknowledged := 0
		for _, m := range s.smtp.Mails() {
			if read(t, m).kind == "acknowledgement" {
				acknowledged++
			}
		}
		if acknowledged != 42 {
			t.Errorf("%d of 42 acknowledgements", acknowledged)
		}
	})
}

// A day's mails are used up but for those kept for who waits for an answer; the rest goes the next day.
func TestTheDaysMailsAreUsedUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{}, func(c *config.Config) { c.SMTP.MailsPerDay = 40 })
		defer s.close()
		s.arrives("Eva Lind <lind@school.example>", "the first", "My laptop is slow.")
		notice := s.expect("acknowledgement lind@school.example", "notice kim@school.example")["notice kim@school.example"]
		for i := range 40 {
			s.arrives(fmt.Sprintf("Teacher <teacher%d@school.example>", i), "no sound", "The projector is silent.")
		}
		if n := len(s.smtp.Mails()); n != 38 {
			t.Errorf("%d mails went", n)
		}
		s.stop()
		s.start()
		s.settle()
		s.sent()
		s.answers(notice, "Kim Tran <kim@school.example>", "#1-3")
		s.expect("receipt kim@school.example")
		time.Sleep(26 * time.Hour)
		if n := s.most(24 * time.Hour); n > 40 {
			t.Errorf("%d mails in a day", n)
		}
		if n := len(s.smtp.Mails()); n < 75 {
			t.Errorf("%d mails by the next day", n)
		}
	})
}
