package suggest

import (
	"math"
)

// linear is one linear classifier a label, all over the same features, trained by dual coordinate descent on the squared
// hinge loss (Hsieh et al., "A Dual Coordinate Descent Method for Large-scale Linear SVM", 2008) over the examples it
// keeps. The weights are the sum over examples of dual × features and nothing else, so what an example has taught can be
// subtracted again; and since each visit to an example takes it to its optimum, visiting a few old examples with every
// new one keeps the whole close to what training from scratch would give, whatever the order of arrival.
type linear struct {
	labels  int // in use
	stride  int // floats a row, at least labels
	index   table
	rows    []row
	lnDF    []float32   // by row: ln(1 + in how many examples it is)
	weights [][]float32 // blocks of blockRows × stride
}

// row is what is known of one feature besides its weights.
type row struct {
	df    int32  // in how many kept examples
	posts []post // for words: the examples that have it
}

const (
	// balance is the power of a label's rarity by which its examples cost more: 0 none, 1 wholly.
	balance = 0.9
	// unsaid is how many more features, such as no example has, each mail is taken to have: a mail of few words says little, and
	// is not believed as much as a long one.
	unsaid = 11
	// blockRows is how many rows' weights are laid out together. Blocks need neither moving nor reserve when there are more.
	blockRows = 1 << 10
	// maxWeights bounds the memory of the weights: 20 MB.
	maxWeights = 5 << 20
)

func newLinear(labels int) *linear {
	l := &linear{stride: 8}
	for l.stride < labels {
		l.stride *= 2
	}
	l.labels = labels
	l.index = newTable(maxWeights / l.stride)
	return l
}

// widen makes room for one more label.
func (l *linear) widen() {
	l.labels++
	if l.labels <= l.stride {
		return
	}
	old, stride := l.weights, l.stride
	l.stride *= 2
	// A table that holds more rows than the new limit keeps them; it only takes no more.
	l.index.limit = max(maxWeights/l.stride, l.index.n)
	l.weights = nil
	for _, block := range old {
		wide := make([]float32, blockRows*l.stride)
		for r := range blockRows {
			copy(wide[r*l.stride:], block[r*stride:(r+1)*stride])
		}
		l.weights = append(l.weights, wide)
	}
}

// grow adds rows up to the index's size.
func (l *linear) grow() {
	for len(l.rows) < l.index.n {
		if len(l.rows)%blockRows == 0 {
			l.weights = append(l.weights, make([]float32, blockRows*l.stride))
		}
		l.rows, l.lnDF = append(l.rows, row{}), append(l.lnDF, 0)
	}
}

// weightsOf returns a row's weights, by label.
func (l *linear) weightsOf(row uint32) []float32 {
	return l.weights[row/blockRows][int(row%blockRows)*l.stride:][:l.stride]
}

// width is how many labels are added up at a time: a multiple of four, of which those beyond the labels are zero.
func (l *linear) width() int { return (l.labels + 3) &^ 3 }

// A packed feature of a kept example: its row, kind and count in one word.
type packed uint32

const rowBits, kindBits = 20, 3

func pack(row uint32, kind, count uint8) packed {
	return packed(row | uint32(kind)<<rowBits | uint32(count)<<(rowBits+kindBits))
}
func (p packed) row() uint32    { return uint32(p) & (1<<rowBits - 1) }
func (p packed) value() float32 { return countValue[p.kind()][uint32(p)>>(rowBits+kindBits)] }
func (p packed) kind() uint8    { return uint8(uint32(p) >> rowBits & (1<<kindBits - 1)) }

// idf weighs a row by its rarity among n examples. It stays positive also for a row that several features share because
// the table is full, and which may seem to be in more examples than there are.
func (l *linear) idf(row uint32, lnN float32) float32 { return max(0.1, 1+lnN-l.lnDF[row]) }

func lnPlus1(n int) float32 { return float32(math.Log(1 + float64(n))) }

