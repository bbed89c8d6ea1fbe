package compose

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// Limits of header lines (RFC 5322, section 2.1.1, and RFC 2047, section 2).
const (
	foldAt  = 76  // octets of a line, where there is a space to fold at
	maxLine = 998 // octets of a line, always
	maxWord = 75  // octets of one encoded word
	maxID   = 900 // octets of a Message-ID that is passed on; longer ones could not stand on one line
)

// addField appends one header field, folded at its spaces. The value is ASCII without control characters (or UTF-8 in an
// address, RFC 6532), and has no piece without a space that is longer than a line may be.
func addField(b []byte, name, value string) []byte {
	b = append(append(b, name...), ": "...)
	width := len(name) + 2
	for first := true; ; first = false {
		word, rest, more := strings.Cut(value, " ")
		switch {
		case first:
		case width+1+len(word) > foldAt:
			b = append(b, "\r\n "...)
			width = 1
		default:
			b = append(b, ' ')
			width++
		}
		b = append(b, word...)
		width += len(word)
		if !more {
			return append(b, "\r\n"...)
		}
		value = rest
	}
}

// unstructured writes text for a field that is free text, such as a subject: as it is if a reader would read it so, else
// as encoded words (RFC 2047, section 5, rule 1).
func unstructured(text string) string {
	if !needsWords(text) {
		return text
	}
	return encodeWords(text)
}

// phrase writes a display name (RFC 5322, section 3.2.5).
func phrase(name string) string {
	if needsWords(name) {
		return encodeWords(name)
	}
	return `"` + quotes.Replace(name) + `"`
}

// quotes escapes for a quoted string (RFC 5322, section 3.2.4).
var quotes = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// mailbox writes a name and an address as From and To have them.
func mailbox(name, address string) string {
	if name == "" {
		return "<" + address + ">"
	}
	return phrase(name) + " <" + address + ">"
}

// needsWords tells whether plain text would be misread: because it is not ASCII, looks like an encoded word itself, or has
// a word too long for a line.
func needsWords(text string) bool {
	if strings.Contains(text, "=?") {
		return true
	}
	run := 0
	for i := range len(text) {
		c := text[i]
		if c < ' ' || c > '~' {
			return true
		}
		if run++; c == ' ' {
			run = 0
		}
		if run > maxWord-1 {
			return true
		}
	}
	return false
}

// encodeWords writes text as encoded words, split between characters. Mostly ASCII text is written in Q, so that it
// stays readable where nobody decodes it, other text in B.
func encodeWords(text string) string {
	ascii := 0
	for i := range len(text) {
		if text[i] < utf8.RuneSelf {
			ascii++
		}
	}
	if 4*ascii < 3*len(text) {
		return encodeB(text)
	}
	return encodeQ(text)
}

func encodeB(text string) string {
	const open, shut = "=?utf-8?B?", "?="
	room := (maxWord - len(open) - len(shut)) / 4 * 3
	var b strings.Builder
	for len(text) > 0 {
		n := min(room, len(text))
		for n < len(text) && !utf8.RuneStart(text[n]) {
			n--
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(open)
		b.WriteString(base64.StdEncoding.EncodeToString([]byte(text[:n])))
		b.WriteString(shut)
		text = text[n:]
	}
	return b.String()
}

func encodeQ(text string) string {
	const open, shut, hex = "=?utf-8?Q?", "?=", "0123456789ABCDEF"
	var b strings.Builder
	width := 0
	for i, r := range text {
		plain := r < utf8.RuneSelf && plainInQ(byte(r))
		need := 1
		if !plain && r != ' ' {
			need = 3 * utf8.RuneLen(r)
		}
		switch {
		case i == 0:
			b.WriteString(open)
			width = len(open)
		case width+need > maxWord-len(shut):
			b.WriteString(shut + " " + open)
			width = len(open)
		}
		width += need
		switch {
		case r == ' ':
			b.WriteByte('_')
		case plain:
			b.WriteByte(byte(r))
		default:
			for _, c := range []byte(string(r)) {
				b.Write([]byte{'=', hex[c>>4], hex[c&15]})
			}
		}
	}
	return b.String() + shut
}

// plainInQ tells which octets may stand as they are in every place where an encoded word may (RFC 2047, section 5, rule 3).
func plainInQ(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("!*+-/", c) >= 0
}

// parameter writes one parameter of a MIME field with the ";" before it: plain, quoted, or extended and if need be
// continued (RFC 2231, sections 3 and 4), each piece on a line of its own.
func parameter(name, value string) string {
	const hex = "0123456789ABCDEF"
	if !needsWords(value) && len(value) <= 60 {
		return "; " + name + `="` + quotes.Replace(value) + `"`
	}
	var pieces []string
	var b strings.Builder
	b.WriteString("utf-8''")
	for _, r := range value {
		if b.Len() > 48 {
			pieces = append(pieces, b.String())
			b.Reset()
		}
		for _, c := range []byte(string(r)) {
			if plainInParameter(c) {
				b.WriteByte(c)
			} else {
				b.Write([]byte{'%', hex[c>>4], hex[c&15]})
			}
		}
	}
	pieces = append(pieces, b.String())
	if len(pieces) == 1 {
		return "; " + name + "*=" + pieces[0]
	}
	b.Reset()
	for i, p := range pieces {
		b.WriteString("; " + name + "*" + itoa(i) + "*=" + p)
	}
	return b.String()
}

// plainInParameter is attribute-char (RFC 2231, section 7), less the rare ones.
func plainInParameter(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '.' || c == '_'
}
