package command

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// digest is a mail such as the bot sends, about four requests. A requester's own words stand in two of the rows.
const digest = `Hello Kim,

4 requests wait for a category. Write a code behind a row, or answer with
lines such as "SR-1 1-2"; https://desk.example/help#codes says more.

SR-12  Projector in room 5 stays dark - Ann Smith, Maple Elementary
       since 08:05, overdue by 40 minutes. 1-3 (72%) projector; 1-4 (11%)
SR-14  Please reset my password, user name asmith2 - Bo Ek, Oak Middle
       since 08:50. 2-3 (80%) password reset; 2-4 (9%)
SR-15  Cash register 3 prints nothing ♯1-1 - Cy Dole, Oak Middle
       since 09:10. 1-4 (55%) register; 1-2 (20%) printer; 1-3 (9%)
SR-18  Order 12 tablets for the lab - Di Fox, Pine High
       since 09:40. 3-3 (66%) order tablets; 3-4 (21%)

Customer Care Center, Monday 23 November 2026
`

// listed is a digest that lists its suggestions by their numbers.
const listed = `They wait. Answer with a line for each request, such as "SR-12 1-3", or "SR-12 ok" for its first suggestion.

SR-12, waiting 50 minutes: Projector in room 5 stays dark - Ann Smith, Maple Elementary
1. 1-3 Service Request, Instructional: likely, 3 working days (projector)
2. 1-4 Service Request, Administrative: a guess, 4 working days (projector)

SR-14, waiting 20 minutes: Please reset my password, user name asmith2 - Bo Ek, Oak Middle
1. 2-3 Security Access, Instructional: likely, 3 working days (password)
`

func upTo(s, what string) string {
	before, _, _ := strings.Cut(s, what)
	return before + what
}

var digestSent = Sent{Renderings: []string{digest}, Prefix: "SR", Listed: []int64{12, 14, 15, 18}}

// quote puts marks in front of every line.
func quoteWith(mark, s string) string {
	return mark + strings.ReplaceAll(s, "\n", "\n"+mark)
}

// rewrap breaks a text anew at this width.
func rewrap(s string, width int) string {
	var b strings.Builder
	column := 0
	for _, w := range strings.Fields(s) {
		if column > 0 && column+len(w) > width {
			b.WriteByte('\n')
			column = 0
		}
		if column > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w)
		column += len(w) + 1
	}
	return b.String()
}

func after(s, what, add string) string { return strings.Replace(s, what, what+add, 1) }

