package bot_test

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"triaged/internal/config"
	"triaged/internal/inprocess"
)

// A client writes an answer to a mail of the bot's as one mail program does: what was typed, and the mail quoted below or
// above. It returns the header fields of the body, and the body.
type client struct {
	name  string
	write func(m sentMail, typed string) string
}

const attribution = "On Mon, Mar 2, 2026 at 7:05 AM Customer Care Center <support@school.example> wrote:"

// clients are the mail programs of the people at the desk, as they quote a mail of the bot's.
var clients = []client{
	{"Gmail", func(m sentMail, typed string) string {
		return alternative(typed+"\n\n"+attribution+"\n\n"+marked(m.Text, "> ", 76),
			`<div dir="ltr">`+divs(typed)+`</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">`+
				html.EscapeString(attribution)+`<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">`+
				htmlOf(m)+`</blockquote></div>`)
	}},
	{"Outlook for Windows", func(m sentMail, typed string) string {
		return alternative(typed+"\n\nFrom: Customer Care Center <support@school.example> \nSent: Monday, March 2, 2026 7:05 AM\nTo: Kim Tran <kim@school.example>\nSubject: "+m.Subject+"\n\n"+m.Text,
			`<html><body lang=EN-US><div class=WordSection1>`+paragraphs(typed)+`<p class=MsoNormal><o:p>&nbsp;</o:p></p><div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in'><p class=MsoNormal><b>From:</b> Customer Care Center &lt;support@school.example&gt; <br><b>Sent:</b> Monday, March 2, 2026 7:05 AM<br><b>To:</b> Kim Tran &lt;kim@school.example&gt;<br><b>Subject:</b> `+html.EscapeString(m.Subject)+`<o:p></o:p></p></div></div><p class=MsoNormal><o:p>&nbsp;</o:p></p>`+htmlOf(m)+`</div></body></html>`)
	}},
	{"iPhone", func(m sentMail, typed string) string {
		return plainText(typed + "\n\nSent from my iPhone\n\n> On Mar 2, 2026, at 7:05\u202fAM, Customer Care Center <support@school.example> wrote:\n> \n" + marked("\ufeff"+m.Text, "> ", 0))
	}},
	{"Outlook for iOS, HTML only", func(m sentMail, typed string) string {
		return htmlOnly(`<html><head></head><body><div dir="ltr">` + divs(typed) + `</div><div id="ms-outlook-mobile-signature"><div><br></div>Get <a href="https://aka.ms/o0ukef">Outlook for iOS</a></div><hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri, sans-serif" color="#000000" style="font-size:11pt"><b>From:</b> Customer Care Center &lt;support@school.example&gt;<br><b>Sent:</b> Monday, March 2, 2026 7:05:01 AM<br><b>To:</b> Kim Tran &lt;kim@school.example&gt;<br><b>Subject:</b> ` + html.EscapeString(m.Subject) + `</font><div>&nbsp;</div></div>` + htmlOf(m) + `</body></html>`)
	}},
	{"Apple Mail, HTML only", func(m sentMail, typed string) string {
		return htmlOnly(`<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head><body style="overflow-wrap: break-word;">` + strings.ReplaceAll(html.EscapeString(typed), "\n", "<br>") + `<br id="lineBreakAtBeginningOfMessage"><div><br><blockquote type="cite"><div>On Mar 2, 2026, at 7:05&#8239;AM, Customer Care Center &lt;support@school.example&gt; wrote:</div><br class="Apple-interchange-newline"><div>` + htmlOf(m) + `</div></blockquote></div><br></body></html>`)
	}},
	{"Thunderbird, below the quotation", func(m sentMail, typed string) string {
		return plainText("On 3/2/26 7:05 AM, Customer Care Center wrote:\n" + marked(m.Text, "> ", 0) + "\n" + typed + "\n\n-- \nKim Tran\nCampus Technician")
	}},
	{"Yahoo", func(m sentMail, typed string) string {
		return plainText(typed + "\n\n    On Monday, March 2, 2026 at 07:05:01 AM CST, Customer Care Center <support@school.example> wrote:  \n \n " + strings.ReplaceAll(m.Text, "\n", "\n ") + "  ")
	}},
	{"no quotation at all", func(_ sentMail, typed string) string { return plainText(typed) }},
}

// everyday are what most people type; every mail program is tried with these, and one with all typings.
var everyday = []string{"#1-3", "1-3", "Hi,\n\n1-3\n\nThanks,\nKim", "The lamp is dead, I have ordered one.\n#1-3"}

