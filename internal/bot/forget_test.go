package bot_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"triaged/internal/bot"
	"triaged/internal/config"
	"triaged/internal/inprocess"
	"triaged/internal/message"
	"triaged/internal/store"
)

// onDisk tells whether words lie anywhere in the data directory, in the state's live values or in raw mails.
func (s *school) onDisk(words string) bool {
	s.t.Helper()
	files, _ := filepath.Glob(filepath.Join(s.config.Desk.DataDir, "raw", "*.mails"))
	for _, path := range files {
		if b, err := os.ReadFile(path); err != nil || bytes.Contains(b, []byte(words)) {
			return true
		}
	}
	for _, r := range s.rows("all") {
		err := s.desk.Export(bot.Args{Number: r.Number}, func(row any) error {
			if e := row.(bot.ExportRow); strings.Contains(e.Text+e.Subject, words) {
				words = ""
			}
			return nil
		})
		if err != nil {
			s.t.Fatal(err)
		}
	}
	return words == ""
}

// asked asks the desk something and gives the rows.
func asked[T any](t *testing.T, ask func(bot.Args, func(any) error) error, a bot.Args) (rows []T, err error) {
	t.Helper()
	err = ask(a, func(row any) error { rows = append(rows, row.(T)); return nil })
	return rows, err
}

// TestForgetting removes what one of two people wrote, wherever it lies, and nothing else.
func TestForgetting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{})
		defer s.close()
		s.arrives("Dana <dana@school.example>", "Quetzal projector", "The quetzal words.")
		s.arrives("Omar <omar@school.example>", "Printer is jammed", "It eats paper. Xylophone.")
		s.arrives("Dana <dana@school.example>", "Printer is jammed", "It eats the quetzal paper too.")
		notices := map[string]sentMail{}
		for _, m := range s.sent() {
			notices[m.kind+m.Subject] = m
		}
		if _, err := asked[bot.Forgotten](t, s.desk.Forget, bot.Args{About: "dana@school.example"}); err == nil || !strings.Contains(err.Error(), "SR-1 is theirs and still open") {
			t.Errorf("%v", err)
		}
		for _, n := range []string{"SR-1", "SR-3"} {
			if err := s.desk.Do(bot.Args{Number: n, Text: "#1-3\n#resolve", As: "kim@school.example"}, func(any) error { return nil }); err != nil {
				t.Fatal(err)
			}
		}
		s.settle()
		asked[bot.LegalHoldRow](t, s.desk.LegalHold, bot.Args{About: "Dana@School.example", Text: "a suit"})
		if _, err := asked[bot.Forgotten](t, s.desk.Forget, bot.Args{About: "dana@school.example"}); err == nil || !strings.Contains(err.Error(), "legal hold") {
			t.Errorf("%v", err)
		}
		if left, err := asked[bot.LegalHoldRow](t, s.desk.LegalHold, bot.Args{About: "dana@school.example", State: bot.Released}); err != nil || len(left) != 0 {
			t.Errorf("%v, %v", left, err)
		}
		would, err := asked[bot.Forgotten](t, s.desk.Forget, bot.Args{About: "dana@school.example", DryRun: true})
		if err != nil || !s.onDisk("quetzal") {
			t.Fatalf("%v, %v", would, err)
		}
		did, err := asked[bot.Forgotten](t, s.desk.Forget, bot.Args{About: "Dana@school.example"})
		if err != nil || len(did) != 1 || did[0].Received != 2 || did[0].Texts != 3 || did[0].Sent < 4 || len(did[0].Requests) != 2 || did[0].Bytes != would[0].Bytes {
			t.Errorf("%+v, %v", did, err)
		}
		if s.onDisk("quetzal") || s.onDisk("Quetzal") || !s.onDisk("Xylophone") {
			t.Error("the wrong words are gone")
		}
		for _, r := range s.rows("all") {
			if want := map[string]string{"SR-1": "", "SR-2": "Printer is jammed", "SR-3": "Printer is jammed"}[r.Number]; r.Subject != want || r.Requester == "" {
				t.Errorf("%+v", r)
			}
		}
		s.check()
		if again, err := asked[bot.Forgotten](t, s.desk.Forget, bot.Args{About: "dana@school.example"}); err != nil || again[0].Texts+again[0].Received+again[0].Sent != 0 {
			t.Errorf("something was left: %+v, %v", again, err)
		}
		// Life goes on, with an answer to a mail that was forgotten too.
		s.answers(notices["acknowledgement"+"[SR-1] Quetzal projector"], "Dana <dana@school.example>", "It is dark again.")
		s.arrives("Dana <dana@school.example>", "Projector", "It is dark again.")
		s.check()
	})
}

