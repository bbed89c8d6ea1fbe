package suggest

import (
	"math"
	"slices"
)

// Neighbours are kept examples that share rare words with a mail. They vote for their labels, and are named as reasons.

const (
	// voteSlack is how many votes are held back for labels without a near example, shared alike.
	voteSlack = 0.1
	// commonWord is the share of examples from which a word says nothing about likeness.
	commonWord = 0.08
	// fewExamples may share any word and still be alike.
	fewExamples = 50
	// manyExamples are too many to go through for one word.
	manyExamples = 400
	// near is the likeness from which an example is named as a reason.
	near = 0.35
)

// post is an example that has a feature, and how often.
type post uint32

const postBits = 24

func (p post) example() int          { return int(p & (1<<postBits - 1)) }
func (p post) value() float32        { return countValue[kindWord][p>>postBits] }
func makePost(at int, f packed) post { return post(at) | post(uint32(f)>>(rowBits+kindBits))<<postBits }

// drop takes an example out of those that have a feature. The oldest is the first, if it was not learned anew.
func (r *row) drop(example int) {
	if r.posts[0].example() == example {
		r.posts = r.posts[1:]
		return
	}
	r.posts = slices.DeleteFunc(r.posts, func(p post) bool { return p.example() == example })
}

// likeness fills sims, by position of kept example, with the cosine between its words and the mail's.
func (l *learner) likeness(fs []packed, sims []float32) []float32 {
	if cap(sims) < len(l.kept) {
		sims = make([]float32, len(l.kept)+len(l.kept)/4)
	}
	sims = sims[:len(l.kept)]
	clear(sims)
	lnN := lnPlus1(l.n)
	length := l.wordLength(fs, lnN)
	if length == 0 {
		return sims
	}
	most := max(fewExamples, min(manyExamples, int(commonWord*float64(l.n))))
	for _, f := range fs {
		if f.kind() != kindWord {
			continue
		}
		r := &l.linear.rows[f.row()]
		if len(r.posts) == 0 || len(r.posts) > most {
			continue
		}
		idf := l.linear.idf(f.row(), lnN)
		c := f.value() * idf * idf / length
		for _, p := range r.posts {
			sims[p.example()] += c * p.value()
		}
	}
	for i := range sims {
		if sims[i] != 0 { // then the example has words, and a length
			sims[i] /= l.kept[i].wordLength
		}
	}
	return sims
}

// wordLength is the length of a vector's words alone, weighed by rarity.
func (l *learner) wordLength(fs []packed, lnN float32) float32 {
	sum := float32(0)
	for _, f := range fs {
		if f.kind() == kindWord {
			v := f.value() * l.linear.idf(f.row(), lnN)
			sum += v * v
		}
	}
	return float32(math.Sqrt(float64(sum)))
}

// votes returns the logarithm of each label's share of the votes. A vote is the fourth power of likeness, so that a few
// near examples outweigh many far ones.
func (l *learner) votes(sims []float32, out []float64) {
	clear(out)
	all := voteSlack
	for i, s := range sims {
		if s > 0.02 {
			v := float64(s) * float64(s)
			v *= v
			out[l.kept[i].label] += v
			all += v
		}
	}
	for k := range out {
		out[k] = math.Log((out[k] + voteSlack/float64(len(out))) / all)
	}
}

// like returns the ids of up to n examples with a label that are near, the nearest first.
func (l *learner) like(sims []float32, label, n int) []string {
	var best []int
	for i, s := range sims {
		if s < near || l.kept[i].label != label {
			continue
		}
		best = append(best, i)
	}
	slices.SortStableFunc(best, func(a, b int) int {
		switch {
		case sims[a] > sims[b]:
			return -1
		case sims[a] < sims[b]:
			return 1
		}
		return 0
	})
	var out []string
	for _, i := range best[:min(n, len(best))] {
		out = append(out, l.kept[i].id)
	}
	return out
}
