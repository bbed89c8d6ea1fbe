package intake_test

import (
	"slices"
	"strings"
	"testing"

	"triaged/internal/compose"
	"triaged/internal/intake"
	"triaged/internal/request"
)

// refusals are the lines that a receipt refuses, with why.
func refusals(r *compose.ReceiptBody) []string {
	var all []string
	for _, item := range r.Items {
		if !item.Done && item.Said != "" && item.Result != "" && !strings.Contains(item.Result, "nobody knows") {
			all = append(all, item.Said)
		}
	}
	return all
}

// TestEveryRowOfAnAnswerIsInTheReceipt has each row of an answer to a digest done or refused with a hint, whatever else the
// mail says and wherever it was typed.
func TestEveryRowOfAnAnswerIsInTheReceipt(t *testing.T) {
	tests := []struct {
		name, text, done, refused string
	}{
		{"beside rows with their sign", "SR-1 #1-3\nSR-2 2-3\n3 ok", "1-3 2-3 1-3", ""},
		{"beside words", "SR-1 #1-3\nSR-2 2-3\n3 ok\nThe fourth is of the network people.", "1-3  ", "SR-2 2-3|3 ok"},
		{"nothing but words and rows", "Good morning all, here is my part.\nSR-2 2-3", "  ", "SR-2 2-3"},
		{"beside their rows in the quotation", "\n\n________________________________\nFrom: Desk <" + desk + ">\nSent: Monday, March 2, 2026 9:00 AM\nTo: Ana Ruiz\nSubject: queue\n\n" +
			"SR-1, waiting: something that somebody asked for 1-3\nSR-2, waiting: something that somebody asked for I called her\n" +
			"SR-3, waiting: something that somebody asked for 1-3-4\nSR-4, waiting: something that somebody asked for\n" +
			"This is what the desk wrote to ana@school.example about it, in words of its own.", "1-3  ", "SR-3 1-3-4|SR-2 I called her"},
	}
	for _, tt := range tests {
		f := newMemory(t)
		for range 4 {
			f.take(f.mail(pat, "Something", "Something is broken."))
		}
		digest := f.digest()
		raw := f.answer(digest, ana, tt.text)
		if strings.HasPrefix(tt.text, "\n") {
			raw = f.mail(ana, "Re: queue", tt.text, "In-Reply-To: <"+f.idOf(digest)+">")
		}
		v := f.take(raw)
		done := f.requests[1].Code.String() + " " + f.requests[2].Code.String() + " " + f.requests[3].Code.String()
		if got := strings.Join(refusals(letterOf(t, v, compose.Receipt, ana).Receipt), "|"); done != tt.done || got != tt.refused {
			t.Errorf("%s: done %q, refused %q: %s", tt.name, done, got, v.Reason)
		}
		if n := len(f.events[1]); strings.Contains(tt.text, "fourth") && f.texts[f.events[1][n-1].Text] != "The fourth is of the network people." {
			t.Errorf("%s: the note is %q", tt.name, f.texts[f.events[1][n-1].Text])
		}
	}
}

// TestBareCodesAmongTheQuotation lets a code that was typed into the quoted mail count only if the mail says nothing else,
// and names it where nobody can tell who wrote it.
func TestBareCodesAmongTheQuotation(t *testing.T) {
	const offered = "Pat Lee writes, waiting since 7:41 am: the projector in room 214 stays dark.\n" +
		"1. 1-3 Service Request, Instructional: likely, 3 working days\n2. 1-4 Service Request, Administrative: a guess\n"
	upTo := func(s, what string) string {
		before, _, _ := strings.Cut(s, what)
		return before + what + "\n"
	}
	marked := func(s string) string { return "> " + strings.ReplaceAll(strings.TrimSpace(s), "\n", "\n> ") + "\n" }
	const above = "\n\nOn Mon, Mar 2, 2026 at 9:00 AM Desk <" + desk + "> wrote:\n"
	const unmarked = "\n\n________________________________\nFrom: Desk <" + desk + ">\nSent: Monday, March 2, 2026 9:00 AM\nTo: Kim Tran\nSubject: Projector\n\n"
	tests := []struct {
		name, text, code, refused string
	}{
		{"below the quotation, alone", above + marked(offered) + "\n1-4\n", "1-4", ""},
		{"below the quotation, beside words", "I will go there tomorrow." + above + marked(offered) + "\n1-4\n", "", "1-4"},
		{"where the quotation is cut", above + marked(upTo(offered, "3 working days")) + "2\n", "1-4", ""},
		{"where a quotation without marks is cut, which had the same", unmarked + upTo(offered, "3 working days") + "2\n", "", "2"},
		{"the same, beside words", "I will go there tomorrow." + unmarked + upTo(offered, "3 working days") + "2\n", "", "2"},
		{"a quotation without marks, whole", "I will go there tomorrow." + unmarked + offered, "", ""},
		{"nothing but words", "I will go there tomorrow." + above + marked(offered), "", ""},
		{"a telephone number", "I will go there tomorrow.\n281 555-0100" + above + marked(offered), "", ""},
	}
	for _, tt := range tests {
		f := newMemory(t)
		_, notice := f.open()
		id := f.idOf(notice)
		sent := f.sent[id]
		sent.Forms = []string{offered}
		f.sent[id] = sent
		v := f.take(f.mail(kim, "Re: "+sent.Subject, tt.text, "In-Reply-To: <"+id+">"))
		got := strings.Join(refusals(letterOf(t, v, compose.Receipt, kim).Receipt), "|")
		if code := f.requests[1].Code.String(); code != tt.code || got != tt.refused {
			t.Errorf("%s: it is %q, refused %q: %s: %s", tt.name, code, got, v.Outcome, v.Reason)
		}
		if words := "I will go there tomorrow."; strings.HasPrefix(tt.text, words) && !strings.Contains(f.lastNote(1), words) {
			t.Errorf("%s: the words are lost: %q", tt.name, f.lastNote(1))
		}
	}
}

