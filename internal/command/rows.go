package command

import (
	"regexp"
	"strings"
)

// lines writes the new words, line by line.
func (a *answer) lines(s Sent) string {
	rows := a.rows(s)
	fresh := a.fresh()
	above := a.attributions(fresh)
	var out []string
	for n, line := range fresh {
		if line == "" || above[n] {
			if len(out) > 0 && out[len(out)-1] != "" {
				out = append(out, "")
			}
			continue
		}
		if row := a.rowBeside(n, rows); row > 0 {
			line = beside(line, row, s.Prefix)
		}
		out = append(out, line)
	}
	return strings.TrimSpace(strings.Join(out, "\n"))
}

// fresh returns the new words of each line received, "" for none.
func (a *answer) fresh() []string {
	lines := make([]strings.Builder, len(a.got.raw))
	for i := 0; i < len(a.from); i++ {
		if a.from[i] >= 0 {
			continue
		}
		first := a.got.atoms[i]
		last := first
		for i+1 < len(a.from) && a.from[i+1] < 0 && a.got.atoms[i+1].line == first.line {
			i++
			last = a.got.atoms[i]
		}
		words := a.got.raw[first.line][first.from:last.to]
		if i+1 == len(a.from) || a.got.atoms[i+1].line != first.line { // to the end of the line, signs and all
			words = strings.TrimRight(a.got.raw[first.line][first.from:], " \t\r|")
		}
		if lines[first.line].Len() > 0 {
			lines[first.line].WriteByte(' ')
		}
		lines[first.line].WriteString(words)
	}
	all := make([]string, len(lines))
	for n := range lines {
		all[n] = lines[n].String()
	}
	return all
}

// rows tells for each line sent which listed request's row it belongs to, 0 for none. A row begins with its number near
// the beginning of a line, and ends with the next row or an empty line. Each listed number counts once, in the order
// listed, so that a number within somebody's subject begins no row.
func (a *answer) rows(s Sent) []int64 {
	rows := make([]int64, len(a.sent.raw))
	if len(s.Listed) < 2 {
		return rows
	}
	next, row := 0, int64(0)
	for n, raw := range a.sent.raw {
		if a.sent.blank[n] {
			row = 0
		} else if next < len(s.Listed) && beginsWith(raw, s.Prefix, s.Listed[next]) {
			row = s.Listed[next]
			next++
		}
		rows[n] = row
	}
	return rows
}

// beginsWith tells whether a line has a request's number among its first few words.
func beginsWith(raw, prefix string, n int64) bool {
	w := write(raw[:min(len(raw), 80)])
	sc := scanner{written: w, prefix: fold(prefix)}
	for words := 0; sc.at < w.len() && words < 3; words++ {
		if num, ok := sc.numbers(); ok && num.prefixed {
			return num.count == 1 && num.values[0] == n
		}
		for sc.at < w.len() && sc.peek() != ' ' {
			sc.at++
		}
		sc.spaces()
	}
	return false
}

// rowBeside tells which row a line with new words was typed beside, 0 for none: the row of the words sent that stand on
// the same line, else of the line directly above. With an empty line above and none below, it could as well belong to
// what follows, and belongs to none.
func (a *answer) rowBeside(n int, rows []int64) int64 {
	row := func(line int) int64 {
		for i := a.firstAtom(line); i < len(a.from) && a.got.atoms[i].line == line; i++ {
			if f := a.from[i]; f >= 0 {
				return rows[a.sent.atoms[f].line]
			}
		}
		return 0
	}
	if own := row(n); own > 0 {
		return own
	}
	gap := false
	for above := n - 1; above >= 0 && n-above <= 4; above-- {
		if a.got.blank[above] {
			gap = true
			continue
		}
		if gap && n+1 < len(a.got.blank) && !a.got.blank[n+1] {
			return 0
		}
		return row(above)
	}
	return 0
}

// firstAtom finds the first atom on a line or behind it.
func (a *answer) firstAtom(line int) int {
	from, to := 0, len(a.got.atoms)
	for from < to {
		if mid := (from + to) / 2; a.got.atoms[mid].line < line {
			from = mid + 1
		} else {
			to = mid
		}
	}
	return from
}

// beside puts the number of a row in front of what was typed there, unless that names its requests itself.
func beside(line string, row int64, prefix string) string {
	sc := scanner{written: write(line).bare(), prefix: fold(prefix)}
	if n, ok := sc.numbers(); ok && n.prefixed {
		return line
	}
	return Select(row).format(prefix) + " " + strings.TrimLeft(strings.TrimSpace(line), ":=→>-–— ")
}

var (
	wroteLine  = regexp.MustCompile(`(?i)(wrote|writes|escribió|schrieb|a écrit)\s*:?\s*$`)
	onLine     = regexp.MustCompile(`(?i)^\W*(on|el|am|le)\s.*\d`)
	headerLine = regexp.MustCompile(`(?i)^\W*(from|sent|date|to|cc|subject|importance|reply-to|de|enviado( el)?|fecha|para|asunto|importancia)\s*:`)
	ruleLine   = regexp.MustCompile(`(?i)^\W*(original message|mensaje original|forwarded message|begin forwarded message:?)?\W*$`)
)

// attributions tells which lines a mail program wrote above the quotation: "On Monday, … wrote:", or the quoted mail's
// From, Sent and Subject. Only such lines directly above words sent count.
func (a *answer) attributions(fresh []string) []bool {
	drop := make([]bool, len(fresh))
	below := false // the next line that is not empty was sent, or belongs to such a heading
	for n := len(fresh) - 1; n >= 0; n-- {
		line := a.got.raw[n][:min(len(a.got.raw[n]), 300)]
		switch {
		case a.got.blank[n]:
		case fresh[n] == "":
			below = true
		case !below:
		case wroteLine.MatchString(line), headerLine.MatchString(line), ruleLine.MatchString(line):
			drop[n] = true
		case n+1 < len(fresh) && drop[n+1] && onLine.MatchString(line) && wroteLine.MatchString(a.got.raw[n+1]):
			drop[n] = true
		default:
			below = false
		}
	}
	return drop
}
