package intake_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"triaged/internal/chart"
	"triaged/internal/compose"
	"triaged/internal/intake"
	"triaged/internal/request"
	"triaged/internal/suggest"
)

// teacher is one of many requesters.
func teacher(n int) string { return fmt.Sprintf("teacher%d@school.example", n) }

// report is a mail of a teacher's that says the network is down.
func (f *memory) report(n int) intake.Verdict {
	f.now = f.now.Add(time.Minute)
	return f.take(f.mail(teacher(n), "no internet", fmt.Sprintf("The internet is down in our whole school. Teacher number %d", n)))
}

// outage is a desk with an outage of so many reports, SR-1 and so on.
func outage(t *testing.T, reports int) (f *memory, last intake.Verdict) {
	f = newMemory(t)
	for n := range reports {
		last = f.report(n + 1)
	}
	return f, last
}

func TestThirdReportMakesAnOutage(t *testing.T) {
	f := newMemory(t)
	for n := range 2 {
		if got := letters(f.report(n + 1)); !slices.Equal(got, []string{"acknowledgement " + teacher(n+1), "notice " + kim}) {
			t.Errorf("report %d: %v", n+1, got)
		}
	}
	v := f.report(3)
	want := []string{"acknowledgement " + teacher(3), "outage " + kim, "outage " + ana}
	if got := letters(v); !slices.Equal(got, want) {
		t.Errorf("the third: %v, want %v", got, want)
	}
	l := letterOf(t, v, compose.Outage, ana)
	if l.Outage.First != 1 || l.Outage.What != "network" || !slices.Equal(l.Outage.New, []request.Number{1, 2, 3}) || !l.Commands {
		t.Errorf("the mail is %+v", l.Outage)
	}
	for n := request.Number(1); n <= 3; n++ {
		last := f.events[n][len(f.events[n])-1]
		if r := f.requests[n]; !r.Outage.Sure || last.Type != request.Grouped || last.Into != 1 || last.By != "" {
			t.Errorf("%d: %+v, by %+v", n, r.Outage, last)
		}
	}
	if k := letterOf(t, v, compose.Acknowledgement, teacher(3)).Acknowledgement.Known; k == nil || k.Others != 2 {
		t.Errorf("the third is told %+v, want 2 others", k)
	}
	next := letterOf(t, f.report(4), compose.Outage, ana)
	if !slices.Equal(next.Outage.New, []request.Number{4}) || next.InReplyTo != l.InReplyTo || next.Outage.Since != l.Outage.Since || next.Outage.What != l.Outage.What {
		t.Errorf("the fourth's mail is %+v in %s, the third's was %+v in %s", next.Outage, next.InReplyTo, l.Outage, l.InReplyTo)
	}
}

func TestOnePersonIsNoOutage(t *testing.T) {
	f := newMemory(t)
	for range 4 {
		if v := f.report(1); slices.ContainsFunc(v.Letters, func(l compose.Letter) bool { return l.Outage != nil }) {
			t.Fatal("one person who writes again and again is called an outage")
		}
	}
}

func TestWhatIsNoPartOfAnOutage(t *testing.T) {
	f, _ := outage(t, 3)
	for _, c := range []struct{ from, subject, text string }{
		{pat, "Projector", "The projector in room 214 is dark."},
		{pat, "no internet", "No internet on my computer only, the others are fine."},
	} {
		v := f.take(f.mail(c.from, c.subject, c.text))
		if r := f.requests[v.Request]; r.Outage.Sure {
			t.Errorf("%q is taken for one of the outage", c.text)
		}
		letterOf(t, v, compose.Notice, kim)
	}
	f.now = f.now.Add(suggest.OutageWindow + 2*time.Minute)
	if v := f.report(9); f.requests[v.Request].Outage.Sure {
		t.Error("hours later it is the same outage still")
	}
}

func TestOneAnswerForAll(t *testing.T) {
	f, v := outage(t, 4)
	v = f.take(f.answer(letterOf(t, v, compose.Outage, ana), ana, "all 1-1"))
	if v.Outcome != intake.Commanded || v.Reason != "4 done, proven by token" {
		t.Fatalf("%s: %s", v.Outcome, v.Reason)
	}
	for n := request.Number(1); n <= 4; n++ {
		if r := f.requests[n]; r.Code != (chart.Code{Category: 1, Priority: 1}) || r.CodeBy != ana {
			t.Errorf("%d is %s by %s", n, r.Code, r.CodeBy)
		}
		letterOf(t, v, compose.Categorized, teacher(int(n)))
	}
	if v := f.report(5); !f.requests[v.Request].Code.IsZero() {
		t.Error("what came later has the code, although nobody said so")
	}
}

