package bot_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"triaged/internal/bot"
	"triaged/internal/config"
	"triaged/internal/delivery"
	"triaged/internal/inprocess"
	"triaged/internal/message"
)

func uncapped(c *config.Config) { c.Limits = config.Limits{} }

func (s *school) outbox(state string) []bot.OutboxRow {
	s.t.Helper()
	var all []bot.OutboxRow
	err := s.desk.Outbox(bot.Args{State: state}, func(row any) error {
		all = append(all, row.(bot.OutboxRow))
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

// TestServerDownForADay probes a server that is away now and then, with one mail at a time, and has all mails out soon after
// it is back, each once and in the order in which they were owed.
func TestServerDownForADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var probes atomic.Int64
		var up atomic.Bool
		s := openSchool(t, inprocess.SMTPOptions{Answer: func(step inprocess.SMTPStep) error {
			if step.Command != "EHLO" || up.Load() {
				return nil
			}
			probes.Add(1)
			return inprocess.Reply(421, "4.3.2", "not now")
		}}, uncapped, func(c *config.Config) { c.Notify.NewRequest = nil })
		defer s.close()
		const people = 150
		for i := range people {
			s.arrives(fmt.Sprintf("p%d@school.example", i), fmt.Sprintf("Trouble %d", i), fmt.Sprintf("Room %d is dark.", i))
		}
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		// HELO is tried after EHLO; mails arrived for 150 seconds, and one probe a minute is soon enough.
		if n := probes.Load() / 2; n < 90 || n > 110 {
			t.Errorf("%d probes in a day, want one in a quarter of an hour", n)
		}
		for _, row := range s.outbox("") {
			if row.State != "pending" || !strings.Contains(row.LastError, "not now") && row.Kind == "acknowledgement" && row.ID < 30 {
				t.Errorf("mail %d is %s: %q", row.ID, row.State, row.LastError)
			}
		}
		up.Store(true)
		time.Sleep(16 * time.Minute)
		synctest.Wait()
		var order []string
		for _, m := range s.sent() {
			if m.kind == "acknowledgement" {
				order = append(order, m.to)
			}
		}
		if len(order) != people {
			t.Fatalf("%d acknowledgements a quarter of an hour after the recovery, want %d", len(order), people)
		}
		displaced := 0
		for i, to := range order {
			if to != fmt.Sprintf("p%d@school.example", i) {
				displaced++
			}
		}
		if late := len(s.outbox("pending")); late != 0 {
			t.Errorf("%d mails are still owed", late)
		}
		t.Logf("%d probes, %d out of their place", probes.Load()/2, displaced)
	})
}

// TestOneMailIsTheServersTrouble has a server that closes the connection at one recipient, again and again: the others
// get their mail all the same.
func TestOneMailIsTheServersTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{Answer: func(step inprocess.SMTPStep) error {
			if step.Command == "RCPT" && strings.HasPrefix(step.Address, "p0@") {
				return inprocess.Reply(421, "4.7.0", "too many for you")
			}
			return nil
		}}, uncapped, func(c *config.Config) { c.Notify.NewRequest = nil })
		defer s.close()
		for i := range 40 {
			s.arrives(fmt.Sprintf("p%d@school.example", i), fmt.Sprintf("Trouble %d", i), fmt.Sprintf("Room %d is dark.", i))
		}
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if n := len(s.sent()); n < 39 {
			t.Errorf("%d mails sent, want those of the other 39", n)
		}
	})
}

