package worktime

import (
	"cmp"
	"slices"
	"sort"
	"time"
)

// yearOfSpans holds when a calendar is open within one year of UTC. Years of UTC cut time into pieces whatever a zone does
// to its clocks, even on New Year's Eve.
type yearOfSpans struct {
	open []span // in order, apart from each other
	// before[i] is what was worked in the year before open[i]; the last one, behind all spans, is the whole year.
	before []time.Duration
}

// span is the time from open until close, in nanoseconds since 1970 UTC.
type span struct{ open, close int64 }

// zonePeriod is a span in which the clocks of a zone run a constant number of seconds ahead of UTC.
type zonePeriod struct {
	from, to int64 // seconds since 1970 UTC
	offset   int64
}

// periods returns the periods of a zone from one moment to another, in order and without gaps.
func periods(zone *time.Location, from, to int64) []zonePeriod {
	var list []zonePeriod
	for t := from; t < to; {
		local := time.Unix(t, 0).In(zone)
		_, offset := local.Zone()
		_, end := local.ZoneBounds()
		next := end.Unix()
		if end.IsZero() {
			next = to
		}
		if next <= t {
			// Where a zone goes by its rule rather than its table, ZoneBounds ends each year after 365 days, so on December 31
			// of a leap year it names an end that has passed. One hour at a time leads out of it.
			next = t + 60*60
		}
		next = min(next, to)
		if n := len(list); n > 0 && list[n-1].offset == int64(offset) {
			list[n-1].to = next
		} else {
			list = append(list, zonePeriod{t, next, int64(offset)})
		}
		t = next
	}
	return list
}

// openSpans appends the moments at which the wall shows a time of the date within hours, as spans in seconds.
func openSpans(list []span, zone []zonePeriod, n dayNumber, h Hours) []span {
	open := int64(n)*daySeconds + int64(h.Open)*60
	closing := int64(n)*daySeconds + int64(h.Close)*60
	for _, p := range zone {
		if from, to := max(open-p.offset, p.from), min(closing-p.offset, p.to); from < to {
			list = append(list, span{from, to})
		}
	}
	return list
}

// aroundDate is more than any zone is ahead of or behind UTC, and more than any moves its clocks, in seconds.
const aroundDate = 50 * 60 * 60

// around returns the periods of the zone that a date may meet.
func (c *Calendar) around(n dayNumber) []zonePeriod {
	midnight := int64(n) * daySeconds
	return periods(c.zone, midnight-aroundDate, midnight+daySeconds+aroundDate)
}

// wallReaches returns the first moment, in seconds, at which the wall shows a time of a date or a later one.
func wallReaches(zone []zonePeriod, n dayNumber, at Clock) int64 {
	wall := int64(n)*daySeconds + int64(at)*60
	for _, p := range zone {
		if t := max(wall-p.offset, p.from); t < p.to {
			return t
		}
	}
	return zone[len(zone)-1].to
}

// exists tells whether the zone has a date: one that moves across the date line leaves one out.
func exists(zone []zonePeriod, n dayNumber) bool {
	return len(openSpans(nil, zone, n, Hours{0, 24 * 60})) > 0
}

// spansOf returns the table of a year from firstYear to lastYear.
func (c *Calendar) spansOf(year int) *yearOfSpans {
	slot := &c.spans[year-firstYear]
	if y := slot.Load(); y != nil {
		return y
	}
	slot.CompareAndSwap(nil, c.makeSpans(year))
	return slot.Load()
}

func (c *Calendar) makeSpans(year int) *yearOfSpans {
	first, next := Date{year, 1, 1}.number(), Date{year + 1, 1, 1}.number()
	from, to := int64(first)*daySeconds, int64(next)*daySeconds
	zone := periods(c.zone, from-aroundDate, to+aroundDate)
	var list []span
	for n := first - 2; n < next+2; n++ {
		if d := c.day(n); !d.hours.IsZero() {
			list = openSpans(list, zone, n, d.hours)
		}
	}
	// Clocks that go back across midnight show the end of one date after the beginning of the next.
	slices.SortFunc(list, func(a, b span) int { return cmp.Compare(a.open, b.open) })
	y := &yearOfSpans{}
	for _, s := range list {
		s = span{max(s.open, from) * int64(time.Second), min(s.close, to) * int64(time.Second)}
		if s.open >= s.close {
			continue
		}
		if n := len(y.open); n > 0 && y.open[n-1].close == s.open {
			y.open[n-1].close = s.close
			continue
		}
		y.open = append(y.open, s)
	}
	y.before = make([]time.Duration, len(y.open)+1)
	for i, s := range y.open {
		y.before[i+1] = y.before[i] + time.Duration(s.close-s.open)
	}
	return y
}

// next returns the index of the first span that closes after t.
func (y *yearOfSpans) next(t int64) int {
	return sort.Search(len(y.open), func(i int) bool { return y.open[i].close > t })
}

// worked returns what was worked in the year before t.
func (y *yearOfSpans) worked(t int64) time.Duration {
	i := y.next(t)
	worked := y.before[i]
	if i < len(y.open) && t > y.open[i].open {
		worked += time.Duration(t - y.open[i].open)
	}
	return worked
}

// reaches returns the earliest moment before which an amount was worked in the year, which is more than none and at most
// all of it.
func (y *yearOfSpans) reaches(worked time.Duration) int64 {
	i := sort.Search(len(y.open), func(i int) bool { return y.before[i+1] >= worked })
	return y.open[i].open + int64(worked-y.before[i])
}

func (y *yearOfSpans) total() time.Duration { return y.before[len(y.open)] }
