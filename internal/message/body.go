package message

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"
)

// composer makes one readable text of a mail's parts and lists the rest as attachments.
type composer struct {
	m      *Message
	parts  []part
	budget int    // bytes of text that may still be added
	cids   string // the HTML parts' content, in which inline images are looked up by their Content-ID
	files  []Attachment

	outlook map[*reading]*tnefReader // what was read of winmail.dat files
}

// compose returns the mail's text.
func (c *composer) compose(root *node) string {
	text := c.render(root)
	for i := range c.parts {
		if isSMIME(c.parts[i].mediaType) {
			c.m.Encrypted = true // else it would have been opened
		}
	}
	if isEmpty(text) {
		text = c.fallback()
	}
	return trimEdges(text)
}

// render returns the text of one entity.
func (c *composer) render(n *node) string {
	if n.leaf >= 0 {
		return c.spend(c.leaf(&c.parts[n.leaf]))
	}
	switch n.mediaType {
	case "multipart/alternative":
		return c.alternative(n)
	case "multipart/encrypted":
		c.m.Encrypted = true
	case "multipart/signed":
		c.m.Signed = true
	}
	var all []string
	for i := range n.children {
		text := c.render(&n.children[i])
		if n.children[i].mediaType == "text/html" && len(all) > 0 && sameWords(text, all[len(all)-1]) {
			continue // both forms of one text, sent side by side rather than as alternatives
		}
		all = append(all, text)
	}
	return joinTexts(all)
}

// spend cuts a text to what the budget still allows.
func (c *composer) spend(s string) string {
	if len(s) > c.budget {
		s = strings.ToValidUTF8(s[:c.budget], "")
		c.m.defect("text longer than 1 MiB: the rest of it is not shown")
	}
	c.budget -= len(s)
	return s
}

// leaf returns the text of a part that is to be read, "" of any other.
func (c *composer) leaf(p *part) string {
	switch {
	case p.mediaType == "text/calendar" && !p.isAttached():
		return calendarText(p.text())
	case !p.isBody():
		return ""
	case p.mediaType == "text/html":
		return c.html(p)
	}
	return c.plain(p)
}

// isBody tells whether a part is text for reading rather than a file (after RFC 8621, section 4.1.4).
func (p *part) isBody() bool {
	if p.mediaType != "text/plain" && p.mediaType != "text/html" || p.isAttached() {
		return false
	}
	return p.root || p.parentIndex == 0 || p.parent != "multipart/related" && p.name == ""
}

func (p *part) isAttached() bool { return p.disposition == "attachment" && p.parent != "" }

// note tells what is wrong with a text part's encoding and charset, as far as its beginning shows.
func (c *composer) note(p *part, declared string) {
	const beginning = 64 << 10
	if d := encodingDefect(p.encoding, p.body); d != "" {
		c.m.defect(d)
	}
	raw := p.bytesUpTo(2 * beginning)
	if len(raw) > beginning {
		raw = raw[:beginning]
		for len(raw) > 0 && raw[len(raw)-1] >= utf8.RuneSelf {
			raw = raw[:len(raw)-1] // not in the middle of a character
		}
	}
	if d := charsetDefect(raw, declared); d != "" {
		c.m.defect(d)
	}
}

// plain returns the text of a text/plain part.
func (c *composer) plain(p *part) string {
	c.note(p, p.params["charset"])
	if p.encoding == "" || len(p.encoding) == 4 {
		if files, rest := cutUU(p.textBytes()); len(files) > 0 {
			c.uuencoded(files)
			q := *p
			q.reading = &reading{decoded: rest, done: true}
			p = &q
		}
	}
	text := p.text()
	if equalFold(p.params["format"], "flowed") {
		text = unflow(text, equalFold(p.params["delsp"], "yes"))
	}
	if strings.Contains(text, "-----BEGIN PGP ") {
		text = c.armored(text)
	}
	if looksHTML(text) {
		text = htmlText([]byte(text))
	}
	return unwrapLinks(text)
}

