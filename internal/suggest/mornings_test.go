package suggest

import (
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

// outagesOf gives the outage that each mail of a morning was found to report, by the place of its first; -1 for none.
func outagesOf(day []arrival) []int {
	type known struct {
		minute int
		Earlier
	}
	var before []known
	groups, size := make([]int, len(day)), map[int]int{}
	for i, a := range day {
		groups[i] = -1
		r := DefaultOutages().Trouble(a.mail)
		if r.IsZero() {
			continue
		}
		var recent []Earlier
		for _, k := range before {
			if time.Duration(a.minute-k.minute)*time.Minute <= OutageWindow {
				recent = append(recent, k.Earlier)
			}
		}
		group := int(DefaultOutages().Join(r, recent)) - 1
		if group < 0 && !r.Leads() {
			continue
		}
		if group < 0 {
			group = i
		}
		groups[i] = group
		size[group]++
		before = append(before, known{a.minute, Earlier{Trouble: r, Group: int64(group) + 1}})
	}
	for i, g := range groups {
		if g >= 0 && size[g] < OutageMembers {
			groups[i] = -1
		}
	}
	return groups
}

// judged groups a morning's mails, and counts pairs.
func judged(t *testing.T, day []arrival) (p pairs) {
	groups := outagesOf(day)
	for i, a := range day {
		switch g := groups[i]; {
		case g >= 0 && (a.truth == "" || a.truth != day[g].truth):
			t.Logf("wrongly with %q: %q (%s) %q", day[g].mail.Subject, a.mail.Subject, a.truth, a.mail.Text)
		case g < 0 && a.truth != "":
			t.Logf("missed of %s: %q %q", a.truth, a.mail.Subject, a.mail.Text)
		}
	}
	for i, a := range day {
		for j := range i {
			said, real := groups[i] >= 0 && groups[i] == groups[j], a.truth != "" && a.truth == day[j].truth
			p.said += bit(said)
			p.real += bit(real)
			p.both += bit(said && real)
		}
	}
	return p
}

// TestMornings holds what the recogniser reaches on mornings that it was adjusted to. The blind first runs were worse: see
// testdata/README.md.
func TestMornings(t *testing.T) {
	for _, name := range []string{"1", "2", "3", "4", "5", "6", "7"} {
		t.Run(name, func(t *testing.T) {
			day := readMorning(t, name)
			p := judged(t, day)
			t.Logf("%d mails; precision %.3f, recall %.3f over pairs %+v", len(day), p.precision(), p.recall(), p)
			if p.precision() < .85 || p.recall() < .7 {
				t.Errorf("precision %.3f, want .85; recall %.3f, want .7", p.precision(), p.recall())
			}
		})
	}
}