// The alarm of a 1-1 goes once for the group: to those analysts who did not give it.
func TestOneAlarmForAll(t *testing.T) {
	f, v := outage(t, 4)
	v = f.take(f.answer(letterOf(t, v, compose.Outage, kim), kim, "all 1-1"))
	var alarms []compose.Letter
	for _, l := range v.Letters {
		if l.To.Address == ana {
			alarms = append(alarms, l)
		}
	}
	if len(alarms) != 1 || alarms[0].Outage == nil || len(alarms[0].Outage.Say) != 1 {
		t.Fatalf("ana gets %d mails: %+v", len(alarms), alarms)
	}
}

func TestLaterOnesToo(t *testing.T) {
	for _, said := range []string{"all and later 1-1", "all 1-1 and later", "all, later: #1-1", "#all and later 1-1", "ALL & LATER 1.1"} {
		f, v := outage(t, 3)
		v = f.take(f.answer(letterOf(t, v, compose.Outage, ana), ana, said))
		if v.Outcome != intake.Commanded {
			t.Fatalf("%q: %s: %s", said, v.Outcome, v.Reason)
		}
		v = f.report(4)
		r := f.requests[4]
		if r.Code.String() != "1-1" || r.CodeBy != ana || !r.Outage.Sure {
			t.Errorf("%q: the fourth is %s by %q", said, r.Code, r.CodeBy)
		}
		if got, want := letters(v), []string{"acknowledgement " + teacher(4), "outage " + kim, "outage " + ana}; !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", said, got, want)
		}
		if k := letterOf(t, v, compose.Acknowledgement, teacher(4)).Acknowledgement.Known; k.Code != r.Code || k.Due.IsZero() {
			t.Errorf("%q: its requester is told %+v", said, k)
		}
	}
}

// An answer that holds for later ones holds for those that came since the mail that it answers.
func TestLaterOnesThatCameBeforeTheAnswer(t *testing.T) {
	f, v := outage(t, 3)
	l := letterOf(t, v, compose.Outage, ana)
	asked := f.answer(l, ana, "all and later 1-1")
	f.report(4)
	f.take(strings.Replace(asked, "<4@people.example>", "<late@people.example>", 1))
	if r := f.requests[4]; r.Code.String() != "1-1" {
		t.Errorf("the fourth is %q", r.Code)
	}
}

func TestLaterNeedsAnOutage(t *testing.T) {
	f := newMemory(t)
	_, notice := f.open()
	if v := f.take(f.answer(notice, kim, "all and later 1-3")); v.Outcome != intake.RefusedCommand {
		t.Errorf("%s: %s", v.Outcome, v.Reason)
	}
	f, v := outage(t, 3)
	if v := f.take(f.answer(letterOf(t, v, compose.Outage, ana), ana, "all and later #ack")); v.Outcome != intake.RefusedCommand {
		t.Errorf("ack for later ones: %s: %s", v.Outcome, v.Reason)
	}
}

func TestUndoOfAllAndLater(t *testing.T) {
	f, v := outage(t, 3)
	v = f.take(f.answer(letterOf(t, v, compose.Outage, ana), ana, "all and later 1-1"))
	f.report(4)
	receipt := letterOf(t, v, compose.Receipt, ana)
	if !receipt.Receipt.Undo {
		t.Fatal("the receipt offers no undo")
	}
	f.now = f.now.Add(time.Minute)
	v = f.take(f.answer(receipt, ana, "#undo"))
	if v.Outcome != intake.Commanded {
		t.Fatalf("%s: %s", v.Outcome, v.Reason)
	}
	for n := request.Number(1); n <= 4; n++ {
		if r := f.requests[n]; !r.Code.IsZero() || !r.Outage.Sure {
			t.Errorf("%d: %q, %+v: %+v", n, r.Code, r.Outage, letterOf(t, v, compose.Receipt, ana).Receipt.Items)
		}
	}
	f.report(5)
	if r := f.requests[5]; !r.Code.IsZero() {
		t.Errorf("the fifth is %s, although the order was taken back", r.Code)
	}
}

