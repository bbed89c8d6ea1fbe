package request_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"triaged/internal/chart"
	"triaged/internal/request"
)

var monday = time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC) // nine in the morning in Chicago

const (
	pat = "pat@school.example"
	kim = "kim@school.example"
	ana = "ana@school.example"
)

func at(minutes int) time.Time { return monday.Add(time.Duration(minutes) * time.Minute) }

func code(category, priority int) chart.Code {
	return chart.Code{Category: category, Priority: priority}
}

func opened() request.Event {
	return request.Event{
		At: monday, Type: request.Opened, By: pat, Mail: 7, Source: request.Email, Subject: "s", Text: "t", MessageID: "1@x",
		Person: &request.Person{Name: "Pat", Address: pat}, People: []request.Person{{Address: "cc@school.example"}, {Address: pat}},
		Refs: []string{"0@x"},
	}
}

func days(n int) *request.Promise { return &request.Promise{Days: n, Day: 10 * time.Hour} }

func event(minutes int, t request.Type, by string) request.Event {
	return request.Event{At: at(minutes), Type: t, By: by}
}

func by(e request.Event, role string) request.Event {
	e.As = role
	return e
}

func coded(minutes int, by string, c chart.Code, p *request.Promise) request.Event {
	e := event(minutes, request.Categorized, by)
	e.Code, e.Promise = c, p
	return e
}

