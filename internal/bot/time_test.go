package bot_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"triaged/internal/bot"
	"triaged/internal/config"
	"triaged/internal/inprocess"
)

// until lets time pass until a wall time of the desk's March.
func (s *school) until(date, clock string) {
	s.t.Helper()
	zone, err := time.LoadLocation("America/Chicago")
	if err != nil {
		s.t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", "2026-"+date+" "+clock, zone)
	if err != nil {
		s.t.Fatal(err)
	}
	time.Sleep(time.Until(at))
	synctest.Wait()
}

func withSupervisor(c *config.Config) {
	c.Staff = append(c.Staff, config.Staff{Address: "ruth@school.example", Name: "Ruth Salazar", Role: config.Supervisor})
}

// TestSuspicionAtNight tells analysts of what looks like an emergency at once, at any hour, and once.
func TestSuspicionAtNight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{})
		defer s.close()
		s.until("03-02", "22:30")
		s.sent()
		s.arrives("pat@school.example", "Whole campus has no internet", "Nobody on campus can get online, all classrooms are without network.")
		got := s.expect("acknowledgement pat@school.example", "notice kim@school.example", "notice ana@school.example")
		alert := got["notice ana@school.example"]
		if !strings.Contains(alert.Subject, "Urgent?") || !strings.Contains(alert.Text, "May be an emergency") {
			t.Errorf("the alert is %q:\n%s", alert.Subject, alert.Text)
		}
		s.arrives("lou@school.example", "Projector", "The lamp of the projector in 214 is weak.")
		s.expect("acknowledgement lou@school.example", "notice kim@school.example")
		s.stop()
		s.start()
		time.Sleep(time.Minute)
		synctest.Wait()
		s.expect()
		s.answers(alert, "ana@school.example", "2-3") // the alert takes a code like any notice
		if row := s.rows("all")[0]; row.Category != "2-3" {
			t.Errorf("SR-1 is %q", row.Category)
		}
	})
}

// TestTargetPasses is a request that nobody works on: acknowledgement, warning, breach, each once, and after a night with
// the machine off all of it in one mail that says it is late.
func TestTargetPasses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{}, withSupervisor)
		defer s.close()
		s.arrives("pat@school.example", "Projector", "The lamp of the projector in 214 is weak.")
		s.do("SR-1", "#1-3", "ana@school.example")
		s.sent()
		s.until("03-03", "07:30")
		m := s.expect("reminder campus@school.example")["reminder campus@school.example"]
		if !strings.Contains(m.Subject, "Not acknowledged") || !strings.Contains(m.Subject, "[SR-1]") {
			t.Errorf("the subject is %q", m.Subject)
		}
		s.do("SR-1", "#assign kim", "kim@school.example")
		s.sent()
		s.until("03-04", "11:10")
		if m := s.expect("reminder kim@school.example")["reminder kim@school.example"]; !strings.Contains(m.Text, "Most of its time is used up") {
			t.Errorf("the warning says:\n%s", m.Text)
		}
		s.until("03-05", "07:10")
		got := s.expect("breach kim@school.example", "breach ruth@school.example")
		if !strings.Contains(got["breach kim@school.example"].Text, "overdue") {
			t.Errorf("the breach says:\n%s", got["breach kim@school.example"].Text)
		}
		s.arrives("lou@school.example", "Screen", "The screen in 215 flickers a bit.")
		s.do("SR-2", "#1-2", "ana@school.example")
		s.do("SR-2", "#assign kim", "ana@school.example")
		s.sent()
		s.stop()
		s.until("03-06", "12:00")
		s.start()
		time.Sleep(time.Minute)
		synctest.Wait()
		got = s.expect("breach kim@school.example", "breach ruth@school.example")
		if m := got["breach kim@school.example"]; !strings.Contains(m.Text, "late") || !strings.Contains(m.Subject, "[SR-2]") {
			t.Errorf("late: %q\n%s", m.Subject, m.Text)
		}
	})
}

// TestStartAtNight leaves what was missed in the day for the morning.
func TestStartAtNight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{})
		defer s.close()
		s.arrives("pat@school.example", "Projector", "The lamp of the projector in 214 is weak.")
		s.sent()
		s.stop()
		s.until("03-02", "22:00")
		s.start()
		time.Sleep(8 * time.Hour)
		synctest.Wait()
		s.expect()
		s.until("03-03", "07:01")
		s.expect("digest ana@school.example", "reminder ana@school.example")
	})
}

// TestCalendarChange tells operators, in one mail and once, which due times a new holiday has moved.
func TestCalendarChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{})
		defer s.close()
		for range 3 {
			s.arrives("pat@school.example", "Projector", "It is weak.")
		}
		s.do("SR-1", "#1-3", "ana@school.example")
		s.do("SR-2", "#1-1", "ana@school.example")
		s.settle()
		s.sent()
		s.stop()
		c, err := config.Parse("config.toml", []byte(schoolConfig+"\n[calendar]\nholidays = [\"2026-03-04\"]\n"))
		if err != nil {
			t.Fatal(err)
		}
		c.Desk.DataDir = s.config.Desk.DataDir
		s.config = c
		s.start()
		s.settle()
		m := s.expect("operator admin@school.example")["operator admin@school.example"]
		if !strings.Contains(m.Text, "SR-1 was due Thu Mar 5 2026, 7:05 am, and is due Fri Mar 6 2026, 7:05 am now") || strings.Contains(m.Text, "SR-2") {
			t.Errorf("the operator is told:\n%s", m.Text)
		}
		if due := s.rows("all")[0].DueAt; due == nil || due.Day() != 6 {
			t.Errorf("SR-1 is due %v", due)
		}
		s.stop()
		s.start()
		s.settle()
		s.expect()
	})
}

