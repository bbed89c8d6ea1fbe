package worktime

import (
	"strings"
	"testing"
	"time"
)

func reviews(t testing.TB, c *Calendar, hours []int, staffed string) *Reviews {
	t.Helper()
	r, err := NewReviews("review", c, hours, staffed)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestReviews(t *testing.T) {
	everyDay := Spec{Workdays: []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}, Hours: "07:00-17:00"}
	district := school()
	tests := []struct {
		sentence, zone string
		spec           Spec
		hours          []int
		staffed        string
		from, to       string // local
		want           string // what the wall shows
	}{
		{"odd hours that fall in staffed hours", "America/Chicago", district, OddHours(), "07:00-17:00",
			"2026-09-17 17:00", "2026-09-18 23:59", "18 07:00, 18 09:00, 18 11:00, 18 13:00, 18 15:00"},
		{"all odd hours, staffed at all hours", "America/Chicago", everyDay, OddHours(), "00:00-24:00",
			"2026-09-17 12:00", "2026-09-18 02:00", "17 13:00, 17 15:00, 17 17:00, 17 19:00, 17 21:00, 17 23:00, 18 01:00"},
		{"a list", "America/Chicago", district, []int{11, 7, 9}, "07:00-17:00", "2026-09-17 17:00", "2026-09-18 23:59", "18 07:00, 18 09:00, 18 11:00"},
		{"over a weekend", "America/Chicago", district, []int{15}, "", "2026-09-18 15:00", "2026-09-21 23:59", "21 15:00"},
		{"over holidays", "America/Chicago", district, []int{15}, "", "2026-11-20 15:00", "2026-11-30 23:59", "30 15:00"},
		{"an early release", "America/Chicago", district, OddHours(), "06:00-20:00", "2026-12-18 00:00", "2027-01-03 00:00", "18 07:00, 18 09:00, 18 11:00"},
		{"no staffed hours of its own: those of the season", "America/Chicago", district, OddHours(), "", "2026-06-08 00:00", "2026-06-08 23:59", "08 09:00, 08 11:00, 08 13:00, 08 15:00"},
		{"an hour that the clocks skip", "Europe/London", everyDay, OddHours(), "00:00-05:00", "2026-03-29 00:00", "2026-03-29 23:59", "29 02:00, 29 03:00"},
		{"an hour that the clocks show twice", "Europe/London", everyDay, OddHours(), "00:00-05:00", "2026-10-25 00:00", "2026-10-25 23:59", "25 01:00, 25 03:00"},
		{"the last hour of a day skipped", "America/Nuuk", everyDay, OddHours(), "20:00-24:00", "2026-03-28 12:00", "2026-03-29 12:00", "28 21:00, 29 00:00"},
		{"a day skipped", "Pacific/Apia", everyDay, []int{9}, "", "2011-12-29 12:00", "2011-12-31 12:00", "31 09:00"},
		{"two hours that meet", "Europe/London", everyDay, []int{1, 2}, "00:00-05:00", "2026-03-29 00:00", "2026-03-29 23:59", "29 02:00"},
	}
	for _, tt := range tests {
		t.Run(tt.sentence, func(t *testing.T) {
			c := compile(t, tt.zone, tt.spec)
			r := reviews(t, c, tt.hours, tt.staffed)
			var got []string
			for m := r.Next(at(t, c, tt.from)); m.Before(at(t, c, tt.to)); m = r.Next(m) {
				got = append(got, m.Format("02 15:04"))
			}
			if s := strings.Join(got, ", "); s != tt.want {
				t.Errorf("reviews %s, want %s", s, tt.want)
			}
		})
	}
}

func TestReviewTellsItsHour(t *testing.T) {
	c := compile(t, "America/Nuuk", Spec{Workdays: []string{"Sat", "Sun"}, Hours: "00:00-24:00"})
	r := reviews(t, c, OddHours(), "")
	first := r.Next(at(t, c, "2026-03-28 00:00"))
	if v, ok := r.Review(first); !ok || v.Hour != 1 || !v.First {
		t.Errorf("Review(%s) = %+v, %v; the first of a day covers the night", first, v, ok)
	}
	last := r.Previous(at(t, c, "2026-03-29 00:30"))
	if v, ok := r.Review(last); !ok || v.Hour != 23 || v.First {
		t.Errorf("Review(%s) = %+v, %v; want the one of 23:00", last, v, ok)
	}
	if v, ok := r.Review(last.Add(time.Second)); ok {
		t.Errorf("Review(%s) = %+v", last.Add(time.Second), v)
	}
}

func TestReviewsEnd(t *testing.T) {
	r := reviews(t, compile(t, "America/Chicago", Default()), OddHours(), "")
	if got := r.Next(End); !got.Equal(End) {
		t.Errorf("Next(End) = %s", got)
	}
	if got := r.Previous(time.Time{}); !got.Equal(Start) {
		t.Errorf("Previous(never) = %s", got)
	}
}

func TestReviewErrors(t *testing.T) {
	c := compile(t, "UTC", Default())
	for _, tt := range []struct {
		hours   []int
		staffed string
		want    string
	}{
		{nil, "", `review.hours: there are none`},
		{[]int{7, 24}, "", `review.hours = [7 24]: an hour of the day is 0 to 23`},
		{[]int{-1}, "", `an hour of the day is 0 to 23`},
		{[]int{17, 23}, "07:00-17:00", `review.hours = [17 23]: none falls in staffed hours, 07:00–17:00`},
		{[]int{6}, "", `none falls in staffed hours, 07:00–17:00`},
		{[]int{7}, "17:00-07:00", `review.staffed: "17:00-07:00" closes before it opens`},
	} {
		if _, err := NewReviews("review", c, tt.hours, tt.staffed); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v, %q: got %v, want %s", tt.hours, tt.staffed, err, tt.want)
		}
	}
}
