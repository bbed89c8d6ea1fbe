package chart

import (
	"slices"
	"strings"
	"unicode"
)

// maxNear is how many codes Near offers: as many as people take in at a glance.
const maxNear = 5

// Near returns the rows nearest to what somebody mistyped, best first, at most five: for "13" 1-3 alone, for "1-9" 1-8, 1-7,
// 1-6, 7-9 and 8-9. Digits decide; a text without any is looked for in the names, so that "training" finds 4-3 and 4-4. What is near
// nothing gets nothing.
func (c *Chart) Near(typed string) []Entry {
	if len(typed) > 64 {
		return nil
	}
	digits := typedDigits(typed)
	type scored struct{ entry, cost int }
	var found []scored
	for i := range c.entries {
		e := &c.entries[i]
		cost, ok := 0, false
		if digits != "" {
			cost, ok = digitCost(digits, e.Code)
		} else {
			cost, ok = nameCost(e, typed)
		}
		if ok {
			found = append(found, scored{i, cost})
		}
	}
	slices.SortStableFunc(found, func(a, b scored) int { return a.cost - b.cost })
	near := make([]Entry, 0, maxNear)
	for _, f := range found[:min(len(found), maxNear)] {
		if digits != "" && found[0].cost == 0 && f.cost > 0 {
			break // only the punctuation was wrong
		}
		near = append(near, c.entries[f.entry])
	}
	return near
}

// typedDigits returns the digits of what was typed, taking letters that pass for digits beside one as such ("l-3", "7-O").
func typedDigits(typed string) string {
	if !strings.ContainsFunc(typed, unicode.IsDigit) {
		return ""
	}
	var b strings.Builder
	for _, r := range typed {
		switch {
		case '0' <= r && r <= '9':
			b.WriteRune(r)
		case r == 'l' || r == 'I' || r == 'i' || r == '|':
			b.WriteByte('1')
		case r == 'o' || r == 'O':
			b.WriteByte('0')
		}
	}
	return b.String()
}

// digitCost says how far digits are from a code, and whether they are near enough to offer it. The category weighs more
// than the priority, since people know what a request is about better than its number.
func digitCost(digits string, code Code) (int, bool) {
	category, priority := code.Category, code.Priority
	if len(digits) == 1 {
		n := int(digits[0] - '0')
		return 10 + priority, n == category
	}
	if len(digits) > 4 {
		return 0, false
	}
	d := [2]int{int(digits[0] - '0'), int(digits[1] - '0')}
	switch {
	case len(digits) > 2: // a digit too many: "1-33", "11-3"
		if !isSubsequence([]byte{byte('0' + category), byte('0' + priority)}, digits) {
			return 0, false
		}
		return 10 * (len(digits) - 2), true
	case d[0] == category && d[1] == priority:
		return 0, true
	case d[1] == category && d[0] == priority: // "3-1" for 1-3
		return 11, true
	case d[0] == category:
		return 10 + 3*abs(d[1]-priority), true
	case d[1] == priority:
		return 13 + abs(d[0]-category), true
	}
	return 0, false
}

func isSubsequence(sub []byte, s string) bool {
	for i := range len(s) {
		if len(sub) > 0 && s[i] == sub[0] {
			sub = sub[1:]
		}
	}
	return len(sub) == 0
}

// nameCost finds rows by a word of their names, or the beginning of one with at least three letters.
func nameCost(e *Entry, typed string) (int, bool) {
	word := plainWords(typed)
	if len(word) < 3 {
		return 0, false
	}
	for i, name := range []string{e.PriorityName, e.CategoryName} {
		if strings.Contains(" "+plainWords(name), " "+word) {
			return i, true
		}
	}
	return 0, false
}

func abs(n int) int { return max(n, -n) }
