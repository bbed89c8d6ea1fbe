package bot_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"triaged/internal/config"
	"triaged/internal/inprocess"
)

// TestOneRequest is the main job: a mail becomes a request, is acknowledged and told about, is categorized by an answer,
// and everybody hears what follows.
func TestOneRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{})
		defer s.close()
		s.arrives("Pat Lee <pat@school.example>", "Projector in room 214", "The projector in rm 214 does not turn on.\n\nPat")
		got := s.expect("acknowledgement pat@school.example", "notice kim@school.example")
		ack, notice := got["acknowledgement pat@school.example"], got["notice kim@school.example"]
		if !strings.Contains(ack.Subject, "[SR-1]") || !strings.Contains(notice.Subject, "[SR-1]") {
			t.Errorf("subjects %q and %q do not name SR-1", ack.Subject, notice.Subject)
		}
		if ack.Header.Get("Auto-Submitted") == "" || ack.Header.Get("Auto-Submitted") == "no" {
			t.Error("the acknowledgement does not say that it is automatic")
		}
		if !strings.Contains(notice.Text, "rm 214 does not turn on") {
			t.Errorf("the notice does not hold the request's text:\n%s", notice.Text)
		}

		s.answers(notice, "Kim Tran <kim@school.example>", "#1.3")
		got = s.expect("receipt kim@school.example", "categorized pat@school.example", "notice campus@school.example")
		receipt := got["receipt kim@school.example"]
		if !strings.Contains(receipt.Text, "1-3") || !strings.Contains(receipt.Text, "SR-1") {
			t.Errorf("the receipt says:\n%s", receipt.Text)
		}
		row := s.rows("open")[0]
		want := time.Date(2026, 3, 5, 13, 5, 0, 0, time.UTC) // three working days of ten hours from Monday 07:05
		if row.Category != "1-3" || row.DueAt == nil || row.DueAt.Sub(want).Abs() > time.Second {
			t.Errorf("SR-1 is %q, due %v; want 1-3, due %v", row.Category, row.DueAt, want)
		}
		done, err := s.imap.Mails("support", "Processed")
		if err != nil || len(done) != 2 {
			t.Errorf("%d mails in the done folder (%v), want 2", len(done), err)
		}
	})
}

// TestUnknownCodeChangesNothing gives the nearest codes and leaves the request as it is.
func TestUnknownCodeChangesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{})
		defer s.close()
		s.arrives("Pat Lee <pat@school.example>", "Projector", "It is dark.")
		notice := s.expect("acknowledgement pat@school.example", "notice kim@school.example")["notice kim@school.example"]
		s.answers(notice, "kim@school.example", "#1-9")
		receipt := s.expect("receipt kim@school.example")["receipt kim@school.example"]
		if !strings.Contains(receipt.Text, "1-8") {
			t.Errorf("the receipt names no code near 1-9:\n%s", receipt.Text)
		}
		if row := s.rows("open")[0]; row.Category != "" {
			t.Errorf("SR-1 became %s", row.Category)
		}
		if last := s.ledger()[1]; last.Outcome != "refused-unknown-code" {
			t.Errorf("the ledger says %s", last.Outcome)
		}
	})
}

// TestSubjectCommandNeedsProof lets a technician categorize in the subject of a new mail, where the receiving server
// vouches for From; without that, a confirmation is asked for and nothing happens before its answer.
func TestSubjectCommandNeedsProof(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{})
		defer s.close()
		s.arrives("pat@school.example", "Projector", "It is dark.")
		s.expect("acknowledgement pat@school.example", "notice kim@school.example")
		s.arrives("kim@school.example", "[SR-1] #1-3", "")
		ask := s.expect("confirmation kim@school.example")["confirmation kim@school.example"]
		if row := s.rows("open")[0]; row.Category != "" {
			t.Fatalf("a forged From made SR-1 %s", row.Category)
		}
		s.answers(ask, "kim@school.example", "yes")
		s.expect("receipt kim@school.example", "categorized pat@school.example", "notice campus@school.example")
		if row := s.rows("open")[0]; row.Category != "1-3" {
			t.Errorf("confirmed, but SR-1 is %q", row.Category)
		}
		s.arrives("kim@school.example", "[SR-1] # 1 - 4", "",
			"Authentication-Results: mx.school.example; dmarc=pass header.from=school.example")
		s.expect("receipt kim@school.example", "categorized pat@school.example")
		if row := s.rows("open")[0]; row.Category != "1-4" {
			t.Errorf("with DMARC pass SR-1 is %q", row.Category)
		}
	})
}

