package suggest

import (
	"crypto/sha256"
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"triaged/internal/chart"
	"triaged/internal/strict"
)

// Lexicon is what the cold start knows besides the chart: concepts, which are words of several languages that mean one
// thing, and rules, which say what concepts met together speak for. It is immutable.
type Lexicon struct {
	concepts []concept
	byName   map[string]int // concept and group names -> position in names
	names    []string       // concepts, then groups; a mail's reading is one bit for each
	rules    []rule
	prior    map[string]float64
	words    *vocabulary
	identity string
}

// Identity tells two lexicons apart by their texts.
func (l *Lexicon) Identity() string { return l.identity }

// lexiconFile is the TOML form.
type lexiconFile struct {
	// Prior says how common codes are: a code, "1-*" for a category, or the name of a priority; natural logarithms.
	Prior map[string]float64 `toml:"prior"`
	// Concept names: words that mean one thing.
	Concept map[string]conceptFile `toml:"concept"`
	// Rule: what concepts that occur together speak for.
	Rule []ruleFile `toml:"rule"`
}

type conceptFile struct {
	Is        []string `toml:"is"`        // groups it belongs to
	En        []string `toml:"en"`        // words and phrases; "=word" is matched letter by letter, "#" is a word with a digit, "*" up to three words
	Es        []string `toml:"es"`        // the same in Spanish
	Negatable bool     `toml:"negatable"` // does not count after "not", "no", "nobody thinks"
	Quiet     bool     `toml:"quiet"`     // never given as a reason
}

type ruleFile struct {
	If    []string           `toml:"if"`    // all must hold: a concept or group, "a|b" one of them, "!a" not, "by:a" of the author's title or place
	Score map[string]float64 `toml:"score"` // added to codes, in natural logarithms
	Alert string             `toml:"alert"` // what analysts are told at once
	Calm  bool               `toml:"calm"`  // no emergency, unless a rule with an alert holds too

	Outage bool `toml:"outage"` // the alert says no more than that something is down for many
}

type concept struct {
	name      string
	groups    []int
	negatable bool
	quiet     bool
}

//go:embed lexicon.toml
var defaultLexicon []byte

var builtin = sync.OnceValue(func() *Lexicon {
	l, err := ParseLexicon("lexicon.toml", defaultLexicon)
	if err != nil {
		panic(err) // the file is part of the program, and tested with it
	}
	return l
})

// DefaultLexicon returns the built-in lexicon of a school district, in English and Spanish.
func DefaultLexicon() *Lexicon { return builtin() }

// DefaultLexiconTOML returns the text of the built-in lexicon, for a district to read and to extend.
func DefaultLexiconTOML() []byte { return slices.Clone(defaultLexicon) }

// ParseLexicon reads a lexicon of its own. name is the file's, for errors, which name the line; several come joined.
func ParseLexicon(name string, text []byte) (*Lexicon, error) {
	f, err := readLexicon(name, text)
	if err != nil {
		return nil, err
	}
	l, err := (&compiler{name: name, file: f, lines: strict.Lines(text)}).compile()
	l.identity = identityOf(text)
	return l, err
}

// ExtendLexicon reads a district's additions to the built-in lexicon: a concept that exists gains words and groups, a
// new one is new, rules are added, priors replaced. It is strict, as a slip would pass in silence otherwise: the codes that
// are scored must be those of the chart, and a new concept must be asked for by some rule.
func ExtendLexicon(c *chart.Chart, name string, text []byte) (*Lexicon, error) {
	base, err := readLexicon("lexicon.toml", defaultLexicon)
	if err != nil {
		return nil, err
	}
	more, err := readLexicon(name, text)
	if err != nil {
		return nil, err
	}
	k := &compiler{name: name, file: base, lines: strict.Lines(text), ownRules: len(base.Rule)}
	known := slices.Sorted(maps.Keys(base.Concept))
	base.gain(more)
	l, err := k.compile()
	if err != nil {
		return nil, err
	}
	k.checkCodes(c, more)
	k.checkUse(l, more, known)
	l.identity = identityOf(text)
	return l, errors.Join(k.errs...)
}

// gain adds what another file has.
func (f *lexiconFile) gain(more *lexiconFile) {
	for n, c := range more.Concept {
		b := f.Concept[n]
		b.Is = slices.Concat(b.Is, c.Is)
		b.En = slices.Concat(b.En, c.En)
		b.Es = slices.Concat(b.Es, c.Es)
		b.Negatable = b.Negatable || c.Negatable
		b.Quiet = b.Quiet || c.Quiet
		f.Concept[n] = b
	}
	f.Rule = append(f.Rule, more.Rule...)
	maps.Copy(f.Prior, more.Prior)
}

func identityOf(text []byte) string { return fmt.Sprintf("%x", sha256.Sum256(text)) }

