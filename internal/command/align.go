package command

import "slices"

// align finds, for each atom received, the atom sent that it most likely is, -1 for none; matches go forward in both.
// Long runs that occur once in each text are matched first, then what lies between them, so that the time stays near
// linear; the few small stretches left over are compared exactly.
func align(sent, got []atom) []int {
	ids := map[string]int32{}
	number := func(atoms []atom) []int32 {
		out := make([]int32, len(atoms))
		for i, a := range atoms {
			id, ok := ids[a.id]
			if !ok {
				id = int32(len(ids) + 1)
				ids[a.id] = id
			}
			out[i] = id
		}
		return out
	}
	al := &aligner{sent: number(sent), got: number(got), from: make([]int, len(got)), budget: 4 << 20}
	for i := range al.from {
		al.from[i] = -1
	}
	al.match(0, len(al.sent), 0, len(al.got), runSizes)
	return al.from
}

// runSizes are the lengths of runs that are looked for, one after the other.
var runSizes = []int{16, 8, 4, 2, 1}

type aligner struct {
	sent, got []int32
	from      []int
	budget    int // cells that exact comparison may still fill
}

const exactCells = 1 << 18 // stretches up to this product are compared exactly at once

// match aligns sent[a:b] with got[c:d].
func (al *aligner) match(a, b, c, d int, sizes []int) {
	for a < b && c < d && al.sent[a] == al.got[c] {
		al.from[c] = a
		a, c = a+1, c+1
	}
	for a < b && c < d && al.sent[b-1] == al.got[d-1] {
		b, d = b-1, d-1
		al.from[d] = b
	}
	if a == b || c == d {
		return
	}
	cells := (b - a) * (d - c)
	if cells <= exactCells && cells <= al.budget {
		al.budget -= cells
		al.exact(a, b, c, d)
		return
	}
	if len(sizes) == 0 {
		al.give(a, c, d)
		return
	}
	pairs := rising(al.unique(a, b, c, d, sizes[0]))
	for _, p := range pairs {
		if p[0] < a || p[1] < c { // covered by the run before
			continue
		}
		al.match(a, p[0], c, p[1], sizes[1:])
		a, c = p[0], p[1]
		for a < b && c < d && al.sent[a] == al.got[c] {
			al.from[c] = a
			a, c = a+1, c+1
		}
	}
	al.match(a, b, c, d, sizes[1:])
}

// give treats a stretch that would cost too much to compare as sent, which can only lose a command, never invent one.
func (al *aligner) give(a, c, d int) {
	for i := c; i < d; i++ {
		al.from[i] = a
	}
}

// unique returns the places of runs that occur exactly once in both stretches, in the order received.
func (al *aligner) unique(a, b, c, d, size int) [][2]int {
	type seen struct{ sent, got, inSent, inGot int }
	runs := map[uint64]*seen{}
	at := func(atoms []int32, i int) *seen {
		h := uint64(14695981039346656037) // FNV-1a
		for _, id := range atoms[i : i+size] {
			h = (h ^ uint64(id)) * 1099511628211
		}
		s := runs[h]
		if s == nil {
			s = &seen{}
			runs[h] = s
		}
		return s
	}
	for i := a; i+size <= b; i++ {
		s := at(al.sent, i)
		s.sent, s.inSent = i, s.inSent+1
	}
	for i := c; i+size <= d; i++ {
		s := at(al.got, i)
		s.got, s.inGot = i, s.inGot+1
	}
	var pairs [][2]int
	for _, s := range runs {
		if s.inSent == 1 && s.inGot == 1 && slices.Equal(al.sent[s.sent:s.sent+size], al.got[s.got:s.got+size]) {
			pairs = append(pairs, [2]int{s.sent, s.got})
		}
	}
	slices.SortFunc(pairs, func(x, y [2]int) int { return x[1] - y[1] })
	return pairs
}

// rising returns the longest chain of pairs that goes forward in both texts (patience sorting).
func rising(pairs [][2]int) [][2]int {
	var tails []int // index of the pair that ends the best chain of each length
	before := make([]int, len(pairs))
	for i, p := range pairs {
		n, _ := slices.BinarySearchFunc(tails, p[0], func(t, target int) int { return pairs[t][0] - target })
		before[i] = -1
		if n > 0 {
			before[i] = tails[n-1]
		}
		if n == len(tails) {
			tails = append(tails, i)
		} else {
			tails[n] = i
		}
	}
	chain := make([][2]int, len(tails))
	if len(tails) == 0 {
		return nil
	}
	for i, at := len(tails)-1, tails[len(tails)-1]; i >= 0; i, at = i-1, before[at] {
		chain[i] = pairs[at]
	}
	return chain
}

// exact matches two small stretches by their longest common subsequence.
func (al *aligner) exact(a, b, c, d int) {
	n, m := b-a, d-c
	best := make([]int32, (n+1)*(m+1))
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			if al.sent[a+i] == al.got[c+j] {
				best[i*(m+1)+j] = best[(i+1)*(m+1)+j+1] + 1
			} else {
				best[i*(m+1)+j] = max(best[(i+1)*(m+1)+j], best[i*(m+1)+j+1])
			}
		}
	}
	for i, j := 0, 0; i < n && j < m; {
		switch {
		case al.sent[a+i] == al.got[c+j]:
			al.from[c+j] = a + i
			i, j = i+1, j+1
		case best[(i+1)*(m+1)+j] >= best[i*(m+1)+j+1]:
			i++
		default:
			j++
		}
	}
}
