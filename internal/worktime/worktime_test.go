package worktime

import (
	"fmt"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the same zones on every machine

	"github.com/google/go-cmp/cmp"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// school is a calendar as a school district might configure it.
func school() Spec {
	s := Default()
	s.Holidays = []string{"US federal", "2026-11-23..2026-11-27: Thanksgiving break", "2026-12-21..2027-01-01"}
	s.EarlyRelease = []string{"2026-12-18 12:00"}
	s.Seasons = []SeasonSpec{{Name: "summer hours", Days: "06-08..08-07", Workdays: []string{"Mon", "Tue", "Wed", "Thu"}, Hours: "08:00-16:00"}}
	return s
}

func compile(t testing.TB, zoneName string, spec Spec) *Calendar {
	t.Helper()
	c, err := Compile("calendar", zone(t, zoneName), spec)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const layout = "2006-01-02 15:04"

func at(t testing.TB, c *Calendar, s string) time.Time {
	t.Helper()
	m, err := time.ParseInLocation(layout, s, c.Zone())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestAdd(t *testing.T) {
	c := compile(t, "America/Chicago", school())
	const day = 10 * time.Hour
	tests := []struct {
		sentence string
		from     string
		worked   time.Duration
		want     string
	}{
		{"days are working days of the desk calendar", "2026-09-14 09:00", day, "2026-09-15 09:00"},
		{"3 days is three working days' worth of working time", "2026-09-17 12:00", 3 * day, "2026-09-22 12:00"},
		{"1 day from Friday 15:00 is Monday 15:00", "2026-09-18 15:00", day, "2026-09-21 15:00"},
		{"a span that ends exactly at closing time is due then", "2026-09-18 07:00", day, "2026-09-18 17:00"},
		{"… not at the next opening", "2026-09-18 15:00", 2 * time.Hour, "2026-09-18 17:00"},
		{"submitted at night: counts from opening", "2026-09-17 22:30", time.Hour, "2026-09-18 08:00"},
		{"submitted at closing time: counts from the next opening", "2026-09-18 17:00", time.Hour, "2026-09-21 08:00"},
		{"submitted at a weekend", "2026-09-19 11:00", day, "2026-09-21 17:00"},
		{"a holiday by rule (Labor Day)", "2026-09-04 16:00", 2 * time.Hour, "2026-09-08 08:00"},
		{"a holiday by range", "2026-11-20 15:00", day, "2026-11-30 15:00"},
		{"a holiday observed on a Friday (July 4, 2026), no summer workday anyway", "2026-07-02 15:00", 2 * time.Hour, "2026-07-06 09:00"},
		{"an early release", "2026-12-18 11:00", 2 * time.Hour, "2027-01-04 08:00"},
		{"exactly at an early release", "2026-12-18 10:00", 2 * time.Hour, "2026-12-18 12:00"},
		{"summer hours", "2026-06-08 09:00", 8 * time.Hour, "2026-06-09 09:00"},
		{"into summer hours", "2026-06-05 16:00", 2 * time.Hour, "2026-06-08 09:00"},
		{"nothing", "2026-09-19 11:00", 0, "2026-09-19 11:00"},
		{"less than nothing", "2026-09-19 11:00", -time.Hour, "2026-09-19 11:00"},
		{"20 days over Thanksgiving and Christmas", "2026-11-16 07:00", 20 * day, "2027-01-04 12:00"},
	}
	for _, tt := range tests {
		t.Run(tt.sentence, func(t *testing.T) {
			from := at(t, c, tt.from)
			if got := c.Add(from, tt.worked).Format(layout); got != tt.want {
				t.Errorf("Add(%s, %s) = %s, want %s", tt.from, tt.worked, got, tt.want)
			}
			if got := c.Between(from, at(t, c, tt.want)); got != max(0, tt.worked) {
				t.Errorf("Between(%s, %s) = %s, want %s", tt.from, tt.want, got, tt.worked)
			}
		})
	}
}

// TestDaylightSaving holds "exact across daylight-saving changes": what is counted is the time that passes.
func TestDaylightSaving(t *testing.T) {
	allDay := Spec{Workdays: []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}, Hours: "00:00-24:00"}
	morning := allDay
	morning.Hours = "00:00-12:00"
	night := allDay
	night.Hours = "00:30-01:30"
	late := allDay
	late.Hours = "12:00-24:00"
	tests := []struct {
		name, zone string
		spec       Spec
		date       string
		want       time.Duration
	}{
		{"an ordinary day", "America/Chicago", allDay, "2026-03-07", 24 * time.Hour},
		{"clocks go forward", "America/Chicago", allDay, "2026-03-08", 23 * time.Hour},
		{"clocks go back", "America/Chicago", allDay, "2026-11-01", 25 * time.Hour},
		{"forward within the morning", "America/Chicago", morning, "2026-03-08", 11 * time.Hour},
		{"back within the morning", "America/Chicago", morning, "2026-11-01", 13 * time.Hour},
		{"back across closing time: open again", "America/Chicago", night, "2026-11-01", 90 * time.Minute},
		{"forward, before the hours", "America/Chicago", late, "2026-03-08", 12 * time.Hour},
		{"half an hour forward", "Australia/Lord_Howe", allDay, "2026-10-04", 23*time.Hour + 30*time.Minute},
		{"half an hour back", "Australia/Lord_Howe", allDay, "2026-04-05", 24*time.Hour + 30*time.Minute},
		{"a day that a zone left out", "Pacific/Apia", allDay, "2011-12-30", 0},
		{"the day before it", "Pacific/Apia", allDay, "2011-12-29", 24 * time.Hour},
		{"clocks go back at midnight", "America/Santiago", late, "2026-04-04", 13 * time.Hour},
		{"clocks skip midnight", "America/Santiago", allDay, "2026-09-06", 23 * time.Hour},
		{"clocks skip the last hour", "America/Nuuk", late, "2026-03-28", 11 * time.Hour},
		{"New Year's Eve, a year of UTC behind", "America/Chicago", allDay, "2026-12-31", 24 * time.Hour},
		{"New Year's Day, a year of UTC ahead", "Pacific/Kiritimati", allDay, "2027-01-01", 24 * time.Hour},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := compile(t, tt.zone, tt.spec)
			date, err := ParseDate(tt.date)
			if err != nil {
				t.Fatal(err)
			}
			open, closing, ok := c.OpenOn(date)
			if ok != (tt.want > 0) {
				t.Fatalf("OpenOn(%s) = %v, %v, %v", date, open, closing, ok)
			}
			if got := c.Between(open, closing); got != tt.want {
				t.Errorf("%s: worked %s, want %s", tt.date, got, tt.want)
			}
		})
	}
}

