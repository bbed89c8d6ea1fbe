package compose

import (
	"strconv"
	"time"

	"triaged/internal/chart"
	"triaged/internal/suggest"
)

// language is how one language says what templates cannot: times, spans, counts. All of it is short, for phones.
type language struct {
	code     string
	weekdays [7]string // from Sunday
	months   [12]string
	clock    func(time.Time) string
	// by, with the time for %t and the day for %d: today, tomorrow, another day.
	byToday, byTomorrow, byDay string
	atOnce                     string
	at                         [3]string // the same for what has happened: today, yesterday, another day
	coming                     [3]string // and for what will: today, tomorrow, another day
	minute, hour, day, working [2]string // singular, plural
	asNeeded, noTarget         string
	noSubject, closed          string
	sure                       [4]string // from almost certain to a guess
}

var english = language{
	code:     "en",
	weekdays: [7]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
	months:   [12]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
	clock:    englishClock,
	byToday:  "by %t today", byTomorrow: "by %t tomorrow", byDay: "by %t on %d", atOnce: "at once",
	at:     [3]string{"at %t", "yesterday at %t", "on %d at %t"},
	coming: [3]string{"today at %t", "tomorrow at %t", "on %d at %t"},
	minute: [2]string{"minute", "minutes"}, hour: [2]string{"hour", "hours"}, day: [2]string{"day", "days"},
	working:  [2]string{"working day", "working days"},
	asNeeded: "as needed", noTarget: "no target", noSubject: "(no subject)", closed: "closed",
	sure: [4]string{"almost certain", "likely", "perhaps", "a guess"},
}

var spanish = language{
	code:     "es",
	weekdays: [7]string{"dom", "lun", "mar", "mié", "jue", "vie", "sáb"},
	months:   [12]string{"ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"},
	clock:    func(t time.Time) string { return t.Format("15:04") },
	byToday:  "hoy antes de %l", byTomorrow: "mañana antes de %l", byDay: "el %d antes de %l", atOnce: "de inmediato",
	at:     [3]string{"a %l", "ayer a %l", "el %d a %l"},
	coming: [3]string{"hoy a %l", "mañana a %l", "el %d a %l"},
	minute: [2]string{"minuto", "minutos"}, hour: [2]string{"hora", "horas"}, day: [2]string{"día", "días"},
	working:  [2]string{"día hábil", "días hábiles"},
	asNeeded: "según se necesite", noTarget: "sin plazo", noSubject: "(sin asunto)", closed: "cerrada",
	sure: [4]string{"casi seguro", "probable", "quizá", "una suposición"},
}

// languageOf is the language of a code; one without words here has its templates alone, and English words.
func languageOf(code string) *language {
	if code == spanish.code {
		return &spanish
	}
	return &english
}

// englishClock writes "2:40 pm", and noon so that nobody has to think.
func englishClock(t time.Time) string {
	if t.Hour() == 12 && t.Minute() == 0 {
		return "12 noon"
	}
	return t.Format("3:04 pm")
}

// teller says times in one language, one zone and one order of the date, as seen from now.
type teller struct {
	*language
	zone     *time.Location
	now      time.Time // in zone
	monthDay bool
}

// Date writes "Thu 27 Aug", with the year if it is not this one.
func (w teller) Date(t time.Time) string {
	t = t.In(w.zone)
	day, month := strconv.Itoa(t.Day()), w.months[t.Month()-1]
	s := w.weekdays[t.Weekday()] + " " + day + " " + month
	if w.monthDay && w.code == "en" {
		s = w.weekdays[t.Weekday()] + " " + month + " " + day
	}
	if t.Year() != w.now.Year() {
		s += " " + strconv.Itoa(t.Year())
	}
	return s
}

// Clock writes "2:40 pm".
func (w teller) Clock(t time.Time) string { return w.clock(t.In(w.zone)) }

// Moment writes a day and a time that mean the same whenever they are read: "Thu 27 Aug 3:00 pm".
func (w teller) Moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	if w.code == "es" {
		return w.Date(t) + ", " + w.Clock(t)
	}
	return w.Date(t) + " " + w.Clock(t)
}

