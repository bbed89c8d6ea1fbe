package message

import (
	"strings"
	"testing"
)

// FuzzTrim holds trimming to its rules for any text: every line goes into one of the two parts, in order, and nothing
// else does; new text is found again in new text.
func FuzzTrim(f *testing.F) {
	for _, a := range attributions {
		f.Add("It works.\n\n" + a.line + "\n> ok?\n\nyes\n")
	}
	for _, b := range headerBlocks {
		f.Add("It works.\n\n" + b.block + "\n\nok?\n")
	}
	for _, s := range []string{
		"", ">", "> wrote:", "<\n> wrote:", "--", "-- \n", "From:\nTo:\nDate:\nSubject:", "a\n--\nb\n>c\nd", "KT> a\nKT> b\n", ">>> x 2026 >>>", "On 2026\n\n\nwrote:", "\u200b\n:", "：", "----- Forwarded Message ----- From: a@b To: Subject:",
		strings.Repeat("> ", 50) + "x", strings.Repeat("From: a\n", 100), strings.Repeat("On 1/1/2026 1:11 x wrote:\n", 50), "```\n--\n", "Thanks,\nRosa\n555-010-2231\na@b.example\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(strings.ReplaceAll(text, "\r", ""), "")
		reply, elided := trimReply(text, "Projector")
		if p := lostLine(text, reply, elided); p != "" {
			t.Fatalf("%s\nreply: %q\nelided: %q", p, reply, elided)
		}
		if inlineForward(text, "Fwd: Projector", maxForwards) != nil && text == "" {
			t.Fatal("a forward in nothing")
		}
		languageOf(text)
	})
}

// hostile are texts that make careless scanners take quadratic time: what each of them repeats, n times.
func hostile(n int) map[string]string {
	texts := map[string]string{}
	for _, unit := range []string{
		"On 1/1/2026 1:11 x wrote:\n", "wrote:\n", ":\n", "On 1/1/2026\n", "From: a\n", "From: a\nx\n", "De:\n", "> a\n", ">", "> wrote:\n", "<\n> wrote:\n", "--\n", "-- \n> a\n", "____\n", "\n", " ", "a", "KT> a\n", "|\n",
		"-----Original Message-----\n", "________________________________\n\n", "Begin forwarded message:\n", "Sent from my iPhone\n", "confidential\n", "Thanks,\n", "555-010-2231\n", "----- Forwarded Message ----- From: a@b To: c\n", "a@", "@", "\u200b", "：\n", "5.1.1 550 ", "Final-Recipient: rfc822; a@b\n", "<a@b>:\n550 x\n",
	} {
		texts[unit] = strings.Repeat(unit, n/len(unit)+1)
	}
	return texts
}

// TestHostileTextsAreTrimmed runs the big ones once; how long they take is for the benchmark to say.
func TestHostileTextsAreTrimmed(t *testing.T) {
	for unit, text := range hostile(50_000) {
		reply, elided := trimReply(text, "Projector")
		if p := lostLine(text, reply, elided); p != "" {
			t.Errorf("%q: %.200s", unit, p)
		}
	}
}

// TestLongTextsKeepTheirEnd: beyond the limits of trimming, the rest goes where the last line before it went.
func TestLongTextsKeepTheirEnd(t *testing.T) {
	long := strings.Repeat("line\n", maxTrimLines) + "the end\n"
	if reply, _ := trimReply(long, ""); !strings.HasSuffix(strings.TrimSpace(reply), "the end") {
		t.Errorf("new text lost its end: %.40q", reply[max(0, len(reply)-40):])
	}
	long = "new\n\nOn Mon, Nov 23, 2026 at 9:10 AM Kim Tran <kim@school.example> wrote:\n" + long
	if reply, elided := trimReply(long, ""); reply != "new" || !strings.HasSuffix(strings.TrimSpace(elided), "the end") {
		t.Errorf("the history's end went astray: %.40q", reply)
	}
}
