package intake_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"triaged/internal/chart"
	"triaged/internal/compose"
	"triaged/internal/intake"
	"triaged/internal/request"
)

// coded opens a request of Pat's with a code and gives the notice that Kim got.
func (f *memory) coded(code string) compose.Letter {
	f.t.Helper()
	_, notice := f.open()
	if v := f.take(f.answer(notice, kim, "#"+code)); v.Outcome != intake.Commanded {
		f.t.Fatalf("%s: %s", v.Outcome, v.Reason)
	}
	return notice
}

func TestWaitingOnTheCustomer(t *testing.T) {
	f := newMemory(t)
	notice := f.coded("1-3")
	f.now = f.now.Add(time.Hour)
	f.take(f.answer(notice, kim, "#wait customer"))
	if r := f.requests[1]; r.State != request.Waiting || r.Code != (chart.Code{Category: 1, Priority: 6}) {
		t.Fatalf("it is %s, %s", r.State, r.Code)
	}
	f.now = f.now.Add(10 * time.Hour)
	if v := f.take(f.mail(pat, "Re: Projector", "Thanks!", "In-Reply-To: <1@people.example>")); v.Outcome != intake.Thanks || f.requests[1].State != request.Waiting {
		t.Errorf("thanks ends as %s and leaves it %s", v.Outcome, f.requests[1].State)
	}
	v := f.take(f.mail(pat, "Re: Projector", "The serial number is 42.", "In-Reply-To: <1@people.example>"))
	if n := letterOf(t, v, compose.Notice, kim).Notice; n.Code.String() != "1-3" || n.Due.IsZero() {
		t.Errorf("the notice says %s, due %s", n.Code, n.Due)
	}
	r := f.requests[1]
	if r.State != request.Open || r.Code != (chart.Code{Category: 1, Priority: 3}) {
		t.Errorf("after the answer it is %s, %s", r.State, r.Code)
	}
	if due := r.Due(f.policy.Calendar).In(f.policy.Zone).Format("2006-01-02 15:04"); due != "2026-03-05 16:00" {
		t.Errorf("it is due %s", due) // an hour was used up on Monday; the clock ran on after closing time
	}
}

// TestPromiseOutlivesTheChart keeps a request's target when the chart changes, also over a wait: coming back promises
// nothing new. Another code is another promise.
func TestPromiseOutlivesTheChart(t *testing.T) {
	hasty, err := chart.Parse("chart.toml", []byte("[[category]]\nnumber = 1\nname = \"Service\"\n"+
		"[[category.priority]]\ncode = \"1-3\"\nname = \"Instructional\"\ntarget = \"1d\"\n"+
		"[[category.priority]]\ncode = \"1-4\"\nname = \"Administrative\"\ntarget = \"1d\"\n"+
		"[[category.priority]]\ncode = \"1-6\"\nname = \"District\"\nwaits_on = [\"customer\"]\n"))
	if err != nil {
		t.Fatal(err)
	}
	f := newMemory(t)
	notice := f.coded("1-3")
	f.policy.Chart = hasty
	back := map[string]func(){
		"by the customer's answer": func() {
			f.take(f.mail(pat, "Re: Projector", "The serial number is 42.", "In-Reply-To: <1@people.example>"))
		},
		"by the code again": func() { f.take(f.answer(notice, kim, "#1-3!")) },
		"by reopening":      func() { f.take(f.answer(notice, kim, "#reopen")) },
	}
	for how, again := range back {
		f.take(f.answer(notice, kim, "#wait customer!"))
		if r := f.requests[1]; r.State != request.Waiting {
			t.Fatalf("it does not wait: %s", r.State)
		}
		again()
		if r := f.requests[1]; r.Promise.Days != 3 || r.State != request.Open {
			t.Errorf("taken up %s it is %s and promises %d days", how, r.State, r.Promise.Days)
		}
	}
	f.take(f.answer(notice, kim, "#1-4!"))
	if r := f.requests[1]; r.Promise.Days != 1 {
		t.Errorf("a code given under the changed chart promises %d days", r.Promise.Days)
	}
}

