package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/sys/unix"
)

// table lines its cells up. Cells are made safe for a terminal, and lines are cut to its width; who reads them by another
// program gets them whole.
type table struct {
	out    io.Writer
	rows   [][]string
	urgent map[int]bool // rows that stand out on a terminal
	width  int          // of the terminal; 0: there is none
}

func newTable(out io.Writer, head ...string) *table {
	t := &table{out: out, urgent: map[int]bool{}, width: terminalWidth(out)}
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
		if t.width > 0 {
			line = cut(line, t.width)
		}
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

// cut shortens a cell to a number of characters where somebody watches.
func (t *table) cut(s string, most int) string {
	if t.width == 0 {
		return s
	}
	return cut(s, most)
}

// cut shortens a text to a number of characters.
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

// isTerminal tells whether somebody watches who wants colour and progress.
func isTerminal(out io.Writer) bool {
	return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && atTerminal(out)
}

// atTerminal tells whether a stream is somebody's terminal.
func atTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// terminalWidth is how many characters a line of a terminal has; 0 if nobody watches, or it cannot be told.
func terminalWidth(out io.Writer) int {
	f, ok := out.(*os.File)
	if !ok {
		return 0
	}
	size, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ)
	if err != nil {
		return 0
	}
	return int(size.Col)
}
