package message

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of one attribution.
const (
	maxAttributionLines = 6
	maxAttributionBytes = 500
)

// attributionAt reads the line i as the last line of an attribution such as
//
//	On Mon, Nov 23, 2026 at 9:10 AM Kim Tran
//	<kim@school.example> wrote:
//
// in any of the languages of the tables below. It is strong if it names an address, or a date and a time: then what
// follows is an earlier mail even where the mail program marks no quotes.
func (t *trimmer) attributionAt(i int) history {
	s := t.at(i)
	if !endsAttribution(s) {
		return t.bareAttributionAt(i)
	}
	best, blanks, broken := history{}, 0, false
	t.fold = t.fold[:0]
	for k := i; k >= 0 && k > i-maxAttributionLines; k-- {
		l := &t.lines[k]
		if l.mark == blank {
			if blanks++; blanks > 2 {
				break
			}
			continue
		}
		if l.gone || k < i && l.mark != words || int(t.lines[i].last-l.first) > maxAttributionBytes {
			break
		}
		if blanks > 0 && best.end > 0 && !broken {
			break // complete without what stands above the blank line
		}
		joined := t.text[l.first:t.lines[i].last]
		c := t.clues(joined)
		if !c.complete() {
			continue
		}
		if c.opens {
			return history{start: k, end: i + 1, strong: c.strong(), sentence: true}
		}
		// A verb alone in the last line may have the date and the name in the lines above.
		if blanks == 0 && (best.end == 0 || (broken || !best.strong) && c.address && c.date) {
			broken = c.continues
			best = history{start: k, end: i + 1, strong: c.strong(), sentence: true}
			if !c.continues && c.address && c.date {
				break
			}
		}
	}
	return best
}

// endsAttribution tells whether a line may be the last one of an attribution. It must be cheap: it sees every line.
func endsAttribution(s string) bool {
	switch s[len(s)-1] {
	case ':':
		return true
	case '-', '*', '_', '>', ' ':
		if s[len(s)-1] == '>' {
			return isEnclosed(s)
		}
		trimmed := strings.TrimRight(s, "-*_ ")
		return strings.HasSuffix(trimmed, ":") || strings.HasSuffix(trimmed, "wrote")
	case 'e': // some programs forget the colon
		return strings.HasSuffix(s, " wrote")
	case 0x9a: // the fullwidth colon
		return strings.HasSuffix(s, "\uff1a")
	case 0xa6: // the Ethiopic colon
		return strings.HasSuffix(s, "\u1366")
	}
	return false
}

// bareAttributionAt reads the line i as the attributions without a verb or a colon that old Gmail wrote in some
// languages: a date and a name, in a paragraph of their own.
func (t *trimmer) bareAttributionAt(i int) history {
	s := t.at(i)
	if s[0] < '0' || s[0] > '9' || len(s) > 200 || i > 0 && t.lines[i-1].mark != blank {
		return history{}
	}
	if i+1 < len(t.lines) && t.lines[i+1].mark != blank && t.lines[i+1].mark != quoted && t.at(i + 1)[0] != '|' {
		return history{}
	}
	c := t.clues(s)
	zone := strings.Contains(s, " GMT") && c.clock
	if !c.date || strings.Count(s, " ") > 12 || !zone && !(c.address && s[len(s)-1] == '>') {
		return history{}
	}
	return history{start: i, end: i + 1, strong: true, sentence: true}
}

// clues is what the words of a possible attribution tell.
type clues struct {
	verb      bool // "wrote" in some language
	quoting   bool // begins with "Quoting", in some language
	opens     bool // begins as attributions do: with "On", a weekday, a date, or a name
	continues bool // begins in the middle of something
	date      bool
	clock     bool
	address   bool
	enclosed  bool // ">>> … >>>"
}

func (c clues) complete() bool {
	return c.verb || c.quoting && c.address || c.date && c.clock && c.address || c.enclosed && c.date
}

func (c clues) strong() bool { return c.address || c.date && c.clock }

