package agenda_test

import (
	"slices"
	"testing"

	"triaged/internal/agenda"
	"triaged/internal/request"
)

// TestReport counts a week of which every figure can be counted by hand.
func TestReport(t *testing.T) {
	routing := func(when string) request.Event {
		return done(when, request.Assigned, func(e *request.Event) { e.By, e.Team = "ana@school.example", "campus" })
	}
	phone := opened("Tue 10:00")
	phone.Source = request.Phone
	stories := [][]request.Event{
		// In time in every respect.
		{opened("Mon 07:05"), coded("Mon 08:00", "1-3"), routing("Mon 08:00"), done("Mon 09:00", request.Acknowledged), done("Tue 09:00", request.Closed)},
		// Categorized late, routed but not acknowledged for 24 hours, resolved after its target of Thursday 07:05.
		{opened("Mon 07:05"), coded("Mon 09:06", "1-3"), routing("Mon 09:06"), done("Tue 08:00", request.Claimed, until("Tue 09:00")), done("Fri 09:00", request.Closed)},
		// Overdue since Thursday and still open.
		{opened("Mon 07:05"), coded("Mon 08:00", "2-3"), routing("Mon 08:00")},
		// By phone: step 2 does not speak of it.
		{phone, coded("Tue 10:00", "7-0"), done("Tue 11:00", request.Closed)},
		// Never categorized.
		{opened("Wed 10:00")},
		// Its two hours are not over.
		{opened("Fri 16:00")},
		// Spam is not counted at all, nor what was submitted before the span, but for its target.
		{opened("Mon 07:05"), done("Mon 08:00", request.Rejected)},
		{func() request.Event { e := opened("Mon 07:05"); e.At = at("02-27 07:05"); return e }(), func() request.Event { e := coded("Mon 08:00", "7-0"); e.At = at("02-27 08:00"); return e }(), done("Mon 10:00", request.Closed)},
		// Waiting: no target passes while the clock stands.
		{opened("Mon 07:05"), coded("Mon 08:00", "2-3"), waiting("Mon 09:00", "2-6", "customer")},
	}
	var all []request.Request
	for i, events := range stories {
		r := fold(t, events...)
		r.Number = request.Number(i + 1)
		all = append(all, r)
	}
	reviews := []agenda.Reviewed{{at("Mon 09:00"), true}, {at("Tue 09:00"), false}, {at("Tue 11:00"), true}, {at("03-09 09:00"), true}}
	span := agenda.Span{From: at("Mon 00:00"), To: at("Sat 00:00")}
	f := agenda.Report(span, slices.Values(all), slices.Values(reviews), desk(), chicago, at("Fri 17:00"))
	if f.Requests != 7 {
		t.Errorf("%d requests, want 7", f.Requests)
	}
	check := func(name string, got agenda.Share, met, of int) {
		t.Helper()
		if got != (agenda.Share{Met: met, Of: of}) {
			t.Errorf("%s: %d of %d, want %d of %d", name, got.Met, got.Of, met, of)
		}
	}
	check("categorized", f.Categorized, 3, 5)   // 1, 3, 9; not 2 and 5
	check("acknowledged", f.Acknowledged, 1, 2) // 1, and not 2, which was claimed after 24 hours and 55 minutes
	check("09:00 reviews", f.Reviews["09"], 1, 2)
	check("11:00 reviews", f.Reviews["11"], 1, 1)
	check("1-3", f.Targets["1-3"], 1, 2)
	check("2-3", f.Targets["2-3"], 0, 1)
	check("7-0", f.Targets["7-0"], 2, 2)
	if f.ByCode["1-3"] != 2 || f.ByCode[""] != 2 || f.ByCode["2-6"] != 1 || f.BySource["phone"] != 1 || f.BySource["email"] != 6 {
		t.Errorf("by code %v, by source %v", f.ByCode, f.BySource)
	}
	if len(f.Oldest) != 4 || f.Oldest[0].Number != 3 || f.Oldest[1].Number != 9 {
		t.Errorf("oldest: %+v", f.Oldest)
	}
	// A request is judged in one span alone: the days of the week together make the week.
	of := 0
	for day := span.From; day.Before(span.To); day = day.AddDate(0, 0, 1) {
		one := agenda.Report(agenda.Span{From: day, To: day.AddDate(0, 0, 1)}, slices.Values(all), slices.Values(reviews), desk(), chicago, at("Fri 17:00"))
		for _, s := range one.Targets {
			of += s.Of
		}
	}
	if of != 5 {
		t.Errorf("the days judge %d targets, the week 5", of)
	}
}
