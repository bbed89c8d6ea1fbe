package message

import "strings"

// unflow joins the lines of a format=flowed text into paragraphs (RFC 3676, section 4). With delSp the space that marks a
// soft line break is no part of the text.
func unflow(text string, delSp bool) string {
	var b strings.Builder
	b.Grow(len(text))
	open, openDepth := false, 0 // the last line is waiting for its continuation
	for len(text) > 0 {
		line, rest, _ := strings.Cut(text, "\n")
		text = rest
		depth := 0
		for depth < len(line) && line[depth] == '>' {
			depth++
		}
		content := strings.TrimPrefix(line[depth:], " ") // space-stuffing
		if open && (depth != openDepth || content == "-- ") {
			b.WriteByte('\n') // a paragraph never goes on at another quote depth (section 4.5)
			open = false
		}
		if !open && depth > 0 {
			b.WriteString(strings.Repeat(">", depth) + " ")
		}
		flowed := strings.HasSuffix(content, " ") && content != "-- "
		if flowed && delSp {
			content = content[:len(content)-1]
		}
		b.WriteString(content)
		if !flowed {
			b.WriteByte('\n')
		}
		open, openDepth = flowed, depth
	}
	return strings.TrimSuffix(b.String(), "\n")
}
