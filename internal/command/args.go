package command

import (
	"errors"
	"net/mail"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// verb understands a word in the place of a command, and what follows it.
func (p *parser) verb() {
	word := p.word()
	if word == "" {
		p.noWord()
		return
	}
	if word == keyWord && p.line.hashed && !p.chosen {
		p.oneTapKey()
		return
	}
	g := grammarByName[word]
	if g == nil || wordRune(p.peek()) {
		p.unknown(word)
		return
	}
	cmd := Command{Verb: g.verb}
	for p.peek() == '?' || p.peek() == '!' {
		cmd.DryRun = cmd.DryRun || p.peek() == '?'
		cmd.Insist = cmd.Insist || p.peek() == '!'
		p.at++
	}
	if r := p.peek(); r != 0 && !strings.ContainsRune(" :,.;-", r) {
		p.unknown(word)
		return
	}
	if !p.line.hashed && !p.barely(g, word) {
		return
	}
	p.arguments(g, cmd)
}

// anItemAlone tells whether nothing stands behind an order but the number of a mail, if that: "12", "received 12".
func anItemAlone(rest string) bool {
	words := strings.Fields(strings.Trim(rest, " :,.;-"))
	if len(words) == 0 {
		return true
	}
	_, err := strconv.ParseUint(words[len(words)-1], 10, 63)
	return err == nil && len(words) <= 2
}

// barely tells whether a verb without "#" can be a command here. It makes the line a mistake or remark where it cannot,
// yet stands where a command belongs.
func (p *parser) barely(g *grammar, word string) bool {
	confirms := g.verb == Yes || g.verb == No
	switch {
	case confirms:
		return !p.chosen && p.set.Answer == Confirmation && onlyMarks(p.rest())
	case g.verb.order():
		return !p.chosen && p.set.Answer == Trouble && anItemAlone(p.rest().folded())
	case !p.chosen:
		return g.alone && (onlyMarks(p.rest()) || g.takes == aSpan)
	case p.named, p.sel.All && word == Resolve.Word(): // "all resolve fixed at 9:10", not "all done here"
		return true
	case g.takes == freeText || g.takes == anItem || g.takes == nothing:
		return onlyMarks(p.rest()) // "2 close friends" is ordinary text
	}
	return true
}

// noWord deals with a line whose command's place is empty or holds signs.
func (p *parser) noWord() {
	switch {
	case !p.line.hashed && !p.named:
	case onlyMarks(p.rest()) && p.line.hashed && !p.chosen:
		p.done(Command{Verb: Help}) // an empty command
	case p.line.hashed && p.line.words <= 3 && p.chosen:
		p.wrong("this is no command", "#help lists the commands")
	case p.named && !p.line.hashed:
		p.remark()
	}
}

// unknown deals with a word that is no verb.
func (p *parser) unknown(word string) {
	end := p.at // of a word such as "mine2"
	for end < p.len() && end < p.at+40 && p.fold[end] != ' ' {
		end++
	}
	word += string(p.fold[p.at:end])
	guesses := nearVerbs(core(write(word)).folded())
	var forms []string
	for _, g := range guesses {
		forms = append(forms, p.form(g))
	}
	brief := p.line.words <= 3
	switch {
	case p.line.hashed && len(guesses) == 0 && p.sel.codeShaped():
		p.wrong("there are more words on the line than the command", "a command stands alone on its line", "#"+p.sel.String())
	case p.line.hashed && brief && len(guesses) > 0, p.chosen && brief && len(guesses) > 0 && (p.named || p.line.words == 2),
		p.line.hashed && p.line.words == 1, p.line.hashed && p.chosen && brief:
		p.wrong("there is no command "+strconv.Quote(shorten(word)), "#help lists the commands", forms...)
	case p.named:
		p.remark()
	}
}

// remark marks words behind a request's number that are no command.
func (p *parser) remark() {
	p.wrong("what follows the number is no command", "to add a note, write "+p.form("note")+" and the words")
	if !p.line.hashed {
		p.line.sense = remark
	}
}

// codeShaped tells whether the selection could as well have been a chart code, as in "#1-3 the projector".
func (s Selection) codeShaped() bool {
	return len(s.Ranges) == 1 && s.Ranges[0].First < 10 && s.Ranges[0].Last < 10 && s.Ranges[0].First < s.Ranges[0].Last
}

// oneTapKey reads "#key 7hq2…".
func (p *parser) oneTapKey() {
	key := core(p.rest())
	if n := key.len(); n >= 16 && n <= 100 && !strings.ContainsFunc(key.folded(), func(r rune) bool { return r >= 0x80 || !wordRune(r) }) {
		p.line.sense, p.line.key = aKey, key.text()
		return
	}
	if p.line.words <= 2 {
		p.wrong("the key of this link is damaged", "answer the bot's mail instead")
	}
}

// arguments reads what a verb takes.
func (p *parser) arguments(g *grammar, cmd Command) {
	if g.takes == freeText {
		p.accept(" :,-.")
		cmd.Text = p.rest().text()
		if onlyMarks(p.rest()) {
			_, dry, insist := marks(p.rest())
			cmd.DryRun, cmd.Insist, cmd.Text = cmd.DryRun || dry, cmd.Insist || insist, ""
		}
		p.done(cmd)
		return
	}
	p.accept(" :")
	arg, dry, insist := marks(p.rest())
	cmd.DryRun, cmd.Insist = cmd.DryRun || dry, cmd.Insist || insist
	if err := p.argument(g, arg, &cmd); err != nil {
		p.badArgument(g, cmd, err)
		return
	}
	p.done(cmd)
}

// badArgument names what is wrong with the words behind a verb, unless the line is plainly ordinary text.
func (p *parser) badArgument(g *grammar, cmd Command, err error) {
	if !p.line.hashed && !p.named && p.line.words > 3 {
		return
	}
	var near []string
	switch g.takes {
	case nothing, aSpan: // "#spam filter is broken again" may be text
		near = []string{p.form(g.names[0])}
	case aReason:
		p.line.meant = cmd.On != ""
	default:
		p.line.meant = true
	}
	p.wrong(err.Error(), "", near...)
}

func (p *parser) argument(g *grammar, arg written, cmd *Command) error {
	s := scanner{written: arg, prefix: p.prefix}
	switch g.takes {
	case nothing:
		if g.verb == Accept {
			cmd.Pick = 1
			if s.at == 0 && arg.len() == 1 && '1' <= arg.first() && arg.first() <= '3' && p.line.hashed { // #ok 2
				cmd.Pick = int(arg.first() - '0')
				return nil
			}
		}
		if arg.len() > 0 {
			return errors.New("there are more words on the line than the command; it stands alone on its line")
		}
	case aCode:
		return p.codeArgument(&s, cmd)
	case aSpan:
		return span(arg.folded(), &cmd.For)
	case aName:
		return name(arg, cmd)
	case anAddress:
		return address(arg.text(), cmd)
	case maybeRequest:
		if arg.len() > 0 {
			return otherRequest(&s, cmd)
		}
	case aRequest:
		return otherRequest(&s, cmd)
	case aReason:
		return p.reason(arg, cmd)
	case aDate:
		date, err := ParseDate(strings.TrimPrefix(strings.TrimPrefix(arg.folded(), "for "), "on "), p.set.Today, p.set.DayFirst)
		cmd.Until = date
		return err
	case anItem:
		cmd.Text = strings.Join(strings.Fields(arg.text()), " ")
		if len(cmd.Text) > 100 {
			return errors.New("there are more words on the line than the command; it stands alone on its line")
		}
	}
	return nil
}

func (p *parser) codeArgument(s *scanner, cmd *Command) error {
	n, ok := s.numbers()
	if !ok || !n.code() || n.prefixed || s.rest().len() > 0 {
		return errors.New("a code is category and priority, such as #1-3")
	}
	cmd.Code.Category, cmd.Code.Priority = int(n.values[0]), int(n.values[1])
	return nil
}

// longestSpan is the longest time that a request can be claimed for.
const longestSpan = 7 * 24 * time.Hour

// span reads "30m", "1h30", "2 hours", "90 min"; nothing is no span.
func span(text string, into *time.Duration) error {
	errSpan := errors.New("not a span of time; write #mine, or #mine 30m, or #mine 2h")
	text = strings.TrimPrefix(text, "for ")
	var total time.Duration
	for text != "" {
		digits := strings.IndexFunc(text, func(r rune) bool { return !digit(r) })
		if digits < 1 || digits > 4 {
			return errSpan
		}
		n, _ := strconv.Atoi(text[:digits])
		text = strings.TrimLeft(text[digits:], " ")
		letters := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })
		if letters < 0 {
			letters = len(text)
		}
		switch text[:letters] {
		case "m", "min", "mins", "minute", "minutes", "minuto", "minutos":
			total += time.Duration(n) * time.Minute
		case "h", "hr", "hrs", "hour", "hours", "hora", "horas":
			total += time.Duration(n) * time.Hour
		default:
			return errSpan
		}
		text = strings.TrimLeft(text[letters:], " ")
		if total == 0 || total > longestSpan {
			return errors.New("a claim lasts from one minute to seven days; write #mine 30m or #mine 2h")
		}
	}
	*into = total
	return nil
}

