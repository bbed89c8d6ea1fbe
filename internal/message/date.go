package message

import (
	"strings"
	"time"
)

// parseDate reads a date as mail programs write it (RFC 5322, sections 3.3 and 4.3, asctime, ISO 8601, with or without zone, with
// comments). It answers false for what is no date or an impossible one, such as 30 February or hour 25.
func parseDate(s string) (time.Time, bool) {
	s = strings.TrimSpace(stripRemarks(s))
	if s == "" || len(s) > 200 {
		return time.Time{}, false
	}
	if t, err := time.ParseInLocation("Mon, 2 Jan 2006 15:04:05 -0700", s, time.UTC); err == nil {
		return t, usual(t)
	}
	if t, ok := parseISO(s); ok {
		return t, true
	}
	d := dateReader{day: -1, hour: -1, year: -1}
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\t' || r == ',' || r == '\u00a0' }) {
		d.word(w)
	}
	return d.time()
}

// parseISO reads the forms that begin with a year ("2026-11-23T14:05:00Z").
func parseISO(s string) (time.Time, bool) {
	if len(s) < 10 || s[4] != '-' && s[4] != '/' {
		return time.Time{}, false
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05-0700", "2006-01-02T15:04:05", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05",
		"2006-01-02 15:04", "2006-01-02", "2006/01/02 15:04:05", "2006/01/02 15:04"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, usual(t)
		}
	}
	return time.Time{}, false
}

// usual tells whether a year can be one of mail.
func usual(t time.Time) bool { return t.Year() >= 1970 && t.Year() <= 9999 }

