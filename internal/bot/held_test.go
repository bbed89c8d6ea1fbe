package bot_test

import (
	"bytes"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"triaged/internal/bot"
	"triaged/internal/config"
	"triaged/internal/inprocess"
)

// restart stops the bot and starts it again on the same state.
func (s *school) restart() {
	s.t.Helper()
	s.stop()
	s.start()
}

// bounceOf is what a mail server writes when it cannot deliver a mail for good.
func bounceOf(m sentMail, to string) string {
	return "From: MAILER-DAEMON@mx.school.example\r\nTo: support@school.example\r\nMessage-ID: <b" + m.MessageID + ">\r\n" +
		"Subject: Undelivered Mail Returned to Sender\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n" +
		"--b\r\nContent-Type: text/plain\r\n\r\nThe mail could not be delivered.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n" +
		"Reporting-MTA: dns; mx.school.example\r\n\r\nFinal-Recipient: rfc822; " + to + "\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n" +
		"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <" + m.MessageID + ">\r\nSubject: x\r\n\r\nx\r\n--b--\r\n"
}

func (s *school) unreachable(again string) (all []bot.UnreachableRow) {
	s.t.Helper()
	args := bot.Args{Text: again}
	if again != "" {
		args.Order = bot.WriteAgain
	}
	err := s.desk.Unreachable(args, func(row any) error { all = append(all, row.(bot.UnreachableRow)); return nil })
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

func rate(count int, per time.Duration) config.Rate {
	return config.Rate{Count: count, Per: config.Duration(per)}
}

// TestHeldMailGoesOutWhenTheCapAllows floods one requester, and looks at when each mail goes out.
func TestHeldMailGoesOutWhenTheCapAllows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{}, func(c *config.Config) {
			c.Limits.AutomaticMailsPerRecipient = rate(3, time.Hour)
			c.Notify.NewRequest = nil
		})
		defer s.close()
		for i := range 8 {
			s.arrives("pat@school.example", fmt.Sprintf("Request %d", i+1), "It is dark.")
		}
		s.arrives("lou@school.example", "Bell", "It does not ring.")
		if held := s.outbox("held"); len(held) != 5 || !strings.Contains(held[0].LastError, "got 3 mails within 1h") {
			t.Fatalf("held: %+v", held)
		}
		start := time.Now()
		s.restart()
		time.Sleep(3 * time.Hour)
		synctest.Wait()
		var after []string
		for _, m := range s.sent() {
			if m.kind == "acknowledgement" && m.to == "pat@school.example" {
				after = append(after, fmt.Sprintf("%s %d", m.Header.Get("X-Triaged-Request"), int(m.at.Sub(start).Hours())))
			}
		}
		if got := strings.Join(after, ", "); got != "SR-1 0, SR-2 0, SR-3 0, SR-4 0, SR-5 1, SR-6 1, SR-7 1, SR-8 2" && got != "SR-1 0, SR-2 0, SR-3 0, SR-4 1, SR-5 1, SR-6 1, SR-7 2, SR-8 2" {
			t.Errorf("they went out in the hours %s", got)
		}
		if held := s.outbox("held"); len(held) != 0 {
			t.Errorf("still held: %+v", held)
		}
	})
}

// TestReleasedMailIsDatedWhenItIsLetGo holds a mail back for an hour: its Date is that of its release, what it says is as of
// then, and a repeat is the same to the byte.
func TestReleasedMailIsDatedWhenItIsLetGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var lost atomic.Bool
		s := openSchool(t, inprocess.SMTPOptions{Answer: func(step inprocess.SMTPStep) error {
			if step.Command == "TAKEN" && lost.CompareAndSwap(true, false) {
				return inprocess.ErrDrop
			}
			return nil
		}}, func(c *config.Config) {
			c.Limits.AutomaticMailsPerRecipient, c.Limits.CircuitBreaker = rate(1, 4*time.Hour), config.Rate{}
			c.Notify.NewRequest = nil
		})
		defer s.close()
		s.arrives("pat@school.example", "Projector", "It is dark.")
		s.arrives("pat@school.example", "Screen", "It is torn.")
		first := s.expect("acknowledgement pat@school.example")["acknowledgement pat@school.example"]
		if !first.Date.Equal(first.at) || !strings.Contains(first.Text, "by 9:05 am") {
			t.Errorf("what was not held is dated %s and sent at %s:\n%s", first.Date, first.at, first.Text)
		}
		time.Sleep(4*time.Hour - time.Minute)
		synctest.Wait()
		lost.Store(true)
		time.Sleep(30 * time.Minute)
		synctest.Wait()
		var after []sentMail
		for _, m := range s.sent() {
			if m.kind == "acknowledgement" {
				after = append(after, m)
			}
		}
		if len(after) != 2 || !bytes.Equal(after[0].data, after[1].data) {
			t.Fatalf("%d mails, or not the same twice", len(after))
		}
		if m := after[0]; m.at.Sub(m.Date) > time.Minute || m.Date.After(m.at) || strings.Contains(m.Text, "9:05") {
			t.Errorf("what was let go at %s is dated %s:\n%s", m.at, m.Date, m.Text)
		}
	})
}

