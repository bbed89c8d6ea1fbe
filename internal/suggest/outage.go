package suggest

import (
	"cmp"
	"crypto/sha256"
	_ "embed"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"triaged/internal/strict"
)

// What several mails within a short time have in common, if they are about one thing that is down.
//
// A mail reports an outage if a service (network, phones, the student system, …) fails in it, and no more in it speaks for
// one person, room or device than for many people. Two reports belong together if they name a service in common and come
// from one campus, or the service is the district's and not a building's. A report joins the group that it is closest to,
// if it belongs together with most of it. All of this is decided anew for each report from those before it, so that nothing
// is remembered but what people see: which request is in which group.

const (
	// OutageWindow is how long after its last report an outage takes in more.
	OutageWindow = 2 * time.Hour
	// OutageMembers is from how many reports on there is an outage.
	OutageMembers = 3
	// OutageLooksBack is how many of the last reports a new one is compared with at most, so that a storm costs no more than
	// a shower.
	OutageLooksBack = 60
)

// Trouble is what a mail says of an outage. The zero Trouble is of a mail that reports none.
type Trouble struct {
	campus   string
	services []int           // of the vocabulary, ascending
	breadth  float64         // signs that many are concerned, less those that few are
	unsure   bool            // nothing says that the service fails: it may follow others, and never leads
	words    map[uint32]bool // that are not everybody's
	names    map[uint32]bool // those of them that may be the name of a thing
}

// IsZero tells whether the mail reports no outage.
func (r Trouble) IsZero() bool { return r.words == nil }

//go:embed outage.toml
var outageWords []byte

// Outages is the vocabulary of outages. It is immutable.
type Outages struct {
	*Lexicon
	services             []int // concepts in the group "service"
	wide, narrow         []int
	local, signed        int // groups
	mailing              int
	signIn, failing      int
	unable, using, other int
	usual                map[string]bool
}

// DefaultOutages returns the built-in vocabulary, in English and Spanish.
var DefaultOutages = sync.OnceValue(func() *Outages {
	l, err := ParseLexicon("outage.toml", outageWords)
	if err != nil {
		panic(err) // the file is part of the program, and tested with it
	}
	return newOutages(l)
})

// DefaultOutagesTOML returns the text of the built-in vocabulary, for a district to read and to extend.
func DefaultOutagesTOML() []byte { return slices.Clone(outageWords) }

// ExtendOutages reads a district's additions to the built-in vocabulary: a concept that exists gains words, a new one is a
// service of the district's own, or further signs. It is strict: a new concept must be in a group that counts, and there
// are no rules.
func ExtendOutages(name string, text []byte) (*Outages, error) {
	base, err := readLexicon("outage.toml", outageWords)
	if err != nil {
		return nil, err
	}
	more, err := readLexicon(name, text)
	if err != nil {
		return nil, err
	}
	k := &compiler{name: name, file: base, lines: strict.Lines(text)}
	k.checkSigns(base, more)
	base.gain(more)
	l, err := k.compile()
	if err != nil {
		return nil, err
	}
	return newOutages(l), nil
}

// checkSigns refuses what would pass in silence in a vocabulary of outages, where only groups are asked for.
func (k *compiler) checkSigns(base, more *lexiconFile) {
	var groups []string
	for _, n := range slices.Sorted(maps.Keys(base.Concept)) {
		groups = append(groups, base.Concept[n].Is...)
	}
	for i := range more.Rule {
		k.fail(k.lines.Element("rule", i), "outages know no rules: give words to a [concept.NAME]")
	}
	for _, key := range slices.Sorted(maps.Keys(more.Prior)) {
		k.fail(k.lines.Of("prior."+key), "outages know no priors: give words to a [concept.NAME]")
	}
	for _, n := range slices.Sorted(maps.Keys(more.Concept)) {
		line := k.lines.Of("concept." + n)
		for _, g := range more.Concept[n].Is {
			if !slices.Contains(groups, g) {
				k.fail(line, "concept %q: there is no group %q%s", n, g, orNearest(g, groups))
			}
		}
		if _, known := base.Concept[n]; !known && len(more.Concept[n].Is) == 0 {
			k.fail(line, "concept %q is in no group: give it is = [\"service\"] if it can be down%s", n, orNearest(n, slices.Sorted(maps.Keys(base.Concept))))
		}
	}
}

func newOutages(l *Lexicon) *Outages {
	in := func(group string) (all []int) {
		for i, c := range l.concepts {
			if slices.Contains(c.groups, l.byName[group]) {
				all = append(all, i)
			}
		}
		return all
	}
	return &Outages{
		Lexicon: l, services: in("service"), wide: in("wide"), narrow: in("narrow"), local: l.byName["local"], signed: l.byName["signed"],
		mailing: l.byName["mailing"],
		signIn:  l.byName["sign_in"], failing: l.byName["failing"], unable: l.byName["unable"], using: l.byName["using"],
		other: l.byName["something_else"], usual: usualWords(l),
	}
}

