package message

import (
	"strings"
	"testing"
)

// attributions are what mail programs write above a quote, by language and program. The ones under weak count only above
// a quote that is marked as one: people write such lines too.
var attributions = []struct {
	name, line string
	weak       bool
}{
	{name: "en Gmail", line: "On Mon, Nov 23, 2026 at 9:10 AM Kim Tran <kim@school.example> wrote:"},
	{name: "en Gmail wrapped", line: "On Mon, Nov 23, 2026 at 9:10 AM Kim Tran\n<kim@school.example> wrote:"},
	{name: "en Gmail wrapped in the address", line: "On Mon, Nov 23, 2026 at 9:10 AM Kim Tran <\nkim@school.example> wrote:"},
	{name: "en Gmail wrapped before the verb", line: "On Mon, Nov 23, 2026 at 9:10 AM Kim Tran <kim@school.example>\nwrote:"},
	{name: "en Apple Mail", line: "On Nov 23, 2026, at 9:10 AM, Kim Tran <kim@school.example> wrote:"},
	{name: "en Thunderbird", line: "On 11/23/2026 9:10 AM, Kim Tran wrote:"},
	{name: "en Yahoo", line: "On Monday, November 23, 2026 at 09:10:11 AM CST, Kim Tran <kim@school.example> wrote:"},
	{name: "en Outlook for Mac", line: "On 11/23/26, 9:10 AM, \"Tran, Kim\" <kim@school.example> wrote:"},
	{name: "en Evolution", line: "On Mon, 2026-11-23 at 09:10 -0600, Kim Tran wrote:"},
	{name: "en Eudora", line: "At 09:10 AM 11/23/2026, you wrote:"},
	{name: "en AOL", line: "In a message dated 11/23/2026 9:10:11 AM Central Standard Time, kim@school.example writes:"},
	{name: "en K-9", line: "Kim Tran <kim@school.example> wrote:"},
	{name: "en Zoho", line: "---- On Mon, 23 Nov 2026 09:10:11 -0600 Kim Tran <kim@school.example> wrote ----"},
	{name: "en Horde", line: "Quoting Kim Tran <kim@school.example>:"},
	{name: "en GroupWise", line: ">>> Kim Tran <kim@school.example> 11/23/2026 9:10 AM >>>"},
	{name: "en emphasised", line: "*On Mon, Nov 23, 2026 at 9:10 AM Kim Tran <kim@school.example> wrote:*"},
	{name: "en without year and time", line: "On Wed, Dec 9, Kim Tran\n<kim@school.example>\nwrote:"},
	{name: "en day first", line: "On 11-Nov-2026, at 6:54 PM, Kim Tran <kim@school.example> wrote:"},
	{name: "en without a colon", line: "On Mon, Nov 23, 2026 at 9:10 AM, Kim Tran <kim@school.example> wrote"},
	{name: "fr Zimbra", line: "- Le 2026-11-23 09:10, Kim Tran a écrit :"},
	{name: "en name only", line: "Kim Tran wrote:", weak: true},
	{name: "es Gmail", line: "El lun, 23 nov 2026 a las 9:10, Kim Tran (<kim@school.example>) escribió:"},
	{name: "es Apple Mail", line: "El 23 nov 2026, a las 9:10, Kim Tran <kim@school.example> escribió:"},
	{name: "es Yahoo", line: "El lunes, 23 de noviembre de 2026, 09:10:11 CST, Kim Tran <kim@school.example> escribió:"},
	{name: "es without accents", line: "El 23/11/2026 a las 9:10, Kim Tran escribio:"},
	{name: "ca", line: "El dl., 23 de nov. 2026 a les 9:10, Kim Tran <kim@school.example> va escriure:"},
	{name: "fr Gmail", line: "Le lun. 23 nov. 2026 à 09:10, Kim Tran <kim@school.example> a écrit :"},
	{name: "fr Apple Mail", line: "Le 23 nov. 2026 à 09:10, Kim Tran <kim@school.example> a écrit :"},
	{name: "fr wrapped", line: "Le 23 novembre 2026 09:10, \"Kim Tran\"\n<kim@school.example>\na écrit :"},
	{name: "de Gmail", line: "Am Mo., 23. Nov. 2026 um 09:10 Uhr schrieb Kim Tran <kim@school.example>:"},
	{name: "de older Gmail", line: "Kim Tran <kim@school.example> schrieb am Mo., 23. Nov. 2026\num 09:10 Uhr:"},
	{name: "de Thunderbird", line: "Am 23.11.2026 um 09:10 schrieb Kim Tran:"},
	{name: "de Horde", line: "Zitat von Kim Tran <kim@school.example>:"},
	{name: "it Gmail", line: "Il giorno lun 23 nov 2026 alle ore 09:10 Kim Tran <kim@school.example> ha scritto:"},
	{name: "it Apple Mail", line: "Il giorno 23 nov 2026, alle ore 09:10, Kim Tran <kim@school.example> ha scritto:"},
	{name: "pt-br Gmail", line: "Em seg., 23 de nov. de 2026 às 09:10, Kim Tran <kim@school.example> escreveu:"},
	{name: "pt Apple Mail", line: "No dia 23/11/2026, às 09:10, Kim Tran <kim@school.example> escreveu:"},
	{name: "nl Gmail", line: "Op ma 23 nov 2026 om 09:10 schreef Kim Tran <kim@school.example>:"},
	{name: "nl Apple Mail", line: "Op 23 nov. 2026 om 09:10 heeft Kim Tran <kim@school.example> het volgende geschreven:"},
	{name: "sv Gmail", line: "Den mån 23 nov. 2026 kl 09:10 skrev Kim Tran <kim@school.example>:"},
	{name: "sv Apple Mail", line: "23 nov. 2026 kl. 09:10 skrev Kim Tran <kim@school.example>:"},
	{name: "da Gmail", line: "Den man. 23. nov. 2026 kl. 09.10 skrev Kim Tran <kim@school.example>:"},
	{name: "no Gmail", line: "man. 23. nov. 2026 kl. 09:10 skrev Kim Tran <kim@school.example>:"},
	{name: "fi Gmail", line: "ma 23. marrask. 2026 klo 9.10 Kim Tran (kim@school.example) kirjoitti:"},
	{name: "fi Apple Mail", line: "Kim Tran <kim@school.example> kirjoitti 23.11.2026 kello 9.10:"},
	{name: "cs Gmail", line: "po 23. 11. 2026 v 9:10 odesílatel Kim Tran <kim@school.example> napsal:"},
	{name: "cs Apple Mail", line: "23. 11. 2026 v 9:10, Kim Tran <kim@school.example>:"},
	{name: "sk", line: "Dňa 23. 11. 2026 o 9:10 Kim Tran <kim@school.example> napísal(a):"},
	{name: "pl Gmail", line: "pon., 23 lis 2026 o 09:10 Kim Tran <kim@school.example> napisał(a):"},
	{name: "pl Thunderbird", line: "W dniu 23.11.2026 o 09:10, Kim Tran pisze:"},
	{name: "ru Gmail", line: "пн, 23 нояб. 2026 г. в 09:10, Kim Tran <kim@school.example>:"},
	{name: "ru Thunderbird", line: "23.11.2026 9:10, Kim Tran пишет:"},
	{name: "ru Mail.ru", line: "Понедельник, 23 ноября 2026, 9:10 +03:00 от Kim Tran <kim@school.example>:"},
	{name: "uk Gmail", line: "пн, 23 лист. 2026 р. о 09:10 Kim Tran <kim@school.example> пише:"},
	{name: "hu", line: "Kim Tran <kim@school.example> ezt írta (időpont: 2026. nov. 23., H, 9:10):"},
	{name: "ro", line: "În lun., 23 nov. 2026 la 09:10, Kim Tran <kim@school.example> a scris:"},
	{name: "tr", line: "Kim Tran <kim@school.example>, 23 Kas 2026 Pzt, 09:10 tarihinde şunu yazdı:"},
	{name: "el", line: "Στις Δευ 23 Νοε 2026 στις 9:10 π.μ., ο χρήστης Kim Tran <kim@school.example> έγραψε:"},
	{name: "hr", line: "pon, 23. stu 2026. u 09:10 Kim Tran <kim@school.example> napisao je:"},
	{name: "zh Gmail", line: "Kim Tran <kim@school.example> 于2026年11月23日周一 09:10写道："},
	{name: "zh Apple Mail", line: "在 2026年11月23日，上午9:10，Kim Tran <kim@school.example> 写道："},
	{name: "zh-TW", line: "Kim Tran <kim@school.example> 於 2026年11月23日 週一 上午9:10寫道："},
	{name: "ja Gmail", line: "2026年11月23日(月) 9:10 Kim Tran <kim@school.example>:"},
	{name: "ja Apple Mail", line: "2026/11/23 9:10、Kim Tran <kim@school.example>のメール:"},
	{name: "ko Gmail", line: "2026년 11월 23일 (월) 오전 9:10, Kim Tran <kim@school.example>님이 작성:"},
	{name: "vi Gmail", line: "Vào Th 2, 23 thg 11, 2026 vào lúc 09:10 Kim Tran <kim@school.example> đã viết:"},
	{name: "ar Gmail", line: "في الاثنين، ٢٣ نوفمبر 2026 في 9:10 ص تمت كتابة ما يلي بواسطة Kim Tran <kim@school.example>:"},
	{name: "he", line: "\u202bבתאריך יום ב׳, 23 בנוב׳ 2026 ב-9:10 מאת Kim Tran <\u202akim@school.example\u202c\u200f>:\u202c"},
	{name: "id", line: "Pada Sen, 23 Nov 2026 pukul 09.10 Kim Tran <kim@school.example> menulis:"},
	{name: "bg", line: "На пн, 23.11.2026 г. в 9:10 Kim Tran <kim@school.example>\nнаписа:"},
	{name: "tr wrapped", line: "Kim Tran <kim@school.example>, 23 Kas 2026 Pzt, 09:10\ntarihinde şunu yazdı:"},
	{name: "th", line: "ในวันที่ จ. 23 พ.ย. 2026 เวลา 09:10 Kim Tran\n<kim@school.example> เขียนว่า:"},
	{name: "hi", line: "सोम, 23 नव॰ 2026 को 9:10 am बजे को Kim Tran\n<kim@school.example> ने लिखा:"},
	{name: "fa", line: "در تاریخ دوشنبه ۲۳ نوامبر ۲۰۲۶، ۹:۱۰ Kim Tran\n<kim@school.example> نوشت:"},
	{name: "bn", line: "সোম, ২৩ নভেম্বর, ২০২৬ তারিখে ৯:১০ AM টায় এ Kim Tran\n<kim@school.example> লিখেছেন:"},
	{name: "ur", line: "پیر، 23 نومبر، 2026 کو 9:10 AM پر Kim Tran <kim@school.example> نے لکھا:"},
	{name: "te", line: "సోమ, 23 నవం, 2026న 9:10 AMకి, Kim Tran <kim@school.example> ఇలా వ్రాసారు:"},
	{name: "ta", line: "திங்., 23 நவ., 2026, முற்பகல் 9:10 அன்று, Kim Tran <kim@school.example> எழுதியது:"},
	{name: "am", line: "ሰኞ, ኖቬም 23, 2026 በ9:10 ጥዋት ላይ፣ Kim Tran <kim@school.example> ጻፈ፦"},
	{name: "fil", line: "Noong Lun, Nob 23, 2026 nang 9:10 AM, isinulat ni Kim Tran <kim@school.example> ang:"},
	{name: "sw", line: "Mnamo Jtt, 23 Nov 2026 saa 9:10 asubuhi Kim Tran <kim@school.example> aliandika:"},
	{name: "ko Thunderbird", line: "2026-11-23 오전 9:10에 Kim Tran 이(가) 쓴 글:"},
	{name: "cs Thunderbird", line: "Dne 23. 11. 26 v 9:10 Kim Tran napsal(a):"},
	{name: "old Gmail, without a verb", line: "2026-11-23 9:10 GMT-06:00 Kim Tran <kim@school.example>:"},
}