// inOutbox are the outgoing mails that have words, as sent or as they would be shown, or in what is kept of them.
func (s *school) inOutbox(words string) (found []string) {
	s.t.Helper()
	err := s.desk.Store().EachEntry("", func(e store.Entry) error {
		kept, err := json.Marshal(e)
		if err != nil {
			return err
		}
		shown, err := asked[bot.SentMail](s.t, s.desk.ShowSent, bot.Args{Mails: []uint64{e.ID}})
		if err != nil {
			return err
		}
		m := message.Parse(shown[0].Raw)
		if strings.Contains(strings.ToLower(m.Subject+m.Text+string(kept)), words) {
			found = append(found, fmt.Sprintf("%d: %s to %s", e.ID, e.Letter.Kind, e.Letter.To.Address))
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return found
}

// TestForgettingReachesLists forgets somebody whose words went out in lists, receipts for several requests, sentences about
// what they did and word to the operators.
func TestForgettingReachesLists(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{})
		defer s.close()
		s.asks(1, 12)
		s.arrives("Dana <dana@school.example>", "Quetzal projector", "The quetzal words.")
		s.desk.ParseWith(func(raw []byte) *message.Message {
			if bytes.Contains(raw, []byte("unparsable")) {
				panic("nested too deep")
			}
			return message.Parse(raw)
		})
		s.arrives("Dana <dana@school.example>", "A stuck quetzal", "This is unparsable.")
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		list, _ := s.noticed("kim@school.example")
		s.answers(list[len(list)-1], "Kim <kim@school.example>", "12-13 1-3\n13 #note the quetzal was seen")
		s.arrives("Dana <dana@school.example>", "Re: [SR-13] Quetzal projector", "#withdraw\n\nMy quetzal left.")
		s.settle()
		if row := s.row("SR-13"); row.State != "withdrawn" {
			if err := s.desk.Do(bot.Args{Number: "SR-13", Text: "#resolve", As: "kim@school.example"}, func(any) error { return nil }); err != nil {
				t.Fatal(err)
			}
		}
		kinds := strings.Join(s.inOutbox("quetzal"), "\n")
		for _, want := range []string{"notice to kim", "receipt to kim", "operator to admin"} {
			if !strings.Contains(kinds, want) {
				t.Errorf("the test has no %s with the words:\n%s", want, kinds)
			}
		}
		if _, err := asked[bot.Forgotten](t, s.desk.Forget, bot.Args{About: "dana@school.example"}); err != nil {
			t.Fatal(err)
		}
		if left := s.inOutbox("quetzal"); len(left) > 0 {
			t.Errorf("left in %q", left)
		}
		if kept := s.inOutbox("projector 3"); len(kept) == 0 {
			t.Error("the wrong words are gone")
		}
		s.check()
		s.settle() // what was still to be sent to her goes out, without her words
		if left := s.inOutbox("quetzal"); len(left) > 0 {
			t.Errorf("sent later: %q", left)
		}
	})
}

