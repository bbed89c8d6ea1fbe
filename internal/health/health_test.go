package health

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var start = time.Date(2026, 3, 2, 13, 0, 0, 0, time.UTC)

func all(string) bool { return true }

// TestATrouble follows one trouble minute by minute: "x" is wrong, "." is well, " " was not looked at, "-" does not exist
// any more; what is told is "b" when it began and "o" when it is over.
func TestATrouble(t *testing.T) {
	for _, tt := range []struct{ name, look, told string }{
		{"lasts", "xxxxxxxxxxxx", "     b      "},
		{"passes early", "xxxx........", "            "},
		{"ends", "xxxxxx........", "     b   o    "},
		{"comes and goes", "xxxxxxxx.x..x...x....", "     b              o"},
		{"begins again", "xxxxxx......xxxxxx", "     b   o       b"},
		{"is not looked at", "xxxxxx      xx  ....", "     b             o"},
		{"is gone", "xxxxxx-", "     bo"},
		{"is gone early", "xxx---", "      "},
		{"passes early and comes again", "xxx.xxxxxx", "         b"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var state []Trouble
			told := ""
			for minute, look := range tt.look {
				now := start.Add(time.Duration(minute) * time.Minute)
				var findings []Finding
				switch look {
				case 'x':
					findings = []Finding{{Key: "k", What: "It is wrong.", Patience: 5 * time.Minute}}
				case '.':
					findings = []Finding{{Key: "k"}}
				}
				var began, over []Trouble
				state, began, over = Look(state, findings, func(string) bool { return look != '-' }, now)
				switch {
				case len(began) == 1:
					told += "b"
				case len(over) == 1:
					told += "o"
				default:
					told += " "
				}
			}
			if told != tt.told {
				t.Errorf("looked %q\n  told %q\n  want %q", tt.look, told, tt.told)
			}
		})
	}
}

func TestSince(t *testing.T) {
	long := start.Add(-time.Hour)
	state, began, _ := Look(nil, []Finding{{Key: "k", What: "Wrong.", Since: long, Patience: 10 * time.Minute}}, all, start)
	if len(began) != 1 || !state[0].Since.Equal(long) {
		t.Errorf("%v", state)
	}
	// The clock is set back by a day: it is still one trouble, and ends.
	back := start.Add(-24 * time.Hour)
	state, began, over := Look(state, []Finding{{Key: "k", What: "Wrong.", Patience: 10 * time.Minute}}, all, back)
	if len(began)+len(over) > 0 || state[0].Since.After(back) {
		t.Errorf("%v began, %v over, %v", began, over, state)
	}
	state, _, _ = Look(state, []Finding{{Key: "k"}}, all, back)
	if _, _, over = Look(state, []Finding{{Key: "k"}}, all, back.Add(calm)); len(over) != 1 {
		t.Error("it never ends")
	}
}

func TestSeveral(t *testing.T) {
	findings := []Finding{{Key: "b", What: "B."}, {Key: "a", What: "A."}, {Key: "c"}, {Key: "d", What: "D.", Patience: time.Hour}}
	state, began, over := Look(nil, findings, all, start)
	keys := func(list []Trouble) (s string) {
		for _, t := range list {
			s += t.Key
		}
		return s
	}
	if keys(state) != "abd" || keys(began) != "ab" || keys(over) != "" || keys(Told(state)) != "ab" {
		t.Errorf("%q, began %q, over %q", keys(state), keys(began), keys(over))
	}
}

// TestToldOnce: whatever is found, each beginning is followed by one end before the next, a restart in between or not.
func TestToldOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var state []Trouble
		open := map[string]bool{}
		now := start
		for range rapid.IntRange(1, 60).Draw(t, "looks") {
			now = now.Add(time.Duration(rapid.IntRange(-30, 300).Draw(t, "seconds")) * time.Second)
			var findings []Finding
			for _, key := range []string{"a", "b"} {
				switch rapid.IntRange(0, 2).Draw(t, key) {
				case 1:
					findings = append(findings, Finding{Key: key})
				case 2:
					findings = append(findings, Finding{Key: key, What: "Wrong.", Patience: 2 * time.Minute})
				}
			}
			before := append([]Trouble{}, state...)
			next, began, over := Look(state, findings, all, now)
			if diff := cmp.Diff(before, append([]Trouble{}, state...)); diff != "" {
				t.Fatalf("the state before was changed: %s", diff)
			}
			for _, b := range began {
				if open[b.Key] {
					t.Fatalf("%s began twice", b.Key)
				}
				open[b.Key] = true
			}
			for _, o := range over {
				if !open[o.Key] {
					t.Fatalf("%s is over and never began", o.Key)
				}
				open[o.Key] = false
			}
			if state = next; rapid.Bool().Draw(t, "restart") {
				state = Told(state)
			}
		}
	})
}
