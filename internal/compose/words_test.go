package compose

import (
	"testing"
	"time"

	"triaged/internal/chart"
)

func TestTimeWords(t *testing.T) {
	en, es := tellerFor("en", monday, House{Zone: chicago}), tellerFor("es", monday, House{Zone: chicago})
	us := tellerFor("en", monday, House{Zone: chicago, MonthDay: true})
	at := func(day, hour, minute int) time.Time {
		// Handed over in UTC, as everything stored is.
		return time.Date(2026, time.August, day, hour, minute, 0, 0, chicago).UTC()
	}
	for _, c := range []struct{ got, want string }{
		{en.Moment(at(27, 15, 0)), "Thu 27 Aug 3:00 pm"},
		{us.Moment(at(27, 15, 0)), "Thu Aug 27 3:00 pm"},
		{es.Moment(at(27, 15, 0)), "jue 27 ago, 15:00"},
		{en.Moment(time.Date(2027, time.January, 4, 12, 0, 0, 0, chicago)), "Mon 4 Jan 2027 12 noon"},
		{en.Moment(time.Time{}), ""},

		{en.By(at(24, 14, 40)), "by 2:40 pm today"},
		{en.By(at(24, 23, 59)), "by 11:59 pm today"},
		{en.By(at(25, 0, 10)), "by 12:10 am tomorrow"},
		{en.By(at(31, 9, 0)), "by 9:00 am on Mon 31 Aug"},
		{en.By(monday), "at once"},
		{en.By(time.Time{}), ""},
		{es.By(at(24, 14, 40)), "hoy antes de las 14:40"},
		{es.By(at(25, 1, 5)), "mañana antes de la 01:05"},
		{es.By(at(31, 9, 0)), "el lun 31 ago antes de las 09:00"},

		{en.At(at(24, 9, 5)), "at 9:05 am"},
		{en.At(at(23, 9, 5)), "yesterday at 9:05 am"},
		{en.At(at(3, 9, 5)), "on Mon 3 Aug at 9:05 am"},
		{en.Coming(at(24, 15, 0)), "today at 3:00 pm"},
		{en.Coming(at(25, 7, 0)), "tomorrow at 7:00 am"},
		{us.Coming(at(31, 7, 0)), "on Mon Aug 31 at 7:00 am"},
		{en.Coming(monday), ""},
		{es.Coming(at(25, 7, 0)), "mañana a las 07:00"},
		{es.Coming(at(31, 7, 0)), "el lun 31 ago a las 07:00"},

		{es.At(at(23, 9, 5)), "ayer a las 09:05"},

		{en.ReviewHour(at(24, 9, 0)), "9 am"},
		{en.ReviewHour(at(24, 13, 0)), "1 pm"},
		{en.ReviewHour(at(24, 13, 30)), "1:30 pm"},
		{es.ReviewHour(at(24, 13, 0)), "13:00"},

		{en.Span(0), "0 minutes"},
		{en.Span(-time.Hour), "0 minutes"},
		{en.Span(61 * time.Second), "1 minute"},
		{en.Span(2 * time.Hour), "2 hours"},
		{en.Span(3*time.Hour + 10*time.Minute + 59*time.Second), "3 h 10 min"},
		{en.Span(47*time.Hour + 59*time.Minute), "47 h 59 min"},
		{en.Span(50 * time.Hour), "2 days"},
		{es.Span(time.Hour), "1 hora"},

		{en.Target(chart.Target{Hours: 4}), "4 hours"},
		{en.Target(chart.Target{Days: 1}), "1 working day"},
		{en.Target(chart.Target{AsNeeded: true}), "as needed"},
		{en.Target(chart.Target{}), "no target"},
		{es.Target(chart.Target{Days: 3}), "3 días hábiles"},

		{en.Sure(.95), "almost certain"},
		{en.Sure(.9), "almost certain"},
		{en.Sure(.7), "likely"},
		{en.Sure(.6), "perhaps"},
		{en.Sure(.1), "a guess"},

		{en.Size(0), "0 bytes"},
		{en.Size(1023), "1023 bytes"},
		{en.Size(20 << 10), "20 KB"},
		{en.Size(30 << 20), "30 MB"},
		{en.Size(44040193), "42.0 MB"},
		{en.Size(3 << 30), "3072 MB"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

// Days are counted by the calendar: a day of 23 or 25 hours is one day.
func TestTomorrowAcrossDaylightSaving(t *testing.T) {
	for _, evening := range []time.Time{
		time.Date(2026, time.March, 7, 23, 30, 0, 0, chicago), time.Date(2026, time.October, 31, 23, 30, 0, 0, chicago),
	} {
		w := tellerFor("en", evening, House{Zone: chicago})
		next := time.Date(evening.Year(), evening.Month(), evening.Day()+1, 23, 0, 0, 0, chicago)
		if got := w.By(next); got != "by 11:00 pm tomorrow" {
			t.Errorf("from %v: %q", evening, got)
		}
	}
}
