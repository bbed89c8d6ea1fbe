package suggest

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// vocabulary finds a lexicon's words and phrases in text, also with one letter wrong.
type vocabulary struct {
	phrases map[string][]phrase // by the first word's stem, longest first; "#" for those that begin with any number
	exact   map[string][]phrase // by the first word as it is, where that is "=word"
	known   map[string]bool     // stems that are words of the lexicon
	near    map[string]string   // a long stem with one letter left out -> the stem
}

// phrase is a sequence of words that means a concept.
type phrase struct {
	words   []choice
	concept int
}

// choice is the words of which one must stand at a place: each a stem, "=word" to be matched letter by letter, or "#", any
// word with a digit. "*" alone stands for up to maxGap words, two for twice as many.
type choice []string

func (c choice) gap() bool { return c[0] == "*" }

const (
	maxGap    = 3
	typoStem  = 6 // shorter stems are not searched for typing errors
	negations = 3 // how many words before a hit a negation reaches
)

func newVocabulary() *vocabulary {
	return &vocabulary{phrases: make(map[string][]phrase), exact: make(map[string][]phrase), known: make(map[string]bool), near: make(map[string]string)}
}

// add takes a phrase in. "all|every campus|school" is four, of which each means the concept.
func (v *vocabulary) add(text string, concept int) error {
	var p phrase
	p.concept = concept
	for field := range strings.FieldsSeq(text) {
		words, err := choices(field)
		if err != nil {
			return fmt.Errorf("%q: %w", text, err)
		}
		p.words = append(p.words, words...)
	}
	n := len(p.words)
	if n == 0 || p.words[0].gap() || p.words[n-1].gap() || n == 1 && slices.Contains(p.words[0], "#") {
		return fmt.Errorf("%q is not a word or phrase", text)
	}
	for _, first := range p.words[0] {
		if exact, ok := strings.CutPrefix(first, "="); ok {
			v.exact[exact] = append(v.exact[exact], p)
		} else {
			v.phrases[first] = append(v.phrases[first], p)
		}
	}
	for _, c := range p.words {
		for _, w := range c {
			if w != "*" && w != "#" && w[0] != '=' {
				v.known[w] = true
			}
		}
	}
	return nil
}

// choices reads what stands between two spaces: alternatives of a word each, or one text that may be several words, as
// "wi-fi" is.
func choices(field string) ([]choice, error) {
	if field == "*" {
		return []choice{{"*"}}, nil
	}
	parts := strings.Split(field, "|")
	var one choice
	for _, part := range parts {
		words := stemsOf(part)
		switch {
		case len(parts) == 1:
			var all []choice
			for _, w := range words {
				all = append(all, choice{w})
			}
			return all, nil
		case len(words) != 1:
			return nil, fmt.Errorf("%q beside %q is not one word", part, "|")
		}
		one = append(one, words[0])
	}
	return []choice{one}, nil
}

// stemsOf returns the stems of a text without spaces, marked "=" if it is.
func stemsOf(text string) (all []string) {
	if text == "#" {
		return []string{"#"}
	}
	for _, t := range tokens(text) {
		if strings.HasPrefix(text, "=") {
			all = append(all, "="+t.fold)
		} else {
			all = append(all, t.stem)
		}
	}
	return all
}

// finish prepares the search once all phrases are in.
func (v *vocabulary) finish() {
	for _, by := range [...]map[string][]phrase{v.phrases, v.exact} {
		for _, p := range by {
			slices.SortStableFunc(p, func(a, b phrase) int { return len(b.words) - len(a.words) })
		}
	}
	stems := make([]string, 0, len(v.known))
	for w := range v.known {
		stems = append(stems, w)
	}
	slices.Sort(stems)
	for _, w := range stems {
		if len(w) < typoStem {
			continue
		}
		deletions(w, func(d string) {
			if _, taken := v.near[d]; !taken {
				v.near[d] = w
			}
		})
		if _, taken := v.near[w]; !taken {
			v.near[w] = w
		}
	}
}

// deletions calls f with each form of w that lacks one letter, the first excepted: people get the first letter right.
func deletions(w string, f func(string)) {
	for i := 1; i < len(w); i++ {
		if utf8.RuneStart(w[i]) && w[i] < utf8.RuneSelf {
			f(w[:i] + w[i+1:])
		}
	}
}

// correct returns the lexicon's stem for a stem with one letter missing, added, changed or swapped, or the stem itself.
func (v *vocabulary) correct(stem string) string {
	if v.known[stem] || len(stem) < typoStem-1 || len(stem) > 24 {
		return stem
	}
	if w, ok := v.near[stem]; ok {
		return w
	}
	if len(stem) < typoStem {
		return stem
	}
	found := stem
	deletions(stem, func(d string) {
		if found != stem {
			return
		}
		if v.known[d] && len(d) >= typoStem {
			found = d
		} else if w, ok := v.near[d]; ok && len(w) == len(stem) && oneChange(w, stem) {
			found = w
		}
	})
	return found
}

// oneChange tells whether two stems of one length differ in one letter or in two neighbours swapped.
func oneChange(a, b string) bool {
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	j := len(a)
	for j > i && a[j-1] == b[j-1] {
		j--
	}
	return j-i <= 1 || j-i == 2 && a[i] == b[i+1] && a[i+1] == b[i]
}

// find calls hit for every phrase that starts in the text, with the range of words it covers.
func (v *vocabulary) find(text []token, hit func(concept, from, to int)) {
	stems := make([]string, len(text))
	for i, t := range text {
		stems[i] = t.stem
		if !t.name {
			stems[i] = v.correct(t.stem)
		}
	}
	for i := range text {
		var numbered []phrase
		if hasDigit(text[i].fold) {
			numbered = v.phrases["#"]
		}
		for _, phrases := range [...][]phrase{v.phrases[stems[i]], v.exact[text[i].fold], numbered} {
			for _, p := range phrases {
				if n := p.match(text[i:], stems[i:]); n > 0 {
					hit(p.concept, i, i+n)
				}
			}
		}
	}
}

// match returns how many words the phrase covers at the start of text, or 0.
func (p phrase) match(text []token, stems []string) int {
	at, gap := 0, 0
	for i := 0; i < len(p.words); i++ {
		if p.words[i].gap() {
			gap += maxGap
			continue
		}
		for {
			if at >= len(text) {
				return 0
			}
			if same(p.words[i], text[at], stems[at]) {
				break
			}
			if gap == 0 {
				return 0
			}
			gap--
			at++
		}
		at++
		gap = 0
	}
	return at
}

func same(c choice, t token, stem string) bool {
	for _, word := range c {
		switch {
		case word == stem, word == "#" && hasDigit(t.fold), word[0] == '=' && word[1:] == t.fold:
			return true
		}
	}
	return false
}

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }
