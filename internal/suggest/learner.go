package suggest

import (
	"math"
	"slices"
	"strconv"
)

// learner learns any labels from examples, one at a time. It is not safe for concurrent use by itself.
type learner struct {
	linear *linear
	blend  blend
	sure   calibration
	labels []string
	number map[string]int
	count  []int // examples kept, by label

	cost    float64 // of a margin missed: the C of support vector machines, for a label of average frequency
	kept    []kept
	free    []int // positions without an example
	byID    map[string]int
	oldest  []int // positions in order of learning; some may have been unlearned since
	n       int   // examples kept
	stored  int   // features they hold
	lessons int   // learned so far
	random  uint64
	work    scratch
}

const (
	// deskCost is the cost of what a desk decides, from which there is much to learn and much that is hasty.
	deskCost = 0.3
	// maxKept and maxStored bound how many examples can be visited again and unlearned. Beyond, the oldest go, as if
	// they had been unlearned: a district's last ten to twenty thousand decisions are what counts.
	maxKept   = 20_000
	maxStored = 7 << 19
	// visitWork is how much old examples are visited with each new one, in features × labels.
	visitWork = 18_000
	// wellKnown is after how many lessons no more than one in a few is judged before it is learned: by then it is known how
	// right each judge is, and changes slowly.
	wellKnown, oneIn = 5000, 3
	// maxVisits bounds their number while examples are few.
	maxVisits = 16
)

// newLearner returns a learner that knows some labels already; others join as they are used.
func newLearner(labels []string) *learner {
	l := &learner{cost: deskCost, linear: newLinear(len(labels)), blend: newBlend(), number: make(map[string]int), byID: make(map[string]int), random: 0x9e3779b97f4a7c15}
	for _, s := range labels {
		l.number[s] = len(l.labels)
		l.labels = append(l.labels, s)
		l.count = append(l.count, 0)
	}
	return l
}

// knows tells whether a label is in use.
func (l *learner) knows(label string) bool {
	_, ok := l.number[label]
	return ok
}

// label returns a label's number, a new one for a new label.
func (l *learner) label(s string) int {
	if k, ok := l.number[s]; ok {
		return k
	}
	k := len(l.labels)
	l.number[s] = k
	l.labels = append(l.labels, s)
	l.count = append(l.count, 0)
	l.linear.widen()
	return k
}

// pack returns those of a mail's features that have been seen before.
func (l *learner) pack(fs []counted, out []packed) []packed {
	out = out[:0]
	for _, f := range fs {
		if row, ok := l.linear.index.find(f.hash); ok && int(row) < len(l.linear.lnDF) {
			out = append(out, pack(row, f.kind, f.count))
		}
	}
	return out
}

// lesson is what an example teaches, and what was thought of it before.
type lesson struct {
	features []counted
	label    string
	cold     known     // what the cold start thinks of it, if there is one
	start    []float32 // by label: the margin that is there already, which need only be corrected; nil for none
	open     []bool    // by label: what the example speaks neither for nor against; nil for none
}

// learn takes an example in, in place of an earlier one with its id.
func (l *learner) learn(id string, s lesson) {
	l.unlearn(id)
	known := len(l.labels)
	y := l.label(s.label)
	if l.lessons++; y < known && l.n > 0 && (l.lessons < wellKnown || l.lessons%oneIn == 0) {
		j := l.judge(s.features, s.cold)
		l.sure.learn(j.p[j.first], j.first == y)
		l.blend.learn(&j.views, j.p, y)
	}
	for l.n >= maxKept || l.n > 0 && l.stored+len(s.features) > maxStored {
		l.retire()
	}
	at := l.insert(id, y, s)
	lnN := lnPlus1(l.n)
	l.linear.visit(&l.kept[at], lnN, l.price(y), &l.work)
	l.revisit(lnN)
}

// study learns many lessons at once, and nothing of how far it can be trusted. It keeps what they teach, not the lessons:
// nothing else can be learned or unlearned.
func (l *learner) study(lessons []lesson) {
	for i, s := range lessons {
		l.insert(strconv.Itoa(i), l.label(s.label), s)
	}
	lnN := lnPlus1(l.n)
	for range readings {
		for i := range l.kept {
			e := &l.kept[i]
			l.linear.visit(e, lnN, l.price(e.label), &l.work)
		}
	}
	l.kept, l.byID, l.oldest, l.linear.rows = nil, nil, nil, nil
}

