package worktime

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rickar/cal/v2/us"
)

// datesIn returns the dates of a set in a year, as "01-19 Martin Luther King Jr. Day".
func datesIn(d Days, year int) []string {
	var list []string
	d.each(year, Date{year, 1, 1}.number(), Date{year + 1, 1, 1}.number(), func(n dayNumber, name string) {
		list = append(list, n.date().String()[5:]+" "+name)
	})
	return list
}

func TestParseDays(t *testing.T) {
	tests := []struct{ text, want string }{
		{"2026-11-26", "11-26 2026-11-26"},
		{"2027-11-26", ""},
		{"2026-11-26: Founders' Day", "11-26 Founders' Day"},
		{"2026-11-26..2026-11-27", "11-26 2026-11-26..2026-11-27, 11-27 2026-11-26..2026-11-27"},
		{"2026-12-31..2027-01-08: break", "12-31 break"},
		{"2025-12-30..2026-01-02: break", "01-01 break, 01-02 break"},
		{"12-25", "12-25 12-25"}, {"Dec 25", "12-25 Dec 25"}, {"25 december", "12-25 25 december"},
		{"12-30..01-02: new year", "01-01 new year, 01-02 new year, 12-30 new year, 12-31 new year"},
		{"Feb 29", ""},
		{"last Mon of May", "05-25 last Mon of May"}, {"1st Monday of September", "09-07 1st Monday of September"},
		{"fourth thu of nov: Turkey", "11-26 Turkey"}, {"last Sat of Feb", "02-28 last Sat of Feb"}, {"last Thu of Dec", "12-31 last Thu of Dec"},
		{"day after 4th Thu of Nov", "11-27 day after 4th Thu of Nov"}, {"day before Thanksgiving", "11-25 day before Thanksgiving"},
		{"day after Dec 31", "01-01 day after Dec 31"},
		{"Jul 4 observed", "07-03 Jul 4 observed"}, // a Saturday
		{"Easter", "04-05 Easter"}, {"Easter-2", "04-03 Easter-2"}, {"easter + 39", "05-14 easter + 39"}, {"Good Friday", "04-03 Good Friday"}, {"Easter Monday", "04-06 Easter Monday"},
		{"Labor Day", "09-07 Labor Day"}, {"labor", "09-07 Labor Day"}, {"Thanksgiving", "11-26 Thanksgiving Day"},
		{"US  federal", "01-01 New Year's Day, 01-19 Martin Luther King Jr. Day, 02-16 Presidents' Day, 05-25 Memorial Day, 06-19 Juneteenth, 07-03 Independence Day, 09-07 Labor Day, 10-12 Columbus Day, 11-11 Veterans Day, 11-26 Thanksgiving Day, 12-25 Christmas Day"},
	}
	for _, tt := range tests {
		d, err := ParseDays(tt.text)
		if err != nil {
			t.Errorf("ParseDays(%q): %v", tt.text, err)
			continue
		}
		if diff := cmp.Diff(tt.want, strings.Join(datesIn(d, 2026), ", ")); diff != "" {
			t.Errorf("ParseDays(%q) in 2026:\n%s", tt.text, diff)
		}
	}
	leap, err := ParseDays("Feb 29")
	if err != nil || len(datesIn(leap, 2028)) != 1 {
		t.Errorf("February 29: %v, %v", datesIn(leap, 2028), err)
	}
	newYear, err := ParseDays("New Year's Day") // January 1, 2028 is a Saturday
	if err != nil || !cmp.Equal(datesIn(newYear, 2027), []string{"01-01 New Year's Day", "12-31 New Year's Day"}) {
		t.Errorf("New Year's Day in 2027: %v, %v", datesIn(newYear, 2027), err)
	}
}

