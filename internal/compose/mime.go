package compose

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"

	"triaged/internal/message"
)

// file is an attachment on its way out.
type file struct {
	name, mediaType string
	content         []byte
}

// boundaryMark begins every boundary. It cannot stand in quoted-printable (RFC 2045, section 6.7, page 21).
const boundaryMark = "=_"

// writeBody appends the MIME fields and the body: the text and its HTML form as alternatives (RFC 2046, section 5.1.4), and
// the files behind them. Boundaries come from the Message-ID, whose token nobody outside can foresee, so that the same mail
// is always the same bytes and no text can contain its boundary.
func writeBody(b []byte, messageID string, text, html []byte, files []file) []byte {
	b = append(b, "MIME-Version: 1.0\r\n"...)
	sum := sha256.Sum256([]byte("boundary of " + messageID))
	inner := boundaryMark + "a" + hex.EncodeToString(sum[:12])
	if len(files) == 0 {
		return writeAlternatives(b, inner, text, html)
	}
	outer := boundaryMark + "m" + hex.EncodeToString(sum[12:24])
	b = append(b, "Content-Type: multipart/mixed; boundary=\""+outer+"\"\r\n\r\n--"+outer+"\r\n"...)
	b = writeAlternatives(b, inner, text, html)
	for _, f := range files {
		b = append(b, "--"+outer+"\r\n"...)
		b = writeFile(b, f)
	}
	return append(b, "--"+outer+"--\r\n"...)
}

func writeAlternatives(b []byte, boundary string, text, html []byte) []byte {
	b = append(b, "Content-Type: multipart/alternative; boundary=\""+boundary+"\"\r\n\r\n"...)
	b = append(b, "--"+boundary+"\r\nContent-Type: text/plain; charset=utf-8\r\n"...)
	b = writeText(b, text)
	b = append(b, "--"+boundary+"\r\nContent-Type: text/html; charset=utf-8\r\n"...)
	b = writeText(b, html)
	return append(b, "--"+boundary+"--\r\n"...)
}

// Renderings are the texts of a mail that Render made, as package message reads them: its text part, and its HTML part.
// An answer quotes the one or the other.
func Renderings(data []byte) []string {
	header, _, _ := bytes.Cut(data, []byte("MIME-Version:"))
	_, html, _ := bytes.Cut(data, []byte("Content-Type: text/html"))
	html, _, _ = bytes.Cut(html, []byte("\r\n--"+boundaryMark))
	alone := slices.Concat(header, []byte("MIME-Version: 1.0\r\nContent-Type: text/html"), html)
	return []string{message.Parse(data).Text, message.Parse(alone).Text}
}

// writeText appends the transfer encoding, the blank line and the text, which ends with a line feed. Lines are not broken
// to a width: a phone does that better.
func writeText(b, text []byte) []byte {
	if fitsSevenBit(text) {
		b = append(b, "Content-Transfer-Encoding: 7bit\r\n\r\n"...)
		for len(text) > 0 {
			line, rest, _ := bytes.Cut(text, []byte{'\n'})
			b = append(append(b, line...), "\r\n"...)
			text = rest
		}
		return b
	}
	return appendQuotedPrintable(append(b, "Content-Transfer-Encoding: quoted-printable\r\n\r\n"...), text)
}

// fitsSevenBit tells whether a text arrives unchanged without an encoding: ASCII, no line over the limit, and none that
// ends in a space.
func fitsSevenBit(text []byte) bool {
	start := 0
	for i, c := range text {
		switch {
		case c == '\n':
			if i-start > maxLine-2 || i > start && text[i-1] == ' ' {
				return false
			}
			start = i + 1
		case c > '~' || c < ' ':
			return false
		}
	}
	return start == len(text)
}

// appendQuotedPrintable encodes text with LF line ends (RFC 2045, section 6.7). It copies runs instead of octets, which
// makes it several times as fast as the standard library's writer: every mail that is not plain ASCII passes twice.
func appendQuotedPrintable(b, text []byte) []byte {
	for len(text) > 0 {
		line, rest, _ := bytes.Cut(text, []byte{'\n'})
		b = append(appendQuotedLine(b, line), '\r', '\n')
		text = rest
	}
	return b
}

