package suggest

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"triaged/internal/chart"
)

func words(s string) []counted { return features(scan(Mail{Text: s}), nil, 0) }

// tell teaches a learner without a cold start.
func tell(l *learner, id, text, label string) {
	l.learn(id, lesson{features: words(text), label: label})
}

func first(l *learner, text string) string {
	j := l.judge(words(text), known{})
	return l.labels[j.first]
}

func TestLearnsNewLabelsAsTheyAreUsed(t *testing.T) {
	l := newLearner(nil)
	for i := range 20 {
		tell(l, fmt.Sprint("a", i), fmt.Sprint("the projector is dark again ", i), "beamer")
		tell(l, fmt.Sprint("b", i), fmt.Sprint("please reset my password ", i), "access")
	}
	for i := range 12 { // more labels than a row first has room for
		label := fmt.Sprint("label", i)
		for j := range 3 {
			tell(l, fmt.Sprint(label, j), strings.Repeat(fmt.Sprintf("thing%c%c ", 'a'+i, 'a'+i), 3)+fmt.Sprint(j), label)
		}
	}
	for text, want := range map[string]string{"projector dark": "beamer", "reset the password": "access", "thinggg": "label6", "thinglll": "label11"} {
		if got := first(l, text); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}

func TestCorrectedLabelIsUnlearned(t *testing.T) {
	l := newLearner(nil)
	for i := range 30 {
		tell(l, fmt.Sprint(i), fmt.Sprintf("toner for printer %d", i), []string{"buy", "fix"}[i%2])
	}
	for i := range 30 {
		tell(l, fmt.Sprint(i), fmt.Sprintf("toner for printer %d", i), "buy")
	}
	if l.n != 30 || l.count[l.number["fix"]] != 0 {
		t.Errorf("%d examples, %d of them fix: want 30 and 0", l.n, l.count[l.number["fix"]])
	}
	if p := l.judge(words("toner for printer 31"), known{}).p[l.number["buy"]]; p < .9 {
		t.Errorf("after correction buy has %.2f, want .9 at least", p)
	}
}

// The weights are the sum over examples of dual × features: with no example left, nothing is left.
func TestUnlearningEverythingLeavesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := newLearner(nil)
		ids := rapid.SliceOfN(rapid.IntRange(0, 20), 1, 60).Draw(t, "ids")
		for i, id := range ids {
			if id%7 == 6 {
				l.unlearn(fmt.Sprint(ids[i/2]))
				continue
			}
			text := rapid.SampledFrom([]string{"projector lamp", "password locked", "lamp locked lamp", "printer", ""}).Draw(t, "text")
			tell(l, fmt.Sprint(id), text, rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "label"))
		}
		for id := range 21 {
			l.unlearn(fmt.Sprint(id))
		}
		if l.n != 0 || l.stored != 0 || len(l.byID) != 0 || len(l.oldest) != 0 {
			t.Fatalf("%d examples, %d features, %d ids, %d in order are left", l.n, l.stored, len(l.byID), len(l.oldest))
		}
		for _, w := range slices.Concat(l.linear.weights...) {
			if math.Abs(float64(w)) > 1e-4 {
				t.Fatalf("a weight is %g", w)
			}
		}
		for i, r := range l.linear.rows {
			if r.df != 0 || len(r.posts) != 0 {
				t.Fatalf("row %d is still in %d examples", i, r.df)
			}
		}
	})
}

func TestOldestGoWhenThereAreTooMany(t *testing.T) {
	l := newLearner(nil)
	for i := range maxKept + 10 {
		tell(l, fmt.Sprint(i), fmt.Sprint("word", i%50), fmt.Sprint("label", i%3))
	}
	if l.n != maxKept || l.unlearn("9") || !l.unlearn("10") {
		t.Errorf("%d examples kept, want the last %d", l.n, maxKept)
	}
}

func TestFullTableSharesRows(t *testing.T) {
	x := newTable(100)
	for h := range uint32(5000) {
		if row := x.number(mix(h + 1)); row >= 100 {
			t.Fatalf("row %d of 100", row)
		}
	}
	if x.n != 100 {
		t.Errorf("%d rows, want 100", x.n)
	}
	for h := range uint32(80) {
		if row, ok := x.find(mix(h + 1)); !ok || row != h {
			t.Fatalf("feature %d is in row %d (%v)", h, row, ok)
		}
	}
}

func TestModelIsDeterministic(t *testing.T) {
	build := func() *Model {
		m := New(chart.Default(), DefaultLexicon())
		mails, codes := history(t, 300)
		for i := range mails {
			m.Learn(fmt.Sprint("SR-", i%250), mails[i], codes[i])
			if i%11 == 0 {
				m.Unlearn(fmt.Sprint("SR-", i/2))
			}
		}
		return m
	}
	a, b := build(), build()
	if a.Digest() != b.Digest() {
		t.Fatal("the same history gave two models")
	}
	mails, _ := history(t, 320)
	for _, mail := range mails[300:] {
		if x, y := fmt.Sprint(a.Suggest(mail, 31)), fmt.Sprint(b.Suggest(mail, 31)); x != y {
			t.Fatalf("two suggestions:\n%s\n%s", x, y)
		}
	}
	before := a.Digest()
	a.Learn("SR-1000", mails[0], chart.Code{Category: 1, Priority: 3})
	if a.Digest() == before {
		t.Error("the digest does not see an example")
	}
}

func TestLearnRefusesWhatTheChartLacks(t *testing.T) {
	m := New(chart.Default(), DefaultLexicon())
	mail := Mail{Subject: "projector"}
	if err := m.Learn("SR-1", mail, chart.Code{Category: 1, Priority: 3}); err != nil {
		t.Fatal(err)
	}
	if err := m.Learn("SR-1", mail, chart.Code{Category: 6, Priority: 6}); err == nil || m.Learned() != 0 {
		t.Errorf("error %v, %d examples: want an error, and what SR-1 taught taken back", err, m.Learned())
	}
}

// A desk that decides otherwise than the lexicon thinks is followed.
func TestLearnerOutgrowsTheColdStart(t *testing.T) {
	m := New(chart.Default(), DefaultLexicon())
	mail := func(i int) Mail {
		return Mail{Subject: "projector", Text: fmt.Sprintf("the projector in room %d does not turn on", 100+i), Title: "Teacher"}
	}
	if got := m.Suggest(mail(0), 1)[0].Code.String(); got != "1-3" {
		t.Fatalf("cold start says %s, want 1-3", got)
	}
	donated := chart.Code{Category: 1, Priority: 7}
	for i := range 12 {
		m.Learn(fmt.Sprint("SR-", i), mail(i), donated)
	}
	got := m.Suggest(mail(50), 1)[0]
	if got.Code != donated || !strings.Contains(strings.Join(got.Because, ", "), "like SR-") {
		t.Errorf("after twelve decisions: %v, want 1-7 and like which", got)
	}
}

func TestReadersBesideAWriter(t *testing.T) {
	m := New(chart.Default(), DefaultLexicon())
	mails, codes := history(t, 60)
	done := make(chan bool)
	for range 3 {
		go func() {
			for _, mail := range mails {
				m.Suggest(mail, 3)
				m.Emergency(mail)
			}
			done <- true
		}()
	}
	for i := range mails {
		m.Learn(fmt.Sprint("SR-", i), mails[i], codes[i])
	}
	for range 3 {
		<-done
	}
}