func TestAttributionsEndTheNewText(t *testing.T) {
	for _, a := range attributions {
		t.Run(a.name, func(t *testing.T) {
			checkTrim(t, "The projector works again.\n\n"+a.line+"\n\n> It does not start.\n> Lamp is red.\n", "The projector works again.")
			checkTrim(t, "The projector works again.\n"+a.line+"\n> It does not start.\n", "The projector works again.")
			checkTrim(t, "> "+strings.ReplaceAll(a.line, "\n", "\n> ")+"\n>\n> It does not start.\n\nThe projector works again.\n", "> "+strings.ReplaceAll(a.line, "\n", "\n> ")+"\n>\n> It does not start.\n\nThe projector works again.")
			checkTrim(t, a.line+"\n> It does not start.\n\nThe projector works again.\n", "The projector works again.")
			unmarked := "The projector works again.\n\n" + a.line + "\n\nIt does not start.\nLamp is red.\n"
			if a.weak {
				checkTrim(t, unmarked, strings.TrimSpace(unmarked))
			} else {
				checkTrim(t, unmarked, "The projector works again.")
			}
		})
	}
}

// TestSentencesAreNoAttributions guards what people themselves write.
func TestSentencesAreNoAttributions(t *testing.T) {
	for _, text := range []string{
		"Yesterday the vendor wrote:\n\nWe will call on Monday.",
		"At 10:45 the system wrote:\n\nERROR 17",
		"On Monday I asked for this:\n\n- a cable\n- a lamp",
		"Here is what the log of 11/23/2026 says:\n\ndisk full",
		"On this day\n\nI wrote something\n\nnobody read.",
		"2026-11-23 09:10 printer offline\n2026-11-23 09:11 printer online",
		"Please write to kim@school.example:\n\nshe knows the room.",
		"On Friday, one thing I did was learning\nhow the new printer works, as you wrote.",
		"This is what the old teacher wrote",
		"Students in Room 214 need:\n\n1. Chromebooks",
	} {
		checkTrim(t, text, text)
	}
}

