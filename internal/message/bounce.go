package message

import "strings"

// Limits of reading one notice.
const (
	maxReports    = 100      // recipients of one notice
	maxNotice     = 64 << 10 // bytes of a notice's text that are read
	maxDiagnostic = 1000     // bytes of one diagnostic that are kept
)

// readReports reads what a bounce or delivery notice says of each recipient; nil if the mail is none. A report after
// RFC 3464 is read first; what it lacks, and the notices of mail systems that know nothing of it, comes from the text
// that people are meant to read.
func readReports(m *Message, parts []part) []Report {
	switch m.Kind {
	case Bounce, Delivered, Delayed:
	default:
		return nil
	}
	n := newNotice(m, parts)
	reports := statusReports(n.status)
	if len(reports) == 0 {
		reports = notificationReports(m)
	}
	if len(reports) == 0 {
		reports = wrappedReports(parts)
	}
	if len(reports) == 0 {
		reports = n.reports()
	}
	original := n.originalMessageID()
	for i := range reports {
		r := &reports[i]
		if r.Recipient == "" {
			r.Recipient = n.recipient()
		}
		n.complete(r)
		if r.OriginalMessageID == "" {
			r.OriginalMessageID = original
		}
	}
	return reports
}

// wrappedReports returns what a notice says that a gateway has put into another mail, for instance to add a disclaimer.
func wrappedReports(parts []part) []Report {
	for i := range parts {
		p := &parts[i]
		if !p.isMail() || p.level >= maxNested {
			continue
		}
		if h, _, _ := readTopHeader(p.bytesUpTo(maxHeader)); indexFold(h.Get("Content-Type"), "multipart/report") >= 0 {
			return p.nested().Reports
		}
	}
	return nil
}

// notice is a bounce or delivery notice, taken apart.
type notice struct {
	m        *Message
	text     string // what people are meant to read
	copied   string // what follows it of the original mail, if that is not a part of its own
	status   string // fields as of RFC 3464
	original []byte // the original mail or its header, as a part of its own
	found    []mention
	own      []string // addresses that are not recipients: the one who gets the notice, the one who sent it
}

// newNotice finds the three parts of a notice: text, fields, original.
func newNotice(m *Message, parts []part) *notice {
	n := &notice{m: m, text: m.Text}
	var status strings.Builder
	for i := range parts {
		p := &parts[i]
		switch p.mediaType {
		case "message/delivery-status", "message/global-delivery-status":
			if status.Len() < maxNotice {
				status.WriteString(lossyText(p.bytes()) + "\n\n")
			}
		case "message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers", "text/rfc822-header", "message/partial":
			if n.original == nil {
				n.original = p.bytes()
			}
		}
	}
	n.status = status.String()
	if n.text == "" {
		for i := range parts {
			if strings.HasPrefix(parts[i].mediaType, "text/") && n.text == "" {
				n.text = parts[i].text()
			}
		}
	}
	n.text = clip(n.text, maxNotice)
	n.text, n.copied = cutCopy(n.text)
	if n.status == "" {
		n.status = inlineStatus(n.text + "\n" + n.copied)
	}
	for _, list := range [][]Address{m.To, m.Cc, m.Froms, {m.Sender}} {
		for _, a := range list {
			if a.Address != "" {
				n.own = append(n.own, strings.ToLower(a.Address))
			}
		}
	}
	return n
}

// lossyText makes text of a part that should be ASCII.
func lossyText(b []byte) string {
	if len(b) > maxNotice {
		b = b[:maxNotice]
	}
	return strings.ToValidUTF8(strings.ReplaceAll(string(b), "\r", ""), "\uFFFD")
}

// clip cuts a text to at most n bytes, between two characters.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}

// inlineStatus returns the fields of RFC 3464 that stand in the text itself: notices without proper MIME, quoted and
// forwarded ones.
func inlineStatus(text string) string {
	lower := strings.ToLower(text)
	if !strings.Contains(lower, "final-recipient:") && !strings.Contains(lower, "original-recipient:") {
		return ""
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(strings.TrimLeft(line, "> "))
	}
	return b.String()
}

// statusReports reads the per-recipient fields of RFC 3464, section 2.3. Groups are told apart by their Final-Recipient
// as well as by blank lines, which some systems forget.
func statusReports(fields string) []Report {
	var all []Report
	var r Report
	var original string
	flush := func() {
		if r.Recipient == "" || original != "" && !isRouted(r.Recipient) && isRouted(original) {
			r.Recipient = original // the final one is known in that system only
		}
		if (r.Recipient != "" || r.Action != "") && (r.Action != "" || r.Status != "") && len(all) < maxReports {
			all = append(all, r)
		}
		r, original = Report{}, ""
	}
	for name, value := range unfolded(fields) {
		switch name {
		case "":
			if r.Action != "" || r.Status != "" {
				flush()
			}
		case "final-recipient":
			if r.Recipient != "" {
				flush()
			}
			r.Recipient = typedAddress(value)
		case "original-recipient", "x-actual-recipient":
			if original == "" {
				original = typedAddress(value)
			}
		case "action":
			r.Action = actionOf(value)
		case "status":
			if code, _ := enhancedCode(value); code != "" {
				r.Status = code
			} else if replyCode(value) != "" {
				r.Diagnostic = addDiagnostic(r.Diagnostic, value) // "550 no such user"
			}
		case "diagnostic-code":
			r.Diagnostic = addDiagnostic(r.Diagnostic, untyped(value))
		case "x-original-message-id":
			r.OriginalMessageID = bareID(value)
		}
	}
	flush()
	return all
}

