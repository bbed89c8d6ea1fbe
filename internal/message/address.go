package message

import (
	"strings"
	"unicode"
)

// maxAddresses is how many addresses of one list are read.
const maxAddresses = 2000

// parseAddresses reads an address list (RFC 5322, section 3.4) as it was meant: commas and semicolons part addresses, a name with an
// unquoted comma stays whole ("Doe, John <j@x.example>"), groups are opened, comments and encoded words become names. What has no
// address at all is returned as a name with an empty address.
func parseAddresses(s string) []Address {
	p := addressReader{s: s, lastQuote: strings.LastIndexByte(s, '"')}
	p.read()
	return p.list
}

// addressReader reads an address list in one pass.
type addressReader struct {
	s         string
	i         int
	lastQuote int // of s, so that a quote that nothing closes is known without looking ahead

	list    []Address
	pending string // a name so far without address, which an unquoted comma may have split

	// The mailbox being read.
	phrase  strings.Builder // what stands outside of angle brackets and comments
	angle   string
	inAngle bool // angle was given, even if empty
	comment string
}

func (p *addressReader) read() {
	for p.i < len(p.s) && len(p.list) < maxAddresses {
		switch c := p.s[p.i]; c {
		case '"':
			p.quote()
		case '(':
			p.remark()
		case '<':
			p.bracket()
		case ',', ';':
			p.i++
			p.end(c)
		case ':':
			p.i++
			if p.inAngle || strings.EqualFold(strings.TrimSpace(p.phrase.String()), "mailto") || strings.Contains(p.phrase.String(), "@") {
				p.phrase.Reset()
				break
			}
			p.phrase.Reset() // the name of a group, whose end is a semicolon
			p.pending = ""
		default:
			p.phrase.WriteByte(c)
			p.i++
		}
	}
	p.end(';')
}

// quote reads a quoted string, or takes the quote for a character if nothing closes it.
func (p *addressReader) quote() {
	if p.i >= p.lastQuote {
		p.i++
		return
	}
	value, rest := cutQuoted(p.s[p.i:])
	p.phrase.WriteString(value)
	p.i = len(p.s) - len(rest)
}

// remark reads a comment with the comments inside it.
func (p *addressReader) remark() {
	depth := 0
	for k := p.i; k < len(p.s); k++ {
		switch p.s[k] {
		case '\\':
			k++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				p.comment = p.s[p.i+1 : k]
				p.phrase.WriteByte(' ')
				p.i = k + 1
				return
			}
		}
	}
	p.comment, p.i = p.s[p.i+1:], len(p.s)
}

// bracket reads <address>; without a closing bracket it ends where the next address may begin.
func (p *addressReader) bracket() {
	for p.i < len(p.s) && p.s[p.i] == '<' {
		p.i++
	}
	rest := p.s[p.i:]
	end := strings.IndexByte(rest, '>')
	if lt := strings.IndexByte(rest, '<'); end < 0 || lt >= 0 && lt < end && strings.IndexByte(rest[:lt], ',') >= 0 {
		if end = strings.IndexAny(rest, ",; \t"); end < 0 {
			end = len(rest)
		}
	}
	p.take(rest[:end])
	for p.i += end; p.i < len(p.s) && p.s[p.i] == '>'; p.i++ {
	}
}

// take keeps the address in angle brackets; of several in one mailbox the last one with an @ is the address, what is
// before it a name that somebody wrote in brackets.
func (p *addressReader) take(angle string) {
	if p.inAngle && !strings.Contains(angle, "@") {
		return
	}
	p.angle, p.inAngle = angle, true
}