func name(arg written, cmd *Command) error {
	who := strings.Join(strings.Fields(unlink(arg.text())), " ")
	if len(who) > 3 && strings.EqualFold(who[:3], "to ") {
		who = who[3:]
	}
	who = strings.TrimPrefix(who, "@")
	if who == "" || len(who) > 100 {
		return errors.New("it does not say to whom; write #assign and a name or team")
	}
	if a, err := mail.ParseAddress(who); err == nil {
		who = a.Address
	}
	cmd.Who = who
	return nil
}

// address reads "ann@school.example" and "Ann Smith <ann@school.example>", also as mail programs link them.
func address(text string, cmd *Command) error {
	errAddress := errors.New("that is no mail address; write #for ann@school.example")
	text = strings.TrimSpace(unlink(text))
	if len(text) > 320 {
		return errAddress
	}
	a, err := mail.ParseAddress(text)
	if err != nil || strings.ContainsAny(a.Address, " \"<>") {
		return errAddress
	}
	cmd.Who, cmd.Text = a.Address, strings.Join(strings.Fields(a.Name), " ")
	return nil
}

// unlink takes out what mail programs put behind an address that they made a link: "<mailto:ann@school.example>".
func unlink(text string) string {
	from := strings.Index(strings.ToLower(text), "<mailto:")
	if from <= 0 {
		return strings.Replace(text, "mailto:", "", 1)
	}
	to := strings.IndexByte(text[from:], '>')
	if to < 0 {
		return text
	}
	return text[:from] + text[from+to+1:]
}

