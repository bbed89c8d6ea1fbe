package command

import (
	"strconv"
	"strings"
)

// maxLines is how many commands and mistakes one text may hold; the rest is refused in one mistake.
const maxLines = 500

// Read reads the text that an author newly wrote. Lines with "#" count anywhere in it, above a "-- " line; lines
// without count only in answers (see Answer), and only if the text, greeting and signature aside, is nothing but such
// lines. Where they do not count, what was plainly meant as a command is a mistake, so that nobody waits for what never
// happens: in those answers, and in a staff member's mail that says nothing else.
func Read(text string, s Setting) Reading {
	t := split(text, s)
	r := Reading{Bare: t.bare()}
	t.lacking = t.lacks(r.Bare)
	var note []string
	for i := range t.lines {
		l := t.meaning(i, r.Bare)
		switch l.sense {
		case command:
			l.cmd.Line = i + 1
			r.Commands = append(r.Commands, l.cmd)
		case mistake:
			l.slip.Line = i + 1
			r.Mistakes = append(r.Mistakes, l.slip)
			if l.words > 3 && !l.meant {
				note = append(note, t.raw[i])
			}
		case aKey:
			r.Keys = append(r.Keys, l.key)
		case unread:
			l.slip.Line = i + 1
			r.Mistakes = append(r.Mistakes, l.slip)
			if t.answers() && !l.row && !s.Beside { // what names its request is no word about another
				note = append(note, t.raw[i])
			}
		default:
			if was := t.lines[i]; was.sense == remark && s.Answer == Digest && !t.trimmed(i) && t.begins(i) {
				r.Remarks = append(r.Remarks, was.slip)
			}
			if !t.trimmed(i) && (!r.Bare || l.sense == quote) {
				note = append(note, t.raw[i])
			}
		}
		if len(r.Commands)+len(r.Mistakes) >= maxLines || len(r.Keys) >= maxLines {
			r.Mistakes = append(r.Mistakes, Mistake{Line: i + 1, Raw: shorten(t.raw[i]),
				Why: "a mail can hold " + strconv.Itoa(maxLines) + " commands; what follows was not read", Hint: "send the rest in another mail"})
			note = append(note, t.raw[i+1:]...)
			break
		}
	}
	r.Note = tidy(note)
	return r
}

// text is a mail's new text, cut into lines and regions.
type text struct {
	set   Setting
	raw   []string
	lines []*line
	start int // first line behind the greeting
	end   int // first line of the signature

	lacking func(i int) bool // whether a line without "#" is named, since it does not count
}

// ordinary is every line of ordinary text: most lines are, and share it.
var ordinary = &line{}

func split(whole string, s Setting) text {
	whole = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n", "\v", "\n", "\f", "\n").Replace(whole)
	t, marked := text{set: s}, 0
	for raw := range strings.SplitSeq(whole, "\n") {
		raw = strings.TrimRight(raw, " \t")
		if raw == "--" { // RFC 3676, section 4.3: what follows is a signature
			break
		}
		l := ordinary
		if marked <= maxLines && raw != "" {
			if parsed := parseLine(raw, s); parsed.sense != prose {
				l, marked = &parsed, marked+1
			}
		}
		t.raw = append(t.raw, raw)
		t.lines = append(t.lines, l)
	}
	t.start, t.end = greetingEnd(t.raw, t.lines), signatureStart(t.raw, t.lines, s.Author)
	return t
}

// unread is a line that was plainly meant as a command and does not count without its "#".
const unread sense = -1

// trimmed tells whether a line belongs to the greeting or the signature.
func (t *text) trimmed(i int) bool { return i < t.start || i >= t.end }

// bare tells whether lines without "#" count.
func (t *text) bare() bool {
	if t.set.Beside {
		return false
	}
	switch t.set.Answer {
	case Notice, Reminder, Digest, Confirmation, Trouble:
	default:
		return false
	}
	found := false
	for i, l := range t.lines {
		switch {
		case t.trimmed(i) || l.sense == quote || strings.TrimSpace(t.raw[i]) == "":
		case l.sense == prose && closes(plainWords(t.raw[i]), plainWords(t.set.Author)): // "Thanks" above the command
		case l.sense == prose, t.set.Answer == Trouble && !l.cmd.Verb.order():
			return false
		case l.sense != remark && !l.hashed:
			found = true
		}
	}
	return found
}

// meaning is what a line is within the whole text.
func (t *text) meaning(i int, bare bool) line {
	l := *t.lines[i]
	switch {
	case l.sense == prose || l.sense == quote || l.sense == aKey:
	case l.hashed:
		if l.sense == mistake && i >= t.end && l.slip.Near == nil {
			l.sense = prose // a hashtag or telephone number in a signature
		}
	case t.trimmed(i):
		l.sense = prose
	case bare && l.sense == remark:
		l.sense = mistake
	case bare:
	case !t.lacking(i):
		l.sense = prose
	case l.sense == command:
		l.sense, l.slip = unread, t.unsigned(l.cmd)
	default:
		l.sense = unread
	}
	return l
}

// answers tells whether the mail answers one whose commands may go without "#".
func (t *text) answers() bool {
	a := t.set.Answer
	return a == Notice || a == Reminder || a == Digest || a == Confirmation
}

// tidy joins the lines of a note, without empty ones at its ends and with no two together.
func tidy(lines []string) string {
	var kept []string
	for _, l := range lines {
		if strings.TrimSpace(l) == "" && (len(kept) == 0 || kept[len(kept)-1] == "") {
			continue
		}
		kept = append(kept, strings.TrimRight(l, " \t"))
	}
	return strings.TrimSpace(strings.Join(kept, "\n"))
}
