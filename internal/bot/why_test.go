package bot_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"triaged/internal/bot"
	"triaged/internal/inprocess"
)

func (s *school) do(number, text, as string) {
	s.t.Helper()
	err := s.desk.Do(bot.Args{Number: number, Text: text, As: as}, func(row any) error {
		for _, f := range row.(bot.ReceiptRow).Failed {
			s.t.Errorf("%s: %s", f.Said, f.Result)
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	synctest.Wait()
}

func (s *school) why(number string) bot.Explanation {
	s.t.Helper()
	var x bot.Explanation
	if err := s.desk.Why(bot.Args{Number: number}, func(row any) error { x = row.(bot.Explanation); return nil }); err != nil {
		s.t.Fatal(err)
	}
	return x
}

// TestWhy explains due times in words, whose amounts add up to what was promised.
func TestWhy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{})
		defer s.close()
		s.arrives("pat@school.example", "Projector", "It is dark.")
		tells := func(number string, want ...string) {
			t.Helper()
			text := strings.Join(s.why(number).Words, "\n")
			for _, w := range want {
				if !strings.Contains(text, w) {
					t.Errorf("%q is missing in:\n%s", w, text)
				}
			}
		}
		tells("SR-1", "nobody has given it a category", "within 2 h, by Mon Mar 2 2026, 9:05 am")
		s.do("SR-1", "#1-4", "ana@school.example")
		tells("SR-1", "is due Fri Mar 6 2026, 7:05 am", "promises 4 working days", "A working day has 10 h, so that is 40 h",
			"Mon Mar 2, from 7:05 am", "9 h 55 min", "Fri Mar 6, until 7:05 am", "5 min", "together")
		time.Sleep(27 * time.Hour) // Tuesday 10:05
		s.do("SR-1", "#wait vendor", "kim@school.example")
		tells("SR-1", "has no due time: its category, 1-5", "It has waited on the vendor since Tue Mar 3 2026, 10:05 am.", "When it goes on as 1-4")
		time.Sleep(3 * 24 * time.Hour) // Friday 10:05
		s.do("SR-1", "#1-4", "kim@school.example")
		// 13 of 40 hours were used; 27 are left from Friday 10:05: 6 h 55 min then, 10 on Monday, 10 on Tuesday, 5 on Wednesday.
		tells("SR-1", "is due Wed Mar 11 2026, 7:05 am", "not counted", "waiting for vendor", "Sat Mar 7 to Sun Mar 8", "not a workday")
		var sum time.Duration
		for _, step := range s.why("SR-1").Steps {
			counted, err := time.ParseDuration(step.Counted)
			if err != nil {
				t.Fatal(err)
			}
			sum += counted
		}
		if sum != 40*time.Hour {
			t.Errorf("the steps add up to %s, want 40h", sum)
		}
		s.arrives("pat@school.example", "Everything is down", "The network of all schools is down.")
		s.do("SR-2", "#1-1", "ana@school.example")
		tells("SR-2", "promises 4 hours", "counted around the clock")
		s.do("SR-2", "#5-3!", "kim@school.example")
		s.do("SR-2", "#schedule 2026-03-20", "kim@school.example")
		tells("SR-2", "has no due time: its category, 5-3", "It is scheduled for Fri Mar 20 2026.")
	})
}
