package request_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"triaged/internal/chart"
	"triaged/internal/request"
	"triaged/internal/worktime"
)

// anyEvent draws an event of any type, with any of the fields set, sometimes before the last one's time.
func anyEvent(t *rapid.T, last time.Time) request.Event {
	e := request.Event{
		At:   last.Add(time.Duration(rapid.IntRange(-60, 3000).Draw(t, "minutes")) * time.Minute),
		Type: rapid.SampledFrom(everyType).Draw(t, "type"),
		By:   rapid.SampledFrom([]string{"", pat, kim, ana}).Draw(t, "by"),
		Into: request.Number(rapid.IntRange(0, 5).Draw(t, "into")),
		On:   rapid.SampledFrom([]string{"", "vendor", "customer"}).Draw(t, "on"),
		Who:  rapid.SampledFrom([]string{"", kim}).Draw(t, "who"),
		Team: rapid.SampledFrom([]string{"", "campus"}).Draw(t, "team"),
	}
	e.MessageID = rapid.SampledFrom([]string{"", "a@x", "b@x", "c@x"}).Draw(t, "id")
	if rapid.Bool().Draw(t, "person") {
		e.Person = &request.Person{Address: "ann@school.example"}
		e.People = []request.Person{{Address: "cc@school.example"}, {Address: "CC@school.example"}}
	}
	e.Code = rapid.SampledFrom([]chart.Code{code(1, 1), code(1, 3), code(1, 5), code(5, 3), code(8, 9)}).Draw(t, "code")
	e.Promise = rapid.SampledFrom([]*request.Promise{nil, {}, {Hours: 4}, days(3), {AsNeeded: true}}).Draw(t, "promise")
	if rapid.Bool().Draw(t, "until") {
		e.Until = e.At.Add(time.Hour)
	}
	return e
}

// history draws a sequence of accepted events, and checks each step on the way.
func history(t *rapid.T, step func(before request.Request, e request.Event, after request.Request)) request.Request {
	r, err := request.Apply(request.Request{Number: 3}, opened())
	if err != nil {
		t.Fatal(err)
	}
	past := []request.Request{r}
	for range rapid.IntRange(0, 25).Draw(t, "events") {
		e := anyEvent(t, r.Seen)
		if e.Type == request.Undone && rapid.Bool().Draw(t, "was") {
			was := rapid.SampledFrom(past).Draw(t, "past").Changeable()
			e.Was = &was
		}
		after, err := request.Apply(r, e)
		if err != nil {
			if after.Events != r.Events {
				t.Fatalf("a refused %s changed the request", e.Type)
			}
			continue
		}
		if step != nil {
			step(r, e, after)
		}
		r = after
		past = append(past, r)
	}
	return r
}

func TestApplyLeavesItsInputUnchanged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		written := func(r request.Request) string { b, _ := json.Marshal(r); return string(b) }
		var before []request.Request
		var was []string
		history(t, func(r request.Request, _ request.Event, _ request.Request) {
			before, was = append(before, r), append(was, written(r))
		})
		for i, r := range before {
			if written(r) != was[i] {
				t.Fatalf("a later event changed\n%s\ninto\n%s", was[i], written(r))
			}
		}
	})
}

func TestPausesNeverOverlap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := history(t, nil)
		for i, p := range r.Pauses {
			if !p.To.IsZero() && p.To.Before(p.From) {
				t.Fatalf("pause %d ends before it begins: %+v", i, p)
			}
			if p.To.IsZero() && i < len(r.Pauses)-1 {
				t.Fatalf("pause %d of %d does not end", i, len(r.Pauses))
			}
			if i > 0 && p.From.Before(r.Pauses[i-1].To) {
				t.Fatalf("pauses %d and %d overlap: %+v", i-1, i, r.Pauses)
			}
		}
		if len(r.Watchers) > request.MaxWatchers || len(r.Thread) > request.MaxThread || len(r.Links) > request.MaxLinks {
			t.Fatal("a snapshot grows without bound")
		}
	})
}

