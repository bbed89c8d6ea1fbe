package suggest

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"sync"

	"triaged/internal/chart"
)

// cold is the cold start: a chart and a lexicon, bound to each other. It does not change.
type cold struct {
	lexicon *Lexicon
	codes   []chart.Code
	prior   []float64
	effects [][]effect          // by rule
	own     map[string][]effect // the chart's own words, and what each is worth to the codes that use it
	school  func() *schooled    // what the textbook teaches, read when somebody first asks: it takes a while
}

// effect is what a rule adds to one code's score.
type effect struct {
	code   int // position in codes
	weight float64
}

// sharpness turns the rules' sum into a probability's logarithm. Below 1, because rules that fire together often say
// the same thing twice; set so that on the textbook confidence is what it says.
const sharpness = 1.0

// ownWords is how much the words that only one code of the chart uses count, all of them met together.
const ownWords = 1.5

func newCold(c *chart.Chart, l *Lexicon) *cold {
	if c == chart.Default() && l == builtin() {
		return builtinCold()
	}
	return taughtCold(c, l, textbook())
}

// builtinCold is that of the built-in chart and lexicon, which most desks have: reading the textbook takes a while.
var builtinCold = sync.OnceValue(func() *cold { return taughtCold(chart.Default(), builtin(), textbook()) })

func taughtCold(c *chart.Chart, l *Lexicon, book []bookMail) *cold {
	k := &cold{lexicon: l}
	at := make(map[chart.Code]int)
	for i, e := range c.Entries() {
		at[e.Code] = i
		k.codes = append(k.codes, e.Code)
	}
	k.prior = make([]float64, len(k.codes))
	for key, w := range l.prior {
		for _, i := range resolve(c, at, key) {
			k.prior[i] += w
		}
	}
	k.effects = make([][]effect, len(l.rules))
	for i, r := range l.rules {
		for j, key := range r.keys {
			for _, code := range resolve(c, at, key) {
				k.effects[i] = append(k.effects[i], effect{code: code, weight: r.weights[j]})
			}
		}
	}
	k.own = chartWords(c)
	k.school = sync.OnceValue(func() *schooled { return school(k, book) })
	return k
}

// resolve returns the positions of the codes that a score's key names: "1-3", "1-*", or a priority's name, such as
// "instructional", which stands for every code that bears it. A key that this chart has nothing for names none, so that
// one lexicon serves charts that lack a row.
func resolve(c *chart.Chart, at map[chart.Code]int, key string) []int {
	var out []int
	if codes, err := c.Select(key); err == nil {
		for _, code := range codes {
			out = append(out, at[code])
		}
		return out
	}
	for i, e := range c.Entries() {
		if strings.EqualFold(e.PriorityName, key) {
			out = append(out, i)
		}
	}
	return out
}

// chartWords weighs the chart's own words for each code by how few codes use them.
func chartWords(c *chart.Chart) map[string][]effect {
	users := make(map[string][]effect)
	for i, e := range c.Entries() {
		for _, s := range append([]string{e.CategoryName, e.PriorityName, e.Description}, e.Items...) {
			for _, t := range tokens(s) {
				u := users[t.stem]
				if len(t.stem) > 3 && (len(u) == 0 || u[len(u)-1].code != i) {
					users[t.stem] = append(u, effect{code: i})
				}
			}
		}
	}
	for _, u := range users {
		w := math.Log(float64(1+len(c.Entries())) / float64(len(u)))
		for i := range u {
			u[i].weight = w
		}
	}
	return users
}

// opinion is what the cold start thinks of one mail.
type opinion struct {
	*reading
	lexicon *Lexicon
	fired   []int     // rules
	logp    []float64 // by position in cold.codes
}

func (k *cold) judge(m *scanned) *opinion {
	o := &opinion{reading: k.lexicon.read(m), lexicon: k.lexicon, logp: slices.Clone(k.prior)}
	for i := range k.lexicon.rules {
		if !k.lexicon.rules[i].fires(o.reading) {
			continue
		}
		o.fired = append(o.fired, i)
		for _, e := range k.effects[i] {
			o.logp[e.code] += e.weight
		}
	}
	k.addOwnWords(o, m)
	for i := range o.logp {
		o.logp[i] *= sharpness
	}
	logNormalize(o.logp)
	return o
}

// addOwnWords scores what the mail shares with the chart's own wording of each code.
func (k *cold) addOwnWords(o *opinion, m *scanned) {
	var seen []string
	shared := make([]float64, len(k.codes))
	for _, words := range [...][]token{m.subject, m.text} {
		for _, t := range words {
			uses, ok := k.own[t.stem]
			if !ok || slices.Contains(seen, t.stem) {
				continue
			}
			seen = append(seen, t.stem) // at most as many as the chart has words
			for _, e := range uses {
				shared[e.code] += e.weight
			}
		}
	}
	for i, s := range shared {
		o.logp[i] += ownWords * s / (s + 10)
	}
}

// because returns up to n short reasons for a code: the mail's words that spoke for it, the weightiest rules first.
func (k *cold) because(o *opinion, code, n int) []string {
	type voice struct {
		rule   int
		weight float64
	}
	var voices []voice
	for _, r := range o.fired {
		w := 0.0
		for _, e := range k.effects[r] {
			if e.code == code {
				w += e.weight
			}
		}
		if w > 0 {
			voices = append(voices, voice{r, w})
		}
	}
	slices.SortStableFunc(voices, func(a, b voice) int { return cmp.Compare(b.weight, a.weight) })
	var out []string
	for _, v := range voices {
		for _, s := range k.lexicon.spokenFor(o.reading, v.rule) {
			if len(out) < n && !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	return out
}

// logNormalize shifts logarithms so that their exponentials add up to one.
func logNormalize(x []float64) {
	if len(x) == 0 {
		return
	}
	top := slices.Max(x)
	sum := 0.0
	for _, v := range x {
		sum += math.Exp(v - top)
	}
	shift := top + math.Log(sum)
	for i := range x {
		x[i] -= shift
	}
}