func TestUnlink(t *testing.T) {
	for _, said := range []string{"SR-2 unlink", "#unlink", "2 #unlink"} {
		f, v := outage(t, 4)
		raw := f.answer(letterOf(t, v, compose.Outage, ana), ana, said)
		if said == "#unlink" {
			raw = f.mail(ana, "[SR-2] from a colleague", said, vouched)
		}
		v = f.take(raw)
		if r := f.requests[2]; v.Outcome != intake.Commanded || r.Outage.First != 0 {
			t.Fatalf("%q: %s: %s; %+v", said, v.Outcome, v.Reason, r.Outage)
		}
		letterOf(t, v, compose.Notice, kim) // which it did not have yet
		f.now = f.now.Add(time.Minute)
		f.take(f.answer(letterOf(t, v, compose.Receipt, ana), ana, "#undo"))
		if r := f.requests[2]; r.Outage.First != 1 || !r.Outage.Sure {
			t.Errorf("%q: after the undo it stands as %+v", said, r.Outage)
		}
	}
}

func TestUnlinkedIsLeftAlone(t *testing.T) {
	f, v := outage(t, 4)
	f.take(f.answer(letterOf(t, v, compose.Outage, ana), ana, "all 1-1\nSR-1 unlink"))
	if r := f.requests[1]; !r.Code.IsZero() || r.Outage.Sure {
		t.Errorf("SR-1 is %s, %+v", r.Code, r.Outage)
	}
	next := letterOf(t, f.report(5), compose.Outage, ana)
	if next.Outage.First != 1 || f.requests[5].Outage.First != 1 {
		t.Errorf("without its first the outage goes on as %+v", next.Outage)
	}
	if v := f.take(f.mail(ana, "[SR-1] again", "#unlink", vouched)); v.Outcome != intake.RefusedCommand {
		t.Errorf("unlinked twice: %s", v.Reason)
	}
}

func TestUnlinkedKeepsOut(t *testing.T) {
	f, v := outage(t, 3)
	f.take(f.answer(letterOf(t, v, compose.Outage, ana), ana, "SR-3 unlink"))
	f.report(4)
	if r := f.requests[3]; r.Outage.First != 0 {
		t.Errorf("the next report took SR-3 back in: %+v", r.Outage)
	}
}

func TestResolveAll(t *testing.T) {
	f, v := outage(t, 4)
	l := letterOf(t, v, compose.Outage, ana)
	v = f.take(f.answer(l, ana, "all and later 1-1\nall and later resolve fixed at 9:10"))
	if v.Outcome != intake.Commanded {
		t.Fatalf("%s: %s", v.Outcome, v.Reason)
	}
	for n := 1; n <= 4; n++ {
		got := letterOf(t, v, compose.Resolved, teacher(n))
		if f.texts[got.Outcome.Text] != "fixed at 9:10" {
			t.Errorf("%d is told %q", n, f.texts[got.Outcome.Text])
		}
	}
	late := f.report(5)
	if got := letterOf(t, late, compose.Resolved, teacher(5)); f.texts[got.Outcome.Text] != "fixed at 9:10" {
		t.Errorf("who wrote late is told %q", f.texts[got.Outcome.Text])
	}
	f.now = f.now.Add(90 * time.Minute)
	if v := f.report(6); f.requests[v.Request].State != request.Open || !f.requests[v.Request].Outage.Sure {
		t.Errorf("long after the end it is taken for over still: %+v", f.requests[v.Request])
	}
	if r := f.requests[5]; r.State != request.Resolved || slices.Contains(letters(late), "acknowledgement "+teacher(5)) {
		t.Errorf("the late report is %s; %v", r.State, letters(late))
	}
}

// A tag in what somebody reports, or a stranger's answer, orders nothing.
func TestWhoMayAnswerForAll(t *testing.T) {
	f, v := outage(t, 3)
	l := letterOf(t, v, compose.Outage, ana)
	if v := f.take(f.answer(l, pat, "all 1-1")); v.Outcome == intake.Commanded || !f.requests[1].Code.IsZero() {
		t.Errorf("a requester's answer: %s: %s", v.Outcome, v.Reason)
	}
	if v := f.take(f.answer(l, kim, "all and later 1-1")); v.Outcome != intake.HeldForProof || !f.requests[1].Code.IsZero() {
		t.Errorf("with another's token: %s: %s", v.Outcome, v.Reason)
	}
	v = f.take(f.mail(teacher(4), "internet", "The internet is down in the whole school.\n\nall and later 8-9\n#unlink"))
	if r := f.requests[v.Request]; !r.Outage.Sure || !r.Code.IsZero() || len(f.requests[1].Outage.Orders) > 0 {
		t.Errorf("a report that holds commands: %+v", r)
	}
}

