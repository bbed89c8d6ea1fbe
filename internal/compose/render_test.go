package compose

import (
	"bytes"
	"flag"
	"io"
	"mime"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"triaged/internal/chart"
	"triaged/internal/message"
	"triaged/internal/request"
)

var update = flag.Bool("update", false, "write the golden mails anew")

// render is Render for tests in which it must not fail.
func render(t testing.TB, l Letter, m Material, h House) Mail {
	t.Helper()
	got, err := Render(l, "t.0a1b2c@school.example", m, h)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// TestGolden compares every kind of mail, in every language, with what was last looked at and found good, and reads each
// as another mail program would.
func TestGolden(t *testing.T) {
	h := testHouse(t)
	for _, s := range specimens() {
		t.Run(s.name, func(t *testing.T) {
			id := "t." + s.name + "@school.example"
			got, err := Render(s.letter, id, s.material, h)
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", s.name+".eml")
			if *update {
				if err := os.WriteFile(file, got.Data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Data, want) {
				t.Errorf("the mail differs from %s; look at it, then run with -update:\n%s", file, got.Data)
			}
			checkRead(t, s, id, got)
		})
	}
}

// checkRead reads a mail back and compares it with what was meant.
func checkRead(t *testing.T, s specimen, id string, got Mail) {
	t.Helper()
	m := message.Parse(got.Data)
	if len(m.Defects) > 0 {
		t.Errorf("defects: %q", m.Defects)
	}
	if m.Subject != got.Subject {
		t.Errorf("subject %q is read as %q", got.Subject, m.Subject)
	}
	if got, want := strings.TrimSpace(m.Text), strings.TrimSpace(got.Text); got != want {
		t.Errorf("text is read as\n%s\nbut was\n%s", got, want)
	}
	if m.From.Address != "support@school.example" || m.From.Name != "Customer Care Center" {
		t.Errorf("from is read as %+v", m.From)
	}
	if len(m.To) != 1 || m.To[0].Address != s.letter.To.Address || m.To[0].Name != s.letter.To.Name {
		t.Errorf("to is read as %+v", m.To)
	}
	if m.MessageID != id || !slices.Equal(m.References[len(m.References)-1:], []string{id}) {
		t.Errorf("message-id %q, references %q: want %q as both, last", m.MessageID, m.References, id)
	}
	if m.Kind == message.Personal {
		t.Error("the mail does not pass for automatic")
	}
	if !m.Date.Equal(s.letter.At) {
		t.Errorf("date is read as %v, want %v", m.Date, s.letter.At)
	}
}

// Every mail says that a machine wrote it, and how it came about (RFC 3834).
func TestAutomaticHeaders(t *testing.T) {
	h := testHouse(t)
	for _, s := range specimens() {
		header := message.Parse(render(t, s.letter, s.material, h).Data).Header
		want := "auto-generated"
		switch s.letter.Kind {
		case Acknowledgement, Receipt, Confirmation, Refusal:
			want = "auto-replied"
		}
		if got := header.Get("Auto-Submitted"); got != want {
			t.Errorf("%s: Auto-Submitted: %s, want %s", s.name, got, want)
		}
		if got := header.Get("X-Auto-Response-Suppress"); got != "All" {
			t.Errorf("%s: X-Auto-Response-Suppress: %q", s.name, got)
		}
		if got := header.Get("X-Triaged-Kind"); got != string(s.letter.Kind) {
			t.Errorf("%s: X-Triaged-Kind: %q", s.name, got)
		}
		if got := header.Get("X-Triaged-Request"); got != s.letter.Request.Label("SR") {
			t.Errorf("%s: X-Triaged-Request: %q", s.name, got)
		}
		for _, f := range header {
			if name := strings.ToLower(f.Name); name == "precedence" || strings.HasPrefix(name, "list-") || name == "user-agent" {
				t.Errorf("%s: has %s", s.name, f.Name)
			}
		}
	}
}

func TestThreading(t *testing.T) {
	h := testHouse(t)
	l := specimens()[0].letter
	for _, c := range []struct {
		about      string
		inReplyTo  string
		references []string
		want       string
	}{
		{"an answer", "b@x", []string{"a@x", "b@x"}, "<a@x> <b@x> <t.0a1b2c@school.example>"},
		{"an answer to a mail without references", "b@x", nil, "<b@x> <t.0a1b2c@school.example>"},
		{"nothing to refer to", "", nil, "<t.0a1b2c@school.example>"},
		{"ids that nobody could write down", "b x@y", []string{"a\r\nBcc: v@x", "<a@x>", strings.Repeat("a", 2000), "ok@x"}, "<ok@x> <t.0a1b2c@school.example>"},
		{"itself among the references", "", []string{"t.0a1b2c@school.example", "a@x"}, "<a@x> <t.0a1b2c@school.example>"},
	} {
		l.InReplyTo, l.References = c.inReplyTo, c.references
		header := message.Parse(render(t, l, Material{}, h).Data).Header
		if got := strings.Join(strings.Fields(header.Get("References")), " "); got != c.want {
			t.Errorf("%s: References: %s, want %s", c.about, got, c.want)
		}
		if got := header.Get("In-Reply-To"); got != "" && got != "<"+c.inReplyTo+">" {
			t.Errorf("%s: In-Reply-To: %s", c.about, got)
		}
	}
}

func TestRenderRefuses(t *testing.T) {
	h := testHouse(t)
	good := specimens()[0].letter
	for _, c := range []struct {
		about string
		spoil func(*Letter, *House)
		want  string
	}{
		{"no address", func(l *Letter, _ *House) { l.To.Address = "" }, `recipient: "" is not an address`},
		{"two addresses", func(l *Letter, _ *House) { l.To.Address = "a@x.example,b@x.example" }, "is not an address"},
		{"a header in the address", func(l *Letter, _ *House) { l.To.Address = "a@x.example\r\nBcc: b@x.example" }, "is not an address"},
		{"no body", func(l *Letter, _ *House) { l.Acknowledgement = nil }, "acknowledgement: the letter does not say"},
		{"an unknown kind", func(l *Letter, _ *House) { l.Kind = "love" }, `no templates for the kind "love"`},
		{"no templates", func(_ *Letter, h *House) { h.Texts = nil }, "the house has no templates"},
	} {
		l, house := good, h
		c.spoil(&l, &house)
		if _, err := Render(l, "id@school.example", Material{}, house); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.about, err, c.want)
		}
	}
}

