// Package health decides when somebody must hear that something is wrong with the bot itself, and that it is over.
//
// It guarantees that a trouble is told once, when it has lasted for as long as it may, and once more when it has been over
// for a while: however often it is looked at, and however often the bot is started anew meanwhile. One that comes and goes
// is one trouble.
//
// It knows findings and time. It must not know what is looked at, nor how anybody is told.
package health

import (
	"cmp"
	"slices"
	"time"
)

// Finding is what a look at one thing found.
type Finding struct {
	Key   string    // what was looked at: "mailbox support", "disk"
	What  string    // what is wrong, in a sentence; "" if nothing is
	Todo  string    // what to do about it, in a sentence
	Since time.Time // since when, if that is known better than by this look

	// Patience is how long it may last before somebody is told.
	Patience time.Duration
}

// Trouble is something that is wrong.
type Trouble struct {
	Key   string    `json:"key"`
	What  string    `json:"what"`
	Todo  string    `json:"todo"`
	Since time.Time `json:"since"`
	Told  time.Time `json:"told,omitzero"` // when somebody was told; zero: nobody yet
	Well  time.Time `json:"well,omitzero"` // since when it seems to be over; zero: it is not
}

// calm is how long a trouble must not be seen before it is over.
const calm = 3 * time.Minute

// Look takes in what a look found, and tells which troubles somebody must hear of now, and which are over. What was not
// looked at stays as it was if it still exists, and is over if not. The troubles before are not changed; those after are
// in the order of their keys.
func Look(before []Trouble, findings []Finding, exists func(key string) bool, now time.Time) (after, began, over []Trouble) {
	known := map[string]Trouble{}
	for _, t := range before {
		known[t.Key] = t
	}
	found := map[string]bool{}
	for _, f := range findings {
		found[f.Key] = true
		t, is := known[f.Key]
		switch {
		case f.What != "":
			t = f.on(t, is, now)
			if t.Told.IsZero() && now.Sub(t.Since) >= f.Patience {
				t.Told = now
				began = append(began, t)
			}
		case !is:
			continue
		case t.Told.IsZero():
			continue // it passed before anybody had to hear of it
		case t.Well.IsZero() || t.Well.After(now):
			t.Well = now
		case now.Sub(t.Well) >= calm:
			over = append(over, t)
			continue
		}
		after = append(after, t)
	}
	for _, t := range before {
		switch {
		case found[t.Key]:
		case exists(t.Key):
			after = append(after, t)
		case !t.Told.IsZero():
			over = append(over, t)
		}
	}
	for _, list := range [][]Trouble{after, began, over} {
		slices.SortFunc(list, func(a, b Trouble) int { return cmp.Compare(a.Key, b.Key) })
	}
	return after, began, over
}

// on is the trouble that a finding is about, new or known. A clock that was set back makes none younger than it is.
func (f Finding) on(t Trouble, known bool, now time.Time) Trouble {
	if !known {
		t = Trouble{Key: f.Key, Since: now}
	}
	if since := cmp.Or(f.Since, t.Since); since.Before(t.Since) || t.Since.After(now) {
		t.Since = since
	}
	if t.Since.After(now) {
		t.Since = now
	}
	t.What, t.Todo, t.Well = f.What, f.Todo, time.Time{}
	return t
}

// Told are the troubles that somebody was told of: those to remember over a restart.
func Told(all []Trouble) []Trouble {
	told := []Trouble{}
	for _, t := range all {
		if !t.Told.IsZero() {
			told = append(told, t)
		}
	}
	return told
}
