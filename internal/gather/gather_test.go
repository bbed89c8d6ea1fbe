package gather_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"triaged/internal/compose"
	"triaged/internal/gather"
	"triaged/internal/request"
)

var (
	nine   = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	kim    = request.Person{Address: "kim@school.example"}
	policy = gather.Policy{Count: 3, Per: 10 * time.Minute}
)

func notice(n request.Number, at time.Time) compose.Letter {
	return compose.Letter{Kind: compose.Notice, To: kim, Commands: true, Request: n, At: at, Notice: &compose.NoticeBody{Submitted: at}}
}

func outage(first request.Number, at time.Time, fresh ...request.Number) compose.Letter {
	return compose.Letter{Kind: compose.Outage, To: kim, Commands: true, At: at, Outage: &compose.OutageBody{First: first, New: fresh}}
}

// post is an outbox of one recipient's.
type post struct {
	mails []gather.Earlier // oldest first
}

func (p *post) owe(l compose.Letter, now time.Time) gather.Decision {
	for i := range p.mails {
		p.mails[i].Open = p.mails[i].Next.After(now)
	}
	latest := func(yield func(gather.Earlier) bool) {
		for _, e := range slices.Backward(p.mails) {
			if !yield(e) {
				return
			}
		}
	}
	d := gather.Decide(l, latest, policy, now)
	e := gather.Earlier{ID: uint64(len(p.mails) + 1), Letter: d.Letter, Next: d.At}
	if d.Into != 0 {
		e.ID = d.Into
		p.mails[d.Into-1] = e
	} else {
		p.mails = append(p.mails, e)
	}
	return d
}

func late(escalated, rows, more int, at time.Time) compose.Letter {
	l := compose.Letter{Kind: compose.Reminder, To: kim, Commands: true, At: at, Queue: &compose.QueueBody{Late: at.Add(-time.Hour), Escalated: escalated, More: more}}
	for range rows {
		l.Queue.Rows = append(l.Queue.Rows, compose.Row{Overdue: true})
	}
	return l
}

// Reminders that come late are one at first and one for all others within the policy's time; one that comes in time never waits.
func TestLateReminders(t *testing.T) {
	second := func(n int) time.Time { return nine.Add(time.Duration(n) * time.Second) }
	var p post
	if d := p.owe(late(0, 2, 0, second(0)), second(0)); d.Into != 0 || !d.At.Equal(second(0)) {
		t.Errorf("the first: %+v", d)
	}
	for i := range 20 {
		at := second(i + 1)
		d := p.owe(late(0, 2, 3, at), at)
		if i == 0 && (d.Into != 0 || !d.At.Equal(second(600))) || i > 0 && (d.Into != 2 || !d.At.Equal(second(600))) {
			t.Errorf("late reminder %d: %+v", i+2, d)
		}
		if q := d.Letter.Queue; len(q.Rows)+q.More != 5*(i+1) || len(q.Rows) > 25 || q.MoreLate != 2*(i+1)-len(q.Rows) || !q.Late.Equal(second(1).Add(-time.Hour)) {
			t.Errorf("%d reminders in one: %d rows, %d more, %d of them late, since %v", i+1, len(q.Rows), q.More, q.MoreLate, q.Late)
		}
	}
	if d := p.owe(late(3, 1, 0, second(30)), second(30)); d.Into != 0 || !d.At.Equal(second(30)) {
		t.Errorf("a supervisor's reminder joins the analysts': %+v", d)
	}
	timely := late(0, 1, 0, second(40))
	timely.Queue.Late = time.Time{}
	if d := p.owe(timely, second(40)); d.Into != 0 || !d.At.Equal(second(40)) {
		t.Errorf("a reminder in time waits: %+v", d)
	}
	if d := p.owe(late(0, 1, 0, second(1900)), second(1900)); d.Into != 0 || !d.At.Equal(second(1900)) {
		t.Errorf("when it is calm again, one waits: %+v", d)
	}
}

func TestNotices(t *testing.T) {
	minute := func(n int) time.Time { return nine.Add(time.Duration(n) * time.Minute) }
	var p post
	for i := range 3 {
		if d := p.owe(notice(request.Number(i+1), minute(i)), minute(i)); d.Into != 0 || !d.At.Equal(minute(i)) || d.Letter.Notice == nil {
			t.Fatalf("notice %d waits: %+v", i+1, d)
		}
	}
	d := p.owe(notice(4, minute(3)), minute(3))
	if d.Letter.Queue == nil || d.Into != 0 || !d.At.Equal(minute(10)) {
		t.Errorf("the fourth within 3 minutes: %+v", d)
	}
	d = p.owe(notice(5, minute(4)), minute(4))
	if d.Into != 4 || len(d.Letter.Queue.Rows) != 2 || !d.At.Equal(minute(10)) || d.Letter.Request != 0 {
		t.Errorf("the fifth: %+v", d)
	}
	alert := notice(6, minute(5))
	alert.Notice.Alert = []string{"A whole campus."}
	if d := p.owe(alert, minute(5)); d.Letter.Notice == nil || !d.At.Equal(minute(5)) {
		t.Errorf("an alert waits: %+v", d)
	}
	if d := p.owe(notice(7, minute(30)), minute(30)); d.Letter.Notice == nil || !d.At.Equal(minute(30)) {
		t.Errorf("when it is calm again, one waits: %+v", d)
	}
}