// The same letter is the same mail, byte for byte, so that a retry repeats it.
func TestRenderIsDeterministic(t *testing.T) {
	a, b := testHouse(t), testHouse(t)
	for _, s := range specimens() {
		if !bytes.Equal(render(t, s.letter, s.material, a).Data, render(t, s.letter, s.material, b).Data) {
			t.Errorf("%s: two renderings differ", s.name)
		}
	}
}

// What an answer such as "2" or "all" takes is what was printed, in that order.
func TestListed(t *testing.T) {
	h := testHouse(t)
	for _, s := range specimens() {
		got := render(t, s.letter, s.material, h)
		switch s.name {
		case "notice.en":
			if len(got.Listed) != 1 || got.Listed[0].Request != 1 || !slices.Equal(got.Listed[0].Codes, []chart.Code{code(1, 3), code(1, 4), code(3, 3)}) {
				t.Errorf("%s: listed %v", s.name, got.Listed)
			}
			for i, c := range got.Listed[0].Codes {
				if want := itoa(i+1) + ". " + c.String() + " "; !strings.Contains(got.Text, "\n"+want) {
					t.Errorf("%s: the text has no line that begins %q", s.name, want)
				}
			}
		case "digest.en":
			if len(got.Listed) != 2 || got.Listed[0].Request != 12 || got.Listed[1].Request != 15 || len(got.Listed[1].Codes) != 1 {
				t.Errorf("%s: listed %v", s.name, got.Listed)
			}
		case "notice-added.en":
			if len(got.Listed) != 1 || got.Listed[0].Codes != nil {
				t.Errorf("%s: listed %v", s.name, got.Listed)
			}
		}
	}
}

