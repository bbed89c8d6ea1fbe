package message

// Limits that keep the work on any one mail bounded.
const (
	maxHeader = 256 << 10 // bytes of one header block that are read; the rest is skipped
	maxFields = 1000      // header fields of one block that are kept
	maxDepth  = 50        // multiparts and attached mails around a part
	maxParts  = 1000      // leaves of one mail
	maxText   = 1 << 20   // bytes of one text part that are read as text
)

// Parse reads a mail. It never fails: see the package comment. The Message may refer to raw, which must not be changed
// as long as attachments are read through it.
func Parse(raw []byte) *Message { return parse(raw, 0) }

// parse reads a mail that has depth multiparts and mails around it.
func parse(raw []byte, depth int) *Message {
	m := &Message{}
	header, body := splitHeader(raw)
	m.Header = header
	parts := []part{{header: header, mediaType: "text/plain", body: body, depth: depth, encoding: header.Get("Content-Transfer-Encoding")}}
	m.Subject = header.Get("Subject")
	m.Topic = m.Subject
	m.Text = parts[0].text()
	finish(m, parts)
	return m
}

// finish answers what needs the whole mail: what is new in it, what it passes on, of what kind it is.
func finish(m *Message, parts []part) {
	m.Reply, m.Elided = trimReply(m.Text, m.Topic)
	m.Forwarded = findForward(m, parts)
	m.Kind, m.KindReason = classify(m, parts)
	m.Reports = readReports(m, parts)
	m.Language = languageOf(m.Reply)
}
