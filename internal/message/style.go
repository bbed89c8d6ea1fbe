package message

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// attributes are those of one tag that matter to its text.
type attributes struct {
	class, id, href, alt, width, height, tabindex string
	number                                        int // of a list (start) or its item (value), if hasNumber
	hasNumber                                     bool

	style  []byte // in lower case and without spaces; nil if there is none
	buf    []byte
	hidden bool
}

// read takes the attributes of the current tag.
func (a *attributes) read(z *html.Tokenizer, more bool) {
	*a = attributes{buf: a.buf}
	for n := 0; more && n < 100; n++ {
		var key, value []byte
		key, value, more = z.TagAttr()
		switch string(key) {
		case "class":
			a.class = string(value)
		case "id":
			a.id = string(value)
		case "href":
			a.href = string(head(value, 4096))
		case "alt":
			a.alt = string(head(value, 1000))
		case "width":
			a.width = string(value)
		case "height":
			a.height = string(value)
		case "tabindex":
			a.tabindex = string(value)
		case "start", "value":
			a.number, a.hasNumber = digits(string(head(value, 9)))
		case "hidden":
			a.hidden = true
		case "style":
			a.buf = appendStyle(a.buf[:0], head(value, 4096))
			a.style = a.buf
		}
	}
}

func appendStyle(dst, src []byte) []byte {
	for _, c := range src {
		switch {
		case c <= ' ':
		case c >= 'A' && c <= 'Z':
			dst = append(dst, c|0x20)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

func (a *attributes) has(declaration string) bool {
	return len(a.style) > 0 && bytes.Contains(a.style, []byte(declaration))
}

// invisible tells whether a mail program would show nothing of an element.
func (r *htmlReader) invisible(tag atom.Atom) bool {
	switch tag {
	case atom.Script, atom.Style, atom.Title, atom.Template, atom.Object, atom.Svg, atom.Math, atom.Select, atom.Iframe, atom.Noframes, atom.Noscript, atom.Video, atom.Audio, atom.Canvas, atom.Map:
		return true
	case atom.Html, atom.Body, atom.Head:
		return false
	}
	if !r.hide {
		return false
	}
	return r.attr.hidden || r.attr.hides(tag) || len(r.classes) > 0 && r.hiddenClass()
}

// hides tells whether a style attribute takes an element out of sight. A font size of nothing alone does not: layouts use it to
// close gaps, and what is inside has a size of its own.
func (a *attributes) hides(tag atom.Atom) bool {
	if len(a.style) == 0 {
		return false
	}
	if a.has("display:none") || a.has("visibility:hidden") || a.declares("opacity:0") || a.declares("max-height:0") && a.has("overflow:hidden") {
		return true
	}
	if a.declares("font-size:0") || a.has("font-size:1px") {
		return tag == atom.Span || tag == atom.Font || a.has("mso-hide:all") || a.has("overflow:hidden") || a.declares("line-height:0") || a.has("line-height:1px")
	}
	return false
}

// declares tells whether a declaration with the value 0 stands in the style: not 0.8, not 05.
func (a *attributes) declares(zero string) bool {
	i := bytes.Index(a.style, []byte(zero))
	if i < 0 {
		return false
	}
	rest := string(a.style[i+len(zero):])
	return rest == "" || rest[0] == ';' || rest[0] == '!' || strings.HasPrefix(rest, "px") || strings.HasPrefix(rest, "pt") || strings.HasPrefix(rest, "em") || strings.HasPrefix(rest, "%")
}

// styleSheet notes the classes that a style element hides (".preview { display: none }"). Rules for some screens only (@media) do
// not count, nor do selectors of more than a class.
func (r *htmlReader) styleSheet(css []byte) {
	if !bytes.Contains(css, []byte("none")) && !bytes.Contains(css, []byte("hidden")) {
		return
	}
	for len(css) > 0 && len(r.classes) < 200 {
		i := bytes.IndexByte(css, '{')
		if i < 0 {
			return
		}
		selector := string(head(bytes.TrimSpace(css[:i]), 200))
		css = css[i+1:]
		if j := strings.LastIndexByte(selector, '/'); j >= 0 { // a comment before it
			selector = selector[j+1:]
		}
		selector = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(selector), "<!--"))
		if strings.HasPrefix(selector, "@") {
			css = skipBlock(css)
			continue
		}
		end := bytes.IndexByte(css, '}')
		if end < 0 {
			end = len(css)
		}
		rule := attributes{style: appendStyle(nil, css[:end])}
		css = css[min(end+1, len(css)):]
		if rule.hides(atom.Div) {
			r.hideClasses(selector)
		}
	}
}

func (r *htmlReader) hideClasses(selector string) {
	for s := range strings.SplitSeq(selector, ",") {
		if s = strings.TrimSpace(s); len(s) > 1 && s[0] == '.' && !strings.ContainsAny(s[1:], " .:>+#[") {
			if r.classes == nil {
				r.classes = map[string]bool{}
			}
			r.classes[s[1:]] = true
		}
	}
}

// skipBlock returns what follows a block of rules whose opening brace was read.
func skipBlock(css []byte) []byte {
	for depth := 1; ; {
		i := bytes.IndexAny(css, "{}")
		if i < 0 {
			return nil
		}
		if css[i] == '{' {
			depth++
		} else if depth--; depth == 0 {
			return css[i+1:]
		}
		css = css[i+1:]
	}
}

func (r *htmlReader) hiddenClass() bool {
	for c := range strings.FieldsSeq(r.attr.class) {
		if r.classes[c] {
			return true
		}
	}
	return false
}