// TestReminderAndDigest passes a morning: the reminder after two hours, once; the digests at odd hours; one answer for
// several requests; then silence, but for the day that technicians have.
func TestReminderAndDigest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{})
		defer s.close()
		s.arrives("pat@school.example", "Projector", "It is dark in 214.")
		time.Sleep(20 * time.Minute)
		s.arrives("lou@school.example", "Password", "I forgot my password for the grade book.")
		s.sent()
		time.Sleep(time.Until(time.Date(2026, 3, 2, 15, 4, 0, 0, time.UTC))) // 09:04 at the desk
		synctest.Wait()
		got := s.expect("digest ana@school.example")
		if at := got["digest ana@school.example"].at; at.Minute() != 0 || at.Hour() != 15 {
			t.Errorf("the digest went out at %s, want 09:00", at)
		}
		time.Sleep(3 * time.Minute)
		synctest.Wait()
		s.expect("reminder ana@school.example")
		time.Sleep(time.Until(time.Date(2026, 3, 2, 17, 1, 0, 0, time.UTC)))
		synctest.Wait()
		var digest sentMail
		for _, m := range s.sent() {
			if m.kind == "digest" {
				digest = m
			}
		}
		if digest.Message == nil {
			t.Fatal("no digest at 11:00")
		}
		if strings.Index(digest.Text, "SR-1") > strings.Index(digest.Text, "SR-2") {
			t.Errorf("the digest is not oldest first:\n%s", digest.Text)
		}
		s.answers(digest, "Ana Ruiz <ana@school.example>", "SR-1 1-3\nSR-2 2-3")
		got = s.expect("receipt ana@school.example", "categorized pat@school.example", "categorized lou@school.example", "notice campus@school.example")
		if r := got["receipt ana@school.example"]; !strings.Contains(r.Text, "SR-1") || !strings.Contains(r.Text, "SR-2") {
			t.Errorf("the receipt says:\n%s", r.Text)
		}
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		s.expect("reminder campus@school.example") // nobody acknowledged SR-1 for 24 hours (SOP, category 1)
	})
}

// TestOneTapLinkWorksOnce follows the link of a notice, whose mail proves itself by its key: once, and only from the
// address it went to.
func TestOneTapLinkWorksOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{})
		defer s.close()
		s.arrives("pat@school.example", "Projector", "The projector in room 214 is dark.")
		notice := s.expect("acknowledgement pat@school.example", "notice kim@school.example")["notice kim@school.example"]
		_, rest, found := strings.Cut(notice.Text, "<mailto:support@school.example?")
		link, _, closed := strings.Cut(rest, ">")
		if !found || !closed {
			t.Fatalf("the notice has no link:\n%s", notice.Text)
		}
		values, err := url.ParseQuery(link)
		if err != nil {
			t.Fatal(err)
		}
		s.arrives("mallory@elsewhere.example", values.Get("subject"), values.Get("body"))
		if row := s.rows("open")[0]; row.Category != "" {
			t.Fatalf("somebody else's use of the link made it %s", row.Category)
		}
		s.sent()
		s.arrives("kim@school.example", values.Get("subject"), values.Get("body"))
		s.expect("receipt kim@school.example", "categorized pat@school.example", "notice campus@school.example")
		s.arrives("kim@school.example", values.Get("subject"), values.Get("body")+"again")
		s.expect("confirmation kim@school.example")
	})
}

// TestCopiesAreKnown delivers a mail again in every way that happens: the same mail under another UID, under a new
// UIDVALIDITY, and moved back by hand.
func TestCopiesAreKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{})
		defer s.close()
		raw := "From: pat@school.example\r\nSubject: Projector\r\nMessage-ID: <1@people.example>\r\n\r\nIt is dark.\r\n"
		s.raw(raw)
		s.expect("acknowledgement pat@school.example", "notice kim@school.example")
		s.raw("Received: from elsewhere\r\n" + raw)
		if err := s.imap.Renumber("support", "INBOX"); err != nil {
			t.Fatal(err)
		}
		s.raw("Delivered-To: support@school.example\r\n" + raw)
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		s.expect()
		if n := len(s.rows("all")); n != 1 {
			t.Errorf("%d requests, want 1", n)
		}
		for _, row := range s.ledger()[1:] {
			if row.Outcome != "duplicate" {
				t.Errorf("ledger %d: %s (%s)", row.Ledger, row.Outcome, row.Reason)
			}
		}
	})
}

// TestNobodyIsAnsweredTwiceAboutMachines sends what must never be answered.
func TestMachinesAreNotAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{})
		defer s.close()
		for _, c := range []struct{ from, subject, header, outcome string }{
			{"pat@school.example", "Out of office", "Auto-Submitted: auto-replied", "auto-reply"},
			{"news@vendor.example", "Our news", "List-Id: <news.vendor.example>\r\nPrecedence: bulk", "list-mail"},
			{"scanner@school.example", "Scan", "Auto-Submitted: auto-generated", "automatic"},
			{"support@school.example", "Loop", "X-Other: 1", "own-mail"},
			{"lottery@spam.example", "You won", "X-Spam-Flag: YES", "spam"},
		} {
			s.arrives(c.from, c.subject, "Hello there, this is some text.", c.header)
			rows := s.ledger()
			if last := rows[len(rows)-1]; last.Outcome != c.outcome {
				t.Errorf("%s: %s (%s), want %s", c.subject, last.Outcome, last.Reason, c.outcome)
			}
		}
		s.expect()
	})
}

