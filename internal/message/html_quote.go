package message

import (
	"bytes"
	"golang.org/x/net/html/atom"
	"strings"
)

const quoteMarks = ">>>>>>>>>>>>>>>>>>>>"

func marks(depth int) string { return quoteMarks[:min(depth, len(quoteMarks))] }

// rule draws a line: the one that Outlook puts above a quoted mail as its plain text has it, others short.
func (r *htmlReader) rule() {
	if r.attr.tabindex == "-1" || r.attr.id == "zwchr" || r.attr.id == "stopSpelling" {
		r.quoteLine()
		return
	}
	r.block(1)
	r.write([]byte("----------"))
	r.block(1)
}

// quoteLine marks where a mail program says that the quoted mail begins.
func (r *htmlReader) quoteLine() {
	const line = "________________________________"
	if bytes.HasSuffix(r.out, []byte(line)) {
		return
	}
	if len(r.out) > 0 {
		r.block(2)
	}
	r.write([]byte(line))
	r.block(1)
}

// container looks for the elements by which mail programs say what they enclose.
func (r *htmlReader) container(tag atom.Atom) {
	if tag != atom.Div && tag != atom.Span && tag != atom.Table && tag != atom.Pre {
		return
	}
	id, class := r.attr.id, r.attr.class
	if id == "" && class == "" && r.attr.style == nil {
		return
	}
	switch {
	case id == "divRplyFwdMsg" || id == "appendonsend" || id == "mail-editor-reference-message-container" || strings.HasSuffix(id, "OLK_SRC_BODY_SECTION") || class == "OutlookMessageHeader",
		tag == atom.Div && r.attr.has("border-top:solid") && r.attr.has("border:none") && r.attr.has("padding:3"):
		r.quoteLine()
	case strings.HasPrefix(class, "gmail_signature") && class != "gmail_signature_prefix" || strings.HasPrefix(class, "moz-signature") || id == "Signature" ||
		id == "AppleMailSignature" || id == "ms-outlook-mobile-signature" || class == "ms-outlook-mobile-signature":
		r.signature()
	}
}

// signature marks where a mail program says that the signature begins, as plain text does (RFC 3676, section 4.3).
func (r *htmlReader) signature() {
	before := bytes.TrimRight(r.out, " \n>")
	if len(before) == 0 || bytes.HasSuffix(before, []byte("\n--")) || r.depth > 0 {
		return
	}
	r.block(1)
	r.write([]byte("-- "))
	r.block(1)
}

// openQuote begins a blockquote, which quotes unless it is drawn as an indentation only.
func (r *htmlReader) openQuote() {
	quotes := !(r.attr.has("border:none") && r.attr.has("padding:0"))
	r.block(1)
	if len(r.quotes) < maxOpen {
		r.quotes = append(r.quotes, quotes)
		if quotes {
			r.depth++
		}
	}
}

func (r *htmlReader) closeQuote() {
	r.block(1)
	if n := len(r.quotes); n > 0 {
		if r.quotes[n-1] {
			r.depth--
		}
		r.quotes = r.quotes[:n-1]
	}
}
