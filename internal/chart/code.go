package chart

import (
	"fmt"
	"strconv"
)

// Code names one row of the chart: a category and a priority within it, written "1-3". The zero Code means none.
type Code struct{ Category, Priority int }

// String returns "1-3", or "" for the zero Code.
func (c Code) String() string {
	if c == (Code{}) {
		return ""
	}
	return strconv.Itoa(c.Category) + "-" + strconv.Itoa(c.Priority)
}

// IsZero tells whether there is no code.
func (c Code) IsZero() bool { return c == Code{} }

// MarshalText writes the form of String.
func (c Code) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads the form of String, and nothing looser: what people type is read by package command.
func (c *Code) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*c = Code{}
		return nil
	}
	var d Code
	if n, err := fmt.Sscanf(string(b), "%d-%d", &d.Category, &d.Priority); err != nil || n != 2 || d.Category < 0 || d.Priority < 0 || d.String() != string(b) {
		return fmt.Errorf("%q is not a code such as 1-3", b)
	}
	*c = d
	return nil
}
