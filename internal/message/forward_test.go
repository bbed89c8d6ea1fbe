package message

import (
	"strings"
	"testing"
	"time"
)

func TestForwardsShowTheFirstAuthor(t *testing.T) {
	date := time.Date(2026, 11, 23, 9, 10, 0, 0, time.UTC)
	zoned := date.Add(6 * time.Hour)
	tests := []struct {
		name, subject, text string
		date                time.Time
	}{
		{"Gmail", "Fwd: Projector", "---------- Forwarded message ---------\nFrom: Kim Tran <kim@school.example>\nDate: Mon, Nov 23, 2026 at 9:10 AM\nSubject: Projector\nTo: <rosa@school.example>\n\n\nThe lamp is red.\n", date},
		{"Gmail es", "Fwd: Projector", "---------- Forwarded message ---------\nDe: Kim Tran <kim@school.example>\nDate: lun, 23 nov 2026 a las 9:10\nSubject: Projector\nTo: <rosa@school.example>\n\nThe lamp is red.\n", date},
		{"Outlook", "FW: Projector", "From: Kim Tran <kim@school.example>\nSent: Monday, November 23, 2026 9:10 AM\nTo: Rosa Alvarez <rosa@school.example>\nSubject: Projector\n\nThe lamp is red.\n", date},
		{"Outlook on the web", "Fw: Projector", "________________________________\nFrom: Kim Tran <kim@school.example>\nSent: Monday, November 23, 2026 9:10 AM\nTo: Rosa\nSubject: Projector\n\nThe lamp is red.\n", date},
		{"Outlook, doubled address", "FW: Projector", "From: Kim Tran <kim@school.example<mailto:kim@school.example>>\nSent: Monday, November 23, 2026 9:10 AM\nTo: Rosa\nSubject: Projector\n\nThe lamp is red.\n", date},
		{"Outlook, old form of address", "FW: Projector", "-----Original Message-----\nFrom: Kim Tran [mailto:kim@school.example]\nSent: Monday, November 23, 2026 9:10 AM\nTo: Rosa\nSubject: Projector\n\nThe lamp is red.\n", date},
		{"Outlook es", "RV: Projector", "De: Kim Tran <kim@school.example>\nEnviado el: lunes, 23 de noviembre de 2026 9:10\nPara: Rosa\nAsunto: Projector\n\nThe lamp is red.\n", date},
		{"Outlook de", "WG: Projector", "Von: Kim Tran <kim@school.example>\nGesendet: Montag, 23. November 2026 09:10\nAn: Rosa\nBetreff: Projector\n\nThe lamp is red.\n", date},
		{"Outlook fr", "TR: Projector", "De : Kim Tran <kim@school.example>\nEnvoyé : lundi 23 novembre 2026 09:10\nÀ : Rosa\nObjet : Projector\n\nThe lamp is red.\n", date},
		{"Outlook it", "I: Projector", "Da: Kim Tran <kim@school.example>\nInviato: lunedì 23 novembre 2026 09:10\nA: Rosa\nOggetto: Projector\n\nThe lamp is red.\n", date},
		{"Outlook pt", "ENC: Projector", "De: Kim Tran <kim@school.example>\nEnviada em: segunda-feira, 23 de novembro de 2026 09:10\nPara: Rosa\nAssunto: Projector\n\nThe lamp is red.\n", date},
		{"Outlook sv", "VB: Projector", "Från: Kim Tran <kim@school.example>\nSkickat: den 23 november 2026 09:10\nTill: Rosa\nÄmne: Projector\n\nThe lamp is red.\n", date},
		{"Outlook da", "VS: Projector", "Fra: Kim Tran <kim@school.example>\nSendt: 23. november 2026 09:10\nTil: Rosa\nEmne: Projector\n\nThe lamp is red.\n", date},
		{"Outlook pl", "PD: Projector", "Od: Kim Tran <kim@school.example>\nWysłano: poniedziałek, 23 listopada 2026 09:10\nDo: Rosa\nTemat: Projector\n\nThe lamp is red.\n", date},
		{"Outlook fi", "VL: Projector", "Lähettäjä: Kim Tran <kim@school.example>\nLähetetty: maanantai 23. marraskuuta 2026 9.10\nVastaanottaja: Rosa\nAihe: Projector\n\nThe lamp is red.\n", date},
		{"Apple Mail", "Fwd: Projector", "Begin forwarded message:\n\nFrom: Kim Tran <kim@school.example>\nSubject: Projector\nDate: November 23, 2026 at 9:10:00 AM\nTo: rosa@school.example\n\nThe lamp is red.\n", date},
		{"Apple Mail, quoted", "Fwd: Projector", "> Begin forwarded message:\n> \n> From: Kim Tran <kim@school.example>\n> Subject: Projector\n> Date: November 23, 2026 at 9:10:00 AM\n> To: rosa@school.example\n> \n> The lamp is red.\n", date},
		{"Apple Mail, quoted below", "Fwd: Projector", "Begin forwarded message:\n\n> From: Kim Tran <kim@school.example>\n> Subject: Projector\n> Date: November 23, 2026 at 9:10:00 AM\n> \n> The lamp is red.\n\nSent from my iPhone\n", date},
		{"Apple Mail de", "Fwd: Projector", "Anfang der weitergeleiteten Nachricht:\n\n> Von: Kim Tran <kim@school.example>\n> Betreff: Projector\n> Datum: 23. November 2026 um 09:10:00\n> An: rosa@school.example\n> \n> The lamp is red.\n", date},
		{"Thunderbird", "Fwd: Projector", "\n-------- Forwarded Message --------\nSubject: \tProjector\nDate: \tMon, 23 Nov 2026 09:10:00 -0600\nFrom: \tKim Tran <kim@school.example>\nTo: \trosa@school.example\n\nThe lamp is red.\n", zoned},
		{"Yahoo in one line", "Fw: Projector", "----- Forwarded Message ----- From: Kim Tran <kim@school.example>To: \"rosa@school.example\" <rosa@school.example>Sent: Monday, November 23, 2026, 09:10:00 AMSubject: Projector\n The lamp is red.\n", date},
		{"phone", "Fwd: Projector", "-------- Original message --------\nFrom: Kim Tran <kim@school.example>\nDate: 11/23/26 9:10 AM\nTo: Rosa <rosa@school.example>\nSubject: Projector\n\nThe lamp is red.\n", date},
		{"quoted body", "Fwd: Projector", "---------- Forwarded message ----------\nFrom: Kim Tran <kim@school.example>\nDate: November 23, 2026 at 9:10 AM\nTo: rosa@school.example\nSubject: Projector\n\n> The lamp is red.\n", date},
		{"ja", "Fwd: Projector", "---------- メッセージを転送 ---------\n送信元：Kim Tran <kim@school.example>\n日付：2026年11月23日 9:10\n件名：Projector\n送信先：rosa@school.example\n\nThe lamp is red.\n", date},
		{"zh", "转发: Projector", "发件人: Kim Tran <kim@school.example>\n发送时间: 2026年11月23日 9:10\n收件人: Rosa\n主题: Projector\n\nThe lamp is red.\n", date},
		{"ru", "Fwd: Projector", "-------- Перенаправленное сообщение --------\nТема: Projector\nДата: Mon, 23 Nov 2026 09:10:00 -0600\nОт: Kim Tran <kim@school.example>\nКому: rosa@school.example\n\nThe lamp is red.\n", zoned},
		{"vi", "Fw: Projector", "Từ: Kim Tran <kim@school.example>\nĐã gửi: Thứ Hai, 23 Tháng Mười Một 2026 9:10 SA\nĐến: Rosa\nChủ đề: Projector\n\nThe lamp is red.\n", date},
		{"ar", "FW: Projector", "من: Kim Tran <kim@school.example>\nتم الإرسال: الاثنين، ٢٣ نوفمبر ٢٠٢٦ ٩:١٠ ص\nإلى: Rosa\nالموضوع: Projector\n\nThe lamp is red.\n", date},
		{"he", "Fwd: Projector", "---------- Forwarded message ---------\nמאת: Kim Tran <kim@school.example>\nנשלח: יום שני 23 בנובמבר 2026 09:10\nאל: Rosa\nנושא: Projector\n\nThe lamp is red.\n", date},
		{"Apple Mail zh", "Fwd: Projector", "开始转发的邮件：\n\n发件人: Kim Tran <kim@school.example>\n主题: Projector\n日期: 2026年11月23日 09:10\n收件人: Rosa\n\nThe lamp is red.\n", date},
		{"without a divider, gateway tag", "[EXTERNAL] FW: Projector", "From: Kim Tran <kim@school.example>\nSent: Monday, November 23, 2026 9:10 AM\nTo: Rosa\nSubject: Projector\n\nThe lamp is red.\n", date},
		{"a forward of a bare forward", "FW: Projector", "From: Lee Park <lee@school.example>\nSent: Tuesday, November 24, 2026 8:00 AM\nTo: Rosa\nSubject: FW: Projector\n\n\nFrom: Kim Tran <kim@school.example>\nSent: Monday, November 23, 2026 9:10 AM\nTo: Lee Park\nSubject: Projector\n\nThe lamp is red.\n", date},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, comment := range []string{"", "Please see below.\n\n", "Hi,\n\nthis is from Kim's room.\n\nThanks,\nRosa\n\n"} {
				f := inlineForward(comment+tt.text, tt.subject, maxForwards)
				want := Forwarded{Address{"Kim Tran", "kim@school.example"}, tt.date, "Projector", "The lamp is red."}
				if f == nil {
					t.Fatalf("no forward found in\n%s", comment+tt.text)
				}
				if *f != want {
					t.Errorf("got %+v, want %+v", *f, want)
				}
			}
		})
	}
}

