package strict

import (
	"sort"

	"github.com/pelletier/go-toml/v2/unstable"
)

// Lines tells where the tables of a file begin, for errors about what they mean. text must be valid TOML.
func Lines(text []byte) *Places {
	p := &Places{tables: map[string]int{}, lists: map[string][]int{}}
	for i, c := range text {
		if c == '\n' {
			p.ends = append(p.ends, i)
		}
	}
	var parser unstable.Parser
	parser.Reset(text)
	base := ""
	for parser.NextExpression() {
		e := parser.Expression()
		path, line := p.key(e)
		switch e.Kind {
		case unstable.Table:
			base = path
		case unstable.ArrayTable:
			base = path
			p.lists[path] = append(p.lists[path], line)
			continue
		case unstable.KeyValue:
			if base != "" {
				path = base + "." + path
			}
		default:
			continue
		}
		if _, seen := p.tables[path]; !seen {
			p.tables[path] = line
		}
	}
	return p
}

// Places are the lines of a file's tables and keys.
type Places struct {
	ends   []int // offsets of line ends
	tables map[string]int
	lists  map[string][]int
}

// Of returns the line, from 1, on which a table or a key outside of lists begins: "concept.printer"; 0 if it is not there.
func (p *Places) Of(path string) int { return p.tables[path] }

// Element returns the line of the i-th [[path]], or 0 if the list is not written that way.
func (p *Places) Element(path string, i int) int {
	if i < len(p.lists[path]) {
		return p.lists[path][i]
	}
	return 0
}

// key returns the dotted key of an expression and its line.
func (p *Places) key(e *unstable.Node) (path string, line int) {
	if e.Kind == unstable.Comment {
		return "", 0
	}
	for it := e.Key(); it.Next(); {
		n := it.Node()
		if path != "" {
			path += "."
		} else {
			line = 1 + sort.SearchInts(p.ends, int(n.Raw.Offset))
		}
		path += string(n.Data)
	}
	return path, line
}