// TestUSFederal compares the federal holidays with those of a holiday library, in all years since the youngest of them.
func TestUSFederal(t *testing.T) {
	federal, err := ParseDays("US federal")
	if err != nil {
		t.Fatal(err)
	}
	for year := 2022; year <= lastYear; year++ {
		want := map[string]bool{}
		for _, h := range us.Holidays {
			if h == us.DayAfterThanksgivingDay {
				continue
			}
			for y := year; y <= year+1; y++ {
				if _, day := h.Calc(y); day.Year() == year {
					want[day.Format("01-02")] = true
				}
			}
		}
		got := map[string]bool{}
		for _, s := range datesIn(federal, year) {
			got[s[:5]] = true
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d:\n%s", year, diff)
		}
	}
}

// TestEaster holds against dates that almanacs print, the earliest and the latest possible ones among them.
func TestEaster(t *testing.T) {
	for _, want := range []string{"2000-04-23", "2008-03-23", "2011-04-24", "2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2038-04-25", "2076-04-19", "2100-03-28"} {
		date, err := ParseDate(want)
		if err != nil {
			t.Fatal(err)
		}
		if n, _, _ := (easter{}).in(date.Year); n.date() != date {
			t.Errorf("Easter of %d is %s, want %s", date.Year, n.date(), want)
		}
	}
}

func TestDate(t *testing.T) {
	d := Date{2026, time.December, 31}
	if got := d.AddDays(1); got != (Date{2027, 1, 1}) || d.Weekday() != time.Thursday || !d.Before(got) || got.Before(d) {
		t.Errorf("the day after %s, a %s, is %s", d, d.Weekday(), got)
	}
	if got := (Date{1969, 12, 28}).Weekday(); got != time.Sunday {
		t.Errorf("1969-12-28 is a %s", got)
	}
	for _, bad := range []string{"", "2026-1-01", "2026-13-01", "2026-00-10", "2026-04-31", "26-04-30", "2026/04/30", "2026-04-3x", "1999-12-31", "2101-01-01"} {
		if d, err := ParseDate(bad); err == nil {
			t.Errorf("ParseDate(%q) = %s", bad, d)
		}
	}
}

// FuzzParseDays asks that no text makes the parser panic, and that what it takes names dates in order and in bounds.
func FuzzParseDays(f *testing.F) {
	for _, s := range []string{"2026-11-26..2026-11-27", "12-24..01-02", "last Mon of May: x", "day after Easter-2", "US federal", "Dec 25 observed"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseDays(s)
		if err != nil {
			return
		}
		for _, year := range []int{2000, 2027, 2028, 2100} {
			if list := datesIn(d, year); len(list) > 2*maxRange {
				t.Errorf("%q names %d dates in %d", s, len(list), year)
			}
		}
	})
}

// FuzzCompile asks that no configuration makes a calendar panic or loop, and that every calendar it takes has work to do.
func FuzzCompile(f *testing.F) {
	f.Add("Mon", "07:00-17:00", "Fri", "07:00-12:00", "2026-11-23..2026-11-27", "2026-12-18 12:00", "06-08..08-07", "08:00-16:00")
	f.Add("Sun", "00:00-24:00", "", "", "US federal", "last Fri of May 12:00", "12-24..01-02", "00:00-00:01")
	f.Fuzz(func(t *testing.T, workday, hours, on, hoursOn, holiday, release, days, seasonHours string) {
		spec := Spec{Workdays: []string{workday, "Fri"}, Hours: hours, Holidays: []string{holiday}, EarlyRelease: []string{release}}
		if on != "" {
			spec.HoursOn = map[string]string{on: hoursOn}
		}
		if days != "" {
			spec.Seasons = []SeasonSpec{{Name: "season", Days: days, Hours: seasonHours}}
		}
		c, err := Compile("calendar", time.UTC, spec)
		if err != nil {
			return
		}
		from := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
		due := c.Add(from, time.Minute)
		if due.Sub(from) > 800*24*time.Hour || c.Between(from, due) != time.Minute {
			t.Errorf("%+v: a minute from %s is due at %s", spec, from, due)
		}
	})
}

func ExampleParseDays() {
	days, _ := ParseDays("day after 4th Thu of Nov")
	fmt.Println(datesIn(days, 2026))
	// Output: [11-27 day after 4th Thu of Nov]
}
