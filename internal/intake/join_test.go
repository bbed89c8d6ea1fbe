package intake_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"triaged/internal/compose"
	"triaged/internal/intake"
	"triaged/internal/message"
	"triaged/internal/request"
)

// merged merges a request of Bob's, SR-2, into one of Pat's, SR-1, and gives Kim's notice of SR-1 and the receipt.
func merged(t *testing.T) (f *memory, notice, receipt compose.Letter, v intake.Verdict) {
	t.Helper()
	f = newMemory(t)
	_, notice = f.open()
	v = f.take(f.mail("Bob <"+bob+">", "Beamer 214", "It is dark in there.", "References: <before@people.example>"))
	f.now = f.now.Add(time.Minute)
	v = f.take(f.answer(letterOf(t, v, compose.Notice, kim), kim, "#dup 1"))
	return f, notice, letterOf(t, v, compose.Receipt, kim), v
}

// TestMergeIsKnown tells the requester of a duplicate once, in their own thread, that it goes on as another request, and
// whatever they hear of that one later under the number that they know.
func TestMergeIsKnown(t *testing.T) {
	f, notice, _, v := merged(t)
	if got := sorted(letters(v)); !slices.Equal(got, []string{"merged " + bob, "receipt " + kim}) {
		t.Fatalf("a merge sends %q", got)
	}
	word := letterOf(t, v, compose.Merged, bob)
	own := func(l compose.Letter) bool {
		return l.Request == 2 && l.InReplyTo == "2@people.example" && slices.Contains(l.References, "before@people.example") && f.texts[l.Topic] == "Beamer 214"
	}
	if !own(word) || word.Outcome.Into != 1 || word.Outcome.Changed || word.Commands {
		t.Errorf("the word of the merge: %+v, %+v", word, word.Outcome)
	}
	f.take(f.answer(notice, kim, "#1-3"))
	v = f.take(f.answer(notice, kim, "#resolve"))
	if l := letterOf(t, v, compose.Resolved, bob); !own(l) {
		t.Errorf("the end is told to Bob under %d, in answer to %s, about %q", l.Request, l.InReplyTo, f.texts[l.Topic])
	}
	if l := letterOf(t, v, compose.Resolved, pat); l.Request != 1 || l.InReplyTo != "1@people.example" {
		t.Errorf("the end is told to Pat under %d, in answer to %s", l.Request, l.InReplyTo)
	}
	v = f.take(f.mail("Bob <"+bob+">", "Re: Beamer 214", "It is still dark.", "In-Reply-To: <"+f.idOf(letterOf(t, v, compose.Resolved, bob))+">"))
	if l := letterOf(t, v, compose.Acknowledgement, bob); v.Outcome != intake.Reopened || l.Request != 2 || f.requests[1].State != request.Open {
		t.Errorf("Bob says that it is not done: %s: %s; he is told of %d", v.Outcome, v.Reason, l.Request)
	}
}

// TestBothNumbersWork takes what the requester of a duplicate writes under either number to the request that it goes on as,
// and lets them ask for it, but not withdraw another's.
func TestBothNumbersWork(t *testing.T) {
	for _, subject := range []string{"[SR-1] Any news?", "[SR-2] Any news?"} {
		f, _, _, _ := merged(t)
		if v := f.take(f.mail(bob, subject, "When will it be done?")); v.Outcome != intake.Replied || v.Request != 1 {
			t.Errorf("%q: %s of %d: %s", subject, v.Outcome, v.Request, v.Reason)
		}
		v := f.take(f.mail(bob, subject, "#status", vouched))
		if l := letterOf(t, v, compose.Receipt, bob); v.Outcome != intake.Commanded || l.Receipt.Items[0].Stands != request.Open {
			t.Errorf("%q: %s: %+v", subject, v.Outcome, l.Receipt.Items)
		}
		if f.take(f.mail(bob, subject, "#withdraw", vouched)); f.requests[1].State != request.Open {
			t.Errorf("%q: Bob withdraws Pat's request", subject)
		}
	}
}

// TestMergeIsTakenBack corrects what a requester was told of a merge, and tells it again when that is taken back.
func TestMergeIsTakenBack(t *testing.T) {
	f, _, receipt, _ := merged(t)
	for _, changed := range []bool{true, false} {
		f.now = f.now.Add(time.Minute)
		v := f.take(f.answer(receipt, kim, "#undo"))
		l := letterOf(t, v, compose.Merged, bob)
		if l.Outcome.Changed != changed || l.Outcome.Into != 1 || l.Request != 2 || (f.requests[2].State == request.Merged) == changed {
			t.Errorf("%s: %+v of %d, which is %s", v.Reason, l.Outcome, l.Request, f.requests[2].State)
		}
		receipt = letterOf(t, v, compose.Receipt, kim)
	}
}

