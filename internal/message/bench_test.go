package message

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
)

// trace is what servers put on top of a mail; about 2 KB, as on real ones.
const trace = "Return-Path: <r.alvarez@maple.school.example>\r\n" +
	"Received: from mx1.school.example (mx1.school.example [192.0.2.11])\r\n\tby imap.school.example with LMTP id 7KqVHf0yImd3AQAA\r\n\tfor <support@school.example>; Mon, 23 Nov 2026 14:05:31 -0600\r\n" +
	"Received: from mail-qt1-f180.mail.example (mail-qt1-f180.mail.example [198.51.100.180])\r\n\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))\r\n\tby mx1.school.example (Postfix) with ESMTPS id 4Xy8Zk2Q9zz3b\r\n\tfor <support@school.example>; Mon, 23 Nov 2026 14:05:30 -0600 (CST)\r\n" +
	"Authentication-Results: mx.school.example; dkim=pass header.d=maple.school.example header.s=s1;\r\n\tspf=pass smtp.mailfrom=maple.school.example; dmarc=pass header.from=maple.school.example\r\n" +
	"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=maple.school.example; s=s1;\r\n\th=mime-version:references:in-reply-to:from:date:message-id:subject:to;\r\n\tbh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;\r\n" +
	"\tb=kT2mX0zq8Wv1c3nYpL5sR7uH9jK2bD4fG6hJ8lM0nP2rT4vX6zB8dF0hJ2lN4pR6tV8xZ\r\n\t 0aC2eG4iK6mO8qS0uW2yA4cE6gI8kM0oQ2sU4wY6aC8eG0iK2mO4qS6uW8yA0cE2gI4kM=\r\n" +
	"X-Google-DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=mail.example; s=20251104;\r\n\tb=AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQrrSSttUUvvWWxxYYzz0011223344556677\r\n" +
	"X-Gm-Message-State: AOJu0YxQ7Wq4c2d1e0f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1\r\nX-Received: by 2002:a05:622a:1a28:b0:4f1:2b3c with SMTP id f40-20020a05622a1a2800b004f12b3c\r\n\tmr1234567qtb.12.1795464329; Mon, 23 Nov 2026 12:05:29 -0800 (PST)\r\n"

const author = "From: Rosa Alvarez <r.alvarez@maple.school.example>\r\nTo: Customer Care <support@school.example>\r\nCc: \"Tran, Kim\" <kim@school.example>\r\n" +
	"Subject: Re: [EXTERNAL] Projector in room 12 shows no picture\r\nDate: Mon, 23 Nov 2026 14:05:28 -0600\r\nMessage-ID: <CAF0projector12@mail.example>\r\n" +
	"In-Reply-To: <sr12.ack@school.example>\r\nReferences: <CAE9first@mail.example> <sr12.ack@school.example>\r\nMIME-Version: 1.0\r\n"

var paragraphs = []string{
	"Hello,", "the projector in room 12 still shows no picture. The lamp comes on, the fan runs, and then the screen stays blue. I have tried both cables and the other input, and Mr. Ortiz has tried with his own laptop as well.",
	"We have the district reading test on Wednesday at 8:30, so it would help us a lot if somebody could have a look before then. The serial number on the back is X4-77120-B, and the bar tag is 0098231.",
	"The room is free in second and sixth period. Otherwise please just come in, the children are used to it.", "Thank you very much for your help!", "Rosa Alvarez\r\nMaple Elementary, room 12\r\n(555) 010-2231",
}