// stripRemarks takes comments out of a structured value (RFC 5322, section 3.2.2).
func stripRemarks(s string) string {
	if strings.IndexByte(s, '(') < 0 {
		return s
	}
	var b strings.Builder
	depth := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '(':
			depth++
		case c == ')' && depth > 0:
			depth--
		case depth == 0:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// dateReader gathers the words of a date in whatever order they come.
type dateReader struct {
	day, year            int
	month                time.Month
	hour, minute, second int
	pm, am               bool
	zone                 *time.Location
	bad                  bool
}

func (d *dateReader) word(w string) {
	switch {
	case strings.Count(w, ":") >= 1 && w[0] >= '0' && w[0] <= '9':
		d.clock(w)
	case (w[0] == '+' || w[0] == '-') && len(w) >= 3 && d.hour >= 0:
		d.offset(w)
	case w[0] >= '0' && w[0] <= '9':
		d.number(w)
	default:
		d.name(strings.ToLower(strings.Trim(w, ".,")))
	}
}

// clock reads "14:05:06", "14:05", "14:05:06+0200" and "2:05PM".
func (d *dateReader) clock(w string) {
	if i := strings.IndexAny(w, "+-"); i > 0 {
		defer d.offset(w[i:])
		w = w[:i]
	}
	if l := strings.ToLower(w); strings.HasSuffix(l, "pm") || strings.HasSuffix(l, "am") {
		d.pm, d.am = strings.HasSuffix(l, "pm"), strings.HasSuffix(l, "am")
		w = w[:len(w)-2]
	}
	w, _, _ = strings.Cut(w, ".") // parts of a second
	parts := strings.Split(w, ":")
	var n [3]int
	for i, p := range parts {
		v, ok := digits(p)
		if i > 2 || !ok {
			d.bad = true
			return
		}
		n[i] = v
	}
	d.hour, d.minute, d.second = n[0], n[1], n[2]
}

// number reads a day or a year, or day-month-year in one word ("23-Nov-2026").
func (d *dateReader) number(w string) {
	if strings.ContainsAny(w, "-/") {
		if d.allNumbers(w) {
			return
		}
		for _, p := range strings.FieldsFunc(w, func(r rune) bool { return r == '-' || r == '/' }) {
			if len(p) > 0 && p[0] >= '0' && p[0] <= '9' {
				d.number(p)
			} else {
				d.name(strings.ToLower(p))
			}
		}
		return
	}
	v, ok := digits(strings.TrimRight(w, ".stndrh"))
	switch {
	case !ok:
		d.bad = d.bad || d.year < 0
	case d.day < 0 && len(w) <= 4 && v <= 31:
		d.day = v
	case d.year < 0 && (len(w) >= 4 || d.day >= 0):
		d.year = fullYear(v, len(w))
	}
}

// allNumbers reads "29-04-2026", where the day tells itself by being none of the twelve months.
func (d *dateReader) allNumbers(w string) bool {
	parts := strings.FieldsFunc(w, func(r rune) bool { return r == '-' || r == '/' })
	if len(parts) != 3 || len(parts[2]) != 4 {
		return false
	}
	first, ok1 := digits(parts[0])
	second, ok2 := digits(parts[1])
	year, ok3 := digits(parts[2])
	switch {
	case !ok1 || !ok2 || !ok3:
		return false
	case first > 12 && second <= 12:
		d.day, d.month = first, time.Month(second)
	case second > 12 && first <= 12:
		d.day, d.month = second, time.Month(first)
	default:
		return false
	}
	d.year = year
	return true
}

// fullYear reads years of two and three digits (RFC 5322, section 4.3).
func fullYear(v, digits int) int {
	switch {
	case digits <= 2 && v < 50:
		return v + 2000
	case digits <= 3:
		return v + 1900
	}
	return v
}

// months holds the first letters of month names in the languages in which programs write Date headers, English foremost.
var months = map[string]time.Month{
	"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
	"mai": 5, "okt": 10, "dez": 12, "mär": 3, "mrz": 3, "ene": 1, "abr": 4, "ago": 8, "dic": 12, "out": 10, "set": 9, "fév": 2, "avr": 4, "aoû": 8, "déc": 12, "mag": 5, "giu": 6, "lug": 7, "ott": 10,
}

// zones are the names of time zones that RFC 5322, section 4.3, lists, and the usual ones of Europe.
var zones = map[string]int{
	"gmt": 0, "ut": 0, "utc": 0, "z": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
	"akst": -9, "akdt": -8, "hst": -10, "wet": 0, "west": 1, "bst": 1, "cet": 1, "cest": 2, "met": 1, "mest": 2, "mez": 1, "mesz": 2, "eet": 2, "eest": 3, "msk": 3, "jst": 9, "kst": 9,
}

func (d *dateReader) name(w string) {
	if w == "pm" || w == "am" {
		d.pm, d.am = w == "pm", w == "am"
		return
	}
	if hours, ok := zones[w]; ok && d.hour >= 0 {
		if d.zone == nil {
			d.zone = time.FixedZone(strings.ToUpper(w), hours*3600)
		}
		return
	}
	// "GMT+0200": the offset counts from there.
	if i := strings.IndexAny(w, "+-"); i > 0 && d.hour >= 0 {
		d.offset(w[i:])
		return
	}
	if d.month != 0 || len(w) < 3 {
		return
	}
	r := []rune(w)
	d.month = months[string(r[:min(3, len(r))])]
}

// offset reads "+0200", "-06:00" and "+2".
func (d *dateReader) offset(w string) {
	if d.zone != nil && w[1:] == "0000" {
		return
	}
	s := strings.ReplaceAll(w[1:], ":", "")
	v, ok := digits(s)
	if !ok || len(s) > 4 {
		return
	}
	h, m := v, 0
	if len(s) > 2 {
		h, m = v/100, v%100
	}
	if h > 15 || m > 59 {
		return // no such zone: the time is taken as UTC
	}
	seconds := h*3600 + m*60
	if w[0] == '-' {
		seconds = -seconds
	}
	d.zone = time.FixedZone("", seconds)
}

func (d *dateReader) time() (time.Time, bool) {
	if d.bad || d.day < 1 || d.month == 0 || d.year < 0 {
		return time.Time{}, false
	}
	if d.hour < 0 {
		d.hour = 0
	}
	if d.pm && d.hour < 12 {
		d.hour += 12
	} else if d.am && d.hour == 12 {
		d.hour = 0
	}
	if d.second == 60 { // a leap second
		d.second = 59
	}
	if d.hour > 23 || d.minute > 59 || d.second > 59 {
		return time.Time{}, false
	}
	zone := d.zone
	if zone == nil {
		zone = time.UTC
	}
	t := time.Date(d.year, d.month, d.day, d.hour, d.minute, d.second, 0, zone)
	return t, t.Day() == d.day && usual(t)
}

// digits reads a number of up to nine digits.
func digits(s string) (int, bool) {
	if s == "" || len(s) > 9 {
		return 0, false
	}
	n := 0
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}
