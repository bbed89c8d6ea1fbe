package compose

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// masked stands for a password, whatever its length.
const masked = "********"

// Limits that keep the work on each mention of a password small, whatever the text is.
const (
	maxMentionWords = 8   // between the word "password" and the word before the password itself
	maxMentionBytes = 100 // of one word that is looked at
	maxPlainBytes   = 30  // of a word between them
)

// Mask hides what looks like a password in what somebody wrote, and keeps the words around it: people do send them, and
// a mail of ours would carry them on. It looks behind words such as "password", "contraseña" and "PIN" for what follows a
// colon, an equals sign, "is" or "to", and before them for "… is my password". An ordinary word is left alone ("my
// password is expired"), so that a request stays readable; in doubt it hides.
func Mask(text string) string {
	var b strings.Builder
	done := 0
	for at := 0; at < len(text); {
		size := wordAt(text, at)
		if size == 0 {
			_, n := utf8.DecodeRuneInString(text[at:])
			at += n
			continue
		}
		kind := secretWord(text[at : at+size])
		if kind == 0 {
			at += size
			continue
		}
		m := mention{text: text, pin: kind == pinWord}
		from, to := m.after(at+size, kind == shortWord)
		if to == 0 && !m.pin {
			from, to = m.before(at, done)
		}
		if to > from {
			b.WriteString(text[done:from])
			b.WriteString(masked)
			done = to
		}
		at = max(at+size, done)
	}
	if done == 0 {
		return text
	}
	b.WriteString(text[done:])
	return b.String()
}

// Sorts of words that announce a password.
const (
	plainWord = iota + 1
	shortWord // only with ":" or "="
	pinWord   // only digits follow
)

var secretWords = map[string]int{
	"password": plainWord, "passwords": plainWord, "passwd": plainWord, "passcode": plainWord, "passphrase": plainWord,
	"pwd": plainWord, "pw": plainWord, "pass": shortWord, "pin": pinWord, "nip": pinWord,
	"contraseña": plainWord, "contraseñas": plainWord, "contrasena": plainWord, "contrasenia": plainWord,
	"contrasen\u0303a": plainWord, "clave": plainWord, "claves": plainWord,
}

// wordAt is the length of the word that begins at a place: letters, and the accent that may follow one.
func wordAt(text string, at int) int {
	size := 0
	for size < len(text)-at {
		c := text[at+size]
		if c|0x20 >= 'a' && c|0x20 <= 'z' {
			size++
			continue
		}
		if c < utf8.RuneSelf {
			break
		}
		r, n := utf8.DecodeRuneInString(text[at+size:])
		if !unicode.IsLetter(r) && r != '\u0303' {
			break
		}
		size += n
	}
	return size
}

// secretWord is the sort of a word that announces a password, or 0.
func secretWord(word string) int {
	if len(word) < 2 || len(word) > 16 || strings.IndexByte("pcnPCN", word[0]) < 0 {
		return 0
	}
	return secretWords[strings.ToLower(word)]
}

// mention is one place where a text speaks of a password.
type mention struct {
	text string
	pin  bool
}

// link is what stands between the word and the password: how sure it makes that what follows is one.
type link int

const (
	none    link = iota
	weak         // "to", "-", nothing: only what looks like a password is one
	verb         // "is": anything but an ordinary word
	divider      // ":" or "=": the same, and it may stand on the next line
)

// after looks behind the word for the password, and returns its place or zeros.
func (m mention) after(at int, dividerOnly bool) (from, to int) {
	preposition, action := false, false
	for words := 0; words <= maxMentionWords; words++ {
		if at = m.skip(at, " \t*_)]'\u2019"); words == 0 {
			at = m.skip(at, ",( ")
		}
		if at >= len(m.text) || m.text[at] == '\n' || m.text[at] == '\r' {
			return 0, 0
		}
		word, next := m.word(at)
		l := linkOf(word)
		if dividerOnly && l != divider {
			return 0, 0
		}
		switch {
		case l == divider, l == verb:
			strict := action || l == verb && words > 0 && !preposition
			return m.value(next, l, strict)
		case l == weak:
			if from, to = m.value(next, weak, true); to > 0 {
				return from, m.second(to)
			}
		case words == 0 && (isOpening(word) || m.looks(word)):
			return m.value(at, weak, true)
		}
		if len(word) > maxPlainBytes {
			return 0, 0
		}
		lower := strings.ToLower(word)
		if words == 0 {
			preposition = prepositions[lower]
		}
		action = action || actions[lower]
		if strings.ContainsAny(word[len(word)-1:], ".!?;") {
			return 0, 0
		}
		at = next
	}
	return 0, 0
}

// second takes the other password of "from Spring2025 to Fall2025", and the word between with it.
func (m mention) second(to int) int {
	if word, next := m.word(m.skip(to, " \t")); linkOf(word) == weak {
		if _, end := m.value(next, weak, true); end > 0 {
			return end
		}
	}
	return to
}

// word is the word at a place, and where the next begins. A divider is a word of its own.
func (m mention) word(at int) (string, int) {
	rest := m.text[at:min(len(m.text), at+maxMentionBytes)]
	for _, d := range []string{":", "=", "->", "→", "："} {
		if strings.HasPrefix(rest, d) {
			return d, at + len(d)
		}
	}
	n := strings.IndexAny(rest, " \t\r\n:=")
	if n < 0 {
		n = len(rest)
	}
	return rest[:n], at + n
}