func TestWaitsThatTheChartLacks(t *testing.T) {
	f := newMemory(t)
	notice := f.coded("2-3")
	v := f.take(f.answer(notice, kim, "#wait vendor"))
	item := letterOf(t, v, compose.Receipt, kim).Receipt.Items[0]
	if item.Done || !strings.Contains(item.Result, "district, customer") {
		t.Errorf("the receipt says %q", item.Result)
	}
	if v := f.take(f.answer(notice, kim, "#wait district until 2026-02-01")); v.Outcome != intake.RefusedCommand {
		t.Errorf("a date that is past: %s: %s", v.Outcome, v.Reason)
	}
}

func TestRecategorizingKeepsPauses(t *testing.T) {
	f := newMemory(t)
	notice := f.coded("1-3")
	f.take(f.answer(notice, kim, "#wait vendor"))
	f.now = f.now.Add(24 * time.Hour)
	f.take(f.answer(notice, kim, "#1-4"))
	r := f.requests[1]
	if len(r.Pauses) != 1 || r.Pauses[0].To.Sub(r.Pauses[0].From) != 24*time.Hour || r.State != request.Open {
		t.Errorf("it is %s with pauses %v", r.State, r.Pauses)
	}
	if due := r.Due(f.policy.Calendar).In(f.policy.Zone).Format("2006-01-02 15:04"); due != "2026-03-09 09:00" {
		t.Errorf("it is due %s, not four working days and one of waiting after Monday, nine", due)
	}
}

// TestUndoSaysWhoBuiltOnIt names what was done since in words, and by whom.
func TestUndoSaysWhoBuiltOnIt(t *testing.T) {
	for text, want := range map[string]string{
		"#mine": "Ana Ruiz has claimed it since", "#dup 2": "Ana Ruiz has merged it into SR-2 since",
		"SR-2 #dup 1": "Ana Ruiz has merged SR-2 into it since", "#resolve": "Ana Ruiz has resolved it since",
		"#assign campus": "Ana Ruiz has given it to the team campus since", "#wait customer": "Ana Ruiz has let it wait on the customer since",
	} {
		f := newMemory(t)
		_, notice := f.open()
		f.take(f.mail("bob@school.example", "Screen", "It flickers."))
		receipt := letterOf(t, f.take(f.answer(notice, kim, "#1-3")), compose.Receipt, kim)
		f.now = f.now.Add(time.Minute)
		f.take(f.mail(ana, "[SR-1]", text, vouched))
		f.now = f.now.Add(time.Minute)
		v := f.take(f.answer(receipt, kim, "#undo"))
		if got := letterOf(t, v, compose.Receipt, kim).Receipt.Items[0]; got.Done || !strings.HasPrefix(got.Result, want+":") {
			t.Errorf("after %q: %q", text, got.Result)
		}
	}
}

// TestRefusedLeavesNothing has a refused command leave no half of itself: what was said around it, and nothing else, is
// kept as a note, and the receipt says both.
func TestRefusedLeavesNothing(t *testing.T) {
	for _, tt := range []struct{ text, note string }{
		{"#wait vendor until yesterday", ""},
		{"#wait vendor until 2026-02-01", ""},
		{"#wait vendor until the parts have come", ""},
		{"#schedule the last week of February", ""},
		{"#assign nobody who works here", ""},
		{"#dup SR-1 and the other one", ""},
		{"The lamp is on order.\n#wait vendor until yesterday", "The lamp is on order."},
		{"The lamp is on order.\n#wait vendor until the parts have come", "The lamp is on order."},
	} {
		f := newMemory(t)
		notice := f.coded("1-3")
		before := len(f.events[1])
		v := f.take(f.answer(notice, kim, tt.text))
		receipt := letterOf(t, v, compose.Receipt, kim).Receipt
		if v.Outcome != intake.RefusedCommand || len(receipt.Items) != 1 || receipt.Items[0].Done || receipt.Items[0].Result == "" {
			t.Errorf("%q: %s: %s: %+v", tt.text, v.Outcome, v.Reason, receipt.Items)
		}
		want := before
		if tt.note != "" {
			want++
		}
		if got := len(f.events[1]); got != want || f.texts[receipt.Note] != tt.note {
			t.Errorf("%q adds %d events, and the receipt says of the note %q", tt.text, got-before, f.texts[receipt.Note])
		}
	}
}

