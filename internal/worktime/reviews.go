package worktime

import (
	"fmt"
	"slices"
	"time"
)

// OddHours are the hours at which the uncategorized queue is reviewed: "every odd numbered hour" (SOP, process step 4).
func OddHours() []int { return []int{1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23} }

// Reviews are the moments at which somebody looks through a queue: certain hours of the desk's wall, as far as they fall
// in staffed hours of a working day. A staffed span includes its beginning and not its end, where people have left: of the
// odd hours, 07:00–17:00 holds 7, 9, 11, 13 and 15.
//
// Daylight saving neither loses nor repeats a review: at an hour that the clocks skip, it is held when they have skipped
// it; at one they show twice, the first time. It never changes, and is safe for concurrent use.
type Reviews struct {
	calendar *Calendar
	hours    []int // in order
	staffed  Hours // zero: the hours of each day
}

// NewReviews makes Reviews of a calendar. hours are those of the wall, 0 to 23; staffed is as ParseHours reads it, or empty
// for the calendar's own hours. On a day of early release, staffed hours end with it. key is the name of the configuration's
// table, "review", that errors begin with.
func NewReviews(key string, c *Calendar, hours []int, staffed string) (*Reviews, error) {
	r := &Reviews{calendar: c, hours: slices.Compact(slices.Sorted(slices.Values(hours)))}
	if len(hours) == 0 {
		return nil, fmt.Errorf("%s.hours: there are none: write \"odd\", or a list such as [7, 9, 11]", key)
	}
	if first, last := r.hours[0], r.hours[len(r.hours)-1]; first < 0 || last > 23 {
		return nil, fmt.Errorf("%s.hours = %v: an hour of the day is 0 to 23", key, hours)
	}
	if staffed != "" {
		var err error
		if r.staffed, err = ParseHours(staffed); err != nil {
			return nil, fmt.Errorf("%s.staffed: %w", key, err)
		}
	}
	span := r.staffed
	if span.IsZero() {
		span = c.normal.normal
	}
	if !slices.ContainsFunc(r.hours, func(h int) bool { return span.Contains(Clock(h * 60)) }) {
		return nil, fmt.Errorf("%s.hours = %v: none falls in staffed hours, %s, so no review would ever be held", key, hours, span)
	}
	return r, nil
}

// Review is one of the Reviews.
type Review struct {
	At    time.Time // in the desk's zone
	Hour  int       // the hour it stands for, which the wall does not show if the clocks skip it
	First bool      // the first of its day, which covers the night
}

// Next returns the first review after a moment; End if there is none.
func (r *Reviews) Next(after time.Time) time.Time {
	after = within(after)
	for n := r.calendar.DateOf(after).number(); n <= lastDate; n++ {
		for _, v := range r.on(n) {
			if v.At.After(after) && v.At.Before(End) {
				return v.At
			}
		}
	}
	return End.In(r.calendar.zone)
}

// Previous returns the last review before a moment; Start if there is none.
func (r *Reviews) Previous(before time.Time) time.Time {
	before = within(before)
	// Clocks that go back across midnight show a date again when the next one has begun, and perhaps has had its review.
	for n := r.calendar.DateOf(before).number() + 1; n >= firstDate; n-- {
		for _, v := range slices.Backward(r.on(n)) {
			if v.At.Before(before) && v.At.After(Start) {
				return v.At
			}
		}
	}
	return Start.In(r.calendar.zone)
}

// The dates of the calendar's years, and one to spare at either end for zones behind or ahead of UTC.
var (
	firstDate = Date{firstYear, 1, 1}.number() - 1
	lastDate  = Date{lastYear, 12, 31}.number() + 1
)

// Review returns the review that is held at t, and false if there is none.
func (r *Reviews) Review(t time.Time) (Review, bool) {
	n := r.calendar.DateOf(t).number()
	for _, n := range []dayNumber{n, n - 1} { // the last hour of a date that the clocks skip is held at midnight
		for _, v := range r.on(n) {
			if v.At.Equal(t) {
				return v, true
			}
		}
	}
	return Review{}, false
}

// on returns the reviews of a date, in order; one for hours that meet because the clocks skip the time between them.
func (r *Reviews) on(n dayNumber) []Review {
	day := r.calendar.day(n)
	if day.hours.IsZero() {
		return nil
	}
	staffed := r.staffed
	if staffed.IsZero() {
		staffed = day.hours
	}
	if day.early {
		staffed.Close = min(staffed.Close, day.hours.Close)
	}
	zone := r.calendar.around(n)
	if !exists(zone, n) {
		return nil
	}
	var list []Review
	for _, h := range r.hours {
		if !staffed.Contains(Clock(h * 60)) {
			continue
		}
		at := time.Unix(wallReaches(zone, n, Clock(h*60)), 0).In(r.calendar.zone)
		if k := len(list); k == 0 || at.After(list[k-1].At) {
			list = append(list, Review{at, h, k == 0})
		}
	}
	return list
}
