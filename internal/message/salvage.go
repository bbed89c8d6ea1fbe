package message

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf8"
)

// headerReader reads one header block (RFC 5322, section 2.2), taking what it finds for what it was meant to be.
type headerReader struct {
	fields  Header
	text    []byte // names and unfolded values of all fields, one behind the other
	spans   []span // the fields in text
	dropped int    // fields beyond maxFields
	junk    int    // lines that are no field
	cut     bool   // the block is longer than maxHeader
	noBlank bool   // no blank line separates header and body
	fixed   bool   // 8-bit bytes were taken for some charset
}

// span is where a field stands in a text: its name from start to value, its value from there to end.
type span struct{ start, value, end int }

// readHeader splits raw into its header fields and what follows the blank line. A line that ends reports true for also
// ends the block: the boundary lines of the multiparts around a part. It may be nil.
func readHeader(raw []byte, ends func(line []byte) bool) (Header, []byte, *headerReader) {
	size := 4 << 10 // what servers and the author's program put above a mail
	if ends != nil {
		size = 256
	}
	r := &headerReader{text: make([]byte, 0, min(len(raw), size))}
	body := r.read(raw, ends)
	r.cutFields()
	if !plainBlock(raw[:len(raw)-len(body)]) {
		r.toUTF8()
	}
	return r.fields, body, r
}

// readTopHeader is readHeader for a whole mail, before whose header there may be blank lines or an mbox line, and
// whose line ends may be bare CRs. A CR within a line starts a new field only where the mail has no author otherwise, or no field but
// that one: a server that checked the author saw no line end there.
func readTopHeader(raw []byte) (Header, []byte, []string) {
	h, body, r := readHeader(skipBlank(raw), nil)
	var defects []string
	if (!h.Has("From") || len(h) == 1) && bytes.IndexByte(raw[:min(len(raw), maxHeader)], '\r') >= 0 {
		if plain := bareCR(raw); plain != nil {
			if h2, body2, r2 := readHeader(skipBlank(plain), nil); len(h2) > len(h) {
				h, body, r = h2, body2, r2
				defects = append(defects, "lines end in a bare CR")
			}
		}
	}
	return h, body, append(defects, r.defects()...)
}

// bareCR returns raw with every CR that no LF follows made an LF, or nil if there is none.
func bareCR(raw []byte) []byte {
	var out []byte
	for i, c := range raw {
		if c == '\r' && i+1 < len(raw) && raw[i+1] != '\n' && raw[i+1] != '\r' || c == '\r' && i+1 < len(raw) && raw[i+1] == '\r' && !bytes.HasPrefix(raw[i+1:], []byte("\r\n")) {
			if out == nil {
				out = bytes.Clone(raw)
			}
			out[i] = '\n'
		}
	}
	return out
}

// skipBlank drops blank lines before a header, as some programs leave them when they store or pipe a mail.
func skipBlank(raw []byte) []byte {
	raw = bytes.TrimPrefix(raw, []byte("\ufeff")) // a byte order mark, of a mail that an editor has saved
	rest := bytes.TrimLeft(raw, "\r\n")
	if len(rest) == len(raw) {
		return raw
	}
	line, _ := cutLine(rest)
	if isMboxLine(line) {
		return rest
	}
	if name, _, ok := cutField(line); ok && usualFirst(name) {
		return rest
	}
	return raw
}

// usualFirst tells whether a field stands at the top of mails, so that blank lines before it are no end of a header.
func usualFirst(name []byte) bool {
	switch strings.ToLower(string(name)) {
	case "return-path", "received", "delivered-to", "x-original-to", "from", "to", "subject", "date", "message-id", "mime-version",
		"envelope-to", "content-type", "dkim-signature", "cc", "bcc", "sender", "comments", "importance", "priority", "organization", "keywords", "authentication-results", "reply-to", "x-mozilla-status", "status":
		return true
	}
	return false
}

