package chart

import (
	"fmt"
	"strconv"
	"strings"
)

// Target is the time in which a request is to be resolved, as the chart prints it behind a priority's name: "(4 hours)",
// "(3 days)", "(As Needed)". The zero Target is "No defined SLA". At most one field is set.
type Target struct {
	Hours    int  // on the wall clock
	Days     int  // working days
	AsNeeded bool // completed as needed: no clock, but not forgotten either (SOP 8-9)
}

// Limits of what a chart may promise: a longer target is taken for a slip of the keyboard.
const (
	maxHours = 24 * 366
	maxDays  = 366
)

// Timed tells whether there is a time to keep. Without one the clock of a request stands still.
func (t Target) Timed() bool { return t.Hours > 0 || t.Days > 0 }

// String returns "4h" or "3d", and "" both for no target and for as needed: the form scripts read.
func (t Target) String() string {
	switch {
	case t.Hours > 0:
		return strconv.Itoa(t.Hours) + "h"
	case t.Days > 0:
		return strconv.Itoa(t.Days) + "d"
	}
	return ""
}

// Words returns "4 hours", "3 working days", "as needed" or "no target".
func (t Target) Words() string {
	switch {
	case t.AsNeeded:
		return "as needed"
	case t.Hours > 0:
		return count(t.Hours, "hour")
	case t.Days > 0:
		return count(t.Days, "working day")
	}
	return "no target"
}

func count(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return strconv.Itoa(n) + " " + unit + "s"
}

// MarshalText writes the form of the chart's file: "4h", "3d", "as needed" or "". Unlike String it loses nothing.
func (t Target) MarshalText() ([]byte, error) {
	if t.AsNeeded {
		return []byte("as needed"), nil
	}
	return []byte(t.String()), nil
}

// UnmarshalText reads the form of MarshalText.
func (t *Target) UnmarshalText(b []byte) error {
	s := string(b)
	switch s {
	case "":
		*t = Target{}
		return nil
	case "as needed":
		*t = Target{AsNeeded: true}
		return nil
	}
	bad := fmt.Errorf("%q is not a target: write \"4h\", \"3d\" or \"as needed\", or leave it out", s)
	digits := strings.TrimRight(s, "hd")
	n, err := strconv.ParseUint(digits, 10, 31)
	if err != nil || n == 0 || len(digits) != len(s)-1 || digits[0] == '0' {
		return bad
	}
	if s[len(s)-1] == 'h' && n <= maxHours {
		*t = Target{Hours: int(n)}
		return nil
	}
	if s[len(s)-1] == 'd' && n <= maxDays {
		*t = Target{Days: int(n)}
		return nil
	}
	return fmt.Errorf("%q is longer than a year: write at most \"%dh\" or \"%dd\"", s, maxHours, maxDays)
}
