package compose

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// What is decided is said in English where it is decided, since that is what the ledger, the shell and the outbox keep of it:
// "SR-3 was resolved by Kim Tran: reopen it first". A mail in another language says it in the words of that language's
// phrasebook. What stands in no phrasebook, such as a desk's own chart, is printed as it is.

// phrasebook says in one language what the program says in English.
type phrasebook struct {
	exact map[string]string
	forms []wording // with something filled in, those with the most words first
	tails []wording // what goes on behind another phrase, in the same order
}

// wording is a phrase that something is filled into: literal, filled in, literal, … and the same in the other language.
type wording struct {
	english []string // the literals between what is filled in
	words   int      // bytes of them
	other   []slot
}

// slot is a literal of the other language and what is filled in behind it.
type slot struct {
	literal string
	hole    int  // which, from 1; 0 for none
	said    bool // what is filled in is itself to be said in the other language
}

// phrasesIn tells whether a file holds phrases, and in which language: "shared/phrases.es.txt".
func phrasesIn(name string) (language string, ok bool) {
	rest, ok := strings.CutPrefix(path.Base(name), "phrases.")
	return strings.TrimSuffix(rest, ".txt"), ok
}

// parsePhrases reads a phrasebook: a phrase, and on the next line the same in the other language. Lines that are empty or
// begin with "# " are passed over.
func parsePhrases(text string) (*phrasebook, error) {
	b := &phrasebook{exact: map[string]string{}}
	english, number := "", 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimRight(line, "\r\n")
		switch {
		case line == "" || strings.HasPrefix(line, "# "):
		case english == "":
			english = line
		default:
			if err := b.add(english, strings.TrimPrefix(line, "…")); err != nil {
				return nil, fmt.Errorf("line %d: %w", number, err)
			}
			english = ""
		}
	}
	if english != "" {
		return nil, fmt.Errorf("%q is said in no other language: below each phrase stands its translation", english)
	}
	most := func(a, b wording) int { return cmp.Compare(b.words, a.words) }
	slices.SortStableFunc(b.forms, most)
	slices.SortStableFunc(b.tails, most)
	return b, nil
}

func (b *phrasebook) add(english, other string) error {
	english, isTail := strings.CutPrefix(english, "…")
	if !isTail && !strings.Contains(english, "%") {
		if _, twice := b.exact[english]; twice {
			return fmt.Errorf("%q stands there twice", english)
		}
		b.exact[english] = other
		return nil
	}
	p := wording{english: strings.Split(english, "%")}
	p.words = len(english) - len(p.english) + 1
	var err error
	if p.other, err = slots(other, len(p.english)-1); err != nil {
		return err
	}
	if isTail {
		b.tails = append(b.tails, p)
	} else {
		b.forms = append(b.forms, p)
	}
	return nil
}

// slots takes a translation apart: "%" is the next that is filled in, "%2" the second, "%!" and "%2!" in the other language.
func slots(other string, holes int) ([]slot, error) {
	pieces := strings.Split(other, "%")
	all := []slot{{literal: pieces[0]}}
	for i, rest := range pieces[1:] {
		hole := i + 1
		if rest != "" && rest[0] >= '1' && rest[0] <= '9' {
			hole, rest = int(rest[0]-'0'), rest[1:]
		}
		rest, said := strings.CutPrefix(rest, "!")
		if hole > holes {
			return nil, fmt.Errorf("%q fills in more than the phrase has", other)
		}
		all[len(all)-1].hole, all[len(all)-1].said = hole, said
		all = append(all, slot{literal: rest})
	}
	return all, nil
}

// words says in the mail's language what was decided in English.
func (d *draft) words(s string) string {
	if d.book == nil || s == "" {
		return s
	}
	tries := mostTries
	said, _ := speaker{d.book, d.say, mostNested, &tries}.say(s)
	return said
}

// What people write may be filled in, and must not make this long, however much of it looks like phrases.
const (
	mostNested = 4   // how deep phrases stand within phrases: a result, in it who did what, in it a time
	mostTries  = 100 // how many pieces are looked up for one phrase
)

// speaker says one phrase of a mail.
type speaker struct {
	*phrasebook
	w     teller
	deep  int // how much deeper a phrase may stand in a phrase
	tries *int
}

// say returns the phrase in the other language, or as it is and false.
func (b speaker) say(s string) (string, bool) {
	if said, ok := b.exact[s]; ok {
		return said, true
	}
	if said, ok := figure(s, b.w); ok {
		return said, true
	}
	if b.deep--; b.deep < 0 || *b.tries == 0 {
		return s, false
	}
	*b.tries--
	if parts := strings.Split(s, "; "); len(parts) > 1 {
		known := false
		for i, part := range parts {
			var ok bool
			parts[i], ok = b.say(part)
			known = known || ok
		}
		return strings.Join(parts, "; "), known
	}
	for _, try := range []func(string) (string, bool){b.behind, b.both, b.filled, b.listed} {
		if said, ok := try(s); ok {
			return said, true
		}
	}
	return s, false
}

