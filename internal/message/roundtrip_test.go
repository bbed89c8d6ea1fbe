package message

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	gomessage "github.com/emersion/go-message"
	"github.com/emersion/go-message/mail"
	"pgregory.net/rapid"
)

// TestRoundTrip holds that what a mail library writes is read as it was meant: names, subject, date, IDs, text and files.
func TestRoundTrip(t *testing.T) {
	words := rapid.StringMatching(`[a-zA-Zäéñß漢字0-9'(),.:;@<>"\\!?_=-]{1,12}( [a-zA-Zäéñß漢字0-9'(),.:;!?_=-]{1,12}){0,12}`)
	name := rapid.StringMatching(`[A-ZÄÉÑ漢][a-zäéñß字]{1,10}( [A-Z][a-z',.-]{1,10})?`)
	rapid.Check(t, func(t *rapid.T) {
		subject := words.Draw(t, "subject")
		from := mail.Address{Name: name.Draw(t, "name"), Address: "a.b@x.example"}
		text := strings.Join(rapid.SliceOfN(words, 0, 5).Draw(t, "text"), "\n\n")
		fileName := rapid.StringMatching(`[a-zäé漢][a-z äé漢;,'()%=]{0,60}[a-zé]\.(pdf|png|txt)`).Draw(t, "file name")
		content := rapid.SliceOfN(rapid.Byte(), 0, 5000).Draw(t, "content")
		date := time.Date(2026, 11, 23, 14, 5, 28, 0, time.FixedZone("", -6*3600))

		var raw bytes.Buffer
		var h mail.Header
		h.SetDate(date)
		h.SetSubject(subject)
		h.SetAddressList("From", []*mail.Address{&from})
		h.SetAddressList("To", []*mail.Address{{Name: from.Name, Address: "c@x.example"}, {Address: "d@x.example"}})
		h.SetMessageID("one@x.example")
		h.SetMsgIDList("References", []string{"r1@x.example", "r2@x.example"})
		w, err := mail.CreateWriter(&raw, h)
		if err != nil {
			t.Fatal(err)
		}
		var ih mail.InlineHeader
		ih.SetContentType("text/plain", map[string]string{"charset": "utf-8"})
		part, err := w.CreateSingleInline(ih)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(part, text)
		_ = part.Close()
		var ah mail.AttachmentHeader
		ah.SetContentType("application/octet-stream", nil)
		ah.SetFilename(fileName)
		file, err := w.CreateAttachment(ah)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = file.Write(content)
		_ = file.Close()
		_ = w.Close()

		m := Parse(raw.Bytes())
		if m.Subject != squeeze(subject) {
			t.Errorf("subject %q, want %q", m.Subject, subject)
		}
		if m.From.Address != from.Address || m.From.Name != displayName(from.Name) || len(m.To) != 2 || m.To[1].Address != "d@x.example" {
			t.Errorf("from %q, to %q; want %q", m.From, m.To, from)
		}
		if !m.Date.Equal(date) || m.MessageID != "one@x.example" || len(m.References) != 2 {
			t.Errorf("date %v, ID %q, references %q", m.Date, m.MessageID, m.References)
		}
		if strings.TrimSpace(m.Text) != strings.TrimSpace(text) {
			t.Errorf("text %q, want %q", m.Text, text)
		}
		if len(m.Attachments) != 1 || m.Attachments[0].Name != squeeze(fileName) || !bytes.Equal(m.Attachments[0].Content(), content) {
			t.Errorf("attachments %+v, want %q", m.Attachments, fileName)
		}
		if len(m.Defects) > 0 {
			t.Errorf("defects in a sound mail: %q", m.Defects)
		}
	})
}

// TestSameParts holds that sound mails are taken apart as the strict library takes them apart.
func TestSameParts(t *testing.T) {
	for i, raw := range append(realisticMails(), withAttachment(1000)) {
		var want []string
		entity, err := gomessage.Read(bytes.NewReader(raw))
		if err != nil && !gomessage.IsUnknownCharset(err) {
			t.Fatal(err)
		}
		err = entity.Walk(func(_ []int, e *gomessage.Entity, err error) error {
			if err != nil && !gomessage.IsUnknownCharset(err) {
				return err
			}
			mediaType, _, _ := e.Header.ContentType()
			if strings.HasPrefix(mediaType, "multipart/") {
				return nil
			}
			body, err := io.ReadAll(e.Body)
			want = append(want, mediaType+" "+itoa(len(body)))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		header, body, _ := readTopHeader(raw)
		w := walker{raw: body}
		w.entity(header, around{})
		var got []string
		for k := range w.parts {
			p := &w.parts[k]
			got = append(got, p.mediaType+" "+itoa(len(p.bytes())))
		}
		if strings.Join(got, ", ") != strings.Join(want, ", ") {
			t.Errorf("mail %d: got %q, want %q", i, got, want)
		}
	}
}
