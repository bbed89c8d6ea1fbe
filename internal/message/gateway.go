package message

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// cutGateway takes from a text what servers on the way put into it: the banners of mail from outside above it, the lines of virus
// scanners and the footers of mailing lists below. Both together are the text.
func cutGateway(text string) (own, added string) {
	own = text
	for range 6 {
		rest, cut := cutBanner(own)
		if cut == "" {
			break
		}
		own, added = rest, joinText(added, cut)
	}
	var tail string
	for range 8 {
		rest, cut := cutFooter(own)
		if cut == "" {
			break
		}
		own, tail = rest, joinText(cut, tail)
	}
	return own, joinText(added, tail)
}

// maxBanner is how much of a text's beginning is looked at for a banner, in bytes.
const maxBanner = 2000

// cutBanner takes one banner off the top: sentences, of which the first one is nobody's but a gateway's.
func cutBanner(text string) (rest, banner string) {
	start := len(text) - len(strings.TrimLeft(text, " \t\n|*-=_#~>"))
	if end := markedBanner(text[start:]); end > 0 {
		return trimEdges(text[start+end:]), strings.TrimSpace(text[:start+end])
	}
	if start > 200 || start < len(text) && quotedAt(text, start) {
		return text, ""
	}
	end, first := start, true
	for end < len(text) && end-start < maxBanner {
		n := sentenceLength(text[end:min(len(text), end+maxBanner)])
		s := foldSentence(text[end : end+n])
		if s != "" && !(isWarning(s) || !first && isAdvice(s)) {
			break
		}
		if s == "" && !first && strings.TrimSpace(text[end:end+n]) != "" && !isDrawn(text[end:end+n]) {
			break
		}
		end += n
		if s != "" {
			first = false
		}
	}
	if first {
		return text, ""
	}
	end = start + len(strings.TrimRight(text[start:end], " \t\n"))
	// What closes the banner's box goes with it.
	for end < len(text) && strings.ContainsRune("]*|)", rune(text[end])) {
		end++
	}
	return trimEdges(text[end:]), strings.TrimSpace(text[:end])
}

// markedBanner returns the length of a banner that Proofpoint put at the start of a text between marks, which HTML hides and plain text
// shows, or 0.
func markedBanner(text string) int {
	const start, end = "ZjQcmQRYFpfptBannerStart", "ZjQcmQRYFpfptBannerEnd"
	if !strings.HasPrefix(text, start) {
		return 0
	}
	if i := strings.Index(head(text, 2*maxBanner), end); i > 0 {
		return i + len(end)
	}
	return 0
}

// quotedAt tells whether the line at i is a quotation: what is in it is history.
func quotedAt(text string, i int) bool {
	line := text[strings.LastIndexByte(text[:i], '\n')+1 : i]
	return strings.Contains(line, ">")
}

// isDrawn tells whether a line only draws something.
func isDrawn(s string) bool { return strings.Trim(s, " \t\n|*-=_#~[]()") == "" }

// sentenceLength returns the length of the first sentence, white space behind it included. A line that the next one continues in lower
// case is not its end.
func sentenceLength(s string) int {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\n':
			rest := strings.TrimLeft(s[i:], " \t|*>")
			rest = strings.TrimPrefix(rest, "\n")
			rest = strings.TrimLeft(rest, " \t|*")
			r, _ := utf8.DecodeRuneInString(rest)
			if i > 0 && (!unicode.IsLower(r) || strings.HasPrefix(s[i:], "\n\n")) {
				return i + 1
			}
		case (c == '.' || c == '!' || c == '?') && i+1 < len(s) && (s[i+1] == ' ' || s[i+1] == '\n' || s[i+1] == '*' || s[i+1] == ']'):
			j := i + 1
			for j < len(s) && strings.IndexByte(" *]|", s[j]) >= 0 {
				j++
			}
			if j < len(s) && s[j] == '\n' {
				j++
			}
			return j
		}
	}
	return len(s)
}

// foldSentence brings a sentence into the form in which it is looked up: lower case, one line, without marks around it and without
// the words of alarm before it.
func foldSentence(s string) string {
	s = strings.ToLower(squeeze(strings.ToValidUTF8(head(s, 200), "")))
	s = spellings.Replace(s)
	for range 6 {
		if rest := strings.TrimSpace(cutTag(strings.TrimSpace(s), nil)); rest != "" {
			s = rest
		}
		s = strings.TrimFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		word, rest := s, ""
		if i := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) }); i > 0 {
			word, rest = s[:i], s[i:]
		}
		if !alarms[word] || rest == "" {
			break
		}
		if r := strings.TrimLeft(rest, " "); r != "" && !strings.ContainsRune(":!-–—]|,.>", []rune(r)[0]) && !isWarning(strings.TrimSpace(rest)) {
			break
		}
		s = rest
	}
	return s
}

// isWarning tells whether a folded sentence is the beginning of a banner.
func isWarning(s string) bool {
	if len(s) < 60 && (gatewayTags[s] || alarms[s] && s != "note" && s != "important" && s != "let" && s != "mise" && s != "notice") {
		return true
	}
	for _, w := range warnings {
		if strings.HasPrefix(s, w) {
			return true
		}
	}
	return isAdvice(s) && outside.in(s)
}

// isAdvice tells whether a folded sentence is what banners go on with.
func isAdvice(s string) bool {
	for _, a := range advice {
		if strings.HasPrefix(s, a) {
			return true
		}
	}
	return false
}

// cutFooter takes one footer off the end.
func cutFooter(text string) (rest, footer string) {
	trimmed := strings.TrimRight(text, " \t\n")
	lowest := max(0, len(trimmed)-3000)
	for at := len(trimmed); at > lowest; {
		i := strings.LastIndexByte(trimmed[:at], '\n') // -1: the first line
		line := trimmed[i+1 : at]
		if isFooterStart(line, trimmed[i+1:]) {
			cut := i + 1
			if cut = withDelimiter(trimmed, cut); cut > 0 || i < 0 {
				return strings.TrimRight(trimmed[:cut], " \t\n"), strings.TrimSpace(trimmed[cut:])
			}
		}
		if i < 0 || strings.HasPrefix(line, ">") {
			break
		}
		at = i
		if len(trimmed)-at > 1200 {
			break
		}
	}
	return text, ""
}

// withDelimiter moves the start of a footer up over the line that sets it off.
func withDelimiter(text string, cut int) int {
	before := strings.TrimRight(text[:cut], " \t\n")
	i := strings.LastIndexByte(before, '\n') + 1
	if line := strings.TrimSpace(before[i:]); line == "--" || len(line) >= 5 && isDrawn(line) {
		return i
	}
	return cut
}

// isFooterStart tells whether a line begins what a scanner or a list adds at the end of mails. Rest is the text from the line on.
func isFooterStart(line, rest string) bool {
	line = strings.TrimRight(strings.TrimLeft(line, "*_-[(| \t"), " ")
	if len(line) < 8 {
		return false
	}
	for _, f := range footersByLetter[line[0]|0x20] {
		if len(line) >= len(f) && equalFold(line[:len(f)], f) {
			return true
		}
	}
	const list = " mailing list"
	if len(line) < len(list) || !equalFold(line[len(line)-len(list):], list) {
		return false
	}
	rest = strings.ToLower(head(rest, 400))
	return strings.Contains(rest, "@") && strings.Contains(rest, "listinfo")
}

// footersByLetter are the footers by what they begin with.
var footersByLetter = func() map[byte][]string {
	m := map[byte][]string{}
	for _, f := range footers {
		m[f[0]] = append(m[f[0]], f)
	}
	return m
}()