// TestManyDeadLettersAreOneMail tells the operators at once of the first, and of all others within an hour together.
func TestManyDeadLettersAreOneMail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{Answer: func(step inprocess.SMTPStep) error {
			if step.Command == "RCPT" { // the operator's mails too: they must not be told of those
				return inprocess.Reply(550, "5.1.1", "no such user")
			}
			return nil
		}}, uncapped, func(c *config.Config) { c.Notify.NewRequest = nil })
		defer s.close()
		for i := range 80 {
			s.arrives(fmt.Sprintf("p%d@school.example", i), fmt.Sprintf("Trouble %d", i), fmt.Sprintf("Room %d is dark.", i))
		}
		s.stop() // what is not told yet is told after a restart
		s.start()
		time.Sleep(90 * time.Minute)
		synctest.Wait()
		dead, told := 0, []string{}
		for _, row := range s.outbox("dead") {
			if row.Kind == "operator" {
				told = append(told, row.Subject)
			} else if row.Kind == "acknowledgement" {
				dead++
			}
		}
		if dead != 80 || len(told) != 2 || told[0] == told[1] || !strings.Contains(told[1], "79 mails") {
			t.Errorf("%d dead acknowledgements, and the operators were told %q", dead, told)
		}
	})
}

// TestStopWithinABatch stops the bot while it sends: soon, and what the server had taken is not sent again.
func TestStopWithinABatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{Answer: func(step inprocess.SMTPStep) error {
			if step.Command == "DATA" {
				time.Sleep(700 * time.Millisecond)
			}
			return nil
		}}, uncapped)
		defer s.close()
		s.stop()
		for i := range 8 {
			raw := fmt.Sprintf("From: p%d@school.example\r\nSubject: Trouble %d\r\nMessage-ID: <b%d@people.example>\r\n\r\nIt is dark in %d.\r\n", i, i, i, i)
			if _, err := s.imap.Append("support", "INBOX", time.Now(), []byte(raw)); err != nil {
				t.Fatal(err)
			}
		}
		s.start()
		time.Sleep(4 * time.Second)
		start := time.Now()
		s.stop()
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("stopping took %v", took)
		}
		if n := len(s.smtp.Mails()); n < 4 || n > 8 {
			t.Fatalf("%d mails had been sent, want some of 16", n)
		}
		s.start()
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		count := map[string]int{}
		for _, m := range s.sent() {
			if count[m.MessageID]++; m.kind == "reminder" || m.kind == "digest" {
				delete(count, m.MessageID)
			}
		}
		repeats := 0
		for _, n := range count {
			repeats += n - 1
		}
		if len(count) != 16 || repeats > 1 {
			t.Errorf("%d mails, %d repeats; want 16, and none but the one under way", len(count), repeats)
		}
	})
}

// TestFaultsEndAsOutcomes has the program fail at reading, deciding and recording a mail, among others in one chunk: each
// ends as unreadable, once, and stops nothing.
func TestFaultsEndAsOutcomes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{}, uncapped)
		defer s.close()
		s.arrives("pat@school.example", "Projector", "It is dark.")
		s.desk.ParseWith(func(raw []byte) *message.Message {
			if bytes.Contains(raw, []byte("unparsable")) {
				panic("nested too deep")
			}
			return message.Parse(raw)
		})
		s.arrives("lou@school.example", "Printer", "This is unparsable.")
		s.arrives("kit@school.example", "Bell", "It does not ring.")
		keys := s.desk.Policy().Keys
		s.desk.Policy().Keys = nil // no mail can be owed
		s.arrives("max@school.example", "Scanner", "It does not scan.")
		s.desk.Policy().Keys = keys
		s.arrives("zoe@school.example", "Laptop", "It does not start.")
		var got []string
		for _, row := range s.ledger() {
			got = append(got, row.Outcome)
		}
		if want := "opened unreadable opened unreadable opened"; strings.Join(got, " ") != want {
			t.Errorf("the mails ended as %s, want %s", strings.Join(got, " "), want)
		}
		if mails, err := s.imap.Mails("support", "INBOX"); err != nil || len(mails) != 0 {
			t.Errorf("%d mails in the inbox (%v)", len(mails), err)
		}
	})
}

// setClock is a clock that somebody sets.
type setClock struct{ ahead atomic.Int64 }

func (c *setClock) Now() time.Time { return time.Now().Round(0).Add(time.Duration(c.ahead.Load())) }
func (c *setClock) After(d time.Duration) <-chan time.Time {
	return time.After(d)
}

