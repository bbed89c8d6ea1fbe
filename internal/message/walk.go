package message

import (
	"bytes"
	"fmt"
	"strings"
)

// node is one entity of the structure: a leaf, or a multipart with its children in order.
type node struct {
	mediaType string
	params    map[string]string
	children  []node
	leaf      int // index into the walker's parts; -1 for a multipart
}

// walker reads the structure of a mail (RFC 2046, section 5) in one pass: it goes from one line that begins with "--" to the next
// and compares it with the boundaries of all multiparts that are open, so that nesting does not multiply the work.
type walker struct {
	raw   []byte
	pos   int
	open  []string // boundaries of the open multiparts with their leading "--", outermost first
	lost  []string // boundaries of multiparts that ended without their closing line; parts may follow all the same
	parts []part
	level int             // of the mail, see part
	inner int             // how many guessed multiparts are around, each of which is gone over once more
	seen  map[string]bool // defects told already
	told  []string
}

// stop is the boundary line that ended an entity: which open multipart it belongs to, -1 at the end of the mail.
type stop struct {
	level int
	last  bool // the closing one, with "--" behind
}

var atEnd = stop{level: -1}

// around says where an entity stands.
type around struct {
	mediaType string // of the multipart around, "" at the top
	index     int
	depth     int
}

func (w *walker) defect(format string, args ...any) {
	d := fmt.Sprintf(format, args...)
	if w.seen == nil {
		w.seen = map[string]bool{}
	}
	if !w.seen[d] && len(w.told) < maxDefects {
		w.seen[d] = true
		w.told = append(w.told, d)
	}
}

// entity reads one entity whose header is known and whose body starts at pos, up to the boundary line that ends it.
func (w *walker) entity(h Header, at around) (node, stop) {
	value := h.Get("Content-Type")
	mediaType, params := parseParams(value)
	if at.depth == 0 && !strings.HasPrefix(mediaType, "multipart/") {
		if b := undeclared(mediaType, params, w.raw[w.pos:]); b != "" {
			w.defect("a multipart that the header does not tell of")
			mediaType, params = "multipart/mixed", map[string]string{"boundary": b}
		}
	}
	if !strings.HasPrefix(mediaType, "multipart/") {
		return w.leaf(h, mediaType, params, at)
	}
	if at.depth >= maxDepth-1 || len(w.open) >= maxDepth {
		w.defect("multiparts nested deeper than %d: the rest was not taken apart", maxDepth)
		return w.leaf(h, "application/octet-stream", nil, at)
	}
	if b := strings.TrimRight(params["boundary"], " "); b != "" && len(b) <= 1000 {
		start := w.pos
		n, end, ok := w.multipart(mediaType, params, "--"+b, at)
		if ok {
			w.findRoot(&n)
			return n, end
		}
		w.lost = append(w.lost[:min(len(w.lost), maxDepth)], "--"+b)
		return w.salvage(h, mediaType, params, at, start, end)
	}
	start := w.pos
	end := w.skip()
	return w.salvage(h, mediaType, params, at, start, end)
}

// undeclared returns the boundary of a mail that says that it is a text, or nothing, and has the parts of a multipart for its body; "" if
// it is what it says.
func undeclared(mediaType string, params map[string]string, body []byte) string {
	const preamble = 500
	switch {
	case mediaType == "":
		if b := guessBoundary(head(body, preamble)); b != "" && bytes.Contains(body, []byte("\n"+b+"--")) {
			return b[2:]
		}
	case strings.HasPrefix(mediaType, "text/") && params["boundary"] != "":
		if b := "--" + params["boundary"]; bytes.HasPrefix(body, []byte(b)) || bytes.Contains(body, []byte("\n"+b)) {
			return b[2:]
		}
	}
	return ""
}

