package command

import (
	"slices"
	"strings"
	"unicode"
)

// Sent is a mail of the bot's own, as far as finding somebody's words in it needs it.
type Sent struct {
	Renderings []string // its text part, and its HTML part as package message reads it; answers quote the one or the other
	Prefix     string   // of request numbers
	Listed     []int64  // the requests it listed, in order
}

// maxAtoms bounds the work on one mail. What a mail holds beyond it is not taken as new.
const maxAtoms = 400_000

// NewWords returns what an author added to the mail when they answered it: each line that has new words, in order, with
// quote marks off. received is the answer's whole text. Wrapping, quote marks, white space, emphasis marks and web
// addresses make no difference; nor does what mail programs write above a quotation. Words typed into a list, beside the
// row of a request or directly below it, come back behind its number: "SR-12 1-3".
//
// What the bot sent never comes back as new, as long as it comes back in pieces of eight words or with quote marks.
// A word that the bot had used and that the author typed again is new. Near-linear in both texts, and capped.
func (s Sent) NewWords(received string) string { return s.compare(received).lines(s) }

// Doubtful returns the lines that may be their author's or the quotation's, and that NewWords leaves out: where the
// quotation ends, the number or code that the mail had next, such as a "2" where "2. …" was to follow. Within a list they
// come back behind the row's number, too.
func (s Sent) Doubtful(received string) []string { return s.compare(received).doubtful(s) }

// compare compares a text with the rendering that explains most of it.
func (s Sent) compare(received string) *answer {
	got := cut(received)
	var best *answer
	for _, rendering := range s.Renderings {
		a := compare(cut(rendering), got)
		if best == nil || a.added < best.added {
			best = a
		}
	}
	if best == nil {
		best = compare(&pieces{}, got)
	}
	return best
}

// atom is the least piece of text that is compared: a word, a number, or a run of one sign.
type atom struct {
	id       string // folded
	line     int
	from, to int // bytes in the line
}

// pieces is a text, cut.
type pieces struct {
	raw    []string // lines
	quoted []bool   // lines that bear a quote mark
	blank  []bool
	atoms  []atom
}

func cut(whole string) *pieces {
	p := &pieces{}
	whole = strings.ReplaceAll(whole, "\r\n", "\n")
	for raw := range strings.SplitSeq(whole, "\n") {
		p.line(raw)
		if len(p.atoms) >= maxAtoms {
			break
		}
	}
	return p
}

func (p *pieces) line(raw string) {
	n, before := len(p.raw), len(p.atoms)
	p.raw = append(p.raw, raw)
	p.quoted = append(p.quoted, write(raw[:min(len(raw), 80)]).quoted())
	for i := 0; i < len(raw); {
		if skip := linked(raw[i:]); skip > 0 && (i == 0 || !asciiLetter(raw[i-1])) {
			i += skip
			continue
		}
		a, size := nextAtom(raw[i:])
		if a != "" {
			p.atoms = append(p.atoms, atom{a, n, i, i + size})
		}
		i += size
	}
	p.blank = append(p.blank, len(p.atoms) == before)
}

func asciiLetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }

// linked returns how long a web address, mail link or image's place-holder is that begins here, 0 if none does. Mail
// programs add, wrap and rewrite those.
func linked(s string) int {
	for _, scheme := range []string{"http://", "https://", "mailto:", "tel:", "cid:", "[cid:", "[image:"} {
		if len(s) < len(scheme) || !strings.EqualFold(s[:len(scheme)], scheme) {
			continue
		}
		closing := " \t>)\""
		if scheme[0] == '[' {
			closing = "]"
		}
		if end := strings.IndexAny(s, closing); end > 0 {
			return end
		}
		return len(s)
	}
	return 0
}

// nextAtom reads the atom at the beginning of s, "" for what is not compared: spaces, invisible characters, and the
// signs with which mail programs quote, emphasise and draw tables.
func nextAtom(s string) (id string, size int) {
	var kind int
	var last rune
	var b strings.Builder
	for i, r := range s {
		f := foldRune(r)
		now := 3 // a sign
		switch {
		case unicode.IsLetter(f) || unicode.IsMark(f):
			now = 1
		case unicode.IsDigit(f):
			now = 2
		case f == ' ' || invisible(f) && !override(f) || unicode.IsControl(f) || strings.ContainsRune("><|*_•·\"'`", f):
			now = 4
		}
		if i > 0 && (now != kind || now == 3 && f != last || i >= 64) {
			return b.String(), i
		}
		if now < 3 || now == 3 && i == 0 {
			b.WriteRune(f)
		}
		kind, last = now, f
	}
	return b.String(), len(s)
}

// answer is a received text, compared with what was sent.
type answer struct {
	sent, got *pieces
	from      []int // for each atom received, the atom sent that it is; -1 if it is new
	added     int   // atoms that are not where they were in what was sent
}

func compare(sent, got *pieces) *answer {
	a := &answer{sent: sent, got: got, from: align(sent.atoms, got.atoms)}
	a.slide()
	a.believe()
	a.mend()
	for _, f := range a.from {
		if f < 0 {
			a.added++
		}
	}
	a.settle()
	return a
}

