package bot

import (
	"testing"

	"triaged/internal/chart"
	"triaged/internal/request"
)

// TestTeaches: what somebody decided about a request is a lesson, and what holds for an outage's later reports is none.
func TestTeaches(t *testing.T) {
	code := chart.Code{Category: 1, Priority: 1}
	for _, c := range []struct {
		about string
		e     request.Event
		want  bool
	}{
		{"a code", request.Event{Type: request.Categorized, Code: code, By: "ana@school.example", Mail: 7}, true},
		{"an order's", request.Event{Type: request.Categorized, Code: code, By: "ana@school.example", Mail: 9, Origin: 7}, false},
		{"spam", request.Event{Type: request.Rejected}, true},
		{"a note", request.Event{Type: request.Noted}, false},
	} {
		if _, got := teaches(c.e, request.Request{}); got != c.want {
			t.Errorf("%s teaches: %v, want %v", c.about, got, c.want)
		}
	}
}
