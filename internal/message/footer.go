package message

import "strings"

const maxFooterLines = 60

// isClosing tells a closing formula on a line of its own.
func isClosing(s string) bool {
	if len(s) > 60 {
		return false
	}
	s = strings.ToLower(strings.TrimRight(s, ",.!;: -–—"))
	return closings[s]
}

var closings = lineSet(`
	regards|best regards|kind regards|warm regards|warmest regards|with regards|best|all the best|best wishes|kindest regards|many thanks|thanks|thank you|thanks again|thank you so much
	thanks so much|thanks in advance|thank you in advance|thanks and regards|thanks & regards|sincerely|sincerely yours|yours sincerely|yours truly|yours faithfully|cheers|respectfully|cordially|take care
	saludos|un saludo|saludos cordiales|cordiales saludos|cordialmente|atentamente|atte|gracias|muchas gracias|gracias de antemano|un cordial saludo|reciba un cordial saludo|sinceramente
	cordialement|bien cordialement|bien à vous|salutations|merci|merci d'avance|sincères salutations|mit freundlichen grüßen|mit freundlichen gruessen|viele grüße|freundliche grüße|liebe grüße|beste grüße|mfg|gruß|danke|vielen dank
	cordiali saluti|distinti saluti|saluti|grazie|atenciosamente|cumprimentos|com os melhores cumprimentos|obrigado|obrigada|abraços|met vriendelijke groet|met vriendelijke groeten|groeten|mvg|bedankt
	med vänlig hälsning|med vänliga hälsningar|vänliga hälsningar|mvh|hälsningar|tack|med venlig hilsen|venlig hilsen|hilsen|med vennlig hilsen|vennlig hilsen|takk|tak|ystävällisin terveisin|terveisin|terv|kiitos
	s pozdravem|s přátelským pozdravem|děkuji|pozdrawiam|z poważaniem|dziękuję|с уважением|спасибо|з повагою|дякую|trân trọng|cảm ơn|此致|谢谢|謝謝|よろしくお願いします|よろしくお願いいたします|敬具|감사합니다
`)

// lineSet makes a set of phrases that are parted by bars or line ends.
func lineSet(list string) map[string]bool {
	set := map[string]bool{}
	for _, p := range strings.FieldsFunc(list, func(r rune) bool { return r == '|' || r == '\n' }) {
		if p = strings.TrimSpace(p); p != "" {
			set[p] = true
		}
	}
	return set
}

// isDeviceLine tells "Sent from my iPhone" and its kind. A strict answer is certain wherever the line stands; a loose
// one only at the end of a mail.
func isDeviceLine(s string, strict bool) bool {
	if len(s) > maxDeviceBytes || len(s) < 8 || strings.Contains(s, ", is ") {
		return false
	}
	s = strings.ToLower(strings.Trim(s, "<>()[]*_~-–—.!\"' "))
	s, linked := cutLink(s)
	count := strings.Count(s, " ") + 1
	if deviceWhole.in(s) {
		return true
	}
	for _, p := range devicePrefixes.like(s) {
		if rest, ok := strings.CutPrefix(s, p); ok {
			return (devices.in(rest) || devices.in(p) || linked) && (count <= 12 || count <= 16 && strings.HasPrefix(rest, " my "))
		}
	}
	for _, p := range deviceOwners.like(s) {
		if rest, ok := strings.CutPrefix(s, p); ok && (devices.in(rest) || devices.in(p)) {
			return sentWords.in(rest) || count > 1 && count <= 4
		}
	}
	return !strict && count <= 5 && devices.in(s) && containsAny(" "+s, []string{" from ", " via "})
}

// cutLink removes a link at the end of a line.
func cutLink(s string) (rest string, linked bool) {
	for _, mark := range []string{"<http", "(http", "[http", "http", "(www.", "<www.", "www."} {
		if i := strings.Index(s, mark); i > 0 {
			return strings.TrimRight(s[:i], " <([:-]"), true
		}
	}
	return s, false
}

// devices are what people write mails with.
var devices = phrases(
	"iphon", "айфон", "ipad", "ipod", "imac", "macbook", "apple watch", "android", "blackberry", "samsung", "galaxy", "huawei", "xiaomi", "redmi", "oneplus", "pixel", "nokia", "lumia", "motorola", "htc", "sony xperia", "lg ",
	"alcatel", "phone", "handy", "mobil", "móvil", "movil", "celular", "cell", "portable", "tablet", "tablette", "telefon", "teléfono", "telefoon", "telefono", "telemóvel", "smartphone", "device", "ti-85", "puhelimest", "gerät",
	"outlook", "windows", " ios", "yahoo", "gmail", "aol", "proton", "airmail", "mailbox", "spark", "thunderbird", "k-9", "mail.ru", "yandex", "zoho", "hotmail", "outlook.com", "gmx", "web.de", "fairemail", "bluemail",
	"курьер", "почт", "телефон", "мобильн", "мобільн", "смартфон", "手机", "手機", "スマートフォン", "아이폰", "điện thoại", "هاتف", "آیفون", "گوشی", "هاتفي", "جوال", "chromebook", "surface", "workspace", "nine", "superhuman", "mail app", "email app", "verizon", "t-mobile", "at&t", "mail",
)

