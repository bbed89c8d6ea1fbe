package worktime

import (
	"fmt"
	"time"
)

// Span is a piece of time, and how much of it was worked.
type Span struct {
	From, To time.Time // in the desk's zone
	Counted  time.Duration
	Why      string // in words for people: "working hours 07:00–17:00", "holiday: Labor Day", "not a workday"
}

// maxPieces is how many spans of dates, or else of months, Explain returns: about as many lines as anybody reads.
const maxPieces = 62

// Explain cuts the time from one moment to another into spans, in order and without gaps, and says of each why it counts
// or not. What is counted adds up to Between. There is a span for each date, and one for dates in a row
// that are not worked for one reason; if that makes more than 62, a span for each month, and if those are more than 62, for
// each year, of which a calendar has about a hundred.
func (c *Calendar) Explain(from, to time.Time) []Span {
	from, to = within(from).In(c.zone), within(to).In(c.zone)
	if !from.Before(to) {
		return nil
	}
	spans := c.explainDates(from, to)
	if len(spans) <= maxPieces {
		return spans
	}
	const month, year = "January 2006", "2006"
	if groups := grouped(spans, month); len(groups) <= maxPieces {
		return groups
	}
	return grouped(spans, year)
}

// explainDates makes a span for each date, and one for dates in a row that are not worked for one reason.
func (c *Calendar) explainDates(from, to time.Time) []Span {
	var spans []Span
	for n := DateOf(from).number(); from.Before(to); n++ {
		end := c.At((n + 1).date(), 0)
		if !end.After(from) {
			continue // the zone leaves the date out, or shows its end twice
		}
		if end.After(to) {
			end = to
		}
		s := Span{From: from, To: end, Counted: c.Between(from, end)}
		s.Why = c.why(n, s.Counted)
		if k := len(spans); k > 0 && s.Counted == 0 && spans[k-1].Counted == 0 && spans[k-1].Why == s.Why {
			spans[k-1].To = end
		} else {
			spans = append(spans, s)
		}
		from = end
	}
	return spans
}

// why says in words why a span of a date counts as it does.
func (c *Calendar) why(n dayNumber, counted time.Duration) string {
	d := c.day(n)
	if d.hours.IsZero() {
		return d.why
	}
	if counted == 0 {
		return "outside " + d.why
	}
	var open int64
	for _, s := range openSpans(nil, c.around(n), n, d.hours) {
		open += s.close - s.open
	}
	if time.Duration(open)*time.Second != d.hours.Length() {
		return d.why + "; the clocks change on this day"
	}
	return d.why
}

// grouped joins spans that begin in the same month or year.
func grouped(spans []Span, layout string) []Span {
	var groups []Span
	worked := 0
	for _, s := range spans {
		title := s.From.Format(layout)
		if k := len(groups); k == 0 || groups[k-1].From.Format(layout) != title {
			groups, worked = append(groups, Span{From: s.From}), 0
		}
		g := &groups[len(groups)-1]
		g.To = s.To
		g.Counted += s.Counted
		if s.Counted > 0 {
			worked++
		}
		g.Why = fmt.Sprintf("%s, %d working days", title, worked)
		if worked == 1 {
			g.Why = title + ", 1 working day"
		}
	}
	return groups
}
