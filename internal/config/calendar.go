package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"triaged/internal/worktime"
)

// WorkingTime computes with the desk's calendar.
func (c *Config) WorkingTime() *worktime.Calendar { return c.calendar }

// Staffed computes with the hours in which somebody is there: review.staffed on working days, or the working hours.
func (c *Config) Staffed() *worktime.Calendar { return c.staffed }

// Reviews are the moments at which the uncategorized queue is reviewed.
func (c *Config) Reviews() *worktime.Reviews { return c.reviews }

// checkCalendar compiles what is written, which refuses calendars that could not be kept.
func (d *document) checkCalendar(c *Config) {
	var err error
	if c.calendar, err = worktime.Compile("calendar", c.location, c.Calendar.Spec()); err != nil {
		d.keyed(err)
		return
	}
	if c.reviews, err = worktime.NewReviews("review", c.calendar, c.Review.Hours, c.Review.Staffed); err != nil {
		d.keyed(err)
		return
	}
	c.staffed = c.calendar
	if c.Review.Staffed == "" {
		return
	}
	if c.staffed, err = worktime.Compile("review.staffed", c.location, c.Calendar.staffed(c.Review.Staffed)); err != nil {
		d.wrong("review.staffed", err.Error(), "")
	}
}

// TestingAt tells whether a testing window is open at a campus, "" if it is not known, on the day of a moment at the desk.
func (c *Config) TestingAt(campus string, t time.Time) bool {
	date := worktime.DateOf(t.In(c.location))
	for i, w := range c.Testing {
		if !c.windows[i].Has(date) {
			continue
		}
		if len(w.Campuses) == 0 || slices.ContainsFunc(w.Campuses, func(s string) bool { return strings.EqualFold(s, campus) }) {
			return true
		}
	}
	return false
}

// checkTesting compiles the testing windows.
func (d *document) checkTesting(c *Config) {
	seen := names{}
	c.windows = make([]worktime.Days, len(c.Testing))
	for i, w := range c.Testing {
		path := fmt.Sprintf("testing[%d]", i)
		if d.needed(path+".name", w.Name, `such as "spring state tests"`) {
			d.once(path+".name", w.Name, seen)
		}
		if !d.needed(path+".days", w.Days, `such as "2027-04-06..2027-04-16"`) {
			continue
		}
		var err error
		if c.windows[i], err = worktime.ParseDays(w.Days); err != nil {
			d.wrong(path+".days", err.Error(), "")
		}
	}
}

// Spec is the calendar in the words of package worktime.
func (c Calendar) Spec() worktime.Spec {
	s := worktime.Spec{
		Workdays: c.Workdays, Hours: c.Hours, HoursOn: c.HoursOn, Holidays: c.Holidays, EarlyRelease: c.EarlyRelease,
	}
	for _, season := range c.Seasons {
		s.Seasons = append(s.Seasons, worktime.SeasonSpec(season))
	}
	return s
}

// staffed is the calendar with other hours, which are those of each working day. A day that ends before they begin is a
// day off; one that ends after them is like any other.
func (c Calendar) staffed(text string) worktime.Spec {
	s := worktime.Spec{Workdays: c.Workdays, Hours: text, Holidays: slices.Clone(c.Holidays)}
	for _, season := range c.Seasons {
		if len(season.Workdays) > 0 {
			s.Seasons = append(s.Seasons, worktime.SeasonSpec{
				Name: season.Name, Days: season.Days, Workdays: season.Workdays, Hours: text,
			})
		}
	}
	hours, err := worktime.ParseHours(text)
	if err != nil {
		return s // NewReviews has refused it
	}
	for _, release := range c.EarlyRelease {
		days, at := cutLast(release)
		switch end, err := worktime.ParseClock(at); {
		case err != nil: // Compile has refused it
		case end <= hours.Open:
			s.Holidays = append(s.Holidays, days)
		case end < hours.Close:
			s.EarlyRelease = append(s.EarlyRelease, release)
		}
	}
	return s
}

// cutLast takes the last word off: "last Fri of May 12:00" is the days "last Fri of May" and the time "12:00".
func cutLast(s string) (before, last string) {
	words := strings.Fields(s)
	n := max(0, len(words)-1)
	return strings.Join(words[:n], " "), strings.Join(words[n:], " ")
}

// keyed records errors that begin with the path of their key: "calendar.holidays[1]: …", or `calendar.hours = "…": …`.
func (d *document) keyed(err error) {
	for _, one := range unjoined(err) {
		text := one.Error()
		end := max(0, strings.IndexAny(text, ": "))
		d.wrong(text[:end], strings.TrimLeft(text[end:], ":= "), "")
	}
}

// unjoined returns the errors that errors.Join made one of.
func unjoined(err error) []error {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		return several.Unwrap()
	}
	return []error{err}
}