func TestNoListIsTooLong(t *testing.T) {
	var p post
	for i := range 200 {
		p.owe(notice(request.Number(i+1), nine), nine)
	}
	for _, m := range p.mails {
		if m.Letter.Queue != nil && len(m.Letter.Queue.Rows) > 25 {
			t.Errorf("a mail of %d rows", len(m.Letter.Queue.Rows))
		}
	}
}

func TestOutageGrows(t *testing.T) {
	var p post
	d := p.owe(outage(1, nine, 1, 2, 3), nine)
	if d.Into != 0 || !d.At.Equal(nine) {
		t.Fatalf("the first waits: %+v", d)
	}
	d = p.owe(outage(1, nine.Add(time.Minute), 4), nine.Add(time.Minute))
	if d.Into != 0 || !d.At.Equal(nine.Add(10*time.Minute)) {
		t.Errorf("the second is not one of its own, later: %+v", d)
	}
	d = p.owe(outage(1, nine.Add(2*time.Minute), 5), nine.Add(2*time.Minute))
	if d.Into != 2 || !slices.Equal(d.Letter.Outage.New, []request.Number{4, 5}) || !d.At.Equal(nine.Add(10*time.Minute)) {
		t.Errorf("the third does not go into the second: %+v", d)
	}
	if d := p.owe(outage(8, nine.Add(2*time.Minute), 8), nine.Add(2*time.Minute)); d.Into != 0 {
		t.Errorf("another outage is mixed in: %+v", d)
	}
	said := outage(1, nine.Add(3*time.Minute))
	said.Outage.Say = []string{"Kim made it 1-1."}
	if d = p.owe(said, nine.Add(3*time.Minute)); d.Into != 2 || d.At.After(nine.Add(3*time.Minute)) {
		t.Errorf("what a colleague says waits: %+v", d)
	}
	if d = p.owe(outage(1, nine.Add(time.Hour), 9), nine.Add(time.Hour)); d.Into != 0 || !d.At.Equal(nine.Add(time.Hour)) {
		t.Errorf("after an hour it waits: %+v", d)
	}
}

// A clock that was ahead, and is set back, delays nothing.
func TestClockThatWasAhead(t *testing.T) {
	var p post
	ahead := nine.Add(24 * time.Hour)
	for i := range 8 {
		p.owe(notice(request.Number(i+1), ahead), ahead)
	}
	p.owe(outage(1, ahead, 1), ahead)
	for i := range p.mails {
		p.mails[i].Open = false
	}
	for _, l := range []compose.Letter{notice(20, nine), outage(1, nine, 2)} {
		if d := p.owe(l, nine); d.At.After(nine.Add(policy.Per)) {
			t.Errorf("a %s waits until %s", l.Kind, d.At)
		}
	}
}

// Whatever comes when, each request is told of once, none waits longer than the policy says, and of any so many notices in the
// time no more than the policy's go by themselves.
func TestNothingIsLostOrLate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var p post
		now := nine
		told := map[request.Number]int{}
		n := rapid.IntRange(1, 120).Draw(t, "notices")
		for i := range n {
			now = now.Add(time.Duration(rapid.IntRange(0, 400).Draw(t, "seconds")) * time.Second)
			d := p.owe(notice(request.Number(i+1), now), now)
			if wait := d.At.Sub(now); wait > policy.Per {
				t.Fatalf("notice %d waits %s", i+1, wait)
			}
		}
		var single []time.Time
		for _, m := range p.mails {
			if m.Letter.Queue == nil {
				told[m.Letter.Request]++
				single = append(single, m.Letter.At)
				continue
			}
			for _, row := range m.Letter.Queue.Rows {
				told[row.Request]++
			}
		}
		for i := range n {
			if told[request.Number(i+1)] != 1 {
				t.Fatalf("request %d is told of %d times", i+1, told[request.Number(i+1)])
			}
		}
		for i := policy.Count; i < len(single); i++ {
			if single[i].Sub(single[i-policy.Count]) < policy.Per {
				t.Fatalf("%d notices by themselves within %s", policy.Count+1, single[i].Sub(single[i-policy.Count]))
			}
		}
	})
}
