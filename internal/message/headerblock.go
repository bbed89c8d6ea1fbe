package message

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of one header block in a text.
const (
	maxBlockLines = 60  // lines, continued ones included: a long To list
	maxLabelBytes = 40  // a label with its emphasis
	maxContinued  = 12  // lines that one field goes on for
	maxValueBytes = 600 // of one field's value that are kept
)

// label is what a header line in a text tells, whatever its language.
type label uint8

const (
	noLabel label = iota
	fromLabel
	dateLabel
	toLabel
	subjectLabel
	otherLabel // Cc, Reply-To, Importance, Attachments
)

// headerBlock is a mail's header as mail programs write it above a mail that they quote or forward.
type headerBlock struct {
	start, end                int // lines; end excluded
	from, date, subject, to   string
	hasFrom, hasDate, hasSubj bool
	hasTo                     bool
}

// kinds counts which of the four fields that tell a header block are there.
func (b *headerBlock) kinds() int {
	n := 0
	for _, has := range [...]bool{b.hasFrom, b.hasDate, b.hasSubj, b.hasTo} {
		if has {
			n++
		}
	}
	return n
}

// plausible tells a mail program's header block from a form that people fill in, which may well have the lines From,
// To and Date, but neither an address nor a subject.
func (b *headerBlock) plausible(divided bool) bool {
	if !b.hasFrom && !b.hasTo || !b.hasDate && !b.hasSubj {
		return false
	}
	if divided {
		return b.kinds() >= 2
	}
	if b.kinds() < 3 {
		return b.hasFrom && strings.IndexByte(b.from, '@') > 0 && (b.hasSubj || hasDateAndClock(b.date))
	}
	return b.hasSubj || strings.IndexByte(b.from, '@') > 0 || hasDateAndClock(b.date)
}

func hasDateAndClock(s string) bool {
	date, clock := dateClues(asciiDigits(s))
	return date && clock
}

// headerBlockAt reads a header block that begins in line i. A divider above it makes fewer fields suffice.
func (t *trimmer) headerBlockAt(i int, divided bool) (headerBlock, bool) {
	b := headerBlock{start: i, end: i}
	kind, value := labelOf(t.at(i))
	if kind == noLabel || kind == otherLabel && !divided || i < t.tried {
		return b, false
	}
	continued, wide, last := 0, false, kind
	for k := i; k < len(t.lines) && k < i+maxBlockLines; k++ {
		if t.lines[k].mark == blank {
			// some programs set a blank line after each field: go on only if the next line is a field again
			if n := k + 1; n < len(t.lines) && t.lines[n].mark == words && (wide || b.kinds() < 3) {
				if next, _ := labelOf(t.at(n)); next != noLabel && !b.has(next) {
					wide = true
					continue
				}
			}
			break
		}
		if t.lines[k].mark == quoted {
			break
		}
		if k > i {
			kind, value = labelOf(t.at(k))
		}
		if kind == noLabel {
			if continued++; continued > maxContinued {
				break
			}
			if !t.continuesField(k) {
				break
			}
			b.extend(last, t.at(k))
			continue
		}
		continued = 0
		b.set(kind, value)
		last = kind
		b.end = k + 1
	}
	b.end = max(b.end, t.fieldEnd(b.end, &b))
	if !b.plausible(divided) {
		t.tried = max(t.tried, b.end) // what begins further down in it holds even less
		return b, false
	}
	return b, true
}

// continuesField tells whether the line k, which is no field, can be the rest of the field above it: another field
// must follow before a blank line does.
func (t *trimmer) continuesField(k int) bool {
	for n := k + 1; n < len(t.lines) && n <= k+maxContinued && t.lines[n].mark == words; n++ {
		if kind, _ := labelOf(t.at(n)); kind != noLabel {
			return true
		}
	}
	return false
}

// fieldEnd takes in the wrapped rest of the last field, if that is a list of addresses or a subject set off by a blank
// line from the text below.
func (t *trimmer) fieldEnd(end int, b *headerBlock) int {
	n := end
	for n < len(t.lines) && n < end+maxContinued && t.lines[n].mark == words && strings.IndexByte(t.at(n), '@') > 0 &&
		strings.ContainsAny(t.at(n), ";,<>") && strings.IndexByte(";,", t.text[t.lines[n-1].last-1]) >= 0 {
		n++
	}
	return n
}

func (b *headerBlock) has(kind label) bool {
	switch kind {
	case fromLabel:
		return b.hasFrom
	case dateLabel:
		return b.hasDate
	case toLabel:
		return b.hasTo
	case subjectLabel:
		return b.hasSubj
	}
	return false
}

// set notes a field. The first one of a kind counts.
func (b *headerBlock) set(kind label, value string) {
	switch kind {
	case fromLabel:
		keepFirst(&b.hasFrom, &b.from, value)
	case dateLabel:
		keepFirst(&b.hasDate, &b.date, value)
	case toLabel:
		keepFirst(&b.hasTo, &b.to, value)
	case subjectLabel:
		keepFirst(&b.hasSubj, &b.subject, value)
	}
}

// extend adds the wrapped rest of a field.
func (b *headerBlock) extend(kind label, rest string) {
	field := [...]*string{fromLabel: &b.from, dateLabel: &b.date, toLabel: &b.to, subjectLabel: &b.subject, otherLabel: nil}[kind]
	if field != nil && len(*field) < maxValueBytes {
		*field += " " + rest
	}
}

func keepFirst(has *bool, field *string, value string) {
	if !*has {
		*has, *field = true, value
	}
}