// Whoever is given the outage hears of what joins it, and a team that owns the code does too.
func TestThoseWhoWorkOnItHearOfIt(t *testing.T) {
	f, v := outage(t, 3)
	f.take(f.answer(letterOf(t, v, compose.Outage, ana), ana, "all and later #assign sue"))
	v = f.report(4)
	if r := f.requests[4]; r.Assignee != sue {
		t.Errorf("it is with %q", r.Assignee)
	}
	if got := letters(v); !slices.Equal(got, []string{"acknowledgement " + teacher(4), "outage " + kim, "outage " + sue, "outage " + ana}) {
		t.Errorf("%v", got)
	}
}

// Words without a command open nothing: they are kept with the first report, as those around commands are.
func TestWordsAboutAnOutage(t *testing.T) {
	f, v := outage(t, 3)
	l := letterOf(t, v, compose.Outage, ana)
	noted := func() string {
		e := f.events[1][len(f.events[1])-1]
		if e.Type != request.Noted {
			t.Fatalf("the last of SR-1 is %+v", e)
		}
		return f.texts[e.Text]
	}
	if v := f.take(f.answer(l, ana, "The provider says ten o'clock.")); v.Outcome != intake.Noted || noted() != "The provider says ten o'clock." {
		t.Errorf("%s: %s", v.Outcome, v.Reason)
	}
	v = f.take(f.answer(l, ana, "all #1-1\n\nThe provider says eleven now."))
	if v.Reason != "3 done, proven by token" || noted() != "The provider says eleven now." {
		t.Errorf("%s: %s: %q", v.Outcome, v.Reason, noted())
	}
}

// What somebody else did to a report since is theirs.
func TestAllLeavesWhatOthersDid(t *testing.T) {
	f, v := outage(t, 3)
	l := letterOf(t, v, compose.Outage, ana)
	f.now = f.now.Add(time.Minute)
	f.take(f.mail(kim, "[SR-2] mine", "#1-2", vouched))
	f.now = f.now.Add(time.Minute)
	v = f.take(f.answer(l, ana, "all 1-1"))
	if r := f.requests[2]; r.Code.String() != "1-2" || f.requests[3].Code.String() != "1-1" {
		t.Errorf("SR-2 is %s: %s", r.Code, v.Reason)
	}
}

// suspicious is a desk that believes a mail of theft to be an emergency, whatever else it says.
func suspicious(f *memory) {
	f.policy.Besides = func(m suggest.Mail, _ time.Time) (why []string) {
		if strings.Contains(m.Text, "stolen") {
			why = append(why, "Equipment was stolen.")
		}
		return why
	}
}

// theft is a report of the outage that also says what nobody else did.
const theft = "The internet is down in our whole school. And our laptops were stolen."

func TestNoOrderHoldsForAnotherEmergency(t *testing.T) {
	f, v := outage(t, 3)
	suspicious(f)
	f.take(f.answer(letterOf(t, v, compose.Outage, ana), ana, "all and later 1-1\nall and later resolve fixed"))
	f.now = f.now.Add(time.Minute)
	v = f.take(f.mail(teacher(4), "no internet", theft))
	if r := f.requests[4]; r.State != request.Open || !r.Code.IsZero() || !r.Outage.Sure {
		t.Errorf("it is %s, %q, %+v", r.State, r.Code, r.Outage)
	}
	letterOf(t, v, compose.Notice, kim)
	letterOf(t, v, compose.Outage, kim)
	f.report(5)
	if r := f.requests[5]; r.State != request.Resolved {
		t.Errorf("what says no more is %s", r.State)
	}
}

// What comes with files is not resolved by an order before anybody has seen them: their notice says that they are there.
func TestFilesInAnOutage(t *testing.T) {
	for file, noticed := range map[string]bool{"attachment; filename=smoke.jpg": true, "inline; filename=logo.png\r\nContent-ID: <logo>": false} {
		f, v := outage(t, 3)
		f.take(f.answer(letterOf(t, v, compose.Outage, ana), ana, "all and later 1-1\nall and later resolve fixed"))
		f.now = f.now.Add(time.Minute)
		raw := strings.Replace(f.mail(teacher(4), "no internet", ""), "\r\n\r\n", "\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n"+
			"The internet is down in our whole school. <img src=\"cid:logo\">\r\n--b\r\nContent-Type: image/png\r\nContent-Disposition: "+file+"\r\n\r\npicture\r\n--b--\r\n", 1)
		got := letters(f.take(raw))
		if !slices.Contains(got, "outage "+kim) || slices.Contains(got, "notice "+kim) != noticed {
			t.Errorf("%s: %v", file, got)
		}
		if r := f.requests[4]; r.State.Active() != noticed || r.Code.String() != "1-1" {
			t.Errorf("%s: it is %s, %s", file, r.State, r.Code)
		}
	}
}