func linkOf(word string) link {
	switch strings.ToLower(word) {
	case ":", "=", "->", "→", "：":
		return divider
	case "is", "was", "are", "were", "es", "era", "son", "será":
		return verb
	case "to", "from", "as", "-", "–", "—", "a", "por", "como":
		return weak
	}
	return none
}

// value is the place of the password that begins at or behind a place, or zeros. strict takes only what looks like one.
func (m mention) value(at int, l link, strict bool) (from, to int) {
	for range 3 { // "is now:", "is still"
		at = m.skip(at, " \t:=->")
		rest := m.text[at:min(len(m.text), at+maxMentionBytes)]
		if l == divider && (rest == "" || rest[0] == '\n' || rest[0] == '\r') {
			return m.nextLine(at, strict)
		}
		word := strings.ToLower(rest[:len(rest)-len(strings.TrimLeftFunc(rest, unicode.IsLetter))])
		if !adverbs[word] {
			break
		}
		at += len(word)
	}
	rest := m.text[at:min(len(m.text), at+maxMentionBytes)]
	if inside, before := quotedAt(rest); inside > 0 {
		return m.accept(at+before, at+before+inside, strict)
	}
	n := strings.IndexAny(rest, " \t\r\n")
	if n < 0 {
		n = len(rest)
	}
	from, to = m.accept(at, at+n, strict)
	if to > 0 && l != weak {
		to = m.extend(to, m.text[from:to])
	}
	return from, to
}

// nextLine takes a password that stands alone on the line under its label, with at most one blank line between.
func (m mention) nextLine(at int, strict bool) (from, to int) {
	start := m.skip(at, "\r\n \t")
	if strings.Count(m.text[at:start], "\n") > 2 {
		return 0, 0
	}
	line := m.text[start:min(len(m.text), start+maxMentionBytes)]
	if end := strings.IndexAny(line, "\r\n"); end >= 0 {
		line = line[:end]
	}
	if line = strings.TrimRight(line, " \t"); strings.ContainsAny(line, " \t") {
		return 0, 0
	}
	return m.accept(start, start+len(line), strict)
}

// accept decides whether a word is a password, and leaves the punctuation behind it.
func (m mention) accept(from, to int, strict bool) (int, int) {
	word := strings.TrimRight(m.text[from:to], ".,;:)]>\"'”’»")
	switch {
	case word == "" || strings.Contains(word, "://") || isAddress(word):
		return 0, 0
	case m.pin && !isNumber(word, 3), strict && !m.looks(word):
		return 0, 0
	case !strict && isOrdinary(word):
		return 0, 0
	}
	return from, from + len(word)
}

// extend takes the rest of a password of several words, such as "Blue Tiger 42", or the other half of "name / password".
func (m mention) extend(to int, first string) int {
	at := m.skip(to, " \t")
	if at < len(m.text) && m.text[at] == '/' && at > to {
		if _, end := m.value(at+1, weak, false); end > 0 {
			return end
		}
		return to
	}
	if strings.ContainsFunc(first, unicode.IsDigit) {
		return to
	}
	for range 3 {
		at = m.skip(at, " \t")
		word, next := m.word(at)
		if word == "" || next == at || isOrdinary(word) || word == ":" || word == "=" {
			return to
		}
		trimmed := strings.TrimRight(word, ".,;)")
		if strings.ContainsFunc(trimmed, unicode.IsDigit) {
			return at + len(trimmed)
		}
		if len(trimmed) < len(word) {
			return to
		}
		at = next
	}
	return to
}

// before looks for "Tiger24 is my password": back over at most three words to the verb, on the same line and not before
// floor.
func (m mention) before(at, floor int) (from, to int) {
	floor = max(floor, at-maxMentionBytes)
	seen := m.text[floor:at]
	seen = seen[strings.LastIndexAny(seen, "\r\n")+1:]
	words := strings.Fields(seen)
	for i := len(words) - 1; i > 0 && i >= len(words)-4; i-- {
		if linkOf(words[i]) != verb {
			continue
		}
		word := words[i-1]
		start := strings.LastIndex(seen, word+" "+words[i])
		if start < 0 {
			return 0, 0
		}
		start += at - len(seen)
		opening := len(word) - len(strings.TrimLeft(word, "\"'“‘«(*"))
		return m.accept(start+opening, start+len(word), true)
	}
	return 0, 0
}

// skip passes over a set of characters.
func (m mention) skip(at int, set string) int {
	rest := m.text[at:]
	return at + len(rest) - len(strings.TrimLeft(rest[:min(len(rest), maxMentionBytes)], set)) - max(0, len(rest)-maxMentionBytes)
}

// looks tells whether a word looks like a password by itself: letters with digits or signs, or small letters before
// capitals; for a PIN, digits.
func (m mention) looks(word string) bool {
	word = strings.TrimRight(strings.TrimLeft(word, "\"'“‘«(*"), ".,;:)\"'”’»")
	if m.pin {
		return isNumber(word, 3)
	}
	if isNumber(word, 5) {
		return true
	}
	if len(word) < 4 || isAddress(word) || strings.Contains(word, "://") {
		return false
	}
	letter, digit, sign, inner := false, false, false, false
	last := rune(0)
	for _, r := range strings.TrimRight(word, "!?") {
		letter = letter || unicode.IsLetter(r)
		digit = digit || unicode.IsDigit(r)
		sign = sign || strings.ContainsRune("!@#$%^&*_+=~", r)
		inner = inner || unicode.IsLower(last) && unicode.IsUpper(r)
		last = r
	}
	return letter && (digit || sign || inner)
}
