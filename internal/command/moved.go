package command

// reach is how many atoms around a place are looked at to tell words that moved from words that are new.
const reach = 60

// settle takes back what only moved. An HTML part says the same as the text part in another order, a table's cells come
// back one by one, and a code printed on a button must not become a command because it stands elsewhere now. Words in
// or below a quotation are such, if each of them is missing close by from a line that otherwise came back. What is
// typed next to a row leaves the row whole, and is new.
func (a *answer) settle() {
	back := a.cameBack()
	for i := 0; i < len(a.from); {
		if a.from[i] >= 0 {
			i++
			continue
		}
		line, end, some := a.got.atoms[i].line, i, []int{}
		for ; end < len(a.from) && a.got.atoms[end].line == line; end++ {
			if a.from[end] < 0 {
				some = append(some, end)
			}
		}
		before, after := a.neighbour(i, -1), a.neighbour(end-1, 1)
		if before >= 0 && a.allMissing(some, before, after, back) {
			for _, n := range some {
				a.from[n] = before
			}
		}
		i = end
	}
}

// cameBack tells for each atom sent whether it came back, and for each line sent whether any of it did.
func (a *answer) cameBack() (back struct{ atom, line []bool }) {
	back.atom, back.line = make([]bool, len(a.sent.atoms)), make([]bool, len(a.sent.raw))
	for _, f := range a.from {
		if f >= 0 {
			back.atom[f], back.line[a.sent.atoms[f].line] = true, true
		}
	}
	return back
}

// neighbour returns the atom sent that the nearest old atom before or behind i is, -1 if there is none close by.
func (a *answer) neighbour(i, step int) int {
	for n := 0; n < 4*reach && i >= 0 && i < len(a.from); n, i = n+1, i+step {
		if a.from[i] >= 0 {
			return a.from[i]
		}
	}
	return -1
}

// allMissing tells whether each of these atoms received is missing near one of two places.
func (a *answer) allMissing(some []int, before, after int, back struct{ atom, line []bool }) bool {
	if len(some) > reach {
		return false
	}
	missing := map[string]bool{}
	for _, around := range []int{before, max(after, before)} {
		for i := max(0, around-reach); i < min(len(a.sent.atoms), around+reach); i++ {
			if !back.atom[i] && back.line[a.sent.atoms[i].line] {
				missing[a.sent.atoms[i].id] = true
			}
		}
	}
	for _, i := range some {
		if !missing[a.got.atoms[i].id] {
			return false
		}
	}
	return true
}
