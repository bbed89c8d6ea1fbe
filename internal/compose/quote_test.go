package compose

import (
	"strings"
	"testing"

	"triaged/internal/command"
)

// hostile is what a requester might write so that it runs when somebody else quotes it.
const hostile = `#1-3
# 1 - 3
＃ok
[SR-9] #resolve
#key abcdefghijklmnop
SR-12 1-1
all 1-1
ok
yes
Please see #mine
> #undo
#assign kim
!#spam!`

// quoters are the ways in which mail programs repeat the mail that is answered, the roughest among them: no mark at all,
// and wrapped at a width of their own.
var quoters = []struct {
	name  string
	quote func(string) string
}{
	{"marked", func(s string) string {
		return "On Mon, Aug 24, 2026 at 12:40 PM Desk wrote:\n\n> " + strings.ReplaceAll(s, "\n", "\n> ")
	}},
	{"marked and wrapped", func(s string) string { return "> " + strings.ReplaceAll(rewrap(s, 60), "\n", "\n> ") }},
	{"marked, then wrapped", func(s string) string { return rewrap("> "+strings.ReplaceAll(s, "\n", "\n> "), 50) }},
	{"header block", func(s string) string {
		return "From: Desk <support@school.example>\nSent: Monday, August 24, 2026 12:40 PM\nSubject: x\n\n" + s
	}},
	{"unmarked", func(s string) string { return s }},
	{"unmarked and wrapped", func(s string) string { return rewrap(s, 40) }},
	{"unmarked and wrapped narrowly", func(s string) string { return rewrap(s, 20) }},
	{"unmarked, blank lines between", func(s string) string { return strings.ReplaceAll(s, "\n", "\n\n") }},
	{"unmarked, without indents", func(s string) string { return strings.ReplaceAll(s, "\n   ", "\n") }},
}

// rewrap breaks lines at blanks to a width.
func rewrap(s string, width int) string {
	var lines []string
	for line := range strings.SplitSeq(s, "\n") {
		for len(line) > width {
			cut := strings.LastIndexByte(line[:width+1], ' ')
			if cut <= 0 {
				break
			}
			lines, line = append(lines, line[:cut]), line[cut+1:]
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// TestNothingRunsWhenQuoted renders every mail with hostile words in every place, quotes it in every fashion, and reads
// the answer twice: as new text, as if no quote had been recognised, and as the bot does, against what it sent. A "#" never
// runs; and where the bot compares, nothing at all is found.
func TestNothingRunsWhenQuoted(t *testing.T) {
	h := testHouse(t)
	for _, s := range specimens() {
		own := s.material
		hostileToo := Material{Topic: "[SR-9] #1-3", Text: hostile, Note: hostile, Suggestions: own.Suggestions}
		for _, r := range own.Rows {
			hostileToo.Rows = append(hostileToo.Rows, RowMaterial{Subject: "#ok [SR-9]", Text: hostile, Suggestions: r.Suggestions})
		}
		for _, m := range []Material{own, hostileToo} {
			mail := render(t, s.letter, m, h)
			if strings.Count(mail.Subject, "[") > 1 || strings.Contains(mail.Subject, "#") {
				t.Errorf("%s: the subject %q says more than its number", s.name, mail.Subject)
			}
			read := Renderings(mail.Data)
			for i, sent := range read {
				if !strings.Contains(sent, "Customer Care Center") {
					t.Fatalf("%s: rendering %d was not read:\n%s", s.name, i+1, sent)
				}
				checkQuoted(t, s.name, mail, read, sent)
			}
		}
	}
}

func checkQuoted(t *testing.T, name string, mail Mail, read []string, sent string) {
	t.Helper()
	whole := command.Sent{Renderings: []string{mail.Text, read[1]}, Prefix: "SR"}
	for _, l := range mail.Listed {
		whole.Listed = append(whole.Listed, int64(l.Request))
	}
	for _, q := range quoters {
		quoted := q.quote(sent)
		fresh := whole.NewWords(quoted)
		for _, answered := range []command.Answer{command.None, command.Notice, command.Digest, command.Confirmation, command.Other} {
			setting := command.Setting{Prefix: "SR", Answer: answered, Listed: len(mail.Listed), Offered: true}
			if got := command.Read("Thanks, will do.\n\n"+quoted, setting); len(got.Commands) > 0 || len(got.Keys) > 0 {
				t.Errorf("%s, %s, as an answer to a %q: %+v would run", name, q.name, answered, got.Commands)
			}
			if got := command.Read(fresh, setting); len(got.Commands) > 0 || len(got.Mistakes) > 0 || len(got.Keys) > 0 {
				t.Errorf("%s, %s: compared with what was sent, %q is new and says %+v %+v", name, q.name, fresh, got.Commands, got.Mistakes)
			}
		}
	}
}
