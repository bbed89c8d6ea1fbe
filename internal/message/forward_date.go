package message

import (
	"strings"
	"time"
	"unicode"
)

// shownDate reads a date as mail programs show it to people, in any of their languages and orders: "Monday, 23 November
// 2026 09:10", "23.11.2026 um 9:10", "lunes, 23 de noviembre de 2026 9:10 a. m.", "2026年11月23日 9:10". It is zero if there
// is no date in s. Of 11/12/2026 the first number is the month, as in the district's country.
func shownDate(s string) time.Time {
	s = asciiDigits(strings.TrimSpace(clip(s, 200)))
	if t, ok := parseISO(s); ok {
		return t.UTC()
	}
	var d shown
	for rest := strings.ToLower(s); rest != ""; {
		rest = d.take(rest)
	}
	return d.time()
}

// shown gathers the pieces of a date.
type shown struct {
	year, month, day     int
	hour, minute, second int
	hasClock, pm, am     bool
	offset               int
	hasOffset            bool
}

// take reads one word or number and returns what follows it.
func (d *shown) take(s string) string {
	c := s[0]
	if c >= '0' && c <= '9' {
		return d.number(s)
	}
	if (c == '+' || c == '-') && digitRun(s, 1) >= 1 && d.hasClock && !d.hasOffset {
		return d.zone(s)
	}
	if c < 0x80 && !(c >= 'a' && c <= 'z') {
		return s[1:]
	}
	end := 0
	for i, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) {
			break
		}
		end = i + len(string(r))
	}
	if end == 0 {
		_, s = cutRune(s, true)
		return s
	}
	d.word(s[:end], s[end:])
	return s[end:]
}

// word reads a month's name or a half of the day.
func (d *shown) word(w, after string) {
	switch {
	case w == "pm" || w == "nachm" || w == "下午" || w == "오후" || w == "午後" || w == "晚上" || w == "ch" || w == "μμ" || w == "م":
		d.pm = true
	case w == "p" && strings.HasPrefix(strings.TrimLeft(after, ". "), "m"):
		d.pm = true
	case w == "am" && d.hasClock || w == "vorm" || w == "上午" || w == "오전" || w == "午前":
		d.am = true
	case w == "a" && strings.HasPrefix(strings.TrimLeft(after, ". "), "m") && d.hasClock:
		d.am = true
	case strings.HasPrefix(w, "下午") || strings.HasPrefix(w, "오후") || strings.HasPrefix(w, "午後"):
		d.pm = true
	case d.hasClock && !d.hasOffset && zoneHours[w] != 0:
		d.offset, d.hasOffset = zoneHours[w]*3600, true
	case (w == "tháng" || w == "thg") && d.month == 0:
		d.month = vietnameseMonth(after)
	case d.year == 0 || d.month == 0:
		// the last one counts: "mar." is a French Tuesday too
		if m := monthNamed(w); m > 0 {
			d.month = m
		}
	}
}

