package suggest

import (
	"maps"
	"math"
	"slices"
	"strings"
	"time"
)

// Outages recognises that several mails within a short time are about one thing that is down. It is told of each new
// request, in order of arrival, and remembers those of the last OutageWindow. It is not safe for concurrent use, and the
// same calls give the same groups.
//
// A mail counts as a report of an outage if the lexicon finds in it a service (network, phones, the student system, …)
// that does not work, and nothing that keeps the trouble to one room, one device or one person's account. Two
// reports belong together if they name a service in common, the more so if they name no other, come from one campus,
// speak of more than one room, or are worded alike; a report joins the group that it is closest to, if it belongs
// together with most of it.
type Outages struct {
	lexicon *Lexicon
	topics  []int // concepts in the group "service"
	recent  []report
	groups  map[string][]string // first member -> members, in order of arrival
	of      map[string]string   // member -> first member
}

const (
	// OutageWindow is how long after its last report a group takes in more.
	OutageWindow = 2 * time.Hour
	// OutageMembers is from how many reports on a group is an outage.
	OutageMembers = 3
	// lookBack is how many of the last reports a new one is compared with, so that a storm costs no more than a shower.
	lookBack = 300
)

// Outage is a group of requests that seem to be about one thing.
type Outage struct {
	First   string   // the id of the first request: the group's name
	Members []string // ids, in order of arrival, First included
	What    []string // the services in common, as the lexicon names them: "network"
}

// Certain tells whether there are enough reports to speak of an outage.
func (o Outage) Certain() bool { return len(o.Members) >= OutageMembers }

// report is what is remembered of one mail.
type report struct {
	id     string
	at     time.Time
	campus string
	topics []int
	wide   bool // of more than one room
	words  map[uint32]bool
}

// NewOutages returns a recogniser that has been told nothing.
func NewOutages(l *Lexicon) *Outages {
	o := &Outages{lexicon: l, groups: make(map[string][]string), of: make(map[string]string)}
	if service, ok := l.byName["service"]; ok {
		for i, c := range l.concepts {
			if slices.Contains(c.groups, service) {
				o.topics = append(o.topics, i)
			}
		}
	}
	return o
}

// Add tells of a request, and returns the group that it is in, if it reports an outage at all. A group of one is not an
// outage yet.
func (o *Outages) Add(id string, at time.Time, m Mail) (Outage, bool) {
	o.forget(at)
	r, ok := o.report(id, at, m)
	if !ok {
		return Outage{}, false
	}
	first := id
	if best := o.best(r); best != "" {
		first = best
	}
	o.recent = append(o.recent, r)
	o.of[id] = first
	o.groups[first] = append(o.groups[first], id)
	return o.outage(first), true
}

// Unlink takes a request out of its group. It reports whether it was in one.
func (o *Outages) Unlink(id string) bool {
	first, ok := o.of[id]
	if !ok {
		return false
	}
	rest := slices.DeleteFunc(o.groups[first], func(m string) bool { return m == id })
	delete(o.groups, first)
	delete(o.of, id)
	o.recent = slices.DeleteFunc(o.recent, func(r report) bool { return r.id == id })
	if len(rest) > 0 {
		o.groups[rest[0]] = rest
		for _, m := range rest {
			o.of[m] = rest[0]
		}
	}
	return true
}

// Of returns the group that a request is in.
func (o *Outages) Of(id string) (Outage, bool) {
	first, ok := o.of[id]
	if !ok {
		return Outage{}, false
	}
	return o.outage(first), true
}

// forget drops groups whose last report is too long ago.
func (o *Outages) forget(now time.Time) {
	last := make(map[string]time.Time)
	for _, r := range o.recent {
		if first := o.of[r.id]; r.at.After(last[first]) {
			last[first] = r.at
		}
	}
	o.recent = slices.DeleteFunc(o.recent, func(r report) bool {
		first := o.of[r.id]
		if now.Sub(last[first]) <= OutageWindow {
			return false
		}
		delete(o.of, r.id)
		delete(o.groups, first)
		return true
	})
}

// report reads a mail, and tells whether it reports an outage.
func (o *Outages) report(id string, at time.Time, m Mail) (report, bool) {
	s := scan(m)
	read := o.lexicon.read(s)
	r := report{id: id, at: at, campus: strings.ToLower(m.Campus), words: make(map[uint32]bool)}
	for _, c := range o.topics {
		if read.met[c] {
			r.topics = append(r.topics, c)
		}
	}
	r.wide = o.met(read, "campus_scope") || o.met(read, "district_scope")
	down := o.met(read, "outage") && !o.met(read, "order") && !o.met(read, "project") && !o.met(read, "personal") && !o.met(read, "training")
	local := (o.met(read, "just_here") || o.met(read, "password") || o.met(read, "account")) && !r.wide
	if !down || local || len(r.topics) == 0 {
		return r, false
	}
	for _, words := range [...][]token{s.subject, s.text} {
		for _, t := range words {
			if len(t.stem) > 2 {
				r.words[hashString(kindWord, t.stem)] = true
			}
		}
	}
	return r, true
}

func (o *Outages) met(r *reading, name string) bool {
	i, ok := o.lexicon.byName[name]
	return ok && r.met[i]
}

// best returns the group that a report belongs together with most of, the closest one of several, or "".
func (o *Outages) best(r report) string {
	type tally struct {
		near, all int
		close     float64
	}
	tallies := make(map[string]tally)
	for _, other := range o.recent[max(0, len(o.recent)-lookBack):] {
		first := o.of[other.id]
		t := tallies[first]
		t.all++
		if c := closeness(r, other); c >= 1 {
			t.near++
			t.close += c
		}
		tallies[first] = t
	}
	best, closest := "", 0.0
	for _, first := range slices.Sorted(maps.Keys(tallies)) {
		t := tallies[first]
		if c := t.close / float64(t.all); 2*t.near > t.all && c > closest {
			best, closest = first, c
		}
	}
	return best
}

// closeness tells how much two reports have in common; they are about one outage from 1 on.
func closeness(a, b report) float64 {
	shared := 0
	for _, t := range a.topics {
		if slices.Contains(b.topics, t) {
			shared++
		}
	}
	if shared == 0 {
		return 0
	}
	c := alike(a, b) + float64(shared)/float64(len(a.topics)+len(b.topics)-shared)
	switch {
	case a.campus != "" && a.campus == b.campus:
		c += 1
	case a.wide && b.wide:
		c += .6
	case !a.wide && !b.wide:
		c -= .2
	}
	return c
}

// alike is the cosine between two reports' sets of words.
func alike(a, b report) float64 {
	if len(a.words) == 0 || len(b.words) == 0 {
		return 0
	}
	shared := 0
	for w := range a.words {
		if b.words[w] {
			shared++
		}
	}
	return float64(shared) / math.Sqrt(float64(len(a.words)*len(b.words)))
}

func (o *Outages) outage(first string) Outage {
	out := Outage{First: first, Members: slices.Clone(o.groups[first])}
	count := make(map[int]int)
	for _, r := range o.recent {
		if o.of[r.id] == first {
			for _, t := range r.topics {
				count[t]++
			}
		}
	}
	for _, t := range o.topics {
		if 2*count[t] > len(out.Members) {
			out.What = append(out.What, strings.ReplaceAll(o.lexicon.names[t], "_", " "))
		}
	}
	return out
}
