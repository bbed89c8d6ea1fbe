package message

import "strings"

// history is what introduces an earlier mail: the lines from start to end, end excluded.
type history struct {
	start, end int
	strong     bool // what follows is an earlier mail even if it is not marked as a quote
	sentence   bool // "On … Kim wrote:", which may also stand above a quote that the author has deleted
}

// findHistory marks what introduces earlier mails and sets cut to the first line below which everything is earlier,
// because the mail program did not mark it as a quote.
func (t *trimmer) findHistory() {
	firstWords := -1
	for i := 0; i < len(t.lines); i++ {
		switch t.lines[i].mark {
		case blank:
			continue
		case quoted:
			if !isEnclosed(t.at(i)) && !t.closesAddress(i) {
				continue
			}
		}
		h := t.historyAt(i)
		if h.end == 0 {
			if firstWords < 0 && !isRule(t.at(i)) {
				firstWords = i
			}
			continue
		}
		if firstWords >= h.start {
			firstWords = -1
		}
		after := t.next(h.end)
		switch {
		case after < len(t.lines) && (t.lines[after].mark == quoted || t.markBars(after)):
			t.introduce(h, true)
			i = after - 1
		case h.strong && (firstWords >= 0 || !h.sentence):
			t.introduce(h, false)
			t.cut = h.start
			t.drop(h.start, len(t.lines))
			t.markInitials()
			return
		case h.strong:
			t.introduce(h, false) // nothing above: what stands below may well be new
			i = h.end - 1
		case firstWords < 0:
			firstWords = h.start
		}
	}
	t.markInitials()
}

// introduce marks lines as an attribution. It is elided wherever it stands.
func (t *trimmer) introduce(h history, marksQuote bool) {
	for i := h.start; i < h.end; i++ {
		if t.lines[i].mark != blank {
			t.lines[i].mark = attribution
			t.lines[i].introduces = marksQuote
		}
		t.lines[i].gone = true
	}
}

// historyAt reads the line i, which is not blank, as the last line of an attribution, as a divider or as the first
// line of a header block. The answer's end is 0 if it is none of them.
func (t *trimmer) historyAt(i int) history {
	s := t.at(i)
	if isReplyMarker(s) {
		return history{start: i, end: i + 1, strong: true}
	}
	if end := t.dividerAt(i); end > i {
		return history{start: i, end: end, strong: true}
	}
	if b, ok := t.headerBlockAt(i, false); ok {
		return history{start: i, end: b.end, strong: true}
	}
	return t.attributionAt(i)
}

// closesAddress tells a line such as "> wrote:" that is no quote but the wrapped end of "On … Kim <kim@school.example".
func (t *trimmer) closesAddress(i int) bool {
	rest := strings.TrimLeft(t.at(i)[1:], " ")
	if i == 0 || rest == "" || len(rest) > 60 || !endsAttribution(rest) {
		return false
	}
	for k := i - 1; k >= 0 && k >= i-4; k-- {
		if t.lines[k].mark == quoted {
			return false
		}
		s := t.at(k)
		if open := strings.LastIndexByte(s, '<'); open >= 0 && strings.IndexByte(s[open:], '>') < 0 {
			return true
		}
	}
	return false
}

// isEnclosed tells GroupWise's attribution ">>> Kim Tran <kim@school.example> 11/23/2026 9:10 AM >>>" from a quote.
func isEnclosed(s string) bool {
	return len(s) > 12 && strings.HasPrefix(s, ">>>") && strings.HasSuffix(s, ">>>") && strings.Trim(s, "> ") != ""
}

// markBars marks lines that begin with "|" as quoted, from line i on, if i is one: some mail programs quote with bars.
// Only an attribution above makes them quotes; elsewhere they are tables.
func (t *trimmer) markBars(i int) bool {
	k := i
	for ; k < len(t.lines) && t.lines[k].mark == words && t.at(k)[0] == '|'; k++ {
		t.lines[k].mark = quoted
	}
	return k > i
}

