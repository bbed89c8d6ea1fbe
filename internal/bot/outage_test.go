package bot_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"triaged/internal/bot"
	"triaged/internal/config"
	"triaged/internal/inprocess"
)

// report is one mail of a simulated morning, and the outage that it truly belongs to, if any.
type report struct {
	at                           time.Duration // of the day
	truth, campus, subject, text string
	from                         string
}

// simulated reads a morning that the recogniser is measured on. Everybody writes once.
func simulated(t *testing.T, name string) (all []report) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "suggest", "testdata", "mornings", name+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		f := strings.SplitN(strings.TrimSpace(line), " | ", 5)
		if len(f) != 5 || strings.HasPrefix(line, "#") {
			continue
		}
		at, err := time.Parse("15:04", f[0])
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, report{
			at: time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute, truth: strings.TrimPrefix(f[1], "-"),
			campus: f[2], subject: f[3], text: f[4], from: fmt.Sprintf("teacher%d@school.example", len(all)),
		})
	}
	return all
}

// directoryOf says who works where.
func directoryOf(t *testing.T, morning []report) func(*config.Config) {
	t.Helper()
	text := "address,name,campus,title\n"
	for i, r := range morning {
		text += fmt.Sprintf("%s,Teacher %d,%s,teacher\n", r.from, i, r.campus)
	}
	path := filepath.Join(t.TempDir(), "people.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return func(c *config.Config) { c.Desk.Directory = path }
}

// arriving lets a morning's mails come in at their times, until one is due at a time of day. It returns the rest.
func (s *school) arriving(morning []report, until time.Duration) []report {
	s.t.Helper()
	zone, err := time.LoadLocation("America/Chicago")
	if err != nil {
		s.t.Fatal(err)
	}
	day := time.Date(2026, 3, 2, 0, 0, 0, 0, zone)
	for i, r := range morning {
		if r.at >= until {
			return morning[i:]
		}
		if wait := time.Until(day.Add(r.at)); wait > 0 {
			time.Sleep(wait)
		}
		s.arrives(r.from, r.subject, r.text)
	}
	return nil
}

// pairs counts pairs of requests that were grouped, that belong together, and both.
func pairs(morning []report, rows []bot.RequestRow) (said, real, both int) {
	outage, truth := map[string]string{}, map[string]string{}
	for _, r := range morning {
		truth[r.from] = r.truth
	}
	for _, row := range rows {
		if row.Outage != nil {
			outage[row.Requester] = *row.Outage
		}
	}
	for i, a := range morning {
		for _, b := range morning[:i] {
			grouped := outage[a.from] != "" && outage[a.from] == outage[b.from]
			belong := a.truth != "" && a.truth == b.truth
			said, real, both = said+btoi(grouped), real+btoi(belong), both+btoi(grouped && belong)
		}
	}
	return said, real, both
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// TestMorningWithOutages plays a simulated morning with the whole bot: a district's Google sign-in fails, a fiber is cut, a
// campus cannot print, among ordinary mail. The analyst answers as she would.
func TestMorningWithOutages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		morning := simulated(t, "1")
		s := openSchool(t, inprocess.SMTPOptions{}, directoryOf(t, morning))
		defer s.close()

		rest := s.arriving(morning, 8*time.Hour+3*time.Minute) // three reports of Google's failure
		mails := s.sentTo("ana@school.example", "outage")
		if len(mails) != 1 || !strings.Contains(mails[0].Text, "3 reports of one outage: google") {
			t.Fatalf("ana hears at once of an outage: %v", subjects(mails))
		}
		first := mails[0]
		s.answers(first, "ana@school.example", "all and later 1-1")
		s.sent()

		s.stop() // the bot knows it all after a restart
		s.start()
		rest = s.arriving(rest, 8*time.Hour+50*time.Minute)
		told := s.sent()
		for _, m := range told {
			if m.kind == "acknowledgement" && strings.Contains(m.Subject, "sign in") &&
				!strings.Contains(m.Text, "others have reported too") {
				t.Errorf("a late reporter is not told that it is known: %s", m.Text)
			}
		}
		mails = of(told, "ana@school.example", "outage")
		if len(mails) == 0 || len(mails) > 6 {
			t.Errorf("16 more reports within 45 minutes make %d mails", len(mails))
		}
		for _, m := range mails {
			if m.Subject != first.Subject || !slices.Contains(m.References, first.References[0]) {
				t.Errorf("another thread: %q in %v", m.Subject, m.References)
			}
		}
		for _, m := range told {
			if m.kind == "notice" && strings.Contains(m.Text, "Google Classroom") {
				t.Errorf("a notice of its own: %s to %s", m.Subject, m.to)
			}
		}
		google := s.outageOf(morning, "google")
		if len(google) < 17 {
			t.Errorf("%d reports of Google's failure are linked", len(google))
		}
		for _, row := range google {
			if row.Category != "1-1" {
				t.Errorf("%s is %q", row.Number, row.Category)
			}
		}

		time.Sleep(10 * time.Minute) // the last mail of the thread
		synctest.Wait()
		last := mails[len(mails)-1]
		if more := s.sentTo("ana@school.example", "outage"); len(more) > 0 {
			last = more[len(more)-1]
		}
		one := google[3]
		s.answers(last, "ana@school.example", one.Number+" unlink")
		if got := s.row(one.Number); got.Outage != nil {
			t.Errorf("%s is still linked", one.Number)
		}
		receipt := s.sentTo("ana@school.example", "receipt")
		s.answers(receipt[0], "ana@school.example", "#undo")
		if got := s.row(one.Number); got.Outage == nil {
			t.Errorf("%s is not linked again", one.Number)
		}
		s.sent()
		s.answers(last, "ana@school.example", "all resolve fixed at 9:10")
		resolved := 0
		for _, m := range s.sent() {
			if m.kind == "resolved" && strings.Contains(m.Text, "fixed at 9:10") {
				resolved++
			}
		}
		if resolved != len(google) {
			t.Errorf("%d of %d requesters are told that it is fixed", resolved, len(google))
		}

		s.arriving(rest, 24*time.Hour)
		s.sent()
		said, real, both := pairs(morning, s.rows("all"))
		t.Logf("%d mails; of pairs grouped %d of %d belong together, of pairs that belong together %d of %d are grouped", len(morning), both, said, both, real)
		if 20*both < 19*said || 10*both < 9*real {
			t.Errorf("grouped %d, of them rightly %d, of %d", said, both, real)
		}
		s.showsLinks(google[0].Number)
		time.Sleep(30 * time.Minute) // the review of 11:00 marks what is linked
		synctest.Wait()
		digest := s.sentTo("ana@school.example", "digest")
		if len(digest) != 1 || !regexp.MustCompile(`linked: the outage that began with SR-\d+`).MatchString(digest[0].Text) {
			t.Errorf("the digest does not mark linked rows: %v", subjects(digest))
		}
	})
}

