package compose

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"triaged/internal/chart"
)

// The first line of a receipt says all, for a phone's list of mails.
func TestReceiptSentences(t *testing.T) {
	h := testHouse(t)
	due := time.Date(2026, time.August, 27, 15, 0, 0, 0, chicago)
	for _, c := range []struct {
		item ReceiptItem
		want string
	}{
		{ReceiptItem{Request: 1, Said: "#1-3", Done: true, Code: code(1, 3), Due: due}, "Done: SR-1 is 1-3, target Thu 27 Aug 3:00 pm.\n"},
		{ReceiptItem{Request: 1, Done: true, Code: code(1, 4), Due: due, Result: "was 1-3"}, "Done: SR-1 is 1-4, target Thu 27 Aug 3:00 pm.\nWas 1-3.\n"},
		{ReceiptItem{Request: 1, Done: true, Code: code(1, 5)}, "Done: SR-1 is 1-5, no target date.\n"},
		{ReceiptItem{Request: 1, Done: true, Code: code(8, 9)}, "Done: SR-1 is 8-9, done as needed.\n"},
		{ReceiptItem{Request: 1, Done: true, Result: "assigned to Kim Tran"}, "Done: SR-1: assigned to Kim Tran.\n"},
		{ReceiptItem{Request: 1, Done: true, DryRun: true, Code: code(1, 3), Due: due}, "Would do: SR-1 becomes 1-3, target Thu 27 Aug 3:00 pm.\n"},
		{ReceiptItem{Request: 1, Said: "#1-9?", DryRun: true, Code: code(1, 9), Result: "the chart has no 1-9", Near: []chart.Code{code(1, 8)}},
			"Not done: SR-1: \"1-9?\": the chart has no 1-9.\nNearest codes: 1-8 Service Request, Personal Devices, no target.\n"},
		{ReceiptItem{Said: "#frobnicate", Result: "not understood"}, "Not done: \"frobnicate\": not understood.\n"},
	} {
		got := render(t, Letter{Kind: Receipt, To: kim, At: monday, Receipt: &ReceiptBody{Items: []ReceiptItem{c.item}}}, Material{}, h)
		if !strings.HasPrefix(got.Text, c.want+"\n") {
			t.Errorf("got\n%s\nwant it to begin\n%s", got.Text, c.want)
		}
	}
}

// What changed nothing offers no undo.
func TestReceiptUndo(t *testing.T) {
	h := testHouse(t)
	for _, c := range []struct {
		item ReceiptItem
		want bool
	}{
		{ReceiptItem{Request: 1, Done: true, Result: "noted"}, true},
		{ReceiptItem{Request: 1, Done: true, DryRun: true, Result: "noted"}, false},
		{ReceiptItem{Request: 1, Result: "no"}, false},
	} {
		got := render(t, Letter{Kind: Receipt, To: kim, At: monday, Receipt: &ReceiptBody{Undo: true, Items: []ReceiptItem{c.item}}}, Material{}, h)
		if strings.Contains(got.Text, "undo") != c.want {
			t.Errorf("%+v:\n%s", c.item, got.Text)
		}
	}
}

// TestHelpFitsAPhone breaks the help as a phone does: in every language all of it is on one screen.
func TestHelpFitsAPhone(t *testing.T) {
	const columns, screen = 42, 29
	for _, language := range []string{"en", "es"} {
		for _, staff := range []bool{true, false} {
			l := Letter{Kind: Receipt, To: kim, At: monday, Commands: staff, Language: language, Receipt: &ReceiptBody{Help: true}}
			lines := 0
			for line := range strings.Lines(render(t, l, Material{}, testHouse(t)).Text) {
				width := 0
				for _, word := range strings.Fields(line) {
					if n := utf8.RuneCountInString(word); width > 0 && width+1+n > columns {
						lines, width = lines+1, n
					} else {
						width += 1 + n
					}
				}
				lines++
			}
			if lines > screen {
				t.Errorf("%s, staff %v: the help has %d lines of %d characters", language, staff, lines, columns)
			}
		}
	}
}