func TestNewWords(t *testing.T) {
	const attribution = "On Mon, 23 Nov 2026 at 10:00, Customer Care Center\n<support@school.example> wrote:\n\n"
	const outlook = "________________________________\nFrom: Customer Care Center <support@school.example>\nSent: Monday, 23 November 2026 10:00\n" +
		"To: Kim Tran\nSubject: 4 requests wait for a category\n\n"
	cutOut := strings.Join(append(strings.Split(digest, "\n")[:7], strings.Split(digest, "\n")[11:]...), "\n") // without SR-14, SR-15
	tests := []struct{ name, received, want string }{
		{"nothing but the mail", digest, ""},
		{"quoted", quoteWith("> ", digest), ""},
		{"quoted twice and rewrapped", quoteWith("> > ", rewrap(digest, 40)), ""},
		{"above a quotation", "SR-12 1-3\n\n" + attribution + quoteWith("> ", digest), "SR-12 1-3"},
		{"above Outlook's copy, no marks", "SR-12 1-3\n\n" + outlook + digest, "SR-12 1-3"},
		{"without any quotation", "1-3", "1-3"},
		{"words that the bot had used, without any quotation", "SR-12 1-3\nSR-14 2-3\nall 1-3", "SR-12 1-3\nSR-14 2-3\nall 1-3"},
		{"below the quotation", quoteWith("> ", digest) + "\nSR-12 1-3\n", "SR-12 1-3"},
		{"behind a row", after(digest, "Maple Elementary", " 1-3"), "SR-12 1-3"},
		{"behind a row's last line", after(digest, "2-4 (9%)", "    2-3"), "SR-14 2-3"},
		{"behind a row, in a table", after(digest, "Maple Elementary", " | 1-3"), "SR-12 1-3"},
		{"behind a row, quoted", quoteWith("> ", after(digest, "Maple Elementary", " #1-3")), "SR-12 #1-3"},
		{"behind a row with an arrow", after(digest, "Maple Elementary", " --> ok"), "SR-12 ok"},
		{"below a row", after(digest, "1-4 (11%)", "\n1-3"), "SR-12 1-3"},
		{"below a row, between quotations", strings.Replace(quoteWith("> ", digest), "1-4 (11%)", "1-4 (11%)\n\n1-3\n", 1), "SR-12 1-3"},
		{"above a row: nobody knows which is meant", after(digest, "1-4 (11%)", "\n\n1-3"), "1-3"},
		{"behind several rows", after(after(digest, "Maple Elementary", " 1-3"), "2-4 (9%)", " ok"), "SR-12 1-3\n\nSR-14 ok"},
		{"the row's number typed again", after(digest, "Maple Elementary", " SR-12 1-3"), "SR-12 1-3"},
		{"a repeated code", after(digest, "1-4 (11%)", " 1-4"), "SR-12 1-4"},
		{"other rows deleted", after(cutOut, "1-4 (11%)", "\n1-4"), "SR-12 1-4"},
		{"the number of the row below typed above it", after(digest, "1-4 (11%)", "\nSR-14 2-3"), "SR-14 2-3"},
		{"a remark", after(digest, "1-4 (11%)", " I called her"), "SR-12 I called her"},
		{"links rewritten", strings.Replace(digest, "https://desk.example/help#codes", "https://safe.example/?u=desk#1-3 <https://desk.example/help#codes>", 1), ""},
		{"dashes autocorrected", strings.ReplaceAll(digest, " - ", " – "), ""},
		{"bold marked with stars", strings.ReplaceAll(digest, "SR-", "*SR*-"), ""},
		{"carriage returns", strings.ReplaceAll(after(digest, "Maple Elementary", " 1-3"), "\n", "\r\n"), "SR-12 1-3"},
		{"below a row where the quotation is cut short, a list coming next", quoteWith("> ", upTo(listed, "Maple Elementary")) + "\n1-3", "SR-12 1-3"},
		{"the same, without marks", upTo(listed, "Maple Elementary") + "\n1-4!", "SR-12 1-4!"},
		{"the row's number kept, the rest of it typed over", upTo(listed, "SR-14") + " 2-3", "SR-14 2-3"},
		{"in a sentence of the mail", strings.Replace(digest, "4 requests wait", "4 requests really wait", 1), "really"},
		{"empty", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sent := digestSent
			if strings.Contains(tt.received, "They wait.") {
				sent.Renderings = []string{listed}
			}
			if diff := cmp.Diff(tt.want, sent.NewWords(tt.received)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestNewWordsTakesTheRenderingThatExplainsMost(t *testing.T) {
	html := strings.NewReplacer("Write a code", "Tap or write a code", "1-4 (11%)", "1-4 (11%)\n1-3\nok\nmine").Replace(digest)
	sent := Sent{Renderings: []string{digest, html}, Prefix: "SR", Listed: digestSent.Listed}
	if got := sent.NewWords("SR-18 3-3\n\n" + html); got != "SR-18 3-3" {
		t.Errorf("got %q", got)
	}
	if got := sent.NewWords("SR-18 3-3\n\n" + digest); got != "SR-18 3-3" {
		t.Errorf("got %q", got)
	}
}

func TestNewWordsKeepsANumberInASubjectFromBeingARow(t *testing.T) {
	sent := "These wait:\n\nSR-12 The request\nSR-18 of mine was closed too early by somebody - Ann\nSR-14 Printer out of paper in the library - Bo\nSR-18 Tablets for the lab - Di\n"
	received := after(sent, "SR-18 of mine was closed too early by somebody - Ann", " 1-3")
	got := Sent{Renderings: []string{sent}, Prefix: "SR", Listed: []int64{12, 14, 18}}.NewWords(received)
	if got != "SR-12 1-3" {
		t.Errorf("got %q", got)
	}
}

func TestAnswersInsideADigestAreCommands(t *testing.T) {
	received := quoteWith("> ", after(after(digest, "1-4 (11%)", " 1-3"), "3-4 (21%)", "\n#mine"))
	got := told(Read(digestSent.NewWords(received), setting(Digest, 4)))
	if diff := cmp.Diff([]string{"SR-12 #1-3", "SR-18 #mine"}, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// An HTML part puts codes on buttons. Should only the text part be known, the buttons' words must not become commands.
func TestButtonsAreNoCommands(t *testing.T) {
	const text = `2 uncategorized. Oldest first.

SR-12, OVERDUE, waiting 3 h 10 min: Projector in 214 is dead
   Maria Lopez: Hi, the projector in room 214 stays dark since this morning, the lamp light blinks red.
   1. 1-3 Service Request, Instructional: likely, 3 working days (projector, students)
   2. 1-4 Service Request, Administrative: a guess, 4 working days (projector)
   3. 3-3 Acquisition, Instructional: a guess, 3 working days

SR-15, waiting 50 minutes: Call me
   Office: please call me about the copier on the second floor
   1. 8-9 Process Related, CCC Related: a guess, as needed
`
	const html = `2 uncategorized. Oldest first.
SR-12 overdue waiting 3 h 10 min
Projector in 214 is dead
Maria Lopez: Hi, the projector in room 214 stays dark since this morning, the lamp light blinks red.
1-3
1. Service Request, Instructional
likely, 3 working days (projector, students)
1-4
2. Service Request, Administrative
a guess, 4 working days (projector)
3-3
3. Acquisition, Instructional
a guess, 3 working days
SR-15 waiting 50 minutes
Call me
Office: please call me about the copier on the second floor
8-9
1. Process Related, CCC Related
a guess, as needed
`
	sent := Sent{Renderings: []string{text}, Prefix: "SR", Listed: []int64{12, 15}}
	for _, received := range []string{html, quoteWith("> ", html), strings.ReplaceAll(html, "\n1-", " | 1-")} {
		for _, l := range strings.Split(sent.NewWords(received), "\n") {
			if got := told(Read(l, setting(Digest, 2))); len(got) > 0 {
				t.Errorf("%q was read as %q", l, got)
			}
		}
	}
	sent.Renderings = append(sent.Renderings, html)
	if got := sent.NewWords(html); got != "" {
		t.Errorf("with both renderings, %q is new", got)
	}
	if got := sent.NewWords(strings.Replace(html, "blinks red.\n", "blinks red.\n1-4\n", 1)); got != "SR-12 1-4" {
		t.Errorf("with both renderings, %q is new", got)
	}
}