// TestUnreachableUntilTheyWrite holds mail to somebody whose address bounced, until they write again; what grew too old
// meanwhile is given up, and the operators hear of it.
func TestUnreachableUntilTheyWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{}, uncapped, func(c *config.Config) {
			c.SMTP.GiveUpAfter = config.Duration(24 * time.Hour)
		})
		defer s.close()
		s.arrives("pat@school.example", "Projector", "It is dark.")
		sent := s.expect("acknowledgement pat@school.example", "notice kim@school.example")
		s.raw(bounceOf(sent["acknowledgement pat@school.example"], "pat@school.example"))
		s.answers(sent["notice kim@school.example"], "kim@school.example", "#1-3")
		s.expect("receipt kim@school.example", "notice campus@school.example")
		if held := s.outbox("held"); len(held) != 1 || held[0].Kind != "categorized" {
			t.Fatalf("held: %+v", held)
		}
		if gone := s.unreachable(""); len(gone) != 1 || gone[0].Address != "pat@school.example" || gone[0].Held != 1 || *gone[0].Request != "SR-1" {
			t.Errorf("unreachable: %+v", gone)
		}
		time.Sleep(2 * time.Hour) // 09:00 has gone by
		if digest := s.oneTo("digest", "ana@school.example"); !strings.Contains(digest.Text, "mail to pat@school.example comes back: call them about SR-1") {
			t.Errorf("the digest says nothing of it:\n%s", digest.Text)
		}
		s.arrives("pat@school.example", "Screen", "It is dark, too.")
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		sent = s.expect("acknowledgement pat@school.example", "notice kim@school.example", "categorized pat@school.example")
		if gone := s.unreachable(""); len(gone) != 0 {
			t.Errorf("unreachable after they wrote: %+v", gone)
		}
		s.raw(bounceOf(sent["acknowledgement pat@school.example"], "pat@school.example"))
		s.answers(sent["notice kim@school.example"], "kim@school.example", "#1-3")
		s.unreachable("pat@school.example") // an operator says that it can be written to
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		s.oneTo("categorized", "pat@school.example")
		s.raw(strings.Replace(bounceOf(sent["acknowledgement pat@school.example"], "pat@school.example"), "<b", "<c", 1))
		s.answers(sent["notice kim@school.example"], "kim@school.example", "#1-4!")
		s.sent()
		time.Sleep(25 * time.Hour)
		synctest.Wait()
		told := false
		for _, m := range s.sent() {
			told = told || m.kind == "operator" && strings.Contains(m.Text, "bounced for good")
		}
		if dead := s.outbox("dead"); len(dead) != 1 || !told {
			t.Errorf("the operators were told: %v; dead: %+v", told, dead)
		}
	})
}

// TestCircuitBreaker makes the bot owe more than it ever should.
func TestCircuitBreaker(t *testing.T) {
	setup := func(c *config.Config) {
		uncapped(c)
		c.Limits.CircuitBreaker, c.Notify.Burst = rate(10, time.Hour), config.Rate{}
	}
	flood := func(s *school) {
		for i := range 20 {
			s.arrives("pat@school.example", fmt.Sprintf("Request %d", i+1), "It is dark.")
		}
	}
	t.Run("closes by itself", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := openSchool(t, inprocess.SMTPOptions{}, setup)
			defer s.close()
			flood(s)
			var kinds []string
			for _, m := range s.sent() {
				kinds = append(kinds, m.kind+" "+m.Header.Get("X-Triaged-Request"))
			}
			want := "acknowledgement SR-1, notice SR-1, acknowledgement SR-2, notice SR-2, acknowledgement SR-3, notice SR-3, " +
				"acknowledgement SR-4, notice SR-4, acknowledgement SR-5, notice SR-5, operator "
			if got := strings.Join(kinds, ", "); got != want {
				t.Errorf("sent %s", got)
			}
			if held := s.outbox("held"); len(held) != 30 || len(s.rows("all")) != 20 {
				t.Fatalf("%d held, %d requests", len(held), len(s.rows("all")))
			}
			s.restart()
			time.Sleep(55 * time.Minute)
			synctest.Wait()
			if sent := s.sent(); len(sent) != 0 {
				t.Errorf("%d were sent while it was open", len(sent))
			}
			time.Sleep(10 * time.Minute)
			synctest.Wait()
			var numbers []string
			for _, m := range s.sent() {
				numbers = append(numbers, m.Header.Get("X-Triaged-Request"))
			}
			// Acknowledgements before notices, each in their order: these are more urgent.
			if len(numbers) != 30 || numbers[0] != "SR-6" || numbers[15] != "SR-6" || numbers[29] != "SR-20" {
				t.Errorf("then %d were sent: %s", len(numbers), numbers)
			}
		})
	})
	for _, word := range []string{"retry", "discard"} {
		t.Run(word, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := openSchool(t, inprocess.SMTPOptions{}, setup)
				defer s.close()
				flood(s)
				told := s.oneTo("operator", "admin@school.example")
				s.answers(told, "admin@school.example", "#"+word)
				time.Sleep(2 * time.Minute)
				synctest.Wait()
				dead, held, sent := len(s.outbox("dead")), len(s.outbox("held")), s.sent()
				if word == "retry" && (dead != 0 || held != 0 || len(sent) != 31) || word == "discard" && (dead != 30 || held != 0 || len(sent) != 1) {
					t.Errorf("%d dead, %d held, %d sent", dead, held, len(sent))
				}
			})
		})
	}
}