// TestBackAcrossMidnight is about a zone whose clocks went from 00:01 on a Sunday back to 23:01 on Saturday: the wall
// showed a minute of Sunday, then Saturday's last 59 again, then Sunday from its beginning.
func TestBackAcrossMidnight(t *testing.T) {
	sunday := Spec{Workdays: []string{"Sun"}, Hours: "00:00-24:00"}
	c := compile(t, "America/St_Johns", sunday)
	first := c.At(Date{2009, 11, 1}, 0)
	again := first.Add(time.Hour)
	if !c.IsOpen(first) || c.IsOpen(first.Add(time.Minute)) || !c.IsOpen(again) || c.IsOpen(again.Add(-time.Second)) {
		t.Errorf("open around %s at the wrong times", first)
	}
	if got := c.Add(first, 2*time.Minute); !got.Equal(again.Add(time.Minute)) {
		t.Errorf("two minutes from %s are over at %s", first, got)
	}
	if got := c.Between(first, again.Add(24*time.Hour)); got != 24*time.Hour+time.Minute {
		t.Errorf("%s were worked on the Sunday", got)
	}
	saturday := compile(t, "America/St_Johns", Spec{Workdays: []string{"Sat", "Sun"}, Hours: "00:00-24:00"})
	if open, closing, _ := saturday.OpenOn(Date{2009, 10, 31}); saturday.Between(open, closing) != closing.Sub(open) || closing.Sub(open) != 25*time.Hour {
		t.Errorf("the Saturday ran from %s to %s", open, closing)
	}
	for worked := 20 * time.Hour; worked < 28*time.Hour; worked += 30 * time.Second {
		open := saturday.At(Date{2009, 10, 31}, 0)
		if got := saturday.Add(open, worked); !got.Equal(open.Add(worked)) || !saturday.IsOpen(got) {
			t.Fatalf("%s without a break from %s are over at %s", worked, open, got)
		}
	}
	r := reviews(t, c, []int{0}, "")
	if got := r.Previous(first.Add(30 * time.Minute)); !got.Equal(first) {
		t.Errorf("the last review before the clocks show midnight again was at %s, want %s", got, first)
	}
	if got := r.Next(first); got.Before(again.Add(24 * time.Hour)) {
		t.Errorf("the review of %s is held again at %s", first, got)
	}
}

