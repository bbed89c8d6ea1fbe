package message

import (
	"strings"
	"testing"
)

// headerBlocks are what Outlook and others write above the mail that is answered, by language.
var headerBlocks = []struct{ name, block string }{
	{"en Outlook", "From: Tran, Kim <kim@school.example>\nSent: Monday, November 23, 2026 9:10 AM\nTo: Rosa Alvarez <rosa@school.example>\nSubject: Projector"},
	{"en Outlook, long To", "From: Tran, Kim <kim@school.example>\nSent: Monday, November 23, 2026 9:10 AM\nTo: Rosa Alvarez <rosa@school.example>; Lee Park <lee@school.example>;\n Sam Roe <sam@school.example>\nCc: Office <office@school.example>\nSubject: RE: Projector in room 12"},
	{"en Outlook for Mac", "From: Kim Tran <kim@school.example>\nDate: Monday, November 23, 2026 at 9:10 AM\nTo: Rosa Alvarez <rosa@school.example>\nSubject: Projector"},
	{"en emphasised", "*From:* Kim Tran <kim@school.example>\n*Sent:* Monday, November 23, 2026 9:10 AM\n*To:* Rosa Alvarez\n*Subject:* Projector"},
	{"en with blank lines between", "From: Kim Tran <kim@school.example>\n\nSent: Monday, November 23, 2026 9:10 AM\n\nTo: Rosa Alvarez\n\nSubject: Projector"},
	{"en Outlook, name only", "From: Tran, Kim\nSent: Monday, November 23, 2026 9:10 AM\nTo: Alvarez, Rosa\nSubject: Projector"},
	{"en phone", "-------- Original message --------\nFrom: Kim Tran <kim@school.example>\nDate: 11/23/26 9:10 AM (GMT-06:00)\nTo: Rosa Alvarez <rosa@school.example>\nSubject: Projector"},
	{"en Exchange", "-----Original Message-----\nFrom: Kim Tran\nSent: Monday, November 23, 2026 9:10 AM\nTo: Rosa Alvarez\nSubject: Projector"},
	{"en under a rule", "________________________________\nFrom: Kim Tran <kim@school.example>\nSent: Monday, November 23, 2026 9:10:11 AM\nTo: Rosa Alvarez\nSubject: Projector"},
	{"en Notes", "-----Kim Tran/School wrote: -----\nTo: Rosa Alvarez/School\nFrom: Kim Tran/School\nDate: 11/23/2026 09:10AM\nSubject: Projector"},
	{"en Proton", "------- Original Message -------\nOn Monday, November 23rd, 2026 at 9:10 AM, Kim Tran <kim@school.example> wrote:"},
	{"es Outlook", "De: Kim Tran <kim@school.example>\nEnviado el: lunes, 23 de noviembre de 2026 9:10\nPara: Rosa Alvarez <rosa@school.example>\nAsunto: Proyector"},
	{"es older", "-----Mensaje original-----\nDe: Kim Tran\nEnviado: lunes, 23 de noviembre de 2026 9:10\nPara: Rosa Alvarez\nAsunto: Proyector"},
	{"es Apple Mail", "De: Kim Tran <kim@school.example>\nFecha: 23 de noviembre de 2026, 9:10:11 CST\nPara: Rosa Alvarez <rosa@school.example>\nAsunto: Proyector"},
	{"fr Outlook", "De : Kim Tran <kim@school.example>\nEnvoyé : lundi 23 novembre 2026 09:10\nÀ : Rosa Alvarez\nObjet : Projecteur"},
	{"fr Thunderbird", "-------- Message original --------\nSujet: Projecteur\nDate: 23/11/2026 09:10\nDe: Kim Tran <kim@school.example>\nÀ: Rosa Alvarez <rosa@school.example>"},
	{"de Outlook", "Von: Kim Tran <kim@school.example>\nGesendet: Montag, 23. November 2026 09:10\nAn: Rosa Alvarez\nBetreff: Beamer"},
	{"de older", "-----Ursprüngliche Nachricht-----\nVon: Kim Tran\nGesendet: Montag, 23. November 2026 09:10\nAn: Rosa Alvarez\nBetreff: Beamer"},
	{"it Outlook", "Da: Kim Tran <kim@school.example>\nInviato: lunedì 23 novembre 2026 09:10\nA: Rosa Alvarez\nOggetto: Proiettore"},
	{"pt-br Outlook", "De: Kim Tran <kim@school.example>\nEnviada em: segunda-feira, 23 de novembro de 2026 09:10\nPara: Rosa Alvarez\nAssunto: Projetor"},
	{"nl Outlook", "Van: Kim Tran <kim@school.example>\nVerzonden: maandag 23 november 2026 09:10\nAan: Rosa Alvarez\nOnderwerp: Beamer"},
	{"sv Outlook", "Från: Kim Tran <kim@school.example>\nSkickat: den 23 november 2026 09:10\nTill: Rosa Alvarez\nÄmne: Projektor"},
	{"da Outlook", "Fra: Kim Tran <kim@school.example>\nSendt: 23. november 2026 09:10\nTil: Rosa Alvarez\nEmne: Projektor"},
	{"no Outlook", "Fra: Kim Tran <kim@school.example>\nSendt: mandag 23. november 2026 09:10\nTil: Rosa Alvarez\nEmne: Projektor"},
	{"fi Outlook", "Lähettäjä: Kim Tran <kim@school.example>\nLähetetty: maanantai 23. marraskuuta 2026 9.10\nVastaanottaja: Rosa Alvarez\nAihe: Projektori"},
	{"cs Outlook", "Od: Kim Tran <kim@school.example>\nOdesláno: pondělí 23. listopadu 2026 9:10\nKomu: Rosa Alvarez\nPředmět: Projektor"},
	{"pl Outlook", "Od: Kim Tran <kim@school.example>\nWysłano: poniedziałek, 23 listopada 2026 09:10\nDo: Rosa Alvarez\nTemat: Projektor"},
	{"ru Outlook", "От: Kim Tran <kim@school.example>\nОтправлено: 23 ноября 2026 г. 9:10\nКому: Rosa Alvarez\nТема: Проектор"},
	{"uk Outlook", "Від: Kim Tran <kim@school.example>\nНадіслано: 23 листопада 2026 р. 9:10\nКому: Rosa Alvarez\nТема: Проектор"},
	{"zh Outlook", "发件人: Kim Tran <kim@school.example>\n发送时间: 2026年11月23日 9:10\n收件人: Rosa Alvarez\n主题: 投影仪"},
	{"zh-TW Outlook", "寄件者：Kim Tran <kim@school.example>\n寄件日期：2026年11月23日 上午 9:10\n收件者：Rosa Alvarez\n主旨：投影機"},
	{"ja Outlook", "差出人: Kim Tran <kim@school.example>\n送信日時: 2026年11月23日 9:10\n宛先: Rosa Alvarez\n件名: プロジェクター"},
	{"ko Outlook", "보낸 사람: Kim Tran <kim@school.example>\n보낸 날짜: 2026년 11월 23일 월요일 오전 9:10\n받는 사람: Rosa Alvarez\n제목: 프로젝터"},
	{"vi Outlook", "Từ: Kim Tran <kim@school.example>\nĐã gửi: 23 Tháng Mười Một 2026 9:10\nTới: Rosa Alvarez\nChủ đề: Máy chiếu"},
	{"ar Outlook", "من: Kim Tran <kim@school.example>\nتم الإرسال: 23/11/2026 09:10\nإلى: Rosa Alvarez\nالموضوع: جهاز العرض"},
	{"tr Outlook", "Kimden: Kim Tran <kim@school.example>\nGönderildi: 23 Kasım 2026 Pazartesi 09:10\nKime: Rosa Alvarez\nKonu: Projektör"},
	{"el Outlook", "Από: Kim Tran <kim@school.example>\nΣτάλθηκε: Δευτέρα, 23 Νοεμβρίου 2026 9:10\nΠρος: Rosa Alvarez\nΘέμα: Προβολέας"},
	{"hu Outlook", "Feladó: Kim Tran <kim@school.example>\nElküldve: 2026. november 23., hétfő 9:10\nCímzett: Rosa Alvarez\nTárgy: Projektor"},
	{"ro Outlook", "De la: Kim Tran <kim@school.example>\nTrimis: luni, 23 noiembrie 2026 09:10\nCătre: Rosa Alvarez\nSubiect: Proiector"},
	{"he Outlook", "מאת: Kim Tran <kim@school.example>\nנשלח: יום שני 23 נובמבר 2026 09:10\nאל: Rosa Alvarez\nנושא: מקרן"},
	{"fa Outlook", "از: Kim Tran <kim@school.example>\nارسال شده: ۲۳ نوامبر ۲۰۲۶ ۹:۱۰\nبه: Rosa Alvarez\nموضوع: پروژکتور"},
	{"hi Outlook", "प्रेषक: Kim Tran <kim@school.example>\nभेजा गया: 23 नवंबर 2026 09:10\nप्रति: Rosa Alvarez\nविषय: प्रोजेक्टर"},
	{"th Outlook", "จาก: Kim Tran <kim@school.example>\nส่ง: 23 พฤศจิกายน 2026 9:10\nถึง: Rosa Alvarez\nเรื่อง: โปรเจกเตอร์"},
	{"fil Outlook", "Mula kay: Kim Tran <kim@school.example>\nIpinadala: Lunes, Nobyembre 23, 2026 9:10 AM\nPara kay: Rosa Alvarez\nPaksa: Projector"},
	{"ms Outlook", "Daripada: Kim Tran <kim@school.example>\nDihantar: Isnin, 23 November 2026 9:10 AM\nKepada: Rosa Alvarez\nSubjek: Projektor"},
	{"ca Outlook", "De: Kim Tran <kim@school.example>\nEnviat: dilluns, 23 de novembre de 2026 9:10\nPer a: Rosa Alvarez\nAssumpte: Projector"},
	{"sr Outlook", "Од: Kim Tran <kim@school.example>\nПослато: понедељак, 23. новембар 2026. 09:10\nЗа: Rosa Alvarez\nПредмет: Пројектор"},
	{"Yahoo in one line", "----- Forwarded Message ----- From: Kim Tran <kim@school.example>To: \"rosa@school.example\" <rosa@school.example>Sent: Monday, November 23, 2026, 09:10:11 AM CSTSubject: Projector"},
	{"unknown language", "------- Wibdan folatu -------\nFrom: Kim Tran <kim@school.example>\nDate: 11/23/2026 9:10 AM\nSubject: Projector"},
}

