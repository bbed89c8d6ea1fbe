package config

import (
	"sort"
	"strconv"

	"github.com/pelletier/go-toml/v2/unstable"
)

// lineIndex knows the line on which each key stands. Its paths name elements of lists by number: "mailbox[0].address",
// "notify.operator[1]".
type lineIndex map[string]int

// of returns the line of path or, where that is not in the file, of the nearest table or list around it; else 0.
func (x lineIndex) of(path string) int {
	for path != "" {
		if line, ok := x[path]; ok {
			return line
		}
		path = enclosing(path)
	}
	return 0
}

const maxPath = 256 // bytes; no key of a configuration has a longer path, and longer ones are not followed

// indexLines walks a document that is known to be valid TOML.
func indexLines(data []byte) lineIndex {
	w := &lineWalker{lines: lineIndex{}, tables: map[string]int{}}
	for i, c := range data {
		if c == '\n' {
			w.ends = append(w.ends, i)
		}
	}
	w.parser.Reset(data)
	base := ""
	for w.parser.NextExpression() {
		switch e := w.parser.Expression(); e.Kind {
		case unstable.Table, unstable.ArrayTable:
			base = w.header(e)
		case unstable.KeyValue:
			w.keyValue(base, e)
		}
	}
	return w.lines
}

type lineWalker struct {
	parser unstable.Parser
	lines  lineIndex
	tables map[string]int // how many [[tables]] of a path there have been
	ends   []int          // offsets of line ends
}

func (w *lineWalker) line(n *unstable.Node) int {
	return 1 + sort.SearchInts(w.ends, int(n.Raw.Offset))
}

// header returns the path of the table that a header opens.
func (w *lineWalker) header(e *unstable.Node) string {
	path, line := "", 0
	for it := e.Key(); it.Next(); {
		if n := w.tables[path]; n > 0 {
			path += "[" + strconv.Itoa(n-1) + "]"
		}
		path, line = join(path, string(it.Node().Data)), w.line(it.Node())
		if len(path) > maxPath {
			return path[:maxPath]
		}
	}
	if e.Kind == unstable.ArrayTable {
		n := w.tables[path]
		w.tables[path]++
		w.note(path, line)
		path += "[" + strconv.Itoa(n) + "]"
	}
	w.note(path, line)
	return path
}

func (w *lineWalker) keyValue(base string, e *unstable.Node) {
	path, line := base, 0
	for it := e.Key(); it.Next(); {
		path, line = join(path, string(it.Node().Data)), w.line(it.Node())
		if len(path) > maxPath {
			return
		}
		w.note(path, line)
	}
	w.value(path, line, e.Value())
}

func (w *lineWalker) value(path string, line int, v *unstable.Node) {
	if v.Raw.Length > 0 {
		line = w.line(v)
	}
	w.note(path, line)
	if len(path) > maxPath {
		return
	}
	switch v.Kind {
	case unstable.InlineTable:
		for it := v.Children(); it.Next(); {
			w.keyValue(path, it.Node())
		}
	case unstable.Array:
		i := 0
		for it := v.Children(); it.Next(); {
			if it.Node().Kind != unstable.Comment {
				w.value(path+"["+strconv.Itoa(i)+"]", line, it.Node())
				i++
			}
		}
	}
}

func (w *lineWalker) note(path string, line int) {
	if _, seen := w.lines[path]; !seen {
		w.lines[path] = line
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
