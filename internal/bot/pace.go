package bot

import (
	"slices"
	"time"

	"triaged/internal/compose"
	"triaged/internal/provider"
	"triaged/internal/store"
)

// pace keeps what a provider takes from one account: so many mails in any minute, and in any day. What was sent follows
// from the outbox, so that a restart forgets nothing; here it is only at hand.
type pace struct {
	limits provider.Limits
	sent   []time.Time // when mails were, of the last day, in order
}

const (
	day     = 24 * time.Hour
	reserve = 20 // one mail in so many of a day is kept for those who wait for an answer, and for emergencies
)

// room says how many mails may go now, down to which urgency, and when it will be more.
func (p *pace) room(now time.Time) (room int, least compose.Urgency, until time.Time) {
	p.forget(now)
	room, least = batch, compose.Figure
	// The n-th mail from the end was sent at this time: until it is older than a span, a limit of n is reached.
	nth := func(n int, span time.Duration) time.Time { return p.sent[max(0, len(p.sent)-n)].Add(span) }
	if n := p.limits.PerDay; n > 0 {
		kept := n / reserve
		switch rest := n - len(p.sent); {
		case rest <= 0:
			return 0, compose.Prompt, nth(n, day)
		case rest <= kept:
			room, least, until = min(room, rest), compose.Prompt, nth(n-kept, day)
		default:
			room = min(room, rest-kept)
		}
	}
	if n := p.limits.PerMinute; n > 0 {
		first, _ := slices.BinarySearchFunc(p.sent, now.Add(-time.Minute), earlierOrAt)
		if lately := len(p.sent) - first; lately >= n {
			return 0, least, nth(n, time.Minute)
		} else {
			room = min(room, n-lately)
		}
	}
	return room, least, until
}

// earlierOrAt puts a moment before the times that are later than it.
func earlierOrAt(t, moment time.Time) int {
	if t.After(moment) {
		return 1
	}
	return -1
}

// forget drops what is older than a day. What a clock that has been set back seems to have sent later is taken for sent
// now: it was, within the time that counts.
func (p *pace) forget(now time.Time) {
	first, _ := slices.BinarySearchFunc(p.sent, now.Add(-day), earlierOrAt)
	p.sent = p.sent[first:]
	for i := len(p.sent) - 1; i >= 0 && p.sent[i].After(now); i-- {
		p.sent[i] = now
	}
}

// follow goes over to other limits. What was sent within the last day is looked up, unless it is known.
func (p *pace) follow(limits provider.Limits, s *store.Store, now time.Time, giveUp time.Duration) error {
	known := p.limits != (provider.Limits{})
	p.limits = limits
	if known || limits == (provider.Limits{}) {
		return nil
	}
	p.sent = nil
	return s.View(func(tx *store.Tx) error {
		for e := range tx.OwedSince(now.Add(-day - giveUp)) {
			switch {
			case e.State == store.Sent:
				p.sent = append(p.sent, e.Ended)
			case e.State == store.Pending && e.Attempts > 0 && e.LastError == "": // cut off: it may have been sent
				p.sent = append(p.sent, e.Tried)
			}
		}
		slices.SortFunc(p.sent, time.Time.Compare)
		return nil
	})
}

// took notes that the server took a mail, as far as is known.
func (p *pace) took(now time.Time) {
	if p.limits != (provider.Limits{}) {
		p.sent = append(p.sent, now)
	}
}
