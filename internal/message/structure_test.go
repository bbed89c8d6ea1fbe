package message

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden files anew")

// outline is what the structure of a mail comes to, in a form that reads well in a diff.
func outline(m *Message) string {
	var b strings.Builder
	line := func(name string, value any) {
		if s := fmt.Sprint(value); s != "" && s != "[]" && s != "false" {
			fmt.Fprintf(&b, "%s: %s\n", name, s)
		}
	}
	line("from", m.From)
	line("to", m.To)
	line("cc", m.Cc)
	line("subject", m.Subject)
	line("topic", m.Topic)
	if !m.Date.IsZero() {
		line("date", m.Date.Format("2006-01-02 15:04:05 -0700"))
	}
	line("message-id", m.MessageID)
	line("signed", m.Signed)
	line("encrypted", m.Encrypted)
	for _, a := range m.Attachments {
		line("attachment", fmt.Sprintf("%q %s %d inline=%t", a.Name, a.Type, a.Size, a.Inline))
		if a.Mail != nil {
			line("  mail", fmt.Sprintf("%s: %s", a.Mail.From, a.Mail.Subject))
		}
	}
	for _, d := range m.Defects {
		line("defect", d)
	}
	return b.String() + "\n" + m.Text + "\n"
}

func TestMails(t *testing.T) {
	files, _ := filepath.Glob("testdata/mails/*.eml")
	if len(files) < 15 {
		t.Fatalf("only %d mails in testdata/mails", len(files))
	}
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			raw, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			got := outline(Parse(raw))
			golden := strings.TrimSuffix(f, ".eml") + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

// checkInvariants holds what is promised of any mail whatever.
func checkInvariants(t interface{ Fatalf(string, ...any) }, m *Message) {
	texts := map[string]string{"subject": m.Subject, "topic": m.Topic, "text": m.Text, "reply": m.Reply, "elided": m.Elided, "from": m.From.String(), "message-id": m.MessageID}
	for i, a := range m.Attachments {
		texts[fmt.Sprint("attachment ", i)] = a.Name
		if strings.ContainsAny(a.Name, "/\\\n\x00") {
			t.Fatalf("attachment name %q is no plain file name", a.Name)
		}
	}
	for _, f := range m.Header {
		texts["header"] = f.Name + ":" + f.Value
		if strings.ContainsAny(f.Name+f.Value, "\x00\r\n") {
			t.Fatalf("header field %q: %q is not one line", f.Name, f.Value)
		}
	}
	for _, d := range m.Defects {
		texts["defect"] = d
	}
	for name, s := range texts {
		if !utf8.ValidString(s) || strings.Contains(s, "\x00") {
			t.Fatalf("%s is not clean text: %q", name, s)
		}
	}
	if strings.Contains(m.Subject, "\n") || strings.Contains(m.From.Name, "\n") {
		t.Fatalf("subject or name has several lines: %q, %q", m.Subject, m.From.Name)
	}
	if len(m.Text) > maxText+len("---------- Forwarded message ----------")*20+4096 {
		t.Fatalf("text of %d bytes", len(m.Text))
	}
	if len(m.Attachments) > 4*maxParts || len(m.Defects) > 2*maxDefects {
		t.Fatalf("%d attachments, %d defects", len(m.Attachments), len(m.Defects))
	}
	whole := map[string]bool{}
	for l := range strings.SplitSeq(m.Text, "\n") {
		whole[strings.TrimSpace(l)] = true
	}
	for l := range strings.SplitSeq(m.Reply+"\n"+m.Elided, "\n") {
		if l = strings.TrimSpace(l); l != "" && !whole[l] && !strings.Contains(m.Text, l) {
			t.Fatalf("line %q stands in reply or elided and not in the text %q", l, m.Text)
		}
	}
}

// TestAnyBytes damages mails in the ways that transports do and holds the promises of the package comment.
func TestAnyBytes(t *testing.T) {
	files, _ := filepath.Glob("testdata/mails/*.eml")
	var mails [][]byte
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		mails = append(mails, raw)
	}
	rapid.Check(t, func(t *rapid.T) {
		raw := bytes.Clone(rapid.SampledFrom(mails).Draw(t, "mail"))
		for range rapid.IntRange(0, 5).Draw(t, "damages") {
			if len(raw) == 0 {
				break
			}
			at := rapid.IntRange(0, len(raw)-1).Draw(t, "at")
			switch rapid.IntRange(0, 4).Draw(t, "damage") {
			case 0:
				raw = raw[:at]
			case 1:
				raw[at] = rapid.Byte().Draw(t, "byte")
			case 2:
				raw = append(raw[:at:at], raw[min(at+rapid.IntRange(1, 80).Draw(t, "gap"), len(raw)):]...)
			case 3:
				raw = bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
			case 4:
				other := rapid.SampledFrom(mails).Draw(t, "other")
				raw = append(raw[:at:at], other...)
			}
		}
		m := Parse(raw)
		checkInvariants(t, m)
		if again := Parse(raw); outline(again) != outline(m) || again.Reply != m.Reply || again.Kind != m.Kind || again.Fingerprint != m.Fingerprint {
			t.Fatalf("two readings differ")
		}
	})
}

