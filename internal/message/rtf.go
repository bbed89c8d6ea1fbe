package message

import (
	"encoding/binary"
	"strings"
)

// rtfDictionary is what the compression of RTF takes as written before the text begins ([MS-OXRTFCP], section 2.1.2.1).
const rtfDictionary = "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}" +
	"{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier" +
	"{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"

// expandRTF undoes the compression of RTF in Outlook's properties ([MS-OXRTFCP]), up to 4 MiB of it.
func expandRTF(b []byte) []byte {
	const compressed, plain = 0x75465a4c, 0x414c454d
	if len(b) < 16 {
		return nil
	}
	kind := binary.LittleEndian.Uint32(b[8:])
	b = b[16:]
	if kind == plain {
		return head(b, 4*maxText)
	}
	if kind != compressed {
		return nil
	}
	var dict [4096]byte
	pos := copy(dict[:], rtfDictionary)
	var out []byte
	put := func(c byte) {
		dict[pos] = c
		pos = (pos + 1) & 4095
		out = append(out, c)
	}
	for len(b) > 0 && len(out) < 4*maxText {
		flags := b[0]
		b = b[1:]
		for bit := 0; bit < 8 && len(b) > 0; bit++ {
			if flags>>bit&1 == 0 {
				put(b[0])
				b = b[1:]
				continue
			}
			if len(b) < 2 {
				return out
			}
			ref := binary.BigEndian.Uint16(b)
			b = b[2:]
			from, n := int(ref>>4), int(ref&15)+2
			if from == pos {
				return out
			}
			for ; n > 0; n-- {
				put(dict[from])
				from = (from + 1) & 4095
			}
		}
	}
	return out
}

// rtfText returns the text of an RTF document. One that HTML was wrapped in ([MS-OXRTFEX]) is unwrapped and read as HTML.
func rtfText(src []byte) string {
	r := rtfReader{src: string(head(src, 4*maxText)), codePage: "cp1252"}
	r.fromHTML = strings.Contains(r.src[:min(len(r.src), 1000)], `\fromhtml`)
	r.read()
	if r.fromHTML {
		return htmlText([]byte(r.out.String()))
	}
	return plainLines([]byte(r.out.String()))
}

// rtfReader goes over an RTF document once.
type rtfReader struct {
	src      string
	i        int
	out      strings.Builder
	bytes    []byte // characters of the code page that wait for their neighbours
	codePage string
	fromHTML bool
	stack    []rtfState
	rtfState
}

// rtfState is what a group restores at its end.
type rtfState struct {
	skip   bool // a destination that is not text
	tag    bool // a destination that holds HTML
	rtf    bool // text that is for RTF readers only (\htmlrtf)
	unicod int  // how many characters stand after \u for readers without Unicode
}

func (r *rtfReader) read() {
	r.unicod = 1
	for r.i < len(r.src) && r.out.Len() < 4*maxText {
		switch c := r.src[r.i]; c {
		case '{':
			if len(r.stack) < 1000 {
				r.stack = append(r.stack, r.rtfState)
			}
			r.i++
			if strings.HasPrefix(r.src[r.i:], `\*`) {
				r.destination()
			}
		case '}':
			r.flush()
			if n := len(r.stack); n > 0 {
				r.rtfState = r.stack[n-1]
				r.stack = r.stack[:n-1]
			}
			r.i++
		case '\\':
			r.control()
		case '\r', '\n':
			r.i++
		default:
			r.char(c)
			r.i++
		}
	}
	r.flush()
}

// destination reads {\*\name: only HTML in it is text.
func (r *rtfReader) destination() {
	r.i += 2
	if strings.HasPrefix(r.src[r.i:], `\htmltag`) && r.fromHTML {
		r.i += len(`\htmltag`)
		for r.i < len(r.src) && r.src[r.i] >= '0' && r.src[r.i] <= '9' {
			r.i++
		}
		if r.i < len(r.src) && r.src[r.i] == ' ' {
			r.i++
		}
		r.tag = true
		return
	}
	r.skip = true
}