// multipart reads the parts between the boundary lines. It answers false, with the line that ended the body, if there was none.
func (w *walker) multipart(mediaType string, params map[string]string, boundary string, at around) (node, stop, bool) {
	n := node{mediaType: mediaType, params: params, leaf: -1}
	level := len(w.open)
	w.open = append(w.open, boundary)
	defer func() { w.open = w.open[:level] }()
	end := w.skip() // the preamble
	if end.level != level {
		return n, end, false
	}
	for index := 0; end.level == level; {
		if end.last {
			// The epilogue. Parts that come after the closing line all the same are read.
			if end = w.skip(); end.level != level || end.last {
				if end.level == level {
					continue
				}
				return n, end, true
			}
			w.defect("parts after the closing boundary")
		}
		if len(w.parts) >= maxParts {
			w.defect("more than %d parts: the rest was not read", maxParts)
			end = w.skip()
			continue
		}
		var child node
		child, end = w.child(mediaType, index, at.depth+1)
		n.children = append(n.children, child)
		index++
	}
	if end.level < level {
		w.defect("a multipart is not closed")
		if len(w.lost) < maxDepth {
			w.lost = append(w.lost, boundary)
		}
	}
	return n, end, true
}

// findRoot marks the part of a multipart/related that the others belong to: the one that start names (RFC 2387, section 3.2), else the
// first one, or the first text if that is none.
func (w *walker) findRoot(n *node) {
	if n.mediaType != "multipart/related" {
		return
	}
	start := strings.Trim(n.params["start"], "<> ")
	var text *part
	for i := range n.children {
		child := &n.children[i]
		if child.leaf < 0 {
			if i == 0 && start == "" {
				return
			}
			continue
		}
		p := &w.parts[child.leaf]
		if start != "" && p.contentID == start {
			p.root = true
			return
		}
		if text == nil && (p.mediaType == "text/html" || p.mediaType == "text/plain") {
			text = p
		}
	}
	if text != nil {
		text.root = true
	}
}

// child reads one part of a multipart.
func (w *walker) child(parent string, index, depth int) (node, stop) {
	h, body, r := readHeader(w.raw[w.pos:], w.isBoundary)
	w.pos = len(w.raw) - len(body)
	if r.noBlank && len(h) == 0 {
		w.defect("a part without header")
	} else {
		for _, d := range r.defects() {
			w.defect("%s (in a part)", d)
		}
	}
	return w.entity(h, around{mediaType: parent, index: index, depth: depth})
}

// leaf reads a part's body up to the next boundary line.
func (w *walker) leaf(h Header, mediaType string, params map[string]string, at around) (node, stop) {
	start := w.pos
	end := w.skip()
	body := w.body(start, end)
	unfinished := false
	if end == atEnd && len(w.open) > 0 {
		body, unfinished = w.cutClosing(body)
	}
	n := w.keep(h, mediaType, params, at, body)
	w.parts[n.leaf].unfinished = unfinished
	if isSMIME(mediaType) {
		p := w.parts[n.leaf]
		w.parts = w.parts[:n.leaf]
		if signed, ok := w.opaque(&p, at); ok {
			return signed, end
		}
		w.parts = append(w.parts, p)
	}
	return n, end
}

// cutClosing takes from the mail's last part a closing boundary that does not stand on a line of its own, or else
// tells that the part, and perhaps what followed it, is cut off.
func (w *walker) cutClosing(body []byte) (rest []byte, unfinished bool) {
	trimmed := bytes.TrimRight(body, " \t\r\n")
	for _, b := range w.open {
		if rest, ok := bytes.CutSuffix(trimmed, []byte(b+"--")); ok {
			return bytes.TrimSuffix(rest, []byte("\r\n")), false
		}
	}
	return body, true
}

// body is what lies between start and the boundary line that was just read. The line end before a boundary belongs to the boundary.
func (w *walker) body(start int, end stop) []byte {
	b := w.raw[start:w.pos]
	if end == atEnd {
		return b
	}
	i := bytes.LastIndexByte(b[:max(0, len(b)-1)], '\n') // the boundary line itself
	b = b[:max(i, 0)]
	return bytes.TrimSuffix(b, []byte("\r"))
}