// TestForgettingReachesWhatIsBeingSent forgets somebody between the rendering of a mail to them and its first attempt.
func TestForgettingReachesWhatIsBeingSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{})
		defer s.close()
		s.arrives("Dana <dana@school.example>", "Quetzal projector", "The quetzal words.")
		s.sent()
		kept, forgotten := 0, 0
		s.rim.Point = func(name string) {
			if name != "raw-synced" {
				return
			}
			if kept++; kept != 2 { // the first is what the shell said, the second what is to be sent
				return
			}
			did, err := asked[bot.Forgotten](t, s.desk.Forget, bot.Args{About: "dana@school.example"})
			if err != nil {
				t.Error(err)
			}
			forgotten = len(did)
		}
		s.restart()
		s.settle()
		kept = 0
		err := s.desk.Do(bot.Args{Number: "SR-1", Text: "#1-3\n#resolve the quetzal left", As: "kim@school.example"}, func(any) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		s.settle()
		if forgotten != 1 || len(s.sentTo("dana@school.example", "resolved")) != 1 {
			t.Errorf("forgotten %d times, sent %v", forgotten, s.outbox("sent"))
		}
		if left := s.inOutbox("quetzal"); len(left) > 0 || s.onDisk("uetzal") {
			t.Errorf("left in %q", left)
		}
		s.check()
	})
}

// reported plays a morning until three have reported an outage, and returns their requests.
func (s *school) reported(morning []report) (reports []bot.RequestRow) {
	s.t.Helper()
	s.arriving(morning, 8*time.Hour+3*time.Minute)
	for _, r := range s.rows("all") {
		if r.Outage != nil {
			reports = append(reports, r)
		}
	}
	if len(reports) < 3 {
		s.t.Fatalf("%d reports of an outage", len(reports))
	}
	return reports
}

func (s *school) resolves(number string) {
	s.t.Helper()
	if err := s.desk.Do(bot.Args{Number: number, Text: "#1-1\n#resolve", As: "ana@school.example"}, func(any) error { return nil }); err != nil {
		s.t.Fatal(err)
	}
	s.settle()
}

// TestMailGoesOutWhileWipingFails has a disk on which what was forgotten cannot be written over: whoever forgets hears of it, and
// the desk's mail goes out all the same.
func TestMailGoesOutWhileWipingFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{})
		defer s.close()
		s.arrives("Dana <dana@school.example>", "Projector", "It is dark.")
		s.do("SR-1", "#1-3\n#resolve", "kim@school.example")
		s.settle()
		s.sent()
		raw := filepath.Join(s.config.Desk.DataDir, "raw")
		files, err := filepath.Glob(filepath.Join(raw, "*.mails"))
		if err != nil || len(files) != 1 {
			t.Fatal(files, err)
		}
		aside := filepath.Join(t.TempDir(), "aside") // the bot has the file open
		if err := errors.Join(os.Rename(files[0], aside), os.Mkdir(files[0], 0o700)); err != nil {
			t.Fatal(err)
		}
		if _, err := asked[bot.Forgotten](t, s.desk.Forget, bot.Args{About: "dana@school.example"}); err == nil || !strings.Contains(err.Error(), "not written over yet") {
			t.Errorf("%v", err)
		}
		s.arrives("pat@school.example", "Bell", "It does not ring.")
		s.oneTo("acknowledgement", "pat@school.example")
		if err := errors.Join(os.Remove(files[0]), os.Rename(aside, files[0])); err != nil {
			t.Fatal(err)
		}
	})
}

// TestForgettingReachesOutages forgets one of those who reported an outage.
func TestForgettingReachesOutages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		morning := simulated(t, "1")
		s := openSchool(t, inprocess.SMTPOptions{}, directoryOf(t, morning))
		defer s.close()
		one := s.reported(morning)[1]
		about := func() (mails []string) {
			for _, m := range s.inOutbox(strings.ToLower(one.Subject)) {
				if strings.Contains(m, "outage to") {
					mails = append(mails, m)
				}
			}
			return mails
		}
		s.resolves(one.Number)
		if len(about()) == 0 {
			t.Fatalf("no mail about the outage has %q", one.Subject)
		}
		if _, err := asked[bot.Forgotten](t, s.desk.Forget, bot.Args{About: one.Requester}); err != nil {
			t.Fatal(err)
		}
		if left := about(); len(left) > 0 {
			t.Errorf("%q is left in %q", one.Subject, left)
		}
		s.check()
	})
}

