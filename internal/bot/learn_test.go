package bot_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"triaged/internal/bot"
	"triaged/internal/config"
	"triaged/internal/inprocess"
)

// orders carries out a command of Ana's on a request.
func (s *school) orders(number, command string) {
	s.t.Helper()
	err := s.desk.Do(bot.Args{Number: number, Text: command, As: "ana@school.example"}, func(row any) error {
		if r := row.(bot.ReceiptRow); len(r.Failed) > 0 {
			return fmt.Errorf("%s %s: %v", number, command, r.Failed)
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.settle()
}

// TestModelIsMadeOfTheHistory: what a running bot has learned is, byte for byte, what it makes of its events and texts after
// a restart, within an epoch and beyond; and a desk without loops makes the same.
func TestModelIsMadeOfTheHistory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{})
		defer s.close()
		s.stop()
		s.prepare = func(d *bot.Desk) { d.Epoch(5) }
		s.start()
		same := func(when string) {
			t.Helper()
			live, learned := s.desk.Model().Digest(), s.desk.Model().Learned()
			s.stop()
			alone, err := bot.Open(s.config, s.rim)
			if err != nil {
				t.Fatal(err)
			}
			alone.Epoch(5)
			if alone.Model().Digest() != live {
				t.Errorf("%s: a desk without loops makes another model (of %d examples)", when, learned)
			}
			alone.Close()
			s.start()
			s.settle()
			if s.desk.Model().Digest() != live || s.desk.Model().Learned() != learned {
				t.Errorf("%s: the model of %d examples was made anew of %d", when, learned, s.desk.Model().Learned())
			}
			s.desk.LearnAnew()
			s.settle()
			if s.desk.Model().Digest() != live {
				t.Errorf("%s: learned anew, the model is another", when)
			}
		}
		same("before anything")
		texts := []string{"The projector in room %d is dark.", "Please reset the password of student %d.", "We need %d toner cartridges."}
		codes := []string{"1-3", "2-3", "3-4"}
		for i := range 17 {
			n := fmt.Sprint("SR-", i+1)
			s.arrives("pat@school.example", fmt.Sprint("Help ", i), fmt.Sprintf(texts[i%3], i))
			s.orders(n, "#"+codes[i%3])
			switch i {
			case 3:
				s.orders("SR-2", "#2-4!")
			case 4:
				s.orders("SR-3", "#spam")
				same("within an epoch")
			case 9:
				s.orders("SR-10", "#assign kim@school.example")
			}
		}
		if n := s.desk.Model().Learned(); n < 5 || n > 10 {
			t.Errorf("it stands on %d examples, want one to two epochs of five", n)
		}
		same("beyond an epoch")
		if r := s.report(); r.Suggested.First.Of == 0 || r.Suggested.Within3.Met < r.Suggested.First.Met || r.Suggested.Within3.Met == 0 {
			t.Errorf("the report says of suggestions: %+v", r.Suggested)
		}
	})
}

func (s *school) report() (r bot.ReportRow) {
	s.t.Helper()
	if err := s.desk.Report(bot.Args{}, func(row any) error { r = row.(bot.ReportRow); return nil }); err != nil {
		s.t.Fatal(err)
	}
	return r
}

// TestCorrectionIsUnlearned: what somebody corrects, takes back or throws away teaches nothing any more.
func TestCorrectionIsUnlearned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{})
		defer s.close()
		s.arrives("pat@school.example", "Zorblax", "The zorblax wobbles.")
		s.arrives("lou@school.example", "Zorblax", "Our zorblax wobbles, too.")
		s.orders("SR-1", "#7-1")
		if got := s.rows("uncategorized")[0].Suggestions[0]; got.Code != "7-1" || !strings.Contains(strings.Join(got.Because, " "), "like SR-1, 7-1") {
			t.Errorf("after one decision it suggests %+v", got)
		}
		s.orders("SR-1", "#5-4!")
		if got := s.rows("uncategorized")[0].Suggestions[0]; got.Code != "5-4" {
			t.Errorf("after the correction it suggests %+v", got)
		}
		s.orders("SR-1", "#spam")
		if got := s.desk.Model().Learned(); got != 0 {
			t.Errorf("after the request was spam it stands on %d examples", got)
		}
	})
}

