package suggest

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"time"

	"triaged/internal/chart"
)

// Row is one labelled text of an evaluation. A label need not be a code of the chart.
type Row struct {
	Subject string `json:"subject"`
	Body    string `json:"body"`
	Label   string `json:"label"`
	Mail    *Mail  `json:"-"` // what else is known of it, in place of subject and body
}

func (r Row) mail() Mail {
	if r.Mail != nil {
		return *r.Mail
	}
	return Mail{Subject: r.Subject, Text: r.Body}
}

// Setup is what an evaluation runs with.
type Setup struct {
	Chart   *chart.Chart
	Lexicon *Lexicon
	Now     func() time.Time // measures cost; nil leaves it out
}

// Report is what an evaluation found.
type Report struct {
	Train            int     `json:"train"`
	Test             int     `json:"test"`
	Accuracy         float64 `json:"accuracy"`
	MacroF1          float64 `json:"macro_f1"`          // mean over the labels that occur in the test or are suggested
	Top3             float64 `json:"top3"`              // the label is among the first three
	CalibrationError float64 `json:"calibration_error"` // expected, over fifteen bins of confidence
	TrainSeconds     float64 `json:"train_seconds"`
	SuggestMicros    float64 `json:"suggest_micros"` // for one mail
	Known            bool    `json:"known"`          // the cold start took part: every label is a code of the chart

	Confused []Confusion `json:"confused,omitempty"` // the most frequent mistakes
	Curve    []Point     `json:"curve,omitempty"`
	// Unlearned is how right the cold start alone would have been all along. Nil without one.
	Unlearned *Point `json:"without_learning,omitempty"`
}

// Confusion is a mistake, and how often it was made.
type Confusion struct {
	Suggested string `json:"suggested"`
	Right     string `json:"right"`
	Times     int    `json:"times"`
}

// mostConfused is how many mistakes a report names.
const mostConfused = 5

// Point is one point of a learning curve: how right the suggestions were since the last one, after so many examples.
type Point struct {
	Examples int     `json:"examples"`
	Accuracy float64 `json:"accuracy"`
	Top3     float64 `json:"top3"`
}

// curvePoints is how many points a learning curve has.
const curvePoints = 20

// Evaluate learns train in order and is then tried on test. The cold start takes part if every label is a code of the
// chart.
func Evaluate(train, test []Row, s Setup) Report {
	e := newExam(s, train, test)
	start := e.now()
	for i, r := range train {
		e.learn(i, r)
	}
	e.report.TrainSeconds = e.now().Sub(start).Seconds()
	start = e.now()
	for _, r := range test {
		e.try(r)
	}
	if len(test) > 0 {
		e.report.SuggestMicros = float64(e.now().Sub(start).Microseconds()) / float64(len(test))
	}
	return e.finish()
}

// Prequential tries each row and then learns it, in order, which is how a desk lives: a row is never known beforehand.
func Prequential(history []Row, s Setup) Report {
	e := newExam(s, nil, history)
	e.report.Train = len(history)
	if e.report.Known {
		e.alone, e.report.Unlearned = newEngine(e.engine.cold), &Point{}
	}
	var suggesting, learning time.Duration
	for i, r := range history {
		start := e.now()
		e.try(r)
		middle := e.now()
		e.learn(i, r)
		suggesting += middle.Sub(start)
		learning += e.now().Sub(middle)
		e.tryAlone(r)
		if step := max(1, len(history)/curvePoints); (i+1)%step == 0 {
			e.point(i+1, step)
		}
	}
	e.report.TrainSeconds = learning.Seconds()
	e.report.SuggestMicros = float64(suggesting.Microseconds()) / float64(max(1, len(history)))
	return e.finish()
}

// exam is one evaluation at work.
type exam struct {
	now     func() time.Time
	engine  *engine
	alone   *engine // the cold start, which learns nothing; nil if it is not asked
	report  Report
	answers []answer
}

// answer is what became of one tried row.
type answer struct {
	want, got  string
	confidence float64
	within3    bool
}

func newExam(s Setup, train, test []Row) *exam {
	e := &exam{now: s.Now, report: Report{Train: len(train), Test: len(test)}}
	if e.now == nil {
		e.now = func() time.Time { return time.Time{} }
	}
	coded := s.Chart != nil && s.Lexicon != nil
	for _, rows := range [...][]Row{train, test} {
		for _, r := range rows {
			var c chart.Code
			coded = coded && c.UnmarshalText([]byte(r.Label)) == nil && !c.IsZero()
			if coded {
				_, coded = s.Chart.Lookup(c)
			}
		}
	}
	e.engine = newEngine(nil)
	if e.report.Known = coded; coded {
		e.engine = newEngine(newCold(s.Chart, s.Lexicon))
		e.engine.cold.school() // no suggestion's cost
	}
	return e
}

