package message

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/mails/*.eml")
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	for _, m := range realisticMails() {
		f.Add(m)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := Parse(raw)
		checkInvariants(t, m)
		again := Parse(raw)
		if outline(again) != outline(m) || again.Reply != m.Reply || again.Elided != m.Elided || again.Kind != m.Kind || again.Fingerprint != m.Fingerprint {
			t.Fatal("two readings differ")
		}
		for _, a := range m.Attachments {
			if int64(len(a.Content())) != a.Size {
				t.Fatalf("%q has %d bytes and says %d", a.Name, len(a.Content()), a.Size)
			}
		}
		m.Reading("x")
	})
}

func FuzzHTML(f *testing.F) {
	for _, tt := range htmlTests {
		f.Add(tt.html)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ToValidUTF8(s, "")
		text := htmlText([]byte(s))
		if !utf8.ValidString(text) || strings.ContainsAny(text, "\x00\r") {
			t.Fatalf("not clean text: %q", text)
		}
		// Quote marks, indentation and bars are added; all of them are bounded by what is open.
		if len(text) > maxText+1<<16 || len(text) > 400*len(s)+100 {
			t.Fatalf("%d bytes of text from %d", len(text), len(s))
		}
		if text != htmlText([]byte(s)) {
			t.Fatal("two readings differ")
		}
	})
}

func FuzzAddresses(f *testing.F) {
	for _, s := range []string{"Kim <kim@x.example>, b@x.example", "Tran, Kim <kim@x.example>; (a) b@c", `"a" <b>, Team: c@d;`, "=?utf-8?Q?a?= <b@c>", "<a,<b,\"c", "a (b (c) d@e"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 1<<16 {
			return
		}
		list := parseAddresses(s)
		if len(list) > maxAddresses+1 {
			t.Fatalf("%d addresses", len(list))
		}
		for _, a := range list {
			if strings.ContainsAny(a.Address, " \t\r\n\x00<>") || len(a.Address) > 998 {
				t.Fatalf("address %q of %q", a.Address, s)
			}
			if a == (Address{}) {
				t.Fatalf("an empty address of %q", s)
			}
			if strings.ContainsAny(a.Name, "\r\n\x00") {
				t.Fatalf("name %q of %q", a.Name, s)
			}
			if utf8.ValidString(s) && !(utf8.ValidString(a.Name) && utf8.ValidString(a.Address)) {
				t.Fatalf("%q of %q is not UTF-8", a, s)
			}
		}
		parseIDs(s)
		parseDate(s)
		parseParams(s)
		if utf8.ValidString(s) && !utf8.ValidString(decodeWords(s)) {
			t.Fatalf("decodeWords(%q) is not UTF-8", s)
		}
	})
}
