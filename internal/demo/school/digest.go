package school

import (
	"regexp"
	"slices"
	"strings"

	"triaged/internal/message"
)

var numberPattern = regexp.MustCompile(`\bSR-[0-9]+\b`)

// number returns a subject's tag: "[SR-3]".
func number(subject string) string { return "[" + numberPattern.FindString(subject) + "]" }

// categorizeAll is what an analyst who knows the chart answers to a digest: a line for each request it lists, such as
// "SR-3 1-4". She knows a request by the first words of its subject. It is "" if there is none that she knows.
func categorizeAll(digest *message.Message) string {
	text := strings.Join(strings.Fields(digest.Text), " ")
	found := numberPattern.FindAllStringIndex(text, -1)
	var lines, seen []string
	for i, at := range found {
		end := len(text)
		if i+1 < len(found) {
			end = found[i+1][0]
		}
		n, row := text[at[0]:at[1]], text[at[1]:end]
		if code := codeOf(row); code != "" && !slices.Contains(seen, n) {
			seen = append(seen, n)
			lines = append(lines, n+" "+code+"\n")
		}
	}
	return strings.Join(lines, "")
}

const knownBy = 16 // characters of a subject; a digest may shorten the rest

func codeOf(row string) string {
	for _, s := range requests() {
		if s.code != "" && strings.Contains(row, s.subject[:min(knownBy, len(s.subject))]) {
			return s.code
		}
	}
	return ""
}
