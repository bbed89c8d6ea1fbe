package compose

import (
	"bytes"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"triaged/internal/message"
)

// words are pieces of subjects, names and file names, as people and attackers make them.
var words = rapid.SampledFrom([]string{
	"a", "Projector", "Salón", "日本語", " ", "  ", "\t", "\r\n", "\x00", "=", "=?utf-8?q?x?=", "?", "\"", "\\", "(", "<a@b>", ",", ";",
	strings.Repeat("x", 90), "😀", "\xff", "\u202e", "'", "%", "*", ".jpg", "/", "..",
})

func drawText(t *rapid.T, name string) string {
	return strings.Join(rapid.SliceOfN(words, 0, 30).Draw(t, name), "")
}

func TestHeaderTextIsReadAsMeant(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := oneLine(drawText(t, "text"), 500)
		field := addField(nil, "Subject", unstructured(want))
		checkLines(t, field)
		if got := unfold(t, field); got != want {
			t.Errorf("subject %q is read as %q from\n%s", want, got, field)
		}
		address := addField(nil, "To", mailbox(want, "a@b.example"))
		checkLines(t, address)
		if want == "" {
			return
		}
		header := mail.Header{"To": {string(bytes.TrimSpace(bytes.ReplaceAll(address[4:], []byte("\r\n"), nil)))}}
		list, err := header.AddressList("To")
		if err != nil || len(list) != 1 || list[0].Name != want || list[0].Address != "a@b.example" {
			t.Errorf("name %q is read as %v, %v from\n%s", want, list, err, address)
		}
	})
}

func TestFileNameIsReadAsMeant(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := fileName(drawText(t, "name"))
		part := writeFile([]byte("MIME-Version: 1.0\r\n"), file{name, "image/png", []byte("x")})
		header, _, _ := bytes.Cut(part, []byte("\r\n\r\n"))
		checkLines(t, append(header, "\r\n"...))
		_, params, err := mime.ParseMediaType(unfold(t, addField(nil, "X", "attachment"+parameter("filename", name))))
		if err != nil || params["filename"] != name {
			t.Errorf("file name %q is read as %q, %v from\n%s", name, params["filename"], err, part)
		}
		if got := message.Parse(part).Attachments; len(got) != 1 || got[0].Name == "" {
			t.Errorf("file name %q: attachments %v", name, got)
		}
	})
}

func TestFileNames(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"photo.jpg", "photo.jpg"},
		{"../../etc/passwd", ".._.._etc_passwd"},
		{"", "attachment"},
		{"..", "attachment"},
		{"a\r\nb.txt", "a b.txt"},
		{strings.Repeat("x", 200) + ".jpeg", strings.Repeat("x", 100) + "….jpeg"},
	} {
		if got := fileName(c.name); got != c.want {
			t.Errorf("fileName(%q) = %q, want %q", c.name, got, c.want)
		}
	}
}

func TestMediaTypes(t *testing.T) {
	for _, c := range []struct{ claimed, want string }{
		{"image/jpeg", "image/jpeg"},
		{"Application/PDF", "application/pdf"},
		{"message/rfc822", "application/octet-stream"},
		{"multipart/mixed", "application/octet-stream"},
		{"text/plain; x\r\ny", "application/octet-stream"},
		{"", "application/octet-stream"},
		{"image/", "application/octet-stream"},
	} {
		if got := mediaType(c.claimed); got != c.want {
			t.Errorf("mediaType(%q) = %q, want %q", c.claimed, got, c.want)
		}
	}
}

// The encoder agrees with the standard library's reader, and keeps its lines to 76 octets (RFC 2045, section 6.7, rule 5).
func TestQuotedPrintable(t *testing.T) {
	piece := rapid.SampledFrom([]string{"a", "é", "=", " ", "\t", "\n", "word ", strings.Repeat("x", 74), strings.Repeat("y", 76), "\x7f", "😀", "."})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(piece, 0, 30).Draw(t, "text"), "") + "\n"
		coded := appendQuotedPrintable(nil, []byte(text))
		for line := range bytes.SplitSeq(coded, []byte("\r\n")) {
			if len(line) > 76 || bytes.HasSuffix(line, []byte(" ")) {
				t.Errorf("line %q", line)
			}
		}
		got, err := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(coded)))
		if err != nil || strings.ReplaceAll(string(got), "\r\n", "\n") != text {
			t.Errorf("%q is read as %q, %v", text, got, err)
		}
	})
}

func TestSevenBit(t *testing.T) {
	for _, c := range []struct {
		text string
		want bool
	}{
		{"plain\nlines\n", true},
		{"\n", true},
		{"no line feed at the end", false},
		{"blank at the end \n", false},
		{"é\n", false},
		{"tab\there\n", false},
		{strings.Repeat("x", maxLine-2) + "\n", true},
		{strings.Repeat("x", maxLine-1) + "\n", false},
	} {
		if got := fitsSevenBit([]byte(c.text)); got != c.want {
			t.Errorf("fitsSevenBit(%.20q) = %t", c.text, got)
		}
	}
}

func checkLines(t *rapid.T, field []byte) {
	t.Helper()
	for line := range bytes.SplitSeq(bytes.TrimSuffix(field, []byte("\r\n")), []byte("\r\n")) {
		if len(line) > 200 || len(bytes.TrimSpace(line)) == 0 {
			t.Errorf("line %q of %d octets", line, len(line))
		}
		for _, c := range line {
			if c < ' ' || c > '~' {
				t.Errorf("octet %#x in %q", c, line)
			}
		}
	}
}

// unfold reads a free-text field as a mail program does.
func unfold(t *rapid.T, field []byte) string {
	t.Helper()
	_, value, _ := strings.Cut(strings.ReplaceAll(strings.TrimSuffix(string(field), "\r\n"), "\r\n", ""), ": ")
	text, err := new(mime.WordDecoder).DecodeHeader(value)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
