package command

import (
	"cmp"
	"slices"
	"strings"
)

// argument is what may follow a verb.
type argument int

const (
	nothing  argument = iota
	freeText          // optional text to the end of the line
	aCode             // a chart code
	aSpan             // optional: 30m, 2 hours
	aName             // a person, address or team
	anAddress
	maybeRequest // optional: another request
	aRequest     // another request
	aReason      // vendor, district, …, optionally until a date
	aDate
	anItem // optional: the number of an outbox entry or held mail
)

// grammar is how one verb is written.
type grammar struct {
	verb    Verb
	names   []string // the first is how it is printed
	takes   argument
	alone   bool // as the only word of a bare line it is a command; other verbs are ordinary words there
	general bool // is about no request, or about the mail answered, so that it needs none named under a list
}

var grammars = []grammar{
	{verb: Categorize, names: []string{"cat", "category", "categorize", "categorise", "code"}, takes: aCode},
	{verb: Accept, names: []string{"ok", "okay", "accept"}, alone: true},
	{verb: Undo, names: []string{"undo"}, general: true},
	{verb: Claim, names: []string{"mine", "claim", "take"}, takes: aSpan, alone: true},
	{verb: Assign, names: []string{"assign"}, takes: aName},
	{verb: Acknowledge, names: []string{"ack", "acknowledge", "acknowledged"}, alone: true},
	{verb: Note, names: []string{"note"}, takes: freeText},
	{verb: Wait, names: []string{"wait", "waiting", "hold"}, takes: aReason},
	{verb: Schedule, names: []string{"schedule", "scheduled"}, takes: aDate},
	{verb: Reviewed, names: []string{"reviewed"}, general: true},
	{verb: Resolve, names: []string{"resolve", "resolved", "close", "closed", "done", "fixed"}, takes: freeText},
	{verb: Reopen, names: []string{"reopen"}, takes: freeText},
	{verb: OnBehalf, names: []string{"for"}, takes: anAddress},
	{verb: Duplicate, names: []string{"dup", "duplicate", "merge"}, takes: aRequest},
	{verb: Split, names: []string{"split"}},
	{verb: Link, names: []string{"link"}, takes: aRequest},
	{verb: Unlink, names: []string{"unlink"}, takes: maybeRequest},
	{verb: Spam, names: []string{"spam"}, alone: true},
	{verb: Open, names: []string{"open"}, takes: anItem, general: true},
	{verb: Escalate, names: []string{"escalate"}, takes: freeText},
	{verb: Approve, names: []string{"approve", "approved"}},
	{verb: Why, names: []string{"why"}},
	{verb: Status, names: []string{"status"}, general: true},
	{verb: Help, names: []string{"help"}, general: true},
	{verb: Reply, names: []string{"reply", "answer"}, takes: freeText},
	{verb: Withdraw, names: []string{"withdraw", "cancel"}, takes: freeText},
	{verb: Retry, names: []string{"retry"}, takes: anItem, general: true},
	{verb: Discard, names: []string{"discard"}, takes: anItem, general: true},
	{verb: Yes, names: []string{"yes", "y", "sí", "si"}, general: true},
	{verb: No, names: []string{"no", "n"}, general: true},
}

// keyWord introduces the key of a one-tap link: "#key 7hq2…".
const keyWord = "key"

var grammarByName = func() map[string]*grammar {
	m := map[string]*grammar{}
	for i := range grammars {
		for _, name := range grammars[i].names {
			m[name] = &grammars[i]
		}
	}
	return m
}()

var grammarByVerb = func() map[Verb]*grammar {
	m := map[Verb]*grammar{}
	for i := range grammars {
		m[grammars[i].verb] = &grammars[i]
	}
	return m
}()

// Verbs lists every verb with the word that is printed for it, in the order of the language's description.
func Verbs() []Verb {
	all := make([]Verb, len(grammars))
	for i, g := range grammars {
		all[i] = g.verb
	}
	return all
}

// Word is the word that stands for the verb after "#".
func (v Verb) Word() string {
	if g := grammarByVerb[v]; g != nil {
		return g.names[0]
	}
	return string(v)
}

// order tells whether the verb orders about a mail that is stuck.
func (v Verb) order() bool { return v == Retry || v == Discard }

// nearVerbs returns at most three verbs that a word could be a slip for, nearest first.
func nearVerbs(word string) []string {
	if n := len([]rune(word)); n < 2 || n > 20 {
		return nil
	}
	type guess struct {
		name string
		far  int
	}
	var near []guess
	for _, g := range grammars {
		best := guess{g.names[0], 99}
		for _, name := range g.names {
			allowed := 1
			if len(name) >= 5 {
				allowed = 2
			}
			d := distance(word, name)
			if len(name) == 2 && d > 0 && word[0] != name[0] || len(name) < 2 {
				continue
			}
			if strings.HasPrefix(name, word) && len(word) >= 3 {
				d = min(d, 1)
			}
			if d <= allowed && d < best.far {
				best.far = d
			}
		}
		if best.far < 99 {
			near = append(near, best)
		}
	}
	slices.SortStableFunc(near, func(a, b guess) int { return cmp.Compare(a.far, b.far) })
	var names []string
	for _, g := range near[:min(3, len(near))] {
		names = append(names, g.name)
	}
	return names
}

// distance counts the slips of the finger between two short words: letters dropped, added, changed or swapped.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, last := make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row := make([]int, len(y)+1)
		row[0] = i
		for j := 1; j <= len(y); j++ {
			change := 1
			if x[i-1] == y[j-1] {
				change = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(y)]
}