// By says until when: "by 2:40 pm today", or "at once" if that has passed.
func (w teller) By(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	if !t.After(w.now) {
		return w.atOnce
	}
	switch w.daysFromNow(t) {
	case 0:
		return w.fill(w.byToday, t)
	case 1:
		return w.fill(w.byTomorrow, t)
	}
	return w.fill(w.byDay, t)
}

// At says when something was: "at 2:40 pm", "yesterday at 2:40 pm".
func (w teller) At(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	switch w.daysFromNow(t) {
	case 0:
		return w.fill(w.at[0], t)
	case -1:
		return w.fill(w.at[1], t)
	}
	return w.fill(w.at[2], t)
}

// Coming says when something will be: "tomorrow at 7:00 am"; nothing of what has been.
func (w teller) Coming(t time.Time) string {
	if !t.After(w.now) {
		return ""
	}
	return w.fill(w.coming[min(w.daysFromNow(t), 2)], t)
}

// daysFromNow counts midnights between now and t.
func (w teller) daysFromNow(t time.Time) int {
	date := func(t time.Time) time.Time {
		y, m, d := t.Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return int(date(t.In(w.zone)).Sub(date(w.now)) / (24 * time.Hour))
}

// fill puts the day for %d, the time for %t, and in Spanish the time with its article for %l.
func (w teller) fill(pattern string, t time.Time) string {
	s := make([]byte, 0, 40)
	for i := 0; i < len(pattern); i++ {
		if pattern[i] != '%' {
			s = append(s, pattern[i])
			continue
		}
		switch i++; pattern[i] {
		case 'd':
			s = append(s, w.Date(t)...)
		case 't':
			s = append(s, w.Clock(t)...)
		case 'l':
			article := "las "
			if t.In(w.zone).Hour() == 1 {
				article = "la "
			}
			s = append(append(s, article...), w.Clock(t)...)
		}
	}
	return string(s)
}

// Span says how long something has lasted, rounded down: "45 minutes", "2 hours", "3 h 10 min", "2 days".
func (w teller) Span(d time.Duration) string {
	minutes := max(int(d/time.Minute), 0)
	switch hours := minutes / 60; {
	case hours >= 48:
		return count(hours/24, w.day)
	case hours == 0:
		return count(minutes, w.minute)
	case minutes%60 == 0:
		return count(hours, w.hour)
	default:
		return strconv.Itoa(hours) + " h " + strconv.Itoa(minutes%60) + " min"
	}
}

// Target says a target of the chart: "3 working days".
func (w teller) Target(t chart.Target) string {
	switch {
	case t.AsNeeded:
		return w.asNeeded
	case t.Hours > 0:
		return count(t.Hours, w.hour)
	case t.Days > 0:
		return count(t.Days, w.working)
	}
	return w.noTarget
}

// Sure says a calibrated confidence in words.
func (w teller) Sure(confidence float64) string {
	for i, floor := range [...]float64{.9, .65, suggest.Sure} {
		if confidence >= floor {
			return w.sure[i]
		}
	}
	return w.sure[3]
}

// Size says how large a file is, as mail programs do.
func (w teller) Size(bytes int64) string {
	switch {
	case bytes < 1<<10:
		return strconv.FormatInt(max(bytes, 0), 10) + " bytes"
	case bytes < 1<<20:
		return strconv.FormatInt((bytes+1<<9)>>10, 10) + " KB"
	case bytes%(1<<20) == 0 || bytes >= 100<<20:
		return strconv.FormatInt(bytes>>20, 10) + " MB"
	}
	return strconv.FormatFloat(float64(bytes)/(1<<20), 'f', 1, 64) + " MB"
}

// ReviewHour names a review: "9 am", "13:00".
func (w teller) ReviewHour(t time.Time) string {
	t = t.In(w.zone)
	if w.code == "en" && t.Minute() == 0 {
		return t.Format("3 pm")
	}
	return w.Clock(t)
}

func count(n int, unit [2]string) string {
	if n == 1 {
		return "1 " + unit[0]
	}
	return strconv.Itoa(n) + " " + unit[1]
}
