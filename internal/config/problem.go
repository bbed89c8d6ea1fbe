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

// nearest returns the known word that s most likely stands for, or "" if none is near: at most a third of its letters
// (two at least) are wrong, missing, superfluous or swapped.
func nearest(s string, known []string) string {
	best, distance := "", 1+max(2, len(s)/3)
	for _, k := range known {
		if len(s) > 64 || k == "" {
			continue
		}
		if d := editDistance(strings.ToLower(s), strings.ToLower(k)); d < distance && d < len(k) {
			best, distance = k, d
		}
	}
	return best
}

// editDistance counts insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
func editDistance(a, b string) int {
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(row[j-1]+1, last[j]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