// checkTrim holds a trimming to its expected reply and to the rules that all of them follow.
func checkTrim(t *testing.T, text, want string) {
	t.Helper()
	reply, elided := trimReply(text, "Projector")
	if strings.TrimSpace(reply) != strings.TrimSpace(want) {
		t.Errorf("text:\n%s\nreply:\n%s\nwant:\n%s", text, reply, want)
	}
	if p := lostLine(text, reply, elided); p != "" {
		t.Errorf("text:\n%s\n%s", text, p)
	}
}

// lostLine tells what line of a text is in neither or in both parts, or which line of a part is not from the text, or
// is out of order; "" if all is well.
func lostLine(text, reply, elided string) string {
	kept, gone := filledLines(reply), filledLines(elided)
	// Where a line stands in both parts, it cannot be told which of the two it went to: every way is followed. A way is how
	// many lines of kept it has met.
	ways := map[int]bool{0: true}
	lines := filledLines(text)
	for n, l := range lines {
		next := map[int]bool{}
		for k := range ways {
			if k < len(kept) && kept[k] == l {
				next[k+1] = true
			}
			if g := n - k; g < len(gone) && gone[g] == l {
				next[k] = true
			}
		}
		if len(next) == 0 {
			return "lost, or out of order: " + l
		}
		ways = next
	}
	if !ways[len(kept)] || len(lines) != len(kept)+len(gone) {
		return "not from the text"
	}
	return ""
}

// filledLines returns the lines that are not blank, without the white space around them.
func filledLines(s string) []string {
	var all []string
	for l := range strings.SplitSeq(s, "\n") {
		if l = strings.TrimFunc(l, isUnseen); l != "" {
			all = append(all, l)
		}
	}
	return all
}
