package request

import (
	"fmt"
	"time"
)

// Calendar answers what working time the desk has; package worktime has it.
type Calendar interface {
	// Add is the instant at which so much working time has passed since t.
	Add(t time.Time, worked time.Duration) time.Time
	// Between is the working time from a to b.
	Between(a, b time.Time) time.Duration
}

// Step is one span of a request's life as its clock saw it.
type Step struct {
	From    time.Time     `json:"from"`
	To      time.Time     `json:"to"`
	Counted time.Duration `json:"-"` // of the target, used up in this span; 0 while paused
	Paused  bool          `json:"paused"`
	Why     string        `json:"why"`
}

// Clock is a request's clock as it stands after its last event.
type Clock struct {
	Due    time.Time // zero while nothing is promised or the clock stands
	Left   time.Duration
	Total  time.Duration
	Wall   bool // hours run on the wall clock, days in working time
	Paused bool
	Steps  []Step
}

// ClockOf works out the due time: from submission, over every pause, until the promised time is used up. It is the one
// place that does, so that the queue, the mails and `why` never disagree.
func (r Request) ClockOf(cal Calendar) Clock {
	p := r.Promise
	if r.Code.IsZero() || r.State == Merged || r.State == Withdrawn || r.State == Spam {
		return Clock{}
	}
	c := Clock{Paused: !p.Timed()}
	switch {
	case p.Hours > 0:
		c.Total, c.Wall = time.Duration(p.Hours)*time.Hour, true
	case p.Days > 0:
		c.Total = time.Duration(p.Days) * p.Day
	}
	c.Left = c.Total
	at := r.Submitted
	for _, pause := range r.Pauses {
		if !p.Timed() || pause.From.Before(at) && !pause.To.IsZero() && !pause.To.After(at) {
			continue
		}
		from := pause.From
		if from.Before(at) {
			from = at
		}
		used := c.elapsed(cal, at, from)
		if used >= c.Left && c.Total > 0 {
			break // it was due before this pause began
		}
		c.count(at, from, used)
		c.Steps = append(c.Steps, Step{From: from, To: pause.To, Paused: true, Why: pauseReason(pause)})
		if pause.To.IsZero() {
			c.Paused = true
			return c
		}
		at = pause.To
	}
	if !p.Timed() {
		return c
	}
	c.Due = c.add(cal, at, c.Left)
	c.count(at, c.Due, c.Left)
	return c
}

// Due is the due time, or the zero time.
func (r Request) Due(cal Calendar) time.Time { return r.ClockOf(cal).Due }

// WasDue is the due time of a request as it stood when it was resolved, and whether that met it; of one that is not
// resolved it is Due, and met is false. The zero time is none.
func (r Request) WasDue(cal Calendar) (due time.Time, met bool) {
	due = r.Due(cal)
	last := len(r.Pauses) - 1
	if r.State != Resolved || !due.IsZero() || last < 0 || r.Pauses[last].Code != "" || !r.Pauses[last].To.IsZero() {
		return due, false // what was due before it was resolved stays so
	}
	r.Pauses = r.Pauses[:last] // its clock stands because it was resolved, and for nothing else
	due = r.Due(cal)
	return due, !due.IsZero()
}

func (c *Clock) elapsed(cal Calendar, a, b time.Time) time.Duration {
	if !b.After(a) {
		return 0
	}
	if c.Wall {
		return b.Sub(a)
	}
	return cal.Between(a, b)
}

func (c *Clock) add(cal Calendar, t time.Time, d time.Duration) time.Time {
	if c.Wall {
		return t.Add(d)
	}
	return cal.Add(t, d)
}

func (c *Clock) count(from, to time.Time, used time.Duration) {
	why := "working time"
	if c.Wall {
		why = "hours on the clock"
	}
	c.Steps = append(c.Steps, Step{From: from, To: to, Counted: used, Why: why})
	c.Left -= used
}

func pauseReason(p Pause) string {
	switch {
	case p.Code == "":
		return p.On // resolved, withdrawn
	case p.On != "":
		return fmt.Sprintf("%s: waiting for %s", p.Code, p.On)
	}
	return fmt.Sprintf("%s has no target", p.Code)
}
