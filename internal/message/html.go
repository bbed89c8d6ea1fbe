package message

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// htmlText turns an HTML document in UTF-8 into text that reads well: paragraphs and lists on lines of their own, the cells of a
// table apart, links with their target where it differs from what they show, quotations marked with ">", and nothing of what a mail
// program would not show. It goes over the tokens once, without a tree, so that nesting costs nothing.
func htmlText(src []byte) string {
	text := readHTML(src, true)
	if strings.TrimSpace(text) == "" && len(src) > 0 {
		text = readHTML(src, false) // better to show what should be hidden than nothing
	}
	return text
}

func readHTML(src []byte, hide bool) string {
	r := htmlReader{hide: hide, out: make([]byte, 0, min(len(src)/2+64, maxText))}
	r.z = html.NewTokenizer(bytes.NewReader(src))
	for len(r.out) < maxText {
		switch r.z.Next() {
		case html.ErrorToken:
			return r.finish()
		case html.TextToken:
			if r.hidden == 0 {
				r.text(r.z.Text())
			} else if r.hider == atom.Style {
				r.styleSheet(r.z.Text())
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := r.z.TagName()
			r.start(atom.Lookup(name), more)
		case html.EndTagToken:
			name, _ := r.z.TagName()
			r.end(atom.Lookup(name))
		}
	}
	return r.finish()
}

// htmlReader is the state of reading one document. Breaks are owed rather than written, so that those of neighbouring blocks fall
// together and those within a table's cell can be taken back.
type htmlReader struct {
	z    *html.Tokenizer
	out  []byte
	hide bool // leave out what style sheets hide

	lineOpen bool // there is content on the current line
	owed     int  // breaks before the next content: 1 a new line, 2 a blank line between
	space    bool // white space since the last content
	hard     int  // no-break spaces at the start of a line
	lines    int  // line breaks written so far

	attr    attributes
	hidden  int             // depth of hiding elements of the name hider; 0: visible
	hider   atom.Atom       // what is hidden now
	classes map[string]bool // classes that the document's own style sheet hides

	divs        int // open div elements
	signatureAt int // how many were open when a signature began of which nothing is written yet; 0: none

	paragraph int    // breaks that the last paragraph asked for
	pre       int    // depth of preformatted elements
	quotes    []bool // the open blockquotes; false for those that only indent
	depth     int    // how many of them quote
	shown     int    // quote depth of the last line written
	lists     []list
	bullet    string // owed before the next content
	tables    []table
	sepDepth  int // owed: the bar before a cell of the table at this depth; 0: none
	link      link
}

type list struct {
	ordered bool
	number  int
}

// maxOpen is how many lists, quotations and tables may be open; deeper ones are read as if they were not there.
const maxOpen = 100

func (r *htmlReader) start(tag atom.Atom, more bool) {
	if r.hidden > 0 {
		if tag == r.hider && !isVoid(tag) {
			r.hidden++
		}
		return
	}
	r.attr.read(r.z, more)
	if r.invisible(tag) {
		if !isVoid(tag) {
			r.hidden, r.hider = 1, tag
		}
		return
	}
	if tag == atom.Div {
		r.divs++
	}
	r.container(tag)
	switch tag {
	case atom.Br:
		r.lineBreak()
	case atom.P:
		r.paragraph = r.margin()
		if n := len(r.tables); n > 0 && r.tables[n-1].start == len(r.out) {
			r.block(1) // a cell has no margin at its top
			break
		}
		r.block(r.paragraph)
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		r.block(2)
	case atom.Hr:
		r.rule()
	case atom.Img:
		r.image()
	case atom.A:
		r.closeLink()
		if r.attr.href != "" {
			r.link = link{open: true, href: r.attr.href, start: len(r.out)}
		}
	case atom.Pre, atom.Textarea:
		r.block(1)
		r.pre++
	case atom.Blockquote:
		r.openQuote()
	case atom.Ul, atom.Ol, atom.Dir, atom.Menu:
		r.block(1)
		if len(r.lists) < maxOpen {
			l := list{ordered: tag == atom.Ol}
			if r.attr.hasNumber {
				l.number = r.attr.number - 1
			}
			r.lists = append(r.lists, l)
		}
	case atom.Li:
		r.item()
	case atom.Table:
		r.block(1)
		if len(r.tables) < maxOpen {
			r.tables = append(r.tables, table{start: len(r.out)})
		}
	case atom.Tr:
		r.endRow()
	case atom.Td, atom.Th:
		r.cell()
	case atom.Input, atom.Button, atom.Select:
	default:
		if isBlock(tag) {
			r.block(1)
		}
	}
}

func (r *htmlReader) end(tag atom.Atom) {
	if r.hidden > 0 {
		if tag == r.hider {
			r.hidden--
		}
		return
	}
	switch tag {
	case atom.Div:
		if r.divs == r.signatureAt {
			r.signatureAt = 0 // there was nothing in it
		}
		r.divs = max(0, r.divs-1)
		r.block(1)
	case atom.P:
		r.block(max(r.paragraph, 1))
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		r.block(2)
	case atom.A:
		r.closeLink()
	case atom.Pre, atom.Textarea:
		r.pre = max(0, r.pre-1)
		r.block(1)
	case atom.Blockquote:
		r.closeQuote()
	case atom.Ul, atom.Ol, atom.Dir, atom.Menu:
		r.block(1)
		if n := len(r.lists); n > 0 {
			r.lists = r.lists[:n-1]
		}
		r.bullet = ""
		if len(r.lists) == 0 {
			r.block(2)
		}
	case atom.Table:
		r.endRow()
		if n := len(r.tables); n > 0 {
			r.tables = r.tables[:n-1]
		}
	case atom.Tr:
		r.endRow()
	case atom.Td, atom.Th:
		r.endCell()
	case atom.Br: // "</br>" is shown as a break
		r.lineBreak()
	default:
		if isBlock(tag) {
			r.block(1)
		}
	}
}

// isBlock names the elements that begin on a new line and have no margin.
func isBlock(tag atom.Atom) bool {
	switch tag {
	case atom.Div, atom.Tr, atom.Tbody, atom.Thead, atom.Tfoot, atom.Caption, atom.Center, atom.Address, atom.Article, atom.Aside, atom.Body, atom.Section,
		atom.Header, atom.Footer, atom.Main, atom.Nav, atom.Form, atom.Fieldset, atom.Legend, atom.Figure, atom.Figcaption, atom.Dl, atom.Dt, atom.Dd, atom.Li,
		atom.Details, atom.Summary, atom.Html, atom.Option:
		return true
	}
	return false
}

// isVoid names the elements that have no end.
func isVoid(tag atom.Atom) bool {
	switch tag {
	case atom.Br, atom.Hr, atom.Img, atom.Input, atom.Meta, atom.Link, atom.Area, atom.Base, atom.Col, atom.Wbr, atom.Embed, atom.Source, atom.Param, atom.Track:
		return true
	}
	return false
}

// text adds the text between two tags. White space falls together, unless the text is preformatted.
func (r *htmlReader) text(s []byte) {
	if r.pre > 0 {
		r.preformatted(s)
		return
	}
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c <= ' ' || c == 0x7f:
			r.space = true
			i++
		case c == 0xc2 && i+1 < len(s) && s[i+1] == 0xa0: // no-break space
			if r.lineOpen && r.owed == 0 {
				r.space = true
			} else {
				r.hard++
			}
			i += 2
		case c >= 0xc2 && zeroWidth(s[i:]) > 0:
			i += zeroWidth(s[i:])
		default:
			n := wordLength(s[i:])
			r.write(s[i : i+n])
			i += n
		}
	}
}

