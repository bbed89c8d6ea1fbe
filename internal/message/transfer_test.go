package message

import "testing"

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
