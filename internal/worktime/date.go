package worktime

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Date is a day of the civil calendar, in no time zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf returns the date that t shows in its own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// ParseDate reads "2026-11-23". A date that does not exist, or lies outside the calendar's years, 2000 to 2100, is an
// error.
func ParseDate(s string) (Date, error) {
	if len(s) == len("2026-11-23") && s[4] == '-' && s[7] == '-' {
		y, errY := strconv.ParseUint(s[:4], 10, 16)
		m, errM := strconv.ParseUint(s[5:7], 10, 8)
		d, errD := strconv.ParseUint(s[8:], 10, 8)
		if errY == nil && errM == nil && errD == nil {
			date := Date{int(y), time.Month(m), int(d)}
			if date.number().date() != date {
				return Date{}, fmt.Errorf("%q does not exist", s)
			}
			if y < firstYear || y > lastYear {
				return Date{}, fmt.Errorf("%q is too far away: write a year from %d to %d", s, firstYear, lastYear)
			}
			return date, nil
		}
	}
	return Date{}, fmt.Errorf("%q is not a date: write it as \"2026-11-23\"", s)
}

// String returns "2026-11-23".
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day) }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.number().weekday() }

// AddDays returns the date n days later, or earlier if n is negative.
func (d Date) AddDays(n int) Date { return (d.number() + dayNumber(n)).date() }

// Before tells whether d is earlier than e.
func (d Date) Before(e Date) bool { return d.number() < e.number() }

// dayNumber counts the days since 1970-01-01, so that dates can be added to and compared.
type dayNumber int32

const daySeconds = 24 * 60 * 60

func (d Date) number() dayNumber {
	seconds := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Unix()
	return dayNumber(seconds / daySeconds) // exact, so rounding does not matter
}

func (n dayNumber) date() Date { return DateOf(time.Unix(int64(n)*daySeconds, 0).UTC()) }

// weekday knows that 1970-01-01 was a Thursday.
func (n dayNumber) weekday() time.Weekday {
	return time.Weekday(((int(n)+int(time.Thursday))%7 + 7) % 7)
}

// Clock is a time of day on the wall, in minutes since midnight: 0 to 1440, where 1440 is the midnight that ends the day.
type Clock int

// ParseClock reads "07:00" or "7:00", up to "24:00".
func ParseClock(s string) (Clock, error) {
	hours, minutes, ok := strings.Cut(s, ":")
	h, errH := strconv.ParseUint(hours, 10, 8)
	m, errM := strconv.ParseUint(minutes, 10, 8)
	if !ok || errH != nil || errM != nil || len(hours) > 2 || len(minutes) != 2 {
		return 0, fmt.Errorf("%q is not a time of day: write it as \"07:00\"", s)
	}
	if m > 59 || h*60+m > 24*60 {
		return 0, fmt.Errorf("%q does not exist: a day runs from 00:00 to 24:00", s)
	}
	return Clock(h*60 + m), nil
}

// String returns "07:00".
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", int(c)/60, int(c)%60) }

// Hours are the hours of one day: open from Open until, not at, Close. The zero Hours are none.
type Hours struct{ Open, Close Clock }

// ParseHours reads "07:00-17:00". Hours that end before they begin, or cross midnight, are an error.
func ParseHours(s string) (Hours, error) {
	from, to, ok := strings.Cut(strings.ReplaceAll(s, "–", "-"), "-")
	if !ok {
		return Hours{}, fmt.Errorf("%q are not hours: write them as \"07:00-17:00\"", s)
	}
	open, err := ParseClock(strings.TrimSpace(from))
	if err != nil {
		return Hours{}, err
	}
	closing, err := ParseClock(strings.TrimSpace(to))
	if err != nil {
		return Hours{}, err
	}
	switch {
	case closing == open:
		return Hours{}, fmt.Errorf("%q closes as it opens: a whole day is \"00:00-24:00\"", s)
	case closing < open:
		return Hours{}, fmt.Errorf("%q closes before it opens: hours cannot cross midnight, and end at 24:00 at the latest", s)
	}
	return Hours{open, closing}, nil
}

// String returns "07:00–17:00", as people write it.
func (h Hours) String() string { return h.Open.String() + "–" + h.Close.String() }

// Length returns the time between Open and Close on the wall.
func (h Hours) Length() time.Duration { return time.Duration(h.Close-h.Open) * time.Minute }

// IsZero tells whether there are no hours.
func (h Hours) IsZero() bool { return h == Hours{} }

// Contains tells whether a clock that shows c shows a time within the hours.
func (h Hours) Contains(c Clock) bool { return h.Open <= c && c < h.Close }

// ParseWeekday reads "Mon" or "Monday", in any case.
func ParseWeekday(s string) (time.Weekday, error) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if strings.EqualFold(s, d.String()) || strings.EqualFold(s, d.String()[:3]) {
			return d, nil
		}
	}
	return 0, fmt.Errorf("%q is not a day of the week: write Mon, Tue, Wed, Thu, Fri, Sat or Sun", s)
}
