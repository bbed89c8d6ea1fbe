package suggest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// rule says what concepts that occur together speak for.
type rule struct {
	conditions []condition
	keys       []string // codes, categories or priorities, in order
	weights    []float64
	alert      string
	outage     bool // the alert says no more than that something is down for many
	calm       bool // no emergency, unless a rule with an alert says so
	own        bool // a district's, which knows best what is an emergency there
}

// condition holds if one of its names was met, or, negated, if none was.
type condition struct {
	of      []int  // positions in Lexicon.names
	byTitle []bool // whether the author's title or place is meant rather than the text
	not     bool
}

func (l *Lexicon) compileRule(f ruleFile) (rule, error) {
	r := rule{alert: f.Alert, outage: f.Outage, calm: f.Calm}
	if len(f.If) == 0 {
		return r, fmt.Errorf("a rule needs a condition")
	}
	if len(f.Score) == 0 && f.Alert == "" && !f.Calm {
		return r, fmt.Errorf("a rule needs a score, an alert, or to be calm")
	}
	if f.Outage && f.Alert == "" {
		return r, fmt.Errorf("outage = true is said of an alert, and the rule has none")
	}
	if f.Alert != "" && f.Calm {
		return r, fmt.Errorf("a rule with an alert cannot be calm")
	}
	for _, s := range f.If {
		c := condition{}
		s, c.not = strings.CutPrefix(s, "!")
		for name := range strings.SplitSeq(s, "|") {
			name, by := strings.CutPrefix(strings.TrimSpace(name), "by:")
			i, ok := l.byName[name]
			if !ok {
				return r, fmt.Errorf("no concept or group is called %q%s", name, orNearest(name, l.names))
			}
			c.of = append(c.of, i)
			c.byTitle = append(c.byTitle, by)
		}
		r.conditions = append(r.conditions, c)
	}
	r.keys = slices.Sorted(maps.Keys(f.Score))
	for _, k := range r.keys {
		if err := finite(f.Score[k]); err != nil {
			return r, fmt.Errorf("score of %q is %w", k, err)
		}
		r.weights = append(r.weights, f.Score[k])
	}
	return r, nil
}

// maxScore bounds scores, which are logarithms: e^50 is certainty.
const maxScore = 50

func finite(v float64) error {
	if !(v >= -maxScore && v <= maxScore) {
		return fmt.Errorf("%v: give a number from -%d to %d", v, maxScore, maxScore)
	}
	return nil
}

// fires tells whether all conditions hold.
func (r *rule) fires(m *reading) bool {
	for i := range r.conditions {
		if !r.conditions[i].holds(m) {
			return false
		}
	}
	return true
}

func (c *condition) holds(m *reading) bool {
	for i, n := range c.of {
		if c.byTitle[i] && m.by[n] || !c.byTitle[i] && m.met[n] {
			return !c.not
		}
	}
	return c.not
}