// isRouted tells whether an address has a domain with a dot, so that others than the reporting system can write to it.
func isRouted(address string) bool {
	return strings.IndexByte(address[strings.LastIndexByte(address, '@')+1:], '.') > 0 && strings.IndexByte(address, '@') > 0
}

// unfolded goes through the fields of a text: lower-case name and value on one line. A blank line gives an empty name.
func unfolded(text string) func(yield func(name, value string) bool) {
	return func(yield func(name, value string) bool) {
		var name, value string
		for line := range strings.Lines(text) {
			line = strings.TrimRight(line, "\r\n \t")
			if line != "" && (line[0] == ' ' || line[0] == '\t') && name != "" {
				if len(value) < 4*maxDiagnostic {
					value += " " + strings.TrimSpace(line)
				}
				continue
			}
			if name != "" && !yield(name, value) {
				return
			}
			name = ""
			if line == "" {
				if !yield("", "") {
					return
				}
				continue
			}
			if k := strings.IndexByte(line, ':'); k > 0 && k < 60 && strings.IndexByte(line[:k], ' ') < 0 {
				name, value = strings.ToLower(strings.TrimSpace(line[:k])), strings.TrimSpace(line[k+1:])
			}
		}
		if name != "" {
			yield(name, value)
		}
	}
}

// typedAddress reads "rfc822; kim@school.example" (RFC 3464, section 2.1.2), with or without brackets and type.
func typedAddress(s string) string {
	s = strings.TrimSpace(untyped(s))
	if open := strings.LastIndexByte(s, '<'); open >= 0 {
		if end := strings.IndexByte(s[open:], '>'); end > 0 {
			s = s[open+1 : open+end]
		}
	}
	s = strings.Trim(s, "<>;,. ")
	if a := addressIn(s); a != "" {
		return a
	}
	if strings.IndexByte(s, ' ') >= 0 {
		return ""
	}
	return s
}

// untyped removes the type in front of a value ("smtp;", "rfc822;", "x-unix;").
func untyped(s string) string {
	if k := strings.IndexByte(s, ';'); k > 0 && k < 30 && !strings.ContainsAny(s[:k], "@<:") {
		return strings.TrimSpace(s[k+1:])
	}
	return s
}

// actionOf reads an action (RFC 3464, section 2.3.3) and the words that some systems write instead.
func actionOf(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	word, _, _ := strings.Cut(s, " ")
	switch word = strings.Trim(word, ";,.("); word {
	case "failed", "failure", "fail", "expired", "rejected", "error", "undeliverable", "denied":
		return "failed"
	case "delayed", "delay", "deferred", "transient", "queued":
		return "delayed"
	case "delivered", "deliverable", "delivery", "success", "sent":
		return "delivered"
	case "relayed":
		return "relayed"
	case "expanded":
		return "expanded"
	}
	return ""
}

// complete fills in what a report lacks from its diagnostic and from the notice's text.
func (n *notice) complete(r *Report) {
	if r.Diagnostic == "" {
		r.Diagnostic = n.diagnosticFor(r.Recipient)
	}
	if r.Action == "" {
		r.Action = n.action()
	}
	r.Status = bestStatus(r.Status, r.Diagnostic, r.Action)
	if generic(r.Status) && (r.Action == "failed" || r.Action == "delayed") {
		r.Status = bestStatus(r.Status, n.diagnosticFor(r.Recipient), r.Action)
	}
	r.Diagnostic = clip(squeeze(r.Diagnostic), maxDiagnostic)
}

// originalMessageID finds the Message-ID of the mail that the notice is about: in the part that holds it, in the copy
// below the text, in the text, or where the notice answers it.
func (n *notice) originalMessageID() string {
	if id := messageIDIn(string(n.original[:min(len(n.original), maxNotice)])); id != "" {
		return id
	}
	if id := messageIDIn(n.copied); id != "" {
		return id
	}
	if id := messageIDIn(n.text); id != "" {
		return id
	}
	if len(n.m.InReplyTo) > 0 {
		return n.m.InReplyTo[0]
	}
	if k := len(n.m.References); k > 0 {
		return n.m.References[k-1]
	}
	return ""
}

// messageIDIn finds the first Message-ID field in a text.
func messageIDIn(text string) string {
	for rest := text; rest != ""; {
		k := indexFold(rest, "message-id:")
		if k < 0 {
			return ""
		}
		line := rest[k+len("message-id:"):]
		rest = line
		open := strings.IndexByte(line, '<')
		if open < 0 || open > 80 || strings.TrimSpace(line[:open]) != "" {
			continue
		}
		end := strings.IndexByte(line[open:], '>')
		if end < 0 || end > 1000 || strings.ContainsAny(line[open:open+end], " \t\n\"") {
			continue
		}
		return line[open+1 : open+end]
	}
	return ""
}

// bareID returns a Message-ID without brackets.
func bareID(s string) string { return strings.Trim(strings.TrimSpace(s), "<>") }

// indexFold is strings.Index for an ASCII pattern in lower case, in any case.
func indexFold(s, pattern string) int {
	for from := 0; ; {
		k := strings.IndexAny(s[from:], string(pattern[0])+string(pattern[0]-'a'+'A'))
		if k < 0 || from+k+len(pattern) > len(s) {
			return -1
		}
		from += k
		if strings.EqualFold(s[from:from+len(pattern)], pattern) {
			return from
		}
		from++
	}
}

// addDiagnostic joins what several fields or lines say.
func addDiagnostic(a, b string) string {
	switch {
	case a == "":
		return b
	case b == "" || len(a) > maxDiagnostic:
		return a
	}
	return a + " " + b
}