// labelOf reads a line as a header field: "From: Kim", "*Von:* Kim", "De : Kim", "寄件者：Kim".
func labelOf(s string) (label, string) {
	s = strings.TrimLeft(s, "*_ \u00a0")
	colon := -1
	for i := 0; i < len(s) && i < maxLabelBytes; i++ {
		if s[i] == ':' {
			colon = i
			break
		}
		if s[i] == 0xef && strings.HasPrefix(s[i:], "\uff1a") {
			colon = i
			break
		}
	}
	if colon <= 0 {
		return noLabel, ""
	}
	var buf [2 * maxLabelBytes]byte
	key := foldLabel(buf[:0], s[:colon])
	kind, ok := labels[string(key)]
	if !ok {
		return noLabel, ""
	}
	_, size := utf8.DecodeRuneInString(s[colon:])
	return kind, strings.Trim(s[colon+size:], "*_ \t\u00a0")
}

// foldLabel writes a label in lower case without emphasis and with single spaces.
func foldLabel(b []byte, s string) []byte {
	space := false
	for _, r := range s {
		switch {
		case r == '*' || r == '_':
		case r == ' ' || r == '\t' || r == 0xa0 || r == 0x3000:
			space = len(b) > 0
		default:
			if space {
				b = append(b, ' ')
				space = false
			}
			b = utf8.AppendRune(b, unicode.ToLower(r))
		}
	}
	return b
}

// dividerAt reads the line i as a divider, such as "-----Original Message-----" or "Begin forwarded message:", alone or
// with a header block below it, and returns the line after both, or i.
func (t *trimmer) dividerAt(i int) int {
	s := t.at(i)
	switch known := isDivider(s); {
	case known && isDash(s, true):
		return t.belowDivider(i)
	case known, mayDivide(s), isRule(s) && len(s) >= 5:
		// "Begin forwarded message:" alone is a sentence, and a rule a rule: a header block must follow
		n := t.next(i + 1)
		if n > i+3 || n >= len(t.lines) {
			return i
		}
		if t.lines[n].mark == quoted {
			if kind, _ := labelOf(unquote(t.at(n))); known && kind != noLabel {
				return i + 1
			}
			return i
		}
		if b, ok := t.headerBlockAt(n, true); ok && b.hasFrom {
			return b.end
		}
	case isDash(s, true):
		if _, ok := gluedBlock(s); ok {
			return i + 1
		}
	}
	return i
}

// belowDivider returns the line after a divider and the header block or attribution that may follow it.
func (t *trimmer) belowDivider(i int) int {
	n := t.next(i + 1)
	if n < len(t.lines) && t.lines[n].mark == words {
		if b, ok := t.headerBlockAt(n, true); ok {
			return b.end
		}
		if h := t.attributionAt(n); h.end > 0 && h.start == n {
			return h.end
		}
	}
	return i + 1
}

// gluedBlock reads a divider and a header block that a mail program has written into one line without anything between
// them: "----- Forwarded Message ----- From: Kim <kim@school.example>To: …Sent: …Subject: …".
func gluedBlock(s string) (b headerBlock, ok bool) {
	if len(s) < 40 || len(s) > 4000 {
		return b, false
	}
	core := strings.TrimLeftFunc(s, func(r rune) bool { return isRuleRune(r) || isUnseen(r) })
	end := strings.Index(core, "--")
	if end < 4 || end > 100 || dividerKind("-----"+core[:end]+"-----") == 0 {
		return b, false
	}
	rest := strings.TrimLeftFunc(core[end:], func(r rune) bool { return isRuleRune(r) || isUnseen(r) })
	kind, from := noLabel, 0
	for i := 0; i < len(rest); i++ {
		if rest[i] != ':' {
			continue
		}
		k, start := labelBefore(rest, i, from)
		if k == noLabel {
			continue
		}
		b.set(kind, strings.TrimSpace(rest[from:start]))
		kind, from = k, i+1
	}
	b.set(kind, strings.TrimSpace(rest[from:]))
	return b, b.plausible(true)
}

// labelBefore finds the label that ends before the colon at i, and where it begins, at from or later.
func labelBefore(s string, i, from int) (label, int) {
	best, at := noLabel, i
	var buf [2 * maxLabelBytes]byte
	for start := i - 1; start >= from && start > i-maxLabelBytes; start-- {
		if c := s[start]; c >= 0x80 && c < 0xc0 {
			continue // in the middle of a character
		}
		if kind, ok := labels[string(foldLabel(buf[:0], s[start:i]))]; ok && s[start] != ' ' {
			best, at = kind, start
		}
	}
	return best, at
}

// isRule tells a line drawn of dashes, underscores, stars or the like.
func isRule(s string) bool {
	n := 0
	for _, r := range s {
		switch {
		case isRuleRune(r):
			n++
		case r != ' ' && r != 0xa0:
			return r == 0x1427 && len(s) == 3 // a mail tracker's mark, alone on its line
		}
	}
	return n >= 2 || n == 1 && (strings.HasPrefix(s, "—") || strings.HasPrefix(s, "–") || strings.HasPrefix(s, "―"))
}

// isRuleRune tells the characters that rules and dividers are drawn with.
func isRuleRune(r rune) bool {
	switch r {
	case '-', '_', '*', '=', '~', '#', '+', '‐', '‑', '‒', '–', '—', '―', '─', '━', '═', '•', '·', '﹘', '－', '＿':
		return true
	}
	return false
}

// cutRune removes the first or the last character of s.
func cutRune(s string, front bool) (rune, string) {
	if front {
		r, n := utf8.DecodeRuneInString(s)
		return r, s[n:]
	}
	r, n := utf8.DecodeLastRuneInString(s)
	return r, s[:len(s)-n]
}
