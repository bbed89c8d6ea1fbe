package suggest

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestCalibrationKeepsOrderAndSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c calibration
		for range rapid.IntRange(0, 200).Draw(t, "tries") {
			c.learn(rapid.Float64Range(0, 1).Draw(t, "confidence"), rapid.Bool().Draw(t, "right"))
		}
		p := rapid.SliceOfN(rapid.Float64Range(-8, 0), 1, 12).Draw(t, "scores")
		logNormalize(p)
		for i := range p {
			p[i] = math.Exp(p[i])
		}
		before := slices.Clone(p)
		c.apply(p)
		sum := 0.0
		for i := range p {
			sum += p[i]
			if p[i] < 0 || p[i] > 1 {
				t.Fatalf("probability %g", p[i])
			}
			for j := range p {
				if before[i] > before[j] && p[i] < p[j] {
					t.Fatalf("%v became %v: the order changed", before, p)
				}
			}
		}
		if math.Abs(sum-1) > 1e-9 {
			t.Fatalf("%v adds up to %g", p, sum)
		}
	})
}

func TestCalibrationFindsOverconfidence(t *testing.T) {
	var c calibration
	for i := range 1000 {
		c.learn(.9, i%2 == 0)
	}
	p := []float64{.05, .9, .05}
	c.apply(p)
	if math.Abs(p[1]-.5) > .03 {
		t.Errorf("right in half of its tries at .9, now says %.2f", p[1])
	}
}

func TestCalibrationError(t *testing.T) {
	var answers []answer
	for i := range 100 {
		a := answer{want: "x", got: "x", confidence: .9}
		if i >= 70 {
			a.got = "y"
		}
		answers = append(answers, a)
	}
	if got := calibrationError(answers); math.Abs(got-.2) > 1e-9 {
		t.Errorf("sure of .9, right in .7: error %.3f, want .2", got)
	}
}
