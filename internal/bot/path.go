package bot

import (
	"time"

	"triaged/internal/delivery"
)

// Retry is how long to wait after each failed attempt, and when to give up.
type Retry struct {
	Waits  []time.Duration // the last one again and again
	GiveUp time.Duration   // 0: never
}

// after is the wait behind the n-th attempt, counted from 1.
func (r Retry) after(n int) time.Duration {
	if len(r.Waits) == 0 {
		return time.Minute
	}
	return r.Waits[min(n, len(r.Waits))-1]
}

// spent is how long n attempts take, without what else keeps them waiting.
func (r Retry) spent(n int) (sum time.Duration) {
	for i := 1; i < n && sum < r.GiveUp; i++ {
		sum += r.after(i)
	}
	return sum
}

// longest is the longest wait.
func (r Retry) longest() time.Duration {
	longest := probing
	for n := range r.Waits {
		longest = max(longest, r.Waits[n])
	}
	return longest
}

// over tells whether to give a mail up: it is old enough, and was tried long enough. A mail that grew old while nobody
// tried, because the bot or the machine stood still, gets the waits of the list at least.
func (r Retry) over(age, tried time.Duration) bool {
	return r.GiveUp > 0 && age >= r.GiveUp && tried >= min(r.GiveUp, r.spent(len(r.Waits)+1))
}

// probing is the longest time between two probes of a server that is in trouble, and so between its recovery and the
// first mail.
const probing = 15 * time.Minute

// path is what is known of the way to the server. In the server's own trouble every mail would meet the same, so one mail
// probes at a time, and the others keep their places.
type path struct {
	failures int
	since    time.Time // the first failure
	tried    time.Time // the last one
	until    time.Time // when to probe
}

// closed tells whether to wait with everything. A clock that was set back keeps nobody waiting.
func (p *path) closed(now time.Time) bool { return now.Before(p.until) && p.until.Sub(now) <= probing }

// met takes in how a batch went.
func (p *path) met(trouble *delivery.Result, mails []outgoing, now time.Time, r Retry) {
	for _, m := range mails {
		if m.tried && (trouble == nil || m.result.Outcome == delivery.Sent) {
			*p = path{}
		}
	}
	if trouble == nil {
		return
	}
	if p.failures++; p.failures == 1 {
		p.since = now
	}
	p.tried, p.until = now, now.Add(min(r.after(p.failures), probing))
}

// hurry probes early because there is something new to send, but not sooner than after the first wait.
func (p *path) hurry(r Retry) {
	if early := p.tried.Add(min(r.after(1), probing)); early.Before(p.until) {
		p.until = early
	}
}
