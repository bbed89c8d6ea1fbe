package bot_test

import (
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"triaged/internal/bot"
	"triaged/internal/inprocess"
	"triaged/internal/store"
)

// backUp makes a backup of the running desk.
func (s *school) backUp(file string) {
	s.t.Helper()
	err := s.desk.Store().Hold(time.Now(), func(m store.Moment) error {
		_, err := store.Backup(s.t.Context(), m, store.Copying{Dir: s.config.Desk.DataDir, File: file}, func() error { return nil })
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// restore ends the desk and goes on with one that was restored elsewhere.
func (s *school) restore(file, adopt string) {
	s.t.Helper()
	s.stop()
	s.config.Desk.DataDir = filepath.Join(s.t.TempDir(), "data")
	_, _, err := store.Restore(s.t.Context(), store.Restoring{
		Copying: store.Copying{Dir: s.config.Desk.DataDir, File: file}, Now: time.Now(), Adopt: adopt,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.start()
	s.settle()
}

func (s *school) outcomeCounts() map[string]int {
	s.t.Helper()
	count := map[string]int{}
	for _, row := range s.ledger() {
		count[row.Outcome]++
	}
	return count
}

// TestRestoredDeskLosesNoMail goes back to a backup: what came in since is in the done and refused folders, and is taken
// once; what the backup knows is taken for nothing new, and nobody gets a second answer.
func TestRestoredDeskLosesNoMail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{})
		defer s.close()
		file := filepath.Join(t.TempDir(), "b.tar")
		s.arrives("Dana <dana@school.example>", "Projector is dark", "It does not turn on.")
		ack := s.expect("acknowledgement dana@school.example", "notice kim@school.example")["acknowledgement dana@school.example"]
		s.raw("From: <>\r\nSubject: nobody\r\nMessage-ID: <nobody@x>\r\n\r\nNo sender.\r\n")
		s.arrives("Kim <kim@school.example>", "[SR-99] #9-9", "no such thing")
		s.sent()
		before := s.outcomeCounts()
		s.backUp(file)
		time.Sleep(3 * 24 * time.Hour)
		s.arrives("Omar <omar@school.example>", "Printer is jammed", "It eats paper.")
		s.arrives("Lena <lena@school.example>", "No sound", "Since this morning.")
		s.answers(ack, "Dana <dana@school.example>", "It is in room 12.")
		s.settle()
		s.sent()

		s.restore(file, "")
		got := s.outcomeCounts()
		if got["opened"] != before["opened"]+2 || got["replied"] != 1 {
			t.Errorf("%v became %v", before, got)
		}
		told := map[string]int{}
		for _, m := range s.sent() {
			told[m.kind+" "+m.to]++
			if m.kind == "acknowledgement" && !strings.Contains(m.Subject, "[SR-200") {
				t.Errorf("acknowledged as %q", m.Subject)
			}
			if m.kind == "operator" && !strings.Contains(strings.Join(strings.Fields(m.Text), " "), "If you ran `triaged keys revoke` since the backup, run it again.") {
				t.Errorf("the operators hear nothing of keys: %s", m.Text)
			}
		}
		for _, who := range []string{"acknowledgement omar@school.example", "acknowledgement lena@school.example", "operator admin@school.example"} {
			if told[who] != 1 {
				t.Errorf("%d of %s", told[who], who)
			}
		}
		if told["acknowledgement dana@school.example"]+told["refusal kim@school.example"]+told["receipt kim@school.example"] > 0 {
			t.Errorf("answered twice: %v", told)
		}

		// Another start reads nothing again, and answers to mails of before the backup are known.
		rows := len(s.ledger())
		s.stop()
		s.start()
		s.settle()
		if n := len(s.ledger()); n != rows {
			t.Errorf("%d rows became %d", rows, n)
		}
		s.answers(ack, "Dana <dana@school.example>", "And now it smokes.")
		if all := s.rows("all"); len(all) != 3 || s.outcomeCounts()["replied"] != 2 {
			t.Errorf("%d requests, %v", len(all), s.outcomeCounts())
		}
	})
}

// TestLostStateComesBackFromRawMails loses the state file, and has the last backup and the raw mails: requests have the
// numbers that people were told, answers to what the lost state sent are understood, and nothing is sent twice.
func TestLostStateComesBackFromRawMails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{})
		defer s.close()
		file := filepath.Join(t.TempDir(), "b.tar")
		s.arrives("Dana <dana@school.example>", "Projector is dark", "It does not turn on.")
		s.sent()
		s.backUp(file)
		time.Sleep(time.Minute)
		s.arrives("Omar <omar@school.example>", "Printer is jammed", "It eats paper.")
		got := s.expect("acknowledgement omar@school.example", "notice kim@school.example")
		ack, notice := got["acknowledgement omar@school.example"], got["notice kim@school.example"]
		s.answers(ack, "Omar <omar@school.example>", "It is in room 12.")
		s.sent()
		time.Sleep(time.Hour) // whatever was kept has been sent, as far as anybody knows
		s.arrives("Lena <lena@school.example>", "No sound", "Since this morning.")
		last := s.expect("acknowledgement lena@school.example", "notice kim@school.example")
		if err := s.desk.Do(bot.Args{Number: "SR-1", Text: "#mine", As: "kim@school.example"}, func(any) error { return nil }); err != nil {
			t.Fatal(err)
		}
		want := s.rows("all")

		lost := s.config.Desk.DataDir
		s.restore(file, lost)
		have := s.rows("all")
		if len(have) != len(want) {
			t.Fatalf("%d requests, want %d", len(have), len(want))
		}
		for i := range want {
			if i > 0 && (have[i].Number != want[i].Number || have[i].Subject != want[i].Subject || have[i].SubmittedAt != want[i].SubmittedAt) {
				t.Errorf("%+v, want %+v", have[i], want[i])
			}
		}
		// What was kept in the last moments goes out again under the same Message-ID; the rest does not.
		operator := 0
		for _, m := range s.sent() {
			switch key := m.kind + " " + m.to; {
			case m.kind == "operator":
				if strings.Contains(m.Text, "as kim@school.example: SR-1") {
					operator++
				}
			case last[key].MessageID != m.MessageID:
				t.Errorf("sent again: %s: %s", key, m.Subject)
			}
		}
		if operator != 1 {
			t.Errorf("the operator heard %d times of what a shell had done", operator)
		}
		// A bare code counts only in an answer to a notice that the bot remembers.
		s.answers(notice, "Kim Tran <kim@school.example>", "1-3")
		s.expect("receipt kim@school.example", "categorized omar@school.example", "notice campus@school.example")
		s.answers(ack, "Omar <omar@school.example>", "Thank you. Room 12, I said.")
		if all := s.rows("all"); len(all) != 3 || s.outcomeCounts()["replied"] != 2 {
			t.Errorf("%d requests, %v", len(all), s.outcomeCounts())
		}
	})
}

