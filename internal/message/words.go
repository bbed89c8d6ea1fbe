package message

import "strings"

// decodeWords decodes the encoded words of a header value (RFC 2047) wherever they stand, also inside quoted strings and
// glued to other text, where mail programs put them in spite of section 5. A word that cannot be decoded costs that word only.
func decodeWords(s string) string {
	if !strings.Contains(s, "=?") {
		return s
	}
	var out strings.Builder
	var run wordRun // neighbouring words of one charset, which may split a character between them
	for len(s) > 0 {
		i := strings.Index(s, "=?")
		if i < 0 {
			break
		}
		w, ok := cutWord(s[i:])
		if !ok {
			run.flush(&out)
			out.WriteString(s[:i+2])
			s = s[i+2:]
			continue
		}
		// White space between two encoded words is not part of the text (section 6.2).
		if gap := s[:i]; !run.open || strings.TrimLeft(gap, " \t") != "" {
			run.flush(&out)
			out.WriteString(gap)
		}
		run.add(&out, w)
		s = s[i+w.length:]
	}
	run.flush(&out)
	out.WriteString(s)
	return out.String()
}

// encodedWord is one =?charset?encoding?text?= with its length in the source.
type encodedWord struct {
	charset  string
	encoding byte // 'b' or 'q'
	text     string
	length   int
}

// cutWord reads the encoded word at the start of s, which begins with "=?".
func cutWord(s string) (w encodedWord, ok bool) {
	const longest = 64 << 10
	if len(s) > longest {
		s = s[:longest]
	}
	end := strings.IndexByte(s[2:], '?')
	if end <= 0 || end > 64 || len(s) < 2+end+3 || s[2+end+2] != '?' {
		return w, false
	}
	w.charset, _, _ = strings.Cut(s[2:2+end], "*") // a language may follow (RFC 2231, section 5)
	if strings.ContainsAny(w.charset, " \t<>\"") {
		return w, false
	}
	switch s[2+end+1] {
	case 'b', 'B':
		w.encoding = 'b'
	case 'q', 'Q':
		w.encoding = 'q'
	default:
		return w, false
	}
	start := 2 + end + 3
	stop := strings.Index(s[start:], "?=")
	if stop < 0 {
		// The end was cut off: take what is there, up to white space.
		stop = strings.IndexAny(s[start:], " \t")
		if stop < 0 {
			stop = len(s) - start
		}
		w.text, w.length = strings.TrimRight(s[start:start+stop], "?"), start+stop
		return w, w.text != "" && !strings.Contains(w.text, "?")
	}
	// "=?x?q?a?==" followed by more: an encoded text that ends in "=" hides the end by one character.
	w.text, w.length = s[start:start+stop], start+stop+2
	return w, true
}

// wordRun gathers the bytes of neighbouring encoded words.
type wordRun struct {
	open    bool
	charset string
	bytes   []byte
}

func (r *wordRun) add(out *strings.Builder, w encodedWord) {
	if r.open && !strings.EqualFold(r.charset, w.charset) {
		r.flush(out)
	}
	r.open, r.charset = true, w.charset
	if w.encoding == 'b' {
		r.bytes = appendBase64(r.bytes, []byte(w.text))
	} else {
		r.bytes = appendQ(r.bytes, w.text)
	}
}

func (r *wordRun) flush(out *strings.Builder) {
	if r.open {
		out.WriteString(decodeCharset(r.bytes, r.charset))
	}
	r.open, r.bytes = false, r.bytes[:0]
}

// appendQ decodes the Q encoding (RFC 2047, section 4.2).
func appendQ(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '_':
			dst = append(dst, ' ')
		case c == '=' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			dst = append(dst, unhex(s[i+1])<<4|unhex(s[i+2]))
			i += 2
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func unhex(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c >= 'a':
		return c - 'a' + 10
	}
	return c - 'A' + 10
}

// oneLine decodes a header value and makes it one line without control characters and without runs of spaces.
func oneLine(s string) string { return squeeze(stripControls(decodeWords(s))) }

// squeeze trims a string and makes each run of white space one space.
func squeeze(s string) string {
	if !strings.ContainsAny(s, "\t\n\r\u00a0") && !strings.Contains(s, "  ") {
		return strings.TrimSpace(s)
	}
	return strings.Join(strings.Fields(s), " ")
}
