package suggest

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is one word of a text.
type token struct {
	text string // as written, lower case
	fold string // without accents and apostrophes
	stem string // without common endings
	name bool   // written with a capital first letter: perhaps a name, and not searched for typing errors
}

// scanned is a mail cut into words, once for all who read it.
type scanned struct {
	Mail
	subject, text, files []token
}

func scan(m Mail) *scanned {
	return &scanned{Mail: m, subject: tokens(m.Subject), text: tokens(m.Text), files: tokens(strings.Join(m.Attachments, "\n"))}
}

func hasWord(s string) bool {
	_, n := wordAt(clip(s))
	return n > 0
}

// tokens splits at most MaxText bytes of s into words: runs of letters and digits. An apostrophe inside a word belongs
// to it, so that "can't" stays one word, and "cant" is the same word.
func tokens(s string) []token {
	s = clip(s)
	out := make([]token, 0, len(s)/6+1)
	for len(s) > 0 {
		i, n := wordAt(s)
		if n == 0 {
			break
		}
		w := strings.ToLower(s[i : i+n])
		f := fold(strings.TrimSuffix(strings.TrimSuffix(w, "'s"), "’s"))
		first, size := utf8.DecodeRuneInString(s[i:])
		next, _ := utf8.DecodeRuneInString(s[i+size:])
		t := token{text: w, fold: f, stem: stem(f), name: unicode.IsUpper(first) && !unicode.IsUpper(next)}
		s = s[i+n:]
		if n := len(out); n > 0 && f == "not" && short[out[n-1].fold] != "" {
			f = short[out[n-1].fold]
			out[n-1] = token{text: out[n-1].text + " not", fold: f, stem: f}
			continue
		}
		if f == "cannot" {
			t.fold, t.stem = "cant", "cant"
		}
		out = append(out, t)
	}
	return out
}

// short is how people shorten a verb before "not": "does not" and "cannot" are read as "doesnt" and "cant".
var short = map[string]string{"is": "isnt", "are": "arent", "was": "wasnt", "were": "werent", "do": "dont", "does": "doesnt", "did": "didnt",
	"can": "cant", "could": "couldnt", "will": "wont", "would": "wouldnt", "has": "hasnt", "have": "havent", "had": "hadnt"}

// clip returns the first MaxText bytes of s, ending between runes.
func clip(s string) string { return cut(s, MaxText) }

// cut returns the first most bytes of s, ending between runes.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	n := most
	for n > most-utf8.UTFMax && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// wordAt returns where the first word of s starts and how long it is, in bytes.
func wordAt(s string) (start, n int) {
	start = strings.IndexFunc(s, wordRune)
	if start < 0 {
		return 0, 0
	}
	rest := s[start:]
	for n < len(rest) {
		r, size := utf8.DecodeRuneInString(rest[n:])
		if !wordRune(r) && !(apostrophe(r) && n+size < len(rest) && startsWithLetter(rest[n+size:])) {
			break
		}
		n += size
	}
	return start, n
}

func wordRune(r rune) bool   { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }
func apostrophe(r rune) bool { return r == '\'' || r == '’' }

func startsWithLetter(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLetter(r)
}

// fold removes apostrophes and the accents of western languages from a lower-case word, so that "sesión" typed without
// its accent is the same word.
func fold(w string) string {
	plain := true
	for i := 0; i < len(w); i++ {
		if w[i] >= utf8.RuneSelf || w[i] == '\'' {
			plain = false
			break
		}
	}
	if plain {
		return w
	}
	return strings.Map(foldRune, w)
}

const accented, unaccented = "àáâãäåçèéêëìíîïñòóôõöùúûüýÿ", "aaaaaaceeeeiiiinooooouuuuyy"

var plainLetter = func() map[rune]rune {
	m := make(map[rune]rune)
	i := 0
	for _, r := range accented {
		m[r] = rune(unaccented[i])
		i++
	}
	return m
}()

func foldRune(r rune) rune {
	if apostrophe(r) || unicode.IsMark(r) {
		return -1
	}
	if p, ok := plainLetter[r]; ok {
		return p
	}
	return r
}

// stem takes common English and Spanish endings off a folded word: plurals, -ed, -ing, a last e, a doubled last letter.
// It is crude on purpose: the lexicon's words and the mail's go through the same hands, and need only meet.
func stem(w string) string {
	switch {
	case len(w) < 3:
		return w
	case strings.HasSuffix(w, "ies") && len(w) > 4:
		w = w[:len(w)-3] + "y"
	case strings.HasSuffix(w, "ing") && len(w) > 5:
		w = w[:len(w)-3]
	case strings.HasSuffix(w, "ed") && len(w) > 4:
		w = w[:len(w)-2]
	case strings.HasSuffix(w, "es") && len(w) > 4:
		w = w[:len(w)-2]
	case strings.HasSuffix(w, "s") && strings.IndexByte("sui", w[len(w)-2]) < 0: // not "class", "campus", "this"
		w = w[:len(w)-1]
	}
	if strings.HasSuffix(w, "e") && len(w) > 3 {
		w = w[:len(w)-1]
	}
	if n := len(w); n > 3 && w[n-1] == w[n-2] && strings.IndexByte("bdgkmnprt", w[n-1]) >= 0 {
		w = w[:n-1]
	}
	return w
}
