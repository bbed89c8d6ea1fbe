package worktime

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The zones of the property tests: ordinary ones, and those that do unusual things to their clocks.
var zones = []string{
	"UTC", "America/Chicago", "America/New_York", "America/Phoenix", "Europe/London", "Europe/Dublin", "Africa/Casablanca",
	"Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Chatham", "Pacific/Apia", "Pacific/Kiritimati", "America/Santiago", "America/Nuuk",
	"America/Caracas", "Asia/Pyongyang", "America/Sao_Paulo", "Asia/Gaza", "Antarctica/Troll",
	"America/St_Johns", "Pacific/Auckland",
}

// model is a random calendar in the plainest form: what the naive count below asks of it does not go through this
// package's parsing, rules or tables.
type model struct {
	zone     *time.Location
	workdays map[time.Weekday]bool
	open     int // minutes of the day
	close    int
	holidays [][2]time.Time // dates at midnight UTC, both included
	releases map[time.Time]int
	season   [2]int // month*100 + day, both included; zero: none
	summer   [2]int // open and close in the season
}

func drawHours(t *rapid.T, label string) (open, closing int) {
	open = rapid.SampledFrom([]int{0, 30, 60, 150, 420, 480, 719}).Draw(t, label+" open")
	return open, open + rapid.IntRange(1, 1440-open).Draw(t, label+" length")
}

// drawModel draws a calendar whose holidays and early releases lie around a moment.
func drawModel(t *rapid.T, around time.Time, zone *time.Location) model {
	m := model{zone: zone, workdays: map[time.Weekday]bool{}, releases: map[time.Time]int{}}
	for _, d := range rapid.SliceOfNDistinct(rapid.IntRange(0, 6), 1, 7, rapid.ID[int]).Draw(t, "workdays") {
		m.workdays[time.Weekday(d)] = true
	}
	m.open, m.close = drawHours(t, "normal")
	near := func(label string) time.Time {
		return around.UTC().Truncate(24*time.Hour).AddDate(0, 0, rapid.IntRange(-6, 12).Draw(t, label))
	}
	for range rapid.IntRange(0, 3).Draw(t, "holidays") {
		first := near("holiday")
		m.holidays = append(m.holidays, [2]time.Time{first, first.AddDate(0, 0, rapid.IntRange(0, 4).Draw(t, "more days"))})
	}
	if rapid.Bool().Draw(t, "has season") {
		first := near("season")
		last := first.AddDate(0, 0, rapid.IntRange(0, 100).Draw(t, "season length"))
		number := func(d time.Time) int { return int(d.Month())*100 + d.Day() }
		if number(first) != 229 && number(last) != 229 {
			m.season = [2]int{number(first), number(last)}
			m.summer[0], m.summer[1] = drawHours(t, "season")
		}
	}
	for range rapid.IntRange(0, 2).Draw(t, "releases") {
		date := near("release")
		if open, closing, works := m.planned(date); works && closing-open > 1 {
			m.releases[date] = rapid.IntRange(open+1, closing-1).Draw(t, "released at")
		}
	}
	return m
}

// planned returns the hours of a date before early releases.
func (m model) planned(date time.Time) (open, closing int, works bool) {
	for _, h := range m.holidays {
		if !date.Before(h[0]) && !date.After(h[1]) {
			return 0, 0, false
		}
	}
	if m.season[0] > 0 {
		number, inside := int(date.Month())*100+date.Day(), false
		if m.season[0] <= m.season[1] {
			inside = m.season[0] <= number && number <= m.season[1]
		} else {
			inside = m.season[0] <= number || number <= m.season[1]
		}
		if inside {
			return m.summer[0], m.summer[1], m.workdays[date.Weekday()]
		}
	}
	return m.open, m.close, m.workdays[date.Weekday()]
}

// worked tells, from what the wall shows, whether a moment is worked.
func (m model) worked(t time.Time) bool {
	local := t.In(m.zone)
	date := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
	open, closing, works := m.planned(date)
	if early, ok := m.releases[date]; ok {
		closing = early
	}
	minute := local.Hour()*60 + local.Minute()
	return works && open <= minute && minute < closing
}

