package command

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRowsBesideOtherWords names every row that does not count, with what is to be written, and keeps it out of the note,
// which is about another request.
func TestRowsBesideOtherWords(t *testing.T) {
	tests := []struct {
		answer Answer
		listed int
		text   string
		want   []string
		note   string
	}{
		{Digest, 4, "SR-12 #1-3\nSR-13 5-3\n14 ok", []string{"SR-12 #1-3", "SR-13 #5-3", "SR-14 #ok"}, ""},
		{Digest, 4, "SR-12 #1-3\nSR-13 5-3\n14 ok\nThe others are of the network people.",
			[]string{"SR-12 #1-3", "? SR-13 5-3 => SR-13 #5-3", "? 14 ok => SR-14 #ok"}, "The others are of the network people."},
		{Digest, 4, "SR-12 #1-3\nSR-13 1-\n14 1-3-4\nSR-15 mien\nI did not find the rest.", []string{"SR-12 #1-3",
			"? SR-13 1- => SR-13 #1-1, SR-13 #1-2, SR-13 #1-3, SR-13 #1-4", "? 14 1-3-4 =>", "? SR-15 mien => SR-15 #mine"}, "I did not find the rest."},
		{Digest, 4, "SR-12 #1-3\n18-15 1-1\nI did not find the rest.", []string{"SR-12 #1-3", "? 18-15 1-1 =>"}, "I did not find the rest."},
		{Digest, 4, "SR-12 #1-3\nSR-14 thanks for this one", []string{"SR-12 #1-3", "? SR-14 thanks for this one =>"}, ""},
		{Digest, 4, "SR-12 #1-3\nSR-14", []string{"SR-12 #1-3", "? SR-14 =>"}, ""},
		{Digest, 4, "SR-12 #1-3\n1-3\n\nThe rest can wait.", []string{"SR-12 #1-3", "? 1-3 => all #1-3"}, "1-3\n\nThe rest can wait."},
		{Digest, 4, "ok\nThe rest can wait.", []string{"? ok => all #ok"}, "ok\nThe rest can wait."},
		{Digest, 4, "SR-12 #1-3\nI spoke to the teacher of\nSR-14 who knows nothing", []string{"SR-12 #1-3"}, "I spoke to the teacher of\nSR-14 who knows nothing"},
		{Digest, 4, "SR-12 thanks for this one\nIt is done.", nil, "SR-12 thanks for this one\nIt is done."},
		{Reminder, 1, "SR-12 1-3\nIt is the lamp.", []string{"? SR-12 1-3 => SR-12 #1-3"}, "It is the lamp."},
		{Notice, 1, "SR-14 is much the same.\n#1-3", []string{"#1-3"}, "SR-14 is much the same."},
	}
	for _, tt := range tests {
		r := Read(tt.text, setting(tt.answer, tt.listed))
		if diff := cmp.Diff(tt.want, told(r)); diff != "" {
			t.Errorf("%q (-want +got)\n%s", tt.text, diff)
		}
		if r.Note != tt.note {
			t.Errorf("%q: note %q, want %q", tt.text, r.Note, tt.note)
		}
	}
}

// TestCodesBesideOtherWords names a code or a suggestion that stands alone on its line, and nothing that may be a number of
// another kind.
func TestCodesBesideOtherWords(t *testing.T) {
	tests := []struct {
		text string
		want []string
	}{
		{"2\nI will go there tomorrow.", []string{"? 2 => #2"}},
		{"I will go there tomorrow.\n\n2", []string{"? 2 => #2"}},
		{"I think it is:\n1-3", []string{"? 1-3 => #1-3"}},
		{"It is the lamp.\n1-3", []string{"? 1-3 => #1-3"}},
		{"She says it is urgent.\n\nmine 30m", []string{"? mine 30m => #mine 30m"}},

		{"Call her at\n281 555-0100", nil},
		{"Call her:\n281 555-0100\n(281) 555-0100\n281-555-0100\n555 12-34\n+1 281 555 0100", nil},
		{"Her extension is:\n555 2", nil},
		{"To do:\n1\n2\n3", nil},
		{"To do:\n1.\nlamp\n", nil},
		{"Bring these:\n- 2\n- laptops", nil},
		{"1. lamp\n2. cable", nil},
		{"I bring them to building\n2", nil},
		{"She teaches grades\n1-3", nil},
		{"She teaches grades 1-3.", nil},
		{"The rooms:\n13\n14", nil},
		{"He is in room 2, and\n2 of them are broken.", nil},
		{"That is\nok", nil},
		{"On the table:\n12 chairs\n3 lamps", nil},
		{"The date:\n2026-03-02", nil},
		{"Somewhere else.\n\nKim\n2", nil},
	}
	for _, tt := range tests {
		for _, answer := range []Answer{Notice, Reminder} {
			if diff := cmp.Diff(tt.want, told(Read(tt.text, setting(answer, 1)))); diff != "" {
				t.Errorf("%s: %q (-want +got)\n%s", answer, tt.text, diff)
			}
		}
		for _, answer := range []Answer{None, Receipt, Other} {
			if got := told(Read(tt.text, setting(answer, 1))); got != nil {
				t.Errorf("%s: %q was read as %q", answer, tt.text, got)
			}
		}
	}
}

// TestRowsWhereTheyNeedTheirSign names rows that are all that one of the desk's people says in a mail that answers nothing.
func TestRowsWhereTheyNeedTheirSign(t *testing.T) {
	tests := []struct {
		text string
		want []string
	}{
		{"SR-12 1-3", []string{"? SR-12 1-3 => SR-12 #1-3"}},
		{"Hi team,\n\nSR-12 1-3\n14 dup 12\n\nThanks,\nKim", []string{"? SR-12 1-3 => SR-12 #1-3", "? 14 dup 12 => SR-14 #dup 12"}},
		{"SR-12 #1-3\nSR-13 5-3", []string{"SR-12 #1-3", "? SR-13 5-3 => SR-13 #5-3"}},
		{"SR-12 1-3\nSR-13 1-", []string{"? SR-12 1-3 => SR-12 #1-3", "? SR-13 1- => SR-13 #1-1, SR-13 #1-2, SR-13 #1-3, SR-13 #1-4"}},
		{"SR-12 1-3\nThe projector in my room is dark too.", nil},
		{"SR-12 was never done", nil},
		{"12 ok", nil},
		{"1-3", nil},
		{"SR-12", nil},
		{"all done", nil},
		{"", nil},
	}
	for _, tt := range tests {
		for _, answer := range []Answer{None, Receipt, Other} {
			s := setting(answer, 0)
			if got := told(Read(tt.text, s)); len(got) > 0 && got[0][0] == '?' {
				t.Errorf("%q of somebody else's was read as %q", tt.text, got)
			}
			s.Staff = true
			if diff := cmp.Diff(tt.want, told(Read(tt.text, s))); diff != "" {
				t.Errorf("%s: %q (-want +got)\n%s", answer, tt.text, diff)
			}
		}
	}
}