// TestHoldEndsWithWhoeverAsked holds a moment for a backup, which then goes away, or releases it; whoever releases what is
// not held any more is told.
func TestHoldEndsWithWhoeverAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{})
		defer s.close()
		ops := s.desk.Ops()
		hold := func(ctx context.Context) (moment bot.HeldMoment, ended chan error) {
			held, ended := make(chan bot.HeldMoment, 1), make(chan error, 1)
			go func() {
				ended <- ops["hold"](ctx, nil, func(row any) error { held <- row.(bot.HeldMoment); return nil })
			}()
			return <-held, ended
		}
		release := func(m bot.HeldMoment) error {
			raw, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			return ops["release"](t.Context(), raw, nil)
		}
		m, ended := hold(t.Context())
		s.arrives("Dana <dana@school.example>", "Projector is dark", "Nobody waits for a backup.")
		s.expect("acknowledgement dana@school.example", "notice kim@school.example")
		if err := release(m); err != nil {
			t.Error(err)
		}
		if err := <-ended; err != nil {
			t.Error(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		m, ended = hold(ctx)
		cancel()
		if err := <-ended; err == nil {
			t.Error("held for nobody")
		}
		if err := release(m); err == nil || !strings.Contains(err.Error(), "run it again") {
			t.Error(err)
		}
		m, ended = hold(t.Context())
		time.Sleep(time.Hour) // somebody has suspended the backup
		if err := <-ended; err == nil {
			t.Error("held for an hour")
		}
		if err := release(m); err == nil {
			t.Error("released what was not held")
		}
	})
}

// TestAdoptingGoesOnAfterACrash ends taking over raw mails after each commit, and begins again, until it is through. Each
// mail is accounted for once, and nothing that had been sent is owed again.
func TestAdoptingGoesOnAfterACrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{})
		file := filepath.Join(t.TempDir(), "b.tar")
		s.backUp(file)
		s.arrives("Omar <omar@school.example>", "Printer is jammed", "It eats paper.")
		ack := s.expect("acknowledgement omar@school.example", "notice kim@school.example")["acknowledgement omar@school.example"]
		s.answers(ack, "Omar <omar@school.example>", "It is in room 12.")
		s.answers(ack, "Omar <omar@school.example>", "It burns.")
		sent := 2 + len(s.sent())
		time.Sleep(time.Hour)
		s.arrives("Lena <lena@school.example>", "No sound", "Since this morning.")
		s.sent()
		s.close()
		lost := s.config.Desk.DataDir
		s.config.Desk.DataDir = filepath.Join(t.TempDir(), "data")
		_, _, err := store.Restore(t.Context(), store.Restoring{
			Copying: store.Copying{Dir: s.config.Desk.DataDir, File: file}, Now: time.Now(), Adopt: lost,
		})
		if err != nil {
			t.Fatal(err)
		}
		for attempt := 1; ; attempt++ {
			ctx, cancel := context.WithCancel(t.Context())
			adopting := false
			rim := s.rim
			rim.Point = func(name string) {
				if adopting && name == "committed" {
					cancel()
				}
			}
			if s.desk, err = bot.Open(s.config, rim); err != nil {
				t.Fatal(err)
			}
			adopting = true
			_, err := s.desk.Adopt(ctx)
			s.check()
			if err == nil || attempt == 10 {
				if attempt < 4 {
					t.Errorf("through at attempt %d", attempt)
				}
				break
			}
			s.desk.Close()
		}
		defer s.desk.Close()
		if rows := s.ledger(); len(rows) != 4 {
			t.Errorf("%d rows for 4 mails", len(rows))
		}
		count := map[string]int{}
		for _, row := range s.outbox("") {
			count[row.State]++
		}
		if count["sent"] != sent || count["pending"] != 2 { // those of the last moments
			t.Errorf("%v, %d had been sent", count, sent)
		}
	})
}
