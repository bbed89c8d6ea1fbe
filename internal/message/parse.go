package message

import (
	"slices"
	"time"
)

// Limits that keep the work on any one mail bounded.
const (
	maxHeader = 512 << 10 // bytes of one header block that are read; the rest is skipped
	maxFields = 1000      // header fields of one block that are kept
	maxDepth  = 50        // multiparts around a part
	maxNested = 6         // mails inside of mails
	maxParts  = 1000      // leaves of one mail
	maxText   = 1 << 20   // bytes of text that are read, of each part and of the mail
)

// Parse reads a mail. It never fails: see the package comment. The Message refers to raw, which must not be changed as long as
// attachments are read through it.
func Parse(raw []byte) *Message { return parse(raw, 0) }

// parse reads a mail that has level mails around it.
func parse(raw []byte, level int) *Message {
	m := &Message{}
	header, body, defects := readTopHeader(raw)
	m.Header, m.Defects = header, defects
	m.readHeader()

	w := walker{raw: body, level: level}
	root, _ := w.entity(header, around{})
	m.Defects = append(m.Defects, w.told...)

	c := composer{m: m, parts: w.parts, budget: maxText}
	m.Text = c.compose(&root)
	m.Attachments = c.attachments(level == 0)
	if level == 0 {
		m.Fingerprint = fingerprint(header, body)
	}
	m.finish(c.parts)
	return m
}

// readHeader fills what the header alone tells.
func (m *Message) readHeader() {
	h := m.Header
	m.From, m.Froms = m.author()
	if s := parseAddresses(h.Get("Sender")); len(s) > 0 {
		m.Sender = s[0]
	}
	m.ReplyTo = m.addresses("Reply-To")
	m.To, m.Cc = m.addresses("To"), m.addresses("Cc")
	m.Subject = oneLine(m.only("Subject"))
	m.Topic = topicOf(m.Subject, h)
	m.MessageID = firstID(m.only("Message-ID"))
	m.InReplyTo = newest(parseIDs(h.Get("In-Reply-To")), maxReferences)
	m.References = newest(parseIDs(h.Get("References")), maxReferences)
	if d := m.only("Date"); d != "" {
		var ok bool
		if m.Date, ok = parseDate(d); !ok {
			m.Date = time.Time{}
			m.defect("the date cannot be read: " + shorten(d, 60))
		}
	}
}

// only returns the first value of a field that may stand once (RFC 5322, section 3.6), telling if it stands more often.
func (m *Message) only(name string) string {
	value, n := "", 0
	for _, f := range m.Header {
		if len(f.Name) == len(name) && equalFold(f.Name, name) {
			if n == 0 || value == "" {
				value = f.Value
			}
			n++
		}
	}
	if n > 1 {
		m.defect("more than one " + name + " field")
	}
	return value
}

// author reads From: the first field in which somebody can be found holds, and in it the first address.
func (m *Message) author() (Address, []Address) {
	var name, all []Address
	n := 0
	for _, f := range m.Header {
		if len(f.Name) != 4 || !equalFold(f.Name, "From") {
			continue
		}
		n++
		list := parseAddresses(f.Value)
		all = append(all, list...)
		if len(name) == 0 {
			name = list
		}
	}
	if n > 1 {
		m.defect("more than one From field")
	}
	for _, a := range all {
		if a.Address != "" {
			return a, all
		}
	}
	if len(name) > 0 {
		return name[0], all
	}
	m.defect("no author")
	return Address{}, all
}

// addresses reads all fields of a name as one list, as a program that repeats the field instead of its values means it.
func (m *Message) addresses(name string) []Address {
	var all []Address
	for _, f := range m.Header {
		if len(f.Name) == len(name) && equalFold(f.Name, name) && len(all) < maxAddresses {
			all = append(all, parseAddresses(f.Value)...)
		}
	}
	return all
}

// maxDefects is how many defects are told; a mail with so many needs no longer list.
const maxDefects = 50

// defect notes what was repaired or given up, once.
func (m *Message) defect(d string) {
	if len(m.Defects) < maxDefects && !slices.Contains(m.Defects, d) {
		m.Defects = append(m.Defects, d)
	}
}

// finish answers what needs the whole mail: what is new in it, what it passes on, of what kind it is.
func (m *Message) finish(parts []part) {
	own, added := cutGateway(m.Text)
	m.Reply, m.Elided = trimReply(own, m.Topic)
	m.Elided = joinText(m.Elided, added)
	m.Forwarded = findForward(m, parts)
	m.Kind, m.KindReason = classify(m, parts)
	m.Reports = readReports(m, parts)
	m.Language = languageOf(m.Reply)
}