// behind says a phrase that another goes on behind.
func (b speaker) behind(s string) (string, bool) {
	for _, p := range b.tails {
		for at := 1; at < len(s); at++ {
			next := strings.Index(s[at:], p.english[0])
			if next < 0 {
				break
			}
			at += next
			tail, ok := p.fill(b, s[at:])
			if !ok {
				continue
			}
			if head, ok := b.say(s[:at]); ok {
				return head + tail, true
			}
		}
	}
	return "", false
}

// both says what is wrong and what to do about it: two phrases with a colon between.
func (b speaker) both(s string) (string, bool) {
	for at := range len(s) {
		if !strings.HasPrefix(s[at:], ": ") {
			continue
		}
		why, ok := b.say(s[:at])
		hint, ok2 := b.say(s[at+2:])
		if ok && ok2 {
			return why + ": " + hint, true
		}
	}
	return "", false
}

// filled says a phrase that something is filled into.
func (b speaker) filled(s string) (string, bool) {
	for _, p := range b.forms {
		if said, ok := p.fill(b, s); ok {
			return said, true
		}
	}
	return "", false
}

// listed says words with commas between, such as a code's category and priority. Codes and numbers are no words.
func (b speaker) listed(s string) (string, bool) {
	parts := strings.Split(s, ", ")
	known := false
	for i, part := range parts {
		if said, ok := b.exact[part]; ok {
			parts[i], known = said, true
		} else if strings.ContainsFunc(part, unicode.IsLetter) {
			return "", false
		}
	}
	return strings.Join(parts, ", "), known
}

// fill matches a phrase and says it. Where what is filled in could end in several places, it ends where all can be said that
// is to be; failing that, where it can end first.
func (p wording) fill(b speaker, s string) (said string, ok bool) {
	p.match(s, nil, func(filled []string) bool {
		full, all := p.put(b, filled)
		if !ok && p.words > len("; ") || all {
			said, ok = full, true
		}
		return all
	})
	return said, ok
}

// match finds what could be filled in, and hands it over until it is taken.
func (p wording) match(s string, filled []string, take func([]string) bool) bool {
	s, ok := strings.CutPrefix(s, p.english[len(filled)])
	if !ok {
		return false
	}
	if len(filled) == len(p.english)-1 {
		return s == "" && take(filled)
	}
	next := p.english[len(filled)+1]
	if len(filled) == len(p.english)-2 { // the last reaches to the end
		rest, ok := strings.CutSuffix(s, next)
		return ok && rest != "" && take(append(filled, rest))
	}
	for end := 1; end < len(s); end++ {
		at := strings.Index(s[end:], next)
		if at < 0 {
			return false
		}
		end += at
		if p.match(s[end:], append(filled, s[:end]), take) {
			return true
		}
	}
	return false
}

// put fills the translation in, and tells whether all could be said that is to be.
func (p wording) put(b speaker, filled []string) (said string, all bool) {
	var out strings.Builder
	all = true
	for _, slot := range p.other {
		out.WriteString(slot.literal)
		if slot.hole == 0 {
			continue
		}
		in := filled[slot.hole-1]
		if slot.said {
			var ok bool
			in, ok = b.say(in)
			all = all && ok
		}
		out.WriteString(in)
	}
	return out.String(), all
}

// figure says what is the same everywhere but for how it is written: times, "3:04 pm", "Mon Jan 2, 3:04 pm", "Mon Jan 2",
// "2006-01-02", and "3 of 4", perhaps of a code, "1-3 3 of 4".
func figure(s string, w teller) (string, bool) {
	if t, err := time.Parse("3:04 pm", s); err == nil {
		return w.clock(t), true
	}
	if t, err := time.ParseInLocation(time.DateOnly, s, w.zone); err == nil {
		return w.Date(t), true
	}
	if met, of, ok := strings.Cut(s, " of "); ok && w.code == spanish.code && !strings.ContainsFunc(met+of, unicode.IsLetter) {
		return met + " de " + of, true
	}
	return day(s, w)
}

// day says "Mon Jan 2", or with a time "Mon Jan 2, 3:04 pm".
func day(s string, w teller) (string, bool) {
	weekday := slices.Index(english.weekdays[:], s[:min(3, len(s))])
	date, clock, timed := strings.Cut(s[min(4, len(s)):], ", ")
	t, err := time.Parse("Jan 2", date)
	if err != nil || weekday < 0 {
		return "", false
	}
	said := w.weekdays[weekday] + " " + strconv.Itoa(t.Day()) + " " + w.months[t.Month()-1]
	if !timed {
		return said, true
	}
	t, err = time.Parse("3:04 pm", clock)
	return said + ", " + w.clock(t), err == nil
}