// troubleText is how many bytes of a mail's text are read for trouble: who cannot work says so soon.
const troubleText = 1500

// Trouble reads a mail as a report of an outage. It costs about as much as a suggestion for a short mail.
func (o *Outages) Trouble(m Mail) Trouble {
	s := scan(Mail{Subject: cut(m.Subject, troubleText), Text: cut(m.Text, troubleText), Campus: m.Campus})
	read := o.read(s)
	count := func(concepts []int) (n int) {
		for _, c := range concepts {
			n += bit(read.met[c])
		}
		return n
	}
	fails := read.met[o.failing] || read.met[o.unable] && read.met[o.using]
	breadth := float64(count(o.wide)+bit(namesCampus(s))) - narrowness*float64(count(o.narrow))
	if read.met[o.other] || breadth < 0 || !fails && (breadth < 1 || wishes(s)) {
		return Trouble{}
	}
	r := Trouble{campus: strings.ToLower(m.Campus), breadth: breadth, unsure: !fails}
	for _, c := range o.services {
		if read.met[c] {
			r.services = append(r.services, c)
		}
	}
	r.words, r.names = o.unusual(s)
	if len(r.services) == 0 && (!fails || breadth < 1 || len(r.names) == 0 || wishes(s)) {
		return Trouble{}
	}
	return r
}

// unusual are a mail's words but for those that a lexicon knows or everybody uses, and among them what may be names: words of
// the subject, and words with a capital.
func (o *Outages) unusual(s *scanned) (words, names map[uint32]bool) {
	words, names = make(map[uint32]bool), make(map[uint32]bool)
	campus := tokens(s.Campus)
	for i, text := range [...][]token{s.subject, s.text} {
		for _, t := range text {
			if o.usual[t.stem] || o.usual[t.fold] || len(t.stem) < 4 || strings.ContainsAny(t.fold, "0123456789") ||
				slices.ContainsFunc(campus, func(c token) bool { return c.stem == t.stem }) {
				continue
			}
			h := hashString(kindWord, t.stem)
			words[h] = true
			if i == 0 || t.name {
				names[h] = true
			}
		}
	}
	return words, names
}

// usualWords are the words that the vocabulary of outages, or the cold start's, knows. Programs are known to the latter by
// name, and are not usual.
func usualWords(l *Lexicon) map[string]bool {
	usual := make(map[string]bool)
	mark := func(l *Lexicon, but int) {
		used := make(map[int32]bool)
		for _, p := range slices.Concat(l.words.phrases...) {
			for _, w := range slices.Concat(p.words...) {
				used[w] = used[w] || p.concept != but
			}
		}
		for _, words := range [...]map[string]int32{l.words.stems, l.words.exact} {
			for w, n := range words {
				usual[w] = usual[w] || used[n]
			}
		}
	}
	mark(l, -1)
	cold, but := DefaultLexicon(), -1
	if i, ok := cold.byName["software"]; ok {
		but = i
	}
	mark(cold, but)
	return usual
}

// wishes tells whether a mail asks for something rather than says that it is missing: an order, a class, work to be planned.
func wishes(s *scanned) bool {
	l := DefaultLexicon()
	read := l.read(s)
	return slices.ContainsFunc([]string{"order", "project", "training", "personal"}, func(name string) bool {
		i, ok := l.byName[name]
		return ok && read.met[i]
	})
}

// narrowness is how many signs of many one sign of few outweighs: people say "we" and "students" more lightly than "only me".
const narrowness = 1.5

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// namesCampus tells whether a mail speaks of its campus by name: people do if all of it is concerned.
func namesCampus(s *scanned) bool {
	name := tokens(s.Campus)
	if len(name) == 0 || len(name[0].fold) < 3 {
		return false
	}
	of := func(t token) bool { return t.fold == name[0].fold }
	return slices.ContainsFunc(s.subject, of) || slices.ContainsFunc(s.text, of)
}

// Leads tells whether the mail may be the first report of an outage. One that does not say that anything fails may be a
// further one.
func (r Trouble) Leads() bool { return !r.IsZero() && !r.unsure }

// Earlier is a report that came before, and the group that it is in.
type Earlier struct {
	Trouble
	Group int64
}