// TestMergesThatNobodyIsToldOf are those by a request's own requester, and those of a machine's.
func TestMergesThatNobodyIsToldOf(t *testing.T) {
	for _, tt := range []struct{ from, header string }{{kim, ""}, {"monitor@school.example", "Auto-Submitted: auto-generated"}} {
		f := newMemory(t)
		f.open()
		if v := f.take(f.mail(tt.from, "Projector 214 down", "It is dark.", tt.header)); v.Request != 2 {
			t.Fatalf("%s: %s", v.Outcome, v.Reason)
		}
		v := f.take(f.mail(kim, "[SR-2]", "#dup 1", vouched))
		if got := letters(v); v.Outcome != intake.Commanded || !slices.Equal(got, []string{"receipt " + kim}) {
			t.Errorf("a merge of %s's sends %q: %s", tt.from, got, v.Reason)
		}
	}
}

// TestOneMailOfSeveral puts what staff answer and where the request stands into one mail to its requester.
func TestOneMailOfSeveral(t *testing.T) {
	for _, tt := range []struct{ text, kind, words string }{
		{"#wait customer\n#reply Which room is it in?", "categorized", "Which room is it in?"},
		{"#reply Which room is it in?\n#wait customer", "categorized", "Which room is it in?"},
		{"#reply\n#wait customer\n\nWhich room is it in?", "categorized", "Which room is it in?"},
		{"#1-4!\n#reply We come on Friday.", "categorized", "We come on Friday."},
		{"#reply We were there.\n#resolve The lamp is new.", "resolved", "We were there.\n\nThe lamp is new."},
		{"#reply One.\n#reply Two.", "answer", "One.\n\nTwo."},
		{"#resolve The lamp is new.\n#reopen", "resolved", ""},
	} {
		f := newMemory(t)
		notice := f.coded("1-3")
		v := f.take(f.answer(notice, kim, tt.text))
		var to []compose.Letter
		for _, l := range v.Letters {
			if l.To.Address == pat {
				to = append(to, l)
			}
		}
		if len(to) != 1 || string(to[0].Kind) != tt.kind || f.texts[to[0].Outcome.Text] != tt.words {
			t.Errorf("%q sends %q to Pat, with the words %q: %s", tt.text, letters(v), f.texts[to[0].Outcome.Text], v.Reason)
		}
	}
}

// TestSplitIsTakenBack makes what was split off part of the whole again, by mail and at the shell, unless somebody has gone
// on with it.
func TestSplitIsTakenBack(t *testing.T) {
	begin := func() (*memory, compose.Letter) {
		f := newMemory(t)
		_, notice := f.open()
		v := f.take(f.answer(notice, kim, "#split\nThe screen is torn, too."))
		if f.requests[2].Number == 0 || !slices.Equal(f.requests[1].Links, []request.Number{2}) {
			t.Fatalf("it was not split: %s", v.Reason)
		}
		f.now = f.now.Add(time.Minute)
		return f, letterOf(t, v, compose.Receipt, kim)
	}
	ways := map[string]func(*memory, compose.Letter) intake.Verdict{
		"by mail": func(f *memory, receipt compose.Letter) intake.Verdict { return f.take(f.answer(receipt, kim, "#undo")) },
		"at the shell, of the whole": func(f *memory, _ compose.Letter) intake.Verdict {
			return f.say(kim, 1, "#undo")
		},
		"at the shell, of the part": func(f *memory, _ compose.Letter) intake.Verdict {
			return f.say(kim, 2, "#undo")
		},
	}
	for way, undo := range ways {
		f, receipt := begin()
		v := undo(f, receipt)
		r := letterOf(t, v, compose.Receipt, kim).Receipt
		if v.Outcome != intake.Commanded || len(f.requests[1].Links) != 0 || f.requests[2].State != request.Merged || f.requests[2].MergedInto != 1 {
			t.Fatalf("%s: %s: linked with %v, the part is %s: %+v", way, v.Reason, f.requests[1].Links, f.requests[2].State, r.Items)
		}
		if slices.ContainsFunc(r.Items, func(i compose.ReceiptItem) bool { return !i.Done }) || len(r.Items) != 2 {
			t.Errorf("%s: %+v", way, r.Items)
		}
		if l := letterOf(t, v, compose.Merged, pat); l.Request != 2 || l.Outcome.Into != 1 {
			t.Errorf("%s: Pat, who was told of SR-2, hears %+v of %d", way, l.Outcome, l.Request)
		}

		if way == "at the shell, of the part" {
			continue // there an undo takes back what was done last
		}
		f, receipt = begin()
		f.take(f.mail(ana, "[SR-2]", "#mine", vouched))
		f.now = f.now.Add(time.Minute)
		v = undo(f, receipt)
		for _, item := range letterOf(t, v, compose.Receipt, kim).Receipt.Items {
			if item.Done || !strings.HasPrefix(item.Result, "Ana Ruiz has claimed it since") {
				t.Errorf("%s, gone on with: %+v", way, item)
			}
		}
		if f.requests[2].State != request.Open || !slices.Equal(f.requests[1].Links, []request.Number{2}) {
			t.Errorf("%s, gone on with: the part is %s, linked with %v", way, f.requests[2].State, f.requests[1].Links)
		}
	}
}