func readLexicon(name string, text []byte) (*lexiconFile, error) {
	f := &lexiconFile{}
	if err := strict.Decode(name, text, f); err != nil {
		return nil, err
	}
	if f.Concept == nil {
		f.Concept = make(map[string]conceptFile)
	}
	if f.Prior == nil {
		f.Prior = make(map[string]float64)
	}
	return f, nil
}

// compiler makes a Lexicon of what was read, and collects what is wrong with it.
type compiler struct {
	name     string
	file     *lexiconFile
	lines    *strict.Places
	ownRules int // where the file's own rules begin
	errs     []error
}

// fail records an error at a line; 0 is no line.
func (k *compiler) fail(line int, format string, args ...any) {
	at := k.name
	if line > 0 {
		at = fmt.Sprintf("%s:%d", k.name, line)
	}
	k.errs = append(k.errs, fmt.Errorf("%s: %s", at, fmt.Sprintf(format, args...)))
}

// compile numbers concepts and groups in the order of their names, so that nothing hangs on a map's order.
func (k *compiler) compile() (*Lexicon, error) {
	l := &Lexicon{byName: make(map[string]int), prior: k.file.Prior, words: newVocabulary()}
	names := slices.Sorted(maps.Keys(k.file.Concept))
	for i, n := range names {
		l.byName[n] = i
		l.names = append(l.names, n)
	}
	k.groups(l, names)
	for i, n := range names {
		k.concept(l, i, n)
	}
	l.words.finish()
	for _, key := range slices.Sorted(maps.Keys(k.file.Prior)) {
		if err := finite(k.file.Prior[key]); err != nil {
			k.fail(k.lines.Of("prior."+key), "prior of %q is %v", key, err)
		}
	}
	for i, r := range k.file.Rule {
		c, err := l.compileRule(r)
		if err != nil {
			k.fail(k.ruleLine(i), "rule with if = %q: %v", r.If, err)
		}
		c.own = k.ownRules > 0 && i >= k.ownRules
		l.rules = append(l.rules, c)
	}
	return l, errors.Join(k.errs...)
}

func (k *compiler) ruleLine(i int) int {
	if i < k.ownRules {
		return 0
	}
	return k.lines.Element("rule", i-k.ownRules)
}

// groups numbers the groups after the concepts.
func (k *compiler) groups(l *Lexicon, names []string) {
	for _, n := range names {
		for _, g := range k.file.Concept[n].Is {
			if i, ok := l.byName[g]; ok && i < len(names) {
				k.fail(k.lines.Of("concept."+n), "concept %q is in group %q, which is a concept itself: rename one", n, g)
			} else if !ok {
				l.byName[g] = len(l.names)
				l.names = append(l.names, g)
			}
		}
	}
}

func (k *compiler) concept(l *Lexicon, i int, name string) {
	f := k.file.Concept[name]
	c := concept{name: name, negatable: f.Negatable, quiet: f.Quiet}
	for _, g := range f.Is {
		c.groups = append(c.groups, l.byName[g])
	}
	l.concepts = append(l.concepts, c)
	for _, phrase := range slices.Concat(f.En, f.Es) {
		if err := l.words.add(phrase, i); err != nil {
			k.fail(k.lines.Of("concept."+name), "concept %q: %v", name, err)
		}
	}
}

// checkCodes refuses scores and priors of a file for codes that the chart does not have.
func (k *compiler) checkCodes(c *chart.Chart, f *lexiconFile) {
	at := make(map[chart.Code]int)
	var known []string
	for i, e := range c.Entries() {
		at[e.Code] = i
		known = append(known, e.Code.String(), e.PriorityName)
	}
	check := func(line int, where, key string) {
		if len(resolve(c, at, key)) == 0 {
			k.fail(line, "%s: the chart has no code and no priority %q%s", where, key, orNearest(key, known))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(f.Prior)) {
		check(k.lines.Of("prior."+key), "prior", key)
	}
	for i, r := range f.Rule {
		for _, key := range slices.Sorted(maps.Keys(r.Score)) {
			check(k.lines.Element("rule", i), fmt.Sprintf("rule with if = %q", r.If), key)
		}
	}
}

// checkUse refuses new concepts that no rule asks for.
func (k *compiler) checkUse(l *Lexicon, f *lexiconFile, known []string) {
	for _, n := range slices.Sorted(maps.Keys(f.Concept)) {
		if !l.asked(l.byName[n]) {
			k.fail(k.lines.Of("concept."+n), "no rule asks for concept %q or a group of it%s", n, orNearest(n, known))
		}
	}
}

// asked tells whether a rule asks for a concept or a group it is in, or the program itself does.
func (l *Lexicon) asked(concept int) bool {
	for _, r := range l.rules {
		for _, c := range r.conditions {
			for _, n := range c.of {
				if n == concept || slices.Contains(l.concepts[concept].groups, n) {
					return true
				}
			}
		}
	}
	return false
}

// orNearest adds a question after the known word that was most likely meant, if there is one.
func orNearest(s string, known []string) string {
	if near := strict.Nearest(s, known); near != "" {
		return fmt.Sprintf(", did you mean %q?", near)
	}
	return ""
}
