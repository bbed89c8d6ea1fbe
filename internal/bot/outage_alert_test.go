package bot_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"triaged/internal/inprocess"
)

// TestOutageSilencesNoOtherAlert: what joins an outage alerts of other things as it would alone, and is not closed unread.
func TestOutageSilencesNoOtherAlert(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{})
		defer s.close()
		for n := range 3 {
			s.arrives(fmt.Sprintf("teacher%d@school.example", n), "no internet", "The internet is down in our whole school.")
			time.Sleep(time.Minute)
		}
		mails := s.sentTo("ana@school.example", "outage")
		if len(mails) == 0 || !strings.Contains(mails[0].Text, "The internet is down in our whole school.") {
			t.Fatalf("the outage's mail shows what was written: %v", mails)
		}
		s.answers(mails[0], "ana@school.example", "all and later 1-1\nall and later resolve fixed")
		s.sent()
		time.Sleep(time.Minute)
		s.arrives("plain@school.example", "no internet", "The internet is down in our whole school.")
		if told := s.sentTo("ana@school.example", "notice"); len(told) != 0 {
			t.Errorf("of one more of the outage ana gets %v", subjects(told))
		}
		for i, more := range []string{"Also somebody broke in last night and twenty laptops were stolen.", "And students can open a pornography website on the lab computers."} {
			time.Sleep(time.Minute)
			from := fmt.Sprintf("more%d@school.example", i)
			s.arrives(from, "no internet", "The internet is down in our whole school. "+more)
			told := s.sentTo("ana@school.example", "notice")
			if len(told) != 1 || !strings.Contains(told[0].Text, more) {
				t.Errorf("of %q ana gets %v", more, subjects(told))
			}
			for _, row := range s.rows("all") {
				if row.Requester == from && (row.Outage == nil || row.State != "open") {
					t.Errorf("%q is %s, in outage %v", more, row.State, row.Outage)
				}
			}
		}
	})
}