// devicePrefixes begin such lines.
var devicePrefixes = phrases(
	"sent from", "sent via", "sent with", "sent by", "sent using", "sent on", "sent through", "written on", "typed on", "typed with", "composed on", "dictated", "get outlook for", "get [outlook for", "download outlook", "sent securely", "this message was sent from my", "this message was sent from a", "this email was sent from my", "this email was sent from a", "this mail was sent from my",
	"envoyé de", "envoyé à partir", "envoyé via", "envoyé avec", "envoyé par", "envoye de", "expédié de", "obtenez outlook", "télécharger outlook", "téléchargez outlook",
	"gesendet von", "gesendet mit", "gesendet via", "gesendet über", "diese nachricht wurde von meinem", "diese nachricht wurde mit", "diese nachricht wurde von meiner", "diese e-mail wurde von meinem", "holen sie sich outlook",
	"enviado desde", "enviado de", "enviado do", "enviado a partir", "enviado con", "enviado via", "enviado vía", "enviado por", "enviado através", "enviado pelo", "enviada do", "enviado mediante", "obtener outlook", "obtenga outlook", "obter o outlook", "obtenha o outlook",
	"inviato da", "inviato dal", "inviato con", "inviato via", "inviato tramite", "inviata da", "scarica outlook", "ottieni outlook",
	"verzonden vanaf", "verzonden met", "verzonden via", "verzonden vanuit", "verzonden van", "verstuurd vanaf", "verstuurd met", "verstuurd via", "verstuurd van", "download outlook voor",
	"skickat från", "skickat med", "skickat via", "skickades från", "hämta outlook", "hämta outlook för",
	"sendt fra", "sendt via", "sendt med", "sendt med", "hent outlook", "få outlook", "skaff outlook",
	"lähetetty", "hanki outlook", "lataa outlook",
	"odesláno z", "odesláno pomocí", "odoslané z", "získat outlook", "poslano z", "poslané z", "stáhněte si outlook",
	"wysłane z", "wysłano z", "wysłane przez", "wysłano przy", "pobierz outlook", "pobierz program outlook",
	"отправлено с", "отправлено из", "отправлено через", "послано с", "надіслано з", "надіслано із", "відправлено з", "скачайте outlook",
	"küldve", "elküldve a", "trimis de pe", "trimis din", "gönderildi", "iphone'umdan", "iphone’umdan", "στάλθηκε από", "izpratīts", "saadetud", "отправлено от", "poslano s",
	"发自", "發自", "傳送自", "发送自", "đã gửi từ", "gửi từ", "được gửi từ", "أرسلت من", "أُرسلت من", "مرسل من", "تم الإرسال من", "נשלח מה", "נשלח מ", "dikirim dari", "dihantar dari", "ส่งจาก", "ipinadala mula", "enviat des", "poslano iz", "послато са", "ارسال شده از", "ارسال از", "imetumwa kutoka", "voye soti nan", "obtén outlook", "obtenez outlook", "lấy outlook", "tải outlook", "pobierz aplikację outlook", "أُرسل من", "احصل على outlook", "الحصول على outlook", "获取 outlook", "下载 outlook", "取得 outlook", "outlook を入手",
)

// deviceOwners begin such lines where the verb stands at the end or is missing, as in "Von meinem iPhone gesendet", but
// also sentences; sentWords are those verbs.
var (
	deviceOwners = phrases("from my", "von meinem", "von meiner", "vom meinem", "desde mi", "outlook für", "outlook voor", "由我的", "通过", "来自", "來自", "從我的", "从我的", "iphoneから", "ipadから", "androidから", "スマートフォンから", "나의", "내 ", "मेरे ")
	sentWords    = phrases("gesendet", "herunterladen", "보냄", "보낸", "送信", "傳送", "发送", "寄出", "भेजा")
)

// deviceWhole are certain wherever they stand in a short line.
var deviceWhole = phrases(
	"please excuse typos", "please excuse any typos", "please excuse brevity", "please excuse my brevity", "excuse the brevity", "sorry for brevity", "sorry for typos", "disculpe la brevedad", "disculpa la brevedad", "perdona los errores de",
	"yahoo mail: search", "bitte entschuldigen sie die kürze", "get outlook for ios", "get outlook for android", "proton mail secure email", "protonmail secure email", "gesendet mit der mobilen mail app", "von unterwegs gesendet", "mobilgerät gesendet", "mobiltelefon gesendet", "k-9 mail gesendet", "iphone gesendet", "ipad gesendet",
)

