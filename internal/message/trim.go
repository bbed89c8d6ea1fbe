package message

import "strings"

// Limits of one trimming: what lies beyond goes the way of the last line looked at.
const (
	maxTrimBytes = 1 << 20
	maxTrimLines = 1 << 15
)

// mark says what a line of a mail's text is.
type mark uint8

const (
	words       mark = iota // somebody's text
	blank                   // nothing but white space
	quoted                  // marked as a quote by the mail program
	attribution             // "On … Kim wrote:", or any line that introduces what was written before
	signature               // below a signature delimiter, or put there by a telephone
)

// line is one line of the text, as offsets into it: the whole line without its end, and the line without white space.
type line struct {
	start, end  uint32
	first, last uint32
	mark        mark
	gone        bool // belongs to the elided part
	introduces  bool // an attribution below which the mail program marked the quote
}

// trimmer holds one text while it is taken apart.
type trimmer struct {
	text  string
	topic string
	lines []line
	fold  []byte // scratch: a few lines in lower case
	cut   int    // first line of the history that is not marked as a quote; len(lines) if none
	kept  int    // no line from here on is kept and not blank
	tried int    // no header block begins above this line
}

// trimReply splits a mail's text into what its author newly wrote and the rest: quotes, signatures, footers. The topic
// helps to tell a quoted header block from new text. Every line that is not blank stands in exactly one of the two, in
// the order of the text. The work is linear in the length of the text.
//
// Answers between quotes are kept together with the quotes that they answer; quotes above or below all new text are
// elided. A forward without a comment has nothing new: its text is somebody else's, and no command in it may run.
func trimReply(text string, topic string) (reply, elided string) {
	head, rest := text, ""
	if end := trimEnd(text); end < len(text) {
		head, rest = text[:end], text[end:]
	}
	t := trimmer{text: head, topic: topic}
	t.split()
	t.findHistory()
	t.dropSignatures()
	t.dropTail()
	t.dropQuotes()
	t.dropTail()
	reply, elided = t.assemble()
	if rest != "" {
		if n := len(t.lines); n > 0 && t.lines[n-1].gone {
			elided += "\n" + rest
		} else {
			reply += "\n" + rest
		}
	}
	return reply, elided
}

// trimEnd tells how much of a text is looked at line by line.
func trimEnd(text string) int {
	if len(text) < maxTrimLines {
		return len(text)
	}
	end, lines := 0, 0
	for end < len(text) && end < maxTrimBytes && lines < maxTrimLines {
		n := strings.IndexByte(text[end:], '\n')
		if n < 0 {
			return len(text)
		}
		end, lines = end+n+1, lines+1
	}
	return end
}

// split cuts the text into lines and marks blank and quoted ones.
func (t *trimmer) split() {
	t.lines = make([]line, 0, 1+strings.Count(t.text, "\n"))
	for pos := 0; pos < len(t.text); {
		end := len(t.text)
		if n := strings.IndexByte(t.text[pos:], '\n'); n >= 0 {
			end = pos + n
		}
		first, last := trimSpan(t.text, pos, end)
		l := line{start: uint32(pos), end: uint32(end), first: uint32(first), last: uint32(last)}
		switch {
		case first == last:
			l.mark = blank
		case t.text[first] == '>':
			l.mark = quoted
		}
		t.lines = append(t.lines, l)
		pos = end + 1
	}
	t.cut, t.kept = len(t.lines), len(t.lines)
}

// trimSpan narrows text[start:end] by white space and by characters that show nothing.
func trimSpan(text string, start, end int) (int, int) {
	for start < end && text[start] <= ' ' {
		start++
	}
	for start < end && text[end-1] <= ' ' {
		end--
	}
	if start == end || text[start] < 0x80 && text[end-1] < 0x80 {
		return start, end
	}
	s := strings.TrimLeftFunc(text[start:end], isUnseen)
	start = end - len(s)
	return start, start + len(strings.TrimRightFunc(s, isUnseen))
}

// isUnseen tells white space and invisible characters: no-break and zero-width spaces, joiners, direction marks, BOM.
func isUnseen(r rune) bool {
	switch {
	case r <= ' ', r == 0x7f, r == 0x85, r == 0xa0, r == 0xad, r == 0x034f, r == 0x1680, r == 0x180e, r == 0x3000, r == 0xfeff:
		return true
	case r >= 0x2000 && r <= 0x200f, r >= 0x2028 && r <= 0x202f, r >= 0x205f && r <= 0x2064, r >= 0x2066 && r <= 0x206f:
		return true
	}
	return false
}

// at returns a line without the white space around it.
func (t *trimmer) at(i int) string { return t.text[t.lines[i].first:t.lines[i].last] }

// next returns the first line from i on that is not blank, or len(lines).
func (t *trimmer) next(i int) int {
	for i < len(t.lines) && t.lines[i].mark == blank {
		i++
	}
	return i
}

// drop puts the lines from i to j, j excluded, into the elided part.
func (t *trimmer) drop(i, j int) {
	for ; i < j; i++ {
		t.lines[i].gone = true
	}
}

// end returns the line after the last one that is kept and not blank.
func (t *trimmer) end() int {
	t.kept = min(t.cut, t.kept)
	for t.kept > 0 && (t.lines[t.kept-1].gone || t.lines[t.kept-1].mark == blank) {
		t.kept--
	}
	return t.kept
}

// assemble joins the kept lines and the elided ones.
func (t *trimmer) assemble() (reply, elided string) {
	if t.end() == 0 {
		if t.next(0) == len(t.lines) {
			return "", ""
		}
		return "", trimEdges(t.text)
	}
	var kept, gone strings.Builder
	keep, lose := 0, 0
	for i := range t.lines {
		if t.lines[i].gone {
			lose += int(t.lines[i].end-t.lines[i].start) + 1
		} else {
			keep += int(t.lines[i].end-t.lines[i].start) + 1
		}
	}
	if lose == 0 {
		return trimEdges(t.text), ""
	}
	kept.Grow(keep)
	gone.Grow(lose)
	for i := range t.lines {
		l := &t.lines[i]
		to := &kept
		if l.gone {
			to = &gone
		}
		to.WriteString(t.text[l.start:l.end])
		to.WriteByte('\n')
	}
	return trimEdges(kept.String()), trimEdges(gone.String())
}