// wordLength returns how many bytes of s go to the next white space or odd character.
func wordLength(s []byte) int {
	for i, c := range s {
		if c <= ' ' || c == 0x7f || (c == 0xc2 || c == 0xcd || c == 0xe2 || c == 0xef) && i > 0 {
			return i
		}
	}
	return len(s)
}

// zeroWidth returns the length of the invisible character at the start of s, with which senders stuff previews and break up words, or 0.
func zeroWidth(s []byte) int {
	switch r, n := utf8.DecodeRune(s); r {
	case '\u200b', '\ufeff', '\u00ad', '\u034f', '\u2060', '\u200e', '\u200f':
		return n
	}
	return 0
}

func (r *htmlReader) preformatted(s []byte) {
	for first := true; ; first = false {
		line, rest, more := bytes.Cut(s, []byte("\n"))
		if !first {
			r.lineBreak()
		}
		line = bytes.TrimRight(line, " \t\r")
		if len(line) > 0 {
			r.space = false
			if nextControl(line) < len(line) || bytes.Contains(line, []byte("\u00a0")) {
				line = bytes.Map(plainRune, line)
			}
			r.write(line)
		}
		if !more {
			return
		}
		s = rest
	}
}

// plainRune makes white space of any kind a space and drops control characters other than tabs.
func plainRune(c rune) rune {
	switch {
	case c == '\u00a0' || c == '\r' || c == '\f':
		return ' '
	case c < ' ' && c != '\t' || c == 0x7f:
		return -1
	}
	return c
}