// TestLeapYearsPastTheTable guards against the end of December 30 that time.Time.ZoneBounds names in leap years.
func TestLeapYearsPastTheTable(t *testing.T) {
	c := compile(t, "America/Chicago", Default())
	for year := 2024; year < 2100; year += 4 {
		monday := c.NextOpen(time.Date(year, 12, 30, 23, 0, 0, 0, c.Zone()))
		if got := c.Add(monday, 10*time.Hour); !got.Equal(c.NextClose(monday)) {
			t.Errorf("a day from %s ends at %s", monday, got)
		}
	}
}

func TestOpenAndClose(t *testing.T) {
	c := compile(t, "America/Chicago", school())
	tests := []struct {
		at, open, close string
		isOpen          bool
	}{
		{"2026-09-18 06:59", "2026-09-18 07:00", "2026-09-18 17:00", false},
		{"2026-09-18 07:00", "2026-09-18 07:00", "2026-09-18 17:00", true},
		{"2026-09-18 16:59", "2026-09-18 16:59", "2026-09-18 17:00", true},
		{"2026-09-18 17:00", "2026-09-21 07:00", "2026-09-21 17:00", false},
		{"2026-12-18 12:00", "2027-01-04 07:00", "2027-01-04 17:00", false},
	}
	for _, tt := range tests {
		m := at(t, c, tt.at)
		if c.IsOpen(m) != tt.isOpen || c.NextOpen(m).Format(layout) != tt.open || c.NextClose(m).Format(layout) != tt.close {
			t.Errorf("%s: open %v, next %s until %s", tt.at, c.IsOpen(m), c.NextOpen(m).Format(layout), c.NextClose(m).Format(layout))
		}
	}
}

// TestEnds asks at and beyond the calendar's years.
func TestEnds(t *testing.T) {
	always := compile(t, "UTC", Spec{Workdays: []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}, Hours: "00:00-24:00"})
	far, long := time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), time.Duration(1<<63-1)
	for name, got := range map[string]time.Time{
		"Add beyond":      always.Add(End.Add(-time.Hour), 2*time.Hour),
		"Add far":         always.Add(far, time.Hour),
		"Add long":        always.Add(time.Time{}, long),
		"NextClose":       always.NextClose(Start),
		"NextOpen beyond": always.NextOpen(far),
	} {
		if !got.Equal(End) {
			t.Errorf("%s = %s", name, got)
		}
	}
	if got := always.Between(time.Time{}, far); got != End.Sub(Start) {
		t.Errorf("Between everything = %s, want %s", got, End.Sub(Start))
	}
	if got := always.Between(far, time.Time{}); got != -End.Sub(Start) {
		t.Errorf("Between everything, backwards = %s", got)
	}
	if always.IsOpen(End) || always.IsOpen(Start.Add(-1)) || !always.IsOpen(Start) || !always.IsOpen(End.Add(-1)) {
		t.Error("open outside its years, or closed within")
	}
	if got := always.Add(End.Add(-time.Hour), time.Hour); !got.Equal(End) {
		t.Errorf("the last hour ends at %s", got)
	}
}