// Join finds the group that a report belongs to, among those of the reports within the OutageWindow before it, oldest
// first; 0 if it is the first of its own.
func (o *Outages) Join(r Trouble, before []Earlier) int64 {
	type tally struct {
		group     int64
		near, all int
		close     float64
	}
	var tallies []tally
	for _, other := range before[max(0, len(before)-OutageLooksBack):] {
		i := slices.IndexFunc(tallies, func(t tally) bool { return t.group == other.Group })
		if i < 0 {
			i = len(tallies)
			tallies = append(tallies, tally{group: other.Group})
		}
		t := &tallies[i]
		t.all++
		if c := o.closeness(r, other.Trouble); c > 0 {
			t.near++
			t.close += c
		}
	}
	best, closest := int64(0), 0.0
	for _, t := range tallies {
		if c := t.close / float64(t.all); 2*t.near > t.all && c > closest {
			best, closest = t.group, c
		}
	}
	return best
}

// closeness tells how much two reports have in common: nothing, or the more the closer they are.
func (o *Outages) closeness(a, b Trouble) float64 {
	here := a.campus != "" && a.campus == b.campus
	shared := 0.0
	for _, s := range a.services {
		switch {
		case !slices.Contains(b.services, s):
		case !here && min(a.breadth, b.breadth) < 2 && slices.Contains(o.concepts[s].groups, o.local): // each building has its own
		default:
			shared++
		}
	}
	if shared == 0 && (o.signsIn(a, b) || o.signsIn(b, a) || o.has(a, o.mailing) && o.has(b, o.mailing)) {
		shared = .5
	}
	if shared == 0 && (len(a.services) == 0 || len(b.services) == 0) && (meet(a.names, b.words) || meet(b.names, a.words)) {
		shared = 1
	}
	if shared == 0 || !here && min(a.breadth, b.breadth) < 1 && !o.central(a, b) {
		return 0
	}
	c := alike(a, b) + shared/math.Sqrt(float64(max(len(a.services)*len(b.services), 1)))
	if here {
		c++
	}
	return c
}

// central tells whether two reports are of a service that is one for the whole district: it fails for all or for none.
func (o *Outages) central(a, b Trouble) bool {
	return slices.ContainsFunc(a.services, func(s int) bool {
		return slices.Contains(b.services, s) && slices.Contains(o.concepts[s].groups, o.signed)
	})
}

// signsIn tells whether the one report is of nothing but signing in, and the other of something that is signed in to.
func (o *Outages) signsIn(a, b Trouble) bool {
	return len(a.services) == 1 && a.services[0] == o.signIn && o.has(b, o.signed)
}

func (o *Outages) has(r Trouble, group int) bool {
	return slices.ContainsFunc(r.services, func(s int) bool { return slices.Contains(o.concepts[s].groups, group) })
}

func meet(a, b map[uint32]bool) bool {
	for w := range a {
		if b[w] {
			return true
		}
	}
	return false
}

// alike is the cosine between two reports' sets of words.
func alike(a, b Trouble) float64 {
	if len(a.words) == 0 || len(b.words) == 0 {
		return 0
	}
	shared := 0
	for w := range a.words {
		shared += bit(b.words[w])
	}
	return float64(shared) / math.Sqrt(float64(len(a.words)*len(b.words)))
}

// Common names the services that most of the reports have in common, the most frequent first: "network".
func (o *Outages) Common(reports []Trouble) []string {
	count := make([]int, len(o.concepts))
	for _, r := range reports {
		for _, s := range r.services {
			count[s]++
		}
	}
	var common []int
	for _, s := range o.services {
		if 2*count[s] > len(reports) {
			common = append(common, s)
		}
	}
	slices.SortStableFunc(common, func(a, b int) int { return cmp.Compare(count[b], count[a]) })
	var names []string
	for _, s := range common {
		names = append(names, strings.ReplaceAll(o.names[s], "_", " "))
	}
	return names
}

// Troubles reads mails as its vocabulary does, and remembers what it made of the last ones, since an outage's mails are
// compared with each other again and again. It keeps hashes, never words. It is safe for concurrent use.
type Troubles struct {
	*Outages
	mu          sync.Mutex
	known, past map[[sha256.Size]byte]Trouble
}

// NewTroubles returns a reader that remembers nothing yet.
func NewTroubles(o *Outages) *Troubles { return &Troubles{Outages: o} }

// Trouble is Outages.Trouble, for what counts of a mail there: subject, text and campus.
func (t *Troubles) Trouble(m Mail) Trouble {
	key := sha256.Sum256([]byte(m.Campus + "\x00" + cut(m.Subject, troubleText) + "\x00" + cut(m.Text, troubleText)))
	t.mu.Lock()
	defer t.mu.Unlock()
	if r, ok := t.known[key]; ok {
		return r
	}
	r, ok := t.past[key]
	if !ok {
		r = t.Outages.Trouble(m)
	}
	if t.known == nil || len(t.known) == OutageLooksBack {
		t.past, t.known = t.known, make(map[[sha256.Size]byte]Trouble)
	}
	t.known[key] = r
	return r
}
