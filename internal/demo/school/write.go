package school

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"html"
	"mime"
	"mime/quotedprintable"
	"strings"
	"text/template"
	"time"

	"golang.org/x/text/encoding/htmlindex"

	"triaged/internal/message"
)

//go:embed mails
var files embed.FS

// Context is what a mail's text depends on.
type Context struct {
	Now      time.Time        // when it is written
	Answered *message.Message // the bot's mail that it answers; nil if Scene.Answer is
}

// Raw writes the mail as it lies in the desk's mailbox, with the trace headers of the server that took it and lines that
// end in CRLF. It is nil if there is nothing to say: an analyst does not answer a digest of requests unknown to her.
func (s Scene) Raw(c Context) []byte {
	if s.refuses != nil && s.refuses(c.Answered) {
		return nil
	}
	l := letter{Context: c, From: s.From, DeskName: DeskName, Desk: DeskAddress, ID: s.id(c)}
	l.Date = c.Now.In(Zone()).Format("Mon, 2 Jan 2006 15:04:05 -0700")
	if s.Answer != nil {
		l.Sent = c.Answered.Date.In(Zone())
		l.Quoted = strings.Split(strings.TrimRight(c.Answered.Text, "\n"), "\n")
		l.Recipient = s.Answer.To
	}
	if s.text != nil {
		l.Text = s.text(c.Answered)
		l.Lines = strings.Split(l.Text, "\n")
	}
	if s.head != nil {
		l.Subject = s.head(c.Answered)
	}
	return l.write(s.mail)
}

// id is the part of the Message-ID that is this mail's own: the same whenever it is written at the same moment.
func (s Scene) id(c Context) string {
	sum := sha256.Sum256([]byte(s.Name + c.Now.UTC().Format(time.RFC3339Nano)))
	return hex.EncodeToString(sum[:10])
}

// letter is what the templates see.
type letter struct {
	Context
	From           Person
	DeskName, Desk string
	ID, Date       string
	Recipient      string    // of the mail that is answered
	Sent           time.Time // when the mail that is answered was
	Quoted         []string  // its text, in lines
	Text           string    // what is newly written
	Lines          []string  // Text, in lines
	Subject        string
}

// write fills in a template. A mail that cannot be written is a mistake in this package, and its tests would fail.
func (l letter) write(name string) []byte {
	t := template.New("").Option("missingkey=error")
	part := func(name string, l letter) string {
		var b bytes.Buffer
		if err := t.ExecuteTemplate(&b, name, l); err != nil {
			panic("school: " + err.Error())
		}
		return b.String()
	}
	t.Funcs(template.FuncMap{
		"html":    html.EscapeString,
		"encoded": func(s string) string { return mime.QEncoding.Encode("utf-8", s) },
		"base64":  func(name string, l letter) string { return inBase64(part(name, l)) },
		"plain":   func(name string, l letter) string { return strings.TrimSuffix(wrap(part(name, l), 76, ""), "\n") },
		"flowed":  func(name string, l letter) string { return strings.TrimSuffix(wrap(part(name, l), 72, " "), "\n") },
		"quoted":  func(charset, name string, l letter) string { return inQuotedPrintable(charset, part(name, l)) },
	})
	template.Must(t.ParseFS(files, "mails/common.tmpl", "mails/"+name))
	return []byte(strings.ReplaceAll(part(name, l), "\n", "\r\n"))
}

// inBase64 encodes text in lines of 76 (RFC 2045, section 6.8).
func inBase64(text string) string {
	s := base64.StdEncoding.EncodeToString([]byte(strings.ReplaceAll(text, "\n", "\r\n")))
	var b strings.Builder
	for len(s) > 76 {
		b.WriteString(s[:76] + "\n")
		s = s[76:]
	}
	return b.String() + s
}

func inQuotedPrintable(charset, text string) string {
	encoding, err := htmlindex.Get(charset)
	if err != nil {
		panic("school: " + err.Error())
	}
	if text, err = encoding.NewEncoder().String(text); err != nil {
		panic("school: " + err.Error())
	}
	var b strings.Builder
	w := quotedprintable.NewWriter(&b)
	if _, err = w.Write([]byte(text)); err == nil {
		err = w.Close()
	}
	if err != nil {
		panic("school: " + err.Error())
	}
	return strings.TrimSuffix(strings.ReplaceAll(b.String(), "\r\n", "\n"), "\n")
}

// wrap breaks long lines at spaces and ends those that go on with more (a space, for format=flowed: RFC 3676, section
// 4.2). A signature's separator keeps its space.
func wrap(text string, width int, more string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		for len(line) > width {
			i := strings.LastIndexByte(line[:width], ' ')
			if i < 0 {
				break
			}
			b.WriteString(line[:i] + more + "\n")
			line = line[i+1:]
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}
