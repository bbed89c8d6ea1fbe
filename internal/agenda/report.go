package agenda

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"time"

	"triaged/internal/chart"
	"triaged/internal/request"
)

// Reviewed is what became of the review at one hour.
type Reviewed struct {
	At   time.Time
	Held bool // an analyst acted on the digest or said so before the next review, or the queue was empty
}

// Span is a piece of time: from From until before To.
type Span struct{ From, To time.Time }

// Contains tells whether t lies in the span.
func (s Span) Contains(t time.Time) bool { return !t.Before(s.From) && t.Before(s.To) }

// Share is so many of so many.
type Share struct {
	Met int `json:"met"`
	Of  int `json:"of"`
}

func (s *Share) count(met bool) {
	s.Of++
	if met {
		s.Met++
	}
}

// Figures say how well the procedure was kept in a span. Each is worked out from what happened alone: from snapshots, which are
// what events make.
type Figures struct {
	// Requests were submitted in the span; spam, duplicates and withdrawn ones are left out of all figures.
	Requests int `json:"requests"`
	// ByCode counts them by the code they have now; "" is uncategorized.
	ByCode map[string]int `json:"by_code"`
	// BySource counts them by how they came in.
	BySource map[string]int `json:"by_source"`
	// Categorized: of those that came by mail or portal, how many had a code within the time (SOP, process step 2). One whose
	// time is not over yet and that has no code is not counted.
	Categorized Share `json:"categorized_in_time"`
	// Reviews: of the reviews of the uncategorized queue in the span, by the hour of the desk's day ("09"), how many were held
	// (SOP, process step 4). The review still going on is not counted.
	Reviews map[string]Share `json:"reviews_held"`
	// Targets: of the requests with a target that were resolved in time, or whose target passed, in the span, by the code they
	// have now, how many were resolved in time. A request is judged once: when it is resolved or its target passes, whichever
	// comes first.
	Targets map[string]Share `json:"targets_met"`
	// Acknowledged: of those submitted in the span whose code demands it, how many saw a technician's act within the time (SOP,
	// category 1). One whose time is not over yet and that saw none is not counted.
	Acknowledged Share `json:"acknowledged_in_time"`
	// Oldest are the open requests that were submitted first, whenever that was, at most ten.
	Oldest []Open `json:"-"`
}

// Open is a request that somebody still has to work on.
type Open struct {
	Number    request.Number
	Code      chart.Code
	Subject   request.TextRef
	Submitted time.Time
}

const mostOldest = 10

// Report works the figures of a span out, as of now, from all requests.
func Report(span Span, all iter.Seq[request.Request], reviews iter.Seq[Reviewed], p *Policy, zone *time.Location, now time.Time) Figures {
	f := Figures{ByCode: map[string]int{}, BySource: map[string]int{}, Reviews: map[string]Share{}, Targets: map[string]Share{}}
	for r := range all {
		if r.State == request.Spam || r.State == request.Merged || r.State == request.Withdrawn {
			continue
		}
		entry, _ := p.Chart.Lookup(r.Code)
		f.target(span, r, p, now)
		if r.State.Active() {
			f.Oldest = append(f.Oldest, Open{Number: r.Number, Code: r.Code, Subject: r.Subject, Submitted: r.Submitted})
		}
		if !span.Contains(r.Submitted) {
			continue
		}
		f.Requests++
		f.ByCode[r.Code.String()]++
		f.BySource[string(r.Source)]++
		if r.Source == request.Email || r.Source == request.Portal {
			inTime(&f.Categorized, r.Categorized, r.Submitted.Add(p.CategorizeWithin), now)
		}
		if within := p.acknowledgeWithin(entry.Rules.AcknowledgeWithin); within > 0 {
			inTime(&f.Acknowledged, r.FirstAct, r.Submitted.Add(within), now)
		}
	}
	for v := range reviews {
		if span.Contains(v.At) {
			hour := v.At.In(zone).Format("15")
			s := f.Reviews[hour]
			s.count(v.Held)
			f.Reviews[hour] = s
		}
	}
	f.oldest()
	return f
}

// inTime counts something that was due at a time and happened at another, or not yet.
func inTime(s *Share, happened, due, now time.Time) {
	if happened.IsZero() && now.Before(due) {
		return
	}
	s.count(!happened.IsZero() && !happened.After(due))
}

func (f *Figures) target(span Span, r request.Request, p *Policy, now time.Time) {
	if !r.Promise.Timed() {
		return
	}
	due := r.Due(p.Calendar) // none if it was resolved before, since its clock stands
	judged, met := due, false
	if due.IsZero() {
		judged, met = r.Resolved, true
	}
	if judged.IsZero() || judged.After(now) || !span.Contains(judged) {
		return
	}
	s := f.Targets[r.Code.String()]
	s.count(met)
	f.Targets[r.Code.String()] = s
}

func (f *Figures) oldest() {
	slices.SortFunc(f.Oldest, func(a, b Open) int {
		return cmp.Or(a.Submitted.Compare(b.Submitted), cmp.Compare(a.Number, b.Number))
	})
	f.Oldest = f.Oldest[:min(len(f.Oldest), mostOldest)]
}

// Sorted lists a figure's keys in order, uncategorized last.
func Sorted[V any](m map[string]V) []string {
	return slices.SortedFunc(maps.Keys(m), func(a, b string) int {
		if (a == "") != (b == "") {
			return cmp.Compare(b, a)
		}
		return cmp.Compare(a, b)
	})
}
