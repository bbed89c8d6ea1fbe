package suggest

import (
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"triaged/internal/chart"
)

// FuzzSuggest holds what is promised for any mail: no panic, confidences between 0 and 1 in order, adding up to one, the
// same answer twice, and reasons that are valid text.
func FuzzSuggest(f *testing.F) {
	f.Add("no sound :(", "subject says it", "Teacher", "scan.pdf")
	f.Add("", "", "", "")
	f.Add("can't", "’'’ \xff\xfe rm 214 ñandú", "\x00", ".")
	f.Add("turn * on", strings.Repeat("turn ", 3000), "=", "a.b.c")
	m := New(chart.Default(), DefaultLexicon())
	mails, codes := history(f, 40)
	for i := range mails {
		m.Learn(string(rune('a'+i)), mails[i], codes[i])
	}
	f.Fuzz(func(t *testing.T, subject, text, title, file string) {
		mail := Mail{Subject: subject, Text: text, Title: title, Requester: title, Attachments: []string{file}}
		all := m.Suggest(mail, 100)
		sum, last := 0.0, 1.0
		for i, s := range all {
			if math.IsNaN(s.Confidence) || s.Confidence > last || s.Confidence < 0 {
				t.Fatalf("suggestion %d has confidence %g after %g", i, s.Confidence, last)
			}
			last = s.Confidence
			sum += s.Confidence
			for _, b := range s.Because {
				if b == "" || utf8.ValidString(subject+text+file) && !utf8.ValidString(b) {
					t.Fatalf("reason %q", b)
				}
			}
		}
		if len(all) == 0 && !hasWord(mail.Subject) && !hasWord(mail.Text) {
			return // nothing is said of a mail that says nothing
		}
		if len(all) != len(chart.Default().Entries()) || math.Abs(sum-1) > 1e-6 {
			t.Fatalf("%d suggestions, confidences add up to %g", len(all), sum)
		}
		if again := m.Suggest(mail, 1); again[0].Code != all[0].Code || again[0].Confidence != all[0].Confidence {
			t.Fatalf("%v, then %v", all[0], again[0])
		}
		m.Emergency(mail)
	})
}

// FuzzLearn learns and unlearns any text; the model must stay finite.
func FuzzLearn(f *testing.F) {
	f.Add("a b c", "x", uint8(3))
	f.Add("", "", uint8(200))
	f.Fuzz(func(t *testing.T, text, id string, code uint8) {
		m := New(chart.Default(), DefaultLexicon())
		entries := chart.Default().Entries()
		mail := Mail{Subject: id, Text: text}
		for i := range 3 {
			if err := m.Learn(id+strings.Repeat("x", i), mail, entries[(int(code)+i)%len(entries)].Code); err != nil {
				t.Fatal(err)
			}
		}
		for _, s := range m.Suggest(mail, 1) {
			if math.IsNaN(s.Confidence) {
				t.Fatalf("%+v", s)
			}
		}
		for i := range 3 {
			if !m.Unlearn(id + strings.Repeat("x", i)) {
				t.Fatalf("%q was not learned", id)
			}
		}
		if m.Learned() != 0 {
			t.Fatalf("%d examples left", m.Learned())
		}
	})
}

// FuzzLexicon: any file is a lexicon or an error.
func FuzzLexicon(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte("[prior]\n'1-*' = nan"))
	f.Fuzz(func(t *testing.T, text []byte) {
		l, err := ParseLexicon("f", text)
		if err == nil {
			New(chart.Default(), l).Suggest(Mail{Text: string(text)}, 3)
		}
	})
}
