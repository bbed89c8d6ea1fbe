package command

import (
	"slices"
	"strings"
	"unicode"
)

// Greetings and signatures are recognised lightly: to see whether a text is nothing but commands, and to keep a note
// short. What is not recognised stays, which never loses anything.

var greetings = []string{"hi", "hello", "hey", "dear", "greetings", "good morning", "good afternoon", "good evening", "morning",
	"hola", "buenos días", "buenos dias", "buenas tardes", "buenas noches", "estimado", "estimada", "estimados", "team", "all"}

var closings = []string{"thanks", "thank you", "many thanks", "thx", "ty", "regards", "best", "best regards", "kind regards",
	"warm regards", "cheers", "sincerely", "have a great day", "have a good day", "saludos", "gracias", "muchas gracias", "atentamente"}

var appendages = []string{"sent from my", "sent from mail", "sent via", "sent with", "get outlook for", "enviado desde mi",
	"enviado con", "obtener outlook para", "typed with thumbs"}

const (
	longestGreeting  = 5  // words
	longestSignature = 12 // lines
	widestSignature  = 70 // characters
)

// greetingEnd returns the first line behind a greeting, 0 if the text has none.
func greetingEnd(raw []string, lines []*line) int {
	for i, l := range lines {
		w := plainWords(raw[i])
		if len(w) == 0 {
			continue
		}
		if l.sense == prose && len(w) <= longestGreeting && opensWith(w, greetings) && !strings.ContainsAny(raw[i], "#0123456789?") {
			return i + 1
		}
		return 0
	}
	return 0
}

// signatureStart returns the first line of a signature, len(lines) if the text has none. A closing word begins one, what
// a phone appends, or the author's own name, if what follows is short, says nothing, and holds no command without "#".
func signatureStart(raw []string, lines []*line, author string) int {
	start, name := len(lines), plainWords(author)
	for i := len(lines) - 1; i >= 0; i-- {
		filled := len(plainWords(raw[i])) > 0
		if filled && lines[i].sense != prose && !lines[i].hashed && lines[i].sense != remark {
			break
		}
		if len(raw[i]) > 4*widestSignature || len([]rune(raw[i])) > widestSignature || len(lines)-i > 4*longestSignature {
			break
		}
		if filled && lines[i].sense == prose && !opensWith(plainWords(raw[i]), appendages) && sentence(plainWords(raw[i])) {
			break
		}
		if filled && lines[i].sense == prose && closes(plainWords(raw[i]), name) && filledLines(raw[i:]) <= longestSignature {
			start = i
		}
	}
	return start
}

// sentenceWords stand in sentences and hardly ever in the lines of a signature.
var sentenceWords = []string{"also", "please", "is", "are", "was", "has", "have", "can", "could", "will", "would", "not", "but", "it",
	"i", "you", "we", "they", "there", "this", "that", "también", "es", "son", "está", "hay", "pero", "yo", "usted"}

// sentence tells whether a line says something, so that it is no part of a signature.
func sentence(w []string) bool {
	return len(w) > 9 || len(w) > 2 && slices.ContainsFunc(w, func(s string) bool { return slices.Contains(sentenceWords, s) })
}

func filledLines(raw []string) int {
	n := 0
	for _, l := range raw {
		if strings.TrimSpace(l) != "" {
			n++
		}
	}
	return n
}

// closes tells whether a line of these words begins a signature.
func closes(w, name []string) bool {
	if opensWith(w, appendages) {
		return true
	}
	for _, c := range closings {
		if n := len(strings.Fields(c)); opensWith(w, []string{c}) && len(w) <= n+3 && (len(w) == n || ofName(w[n:], name) || w[n] == "and" || w[n] == "in") {
			return true
		}
	}
	return ofName(w, name)
}

// ofName tells whether words are an author's name: all of them, the first one, or initials.
func ofName(w, name []string) bool {
	if len(w) == 0 || len(name) == 0 || len(w) > len(name)+1 {
		return false
	}
	for _, word := range w {
		if !slices.ContainsFunc(name, func(n string) bool { return n == word || len(word) == 1 && strings.HasPrefix(n, word) }) {
			return false
		}
	}
	return true
}

func opensWith(w []string, phrases []string) bool {
	for _, p := range phrases {
		words := strings.Fields(p)
		if len(w) >= len(words) && slices.Equal(w[:len(words)], words) {
			return true
		}
	}
	return false
}

// plainWords cuts a line into words in lower case, at most a dozen, without any signs.
func plainWords(s string) []string {
	if len(s) > 8*widestSignature {
		s = s[:8*widestSignature]
	}
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return words[:min(len(words), 12)]
}