// slide moves what is new to where its author will have put it. When "SR-14 2-3" is typed above a line that begins with
// "SR-14", the first or the second "SR-14" could be the one sent; whole lines are likelier than pieces of two.
func (a *answer) slide() {
	const furthest = 32
	atoms, n := a.got.atoms, len(a.from)
	whole := func(i, j int) int {
		score := 0
		if i == 0 || atoms[i-1].line != atoms[i].line {
			score++
		}
		if j == n || atoms[j].line != atoms[j-1].line {
			score++
		}
		return score
	}
	for i := 0; i < n; i++ {
		if a.from[i] >= 0 {
			continue
		}
		j := i + 1
		for j < n && a.from[j] < 0 {
			j++
		}
		best, at := whole(i, j), 0
		steps := 0
		for best < 2 && steps < furthest && i > steps && a.from[i-steps-1] >= 0 && atoms[i-steps-1].id == atoms[j-steps-1].id {
			steps++
			if score := whole(i-steps, j-steps); score > best {
				best, at = score, steps
			}
		}
		for k := 1; k <= at; k++ {
			a.from[j-k], a.from[i-k] = a.from[i-k], -1
		}
		steps, at = 0, 0
		for best < 2 && steps < furthest && j+steps < n && a.from[j+steps] >= 0 && atoms[i+steps].id == atoms[j+steps].id {
			steps++
			if score := whole(i+steps, j+steps); score > best {
				best, at = score, steps
			}
		}
		for k := range at {
			a.from[i+k], a.from[j+k] = a.from[j+k], -1
		}
		i = j + at - 1
	}
}

// block is a run of atoms that came back as they were sent.
type block struct {
	sent, got, size int
	quotation       bool // too long for chance, or the continuation of one that is
}

const (
	tellingSize = 8  // atoms: so many in a row are a quotation
	linkSize    = 5  // atoms: so many are one close behind a quotation
	linkGap     = 12 // atoms
)

// believe forgets matches that are too short to be a quotation: who types "1-3" under a list has not quoted the list's
// own "1-3". A short match counts if nothing that was sent is missing between it and a quotation, and if its line bears
// a quote mark.
func (a *answer) believe() {
	blocks := a.blocks()
	last := -1 // the nearest quotation before, then behind
	for i := range blocks {
		if last >= 0 && follows(blocks[i], blocks[i].sent-blocks[last].sent-blocks[last].size) {
			blocks[i].quotation = true
		}
		if blocks[i].quotation {
			last = i
		}
	}
	last = -1
	for i := len(blocks) - 1; i >= 0; i-- {
		if last >= 0 && follows(blocks[i], blocks[last].sent-blocks[i].sent-blocks[i].size) {
			blocks[i].quotation = true
		}
		if blocks[i].quotation {
			last = i
		}
	}
	for _, b := range blocks {
		for i := b.got; !b.quotation && i < b.got+b.size; i++ {
			if !a.got.quoted[a.got.atoms[i].line] {
				a.from[i] = -1
			}
		}
	}
}

// follows tells whether a block continues a quotation from which so many atoms sent divide it.
func follows(b block, gap int) bool { return gap == 0 || gap <= linkGap && b.size >= linkSize }

func (a *answer) blocks() []block {
	var all []block
	for i, f := range a.from {
		if f < 0 {
			continue
		}
		if n := len(all) - 1; n >= 0 && all[n].got+all[n].size == i && all[n].sent+all[n].size == f {
			all[n].size++
			all[n].quotation = all[n].size >= tellingSize
			continue
		}
		all = append(all, block{sent: f, got: i, size: 1})
	}
	return all
}

// mend gives the beginning of a line back to its author where chance took it for what was sent next. Who types "1-3" below
// a row, where the quotation ends and a line "1. …" had followed, typed all of it, and not "3". Such a line bears no quote
// mark; what matches begins a line sent, does not end it, and is followed by nothing that was sent.
func (a *answer) mend() {
	for i := 0; i < len(a.from); {
		line, end, same := a.got.atoms[i].line, i, i
		for ; end < len(a.from) && a.got.atoms[end].line == line; end++ {
			if same == end && a.from[end] >= 0 {
				same++
			}
		}
		more := slices.ContainsFunc(a.from[same:end], func(f int) bool { return f >= 0 })
		if same > i && same < end && same-i < linkSize && !more && !a.got.quoted[line] && a.torn(a.from[i], a.from[same-1]) {
			for n := i; n < same; n++ {
				a.from[n] = -1
			}
		}
		i = end
	}
}

// torn tells whether atoms sent begin a line and leave its end out.
func (a *answer) torn(first, last int) bool {
	begins := first == 0 || a.sent.atoms[first-1].line != a.sent.atoms[first].line
	ends := last+1 == len(a.sent.atoms) || a.sent.atoms[last+1].line != a.sent.atoms[last].line
	return begins && !ends
}

// doubtful finds whole lines without a quote mark, of no more atoms than a code has, that begin a line sent, leave its end
// out, and are the last of what was sent.
func (a *answer) doubtful(s Sent) []string {
	var all []string
	rows := a.rows(s)
	for i := 0; i < len(a.from); {
		line, end := a.got.atoms[i].line, i
		for ; end < len(a.from) && a.got.atoms[end].line == line; end++ {
		}
		old := !slices.ContainsFunc(a.from[i:end], func(f int) bool { return f < 0 })
		if old && end-i <= 3 && !a.got.quoted[line] && a.torn(a.from[i], a.from[end-1]) && !a.continued(end) {
			said := strings.TrimSpace(a.got.raw[line])
			if row := a.rowBeside(line, rows); row > 0 {
				said = beside(said, row, s.Prefix)
			}
			all = append(all, said)
		}
		i = end
	}
	return all
}

// continued tells whether anything that was sent comes back from here on.
func (a *answer) continued(i int) bool {
	return slices.ContainsFunc(a.from[i:], func(f int) bool { return f >= 0 })
}