// html returns the text of a text/html part.
func (c *composer) html(p *part) string {
	raw := p.bytesUpTo(16 * maxText)
	if len(raw) > maxText/4 {
		raw = dropData(raw)
	}
	if len(raw) > 4*maxText {
		raw = raw[:4*maxText]
		c.m.defect("HTML longer than 4 MiB: the rest of it is not shown")
	}
	declared := p.params["charset"]
	if declared == "" && !isASCII(raw) {
		declared = metaCharset(raw)
	}
	c.note(p, declared)
	s := raw
	if !utf8.Valid(raw) || mayBeStateful(declared, raw) {
		s = []byte(decodeCharset(raw, declared))
	}
	return htmlText(s)
}

// dropData takes the content of data URLs (RFC 2397) out of a big HTML text: images that are written into it.
func dropData(html []byte) []byte {
	var out []byte
	for rest := html; ; {
		i := bytes.Index(rest, []byte(";base64,"))
		if i < 0 {
			if out == nil {
				return html
			}
			return append(out, rest...)
		}
		i += len(";base64,")
		out = append(out, rest[:i]...)
		for rest = rest[i:]; len(rest) > 0 && (base64Value[rest[0]] != base64Skip || rest[0] == '\r' || rest[0] == '\n'); {
			rest = rest[1:]
		}
	}
}

// metaCharset returns the charset that a document declares in itself.
func metaCharset(raw []byte) string {
	s := strings.ToLower(string(head(raw, 2048)))
	i := strings.Index(s, "charset=")
	if i < 0 {
		return ""
	}
	s = strings.TrimLeft(s[i+8:], `"' `)
	if end := strings.IndexAny(s, "\"'>; \t\r\n"); end > 0 && end < 40 {
		return s[:end]
	}
	return ""
}

// looksHTML tells whether text/plain is HTML in truth, as some programs send it.
func looksHTML(text string) bool {
	start := strings.ToLower(strings.TrimLeft(text[:min(len(text), 300)], " \t\r\n"))
	return strings.HasPrefix(start, "<!doctype html") || strings.HasPrefix(start, "<html") ||
		(strings.HasPrefix(start, "<div") || strings.HasPrefix(start, "<p>") || strings.HasPrefix(start, "<body")) && strings.Contains(text, "</")
}

// fallback finds something to read in a mail without any text: other forms of text, files of Outlook's, the mails attached to it.
func (c *composer) fallback() string {
	for i := range c.parts {
		p := &c.parts[i]
		if p.isAttached() {
			continue
		}
		switch p.mediaType {
		case "text/enriched", "text/richtext":
			return c.spend(enrichedText(p.text()))
		case "text/rtf", "application/rtf":
			return c.spend(rtfText(head(p.bytes(), 4*maxText)))
		case "text/x-amp-html", "text/watch-html":
			return c.spend(c.html(p))
		case "text/plain", "text/html", "text/calendar", "text/rfc822-headers":
		default:
			if strings.HasPrefix(p.mediaType, "text/") && p.name == "" {
				return c.spend(c.plain(p)) // text of another kind is to be shown as plain text (RFC 2046, section 4.1.4)
			}
		}
	}
	var all string
	for i := range c.parts {
		if p := &c.parts[i]; isTNEF(p) {
			if t := c.tnef(p); t != nil {
				all = joinText(all, t.text())
			}
		}
	}
	if all != "" {
		return c.spend(all)
	}
	for i := range c.parts {
		if p := &c.parts[i]; p.isMail() && i < 20 && len(all) < c.budget {
			all = joinText(all, attachedText(p.nested()))
		}
	}
	return c.spend(all)
}

// attachedText shows an attached mail as mail programs show an inline forward.
func attachedText(m *Message) string {
	var b strings.Builder
	b.WriteString("---------- Forwarded message ----------\n")
	line := func(name, value string) {
		if value != "" {
			b.WriteString(name + ": " + value + "\n")
		}
	}
	line("From", m.From.String())
	if !m.Date.IsZero() {
		line("Date", m.Date.Format("Mon, 2 Jan 2006 15:04:05 -0700"))
	}
	line("Subject", m.Subject)
	return b.String() + "\n" + m.Text
}