// scales fills s with what each feature's raw value is multiplied by in a margin, and returns the length of the weighed
// vector, or 0 if there is nothing to weigh. The rarity enters twice, once for the mail and once for the examples, whose
// share of the weights is raw.
func (l *linear) scales(fs []packed, lnN float32, s []float32) (length float32) {
	sum := float32(0)
	for i, f := range fs {
		idf := l.idf(f.row(), lnN)
		v := f.value()
		s[i] = v * idf * idf
		sum += v * s[i]
	}
	if sum == 0 {
		return 0
	}
	rarest := 1 + lnN // of what no example has
	return float32(math.Sqrt(float64(sum + unsaid*rarest*rarest)))
}

// margins adds up each label's margin.
func (l *linear) margins(fs []packed, s []float32, length float32, out []float32) {
	clear(out)
	for i, f := range fs {
		addScaled(out, s[i]/length, l.weightsOf(f.row()))
	}
}

// nudge adds change × features to the weights.
func (l *linear) nudge(fs []packed, change []float32) {
	for _, f := range fs {
		addScaled(l.weightsOf(f.row())[:len(change)], f.value(), change)
	}
}

// addScaled adds c × x to out, eight or four at a time: a good part of the learner's time is spent here. The race detector would
// look at each number, and halve the speed; it does not look here, as who shares a learner is seen wherever else it is touched.
//
//go:norace
func addScaled(out []float32, c float32, x []float32) {
	for len(out) >= 8 && len(x) >= 8 {
		o, y := (*[8]float32)(out), (*[8]float32)(x)
		o[0] += c * y[0]
		o[1] += c * y[1]
		o[2] += c * y[2]
		o[3] += c * y[3]
		o[4] += c * y[4]
		o[5] += c * y[5]
		o[6] += c * y[6]
		o[7] += c * y[7]
		out, x = out[8:], x[8:]
	}
	for len(out) >= 4 && len(x) >= 4 {
		o, y := (*[4]float32)(out), (*[4]float32)(x)
		o[0] += c * y[0]
		o[1] += c * y[1]
		o[2] += c * y[2]
		o[3] += c * y[3]
		out, x = out[4:], x[4:]
	}
	for i := range min(len(out), len(x)) {
		out[i] += c * x[i]
	}
}

// kept is an example that can be visited again and unlearned.
type kept struct {
	id         string
	label      int
	features   []packed
	duals      []float32 // by label: its share of the weights, already divided by its length
	wordLength float32   // of its words alone, when it was learned
	start      []float32 // by label: the margin that was there before anything was learned; nil for none
	open       []bool    // by label: what the example says nothing about; nil for none
	live       bool
}

// visit takes an example to its optimum. price is the cost for its label.
func (l *linear) visit(e *kept, lnN, price float32, s *scratch) {
	s.size(len(e.features), l.width())
	length := l.scales(e.features, lnN, s.scale)
	if length == 0 {
		return
	}
	l.margins(e.features, s.scale, length, s.margin)
	for len(e.duals) < l.labels {
		e.duals = append(e.duals, 0)
	}
	half := 1 / (2 * price)
	moved := false
	for k := range e.start {
		s.margin[k] += e.start[k]
	}
	for k := range l.labels {
		if e.open != nil && e.open[k] {
			continue
		}
		y := float32(-1)
		if k == e.label {
			y = 1
		}
		a := y * e.duals[k] * length
		gradient := y*s.margin[k] - 1 + a*half
		b := max(0, a-gradient/(1+half))
		d := y * (b - a) / length
		e.duals[k] += d
		s.change[k] = d
		moved = moved || d != 0
	}
	if moved {
		l.nudge(e.features, s.change)
	}
}

// scratch is memory used again between visits.
type scratch struct{ scale, margin, change []float32 }

func (s *scratch) size(features, labels int) {
	if cap(s.scale) < features {
		s.scale = make([]float32, 2*features)
	}
	s.scale = s.scale[:features]
	if cap(s.margin) < labels {
		s.margin, s.change = make([]float32, 2*labels), make([]float32, 2*labels)
	}
	s.margin, s.change = s.margin[:labels], s.change[:labels]
	clear(s.change)
}
