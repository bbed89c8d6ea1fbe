package suggest

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// readMorning reads one of testdata/mornings: mails as they came in, and the outage that each truly belongs to.
func readMorning(tb testing.TB, name string) (day []arrival) {
	tb.Helper()
	data, err := os.ReadFile("testdata/mornings/" + name + ".txt")
	if err != nil {
		tb.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		f := strings.SplitN(line, " | ", 5)
		if len(f) != 5 {
			tb.Fatalf("%s: %q has %d fields, want 5", name, line, len(f))
		}
		at, err := time.Parse("15:04", f[0])
		if err != nil {
			tb.Fatal(err)
		}
		truth := f[1]
		if truth == "-" {
			truth = ""
		}
		day = append(day, arrival{at.Hour()*60 + at.Minute(), truth, Mail{Subject: f[3], Text: f[4], Campus: f[2]}})
	}
	return day
}

// pairs are how many pairs of mails were grouped, belong together, and both.
type pairs struct{ said, real, both int }

func (p pairs) precision() float64 { return float64(p.both) / float64(max(p.said, 1)) }
func (p pairs) recall() float64    { return float64(p.both) / float64(max(p.real, 1)) }

// judged groups a morning's mails, and counts pairs.
func judged(t *testing.T, day []arrival) (p pairs) {
	o := NewOutages(DefaultLexicon())
	start := time.Date(2026, 9, 14, 0, 0, 0, 0, time.UTC)
	for i, a := range day {
		o.Add(fmt.Sprint(i), start.Add(time.Duration(a.minute)*time.Minute), a.mail)
	}
	groups := make([]string, len(day))
	for i, a := range day {
		if g, ok := o.Of(fmt.Sprint(i)); ok && g.Certain() {
			groups[i] = g.First
			if a.truth != day[atoi(g.First)].truth || a.truth == "" {
				t.Logf("wrongly with %q: %q (%s) %q", day[atoi(g.First)].mail.Subject, a.mail.Subject, a.truth, a.mail.Text)
			}
		} else if a.truth != "" {
			t.Logf("missed of %s: %q %q", a.truth, a.mail.Subject, a.mail.Text)
		}
	}
	for i, a := range day {
		for j := range i {
			said, real := groups[i] != "" && groups[i] == groups[j], a.truth != "" && a.truth == day[j].truth
			p.said += b2i(said)
			p.real += b2i(real)
			p.both += b2i(said && real)
		}
	}
	return p
}

func atoi(s string) (n int) { fmt.Sscan(s, &n); return n }

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestMornings(t *testing.T) {
	for _, name := range strings.Fields(os.Getenv("MORNINGS")) {
		t.Run(name, func(t *testing.T) {
			day := readMorning(t, name)
			p := judged(t, day)
			t.Logf("%d mails; precision %.3f, recall %.3f over pairs %+v", len(day), p.precision(), p.recall(), p)
		})
	}
}
