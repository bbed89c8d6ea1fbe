package command

import "strings"

// What is said of lines that would be commands, had they their "#" or did they stand where they may go without it. To
// say nothing would let somebody wait for what never happens; to ask about a telephone number or an item of a list would
// be worse.

// lacks returns what tells which lines are named. It is asked about lines without "#" within the text proper.
func (t *text) lacks(bare bool) func(i int) bool {
	switch {
	case bare:
		return func(int) bool { return false }
	case t.answers():
		counts, said := t.counts(), t.speaks()
		return func(i int) bool { return t.plainlyMeant(i, counts, said) }
	case !t.set.Staff:
		return func(int) bool { return false }
	}
	all := t.nothingElse()
	return func(int) bool { return all }
}

// unsigned is the mistake of a command that needs its "#".
func (t *text) unsigned(c Command) Mistake {
	why := "without its number sign a command counts only in an answer to a notice, a reminder or a digest"
	if t.answers() {
		why = "without its number sign a command counts only if the mail holds nothing else"
	}
	return Mistake{Raw: c.Raw, Row: !c.Requests.IsZero(), Why: why, Near: []string{c.Format(t.set.Prefix)}}
}

// Doubt is the mistake of a command of which nothing tells whether its author typed it; see Sent.Doubtful.
func Doubt(c Command, prefix string) Mistake {
	return Mistake{
		Raw: c.Raw, Row: !c.Requests.IsZero(), Why: "it stands where the quoted mail had the same, so that nobody can tell who wrote it",
		Near: []string{c.Format(prefix)},
	}
}

// plainlyMeant tells whether a line that stands beside other words of an answer was meant as a command.
func (t *text) plainlyMeant(i int, counts, said bool) bool {
	l := t.lines[i]
	onChart := l.cmd.Verb != Categorize || l.named || t.set.Codes == nil || t.set.Codes(l.cmd.Code) // else "555 12-34"
	switch {
	case l.sense == remark: // a sentence about another request, unless lines say what to do
		return t.set.Answer == Digest && said && t.begins(i)
	case l.row && l.sense == mistake:
		return l.named || t.set.Answer == Digest
	case l.row && l.cmd.Verb == Accept && digit(write(l.cmd.Raw).last()): // "555 2" beside words about one request
		return l.named || t.set.Answer == Digest
	case l.row:
		return onChart
	case l.sense == mistake && !l.whole, counts && l.digit(), listItem(t.raw[i]):
		return false
	}
	return onChart && t.begins(i)
}

// digit tells whether a line is nothing but the number of a suggestion.
func (l *line) digit() bool {
	return !l.row && l.cmd.Verb == Accept && l.words == 1 && digit(write(l.cmd.Raw).bare().first())
}

// counts tells whether lone numbers number a list: where one request is meant, nobody takes two suggestions.
func (t *text) counts() bool {
	n := 0
	for i, l := range t.lines {
		if !t.trimmed(i) && !l.hashed && (l.sense == command || l.whole) && l.digit() {
			n++
		}
	}
	return n > 1
}

// speaks tells whether any line is surely a command.
func (t *text) speaks() bool {
	for i, l := range t.lines {
		if l.sense == command && (l.hashed || l.row && !t.trimmed(i)) {
			return true
		}
	}
	return false
}

// begins tells whether a line begins a sentence or stands by itself, as far as the line above shows: a number at the end
// of a sentence may have been wrapped.
func (t *text) begins(i int) bool {
	if i == t.start || i == 0 || t.lines[i-1].sense != prose {
		return true
	}
	above := strings.TrimSpace(t.raw[i-1])
	return above == "" || strings.ContainsAny(above[len(above)-1:], ".!?:;,")
}

// listItem tells whether a line is marked as an item of a list: "1.", "- 2".
func listItem(raw string) bool {
	w := write(raw)
	return w.len() > 1 && (strings.ContainsRune("-*•·+", w.first()) && w.fold[1] == ' ' || w.last() == '.' && digit(w.first()) && w.len() < 4)
}

// nothingElse tells whether a text outside of such answers is nothing but rows, one of them with its prefix, so that those
// that lack their "#" were meant; "12 ok" alone may be anything.
func (t *text) nothingElse() bool {
	found := false
	for i, l := range t.lines {
		switch {
		case t.trimmed(i) || l.sense == quote || l.sense == aKey || strings.TrimSpace(t.raw[i]) == "" || l.hashed:
		case l.sense == prose && closes(plainWords(t.raw[i]), plainWords(t.set.Author)):
		case l.sense != command && l.sense != mistake || !l.row:
			return false
		default:
			found = found || l.named && l.sense == command
		}
	}
	return found
}
