package demo

import (
	"slices"
	"sync"
	"time"
)

// clock is a clock whose hands the director moves: from one thing that happens to the next, and only once the bot has
// done all there was to do before. So the story is the same on every machine, and however fast it is told. Its methods may
// be called from several goroutines.
type clock struct {
	mu     sync.Mutex
	now    time.Time
	alarms []alarm
}

type alarm struct {
	at   time.Time
	ring chan time.Time
}

// Now is where the hands stand.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// After sends once the hands have been moved so far.
func (c *clock) After(d time.Duration) <-chan time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := alarm{c.now.Add(d), make(chan time.Time, 1)}
	if d <= 0 {
		a.ring <- c.now
	} else {
		c.alarms = append(c.alarms, a)
	}
	return a.ring
}

// next is when the next alarm rings, if one is set. Whoever set it may have gone: then nothing happens.
func (c *clock) next() (time.Time, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.alarms) == 0 {
		return time.Time{}, false
	}
	return slices.MinFunc(c.alarms, func(a, b alarm) int { return a.at.Compare(b.at) }).at, true
}

// set moves the hands forward, and rings.
func (c *clock) set(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now.After(c.now) {
		c.now = now
	}
	c.alarms = slices.DeleteFunc(c.alarms, func(a alarm) bool {
		if a.at.After(c.now) {
			return false
		}
		a.ring <- c.now
		return true
	})
}