// String returns the address as people read it: "Name <address>", or the one that is there.
func (a Address) String() string {
	switch {
	case a.Name == "":
		return a.Address
	case a.Address == "":
		return a.Name
	}
	return a.Name + " <" + a.Address + ">"
}

// enrichedText takes the commands out of text/enriched (RFC 1896).
func enrichedText(s string) string {
	var b strings.Builder
	const param = "</param>"
	closed := len(s) // how much of s was left where the parameter that was looked for last is closed; -1: none is any more
	for {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			return b.String() + s
		}
		b.WriteString(s[:i])
		s = s[i+1:]
		if strings.HasPrefix(s, "<") { // "<<" is a "<"
			b.WriteByte('<')
			s = s[1:]
			continue
		}
		end := strings.IndexByte(s, '>')
		if end < 0 || end > 60 {
			b.WriteByte('<')
			continue
		}
		if closed >= 0 && strings.EqualFold(s[:end], "param") {
			if closed >= len(s) {
				if closed = -1; indexFold(s, param) >= 0 {
					closed = len(s) - indexFold(s, param)
				}
			}
			if stop := len(s) - closed; closed >= 0 && stop < 1000 {
				end = stop + len(param) - 1
			}
		}
		s = s[end+1:]
	}
}

// armored reads inline PGP (RFC 9580, section 6.2): a signed text loses its armour, an encrypted one is said to be so.
func (c *composer) armored(text string) string {
	if strings.Contains(text, "-----BEGIN PGP MESSAGE-----") {
		c.m.Encrypted = true
	}
	const begin, sig, end = "-----BEGIN PGP SIGNED MESSAGE-----", "-----BEGIN PGP SIGNATURE-----", "-----END PGP SIGNATURE-----"
	before, rest, ok := strings.Cut(text, begin)
	body, rest, ok2 := strings.Cut(rest, sig)
	if !ok || !ok2 {
		return text
	}
	c.m.Signed = true
	_, after, _ := strings.Cut(rest, end)
	if _, content, ok := strings.Cut(body, "\n\n"); ok { // the armour's own header ends with a blank line
		body = content
	}
	body = strings.TrimPrefix(strings.ReplaceAll("\n"+body, "\n- ", "\n"), "\n") // dash-escaping, section 7.2
	return before + body + after
}

// isEmpty tells whether a text shows nothing.
func isEmpty(text string) bool { return strings.TrimLeftFunc(text, isUnseen) == "" }

// joinText puts two texts together with a blank line between them.
func joinText(a, b string) string {
	switch {
	case strings.TrimSpace(b) == "":
		return a
	case strings.TrimSpace(a) == "":
		return b
	}
	return strings.TrimRight(a, "\n") + "\n\n" + strings.TrimLeft(b, "\n")
}

// joinTexts puts texts together with blank lines between them, leaving out those with nothing in them. It copies each once, where
// joinText for one after the other would copy the first ones again and again.
func joinTexts(list []string) string {
	list = slices.DeleteFunc(list, func(s string) bool { return strings.TrimSpace(s) == "" })
	for i, s := range list {
		if i > 0 {
			s = strings.TrimLeft(s, "\n")
		}
		if i < len(list)-1 {
			s = strings.TrimRight(s, "\n")
		}
		list[i] = s
	}
	return strings.Join(list, "\n\n")
}

// trimEdges drops blank lines at both ends.
func trimEdges(s string) string {
	s = strings.TrimRight(s, " \t\n")
	for {
		line, rest, ok := strings.Cut(s, "\n")
		if !ok || strings.TrimSpace(line) != "" {
			return s
		}
		s = rest
	}
}

// equalFold is strings.EqualFold for ASCII names, which is what header fields and parameters have.
func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := 0; i < len(a); i++ {
		x, y := a[i], b[i]
		if x == y {
			continue
		}
		if x|0x20 != y|0x20 || x|0x20 < 'a' || x|0x20 > 'z' {
			return false
		}
	}
	return true
}

// shorten cuts a string for showing it in a sentence.
func shorten(s string, n int) string {
	if s = squeeze(s); len(s) > n {
		s = strings.ToValidUTF8(s[:n], "") + "…"
	}
	return s
}
