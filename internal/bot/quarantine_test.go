package bot_test

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"triaged/internal/bot"
	"triaged/internal/config"
	"triaged/internal/inprocess"
	"triaged/internal/message"
)

// quarantine lists what waits in it, by subject.
func (s *school) quarantine() (subjects []string) {
	s.t.Helper()
	err := s.desk.Quarantine(bot.Args{}, func(row any) error {
		subjects = append(subjects, row.(bot.QuarantineRow).Subject)
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return subjects
}

// outcomes are those of the ledger's mails, in order.
func (s *school) outcomes() string {
	var got []string
	for _, row := range s.ledger() {
		got = append(got, row.Outcome)
	}
	return strings.Join(got, " ")
}

func operatorOnly(c *config.Config) { c.Notify.NewRequest = []string{"kim@school.example"} }

// TestOperatorRetriesByMail has the program fail at a mail until it is mended: the operator hears why, answers with retry
// twice, and the second time the mail becomes a request.
func TestOperatorRetriesByMail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{}, uncapped, operatorOnly)
		defer s.close()
		s.desk.ParseWith(func(raw []byte) *message.Message {
			if bytes.Contains(raw, []byte("unparsable")) {
				panic("nested too deep")
			}
			return message.Parse(raw)
		})
		s.arrives("lou@school.example", "Printer", "It prints what is unparsable.")
		told := s.expect("operator admin@school.example")["operator admin@school.example"]
		for _, want := range []string{"lou@school.example", "Printer", "nested too deep", "triaged quarantine show 1", "the word retry"} {
			if !strings.Contains(told.Text, want) {
				t.Errorf("the operator is not told %q:\n%s", want, told.Text)
			}
		}
		if got := s.quarantine(); len(got) != 1 || got[0] != "Printer" {
			t.Fatalf("in the quarantine: %q", got)
		}
		s.answers(told, "admin@school.example", "#retry")
		s.expect("receipt admin@school.example") // still stuck: told again, but not within the hour
		time.Sleep(time.Hour)
		s.settle()
		told = s.expect("operator admin@school.example")["operator admin@school.example"]
		s.desk.ParseWith(nil)
		s.stop() // what waits survives a restart
		s.start()
		s.answers(told, "admin@school.example", "retry")
		s.expect("receipt admin@school.example", "acknowledgement lou@school.example", "notice kim@school.example")
		if got := s.quarantine(); len(got) != 0 {
			t.Errorf("in the quarantine: %q", got)
		}
		if want := "unreadable commanded unreadable commanded opened"; s.outcomes() != want {
			t.Errorf("the mails ended as %s, want %s", s.outcomes(), want)
		}
		s.answers(told, "admin@school.example", "retry")
		if receipt := s.expect("receipt admin@school.example")["receipt admin@school.example"]; !strings.Contains(receipt.Text, "not in the quarantine") {
			t.Errorf("a second retry is answered with\n%s", receipt.Text)
		}
		if rows := s.rows("all"); len(rows) != 1 || rows[0].SubmittedAt.Sub(monday) > time.Minute {
			t.Errorf("requests: %+v", rows)
		}
	})
}

// TestManyUnreadableAreOneMail tells the operators at once of the first, and of all others within an hour together; one of
// them is dealt with by its number.
func TestManyUnreadableAreOneMail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{}, uncapped, operatorOnly)
		defer s.close()
		s.desk.ParseWith(func(raw []byte) *message.Message {
			if bytes.Contains(raw, []byte("unparsable")) {
				panic("nested too deep")
			}
			return message.Parse(raw)
		})
		for range 70 {
			s.arrives("lou@school.example", "Printer", "This is unparsable.")
		}
		s.expect("operator admin@school.example")
		time.Sleep(time.Hour)
		s.settle()
		told := s.expect("operator admin@school.example")["operator admin@school.example"]
		if !strings.Contains(told.Subject, "69 mails") || !strings.Contains(told.Text, "And 19 more") {
			t.Errorf("told %s:\n%s", told.Subject, told.Text)
		}
		s.answers(told, "admin@school.example", "#discard received 7\n#discard received 700")
		receipt := s.expect("receipt admin@school.example")["receipt admin@school.example"]
		if !strings.Contains(receipt.Text, "received mail 7 is done with") || !strings.Contains(receipt.Text, "received mail 700 is not in the quarantine") {
			t.Errorf("the receipt says\n%s", receipt.Text)
		}
		if got := s.quarantine(); len(got) != 69 {
			t.Errorf("%d mails in the quarantine", len(got))
		}
	})
}

