package agenda_test

import (
	"testing"

	"triaged/internal/agenda"
	"triaged/internal/request"
)

// BenchmarkDue is what every recorded event costs: all that will be due about one request.
func BenchmarkDue(b *testing.B) {
	p := desk()
	for name, r := range map[string]request.Request{
		"uncategorized": fold(b, opened("Mon 07:05")),
		"timed":         fold(b, opened("Mon 07:05"), coded("Mon 08:00", "1-3")),
		"waiting":       fold(b, opened("Mon 07:05"), coded("Mon 08:00", "1-3"), waiting("Tue 07:05", "1-5", "vendor")),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				agenda.Due(r, p)
			}
		})
	}
}

// BenchmarkReview makes the digest of 5,000 uncategorized requests, of which it shows a hundred.
func BenchmarkReview(b *testing.B) {
	p := desk()
	queue := make([]request.Request, 100)
	for i := range queue {
		queue[i] = fold(b, opened("Mon 07:05"))
		queue[i].Number = request.Number(i + 1)
	}
	for b.Loop() {
		agenda.Review(agenda.Digest{At: at("Mon 09:00"), Queue: queue, All: 5000}, p, at("Mon 09:00"))
	}
}

// BenchmarkFlood does 5,000 things that came due in one outage.
func BenchmarkFlood(b *testing.B) {
	p := desk()
	var things []agenda.Thing
	for n := request.Number(1); n <= 5000; n++ {
		things = append(things, thing(b, n, agenda.Breached, "Thu 07:05", opened("Mon 07:05"), coded("Mon 08:00", "1-3")))
	}
	for b.Loop() {
		agenda.Act(things, false, p, at("Fri 07:00"))
	}
}
