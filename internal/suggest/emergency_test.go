package suggest

import (
	"slices"
	"strings"
	"testing"

	"triaged/internal/chart"
)

// TestEmergencyInOneSentence: an emergency may be told in passing.
func TestEmergencyInOneSentence(t *testing.T) {
	m := New(chart.Default(), DefaultLexicon())
	const letter = "Thank you for the new keyboards, they are lovely. Ms. Abel would like a second monitor when there is one. " +
		"I have the list of rooms for the summer, too. SENTENCE The label printer wants a new roll. See you at the meeting on Thursday."
	for sentence, want := range map[string]bool{
		"Oh, and the internet has been down in our whole building since eight.":                        true,
		"Oh, and somebody broke into room 12 last night and took the laptop cart.":                     true,
		"Oh, and the state test has stopped for everybody in all our rooms.":                           true,
		"Oh, and the cafeteria has a new menu.":                                                        false,
		"Oh, and my mouse is slow.":                                                                    false,
		"Oh, and everybody in the building likes the new phones.":                                      false,
		"Oh, and the internet was down in our whole building last week, but has been fine ever since.": false,
	} {
		if is, why := m.Emergency(Mail{Subject: "odds and ends", Text: strings.Replace(letter, "SENTENCE", sentence, 1)}); is != want {
			t.Errorf("%q: emergency %v for %q, want %v", sentence, is, why, want)
		}
	}
}

func TestPassages(t *testing.T) {
	for text, want := range map[string][]string{
		"":                             nil,
		"One. Two!":                    nil,
		"One. Two! Three?":             {"One. Two!", "Two! Three?"},
		"one\n\n- - -\ntwo\nthree 3.5": {"one two", "two three 3.5"},
		"¿Uno? Dos... tres":            {"¿Uno? Dos...", "Dos... tres"},
	} {
		if got := slices.Collect(passages(text)); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if n := len(slices.Collect(passages(strings.Repeat("Many. ", 1000)))); n != mostPassages {
		t.Errorf("a thousand sentences have %d passages, want %d", n, mostPassages)
	}
}
