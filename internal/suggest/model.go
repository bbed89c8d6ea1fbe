package suggest

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"triaged/internal/chart"
)

// Model is the cold start and the learner together. Any number of goroutines may call Suggest and Emergency while one
// calls Learn or Unlearn.
type Model struct {
	mu     sync.RWMutex
	engine *engine
}

// New returns a model that has learned nothing yet.
func New(c *chart.Chart, lex *Lexicon) *Model {
	return &Model{engine: newEngine(newCold(c, lex))}
}

// Prepare reads what the cold start is taught, which the first question would otherwise wait for: a third of a second.
func (m *Model) Prepare() {
	m.cold().school()
}

// reasons is how many reasons a suggestion gives at most.
const reasons = 3

// Suggest returns up to n codes, the likeliest first; none for a mail without a word. Confidences of all codes add up to
// one.
func (m *Model) Suggest(mail Mail, n int) []Suggestion {
	if !slices.ContainsFunc(append([]string{mail.Subject, mail.Text}, mail.Attachments...), hasWord) {
		return nil
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	v := m.engine.view(mail)
	order := v.order()
	out := make([]Suggestion, 0, max(0, min(n, len(order))))
	for _, k := range order[:cap(out)] {
		code := m.engine.cold.codes[k]
		s := Suggestion{Code: code, Confidence: v.p[k], Because: m.engine.cold.because(v.opinion, k, reasons)}
		if ids := m.engine.learner.like(v.sims, k, 2); len(ids) > 0 {
			s.Because = append(s.Because, likeWords(ids, code))
		}
		out = append(out, s)
	}
	return out
}

// likeWords returns "like SR-81 and SR-97, both 1-3".
func likeWords(ids []string, code chart.Code) string {
	if len(ids) == 1 {
		return fmt.Sprintf("like %s, %v", ids[0], code)
	}
	return fmt.Sprintf("like %s, both %v", strings.Join(ids, " and "), code)
}

// Learn takes in that a request was given a code, in place of what was learned under its id before. The id is a
// request's number as people write it ("SR-81"): suggestions name it as a reason. A code that the chart no longer has is
// an error, and takes back what was learned under the id.
func (m *Model) Learn(id string, mail Mail, code chart.Code) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.engine.learner.number[code.String()]; !ok {
		m.engine.learner.unlearn(id)
		return fmt.Errorf("%s: cannot learn %q: the chart has no such code", id, code)
	}
	m.engine.learn(id, mail, code.String())
	return nil
}

// Unlearn takes back what was learned under an id, as when a request turns out to be spam, or its author is forgotten.
// It reports whether there was something.
func (m *Model) Unlearn(id string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.engine.learner.unlearn(id)
}

// Fresh returns a model that has learned nothing, with the same cold start.
func (m *Model) Fresh() *Model {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return &Model{engine: newEngine(m.engine.cold)}
}

// Become makes the model what another is. The other must not be used any more.
func (m *Model) Become(other *Model) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.engine = other.engine
}

// Learned returns how many examples the model stands on.
func (m *Model) Learned() int {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.engine.learner.n
}