// footerStrong are phrases of which one makes a paragraph at the end of a mail a footer; of footerWeak it takes two.
var (
	footerStrong = phrases(
		"if you are not the intended recipient", "if you are not the named addressee", "intended only for the", "intended solely for the", "intended for the sole use", "solely for the use of the", "for the sole use of the intended", "confidentiality notice", "confidentiality note", "confidential and intended", "privileged and confidential",
		"received this email in error", "received this e-mail in error", "received this message in error", "received this communication in error", "received this transmission in error", "you are not the intended recipient", "subject to public disclosure", "e-mail addresses are public records", "email addresses are public records", "subject to public records", "public records law", "open records act", "may be subject to the public", "may be protected by ferpa", "electronic communications privacy act",
		"consider the environment before printing", "think before you print", "please don't print this e-mail", "email has been checked for viruses", "e-mail has been checked for viruses", "message has been checked for viruses", "has been scanned for viruses", "virus-free.", "virus-free www", "virus free. www", "no virus found in this", "checked by avg", "email has been scanned", "e-mail has been scanned", "message has been scanned",
		"you received this message because you are subscribed", "to unsubscribe from this group", "unsubscribe from this list", "mailing list\n", "to unsubscribe, ", "to unsubscribe from this list", "manage your subscription", "update your email preferences", "list-unsubscribe",
		"aviso de confidencialidad", "este mensaje y sus archivos adjuntos", "este mensaje y los ficheros", "este mensaje va dirigido", "este correo electrónico y cualquier", "si usted no es el destinatario", "si no es usted el destinatario", "si ha recibido este mensaje por error", "si ha recibido este correo por error", "antes de imprimir este", "libre de virus.", "respetar el medio ambiente",
		"si vous n'êtes pas le destinataire", "si vous n’êtes pas le destinataire", "ce message et toutes les pièces jointes", "ce message et ses pièces jointes", "avez reçu ce message par erreur", "avant d'imprimer ce", "pensez à l'environnement", "sans virus.",
		"nicht der richtige adressat", "nicht der beabsichtigte empfänger", "diese e-mail enthält vertrauliche", "diese e-mail kann vertrauliche", "diese nachricht ist vertraulich", "irrtümlich erhalten", "virenfrei.", "wurde auf viren geprüft", "wurde auf viren untersucht", "bevor sie diese e-mail ausdrucken", "vor dem ausdrucken dieser",
		"se non siete il destinatario", "qualora non fosse il destinatario", "le informazioni contenute in questo messaggio", "le informazioni contenute nella presente", "ricevuto questo messaggio per errore", "prima di stampare questa", "privo di virus.", "esente da virus.",
		"se você não for o destinatário", "se você não é o destinatário", "se não for o destinatário", "esta mensagem pode conter informação confidencial", "esta mensagem pode conter informações", "recebeu esta mensagem por engano", "recebido por engano", "livre de vírus.", "antes de imprimir esta",
		"niet de beoogde ontvanger", "uitsluitend bestemd voor", "niet de geadresseerde", "ten onrechte ontvangen", "virusvrij.",
		"om du inte är den avsedda", "detta meddelande är konfidentiellt", "hvis du ikke er den rette modtager", "hvis du ikke er rette mottaker", "denne e-post kan inneholde konfidensiell", "jos et ole tarkoitettu vastaanottaja", "viesti on luottamuksellinen", "virusfri.", "virusfritt.",
		"nejste-li zamýšleným příjemcem", "není-li zamýšleným", "tato zpráva je důvěrná", "jeżeli nie jest pan", "jeśli nie jesteś adresatem", "wiadomość jest poufna", "wolna od wirusów.", "если вы не являетесь адресатом", "данное сообщение является конфиденциальным", "проверено на вирусы", "без вирусов.",
		"bu e-posta mesajı ve ekleri", "本邮件及其附件", "本電子郵件及", "此邮件可能包含", "このメールには機密", "本メールは機密", "본 메일은",
	)
	footerWeak = phrases(
		"confidential", "privileged", "public information act", "ferpa", "public record", "intended recipient", "disclos", "prohibited", "unauthorized", "unauthorised", "dissemination", "disclaimer", "attachments", "notify the sender", "delete this", "delete it", "any copies", "virus", "liability", "views expressed", "opinions expressed", "unsubscribe",
		"confidencial", "aviso legal", "destinatari", "prohibid", "proibid", "difusión", "notifi", "confidentiel", "destinataire", "vertraulich", "empfänger", "unbefugt", "riservat", "vietat", "vertrouwelijk", "konfidentiel", "konfidensiel", "luottamuksel", "důvěrn", "poufn", "конфиденц", "конфіденц",
	)
)

// isFooter tells whether a paragraph is a legal notice, a virus scanner's line or a mailing list's footer.
func isFooter(s string) bool {
	if len(s) < 12 || len(s) > 6000 {
		return false
	}
	s = strings.ToLower(s)
	if footerStrong.in(s) {
		return true
	}
	if len(s) < 80 {
		return false
	}
	return footerWeak.find(s, 3) == 3
}
