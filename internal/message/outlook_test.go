package message

import (
	"encoding/hex"
	"strings"
	"testing"
)

// TestExpandRTF uses the example of [MS-OXRTFCP], section 3.1.1, and its one of a run that overlaps itself.
func TestExpandRTF(t *testing.T) {
	if len(rtfDictionary) != 207 {
		t.Fatalf("the dictionary has %d bytes", len(rtfDictionary))
	}
	tests := []struct{ in, want string }{
		{"2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0", "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"},
		{"1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0", "{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"},
	}
	for _, tt := range tests {
		raw, err := hex.DecodeString(tt.in)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(expandRTF(raw)); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
		for n := range raw {
			expandRTF(raw[:n]) // cut off anywhere, it ends
		}
	}
	bomb := append([]byte{0, 0, 0, 0, 0, 0, 0, 0x7f, 'L', 'Z', 'F', 'u', 0, 0, 0, 0}, []byte(strings.Repeat("\xff\x00\x0f\x00\x0f\x00\x0f\x00\x0f\x00\x0f\x00\x0f\x00\x0f\x00\x0f", 1<<20))...)
	if got := len(expandRTF(bomb)); got > 5*maxText {
		t.Errorf("expanded to %d bytes", got)
	}
}

func TestRTFText(t *testing.T) {
	tests := []struct{ in, want string }{
		{`{\rtf1\ansi one\par two\line three\tab x}`, "one\ntwo\nthree\tx"},
		{`{\rtf1\ansi\ansicpg1252 caf\'e9 \u8364?5 \{x\} a\~b}`, "café €5 {x} a\u00a0b"},
		{`{\rtf1\ansi\ansicpg1251 \'ef\'f0\'e8\'e2\'e5\'f2}`, "привет"},
		{`{\rtf1{\fonttbl{\f0 Arial;}}{\*\generator x;}{\info{\title t}}text}`, "text"},
		{`{\rtf1\uc2\u233 ab c}`, "é c"},
		{`{\rtf1\ansi\fromhtml1 \deff0{\fonttbl;}{\*\htmltag19 <html>}{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 one &{\*\htmltag84 &lt;}\htmlrtf <\htmlrtf0 two{\*\htmltag72 </p>}\htmlrtf\par}\htmlrtf0 {\*\htmltag64 <p>}three}`, "one &<two\n\nthree"},
		{`not rtf`, "not rtf"},
		{`{{{{`, ""},
	}
	for _, tt := range tests {
		if got := rtfText([]byte(tt.in)); strings.TrimSpace(got) != tt.want {
			t.Errorf("rtfText(%s)\n got %q\nwant %q", tt.in, got, tt.want)
		}
	}
}

// TestBrokenTNEF holds that a winmail.dat that cannot be read stays a file.
func TestBrokenTNEF(t *testing.T) {
	m := Parse([]byte("From: a@x.example\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\n\r\nnot what it says"))
	if len(m.Attachments) != 1 || m.Attachments[0].Name != "winmail.dat" || string(m.Attachments[0].Content()) != "not what it says" {
		t.Errorf("got %+v", m.Attachments)
	}
	if len(m.Defects) == 0 {
		t.Error("no defect is told")
	}
}