// realisticMails is a mix of what a service desk gets, of 4 to 6 KB each.
func realisticMails() [][]byte {
	plain := strings.Join(paragraphs, "\r\n\r\n") + "\r\n"
	quoted := "\r\nOn Mon, Nov 23, 2026 at 9:12 AM Customer Care Center <support@school.example> wrote:\r\n> " +
		strings.ReplaceAll("We have received your request SR-12 and will look at it.\r\nA technician will be in touch within 24 hours.\r\n\r\n"+plain, "\r\n", "\r\n> ") + "\r\n"
	html := "<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"><style>p.MsoNormal{margin:0in;font-size:11.0pt;font-family:\"Calibri\",sans-serif}</style></head><body lang=EN-US><div class=WordSection1>" +
		"<p class=MsoNormal>" + strings.ReplaceAll(plain, "\r\n\r\n", "<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal><span style=\"font-size:11.0pt;color:#1F497D\">") + "</span></p>" +
		"<div style=\"border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in\"><p class=MsoNormal><b>From:</b> Customer Care Center &lt;support@school.example&gt;<br><b>Sent:</b> Monday, November 23, 2026 9:12 AM<br><b>To:</b> Rosa Alvarez<br><b>Subject:</b> Projector<o:p></o:p></p></div>" +
		"<p class=MsoNormal>We have received your request.</p></div></body></html>\r\n"
	fill := func(s string, n int) string {
		for len(s) < n {
			s += "\r\n" + paragraphs[1] + "\r\n"
		}
		return s
	}
	alternative := "Content-Type: multipart/alternative; boundary=\"000000000000a1b2c3\"\r\n\r\n--000000000000a1b2c3\r\nContent-Type: text/plain; charset=\"UTF-8\"\r\n\r\n" + plain + quoted +
		"\r\n--000000000000a1b2c3\r\nContent-Type: text/html; charset=\"UTF-8\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + strings.ReplaceAll(html, "=", "=3D") + "\r\n--000000000000a1b2c3--\r\n"
	mails := []string{
		trace + author + "Content-Type: text/plain; charset=\"utf-8\"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + fill(plain+quoted, 2900),
		trace + author + alternative,
		trace + author + "Content-Type: text/html; charset=\"utf-8\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + strings.ReplaceAll(html, "=", "=3D"),
		trace + author + "Content-Type: text/plain; charset=\"iso-8859-1\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + wrap76(base64.StdEncoding.EncodeToString([]byte("Se\xf1or, "+fill(plain, 1900)))),
		trace + "Auto-Submitted: auto-replied\r\n" + author + "Content-Type: text/plain; format=flowed\r\n\r\n" + fill(plain, 2400),
	}
	out := make([][]byte, len(mails))
	for i, m := range mails {
		out[i] = []byte(m)
	}
	return out
}

func wrap76(s string) string {
	var b strings.Builder
	for len(s) > 76 {
		b.WriteString(s[:76] + "\r\n")
		s = s[76:]
	}
	return b.String() + s + "\r\n"
}

// BenchmarkParse reads the mix in turn: structure, text, trimming, kind, everything.
func BenchmarkParse(b *testing.B) {
	mails := realisticMails()
	total := 0
	for _, m := range mails {
		total += len(m)
	}
	b.SetBytes(int64(total / len(mails)))
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		Parse(mails[i%len(mails)])
		i++
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
}

// BenchmarkParseEach tells which form of mail costs what.
func BenchmarkParseEach(b *testing.B) {
	for i, m := range realisticMails() {
		b.Run([]string{"plain", "alternative", "html", "base64", "flowed"}[i], func(b *testing.B) {
			b.SetBytes(int64(len(m)))
			for b.Loop() {
				Parse(m)
			}
		})
	}
}

// withAttachment is a mail with a file of n bytes.
func withAttachment(n int) []byte {
	content := make([]byte, n)
	for i := range content {
		content[i] = byte(i*7 + i>>8)
	}
	return []byte(trace + author + "Content-Type: multipart/mixed; boundary=b1\r\n\r\n--b1\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + strings.Join(paragraphs, "\r\n\r\n") +
		"\r\n--b1\r\nContent-Type: image/jpeg; name=photo.jpg\r\nContent-Disposition: attachment; filename=photo.jpg\r\nContent-Transfer-Encoding: base64\r\n\r\n" + wrap76(base64.StdEncoding.EncodeToString(content)) + "--b1--\r\n")
}

// BenchmarkParseAttachment reads mails with one file of 20 KB, and of 20 MB.
func BenchmarkParseAttachment(b *testing.B) {
	for _, n := range []int{20 << 10, 20 << 20} {
		b.Run(fmt.Sprintf("%dKB", n>>10), func(b *testing.B) {
			m := withAttachment(n)
			b.SetBytes(int64(len(m)))
			b.ReportAllocs()
			for b.Loop() {
				Parse(m)
			}
		})
	}
}

// BenchmarkHostileMail reads mails that are made to cost: each must stay under a second.
func BenchmarkHostileMail(b *testing.B) {
	const line = 50 << 20
	var nested strings.Builder
	for i := range 10000 {
		fmt.Fprintf(&nested, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	for name, raw := range map[string]string{
		"10,000 nested parts":         nested.String(),
		"10,000 nested mails":         strings.Repeat("Content-Type: message/rfc822\r\n\r\n", 10000),
		"300,000 parts":               "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\n\r\nx\r\n", 300000),
		"a million header fields":     strings.Repeat("X-A: b\r\n", 1000000) + "\r\nx",
		"a line of 50 MB":             "Subject: x\r\n\r\n" + strings.Repeat("a", line),
		"a header line of 50 MB":      "Subject: " + strings.Repeat("a", line) + "\r\n\r\nx",
		"a line of 50 MB in HTML":     "Content-Type: text/html\r\n\r\n" + strings.Repeat("a", line),
		"50 MB of quoted-printable":   "Content-Type: application/zip\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + strings.Repeat("=41", line/3),
		"50 MB of base64":             "Content-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\n" + strings.Repeat("QUJD", line/4),
		"4 MB of open groups in RTF":  "Content-Type: text/rtf\r\n\r\n{\\rtf1" + strings.Repeat("{", 4<<20),
		"4 MB of open tags in HTML":   "Content-Type: text/html\r\n\r\n" + strings.Repeat("<table><tr><td><blockquote><ul><li>a", 4<<20/36),
		"boundaries that never occur": "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\nContent-Type: multipart/mixed; boundary=z\r\n\r\n--q\r\nContent-Type: multipart/mixed\r\n\r\nx\r\n", 50000),
	} {
		b.Run(strings.ReplaceAll(name, " ", "_"), func(b *testing.B) {
			mail := []byte(raw)
			for b.Loop() {
				Parse(mail)
			}
		})
	}
}