func (m model) spec() Spec {
	hours := func(open, closing int) string {
		return fmt.Sprintf("%02d:%02d-%02d:%02d", open/60, open%60, closing/60, closing%60)
	}
	s := Spec{Hours: hours(m.open, m.close)}
	for d := range m.workdays {
		s.Workdays = append(s.Workdays, d.String()[:3])
	}
	for _, h := range m.holidays {
		s.Holidays = append(s.Holidays, h[0].Format(time.DateOnly)+".."+h[1].Format(time.DateOnly))
	}
	for date, at := range m.releases {
		s.EarlyRelease = append(s.EarlyRelease, fmt.Sprintf("%s %02d:%02d", date.Format(time.DateOnly), at/60, at%60))
	}
	if m.season[0] > 0 {
		days := fmt.Sprintf("%02d-%02d..%02d-%02d", m.season[0]/100, m.season[0]%100, m.season[1]/100, m.season[1]%100)
		s.Seasons = []SeasonSpec{{Name: "season", Days: days, Hours: hours(m.summer[0], m.summer[1])}}
	}
	return s
}

// drawMoment draws a minute near something that happens to the clocks of a zone, a turn of the year, or any.
func drawMoment(t *rapid.T, zone *time.Location) time.Time {
	m := time.Unix(rapid.Int64Range(Start.Unix()+40*daySeconds, End.Unix()-60*daySeconds).Draw(t, "moment"), 0).In(zone)
	switch rapid.IntRange(0, 3).Draw(t, "near") {
	case 0, 1:
		if _, change := m.ZoneBounds(); !change.IsZero() && change.Before(End.AddDate(0, -2, 0)) {
			m = change
		}
	case 2:
		m = time.Date(m.Year(), 12, 31, 0, 0, 0, 0, zone)
	}
	if last := End.AddDate(0, -2, 0); m.After(last) {
		m = last.In(zone)
	}
	m = m.Add(-time.Duration(rapid.IntRange(0, 2).Draw(t, "days before")) * 24 * time.Hour)
	m = m.Add(-time.Duration(rapid.IntRange(0, 24*60).Draw(t, "minutes before")) * time.Minute)
	return m.Truncate(time.Minute)
}

// draw draws a moment and a calendar that knows it.
func draw(t *rapid.T) (time.Time, model, *Calendar) {
	zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
	if err != nil {
		t.Fatal(err)
	}
	from := drawMoment(t, zone)
	m := drawModel(t, from, zone)
	c, err := Compile("calendar", zone, m.spec())
	if err != nil {
		t.Fatalf("%+v: %v", m.spec(), err)
	}
	return from, m, c
}

// TestCount compares every question with a count of minutes, one by one.
func TestCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from, m, c := draw(t)
		minutes := rapid.IntRange(0, 5).Draw(t, "days")*24*60 + rapid.IntRange(1, 24*60).Draw(t, "minutes")
		to := from.Add(time.Duration(minutes) * time.Minute)
		var worked time.Duration
		var open, closing time.Time
		for now := from; now.Before(to); now = now.Add(time.Minute) {
			is := m.worked(now)
			if is != c.IsOpen(now) || is != c.IsOpen(now.Add(time.Minute-1)) {
				t.Fatalf("%s: open %v, want %v", now, !is, is)
			}
			if is {
				worked += time.Minute
				if open.IsZero() {
					open = now
				}
			} else if !open.IsZero() && closing.IsZero() {
				closing = now
			}
			if is {
				if due := c.Add(from, worked); !due.Equal(now.Add(time.Minute)) {
					t.Fatalf("Add(%s, %s) = %s, want %s", from, worked, due, now.Add(time.Minute))
				}
			}
		}
		if got := c.Between(from, to); got != worked {
			t.Fatalf("Between(%s, %s) = %s, want %s", from, to, got, worked)
		}
		if got := c.Between(to, from); got != -worked {
			t.Fatalf("Between(%s, %s) = %s, want %s", to, from, got, -worked)
		}
		if got := c.NextOpen(from); !open.IsZero() && !got.Equal(open) || open.IsZero() && got.Before(to) {
			t.Fatalf("NextOpen(%s) = %s, want %s", from, got, open)
		}
		if got := c.NextClose(from); !closing.IsZero() && !got.Equal(closing) || closing.IsZero() && got.Before(to) {
			t.Fatalf("NextClose(%s) = %s, want %s", from, got, closing)
		}
	})
}

// TestAlgebra holds what must hold between the questions at any distance and to the nanosecond.
func TestAlgebra(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, _, c := draw(t)
		a = a.Add(time.Duration(rapid.Int64Range(0, int64(time.Minute)).Draw(t, "ns")))
		worked := time.Duration(rapid.Int64Range(1, int64(3000*time.Hour)).Draw(t, "worked"))
		due := c.Add(a, worked)
		if due.Equal(End) {
			return
		}
		if got := c.Between(a, due); got != worked {
			t.Fatalf("Between(%s, Add(%s)) = %s", a, worked, got)
		}
		if !c.IsOpen(due.Add(-1)) {
			t.Fatalf("due at %s, before which nobody works", due)
		}
		part := time.Duration(rapid.Int64Range(1, int64(worked)).Draw(t, "part"))
		if part < worked {
			if got := c.Add(c.Add(a, part), worked-part); !got.Equal(due) {
				t.Fatalf("in two parts due at %s, want %s", got, due)
			}
		}
		mid := a.Add(time.Duration(rapid.Int64Range(0, int64(due.Sub(a))).Draw(t, "mid")))
		if got := c.Between(a, mid) + c.Between(mid, due); got != worked {
			t.Fatalf("Between is not additive at %s: %s", mid, got)
		}
	})
}

