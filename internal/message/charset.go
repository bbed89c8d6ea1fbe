package message

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"sync"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// toUTF8 turns a text part's bytes into UTF-8 with plain line ends and without control characters.
func toUTF8(raw []byte, declared string) string {
	if isASCII(raw) && !mayBeStateful(declared, raw) {
		return plainLines(raw)
	}
	return plainLines([]byte(decodeCharset(raw, declared)))
}

// decodeCharset turns bytes into UTF-8: text that is valid UTF-8 is taken for that whatever is declared, else the declared
// charset holds, else windows-1252. The exceptions are charsets whose bytes look like ASCII or, in short texts of East Asian
// charsets, by chance like UTF-8.
func decodeCharset(raw []byte, declared string) string {
	if len(raw) == 0 {
		return ""
	}
	raw, declared = cutBOM(raw, declared)
	ascii := isASCII(raw)
	if ascii && !mayBeStateful(declared, raw) {
		return string(raw)
	}
	name := charsetName(declared)
	switch name {
	case "utf-7":
		return decodeUTF7(raw)
	case "iso-2022-kr":
		return decode(korean.EUCKR, shiftedKorean(raw))
	case "":
		if ascii && bytes.Contains(raw, []byte("\x1b$")) {
			name = "iso-2022-jp" // undeclared, but nothing else looks like this
		}
	}
	enc := lookup(name)
	valid := !stateful(name) && utf8.Valid(raw)
	switch {
	case valid && !(eastAsian(name) && countRunes(raw) < 3):
		return string(raw)
	case enc == nil && utf8.Valid(raw):
		return string(raw)
	case enc == nil || name == "utf-8" || name == "us-ascii":
		return mostlyUTF8(raw)
	}
	return decode(enc, raw)
}

// charsetDefect tells in which way a text is in another charset than it says; "" if it is not, or if all of it is ASCII.
func charsetDefect(raw []byte, declared string) string {
	if isASCII(raw) {
		return ""
	}
	_, declared = cutBOM(raw, declared)
	name := charsetName(declared)
	switch valid := utf8.Valid(raw); {
	case name == "" && valid, name == "utf-8" && valid:
		return ""
	case name == "":
		return "a text names no charset and is not UTF-8: read as windows-1252"
	case name == "utf-8" || name == "us-ascii" && !valid:
		return "a text says that it is " + name + " and is not"
	case name != "utf-7" && name != "iso-2022-kr" && lookup(name) == nil:
		return "unknown charset " + shorten(declared, 40)
	case valid && !stateful(name) && !(eastAsian(name) && countRunes(raw) < 3):
		return "a text says that it is " + name + " and is UTF-8"
	}
	return ""
}

// cutBOM takes a byte order mark off; it outweighs what is declared (RFC 3629, section 6; RFC 2781, section 3.2).
func cutBOM(raw []byte, declared string) ([]byte, string) {
	switch {
	case bytes.HasPrefix(raw, []byte("\xef\xbb\xbf")):
		return raw[3:], "utf-8"
	case bytes.HasPrefix(raw, []byte("\xff\xfe\x00\x00")):
		return raw[4:], "utf-32le"
	case bytes.HasPrefix(raw, []byte("\xff\xfe")):
		return raw[2:], "utf-16le"
	case bytes.HasPrefix(raw, []byte("\xfe\xff")):
		return raw[2:], "utf-16be"
	}
	return raw, declared
}