// visible tells whether text at this point is to be read.
func (r *rtfReader) visible() bool { return !r.skip && !(r.rtf && !r.tag) }

func (r *rtfReader) char(c byte) {
	if r.visible() {
		r.bytes = append(r.bytes, c)
	}
}

func (r *rtfReader) flush() {
	if len(r.bytes) > 0 {
		if isASCII(r.bytes) {
			r.out.Write(r.bytes)
		} else if e := lookup(r.codePage); e != nil {
			r.out.WriteString(decode(e, r.bytes))
		} else {
			r.out.WriteString(mostlyUTF8(r.bytes))
		}
		r.bytes = r.bytes[:0]
	}
}

func (r *rtfReader) put(s string) {
	if r.visible() {
		r.flush()
		r.out.WriteString(s)
	}
}

// control reads a control word or symbol.
func (r *rtfReader) control() {
	s := r.src[r.i+1:]
	if s == "" {
		r.i++
		return
	}
	c := s[0]
	if c|0x20 < 'a' || c|0x20 > 'z' {
		r.i += 2
		r.symbol(c, s)
		return
	}
	n := 0
	for n < len(s) && n < 40 && s[n]|0x20 >= 'a' && s[n]|0x20 <= 'z' {
		n++
	}
	word := s[:n]
	k := n
	if k < len(s) && s[k] == '-' {
		k++
	}
	for k < len(s) && k < n+10 && s[k] >= '0' && s[k] <= '9' {
		k++
	}
	arg, hasArg := digits(strings.TrimPrefix(s[n:k], "-"))
	if strings.HasPrefix(s[n:k], "-") {
		arg = -arg
	}
	if k < len(s) && s[k] == ' ' {
		k++
	}
	r.i += 1 + k
	r.word(word, arg, hasArg)
}

func (r *rtfReader) symbol(c byte, s string) {
	switch c {
	case '\'':
		if len(s) >= 3 && isHex(s[1]) && isHex(s[2]) {
			r.char(unhex(s[1])<<4 | unhex(s[2]))
			r.i += 2
		}
	case '\\', '{', '}':
		r.char(c)
	case '~':
		r.put("\u00a0")
	case '_':
		r.put("-")
	case '*':
		r.skip = true
	case '\n', '\r':
		r.put("\n")
	}
}

func (r *rtfReader) word(word string, arg int, hasArg bool) {
	switch word {
	case "par", "line", "row", "sect", "page":
		if r.fromHTML {
			r.put("\r\n")
		} else {
			r.put("\n")
		}
	case "tab", "cell":
		r.put("\t")
	case "lquote":
		r.put("‘")
	case "rquote":
		r.put("’")
	case "ldblquote":
		r.put("“")
	case "rdblquote":
		r.put("”")
	case "bullet":
		r.put("•")
	case "endash":
		r.put("–")
	case "emdash":
		r.put("—")
	case "uc":
		r.unicod = min(max(arg, 0), 8)
	case "u":
		r.put(string(rune(uint16(arg))))
		r.skipChars(r.unicod)
	case "ansicpg":
		r.codePage = "cp" + itoa(max(arg, 0))
	case "htmlrtf":
		r.flush()
		r.rtf = !hasArg || arg != 0
	case "fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "header", "footer", "headerl", "headerr", "footerl", "footerr",
		"ftncn", "listtable", "listoverridetable", "revtbl", "rsidtbl", "generator", "fldinst", "themedata", "datastore":
		r.skip = true
	}
}

// skipChars drops the characters that stand for one that was given by its number.
func (r *rtfReader) skipChars(n int) {
	for ; n > 0 && r.i < len(r.src); n-- {
		switch {
		case strings.HasPrefix(r.src[r.i:], `\'`):
			r.i = min(r.i+4, len(r.src))
		case r.src[r.i] == '\\' || r.src[r.i] == '{' || r.src[r.i] == '}':
			return
		default:
			r.i++
		}
	}
}