func TestHeaderBlocksEndTheNewText(t *testing.T) {
	for _, b := range headerBlocks {
		t.Run(b.name, func(t *testing.T) {
			checkTrim(t, "The projector works again.\n\n"+b.block+"\n\nIt does not start.\nRosa\n", "The projector works again.")
			checkTrim(t, "The projector works again.\n"+b.block+"\nIt does not start.\nRosa\n", "The projector works again.")
			checkTrim(t, "The projector works again.\n\n> "+strings.ReplaceAll(b.block, "\n", "\n> ")+"\n>\n> It does not start.\n", "The projector works again.")
			checkTrim(t, b.block+"\n\nIt does not start.\nRosa\n", "")
		})
	}
}

// TestFormsAreNoHeaderBlocks guards what people write in the shape of headers.
func TestFormsAreNoHeaderBlocks(t *testing.T) {
	for _, text := range []string{
		"Please move this:\n\nFrom: Room 12\nTo: Room 15\nDate: Friday\n\nThanks",
		"Name: Rosa\nRoom: 12\nSubject: Math\nProblem: no sound",
		"From: the library\nwe need two chairs",
		"To: all teachers\nPlease log out.",
		"Two things:\n------\nThe lamp is red.\n\nThe remote is lost and nobody here knows where the spare ones are kept.",
		"| Room | Device |\n| 12 | projector |\n\nBoth are broken.",
	} {
		checkTrim(t, text, text)
	}
}