func (f *memory) lastNote(n request.Number) (text string) {
	for _, e := range f.events[n] {
		if e.Type == request.Noted {
			text = f.texts[e.Text]
		}
	}
	return text
}

// TestWordsBesideRefusedRows says of words that they were not kept, where every row was refused and nobody knows which
// request they are about.
func TestWordsBesideRefusedRows(t *testing.T) {
	f := newMemory(t)
	for range 3 {
		f.take(f.mail(pat, "Something", "Something is broken."))
	}
	v := f.take(f.answer(f.digest(), ana, "SR-2 2-3\nThe others are of the network people."))
	items := letterOf(t, v, compose.Receipt, ana).Receipt.Items
	if len(items) != 2 || items[1].Done || items[1].Said != "The others are of the network people." || v.Outcome != intake.RefusedCommand {
		t.Errorf("%s: %+v", v.Outcome, items)
	}
}

// TestCodesInASubject names a code behind the number in a subject of the desk's own people, and leaves everybody else's alone.
func TestCodesInASubject(t *testing.T) {
	for _, tt := range []struct {
		from, subject string
		named         bool
	}{
		{kim, "[SR-1] 1-3", true}, {kim, "SR-1 1-3", true}, {kim, "[SR-1] mine", true},
		{kim, "[SR-1] 9-12 graders", false}, {kim, "[SR-1] 2", false}, {kim, "[SR-1]", false}, {kim, "1-3", false},
		{kim, "Re: [SR-1] 1-3", false}, {pat, "[SR-1] 1-3", false},
	} {
		f := newMemory(t)
		f.open()
		v := f.take(f.mail(tt.from, tt.subject, "", vouched))
		named := v.Outcome == intake.RefusedCommand && strings.Contains(letterOf(t, v, compose.Receipt, kim).Receipt.Items[0].Result, "number sign")
		if named != tt.named || f.requests[1].Code.String() != "" {
			t.Errorf("%q from %s: %s: %s", tt.subject, tt.from, v.Outcome, v.Reason)
		}
	}
}

// TestRowsInANewMail refuses rows without their number sign where a member of staff says nothing else, and makes a request
// of whatever else could be one.
func TestRowsInANewMail(t *testing.T) {
	tests := []struct {
		from, text string
		header     string
		outcome    intake.Outcome
	}{
		{kim, "Hi all,\nSR-1 1-3\n2 dup 1\n\nThanks,\nKim Tran", vouched, intake.RefusedCommand},
		{kim, "SR-1 1-3\nAnd my own projector is dark.", vouched, intake.Opened},
		{kim, "12 ok", vouched, intake.Opened},
		{kim, "SR-1 1-3\n2 dup 1", "", intake.RefusedCommand}, // nothing proves that it is Kim's, and nothing is done
		{kim, "SR-1 1-3\n2 dup 1", "Authentication-Results: mx.school.example; dmarc=fail header.from=school.example", intake.Spam},
		{pat, "SR-1 1-3", vouched, intake.Opened},
		{"zoe@school.example", "SR-1 1-3", vouched, intake.Opened},
	}
	for _, tt := range tests {
		f := newMemory(t)
		f.open()
		v := f.take(f.mail(tt.from, "codes", tt.text, tt.header))
		if v.Outcome != tt.outcome || f.requests[1].Code.String() != "" {
			t.Errorf("%q from %s ends as %s: %s", tt.text, tt.from, v.Outcome, v.Reason)
		}
		if v.Outcome == intake.RefusedCommand {
			if got := refusals(letterOf(t, v, compose.Receipt, kim).Receipt); len(got) != 2 {
				t.Errorf("the receipt names %q", got)
			}
		}
	}
}

// TestWordsBesideARefusedCommand are neither kept nor lost in silence, where a new mail's only command is refused and so
// nothing says which request they are about.
func TestWordsBesideARefusedCommand(t *testing.T) {
	for _, subject := range []string{"SR-1 1-3", "SR-1 #1-33"} {
		f := newMemory(t)
		f.open()
		v := f.take(f.mail(kim, subject, "The bell rings at the wrong times.", vouched))
		r := letterOf(t, v, compose.Receipt, kim).Receipt
		told := slices.ContainsFunc(r.Items, func(i compose.ReceiptItem) bool {
			return !i.Done && strings.HasPrefix(i.Said, "The bell rings") && strings.HasPrefix(i.Result, "nobody knows which request these words are about")
		})
		if kept := f.texts[r.Note] != ""; !kept && !told {
			t.Errorf("%q: %s: %+v", subject, v.Reason, r.Items)
		}
	}
}
