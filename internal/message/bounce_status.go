package message

import "strings"

// enhancedCode finds the first enhanced status code (RFC 3463, section 2) in s, and where it stands. Parts of addresses
// and version numbers are none.
func enhancedCode(s string) (code string, at int) {
	for i := 0; i+4 < len(s); i++ {
		if c := s[i]; c != '5' && c != '4' && c != '2' || s[i+1] != '.' {
			continue
		}
		if i > 0 && (isWordByte(s[i-1]) || s[i-1] == '.' || s[i-1] == '@') {
			continue
		}
		n := digitRun(s, i+2)
		if n < 1 || n > 3 || i+2+n >= len(s) || s[i+2+n] != '.' {
			continue
		}
		m := digitRun(s, i+3+n)
		end := i + 3 + n + m
		if m < 1 || m > 3 || end < len(s) && (isWordByte(s[end]) && s[end] < 0x80 || s[end] == '.' && end+1 < len(s) && s[end+1] >= '0' && s[end+1] <= '9') {
			continue
		}
		return s[i:end], i
	}
	return "", -1
}

// replyCode finds the first SMTP reply code of failure (RFC 5321, section 4.2) in s: three digits at the beginning of
// a line or after a space or punctuation, and followed by a space, a dash or the end.
func replyCode(s string) string {
	for i := 0; i+3 <= len(s); i++ {
		if s[i] != '4' && s[i] != '5' || s[i+1] < '0' || s[i+1] > '5' || s[i+2] < '0' || s[i+2] > '9' {
			continue
		}
		if i > 0 && strings.IndexByte(" \t\n>:(['\"#;=", s[i-1]) < 0 {
			continue
		}
		if i+3 < len(s) && strings.IndexByte(" -\t\n]),:#.;'\"", s[i+3]) < 0 {
			continue
		}
		if i+4 < len(s) && s[i+3] == '.' && s[i+4] >= '0' && s[i+4] <= '9' {
			continue // an IP address, a version
		}
		return s[i : i+3]
	}
	return ""
}

// generic tells a status that says nothing but success, failure or delay.
func generic(status string) bool { return status == "" || strings.HasSuffix(status, ".0.0") }

// bestStatus weighs a Status field against the diagnostic. The remote server's own code, in the diagnostic, tells more
// than what the reporting system made of it; where it has none, words and reply codes are translated.
func bestStatus(status, diagnostic, action string) string {
	if action == "delivered" || action == "relayed" || action == "expanded" {
		if status == "" {
			if code, _ := enhancedCode(diagnostic); code != "" && code[0] == '2' {
				return code
			}
			return "2.0.0"
		}
		return status
	}
	said := diagnosedCode(diagnostic)
	if said != "" && !generic(said) {
		return said
	}
	if !generic(status) {
		return status
	}
	class := byte(0)
	reply := replyCode(diagnostic)
	switch {
	case status != "":
		class = status[0]
	case said != "":
		class = said[0]
	case reply != "":
		class = reply[0]
	case action == "delayed":
		class = '4'
	}
	if status != "" || said != "" {
		// the system has said that it knows no more than the class
		if status == "" {
			status = said
		}
		return status
	}
	if worded := wordedStatus(diagnostic); worded != "" {
		if class == '4' || class == '5' {
			return string(class) + worded[1:]
		}
		return worded
	}
	if class == '4' || class == '5' {
		return string(class) + ".0.0"
	}
	return ""
}

// diagnosedCode returns the enhanced code of failure in a diagnostic. Of several, one that stands right after a reply code
// counts more, for it is a server's own, and one that only says "failed" or "expired" (x.4.7) counts less than the cause.
func diagnosedCode(diagnostic string) string {
	best, weight := "", -1
	for from := 0; ; {
		code, at := enhancedCode(diagnostic[from:])
		if code == "" {
			return best
		}
		at += from
		from = at + len(code)
		if code[0] == '2' {
			continue
		}
		w := 2
		switch {
		case generic(code):
			w = 0
		case strings.HasSuffix(code, ".4.7"):
			w = 1
		case followsReply(diagnostic[:at]):
			w = 3
		}
		if w > weight {
			best, weight = code, w
		}
	}
}

// followsReply tells whether a text ends in an SMTP reply code, quote marks and a dash aside.
func followsReply(s string) bool {
	s = strings.TrimRight(s, " -'\"(#")
	return len(s) >= 3 && (len(s) == 3 || !isWordByte(s[len(s)-4])) && replyCode(s[len(s)-3:]) != ""
}

// wordedStatus tells the enhanced status that the words of a diagnostic amount to, or "". The table's first match
// counts; its order goes from special to general.
func wordedStatus(text string) string {
	text = squeeze(strings.ToLower(text))
	for _, w := range statusWords {
		if w.words.in(text) {
			return w.status
		}
	}
	return ""
}
