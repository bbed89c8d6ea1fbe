package message

import "strings"

// maxForwards is how many forwards inside of forwards are followed to the first author; maxForwardTries how many lines of
// one text are tried as the beginning of one, and maxForwardHead how many lines below each of them are looked at.
const (
	maxForwards     = 5
	maxForwardTries = 8
	maxForwardHead  = 2 * maxBlockLines
)

// findForward finds the mail that this mail passes on, inline or attached, or returns nil. A forward of a bare forward
// leads to the mail at its core; where the one in between wrote something, that is the mail that was forwarded. Dates
// without a zone, which most mail programs write, are taken as UTC. It takes forwarded text out of m.Reply where
// trimming, which does not know the subject, has left it there.
func findForward(m *Message, parts []part) *Forwarded {
	if mediaType, _ := topType(m); mediaType == "multipart/report" || nullSender(m) || isDaemon(m) {
		return nil // a mail system's, not a person's
	}
	if f := attachedForward(m, parts); f != nil {
		return f
	}
	f := inlineForward(m.Text, m.Subject, maxForwards)
	if f != nil && f.Text != "" && squeeze(m.Reply) == squeeze(f.Text) {
		// Under an attribution with nothing above it, trimming takes unmarked text for new. Here it is the forwarded
		// author's, and must not pass for the forwarder's own.
		m.Reply, m.Elided = "", m.Text
	}
	return f
}

// attachedForward reads the first attached mail, if the mail is about nothing else: its subject says so, or is that of
// the attached mail, or its author wrote nothing.
func attachedForward(m *Message, parts []part) *Forwarded {
	for i := range parts {
		p := &parts[i]
		if !p.isMail() || p.level >= maxNested {
			continue
		}
		inner := p.nested()
		if !isForwardSubject(m.Subject) && m.Reply != "" && (inner.Topic == "" || !strings.EqualFold(inner.Topic, m.Topic)) {
			return nil
		}
		if inner.Forwarded != nil && inner.Reply == "" {
			return inner.Forwarded
		}
		f := &Forwarded{From: inner.From, Date: inner.Date.UTC(), Subject: inner.Subject, Text: inner.Reply}
		if f.Text == "" {
			f.Text = inner.Text
		}
		if f.From == (Address{}) && f.Subject == "" {
			return nil
		}
		return f
	}
	return nil
}

// inlineForward finds the first forwarded mail in a text, and behind a bare forward the mail at its core. It goes from one to the next
// in turn, so that the texts of those before need not stay in memory.
func inlineForward(text, subject string, left int) *Forwarded {
	var found *Forwarded
	for ; left > 0; left-- {
		f, body := firstForward(text, subject)
		if f == nil {
			break
		}
		found = f
		reply, _ := trimReply(body, f.Subject)
		f.Text = strings.TrimSpace(reply)
		if f.Text != "" || body == "" {
			break
		}
		f.Text = strings.TrimSpace(body)
		text, subject = body, "fwd: "+f.Subject
	}
	return found
}

// firstForward finds the first forwarded mail in a text, and the text that it consists of with what it quotes. What mail programs write
// above a forwarded mail is looked for first; without it, a header block or an attribution counts if the subject says that the mail is a
// forward.
func firstForward(text, subject string) (f *Forwarded, body string) {
	forward := isForwardSubject(subject)
	if text == "" || !forward && !strings.Contains(text, "---") {
		return nil, "" // programs that draw no line change the subject
	}
	t := trimmer{text: text[:trimEnd(text)]}
	t.split()
	answer := !forward && isAnswerSubject(subject)
	tries := 0
	for i := range t.lines {
		if tries > maxForwardTries {
			return nil, ""
		}
		if t.lines[i].mark == blank {
			continue
		}
		s := unquote(t.at(i))
		if s == "" {
			continue
		}
		isQuoted := t.lines[i].mark == quoted
		switch kind := dividerKind(s); {
		case kind == 'f' && !(isQuoted && answer), (kind == 'o' || mayDivide(s)) && forward:
			tries++
			if f, body := t.forwardBelow(i + 1); f != nil {
				return f, body
			}
		case len(s) > 40 && isDash(s, true) && !answer:
			tries++
			if b, ok := gluedBlock(s); ok && b.hasFrom {
				return t.passedOn(&b, i+1)
			}
		case forward:
			if kind, _ := labelOf(s); kind == fromLabel || kind == subjectLabel || kind == dateLabel || kind == toLabel {
				tries++
				if f, body := t.forwardBelow(i); f != nil {
					return f, body
				}
			} else if !isQuoted || isEnclosed(t.at(i)) {
				if f, body := t.forwardFrom(i); f != nil {
					return f, body
				}
			}
		case !isQuoted && t.historyAt(i).end > 0:
			return nil, "" // an answer's history begins: what is forwarded in there, others forwarded
		}
	}
	return nil, ""
}