// keep adds a leaf to the parts.
func (w *walker) keep(h Header, mediaType string, params map[string]string, at around, body []byte) node {
	p := part{header: h, mediaType: mediaType, params: params, parent: at.mediaType, parentIndex: at.index, depth: at.depth, level: w.level, body: body, reading: &reading{}}
	if !isMediaType(p.mediaType) {
		p.mediaType = defaultType(mediaType, at.mediaType)
	}
	p.encoding = transferEncoding(h.Get("Content-Transfer-Encoding"))
	disposition, dparams := parseParams(h.Get("Content-Disposition"))
	p.disposition = disposition
	if p.name = fileName(dparams["filename"]); p.name == "" {
		if p.name = fileName(dparams["name"]); p.name == "" {
			p.name = fileName(params["name"])
		}
	}
	if id := h.Get("Content-ID"); id != "" {
		p.contentID = strings.Trim(strings.TrimSpace(id), "<>")
	}
	w.checkEncoding(&p)
	w.parts = append(w.parts, p)
	return node{mediaType: p.mediaType, params: params, leaf: len(w.parts) - 1}
}

// checkEncoding drops transfer encodings that the content contradicts.
func (w *walker) checkEncoding(p *part) {
	switch p.encoding {
	case "", "7bit", "8bit", "binary", "quoted-printable", "x-uuencode", "x-uue", "uuencode", "uue":
	case "base64":
		if !strings.HasPrefix(p.mediaType, "text/") {
			break
		}
		if looksBase64(p.body) {
			if end := endOfBase64(p.body); end < len(p.body) {
				w.defect("what follows the end of a base64 text was not read")
				p.body = p.body[:end]
			}
			break
		}
		w.defect("a text part says that it is base64 and is not")
		p.encoding = ""
		if !bytes.ContainsAny(head(bytes.TrimSpace(p.body), 200), " \t") {
			p.disposition = "attachment" // nor is it anybody's words
		}
	default:
		w.defect("unknown transfer encoding %q", shorten(p.encoding, 40))
	}
}

// looksBase64 looks at the beginning of a text that is said to be base64: plain text has spaces within its lines.
func looksBase64(body []byte) bool {
	b := bytes.TrimSpace(head(body, 400))
	odd, spaces := 0, 0
	for _, c := range b {
		switch {
		case c == ' ':
			spaces++
		case c == '\r' || c == '\n':
		case base64Value[c] == base64Skip:
			odd++
		}
	}
	return (spaces+odd)*12 <= len(b) || len(b) < 24 && odd == 0 && spaces == 0
}

// endOfBase64 returns where a base64 text ends: behind its padding (RFC 2045, section 6.8), if what follows is no base64. It may be
// another encoded piece where programs glued several together, or plain words that a server on the way put below.
func endOfBase64(body []byte) int {
	end := bytes.IndexByte(body, '=')
	if end < 0 {
		return len(body)
	}
	for end < len(body) && body[end] == '=' {
		end++
	}
	rest, n := bytes.TrimSpace(head(body[end:], 400)), 0
	for _, c := range rest {
		switch {
		case c == '\r' || c == '\n':
		case base64Value[c] == base64Skip:
			return end
		default:
			n++
		}
	}
	if n%4 != 0 && n < 64 {
		return end
	}
	return len(body)
}

// isMediaType tells whether s is a type and subtype in the characters allowed for them (RFC 2045, section 5.1).
func isMediaType(s string) bool {
	slashes := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '/':
			slashes++
		case c <= ' ' || c >= 0x7f || strings.IndexByte(`()<>@,;:\"[]?=`, c) >= 0:
			return false
		}
	}
	return slashes == 1 && s[0] != '/' && s[len(s)-1] != '/' && len(s) <= 255
}

// defaultType is the media type of a part that declares none, or none that makes sense (RFC 2045, section 5.2; RFC 2046, section 5.1.5).
func defaultType(declared, parent string) string {
	if parent == "multipart/digest" && declared == "" {
		return "message/rfc822"
	}
	if declared == "html" {
		return "text/html"
	}
	return "text/plain"
}

