package suggest

import (
	"bufio"
	"encoding/json"
	"os"
	"slices"
	"testing"

	"triaged/internal/chart"
)

// schoolMail is one line of testdata/school.jsonl.
type schoolMail struct {
	Subject   string       `json:"subject"`
	Body      string       `json:"body"`
	Labels    []chart.Code `json:"labels"`
	Emergency bool         `json:"emergency"`
	Title     string       `json:"title"`
	Campus    string       `json:"campus"`
}

func (s schoolMail) mail() Mail {
	return Mail{Subject: s.Subject, Text: s.Body, Title: s.Title, Campus: s.Campus}
}

// schoolMails returns the tuning half and the held-out half.
func schoolMails(tb testing.TB) (tuning, heldOut []schoolMail) {
	for i, s := range schoolFile(tb, "testdata/school.jsonl") {
		if i%2 == 0 {
			tuning = append(tuning, s)
		} else {
			heldOut = append(heldOut, s)
		}
	}
	return tuning, heldOut
}

func schoolFile(tb testing.TB, name string) (mails []schoolMail) {
	f, err := os.Open(name)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var s schoolMail
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			tb.Fatalf("%s: line %d: %v", name, len(mails)+1, err)
		}
		mails = append(mails, s)
	}
	return mails
}

// coldScore measures a model that has learned nothing.
type coldScore struct {
	first, within3, recall, falseAlarms float64
	confidence                          float64 // mean, of the first
	emergencies                         float64
}

func scoreCold(m *Model, mails []schoolMail, miss func(schoolMail, []Suggestion), alarm func(schoolMail, bool)) (c coldScore) {
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
	mails []schoolMail
	read  bool // -v may list what it got wrong
	codes bool // drawn from all that people write, so that codes are held to what is asked
}

func lots(tb testing.TB) []lot {
	tuning, heldOut := schoolMails(tb)
	return []lot{
		{"tuning", tuning, true, true},
		{"held out", heldOut, false, true},
		{"more", schoolFile(tb, "testdata/school-more.jsonl"), true, true},
		{"third", schoolFile(tb, "testdata/school-third.jsonl"), true, true},
		{"alarm 1", schoolFile(tb, "testdata/alarm-1.jsonl"), true, false},
		{"alarm 2", schoolFile(tb, "testdata/alarm-2.jsonl"), false, false},
		{"alarm 3", schoolFile(tb, "testdata/alarm-3.jsonl"), false, false},
	}
}

// TestColdStart holds the cold start to what is asked of it, lot by lot.
func TestColdStart(t *testing.T) {
	m := New(chart.Default(), DefaultLexicon())
	var recall, emergencies, alarms, ordinary float64
	for _, set := range lots(t) {
		s := scoreCold(m, set.mails, func(s schoolMail, got []Suggestion) {
			if set.read {
				t.Logf("want %v: got %v %v %v, %.2f for %v\n%s | %q", s.Labels, got[0].Code, got[1].Code, got[2].Code, got[0].Confidence, got[0].Because, s.Subject, s.Body)
			}
		}, func(s schoolMail, believed bool) {
			if set.read {
				t.Logf("believed emergency: %v\n%s | %q", believed, s.Subject, s.Body)
			}
		})
		t.Logf("%s: %d mails, first %.3f, within three %.3f, mean confidence %.3f; %v emergencies, recall %.3f, false alarms %.3f",
			set.name, len(set.mails), s.first, s.within3, s.confidence, s.emergencies, s.recall, s.falseAlarms)
		if set.codes && (s.first < .60 || s.within3 < .85) {
			t.Errorf("%s: right first in %.3f, want .60; within three in %.3f, want .85", set.name, s.first, s.within3)
		}
		if set.codes { // the alarm lots are all edge cases: a desk's mail is not
			others := float64(len(set.mails)) - s.emergencies
			recall += s.recall * s.emergencies
			emergencies += s.emergencies
			alarms += s.falseAlarms * others
			ordinary += others
		}
	}
	if recall/emergencies < .95 || alarms/ordinary > .03 {
		t.Errorf("emergencies: recall %.3f, want .95; false alarms %.3f, want .03 at most", recall/emergencies, alarms/ordinary)
	}
}