// TestEvaluateTriesTheHistory: each request counts once, with the code that it has in the end, and what was unread or is spam
// does not.
func TestEvaluateTriesTheHistory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{})
		defer s.close()
		evaluate := func() (r bot.EvaluationRow) {
			if err := s.desk.Evaluate(bot.Args{}, func(row any) error { r = row.(bot.EvaluationRow); return nil }); err != nil {
				t.Fatal(err)
			}
			return r
		}
		if r := evaluate(); r.Test != 0 {
			t.Errorf("of a desk without a history it tries %d", r.Test)
		}
		s.arrives("pat@school.example", "Projector", "The projector in my classroom does not turn on.")
		s.arrives("lou@school.example", "Win", "Win a laptop. Click here.")
		for _, c := range [][2]string{{"SR-1", "#1-4"}, {"SR-1", "#1-3!"}, {"SR-2", "#8-9"}, {"SR-2", "#spam"}} {
			s.orders(c[0], c[1])
		}
		for n := range 3 {
			s.arrives(fmt.Sprintf("teacher%d@school.example", n), "no internet", "The internet is down in our whole school.")
			time.Sleep(time.Minute)
		}
		s.answers(s.sentTo("ana@school.example", "outage")[0], "ana@school.example", "all and later 1-2")
		s.sent()
		s.arrives("late@school.example", "no internet", "The internet is down in our whole school.")
		if r := evaluate(); r.Test != 4 || r.Accuracy < .999 || !r.Known || r.Unlearned == nil || r.LeftOut != 0 {
			t.Errorf("%+v, want four tried, all right: SR-1 and three of the outage", r)
		}
	})
}

// TestDistrictsOwnKnowledge: suggestions and alerts know a district's lexicon, outages its systems, its directory's titles and its testing windows.
func TestDistrictsOwnKnowledge(t *testing.T) {
	dir := t.TempDir()
	text := strings.Replace(schoolConfig, "authserv_id", "lexicon = \"words.toml\"\noutages = \"things.toml\"\ndirectory = \"people.csv\"\nauthserv_id", 1) +
		"\n[[testing]]\nname = \"spring\"\ndays = \"2026-03-02\"\ncampuses = [\"Lincoln\"]\n"
	for name, content := range map[string]string{
		"config.toml": text,
		"words.toml":  "[concept.projector]\nen = [\"zorblax\"]\n",
		"things.toml": "[concept.grumlin]\nis = [\"service\"]\nen = [\"grumlin\"]\n",
		"people.csv":  "address,name,campus,title\npat@school.example,Pat,Lincoln,Teacher\nbo@school.example,Bo,Oak,Teacher\ndee@school.example,Dee,Oak,Principal\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	loaded, err := config.Load(filepath.Join(dir, "config.toml"))
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{}, func(c *config.Config) { *c = *loaded })
		defer s.close()
		alerted := func() (all []string) {
			for _, m := range s.sent() {
				if m.to == "ana@school.example" {
					all = append(all, m.Subject)
				}
			}
			return all
		}
		s.arrives("pat@school.example", "Zorblax", "My zorblax does not turn on.")
		if got := s.rows("uncategorized")[0].Suggestions[0]; got.Code != "1-3" || !strings.Contains(strings.Join(got.Because, " "), "zorblax") {
			t.Errorf("it suggests %+v, want 1-3 for zorblax", got)
		}
		if all := alerted(); len(all) > 0 {
			t.Errorf("analysts are alerted to %q", all)
		}
		s.arrives("bo@school.example", "test", "The practice site is frozen for my group.")
		if all := alerted(); len(all) > 0 {
			t.Errorf("outside of a testing window analysts are alerted to %q", all)
		}
		s.arrives("pat@school.example", "test", "The practice site is frozen for my group.")
		if all := alerted(); len(all) != 1 {
			t.Errorf("within a testing window analysts are alerted to %q", all)
		}
		s.arrives("dee@school.example", "computer", "My computer is dead. I cannot work at all.")
		s.arrives("bo@school.example", "computer", "My computer is dead. I cannot work at all.")
		rows := s.rows("uncategorized")
		if got := rows[3].Suggestions[0].Code; got != "1-2" {
			t.Errorf("for a principal who cannot work it suggests %s, want 1-2", got)
		}
		if got := rows[4].Suggestions[0].Code; got != "1-3" {
			t.Errorf("for a teacher who cannot work it suggests %s, want 1-3", got)
		}
		for i, from := range []string{"pat", "bo", "dee"} {
			s.arrives(from+"@school.example", "help", fmt.Sprintf("None of us can get into grumlin, it is down for all %d of us.", 20+i))
		}
		if mails := s.sentTo("ana@school.example", "outage"); len(mails) != 1 || !strings.Contains(mails[0].Subject, "grumlin") {
			t.Fatalf("of three mails about a system of the district's own ana gets %v", subjects(mails))
		} else {
			s.answers(mails[0], "ana@school.example", "all and later 1-1\nall and later resolve fixed")
		}
		for from, want := range map[string]string{"pat@school.example": "open", "bo@school.example": "resolved"} {
			s.arrives(from, "grumlin", "None of us can get into grumlin. The practice site is frozen for my group.")
			if r := s.rows("all"); !slices.ContainsFunc(r, func(r bot.RequestRow) bool { return r.Requester == from && r.Subject == "grumlin" && r.State == want }) {
				t.Errorf("after the order that resolves what joins the outage, the mail of %s is not %s", from, want)
			}
		}
	})
}