func TestDayLength(t *testing.T) {
	c := compile(t, "America/Chicago", school())
	if got := compile(t, "UTC", Default()).DayLength(); got != 10*time.Hour {
		t.Errorf("a working day is %s, want ten hours by default", got)
	}
	if got := c.DayLengthOn(at(t, c, "2026-06-07 23:59")); got != 10*time.Hour {
		t.Errorf("a working day is %s in spring", got)
	}
	if got := c.DayLengthOn(at(t, c, "2026-06-08 00:00")); got != 8*time.Hour {
		t.Errorf("a working day is %s in summer", got)
	}
}

// TestConcurrentUse is for the race detector: tables are made by whoever asks first.
func TestConcurrentUse(t *testing.T) {
	c := compile(t, "America/Chicago", school())
	r := reviews(t, c, OddHours(), "")
	from := at(t, c, "2026-12-01 09:00")
	due := make(chan time.Time)
	for range 8 {
		go func() {
			r.Next(from)
			c.Between(from, from.AddDate(20, 0, 0))
			due <- c.Add(from, 4000*time.Hour)
		}()
	}
	first := <-due
	for range 7 {
		if d := <-due; !d.Equal(first) {
			t.Errorf("due at %s and at %s", first, d)
		}
	}
}

func TestCompileErrors(t *testing.T) {
	with := func(change func(*Spec)) Spec { s := school(); change(&s); return s }
	tests := []struct {
		spec Spec
		want string
	}{
		{Spec{Hours: "07:00-17:00"}, `calendar.workdays: there are none`},
		{with(func(s *Spec) { s.Hours = "22:00-06:00" }), `calendar.hours: "22:00-06:00" closes before it opens: hours cannot cross midnight`},
		{with(func(s *Spec) { s.Hours = "07:00-07:00" }), `calendar.hours: "07:00-07:00" closes as it opens`},
		{with(func(s *Spec) { s.Hours = "07:00-25:00" }), `calendar.hours = "07:00-25:00": "25:00" does not exist`},
		{with(func(s *Spec) { s.Hours = "7-17" }), `calendar.hours = "7-17": "7" is not a time of day: write it as "07:00"`},
		{with(func(s *Spec) { s.Hours = "" }), `calendar.hours: "" are not hours`},
		{with(func(s *Spec) { s.Workdays = []string{"Mon", "Tues"} }), `calendar.workdays[1]: "Tues" is not a day of the week`},
		{with(func(s *Spec) { s.HoursOn = map[string]string{"Sat": "08:00-12:00"} }), `calendar.hours_on.Sat: "Sat" is not among workdays`},
		{with(func(s *Spec) { s.HoursOn = map[string]string{"Fri": "12:00-08:00"} }), `calendar.hours_on.Fri: "12:00-08:00" closes before it opens`},
		{with(func(s *Spec) { s.Holidays = []string{"2026-02-30"} }), `calendar.holidays[0]: "2026-02-30" does not exist`},
		{with(func(s *Spec) { s.Holidays = []string{"2027-02-29"} }), `calendar.holidays[0]: "2027-02-29" does not exist`},
		{with(func(s *Spec) { s.Holidays = []string{"2206-11-23"} }), `"2206-11-23" is too far away`},
		{with(func(s *Spec) { s.Holidays = []string{"2026-11-27..2026-11-23"} }), `"2026-11-27..2026-11-23" runs backwards`},
		{with(func(s *Spec) { s.Holidays = []string{"2026-06-01..2028-08-01"} }), `is 793 days long: a range has at most 366`},
		{with(func(s *Spec) { s.Holidays = []string{"Dec 25", "Founders"} }), `calendar.holidays[1]: "Founders" is neither a date nor a rule`},
		{with(func(s *Spec) { s.Holidays = []string{"5th Mon of May"} }), `is not there every year`},
		{with(func(s *Spec) { s.Holidays = []string{"2nd Moon of May"} }), `"moon" is not a day of the week`},
		{with(func(s *Spec) { s.Holidays = []string{"02-30"} }), `"02-30" is not a day of the year`},
		{with(func(s *Spec) { s.Holidays = []string{"12-24..2027-01-02"} }), `write both ends with a year, or neither`},
		{with(func(s *Spec) { s.Holidays = []string{"Easter+1000"} }), `"Easter+1000" is not a day`},
		{with(func(s *Spec) { s.Holidays = []string{"2027-01-01..2027-12-31"} }), `calendar.holidays: they leave no day to work in 2027`},
		{with(func(s *Spec) { s.Holidays = []string{"01-01..12-31"} }), `they leave no day to work in 2025`},
		{with(func(s *Spec) { s.EarlyRelease = []string{"2026-12-19 12:00"} }), `calendar.early_release[0] = "2026-12-19 12:00": nobody works on Saturday, 2026-12-19: not a workday`},
		{with(func(s *Spec) { s.EarlyRelease = []string{"2026-11-26 12:00"} }), `nobody works on Thursday, 2026-11-26: holiday: Thanksgiving Day`},
		{with(func(s *Spec) { s.EarlyRelease = []string{"2026-12-18 17:00"} }), `17:00 is not within that day's hours, 07:00–17:00`},
		{with(func(s *Spec) { s.EarlyRelease = []string{"2026-12-18"} }), `is not an early release`},
		{with(func(s *Spec) { s.Seasons[0].Hours = "16:00-08:00" }), `calendar.season[0].hours: "16:00-08:00" closes before it opens`},
		{with(func(s *Spec) { s.Seasons[0].Days = "summer" }), `calendar.season[0].days: "summer" is neither a date nor a rule`},
		{with(func(s *Spec) { s.Seasons[0].Name = "" }), `calendar.season[0].name: a season needs a name`},
		{with(func(s *Spec) { s.Seasons[0].Hours, s.Seasons[0].Workdays = "", nil }), `calendar.season[0].hours: season "summer hours" changes nothing`},
		{with(func(s *Spec) { s.Hours = "x"; s.Holidays = []string{"y"} }), "calendar.holidays[0]: \"y\" is neither"},
	}
	for _, tt := range tests {
		_, err := Compile("calendar", time.UTC, tt.spec)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("got  %v\nwant %s", err, tt.want)
		}
	}
	if _, err := Compile("calendar", nil, Default()); err == nil {
		t.Error("a calendar without a zone was taken")
	}
}