func calendar(t interface{ Fatal(...any) }) *worktime.Calendar {
	zone, err := time.LoadLocation("America/Chicago")
	if err != nil {
		t.Fatal(err)
	}
	c, err := worktime.Compile("calendar", zone, worktime.Default())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestClockSumsToTheTarget holds the clock to what it says of itself: its steps follow each other, and what they count is
// the promised time.
func TestClockSumsToTheTarget(t *testing.T) {
	cal := calendar(t)
	rapid.Check(t, func(t *rapid.T) {
		r := history(t, nil)
		c := r.ClockOf(cal)
		counted := time.Duration(0)
		for i, s := range c.Steps {
			counted += s.Counted
			if s.Counted < 0 || s.Paused && s.Counted != 0 {
				t.Fatalf("step %d counts %s: %+v", i, s.Counted, s)
			}
			if i > 0 && !s.From.Equal(c.Steps[i-1].To) {
				t.Fatalf("step %d does not follow the one before: %+v", i, c.Steps)
			}
		}
		if !c.Due.IsZero() && counted != c.Total {
			t.Fatalf("the steps count %s of %s: %+v", counted, c.Total, c.Steps)
		}
		if counted > c.Total {
			t.Fatalf("the steps count %s, more than the promised %s", counted, c.Total)
		}
		if c.Due.IsZero() && r.Promise.Timed() && !c.Paused && r.State.Active() && !r.Code.IsZero() {
			t.Fatalf("a timed request that does not stand has no due time: %+v", r)
		}
	})
}

// TestClockOfPauses has a few histories with dates worked out by hand.
func TestClockOfPauses(t *testing.T) {
	cal := calendar(t)
	when := func(s string) time.Time {
		at, err := time.ParseInLocation("2006-01-02 15:04", s, cal.Zone())
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	submitted := when("2026-03-02 09:00") // a Monday
	base := request.Request{State: request.Open, Code: code(1, 3), Submitted: submitted, Promise: *days(3)}
	hours := base
	hours.Promise = request.Promise{Hours: 4}
	with := func(r request.Request, pauses ...request.Pause) request.Request { r.Pauses = pauses; return r }
	cases := []struct {
		what string
		r    request.Request
		due  string
	}{
		{"three working days", base, "2026-03-05 09:00"},
		{"four hours", hours, "2026-03-02 13:00"},
		{"a pause overnight costs no working time", with(base, request.Pause{From: when("2026-03-02 17:00"), To: when("2026-03-03 07:00"), Code: "1-5"}), "2026-03-05 09:00"},
		{"a pause of one working day", with(base, request.Pause{From: when("2026-03-03 10:00"), To: when("2026-03-04 10:00"), Code: "1-5"}), "2026-03-06 09:00"},
		{"hours pause on the wall clock", with(hours, request.Pause{From: when("2026-03-02 10:00"), To: when("2026-03-02 22:00"), Code: "1-5"}), "2026-03-03 01:00"},
		{"opened into a code without a target: what was before the category counts", with(base, request.Pause{From: when("2026-03-02 10:00"), To: when("2026-03-03 10:00"), Code: "1-6"}), "2026-03-06 09:00"},
		{"a pause after the due time changes nothing", with(base, request.Pause{From: when("2026-03-06 10:00"), To: when("2026-03-09 10:00"), Code: "1-5"}), "2026-03-05 09:00"},
	}
	for _, c := range cases {
		if got := c.r.Due(cal); !got.Equal(when(c.due)) {
			t.Errorf("%s: due %s, not %s", c.what, got.In(cal.Zone()).Format("2006-01-02 15:04"), c.due)
		}
	}
	if c := with(base, request.Pause{From: when("2026-03-03 10:00"), Code: "1-5"}).ClockOf(cal); !c.Due.IsZero() || !c.Paused {
		t.Errorf("a standing clock is due %s", c.Due)
	}
}

func TestRankIsATotalOrder(t *testing.T) {
	any := func(t *rapid.T, name string) request.Rank {
		return request.Rank{
			Class: request.Class(rapid.IntRange(1, 5).Draw(t, name+" class")), Number: request.Number(rapid.IntRange(1, 5).Draw(t, name+" number")),
			Due: rapid.SampledFrom([]time.Time{{}, at(1), at(2), at(3)}).Draw(t, name+" due"),
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := any(t, "a"), any(t, "b"), any(t, "c")
		if a.Compare(b) != -b.Compare(a) {
			t.Fatalf("%v and %v are each before the other", a, b)
		}
		if (a.Compare(b) == 0) != (a == b) {
			t.Fatalf("%v and %v share a place", a, b)
		}
		if a.Compare(b) <= 0 && b.Compare(c) <= 0 && a.Compare(c) > 0 {
			t.Fatalf("%v, %v, %v go round", a, b, c)
		}
	})
}

// TestOrderOfWork is the procedure's order, from first to last.
func TestOrderOfWork(t *testing.T) {
	due := func(minutes int) time.Time { return at(minutes) }
	open := func(n request.Number, c chart.Code) request.Request {
		return request.Request{Number: n, State: request.Open, Code: c, Submitted: monday}
	}
	scheduled := func(n request.Number, by string) request.Request {
		r := open(n, code(5, 3))
		r.State, r.ScheduledFor, r.ApprovedBy = request.Scheduled, at(4000), by
		return r
	}
	ranks := []request.Rank{
		open(9, code(1, 1)).RankOf(due(240), request.Place{Emergency: true}, 2*time.Hour),
		scheduled(8, "sue@school.example").RankOf(time.Time{}, request.Place{BehindOverdue: true}, 2*time.Hour),
		open(7, code(1, 3)).RankOf(due(-500), request.Place{}, 2*time.Hour), // overdue longest
		open(6, code(1, 4)).RankOf(due(-10), request.Place{}, 2*time.Hour),
		open(5, chart.Code{}).RankOf(time.Time{}, request.Place{}, 2*time.Hour), // to be categorized in two hours
		open(4, code(1, 4)).RankOf(due(9000), request.Place{}, 2*time.Hour),
		scheduled(3, "").RankOf(time.Time{}, request.Place{BehindOverdue: true}, 2*time.Hour),
		open(1, code(1, 5)).RankOf(time.Time{}, request.Place{}, 2*time.Hour),
		open(2, code(1, 5)).RankOf(time.Time{}, request.Place{}, 2*time.Hour),
	}
	shuffled := slices.Clone(ranks)
	slices.Reverse(shuffled)
	slices.SortFunc(shuffled, request.Rank.Compare)
	if !slices.Equal(shuffled, ranks) {
		t.Errorf("the order of work is\n%v, not\n%v", shuffled, ranks)
	}
}
