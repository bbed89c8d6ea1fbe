package suggest

import (
	"slices"
	"strings"
)

// reading is what a lexicon makes of one mail: which concepts and groups it met, and by which words.
type reading struct {
	met []bool   // of the mail's own words, by position in Lexicon.names
	by  []bool   // of the author's title, team and campus
	say []string // by concept: the words that met it, for reasons
}

// negators are the words after which a negatable concept does not count.
var negators = map[string]bool{"not": true, "no": true, "isnt": true, "dont": true, "doesnt": true, "didnt": true, "wasnt": true, "never": true,
	"nothing": true, "nor": true, "without": true, "arent": true, "werent": true, "sin": true, "nada": true, "nunca": true, "tampoco": true}

// Two concepts are met by what is known of a mail: testingWindow by Mail.Testing, ownCampus by a mail that says the name of
// its author's campus.
const testingWindow, ownCampus = "testing_window", "own_campus"

// read finds the lexicon's concepts in a mail.
func (l *Lexicon) read(m *scanned) *reading {
	r := &reading{met: make([]bool, len(l.names)), by: make([]bool, len(l.names)), say: make([]string, len(l.concepts))}
	for _, words := range [...][]token{m.subject, m.text, m.files} {
		l.words.find(words, func(c, from, to int) {
			k := &l.concepts[c]
			if k.negatable && negated(words[:from]) {
				return
			}
			if r.say[c] == "" && !k.quiet {
				r.say[c] = spoken(words[from:to])
			}
			l.mark(r.met, c)
		})
	}
	for _, text := range [...]string{m.Title, m.Campus, m.Team} {
		l.words.find(tokens(text), func(c, from, to int) { l.mark(r.by, c) })
	}
	if c, ok := l.byName[testingWindow]; ok && m.Testing {
		l.mark(r.met, c)
	}
	if c, ok := l.byName[ownCampus]; ok && namesCampus(m) {
		l.mark(r.met, c)
	}
	return r
}

func (l *Lexicon) mark(met []bool, c int) {
	met[c] = true
	for _, g := range l.concepts[c].groups {
		met[g] = true
	}
}

func negated(before []token) bool {
	for i := max(0, len(before)-negations); i < len(before); i++ {
		if negators[before[i].fold] {
			return true
		}
	}
	return false
}

// spoken returns words as a reason says them.
func spoken(words []token) string {
	parts := make([]string, len(words))
	for i, w := range words {
		parts[i] = w.text
	}
	return strings.Join(parts, " ")
}

// spokenFor returns the mail's words that met a rule's conditions.
func (l *Lexicon) spokenFor(m *reading, rule int) []string {
	var out []string
	for _, c := range l.rules[rule].conditions {
		if c.not {
			continue
		}
		for i, n := range c.of {
			if c.byTitle[i] {
				continue
			}
			if s := l.saidFor(m, n); s != "" {
				out = append(out, s)
				break
			}
		}
	}
	return out
}

// saidFor returns the mail's words for a concept, or for the first concept of a group.
func (l *Lexicon) saidFor(m *reading, name int) string {
	if name < len(l.concepts) {
		return m.say[name]
	}
	for i := range l.concepts {
		if m.say[i] != "" && slices.Contains(l.concepts[i].groups, name) {
			return m.say[i]
		}
	}
	return ""
}
