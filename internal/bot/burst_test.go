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

// asks lets so many teachers ask for something ordinary, a few seconds apart.
func (s *school) asks(from, count int) {
	for i := range count {
		s.arrives(fmt.Sprintf("asks%d@school.example", from+i), fmt.Sprintf("projector %d", from+i), fmt.Sprintf("The projector in room %d is dark.", from+i))
	}
}

// noticed is what a recipient's notices say since the last look: how many mails, and which requests they tell of.
func (s *school) noticed(to string) (mails []sentMail, labels []string) {
	for _, m := range s.sentTo(to, "notice") {
		mails, labels = append(mails, m), append(labels, toldOf(m.Message)...)
	}
	return mails, labels
}

// TestBurstOfRequests lets more arrive than anybody wants to be told of one by one.
func TestBurstOfRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{})
		defer s.close()
		s.asks(1, 1)
		if mails, _ := s.noticed("kim@school.example"); len(mails) != 1 {
			t.Fatalf("the notice of a single request waits: %d mails", len(mails))
		}
		s.asks(2, 29)
		if mails, _ := s.noticed("kim@school.example"); len(mails) != 9 {
			t.Errorf("%d notices by themselves, want 9 more", len(mails))
		}
		s.stop() // what is gathered outlives a restart
		s.start()
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		mails, labels := s.noticed("kim@school.example")
		if len(mails) != 1 || len(labels) != 20 || mails[0].Subject != "20 new requests" {
			t.Fatalf("%v tell of %v", subjects(mails), labels)
		}
		s.answers(mails[0], "kim@school.example", "SR-11 1-3\n12-14 1-4\nall #ack")
		for number, code := range map[string]string{"SR-10": "", "SR-11": "1-3", "SR-13": "1-4", "SR-15": ""} {
			if got := s.row(number).Category; got != code {
				t.Errorf("%s is %q, want %q", number, got, code)
			}
		}
		s.sent()
		s.arrives("principal@school.example", "no internet", "No internet on the entire campus, all classrooms and offices! We cannot teach.")
		if got := s.sentTo("ana@school.example", "notice"); len(got) != 1 || !strings.HasPrefix(got[0].Subject, "[SR-31] Urgent?") {
			t.Errorf("what may be an emergency waits: %v", subjects(got))
		}
	})
}

// TestDailyLimit saves mails once half of what the server takes in a day is used up.
func TestDailyLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{}, func(c *config.Config) { c.SMTP.MailsPerDay = 20 })
		defer s.close()
		s.asks(1, 5) // each is acknowledged and told of
		s.noticed("kim@school.example")
		s.asks(6, 6)
		if mails, _ := s.noticed("kim@school.example"); len(mails) > 0 {
			t.Errorf("%d notices by themselves beyond half of the limit", len(mails))
		}
		time.Sleep(30 * time.Minute)
		synctest.Wait()
		if mails, labels := s.noticed("kim@school.example"); len(mails) != 1 || len(labels) != 6 {
			t.Errorf("%v tell of %v", subjects(mails), labels)
		}
	})
}