// skip goes on to the next boundary line of any open multipart and behind it.
func (w *walker) skip() stop {
	for w.pos < len(w.raw) {
		if w.raw[w.pos] == '-' && (w.pos == 0 || w.raw[w.pos-1] == '\n') {
			line, rest := cutLine(w.raw[w.pos:])
			if s, ok := w.match(line); ok {
				w.pos = len(w.raw) - len(rest)
				return s
			}
		}
		i := bytes.Index(w.raw[w.pos:], []byte("\n--"))
		if i < 0 {
			break
		}
		w.pos += i + 1
	}
	w.pos = len(w.raw)
	return atEnd
}

func (w *walker) isBoundary(line []byte) bool {
	_, ok := w.match(line)
	return ok
}

// match compares a line with the boundaries of the open multiparts, innermost first.
func (w *walker) match(line []byte) (stop, bool) {
	if len(line) < 3 || line[1] != '-' || len(w.open) == 0 || len(line) > 1100 {
		return stop{}, false
	}
	line = bytes.TrimRight(line, " \t")
	for level := len(w.open) - 1; level >= 0; level-- {
		rest, ok := bytes.CutPrefix(line, []byte(w.open[level]))
		if !ok {
			continue
		}
		switch {
		case len(rest) == 0:
			return stop{level, false}, true
		case len(rest) == 2 && rest[0] == '-' && rest[1] == '-':
			return stop{level, true}, true
		}
	}
	for _, b := range w.lost {
		if string(line) == b {
			return stop{len(w.open) - 1, false}, true
		}
	}
	return stop{}, false
}

// salvage reads a multipart whose boundary is not declared or never occurs, from start to where end stopped it: by the
// boundary that its body uses, or else as one text.
func (w *walker) salvage(h Header, mediaType string, params map[string]string, at around, start int, end stop) (node, stop) {
	body := w.body(start, end)
	after := w.pos
	const mostGuesses = 4
	if b := guessBoundary(body); b != "" && w.inner < mostGuesses {
		w.defect("the boundary of a multipart is not the one declared")
		inner := walker{raw: body, level: w.level, inner: w.inner + 1, parts: w.parts, seen: w.seen, told: w.told}
		n, _, ok := inner.multipart(mediaType, params, b, at)
		w.parts, w.seen, w.told = inner.parts, inner.seen, inner.told
		if ok {
			w.findRoot(&n)
			w.pos = after
			return n, end
		}
	}
	w.defect("a multipart without boundary lines: taken for text")
	// What looks like the header of a part is not for reading.
	if first, rest, _ := readHeader(bytes.TrimLeft(body, "\r\n"), nil); first.Has("Content-Type") {
		if t, p := parseParams(first.Get("Content-Type")); !strings.HasPrefix(t, "multipart/") {
			return w.keep(first, t, p, at, rest), end
		}
	}
	n := w.keep(h, sniffText(body), nil, at, body)
	w.parts[n.leaf].unfinished = true
	return n, end
}

// guessBoundary finds the line that parts seem to begin with: "--something", followed by a header line of a part or, further down, by the
// same with "--" behind it.
func guessBoundary(body []byte) string {
	const searches = 5 // to the end of the body
	for tries, searched := 0, 0; tries < 100; tries++ {
		if !bytes.HasPrefix(body, []byte("--")) {
			i := bytes.Index(body, []byte("\n--"))
			if i < 0 {
				return ""
			}
			body = body[i+1:]
		}
		line, rest := cutLine(body)
		body = rest
		next, _ := cutLine(rest)
		line = bytes.TrimRight(line, " \t")
		if len(line) < 3 || len(line) > 200 {
			continue
		}
		if len(next) > 8 && strings.EqualFold(string(next[:8]), "content-") {
			return string(line)
		}
		if searched < searches && len(bytes.Trim(line, "-_=* ")) > 0 {
			searched++
			if bytes.Contains(rest, []byte("\n"+string(line)+"--")) {
				return string(line)
			}
		}
	}
	return ""
}

// sniffText tells HTML from plain text.
func sniffText(body []byte) string {
	start := strings.ToLower(string(bytes.TrimSpace(head(body, 512))))
	if strings.HasPrefix(start, "<!doctype html") || strings.HasPrefix(start, "<html") {
		return "text/html"
	}
	return "text/plain"
}