// TestHostileMails holds the limits: what comes out of mails made to cost is small.
func TestHostileMails(t *testing.T) {
	rep := strings.Repeat
	var nested strings.Builder
	for i := range 10000 {
		fmt.Fprintf(&nested, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	tests := map[string]string{
		"10,000 nested parts":   nested.String(),
		"10,000 nested mails":   rep("Content-Type: message/rfc822\r\n\r\n", 10000),
		"300,000 parts":         "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + rep("--b\r\n\r\nx\r\n", 300000),
		"a million headers":     rep("X-A: b\r\n", 1000000) + "\r\nx",
		"a long line":           "Subject: x\r\n\r\n" + rep("a", 8<<20),
		"a long subject":        "Subject: " + rep("a", 8<<20) + "\r\n\r\nx",
		"many folds":            "Subject: x\r\n" + rep(" a\r\n", 2<<20) + "\r\nx",
		"open words":            "Subject: " + rep("=?utf-8?q?", 50<<10) + "\r\n\r\nx",
		"names without address": "To: " + rep("a,", 250<<10) + "<x@y.example>\r\n\r\nx",
		"padding":               "Content-Transfer-Encoding: base64\r\n\r\n" + rep("====", 2<<20),
		"escapes":               "Content-Transfer-Encoding: quoted-printable\r\n\r\n" + rep("= ", 4<<20),
		"deep HTML":             "Content-Type: text/html\r\n\r\n" + rep("<table><tr><td><blockquote><ul><li>a", 100000),
		"open tags":             "Content-Type: text/html\r\n\r\n" + rep("<", 2<<20),
		"lost boundaries":       "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + rep("--b\r\nContent-Type: multipart/mixed; boundary=zz\r\n\r\n--q\r\nContent-Type: multipart/mixed\r\n\r\nx\r\n", 50000),
		"uuencoded":             "\r\n\r\n" + rep("begin 644 a\r\n#AAAA\r\nend\r\n", 100000),
		"many texts":            "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + rep("--b\r\n\r\n"+rep("w ", 500)+"\r\n", 990),
		"nested alternatives":   rep("Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n", 48) + "Content-Type: text/html\r\n\r\n" + rep("<p>x y</p>", 50000),
		"wrapped links":         "\r\n\r\n" + rep("https://urldefense.com/v3/__", 50<<10),
	}
	for name, raw := range tests {
		t.Run(name, func(t *testing.T) {
			m := Parse([]byte(raw))
			checkInvariants(t, m)
			if len(m.Header) > 2*maxFields {
				t.Errorf("%d header fields", len(m.Header))
			}
		})
	}
}

// TestManyFieldsKeepTheAuthor holds that a flood of fields does not drown those that matter.
func TestManyFieldsKeepTheAuthor(t *testing.T) {
	m := Parse([]byte(strings.Repeat("X-Noise: x\r\n", 5000) + "From: a@x.example\r\nSubject: here\r\n\r\nhi"))
	if m.From.Address != "a@x.example" || m.Subject != "here" {
		t.Errorf("got %v, %q", m.From, m.Subject)
	}
}

// TestBareCRIsNoField holds that a CR within a field, which no checking server takes for a line end, cannot smuggle an author in.
func TestBareCRIsNoField(t *testing.T) {
	m := Parse([]byte("Subject: x\rFrom: chief@school.example\r\nFrom: stranger@evil.example\r\n\r\nhi"))
	if m.From.Address != "stranger@evil.example" || len(m.Froms) != 1 {
		t.Errorf("got %v of %v", m.From, m.Froms)
	}
}

// TestContent holds that a file comes out as it went in, and that size and checksum are its own.
func TestContent(t *testing.T) {
	for _, size := range []int{0, 1, 2, 3, 100, 76*1000 + 1, 300 << 10} {
		raw := withAttachment(size)
		m := Parse(raw)
		if len(m.Attachments) != 1 {
			t.Fatalf("%d attachments", len(m.Attachments))
		}
		a := m.Attachments[0]
		content := a.Content()
		want := make([]byte, size)
		for i := range want {
			want[i] = byte(i*7 + i>>8)
		}
		if !bytes.Equal(content, want) || a.Size != int64(size) || a.SHA256 != sha256.Sum256(want) || a.Name != "photo.jpg" || a.Inline {
			t.Errorf("a file of %d bytes came out as %d bytes, size %d, sum %x, %q", size, len(content), a.Size, a.SHA256[:4], a.Name)
		}
	}
}

// TestBase64Pieces holds that decoding in pieces gives what decoding at once gives, however the lines fall.
func TestBase64Pieces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(1, 200).Draw(t, "width")
		content := bytes.Repeat(rapid.SliceOfN(rapid.Byte(), 1, 50).Draw(t, "content"), rapid.IntRange(1, 8000).Draw(t, "times"))
		encoded := base64.StdEncoding.EncodeToString(content)
		var lines []byte
		for len(encoded) > 0 {
			n := min(width, len(encoded))
			lines = append(append(lines, encoded[:n]...), '\r', '\n')
			encoded = encoded[n:]
		}
		var pieces []byte
		eachBase64(lines, func(p []byte) { pieces = append(pieces, p...) })
		if !bytes.Equal(pieces, content) || !bytes.Equal(appendBase64(nil, lines), content) {
			t.Fatalf("%d bytes in lines of %d came out as %d", len(content), width, len(pieces))
		}
	})
}

