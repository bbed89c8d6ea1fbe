package compose

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestOneLine(t *testing.T) {
	for _, c := range []struct {
		text string
		max  int
		want string
	}{
		{"plain words", 50, "plain words"},
		{"  two\r\n lines\tand  blanks ", 50, "two lines and blanks"},
		{"\u202egpj.exe", 50, "gpj.exe"},
		{"zero\u200bwidth\x00", 50, "zerowidth"},
		{"\xffbad", 50, "bad"},
		{"abcdef", 6, "abcdef"},
		{"abcdefg", 6, "abcdef…"},
		{"ñañaña", 3, "ñañ…"},
		{"", 5, ""},
		{" \n ", 5, ""},
	} {
		if got := oneLine(c.text, c.max); got != c.want {
			t.Errorf("oneLine(%q, %d) = %q, want %q", c.text, c.max, got, c.want)
		}
	}
}

func TestParagraphs(t *testing.T) {
	for _, c := range []struct {
		text string
		max  int
		want string
		cut  bool
	}{
		{"one\r\ntwo\rthree\nfour", 99, "one\ntwo\nthree\nfour", false},
		{"\n\n one\n\n\n\ntwo \n\n", 99, " one\n\ntwo", false},
		{"several words here", 12, "several …", true},
		{"averyveryverylongword", 8, "averyver …", true},
		{"first\nsecond", 5, "first …", true},
		{"first\n\n", 5, "first", false},
		{"", 5, "", false},
	} {
		got, cut := paragraphs(c.text, c.max)
		if got != c.want || cut != c.cut {
			t.Errorf("paragraphs(%q, %d) = %q, %t, want %q, %t", c.text, c.max, got, cut, c.want, c.cut)
		}
	}
}

func TestSafeProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := drawText(t, "text")
		max := rapid.IntRange(1, 200).Draw(t, "max")
		line := safeLine(text, max)
		if strings.ContainsAny(line, "\r\n\t\x00") || !utf8.ValidString(line) || utf8.RuneCountInString(line) > max+1 {
			t.Errorf("safeLine(%q, %d) = %q", text, max, line)
		}
		if again := safeLine(line, max+1); again != line {
			t.Errorf("safeLine changes %q to %q", line, again)
		}
		w := safeText(text, max)
		if strings.ContainsAny(w.Text, "\r\x00") || strings.Contains(w.Text, "\n\n\n") || !utf8.ValidString(w.Text) {
			t.Errorf("safeText(%q, %d) = %q", text, max, w.Text)
		}
	})
}
