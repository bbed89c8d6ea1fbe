package suggest

import "math"

// blend turns what the judges say into probabilities: a logistic regression over their scores, one weight a judge and
// one bias a label. It is trained on predictions made before an example was learned, so it knows how good they really
// are; that is what calibrates the confidence and hands the word to the learner as evidence grows.
type blend struct {
	weight [judges]float64
	past   [judges]float64 // decayed squares of gradients (AdaGrad)
	bias   []float64
	biased []float64 // the same for biases
}

const (
	judgeLinear = iota
	judgeNeighbours
	judgeCold
	judgeBook  // what the textbook of the cold start speaks for
	judgeHabit // how often each label is used at all
	judges
)

const (
	blendStep = 0.06
	biasStep  = 0.03
	blendKeep = 0.999
)

// firstWeights are those of a blend that has not learned anything. The cold start's are such that, on mails which it was not
// made for, its confidence is what it says.
var firstWeights = [judges]float64{judgeLinear: 5.7, judgeNeighbours: 0.4, judgeCold: 0.5, judgeBook: 8, judgeHabit: 0.2}

// aloneWeight is the first weight of the linear judge where there is no cold start, whose mistakes are plainer to see than what
// a label means.
const aloneWeight = 3

func newBlend() blend { return blend{weight: firstWeights} }

// start returns what the cold start speaks for each label as margins of another judge, in a blend that has not learned
// anything. A linear classifier that starts from there learns only where the cold start is wrong or in doubt, and so neither
// repeats it nor, while examples are few, drowns it.
func (k known) start(judge int) []float32 {
	if k.rules == nil {
		return nil
	}
	out := make([]float32, len(k.rules))
	for i := range out {
		speaks := firstWeights[judgeCold] * logOdds(k.rules[i])
		if k.book != nil {
			speaks += firstWeights[judgeBook] * k.book[i]
		}
		out[i] = float32(speaks / firstWeights[judge])
	}
	return out
}

// mostOdds bounds logarithms of odds: beyond, rules are as sure as they can be.
const mostOdds = 6

func logOdds(logp float64) float64 {
	return max(-mostOdds, min(mostOdds, logp-math.Log1p(-math.Exp(min(logp, -1e-6)))))
}

// views are the judges' scores of one mail, by judge and label; a judge that is absent has none.
type views [judges][]float64

// probabilities fills p.
func (b *blend) probabilities(v *views, p []float64) {
	for k := range p {
		p[k] = 0
		if k < len(b.bias) {
			p[k] = b.bias[k]
		}
		for j, s := range v {
			if s != nil {
				p[k] += b.weight[j] * s[k]
			}
		}
	}
	logNormalize(p)
	for k := range p {
		p[k] = math.Exp(p[k])
	}
}

// learn moves the weights towards having given label the probability that it deserved.
func (b *blend) learn(v *views, p []float64, label int) {
	for len(b.bias) < len(p) {
		b.bias, b.biased = append(b.bias, 0), append(b.biased, 1)
	}
	var gradient [judges]float64
	for k := range p {
		miss := p[k]
		if k == label {
			miss--
		}
		for j, s := range v {
			if s != nil {
				gradient[j] += miss * s[k]
			}
		}
		b.biased[k] = blendKeep*b.biased[k] + miss*miss
		b.bias[k] -= biasStep * miss / math.Sqrt(b.biased[k])
	}
	for j, g := range gradient {
		b.past[j] = blendKeep*b.past[j] + g*g
		if b.past[j] > 0 {
			b.weight[j] = max(0, b.weight[j]-blendStep*g/math.Sqrt(b.past[j]+1))
		}
	}
}
