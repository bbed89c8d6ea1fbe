package message

import (
	"encoding/base64"
	"strings"
)

// unwrapURL returns the address that a mail gateway's link stands for: Microsoft's Safe Links, Proofpoint's URL Defense in its
// three versions, those of Barracuda, Cisco, Trend Micro, Fortinet, FireEye, Symantec, Vade, Trustwave, Sophos and Avanan, and Google's
// redirect. Any other address is returned as it is.
func unwrapURL(link string) string {
	for range 3 { // one gateway may have wrapped what another one had
		inner := unwrapOnce(link)
		if inner == "" || inner == link {
			return link
		}
		link = inner
	}
	return link
}

// unwrapOnce undoes one gateway's wrapping, by its host, and returns "" for any other address.
func unwrapOnce(link string) string {
	if len(link) > 8192 {
		return ""
	}
	scheme := strings.Index(link, "://")
	if scheme < 4 || scheme > 5 {
		return ""
	}
	rest := link[scheme+3:]
	host, path := rest, ""
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		host, path = strings.ToLower(rest[:i]), rest[i:]
	}
	switch {
	case strings.HasSuffix(host, "safelinks.protection.outlook.com"), host == "statics.teams.cdn.office.net" && strings.Contains(path, "safelinks"):
		return queryURL(path, "url")
	case strings.HasSuffix(host, "urldefense.proofpoint.com") || strings.HasSuffix(host, "urldefense.com") || strings.HasSuffix(host, "urldefense.us"):
		return urlDefense(path)
	case strings.HasSuffix(host, "linkprotect.cudasvc.com"):
		return queryURL(path, "a")
	case strings.HasPrefix(host, "www.google.") && strings.HasPrefix(path, "/url?"):
		if u := queryURL(path, "q"); u != "" {
			return u
		}
		return queryURL(path, "url")
	case strings.HasSuffix(host, "secure-web.cisco.com"):
		if i := strings.LastIndex(path, "/http"); i >= 0 {
			return webURL(unescape(path[i+1:]))
		}
	case strings.HasSuffix(host, ".trendmicro.com") && strings.Contains(path, "/wis/clicktime"), strings.Contains(path, "/fmlurlsvc/"):
		return queryURL(path, "url")
	case strings.HasSuffix(host, ".fireeye.com") && strings.HasPrefix(path, "/v1/url"), host == "clicktime.symantec.com", host == "link.edgepilot.com",
		strings.HasSuffix(host, ".vadesecure.com"), strings.HasSuffix(host, ".trustwave.com"):
		return queryURL(path, "u")
	case strings.HasSuffix(host, "protection.sophos.com"):
		return base64URL(queryValue(path, "u"))
	case strings.HasSuffix(host, "url.avanan.click"):
		if _, inner, ok := strings.Cut(path, "___"); ok {
			inner, _, _ = strings.Cut(inner, "___")
			return webURL(inner)
		}
	}
	return ""
}

// base64URL returns the address that stands in base64 in a gateway's link.
func base64URL(s string) string {
	raw, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "="))
	if err != nil {
		return ""
	}
	return webURL(string(raw))
}

// queryURL returns the address in a query parameter.
func queryURL(path, name string) string { return webURL(queryValue(path, name)) }

// queryValue returns a query parameter, decoded.
func queryValue(path, name string) string {
	_, query, ok := strings.Cut(path, "?")
	if !ok {
		return ""
	}
	query, _, _ = strings.Cut(query, "#")
	query = strings.ReplaceAll(query, "&amp;", "&")
	for pair := range strings.SplitSeq(query, "&") {
		if key, value, _ := strings.Cut(pair, "="); key == name {
			return unescape(value)
		}
	}
	return ""
}

// unescape undoes the encoding of a query's value, "" if it is none.
func unescape(s string) string {
	for i := strings.IndexByte(s, '%'); i >= 0; {
		if i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2]) {
			return ""
		}
		next := strings.IndexByte(s[i+1:], '%')
		if next < 0 {
			break
		}
		i += 1 + next
	}
	return string(appendPercent(nil, strings.ReplaceAll(s, "+", " ")))
}

