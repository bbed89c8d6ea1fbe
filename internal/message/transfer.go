package message

import (
	"bytes"
	"strings"
)

// decodeTransfer undoes a Content-Transfer-Encoding (RFC 2045, section 6) as far as it can; the result may be body itself.
func decodeTransfer(encoding string, body []byte) []byte {
	switch encoding {
	case "base64":
		return appendBase64(make([]byte, 0, len(body)/4*3+3), body)
	case "quoted-printable":
		return decodeQuotedPrintable(body)
	case "x-uuencode", "x-uue", "uuencode", "uue":
		if files, _ := cutUU(body); len(files) > 0 {
			return decodeUU(files[0].lines)
		}
	}
	return body
}

// encodingDefect tells what of an encoded text is no encoding, as far as its beginning shows; "" if all is well.
func encodingDefect(encoding string, body []byte) string {
	body = head(body, 64<<10)
	switch encoding {
	case "base64":
		for _, c := range body {
			if base64Value[c] == base64Skip && c > ' ' {
				return "the base64 of a text has characters that are none: they were skipped"
			}
		}
	case "quoted-printable":
		for len(body) > 0 {
			i := bytes.IndexByte(body, '=')
			if i < 0 {
				break
			}
			body = body[i:]
			switch n := softBreak(body); {
			case len(body) >= 3 && isHex(body[1]) && isHex(body[2]):
				body = body[3:]
			case n > 0:
				body = body[n:]
			case len(body) < 3: // cut off here
				return ""
			default:
				return "a quoted-printable text has escapes that are none: they were left as they are"
			}
		}
	}
	return ""
}

// transferEncoding names the encoding that a Content-Transfer-Encoding field means.
func transferEncoding(value string) string {
	if value == "" {
		return ""
	}
	v := strings.ToLower(strings.Trim(strings.TrimSpace(value), `"'`))
	if i := strings.IndexAny(v, " \t;("); i >= 0 {
		v = v[:i]
	}
	switch v {
	case "base-64", "base64base64", "b":
		return "base64"
	case "7-bit", "7bits", "8-bit", "8bits", "7", "8", "none":
		return "8bit"
	case "quoted/printable", "quotedprintable", "quoted_printable", "quoted-printeable", "q":
		return "quoted-printable"
	}
	return v
}

// base64Value maps each byte to its six bits, to skip for bytes that are no base64, or to pad for "=".
var base64Value = func() (t [256]byte) {
	for i := range t {
		t[i] = base64Skip
	}
	for i, c := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/" {
		t[c] = byte(i)
	}
	t['-'], t['_'], t[','] = 62, 63, base64Skip // RFC 4648, section 5
	t['='] = base64Pad
	return t
}()

const base64Skip, base64Pad = 0x80, 0x81

// base64Decoder decodes base64 leniently, in pieces that may end anywhere: bytes outside the alphabet are skipped, and padding in the
// middle ends one run and starts the next, as where programs glued encoded pieces together.
type base64Decoder struct {
	acc uint32
	n   int  // characters in acc
	odd bool // something other than white space was skipped
}

func appendBase64(dst, src []byte) []byte {
	var d base64Decoder
	return d.finish(d.append(dst, src))
}

// eachBase64 decodes src in pieces of bounded size, so that a big file is never whole in memory. It tells whether all of src was base64.
func eachBase64(src []byte, emit func([]byte)) (whole bool) {
	const piece = 64 << 10
	var d base64Decoder
	buf := make([]byte, 0, min(len(src), piece)/4*3+6)
	for len(src) > piece {
		buf = d.append(buf[:0], src[:piece])
		emit(buf)
		src = src[piece:]
	}
	emit(d.finish(d.append(buf[:0], src)))
	return !d.odd
}

func (d *base64Decoder) append(dst, src []byte) []byte {
	t := &base64Value
	for i := 0; i < len(src); {
		if d.n == 0 {
			// Four at a time while nothing is odd.
			for i+4 <= len(src) {
				a, b, c, e := t[src[i]], t[src[i+1]], t[src[i+2]], t[src[i+3]]
				if (a|b|c|e)&0x80 != 0 {
					break
				}
				dst = append(dst, a<<2|b>>4, b<<4|c>>2, c<<6|e)
				i += 4
			}
			if i == len(src) {
				break
			}
		}
		v := t[src[i]]
		i++
		switch v {
		case base64Pad:
			dst = d.finish(dst)
		case base64Skip:
			d.odd = d.odd || src[i-1] > ' '
		default:
			d.acc = d.acc<<6 | uint32(v)
			if d.n++; d.n == 4 {
				dst = append(dst, byte(d.acc>>16), byte(d.acc>>8), byte(d.acc))
				d.acc, d.n = 0, 0
			}
		}
	}
	return dst
}

