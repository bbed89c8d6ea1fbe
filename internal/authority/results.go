package authority

import (
	"errors"
	"regexp"
	"strings"
)

// longestResults bounds an Authentication-Results field, in bytes.
const longestResults = 16 << 10

var (
	errTooLong = errors.New("it is longer than 16 KiB")
	errOpen    = errors.New("a comment or quoted string in it does not end")
	errControl = errors.New("it holds control characters")
)

var (
	aroundSign = regexp.MustCompile(`[ \t]*=[ \t]*`)
	// plainResult is the beginning of a field without authserv-id.
	plainResult = regexp.MustCompile(`^[A-Za-z0-9-]+[ \t]*(/[ \t]*1[ \t]*)?=`)
	version     = regexp.MustCompile(`(;[ \t]*[A-Za-z0-9-]+)[ \t]*/[ \t]*1=`)
)

// plainResults writes an Authentication-Results field without comments and quoted strings, which RFC 8601, section 2.2,
// allows nearly everywhere. Both repeat what the mail's sender chose, semicolons and all, and the parser that follows
// knows neither: "smtp.mailfrom=\"x; dmarc=pass\"" must not become a result.
func plainResults(field string) (string, error) {
	if len(field) > longestResults {
		return "", errTooLong
	}
	var b strings.Builder
	depth, quoted := 0, false
	for i := 0; i < len(field); i++ {
		c := field[i]
		switch {
		case c == '\\' && (quoted || depth > 0):
			i++
			if quoted {
				b.WriteByte('_')
			}
		case quoted:
			if c == '"' {
				quoted = false
			} else {
				b.WriteByte(harmless(c))
			}
		case c == '(':
			depth++
		case c == ')' && depth > 0:
			if depth--; depth == 0 {
				b.WriteByte(' ')
			}
		case depth > 0:
		case c == '"':
			quoted = true
		case c == '\t' || c == '\r' || c == '\n':
			b.WriteByte(' ')
		case c < ' ' || c == 0x7f:
			return "", errControl
		default:
			b.WriteByte(c)
		}
	}
	if depth > 0 || quoted {
		return "", errOpen
	}
	return version.ReplaceAllString(aroundSign.ReplaceAllString(b.String(), "="), "$1="), nil
}

// harmless keeps of a quoted string only what cannot end it for a parser that knows no quotes.
func harmless(c byte) byte {
	switch {
	case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '.' || c == '-' || c == '@':
		return c
	}
	return '_'
}
