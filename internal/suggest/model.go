package suggest

import (
	"cmp"
	"math"
	"slices"
	"sync"

	"triaged/internal/chart"
)

// Model is the cold start and the learner together. Any number of goroutines may call Suggest and Emergency while one
// calls Learn or Unlearn.
type Model struct {
	cold *cold
	mu   sync.RWMutex
}

// New returns a model that has learned nothing yet.
func New(c *chart.Chart, lex *Lexicon) *Model {
	return &Model{cold: newCold(c, lex)}
}

// Suggest returns up to n codes, the likeliest first.
func (m *Model) Suggest(mail Mail, n int) []Suggestion {
	m.mu.RLock()
	defer m.mu.RUnlock()
	o := m.cold.judge(mail)
	order := make([]int, len(o.logp))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(o.logp[b], o.logp[a]) })
	var out []Suggestion
	for _, i := range order[:min(n, len(order))] {
		out = append(out, Suggestion{Code: m.cold.codes[i], Confidence: math.Exp(o.logp[i]), Because: m.cold.because(o, i, 3)})
	}
	return out
}