// TestRetentionReachesOutages lets the mails about an outage grow old. Their text goes once all reports have ended.
func TestRetentionReachesOutages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const day = 24 * time.Hour
		morning := simulated(t, "1")
		s := openSchool(t, inprocess.SMTPOptions{}, directoryOf(t, morning), func(c *config.Config) {
			c.Retention = config.Retention{Bodies: config.Duration(30 * day), Reports: config.Duration(90 * day)}
		})
		defer s.close()
		reports := s.reported(morning)
		for _, r := range reports[1:] {
			s.resolves(r.Number)
		}
		later := func(d time.Duration) (mails, formed int) {
			s.stop()
			time.Sleep(d)
			s.start()
			s.settle()
			s.desk.Store().EachEntry("", func(e store.Entry) error {
				if e.Letter.Outage != nil {
					mails++
					formed += btoi(e.Forms != nil)
				}
				return nil
			})
			return mails, formed
		}
		if _, formed := later(31 * day); formed == 0 {
			t.Error("a mail about an open request has lost its text")
		}
		s.resolves(reports[0].Number)
		if mails, formed := later(31 * day); mails == 0 || formed > 0 {
			t.Errorf("%d of %d mails about the outage keep their text", formed, mails)
		}
		hold := bot.Args{About: reports[0].Number}
		if _, err := asked[bot.LegalHoldRow](t, s.desk.LegalHold, hold); err != nil {
			t.Fatal(err)
		}
		if mails, _ := later(60 * day); mails == 0 {
			t.Error("a mail about a request under a legal hold is gone")
		}
		hold.State = bot.Released
		if _, err := asked[bot.LegalHoldRow](t, s.desk.LegalHold, hold); err != nil {
			t.Fatal(err)
		}
		if mails, _ := later(day); mails > 0 {
			t.Errorf("%d mails about the outage are never too old", mails)
		}
		s.check()
	})
}

// TestRetention lets time pass. Each kind goes when its time has come, but for what is open or under a legal hold.
func TestRetention(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const day = 24 * time.Hour
		s := openSchool(t, inprocess.SMTPOptions{}, func(c *config.Config) {
			c.Retention = config.Retention{
				RawMails: config.Duration(30 * day), Bodies: config.Duration(60 * day), Events: config.Duration(90 * day), Reports: config.Duration(20 * day),
			}
		})
		defer s.close()
		for _, who := range []string{"dana", "omar", "lena"} {
			s.arrives(who+" <"+who+"@school.example>", "Trouble of "+who, "The words of "+who+".")
		}
		for _, n := range []string{"SR-1", "SR-2"} {
			if err := s.desk.Do(bot.Args{Number: n, Text: "#1-3\n#resolve", As: "kim@school.example"}, func(any) error { return nil }); err != nil {
				t.Fatal(err)
			}
		}
		s.settle()
		if _, err := asked[bot.LegalHoldRow](t, s.desk.LegalHold, bot.Args{About: "SR-2"}); err != nil {
			t.Fatal(err)
		}
		later := func(d time.Duration) {
			s.stop()
			time.Sleep(d)
			s.start()
			s.settle()
		}
		state := func() string {
			var all []string
			for _, r := range s.rows("all") {
				rows, err := asked[bot.ExportRow](t, s.desk.Export, bot.Args{Number: r.Number})
				if err != nil {
					t.Fatal(err)
				}
				mails, err := asked[bot.ExportedMail](t, s.desk.ExportMails, bot.Args{Number: r.Number})
				if err != nil {
					t.Fatal(err)
				}
				words := r.Number
				if rows[0].Text != "" {
					words += " text"
				}
				if len(mails) > 0 {
					words += " mails"
				}
				all = append(all, words)
			}
			return strings.Join(all, ", ")
		}
		for _, c := range []struct {
			after time.Duration
			want  string
		}{
			{29 * day, "SR-1 text mails, SR-2 text mails, SR-3 text mails"},
			{2 * day, "SR-1 text, SR-2 text mails, SR-3 text mails"},
			{30 * day, "SR-1, SR-2 text mails, SR-3 text mails"},
			{30 * day, "SR-2 text mails, SR-3 text mails"},
		} {
			would, err := asked[bot.RetainedRow](t, s.desk.Retain, bot.Args{DryRun: true})
			if err != nil || len(would) != 4 {
				t.Fatalf("%v, %v", would, err)
			}
			later(c.after)
			if got := state(); got != c.want {
				t.Errorf("after %v more: %s, want %s", c.after, got, c.want)
			}
			s.check()
		}
		if s.onDisk("words of dana") || !s.onDisk("words of omar") || !s.onDisk("words of lena") {
			t.Error("the wrong words are on the disk")
		}
		if rows, err := asked[bot.RetainedRow](t, s.desk.Retain, bot.Args{DryRun: true}); err != nil || rows[0].Items+rows[1].Items+rows[2].Items > 0 {
			t.Errorf("the bot has left %+v, %v", rows, err)
		}
	})
}