// TestExplainAddsUp holds that the spans of an explanation follow each other without gaps, and count what Between counts.
func TestExplainAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from, _, c := draw(t)
		to := from.Add(time.Duration(rapid.IntRange(1, 60*24*200).Draw(t, "minutes")) * time.Minute)
		if to.After(End) {
			to = End
		}
		spans := c.Explain(from, to)
		if len(spans) == 0 || len(spans) > maxPieces {
			t.Fatalf("%d spans", len(spans))
		}
		next, counted := from, time.Duration(0)
		for _, s := range spans {
			if !s.From.Equal(next) || !s.From.Before(s.To) || s.Why == "" || s.Counted != c.Between(s.From, s.To) {
				t.Fatalf("%v does not follow %s", s, next)
			}
			next, counted = s.To, counted+s.Counted
		}
		if !next.Equal(to) || counted != c.Between(from, to) {
			t.Fatalf("the spans end at %s with %s, want %s with %s", next, counted, to, c.Between(from, to))
		}
	})
}

// TestReviewsNaively compares the reviews with those found by looking at the wall every minute: each is held when the wall
// first shows its hour or a later one.
func TestReviewsNaively(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from, m, c := draw(t)
		hours := rapid.SliceOfNDistinct(rapid.IntRange(0, 23), 1, 24, rapid.ID[int]).Draw(t, "hours")
		open, closing := drawHours(t, "staffed")
		staffed := fmt.Sprintf("%02d:%02d-%02d:%02d", open/60, open%60, closing/60, closing%60)
		r, err := NewReviews("review", c, hours, staffed)
		if err != nil {
			return // none of the hours is staffed
		}
		to := from.Add(5 * 24 * time.Hour)
		want := naiveReviews(m, hours, open, closing, from, to)
		var got []time.Time
		for now := r.Next(from); now.Before(to); now = r.Next(now) {
			got = append(got, now)
		}
		if !slices.EqualFunc(got, want, time.Time.Equal) {
			t.Fatalf("from %s, hours %v, staffed %s:\ngot  %v\nwant %v", from, hours, staffed, got, want)
		}
		before := to
		for _, v := range slices.Backward(got) {
			if before = r.Previous(before); !before.Equal(v) {
				t.Fatalf("Previous = %s, want %s", before, v)
			}
			if w, ok := r.Review(v); !ok || !w.At.Equal(v) {
				t.Fatalf("Review(%s) = %v, %v", v, w, ok)
			}
		}
		if before = r.Previous(before); before.After(from) {
			t.Fatalf("Previous = %s, want one not after %s", before, from)
		}
	})
}

// naiveReviews returns the reviews after one moment and before another.
func naiveReviews(m model, hours []int, open, closing int, from, to time.Time) []time.Time {
	wall := func(t time.Time) time.Time {
		l := t.In(m.zone)
		return time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), 0, 0, time.UTC)
	}
	seen := map[time.Time]bool{} // dates that the wall shows
	for now := from.AddDate(0, 0, -3); now.Before(to.AddDate(0, 0, 2)); now = now.Add(30 * time.Minute) {
		seen[wall(now).Truncate(24*time.Hour)] = true
	}
	slices.Sort(hours)
	var pending []time.Time // what the wall shows at each review
	for date := wall(from).Truncate(24*time.Hour).AddDate(0, 0, -1); !date.After(wall(to)); date = date.AddDate(0, 0, 1) {
		until := closing
		if early, ok := m.releases[date]; ok {
			until = min(until, early)
		}
		_, _, works := m.planned(date)
		for _, h := range hours {
			if works && seen[date] && open <= h*60 && h*60 < until {
				pending = append(pending, date.Add(time.Duration(h)*time.Hour))
			}
		}
	}
	var held []time.Time
	for now := from.AddDate(0, 0, -3); now.Before(to); now = now.Add(time.Minute) {
		shown := wall(now)
		due := len(pending) > 0 && !pending[0].After(shown)
		for len(pending) > 0 && !pending[0].After(shown) {
			pending = pending[1:]
		}
		if due && now.After(from) {
			held = append(held, now)
		}
	}
	return held
}
