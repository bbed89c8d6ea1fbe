package chart

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Chart is one categorization chart. The values it returns share memory with it: callers do not change them.
type Chart struct {
	Procedure string // "TS-PE-004"
	Title     string // "Prioritizing Service Requests by SLA"

	categories []Category
	entries    []Entry
	byCode     map[Code]int // index into entries
	untimed    string       // what holds for every code without a target, in words
}

// Category is one numbered heading of the chart: "1 – Service Request - Hardware / Software Break Fix Items and Procedures".
type Category struct {
	Number   int
	Name     string   // "Service Request"
	Purpose  string   // "Hardware / software break-fix items and procedures"
	Requests []string // what such requests ask for ("Requests include: …")
	Process  []string // what the procedure says of the whole category
	Rules    Rules    // what holds for every row; each row's own Rules include it
	Entries  []Entry  // in chart order, never empty
}

// Entry is one row of the chart: a category and a priority within it.
type Entry struct {
	Code         Code
	CategoryName string // "Service Request"
	PriorityName string // "Instructional"
	Target       Target
	Description  string   // one or more sentences
	Items        []string // examples ("Items include: …")
	Rules        Rules
}

// Name returns "Service Request, Instructional".
func (e Entry) Name() string { return e.CategoryName + ", " + e.PriorityName }

//go:embed default.toml
var defaultTOML []byte

var builtin = sync.OnceValue(func() *Chart {
	c, err := Parse("default.toml", defaultTOML)
	if err != nil {
		panic(err) // the file is part of the program, and tested with it
	}
	return c
})

// Default returns the built-in chart: the one of SOP TS-PE-004.
func Default() *Chart { return builtin() }

// DefaultTOML returns the text of the built-in chart, for a district to edit a copy of.
func DefaultTOML() []byte { return slices.Clone(defaultTOML) }

// Lookup returns the row of a code, and whether the chart has it.
func (c *Chart) Lookup(code Code) (Entry, bool) {
	i, ok := c.byCode[code]
	if !ok {
		return Entry{}, false
	}
	return c.entries[i], true
}

// Entries returns every row, in chart order.
func (c *Chart) Entries() []Entry { return c.entries }

// Categories returns the headings, in chart order.
func (c *Chart) Categories() []Category { return c.categories }

// Category returns the heading with a number, and whether the chart has it.
func (c *Chart) Category(number int) (Category, bool) {
	for _, k := range c.categories {
		if k.Number == number {
			return k, true
		}
	}
	return Category{}, false
}

// WaitCode returns the row of a category whose requests wait on w, and false where the category has none: security
// access waits on no vendor (SOP 2-3 to 2-8 have no priority 5).
func (c *Chart) WaitCode(category int, w Wait) (Entry, bool) {
	k, _ := c.Category(category)
	for _, e := range k.Entries {
		if e.Rules.WaitsOn(w) {
			return e, true
		}
	}
	return Entry{}, false
}

// Select returns the codes that a pattern names, in chart order: "1-3" one, "4-*" a category, "*-3" a priority, "*" all.
// A pattern that is none of these, or names no code of the chart, is an error.
func (c *Chart) Select(pattern string) ([]Code, error) {
	category, priority, ok := strings.Cut(pattern, "-")
	if pattern == "*" {
		category, priority, ok = "*", "*", true
	}
	if !ok || !star(category) || !star(priority) {
		return nil, fmt.Errorf("%q names no codes: write one such as \"1-3\", \"4-*\" for a category, or \"*\"", pattern)
	}
	var codes []Code
	for _, e := range c.entries {
		if matchNumber(category, e.Code.Category) && matchNumber(priority, e.Code.Priority) {
			codes = append(codes, e.Code)
		}
	}
	if codes == nil {
		return nil, fmt.Errorf("the chart has no code %q%s", pattern, c.didYouMean(pattern))
	}
	return codes, nil
}

// star tells whether s is a digit or "*".
func star(s string) bool { return s == "*" || len(s) == 1 && '0' <= s[0] && s[0] <= '9' }

func matchNumber(pattern string, n int) bool { return pattern == "*" || pattern == strconv.Itoa(n) }

// didYouMean returns ": did you mean 1-8?" for the best of Near, or nothing.
func (c *Chart) didYouMean(typed string) string {
	near := c.Near(typed)
	if len(near) == 0 {
		return ""
	}
	return ": did you mean " + near[0].Code.String() + "?"
}
