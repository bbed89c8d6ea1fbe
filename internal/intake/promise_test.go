package intake_test

import (
	"testing"
	"time"

	"triaged/internal/compose"
)

// TestPromise writes at all sorts of times: two hours are promised only if somebody is at the desk to keep that, else the
// desk's next opening. What is due, and when, stays what the SOP says (process step 2).
func TestPromise(t *testing.T) {
	for _, c := range []struct{ wrote, opens string }{ // the desk is staffed from 7 to 17; March 2, 2026 is a Monday
		{"Mon 02 09:00", ""},
		{"Mon 02 15:00", ""}, // due as it closes
		{"Mon 02 15:01", "Tue 03 07:00"},
		{"Mon 02 04:59", "Mon 02 07:00"},
		{"Mon 02 05:00", "Mon 02 07:00"},
		{"Mon 02 05:01", ""},
		{"Fri 06 16:00", "Mon 09 07:00"},
		{"Sun 08 21:04", "Mon 09 07:00"},
	} {
		f := newMemory(t)
		at := func(s string) time.Time {
			moment, err := time.ParseInLocation("2006-01 Mon 02 15:04", "2026-03 "+s, f.policy.Zone)
			if err != nil {
				t.Fatal(err)
			}
			return moment
		}
		f.now = at(c.wrote)
		v := f.take(f.mail(pat, "Projector", "The projector in room 214 is dark."))
		got := letterOf(t, v, compose.Acknowledgement, pat).Acknowledgement
		if !got.CategorizedBy.Equal(f.now.Add(2 * time.Hour)) {
			t.Errorf("%s: to be categorized by %v", c.wrote, got.CategorizedBy)
		}
		if c.opens == "" && !got.Opens.IsZero() || c.opens != "" && !got.Opens.Equal(at(c.opens)) {
			t.Errorf("%s: the desk opens %v, want %q", c.wrote, got.Opens, c.opens)
		}
	}
}