func isASCII(raw []byte) bool {
	for ; len(raw) >= 8; raw = raw[8:] {
		if binary.LittleEndian.Uint64(raw)&0x8080808080808080 != 0 {
			return false
		}
	}
	for _, c := range raw {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// mayBeStateful tells whether plain ASCII bytes may stand for something else.
func mayBeStateful(declared string, raw []byte) bool {
	if len(declared) > 4 && stateful(charsetName(declared)) {
		return true
	}
	return bytes.Contains(raw, []byte("\x1b$"))
}

// stateful names the charsets in which ASCII bytes need not mean ASCII.
func stateful(name string) bool {
	return name == "utf-7" || name == "hz-gb-2312" || strings.HasPrefix(name, "iso-2022") || strings.HasPrefix(name, "utf-16") ||
		strings.HasPrefix(name, "utf-32") || strings.HasPrefix(name, "cp037") || name == "ibm037"
}

// eastAsian names the charsets with two bytes a character, of which some pairs are valid UTF-8.
func eastAsian(name string) bool {
	switch name {
	case "gbk", "gb18030", "gb2312", "big5", "shift_jis", "euc-jp", "euc-kr", "big5-hkscs":
		return true
	}
	return false
}

// countRunes counts characters outside ASCII.
func countRunes(raw []byte) int {
	n := 0
	for _, c := range raw {
		if c >= 0xc0 {
			n++
		}
	}
	return n
}

// mostlyUTF8 reads text that is neither what was declared nor wholly UTF-8: UTF-8 with some damage if most of it is, else
// windows-1252, in which pieces of UTF-8 may stand where programs glued texts together.
func mostlyUTF8(raw []byte) string {
	good, bad := 0, 0
	for rest := raw; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		switch {
		case r == utf8.RuneError && n == 1:
			bad++
		case n > 1:
			good++
		}
		rest = rest[n:]
	}
	if good > 2*bad {
		return strings.ToValidUTF8(string(raw), "\uFFFD")
	}
	var out strings.Builder
	out.Grow(len(raw) + bad)
	for rest := raw; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		if r == utf8.RuneError && n == 1 {
			r = charmap.Windows1252.DecodeByte(rest[0])
		}
		out.WriteRune(r)
		rest = rest[n:]
	}
	return out.String()
}

func decode(enc encoding.Encoding, raw []byte) string {
	out, err := enc.NewDecoder().Bytes(raw)
	if err != nil || !utf8.Valid(out) {
		return strings.ToValidUTF8(string(raw), "\uFFFD")
	}
	return string(out)
}

// aliases are the names that mail programs use and the registries do not know.
var aliases = map[string]string{
	"utf8": "utf-8", "unicode-1-1-utf-8": "utf-8", "utf-8-mac": "utf-8", "utf": "utf-8", "utf-8n": "utf-8",
	"cp65001":           "utf-8",
	"unicode-1-1-utf-7": "utf-7", "utf7": "utf-7", "x-unicode-2-0-utf-7": "utf-7", "unicode-2-0-utf-7": "utf-7",
	"cp65000": "utf-7",
	"ascii":   "us-ascii", "us": "us-ascii", "ansi_x3.4-1968": "us-ascii", "ansi_x3.4-1986": "us-ascii",
	"646": "us-ascii", "iso646-us": "us-ascii",
	"latin1": "windows-1252", "iso-8859-1": "windows-1252", "iso8859-1": "windows-1252", "8859-1": "windows-1252",
	"iso_8859-1": "windows-1252",
	"ansi":       "windows-1252", "ms-ansi": "windows-1252", "cp-1252": "windows-1252", "cp1252": "windows-1252",
	"latin-1": "windows-1252", "iso-latin-1": "windows-1252",
	"x-ansi": "windows-1252", "x-user-defined": "windows-1252", "windows1252": "windows-1252",
	"iso-8859-1-windows-3.1-latin-1": "windows-1252",
	"gb2312":                         "gbk", "x-gbk": "gbk", "cp936": "gbk", "gb-2312": "gbk", "gb_2312-80": "gbk", "chinese": "gbk",
	"euc-cn": "gbk", "x-euc-cn": "gbk",
	"cp932": "shift_jis", "ms932": "shift_jis", "x-sjis": "shift_jis", "sjis": "shift_jis", "shift-jis": "shift_jis",
	"windows-932": "shift_jis",
	"cp949":       "euc-kr", "ks_c_5601": "euc-kr", "ks_c_5601-1987": "euc-kr", "ksc5601": "euc-kr",
	"x-windows-949": "euc-kr", "uhc": "euc-kr", "korean": "euc-kr",
	"cp950": "big5", "x-x-big5": "big5", "big5-hkscs": "big5", "big-5": "big5", "cn-big5": "big5",
	"iso-2022-jp-1": "iso-2022-jp", "iso-2022-jp-2": "iso-2022-jp", "iso-2022-jp-3": "iso-2022-jp",
	"iso-2022-jp-ms": "iso-2022-jp", "cp50220": "iso-2022-jp", "cp50221": "iso-2022-jp",
	"csiso2022jp": "iso-2022-jp", "csiso2022kr": "iso-2022-kr", "x-eucjp": "euc-jp", "eucjp": "euc-jp", "ujis": "euc-jp",
	"iso-8859-8-i": "iso-8859-8", "iso-8859-8-e": "iso-8859-8", "visual": "iso-8859-8", "iso-8859-6-i": "iso-8859-6",
	"iso-8859-6-e": "iso-8859-6",
	"koi8r":        "koi8-r", "koi8u": "koi8-u", "koi8": "koi8-r", "koi": "koi8-r", "x-mac-roman": "macintosh",
	"mac": "macintosh", "macroman": "macintosh",
	"utf16": "utf-16", "ucs-2": "utf-16", "unicode": "utf-16", "iso-10646-ucs-2": "utf-16", "utf32": "utf-32",
	"tis620": "windows-874", "tis-620": "windows-874", "iso-8859-11": "windows-874", "hz": "hz-gb-2312",
}