// finish adds the bytes of an unfinished group.
func (d *base64Decoder) finish(dst []byte) []byte {
	switch d.n {
	case 2:
		dst = append(dst, byte(d.acc>>4))
	case 3:
		dst = append(dst, byte(d.acc>>10), byte(d.acc>>2))
	}
	d.acc, d.n = 0, 0
	return dst
}

// decodeQuotedPrintable decodes quoted-printable leniently (RFC 2045, section 6.7): what is no valid escape stays as it is.
func decodeQuotedPrintable(src []byte) []byte {
	if bytes.IndexByte(src, '=') < 0 {
		return src
	}
	dst := make([]byte, 0, len(src))
	for len(src) > 0 {
		if src[0] != '=' {
			i := bytes.IndexByte(src, '=')
			if i < 0 {
				return append(dst, src...)
			}
			dst = append(dst, src[:i]...)
			src = src[i:]
		}
		if len(src) >= 3 && isHex(src[1]) && isHex(src[2]) {
			dst = append(dst, unhex(src[1])<<4|unhex(src[2]))
			src = src[3:]
			continue
		}
		if n := softBreak(src); n > 0 {
			src = src[n:]
			continue
		}
		dst = append(dst, '=')
		src = src[1:]
	}
	return dst
}

// softBreak returns the length of the soft line break at the start of src ("=", white space, line end), or 0.
func softBreak(src []byte) int {
	for i := 1; i < len(src) && i < 100; i++ {
		switch src[i] {
		case ' ', '\t', '\r':
		case '\n':
			return i + 1
		default:
			if src[i-1] == '\r' {
				return i
			}
			return 0
		}
	}
	if len(bytes.TrimSpace(src[1:])) == 0 {
		return len(src)
	}
	return 0
}

// uuFile is one uuencoded file found in a text.
type uuFile struct {
	name  string
	lines []byte
}

// cutUU takes the uuencoded files (POSIX uuencode) out of a text and returns them and the text without them.
func cutUU(text []byte) (files []uuFile, rest []byte) {
	if !bytes.HasPrefix(text, []byte("begin ")) && !bytes.Contains(text, []byte("\nbegin ")) {
		return nil, text
	}
	for src := text; len(src) > 0; {
		line, after := cutLine(src)
		if name, ok := uuBegin(line); ok && len(files) < maxParts {
			if lines, tail, ok := uuBody(after); ok {
				files = append(files, uuFile{name, lines})
				src = tail
				continue
			}
		}
		rest = append(rest, src[:len(src)-len(after)]...)
		src = after
	}
	return files, rest
}

// uuBegin reads "begin 644 name".
func uuBegin(line []byte) (name string, ok bool) {
	s, ok := bytes.CutPrefix(line, []byte("begin "))
	if !ok || len(s) < 5 {
		return "", false
	}
	mode, file, ok := bytes.Cut(s, []byte(" "))
	if !ok || len(mode) < 3 || len(mode) > 4 || len(file) == 0 {
		return "", false
	}
	for _, c := range mode {
		if c < '0' || c > '7' {
			return "", false
		}
	}
	return string(file), true
}

// uuBody returns the data lines that follow a begin line and what comes after the end line. The first line decides
// whether this is uuencoded data at all.
func uuBody(src []byte) (lines, rest []byte, ok bool) {
	at := src
	for first := true; ; first = false {
		line, after := cutLine(at)
		n := 0
		if len(line) > 0 {
			n = int(line[0]-' ') & 0x3f
		}
		switch {
		case string(line) == "end" && !first:
			return src[:len(src)-len(at)], after, true
		case len(line) == 0 && len(after) == 0, n == 0 && !first && len(line) > 2, n > 0 && len(line)-1 < (n*8+5)/6-1:
			return src[:len(src)-len(at)], at, !first
		}
		if len(after) == 0 {
			return src, nil, !first
		}
		at = after
	}
}

func decodeUU(lines []byte) []byte {
	dst := make([]byte, 0, len(lines)/4*3)
	for len(lines) > 0 {
		line, rest := cutLine(lines)
		lines = rest
		if len(line) == 0 {
			continue
		}
		n := int(line[0]-' ') & 0x3f
		start := len(dst)
		for i := 1; i < len(line) && len(dst)-start < n; i += 4 {
			var v uint32
			for k := 0; k < 4; k++ {
				v <<= 6
				if i+k < len(line) {
					v |= uint32(line[i+k]-' ') & 0x3f
				}
			}
			dst = append(dst, byte(v>>16), byte(v>>8), byte(v))
		}
		if len(dst)-start > n {
			dst = dst[:start+n]
		}
	}
	return dst
}