// TestOutlookForwardsByAttribution covers forwards without a header block: the subject of the forwarded mail is then
// not shown anywhere.
func TestOutlookForwardsByAttribution(t *testing.T) {
	for _, line := range []string{
		"On 11/23/26, 9:10 AM, \"Kim Tran\" <kim@school.example> wrote:",
		"El 23/11/26 9:10, \"Kim Tran\" <kim@school.example> escribió:",
		"Le 23/11/26 09:10, « Kim Tran » <kim@school.example> a écrit :",
		"Am 23.11.26 um 09:10 schrieb \"Kim Tran\" <kim@school.example>:",
		"Dnia 23.11.2026 09:10 „Kim Tran” <kim@school.example> napisał:",
	} {
		f := inlineForward("Please see below.\n\n"+line+"\n\n    The lamp is red.\n", "FW: Projector", maxForwards)
		if f == nil || f.From != (Address{"Kim Tran", "kim@school.example"}) || strings.TrimSpace(f.Text) != "The lamp is red." {
			t.Errorf("%s: got %+v", line, f)
		} else if f.Date.Format("2006-01-02 15:04") != "2026-11-23 09:10" {
			t.Errorf("%s: date %v", line, f.Date)
		}
	}
}

// TestForwardedTextIsNotNew guards against commands in somebody else's text.
func TestForwardedTextIsNotNew(t *testing.T) {
	for _, text := range []string{
		"On 11/23/26, 9:10 AM, \"Kim Tran\" <kim@school.example> wrote:\n\n#resolve\n",
		"From: Kim Tran <kim@school.example>\nSent: Monday, November 23, 2026 9:10 AM\nTo: Rosa\nSubject: Projector\n\n#resolve\n",
		"---------- Forwarded message ---------\nFrom: Kim Tran <kim@school.example>\nDate: Mon, Nov 23, 2026 at 9:10 AM\nSubject: Projector\n\n#resolve\n",
	} {
		m := Parse(mailOf(text, "Subject: FW: Projector"))
		if m.Reply != "" || !strings.Contains(m.Elided, "#resolve") || m.Forwarded == nil || m.Forwarded.Text != "#resolve" {
			t.Errorf("%s\nreply %q, elided %q, forwarded %+v", text, m.Reply, m.Elided, m.Forwarded)
		}
	}
}