// codePages are the IBM and DOS code pages that x/text has.
var codePages = map[string]encoding.Encoding{
	"037": charmap.CodePage037, "437": charmap.CodePage437, "850": charmap.CodePage850, "852": charmap.CodePage852,
	"855": charmap.CodePage855,
	"858": charmap.CodePage858, "860": charmap.CodePage860, "862": charmap.CodePage862, "863": charmap.CodePage863,
	"865": charmap.CodePage865,
	"866": charmap.CodePage866, "1047": charmap.CodePage1047, "1140": charmap.CodePage1140,
	"874": charmap.Windows874, "1250": charmap.Windows1250, "1251": charmap.Windows1251, "1252": charmap.Windows1252,
	"1253": charmap.Windows1253,
	"1254": charmap.Windows1254, "1255": charmap.Windows1255, "1256": charmap.Windows1256,
	"1257": charmap.Windows1257, "1258": charmap.Windows1258,
}

// charsetName returns the usual name of a declared charset, "" if none is declared.
func charsetName(declared string) string {
	switch declared { // the common ones at once
	case "", "utf-8":
		return declared
	case "UTF-8":
		return "utf-8"
	case "us-ascii", "US-ASCII":
		return "us-ascii"
	}
	s := strings.ToLower(strings.Trim(strings.TrimSpace(declared), `"'<>;:,. `))
	s, _, _ = strings.Cut(s, " ")
	s = strings.TrimPrefix(s, "charset=")
	if a, ok := aliases[s]; ok {
		return a
	}
	if a, ok := aliases[strings.ReplaceAll(s, "_", "-")]; ok {
		return a
	}
	return s
}

var found sync.Map // charset name -> encoding.Encoding of those that exist

// lookup finds the encoding of a charset by its usual name; nil if there is none.
func lookup(name string) encoding.Encoding {
	if name == "" || len(name) > 40 {
		return nil
	}
	if e, ok := found.Load(name); ok {
		return e.(encoding.Encoding)
	}
	e := search(name)
	if e != nil {
		found.Store(name, e)
	}
	return e
}

