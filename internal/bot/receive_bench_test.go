package bot

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"

	"triaged/internal/config"
	"triaged/internal/delivery"
	"triaged/internal/mailbox"
)

// mailMill makes mails as a service desk gets them: of 32 KB in the mean, one in seven with attachments, all different.
type mailMill struct {
	random *rand.Rand
	uid    uint32
	text   string
	html   string
	file   string // an attachment in base64
}

func newMailMill() *mailMill {
	m := &mailMill{random: rand.New(rand.NewPCG(1, 2))}
	words := strings.Fields(`the projector in room has no picture since this morning and we need it for the reading test on
		wednesday could somebody please have a look before then my laptop asks for a password that nobody here knows the
		printer on the second floor only prints half of each page thank you very much for your help with all of this`)
	var text strings.Builder
	for text.Len() < 2200 {
		text.WriteString(words[m.random.IntN(len(words))])
		text.WriteString([]string{" ", " ", " ", " ", " ", ".\r\n\r\n"}[m.random.IntN(6)])
	}
	m.text = text.String()
	m.html = "<html><body><p>" + strings.ReplaceAll(m.text, "\r\n\r\n", "</p>\r\n<p>") + "</p></body></html>\r\n"
	data := make([]byte, 142<<10)
	for i := range data {
		data[i] = byte(m.random.Uint32())
	}
	encoded := base64.StdEncoding.EncodeToString(data)
	var file strings.Builder
	for ; len(encoded) > 76; encoded = encoded[76:] {
		file.WriteString(encoded[:76] + "\r\n")
	}
	m.file = file.String()
	return m
}

func (m *mailMill) mails(n int) []mailbox.Mail {
	all := make([]mailbox.Mail, n)
	for i := range all {
		m.uid++
		raw := m.mail(m.uid)
		all[i] = mailbox.Mail{Listed: mailbox.Listed{UID: m.uid, Received: time.Now(), Size: int64(len(raw))}, Raw: raw}
	}
	return all
}

func (m *mailMill) mail(i uint32) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "Return-Path: <p%d@school.example>\r\nReceived: from mx.school.example by imap.school.example; Mon, 2 Mar 2026 07:00:00 -0600\r\n", i%3000)
	fmt.Fprintf(&b, "From: Person %d <p%d@school.example>\r\nTo: support@school.example\r\nSubject: Trouble %d in room %d\r\n", i, i%3000, i, i%200)
	fmt.Fprintf(&b, "Message-ID: <%x.%d@people.example>\r\nDate: Mon, 2 Mar 2026 07:05:00 -0600\r\nMIME-Version: 1.0\r\n", m.random.Uint64(), i)
	text := fmt.Sprintf("This is trouble %d.\r\n\r\n", i) + m.text
	alternative := "Content-Type: multipart/alternative; boundary=alt\r\n\r\n--alt\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + text +
		"\r\n--alt\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + m.html + "\r\n--alt--\r\n"
	if i%7 != 0 {
		b.WriteString(alternative)
		return b.Bytes()
	}
	b.WriteString("Content-Type: multipart/mixed; boundary=mix\r\n\r\n--mix\r\n" + alternative +
		"\r\n--mix\r\nContent-Type: image/jpeg; name=photo.jpg\r\nContent-Disposition: attachment; filename=photo.jpg\r\n" +
		"Content-Transfer-Encoding: base64\r\n\r\n" + m.file + "\r\n--mix--\r\n")
	return b.Bytes()
}

// BenchmarkAccept takes batches of mails over as the receive loop does: parsed, kept raw, decided and recorded, with an
// acknowledgement and a notice owed for each, all durable. cpu-µs/mail is the time of all processors together.
func BenchmarkAccept(b *testing.B) {
	for _, batch := range []int{1, 32, 256} {
		b.Run(fmt.Sprint(batch), func(b *testing.B) { benchmarkAccept(b, batch) })
	}
}

func benchmarkAccept(b *testing.B, batch int) {
	c, err := config.Parse("config.toml", []byte(deskConfig))
	if err != nil {
		b.Fatal(err)
	}
	c.Desk.DataDir = b.TempDir()
	desk, err := Open(c, Rim{})
	if err != nil {
		b.Fatal(err)
	}
	defer desk.Close()
	owner := &receiver{b: New(desk, nil, delivery.Settings{})}
	folder := mailbox.Folder{Mailbox: "support", Name: "INBOX", UIDValidity: 1}
	mill := newMailMill()
	var used time.Duration
	var size int64
	for range b.N {
		b.StopTimer()
		mails := mill.mails(batch)
		for _, m := range mails {
			size += m.Size
		}
		before := processorTime()
		b.StartTimer()
		done, err := owner.Accept(context.Background(), folder, mails)
		if err != nil || done[0] != mailbox.Done {
			b.Fatal(done, err)
		}
		used += processorTime() - before
	}
	b.StopTimer()
	n := float64(b.N * batch)
	b.ReportMetric(n/b.Elapsed().Seconds(), "mails/s")
	b.ReportMetric(float64(used.Microseconds())/n, "cpu-µs/mail")
	b.ReportMetric(float64(size)/n, "bytes/mail")
}

// processorTime is what this process has used of all processors so far.
func processorTime() time.Duration {
	var r syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
