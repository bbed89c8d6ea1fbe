package message

import "strings"

// maxReferences is how many Message-IDs of References are kept: the newest.
const maxReferences = 200

// parseIDs reads the Message-IDs of a field (RFC 5322, section 3.6.4), without brackets, in their order. Old programs write words
// and addresses around them, others leave the brackets out; white space inside an ID comes from folding.
func parseIDs(s string) []string {
	var ids []string
	add := func(id string) {
		if id = cleanID(id); id != "" {
			ids = append(ids, id)
		}
	}
	if strings.IndexByte(s, '<') < 0 {
		for _, w := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\t' || r == ',' || r == ';' }) {
			if i := strings.IndexByte(w, '@'); i > 0 && i < len(w)-1 {
				add(w)
			}
		}
		return ids
	}
	for {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			return ids
		}
		s = s[i+1:]
		end := strings.IndexAny(s, "<>")
		switch {
		case end < 0 || s[end] == '<': // not closed: it ends at white space
			if end < 0 {
				end = len(s)
			}
			id, _, _ := strings.Cut(strings.TrimLeft(s[:end], " \t"), " ")
			add(id)
			s = s[end:]
		default:
			add(s[:end])
			s = s[end+1:]
		}
	}
}

// cleanID drops what cannot be part of a Message-ID; "" if nothing sensible is left.
func cleanID(id string) string {
	if strings.ContainsAny(id, " \t") {
		id = strings.Join(strings.Fields(id), "")
	}
	id = strings.Trim(id, "<>,;")
	if len(id) < 3 || len(id) > 998 || !clean(id) || strings.ContainsAny(id, "\t") {
		return ""
	}
	return id
}

// firstID reads Message-ID. One without an @ is taken as well, as programs write such.
func firstID(s string) string {
	if ids := parseIDs(s); len(ids) > 0 {
		return ids[0]
	}
	if s = strings.TrimSpace(s); !strings.ContainsAny(s, " \t<>") {
		return cleanID(s)
	}
	return ""
}

// newest returns the last n of a list.
func newest(ids []string, n int) []string {
	if len(ids) > n {
		return ids[len(ids)-n:]
	}
	return ids
}
