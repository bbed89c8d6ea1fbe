package command

import (
	"strconv"
	"strings"

	"triaged/internal/chart"
)

// sense is what one line is.
type sense int

const (
	prose   sense = iota // ordinary text, and empty lines
	command              // does one thing
	mistake              // was meant as a command
	remark               // words behind the number of a request: no command, though its place is that of one
	aKey                 // the key of a one-tap link
	quote                // bears a quote mark
)

// line is one line, understood.
type line struct {
	sense  sense
	hashed bool // had its "#": counts anywhere
	cmd    Command
	slip   Mistake
	key    string
	words  int

	row   bool // names its requests
	named bool // with their prefix
	whole bool // a command, but that it does not say for which of the requests listed
	meant bool // a mistake whose verb is sure: no word of it is text
}

// parser understands one line.
type parser struct {
	scanner
	set    Setting
	raw    string
	line   line
	sel    Selection
	named  bool // the selection bears the prefix
	chosen bool // there is a selection
}

// parseLine understands one line on its own; whether a line without "#" counts is for the whole text to say.
func parseLine(text string, set Setting) line {
	w := write(text)
	if w.quoted() {
		return line{sense: quote}
	}
	w = w.bare()
	p := parser{scanner: scanner{written: w, prefix: fold(set.Prefix)}, set: set, raw: shorten(strings.TrimSpace(text))}
	p.line.words = len(strings.Fields(w.folded()))
	p.run()
	p.line.cmd.Raw, p.line.slip.Raw = p.raw, p.raw
	p.line.row, p.line.named = p.chosen || p.named, p.named
	p.line.slip.Row = p.line.row
	if p.line.sense != command && strings.ContainsFunc(text, invisible) {
		return p.line.seen(text, set)
	}
	return p.line
}

// seen names what a line seems to be that only characters which nobody sees keep from being a command.
func (l line) seen(text string, set Setting) line {
	shown := parseLine(strings.Map(func(r rune) rune {
		if invisible(r) {
			return -1
		}
		return r
	}, text), set)
	if shown.sense != command || !shown.hashed {
		return l
	}
	return line{sense: mistake, hashed: true, words: shown.words, slip: Mistake{
		Raw: l.slip.Raw, Why: "it holds a character that nobody sees", Hint: "type it anew", Near: []string{shown.cmd.Format(set.Prefix)},
	}}
}

func fold(s string) string { return write(s).folded() }

func (p *parser) run() {
	if p.len() == 0 {
		return
	}
	p.line.hashed = p.accept("#")
	if p.line.hashed && p.peek() == '#' { // a heading
		return
	}
	if !p.selection() {
		return
	}
	if p.accept("#") {
		if p.line.hashed {
			p.wrong("there are two commands on one line", "write each on a line of its own")
			return
		}
		p.line.hashed = true
	}
	if n, ok := p.numbers(); ok {
		p.code(n)
		return
	}
	p.verb()
}

// selection reads the requests in front of a command: "12,15-18", "SR-12", "all". Without anything behind them, numbers
// are no selection but the command itself. It returns false where the line has been dealt with.
func (p *parser) selection() bool {
	from := p.at
	if p.acceptWord("all") {
		if end := p.rest(); end.len() > 0 && !onlyMarks(end) {
			p.sel.All, p.chosen = true, true
			p.later()
			p.separator()
			return true
		}
		p.at = from
		return true
	}
	groups := p.list()
	if len(groups) == 0 {
		return true
	}
	for _, n := range groups {
		p.named = p.named || n.prefixed
	}
	if onlyMarks(p.rest()) {
		if len(groups) == 1 && !p.named {
			p.at = from
			return true
		}
		p.chosen = true
		p.incomplete(groups)
		return false
	}
	p.chosen = true
	p.separator()
	return p.choose(groups)
}

// later reads "and later" behind "all", or behind a code for all.
func (p *parser) later() {
	from := p.at
	p.spaces()
	if !p.accept("&+,") {
		p.acceptWord("and")
	}
	p.spaces()
	if p.acceptWord("later") {
		p.sel.Later = true
		return
	}
	p.at = from
}

// list reads groups of numbers with commas between them; after one with a prefix, others with a prefix may follow bare.
func (p *parser) list() []numbers {
	var groups []numbers
	for {
		n, ok := p.numbers()
		if !ok {
			return groups
		}
		groups = append(groups, n)
		end := p.at
		p.spaces()
		if p.accept(",;&+") || p.acceptWord("and") {
			p.acceptWord("and")
			if next := p.at; !digit(p.peek()) && !p.requestPrefix() {
				p.at = next
				return groups
			} else {
				p.at = next
			}
			continue
		}
		next := p.at
		if n.prefixed && p.requestPrefix() {
			p.at = next
			continue
		}
		p.at = end
		return groups
	}
}

// separator goes on past what people put between a request and its command.
func (p *parser) separator() {
	p.spaces()
	for range 2 {
		if !p.accept(":=|→>,") {
			if p.peek() == '-' && p.at+1 < p.len() && strings.ContainsRune("> ", p.fold[p.at+1]) {
				p.at++
				p.spaces()
			}
		}
	}
}

