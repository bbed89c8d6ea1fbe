package message

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxContext is how much of a line in front of an address tells what the address is.
const maxContext = 120

// mention is an address in a notice's text.
type mention struct {
	address string
	line    int  // in which it stands
	strong  bool // the text says that this is the recipient
	own     bool // it is the sender's, or a postmaster's: a recipient only if nobody else is
}

// reports makes reports of a notice that has no fields for programs.
func (n *notice) reports() []Report {
	found := n.recipients()
	action := n.action()
	if len(found) == 0 {
		if r := n.recipient(); r != "" {
			found = append(found, r)
		}
	}
	if len(found) == 0 {
		found = append(found, "")
	}
	var all []Report
	for _, address := range found {
		all = append(all, Report{Recipient: address, Action: action})
	}
	return all
}

// recipients finds whom a notice's text is about: the header that some systems set, else the addresses that the text
// names as recipients, else all it names.
func (n *notice) recipients() []string {
	var all []string
	for _, v := range n.m.Header.Values("X-Failed-Recipients") {
		for _, a := range strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ';' || r == ' ' }) {
			all = addOnce(all, strings.Trim(a, "<>"))
		}
	}
	if len(all) > 0 {
		return all
	}
	found := n.mentions()
	for _, want := range [...]mention{{strong: true}, {}, {strong: true, own: true}} {
		for _, f := range found {
			if f.strong == want.strong && f.own == want.own && len(all) < maxReports {
				all = addOnce(all, f.address)
			}
		}
		if len(all) > 0 {
			return all
		}
	}
	return nil
}

// recipient guesses the recipient when the text names nobody: whom the original mail was addressed to, if to one only.
func (n *notice) recipient() string {
	header := n.copied
	if n.original != nil {
		header = string(n.original[:min(len(n.original), maxNotice)])
	}
	for _, want := range []string{"x-failed-recipients", "to", "delivered-to"} {
		for name, value := range unfolded(header) {
			if name == "" {
				break
			}
			if name == want {
				if a := addressIn(value); a != "" && strings.Count(value, "@") <= 2 {
					return a
				}
			}
		}
	}
	return ""
}

func addOnce(list []string, s string) []string {
	for _, have := range list {
		if strings.EqualFold(have, s) {
			return list
		}
	}
	if s == "" {
		return list
	}
	return append(list, s)
}

// mentions finds the addresses in a notice's text, those aside that cannot be recipients.
func (n *notice) mentions() []mention {
	if n.found == nil {
		n.found = n.findMentions()
	}
	return n.found
}

func (n *notice) findMentions() []mention {
	all := []mention{}
	lines := strings.Split(n.text, "\n")
	for line, s := range lines {
		if strings.IndexByte(s, '@') < 0 || len(all) >= 4*maxReports {
			continue
		}
		own := describesOriginal(lines[line:])
		s = strings.TrimSpace(strings.TrimLeft(s, "> \t"))
		for from := 0; from < len(s) && len(all) < 4*maxReports; {
			start, end := addressAt(s, from)
			if start == end {
				break
			}
			address, before := s[start:end], s[max(0, start-maxContext):start]
			if !isSenderContext(before) {
				all = append(all, mention{address, line, isRecipientContext(before, s[end:]), own || n.isOwn(address)})
			}
			from = end
		}
	}
	return all
}

// describesOriginal tells whether the first line names those whom the original mail was addressed to, as in "To: …" above "Subject: …":
// among them may be a list whose member it did not reach.
func describesOriginal(lines []string) bool {
	const near = 5
	if kind, _ := labelOf(strings.TrimSpace(lines[0])); kind != toLabel && kind != otherLabel {
		return false
	}
	for _, l := range lines[:min(len(lines), near)] {
		if kind, _ := labelOf(strings.TrimSpace(l)); kind == subjectLabel {
			return true
		}
	}
	return false
}

// isOwn tells an address that is no recipient: the one who gets the notice or sent it, and those to whom one may turn.
func (n *notice) isOwn(address string) bool {
	lower := strings.ToLower(address)
	for _, own := range n.own {
		if lower == own {
			return true
		}
	}
	local, _, _ := strings.Cut(lower, "@")
	switch local {
	case "postmaster", "mailer-daemon", "abuse", "support", "hostmaster", "noreply", "no-reply", "helpdesk", "mailerdaemon":
		return true
	}
	return false
}

// isSenderContext tells from the words before an address that it is not the recipient's.
func isSenderContext(before string) bool {
	before = strings.ToLower(strings.TrimRight(before, " <\"'([:"))
	if strings.HasSuffix(before, "generated from") {
		return false // Exim, of an address behind an alias
	}
	for _, w := range [...]string{"from", "mail from", "sender", "return-path", "message-id", "reply-to", "envelope-from", "contact", "sent by", "mailto", "absender", "expéditeur", "remitente", "id", "in-reply-to", "references", "questions", "writing to", "de", "von"} {
		if strings.HasSuffix(before, w) {
			k := len(before) - len(w)
			if k == 0 || !isWordByte(before[k-1]) {
				return true
			}
		}
	}
	return strings.Contains(before, "://") && !strings.Contains(before[strings.LastIndex(before, "://"):], " ")
}