// TestMorningsInTheStore measures the grouping as the store has it, with nobody at the desk.
func TestMorningsInTheStore(t *testing.T) {
	for _, name := range []string{"2"} {
		synctest.Test(t, func(t *testing.T) {
			morning := simulated(t, name)
			s := openSchool(t, inprocess.SMTPOptions{}, directoryOf(t, morning))
			defer s.close()
			s.arriving(morning, 24*time.Hour)
			said, real, both := pairs(morning, s.rows("all"))
			t.Logf("morning %s: precision %d/%d, recall %d/%d", name, both, said, both, real)
			if 20*both < 19*said || 10*both < 9*real {
				t.Errorf("morning %s: grouped %d, of them rightly %d, of %d", name, said, both, real)
			}
		})
	}
}

// outageOf are the linked requests of one true outage.
func (s *school) outageOf(morning []report, truth string) (all []bot.RequestRow) {
	s.t.Helper()
	belongs := map[string]bool{}
	for _, r := range morning {
		belongs[r.from] = r.truth == truth
	}
	for _, row := range s.rows("all") {
		if row.Outage != nil && belongs[row.Requester] {
			all = append(all, row)
		}
	}
	return all
}

func (s *school) row(number string) bot.RequestRow {
	s.t.Helper()
	rows := s.rows("all")
	i := slices.IndexFunc(rows, func(r bot.RequestRow) bool { return r.Number == number })
	if i < 0 {
		s.t.Fatalf("there is no %s", number)
	}
	return rows[i]
}

// showsLinks looks at what `show` tells of a request of an outage.
func (s *school) showsLinks(number string) {
	s.t.Helper()
	err := s.desk.Today().Show(bot.Args{Number: number}, func(row any) error {
		c := row.(bot.Case)
		if c.Outage == nil || !slices.ContainsFunc(c.Events, func(e bot.EventRow) bool { return e.Type == "outage" && strings.Contains(e.Detail, "google") }) {
			s.t.Errorf("show says of it %v, %+v", c.Outage, c.Events)
		}
		return nil
	})
	if err != nil {
		s.t.Error(err)
	}
}

func (s *school) sentTo(to, kind string) []sentMail { return of(s.sent(), to, kind) }

func of(mails []sentMail, to, kind string) (all []sentMail) {
	for _, m := range mails {
		if m.to == to && m.kind == kind {
			all = append(all, m)
		}
	}
	return all
}

func subjects(mails []sentMail) (all []string) {
	for _, m := range mails {
		all = append(all, m.Subject)
	}
	return all
}
