package bot

import "time"

// Clock is the time that the loops live by. The wall clock serves everybody but the demo, which has one of its own.
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