// isRecipientContext tells from the words around an address that the text means the recipient.
func isRecipientContext(before, after string) bool {
	bare := strings.Trim(before, " \t<\"'([*-•:=>")
	if bare == "" {
		return true
	}
	lower := strings.ToLower(bare)
	for _, w := range recipientWords {
		if strings.HasSuffix(lower, w) {
			return true
		}
	}
	if isReplyCode(lower) {
		return true // "550 5.1.1 <kim@school.example>... User unknown"
	}
	return strings.HasPrefix(after, ">...") || strings.HasPrefix(after, "...")
}

// isReplyCode tells whether a text is nothing but an SMTP reply code and perhaps an enhanced one.
func isReplyCode(s string) bool {
	if len(s) < 3 || len(s) > 14 || s[0] != '4' && s[0] != '5' {
		return false
	}
	for i := 0; i < len(s); i++ {
		if (s[i] < '0' || s[i] > '9') && s[i] != '.' && s[i] != ' ' && s[i] != '-' {
			return false
		}
	}
	return true
}

// diagnosticFor returns what the text says of one recipient: the lines from each of its mentions to the next mention of
// somebody else, or all of the text if it is about one recipient only.
func (n *notice) diagnosticFor(address string) string {
	found := n.mentions()
	several := false
	for _, f := range found {
		several = several || f.strong && !f.own && !strings.EqualFold(f.address, address)
	}
	if address == "" || !several {
		if d := n.errorLines(n.text); d != "" {
			return d
		}
	}
	current := false
	k, line := 0, -1
	var b strings.Builder
	for s := range strings.Lines(n.text) {
		line++
		mine, other := false, false
		for ; k < len(found) && found[k].line == line; k++ {
			if strings.EqualFold(found[k].address, address) {
				mine = true
			} else if found[k].strong && !found[k].own {
				other = true
			}
		}
		if mine {
			current = true
		} else if other {
			current = false
		}
		if current {
			b.WriteString(s)
		}
	}
	if d := n.errorLines(b.String()); d != "" {
		return d
	}
	// no words that we know: what stands right below the recipient
	_, below, _ := strings.Cut(b.String(), "\n")
	below = strings.TrimLeft(below, "\n")
	if end := strings.Index(below, "\n\n"); end > 0 {
		below = below[:end]
	}
	return clip(strings.TrimSpace(below), maxDiagnostic)
}

// errorLines picks from a notice's text the lines that state the error: from the first one with a reply code, or with
// words that tell the cause.
func (n *notice) errorLines(text string) string {
	best := ""
	rest := text
	for rest != "" {
		line, more, _ := strings.Cut(rest, "\n")
		if code, _ := enhancedCode(line); code != "" || replyCode(line) != "" {
			best = rest
			break
		}
		rest = more
	}
	if best == "" {
		rest = text
		for rest != "" {
			line, more, _ := strings.Cut(rest, "\n")
			if wordedStatus(line) != "" {
				best = rest
				break
			}
			rest = more
		}
	}
	if end := strings.Index(best, "\n\n"); end > 0 {
		best = best[:end]
	}
	return clip(best, maxDiagnostic)
}

// action tells from a notice's own words whether delivery failed for good, or is late, or succeeded.
func (n *notice) action() string {
	switch n.m.Kind {
	case Delivered:
		return "delivered"
	case Delayed:
		return "delayed"
	}
	head := strings.ToLower(n.m.Subject + "\n" + clip(n.text, 4096))
	if delayWords.in(head) && !gaveUpWords.in(head) {
		return "delayed"
	}
	return "failed"
}

// cutCopy splits a notice's text from the copy of the original mail that some systems append to it.
func cutCopy(text string) (notice, copied string) {
	run, traced, at, pos := 0, false, 0, 0
	for line := range strings.Lines(text) {
		trimmed := strings.TrimSpace(strings.TrimLeft(line, "> "))
		switch {
		case len(trimmed) > 10 && len(trimmed) < 160 && isCopyLine(trimmed):
			return text[:pos], text[pos+len(line):]
		case isHeaderLine(trimmed):
			if run == 0 {
				at, traced = pos, false
			}
			run++
			name, _, _ := strings.Cut(strings.ToLower(trimmed), ":")
			traced = traced || name == "received" || name == "message-id" || name == "return-path" || name == "dkim-signature" || name == "mime-version"
			if run >= 3 && traced && !described(text[:at], text[at:]) {
				return text[:at], text[at:]
			}
		case run > 0 && line != "" && (line[0] == ' ' || line[0] == '\t'):
		default:
			run = 0
		}
		pos += len(line)
	}
	return text, ""
}