// TestWithdrawnWithWords tells the people who work on it once, of the end and of what was said with it.
func TestWithdrawnWithWords(t *testing.T) {
	f := newMemory(t)
	f.open()
	v := f.take(f.mail("Pat Lee <"+pat+">", "Re: [SR-1] Projector", "#withdraw\nI found the switch.", "In-Reply-To: <1@people.example>", vouched))
	if got := sorted(letters(v)); !slices.Equal(got, []string{"notice " + kim, "receipt " + pat}) {
		t.Fatalf("it sends %q: %s", got, v.Reason)
	}
	notice := letterOf(t, v, compose.Notice, kim).Notice
	if !notice.Over || len(notice.Say) != 1 || notice.Say[0] != "Nothing is left to do: Pat Lee withdrew it and says: I found the switch." {
		t.Errorf("the notice: %+v", notice)
	}
}

func TestBareCodesOnlyWhileUncategorized(t *testing.T) {
	f := newMemory(t)
	notice := f.coded("1-3")
	if v := f.take(f.answer(notice, kim, "1-4")); v.Outcome != intake.RefusedCommand {
		t.Errorf("a bare code changes a category: %s", v.Reason)
	}
	if v := f.take(f.answer(notice, kim, "#1-4")); v.Outcome != intake.Commanded {
		t.Errorf("a code with its sign does not: %s", v.Reason)
	}
}

func TestPlainAnswersOfStaff(t *testing.T) {
	for _, toRequester := range []bool{false, true} {
		f := newMemory(t)
		f.policy.AnswersRequester = toRequester
		_, notice := f.open()
		v := f.take(f.answer(notice, kim, "Is the lamp light red?"))
		want := []string{"receipt " + kim}
		if toRequester {
			want = []string{"answer " + pat, "receipt " + kim}
		}
		if got := sorted(letters(v)); !slices.Equal(got, want) {
			t.Errorf("to the requester %v: it sends %q", toRequester, got)
		}
	}
}

func TestNotesDoNotReachTheRequester(t *testing.T) {
	f := newMemory(t)
	notice := f.coded("1-3")
	v := f.take(f.answer(notice, kim, "He broke it himself again.\n#resolve"))
	if l := letterOf(t, v, compose.Resolved, pat); l.Outcome.Text != "" {
		t.Errorf("the requester reads %q", f.texts[l.Outcome.Text])
	}
	if l := letterOf(t, v, compose.Receipt, kim); f.texts[l.Receipt.Note] != "He broke it himself again." {
		t.Error("the note is lost")
	}
}

func TestUndoChain(t *testing.T) {
	f := newMemory(t)
	_, notice := f.open()
	last := letterOf(t, f.take(f.answer(notice, kim, "#1-3")), compose.Receipt, kim)
	for i, want := range []string{"", "1-3", ""} {
		f.now = f.now.Add(time.Minute)
		v := f.take(f.answer(last, kim, "#undo"))
		if got := f.requests[1].Code.String(); v.Outcome != intake.Commanded || got != want {
			t.Fatalf("undo %d leaves %q: %s: %s", i+1, got, v.Outcome, v.Reason)
		}
		last = letterOf(t, v, compose.Receipt, kim)
	}
	f.now = f.now.Add(time.Minute)
	f.take(f.answer(notice, kim, "#1-4"))
	if v := f.take(f.answer(last, kim, "#undo")); v.Outcome != intake.RefusedCommand {
		t.Errorf("what others built on is taken back: %s", v.Reason)
	}
}

