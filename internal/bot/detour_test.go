package bot_test

import (
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"triaged/internal/config"
	"triaged/internal/inprocess"
)

// While the first server is in trouble, mail to operators goes by the second, at once and in the same bytes, and no other
// mail does; when the second is in trouble, too, both are tried; when the first is back, all goes there again.
func TestOperatorsHearByTheSecondWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var first, second atomic.Bool // in trouble
		broken := func(is *atomic.Bool, taken bool) func(inprocess.SMTPStep) error {
			return func(step inprocess.SMTPStep) error {
				switch {
				case !is.Load():
				case taken && step.Command == "TAKEN":
					return inprocess.ErrDrop // it has the mail, and nobody knows
				case !taken && step.Command == "MAIL":
					return inprocess.Reply(421, "4.3.0", "out of order")
				}
				return nil
			}
		}
		s := openSchool(t, inprocess.SMTPOptions{Answer: broken(&first, false)}, func(c *config.Config) {
			c.SMTP.Fallback = &config.Fallback{Address: "127.0.0.1:26", Security: config.NoTLS, Kinds: []config.MailKind{"operator"},
				Login: config.Login{Username: "spare", Password: config.NewSecret("spare")}}
		})
		defer s.close()
		spare := inprocess.NewSMTP(inprocess.SMTPOptions{Users: map[string]string{"spare": "spare"}, Answer: broken(&second, false)})
		s.serve("127.0.0.1:26", spare)
		defer spare.Close()
		tell := func(subject string) { s.tell(subject); s.settle() }

		tell("all is well")
		s.expect("operator admin@school.example")
		first.Store(true)
		s.arrives("Eva Lind <lind@school.example>", "help", "My laptop is slow.")
		tell("the first is in trouble")
		tell("still")
		s.expect()
		if got := spare.Mails(); len(got) != 2 || got[0].From != "support@school.example" || got[0].User != "spare" {
			t.Errorf("the second server got %+v", got)
		}
		second.Store(true)
		tell("both are in trouble")
		time.Sleep(2 * time.Hour)
		if len(spare.Mails()) != 2 || len(s.sent()) != 0 {
			t.Error("a mail went out by a server in trouble")
		}
		second.Store(false)
		time.Sleep(20 * time.Minute)
		if got := len(spare.Mails()); got != 4 { // the vigil told of the first server, too
			t.Errorf("the second server got %d mails", got)
		}
		first.Store(false)
		time.Sleep(20 * time.Minute)
		tell("well again")
		got := map[string]int{}
		for _, m := range s.sent() {
			if !strings.HasPrefix(m.Subject, "Over: ") { // so says the vigil of the first server
				got[m.kind+" "+m.to]++
			}
		}
		want := map[string]int{"acknowledgement lind@school.example": 1, "notice kim@school.example": 1, "operator admin@school.example": 1,
			"digest ana@school.example": 1, "reminder ana@school.example": 1}
		if !maps.Equal(got, want) {
			t.Errorf("sent %v, want %v", got, want)
		}

		first.Store(true)
		second.Store(true)
		s.arrives("Eva Lind <lind@school.example>", "nothing new", "My laptop is slow.")
		tell("both again, and the first is back alone")
		time.Sleep(time.Hour)
		first.Store(false)
		time.Sleep(time.Hour)
		if all := s.sent(); !slices.ContainsFunc(all, func(m sentMail) bool { return m.kind == "operator" }) {
			t.Errorf("sent: %d mails, none to the operators", len(all))
		}
	})
}

// A server that has taken a mail, and whose word of it is lost, is in no trouble; the repeat has the same bytes.
func TestSecondWayRepeatsTheSameBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var away atomic.Bool
		s := openSchool(t, inprocess.SMTPOptions{Answer: func(step inprocess.SMTPStep) error {
			if away.Load() && (step.Command == "TAKEN" || step.Command == "EHLO" && step.Connection > 2) {
				return inprocess.ErrDrop
			}
			return nil
		}}, func(c *config.Config) {
			c.SMTP.Fallback = &config.Fallback{Address: "127.0.0.1:26", Security: config.NoTLS, Kinds: []config.MailKind{"operator", "notice"}}
		})
		defer s.close()
		spare := inprocess.NewSMTP(inprocess.SMTPOptions{})
		s.serve("127.0.0.1:26", spare)
		defer spare.Close()
		s.tell("first")
		s.settle()
		away.Store(true)
		s.tell("taken, and nobody knows")
		s.settle()
		s.arrives("Eva Lind <lind@school.example>", "help", "My laptop is slow.")
		time.Sleep(10 * time.Minute)
		once, again := s.smtp.Mails(), spare.Mails()
		again = slices.DeleteFunc(again, func(r inprocess.Received) bool { return strings.Contains(string(r.Data), "Subject: Trouble: ") })
		if len(once) != 2 || len(again) != 2 || string(once[1].Data) != string(again[0].Data) && string(once[1].Data) != string(again[1].Data) {
			t.Errorf("%d mails by the first way, %d by the second", len(once), len(again))
		}
	})
}

// tell owes the operators a mail.
func (s *school) tell(subject string) {
	s.t.Helper()
	if err := s.desk.TellOperators(subject); err != nil {
		s.t.Fatal(err)
	}
}
