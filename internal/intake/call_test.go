package intake_test

import (
	"testing"

	"triaged/internal/chart"
	"triaged/internal/intake"
	"triaged/internal/message"
	"triaged/internal/request"
)

// call files a request at the shell, as bot does.
func (f *memory) call(as, caller, code, text string) intake.Verdict {
	f.t.Helper()
	var c chart.Code
	if err := c.UnmarshalText([]byte(code)); err != nil {
		f.t.Fatal(err)
	}
	env := intake.Envelope{Mailbox: "shell", Shell: true, Received: f.now, Call: &intake.Call{For: request.Person{Address: caller}, Code: c}}
	m := &message.Message{From: message.Address{Address: as}, Kind: message.Personal, Date: f.now, Subject: "Phone", Topic: "Phone", Text: text, Reply: text}
	return f.decide(m, env)
}

// TestCalls files requests for callers: by whom it may be done, for whom, and that what the caller says is never a command.
func TestCalls(t *testing.T) {
	for _, test := range []struct {
		as, caller, code string
		outcome          intake.Outcome
	}{
		{ana, pat, "1-3", intake.OpenedCategorized},
		{kim, pat, "1-3", intake.OpenedCategorized},
		{sue, "outside@elsewhere.example", "2-3", intake.OpenedCategorized},
		{ana, pat, "1-9", intake.UnknownCode},
		{ana, desk, "1-3", intake.RefusedCommand},
		{ana, "no-reply@school.example", "1-3", intake.RefusedCommand},
		{"op@school.example", pat, "1-3", intake.RefusedCommand},
	} {
		f := newMemory(t)
		f.staffed("op@school.example")
		v := f.call(test.as, test.caller, test.code, "Room 214.\n#resolve\n#for bob@school.example\nSR-1 #spam")
		if v.Outcome != test.outcome {
			t.Errorf("%+v ends as %s: %s", test, v.Outcome, v.Reason)
		}
		opened := test.outcome == intake.OpenedCategorized
		if len(f.requests) == 1 != opened {
			t.Errorf("%+v: %d requests", test, len(f.requests))
		}
		if r := f.requests[1]; opened && (r.Source != request.Phone || r.State != request.Open || r.Code.String() != test.code || r.Requester.Address != test.caller) {
			t.Errorf("%+v: %+v", test, r)
		}
		receipts := 0
		for _, l := range v.Letters {
			if a := l.Acknowledgement; a != nil && (a.Sorted == nil || a.Sorted.Code.String() != test.code) {
				t.Errorf("%+v: the acknowledgement does not say what was decided: %+v", test, a)
			}
			if l.Notice != nil && l.Notice.Code.String() != test.code {
				t.Errorf("%+v: the notice asks for a code: %+v", test, l.Notice)
			}
			if l.Receipt != nil {
				receipts++
			}
		}
		if receipts != 1 {
			t.Errorf("%+v: %d receipts: %v", test, receipts, letters(v))
		}
	}
}