func TestAnswersAreNoForwards(t *testing.T) {
	for _, tt := range []struct{ subject, text string }{
		{"RE: Projector", "It works.\n\nFrom: Kim Tran <kim@school.example>\nSent: Monday, November 23, 2026 9:10 AM\nTo: Rosa\nSubject: Projector\n\nok?\n"},
		{"Re: Projector", "It works.\n\nOn Mon, Nov 23, 2026 at 9:10 AM Kim Tran <kim@school.example> wrote:\n> ---------- Forwarded message ---------\n> From: Lee <lee@school.example>\n> Date: Mon, Nov 23, 2026 at 8:10 AM\n> Subject: Projector\n"},
		{"Projector", "Please forward the message to the vendor.\n"},
		{"Fw: Projector", "No mail came with this.\n"},
	} {
		if f := inlineForward(tt.text, tt.subject, maxForwards); f != nil {
			t.Errorf("%s: got %+v", tt.subject, *f)
		}
	}
}

func TestAttachedForwards(t *testing.T) {
	attached := func(subject, comment string) string {
		return "From: Rosa <rosa@school.example>\r\nTo: desk@school.example\r\nSubject: " + subject + "\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
			"--b\r\nContent-Type: text/plain\r\n\r\n" + comment + "\r\n--b\r\nContent-Type: message/rfc822\r\nContent-Disposition: attachment; filename=mail.eml\r\n\r\n" +
			"From: Kim Tran <kim@school.example>\r\nTo: rosa@school.example\r\nSubject: Projector\r\nDate: Mon, 23 Nov 2026 09:10:00 -0600\r\nMessage-ID: <k1@school.example>\r\n\r\nThe lamp is red.\r\n-- \r\nKim\r\n--b--\r\n"
	}
	for _, mail := range []string{attached("FW: Projector", "See attached."), attached("", ""), attached("Projector", "See attached."), attached("FW: two things", "")} {
		f := Parse([]byte(mail)).Forwarded
		want := Forwarded{Address{"Kim Tran", "kim@school.example"}, time.Date(2026, 11, 23, 15, 10, 0, 0, time.UTC), "Projector", "The lamp is red."}
		if f == nil {
			t.Errorf("no forward found in\n%s", mail)
			continue
		}
		f.Date = f.Date.UTC()
		if *f != want {
			t.Errorf("got %+v, want %+v", *f, want)
		}
	}
	if f := Parse([]byte(attached("Mail trouble", "Parents get this mail twice, can you look at its header?"))).Forwarded; f != nil {
		t.Errorf("a mail attached as evidence passed for a forward: %+v", *f)
	}
}

