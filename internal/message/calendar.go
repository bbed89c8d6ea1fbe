package message

import (
	"strings"
	"time"
)

// calendarText shows the first event of an iCalendar object (RFC 5545) as a person would write it down; "" if there is none.
func calendarText(ics string) string {
	e := readEvent(ics)
	if e.summary == "" && e.start == "" {
		return ""
	}
	var b strings.Builder
	line := func(name, value string) {
		if value = squeeze(value); value != "" {
			b.WriteString(name + ": " + value + "\n")
		}
	}
	line(eventTitle(e), e.summary)
	line("When", eventTime(e.start, e.end))
	line("Repeats", e.rule)
	line("Where", e.location)
	line("Organizer", e.organizer)
	line("Comment", e.comment)
	if d := strings.TrimSpace(e.description); d != "" {
		b.WriteString("\n" + d + "\n")
	}
	return b.String()
}

// eventTitle says what is asked with the event (RFC 5546, section 1.4).
func eventTitle(e event) string {
	switch e.method {
	case "REQUEST", "ADD", "COUNTER":
		return "Invitation"
	case "CANCEL":
		return "Cancelled"
	case "REPLY":
		return "Answer to an invitation"
	}
	return "Event"
}

type event struct {
	method, summary, start, end, location, organizer, description, comment, rule string
}

// readEvent reads the properties of the first VEVENT, VTODO or VJOURNAL.
func readEvent(ics string) (e event) {
	inside, nested := false, 0
	for n := 0; ics != "" && n < 20000; n++ {
		var line string
		line, ics = unfoldCalendar(ics)
		name, params, value := calendarProperty(line)
		switch {
		case name == "METHOD" && !inside:
			e.method = strings.ToUpper(value)
		case name == "BEGIN" && inside:
			nested++ // an alarm
		case name == "BEGIN":
			inside = value == "VEVENT" || value == "VTODO" || value == "VJOURNAL"
		case name == "END" && nested > 0:
			nested--
		case name == "END" && inside:
			return e
		case inside && nested == 0:
			e.set(name, params, value)
		}
	}
	return e
}

// set notes a property. The first one of a name counts.
func (e *event) set(name, params, value string) {
	switch name {
	case "SUMMARY":
		setOnce(&e.summary, value, calendarString)
	case "DTSTART":
		setOnce(&e.start, value, func(v string) string { return calendarTime(params, v) })
	case "DTEND", "DUE":
		setOnce(&e.end, value, func(v string) string { return calendarTime(params, v) })
	case "LOCATION":
		setOnce(&e.location, value, calendarString)
	case "DESCRIPTION":
		setOnce(&e.description, value, func(v string) string { return unwrapLinks(plainLines([]byte(calendarString(v)))) })
	case "COMMENT":
		setOnce(&e.comment, value, calendarString)
	case "RRULE":
		setOnce(&e.rule, value, func(v string) string { return strings.ToLower(strings.ReplaceAll(v, ";", ", ")) })
	case "ORGANIZER":
		setOnce(&e.organizer, value, func(v string) string {
			a := Address{Address: plainAddress(v)}
			if cn := calendarParam(params, "CN"); cn != a.Address {
				a.Name = cn
			}
			return a.String()
		})
	}
}

func setOnce(field *string, value string, read func(string) string) {
	if *field == "" {
		*field = read(value)
	}
}

// unfoldCalendar cuts the first content line off, with its continuations (RFC 5545, section 3.1).
func unfoldCalendar(s string) (line, rest string) {
	line, rest, _ = strings.Cut(s, "\n")
	if rest == "" || rest[0] != ' ' && rest[0] != '\t' {
		return line, rest
	}
	var b strings.Builder
	b.WriteString(line)
	for rest != "" && (rest[0] == ' ' || rest[0] == '\t') {
		var more string
		more, rest, _ = strings.Cut(rest[1:], "\n")
		b.WriteString(more)
	}
	return b.String(), rest
}

// calendarProperty splits NAME;PARAMS:VALUE. A colon in a quoted parameter is part of it.
func calendarProperty(line string) (name, params, value string) {
	quoted := false
	for i := 0; i < len(line); i++ {
		switch {
		case line[i] == '"':
			quoted = !quoted
		case line[i] == ':' && !quoted:
			name, params, _ = strings.Cut(line[:i], ";")
			return strings.ToUpper(strings.TrimSpace(name)), params, strings.TrimSpace(line[i+1:])
		}
	}
	return "", "", ""
}

func calendarParam(params, name string) string {
	for p := range strings.SplitSeq(params, ";") {
		if k, v, _ := strings.Cut(p, "="); strings.EqualFold(k, name) {
			return strings.Trim(v, `"`)
		}
	}
	return ""
}

// calendarString undoes the escapes of a text value (RFC 5545, section 3.3.11).
func calendarString(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	return strings.NewReplacer(`\n`, "\n", `\N`, "\n", `\,`, ",", `\;`, ";", `\\`, `\`).Replace(s)
}

// calendarTime makes "2026-11-23 14:05 (America/Chicago)" of 20261123T140500.
func calendarTime(params, value string) string {
	zone := calendarParam(params, "TZID")
	if v, utc := strings.CutSuffix(value, "Z"); utc {
		value, zone = v, "UTC"
	}
	if t, err := time.Parse("20060102T150405", value); err == nil {
		s := t.Format("2006-01-02 15:04")
		if zone != "" && len(zone) < 60 {
			s += " (" + zone + ")"
		}
		return s
	}
	if t, err := time.Parse("20060102", value); err == nil {
		return t.Format("2006-01-02")
	}
	return ""
}

// eventTime shows start and end, the day and zone once if they are the same.
func eventTime(start, end string) string {
	if end == "" || end == start {
		return start
	}
	if len(start) < 16 || len(end) < 16 {
		return start + " to " + end
	}
	if start[16:] == end[16:] {
		zone := start[16:]
		start, end = start[:16], end[:16]
		if start[:10] == end[:10] {
			end = end[11:]
		}
		return start + " to " + end + zone
	}
	return start + " to " + end
}
