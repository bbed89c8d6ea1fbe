package suggest

import (
	"iter"
	"strings"
)

// mostPassages bounds the work on a long mail.
const mostPassages = 40

// passages yields each two sentences of a text that follow each other, if there are more than two.
func passages(text string) iter.Seq[string] {
	all := sentences(clip(text))
	return func(yield func(string) bool) {
		if len(all) < 3 {
			return
		}
		for i, first := range all[:min(mostPassages, len(all)-1)] {
			if !yield(first + " " + all[i+1]) {
				return
			}
		}
	}
}

// sentences splits a text after its full stops, question and exclamation marks and at the ends of lines. What has no word in
// it is left out.
func sentences(text string) (all []string) {
	start := 0
	end := func(i int) {
		if s := strings.TrimSpace(text[start:i]); hasWord(s) {
			all = append(all, s)
		}
		start = i
	}
	for i := 1; i < len(text); i++ {
		if text[i] == '\n' || text[i] == ' ' && strings.IndexByte(".?!", text[i-1]) >= 0 {
			end(i)
		}
	}
	end(len(text))
	return all
}
