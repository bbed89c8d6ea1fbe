package config

import (
	"strings"
	"testing"
	"time"
)

// Somebody is there within review.staffed, on working days, until an early release.
func TestStaffed(t *testing.T) {
	c, err := Parse("config.toml", []byte(small+`[calendar]
holidays = ["2026-11-23..2026-11-27"]
early_release = ["2026-12-16 09:00", "2026-12-17 12:00", "2026-12-18 16:30"]
hours_on = { Fri = "07:00-17:00" }
[[calendar.season]]
name = "summer hours"
days = "06-08..08-07"
workdays = ["Mon", "Tue", "Wed", "Thu"]
[[calendar.season]]
name = "long days"
days = "08-08..08-20"
hours = "06:00-18:00"
[review]
staffed = "10:00-16:00"
`))
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[string]bool{
		"2026-10-05 09:59": false, "2026-10-05 10:00": true, "2026-10-05 15:59": true, "2026-10-05 16:00": false,
		"2026-10-04 12:00": false, // a Sunday
		"2026-11-24 12:00": false, // a holiday
		"2026-12-16 10:30": false, // everybody has left before anybody came
		"2026-12-17 11:59": true, "2026-12-17 12:00": false,
		"2026-12-18 15:59": true,                            // the early release is later than that
		"2026-06-11 12:00": true, "2026-06-12 12:00": false, // Thursday and Friday in summer
		"2026-08-10 09:00": false, // longer days, the same people
	} {
		when, err := time.ParseInLocation("2006-01-02 15:04", at, c.Location())
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Staffed().IsOpen(when); got != want {
			t.Errorf("at %s somebody is there: %v", at, got)
		}
	}
}

func TestStaffedIsWorkingTimeByDefault(t *testing.T) {
	c, err := Parse("config.toml", []byte(small+"[review]\nstaffed = \"\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	if c.Staffed() != c.WorkingTime() || c.WorkingTime().DayLength() != 10*time.Hour {
		t.Errorf("a day of %v", c.WorkingTime().DayLength())
	}
	if first := c.Reviews().Next(time.Date(2026, 10, 5, 0, 0, 0, 0, c.Location())); first.In(c.Location()).Hour() != 7 {
		t.Errorf("the first review is at %v", first)
	}
}

// What [calendar] says reaches the clock, and not only its defaults.
func TestWorkingTimeIsAsWritten(t *testing.T) {
	text := small + "[calendar]\nworkdays = [\"Sat\"]\nhours = \"08:00-12:00\"\nhours_on = { sat = \"09:00-12:00\" }\n"
	c, err := Parse("config.toml", []byte(strings.Replace(text, "authserv_id", "timezone = \"UTC\"\nauthserv_id", 1)))
	if err != nil {
		t.Fatal(err)
	}
	open, closing, ok := c.WorkingTime().OpenOn(c.WorkingTime().DateOf(time.Date(2026, 10, 3, 0, 0, 0, 0, time.UTC)))
	if !ok || open.Hour() != 9 || closing.Hour() != 12 {
		t.Errorf("open from %v to %v, %v", open, closing, ok)
	}
}

func TestTestingWindows(t *testing.T) {
	text := withPasswords(Example())
	text = append(text, "\n[[testing]]\nname = \"make-up\"\ndays = \"2027-05-03\"\ncampuses = [\"Lincoln Elementary\"]\n"...)
	c, err := Parse("config.toml", text)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		at, campus string
		want       bool
	}{
		{"2027-04-06T00:00:00-05:00", "Lincoln Elementary", true}, {"2027-04-16T23:59:00-05:00", "", true},
		{"2027-04-17T04:59:00Z", "Oak High", true}, // still the sixteenth at the desk
		{"2027-04-17T05:00:00Z", "Oak High", false}, {"2027-04-05T23:59:00-05:00", "Oak High", false},
		{"2027-05-03T09:00:00-05:00", "LINCOLN elementary", true}, {"2027-05-03T09:00:00-05:00", "Oak High", false},
		{"2027-05-03T09:00:00-05:00", "", false},
	} {
		at, err := time.Parse(time.RFC3339, x.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.TestingAt(x.campus, at); got != x.want {
			t.Errorf("%s at %q: %v, want %v", x.at, x.campus, got, x.want)
		}
	}
	for bad, want := range map[string]string{
		"[[testing]]\ndays = \"2027-05-03\"":                                     "testing.name: is missing",
		"[[testing]]\nname = \"x\"\ndays = \"2027-05-43\"":                       "testing.days: ",
		"[[testing]]\nname = \"x\"\ndays = \"2027-05-03\"\ncampus = \"Lincoln\"": "did you mean campuses?",
		"[[testing]]\nname = \"Spring state tests\"\ndays = \"2027-05-03\"":      "is listed twice",
	} {
		if _, err := Parse("config.toml", append(withPasswords(Example()), "\n"+bad+"\n"...)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", bad, err, want)
		}
	}
}
