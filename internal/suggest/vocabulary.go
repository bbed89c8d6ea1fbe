package suggest

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// vocabulary finds a lexicon's words and phrases in text, also with one letter wrong. Its words are numbered from 1, so that
// looking for phrases compares numbers.
type vocabulary struct {
	stems   map[string]int32  // words of the lexicon
	exact   map[string]int32  // those that are matched letter by letter, as they are
	phrases [][]phrase        // by the number of their first word, longest first
	near    map[string]string // a long stem with one letter left out -> the stem
}

// phrase is a sequence of words that means a concept.
type phrase struct {
	words   []choice
	concept int
}

// choice is the words of which one must stand at a place. One without any stands for up to maxGap words, two for twice as
// many.
type choice []int32

// anyNumber is the number of "#", a word with a digit.
const anyNumber = 0

const (
	maxGap    = 3
	typoStem  = 6 // shorter stems are not searched for typing errors
	negations = 3 // how many words before a hit a negation reaches
)

func newVocabulary() *vocabulary {
	return &vocabulary{stems: make(map[string]int32), exact: make(map[string]int32), phrases: make([][]phrase, 1), near: make(map[string]string)}
}

// add takes a phrase in. "all|every campus|school" is four, of which each means the concept.
func (v *vocabulary) add(text string, concept int) error {
	var p phrase
	p.concept = concept
	for field := range strings.FieldsSeq(text) {
		words, err := v.choices(field)
		if err != nil {
			return fmt.Errorf("%q: %w", text, err)
		}
		p.words = append(p.words, words...)
	}
	n := len(p.words)
	if n == 0 || len(p.words[0]) == 0 || len(p.words[n-1]) == 0 || n == 1 && slices.Contains(p.words[0], anyNumber) {
		return fmt.Errorf("%q is not a word or phrase", text)
	}
	for _, first := range p.words[0] {
		v.phrases[first] = append(v.phrases[first], p)
	}
	return nil
}

// choices reads what stands between two spaces: alternatives of a word each, or one text that may be several words, as
// "wi-fi" is.
func (v *vocabulary) choices(field string) ([]choice, error) {
	if field == "*" {
		return []choice{{}}, nil
	}
	parts := strings.Split(field, "|")
	var one choice
	for _, part := range parts {
		words := v.numbers(part)
		switch {
		case len(parts) == 1:
			var all []choice
			for _, w := range words {
				all = append(all, choice{w})
			}
			return all, nil
		case len(words) != 1:
			return nil, fmt.Errorf("%q beside \"|\" is not one word", part)
		}
		one = append(one, words[0])
	}
	return []choice{one}, nil
}

// numbers returns the numbers of the words of a text without spaces; new words get new ones.
func (v *vocabulary) numbers(text string) (all []int32) {
	if text == "#" {
		return []int32{anyNumber}
	}
	for _, t := range tokens(text) {
		words, word := v.stems, t.stem
		if strings.HasPrefix(text, "=") {
			words, word = v.exact, t.fold
		}
		n, ok := words[word]
		if !ok {
			n = int32(len(v.phrases))
			words[word] = n
			v.phrases = append(v.phrases, nil)
		}
		all = append(all, n)
	}
	return all
}

// finish prepares the search once all phrases are in.
func (v *vocabulary) finish() {
	for _, p := range v.phrases {
		slices.SortStableFunc(p, func(a, b phrase) int { return len(b.words) - len(a.words) })
	}
	stems := make([]string, 0, len(v.stems))
	for w := range v.stems {
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
	if v.stems[stem] != 0 || len(stem) < typoStem-1 || len(stem) > 24 {
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
		if v.stems[d] != 0 && len(d) >= typoStem {
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
	places := make([]sight, len(text))
	for i, t := range text {
		places[i] = v.look(t)
	}
	for i, at := range places {
		for _, first := range at {
			if first == nowhere {
				continue
			}
			for _, p := range v.phrases[first] {
				if n := p.match(places[i:]); n > 0 {
					hit(p.concept, i, i+n)
				}
			}
		}
	}
}

// sight is the numbers of a word of a text: of its stem, of itself, and of a word with a digit, if it is one.
type sight [3]int32

// nowhere is no word of the vocabulary.
const nowhere = -1

func (v *vocabulary) look(t token) sight {
	at := sight{nowhere, nowhere, nowhere}
	stem := t.stem
	if !t.name {
		stem = v.correct(stem)
	}
	if n := v.stems[stem]; n != 0 {
		at[0] = n
	}
	if n := v.exact[t.fold]; n != 0 {
		at[1] = n
	}
	if strings.ContainsAny(t.fold, "0123456789") {
		at[2] = anyNumber
	}
	return at
}

// match returns how many words the phrase covers at the start of text, or 0.
func (p phrase) match(text []sight) int {
	at, gap := 0, 0
	for _, c := range p.words {
		if len(c) == 0 {
			gap += maxGap
			continue
		}
		for {
			if at >= len(text) {
				return 0
			}
			if c.holds(text[at]) {
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

func (c choice) holds(at sight) bool {
	for _, word := range c {
		if word == at[0] || word == at[1] || word == at[2] {
			return true
		}
	}
	return false
}
