package command

import (
	"strings"
	"unicode"
)

// written is a stretch of a line in two forms of equal length: as its author wrote it, and folded to the few characters
// that the language knows. Parsing looks at the folded form; free text is taken from the other.
type written struct{ orig, fold []rune }

// write folds a line. Invisible characters at its ends, which mail programs leave behind, are dropped; inside it they
// stay and keep what they stand in from being a command.
func write(line string) written {
	orig := []rune(line)
	fold := make([]rune, len(orig))
	for i, r := range orig {
		fold[i] = foldRune(r)
	}
	return written{orig, fold}.trim()
}

// foldRune maps full-width forms, the dashes and quotes that phones and word processors put in, every kind of space,
// and capital letters to one plain character each.
func foldRune(r rune) rune {
	switch {
	case r < 0x80:
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		if r == '\t' || r == '\r' {
			return ' '
		}
		return r
	case 0xFF01 <= r && r <= 0xFF5E:
		return foldRune(r - 0xFEE0)
	case strings.ContainsRune("‐‑‒–—―⁃−﹘﹣－", r):
		return '-'
	case strings.ContainsRune("“”„‟«»″", r):
		return '"'
	case strings.ContainsRune("‘’‚‛′´", r):
		return '\''
	case unicode.IsSpace(r):
		return ' '
	}
	return unicode.ToLower(r)
}

// invisible tells whether a character takes no room on the screen.
func invisible(r rune) bool { return unicode.Is(unicode.Cf, r) }

func (w written) slice(from, to int) written { return written{w.orig[from:to], w.fold[from:to]} }
func (w written) len() int                   { return len(w.fold) }
func (w written) text() string               { return strings.TrimSpace(string(w.orig)) }
func (w written) folded() string             { return string(w.fold) }

func (w written) first() rune {
	if len(w.fold) == 0 {
		return 0
	}
	return w.fold[0]
}

func (w written) last() rune {
	if len(w.fold) == 0 {
		return 0
	}
	return w.fold[len(w.fold)-1]
}

// override tells whether a character turns around what is read: "#3-1" behind one is shown as "1-3#".
func override(r rune) bool { return r == '\u202d' || r == '\u202e' }

// trim drops spaces and invisible characters from both ends, but for those that turn the line around.
func (w written) trim() written {
	drops := func(r rune) bool { return r == ' ' || invisible(r) && !override(r) }
	from, to := 0, len(w.fold)
	for from < to && drops(w.fold[from]) {
		from++
	}
	for from < to && drops(w.fold[to-1]) {
		to--
	}
	return w.slice(from, to)
}

// bare drops what stands around a command without meaning anything: a list bullet, and quotes or emphasis marks that
// enclose the whole line.
func (w written) bare() written {
	if w.len() > 2 && strings.ContainsRune("-*•·+", w.first()) && w.fold[1] == ' ' {
		w = w.slice(2, w.len()).trim()
	}
	for range 3 {
		if w.len() > 2 && w.first() == w.last() && strings.ContainsRune("\"'`*_", w.first()) {
			w = w.slice(1, w.len()-1).trim()
		}
	}
	return w
}

// quoted tells whether a line bears a quote mark.
func (w written) quoted() bool { return w.first() == '>' || w.first() == '|' }

// shorten cuts a line for Raw, at most 200 bytes, never inside a character.
func shorten(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > 0 && s[cut]&0xC0 == 0x80 {
		cut--
	}
	return s[:cut]
}