func TestNoOrderHoldsForWhatStaffOpen(t *testing.T) {
	f, v := outage(t, 3)
	f.take(f.answer(letterOf(t, v, compose.Outage, ana), ana, "all and later 1-1\nall and later resolve fixed"))
	f.now = f.now.Add(time.Minute)
	v = f.take(f.mail(ana, "no internet", "#for "+teacher(4)+"\n#1-2\nThe internet is down in our whole school.", vouched))
	r := f.requests[4]
	if r.State != request.Open || r.Code.String() != "1-2" || !r.Outage.Sure {
		t.Errorf("a call: %s, %q, %+v: %s", r.State, r.Code, r.Outage, v.Reason)
	}
}

// What nothing proves makes no mail to those whom it names, whatever holds for the outage.
func TestOrdersKeepSilence(t *testing.T) {
	f, v := outage(t, 3)
	f.take(f.answer(letterOf(t, v, compose.Outage, ana), ana, "all and later 1-1\nall and later resolve fixed"))
	f.now = f.now.Add(time.Minute)
	v = f.take(f.mail("portal@school.example", "no internet", "The internet is down in our whole school.", "Reply-To: victim@elsewhere.example"))
	if r := f.requests[4]; r.State != request.Resolved || r.Requester.Address != "victim@elsewhere.example" {
		t.Fatalf("it is %s, of %s", r.State, r.Requester.Address)
	}
	for _, l := range v.Letters {
		if !l.Commands {
			t.Errorf("%s to %s", l.Kind, l.To.Address)
		}
	}
}

func TestAllMeansWhatIsStillInTheOutage(t *testing.T) {
	for _, said := range []string{"all #1-1", "all and later #1-1"} {
		f, v := outage(t, 3)
		l := letterOf(t, v, compose.Outage, ana)
		f.now = f.now.Add(time.Minute)
		f.take(f.mail(ana, "[SR-1] something else", "#unlink", vouched))
		f.now = f.now.Add(time.Minute)
		f.take(f.answer(l, ana, said+"\n\nThe provider says ten o'clock."))
		if r := f.requests[1]; !r.Code.IsZero() || f.requests[2].Code.String() != "1-1" {
			t.Errorf("%q: SR-1, which was unlinked, is %q, SR-2 %q", said, r.Code, f.requests[2].Code)
		}
		for n, want := range map[request.Number]bool{1: false, 2: true} {
			if got := slices.ContainsFunc(f.events[n], func(e request.Event) bool { return e.Type == request.Noted }); got != want {
				t.Errorf("%q: a note of SR-%d: %v, want %v", said, n, got, want)
			}
		}
	}
}

// Words about an outage are not for who happened to report it first, even where plain answers go to requesters.
func TestWordsAboutAnOutageStayInside(t *testing.T) {
	f, v := outage(t, 3)
	f.policy.AnswersRequester = true
	v = f.take(f.answer(letterOf(t, v, compose.Outage, ana), ana, "all #1-1\n\nSomebody tripped over the cable again."))
	for _, l := range v.Letters {
		if l.Kind == compose.Answer {
			t.Errorf("%s is told", l.To.Address)
		}
	}
	if e := f.events[1][len(f.events[1])-1]; e.Type != request.Noted {
		t.Errorf("the last of SR-1 is %+v", e)
	}
}

// A code that holds for later ones alarms of what a report's own words say, and not again of what the outage is.
func TestOrdersAlarm(t *testing.T) {
	for code, alarmed := range map[string]bool{"1-1": false, "3-1": true} {
		f, v := outage(t, 3)
		f.take(f.answer(letterOf(t, v, compose.Outage, kim), kim, "all and later #"+code))
		f.now = f.now.Add(time.Minute)
		if got := letters(f.take(f.mail(teacher(4), "no internet", theft))); slices.Contains(got, "notice "+ana) != alarmed {
			t.Errorf("%s: %v", code, got)
		}
	}
}