func TestForwardsHaveNothingNewBelow(t *testing.T) {
	for _, text := range []string{
		"---------- Forwarded message ---------\nFrom: Kim Tran <kim@school.example>\nDate: Mon, Nov 23, 2026 at 9:10 AM\nSubject: Projector\nTo: <rosa@school.example>\n\n\n#resolve\n",
		"Begin forwarded message:\n\nFrom: Kim Tran <kim@school.example>\nSubject: Projector\nDate: November 23, 2026 at 9:10:11 AM CST\nTo: rosa@school.example\n\n#resolve\n",
		"Begin forwarded message:\n\n> From: Kim Tran <kim@school.example>\n> Subject: Projector\n> Date: November 23, 2026 at 9:10:11 AM CST\n>\n> #resolve\n",
		"-------- Weitergeleitete Nachricht --------\nBetreff: Beamer\nDatum: Mon, 23 Nov 2026 09:10:11 -0600\nVon: Kim Tran <kim@school.example>\nAn: rosa@school.example\n\n#resolve\n",
	} {
		checkTrim(t, text, "")
		checkTrim(t, "Please see below.\n\n"+text, "Please see below.")
	}
}

func TestInterleavedAnswersKeepTheirQuotes(t *testing.T) {
	attr := "On Mon, Nov 23, 2026 at 9:10 AM Kim Tran <kim@school.example> wrote:\n"
	tests := []struct{ name, text, want string }{
		{"answers between quotes", attr + "> Which room?\n\nRoom 12.\n\n> Which device?\n\nThe projector.\n",
			"> Which room?\n\nRoom 12.\n\n> Which device?\n\nThe projector."},
		{"a greeting above", "Hello Kim,\n\n" + attr + "> Which room?\nRoom 12.\n> Which device?\nThe projector.\n> Kim\n",
			"Hello Kim,\n\n> Which room?\nRoom 12.\n> Which device?\nThe projector."},
		{"an answer below one quote", attr + "> Which room?\n> Kim\n\nRoom 12.\n", "Room 12."},
		{"a bare quote above", "> Which room?\n\nRoom 12.\n", "> Which room?\n\nRoom 12."},
		{"a quote and nothing else", "> Which room?\n", "> Which room?"},
		{"a quoted mail and nothing else", "> " + attr + "> > Which room?\n", ""},
		{"an attribution and nothing else", attr + "> Which room?\n", ""},
		{"a deleted quote", attr + "\nRoom 12.\n", "Room 12."},
		{"a bare quote below", "Room 12.\n\n> Which room?\n> Kim\n", "Room 12."},
		{"initials as quote marks", "Room 12.\n\nKT> Which room?\nKT> Kim\n", "Room 12."},
		{"bars as quote marks", "Room 12.\n\n" + attr + "| Which room?\n| Kim\n", "Room 12."},
		{"a prompt is no quote", "I typed this:\n\nC> dir\n\nand it failed", "I typed this:\n\nC> dir\n\nand it failed"},
		{"a wrapped quote", "Room 12.\n\n" + attr + "> Which room do you mean, and which of the two devices that are in there now\nis broken?\n> Kim\n", "Room 12."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { checkTrim(t, tt.text, tt.want) })
	}
}