// end finishes the mailbox before a separator.
func (p *addressReader) end(sep byte) {
	phrase := p.phrase.String()
	a := Address{}
	switch {
	case p.inAngle:
		a.Name = displayName(phrase)
		if p.pending != "" {
			a.Name = displayName(p.pending + ", " + phrase)
		}
		if a.Name == "" {
			a.Name = displayName(p.comment)
		}
		a.Address = plainAddress(p.angle)
		p.pending = ""
	case strings.Contains(phrase, "@"):
		p.flush()
		a = bareAddress(phrase)
		if a.Name == "" {
			a.Name = displayName(p.comment)
		}
	case sep == ',' && strings.TrimSpace(phrase) != "":
		const longest = 500 // of a name
		switch {
		case p.pending == "":
			p.pending = head(phrase, longest)
		case len(p.pending) < longest:
			p.pending += "," + head(phrase, longest)
		}
	default:
		if p.pending != "" {
			phrase = p.pending + "," + phrase
			p.pending = ""
		}
		a = nameOnly(phrase)
	}
	if a.Name == a.Address {
		a.Name = ""
	}
	if a != (Address{}) {
		p.list = append(p.list, a)
	}
	p.phrase.Reset()
	p.angle, p.comment, p.inAngle = "", "", false
}

// flush keeps a name that turned out to have no address.
func (p *addressReader) flush() {
	if a := nameOnly(p.pending); a != (Address{}) {
		p.list = append(p.list, a)
	}
	p.pending = ""
}

// nameOnly makes an address of a phrase without one. The whole of it may be an encoded word with the address inside.
func nameOnly(phrase string) Address {
	name := displayName(phrase)
	if strings.Contains(phrase, "=?") && strings.Contains(name, "@") && !strings.ContainsAny(name, "\"(") {
		if i := strings.IndexByte(name, '<'); i >= 0 {
			return Address{Name: displayName(name[:i]), Address: plainAddress(strings.TrimRight(name[i+1:], "> "))}
		}
		return bareAddress(name)
	}
	return Address{Name: name}
}

// bareAddress reads an address without angle brackets, perhaps with a name before or after it ("John Doe j@x.example").
func bareAddress(phrase string) Address {
	phrase = strings.ReplaceAll(strings.ReplaceAll(phrase, " @", "@"), "@ ", "@") // RFC 5322, section 4.4
	words := strings.Fields(phrase)
	for i, w := range words {
		if strings.Contains(w, "@") {
			rest := append(words[:i:i], words[i+1:]...)
			return Address{Name: displayName(strings.Join(rest, " ")), Address: plainAddress(w)}
		}
	}
	return Address{Name: displayName(phrase)}
}

// displayName makes a name of a phrase: decoded, on one line, without the quotes that programs put around it.
func displayName(phrase string) string {
	if strings.TrimSpace(phrase) == "" {
		return ""
	}
	s := oneLine(phrase)
	for len(s) >= 2 && (s[0] == '"' && s[len(s)-1] == '"' || s[0] == '\'' && s[len(s)-1] == '\'') {
		s = strings.TrimSpace(s[1 : len(s)-1])
	}
	s = strings.TrimSpace(strings.TrimRight(s, ","))
	const longest = 300
	if len(s) > longest {
		s = strings.ToValidUTF8(s[:longest], "")
	}
	return s
}

// plainAddress takes from an address what is none of it: white space, a source route (RFC 5322, section 4.4), mailto:, quotes
// around the whole.
func plainAddress(s string) string {
	if strings.Contains(s, "=?") {
		s = decodeWords(s)
	}
	s = strings.Map(func(r rune) rune {
		if r <= ' ' || r == 0x7f || r == '<' || r == '>' || unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff' || r == 0xfffd {
			return -1
		}
		return r
	}, s)
	if len(s) >= 7 && strings.EqualFold(s[:7], "mailto:") {
		s = s[7:]
	}
	if strings.HasPrefix(s, "@") {
		if i := strings.LastIndexByte(s, ':'); i >= 0 {
			s = s[i+1:]
		}
	}
	if len(s) >= 2 && (s[0] == '\'' && s[len(s)-1] == '\'' || s[0] == '"' && s[len(s)-1] == '"') {
		s = s[1 : len(s)-1]
	}
	s = strings.Trim(s, ",;:")
	s = strings.TrimRight(s, ".")
	if len(s) > 998 {
		return ""
	}
	return s
}
