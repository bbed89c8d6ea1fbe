package message

import (
	"strings"
	"testing"
)

// TestEndOfBase64 holds that a text ends at its padding, and that encoded pieces glued together are still read.
func TestEndOfBase64(t *testing.T) {
	const hello = "SGVsbG8gS2ltLCB0aGUgcHJpbnRlciBqYW1zLg==" // Hello Kim, the printer jams.
	tests := map[string]struct{ body, want string }{
		"whole":              {hello + "\r\n", "Hello Kim, the printer jams."},
		"a footer":           {hello + "\r\n_______________\r\nstaff mailing list\r\n", "Hello Kim, the printer jams."},
		"words on the line":  {hello + " unreadable\r\n", "Hello Kim, the printer jams."},
		"half a group":       {hello + "\r\nabcdefg\r\n", "Hello Kim, the printer jams."},
		"glued, on one line": {hello + "IEFnYWluLg==\r\n", "Hello Kim, the printer jams. Again."},
		"glued, by lines":    {hello + "\r\nIEFnYWlu\r\nLg==\r\n", "Hello Kim, the printer jams. Again."},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			m := Parse([]byte(author + "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" + tt.body))
			if m.Text != tt.want {
				t.Errorf("got %q, want %q", m.Text, tt.want)
			}
		})
	}
}

func TestEnrichedText(t *testing.T) {
	for s, want := range map[string]string{
		"<bold>Hi</bold> <color><param>red</param>there</color> << 5": "Hi there < 5",
		"<param>a</PARAM>b<param>c</param>d":                          "bd",
		"<param>never closed":                                         "never closed",
		"1 < 2":                                                       "1 < 2",
		"<param>x" + strings.Repeat("y", 2000) + "</param>z":          "x" + strings.Repeat("y", 2000) + "z",
	} {
		if got := enrichedText(s); got != want {
			t.Errorf("%.60q: got %.60q, want %.60q", s, got, want)
		}
	}
}