// typings are what people type to make a request 1-3, and what is left of it as a note.
var typings = map[string]string{
	"#1-3": "", "1-3": "", "＃１－３": "", "#1–3": "", "#1—3.": "", "# 1 - 3": "", "#1.3": "", "#1‑3": "", "#1\u00a0-\u00a03": "", "\u200b#1-3": "",
	"#1-3 please": "", "Hi,\n\n1-3\n\nThanks,\nKim": "", "#cat 1-3": "", "SR-1 1-3": "", "1-3\n\nKim Tran\nCampus Technician\n(555) 010-4477": "",
	"The lamp is dead, I have ordered one.\n#1-3": "The lamp is dead, I have ordered one.",
	"#1-3\nThe lamp is dead.":                     "The lamp is dead.",
	"#1-3\n\nSent from my Galaxy":                 "",
}

// TestEveryMailProgramCanCategorize answers a notice by every mail program in every form of the code.
func TestEveryMailProgramCanCategorize(t *testing.T) {
	for _, c := range clients {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				// A mail of its own for each request, however many come at once.
				s := openSchool(t, inprocess.SMTPOptions{}, uncapped, func(c *config.Config) { c.Notify.Burst = config.Rate{} })
				defer s.close()
				for typed, note := range typings {
					if c.name != "iPhone" && !slices.Contains(everyday, typed) {
						continue
					}
					s.arrives("Pat Lee <pat@school.example>", "Projector in room 214", "The projector in rm 214 does not turn on.\n\nPat")
					notice := s.oneTo("notice", "kim@school.example")
					number := notice.Header.Get("X-Triaged-Request")
					s.wrote(notice, c.write(notice, strings.ReplaceAll(typed, "SR-1", number)))
					receipt := s.oneTo("receipt", "kim@school.example")
					if !strings.Contains(receipt.Text, number+" is 1-3") || strings.Contains(receipt.Text, "Not done") {
						t.Errorf("%q: the receipt says:\n%s", typed, receipt.Text)
					}
					kept := ""
					if _, after, found := strings.Cut(receipt.Text, "Kept as a note: "); found {
						kept, _, _ = strings.Cut(after, "\n\n")
					}
					if kept != note {
						t.Errorf("%q: kept as a note: %q, want %q", typed, kept, note)
					}
				}
			})
		})
	}
}

// wrote puts Kim's answer into the mailbox.
func (s *school) wrote(m sentMail, body string) {
	s.t.Helper()
	s.mails++
	s.raw(strings.ReplaceAll(fmt.Sprintf("From: Kim Tran <%s>\nTo: Customer Care Center <support@school.example>\nSubject: Re: %s\nMessage-ID: <%d@people.example>\nIn-Reply-To: <%s>\nReferences: <%s>\nMIME-Version: 1.0\n",
		m.to, m.Subject, s.mails, m.MessageID, m.MessageID)+body, "\n", "\r\n"))
}

func plainText(body string) string {
	return "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n" + body + "\n"
}

func htmlOnly(body string) string {
	return "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n" + body + "\n"
}

func alternative(text, rich string) string {
	return "Content-Type: multipart/alternative; boundary=\"b1\"\n\n--b1\n" + plainText(text) + "\n--b1\n" + htmlOnly(rich) + "\n--b1--\n"
}

// marked quotes a text, broken into lines of a width if one is given, as Gmail does.
func marked(text, mark string, width int) string {
	var b strings.Builder
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		for width > 0 && len(line) > width {
			at := strings.LastIndexByte(line[:width], ' ')
			if at <= 0 {
				break
			}
			b.WriteString(mark + line[:at] + "\n")
			line = line[at+1:]
		}
		b.WriteString(mark + line + "\n")
	}
	return b.String()
}

func divs(text string) string {
	return "<div>" + strings.ReplaceAll(strings.ReplaceAll(html.EscapeString(text), "\n\n", "</div><div><br></div><div>"), "\n", "</div><div>") + "</div>"
}

func paragraphs(text string) string {
	return "<p class=MsoNormal>" + strings.ReplaceAll(html.EscapeString(text), "\n", "<o:p></o:p></p><p class=MsoNormal>") + "<o:p></o:p></p>"
}

// htmlOf is the HTML form of a mail of the bot's, without what stands around its body.
func htmlOf(m sentMail) string {
	whole, err := mail.ReadMessage(bytes.NewReader(m.data))
	if err != nil {
		panic(err)
	}
	_, params, _ := mime.ParseMediaType(whole.Header.Get("Content-Type"))
	for parts := multipart.NewReader(whole.Body, params["boundary"]); ; {
		part, err := parts.NextPart()
		if err != nil {
			panic(err)
		}
		if strings.HasPrefix(part.Header.Get("Content-Type"), "text/html") {
			text, err := io.ReadAll(part)
			if err != nil {
				panic(err)
			}
			_, body, _ := strings.Cut(strings.ReplaceAll(string(text), "\r\n", "\n"), "<body")
			body, _, _ = strings.Cut(body, "</body>")
			return "<div" + body + "</div>"
		}
	}
}
