package message

import (
	"strings"
)

// sameWords tells whether two texts are the same but for white space and the targets of links.
func sameWords(a, b string) bool {
	if a == "" || b == "" || len(a) > 4*len(b) || len(b) > 4*len(a) {
		return false
	}
	next := func(s string) (string, string) {
		for {
			s = strings.TrimLeft(s, " \t\n>*|-")
			i := strings.IndexAny(s, " \t\n")
			if i < 0 {
				i = len(s)
			}
			if w := s[:i]; !strings.HasPrefix(w, "<http") && !strings.HasPrefix(w, "<mailto") {
				return w, s[i:]
			}
			s = s[i:]
		}
	}
	for {
		var x, y string
		x, a = next(a)
		y, b = next(b)
		if x != y {
			return false
		}
		if x == "" {
			return true
		}
	}
}

// alternative chooses between the forms of one text (RFC 2046, section 5.1.4). The plain text is what the author's program made of it
// and cheaper to read; it loses if there is nothing in it, if it only sends the reader to the other form, or if most is missing from it.
func (c *composer) alternative(n *node) string {
	var plain, rich, other []*node
	for i := range n.children {
		child := &n.children[i]
		switch {
		case c.holds(child, "text/html"):
			rich = append(rich, child)
		case c.holds(child, "text/plain"):
			plain = append(plain, child)
		default:
			other = append(other, child)
		}
	}
	text := ""
	for _, p := range plain {
		if t := c.render(p); strings.TrimSpace(t) != strings.TrimSpace(text) {
			text = joinText(text, t)
		}
	}
	if len(rich) > 0 && doubtful(text) {
		html := c.render(rich[len(rich)-1])
		if preferred(html, text) {
			text = html
		}
	}
	for _, o := range other {
		if t := c.render(o); !says(text, t) {
			text = joinText(text, t)
		}
	}
	return text
}

// holds tells whether there is text for reading of a media type in an entity.
func (c *composer) holds(n *node, mediaType string) bool {
	if n.leaf >= 0 {
		return n.mediaType == mediaType && c.parts[n.leaf].isBody()
	}
	for i := range n.children {
		if c.holds(&n.children[i], mediaType) {
			return true
		}
	}
	return false
}

// doubtful tells whether a plain text is so short, or so worded, that the HTML is worth a look.
func doubtful(text string) bool {
	t := strings.TrimSpace(text)
	if len(t) < 200 {
		return true
	}
	if len(t) > 3000 {
		return false
	}
	l := strings.ToLower(t[:min(len(t), 600)])
	return strings.Contains(l, "html") || strings.Contains(l, "view this") || strings.Contains(l, "browser") || strings.Contains(l, "<td") || strings.Contains(l, "navegador")
}

// preferred tells whether the HTML's text says what the plain text leaves out.
func preferred(html, plain string) bool {
	h, p := countLetters(html), countLetters(plain)
	switch {
	case h == 0:
		return false
	case p == 0:
		return true
	case boilerplate(plain):
		return h > p/2 || boilerplate(plain[:sentenceLength(plain)])
	}
	return h > 3*p+200 && p < 200
}

// countLetters counts what is read: no white space, no punctuation, no addresses of links, no marks in the place of images.
func countLetters(s string) int {
	n := 0
	for w := range strings.FieldsSeq(s) {
		if strings.Contains(w, "://") || strings.HasPrefix(w, "[cid:") {
			continue
		}
		for _, r := range w {
			if r > '/' && !isUnseen(r) {
				n++
			}
		}
	}
	return n
}

// boilerplate recognises a text/plain part that only says that the mail is in HTML.
func boilerplate(text string) bool {
	l := strings.ToLower(squeeze(text[:min(len(text), 2000)]))
	if len(l) > 600 {
		return false
	}
	for _, s := range boilerplates {
		if strings.Contains(l, s) {
			return true
		}
	}
	return strings.Contains(l, "html") && strings.ContainsAny(l, ".!") && len(l) < 400 && (strings.Contains(l, "mail client") || strings.Contains(l, "email client") ||
		strings.Contains(l, "viewer") || strings.Contains(l, "reader") || strings.Contains(l, "message") || strings.Contains(l, "mensaje") || strings.Contains(l, "nachricht"))
}

var boilerplates = []string{
	"does not support html", "doesn't support html", "not support html", "html-capable", "html capable",
	"html enabled", "html-enabled", "this is an html message",
	"this message is in html", "enable html", "view this email in your browser", "view this message in",
	"html compatible", "to view this message, please use",
	"no soporta html", "no es compatible con html", "formato html", "im html-format", "unterstützt kein html",
	"format html", "formaat html", "in formato html",
}

// says tells whether a text already tells of the event that a calendar part would add: its title, and when.
func says(text, event string) bool {
	title, _, _ := strings.Cut(event, "\n")
	_, title, _ = strings.Cut(title, ": ")
	if title == "" || !strings.Contains(text, title) {
		return event == ""
	}
	for _, when := range []string{"When", "Wann", "Cuándo", "Quand", "Quando", "Wanneer"} {
		if strings.Contains(text, when) {
			return true
		}
	}
	return false
}
