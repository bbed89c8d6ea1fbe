package chart

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Columns of the chart on the wall.
const (
	wallWidth  = 100
	wallIndent = 6 // as wide as a code and the space around it
)

// Wall returns the chart as people would post it on a wall: plain text, at most 100 columns, each code with its name,
// target, examples and what is demanded of it.
func (c *Chart) Wall() string {
	var b strings.Builder
	heading := strings.TrimSpace(c.Title)
	if c.Procedure != "" {
		heading = strings.TrimSpace(heading + " (" + c.Procedure + ")")
	}
	if heading != "" {
		wrap(&b, heading, 0)
		b.WriteByte('\n')
	}
	for i, k := range c.categories {
		if i > 0 {
			b.WriteByte('\n')
		}
		k.wall(&b)
	}
	if c.untimed != "" {
		b.WriteByte('\n')
		wrap(&b, c.untimed, 0)
	}
	return b.String()
}

func (k Category) wall(b *strings.Builder) {
	title := fmt.Sprintf("%d  %s", k.Number, strings.ToUpper(k.Name))
	if k.Purpose != "" {
		title += " – " + k.Purpose
	}
	wrap(b, title, 3)
	b.WriteString(strings.Repeat("-", wallWidth) + "\n")
	if len(k.Requests) > 0 {
		wrap(b, "   Requests: "+strings.Join(k.Requests, "; ")+".", 3)
	}
	for _, s := range k.Process {
		wrap(b, "   "+s, 3)
	}
	said := k.Rules.words()
	for _, s := range said {
		wrap(b, "   * "+s, 5)
	}
	for _, e := range k.Entries {
		e.wall(b, said)
	}
}

// wall prints a row; what its category has said of all rows is not said again.
func (e Entry) wall(b *strings.Builder, said []string) {
	left := fmt.Sprintf(" %-4s %s", e.Code, e.PriorityName)
	target := strings.ToUpper(e.Target.Words())
	if !e.Target.Timed() {
		target = e.Target.Words()
	}
	room := wallWidth - utf8.RuneCountInString(left) - utf8.RuneCountInString(target) - 2
	if room < 1 {
		wrap(b, left, wallIndent)
		left, room = strings.Repeat(" ", wallIndent), wallWidth-wallIndent-utf8.RuneCountInString(target)-2
	}
	fmt.Fprintf(b, "%s %s %s\n", left, strings.Repeat(".", room), target)
	indent := strings.Repeat(" ", wallIndent)
	if e.Description != "" {
		wrap(b, indent+e.Description, wallIndent)
	}
	if len(e.Items) > 0 {
		wrap(b, indent+"Items: "+strings.Join(e.Items, ", ")+".", wallIndent)
	}
	for _, s := range e.Rules.words() {
		if !slices.Contains(said, s) {
			wrap(b, indent+"* "+s, wallIndent+2)
		}
	}
}

// words says, one sentence a rule, what is demanded of requests beyond what a category's process says in the procedure's
// own words.
func (r Rules) words() []string {
	var s []string
	for _, a := range r.Alerts {
		s = append(s, a.wall())
	}
	if r.Escalate != "" {
		s = append(s, "Goes to the team "+r.Escalate+", who close and document it.")
	}
	if r.NeedsDate {
		s = append(s, "Needs a date: #schedule DATE.")
	}
	for i, when := range r.ScheduledWhen {
		s = append(s, fmt.Sprintf("Reason %d: %s.", i+1, strings.TrimSuffix(when, ".")))
	}
	if len(r.Waits) > 0 {
		waits := make([]string, len(r.Waits))
		for i, w := range r.Waits {
			waits[i] = string(w)
		}
		s = append(s, "Waits on: "+strings.Join(waits, ", ")+". The clock stands still: #wait "+waits[0]+".")
	}
	for _, d := range r.Documents {
		when := "from the start"
		if d.Due == Resolving {
			when = "before it is resolved"
		}
		s = append(s, "Attach, "+when+": "+d.Name+".")
	}
	return s
}

func (a Alert) wall() string {
	told := "told to analysts at once, at any hour."
	what := sentence(a.Name)
	if len(a.Words) == 0 {
		what = "Any such request"
	}
	if !slices.Contains(a.On, Categorized) {
		what += ", as soon as it is suspected"
	}
	return what + ": " + told
}

// untimedWords says what [untimed] demands of every code without a target.
func untimedWords(f fileUntimed) string {
	if f.FollowUpEvery == 0 {
		return ""
	}
	by := "the assignee"
	if f.FollowUpBy != CurrentAssignee {
		by = "the original assignee"
	}
	every := time.Duration(f.FollowUpEvery)
	period := count(int(every/time.Hour), "hour")
	if every%(24*time.Hour) == 0 {
		period = count(int(every/(24*time.Hour)), "day")
	}
	return "Codes without a target: " + by + " adds a status note at least every " + period + "."
}

func sentence(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return strings.ToUpper(string(r)) + s[n:]
}

// wrap writes s in lines of at most wallWidth columns; lines after the first are indented. Only a word that is longer than
// a line itself is cut.
func wrap(b *strings.Builder, s string, indent int) {
	lead := len(s) - len(strings.TrimLeft(s, " "))
	column := lead
	b.WriteString(s[:lead])
	start := true
	for _, word := range strings.Fields(s) {
		for _, piece := range pieces(word, wallWidth-max(indent, lead)) {
			n := utf8.RuneCountInString(piece)
			if !start && column+1+n > wallWidth {
				b.WriteString("\n" + strings.Repeat(" ", indent))
				column, start = indent, true
			}
			if !start {
				b.WriteByte(' ')
				column++
			}
			b.WriteString(piece)
			column += n
			start = false
		}
	}
	b.WriteByte('\n')
}

// pieces cuts a word into runs of at most n characters.
func pieces(word string, n int) []string {
	r := []rune(word)
	var out []string
	for len(r) > n {
		out, r = append(out, string(r[:n])), r[n:]
	}
	return append(out, string(r))
}
