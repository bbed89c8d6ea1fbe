package worktime

import "fmt"

// yearOfDates holds what a calendar says of each date of one year.
type yearOfDates struct {
	first dayNumber // January 1
	days  []day
}

// day is what a calendar says of one date.
type day struct {
	hours Hours  // zero if it is not worked
	why   string // in words for people: "working hours 07:00–17:00", "holiday: Labor Day"
	early bool   // released early
}

func (y *yearOfDates) anyWork() bool {
	for _, d := range y.days {
		if !d.hours.IsZero() {
			return true
		}
	}
	return false
}

// day returns what the calendar says of a date; outside its years, nothing is worked.
func (c *Calendar) day(n dayNumber) day {
	year := n.date().Year
	if year < firstYear-1 || year > lastYear+1 {
		return day{why: "outside the years of the calendar"}
	}
	y := c.year(year)
	return y.days[n-y.first]
}

// year returns the table of a year from firstYear-1 to lastYear+1.
func (c *Calendar) year(year int) *yearOfDates {
	slot := &c.dates[year-firstYear+1]
	if y := slot.Load(); y != nil {
		return y
	}
	slot.CompareAndSwap(nil, c.makeYear(year))
	return slot.Load()
}

func (c *Calendar) makeYear(year int) *yearOfDates {
	first, next := Date{year, 1, 1}.number(), Date{year + 1, 1, 1}.number()
	y := &yearOfDates{first: first, days: make([]day, next-first)}
	seasons := make([]*season, next-first)
	for i := range c.seasons {
		s := &c.seasons[len(c.seasons)-1-i] // backwards, so that the first one is written last
		s.days.each(year, first, next, func(n dayNumber, _ string) { seasons[n-first] = s })
	}
	for i := range y.days {
		n := first + dayNumber(i)
		y.days[i] = c.planned(n, seasons[i])
	}
	for _, h := range c.holidays {
		h.each(year, first, next, func(n dayNumber, name string) {
			// On a day that is free anyway, that remains the reason.
			if d := &y.days[n-first]; !d.hours.IsZero() {
				*d = day{why: "holiday: " + name}
			}
		})
	}
	for _, r := range c.releases {
		r.days.each(year, first, next, func(n dayNumber, _ string) {
			if d := &y.days[n-first]; d.hours.Open < r.close && r.close < d.hours.Close {
				d.hours.Close, d.early = r.close, true
				d.why = fmt.Sprintf("early release, working hours %s", d.hours)
			}
		})
	}
	return y
}

// planned is what the week says of a date, holidays and early releases aside.
func (c *Calendar) planned(n dayNumber, s *season) day {
	w, in := c.normal, ""
	if s != nil {
		w, in = s.week, ", "+s.name
	}
	h := w.hours[n.weekday()]
	if h.IsZero() {
		return day{why: "not a workday" + in}
	}
	return day{hours: h, why: fmt.Sprintf("working hours %s%s", h, in)}
}

// plannedHours returns the hours of a date before early releases, and why there are none.
func (c *Calendar) plannedHours(n dayNumber) (Hours, string) {
	d := c.planned(n, c.seasonOf(n))
	year := n.date().Year
	for _, h := range c.holidays {
		h.each(year, n, n+1, func(_ dayNumber, name string) {
			if !d.hours.IsZero() {
				d = day{why: "holiday: " + name}
			}
		})
	}
	return d.hours, d.why
}

// seasonOf returns the season of a date, or nil.
func (c *Calendar) seasonOf(n dayNumber) *season {
	for i := range c.seasons {
		in := false
		c.seasons[i].days.each(n.date().Year, n, n+1, func(dayNumber, string) { in = true })
		if in {
			return &c.seasons[i]
		}
	}
	return nil
}

// weekOf returns the season of a date, with the normal week if there is none.
func (c *Calendar) weekOf(n dayNumber) season {
	if s := c.seasonOf(n); s != nil {
		return *s
	}
	return season{week: c.normal}
}

// each calls f for the dates that the set has from first until next, all of which lie in year. The years beside it are
// asked too, since a range or a day observed may reach over New Year.
func (d Days) each(year int, first, next dayNumber, f func(n dayNumber, name string)) {
	for _, r := range d.rules {
		for y := year - 1; y <= year+1; y++ {
			from, to, ok := r.rule.in(y)
			if !ok {
				continue
			}
			for n := max(from, first); n <= min(to, next-1); n++ {
				f(n, r.name)
			}
		}
	}
}