func search(name string) encoding.Encoding {
	switch name {
	case "us-ascii", "utf-8":
		return unicode.UTF8
	case "utf-16", "utf-16le": // without a mark, what Windows programs mean (WHATWG Encoding, section 4.2)
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case "utf-16be":
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	case "utf-32", "utf-32be":
		return utf32.UTF32(utf32.BigEndian, utf32.UseBOM)
	case "utf-32le":
		return utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)
	}
	for _, prefix := range []string{"windows-", "windows", "win-", "win", "cp-", "cp", "ibm-", "ibm", "dos-", "x-cp", "microsoft-cp", "ms-cp", "oem"} {
		if e, ok := codePages[strings.TrimPrefix(name, prefix)]; ok {
			return e
		}
	}
	tries := []string{name, strings.ReplaceAll(name, "_", "-"), strings.TrimPrefix(name, "x-"), "iso-" + strings.TrimPrefix(name, "iso")}
	for _, n := range tries {
		if e, err := htmlindex.Get(n); err == nil && e != encoding.Replacement {
			return e
		}
		if e, err := ianaindex.MIME.Encoding(n); err == nil && e != nil && e != encoding.Replacement {
			return e
		}
	}
	return nil
}

// decodeUTF7 decodes UTF-7 (RFC 2152).
func decodeUTF7(raw []byte) string {
	var out strings.Builder
	out.Grow(len(raw))
	for len(raw) > 0 {
		i := bytes.IndexByte(raw, '+')
		if i < 0 {
			break
		}
		out.Write(raw[:i])
		raw = raw[i+1:]
		n := 0
		for n < len(raw) && base64Value[raw[n]] < 64 && raw[n] != '-' && raw[n] != '_' {
			n++
		}
		if n == 0 {
			out.WriteByte('+')
		}
		if units, err := base64.RawStdEncoding.DecodeString(string(raw[:n-n%4+[]int{0, 0, 2, 3}[n%4]])); err == nil {
			u := make([]uint16, len(units)/2)
			for k := range u {
				u[k] = uint16(units[2*k])<<8 | uint16(units[2*k+1])
			}
			out.WriteString(string(utf16.Decode(u)))
		} else {
			out.WriteByte('+')
			out.Write(raw[:n])
		}
		raw = raw[n:]
		if len(raw) > 0 && raw[0] == '-' {
			raw = raw[1:]
		}
	}
	out.Write(raw)
	return strings.ToValidUTF8(out.String(), "\uFFFD")
}

// shiftedKorean turns ISO-2022-KR (RFC 1557) into EUC-KR: between SO and SI the bytes are Korean without their high bits.
func shiftedKorean(raw []byte) []byte {
	raw = bytes.ReplaceAll(raw, []byte("\x1b$)C"), nil)
	out := make([]byte, 0, len(raw))
	shifted := false
	for _, c := range raw {
		switch {
		case c == 0x0e:
			shifted = true
		case c == 0x0f:
			shifted = false
		case shifted && c > ' ':
			out = append(out, c|0x80)
		default:
			out = append(out, c)
		}
	}
	return out
}

// plainLines makes every line end an LF and drops control characters other than tabs and line ends.
func plainLines(s []byte) string {
	var out strings.Builder
	out.Grow(len(s))
	for {
		i := nextControl(s)
		out.Write(s[:i])
		if i == len(s) {
			return out.String()
		}
		control := s[i]
		s = s[i+1:]
		switch control {
		case '\r':
			// CRLF and CRCRLF are one line end, a CR on its own is one too.
			if !bytes.HasPrefix(s, []byte("\n")) && !bytes.HasPrefix(s, []byte("\r\n")) {
				out.WriteByte('\n')
			}
		case '\f', '\v':
			out.WriteByte('\n')
		}
	}
}

// nextControl returns where the first control character other than a tab or LF stands; the length of s if nowhere.
func nextControl(s []byte) int {
	for i, c := range s {
		if c < ' ' && c != '\n' && c != '\t' || c == 0x7f {
			return i
		}
	}
	return len(s)
}

// stripControls makes each control character a space, so that a header value is one line.
func stripControls(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == 0:
			return -1
		case r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029:
			return ' '
		}
		return r
	}, s)
}