func TestHoursOnAndSeasons(t *testing.T) {
	spec := Default()
	spec.HoursOn = map[string]string{"Fri": "07:00-13:00"}
	spec.Seasons = []SeasonSpec{
		{Name: "quiet weeks", Days: "07-01..07-10", Hours: "09:00-12:00"},
		{Name: "summer", Days: "06-08..08-07", Workdays: []string{"Mon", "Fri"}},
		{Name: "winter", Days: "12-21..01-05", Workdays: []string{"Mon"}},
	}
	c := compile(t, "UTC", spec)
	tests := []struct{ date, want string }{
		{"2026-06-04", "07:00–17:00"}, {"2026-06-05", "07:00–13:00"}, // Thursday, Friday
		{"2026-06-08", "07:00–17:00"}, {"2026-06-09", "00:00–00:00"}, {"2026-06-12", "07:00–13:00"}, // summer
		{"2026-07-03", "09:00–12:00"}, {"2026-07-07", "09:00–12:00"}, // the first season that applies
		{"2026-12-28", "07:00–17:00"}, {"2026-12-31", "00:00–00:00"}, {"2027-01-04", "07:00–17:00"}, {"2027-01-05", "00:00–00:00"}, {"2027-01-06", "07:00–17:00"},
	}
	for _, tt := range tests {
		date, err := ParseDate(tt.date)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.day(date.number()).hours.String(); got != tt.want {
			t.Errorf("%s, %s: %s, want %s", tt.date, date.Weekday(), got, tt.want)
		}
	}
}