// clues reads the words of s.
func (t *trimmer) clues(s string) clues {
	c := clues{}
	c.date, c.clock = dateClues(asciiDigits(s))
	c.address = strings.IndexByte(s, '@') > 0
	c.enclosed = isEnclosed(s)
	if end := strings.IndexByte(s, '>'); end >= 0 && !c.enclosed {
		c.continues = s[0] == '<' || strings.IndexByte(s[:end], '<') < 0
	}
	first, second := true, false
	for rest := s; rest != ""; {
		var w []byte
		w, rest = t.word(rest)
		if len(w) == 0 {
			break
		}
		if first {
			c.opens = (prepositions[string(w)] || weekdays[string(w)]) && c.date || s[0] >= '0' && s[0] <= '9' && c.date || c.enclosed
			c.quoting = quotingWords[string(w)]
			c.continues = c.continues || wroteWords[string(w)]
			first, second = false, prepositions[string(w)]
		} else if second {
			// "On Wed, Dec 9, Kim" has neither year nor time
			c.opens = c.opens || weekdays[string(w)] || monthNamed(string(w)) > 0 && hasDigit(s)
			second = false
		}
		c.verb = c.verb || wroteWords[string(w)]
	}
	if !c.verb && s[len(s)-1] >= 0x80 || !c.verb && hasHigh(s) {
		c.verb = wroteParts.in(s)
	}
	return c
}

// word returns the next word of s in lower case, in the scratch buffer, and what follows it.
func (t *trimmer) word(s string) (w []byte, rest string) {
	w = t.fold[:0]
	for i := 0; i < len(s); {
		b := s[i]
		size, r := 1, rune(b)
		if b >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
		}
		switch {
		case b >= 'a' && b <= 'z':
			w = append(w, b)
		case b >= 'A' && b <= 'Z':
			w = append(w, b+'a'-'A')
		case b >= utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsMark(r)):
			w = utf8.AppendRune(w, unicode.ToLower(r))
		case len(w) > 0:
			t.fold = w
			return w, s[i:]
		}
		i += size
	}
	t.fold = w
	return w, ""
}

// dateClues tells whether s contains a date (a year, or numbers with two slashes, dots or dashes) and a time of day.
func dateClues(s string) (date, clock bool) {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			continue
		}
		n := digitRun(s, i)
		if i+n < len(s) && n <= 2 {
			sep := s[i+n]
			if m := digitRun(s, i+n+1); m > 0 && m <= 2 {
				switch sep {
				case ':', '.', 'h', 'H':
					clock = clock || m == 2
				}
				if end := i + n + 1 + m; (sep == '/' || sep == '.' || sep == '-') && end < len(s) && s[end] == sep && digitRun(s, end+1) > 0 {
					date = true
				}
			} else if sep == '.' && spacedDate(s[i+n:]) {
				date = true
			}
		}
		if n == 4 && (s[i] == '1' && s[i+1] == '9' || s[i] == '2' && s[i+1] == '0') && (i == 0 || s[i-1] != '@' && s[i-1] != '#') {
			date = true
		}
		i += n - 1
	}
	// "下午8:45" and "9 AM" are caught above or need no more than the date
	return date, clock
}

// spacedDate tells what follows the day in "23. 11. 26".
func spacedDate(s string) bool {
	s, ok := strings.CutPrefix(s, ". ")
	month := digitRun(s, 0)
	if !ok || month < 1 || month > 2 {
		return false
	}
	year, ok := strings.CutPrefix(s[month:], ". ")
	return ok && digitRun(year, 0) >= 2
}

// digitRun returns how many decimal digits stand in s from i on.
func digitRun(s string, i int) int {
	n := 0
	for i+n < len(s) && s[i+n] >= '0' && s[i+n] <= '9' {
		n++
	}
	return n
}

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }

func hasHigh(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return true
		}
	}
	return false
}

func containsAny(s string, parts []string) bool {
	for _, p := range parts {
		if strings.Contains(s, p) {
			return true
		}
	}
	return false
}
