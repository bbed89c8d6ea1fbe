package bot

import (
	"sync"
	"time"
)

// Clock is the time that the loops live by. The wall clock serves everybody but the demo, whose hours pass in seconds.
type Clock interface {
	Now() time.Time
	// After sends once the duration has passed on this clock.
	After(time.Duration) <-chan time.Time
}

// Wall is the machine's clock.
type Wall struct{}

// Now is time.Now.
func (Wall) Now() time.Time { return time.Now() }

// After is time.After.
func (Wall) After(d time.Duration) <-chan time.Time { return time.After(d) }

// Fast is a clock that starts at a moment of one's choice and runs so many times as fast as the wall's. Its methods may be
// called from several goroutines.
type Fast struct {
	mu     sync.Mutex
	start  time.Time // on this clock
	real   time.Time // when it was start
	factor float64
}

// NewFast starts a fast clock.
func NewFast(start time.Time, factor float64) *Fast {
	return &Fast{start: start, real: time.Now(), factor: factor}
}

// Now is the fast clock's time.
func (f *Fast) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now()
}

func (f *Fast) now() time.Time {
	return f.start.Add(time.Duration(float64(time.Since(f.real)) * f.factor))
}

// After waits the duration's share of real time, at the present speed.
func (f *Fast) After(d time.Duration) <-chan time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return time.After(time.Duration(float64(d) / f.factor))
}

// SetSpeed changes how fast the clock runs from now on. Timers that were set before fire when they would have: whoever
// waits must look at the clock again, as the loops do.
func (f *Fast) SetSpeed(factor float64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.start, f.real = f.now(), time.Now()
	f.factor = factor
}
