package message

import (
	"strings"
	"unicode"
)

type link struct {
	open  bool
	href  string
	start int
}

// image shows what an image says in words, unless it is there for counting readers or for decoration.
func (r *htmlReader) image() {
	alt := squeeze(stripControls(r.attr.alt))
	if alt == "" || tiny(r.attr.width) || tiny(r.attr.height) || len(alt) > 300 {
		return
	}
	if isEmoji(alt) {
		r.write([]byte(alt))
		return
	}
	r.write([]byte("[image: " + alt + "]"))
}

// isEmoji tells the picture of a character that mail programs send as an image, such as a face.
func isEmoji(alt string) bool {
	return len(alt) <= 32 && strings.IndexFunc(alt, func(r rune) bool { return r < 0x2000 || unicode.IsLetter(r) || unicode.IsDigit(r) }) < 0
}

func tiny(size string) bool {
	size = strings.TrimSuffix(size, "px")
	return size == "0" || size == "1" || size == "2"
}

// closeLink adds a link's target behind its text if the text does not show it.
func (r *htmlReader) closeLink() {
	l := r.link
	r.link.open = false
	if !l.open || l.start > len(r.out) {
		return
	}
	shown := strings.TrimSpace(string(r.out[l.start:]))
	target := unwrapURL(strings.TrimSpace(l.href))
	if shown == "" || strings.HasPrefix(shown, "[image:") || !worthShowing(target) {
		return
	}
	if wrapped := unwrapURL(shown); wrapped != shown && strings.Contains(shown, "://") && !strings.ContainsAny(shown, " \n") {
		r.out = append(r.out[:len(r.out)-len(shown)], wrapped...) // the text is the gateway's address too
		shown = wrapped
	}
	if sameTarget(shown, target) {
		return
	}
	r.out = append(append(append(r.out, " <"...), target...), '>')
}

// worthShowing tells whether a link leads somewhere that a reader could go.
func worthShowing(target string) bool {
	l := strings.ToLower(target[:min(len(target), 8)])
	if len(target) > 2000 || strings.ContainsAny(target, " \n<>") {
		return false
	}
	return strings.HasPrefix(l, "http://") || strings.HasPrefix(l, "https://") || strings.HasPrefix(l, "mailto:") || strings.HasPrefix(l, "ftp://") || strings.HasPrefix(l, "file://")
}

// sameTarget tells whether a link's text already is its target.
func sameTarget(shown, target string) bool {
	s, t := plainTarget(shown), plainTarget(target)
	return s == t || strings.Contains(s, "@") && strings.HasSuffix(s, t) || len(t) > 8 && strings.HasPrefix(s, t)
}

func plainTarget(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	for _, prefix := range []string{"mailto:", "https://", "http://", "www."} {
		s = strings.TrimPrefix(s, prefix)
	}
	if at := strings.IndexByte(s, '@'); at > 0 {
		s, _, _ = strings.Cut(s, "?")
	}
	return strings.TrimRight(s, "/.")
}
