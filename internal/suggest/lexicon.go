package suggest

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/pelletier/go-toml/v2"
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
}

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

// ParseLexicon reads a lexicon of its own. name is the file's, for errors, which name the line.
func ParseLexicon(name string, text []byte) (*Lexicon, error) {
	f, err := decodeLexicon(name, text)
	if err != nil {
		return nil, err
	}
	return compile(name, f)
}

// ExtendLexicon reads a district's additions to the built-in lexicon: a concept that exists gains words and groups, a
// new one is new, rules are added, priors replaced.
func ExtendLexicon(name string, text []byte) (*Lexicon, error) {
	base, err := decodeLexicon("lexicon.toml", defaultLexicon)
	if err != nil {
		return nil, err
	}
	more, err := decodeLexicon(name, text)
	if err != nil {
		return nil, err
	}
	for n, c := range more.Concept {
		b := base.Concept[n]
		b.Is = append(b.Is, c.Is...)
		b.En = append(b.En, c.En...)
		b.Es = append(b.Es, c.Es...)
		b.Negatable = b.Negatable || c.Negatable
		b.Quiet = b.Quiet || c.Quiet
		base.Concept[n] = b
	}
	base.Rule = append(base.Rule, more.Rule...)
	maps.Copy(base.Prior, more.Prior)
	return compile(name, base)
}

func decodeLexicon(name string, text []byte) (*lexiconFile, error) {
	f := &lexiconFile{}
	err := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(f)
	var strict *toml.StrictMissingError
	var bad *toml.DecodeError
	switch {
	case errors.As(err, &strict):
		row, _ := strict.Errors[0].Position()
		return nil, fmt.Errorf("%s:%d: unknown key %q: a lexicon has [prior], [concept.NAME] with is, en, es, negatable, quiet, and [[rule]] with if, score, alert",
			name, row, strings.Join(strict.Errors[0].Key(), "."))
	case errors.As(err, &bad):
		row, _ := bad.Position()
		return nil, fmt.Errorf("%s:%d: %s", name, row, bad.Error())
	case err != nil:
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if f.Concept == nil {
		f.Concept = make(map[string]conceptFile)
	}
	if f.Prior == nil {
		f.Prior = make(map[string]float64)
	}
	return f, nil
}

// compile numbers concepts and groups in the order of their names, so that nothing hangs on a map's order.
func compile(file string, f *lexiconFile) (*Lexicon, error) {
	l := &Lexicon{byName: make(map[string]int), prior: f.Prior, words: newVocabulary()}
	names := slices.Sorted(maps.Keys(f.Concept))
	for i, n := range names {
		l.byName[n] = i
		l.names = append(l.names, n)
	}
	for _, n := range names {
		for _, g := range f.Concept[n].Is {
			if i, ok := l.byName[g]; ok && i < len(names) {
				return nil, fmt.Errorf("%s: concept %q is in group %q, which is a concept itself: rename one", file, n, g)
			} else if !ok {
				l.byName[g] = len(l.names)
				l.names = append(l.names, g)
			}
		}
	}
	for i, n := range names {
		c := f.Concept[n]
		k := concept{name: n, negatable: c.Negatable, quiet: c.Quiet}
		for _, g := range c.Is {
			k.groups = append(k.groups, l.byName[g])
		}
		l.concepts = append(l.concepts, k)
		for _, phrase := range append(slices.Clone(c.En), c.Es...) {
			if err := l.words.add(phrase, i); err != nil {
				return nil, fmt.Errorf("%s: concept %q: %w", file, n, err)
			}
		}
	}
	l.words.finish()
	if err := finite("prior", f.Prior); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	for i, r := range f.Rule {
		k, err := l.compileRule(r)
		if err != nil {
			return nil, fmt.Errorf("%s: rule %d (if = %q): %w", file, i+1, r.If, err)
		}
		l.rules = append(l.rules, k)
	}
	return l, nil
}