func TestExplain(t *testing.T) {
	c := compile(t, "America/Chicago", school())
	show := func(from, to string) string {
		var b strings.Builder
		for _, s := range c.Explain(at(t, c, from), at(t, c, to)) {
			fmt.Fprintf(&b, "%s to %s: %s, %s\n", s.From.Format("Mon 01-02 15:04"), s.To.Format("Mon 01-02 15:04"), s.Counted, s.Why)
		}
		return b.String()
	}
	tests := []struct{ from, to, want string }{
		{"2026-11-20 15:00", "2026-11-30 15:00", `Fri 11-20 15:00 to Sat 11-21 00:00: 2h0m0s, working hours 07:00–17:00
Sat 11-21 00:00 to Mon 11-23 00:00: 0s, not a workday
Mon 11-23 00:00 to Thu 11-26 00:00: 0s, holiday: Thanksgiving break
Thu 11-26 00:00 to Fri 11-27 00:00: 0s, holiday: Thanksgiving Day
Fri 11-27 00:00 to Sat 11-28 00:00: 0s, holiday: Thanksgiving break
Sat 11-28 00:00 to Mon 11-30 00:00: 0s, not a workday
Mon 11-30 00:00 to Mon 11-30 15:00: 8h0m0s, working hours 07:00–17:00
`},
		{"2026-12-17 18:00", "2026-12-18 13:00", `Thu 12-17 18:00 to Fri 12-18 00:00: 0s, outside working hours 07:00–17:00
Fri 12-18 00:00 to Fri 12-18 13:00: 5h0m0s, early release, working hours 07:00–12:00
`},
		{"2026-06-11 09:00", "2026-06-15 09:00", `Thu 06-11 09:00 to Fri 06-12 00:00: 7h0m0s, working hours 08:00–16:00, summer hours
Fri 06-12 00:00 to Mon 06-15 00:00: 0s, not a workday, summer hours
Mon 06-15 00:00 to Mon 06-15 09:00: 1h0m0s, working hours 08:00–16:00, summer hours
`},
		{"2026-11-20 15:00", "2026-11-20 15:00", ""},
		{"2026-11-20 15:00", "2026-11-20 14:00", ""},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, show(tt.from, tt.to)); diff != "" {
			t.Errorf("%s to %s:\n%s", tt.from, tt.to, diff)
		}
	}
	if got := show("2026-01-01 00:00", "2026-12-31 00:00"); strings.Count(got, "\n") != 12 || !strings.Contains(got, "March 2026, 22 working days") {
		t.Errorf("a year:\n%s", got)
	}
	if got := show("2026-01-01 00:00", "2046-12-31 00:00"); strings.Count(got, "\n") != 21 {
		t.Errorf("twenty-one years:\n%s", got)
	}
	apia := compile(t, "Pacific/Apia", Spec{Workdays: []string{"Thu", "Fri", "Sat"}, Hours: "07:00-17:00"})
	if days := apia.Explain(at(t, apia, "2011-12-29 00:00"), at(t, apia, "2012-01-01 00:00")); len(days) != 2 || days[1].Counted != 10*time.Hour {
		t.Errorf("over a day that the zone left out: %v", days)
	}
	whole := compile(t, "America/Chicago", Spec{Workdays: []string{"Sun"}, Hours: "00:00-12:00"})
	spans := whole.Explain(at(t, whole, "2026-03-08 00:00"), at(t, whole, "2026-03-09 00:00"))
	if len(spans) != 1 || spans[0].Why != "working hours 00:00–12:00; the clocks change on this day" || spans[0].Counted != 11*time.Hour {
		t.Errorf("on a day on which the clocks change: %v", spans)
	}
}