// described tells whether the lines of a header are no copy of the original mail but tell which one it was, so that what became of it
// follows.
func described(before, header string) bool {
	_, after, ok := strings.Cut(header, "\n\n")
	return ok && !bounceWords.in(strings.ToLower(before)) && bounceWords.in(strings.ToLower(clip(after, 1024)))
}

// isHeaderLine tells "Name: value" as in a mail's header, the fields of RFC 3464 aside.
func isHeaderLine(s string) bool {
	k := strings.IndexByte(s, ':')
	if k < 2 || k > 40 || k+1 < len(s) && s[k+1] != ' ' {
		return false
	}
	for i := 0; i < k; i++ {
		if c := s[i]; !isWordByte(c) && c != '-' {
			return false
		}
	}
	switch strings.ToLower(s[:k]) {
	case "final-recipient", "original-recipient", "action", "status", "diagnostic-code", "remote-mta", "reporting-mta", "arrival-date", "last-attempt-date", "received-from-mta", "reason", "error", "recipient":
		return false
	}
	return true
}

func isWordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80
}

// isCopyLine tells the lines with which systems introduce the copy.
func isCopyLine(s string) bool {
	lower := strings.ToLower(s)
	if copyWords.in(lower) {
		return !strings.Contains(lower, "not receive") // "The following addresses did not receive a copy of your message:"
	}
	return dividerKind(s) != 0
}

// addressIn returns the first address in s, or "".
func addressIn(s string) string {
	start, end := addressAt(s, 0)
	return s[start:end]
}

// addressAt finds the next address in s from an offset on; start and end are equal if there is none. A quoted local part
// (RFC 5321, section 4.1.2) is read too.
func addressAt(s string, from int) (start, end int) {
	for {
		at := strings.IndexByte(s[from:], '@')
		if at < 0 {
			return 0, 0
		}
		at += from
		start, end = at, at+1
		if at > 0 && s[at-1] == '"' {
			if open := strings.LastIndexByte(s[max(0, at-66):at-1], '"'); open >= 0 {
				start = max(0, at-66) + open
			}
		} else {
			for start > 0 && at-start < 128 && isLocalByte(s[start-1]) {
				start--
			}
		}
		for end < len(s) && end-at < 255 && (isWordByte(s[end]) || s[end] == '-' || s[end] == '.' || s[end] == '_') {
			end++
		}
		for end > at+1 && (s[end-1] == '.' || s[end-1] == '-') {
			end--
		}
		start, end = narrow(s, start, at, end)
		if k := strings.LastIndexByte(s[start:at], '='); k > 0 && isAddressType(s[start:start+k]) {
			start += k + 1
		}
		for start < at && (s[start] == '.' || s[start] == '\'' || s[start] == '=' && strings.IndexByte(s[start+1:at], '=') < 0 || s[start] == '/' && start > 0) {
			start++
		}
		if start < at && end > at+1 {
			return start, end
		}
		from = at + 1
	}
}

// narrow takes from an address what stands right beside it in languages that set no spaces: punctuation, and letters of East Asia next
// to ASCII ones.
func narrow(s string, start, at, end int) (int, int) {
	if hasHigh(s[start:at]) {
		for i := start; i < at; {
			r, n := utf8.DecodeRuneInString(s[i:])
			if i += n; isForeign(r) || r >= firstEastAsian && i < at && s[i] < utf8.RuneSelf {
				start = min(i, at)
			}
		}
	}
	if hasHigh(s[at+1 : end]) {
		for i, r := range s[at+1 : end] {
			if before := s[at+i]; isForeign(r) || r >= firstEastAsian && before < utf8.RuneSelf && before != '.' && before != '@' {
				return start, at + 1 + i
			}
		}
	}
	return start, end
}

// isForeign tells a character outside of ASCII that is no letter.
func isForeign(r rune) bool {
	return r >= utf8.RuneSelf && !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r)
}

const firstEastAsian = 0x2e80

// isAddressType tells what old Exchange and others write before an address: "dda:SMTP=kim@school.example".
func isAddressType(s string) bool {
	return strings.EqualFold(s, "smtp") || strings.EqualFold(s, "rfc822") || strings.EqualFold(s, "rfc-822") || strings.EqualFold(s, "mailto") || strings.EqualFold(s, "orcpt")
}

// isLocalByte tells what a local part without quotes is made of (RFC 5322, section 3.2.3; UTF-8 after RFC 6532).
func isLocalByte(c byte) bool {
	return isWordByte(c) || strings.IndexByte("!#$%&'*+-/=?^_`{|}~.", c) >= 0
}
