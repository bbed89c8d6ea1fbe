package request_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"triaged/internal/chart"
	"triaged/internal/request"
)

// deeds is an event of each type, with what people read who are told that somebody has done it.
var deeds = []struct {
	event request.Event
	want  string
}{
	{request.Event{Type: request.Opened}, "opened it"},
	{request.Event{Type: request.Added}, "added to it"},
	{request.Event{Type: request.Categorized, Code: chart.Code{Category: 1, Priority: 3}}, "made it 1-3"},
	{request.Event{Type: request.Told}, "reminded people of it"},
	{request.Event{Type: request.Claimed}, "claimed it"},
	{request.Event{Type: request.Assigned, Who: "kim@school.example", Team: "campus"}, "given it to Kim"},
	{request.Event{Type: request.Assigned, Team: "campus"}, "given it to the team campus"},
	{request.Event{Type: request.Acknowledged}, "acknowledged it"},
	{request.Event{Type: request.Noted}, "added a note to it"},
	{request.Event{Type: request.Waited, On: "vendor"}, "let it wait on the vendor"},
	{request.Event{Type: request.Resumed, Code: chart.Code{Category: 1, Priority: 3}}, "taken it up again as 1-3"},
	{request.Event{Type: request.Planned}, "scheduled it"},
	{request.Event{Type: request.Approved}, "let it go ahead of overdue work"},
	{request.Event{Type: request.Escalated}, "escalated it"},
	{request.Event{Type: request.Closed}, "resolved it"},
	{request.Event{Type: request.Reopened}, "opened it again"},
	{request.Event{Type: request.Joined, Into: 9}, "merged it into SR-9"},
	{request.Event{Type: request.TookOver, Into: 9}, "merged SR-9 into it"},
	{request.Event{Type: request.Linked, Into: 9}, "linked it with SR-9"},
	{request.Event{Type: request.Unlinked, Into: 9}, "unlinked it from SR-9"},
	{request.Event{Type: request.Grouped, Into: 9}, "found it to be part of the outage of SR-9"},
	{request.Event{Type: request.Ungrouped, Into: 9}, "taken it out of the outage of SR-9"},
	{request.Event{Type: request.Ordered}, "answered for all of its outage"},
	{request.Event{Type: request.Gone}, "withdrawn it"},
	{request.Event{Type: request.Rejected}, "closed it as spam"},
	{request.Event{Type: request.Bounced}, "had a mail about it come back"},
	{request.Event{Type: request.Heard}, "sent an automatic answer about it"},
	{request.Event{Type: request.Undone}, "taken a change back"},
	{request.Event{Type: request.Answered}, "written to its requester"},
	{request.Event{Type: request.Filed, Person: &request.Person{Address: "kim@school.example"}}, "filed it for Kim"},
}

// TestDeeds has words that a person would use for every type of event that the source declares.
func TestDeeds(t *testing.T) {
	said := map[string]bool{}
	for _, d := range deeds {
		if got := d.event.Deed("SR", func(string) string { return "Kim" }); got != d.want {
			t.Errorf("%s: has %q, want %q", d.event.Type, got, d.want)
		}
		said[string(d.event.Type)] = true
	}
	for _, name := range declared(t) {
		if !said[name] {
			t.Errorf("nobody says what the event %q is in words", name)
		}
	}
}

// declared are the values of all constants of the type Type.
func declared(t *testing.T) (all []string) {
	file, err := parser.ParseFile(token.NewFileSet(), "event.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := v.Type.(*ast.Ident); ok && kind.Name == "Type" {
			value, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, value)
		}
		return true
	})
	if len(all) < 20 {
		t.Fatalf("found %d types only", len(all))
	}
	return all
}