func otherRequest(s *scanner, cmd *Command) error {
	for s.acceptWord("of") || s.acceptWord("to") || s.acceptWord("with") || s.acceptWord("from") {
	}
	s.accept("#")
	n, ok := s.numbers()
	if !ok || n.count != 1 || n.dangling || n.values[0] < 1 || s.rest().len() > 0 {
		return errors.New("it needs the number of one other request, as in #" + cmd.Verb.Word() + " 9")
	}
	cmd.Other = n.values[0]
	return nil
}

var reasons = map[string]string{
	"vendor": OnVendor, "supplier": OnVendor, "district": OnDistrict, "customer": OnCustomer, "requester": OnCustomer,
	"user": OnCustomer, "investigation": OnInvestigation, "police": OnInvestigation,
}

// reason reads "vendor", "for the customer until friday".
func (p *parser) reason(arg written, cmd *Command) error {
	s := scanner{written: arg}
	for s.acceptWord("on") || s.acceptWord("for") || s.acceptWord("the") {
	}
	cmd.On = reasons[s.word()]
	if cmd.On == "" {
		return errors.New("it does not say on whom; write #wait vendor, district, customer or investigation")
	}
	s.spaces()
	if s.at == s.len() {
		return nil
	}
	if !s.acceptWord("until") && !s.acceptWord("till") && !s.acceptWord("til") {
		return errors.New("after whom it waits for, only a date may follow: #wait " + cmd.On + " until 2026-03-02")
	}
	date, err := ParseDate(s.rest().folded(), p.set.Today, p.set.DayFirst)
	cmd.Until = date
	return err
}