// TestTroubleWithSMTPBacksOff tries again after exactly the configured waits, under one Message-ID.
func TestTroubleWithSMTPBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var tries []time.Time
		busy := true
		s := openSchool(t, inprocess.SMTPOptions{Answer: func(step inprocess.SMTPStep) error {
			if step.Command != "DATA" || !busy {
				return nil
			}
			tries = append(tries, time.Now())
			return inprocess.Reply(451, "4.3.0", "try later")
		}}, func(c *config.Config) { c.Notify.NewRequest = nil })
		defer s.close()
		s.arrives("pat@school.example", "Projector", "It is dark.")
		time.Sleep(30 * time.Minute)
		synctest.Wait()
		var waits []time.Duration
		for i := 1; i < len(tries); i++ {
			waits = append(waits, tries[i].Sub(tries[i-1]))
		}
		if want := []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute}; !slices.Equal(waits, want) {
			t.Errorf("waits %v, want %v", waits, want)
		}
		busy = false
		time.Sleep(time.Hour)
		synctest.Wait()
		s.expect("acknowledgement pat@school.example")
	})
}

// TestRefusedMailIsDead ends in the dead letters, and somebody is told.
func TestRefusedMailIsDead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{Answer: func(step inprocess.SMTPStep) error {
			if step.Command == "RCPT" && strings.HasPrefix(step.Address, "pat@") {
				return inprocess.Reply(550, "5.1.1", "no such user")
			}
			return nil
		}})
		defer s.close()
		s.arrives("pat@school.example", "Projector", "It is dark.")
		got := s.expect("notice kim@school.example", "operator admin@school.example")
		if m := got["operator admin@school.example"]; !strings.Contains(m.Text, "no such user") {
			t.Errorf("the operator is told:\n%s", m.Text)
		}
	})
}

// TestRestartForgetsNothing stops the bot in the middle of a morning.
func TestRestartForgetsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{})
		defer s.close()
		s.arrives("pat@school.example", "Projector", "It is dark.")
		s.sent()
		s.stop()
		time.Sleep(3 * time.Hour) // past the reminder and two reviews
		s.start()
		time.Sleep(time.Minute)
		synctest.Wait()
		digest := s.expect("digest ana@school.example")["digest ana@school.example"] // one mail, which says all
		if !strings.Contains(digest.Text, "late") {
			t.Errorf("the digest does not say that it comes late:\n%s", digest.Text)
		}
	})
}

// TestOnlyNewLeavesOldMail starts on a mailbox that holds mail already: it is accounted for, and stays where it is.
func TestOnlyNewLeavesOldMail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{}, func(c *config.Config) { c.Mailboxes[0].Start = "new" })
		defer s.close()
		s.arrives("pat@school.example", "Projector", "It is dark.") // after the first look: new
		s.expect("acknowledgement pat@school.example", "notice kim@school.example")
		append := func(id string, age time.Duration) {
			mail := "From: lou@school.example\r\nSubject: Bell " + id + "\r\nMessage-ID: <" + id + "@people.example>\r\n\r\nIt is silent.\r\n"
			if _, err := s.imap.Append("support", "INBOX", time.Now().Add(-age), []byte(mail)); err != nil {
				t.Fatal(err)
			}
		}
		append("behind", 90*time.Minute) // by a server whose clock is so far behind
		s.settle()
		s.expect("acknowledgement lou@school.example", "notice kim@school.example")
		append("old", 25*time.Hour)
		s.settle()
		s.expect()
		rows := s.ledger()
		if last := rows[len(rows)-1]; last.Outcome != "before-start" {
			t.Errorf("the old mail ended as %s", last.Outcome)
		}
		if mails, err := s.imap.Mails("support", "INBOX"); err != nil || len(mails) != 1 {
			t.Errorf("%d mails in the inbox (%v), want the old one", len(mails), err)
		}
	})
}

// TestOldMailIsNotAcknowledged opens requests silently for what a first run finds.
func TestOldMailIsNotAcknowledged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{})
		defer s.close()
		old := "From: lou@school.example\r\nSubject: Long ago\r\nMessage-ID: <old@people.example>\r\n\r\nThe bell does not ring.\r\n"
		if _, err := s.imap.Append("support", "INBOX", time.Now().Add(-48*time.Hour), []byte(old)); err != nil {
			t.Fatal(err)
		}
		s.settle()
		for _, m := range s.sent() {
			if m.kind == "acknowledgement" {
				t.Error("a mail of two days before the first run was acknowledged")
			}
		}
		if n := len(s.rows("open")); n != 1 {
			t.Errorf("%d requests, want 1", n)
		}
	})
}