// zoneHours are the zones that North American and European programs name (RFC 5322, section 4.3, and a few more).
var zoneHours = map[string]int{"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "akst": -9, "hst": -10, "cet": 1, "cest": 2, "mez": 1, "mesz": 2, "eet": 2, "eest": 3, "bst": 1, "msk": 3}

// number reads a time of day, a numeric date, a day or a year.
func (d *shown) number(s string) string {
	n := digitRun(s, 0)
	if n > 4 {
		return s[n:]
	}
	v := atoi(s[:n])
	rest := s[n:]
	if n <= 2 && len(rest) > 1 && (rest[0] == ':' || (rest[0] == '.' || rest[0] == 'h') && d.day > 0 && d.year > 0) && digitRun(rest, 1) == 2 && !d.hasClock {
		d.hour, d.minute, d.hasClock = v, atoi(rest[1:3]), true
		rest = rest[3:]
		if len(rest) > 2 && (rest[0] == ':' || rest[0] == '.') && digitRun(rest, 1) == 2 {
			d.second, rest = atoi(rest[1:3]), rest[3:]
		}
		return rest
	}
	for sign, field := range map[string]*int{"年": &d.year, "년": &d.year, "月": &d.month, "월": &d.month, "日": &d.day, "일": &d.day, "時": &d.hour, "时": &d.hour, "시": &d.hour, "分": &d.minute, "분": &d.minute} {
		if strings.HasPrefix(rest, sign) {
			*field = v
			d.hasClock = d.hasClock || field == &d.hour
			return rest[len(sign):]
		}
	}
	if after, ok := d.numeric(v, n, rest); ok {
		return after
	}
	switch {
	case n == 4 && d.year == 0:
		d.year = v
	case n <= 2 && d.day == 0 && v >= 1 && v <= 31:
		d.day = v
	case n == 2 && d.year == 0 && d.day > 0 && d.month > 0:
		d.year = 2000 + v
	}
	return rest
}

// numeric reads the rest of 23.11.2026, 11/23/26 or 2026-11-23, with or without spaces.
func (d *shown) numeric(first, n int, rest string) (string, bool) {
	if d.day > 0 || len(rest) < 4 || rest[0] != '.' && rest[0] != '/' && rest[0] != '-' {
		return rest, false
	}
	sep := rest[0]
	r := strings.TrimLeft(rest[1:], " ")
	m := digitRun(r, 0)
	if m < 1 || m > 2 || len(r) <= m || r[m] != sep {
		return rest, false
	}
	second := atoi(r[:m])
	r = strings.TrimLeft(r[m+1:], " ")
	k := digitRun(r, 0)
	if k < 1 || k > 4 {
		return rest, false
	}
	third := atoi(r[:k])
	switch {
	case n == 4:
		d.year, d.month, d.day = first, second, third
	case sep == '/' && first <= 12 || second > 12:
		d.month, d.day, d.year = first, second, third
	default:
		d.day, d.month, d.year = first, second, third
	}
	if d.year < 100 {
		d.year += 2000
	}
	return r[k:], true
}

// zone reads "+0100" or "-5:00".
func (d *shown) zone(s string) string {
	sign := 1
	if s[0] == '-' {
		sign = -1
	}
	n := digitRun(s, 1)
	hours, minutes, rest := 0, 0, s[1+n:]
	switch {
	case n == 4:
		hours, minutes = atoi(s[1:3]), atoi(s[3:5])
	case n <= 2:
		hours = atoi(s[1 : 1+n])
		if len(rest) > 2 && rest[0] == ':' && digitRun(rest, 1) == 2 {
			minutes, rest = atoi(rest[1:3]), rest[3:]
		}
	default:
		return rest
	}
	if hours <= 14 && minutes < 60 {
		d.offset, d.hasOffset = sign*(hours*3600+minutes*60), true
	}
	return rest
}

// time makes a time of the pieces, zero if they are none.
func (d *shown) time() time.Time {
	if d.year < 1970 || d.year > 9999 || d.month < 1 || d.month > 12 || d.day < 1 || d.day > 31 || d.hour > 24 || d.minute > 59 || d.second > 60 {
		return time.Time{}
	}
	hour := d.hour
	if d.pm && hour < 12 {
		hour += 12
	}
	if d.am && hour == 12 {
		hour = 0
	}
	zone := time.UTC
	if d.hasOffset {
		zone = time.FixedZone("", d.offset)
	}
	t := time.Date(d.year, time.Month(d.month), d.day, hour, d.minute, d.second, 0, zone)
	if t.Day() != d.day && hour < 24 {
		return time.Time{}
	}
	return t.UTC()
}

// vietnameseMonth reads what follows the word for month, a number in digits or words, or returns 0.
func vietnameseMonth(s string) int {
	s = strings.TrimLeft(s, " ")
	if n := digitRun(s, 0); n == 1 || n == 2 {
		return atoi(s[:n])
	}
	month := 0
	for i, name := range [12]string{"một", "hai", "ba", "tư", "năm", "sáu", "bảy", "tám", "chín", "mười", "mười một", "mười hai"} {
		if strings.HasPrefix(s, name) {
			month = i + 1 // the last one is the longest
		}
	}
	return month
}

// monthNamed returns the month that a word names in some language, or 0: the one whose beginning is the longest.
func monthNamed(w string) int {
	w = strings.TrimPrefix(w, "ב") // "in", in Hebrew a part of the word
	month, longest := 0, 0
	for i, names := range monthNames {
		for _, n := range names {
			if len(n) > longest && strings.HasPrefix(w, n) {
				month, longest = i+1, len(n)
			}
		}
	}
	return month
}

// monthNames are the beginnings of the months' names: what the languages of header blocks have in common is kept once.
var monthNames = [12][]string{
	{"jan", "ene", "gen", "янв", "січ", "led", "sty", "tammi", "oca", "sij", "ιαν", "яну", "يناير", "ינו", "जन", "มกรา", "ژانویه"},
	{"feb", "fév", "fev", "лют", "фев", "úno", "lut", "helmi", "şub", "velj", "φεβ", "peb", "فبراير", "شباط", "פבר", "फ़र", "फर", "กุมภา", "فوریه"},
	{"mar", "mär", "mrt", "maal", "maart", "бер", "мар", "bře", "márc", "ožu", "μαρ", "مارس", "آذار", "מרץ", "मार्च", "มีนา"},
	{"apr", "abr", "avr", "апр", "квіт", "dub", "kwi", "huhti", "ápr", "nis", "travanj", "travnja", "απρ", "أبريل", "ابريل", "نيسان", "אפר", "अप्रै", "เมษา", "آوریل"},
	{"may", "mai", "mei", "mag", "maj", "máj", "май", "мая", "трав", "kvě", "touko", "svib", "μαΐ", "μαϊ", "مايو", "أيار", "מאי", "मई", "พฤษภา", "مه"},
	{"jun", "juin", "giu", "июн", "черв", "čer", "cze", "kesä", "jún", "haz", "lipanj", "lipnja", "ιουν", "hun", "юни", "يونيو", "حزيران", "יונ", "जून", "มิถุนา", "ژوئن"},
	{"jul", "juil", "lug", "июл", "лип", "červenc", "lip", "heinä", "júl", "tem", "srpanj", "srpnja", "ιουλ", "hul", "юли", "يوليو", "تموز", "יול", "जुल", "กรกฎา", "ژوئیه"},
	{"aug", "ago", "aoû", "aou", "авг", "серп", "sie", "elo", "srp", "kolov", "αυγ", "ağu", "agu", "أغسطس", "اغسطس", "آب", "אוג", "अग", "สิงหา", "اوت"},
	{"sep", "set", "сен", "вер", "zář", "wrz", "syys", "szept", "eyl", "ruj", "σεπ", "سبتمبر", "أيلول", "ספט", "सित", "กันยา", "سپتامبر"},
	{"oct", "okt", "ott", "out", "окт", "жовт", "říj", "paź", "loka", "eki", "οκτ", "أكتوبر", "اكتوبر", "אוק", "अक्टू", "ตุลา", "اکتبر"},
	{"nov", "ноя", "лист", "lis", "marras", "kas", "stu", "νοε", "nob", "ное", "نوفمبر", "נוב", "नव", "พฤศจิ", "نوامبر"},
	{"dec", "dez", "dic", "déc", "des", "дек", "груд", "prosin", "gru", "joulu", "ara", "δεκ", "dis", "ديسمبر", "דצמ", "दिस", "ธันวา", "دسامبر"},
}

// zeros are the digits 0 of the scripts whose digits programs write dates with: Arabic, Persian and Urdu, Hindi, Bengali, Thai, Burmese,
// and the fullwidth ones of East Asia. The other nine follow each of them.
var zeros = [...]rune{'٠', '۰', '०', '০', '๐', '၀', '０'}

// asciiDigits puts ASCII digits in the place of those.
func asciiDigits(s string) string {
	if !hasHigh(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		for _, zero := range zeros {
			if r >= zero && r < zero+10 {
				return '0' + r - zero
			}
		}
		return r
	}, s)
}

// atoi reads up to four digits.
func atoi(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		n = n*10 + int(s[i]-'0')
	}
	return n
}