func (r *headerReader) read(raw []byte, ends func([]byte) bool) []byte {
	start := len(raw)
	field := -1 // where the current field begins in text; -1: there is none
	flush := func() {
		if field >= 0 {
			r.add(field)
		}
		field = -1
	}
	defer flush()
	for len(raw) > 0 {
		line, rest := cutLine(raw)
		switch {
		case len(line) == 0:
			return rest
		case line[0] == '-' && ends != nil && ends(line):
			r.noBlank = true
			return raw
		case start-len(raw) > maxHeader:
			r.cut = true
			flush()
			return skipHeader(raw)
		case line[0] == ' ' || line[0] == '\t':
			if isBlank(line) && !continues(rest) {
				return rest // a blank line with spaces in it
			}
			if field >= 0 {
				r.unfold(field, line)
			} else if len(r.spans) == 0 && r.junk == 0 {
				r.noBlank = true
				return raw
			}
		case isField(line):
			flush()
			field = len(r.text)
			r.cut = r.cut || len(line) > maxHeader
			r.text = append(r.text, bytes.TrimRight(head(line, maxHeader), " \t")...)
		case isMboxLine(line):
			flush()
			r.junk++
		case !continuesForSure(rest):
			r.noBlank = true
			return raw // the body starts without a blank line
		default:
			flush()
			r.junk++
		}
		raw = rest
	}
	return raw
}

// skipHeader returns what follows the blank line that ends a header too long to be read.
func skipHeader(raw []byte) []byte {
	lf, crlf := bytes.Index(raw, []byte("\n\n")), bytes.Index(raw, []byte("\n\r\n"))
	switch {
	case lf >= 0 && (crlf < 0 || lf < crlf):
		return raw[lf+2:]
	case crlf >= 0:
		return raw[crlf+3:]
	}
	return nil
}

// unfold adds a continuation line to the field that begins at start (RFC 5322, section 2.2.3).
func (r *headerReader) unfold(start int, line []byte) {
	if line = bytes.TrimSpace(line); len(line) == 0 {
		return
	}
	room := maxHeader - (len(r.text) - start) - 1
	if len(line) > room {
		line, r.cut = line[:max(room, 0)], true
	}
	r.text = append(append(r.text, ' '), line...)
}

// add counts in the field that begins at start and ends where the text ends.
func (r *headerReader) add(start int) {
	name, value, _ := cutField(r.text[start:])
	if n := len(r.spans); n >= 2*maxFields || n >= maxFields && !essential(name) {
		r.dropped++
		r.text = r.text[:start]
		return
	}
	if r.spans == nil {
		r.spans = make([]span, 0, 32)
	}
	r.text = append(r.text[:start+len(name)], bytes.TrimSpace(value)...)
	r.spans = append(r.spans, span{start, start + len(name), len(r.text)})
}

// cutFields makes the fields, all of them pieces of one string.
func (r *headerReader) cutFields() {
	if len(r.spans) == 0 {
		return
	}
	all := string(r.text)
	r.fields = make(Header, len(r.spans))
	for i, s := range r.spans {
		r.fields[i] = Field{all[s.start:s.value], all[s.value:s.end]}
	}
}

// essential names the fields that are kept however many others come before them.
func essential(name []byte) bool {
	switch strings.ToLower(string(name)) {
	case "from", "subject", "to", "date", "message-id", "content-type", "content-transfer-encoding", "in-reply-to", "references",
		"auto-submitted", "precedence", "return-path":
		return true
	}
	return false
}

// toUTF8 makes names and values valid UTF-8 without control characters. Raw 8-bit values are in the charset that the
// body declares more often than not.
func (r *headerReader) toUTF8() {
	hint, found := "", false
	for i, f := range r.fields {
		if clean(f.Value) && clean(f.Name) {
			continue
		}
		if !found {
			_, params := parseParams(r.fields.Get("Content-Type"))
			hint, found = params["charset"], true
		}
		if !utf8.ValidString(f.Value) {
			r.fixed = true
		}
		r.fields[i].Value = stripControls(decodeCharset([]byte(f.Value), hint))
		r.fields[i].Name = stripControls(strings.ToValidUTF8(f.Name, "?"))
	}
}

