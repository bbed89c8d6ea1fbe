package bot

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"triaged/internal/compose"
	"triaged/internal/provider"
)

// Whatever waits and whenever it is asked, no minute and no day has more than its limit, mails of no hurry leave the reserve
// alone, and room comes when it was said.
func TestPaceKeepsItsLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := &pace{limits: provider.Limits{PerMinute: rapid.IntRange(0, 7).Draw(t, "a minute"), PerDay: rapid.IntRange(0, 80).Draw(t, "a day")}}
		now := time.Date(2026, 3, 2, 13, 0, 0, 0, time.UTC)
		var sent []time.Time
		count := func(span time.Duration) (n int) {
			for _, at := range sent {
				if now.Sub(at) < span {
					n++
				}
			}
			return n
		}
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			room, least, until := p.room(now)
			if room < 0 || room > batch {
				t.Fatalf("room for %d", room)
			}
			if kept := p.limits.PerDay / reserve; least == compose.Figure && p.limits.PerDay > 0 && room > 0 && count(day)+room > p.limits.PerDay-kept {
				t.Fatalf("the reserve of %d is used", kept)
			}
			if room == 0 && !until.After(now) {
				t.Fatalf("no room, and none later: %v", until)
			}
			for range rapid.IntRange(0, room).Draw(t, "sent") {
				p.took(now)
				sent = append(sent, now)
			}
			if n := count(time.Minute); p.limits.PerMinute > 0 && n > p.limits.PerMinute {
				t.Fatalf("%d in a minute", n)
			}
			if n := count(day); p.limits.PerDay > 0 && n > p.limits.PerDay {
				t.Fatalf("%d in a day", n)
			}
			if room == 0 {
				now = until
				if room, _, _ := p.room(now); room == 0 && p.limits.PerDay == 0 {
					t.Fatal("the room that was promised did not come")
				}
			}
			now = now.Add(time.Duration(rapid.IntRange(0, 40_000).Draw(t, "seconds")) * time.Second)
		}
	})
}

// A clock that was ahead keeps nobody waiting for longer than a day.
func TestPaceOfAClockSetBack(t *testing.T) {
	now := time.Date(2026, 3, 2, 13, 0, 0, 0, time.UTC)
	p := &pace{limits: provider.Limits{PerMinute: 2, PerDay: 100}}
	p.took(now.Add(72 * time.Hour))
	p.took(now.Add(72 * time.Hour))
	if room, _, until := p.room(now); room != 0 || !until.Equal(now.Add(time.Minute)) {
		t.Errorf("room for %d until %v", room, until)
	}
	if room, _, _ := p.room(now.Add(time.Minute)); room != 2 {
		t.Errorf("room for %d", room)
	}
}