// choose makes groups of numbers the selection.
func (p *parser) choose(groups []numbers) bool {
	for _, n := range groups {
		switch {
		case n.dangling || n.count > 2:
			return p.unlessProse("the numbers in front do not say which requests are meant",
				"write requests as "+p.label(12)+" or 12,15-18, then a space, then the command")
		case n.count == 2 && n.dot:
			return p.unlessProse("a dot between request numbers can mean two things", "write 12,15 for two requests and 12-15 for all between")
		case n.values[0] < 1 || n.values[n.count-1] < n.values[0]:
			return p.unlessProse("there are no such requests", "write a range as 15-18, the lower number first")
		}
		p.sel.Ranges = append(p.sel.Ranges, Range{n.values[0], n.values[n.count-1]})
	}
	if p.sel.size() > maxSelected {
		return p.unlessProse("more than "+strconv.Itoa(maxSelected)+" requests are named", "name fewer at a time")
	}
	if len(groups) == 1 && !groups[0].prefixed && groups[0].count == 1 && groups[0].digits == 1 && p.loneDigit() {
		return false
	}
	return true
}

// loneDigit refuses "#1 3": a code without its dash, or suggestion 3 of request 1, nobody knows.
func (p *parser) loneDigit() bool {
	end := core(p.rest())
	if end.len() != 1 || !digit(end.first()) {
		return false
	}
	first, second := int(p.sel.Ranges[0].First), int(end.first()-'0')
	near := []string{}
	if p.onChart(chart.Code{Category: first, Priority: second}) {
		near = append(near, "#"+strconv.Itoa(first)+"-"+strconv.Itoa(second))
	}
	if 1 <= second && second <= 3 {
		near = append(near, p.label(int64(first))+" #"+strconv.Itoa(second))
	}
	p.sel, p.chosen = Selection{}, false
	p.wrong("this could be a code, or a request and a suggestion", "write a code with a dash", near...)
	return true
}

// unlessProse makes the line a mistake, unless it is ordinary text that happens to begin with numbers.
func (p *parser) unlessProse(why, hint string) bool {
	p.sel = Selection{}
	end := core(p.rest())
	s := scanner{written: end}
	_, isNumber := s.numbers()
	known := grammarByName[s.word()] != nil
	if p.line.hashed || p.named || isNumber && s.rest().len() == 0 || known && s.rest().len() == 0 || end.first() == '#' {
		p.wrong(why, hint)
	}
	return false
}

// incomplete deals with requests that nothing follows.
func (p *parser) incomplete(groups []numbers) {
	n := groups[0]
	if len(groups) == 2 && !p.named && n.count == 1 && groups[1].count == 1 && n.digits <= 2 && groups[1].digits <= 2 {
		c := chart.Code{Category: int(n.values[0]), Priority: int(groups[1].values[0])}
		p.wrong("a code is written with a dash", "a list of requests needs a command behind it", p.nearCode(c)...)
		return
	}
	if n.count == 3 && p.named && n.digits <= 2 {
		c := chart.Code{Category: int(n.values[1]), Priority: int(n.values[2])}
		p.wrong("the dashes do not say where the request ends", "write the request, a space, then the code",
			near(p.onChart(c), p.label(n.values[0])+" #"+c.String())...)
		return
	}
	if p.line.hashed || p.named || len(groups) > 1 {
		p.wrong("it says which request, but not what to do", "write the command behind it, as in "+p.label(12)+" #1-3")
		if !p.line.hashed {
			p.line.sense = remark
		}
	}
}

// done takes the command, unless it needs to name its requests and does not.
func (p *parser) done(cmd Command) {
	g := grammarByVerb[cmd.Verb]
	if p.set.Answer == Confirmation && cmd.Verb == Accept && !p.chosen && !p.set.Offered {
		cmd = Command{Verb: Yes}
	}
	if cmd.Verb == Accept && !p.set.Offered {
		p.wrong("the mail that this answers printed no suggestions", "write the code itself, such as #1-3")
		return
	}
	if p.set.Listed > 1 && !p.chosen && !g.general && cmd.Verb != Yes {
		word := printed(cmd)
		p.line.whole, p.line.cmd = true, cmd
		p.wrong("the mail that this answers lists "+strconv.Itoa(p.set.Listed)+" requests, and the line does not say which",
			"write the number in front: "+p.label(12)+" #"+word, "all #"+word)
		return
	}
	cmd.Requests = p.sel
	p.line.sense, p.line.cmd = command, cmd
}

// wrong makes the line a mistake.
func (p *parser) wrong(why, hint string, near ...string) {
	p.line.sense = mistake
	p.line.slip = Mistake{Why: why, Hint: hint, Near: near}
}

// form writes a command as it could be typed in this line's place.
func (p *parser) form(word string) string {
	if !p.chosen || p.sel.IsZero() {
		return "#" + word
	}
	return p.sel.format(p.set.Prefix) + " #" + word
}

func (p *parser) label(n int64) string { return Select(n).format(p.set.Prefix) }