// forwardBelow reads the header block that begins in line i, or in the next line that is not blank, and the mail below.
func (t *trimmer) forwardBelow(i int) (*Forwarded, string) {
	i = t.next(i)
	for i < len(t.lines) && isRule(t.at(i)) {
		i = t.next(i + 1)
	}
	if i == len(t.lines) {
		return nil, ""
	}
	q := trimmer{text: t.unquoted(i, min(len(t.lines), i+maxForwardHead))}
	q.split()
	first := q.next(0)
	for first < len(q.lines) && isDivider(q.at(first)) {
		first = q.next(first + 1)
	}
	if first == len(q.lines) {
		return nil, ""
	}
	b, ok := q.headerBlockAt(first, true)
	if !ok || !b.hasFrom {
		return nil, ""
	}
	return t.passedOn(&b, i+b.end)
}

// passedOn makes a forwarded mail of its header block and the text from line i on, which some programs mark as a quote.
func (t *trimmer) passedOn(b *headerBlock, i int) (*Forwarded, string) {
	return &Forwarded{From: shownAddress(b.from), Subject: oneLine(b.subject), Date: shownDate(b.date)}, t.below(i)
}

// below returns the text from the first line on that is not blank, from i, without its quote marks.
func (t *trimmer) below(i int) string {
	if i = t.next(i); i < len(t.lines) {
		return t.unquoted(i, len(t.lines))
	}
	return ""
}

// forwardFrom reads an attribution that ends in line i, which some programs write above what they forward.
func (t *trimmer) forwardFrom(i int) (*Forwarded, string) {
	h := t.attributionAt(i)
	if h.end == 0 || !h.strong {
		return nil, ""
	}
	var said strings.Builder
	for k := h.start; k < h.end; k++ {
		said.WriteString(t.at(k) + " ")
	}
	line := said.String()
	from := attributedTo(line)
	if from == (Address{}) {
		return nil, ""
	}
	return &Forwarded{From: from, Date: shownDate(line)}, t.below(h.end)
}

// attributedTo finds whom an attribution names: the address, and the name in front of it.
func attributedTo(line string) Address {
	start, end := addressAt(line, 0)
	if start == end {
		return Address{}
	}
	a := Address{Address: line[start:end]}
	before := strings.TrimLeft(strings.TrimRight(line[:start], " <[(\t"), "> ")
	if strings.HasSuffix(before, "mailto:") {
		before = strings.TrimRight(before[:len(before)-len("mailto:")], " <[(")
	}
	for _, pair := range [...][2]string{{"\"", "\""}, {"«", "»"}, {"„", "”"}, {"“", "”"}} {
		if strings.HasSuffix(before, pair[1]) {
			inner := before[:len(before)-len(pair[1])]
			if open := strings.LastIndex(inner, pair[0]); open >= 0 {
				a.Name = strings.TrimSpace(inner[open+len(pair[0]):])
				return a
			}
		}
	}
	if k := strings.LastIndexAny(before, ",:0123456789"); k >= 0 {
		before = before[k+1:]
	}
	if name := strings.TrimSpace(before); len(name) < 80 && strings.Count(name, " ") <= 4 && name != a.Address {
		a.Name = strings.TrimPrefix(strings.TrimPrefix(name, "AM "), "PM ")
	}
	return a
}

