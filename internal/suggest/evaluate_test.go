package suggest

import (
	"fmt"
	"math"
	"testing"
	"time"

	"triaged/internal/chart"
)

// easy are rows that any learner can tell apart.
func easy(n int) (rows []Row) {
	for i := range n {
		rows = append(rows, []Row{
			{Subject: "lamp", Body: fmt.Sprint("the lamp of the projector burst, number ", i), Label: "Hardware"},
			{Subject: "password", Body: fmt.Sprint("I forgot my password, number ", i), Label: "Access"},
			{Subject: "quote", Body: fmt.Sprint("please order another one, number ", i), Label: "Purchase"},
		}[i%3])
	}
	return rows
}

func TestEvaluate(t *testing.T) {
	ticks := time.Unix(0, 0)
	clock := func() time.Time { ticks = ticks.Add(time.Second); return ticks }
	r := Evaluate(easy(90), easy(30), Setup{Chart: chart.Default(), Lexicon: DefaultLexicon(), Now: clock})
	if r.Train != 90 || r.Test != 30 || r.Accuracy < .999 || r.MacroF1 < .999 || r.Top3 < .999 {
		t.Errorf("%+v, want 90, 30 and all right", r)
	}
	if r.TrainSeconds != 1 || math.Abs(r.SuggestMicros-1e6/30) > 1 {
		t.Errorf("cost %v s and %v µs, want what the clock says", r.TrainSeconds, r.SuggestMicros)
	}
}

func TestEvaluateOfNothing(t *testing.T) {
	for _, r := range []Report{Evaluate(nil, nil, Setup{}), Prequential(nil, Setup{}), Evaluate(nil, easy(3), Setup{})} {
		if r.Accuracy != 0 || math.IsNaN(r.CalibrationError) || math.IsNaN(r.MacroF1) {
			t.Errorf("%+v", r)
		}
	}
}

func TestPrequential(t *testing.T) {
	r := Prequential(easy(200), Setup{})
	if len(r.Curve) != curvePoints || r.Curve[0].Examples != 10 || r.Curve[curvePoints-1].Accuracy < .999 {
		t.Errorf("learning curve %+v", r.Curve)
	}
	if r.Accuracy < .9 || r.Accuracy == 1 { // the first row cannot be known
		t.Errorf("accuracy %v", r.Accuracy)
	}
}

// Where every label is a code of the chart, the cold start is at work from the first row.
func TestEvaluateWithTheColdStart(t *testing.T) {
	held := heldOut(t)
	var rows []Row
	for _, s := range held {
		mail := s.mail()
		rows = append(rows, Row{Label: s.Labels[0].String(), Mail: &mail})
	}
	setup := Setup{Chart: chart.Default(), Lexicon: DefaultLexicon()}
	with, without := Prequential(rows, setup), Prequential(rows, Setup{})
	t.Logf("with the cold start %.3f, without %.3f", with.Accuracy, without.Accuracy)
	if with.Accuracy < .6 || without.Accuracy > with.Accuracy {
		t.Errorf("with the cold start %.3f, without %.3f", with.Accuracy, without.Accuracy)
	}
}