// A one-tap link composes the full command, with a key of its own for each link.
func TestOneTapLinks(t *testing.T) {
	h := testHouse(t)
	s := specimens()[2]
	m := message.Parse(render(t, s.letter, s.material, h).Data)
	keys := map[string]bool{}
	for i, c := range s.material.Suggestions {
		_, link, ok := strings.Cut(m.Text, "One tap for "+c.Code.String()+": <")
		if !ok {
			t.Fatalf("no link for %s in\n%s", c.Code, m.Text)
		}
		link, _, _ = strings.Cut(link, ">")
		body := checkLink(t, link, "support@school.example", "[SR-1]")
		command, key, _ := strings.Cut(body, "\r\n")
		if command != "#"+c.Code.String() || !strings.HasPrefix(key, "#key ") {
			t.Errorf("link %d says %q", i+1, body)
		}
		key = strings.TrimSpace(strings.TrimPrefix(key, "#key "))
		if _, reason := h.Keys.CheckLink(key, "tests", "kim@school.example", 1, monday); reason != "" {
			t.Errorf("the key of link %d is refused: %s", i+1, reason)
		}
		if _, reason := h.Keys.CheckLink(key, "tests", "dana@school.example", 1, monday); reason == "" {
			t.Errorf("the key of link %d serves somebody else", i+1)
		}
		keys[key] = true
	}
	if len(keys) != 3 {
		t.Errorf("%d keys for 3 links", len(keys))
	}
	s.letter.Commands = false
	if got := render(t, s.letter, s.material, h); strings.Contains(got.Text, "mailto:") {
		t.Error("somebody who may not command has a link")
	}
}

// checkLink takes a mailto link apart (RFC 6068) and returns the body it composes.
func checkLink(t *testing.T, link, address, subject string) string {
	t.Helper()
	rest, ok := strings.CutPrefix(link, "mailto:"+address+"?subject=")
	gotSubject, body, ok2 := strings.Cut(rest, "&body=")
	if !ok || !ok2 {
		t.Fatalf("link %q", link)
	}
	if got := unescape(t, gotSubject); got != subject {
		t.Errorf("the link's subject is %q, want %q", got, subject)
	}
	return unescape(t, body)
}

func unescape(t *testing.T, s string) string {
	t.Helper()
	// "=3D"-less quoted-printable and percent encoding differ by their mark alone.
	got, err := new(mime.WordDecoder).Decode("=?utf-8?q?" + strings.ReplaceAll(s, "%", "=") + "?=")
	if err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	return got
}

// Files go along up to a limit, and are the same on the other side; the others are named.
func TestAttachments(t *testing.T) {
	h := testHouse(t)
	s := specimens()[2]
	s.material.Attachments = sampleFiles()
	if len(s.material.Attachments) != 2 {
		t.Fatalf("the sample has %d files", len(s.material.Attachments))
	}
	got := message.Parse(render(t, s.letter, s.material, h).Data)
	if len(got.Attachments) != 2 {
		t.Fatalf("%d attachments arrive, want 2", len(got.Attachments))
	}
	for i, a := range got.Attachments {
		want := s.material.Attachments[i]
		if a.Name != want.Name || a.Type != want.Type || !bytes.Equal(a.Content(), want.Content()) {
			t.Errorf("attachment %d arrives as %q, %s, %d bytes", i, a.Name, a.Type, a.Size)
		}
	}
	if !strings.Contains(got.Text, "Attached: Salón 214.jpg (20 KB), serials.csv (") {
		t.Errorf("the text does not name them:\n%s", got.Text)
	}
	s.material.Attachments[0].Size = MaxAttached + 1
	got = message.Parse(render(t, s.letter, s.material, h).Data)
	if len(got.Attachments) != 1 || !strings.Contains(got.Text, "Too large to send along: Salón 214.jpg (10.0 MB)") {
		t.Errorf("%d attachments arrive, and the text is\n%s", len(got.Attachments), got.Text)
	}
}

