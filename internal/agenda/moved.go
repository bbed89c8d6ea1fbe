package agenda

import (
	"iter"
	"time"

	"triaged/internal/request"
)

// Move is an open request whose due time is another one under a changed calendar.
type Move struct {
	Request  request.Number
	Was, Now time.Time
}

// Moved lists the open requests whose due times a change of calendar has moved. What was promised stays as it was: only
// the days themselves have changed.
func Moved(open iter.Seq[request.Request], before, after request.Calendar) []Move {
	var moves []Move
	for r := range open {
		if !r.Promise.Timed() || r.Promise.Days == 0 {
			continue // hours run on the wall clock, whatever the calendar says
		}
		was, now := r.Due(before), r.Due(after)
		if !was.Equal(now) {
			moves = append(moves, Move{Request: r.Number, Was: was, Now: now})
		}
	}
	return moves
}
