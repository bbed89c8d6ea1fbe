package demo

import (
	"testing"
	"time"
)

func TestClockRingsWhatIsDue(t *testing.T) {
	start := time.Date(2026, 10, 5, 12, 30, 0, 0, time.UTC)
	c := &clock{now: start}
	rang := func(ring <-chan time.Time) bool {
		select {
		case <-ring:
			return true
		default:
			return false
		}
	}
	if !rang(c.After(0)) || !rang(c.After(-time.Hour)) {
		t.Error("what is due at once does not ring")
	}
	if _, set := c.next(); set {
		t.Error("an alarm is set")
	}
	late, early := c.After(2*time.Minute), c.After(time.Minute)
	if next, set := c.next(); !set || !next.Equal(start.Add(time.Minute)) {
		t.Errorf("the next alarm is set for %v, %v", next, set)
	}
	c.set(start.Add(time.Minute))
	if !rang(early) || rang(late) {
		t.Error("after one minute, the wrong one rings")
	}
	c.set(start)
	if !c.Now().Equal(start.Add(time.Minute)) {
		t.Errorf("the hands went back to %v", c.Now())
	}
	c.set(start.Add(time.Hour))
	if !rang(late) {
		t.Error("the late one does not ring")
	}
	if _, set := c.next(); set {
		t.Error("an alarm that rang is still set")
	}
}

func TestTheServerVouchesOnlyForWhoLoggedIn(t *testing.T) {
	for _, tt := range []struct{ user, from, want string }{
		{"kim@school.example", "Kim@school.example", "Authentication-Results: mx.school.example; dmarc=pass header.from=\"school.example\"\r\n"},
		{"toby@mail.example", "kim@school.example", "Authentication-Results: mx.school.example; dmarc=fail header.from=\"school.example\"\r\n"},
		{"", "", "Authentication-Results: mx.school.example; dmarc=fail header.from=\"\"\r\n"},
	} {
		if got := string(vouch(tt.user, tt.from)); got != tt.want {
			t.Errorf("%q as %q: %s", tt.user, tt.from, got)
		}
	}
}

func TestQuotesAreWrapped(t *testing.T) {
	long := "   one "
	for range 30 {
		long += "word and "
	}
	for _, line := range wrapped(long+"\n\nnext", true) {
		if n := len([]rune(line)); n > width-len(margin)-4 {
			t.Errorf("%d characters: %q", n, line)
		}
	}
	if got := wrapped("a\n\nb\n", false); len(got) != 2 || got[0] != "a" || got[1] != "b" {
		t.Errorf("%q", got)
	}
}
