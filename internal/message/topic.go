package message

import "strings"

// topicOf returns the subject that a conversation has in common: without the prefixes that mail programs put before answers and
// forwards in any language, and without what gateways and mailing lists add. After RFC 5256, section 2.1, widened.
func topicOf(subject string, h Header) string {
	s := subject
	for range 50 {
		before := s
		s = cutTag(strings.TrimSpace(s), h)
		s = cutPrefix(s)
		s = cutFwd(s)
		if s == before {
			break
		}
		s = strings.TrimLeft(s, " \t\u00a0-–:;,.")
	}
	return strings.TrimSpace(s)
}

// replyPrefixes are what mail programs put before the colon of an answer or a forward, in lower case.
var replyPrefixes = setOf(
	"re", "fw", "fwd", "aw", "wg", "sv", "vs", "antw", "rv", "tr", "rif", "r", "i", "enc", "res", "odp", "pd", "vl",
	"vb", "doorst", "antwort", "wtr", "weitergeleitet",
	"ref", "réf", "rép", "tr.", "fwd.", "re.", "ynt", "ilt", "i̇lt", "bls", "trs", "vá", "továbbítás", "ynt.", "atb",
	"pst", "ptf", "hr", "απ", "πρθ", "σχετ", "ha", "ang",
	"ответ", "на", "отв", "пересл", "fs", "bl", "fyi fw", "reenv", "rvd", "resp", "respuesta", "reenviado",
	"reenviar", "respondido", "inoltro", "rs", "i fw",
	"回复", "答复", "转发", "回覆", "轉寄", "轉發", "返信", "転送", "답장", "회신", "전달", "הועבר", "תשובה", "השב", "رد", "إعادة توجيه",
	"ตอบ", "ส่งต่อ", "trả lời", "chuyển tiếp",
	"automatic reply", "automatische antwort", "respuesta automática", "réponse automatique", "risposta automatica",
	"automatisch antwoord",
)

// setOf makes a set of words.
func setOf(list ...string) map[string]bool {
	set := make(map[string]bool, len(list))
	for _, w := range list {
		set[w] = true
	}
	return set
}

// cutPrefix takes one "Re:", "AW[2]:", "Fwd (3):", "RE^2:" or "回复：" off.
func cutPrefix(s string) string {
	end, width := -1, 1
	for i, r := range s {
		if i > 60 {
			break
		}
		if r == ':' || r == '：' {
			end, width = i, len(string(r))
			break
		}
	}
	if end <= 0 {
		return s
	}
	word := strings.ToLower(strings.TrimSpace(s[:end]))
	if i := strings.LastIndexAny(word, "[(^*"); i > 0 && allDigits(strings.Trim(word[i:], "[](){}^*")) {
		word = strings.TrimSpace(word[:i])
	}
	if word != "" && replyPrefixes[word] || replyPrefixes[strings.TrimRight(word, "0123456789")] && len(word) > 2 {
		return s[end+width:]
	}
	return s
}

func allDigits(s string) bool {
	_, ok := digits(s)
	return ok
}

// gatewayTags are what gateways put into subjects, in lower case and without brackets.
var gatewayTags = setOf(
	"external", "ext", "external email", "external mail", "external sender", "external message", "external e-mail",
	"extern", "externe", "externo", "esterno", "outside", "outside sender",
	"email externo", "correo externo", "e-mail externe", "courriel externe", "externe mail", "externe e-mail",
	"extern e-mail", "externí", "zewnętrzny",
	"caution", "caution external", "caution - external", "caution: external", "caution: external email",
	"caution external email", "warning: external", "warning external", "ext sender", "ext mail", "ext email",
	"spam", "suspected spam", "possible spam", "spam?", "probable spam", "marketing", "bulk", "bulk mail",
	"suspicious", "possible phish", "phish?", "phishing?", "potential phishing", "unverified sender", "unverified",
	"unscanned",
	"secure", "encrypt", "encrypted", "secure email", "signed", "virus scanned", "virus checked", "non-district",
	"outside district", "non district", "sospechoso", "posible spam",
)

// cutTag takes a tag in brackets, asterisks or capitals off the front that a gateway or the mailing list put there.
func cutTag(s string, h Header) string {
	if s == "" {
		return s
	}
	if end := strings.IndexByte("])}*>", closer(s[0])); closer(s[0]) != 0 && end >= 0 {
		tag := strings.TrimLeft(s, "*")
		if s[0] != '*' {
			tag = s[1:]
		}
		stop := strings.IndexByte(tag, closer(s[0]))
		if stop <= 0 || stop > 60 {
			return s
		}
		word := strings.ToLower(strings.Trim(tag[:stop], " -*!:<>"))
		if gatewayTags[word] || s[0] == '[' && listTag(word, h) {
			return strings.TrimLeft(tag[stop:], "])}*> ")
		}
		return s
	}
	if i := strings.IndexByte(s, ':'); i > 0 && i < 30 {
		if w := s[:i]; strings.ToUpper(w) == w && gatewayTags[strings.ToLower(strings.TrimSpace(w))] {
			return s[i+1:]
		}
	}
	return s
}

func closer(open byte) byte {
	switch open {
	case '[':
		return ']'
	case '(':
		return ')'
	case '{':
		return '}'
	case '<':
		return '>'
	case '*':
		return '*'
	}
	return 0
}

// listTag tells whether a tag is the name of the mailing list that the mail came through (RFC 2919).
func listTag(tag string, h Header) bool {
	id := h.Get("List-Id")
	if id == "" {
		if id = h.Get("List-Post"); id == "" {
			return false
		}
	}
	return len(tag) > 1 && strings.Contains(strings.ToLower(id), strings.ReplaceAll(tag, " ", "-"))
}

// cutFwd undoes "[Fwd: subject]" and "subject (fwd)".
func cutFwd(s string) string {
	l := strings.ToLower(s[:min(len(s), 6)])
	if (strings.HasPrefix(l, "[fwd:") || strings.HasPrefix(l, "[fw:")) && strings.HasSuffix(strings.TrimSpace(s), "]") {
		s = strings.TrimSpace(s)
		return s[strings.IndexByte(s, ':')+1 : len(s)-1]
	}
	if t := strings.TrimSpace(s); len(t) > 5 && strings.EqualFold(t[len(t)-5:], "(fwd)") {
		return t[:len(t)-5]
	}
	return s
}