func TestReplyMarkerEndsTheNewText(t *testing.T) {
	for _, marker := range []string{ReplyMarker, ReplyMarkerSpanish, "##- Please type your reply above this line -##", "*" + ReplyMarker + "*"} {
		checkTrim(t, "It works.\n\n"+marker+"\nYour request SR-12 was received.\n", "It works.")
		checkTrim(t, "It works.\n\nOn Mon, Nov 23, 2026 at 9:10 AM Customer Care <support@school.example> wrote:\n\n> "+marker+"\n> Your request SR-12 was received.\n", "It works.")
		checkTrim(t, "It works.\n\nCustomer Care wrote:\n"+marker+"\nYour request SR-12 was received.\n", "It works.\n\nCustomer Care wrote:")
		checkTrim(t, marker+"\nYour request SR-12 was received.\n", "")
	}
	for _, text := range []string{"Please reply above this line of desks.", "Where is the line -- reply above this line -- in your mails?"} {
		checkTrim(t, text, text)
	}
}

// TestQuotedMailsAloneAreHistory: some programs quote the mail that they pass on, its header lines too, and write nothing above it.
func TestQuotedMailsAloneAreHistory(t *testing.T) {
	checkTrim(t, "> Message du 23/11/26 09:10\n> De : \"Kim Tran\" <kim@school.example>\n> A : rosa@school.example\n> Objet : Projector\n>\n> It does not start.\n", "")
	checkTrim(t, "> a line that I quote\n", "> a line that I quote")
}