func TestUndoOfAMergeTakesBackBothSides(t *testing.T) {
	f := newMemory(t)
	f.open()
	v := f.take(f.mail("bob@school.example", "Projector 214", "It is dark in there."))
	v = f.take(f.answer(letterOf(t, v, compose.Notice, kim), kim, "#dup 1"))
	if r := f.requests[1]; len(r.Watchers) != 1 || f.requests[2].MergedInto != 1 {
		t.Fatalf("merged: %+v", r)
	}
	joined := f.take(f.mail("bob@school.example", "Re: Projector 214", "Any news?", "In-Reply-To: <2@people.example>"))
	if joined.Request != 1 {
		t.Errorf("the merged thread leads to %d", joined.Request)
	}
	f.take(f.answer(letterOf(t, v, compose.Receipt, kim), kim, "#undo"))
	if len(f.requests[1].Watchers) != 0 || f.requests[2].State != request.Open {
		t.Errorf("after the undo: %v, %s", f.requests[1].Watchers, f.requests[2].State)
	}
}

func TestListsInFrontOfTheDesk(t *testing.T) {
	f := newMemory(t)
	v := f.take(f.mail("'Pat Lee' via Help <help@school.example>", "Projector", "It is dark.", "X-Original-From: Pat Lee <pat@school.example>", "Reply-To: help@school.example", "List-Id: <help.school.example>", "Precedence: list"))
	if v.Outcome != intake.Opened || f.requests[1].Requester != (request.Person{Name: "Pat Lee", Address: pat}) {
		t.Errorf("%s: %s: %+v", v.Outcome, v.Reason, f.requests[1].Requester)
	}
	v = f.take(f.mail("'Bob' via Desk <"+desk+">", "Screen", "It flickers.", "Reply-To: bob@school.example", "List-Id: <support.school.example>"))
	if v.Outcome != intake.Opened || f.requests[2].Requester.Name != "Bob" {
		t.Errorf("through a group with the desk's own address: %s: %s", v.Outcome, v.Reason)
	}
	if v := f.take(f.mail("help@school.example", "Screen", "It flickers.")); v.Outcome != intake.NoSender || len(v.Letters) > 0 {
		t.Errorf("a list's mail by nobody: %s, sends %v", v.Outcome, letters(v))
	}
}

func TestPortals(t *testing.T) {
	for body, want := range map[string]string{
		"Name: Pat Lee\nE-mail address: pat@school.example\n\nThe projector is dark.": pat,
		"Submitted by: Pat Lee <pat@school.example>\nText: dark":                      pat,
		"Email: portal@school.example\nText: dark":                                    "portal@school.example",
	} {
		f := newMemory(t)
		f.take(f.mail("portal@school.example", "Form", body, "Auto-Submitted: auto-generated"))
		if got := f.requests[1].Requester.Address; got != want {
			t.Errorf("%q is of %s", body, got)
		}
	}
}

func TestThanksNeverSwallowsAQuestion(t *testing.T) {
	for text, thanks := range map[string]bool{
		"Thank you so much!": true, "Gracias\nPat": true, "Pat Lee reacted to your message:": true, "👍": true, "Hi Kim,\nThanks!": true,
		"Received?": false, "Thanks, but it is dark again.": false, "Pat Lee reacted to your message, and the projector is dark": false,
		"Thanks!\nWhen will it be done": false, "Got it?": false, "All good?": false,
	} {
		f := newMemory(t)
		notice := f.coded("1-3")
		f.take(f.answer(notice, kim, "#resolve"))
		v := f.take(f.mail("Pat Lee <"+pat+">", "Re: Projector", text, "In-Reply-To: <1@people.example>"))
		if (v.Outcome == intake.Thanks) != thanks {
			t.Errorf("%q ends as %s", text, v.Outcome)
		}
	}
}

