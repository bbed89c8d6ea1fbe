package suggest

import (
	"os"
	"slices"
	"strings"
	"testing"

	"triaged/internal/chart"
)

// heldOut are the mails that are measured and never read while the cold start is worked on.
func heldOut(tb testing.TB) []bookMail { return readLot(tb, "testdata/held-out.jsonl") }

func readLot(tb testing.TB, name string) (mails []bookMail) {
	text, err := os.ReadFile(name)
	if err != nil {
		tb.Fatal(err)
	}
	mails, err = readMails(name, text)
	if err != nil {
		tb.Fatal(err)
	}
	return mails
}

// coldScore measures a model that has learned nothing.
type coldScore struct {
	first, within3, recall, falseAlarms float64
	confidence                          float64 // mean, of the first
	emergencies                         float64
}

func scoreCold(m *Model, mails []bookMail, miss func(bookMail, []Suggestion), alarm func(bookMail, bool)) (c coldScore) {
	var alarms float64
	for _, s := range mails {
		got := m.Suggest(s.mail(), 3)
		c.confidence += got[0].Confidence / float64(len(mails))
		if slices.Contains(s.Labels, got[0].Code) {
			c.first += 1 / float64(len(mails))
		} else if miss != nil {
			miss(s, got)
		}
		if slices.ContainsFunc(got, func(g Suggestion) bool { return slices.Contains(s.Labels, g.Code) }) {
			c.within3 += 1 / float64(len(mails))
		}
		believed, _ := m.Emergency(s.mail())
		if s.Emergency {
			c.emergencies++
		}
		if believed != s.Emergency && alarm != nil {
			alarm(s, believed)
		}
		switch {
		case believed && s.Emergency:
			c.recall++
		case believed:
			alarms++
		}
	}
	c.recall /= c.emergencies
	c.falseAlarms = alarms / (float64(len(mails)) - c.emergencies)
	return c
}

// lot is a set of mails that the cold start is measured on.
type lot struct {
	name  string
	mails []bookMail
	edges bool // all near the line between emergencies and others, which a desk's mail is not
}

func unseenLots(tb testing.TB) []lot {
	return []lot{
		{"held out", heldOut(tb), false},
		{"alarm 3", readLot(tb, "testdata/alarm-3.jsonl"), true},
		{"alarm 7", readLot(tb, "testdata/alarm-7.jsonl"), true},
		{"week 4", readLot(tb, "testdata/week-4.jsonl"), false},
		{"alarm 20", readLot(tb, "testdata/alarm-20.jsonl"), true},
	}
}

// TestColdStart holds the cold start to what is asked of it. The lots of testdata are of mails that nothing was made to fit;
// each lot of the textbook is tried by a cold start that has not read it, but most others. -v lists what it got wrong in the
// textbook.
func TestColdStart(t *testing.T) {
	var recall, emergencies, alarms, ordinary float64
	count := func(m *Model, set lot, read bool) {
		s := scoreCold(m, set.mails, func(s bookMail, got []Suggestion) {
			if read {
				t.Logf("want %v: got %v %v %v, %.2f for %v\n%s | %q", s.Labels, got[0].Code, got[1].Code, got[2].Code, got[0].Confidence, got[0].Because, s.Subject, s.Body)
			}
		}, func(s bookMail, believed bool) {
			if read {
				t.Logf("believed emergency: %v\n%s | %q", believed, s.Subject, s.Body)
			}
		})
		t.Logf("%s: %d mails, first %.3f, within three %.3f, mean confidence %.3f; %v emergencies, recall %.3f, false alarms %.3f",
			set.name, len(set.mails), s.first, s.within3, s.confidence, s.emergencies, s.recall, s.falseAlarms)
		if set.edges {
			return
		}
		if s.first < .60 || s.within3 < .85 {
			t.Errorf("%s: right first in %.3f, want .60; within three in %.3f, want .85", set.name, s.first, s.within3)
		}
		others := float64(len(set.mails)) - s.emergencies
		recall += s.recall * s.emergencies
		emergencies += s.emergencies
		alarms += s.falseAlarms * others
		ordinary += others
	}
	m := New(chart.Default(), DefaultLexicon())
	for _, set := range unseenLots(t) {
		count(m, set, false)
	}
	const parts = 4
	for part := range parts {
		var others []bookMail
		for i, set := range textbookLots(t) {
			if i%parts != part {
				others = append(others, set.mails...)
			}
		}
		m := &Model{engine: newEngine(taughtCold(chart.Default(), DefaultLexicon(), others))}
		for i, set := range textbookLots(t) {
			if i%parts == part {
				count(m, set, true)
			}
		}
	}
	if recall/emergencies < .95 || alarms/ordinary > .03 {
		t.Errorf("emergencies: recall %.3f, want .95; false alarms %.3f, want .03 at most", recall/emergencies, alarms/ordinary)
	}
	t.Logf("all but the edges: recall %.3f of %v, false alarms %.3f of %v", recall/emergencies, emergencies, alarms/ordinary, ordinary)
}

func textbookLots(tb testing.TB) (all []lot) {
	entries, err := textbookFiles.ReadDir("textbook")
	if err != nil {
		tb.Fatal(err)
	}
	for _, e := range entries {
		name := strings.TrimSuffix(e.Name(), ".jsonl")
		all = append(all, lot{name, readLot(tb, "textbook/"+e.Name()), strings.HasPrefix(name, "alarm")})
	}
	return all
}