// write adds a word to the current line, or begins a line with it.
func (r *htmlReader) write(word []byte) {
	if r.signatureAt > 0 {
		r.beginSignature(word)
	}
	if r.owed > 0 || !r.lineOpen {
		r.begin()
	} else if r.space {
		r.out = append(r.out, ' ')
	}
	r.separate()
	r.out = append(r.out, word...)
	r.lineOpen, r.space, r.hard = true, false, 0
}

// begin writes the breaks that are owed, the quote mark, the indentation of a list and its bullet.
func (r *htmlReader) begin() {
	if len(r.out) > 0 {
		r.newLine(min(r.shown, r.depth), r.owed > 1)
	}
	r.owed, r.shown = 0, r.depth
	if r.depth > 0 {
		r.out = append(append(r.out, marks(r.depth)...), ' ')
	}
	if n := len(r.lists); n > 0 {
		indent := 2 * (n - 1)
		if r.bullet == "" {
			indent += 2
		}
		r.out = append(r.out, strings.Repeat(" ", min(indent, 20))...)
		r.out = append(r.out, r.bullet...)
		r.bullet = ""
	} else if r.hard > 1 {
		r.out = append(r.out, strings.Repeat(" ", min(r.hard, 8))...)
	}
	r.space, r.sepDepth = false, 0
}

func (r *htmlReader) newLine(depth int, blank bool) {
	r.out = append(bytes.TrimRight(r.out, " "), '\n')
	r.lines++
	if blank {
		r.out = append(append(r.out, marks(depth)...), '\n')
	}
}

// block ends the current line, with a blank line behind it if breaks is 2.
func (r *htmlReader) block(breaks int) {
	if r.sepDepth > 0 {
		return // the first block of a cell stands beside the cell before
	}
	if !r.lineOpen && r.hard > 0 && r.owed > 0 {
		breaks = 2 // a paragraph with nothing but a no-break space is a blank line
	}
	r.hard, r.space, r.lineOpen = 0, false, false
	if len(r.out) > 0 {
		r.owed = max(r.owed, breaks)
	}
}

// lineBreak is <br>.
func (r *htmlReader) lineBreak() {
	if len(r.out) == 0 {
		return
	}
	r.owed = min(r.owed+1, 2)
	r.lineOpen, r.space, r.hard = false, false, 0
}

// margin tells how far apart a paragraph stands from its neighbours: Outlook makes each line one, without margins.
func (r *htmlReader) margin() int {
	class := strings.TrimPrefix(r.attr.class, "x_")
	if len(r.lists) > 0 || strings.HasPrefix(class, "Mso") || strings.HasPrefix(class, "xmso") || r.attr.has("margin:0") ||
		r.attr.has("margin-top:0") && r.attr.has("margin-bottom:0") {
		return 1
	}
	return 2
}

// item begins a list item.
func (r *htmlReader) item() {
	r.block(1)
	n := len(r.lists)
	if n > 0 && r.lists[n-1].ordered {
		if r.lists[n-1].number++; r.attr.hasNumber {
			r.lists[n-1].number = r.attr.number
		}
		r.bullet = itoa(r.lists[n-1].number) + ". "
	} else {
		r.bullet = "- "
		if n == 0 {
			r.bullet = "" // a list item without a list
		}
	}
}

func (r *htmlReader) finish() string {
	r.closeLink()
	return string(bytes.TrimRight(r.out, " \n"))
}

func itoa(n int) string {
	var b [20]byte
	i := len(b)
	for {
		i--
		b[i] = byte('0' + n%10)
		if n /= 10; n == 0 {
			return string(b[i:])
		}
	}
}