func TestAnswersThatComeLate(t *testing.T) {
	f := newMemory(t)
	f.policy.ReopenWithin = 14 * 24 * time.Hour
	notice := f.coded("1-3")
	f.take(f.answer(notice, kim, "#resolve"))
	f.now = f.now.Add(20 * 24 * time.Hour)
	v := f.take(f.mail(pat, "Re: Projector", "It is dark again.", "In-Reply-To: <1@people.example>"))
	if v.Outcome != intake.Opened || v.Request != 2 || !slices.Contains(f.requests[2].Links, 1) || f.requests[1].State != request.Resolved {
		t.Errorf("%s, request %d: %s", v.Outcome, v.Request, v.Reason)
	}
}

func TestDeadAddresses(t *testing.T) {
	f := newMemory(t)
	f.open()
	f.take("From: MAILER-DAEMON@mx.school.example\r\nSubject: Undelivered Mail Returned to Sender\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n" +
		"--b\r\nContent-Type: text/plain\r\n\r\nNo.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; " + pat +
		"\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <" + f.idOf(f.lastTo(pat)) + ">\r\n\r\nx\r\n--b--\r\n")
	if !f.dead[pat] {
		t.Fatal("the bounced address is written to")
	}
	f.take(f.mail(pat, "Back", "I am back."))
	if f.dead[pat] {
		t.Error("somebody who writes is taken for dead")
	}
}

func TestWatchersHearOfTheEnd(t *testing.T) {
	f := newMemory(t)
	v := f.take(f.mail(pat, "Projector", "It is dark.", "Cc: bob@school.example, "+desk+", noreply@school.example, x@elsewhere.example"))
	v = f.take(f.answer(letterOf(t, v, compose.Notice, kim), kim, "#1-3\n#resolve"))
	if got := sorted(letters(v)); !slices.Equal(got, []string{"receipt " + kim, "resolved bob@school.example", "resolved " + pat}) {
		t.Errorf("it sends %q", got)
	}
	if !letterOf(t, v, compose.Resolved, "bob@school.example").Outcome.Copied || letterOf(t, v, compose.Resolved, pat).Outcome.Copied {
		t.Error("who was on Cc is told that they can open it again, or who asked is not")
	}
}

func TestBulkAnswers(t *testing.T) {
	f := newMemory(t)
	for range 4 {
		f.take(f.mail(pat, "Something", "Something is broken."))
	}
	v := f.take(f.answer(f.digest(), ana, "all 1-3\n2 dup 1\n4 1-4"))
	if v.Outcome != intake.Commanded {
		t.Fatalf("%s: %s", v.Outcome, v.Reason)
	}
	for n, want := range map[request.Number]string{1: "1-3", 3: "1-3", 4: "1-4"} {
		if got := f.requests[n].Code.String(); got != want {
			t.Errorf("request %d is %s, not %s", n, got, want)
		}
	}
	if f.requests[2].State != request.Merged || len(v.Desk) != 1 || v.Desk[0].Type != intake.ReviewHeld {
		t.Errorf("request 2 is %s, the desk saw %v", f.requests[2].State, v.Desk)
	}
	told := 0
	for _, l := range v.Letters {
		if l.Kind == compose.Categorized && l.Request == 4 {
			told++
		}
	}
	if told != 1 {
		t.Errorf("the requester hears %d times of request 4", told)
	}
}

// TestClaimOutlivesRouting lets a technician claim a request and then say what it is: the code's team gets it, and it
// stays the technician's.
func TestClaimOutlivesRouting(t *testing.T) {
	f := newMemory(t)
	_, notice := f.open()
	f.take(f.answer(notice, kim, "#mine 2h\n#4-3"))
	r := f.requests[1]
	if r.Team != "instructional-technology" || r.Assignee != kim || r.ClaimedUntil.IsZero() {
		t.Errorf("team %q, assignee %q, claimed until %s", r.Team, r.Assignee, r.ClaimedUntil)
	}
}
