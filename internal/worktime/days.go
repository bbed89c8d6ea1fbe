package worktime

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Days is a set of dates: one date, a range, a rule that names dates of every year, or several rules.
type Days struct{ rules []namedRule }

type namedRule struct {
	name string // "Thanksgiving Day", or as it was written
	rule rule
}

// rule names dates of every year.
type rule interface {
	// in returns the dates that belong to a year, from first to last. They may reach into the years beside it; ok is false
	// if the year has none.
	in(year int) (first, last dayNumber, ok bool)
}

// maxRange is the longest range of dates, in days: a longer one is taken for a slip.
const maxRange = 366

// fixed is a range of dates, or one date.
type fixed struct{ first, last dayNumber }

func (r fixed) in(year int) (dayNumber, dayNumber, bool) {
	return r.first, r.last, r.first.date().Year == year
}

// monthDay is a day of every year. February 29 is there in leap years only.
type monthDay struct {
	month time.Month
	day   int
}

func (m monthDay) on(year int) (dayNumber, bool) {
	d := Date{year, m.month, m.day}
	n := d.number()
	return n, n.date() == d
}

// yearly is a range of days of every year; one whose end lies before its beginning runs into the next year.
type yearly struct{ first, last monthDay }

func (r yearly) in(year int) (dayNumber, dayNumber, bool) {
	if (r.last.month < r.first.month) || (r.last.month == r.first.month && r.last.day < r.first.day) {
		first, _ := r.first.on(year)
		last, _ := r.last.on(year + 1)
		return first, last, true
	}
	first, ok := r.first.on(year)
	last, _ := r.last.on(year)
	return first, last, ok || r.first != r.last // February 29 in a range of other years is March 1
}

// observed moves a day that falls on a Saturday to the Friday before, and one on a Sunday to the Monday after, as holidays
// of the United States are (5 U.S.C. 6103(b)).
type observed struct{ rule }

func (r observed) in(year int) (dayNumber, dayNumber, bool) {
	n, _, ok := r.rule.in(year)
	switch n.weekday() {
	case time.Saturday:
		n--
	case time.Sunday:
		n++
	}
	return n, n, ok
}

// nth is the nth weekday of a month, the last one if nth is 0.
type nth struct {
	nth     int
	weekday time.Weekday
	month   time.Month
}

func (r nth) in(year int) (dayNumber, dayNumber, bool) {
	if r.nth == 0 {
		last := Date{year, r.month + 1, 1}.number() - 1
		last -= dayNumber((last.weekday() - r.weekday + 7) % 7)
		return last, last, true
	}
	first := Date{year, r.month, 1}.number()
	first += dayNumber((r.weekday-first.weekday()+7)%7) + dayNumber(7*(r.nth-1))
	return first, first, true
}

// easter is a number of days after Easter Sunday of the Gregorian calendar.
type easter struct{ offset dayNumber }

func (r easter) in(year int) (dayNumber, dayNumber, bool) {
	// The anonymous Gregorian computation (Nature, 20 April 1876), with its customary letters.
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	g := (b - (b+8)/25 + 1) / 3
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	sunday := Date{year, time.Month(n / 31), n%31 + 1}.number()
	return sunday + r.offset, sunday + r.offset, true
}

// after is a number of days after another rule's.
type after struct {
	rule
	days dayNumber
}

func (r after) in(year int) (dayNumber, dayNumber, bool) {
	first, last, ok := r.rule.in(year)
	return first + r.days, last + r.days, ok
}

// Has tells whether a date belongs to the set.
func (d Days) Has(date Date) bool {
	found, n := false, date.number()
	d.each(date.Year, n, n+1, func(dayNumber, string) { found = true })
	return found
}

// ParseDays reads one entry of a list of days:
//
//	2026-11-26                 a date
//	2026-11-23..2026-11-27     a range, both ends included, of at most a year
//	12-25, Dec 25, 25 Dec      the same day every year
//	12-24..01-02               the same days every year
//	last Mon of May            a weekday of a month: 1st to 4th, or last
//	Easter, Easter+1           Easter Sunday, and days after (+) or before (-) it
//	Thanksgiving Day           one of the United States' federal holidays, or Good Friday, Easter Monday
//	US federal                 all eleven federal holidays, on the days they are observed
//
// "day after" or "day before" in front moves one day; "observed" behind one day of every year moves it off a weekend. A
// name may follow a colon: "2026-11-26: Founders' Day". Case does not matter.
func ParseDays(s string) (Days, error) {
	text, name, named := strings.Cut(s, ":")
	text = strings.Join(strings.Fields(text), " ")
	if strings.EqualFold(text, "US federal") {
		return Days{usFederal}, nil
	}
	r, official, err := parseRule(text)
	if err != nil {
		return Days{}, err
	}
	if name = strings.TrimSpace(name); !named || name == "" {
		name = text
	}
	if official != "" && !named {
		name = official
	}
	return Days{[]namedRule{{name, r}}}, nil
}

