package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing that is wrong with a configuration.
type Problem struct {
	File    string
	Line    int    // from 1; 0 where the trouble is that something is missing altogether
	Key     string // "desk.address"; "" for a mistake in the file's form
	Message string // what is wrong, naming the key
	Hint    string // what to do about it, or ""
}

// String is one line for people: "config.toml:12: unknown key desk.adress, did you mean address?"
func (p Problem) String() string {
	s := p.File
	if p.Line > 0 {
		s = fmt.Sprintf("%s:%d", s, p.Line)
	}
	s += ": " + p.Message
	if p.Hint != "" {
		s += ", " + p.Hint
	}
	return s
}

// Problems is the error of Load and Parse: everything that is wrong, in the order of the file.
type Problems struct{ List []Problem }

// Error is a line a problem.
func (p *Problems) Error() string {
	lines := make([]string, len(p.List))
	for i, one := range p.List {
		lines[i] = one.String()
	}
	return strings.Join(lines, "\n")
}

// sortByLine puts what is missing altogether last.
func sortByLine(list []Problem) {
	slices.SortStableFunc(list, func(a, b Problem) int {
		if (a.Line == 0) != (b.Line == 0) {
			return cmp.Compare(b.Line, a.Line)
		}
		return cmp.Compare(a.Line, b.Line)
	})
}
