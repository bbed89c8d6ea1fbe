package command

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Date is a day of the calendar, in the desk's time zone. The zero Date means none.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf returns the day of a time, in the time's own zone.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// IsZero tells whether there is no date.
func (d Date) IsZero() bool { return d == Date{} }

// In returns the day's first moment in a zone.
func (d Date) In(zone *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, zone)
}

// Before tells whether d is an earlier day than e.
func (d Date) Before(e Date) bool { return d.In(time.UTC).Before(e.In(time.UTC)) }

// Add returns the day n days later.
func (d Date) Add(n int) Date { return DateOf(d.In(time.UTC).AddDate(0, 0, n)) }

// String writes the date as ISO 8601 has it, "2026-03-02", or "" for none.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

var errNotADate = errors.New("not a date; write it as 2026-03-02, or as \"friday\"")

// ParseDate reads a day as people type it: ISO (2026-03-02), numbers in the desk's order (2/3/2026 is the second of
// March where dayFirst), month names (2 March, Mar 2nd 2026), today, tomorrow, yesterday, weekdays ("friday" is the next one after
// today), "in 3 days", "in 2 weeks". A day without a year is the next such day, today included. English and Spanish
// names are known. Nothing ambiguous is guessed: "next friday" and the day 31 of a short month are errors.
func ParseDate(text string, today Date, dayFirst bool) (Date, error) {
	words := dateWords(text)
	if len(words) == 0 || len(words) > 6 {
		return Date{}, errNotADate
	}
	if len(words) == 1 {
		if d, ok := relativeDay(words[0], today); ok {
			return d, nil
		}
	}
	if d, ok := daysAhead(words, today); ok {
		return d, nil
	}
	if words[0] == "next" || words[0] == "próximo" {
		return Date{}, errors.New("\"next\" can mean two days; write the date")
	}
	for _, w := range words {
		if _, ok := months[w]; ok {
			return namedDate(words, today)
		}
	}
	return numericDate(words, today, dayFirst)
}

// dateWords cuts a date into runs of letters and runs of digits. Signs other than the usual ones between them, and a
// minus or plus sign, make it no date.
func dateWords(text string) []string {
	var words []string
	var word []rune
	kind := 0
	flush := func() {
		if len(word) > 0 {
			words = append(words, string(word))
		}
		word, kind = nil, 0
	}
	if len(text) > 60 {
		return nil
	}
	for _, r := range text {
		r = foldRune(r)
		now := 0
		switch {
		case unicode.IsLetter(r):
			now = 1
		case '0' <= r && r <= '9':
			now = 2
		case !strings.ContainsRune(" -/.,", r):
			return nil
		}
		if now != kind {
			flush()
		}
		if now != 0 {
			word, kind = append(word, r), now
		}
	}
	flush()
	return words
}

var weekdays = map[string]time.Weekday{}
var months = map[string]time.Month{}

func init() {
	spanishDays := []string{"domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"}
	for d := time.Sunday; d <= time.Saturday; d++ {
		name := strings.ToLower(d.String())
		weekdays[name], weekdays[name[:3]], weekdays[spanishDays[d]] = d, d, d
	}
	weekdays["tues"], weekdays["weds"] = time.Tuesday, time.Wednesday
	weekdays["thur"], weekdays["thurs"] = time.Thursday, time.Thursday
	weekdays["miercoles"], weekdays["sabado"] = time.Wednesday, time.Saturday
	spanishMonths := []string{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
		"octubre", "noviembre", "diciembre"}
	for m := time.January; m <= time.December; m++ {
		name := strings.ToLower(m.String())
		months[name], months[name[:3]], months[spanishMonths[m-1]] = m, m, m
	}
	months["sept"] = time.September
}

