package command

import (
	"slices"
	"strconv"
	"strings"
)

// maxSelected is how many requests one line may name. A longer list is a mistake, never cut short.
const maxSelected = 500

// Range is the requests from First to Last, both included; First is not above Last.
type Range struct{ First, Last int64 }

// String writes the range as it can be typed: "12", or "15-18".
func (r Range) String() string {
	if r.First == r.Last {
		return strconv.FormatInt(r.First, 10)
	}
	return strconv.FormatInt(r.First, 10) + "-" + strconv.FormatInt(r.Last, 10)
}

// Selection is the requests that a command names, in the order written. The zero Selection names none.
type Selection struct {
	All    bool // everything that the answered mail listed
	Later  bool // and what joins it later, where the mail is about an outage; only with All
	Ranges []Range
}

// Select returns the selection of these requests.
func Select(numbers ...int64) Selection {
	var s Selection
	for _, n := range numbers {
		s.Ranges = append(s.Ranges, Range{n, n})
	}
	return s
}

// IsZero tells whether no request was named, so that the request the mail is about is meant.
func (s Selection) IsZero() bool { return !s.All && len(s.Ranges) == 0 }

// Numbers returns each number once, in the order written; at most 500 of them. It is empty for All.
func (s Selection) Numbers() []int64 {
	var all []int64
	seen := map[int64]bool{}
	for _, r := range s.Ranges {
		for n := r.First; n <= r.Last && len(all) < maxSelected; n++ {
			if !seen[n] {
				seen[n] = true
				all = append(all, n)
			}
		}
	}
	return all
}

// Has tells whether a request was named by its number or within a range.
func (s Selection) Has(n int64) bool {
	return slices.ContainsFunc(s.Ranges, func(r Range) bool { return r.First <= n && n <= r.Last })
}

// String writes the selection as it can be typed, without a prefix: "12,15-18", "all", or "" for none.
func (s Selection) String() string {
	switch {
	case s.Later:
		return "all and later"
	case s.All:
		return "all"
	}
	var b strings.Builder
	for i, r := range s.Ranges {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(r.String())
	}
	return b.String()
}

// size counts the numbers named, repeats included, and stops counting above the cap.
func (s Selection) size() int {
	total := int64(0)
	for _, r := range s.Ranges {
		if r.Last-r.First >= maxSelected {
			return maxSelected + 1
		}
		if total += r.Last - r.First + 1; total > maxSelected {
			return maxSelected + 1
		}
	}
	return int(total)
}

// format writes the selection with the prefix in front of its first number: "SR-12,15-18".
func (s Selection) format(prefix string) string {
	if s.All || len(s.Ranges) == 0 || prefix == "" {
		return s.String()
	}
	return prefix + "-" + s.String()
}
