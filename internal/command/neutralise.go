package command

import (
	"strings"
	"unicode"
)

// sharp stands in the bot's mails for the "#" of somebody who may not command. It is a character of its own, not a
// variant of "#": no Unicode normalisation turns it back, no line break or quote mark changes it, and it is not among
// the forms that parsing folds. An invisible mark beside a real "#" would not do: mail programs drop those.
const sharp = '♯'

// Neutralise makes what a requester wrote safe to print in the bot's mails: readable, and never read as a command or as
// a request's tag, however it is quoted or wrapped in an answer. "#" becomes "♯", as do its full-width and small
// variants; "[SR-9]" becomes "(SR-9)", whatever the prefix. The fragment of a web address stays as it is, unless it could
// be taken for a command. Doing it twice changes nothing more. Linear in the text.
func Neutralise(text string) string {
	if !strings.ContainsAny(text, "#＃﹟[［") {
		return text
	}
	runes := []rune(text)
	var b strings.Builder
	b.Grow(len(text) + 16)
	link, opened := false, false // inside a web address; a bracket was changed and its fellow is to come
	for i, r := range runes {
		switch {
		case unicode.IsSpace(r):
			link = false
		case r == ':' && i > 0 && unicode.IsLetter(runes[i-1]) && i+2 < len(runes) && runes[i+1] == '/' && runes[i+2] == '/':
			link = true
		}
		switch {
		case r == '#' && link && harmlessFragment(runes[i+1:]):
			b.WriteRune(r)
		case r == '#' || r == '＃' || r == '﹟':
			b.WriteRune(sharp)
		case (r == '[' || r == '［') && tag(runes[i+1:]):
			b.WriteByte('(')
			opened = true
		case r == ']' && opened:
			b.WriteByte(')')
			opened = false
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// harmlessFragment tells whether what follows the "#" of a web address is a name that no break could make a command:
// four letters or more, no beginning of which is a verb.
func harmlessFragment(after []rune) bool {
	end := 0
	for end < len(after) && end < 40 && unicode.IsLetter(after[end]) {
		end++
	}
	if end < 4 || end == 40 {
		return false
	}
	word := []rune(fold(string(after[:end])))
	for cut := range word { // a break may fall inside the word
		if begin := string(word[:cut+1]); grammarByName[begin] != nil || begin == keyWord {
			return false
		}
	}
	return true
}

// tag tells whether a request's tag follows a bracket: letters, perhaps spaces and a dash, and a digit.
func tag(after []rune) bool {
	after = after[:min(len(after), 40)]
	i := 0
	skip := func(like func(rune) bool) int {
		from := i
		for i < len(after) && like(after[i]) {
			i++
		}
		return i - from
	}
	loose := func(r rune) bool { return unicode.IsSpace(r) || invisible(r) || unicode.Is(unicode.M, r) }
	skip(loose)
	if skip(func(r rune) bool { return unicode.IsLetter(r) || loose(r) }) == 0 {
		return false
	}
	skip(func(r rune) bool { return loose(r) || foldRune(r) == '-' || foldRune(r) == '.' })
	return i == 40 || i < len(after) && unicode.IsDigit(after[i])
}