// TestReportOfAWeek asks the running desk for its figures: the reviews above all, which were held, missed, or had nothing
// to look at.
func TestReportOfAWeek(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{})
		defer s.close()
		s.arrives("pat@school.example", "Projector", "It is weak.")
		s.until("03-02", "09:01")
		for _, m := range s.sent() {
			if m.kind == "digest" {
				s.answers(m, "ana@school.example", "SR-1 1-3") // 09:00 is held; at 11:00 and 13:00 there is nothing to do
			}
		}
		s.until("03-02", "14:00")
		s.arrives("lou@school.example", "Screen", "It flickers.")
		s.until("03-03", "08:00") // 15:00 is not held
		s.stop()
		s.until("03-03", "12:00") // 09:00 passes with the machine off
		s.start()
		s.until("03-03", "13:30")
		var r bot.ReportRow
		if err := s.desk.Report(bot.Args{From: "2026-03-02", To: "2026-03-03"}, func(row any) error { r = row.(bot.ReportRow); return nil }); err != nil {
			t.Fatal(err)
		}
		for hour, want := range map[string][2]int{"09": {1, 2}, "11": {1, 2}, "13": {1, 1}, "15": {0, 1}, "07": {0, 1}} {
			if got := r.Reviews[hour]; got.Met != want[0] || got.Of != want[1] {
				t.Errorf("%s:00: %d of %d held, want %d of %d", hour, got.Met, got.Of, want[0], want[1])
			}
		}
		if r.Requests != 2 || r.Categorized.Met != 1 || r.Categorized.Of != 2 || len(r.OldestOpen) != 2 {
			t.Errorf("%+v", r)
		}
	})
}

// TestWeeklyReport comes to supervisors on Monday morning, once, or when somebody is there again.
func TestWeeklyReport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{}, withSupervisor)
		defer s.close()
		s.arrives("pat@school.example", "Screen", "It flickers a bit.")
		s.do("SR-1", "#2-3", "ana@school.example")
		s.do("SR-1", "#resolve", "kim@school.example")
		s.until("03-09", "06:59")
		if n := s.count("report"); n != 0 {
			t.Errorf("%d reports within the week", n)
		}
		s.until("03-09", "07:01")
		m := s.oneTo("report", "ruth@school.example")
		for _, want := range []string{"From Mon Mar 2 to Sun Mar 8: 1 request", "Categorized in time: 1 of 1", "Targets met: 1 of 1"} {
			if !strings.Contains(m.Text, want) {
				t.Errorf("%q is missing in:\n%s", want, m.Text)
			}
		}
		s.stop()
		s.until("03-17", "12:00") // the machine was off on Monday
		s.start()
		time.Sleep(time.Minute)
		synctest.Wait()
		s.oneTo("report", "ruth@school.example")
		s.until("03-20", "12:00")
		if n := s.count("report"); n != 0 {
			t.Errorf("%d more reports", n)
		}
	})
}

// TestQueueByMail answers a technician who asks for no request in particular with their own queue, in the order to work it.
func TestQueueByMail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{})
		defer s.close()
		asks := func(who string) sentMail {
			s.settle()
			s.sent()
			s.arrives(who, "my queue", "#status", dmarcPass)
			return s.expect("report " + who)["report "+who]
		}
		if m := asks("kim@school.example"); !strings.Contains(m.Subject, "Your queue is empty") {
			t.Errorf("an empty queue: %q", m.Subject)
		}
		for _, code := range []string{"#1-3", "#1-1", "#2-4"} {
			s.arrives("pat@school.example", "Projector "+code, "It is weak.")
			n := len(s.rows("all"))
			s.do(fmt.Sprintf("SR-%d", n), code, "ana@school.example")
		}
		s.do("SR-3", "#assign kim", "ana@school.example")
		m := asks("kim@school.example")
		urgent, teams, own := strings.Index(m.Text, "SR-2"), strings.Index(m.Text, "SR-1"), strings.Index(m.Text, "SR-3")
		if !strings.Contains(m.Subject, "Your queue: 3 requests") || urgent < 0 || urgent > teams || teams > own {
			t.Errorf("%q, not in the order to work:\n%s", m.Subject, m.Text)
		}
		s.answers(m, "kim@school.example", "SR-3 #resolve It was the cable.") // it takes commands like any list
		s.settle()
		if m := asks("ana@school.example"); !strings.Contains(m.Subject, "Your queue: 2 requests") {
			t.Errorf("an analyst sees %q", m.Subject)
		}
	})
}

// TestMorningQueue sends technicians their queue when the desk opens, once a morning, if the desk wants it.
func TestMorningQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{}, func(c *config.Config) { c.Reminders.MorningQueue = true })
		defer s.close()
		s.arrives("pat@school.example", "Projector", "It is weak.")
		s.arrives("lou@school.example", "Screen", "It flickers.")
		s.do("SR-1", "#1-4", "ana@school.example")
		s.do("SR-2", "#1-3", "ana@school.example")
		s.do("SR-1", "#mine", "kim@school.example")
		s.until("03-03", "06:59")
		s.sent()
		s.until("03-03", "07:01")
		m := s.oneTo("report", "kim@school.example")
		if first, second := strings.Index(m.Text, "SR-2"), strings.Index(m.Text, "SR-1"); first < 0 || first > second {
			t.Errorf("not in the order to work:\n%s", m.Text)
		}
		s.stop()
		s.start()
		s.until("03-03", "16:00")
		if n := s.count("report"); n != 0 {
			t.Errorf("%d more queues the same day", n)
		}
	})
}