// webURL returns u if it is an address that may be shown.
func webURL(u string) string {
	l := strings.ToLower(u[:min(len(u), 8)])
	if !strings.HasPrefix(l, "http://") && !strings.HasPrefix(l, "https://") && !strings.HasPrefix(l, "mailto:") && !strings.HasPrefix(l, "ftp://") {
		return ""
	}
	if strings.ContainsAny(u, " \t\r\n<>\"") || !clean(u) {
		return ""
	}
	return u
}

// urlDefense undoes Proofpoint's rewriting.
func urlDefense(path string) string {
	switch {
	case strings.HasPrefix(path, "/v1/"):
		return queryURL(path, "u")
	case strings.HasPrefix(path, "/v2/"):
		_, query, _ := strings.Cut(path, "?")
		for pair := range strings.SplitSeq(strings.ReplaceAll(query, "&amp;", "&"), "&") {
			if u, ok := strings.CutPrefix(pair, "u="); ok {
				return webURL(unescape(strings.NewReplacer("-", "%", "_", "/").Replace(u)))
			}
		}
	case strings.HasPrefix(path, "/v3/__"):
		return urlDefense3(path[len("/v3/__"):])
	}
	return ""
}

// urlDefense3 undoes version 3: /v3/__ADDRESS__;REPLACED!… where each "*" in the address stands for the next character of the
// base64 text REPLACED, and "**" followed by a letter for a run of them.
func urlDefense3(s string) string {
	end := strings.LastIndex(s, "__;")
	if end < 0 {
		return ""
	}
	addr, rest := s[:end], s[end+3:]
	encoded, _, _ := strings.Cut(rest, "!")
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(encoded, "="))
	if err != nil {
		return ""
	}
	replaced := []rune(string(raw))
	const runs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	var b strings.Builder
	take := func(n int) {
		n = min(n, len(replaced))
		b.WriteString(string(replaced[:n]))
		replaced = replaced[n:]
	}
	for i := 0; i < len(addr); i++ {
		switch {
		case addr[i] != '*':
			b.WriteByte(addr[i])
		case i+2 < len(addr) && addr[i+1] == '*' && strings.IndexByte(runs, addr[i+2]) >= 0:
			take(strings.IndexByte(runs, addr[i+2]) + 2)
			i += 2
		default:
			take(1)
		}
	}
	u := b.String()
	// Version 3 leaves one slash of "https://" out at times.
	for _, scheme := range []string{"https:/", "http:/"} {
		if strings.HasPrefix(u, scheme) && !strings.HasPrefix(u, scheme+"/") {
			u = scheme + "/" + u[len(scheme):]
		}
	}
	return webURL(u)
}

// unwrapLinks puts the original addresses in the place of a gateway's links in a plain text.
func unwrapLinks(text string) string {
	if !strings.Contains(text, "://") {
		return text
	}
	var b strings.Builder
	done := 0 // what has been written
	for at := 0; ; {
		i := strings.Index(text[at:], "://")
		if i < 0 {
			break
		}
		i += at
		start := i
		for start > done && i-start < 6 && text[start-1]|0x20 >= 'a' && text[start-1]|0x20 <= 'z' {
			start--
		}
		end := i + 3
		for end < len(text) && !strings.ContainsRune(" \t\n<>\"|", rune(text[end])) {
			end++
		}
		at = end
		link := strings.TrimRight(text[start:end], ".,;:!?)]'*")
		if len(link) < 24 {
			continue
		}
		if strings.HasSuffix(link, "$") || strings.Contains(link, "/v3/__") {
			link = text[start:end] // Proofpoint's version 3 ends in "$"
			if j := strings.LastIndexByte(link, '$'); j > 0 {
				link = link[:j+1]
			}
		}
		if u := unwrapURL(link); u != link {
			b.WriteString(text[done:start])
			b.WriteString(u)
			done = start + len(link)
		}
	}
	if done == 0 {
		return text
	}
	b.WriteString(text[done:])
	return b.String()
}