// TestClockIsSet has a mail whose next attempt lies a year ahead once the clock is put right, and one that is due in hours
// when the clock jumps there.
func TestClockIsSet(t *testing.T) {
	for name, test := range map[string]struct{ before, after time.Duration }{
		"back": {365 * 24 * time.Hour, 0}, "ahead": {0, 6 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var busy atomic.Bool
				busy.Store(true)
				s := openSchool(t, inprocess.SMTPOptions{Answer: func(step inprocess.SMTPStep) error {
					if step.Command == "RCPT" && busy.Load() {
						return inprocess.Reply(450, "4.2.1", "later")
					}
					return nil
				}}, uncapped, func(c *config.Config) { c.Notify.NewRequest = nil })
				defer s.close()
				s.stop()
				clock := &setClock{}
				clock.ahead.Store(int64(test.before))
				s.rim.Clock = clock
				s.start()
				s.arrives("pat@school.example", "Projector", "It is dark.")
				time.Sleep(30 * time.Minute) // the next attempt is an hour away
				busy.Store(false)
				clock.ahead.Store(int64(test.after))
				time.Sleep(2 * time.Minute)
				synctest.Wait()
				for _, m := range s.sent() {
					if m.kind == "acknowledgement" {
						return
					}
				}
				t.Error("the acknowledgement was not sent")
			})
		})
	}
}

// TestCapsCountWhatTheyHold lets notices and receipts to staff alone: they neither are held nor make others be held.
func TestCapsCountWhatTheyHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{}, func(c *config.Config) {
			c.Limits.AutomaticMailsPerRequest = config.Rate{Count: 2, Per: config.Duration(24 * time.Hour)}
		})
		defer s.close()
		s.arrives("pat@school.example", "Projector", "It is dark.")
		notice := s.expect("acknowledgement pat@school.example", "notice kim@school.example")["notice kim@school.example"]
		s.answers(notice, "kim@school.example", "#1-3")
		s.expect("receipt kim@school.example", "categorized pat@school.example", "notice campus@school.example")
		s.answers(notice, "kim@school.example", "#resolve It has a new lamp.")
		s.expect("receipt kim@school.example")
		held := s.outbox("held")
		if len(held) != 1 || held[0].Kind != "resolved" || !strings.Contains(held[0].LastError, "2 mails about it") {
			t.Errorf("held: %+v", held)
		}
	})
}

// TestDeadMailboxStopsNothing has one mailbox that cannot be reached and one whose folder goes away and comes back.
func TestDeadMailboxStopsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{}, func(c *config.Config) {
			dead := c.Mailboxes[0]
			dead.Name, dead.Address = "dead", "127.0.0.1:144"
			missing := c.Mailboxes[0]
			missing.Name, missing.Folder = "missing", "Requests"
			c.Mailboxes = append(c.Mailboxes, dead, missing)
		})
		defer s.close()
		s.arrives("pat@school.example", "Projector", "It is dark.")
		s.expect("acknowledgement pat@school.example", "notice kim@school.example")
		if err := s.imap.Create("support", "Requests"); err != nil {
			t.Fatal(err)
		}
		raw := "From: lou@school.example\r\nSubject: Bell\r\nMessage-ID: <r@people.example>\r\n\r\nIt does not ring.\r\n"
		if _, err := s.imap.Append("support", "Requests", time.Now(), []byte(raw)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		s.expect("acknowledgement lou@school.example", "notice kim@school.example")
	})
}

// TestStopBySignal is no error, whatever cause a signal gives.
func TestStopBySignal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{})
		defer s.imap.Close()
		defer s.smtp.Close()
		defer s.desk.Close()
		s.stop()
		var err error
		if s.desk, err = bot.Open(s.config, s.rim); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- bot.New(s.desk, nil, delivery.Settings{Address: "127.0.0.1:25"}).Run(ctx) }()
		time.Sleep(time.Second)
		cancel(errors.New("terminated signal received"))
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