// TestReading holds the names that scripts rely on, and that nothing is null that should be a list.
func TestReading(t *testing.T) {
	for _, raw := range [][]byte{nil, withAttachment(10)} {
		r := Parse(raw).Reading("x.eml")
		b, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]any
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"file", "from", "to", "cc", "reply_to", "subject", "date", "message_id", "in_reply_to", "references", "text", "reply", "elided",
			"attachments", "kind", "kind_reason", "bounce", "forwarded_from", "defects"} {
			if v, ok := got[name]; !ok || v == nil && name != "from" && name != "date" && name != "forwarded_from" {
				t.Errorf("%s is %v in %s", name, v, b)
			}
		}
		if !strings.Contains(r.String(), "x.eml") || !strings.Contains(r.String(), string(r.Kind)) {
			t.Errorf("got %s", r)
		}
	}
	r := Parse(withAttachment(10)).Reading("x.eml")
	for _, want := range []string{"from         Rosa Alvarez <r.alvarez@maple.school.example>\n", "topic        Projector in room 12 shows no picture\n", "photo.jpg (image/jpeg, 10 bytes)", "\nnewly written:\n  | Hello,\n"} {
		if !strings.Contains(r.String(), want) {
			t.Errorf("%q is missing in\n%s", want, r)
		}
	}
}

// TestStructureSalvaged holds that the words of a mail whose structure is broken are found, and nothing of the structure is taken for words.
func TestStructureSalvaged(t *testing.T) {
	const part = "Content-Type: text/plain\r\n\r\nIt is dark.\r\n"
	for name, raw := range map[string]string{
		"no boundary declared":            "Content-Type: multipart/mixed\r\n\r\n--b\r\n" + part + "--b--\r\n",
		"another boundary declared":       "Content-Type: multipart/mixed; boundary=a\r\n\r\n--b\r\n" + part + "--b--\r\n",
		"parts without header":            "Content-Type: multipart/mixed; boundary=a\r\n\r\n--zz\r\n\r\nIt is dark.\r\n--zz--\r\n",
		"quotes in the boundary lines":    "Content-Type: multipart/mixed; boundary='b'\r\n\r\n--'b'\r\n\r\nIt is dark.\r\n--'b'--\r\n",
		"encoded as a whole, says it":     "Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: base64\r\n\r\n--b\r\n" + part + "--b--\r\n",
		"closed in the last line":         "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nIt is dark.--b--\r\n",
		"a text, says the header":         "Content-Type: text/html; boundary=b\r\n\r\n--b\r\n" + part + "--b--\r\n",
		"the header says nothing":         "Subject: x\r\n\r\nThis is a multi-part message in MIME format.\r\n--b\r\n" + part + "--b--\r\n",
		"the root named":                  "Content-Type: multipart/related; start=\"<r@x>\"; boundary=b\r\n\r\n--b\r\nContent-Type: image/png\r\n\r\nx\r\n--b\r\nContent-Type: text/html\r\nContent-ID: <r@x>\r\n\r\n<p>It is dark.\r\n--b--\r\n",
		"the root after an image":         "Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: image/png\r\n\r\nx\r\n--b\r\n" + part + "--b--\r\n",
		"a plain text that shows nothing": "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\u00a0\u200b\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>It is dark.</p>\r\n--b--\r\n",
		"a plain text for an image":       "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\n[cid:image001.png@01D]\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>It is dark.</p>\r\n--b--\r\n",
		"another kind of text":            "Content-Type: text/markdown\r\n\r\nIt is dark.\r\n",
		"byte order mark":                 "\ufeffContent-Type: text/plain\r\n\r\nIt is dark.",
		"CR for line ends":                "From: a@x.example\rSubject: x\r\rIt is dark.\r",
		"a boilerplate longer than it":    "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\nYour program does not support HTML. Please open this in your browser.\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>It is dark.</p>\r\n--b--\r\n",
	} {
		if m := Parse([]byte(raw)); m.Text != "It is dark." {
			t.Errorf("%s: %q", name, m.Text)
		}
	}
}
