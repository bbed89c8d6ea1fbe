package bot

import (
	"fmt"
	"strings"
	"time"

	"triaged/internal/chart"
	"triaged/internal/request"
	"triaged/internal/store"
	"triaged/internal/worktime"
)

// Explanation is a due time and how it came about.
type Explanation struct {
	Number  string        `json:"number"`
	DueAt   *time.Time    `json:"due_at"`
	Promise string        `json:"promise"`
	Paused  bool          `json:"paused"`
	Steps   []Explanatory `json:"steps"`
	Words   []string      `json:"words"` // the same for people: sentences, then a line for each step
}

// Explanatory is one span of the clock.
type Explanatory struct {
	From    time.Time  `json:"from"`
	To      *time.Time `json:"to"` // null: it goes on
	Counted string     `json:"counted"`
	Paused  bool       `json:"paused"`
	Why     string     `json:"why"`
}

// Why emits how a request's due time came about.
func (d *Desk) Why(a Args, emit func(any) error) error {
	now := d.clock.Now()
	return d.store.View(func(tx *store.Tx) error {
		r, err := d.find(tx, a.Number)
		if err != nil {
			return err
		}
		return emit(d.explain(r, now))
	})
}

func (d *Desk) explain(r request.Request, now time.Time) Explanation {
	clock := r.ClockOf(d.policy.Calendar)
	x := Explanation{
		Number: r.Number.Label(d.policy.Prefix), DueAt: timeOrNull(clock.Due), Promise: promised(r.Promise), Paused: clock.Paused,
		Steps: []Explanatory{},
	}
	for _, s := range clock.Steps {
		for _, piece := range d.pieces(s, clock.Wall) {
			x.Steps = append(x.Steps, Explanatory{
				From: piece.From.UTC(), To: timeOrNull(piece.To), Counted: piece.Counted.String(), Paused: s.Paused, Why: piece.Why,
			})
		}
	}
	x.Words = append(d.verdict(r, clock, now), d.lines(x.Steps)...)
	return x
}

func promised(p request.Promise) string {
	return chart.Target{Hours: p.Hours, Days: p.Days, AsNeeded: p.AsNeeded}.Words()
}

// pieces takes a span of working time apart: a line for each working day, and one for the days in a row that are none.
func (d *Desk) pieces(s request.Step, wall bool) []worktime.Span {
	if wall || s.Paused {
		return []worktime.Span{{From: s.From, To: s.To, Counted: s.Counted, Why: s.Why}}
	}
	calendar, ok := d.policy.Calendar.(*worktime.Calendar)
	if !ok || !s.From.Before(s.To) {
		return nil
	}
	return calendar.Explain(s.From, s.To)
}

// verdict is the sentences above the steps.
func (d *Desk) verdict(r request.Request, c request.Clock, now time.Time) []string {
	label, submitted := r.Number.Label(d.policy.Prefix), d.moment(r.Submitted)
	switch {
	case r.Uncategorized():
		return []string{
			label + " has no due time yet, since nobody has given it a category.",
			fmt.Sprintf("It was submitted %s, and is to be categorized within %s, by %s.",
				submitted, spanWords(d.policy.CategorizeWithin), d.moment(r.Submitted.Add(d.policy.CategorizeWithin))),
		}
	case r.State == request.Merged:
		return []string{fmt.Sprintf("%s was merged into %s, whose due time counts.", label, r.MergedInto.Label(d.policy.Prefix))}
	case r.State == request.Withdrawn || r.State == request.Spam:
		return []string{fmt.Sprintf("%s is closed as %s, so nothing is due.", label, r.State)}
	case r.State == request.Resolved && c.Due.IsZero():
		words := []string{fmt.Sprintf("%s was resolved %s.", label, d.moment(r.Resolved))}
		if r.Promise.Timed() {
			words[0] = strings.TrimSuffix(words[0], ".") + ", in time."
		}
		return append(words, d.promiseWords(r, c))
	case !r.Promise.Timed():
		words := []string{fmt.Sprintf("%s has no due time: its category, %s, promises %s.", label, d.codeWords(r.Code), promised(r.Promise))}
		return append(words, d.insteadOfDue(r)...)
	case c.Paused:
		return []string{
			fmt.Sprintf("%s has no due time now, because its clock stands; %s of its time is left.", label, spanWords(c.Left)),
			d.promiseWords(r, c),
		}
	}
	verb := "is"
	if c.Due.Before(now) {
		verb = "was"
	}
	return []string{fmt.Sprintf("%s %s due %s.", label, verb, d.moment(c.Due)), d.promiseWords(r, c)}
}