// TestFloodSilencesNoAlarm has strangers write until the circuit breaker opens: what is an emergency is told all the same, for
// as long as one can act on it, and what the flood has the desk's people read at last is a few lists.
func TestFloodSilencesNoAlarm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{}, func(c *config.Config) {
			c.Limits.CircuitBreaker = rate(30, time.Hour)
		})
		defer s.close()
		flood := func(n int) {
			for i := range n {
				s.arrives(fmt.Sprintf("s%d@elsewhere.example", i), fmt.Sprintf("Offer %d", i), "It is cheap.")
			}
		}
		alarmed := func() (n int) {
			for _, m := range s.sent() {
				if m.kind == "notice" && m.to == "ana@school.example" {
					n++
				}
			}
			return n
		}
		flood(60)
		if n := alarmed(); n != 0 || len(s.outbox("held")) == 0 {
			t.Fatalf("the flood: %d alarms, %d held", n, len(s.outbox("held")))
		}
		s.arrives("pat@school.example", "Stolen laptops", "Somebody broke in at night and stole the laptop cart of room 12.")
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if n := alarmed(); n != 1 {
			t.Errorf("the emergency was told %d times", n)
		}
		for i := range 40 {
			s.arrives(fmt.Sprintf("s%d@elsewhere.example", i), fmt.Sprintf("Stolen laptop %d", i), fmt.Sprintf("Laptop %d was stolen from my car.", i))
		}
		time.Sleep(20 * time.Minute)
		synctest.Wait()
		if n := alarmed(); n != 19 {
			t.Errorf("then %d alarms went through the open circuit breaker", n)
		}
		notices := 0
		for _, e := range s.outbox("held") {
			if e.Kind == "notice" && e.To == "kim@school.example" {
				notices++
			}
		}
		if notices > 20 {
			t.Errorf("%d notices of 100 requests are held", notices)
		}
	})
}

// TestCircuitBreakerTakesOneOrder has two operators of different minds, and one who answers last week's mail.
func TestCircuitBreakerTakesOneOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{}, func(c *config.Config) {
			uncapped(c)
			c.Limits.CircuitBreaker, c.Notify.Burst = rate(10, time.Hour), config.Rate{}
			c.Notify.Operator = append(c.Notify.Operator, "boss@school.example")
		})
		defer s.close()
		flood := func() {
			for i := range 8 {
				s.arrives("pat@school.example", fmt.Sprintf("Request %d", i+1), "It is dark.")
			}
		}
		receipt := func(m sentMail, from, text string) string {
			s.answers(m, from, text)
			return s.oneTo("receipt", from).Text
		}
		flood()
		told := map[string]sentMail{}
		for _, m := range s.sent() {
			if m.kind == "operator" {
				told[m.to] = m
			}
		}
		if got := receipt(told["admin@school.example"], "admin@school.example", "retry"); !strings.Contains(got, "goes out within a minute") {
			t.Errorf("the first order: %s", got)
		}
		if got := receipt(told["boss@school.example"], "boss@school.example", "#discard"); !strings.Contains(got, "admin@school.example closed the circuit breaker before") {
			t.Errorf("the second order: %s", got)
		}
		if n := len(s.outbox("dead")); n != 0 {
			t.Errorf("%d mails were given up against the first word", n)
		}
		time.Sleep(3 * time.Hour)
		flood()
		s.answers(told["admin@school.example"], "admin@school.example", "discard") // its receipt waits, with all else
		if held, dead := len(s.outbox("held")), len(s.outbox("dead")); held == 0 || dead != 0 {
			t.Errorf("%d mails are held, %d were given up by an order of long ago", held, dead)
		}
	})
}

// TestMachinesAreListedForALook ends a digest with the mail of a machine that is no configured source; what only answers a
// mail by itself wants no look.
func TestMachinesAreListedForALook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{})
		defer s.close()
		s.arrives("copier@school.example", "Toner low", "The toner is low.", "Auto-Submitted: auto-generated")
		s.arrives("pat@school.example", "Read: hello", "Your mail was read.", "Auto-Submitted: auto-replied")
		s.expect()
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		digest := s.oneTo("digest", "ana@school.example")
		if !strings.Contains(digest.Text, `mail 1: copier@school.example wrote "Toner low"`) || strings.Contains(digest.Text, "Read: hello") {
			t.Errorf("the digest says:\n%s", digest.Text)
		}
		s.answers(digest, "ana@school.example", "#open 1")
		if rows := s.rows("open"); len(rows) != 1 || rows[0].Requester != "copier@school.example" {
			t.Errorf("opened: %+v", rows)
		}
	})
}