func TestShownDates(t *testing.T) {
	for s, want := range map[string]string{
		"Monday, November 23, 2026 9:10 PM":         "2026-11-23T21:10:00Z",
		"Mon, Nov 23, 2026 at 12:05 AM":             "2026-11-23T00:05:00Z",
		"11/23/2026 9:10 AM":                        "2026-11-23T09:10:00Z",
		"3/4/2026 9:10 AM":                          "2026-03-04T09:10:00Z",
		"23/11/2026 09:10":                          "2026-11-23T09:10:00Z",
		"23.11.2026 9:10":                           "2026-11-23T09:10:00Z",
		"23. 11. 2026 9:10":                         "2026-11-23T09:10:00Z",
		"2026-11-23 09:10":                          "2026-11-23T09:10:00Z",
		"lunes, 23 de noviembre de 2026 9:10 p. m.": "2026-11-23T21:10:00Z",
		"lundi 23 novembre 2026 09:10":              "2026-11-23T09:10:00Z",
		"23 ноября 2026 г. 9:10":                    "2026-11-23T09:10:00Z",
		"2026年11月23日 下午 9:10":                       "2026-11-23T21:10:00Z",
		"2026년 11월 23일 월요일 오후 9:10":                 "2026-11-23T21:10:00Z",
		"Monday, 23 November 2026, 09:10:11 +0100":  "2026-11-23T08:10:11Z",
		"November 23, 2026 at 9:10:11 AM GMT+1":     "2026-11-23T08:10:11Z",
		"23 лист. 2026 р. 9:10":                     "2026-11-23T09:10:00Z",
		"no date":                                   "0001-01-01T00:00:00Z",
		"31.2.2026":                                 "0001-01-01T00:00:00Z",
		"":                                          "0001-01-01T00:00:00Z",
	} {
		if got := shownDate(s).UTC().Format(time.RFC3339); got != want {
			t.Errorf("%q: got %s, want %s", s, got, want)
		}
	}
}

// TestGroupWiseForwards: the line that GroupWise writes above what it forwards names no subject.
func TestGroupWiseForwards(t *testing.T) {
	m := Parse(mailOf(">>> Kim Tran <kim@school.example> 11/23/2026 9:10 AM >>>\r\nThe lamp is red.\r\n", "From: rosa@school.example", "Subject: Fwd: Projector"))
	want := Forwarded{From: Address{"Kim Tran", "kim@school.example"}, Date: time.Date(2026, 11, 23, 9, 10, 0, 0, time.UTC), Text: "The lamp is red."}
	if m.Forwarded == nil || *m.Forwarded != want || m.Reply != "" {
		t.Errorf("got %+v, reply %q; want %+v", m.Forwarded, m.Reply, want)
	}
}
