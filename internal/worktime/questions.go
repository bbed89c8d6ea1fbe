package worktime

import "time"

// within returns t, or Start or End if it lies outside the calendar's years.
func within(t time.Time) time.Time {
	switch {
	case t.Before(Start):
		return Start
	case t.After(End):
		return End
	}
	return t
}

// Add returns the earliest moment, not before t, by which an amount of time has been worked since t, in t's location. So a
// span that ends exactly at closing time ends then, not at the next opening; and nothing or less is worked at t itself.
// If so much is never worked, it returns End.
func (c *Calendar) Add(t time.Time, worked time.Duration) time.Time {
	if worked <= 0 {
		return t
	}
	from := within(t)
	year := from.UTC().Year()
	if year > lastYear {
		return End.In(t.Location())
	}
	already := c.spansOf(year).worked(from.UnixNano())
	for ; year <= lastYear; year++ {
		y := c.spansOf(year)
		if left := y.total() - already; worked > left {
			worked -= left
			already = 0
			continue
		}
		return time.Unix(0, y.reaches(already+worked)).In(t.Location())
	}
	return End.In(t.Location())
}

// Between returns how much is worked from a until b; negative if b is before a.
func (c *Calendar) Between(a, b time.Time) time.Duration {
	if b.Before(a) {
		return -c.Between(b, a)
	}
	a, b = within(a), within(b)
	var worked time.Duration
	yearA, yearB := a.UTC().Year(), b.UTC().Year()
	for year := yearA; year < min(yearB, lastYear+1); year++ {
		worked += c.spansOf(year).total()
	}
	if yearB <= lastYear {
		worked += c.spansOf(yearB).worked(b.UnixNano())
	}
	if yearA <= lastYear {
		worked -= c.spansOf(yearA).worked(a.UnixNano())
	}
	return worked
}

// IsOpen tells whether the desk works at t. It does when it opens, and no longer when it closes.
func (c *Calendar) IsOpen(t time.Time) bool {
	open, closing := c.open(t)
	return !open.After(t) && closing.After(t)
}

// NextOpen returns t if the desk works at t, else when it opens next; End if it never does. The answer is in t's location.
func (c *Calendar) NextOpen(t time.Time) time.Time {
	open, closing := c.open(t)
	if open.Before(t) && closing.After(t) {
		return t
	}
	return open
}

// NextClose returns when the desk closes next after t; End if it never does. The answer is in t's location.
func (c *Calendar) NextClose(t time.Time) time.Time {
	_, closing := c.open(t)
	return closing
}

// open returns the first span of work that closes after t.
func (c *Calendar) open(t time.Time) (open, closing time.Time) {
	from := within(t)
	for year := from.UTC().Year(); year <= lastYear; year++ {
		y := c.spansOf(year)
		i := y.next(from.UnixNano())
		if i == len(y.open) {
			continue
		}
		s := y.open[i]
		for y := year + 1; y <= lastYear && s.close == newYear(y); y++ { // a span may go on into the next year of UTC
			if next := c.spansOf(y).open; len(next) > 0 && next[0].open == s.close {
				s.close = next[0].close
			}
		}
		return time.Unix(0, s.open).In(t.Location()), time.Unix(0, s.close).In(t.Location())
	}
	return End.In(t.Location()), End.In(t.Location())
}

func newYear(year int) int64 { return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano() }

// At returns the first moment at which the desk's wall shows a time of a date, or a later one where the clocks skip it, in
// the desk's zone.
func (c *Calendar) At(d Date, clock Clock) time.Time {
	n := d.number()
	return time.Unix(wallReaches(c.around(n), n, clock), 0).In(c.zone)
}

// OpenOn returns the first and the last moment of work on a date, in the desk's zone, and false if the date is not worked.
func (c *Calendar) OpenOn(d Date) (open, closing time.Time, ok bool) {
	n := d.number()
	day := c.day(n)
	if day.hours.IsZero() {
		return time.Time{}, time.Time{}, false
	}
	spans := openSpans(nil, c.around(n), n, day.hours)
	if len(spans) == 0 { // the zone leaves the date out
		return time.Time{}, time.Time{}, false
	}
	return time.Unix(spans[0].open, 0).In(c.zone), time.Unix(spans[len(spans)-1].close, 0).In(c.zone), true
}

// DateOf returns the date that the desk's wall shows at t.
func (c *Calendar) DateOf(t time.Time) Date { return DateOf(t.In(c.zone)) }