// TestReleaseFromTheShell opens a request from a mail that names nobody, for whom the shell says.
func TestReleaseFromTheShell(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{}, uncapped, operatorOnly)
		defer s.close()
		s.raw("To: support@school.example\r\nSubject: Scanner in the library\r\n\r\nIt does not scan.\r\n")
		s.expect()
		do := func(text string) (receipt bot.ReceiptRow) {
			err := s.desk.Do(bot.Args{Text: text, As: "ana@school.example"}, func(row any) error {
				receipt = row.(bot.ReceiptRow)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			return receipt
		}
		if r := do("#open 1"); len(r.Failed) != 1 || !strings.Contains(r.Failed[0].Result, "say whom it is for") {
			t.Errorf("without a name: %+v", r)
		}
		if r := do("#open 1 for support@school.example"); len(r.Failed) != 1 {
			t.Errorf("for the desk itself: %+v", r)
		}
		if r := do("#open 1 for mia@school.example\n#open mail 1 for mia@school.example"); len(r.Done) != 1 || len(r.Failed) != 1 {
			t.Errorf("for somebody, said twice: %+v", r)
		}
		s.settle()
		s.expect("acknowledgement mia@school.example", "notice kim@school.example")
		if r := do("#open 1 for mia@school.example"); len(r.Failed) != 1 {
			t.Errorf("a second time: %+v", r)
		}
		if got := s.quarantine(); len(got) != 0 {
			t.Errorf("in the quarantine: %q", got)
		}
		err := s.desk.Show(bot.Args{Number: "SR-1"}, func(row any) error {
			if mails := row.(bot.Case).Mails; len(mails) == 0 || mails[0].Direction != "in" || mails[0].Subject != "Scanner in the library" {
				t.Errorf("the request's mails: %+v", mails)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// TestUndoAtTheShell takes back all that one command did, to both requests of a merge, and tells who was told otherwise.
func TestUndoAtTheShell(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{}, uncapped, operatorOnly)
		defer s.close()
		s.arrives("ann@school.example", "Projector", "It is dark.")
		s.arrives("bob@school.example", "Projector 214", "It is dark.")
		do := func(number, text string) bot.ReceiptRow {
			var receipt bot.ReceiptRow
			err := s.desk.Do(bot.Args{Number: number, Text: text, As: "kim@school.example"}, func(row any) error {
				receipt = row.(bot.ReceiptRow)
				return nil
			})
			if err != nil || len(receipt.Failed) > 0 {
				t.Errorf("%s %s: %+v, %v", number, text, receipt, err)
			}
			return receipt
		}
		states := func() (all []string) {
			for _, r := range s.rows("all") {
				all = append(all, r.State)
			}
			return all
		}
		if r := do("SR-1", "#dup SR-2"); r.Undo != "triaged do SR-1 '#undo' --as kim@school.example" {
			t.Errorf("to undo: %s", r.Undo)
		}
		do("SR-1", "#undo")
		if got := strings.Join(states(), " "); got != "open open" {
			t.Errorf("after the merge was taken back they are %s", got)
		}
		do("SR-1", "#1-3")
		do("SR-1", "#resolve It has a new lamp.")
		do("SR-1", "#reopen")
		s.settle()
		s.sent()
		do("SR-1", "#undo")
		s.settle()
		if m := s.oneTo("resolved", "ann@school.example"); !strings.Contains(m.Text, "SR-1 is resolved") && !strings.Contains(m.Subject, "resolved") {
			t.Errorf("%s\n%s", m.Subject, m.Text)
		}
	})
}