func (l *learner) insert(id string, y int, s lesson) int {
	at := len(l.kept)
	if n := len(l.free); n > 0 {
		at, l.free = l.free[n-1], l.free[:n-1]
	} else {
		l.kept = append(l.kept, kept{})
	}
	e := &l.kept[at]
	*e = kept{id: id, label: y, features: make([]packed, len(s.features)), start: s.start, open: s.open, live: true}
	for i, f := range s.features {
		e.features[i] = pack(l.linear.index.number(f.hash), f.kind, f.count)
	}
	l.linear.grow()
	for _, f := range e.features {
		r := &l.linear.rows[f.row()]
		r.df++
		l.linear.lnDF[f.row()] = lnPlus1(int(r.df))
		if f.kind() == kindWord {
			r.posts = append(r.posts, makePost(at, f))
		}
	}
	l.byID[id] = at
	l.oldest = append(l.oldest, at)
	l.n++
	l.count[y]++
	l.stored += len(s.features)
	e.wordLength = l.wordLength(e.features, lnPlus1(l.n))
	return at
}

// unlearn takes an example's share out of every weight and count. It reports whether there was one.
func (l *learner) unlearn(id string) bool {
	at, ok := l.byID[id]
	if !ok {
		return false
	}
	e := &l.kept[at]
	for k := range e.duals {
		e.duals[k] = -e.duals[k]
	}
	l.linear.nudge(e.features, e.duals)
	for _, f := range e.features {
		r := &l.linear.rows[f.row()]
		r.df--
		l.linear.lnDF[f.row()] = lnPlus1(int(r.df))
		if f.kind() == kindWord {
			r.drop(at)
		}
	}
	l.n--
	l.count[e.label]--
	l.stored -= len(e.features)
	delete(l.byID, id)
	l.forget(at)
	*e = kept{}
	l.free = append(l.free, at)
	return true
}

// forget takes a position out of the order of learning.
func (l *learner) forget(at int) {
	i := slices.Index(l.oldest, at)
	if i == 0 { // where the oldest go, and nothing need move
		l.oldest = l.oldest[1:]
		return
	}
	l.oldest = slices.Delete(l.oldest, i, i+1)
}

// retire unlearns the oldest example.
func (l *learner) retire() { l.unlearn(l.kept[l.oldest[0]].id) }

// price is what missing a margin of a label's example costs: more for rare labels, within bounds.
func (l *learner) price(y int) float32 {
	used := 0
	for _, n := range l.count {
		if n > 0 {
			used++
		}
	}
	rarity := float64(l.n) / float64(used*max(1, l.count[y]))
	return float32(l.cost * min(4, max(0.25, math.Pow(rarity, balance))))
}

// revisit takes a few old examples to their optimum again, picked by a generator that is part of the state.
func (l *learner) revisit(lnN float32) {
	work := visitWork
	for i := 0; i < min(maxVisits, 2*l.n) && work > 0; i++ {
		l.random ^= l.random << 13
		l.random ^= l.random >> 7
		l.random ^= l.random << 17
		e := &l.kept[l.random%uint64(len(l.kept))]
		if !e.live {
			continue
		}
		work -= len(e.features) * len(l.labels)
		l.linear.visit(e, lnN, l.price(e.label), &l.work)
	}
}

// known is what the cold start thinks of a mail, by label; a part that is absent is nil.
type known struct {
	rules []float64 // logarithms of probabilities
	book  []float64 // margins
}

// judgement is everything the learner makes of one mail.
type judgement struct {
	views views
	p     []float64 // before calibration
	first int       // the likeliest
	sims  []float32
	words []packed
}

// judge weighs a mail. It changes nothing, and may run beside others of its kind.
func (l *learner) judge(fs []counted, cold known) *judgement {
	j := &judgement{p: make([]float64, len(l.labels))}
	j.views[judgeCold], j.views[judgeBook] = cold.rules, cold.book
	if l.n > 0 {
		j.words = l.pack(fs, make([]packed, 0, len(fs)))
		j.views[judgeLinear] = l.marginsOf(j.words)
		j.sims = l.likeness(j.words, nil)
		j.views[judgeNeighbours] = make([]float64, len(l.labels))
		l.votes(j.sims, j.views[judgeNeighbours])
		j.views[judgeHabit] = make([]float64, len(l.labels))
		for k, n := range l.count {
			j.views[judgeHabit][k] = math.Log(float64(n+1) / float64(l.n+len(l.labels)))
		}
	}
	l.blend.probabilities(&j.views, j.p)
	for k := range j.p {
		if j.p[k] > j.p[j.first] {
			j.first = k
		}
	}
	return j
}

// marginsOf is how much the linear classifiers speak for each label.
func (l *learner) marginsOf(words []packed) []float64 {
	out := make([]float64, len(l.labels))
	var s scratch
	s.size(len(words), l.linear.width())
	if length := l.linear.scales(words, lnPlus1(l.n), s.scale); length > 0 {
		l.linear.margins(words, s.scale, length, s.margin)
		for k := range out {
			out[k] = float64(s.margin[k])
		}
	}
	return out
}