func appendQuotedLine(b, line []byte) []byte {
	const width, hex = 76, "0123456789ABCDEF"
	column := 0
	for len(line) > 0 {
		run := 0
		for run < len(line) && plainInQuoted[line[run]] {
			run++
		}
		if run > 0 && run == len(line) && line[run-1] == ' ' {
			run-- // a blank at the end of a line would be lost
		}
		need := min(run, width-1-column)
		if run == len(line) && column+run <= width {
			need = run
		}
		if run == 0 {
			need = 3
		}
		// A line has room for the "=" of a soft line break, unless it ends here.
		if need == 0 || column+need > width || column+need == width && run == 0 && len(line) > 1 {
			b = append(b, "=\r\n"...)
			column = 0
			continue
		}
		column += need
		if run > 0 {
			b = append(b, line[:need]...)
			line = line[need:]
			continue
		}
		b = append(b, '=', hex[line[0]>>4], hex[line[0]&15])
		line = line[1:]
	}
	return b
}

// plainInQuoted is which octets stand for themselves in quoted-printable, blanks within a line among them.
var plainInQuoted = func() (plain [256]bool) {
	for c := ' '; c <= '~'; c++ {
		plain[c] = c != '='
	}
	return plain
}()

// writeFile appends one attachment as a part.
func writeFile(b []byte, f file) []byte {
	b = addField(b, "Content-Type", f.mediaType+parameter("name", f.name))
	b = addField(b, "Content-Disposition", "attachment"+parameter("filename", f.name))
	b = append(b, "Content-Transfer-Encoding: base64\r\n\r\n"...)
	const line = 57 // octets that make 76 characters (RFC 2045, section 6.8)
	c := f.content
	b = slices.Grow(b, len(c)*78/57+80)
	for ; len(c) >= line; c = c[line:] {
		n := len(b)
		b = b[:n+78]
		base64.StdEncoding.Encode(b[n:], c[:line])
		b[n+76], b[n+77] = '\r', '\n'
	}
	if len(c) > 0 {
		b = append(base64.StdEncoding.AppendEncode(b, c), "\r\n"...)
	}
	return b
}

// MaxAttached is how many bytes of attachments, decoded, a mail carries at most. Others are named in it.
const MaxAttached = 10 << 20

// attach takes the attachments that fit, files before pictures of the text, and returns the others.
func attach(all []message.Attachment) (files []file, left []message.Attachment) {
	room := int64(MaxAttached)
	for _, inline := range []bool{false, true} {
		for _, a := range all {
			if a.Inline != inline {
				continue
			}
			if a.Size > room {
				left = append(left, a)
				continue
			}
			content := a.Content()
			if int64(len(content)) > room {
				left = append(left, a)
				continue
			}
			room -= int64(len(content))
			files = append(files, file{fileName(a.Name), mediaType(a.Type), content})
		}
	}
	return files, left
}

// mediaType passes a type on where a part of that type may be written in base64 and stays what it is. Multiparts and
// attached mails may not (RFC 2046, sections 5.1 and 5.2.1): their file name says what they are.
func mediaType(t string) string {
	const anything = "application/octet-stream"
	top, sub, ok := strings.Cut(strings.ToLower(t), "/")
	if !ok || len(t) > 100 || !isToken(top) || !isToken(sub) || top == "multipart" || top == "message" {
		return anything
	}
	return top + "/" + sub
}

// isToken follows RFC 2045, section 5.1.
func isToken(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c > '~' || strings.IndexByte(`()<>@,;:\"/[]?=`, c) >= 0 {
			return false
		}
	}
	return s != ""
}

var slashes = strings.NewReplacer("/", "_", `\`, "_")

// fileName makes any claimed name one that can stand in a header and in a folder, and keeps its extension.
func fileName(name string) string {
	const stem, extension = 100, 12
	name = oneLine(slashes.Replace(name), 1000)
	if dot := strings.LastIndexByte(name, '.'); dot > stem && len(name)-dot <= extension {
		name = oneLine(name[:dot], stem) + name[dot:]
	}
	name = oneLine(name, stem+extension+1)
	if name == "" || strings.Trim(name, ".") == "" {
		return "attachment"
	}
	return name
}
