package bot_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"triaged/internal/config"
	"triaged/internal/inprocess"
)

// TestOneDigestADay: with nothing to review analysts hear of the bot once each working day, and read how it is.
func TestOneDigestADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{}, func(c *config.Config) { c.Review.Daily = true })
		defer s.close()
		days := map[string]int{}
		for range 7*24 - 3 { // clocks go ahead on that Sunday
			time.Sleep(time.Hour)
			synctest.Wait()
			for _, m := range s.sent() {
				if m.kind != "digest" || !strings.Contains(m.Text, "Every request has its category.") {
					t.Errorf("a %s to %s", m.kind, m.to)
				}
				if !strings.Contains(m.Text, "Mailbox support: looked through ") || !strings.Contains(m.Text, "All mail has gone out.") {
					t.Errorf("analysts do not read how the bot is:\n%s", m.Text)
				}
				days[m.at.Format("Mon")]++
			}
		}
		for _, day := range []string{"Mon", "Tue", "Wed", "Thu", "Fri"} {
			if days[day] != 1 {
				t.Errorf("%d digests on %s", days[day], day)
			}
		}
		if len(days) != 5 {
			t.Errorf("digests on %v", days)
		}
		// A digest that has something to say is the day's sign of life.
		s.arrives("teacher@school.example", "projector", "The projector is dead.")
		s.sent()
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		digests := 0
		for _, m := range s.sent() {
			if m.kind == "digest" {
				digests++
				if !strings.Contains(m.Text, "1 uncategorized") || !strings.Contains(m.Text, "Mailbox support: looked through ") {
					t.Errorf("%s", m.Text)
				}
			}
		}
		if digests != 1 {
			t.Errorf("%d digests of one request", digests)
		}
	})
}