func (e *exam) learn(i int, r Row) { e.engine.learn(strconv.Itoa(i), r.mail(), r.Label) }

func (e *exam) try(r Row) { e.answers = append(e.answers, e.engine.answer(r)) }

// tryAlone tries what learns nothing, if it is asked.
func (e *exam) tryAlone(r Row) {
	if e.alone == nil {
		return
	}
	a, p := e.alone.answer(r), e.report.Unlearned
	share := 1 / float64(e.report.Test)
	if a.got == a.want {
		p.Accuracy += share
	}
	if a.within3 {
		p.Top3 += share
	}
}

func (e *engine) answer(r Row) answer {
	v := e.view(r.mail())
	order := v.order()
	a := answer{want: r.Label}
	for i, k := range order[:min(3, len(order))] {
		label := e.learner.labels[k]
		if i == 0 {
			a.got, a.confidence = label, v.p[k]
		}
		a.within3 = a.within3 || label == r.Label
	}
	return a
}

// point adds the last answers to the learning curve.
func (e *exam) point(examples, last int) {
	p := Point{Examples: examples}
	for _, a := range e.answers[len(e.answers)-last:] {
		if a.got == a.want {
			p.Accuracy += 1 / float64(last)
		}
		if a.within3 {
			p.Top3 += 1 / float64(last)
		}
	}
	e.report.Curve = append(e.report.Curve, p)
}

func (e *exam) finish() Report {
	n := float64(max(1, len(e.answers)))
	type tally struct{ hit, wrong, missed float64 }
	tallies := make(map[string]*tally)
	of := func(label string) *tally {
		if tallies[label] == nil {
			tallies[label] = &tally{}
		}
		return tallies[label]
	}
	for _, a := range e.answers {
		if a.got == a.want {
			e.report.Accuracy += 1 / n
			of(a.want).hit++
		} else {
			of(a.want).missed++
			if a.got != "" {
				of(a.got).wrong++
			}
		}
		if a.within3 {
			e.report.Top3 += 1 / n
		}
	}
	labels := make([]string, 0, len(tallies))
	for label := range tallies {
		labels = append(labels, label)
	}
	slices.Sort(labels)
	for _, label := range labels {
		t := tallies[label]
		e.report.MacroF1 += 2 * t.hit / (2*t.hit + t.wrong + t.missed) / float64(len(labels))
	}
	e.report.CalibrationError = calibrationError(e.answers)
	e.report.Confused = confused(e.answers)
	return e.report
}

// confused are the most frequent mistakes, the most frequent first.
func confused(answers []answer) (all []Confusion) {
	for _, a := range answers {
		if a.got == a.want || a.got == "" {
			continue
		}
		i := slices.IndexFunc(all, func(c Confusion) bool { return c.Suggested == a.got && c.Right == a.want })
		if i < 0 {
			i = len(all)
			all = append(all, Confusion{Suggested: a.got, Right: a.want})
		}
		all[i].Times++
	}
	slices.SortFunc(all, func(a, b Confusion) int {
		return cmp.Or(cmp.Compare(b.Times, a.Times), cmp.Compare(a.Suggested, b.Suggested), cmp.Compare(a.Right, b.Right))
	})
	return all[:min(mostConfused, len(all))]
}

// calibrationError is the mean distance between confidence and accuracy over fifteen bins of equal width (Naeini et al.,
// "Obtaining Well Calibrated Probabilities Using Bayesian Binning", 2015).
func calibrationError(answers []answer) float64 {
	const bins = 15
	var right, sure [bins]float64
	for _, a := range answers {
		b := min(bins-1, int(a.confidence*bins))
		sure[b] += a.confidence
		if a.got == a.want {
			right[b]++
		}
	}
	sum := 0.0
	for b := range bins {
		sum += math.Abs(right[b] - sure[b])
	}
	return sum / float64(max(1, len(answers)))
}

// order returns label numbers, the likeliest first.
func (v *view) order() []int {
	out := make([]int, len(v.p))
	for i := range out {
		out[i] = i
	}
	slices.SortStableFunc(out, func(a, b int) int { return cmp.Compare(v.p[b], v.p[a]) })
	return out
}