// parseRule reads a rule in any of its forms, and returns its official name if it has one.
func parseRule(text string) (r rule, official string, err error) {
	lower := strings.ToLower(text)
	for prefix, days := range map[string]dayNumber{"day after ": 1, "day before ": -1} {
		if rest, ok := strings.CutPrefix(lower, prefix); ok {
			r, _, err := parseRule(rest)
			return after{r, days}, "", err
		}
	}
	if rest, ok := strings.CutSuffix(lower, " observed"); ok {
		m, err := parseMonthDay(rest)
		return observed{yearly{m, m}}, "", err
	}
	for _, h := range holidays {
		if lower == strings.ToLower(h.name) || lower == strings.TrimSuffix(strings.ToLower(h.name), " day") {
			return h.rule, h.name, nil
		}
	}
	if rest, ok := strings.CutPrefix(lower, "easter"); ok {
		n := 0
		if rest != "" {
			n, err = strconv.Atoi(strings.ReplaceAll(rest, " ", ""))
		}
		if err != nil || n < -100 || n > 100 || rest != "" && !strings.ContainsAny(rest[:1], "+- ") {
			return nil, "", fmt.Errorf("%q is not a day: write \"Easter\", \"Easter-2\" or \"Easter+39\"", text)
		}
		return easter{dayNumber(n)}, "", nil
	}
	if which, month, ok := strings.Cut(lower, " of "); ok {
		r, err := parseNth(text, which, month)
		return r, "", err
	}
	from, to, ok := strings.Cut(lower, "..")
	if !ok {
		to = from
	}
	r, err = parseRange(text, strings.TrimSpace(from), strings.TrimSpace(to))
	return r, "", err
}

func parseRange(text, from, to string) (rule, error) {
	first, err := parseMonthDay(from)
	if err == nil {
		last, err := parseMonthDay(to)
		if err != nil {
			return nil, fmt.Errorf("%q: write both ends with a year, or neither", text)
		}
		return yearly{first, last}, nil
	}
	if strings.Count(from, "-") == 1 || strings.Contains(from, " ") && strings.ContainsAny(from, "0123456789") {
		return nil, err
	}
	return parseDates(text, from, to)
}

func parseDates(text, from, to string) (rule, error) {
	first, err := ParseDate(from)
	if err != nil {
		if !strings.ContainsAny(from, "0123456789") {
			return nil, fmt.Errorf("%q is neither a date nor a rule: write \"2026-11-23\", \"2026-11-23..2026-11-27\", \"Dec 25\", \"last Mon of May\" or \"US federal\"", text)
		}
		return nil, err
	}
	last, err := ParseDate(to)
	if err != nil {
		return nil, err
	}
	n := last.number() - first.number() + 1
	switch {
	case n < 1:
		return nil, fmt.Errorf("%q runs backwards: write the earlier date first", text)
	case n > maxRange:
		return nil, fmt.Errorf("%q is %d days long: a range has at most %d; look at the years", text, n, maxRange)
	}
	return fixed{first.number(), last.number()}, nil
}

func parseNth(text, which, month string) (rule, error) {
	hint := fmt.Errorf("%q is not a day: write \"1st Mon of Sep\", \"4th Thu of Nov\" or \"last Mon of May\"", text)
	count, weekday, ok := strings.Cut(which, " ")
	if !ok {
		return nil, hint
	}
	n, ok := map[string]int{"1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "first": 1, "second": 2, "third": 3, "fourth": 4, "last": 0}[count]
	if !ok {
		if count == "5th" || count == "fifth" {
			return nil, fmt.Errorf("%q is not there every year: write \"last\" for the last one", text)
		}
		return nil, hint
	}
	day, err := ParseWeekday(weekday)
	if err != nil {
		return nil, err
	}
	m, ok := parseMonth(month)
	if !ok {
		return nil, hint
	}
	return nth{n, day, m}, nil
}

func parseMonth(s string) (time.Month, bool) {
	for m := time.January; m <= time.December; m++ {
		if strings.EqualFold(s, m.String()) || strings.EqualFold(s, m.String()[:3]) {
			return m, true
		}
	}
	return 0, false
}

// parseMonthDay reads "12-25", "Dec 25" or "25 Dec".
func parseMonthDay(s string) (monthDay, error) {
	hint := fmt.Errorf("%q is not a day of the year: write \"12-25\" or \"Dec 25\"", s)
	var m monthDay
	a, b, spaced := strings.Cut(s, " ")
	if !spaced {
		var dashed bool
		if a, b, dashed = strings.Cut(s, "-"); !dashed || len(a) != 2 || len(b) != 2 {
			return m, hint
		}
		n, err := strconv.ParseUint(a, 10, 8)
		if err != nil || n < 1 || n > 12 {
			return m, hint
		}
		m.month = time.Month(n)
	} else if month, ok := parseMonth(a); ok {
		m.month = month
	} else if month, ok := parseMonth(b); ok {
		m.month, b = month, a
	} else {
		return m, hint
	}
	day, err := strconv.ParseUint(b, 10, 8)
	m.day = int(day)
	if _, exists := m.on(2024); err != nil || !exists { // a leap year
		return m, hint
	}
	return m, nil
}
