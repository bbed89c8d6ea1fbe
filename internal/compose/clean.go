package compose

import (
	"html"
	"html/template"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"triaged/internal/command"
)

// What other people wrote passes through here before it stands in a mail of ours.

// ahead is how much more of a text than is printed is looked at, so that what is masked or neutralised at its end is seen
// whole.
const ahead = 512

// safeLine makes one line of what somebody wrote, at most max characters of it.
func safeLine(s string, max int) string {
	return oneLine(command.Neutralise(Mask(oneLine(s, max+ahead))), max)
}

// safeText makes paragraphs of what somebody wrote, about max characters of it.
func safeText(s string, max int) Words {
	s, cut := paragraphs(s, max+ahead)
	s = command.Neutralise(Mask(s))
	if !cut && len(s) <= max {
		return Words{Text: s}
	}
	s, more := paragraphs(s, max)
	return Words{Text: s, Cut: cut || more}
}

// Words is a longer text inside a mail, already made safe.
type Words struct {
	Text string
	Cut  bool // there is more of it
}

// String is the text, for text templates.
func (w Words) String() string { return w.Text }

// Line is the text as one line.
func (w Words) Line() string { return strings.Join(strings.Fields(w.Text), " ") }

// HTML is the text with its line breaks, for HTML templates.
func (w Words) HTML() template.HTML {
	return template.HTML(strings.ReplaceAll(html.EscapeString(w.Text), "\n", "<br>\n"))
}

// oneLine folds every run of blanks and control characters to one space, drops what has no width or turns the writing
// direction, and cuts at max characters.
func oneLine(s string, max int) string {
	if isPlainLine(s) && len(s) <= max {
		return s
	}
	var b strings.Builder
	count, blank := 0, false
	for _, r := range s {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			blank = b.Len() > 0
			continue
		}
		if isInvisible(r) {
			continue
		}
		if count++; blank {
			count++
		}
		if count > max {
			return strings.TrimRight(b.String(), " ") + "…"
		}
		if blank {
			b.WriteByte(' ')
			blank = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// isPlainLine tells whether oneLine would change nothing but the length.
func isPlainLine(s string) bool {
	last := byte(' ')
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c > '~' || c == ' ' && last == ' ' {
			return false
		}
		last = c
	}
	return last != ' ' || s == ""
}

// paragraphs cleans a text that keeps its lines, and cuts it at a word after about max characters. It tells whether
// there was more.
func paragraphs(s string, max int) (string, bool) {
	var b strings.Builder
	b.Grow(min(len(s), max+ahead))
	count, blanks := 0, 2
	for len(s) > 0 {
		line := s
		if i := strings.IndexAny(s, "\r\n"); i >= 0 {
			line, s = s[:i], strings.TrimPrefix(s[i+1:], lineFeedAfter(s[i]))
		} else {
			s = ""
		}
		clean, n, cut := cleanLine(line, max-count)
		count += n
		switch {
		case cut && b.Len() > 0 && !strings.Contains(clean, " "): // a piece of a word says nothing
		case clean == "":
			blanks++
		default:
			if b.Len() > 0 {
				b.WriteString("\n\n"[:min(blanks, 1)+1])
			}
			b.WriteString(clean)
			blanks = 0
		}
		if cut || count >= max && strings.TrimSpace(s) != "" {
			return strings.TrimRight(b.String(), " ") + " …", true
		}
	}
	return b.String(), false
}

// lineFeedAfter is what belongs to a carriage return that ends a line.
func lineFeedAfter(c byte) string {
	if c == '\r' {
		return "\n"
	}
	return ""
}

// cleanLine drops what cannot be seen from a line, and cuts it behind a word if it is longer than room characters.
func cleanLine(s string, room int) (clean string, count int, cut bool) {
	if len(s) <= room && isPrintable(s) {
		return strings.TrimRight(s, " "), len(s), false
	}
	var b strings.Builder
	word := 0 // where the last word ended
	for _, r := range s {
		switch {
		case r == '\t' || r == '\u00a0':
			r = ' '
		case unicode.IsControl(r) || isInvisible(r):
			continue
		}
		if count++; count > room {
			s = b.String()
			if word > len(s)/2 {
				s = s[:word]
			}
			return strings.TrimRight(s, " "), room, true
		}
		if r == ' ' {
			word = b.Len()
		}
		b.WriteRune(r)
	}
	return strings.TrimRight(b.String(), " "), count, false
}

// isPrintable tells whether a line is plain ASCII, as most are.
func isPrintable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// isInvisible tells whether a character has no width of its own or turns the writing direction. The joiner of emoji and of
// some scripts stays.
func isInvisible(r rune) bool {
	if r < 0xad {
		return false
	}
	return r != '\u200d' && r != '\u200c' && unicode.Is(unicode.Cf, r) || r == utf8.RuneError || r == '\u2028' || r == '\u2029'
}

func itoa(n int) string { return strconv.Itoa(n) }