// unquoted returns the lines from i to end, end excluded, without as many quote marks as line i has, and up to the first line that has
// fewer: what stands below is the forwarder's again.
func (t *trimmer) unquoted(i, end int) string {
	depth := quoteDepth(t.at(i))
	if depth == 0 {
		return t.text[t.lines[i].start:t.lines[end-1].end]
	}
	var b strings.Builder
	for ; i < end; i++ {
		s := t.at(i)
		if s != "" && quoteDepth(s) == 0 {
			break
		}
		for n := 0; n < depth && s != "" && s[0] == '>'; n++ {
			s = strings.TrimPrefix(s[1:], " ")
		}
		b.WriteString(s)
		b.WriteByte('\n')
	}
	return b.String()
}

// quoteDepth counts the quote marks in front of a line.
func quoteDepth(s string) int {
	n := 0
	for i := 0; i < len(s) && (s[i] == '>' || s[i] == ' '); i++ {
		if s[i] == '>' {
			n++
		}
	}
	return n
}

// shownAddress reads an address as mail programs show it: "Kim Tran <kim@school.example<mailto:kim@school.example>>",
// "Tran, Kim [mailto:kim@school.example]", or a name alone.
func shownAddress(s string) Address {
	s = strings.Trim(s, " *_;")
	start, end := addressAt(s, 0)
	if start == end {
		return Address{Name: displayName(s)}
	}
	a := Address{Address: s[start:end]}
	name := s[:start]
	if k := strings.IndexAny(name, "<[("); k >= 0 {
		name = name[:k]
	}
	name = strings.Trim(strings.TrimSpace(name), "\"'“”„«» ")
	if name == "" {
		// "kim@school.example (Kim Tran)"
		if rest := strings.TrimSpace(s[end:]); strings.HasPrefix(rest, "(") && strings.HasSuffix(rest, ")") {
			name = strings.Trim(rest, "() ")
		}
	}
	if strings.IndexByte(name, '@') < 0 && !strings.HasPrefix(name, "mailto:") {
		a.Name = squeeze(name)
	}
	return a
}

// isForwardSubject tells whether the first prefix of a subject is that of a forward, in any language.
func isForwardSubject(subject string) bool { return forwardPrefixes[subjectPrefix(subject)] }

// isAnswerSubject tells whether the first prefix of a subject is that of an answer.
func isAnswerSubject(subject string) bool { return answerPrefixes[subjectPrefix(subject)] }

// subjectPrefix returns what stands before the first colon of a subject, in lower case and without counters ("Re[2]").
func subjectPrefix(subject string) string {
	s := strings.ToLower(untagged(subject))
	k := strings.IndexAny(s, ":：")
	if k <= 0 || k > 24 {
		return ""
	}
	s = strings.TrimRight(s[:k], " ")
	if open := strings.IndexAny(s, "[("); open > 0 {
		s = s[:open]
	}
	return strings.TrimRight(s, " 0123456789^.")
}

// untagged removes what gateways put in front of a subject.
func untagged(subject string) string {
	s := strings.TrimSpace(subject)
	for range 3 {
		s = strings.TrimSpace(cutTag(s, nil))
	}
	return s
}

// forwardPrefixes and answerPrefixes begin subjects. Danish and Norwegian forwards begin with "VS", as do Finnish
// answers: the header block below the former makes them forwards.
var (
	forwardPrefixes = wordSet(`fw fwd wg tr rv enc i pd vb vl vs videresend ilt i̇lt doorst fs pr továbbítás redir rwd res-fwd 转发 轉寄 転送 전달 fwrd trs rép-fwd nhắc chuyển`)
	answerPrefixes  = wordSet(`re aw antw sv res rif r ref odp re-aw ynt απ atb bls 回复 回覆 答复 答覆 返信 회신 trả vá odg`)
)
