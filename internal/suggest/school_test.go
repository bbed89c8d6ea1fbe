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
	f, err := os.Open("testdata/school.jsonl")
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		var s schoolMail
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			tb.Fatalf("line %d: %v", n, err)
		}
		if n%2 == 1 {
			tuning = append(tuning, s)
		} else {
			heldOut = append(heldOut, s)
		}
	}
	return tuning, heldOut
}

// coldScore measures a model that has learned nothing.
type coldScore struct {
	first, within3, recall, falseAlarms float64
	confidence                          float64 // mean, of the first
}

func scoreCold(m *Model, mails []schoolMail, miss func(schoolMail, []Suggestion), alarm func(schoolMail, bool)) (c coldScore) {
	var alarms, emergencies float64
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
			emergencies++
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
	c.recall /= emergencies
	c.falseAlarms = alarms / (float64(len(mails)) - emergencies)
	return c
}

func TestColdStart(t *testing.T) {
	m := New(chart.Default(), DefaultLexicon())
	tuning, heldOut := schoolMails(t)
	for _, half := range []struct {
		name  string
		mails []schoolMail
	}{{"tuning", tuning}, {"held out", heldOut}} {
		s := scoreCold(m, half.mails, func(s schoolMail, got []Suggestion) {
			if half.name == "tuning" && testing.Verbose() {
				t.Logf("%v got %v %.2f %v %v %v | %s | %q", s.Labels, got[0].Code, got[0].Confidence, got[0].Because, got[1].Code, got[2].Code, s.Subject, s.Body)
			}
		}, func(s schoolMail, believed bool) {
			if half.name == "tuning" && testing.Verbose() {
				t.Logf("believed emergency %v, is %v | %s | %q", believed, s.Emergency, s.Subject, s.Body)
			}
		})
		t.Logf("%s: %d mails, first %.3f, within three %.3f, mean confidence %.3f; emergencies: recall %.3f, false alarms %.3f",
			half.name, len(half.mails), s.first, s.within3, s.confidence, s.recall, s.falseAlarms)
	}
}
