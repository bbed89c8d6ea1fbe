package request

import (
	"cmp"
	"time"
)

// Rank is a request's place in the order of work. It does not change with the time of day: work that is overdue comes
// first among dated work by its due time alone.
type Rank struct {
	Class  Class
	Due    time.Time // by which requests of one class are ordered; zero comes last
	Number Number
}

// Class orders kinds of work: what the SOP puts first comes first.
type Class uint8

// The classes, in the order to work (SOP, priority 1 "immediate attention"; category 5, rule 4).
const (
	Emergency     Class = iota + 1
	ApprovedFirst       // scheduled work that a supervisor let go ahead
	Dated               // overdue work, longest first, then by due time
	ScheduledLast       // other scheduled work
	Untimed
)

// Place is what the rules of a request's code say of its place in the order of work.
type Place struct {
	Emergency     bool // ahead of everything (SOP 1-1)
	BehindOverdue bool // planned work, unless it is approved (SOP, category 5, rule 4)
}

// RankOf places an active request. Uncategorized requests are dated by the end of the time in which they must be
// categorized (SOP, process step 2).
func (r Request) RankOf(due time.Time, place Place, categorizeWithin time.Duration) Rank {
	k := Rank{Class: Untimed, Due: due, Number: r.Number}
	switch {
	case place.Emergency:
		k.Class = Emergency
	case place.BehindOverdue:
		k.Class = ScheduledLast
		if r.ApprovedBy != "" {
			k.Class = ApprovedFirst
		}
		if k.Due.IsZero() {
			k.Due = r.ScheduledFor
		}
	case r.Code.IsZero():
		k.Class, k.Due = Dated, r.Submitted.Add(categorizeWithin)
	case !due.IsZero():
		k.Class = Dated
	case r.State == Scheduled: // by a chart that lets planned work take its turn
		k.Class, k.Due = Dated, r.ScheduledFor
	}
	return k
}

// Compare orders two ranks for working them.
func (k Rank) Compare(o Rank) int {
	if c := cmp.Compare(k.Class, o.Class); c != 0 {
		return c
	}
	if k.Due.IsZero() != o.Due.IsZero() {
		if k.Due.IsZero() {
			return 1
		}
		return -1
	}
	if c := k.Due.Compare(o.Due); c != 0 {
		return c
	}
	return cmp.Compare(k.Number, o.Number)
}