// TestStuckMailIsNotTooOld keeps a mail that nobody has dealt with, whatever retention says, and still lists one that was
// dealt with and removed.
func TestStuckMailIsNotTooOld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{}, func(c *config.Config) { c.Retention.RawMails = config.Duration(30 * 24 * time.Hour) })
		defer s.close()
		parse := func(raw []byte) *message.Message {
			if bytes.Contains(raw, []byte("unparsable")) {
				panic("nested too deep")
			}
			return message.Parse(raw)
		}
		s.desk.ParseWith(parse)
		s.arrives("Dana <dana@school.example>", "Stuck", "This is unparsable.")
		s.stop()
		time.Sleep(40 * 24 * time.Hour)
		s.start()
		s.settle()
		if !s.onDisk("unparsable") {
			t.Error("a stuck mail was removed")
		}
		rows, err := asked[bot.QuarantineRow](t, s.desk.Quarantine, bot.Args{})
		if err != nil || len(rows) != 1 {
			t.Fatalf("%v, %v", rows, err)
		}
		if err := s.desk.OrderReceived(bot.Args{Order: bot.DiscardMail, Mails: []uint64{rows[0].Ledger}, As: "admin@school.example"}, func(any) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if err := s.desk.Retain(bot.Args{}, func(any) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if s.onDisk("unparsable") {
			t.Error("a discarded mail was kept")
		}
		if rows, err := asked[bot.QuarantineRow](t, s.desk.Quarantine, bot.Args{Mails: []uint64{rows[0].Ledger}}); err != nil || len(rows) != 1 {
			t.Errorf("%v, %v", rows, err)
		}
	})
}

// TestDigestsCanLeaveWordsOut sends a digest with and without what was written.
func TestDigestsCanLeaveWordsOut(t *testing.T) {
	for _, excerpts := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			s := openSchool(t, inprocess.SMTPOptions{}, func(c *config.Config) { c.Review.Excerpts = excerpts })
			defer s.close()
			s.arrives("Dana <dana@school.example>", "Projector is dark", "A quetzal sits on it.")
			rows, err := asked[bot.DigestRow](t, s.desk.Digest, bot.Args{})
			if err != nil || strings.Contains(rows[0].Text, "quetzal") != excerpts || !strings.Contains(rows[0].Text, "Projector is dark") {
				t.Errorf("excerpts %v: %v\n%s", excerpts, err, rows[0].Text)
			}
		})
	}
}