// markInitials marks lines that begin with somebody's initials and ">" ("KT> …"), if two follow each other.
func (t *trimmer) markInitials() {
	for i := 0; i < t.cut; i++ {
		n := initials(t.lines[i], t)
		if n == 0 {
			continue
		}
		k := i + 1
		for k < t.cut && initials(t.lines[k], t) == n && t.at(k)[:n] == t.at(i)[:n] {
			k++
		}
		if k-i > 1 {
			for ; i < k; i++ {
				t.lines[i].mark = quoted
			}
		}
		i = k - 1
	}
}

// initials returns the length of "KT>" at the beginning of a line, or 0.
func initials(l line, t *trimmer) int {
	if l.mark != words {
		return 0
	}
	s := t.text[l.first:l.last]
	for n := 0; n < len(s) && n < 4; n++ {
		if s[n] == '>' {
			return min(n, 1) * (n + 1)
		}
		if s[n] < 'A' || s[n] > 'Z' {
			return 0
		}
	}
	return 0
}

// dropQuotes elides quotes below all new text, and those above it that an attribution introduces, and keeps the quotes
// between which the author wrote.
func (t *trimmer) dropQuotes() {
	t.joinWrapped()
	end := t.end()
	for end > 0 && (t.lines[end-1].gone || t.lines[end-1].mark != words) {
		end-- // the last of the author's words
	}
	if end == 0 {
		t.dropOnlyQuotes()
		return
	}
	t.drop(end, len(t.lines))
	t.dropLeading(end)
}

// dropOnlyQuotes decides for a mail without a word of its own. A bare quote is kept, for want of anything else, unless
// it is visibly an earlier mail.
func (t *trimmer) dropOnlyQuotes() {
	for i := range t.lines {
		if l := &t.lines[i]; l.mark == attribution || l.mark == quoted && t.opensMail(i) {
			t.drop(0, len(t.lines))
			return
		}
	}
	if i := t.next(0); i < len(t.lines) && t.quotesHeader(i) {
		t.drop(0, len(t.lines))
	}
}

// quotesHeader tells whether there is a header block among the first quoted lines from i on.
func (t *trimmer) quotesHeader(i int) bool {
	const first = 5
	q := trimmer{text: t.unquoted(i, min(len(t.lines), i+maxForwardHead))}
	q.split()
	for k := 0; k < len(q.lines) && k < first; k++ {
		if q.lines[k].mark != words {
			continue
		}
		if _, ok := q.headerBlockAt(k, false); ok {
			return true
		}
	}
	return false
}

// opensMail tells whether a quoted line, its quote marks aside, introduces a mail.
func (t *trimmer) opensMail(i int) bool {
	s := unquote(t.at(i))
	if s == "" || !endsAttribution(s) && !isDivider(s) {
		return false
	}
	q := trimmer{text: s}
	q.split()
	return q.historyAt(0).end > 0
}

// unquote removes the quote marks in front of a line.
func unquote(s string) string {
	for s != "" && (s[0] == '>' || s[0] == ' ') {
		s = s[1:]
	}
	return s
}

// joinWrapped takes a short line between two quoted ones for the wrapped end of the upper one, if that is long and the
// line goes on in lower case: careless mail programs wrap quotes without marking the rest.
func (t *trimmer) joinWrapped() {
	for i := 1; i+1 < t.cut; i++ {
		l := &t.lines[i]
		if l.mark != words || t.lines[i-1].mark != quoted || t.lines[i+1].mark != quoted {
			continue
		}
		above := t.lines[i-1].last - t.lines[i-1].first
		if c := t.text[l.first]; above >= 66 && l.last-l.first <= 30 && c >= 'a' && c <= 'z' {
			l.mark = quoted
		}
	}
}

// dropLeading elides an introduced quote above the new text if no other quote follows: an answer below one quote needs
// no context, answers between several do.
func (t *trimmer) dropLeading(end int) {
	i := 0
	introduced := false
	for ; i < end && (t.lines[i].gone || t.lines[i].mark != words); i++ {
		introduced = introduced || t.lines[i].mark == attribution && t.lines[i].introduces
	}
	if !introduced {
		return
	}
	for k := i; k < end; k++ {
		if t.lines[k].mark == quoted && !t.lines[k].gone {
			return
		}
	}
	t.drop(0, i)
}
