package bot_test

import (
	"bytes"
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	"triaged/internal/config"
	"triaged/internal/inprocess"
)

// TestTwoDesksFallSilent joins two running bots by a postman who carries what the one sends to the other: as it is, and
// through a service that takes away every header by which a mail says that it is automatic, and every reference besides.
// As they are, they stop within three mails, and so they do without the headers; without references too, every mail
// is a new request, and the caps hold what they say to each other.
func TestTwoDesksFallSilent(t *testing.T) {
	automatic := regexp.MustCompile(`(?m)^(Auto-Submitted|X-Auto-Response-Suppress|X-Triaged-[A-Za-z]+): .*\r\n`)
	references := regexp.MustCompile(`(?m)^((In-Reply-To|References|Message-ID):.*\r\n([ \t].*\r\n)*|Subject: \[SR-[0-9]+\] )`)
	for name, test := range map[string]struct {
		strip *regexp.Regexp
		again *regexp.Regexp
		most  int // mails in the first hour
	}{
		"as they are":                       {nil, nil, 3},
		"without headers of automatic mail": {automatic, nil, 3},
		"without headers and references":    {automatic, references, 21},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				here := openSchool(t, inprocess.SMTPOptions{})
				defer here.close()
				there := openSchool(t, inprocess.SMTPOptions{}, func(c *config.Config) { c.Desk.Address = "help@other.example" })
				defer there.close()
				carried := map[*school]int{}
				carry := func(from, to *school, address string) (some bool) {
					for _, m := range from.smtp.Mails()[carried[from]:] {
						carried[from]++
						if m.To[0] != address {
							continue
						}
						data := m.Data
						if test.strip != nil {
							data = test.strip.ReplaceAll(data, nil)
						}
						if test.again != nil {
							data = test.again.ReplaceAll(data, []byte("X-Was: "))
							data = bytes.Replace(data, []byte("X-Was: "), []byte("Subject: "), 1)
						}
						to.raw(string(data))
						some = true
					}
					return some
				}
				there.arrives("support@school.example", "Hello", "Hello there, this is a mail.")
				mails := 1
				for end := time.Now().Add(time.Hour); time.Now().Before(end) && mails <= 100; {
					if carry(there, here, "support@school.example") {
						mails++
					}
					if carry(here, there, "help@other.example") {
						mails++
					}
					time.Sleep(10 * time.Second)
					synctest.Wait()
				}
				if mails > test.most {
					t.Errorf("%d mails in an hour", mails)
				}
				t.Logf("%d mails", mails)
			})
		})
	}
}