// plainBlock tells whether there is nothing but printable ASCII, tabs and line ends in a header block.
func plainBlock(b []byte) bool {
	const lows, highs = 0x0101010101010101, 0x8080808080808080
	for i := 0; i < len(b); i += 8 {
		if i+8 <= len(b) {
			// Eight bytes at once: none with its high bit set, none below a space, none 0x7f.
			v := binary.LittleEndian.Uint64(b[i:])
			if (v|(v-' '*lows)|((v^0x7f*lows)-lows))&highs == 0 {
				continue
			}
		}
		for k := i; k < min(i+8, len(b)); k++ {
			c := b[k]
			if c == '\r' && k+1 < len(b) && b[k+1] != '\n' || c < ' ' && c != '\t' && c != '\r' && c != '\n' || c >= 0x7f {
				return false
			}
		}
	}
	return true
}

// clean tells whether a string is printable ASCII or valid UTF-8, tabs allowed.
func clean(s string) bool {
	ascii := true
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= utf8.RuneSelf {
			ascii = false
		} else if c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return ascii || utf8.ValidString(s)
}

func (r *headerReader) defects() []string {
	var d []string
	if r.cut {
		d = append(d, fmt.Sprintf("header longer than %d KiB: the rest of it was not read", maxHeader>>10))
	}
	if r.dropped > 0 {
		d = append(d, fmt.Sprintf("%d header fields beyond the first %d were not read", r.dropped, maxFields))
	}
	if r.junk == 1 {
		d = append(d, "a line in the header is no header field")
	} else if r.junk > 1 {
		d = append(d, fmt.Sprintf("%d lines in the header are no header fields", r.junk))
	}
	if r.noBlank && len(r.fields) > 0 {
		d = append(d, "no blank line between header and body")
	}
	if r.fixed {
		d = append(d, "header has bytes outside of ASCII that are not UTF-8")
	}
	return d
}

// cutLine returns the first line, without its end (LF, CRLF, CRCRLF), and what follows it.
func cutLine(raw []byte) (line, rest []byte) {
	i := bytes.IndexByte(raw, '\n')
	if i < 0 {
		line, rest = raw, nil
	} else {
		line, rest = raw[:i], raw[i+1:]
	}
	for len(line) > 0 && line[len(line)-1] == '\r' {
		line = line[:len(line)-1]
	}
	return line, rest
}

// cutField splits a line at its first colon. The name must be printable ASCII without spaces, except before the colon
// (RFC 5322, sections 3.6.8 and 4.5.8), or look like one that lost its 8-bit characters.
func cutField(line []byte) (name, value []byte, ok bool) {
	i := bytes.IndexByte(line[:min(len(line), 256)], ':')
	if i <= 0 {
		return nil, nil, false
	}
	name, value = bytes.TrimRight(line[:i], " \t"), line[i+1:]
	for _, c := range name {
		if c <= ' ' || c == 0x7f {
			return nil, nil, false
		}
	}
	return name, value, len(name) > 0
}

func isField(line []byte) bool {
	_, _, ok := cutField(line)
	return ok && !isMboxLine(line)
}

// isMboxLine recognises the "From " line that mbox files put before each mail (RFC 4155), quoted or not.
func isMboxLine(line []byte) bool {
	return bytes.HasPrefix(line, []byte("From ")) && !bytes.HasPrefix(bytes.TrimLeft(line[4:], " \t"), []byte(":")) ||
		bytes.HasPrefix(line, []byte(">From "))
}

// continues tells whether a header goes on with the line at the start of raw.
func continues(raw []byte) bool {
	line, _ := cutLine(raw)
	return isField(line) || isMboxLine(line)
}

// continuesForSure is continues for after a line that is no field, where "Note: bring keys" may well be the author's words.
func continuesForSure(raw []byte) bool {
	line, _ := cutLine(raw)
	if isMboxLine(line) {
		return true
	}
	name, _, ok := cutField(line)
	return ok && (usualFirst(name) || essential(name) || bytes.IndexByte(name, '-') > 0)
}

func isBlank(line []byte) bool { return len(bytes.TrimSpace(line)) == 0 }