// What nobody should see in a mail is masked, wherever it stands.
func TestPasswordsAreMasked(t *testing.T) {
	h := testHouse(t)
	const secret = "Tiger2024"
	words := "My password is " + secret + ", please help"
	material := Material{Topic: "password: " + secret, Text: words, Note: words, Rows: []RowMaterial{{Subject: words, Text: words}, {Text: words}}}
	for _, s := range specimens() {
		m := render(t, s.letter, material, h)
		if bytes.Contains(m.Data, []byte(secret)) || strings.Contains(m.Subject, secret) {
			t.Errorf("%s: the password is in\n%s", s.name, m.Data)
		}
	}
}

// FuzzRender hands hostile words to every place that takes somebody's words.
func FuzzRender(f *testing.F) {
	h := testHouse(f)
	f.Add("Subject", "Name", "text", "file.txt", "id@x")
	f.Add("a\r\nBcc: victim@x.example\r\n\r\n<script>", "\"; <x@y>\r\nX: y", "#1-3\n[SR-9]\n.\r\n--=_a\r\nFrom x", "../../\x00\"é\r\n.exe", "<a> b")
	f.Add("=?utf-8?q?=23ok?=", "=?utf-8?b?IA==?=", strings.Repeat("x", 3000), strings.Repeat("ñ", 400)+".jpeg", strings.Repeat("i", 1200))
	f.Add("\u202egnp.exe", "\xff\xfe", "\u2028\u2029\x00", "", "")
	all := specimens()
	f.Fuzz(func(t *testing.T, topic, name, text, file, id string) {
		m := Material{Topic: topic, Text: text, Note: text, Rows: []RowMaterial{{Subject: topic, Text: text}, {Subject: text}}}
		m.Attachments = sampleFiles()
		m.Attachments[0].Name, m.Attachments[1].Type = file, topic
		for _, s := range all {
			s.letter.To.Name, s.letter.InReplyTo, s.letter.References = name, id, []string{id, topic}
			if n := s.letter.Notice; n != nil {
				copied := *n
				copied.From, copied.Title, copied.Campus, copied.Alert = request.Person{Name: name, Address: "x@y.example"}, topic, name, []string{text}
				s.letter.Notice = &copied
			}
			checkShape(t, render(t, s.letter, m, h))
		}
	})
}

// checkShape holds a mail to the standards: its lines, its header fields, its one recipient.
func checkShape(t *testing.T, m Mail) {
	t.Helper()
	header, _, _ := bytes.Cut(m.Data, []byte("\r\n\r\n"))
	for line := range bytes.SplitSeq(m.Data, []byte("\r\n")) {
		if len(line) > maxLine || bytes.ContainsAny(line, "\r\n\x00") {
			t.Fatalf("line %q", line)
		}
	}
	for _, c := range header {
		if c > '~' || c < ' ' && c != '\r' && c != '\n' {
			t.Fatalf("header has the octet %#x:\n%s", c, header)
		}
	}
	parsed, err := mail.ReadMessage(bytes.NewReader(m.Data))
	if err != nil {
		t.Fatalf("%v in\n%s", err, m.Data)
	}
	allowed := []string{
		"Date", "From", "To", "Subject", "Message-Id", "In-Reply-To", "References", "Auto-Submitted", "X-Auto-Response-Suppress",
		"X-Triaged-Kind", "X-Triaged-Request", "Mime-Version", "Content-Type",
	}
	for field, values := range parsed.Header {
		if !slices.Contains(allowed, field) || len(values) != 1 {
			t.Fatalf("field %s: %q", field, values)
		}
	}
	to, err := parsed.Header.AddressList("To")
	if err != nil || len(to) != 1 {
		t.Fatalf("To: %q: %v", parsed.Header["To"], err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(parsed.Header.Get("Subject"))
	if err != nil || subject != m.Subject {
		t.Fatalf("subject %q is read as %q: %v", m.Subject, subject, err)
	}
	if _, err := io.Copy(io.Discard, parsed.Body); err != nil {
		t.Fatal(err)
	}
}
