package message

import (
	"strings"
)

// parseParams reads a field such as Content-Type or Content-Disposition: its value in lower case and its parameters, in plain form, as
// RFC 2231 continuations and extended values, or as the encoded words that mail programs write instead. The first of two
// parameters of one name holds. Params is nil if there are none.
func parseParams(field string) (value string, params map[string]string) {
	if field == "" {
		return "", nil
	}
	value, rest, more := strings.Cut(field, ";")
	// "text/plain charset=utf-8": the semicolon is missing.
	if v, r, ok := strings.Cut(strings.TrimSpace(value), " "); ok && strings.Contains(r, "=") {
		if more {
			r += ";" + rest
		}
		value, rest = v, r
	}
	value, _, _ = strings.Cut(value, "(")
	value = strings.ToLower(strings.Trim(value, " \t\"'"))
	if len(rest) > 0 {
		params = readParams(rest)
	}
	return value, params
}

// section is one piece of a parameter value (RFC 2231, section 3).
type section struct {
	name     string
	number   int
	extended bool
	value    string
}

func readParams(s string) map[string]string {
	params := make(map[string]string, 4)
	var split []section
	for n := 0; len(s) > 0 && n < 200; n++ {
		var name, value string
		name, value, s = cutParam(s)
		if name == "" {
			continue
		}
		if base, sec, ok := sectionOf(name, value); ok {
			sec.name = base
			split = append(split, sec)
			continue
		}
		if _, twice := params[name]; !twice {
			if name != "boundary" {
				value = decodeWords(value)
			}
			params[name] = value
		}
	}
	joinSections(params, split)
	return params
}

// cutParam reads one name=value and returns the rest after its semicolon. Values without quotes end at a semicolon, so that an unquoted
// file name keeps its spaces, unless another parameter follows without one.
func cutParam(s string) (name, value, rest string) {
	s = strings.TrimLeft(s, "; \t\r\n")
	eq := strings.IndexAny(s, "=;")
	if eq < 0 {
		return "", "", ""
	}
	if s[eq] == ';' {
		return "", "", s[eq+1:]
	}
	name = strings.ToLower(strings.TrimSpace(s[:eq]))
	if i := strings.LastIndexAny(name, " \t)"); i >= 0 {
		name = name[i+1:] // a comment or some junk before it
	}
	s = strings.TrimLeft(s[eq+1:], " \t")
	if len(s) > 0 && s[0] == '"' {
		value, rest = cutQuoted(s)
		return name, value, rest
	}
	end := strings.IndexByte(s, ';')
	if end < 0 {
		end = len(s)
	}
	value, rest = s[:end], s[end:]
	if i := nextParam(value); i > 0 {
		value, rest = value[:i], s[i:]
	}
	if name == "charset" || name == "format" || name == "boundary" && !strings.Contains(value, "(") {
		value, _, _ = strings.Cut(value, "(") // a comment
		if name != "boundary" {
			value, _, _ = strings.Cut(strings.TrimSpace(value), " ")
		}
	}
	return name, strings.Trim(strings.TrimSpace(value), "\"'"), rest
}

// nextParam finds a parameter that follows in an unquoted value without a semicolon ("a.txt size=3"), or returns -1.
func nextParam(s string) int {
	for i := 0; i < len(s); i++ {
		if s[i] != ' ' && s[i] != '\t' {
			continue
		}
		name, _, ok := strings.Cut(s[i+1:], "=")
		switch name = strings.ToLower(name); {
		case !ok:
			return -1
		case name == "name", name == "filename", name == "charset", name == "boundary", name == "size", name == "format", name == "method":
			return i
		}
	}
	return -1
}

// cutQuoted reads a quoted string (RFC 5322, section 3.2.4) at the start of s. One that is not closed ends at the last character. A
// backslash that escapes nothing is kept: Windows paths are written so.
func cutQuoted(s string) (value, rest string) {
	if i := strings.IndexAny(s[1:], "\"\\"); i >= 0 && s[1+i] == '"' {
		return s[1 : 1+i], s[2+i:]
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\'):
			i++
			b.WriteByte(s[i])
		case c == '"':
			return b.String(), s[i+1:]
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), ""
}

// sectionOf recognises name*0, name*0* and name*.
func sectionOf(name, value string) (base string, sec section, ok bool) {
	base, number, ok := strings.Cut(name, "*")
	if !ok {
		return "", sec, false
	}
	sec.value = value
	if number == "" {
		sec.extended = true
		return base, sec, true
	}
	number, sec.extended = strings.CutSuffix(number, "*")
	for _, c := range number {
		if c < '0' || c > '9' || sec.number > 1000 {
			return "", sec, false
		}
		sec.number = sec.number*10 + int(c-'0')
	}
	return base, sec, true
}

// joinSections puts the pieces of each split parameter together, in the order of their numbers, and decodes them. Such a value
// outweighs a plain one (RFC 6266, section 4.3, says it for file names).
func joinSections(params map[string]string, split []section) {
	for i, s := range split {
		if i > 0 && seen(split[:i], s.name) {
			continue
		}
		var raw []byte
		charset, text := "", ""
		for number := 0; number <= 1000; number++ {
			piece, ok := find(split[i:], s.name, number)
			if !ok {
				break
			}
			v := piece.value
			if piece.extended {
				if number == 0 {
					if parts := strings.SplitN(v, "'", 3); len(parts) == 3 {
						charset, v = parts[0], parts[2]
					}
				}
				raw = appendPercent(raw, v)
			} else {
				raw = append(raw, v...)
			}
		}
		if raw == nil {
			raw = []byte(s.value) // the first piece is missing
		}
		if text = decodeCharset(raw, charset); charset == "" {
			text = decodeWords(text)
		}
		if text != "" && s.name != "boundary" || params[s.name] == "" {
			params[s.name] = text
		}
	}
}

func seen(split []section, name string) bool {
	for _, s := range split {
		if s.name == name {
			return true
		}
	}
	return false
}

func find(split []section, name string, number int) (section, bool) {
	for _, s := range split {
		if s.name == name && s.number == number {
			return s, true
		}
	}
	return section{}, false
}

// appendPercent decodes %XX.
func appendPercent(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
			dst = append(dst, unhex(s[i+1])<<4|unhex(s[i+2]))
			i += 2
			continue
		}
		dst = append(dst, s[i])
	}
	return dst
}

// fileName makes a plain file name of what a mail claims: the last element of a path, without control characters, at most 200 bytes.
func fileName(claimed string) string {
	s := oneLine(claimed)
	if i := strings.LastIndexAny(s, `/\`); i >= 0 {
		s = s[i+1:]
	}
	s = strings.Trim(s, " \t\"'")
	if s == "." || s == ".." {
		return ""
	}
	const longest = 200
	if len(s) > longest {
		stem, ext := s, ""
		if i := strings.LastIndexByte(s, '.'); i > 0 && len(s)-i < 20 {
			stem, ext = s[:i], s[i:]
		}
		s = strings.ToValidUTF8(stem[:min(len(stem), longest-len(ext))], "") + ext
	}
	return s
}
