package bot_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"triaged/internal/bot"
	"triaged/internal/inprocess"
)

// TestMergedRequesterKeepsTheirThread follows somebody whose request was merged into another's: one mail says so, the end
// comes under their own number and into their own thread, and what they write meanwhile reaches who works on it.
func TestMergedRequesterKeepsTheirThread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{})
		defer s.close()
		s.opens("Projector 214", "It is dark.")
		own := s.arrives("lou@school.example", "Beamer", "Nothing on the wall in 214.")
		s.sent()
		s.do("SR-1", "#1-3", "kim@school.example")
		s.do("SR-2", "#dup 1", "kim@school.example")
		s.settle()
		merged := s.oneTo("merged", "lou@school.example")
		if merged.Subject != "[SR-2] Beamer" || len(merged.InReplyTo) != 1 || merged.InReplyTo[0] != own || !strings.Contains(merged.Text, "handled as one, under SR-1. It is to be done by Thu Mar 5 7:05 am.") {
			t.Errorf("the word of the merge: %s, in answer to %s:\n%s", merged.Subject, merged.InReplyTo, merged.Text)
		}
		s.answers(merged, "lou@school.example", "Shall I bring my own?")
		s.ends("replied", "SR-1")
		if m := s.expect("notice campus@school.example")["notice campus@school.example"]; !strings.Contains(m.Text, "bring my own") {
			t.Errorf("who works on it reads:\n%s", m.Text)
		}
		s.do("SR-1", "#resolve New lamp.", "kim@school.example")
		s.settle()
		got := s.expect("resolved pat@school.example", "resolved lou@school.example")
		end := got["resolved lou@school.example"]
		if end.Subject != "[SR-2] Beamer" || end.InReplyTo[0] != own || end.Header.Get("X-Triaged-Request") != "SR-2" || !strings.Contains(end.Text, "SR-2 is resolved.\n\nNew lamp.") {
			t.Errorf("the end: %s, in answer to %s:\n%s", end.Subject, end.InReplyTo, end.Text)
		}
		s.answers(end, "lou@school.example", "It is still dark.")
		s.ends("reopened", "SR-1")
		if m := s.oneTo("acknowledgement", "lou@school.example"); !strings.HasPrefix(m.Subject, "[SR-2]") || strings.Contains(m.Text, "SR-1") {
			t.Errorf("told of the reopening: %s\n%s", m.Subject, m.Text)
		}
	})
}

// TestUndoOfASplitAtTheShell takes a split back there: both requests are as one again, and the receipt says so.
func TestUndoOfASplitAtTheShell(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{})
		defer s.close()
		s.opens("Projector 214", "It is dark, and the screen is torn.")
		s.do("SR-1", "#split\nThe screen is torn.", "kim@school.example")
		s.settle()
		s.expect("acknowledgement pat@school.example", "notice kim@school.example")
		err := s.desk.Do(bot.Args{Number: "SR-1", Text: "#undo", As: "kim@school.example"}, func(row any) error {
			if r := row.(bot.ReceiptRow); len(r.Failed) != 0 || len(r.Done) != 2 || r.Done[1].Result != "taken back: part of SR-1 again" {
				t.Errorf("%+v", r)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		s.settle()
		s.expect("merged pat@school.example")
		if row := s.row("SR-2"); row.State != "merged" {
			t.Errorf("the part is %s", row.State)
		}
	})
}
