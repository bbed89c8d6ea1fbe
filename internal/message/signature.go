package message

import "strings"

// Limits of what may be taken for a signature without the standard delimiter.
const (
	maxSignatureLines = 12
	maxDeviceBytes    = 160
)

// dropSignatures elides what stands below the delimiter "-- " (RFC 3676, section 4.3), with or without its space, down
// to the next quote or to the end, and the lines that telephones add, where they stand in a paragraph of their own.
func (t *trimmer) dropSignatures() {
	inFence := false
	for i := 0; i < t.cut; i++ {
		l := &t.lines[i]
		if l.gone || l.mark != words {
			continue
		}
		s := t.at(i)
		switch {
		case strings.HasPrefix(s, "```"):
			inFence = !inFence
		case inFence:
		case isSignatureDelimiter(s):
			end := i + 1
			for end < t.cut && t.lines[end].mark != quoted && t.lines[end].mark != attribution {
				end++
			}
			t.sign(i, end)
			i = end - 1
		case t.alone(i) && isDeviceLine(s, true):
			t.sign(i, i+1)
		}
	}
}

// isSignatureDelimiter tells "--", in the dashes of any editor.
func isSignatureDelimiter(s string) bool {
	return s == "--" || s == "—" || s == "––" || s == "—-" || s == "-—" || s == "*--*" || s == "——"
}

// sign elides lines as a signature.
func (t *trimmer) sign(i, j int) {
	for ; i < j; i++ {
		if t.lines[i].mark == words {
			t.lines[i].mark = signature
		}
		t.lines[i].gone = true
	}
}

// alone tells whether blank or elided lines surround the line i.
func (t *trimmer) alone(i int) bool {
	above := i == 0 || t.lines[i-1].mark == blank || t.lines[i-1].gone
	below := i+1 >= len(t.lines) || t.lines[i+1].mark == blank || t.lines[i+1].gone
	return above && below
}

// dropTail elides, from the end of what is kept upwards, rules, the lines that telephones and virus scanners add, legal
// notices, the footers of mailing lists, and signatures below a rule.
func (t *trimmer) dropTail() {
	for {
		end := t.end()
		if end == 0 || t.lines[end-1].mark != words {
			return
		}
		start := t.tailAt(end)
		if start == end {
			return
		}
		t.sign(start, end)
	}
}

// tailAt returns where the removable tail above line end begins, or end.
func (t *trimmer) tailAt(end int) int {
	s := t.at(end - 1)
	if isRule(s) && !strings.HasPrefix(s, "```") || isDeviceLine(s, false) || isDashedName(s) && t.alone(end-1) {
		return end - 1
	}
	start := end - 1
	for start > 0 && t.lines[start-1].mark == words && !t.lines[start-1].gone && end-start < maxFooterLines && !isRule(t.at(start-1)) {
		start--
	}
	if isFooter(t.text[t.lines[start].first:t.lines[end-1].last]) && t.keepsSomething(start) {
		return start
	}
	if rule := t.ruleOver(end); rule >= 0 {
		return rule
	}
	return t.contactsAbove(start, end)
}

// keepsSomething tells whether somebody's words remain above line i, so that a mail about a legal notice, or a
// newsletter that is nothing but small print, is not emptied.
func (t *trimmer) keepsSomething(i int) bool {
	for k := i - 1; k >= 0 && k >= i-maxTailLook; k-- {
		if l := &t.lines[k]; !l.gone && l.mark != blank && !isRule(t.at(k)) {
			return true
		}
	}
	return i > maxTailLook
}

const maxTailLook = 200

// ruleOver looks for a rule of underscores, dashes or the like above a few short lines at the end that read like a
// signature or a footer, and returns its line, or -1.
func (t *trimmer) ruleOver(end int) int {
	size := 0
	for k := end - 1; k >= 0 && end-k <= maxSignatureLines+1; k-- {
		l := &t.lines[k]
		if l.mark != words && l.mark != blank || l.gone {
			return -1
		}
		if l.mark == blank {
			continue
		}
		s := t.at(k)
		if isRule(s) && k < end-1 {
			below := t.text[l.last:t.lines[end-1].last]
			short := s[0] == '_' && strings.Count(below, "\n") <= 3 && size <= 160
			if (short || contacts(below) > 0 || isFooter(below)) && t.keepsSomething(k) {
				return k
			}
			return -1
		}
		if size += len(s); size > 600 || len(s) > 100 {
			return -1
		}
	}
	return -1
}

// contactsAbove elides the lines of a signature without a delimiter, if it is certain: the last paragraph is short, at
// least two of its lines hold a telephone number, an address or a link, and it follows a closing formula. The formula and
// the name stay, for they are the author's.
func (t *trimmer) contactsAbove(start, end int) int {
	if end-start < 2 || end-start > maxSignatureLines {
		return end
	}
	closing := -1
	for k := end - 1; k >= start && closing < 0; k-- {
		if len(t.at(k)) > 100 {
			return end
		}
		if isClosing(t.at(k)) {
			closing = k
		}
	}
	if closing < 0 {
		above := start - 1
		for above >= 0 && t.lines[above].mark == blank {
			above--
		}
		if above < 0 || t.lines[above].gone || !isClosing(t.at(above)) {
			return end
		}
		closing = above
	}
	name := t.next(closing + 1)
	first := name + 1
	if first >= end || contacts(t.at(name)) > 0 {
		first = name
	}
	if first >= end || contactLines(t, first, end) < 2 {
		return end
	}
	return first
}

// contactLines counts lines with a telephone number, an address or a link.
func contactLines(t *trimmer, start, end int) int {
	n := 0
	for k := start; k < end; k++ {
		if t.lines[k].mark == words && contacts(t.at(k)) > 0 {
			n++
		}
	}
	return n
}

// contacts counts the kinds of contact that a text names: mail address, link, telephone number.
func contacts(s string) int {
	n := 0
	if strings.IndexByte(s, '@') > 0 {
		n++
	}
	if strings.Contains(s, "://") || strings.Contains(s, "www.") {
		n++
	}
	if hasPhone(s) {
		n++
	}
	return n
}

// hasPhone tells whether s contains seven digits or more with nothing but the punctuation of telephone numbers between.
func hasPhone(s string) bool {
	n := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			if n++; n >= 9 || n >= 7 && (i+1 == len(s) || s[i+1] == ' ' || s[i+1] == '\n' || s[i+1] == ',') {
				return true
			}
		case c == ' ' || c == '-' || c == '.' || c == '(' || c == ')' || c == '+' || c == '/':
		default:
			n = 0
		}
	}
	return false
}

// isDashedName tells "-Kim Tran", as some sign.
func isDashedName(s string) bool {
	if len(s) < 3 || len(s) > 40 || s[0] != '-' || s[1] < 'A' || s[1] > 'Z' {
		return false
	}
	spaces := 0
	for i := 1; i < len(s); i++ {
		c := s[i]
		switch {
		case c == ' ':
			if spaces++; i+1 < len(s) && s[i+1] >= 'a' && s[i+1] <= 'z' {
				return false
			}
		case c >= 0x80, c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '.', c == '\'', c == '-':
		default:
			return false
		}
	}
	return spaces <= 2
}
