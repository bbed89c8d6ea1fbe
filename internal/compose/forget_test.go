package compose

import (
	"slices"
	"strings"
	"testing"

	"triaged/internal/request"
)

// TestLetterWithoutLines takes the sentences out of a letter of every kind of body, and leaves the letter itself alone.
func TestLetterWithoutLines(t *testing.T) {
	l := Letter{
		Request: 1, Notice: &NoticeBody{Say: []string{"a quetzal"}}, Queue: &QueueBody{Rows: []Row{{Request: 2}}, Foot: []string{"b quetzal"}},
		Work: &WorkBody{Rows: []WorkRow{{Request: 3}}}, Receipt: &ReceiptBody{Items: []ReceiptItem{{Request: 4, Said: "c quetzal"}}},
		Confirmation: &ConfirmationBody{Request: 5, Commands: []string{"d quetzal"}},
		Outage:       &OutageBody{First: 6, New: []request.Number{7}, Say: []string{"e quetzal"}}, Plain: &PlainBody{Lines: []string{"f quetzal"}},
	}
	if got := l.Requests(); !slices.Equal(got, []request.Number{1, 2, 3, 4, 5, 6, 7}) {
		t.Errorf("it names %v", got)
	}
	if bare := l.WithoutLines(); len(bare.Lines()) > 0 || !slices.Equal(bare.Requests(), l.Requests()) {
		t.Errorf("left: %q, %v", bare.Lines(), bare.Requests())
	}
	if got := l.Lines(); len(got) != 6 || strings.Count(strings.Join(got, " "), "quetzal") != 6 {
		t.Errorf("the letter itself has %q", got)
	}
}

// TestLettersAreRenderedWithoutLines renders every sample once its sentences are gone: an outbox shows such a mail still.
func TestLettersAreRenderedWithoutLines(t *testing.T) {
	house := testHouse(t)
	for _, k := range Kinds {
		for _, s := range samples(k) {
			if _, err := Render(s.letter.WithoutLines(), "t.0a1b2c@school.example", s.material, house); err != nil {
				t.Errorf("%s %s: %v", k, s.about, err)
			}
		}
	}
}
