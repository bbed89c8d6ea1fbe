package worktime

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// The years that a calendar knows: from Start until End, both at midnight UTC. No time before or after is worked, and a
// question whose answer would lie beyond is answered with End (or Start, for those that look back).
var (
	Start = time.Date(firstYear, 1, 1, 0, 0, 0, 0, time.UTC)
	End   = time.Date(lastYear+1, 1, 1, 0, 0, 0, 0, time.UTC)
)

const (
	firstYear = 2000
	lastYear  = 2100
)

// Spec describes a calendar in the words of the configuration's [calendar].
type Spec struct {
	// Workdays are days of the week, as ParseWeekday reads them: ["Mon", "Tue", "Wed", "Thu", "Fri"].
	Workdays []string `toml:"workdays"`
	// Hours are those of a normal working day, as ParseHours reads them: "07:00-17:00".
	Hours string `toml:"hours"`
	// HoursOn are the hours of days of the week that differ: {Fri = "07:00-13:00"}.
	HoursOn map[string]string `toml:"hours_on"`
	// Holidays are days without work, as ParseDays reads them.
	Holidays []string `toml:"holidays"`
	// EarlyRelease are days that end early: what ParseDays reads, and a time: "2026-12-18 12:00".
	EarlyRelease []string `toml:"early_release"`
	// Seasons are parts of the year with hours of their own, such as the summer. Where two meet, the first one holds.
	Seasons []SeasonSpec `toml:"season"`
}

// SeasonSpec describes one season of a Spec.
type SeasonSpec struct {
	// Name is for people: "summer hours".
	Name string `toml:"name"`
	// Days are a range, as ParseDays reads it: "06-08..08-07" for every year, "2026-06-08..2026-08-07" for one.
	Days string `toml:"days"`
	// Workdays are as in Spec, and those of the Spec if empty.
	Workdays []string `toml:"workdays"`
	// Hours are as in Spec, and those of the Spec if empty.
	Hours string `toml:"hours"`
	// HoursOn are as in Spec, and those of the Spec if Hours is empty too.
	HoursOn map[string]string `toml:"hours_on"`
}

// Default returns the Spec of the default configuration: Monday to Friday, 07:00 to 17:00, no holidays.
func Default() Spec {
	return Spec{Workdays: []string{"Mon", "Tue", "Wed", "Thu", "Fri"}, Hours: "07:00-17:00"}
}

// Calendar is a compiled Spec in a time zone. It never changes, and is safe for concurrent use.
type Calendar struct {
	zone     *time.Location
	normal   week // outside all seasons
	seasons  []season
	holidays []Days
	releases []release

	// Tables of a year each, made when first needed. Two goroutines may both make one; they are the same, and one is kept.
	dates [lastYear - firstYear + 3]atomic.Pointer[yearOfDates] // one more at either end
	spans [lastYear - firstYear + 1]atomic.Pointer[yearOfSpans]
}

// week holds the hours of each day of the week; those of days without work are zero.
type week struct {
	hours  [7]Hours
	normal Hours // what a "working day" of this week is
}

type season struct {
	name string
	days Days
	week week
}

type release struct {
	days  Days
	close Clock
}

// Compile makes a Calendar of a Spec. key is the name of the configuration's table, "calendar", that errors begin with. A
// calendar that could not be kept is refused: no workdays, hours that close before they open, dates that do not exist or
// run backwards, an early release at a time when nobody works, holidays that leave a year without work. Several errors come
// joined.
func Compile(key string, zone *time.Location, spec Spec) (*Calendar, error) {
	c := &compiler{key: key, calendar: &Calendar{zone: zone}}
	if zone == nil {
		return nil, fmt.Errorf("%s: no time zone given", key)
	}
	if len(spec.Workdays) == 0 {
		c.fail("workdays", "", errors.New("there are none: write those of the desk, such as [\"Mon\", \"Fri\"]"))
	}
	c.calendar.normal = c.week("", spec.Workdays, spec.Hours, spec.HoursOn)
	for i, s := range spec.Seasons {
		c.season(fmt.Sprintf("season[%d].", i), s, spec)
	}
	for i, s := range spec.Holidays {
		days, err := ParseDays(s)
		c.fail(fmt.Sprintf("holidays[%d]", i), s, err)
		c.calendar.holidays = append(c.calendar.holidays, days)
	}
	for i, s := range spec.EarlyRelease {
		r, err := parseRelease(s)
		c.fail(fmt.Sprintf("early_release[%d]", i), s, err)
		c.calendar.releases = append(c.calendar.releases, r)
	}
	if len(c.errs) == 0 {
		c.checkReleases(spec)
		c.checkYears()
	}
	if len(c.errs) > 0 {
		return nil, errors.Join(c.errs...)
	}
	return c.calendar, nil
}

// compiler collects what is wrong with a Spec.
type compiler struct {
	key      string
	calendar *Calendar
	errs     []error
}

// fail records an error, if there is one, under its key; a value that the error does not quote stands before it.
func (c *compiler) fail(key, value string, err error) {
	switch {
	case err == nil:
	case value == "" || strings.Contains(err.Error(), fmt.Sprintf("%q", value)):
		c.errs = append(c.errs, fmt.Errorf("%s.%s: %w", c.key, key, err))
	default:
		c.errs = append(c.errs, fmt.Errorf("%s.%s = %q: %w", c.key, key, value, err))
	}
}