// say is what one of the staff says at the shell about a request.
func (f *memory) say(as string, n request.Number, text string) intake.Verdict {
	f.t.Helper()
	m := &message.Message{From: message.Address{Address: as}, Kind: message.Personal, Date: f.now, Subject: "[" + n.Label("SR") + "]", Text: text, Reply: text}
	return f.decide(m, intake.Envelope{Mailbox: "shell", Shell: true})
}

// TestWithdrawnWithAnothers keeps a request open that its requester withdraws, as long as somebody else's is part of it, since
// that one was told to be written to when it is done. Staff who insist end both; then an answer of the other's opens it again.
func TestWithdrawnWithAnothers(t *testing.T) {
	f, _, _, _ := merged(t)
	v := f.take(f.mail(pat, "[SR-1] Beamer", "#withdraw", vouched))
	if item := letterOf(t, v, compose.Receipt, pat).Receipt.Items[0]; item.Done || f.requests[1].State != request.Open {
		t.Errorf("Pat withdraws Bob's, too: %+v", item)
	}
	f.take(f.mail(pat, "[SR-1] Beamer", "#withdraw!", vouched))
	f.take(f.mail(kim, "[SR-1] Beamer", "#withdraw", vouched))
	if f.requests[1].State != request.Open {
		t.Errorf("it is %s", f.requests[1].State)
	}
	if v := f.take(f.mail(kim, "[SR-1] Beamer", "#withdraw!", vouched)); f.requests[1].State != request.Withdrawn {
		t.Fatalf("Kim insists: %s", v.Reason)
	}
	v = f.take(f.mail(bob, "[SR-2] Beamer 214", "It is still dark."))
	if l := letterOf(t, v, compose.Acknowledgement, bob); v.Outcome != intake.Reopened || f.requests[1].State != request.Open || l.Request != 2 {
		t.Errorf("Bob needs it: %s; it is %s, and he is told of %d", v.Reason, f.requests[1].State, l.Request)
	}
}

// TestWithdrawnWithOnesOwn ends a request with what else its requester asked for.
func TestWithdrawnWithOnesOwn(t *testing.T) {
	f := newMemory(t)
	f.open()
	f.take(f.mail(pat, "Beamer 214", "Still dark."))
	f.take(f.mail(kim, "[SR-2]", "#dup 1", vouched))
	if v := f.take(f.mail(pat, "[SR-1] Beamer", "#withdraw", vouched)); f.requests[1].State != request.Withdrawn {
		t.Errorf("it is %s: %s", f.requests[1].State, v.Reason)
	}
}

// TestEndOfWhatWasMerged is told to everybody whose request was merged, even if there are more than a request has watchers,
// and if what they were merged into came from a machine.
func TestEndOfWhatWasMerged(t *testing.T) {
	for _, first := range []string{pat, "monitor@school.example"} {
		f := newMemory(t)
		f.take(f.mail(first, "Projector 214 down", "It is dark."))
		const others = request.MaxWatchers + 5
		for i := range others {
			f.take(f.mail(fmt.Sprintf("u%d@school.example", i), "Beamer", "Dark."))
			f.take(f.mail(kim, fmt.Sprintf("[SR-%d]", i+2), "#dup 1", vouched))
		}
		f.take(f.mail(kim, "[SR-1]", "#1-3", vouched))
		v := f.take(f.mail(kim, "[SR-1]", "#resolve", vouched))
		told := map[request.Number]int{}
		for _, l := range v.Letters {
			if l.Kind == compose.Resolved {
				told[l.Request]++
			}
		}
		for i := range others {
			if n := request.Number(i + 2); told[n] != 1 {
				t.Errorf("%s: of %d, its requester is told %d times", first, n, told[n])
			}
		}
		if machine := first != pat; (told[1] == 0) != machine {
			t.Errorf("%s is told %d times", first, told[1])
		}
	}
}
