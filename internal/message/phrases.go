package message

import "slices"

// phraseSet finds which of many phrases a text contains, in one pass over it: the first three bytes of the phrases are
// looked up in a filter at each position, and the few positions that pass are compared. The work is bounded by the
// length of the text times the number of phrases that begin alike.
type phraseSet struct {
	filter [1 << phraseBits / 64]uint64
	byHead map[uint32][]string
}

const phraseBits = 13

// phrases makes a set. Phrases are in lower case and at least three bytes long.
func phrases(list ...string) *phraseSet {
	p := &phraseSet{byHead: map[uint32][]string{}}
	for _, s := range list {
		if len(s) < 3 {
			panic("message: a phrase of less than three bytes: " + s)
		}
		head := phraseHead(s, 0)
		h := phraseHash(head)
		p.filter[h/64] |= 1 << (h % 64)
		p.byHead[head] = append(p.byHead[head], s)
	}
	return p
}

func phraseHead(s string, i int) uint32 {
	return uint32(s[i]) | uint32(s[i+1])<<8 | uint32(s[i+2])<<16
}

func phraseHash(head uint32) uint32 { return head * 2654435761 >> (32 - phraseBits) }

// in tells whether a text in lower case contains one of the phrases.
func (p *phraseSet) in(text string) bool { return p.find(text, 1) > 0 }

// find counts the different phrases that a text in lower case contains, up to a limit.
func (p *phraseSet) find(text string, limit int) int {
	n := 0
	var seen []string
	for i := 0; i+3 <= len(text); i++ {
		head := phraseHead(text, i)
		if h := phraseHash(head); p.filter[h/64]&(1<<(h%64)) == 0 {
			continue
		}
		for _, s := range p.byHead[head] {
			if len(s) > len(text)-i || text[i:i+len(s)] != s || slices.Contains(seen, s) {
				continue
			}
			if n++; n >= limit {
				return n
			}
			seen = append(seen, s)
		}
	}
	return n
}

// like returns the phrases that begin as a text does.
func (p *phraseSet) like(text string) []string {
	if len(text) < 3 {
		return nil
	}
	return p.byHead[phraseHead(text, 0)]
}
