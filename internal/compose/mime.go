package compose

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"mime/quotedprintable"
	"strings"

	"triaged/internal/message"
)

// file is an attachment on its way out.
type file struct {
	name, mediaType string
	content         []byte
}

// writeBody appends the MIME fields and the body: the text and its HTML form as alternatives (RFC 2046, section 5.1.4), and
// the files behind them. Boundaries come from the Message-ID, whose token nobody outside can foresee, so that the same mail
// is always the same bytes and no text can contain its boundary.
func writeBody(b []byte, messageID, text, html string, files []file) []byte {
	b = append(b, "MIME-Version: 1.0\r\n"...)
	sum := sha256.Sum256([]byte("boundary of " + messageID))
	inner := "=_a" + hex.EncodeToString(sum[:12])
	if len(files) == 0 {
		return writeAlternatives(b, inner, text, html)
	}
	outer := "=_m" + hex.EncodeToString(sum[12:24])
	b = append(b, "Content-Type: multipart/mixed; boundary=\""+outer+"\"\r\n\r\n--"+outer+"\r\n"...)
	b = writeAlternatives(b, inner, text, html)
	for _, f := range files {
		b = append(b, "--"+outer+"\r\n"...)
		b = writeFile(b, f)
	}
	return append(b, "--"+outer+"--\r\n"...)
}

func writeAlternatives(b []byte, boundary, text, html string) []byte {
	b = append(b, "Content-Type: multipart/alternative; boundary=\""+boundary+"\"\r\n\r\n"...)
	b = append(b, "--"+boundary+"\r\nContent-Type: text/plain; charset=utf-8\r\n"...)
	b = writeText(b, text)
	b = append(b, "--"+boundary+"\r\nContent-Type: text/html; charset=utf-8\r\n"...)
	b = writeText(b, html)
	return append(b, "--"+boundary+"--\r\n"...)
}

// writeText appends the transfer encoding, the blank line and the text, which ends with a line feed. Lines are not broken
// to a width: a phone does that better.
func writeText(b []byte, text string) []byte {
	if fitsSevenBit(text) {
		b = append(b, "Content-Transfer-Encoding: 7bit\r\n\r\n"...)
		for len(text) > 0 {
			line, rest, _ := strings.Cut(text, "\n")
			b = append(append(b, line...), "\r\n"...)
			text = rest
		}
		return b
	}
	b = append(b, "Content-Transfer-Encoding: quoted-printable\r\n\r\n"...)
	buf := bytes.NewBuffer(b)
	w := quotedprintable.NewWriter(buf)
	// A buffer takes every write.
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return buf.Bytes()
}

// fitsSevenBit tells whether a text arrives unchanged without an encoding: ASCII, no line over the limit, and none that
// ends in a space.
func fitsSevenBit(text string) bool {
	start := 0
	for i := range len(text) {
		switch c := text[i]; {
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

// writeFile appends one attachment as a part.
func writeFile(b []byte, f file) []byte {
	b = addField(b, "Content-Type", f.mediaType+parameter("name", f.name))
	b = addField(b, "Content-Disposition", "attachment"+parameter("filename", f.name))
	b = append(b, "Content-Transfer-Encoding: base64\r\n\r\n"...)
	const line = 57 // octets that make 76 characters (RFC 2045, section 6.8)
	for c := f.content; len(c) > 0; {
		n := min(line, len(c))
		b = base64.StdEncoding.AppendEncode(b, c[:n])
		b = append(b, "\r\n"...)
		c = c[n:]
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

// fileName makes any claimed name one that can stand in a header and in a folder, and keeps its extension.
func fileName(name string) string {
	const stem, extension = 100, 12
	name = oneLine(strings.NewReplacer("/", "_", `\`, "_").Replace(name), 1000)
	if dot := strings.LastIndexByte(name, '.'); dot > stem && len(name)-dot <= extension {
		name = oneLine(name[:dot], stem) + name[dot:]
	}
	name = oneLine(name, stem+extension+1)
	if name == "" || strings.Trim(name, ".") == "" {
		return "attachment"
	}
	return name
}
