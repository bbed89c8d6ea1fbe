package message

import "slices"

// Renderings returns the text of each form in which a mail says the same (RFC 2046, section 5.1.4), the HTML one read as
// Parse reads it. An answer may quote either, so whoever looks for their own words in it needs both.
func Renderings(raw []byte) []string {
	header, body, _ := readTopHeader(raw)
	w := walker{raw: body}
	w.entity(header, around{})
	var all []string
	for i := range w.parts {
		p := &w.parts[i]
		text := ""
		switch {
		case p.disposition == "attachment":
		case p.mediaType == "text/plain":
			text = p.text()
		case p.mediaType == "text/html":
			text = htmlText([]byte(p.text()))
		}
		if text != "" && !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return all
}