// insteadOfDue says what there is to go by while no clock runs: the day that work is planned for, and what it waits on.
func (d *Desk) insteadOfDue(r request.Request) (words []string) {
	if r.State == request.Scheduled {
		words = append(words, "It is scheduled for "+r.ScheduledFor.In(d.house.Zone).Format("Mon Jan 2 2006")+".")
	}
	if n := len(r.Pauses); n > 0 && r.State == request.Waiting && r.Pauses[n-1].On != "" {
		s := fmt.Sprintf("It has waited on the %s since %s", r.Pauses[n-1].On, d.moment(r.Pauses[n-1].From))
		if !r.WaitUntil.IsZero() {
			s += ", at most until " + r.WaitUntil.In(d.house.Zone).Format("Mon Jan 2 2006")
		}
		words = append(words, s+".")
	}
	if !r.Resume.IsZero() {
		words = append(words, "When it goes on as "+d.codeWords(r.Resume)+", it has the time that was left.")
	}
	return words
}

func (d *Desk) codeWords(code chart.Code) string {
	entry, ok := d.policy.Chart.Lookup(code)
	if !ok {
		return code.String()
	}
	return code.String() + " " + entry.Name()
}

// promiseWords says what was promised and how it is counted.
func (d *Desk) promiseWords(r request.Request, c request.Clock) string {
	s := fmt.Sprintf("Its category, %s, promises %s from its submission on %s", d.codeWords(r.Code), promised(r.Promise), d.moment(r.Submitted))
	switch {
	case !r.Promise.Timed():
		return s + "."
	case c.Wall:
		return s + ", counted around the clock."
	case r.Promise.Days == 1:
		return fmt.Sprintf("%s, which is %s of working time.", s, spanWords(c.Total))
	}
	return fmt.Sprintf("%s. A working day has %s, so that is %s of working time.", s, spanWords(r.Promise.Day), spanWords(c.Total))
}

// lines is the steps as a table: when, how much, and why. Days with the same hours in a row are told apart by their dates
// alone.
func (d *Desk) lines(steps []Explanatory) []string {
	var lines []string
	var sum time.Duration
	for _, s := range steps {
		counted, _ := time.ParseDuration(s.Counted)
		sum += counted
		much := "not counted"
		if counted > 0 {
			much = spanWords(counted)
		}
		lines = append(lines, fmt.Sprintf("  %-44s %-14s %s", d.spanOf(s), much, s.Why))
	}
	if len(lines) > 1 && sum > 0 {
		lines = append(lines, fmt.Sprintf("  %-44s %s", "together", spanWords(sum)))
	}
	return lines
}

// spanOf is a span of time for people: whole days by their dates.
func (d *Desk) spanOf(s Explanatory) string {
	const day, hour = "Mon Jan 2", "3:04 pm"
	zone := d.house.Zone
	from := s.From.In(zone)
	if s.To == nil {
		return from.Format(day+", "+hour) + " until now"
	}
	to := s.To.In(zone)
	first, last := isMidnight(from), isMidnight(to)
	end := to
	if last {
		end = to.Add(-time.Second)
	}
	sameDay := from.Format(time.DateOnly) == end.Format(time.DateOnly)
	switch {
	case first && last && sameDay:
		return from.Format(day)
	case first && last:
		return from.Format(day) + " to " + end.Format(day)
	case sameDay && last:
		return from.Format(day + ", from " + hour)
	case sameDay && first:
		return to.Format(day + ", until " + hour)
	case sameDay:
		return from.Format(day+", "+hour) + " to " + to.Format(hour)
	}
	return from.Format(day+", "+hour) + " to " + to.Format(day+", "+hour)
}

func isMidnight(t time.Time) bool { return t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0 }

// spanWords is an amount of time: "9 h 55 min".
func spanWords(s time.Duration) string {
	s = s.Round(time.Minute)
	hours, minutes := int(s/time.Hour), int(s%time.Hour/time.Minute)
	switch {
	case hours == 0:
		return fmt.Sprintf("%d min", minutes)
	case minutes == 0:
		return fmt.Sprintf("%d h", hours)
	}
	return fmt.Sprintf("%d h %d min", hours, minutes)
}