// TestApply has a row for each type of event: what it makes of a request.
func TestApply(t *testing.T) {
	untimed := &request.Promise{}
	waited := event(60, request.Waited, kim)
	waited.Code, waited.Promise, waited.On, waited.Until = code(1, 5), untimed, "vendor", at(5000)
	claimed := event(5, request.Claimed, kim)
	claimed.Until = at(65)
	assigned := event(6, request.Assigned, ana)
	assigned.Who, assigned.Team = "bob@school.example", "campus"
	planned := event(20, request.Planned, kim)
	planned.Until = at(9000)
	added := event(5, request.Added, pat)
	added.MessageID, added.People = "2@x", []request.Person{{Address: "new@school.example"}}
	joined := event(9, request.Joined, ana)
	joined.Into = 4
	told := event(120, request.Told, "")
	told.What = "uncategorized"
	filed := event(3, request.Filed, kim)
	filed.Person = &request.Person{Address: "ann@school.example"}
	took := event(3, request.TookOver, kim)
	took.Into, took.People = 9, []request.Person{{Address: "ann@school.example"}}
	linked := event(3, request.Linked, kim)
	linked.Into = 9
	unlinked := event(4, request.Unlinked, kim)
	unlinked.Into = 9
	grouped := event(3, request.Grouped, "")
	grouped.Into, grouped.What = 9, "network"
	left := event(5, request.Ungrouped, ana)
	left.Into = 9
	ordered := event(4, request.Ordered, ana)
	ordered.What, ordered.Code, ordered.Mail = "categorize", code(1, 1), 7
	again := ordered
	again.Code, again.Mail = code(1, 2), 8
	resumed := event(90, request.Resumed, pat)
	resumed.Code, resumed.Promise = code(1, 3), days(3)
	undone := event(70, request.Undone, kim)
	undone.Was = &request.Change{State: request.Open, Code: code(1, 3), Promise: *days(3), Categorized: at(10), CategorizedBy: ana}

	cases := []struct {
		what   string
		events []request.Event
		holds  func(r request.Request) bool
	}{
		{"opened", nil, func(r request.Request) bool {
			return r.State == request.Open && r.Submitted.Equal(monday) && r.Mails == 1 && r.Mail == 7 && len(r.Watchers) == 1 &&
				slices.Equal(r.Thread, []string{"0@x", "1@x"}) && r.Uncategorized() && r.Requester.Address == pat
		}},
		{"added", []request.Event{added}, func(r request.Request) bool {
			return r.Mails == 2 && r.Thread[2] == "2@x" && len(r.Watchers) == 2 && r.FirstAct.IsZero()
		}},
		{"categorized", []request.Event{coded(10, ana, code(1, 3), days(3))}, func(r request.Request) bool {
			return r.Code == code(1, 3) && r.CategorizedBy == ana && r.Categorized.Equal(at(10)) && r.CodeBy == ana && !r.Uncategorized()
		}},
		{"recategorized", []request.Event{coded(10, ana, code(1, 3), days(3)), coded(20, kim, code(1, 4), days(4))}, func(r request.Request) bool {
			return r.CategorizedBy == ana && r.CodeBy == kim && r.CodeSince.Equal(at(20)) && len(r.Pauses) == 0 && r.Promise.Days == 4
		}},
		{"into a code without a target", []request.Event{coded(10, ana, code(4, 3), untimed)}, func(r request.Request) bool {
			return r.State == request.Waiting && len(r.Pauses) == 1 && r.Pauses[0].To.IsZero()
		}},
		{"as needed", []request.Event{coded(10, ana, code(8, 9), &request.Promise{AsNeeded: true})}, func(r request.Request) bool {
			return r.State == request.Open
		}},
		{"told", []request.Event{told}, func(r request.Request) bool { return r.Reminded("uncategorized").Equal(at(120)) && r.FirstAct.IsZero() }},
		{"claimed", []request.Event{claimed}, func(r request.Request) bool {
			return r.Assignee == kim && r.ClaimedUntil.Equal(at(65)) && r.FirstAct.Equal(at(5)) && r.OriginalAssignee == kim
		}},
		{"assigned", []request.Event{claimed, assigned}, func(r request.Request) bool {
			return r.Assignee == "bob@school.example" && r.Team == "campus" && r.ClaimedUntil.IsZero() && r.OriginalAssignee == kim
		}},
		{"acknowledged", []request.Event{event(5, request.Acknowledged, kim)}, func(r request.Request) bool { return r.FirstAct.Equal(at(5)) }},
		{"answered", []request.Event{event(5, request.Answered, kim)}, func(r request.Request) bool { return r.FirstAct.Equal(at(5)) }},
		{"noted by an analyst", []request.Event{by(event(5, request.Noted, ana), "analyst")}, func(r request.Request) bool { return r.FirstAct.IsZero() }},
		{"resolved by an analyst", []request.Event{by(event(5, request.Closed, ana), "analyst")}, func(r request.Request) bool { return r.FirstAct.Equal(at(5)) }},
		{"noted by the requester", []request.Event{event(5, request.Noted, pat)}, func(r request.Request) bool { return r.FirstAct.IsZero() }},
		{"noted by another than the first assignee", []request.Event{claimed, event(9, request.Noted, ana)}, func(r request.Request) bool { return r.LastNote.IsZero() }},
		{"noted by the first assignee", []request.Event{claimed, event(9, request.Noted, kim)}, func(r request.Request) bool { return r.LastNote.Equal(at(9)) }},
		{"waited", []request.Event{coded(10, ana, code(1, 3), days(3)), waited}, func(r request.Request) bool {
			return r.State == request.Waiting && r.Resume == code(1, 3) && r.Code == code(1, 5) && r.WaitUntil.Equal(at(5000)) && r.Pauses[0].On == "vendor"
		}},
		{"resumed", []request.Event{coded(10, ana, code(1, 3), days(3)), waited, resumed}, func(r request.Request) bool {
			return r.State == request.Open && r.Code == code(1, 3) && r.Resume.IsZero() && r.WaitUntil.IsZero() && r.Pauses[0].To.Equal(at(90))
		}},
		{"scheduled", []request.Event{coded(10, ana, code(5, 3), untimed), planned}, func(r request.Request) bool {
			return r.State == request.Scheduled && r.ScheduledFor.Equal(at(9000))
		}},
		{"no longer scheduled", []request.Event{coded(10, ana, code(5, 3), untimed), planned, event(21, request.Approved, ana), coded(30, ana, code(1, 3), days(3))},
			func(r request.Request) bool {
				return r.State == request.Open && r.ScheduledFor.IsZero() && r.ApprovedBy == ""
			}},
		{"scheduled, of another priority", []request.Event{coded(10, ana, code(5, 3), untimed), planned, coded(30, ana, code(5, 4), untimed)},
			func(r request.Request) bool { return r.State == request.Scheduled && !r.ScheduledFor.IsZero() }},
		{"approved", []request.Event{coded(10, ana, code(5, 3), untimed), event(21, request.Approved, ana)}, func(r request.Request) bool { return r.ApprovedBy == ana }},
		{"resolved", []request.Event{coded(10, ana, code(1, 3), days(3)), event(60, request.Closed, kim)}, func(r request.Request) bool {
			return r.State == request.Resolved && r.ResolvedBy == kim && !r.State.Active() && r.Pauses[0].On == "resolved"
		}},
		{"reopened", []request.Event{coded(10, ana, code(1, 3), days(3)), event(60, request.Closed, kim), event(90, request.Reopened, pat)}, func(r request.Request) bool {
			return r.State == request.Open && r.Resolved.IsZero() && r.Pauses[0].To.Equal(at(90))
		}},
		{"reopened, and still waiting", []request.Event{coded(10, ana, code(1, 3), days(3)), waited, event(70, request.Closed, kim), event(90, request.Reopened, pat)}, func(r request.Request) bool {
			return r.State == request.Waiting && r.Resume == code(1, 3) && len(r.Pauses) == 2 && r.Pauses[1].On == "vendor"
		}},
		{"reopened, and still scheduled", []request.Event{coded(10, ana, code(5, 3), untimed), planned, event(70, request.Closed, kim), event(90, request.Reopened, pat)}, func(r request.Request) bool {
			return r.State == request.Scheduled
		}},
		{"merged", []request.Event{joined}, func(r request.Request) bool { return r.State == request.Merged && r.MergedInto == 4 }},
		{"took another over", []request.Event{took}, func(r request.Request) bool { return len(r.Watchers) == 2 && r.State == request.Open }},
		{"withdrawn", []request.Event{event(9, request.Gone, pat)}, func(r request.Request) bool { return r.State == request.Withdrawn }},
		{"spam", []request.Event{event(9, request.Rejected, ana)}, func(r request.Request) bool { return r.State == request.Spam }},
		{"filed for somebody", []request.Event{filed}, func(r request.Request) bool { return r.Requester.Address == "ann@school.example" }},
		{"linked", []request.Event{linked, linked}, func(r request.Request) bool { return slices.Equal(r.Links, []request.Number{9}) }},
		{"one of several that say the same", []request.Event{grouped}, func(r request.Request) bool {
			return r.Outage.First == 9 && r.Outage.Sure && r.Outage.What == "network" && r.FirstAct.IsZero()
		}},
		{"not of them after all", []request.Event{grouped, left}, func(r request.Request) bool { return r.Outage.First == 0 && !r.Outage.Sure }},
		{"with an order for later ones", []request.Event{ordered, grouped}, func(r request.Request) bool {
			return slices.Equal(r.Outage.Orders, []request.Order{{Verb: "categorize", Code: code(1, 1), At: at(4), By: ana, Mail: 7}})
		}},
		{"with another order of the verb", []request.Event{ordered, again, grouped, left}, func(r request.Request) bool {
			return slices.Equal(r.Outage.Orders, []request.Order{{Verb: "categorize", Code: code(1, 2), At: at(4), By: ana, Mail: 8}})
		}},
		{"unlinked", []request.Event{linked, unlinked}, func(r request.Request) bool { return len(r.Links) == 0 }},
		{"bounced", []request.Event{event(9, request.Bounced, "")}, func(r request.Request) bool { return r.State == request.Open && r.FirstAct.IsZero() }},
		{"heard", []request.Event{event(9, request.Heard, pat)}, func(r request.Request) bool { return r.State == request.Open && r.Mails == 1 }},
		{"escalated", []request.Event{event(9, request.Escalated, kim)}, func(r request.Request) bool { return r.State == request.Open }},
		{"taken back", []request.Event{coded(10, ana, code(1, 3), days(3)), waited, undone}, func(r request.Request) bool {
			return r.State == request.Open && r.Code == code(1, 3) && len(r.Pauses) == 0 && r.Requester.Address == pat
		}},
	}
	covered := map[request.Type]bool{request.Opened: true}
	for _, c := range cases {
		r, err := request.Fold(3, append([]request.Event{opened()}, c.events...))
		if err != nil {
			t.Errorf("%s: %v", c.what, err)
		} else if !c.holds(r) {
			t.Errorf("%s makes it %+v", c.what, r)
		}
		for _, e := range c.events {
			covered[e.Type] = true
		}
	}
	for _, kind := range everyType {
		if !covered[kind] {
			t.Errorf("no row for %s", kind)
		}
	}
}

