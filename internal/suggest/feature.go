package suggest

import (
	"math"
	"strings"
	"unicode/utf8"
)

// A feature is a hash of what it stands for. Kinds of features are hashed apart and weigh differently, as measured on
// public ticket corpora: pieces of words help with typing errors, inflection and languages, but there are many of them.
const (
	kindWord    = iota // a word
	kindPair           // two words that follow each other
	kindSubject        // a word of the subject
	kindPiece          // four letters of a word, its ends marked
	kindKnown          // what is known or understood of a mail besides its words: its author, attachments, concepts met
	kindOpinion        // the code that the rules would give
	kinds
)

var kindWeight = [kinds]float32{1, 0.7, 1, 0.6, 0.6, 1}

// maxFeatures bounds the features of one mail; a long mail's last words are left out.
const maxFeatures = 2000

// counted is one feature of a mail and how often it occurs in it.
type counted struct {
	hash  uint32
	kind  uint8
	count uint8 // up to maxCount
}

const maxCount = 15

// value of a feature before its rarity is weighed: a word said four times counts 2.4 times as much.
var countValue = func() (v [kinds][maxCount + 1]float32) {
	for k := range v {
		for n := 1; n <= maxCount; n++ {
			v[k][n] = kindWeight[k] * float32(1+math.Log(float64(n)))
		}
	}
	return v
}()

// extractor counts features, in the order of their first occurrence.
type extractor struct {
	list []counted
	at   [maxSlots]uint16 // open-addressed: where in list a feature is, plus one
}

const maxSlots = 4096 // a power of two, over twice maxFeatures

// How many features say which code the rules would give, that is how much it counts: to a desk, which may decide otherwise on
// the whole, and to the textbook, which starts from what the rules say.
const deskEchoes, bookEchoes = 7, 1

// features returns what a learner sees of a mail, and of the rules' opinion of it, if there is one.
func features(m *scanned, o *opinion, echoes int) []counted {
	x := &extractor{list: make([]counted, 0, 512)}
	x.given(m)
	if o != nil {
		x.understood(o, echoes)
	}
	for _, t := range m.subject {
		x.add(hashString(kindSubject, t.fold), kindSubject)
	}
	previous := uint32(0)
	for _, words := range [...][]token{m.subject, m.text} {
		for _, t := range words {
			h := hashString(kindWord, t.fold)
			x.add(h, kindWord)
			if previous != 0 {
				x.add(mix(previous*31+h), kindPair)
			}
			previous = h
			x.pieces(t.fold)
		}
	}
	return x.list
}

// given adds what is known of a mail besides its words.
func (x *extractor) given(m *scanned) {
	for i, s := range [...]string{m.Title, m.Campus, m.Team, m.Requester} {
		if s != "" {
			x.add(hashString(kindKnown+uint32(i)<<8, strings.ToLower(s)), kindKnown)
		}
	}
	for _, name := range m.Attachments {
		if i := strings.LastIndexByte(name, '.'); i >= 0 {
			x.add(hashString(kindKnown+4<<8, strings.ToLower(name[i:])), kindKnown)
		}
	}
}

// understood adds what the rules make of a mail: the concepts that it met, and the code that they would give. So the learner
// finds out soon where a desk decides otherwise than the lexicon thinks.
func (x *extractor) understood(o *opinion, echoes int) {
	for i, name := range o.lexicon.names[:len(o.lexicon.concepts)] {
		if o.met[i] {
			x.add(hashString(kindKnown+5<<8, name), kindKnown)
		}
		if o.by[i] {
			x.add(hashString(kindKnown+6<<8, name), kindKnown)
		}
	}
	for _, r := range o.fired {
		if alert := o.lexicon.rules[r].alert; alert != "" {
			for i := range uint32(3) {
				x.add(hashString(kindKnown+(7+i)<<8, alert), kindKnown)
			}
		}
	}
	first := 0
	for k := range o.logp {
		if o.logp[k] > o.logp[first] {
			first = k
		}
	}
	for i := range uint32(echoes) {
		x.add(mix(uint32(first)<<8+i+1), kindOpinion)
	}
}

func (x *extractor) add(h uint32, kind uint8) {
	i := h % maxSlots
	for ; x.at[i] != 0; i = (i + 1) % maxSlots {
		if f := &x.list[x.at[i]-1]; f.hash == h {
			f.count = min(f.count+1, maxCount)
			return
		}
	}
	if len(x.list) == maxFeatures {
		return
	}
	x.list = append(x.list, counted{hash: h, kind: kind, count: 1})
	x.at[i] = uint16(len(x.list))
}

// pieces adds the runs of four letters of a word between marks, or what there is of a shorter one.
func (x *extractor) pieces(word string) {
	var marked [34]byte
	marked[0] = '<'
	n := 1 + copy(marked[1:33], word)
	marked[n] = '>'
	s := marked[:n+1]
	for i := range s {
		if !utf8.RuneStart(s[i]) {
			continue
		}
		end, letters := i, 0
		for ; end < len(s) && letters < pieceLetters; letters++ {
			_, size := utf8.DecodeRune(s[end:])
			end += size
		}
		if i > 0 && letters < pieceLetters {
			break
		}
		x.add(hashBytes(kindPiece, s[i:end]), kindPiece)
	}
}

// pieceLetters is how many letters, or marks of a word's ends, are looked at together.
const pieceLetters = 4

// FNV-1a, 32 bits, with a last mixing because rows are found by the low bits.
const fnvOffset, fnvPrime = 2166136261, 16777619

func hashString(seed uint32, s string) uint32 {
	h := uint32(fnvOffset) ^ seed
	for i := 0; i < len(s); i++ {
		h = (h ^ uint32(s[i])) * fnvPrime
	}
	return mix(h ^ seed<<24)
}

func hashBytes(seed uint32, s []byte) uint32 {
	h := uint32(fnvOffset) ^ seed
	for _, c := range s {
		h = (h ^ uint32(c)) * fnvPrime
	}
	return mix(h ^ seed<<24)
}

func mix(h uint32) uint32 {
	h ^= h >> 16
	h *= 0x7feb352d
	h ^= h >> 15
	h *= 0x846ca68b
	h ^= h >> 16
	if h == 0 {
		return 1 // 0 marks an empty slot
	}
	return h
}
