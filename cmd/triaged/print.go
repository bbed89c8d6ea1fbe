package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// table lines its cells up. Cells are made safe for a terminal.
type table struct {
	out    io.Writer
	rows   [][]string
	urgent map[int]bool // rows that stand out on a terminal
}

func newTable(out io.Writer, head ...string) *table {
	t := &table{out: out, urgent: map[int]bool{}}
	t.row(head...)
	return t
}

func (t *table) row(cells ...string) {
	for i, c := range cells {
		cells[i] = printable(c)
	}
	t.rows = append(t.rows, cells)
}

// urgentRow is a row that stands out on a terminal.
func (t *table) urgentRow(cells ...string) {
	t.urgent[len(t.rows)] = true
	t.row(cells...)
}

func (t *table) end() {
	widths := make([]int, len(t.rows[0]))
	for _, row := range t.rows {
		for i, c := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(c))
		}
	}
	colour := isTerminal(t.out)
	for n, row := range t.rows {
		var b strings.Builder
		for i, c := range row {
			b.WriteString(c + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(c)+2))
		}
		line := strings.TrimRight(b.String(), " ")
		switch {
		case colour && n == 0:
			line = "\x1b[1m" + line + "\x1b[0m"
		case colour && t.urgent[n]:
			line = "\x1b[31m" + line + "\x1b[0m"
		}
		fmt.Fprintln(t.out, line)
	}
}

// printable takes control characters out of what strangers wrote: a terminal would obey them.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, s)
}

// printableText is printable for several lines.
func printableText(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = printable(l)
	}
	return strings.Join(lines, "\n")
}

// count writes "1 team" or "2 teams".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// cut shortens a cell to a number of characters.
func cut(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return string(r[:most-1]) + "…"
}

// local writes a time as people at the desk read it.
func (c *commands) local(t time.Time) string { return t.In(c.zone).Format("2006-01-02 15:04") }

func (c *commands) localOr(t *time.Time, none string) string {
	if t == nil {
		return none
	}
	return c.local(*t)
}

// isTerminal tells whether somebody watches: colour and progress are for them only.
func isTerminal(out io.Writer) bool {
	f, ok := out.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
