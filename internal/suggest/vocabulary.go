package suggest

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// vocabulary finds a lexicon's words and phrases in text, also with one letter wrong.
type vocabulary struct {
	phrases map[string][]phrase // by the first word's stem, longest first
	exact   map[string][]phrase // by the first word as it is, where that is "=word"
	known   map[string]bool     // stems that are words of the lexicon
	near    map[string]string   // a long stem with one letter left out -> the stem
}

// phrase is a sequence of words that means a concept. A word is a stem, "=word" to be matched letter by letter, "#", any
// word with a digit, or "*", which stands for up to maxGap words.
type phrase struct {
	words   []string
	concept int
}

const (
	maxGap    = 3
	typoStem  = 6 // shorter stems are not searched for typing errors
	negations = 3 // how many words before a hit a negation reaches
)

func newVocabulary() *vocabulary {
	return &vocabulary{phrases: make(map[string][]phrase), exact: make(map[string][]phrase), known: make(map[string]bool), near: make(map[string]string)}
}

func (v *vocabulary) add(text string, concept int) error {
	var ws []string
	for field := range strings.FieldsSeq(text) {
		exact := strings.HasPrefix(field, "=")
		if field == "*" || field == "#" {
			ws = append(ws, field)
			continue
		}
		for _, t := range tokens(field) {
			if exact {
				ws = append(ws, "="+t.fold)
			} else {
				ws = append(ws, t.stem)
			}
		}
	}
	if len(ws) == 0 || ws[0] == "*" || ws[0] == "#" || ws[len(ws)-1] == "*" {
		return fmt.Errorf("%q is not a word or phrase", text)
	}
	if first, exact := strings.CutPrefix(ws[0], "="); exact {
		v.exact[first] = append(v.exact[first], phrase{words: ws, concept: concept})
	} else {
		v.phrases[first] = append(v.phrases[first], phrase{words: ws, concept: concept})
	}
	for _, w := range ws {
		if w != "*" && w != "#" && w[0] != '=' {
			v.known[w] = true
		}
	}
	return nil
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
		for _, phrases := range [...][]phrase{v.phrases[stems[i]], v.exact[text[i].fold]} {
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
		if p.words[i] == "*" {
			gap = maxGap
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

func same(word string, t token, stem string) bool {
	switch word[0] {
	case '=':
		return word[1:] == t.fold
	case '#':
		return strings.ContainsAny(t.fold, "0123456789")
	}
	return word == stem
}
