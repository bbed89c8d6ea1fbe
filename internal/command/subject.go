package command

import "strings"

// ReadSubject reads a subject without its reply prefixes (message.Message.Topic). A command counts after the number, as
// in "[SR-12] #1-3", or as the whole subject. It never takes text along: what follows would be somebody's subject.
func ReadSubject(topic string, s Setting) Reading {
	after, tags := afterTag(topic, s)
	after = strings.TrimSpace(after)
	if m, ok := unsignedSubject(after, tags, s); ok {
		return Reading{Mistakes: []Mistake{m}, Note: strings.TrimSpace(topic)}
	}
	if !strings.HasPrefix(fold(after), "#") {
		return Reading{Note: strings.TrimSpace(topic)}
	}
	if tags.IsZero() && len(after) < len(strings.TrimSpace(topic)) {
		return Reading{Note: strings.TrimSpace(topic)}
	}
	if !tags.IsZero() {
		s.Listed = 1
	}
	l := parseLine(after, s)
	switch {
	case len(tags.Ranges) > 1 && (l.sense == command || l.sense == mistake):
		l = slip(l, "the subject bears more than one number", "write the command into the mail, with the number in front")
	case l.sense == command && l.cmd.Text != "":
		l = slip(l, "in a subject a command stands alone behind the number", "write text into the mail")
	}
	switch {
	case l.sense == command:
		if l.cmd.Requests.IsZero() {
			l.cmd.Requests = tags
		}
		return Reading{Commands: []Command{l.cmd}}
	case l.sense == mistake && !tags.IsZero():
		return Reading{Mistakes: []Mistake{l.slip}, Note: strings.TrimSpace(topic)}
	}
	return Reading{Note: strings.TrimSpace(topic)}
}

// unsignedSubject names a command behind the number in a subject of the desk's own people that lacks its "#".
func unsignedSubject(after string, tags Selection, s Setting) (Mistake, bool) {
	if !s.Staff || len(tags.Ranges) != 1 || strings.ContainsAny(fold(after), "#") {
		return Mistake{}, false
	}
	l := parseLine(after, s)
	if l.sense != command || l.row || l.cmd.Text != "" || l.cmd.Verb == Categorize && s.Codes != nil && !s.Codes(l.cmd.Code) {
		return Mistake{}, false
	}
	l.cmd.Requests = tags
	return Mistake{Raw: l.cmd.Raw, Row: true, Why: "in a subject a command needs its number sign", Near: []string{l.cmd.Format(s.Prefix)}}, true
}

func slip(l line, why, hint string) line {
	return line{sense: mistake, hashed: true, slip: Mistake{Raw: l.cmd.Raw, Why: why, Hint: hint}}
}

// afterTag returns what follows the last "[SR-12]", or an "SR-12" that the subject begins with, and the numbers found.
func afterTag(topic string, s Setting) (after string, tags Selection) {
	const longest = 2000
	if len(topic) > longest {
		topic = shorten(topic)
	}
	w := write(topic)
	sc := scanner{written: w, prefix: fold(s.Prefix)}
	end := 0
	for i := range w.fold {
		if i < end || w.fold[i] != '[' && i > 0 {
			continue
		}
		sc.at = i
		if n, ok := sc.numbers(); ok && n.prefixed && n.count == 1 && !n.dangling && n.values[0] > 0 {
			end = sc.at
			if !tags.Has(n.values[0]) {
				tags.Ranges = append(tags.Ranges, Range{n.values[0], n.values[0]})
			}
		}
	}
	return w.slice(end, w.len()).text(), tags
}