var everyType = []request.Type{
	request.Opened, request.Added, request.Categorized, request.Told, request.Claimed, request.Assigned, request.Acknowledged,
	request.Noted, request.Waited, request.Resumed, request.Planned, request.Approved, request.Escalated, request.Closed,
	request.Reopened, request.Joined, request.Gone, request.Rejected, request.Bounced, request.Heard, request.Undone,
	request.Answered, request.Filed, request.TookOver, request.Linked, request.Unlinked,
	request.Grouped, request.Ungrouped, request.Ordered,
}

func TestEventsThatCannotFollow(t *testing.T) {
	cases := map[string][]request.Event{
		"nothing before the opening":    {event(1, request.Noted, kim)},
		"opened twice":                  {opened(), opened()},
		"an unknown type":               {opened(), event(1, "danced", kim)},
		"an undo of nothing":            {opened(), event(1, request.Undone, kim)},
		"filed for nobody":              {opened(), event(1, request.Filed, kim)},
		"an unknown type to begin with": {event(1, "danced", kim)},
	}
	for what, events := range cases {
		if r, err := request.Fold(1, events); err == nil {
			t.Errorf("%s is accepted: %+v", what, r)
		}
	}
}

func TestUndoRestoresAllThatCommandsAlter(t *testing.T) {
	before, err := request.Fold(3, []request.Event{opened(), coded(10, ana, code(1, 3), days(3))})
	if err != nil {
		t.Fatal(err)
	}
	filed := event(30, request.Filed, kim)
	filed.Person = &request.Person{Address: "ann@school.example"}
	linked := event(31, request.Linked, kim)
	linked.Into = 8
	was := before.Changeable()
	undone := event(40, request.Undone, kim)
	undone.Was = &was
	after := before
	for _, e := range []request.Event{filed, linked, event(35, request.Closed, kim), undone} {
		if after, err = request.Apply(after, e); err != nil {
			t.Fatal(err)
		}
	}
	if got := after.Changeable(); !reflect.DeepEqual(got, was) {
		t.Errorf("after the undo it stands as\n%+v, not\n%+v", got, was)
	}
}

func TestOpenedLikeAnother(t *testing.T) {
	e := opened()
	e.Like = 9
	if r, err := request.Fold(12, []request.Event{e}); err != nil || r.Outage.First != 9 || r.Outage.Sure {
		t.Errorf("%+v, %v", r.Outage, err)
	}
}

func TestThreadKeepsTheFirstAndTheLatest(t *testing.T) {
	r, _ := request.Fold(1, []request.Event{opened()})
	for i := range 3 * request.MaxThread {
		e := event(i, request.Added, pat)
		e.MessageID = string(rune('a'+i%26)) + time.Duration(i).String() + "@x"
		r, _ = request.Apply(r, e)
	}
	if len(r.Thread) != request.MaxThread || r.Thread[0] != "0@x" {
		t.Errorf("the thread is %q", r.Thread)
	}
}
