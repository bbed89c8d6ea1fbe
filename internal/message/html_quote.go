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
	case isSignature(id, class):
		r.signature()
	}
}

// isSignature knows the elements that hold a signature.
func isSignature(id, class string) bool {
	switch id {
	case "Signature", "signature", "AppleMailSignature", "ms-outlook-mobile-signature":
		return true
	}
	for _, prefix := range []string{"gmail_signature", "moz-signature", "ms-outlook-mobile-signature", "protonmail_signature_block", "tutanota_signature"} {
		if strings.HasPrefix(class, prefix) {
			return !strings.HasSuffix(class, "_prefix") && !strings.HasSuffix(class, "-empty")
		}
	}
	return false
}

// signature notes that a mail program's signature begins, which the line "--" is to show as in plain text (RFC 3676, section 4.3), once
// there is something in it.
func (r *htmlReader) signature() {
	if r.depth == 0 && len(bytes.TrimRight(r.out, " \n")) > 0 {
		r.signatureAt = r.divs
	}
}

// beginSignature writes the delimiter unless the signature brings its own.
func (r *htmlReader) beginSignature(word []byte) {
	r.signatureAt = 0
	before := bytes.TrimRight(r.out, " \n")
	if string(word) == "--" || string(word) == "—" || bytes.HasSuffix(before, []byte("\n--")) {
		return
	}
	r.block(1)
	r.write([]byte("--"))
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