func (c *compiler) week(prefix string, workdays []string, hours string, on map[string]string) week {
	var w week
	var err error
	w.normal, err = ParseHours(hours)
	c.fail(prefix+"hours", hours, err)
	for i, s := range workdays {
		day, err := ParseWeekday(s)
		c.fail(fmt.Sprintf("%sworkdays[%d]", prefix, i), s, err)
		if err == nil {
			w.hours[day] = w.normal
		}
	}
	for _, s := range slices.Sorted(maps.Keys(on)) {
		key, hours := prefix+"hours_on."+s, on[s]
		day, err := ParseWeekday(s)
		c.fail(key, s, err)
		h, errHours := ParseHours(hours)
		c.fail(key, hours, errHours)
		if err == nil && w.hours[day].IsZero() && !w.normal.IsZero() {
			c.fail(key, "", fmt.Errorf("%q is not among %sworkdays: add it there, or leave its hours out", s, prefix))
		}
		w.hours[day] = h
	}
	return w
}

func (c *compiler) season(prefix string, s SeasonSpec, spec Spec) {
	days, err := ParseDays(s.Days)
	c.fail(prefix+"days", s.Days, err)
	if s.Name == "" {
		c.fail(prefix+"name", "", errors.New("a season needs a name, such as \"summer hours\""))
	}
	if len(s.Workdays) == 0 && s.Hours == "" && len(s.HoursOn) == 0 {
		c.fail(prefix+"hours", "", fmt.Errorf("season %q changes nothing: give it hours or workdays; days without work are holidays", s.Name))
		return
	}
	workdays, hours, on := s.Workdays, s.Hours, s.HoursOn
	if len(workdays) == 0 {
		workdays = spec.Workdays
	}
	if hours == "" {
		hours = spec.Hours
		if len(on) == 0 {
			on = keep(spec.HoursOn, workdays)
		}
	}
	c.calendar.seasons = append(c.calendar.seasons, season{s.Name, days, c.week(prefix, workdays, hours, on)})
}

// keep returns the hours of those days that are among workdays.
func keep(on map[string]string, workdays []string) map[string]string {
	kept := map[string]string{}
	for s, hours := range on {
		day, err := ParseWeekday(s)
		if slices.ContainsFunc(workdays, func(w string) bool { d, errW := ParseWeekday(w); return err == nil && errW == nil && d == day }) {
			kept[s] = hours
		}
	}
	return kept
}

// parseRelease reads days and a time: "2026-12-18 12:00", "last Fri of May 12:00".
func parseRelease(s string) (release, error) {
	fields := strings.Fields(s)
	if len(fields) < 2 {
		return release{}, fmt.Errorf("%q is not an early release: write the day and the time, \"2026-12-18 12:00\"", s)
	}
	at, err := ParseClock(fields[len(fields)-1])
	if err != nil {
		return release{}, err
	}
	days, err := ParseDays(strings.Join(fields[:len(fields)-1], " "))
	return release{days, at}, err
}

// checkReleases refuses an early release of one date that could not take place: the day is not worked, or the time lies
// outside its hours. One by rule is passed over in years in which it does not fit.
func (c *compiler) checkReleases(spec Spec) {
	for i, r := range c.calendar.releases {
		f, ok := r.days.rules[0].rule.(fixed)
		if !ok || f.first != f.last {
			continue
		}
		key, date := fmt.Sprintf("early_release[%d]", i), f.first.date()
		h, why := c.calendar.plannedHours(f.first)
		switch {
		case h.IsZero():
			c.fail(key, spec.EarlyRelease[i], fmt.Errorf("nobody works on %s, %s: %s", date.Weekday(), date, why))
		case r.close <= h.Open || r.close >= h.Close:
			c.fail(key, spec.EarlyRelease[i], fmt.Errorf("%s is not within that day's hours, %s", r.close, h))
		}
	}
}

// checkYears refuses holidays that leave no work in a year they name, or in one of four years for those of every year, so
// that somebody who asks for the next working day is not sent to another decade.
func (c *compiler) checkYears() {
	years := map[int]bool{2025: true, 2026: true, 2027: true, 2028: true}
	for _, days := range c.calendar.holidays {
		for _, r := range days.rules {
			if f, ok := r.rule.(fixed); ok {
				years[f.first.date().Year], years[f.last.date().Year] = true, true
			}
		}
	}
	for year := firstYear; year <= lastYear; year++ {
		if years[year] && !c.calendar.year(year).anyWork() {
			c.fail("holidays", "", fmt.Errorf("they leave no day to work in %d: look at the ranges", year))
			return
		}
	}
}

// Zone returns the time zone of the desk.
func (c *Calendar) Zone() *time.Location { return c.zone }

// DayLength returns how long a normal working day is, outside all seasons: ten hours by default.
func (c *Calendar) DayLength() time.Duration { return c.normal.normal.Length() }

// DayLengthOn returns how long a normal working day is at t: that of the season t falls into.
func (c *Calendar) DayLengthOn(t time.Time) time.Duration {
	return c.weekOf(DateOf(t.In(c.zone)).number()).week.normal.Length()
}