func relativeDay(word string, today Date) (Date, bool) {
	switch word {
	case "today", "hoy":
		return today, true
	case "yesterday", "ayer": // to be told that it is past
		return today.Add(-1), true
	case "tomorrow", "mañana":
		return today.Add(1), true
	}
	day, ok := weekdays[word]
	if !ok {
		return Date{}, false
	}
	ahead := (int(day-today.In(time.UTC).Weekday()) + 7) % 7
	if ahead == 0 {
		ahead = 7
	}
	return today.Add(ahead), true
}

// daysAhead reads "in 3 days", "2 weeks".
func daysAhead(words []string, today Date) (Date, bool) {
	if words[0] == "in" || words[0] == "en" {
		words = words[1:]
	}
	if len(words) != 2 {
		return Date{}, false
	}
	n, err := strconv.Atoi(words[0])
	if err != nil || n > 999 {
		return Date{}, false
	}
	switch words[1] {
	case "day", "days", "día", "días", "dias":
		return today.Add(n), true
	case "week", "weeks", "semana", "semanas":
		return today.Add(7 * n), true
	}
	return Date{}, false
}

// namedDate reads a date that names its month: the day's number, and perhaps a year and a weekday, stand around it.
func namedDate(words []string, today Date) (Date, error) {
	var month time.Month
	var numbers []string
	for i, w := range words {
		m, isMonth := months[w]
		_, isWeekday := weekdays[w]
		switch {
		case isMonth && month == 0:
			month = m
		case w[0] >= '0' && w[0] <= '9':
			numbers = append(numbers, w)
		case isWeekday && i == 0:
		case w == "of" || w == "de" || w == "the" || w == "st" || w == "nd" || w == "rd" || w == "th":
		default:
			return Date{}, errNotADate
		}
	}
	switch len(numbers) {
	case 1:
		return dayWithoutYear(month, number(numbers[0]), today)
	case 2:
		if len(numbers[0]) == 4 { // 2026 March 2
			numbers[0], numbers[1] = numbers[1], numbers[0]
		}
		return day(year(numbers[1]), month, number(numbers[0]))
	}
	return Date{}, errNotADate
}

func numericDate(words []string, today Date, dayFirst bool) (Date, error) {
	for _, w := range words {
		if w[0] < '0' || w[0] > '9' {
			return Date{}, errNotADate
		}
	}
	if len(words) == 3 && len(words[0]) == 4 {
		return day(year(words[0]), time.Month(number(words[1])), number(words[2]))
	}
	if len(words) != 2 && len(words) != 3 {
		return Date{}, errNotADate
	}
	m, d := number(words[0]), number(words[1])
	if dayFirst {
		m, d = d, m
	}
	if len(words) == 2 {
		return dayWithoutYear(time.Month(m), d, today)
	}
	return day(year(words[2]), time.Month(m), d)
}

// number reads a day or month of at most two digits; -1 for anything else.
func number(digits string) int {
	if n, err := strconv.Atoi(digits); err == nil && len(digits) <= 2 {
		return n
	}
	return -1
}

// year reads a year of four digits, or of two in this century; -1 for anything else.
func year(digits string) int {
	n, err := strconv.Atoi(digits)
	switch {
	case err == nil && len(digits) == 4:
		return n
	case err == nil && len(digits) == 2:
		return 2000 + n
	}
	return -1
}

// dayWithoutYear returns the next such day, today included.
func dayWithoutYear(m time.Month, d int, today Date) (Date, error) {
	for y := today.Year; y <= today.Year+8; y++ { // a 29 February can be eight years away
		if found, err := day(y, m, d); err == nil && !found.Before(today) {
			return found, nil
		}
	}
	return day(today.Year, m, d)
}

func day(y int, m time.Month, d int) (Date, error) {
	found := Date{y, m, d}
	if y < 2000 || y > 2199 || m < 1 || m > 12 || d < 1 || DateOf(found.In(time.UTC)) != found {
		return Date{}, errors.New("there is no such day; write it as 2026-03-02, or as \"friday\"")
	}
	return found, nil
}
