package message

import "strings"

// labels are the header labels of mail programs in the languages of a large district and of Europe.
var labels = labelTable(map[label]string{
	fromLabel: `from|von|de|da|van|från|fra|lähettäjä|od|nadawca|odesílatel|odosielateľ|от|от кого|отправитель|від|від кого|відправник
		|发件人|发件者|發件人|寄件者|寄件人|差出人|送信者|送信元|보낸 사람|보낸사람|발신|từ|người gửi|من|המאת|מאת|feladó|de la|expeditorul|expeditor
		|expéditeur|remitente|remetente|mittente|gönderen|kimden|από|saatja|nuo|pošiljatelj|šalje|absender|afzender|avsändare|afsender|avsender
		|dari|pengirim|จาก|frá|fra og med|от|nga|szerző|siuntėjas|sūtītājs|no|प्रेषक|daripada|mula kay|mula sa|از|فرستنده|од|kutoka|soti nan|প্রেরক|ਵੱਲੋਂ|ከ|remetent|nga kush`,
	dateLabel: `date|sent|sent on|date sent|datum|gesendet|gesendet am|envoyé|envoyé le|date d'envoi|fecha|fecha de envío|enviado|enviado el|enviada|enviada em
		|enviado em|enviada el|data|inviato|inviato il|data di invio|verzonden|verzonden op|skickat|sänt|sendt|dato|päivämäärä|päiväys|lähetetty|odesláno|odoslané|dátum
		|wysłano|wysłane|data wysłania|отправлено|дата|дата отправки|надіслано|відправлено|发送时间|发送日期|时间|日期|發送時間|傳送時間|寄件日期|傳送日期|送信日時|日時|日付|送信日
		|보낸 날짜|보낸날짜|날짜|đã gửi|gửi|ngày|ngày gửi|تاريخ الإرسال|التاريخ|تم الإرسال|أرسلت|נשלח|תאריך|elküldve|trimis|dată|data|poslano|poslané|gönderilen|gönderildi
		|gönderme tarihi|tarih|στάλθηκε|ημερομηνία|saadetud|kuupäev|išsiųsta|nosūtīts|tanggal|dikirim|terkirim|วันที่|ส่ง|sent date|dags|изпратено|दिनांक|भेजा|भेजा गया|तारीख|dihantar|tarikh|ipinadala|ipinadala noong|petsa|ارسال شده|تاریخ|زمان ارسال|بھیجا گیا|послато|датум|enviat|enviat el|imetumwa|tarehe|voye|dat|küldve|αποστολή|απεσταλμένα|gönderilme|أُرسل|أُرسلت|التاريخ والوقت|إرسال|ቀን`,
	toLabel: `to|an|à|a|para|aan|till|til|vastaanottaja|komu|do|pre|кому|до|получатель|одержувач|收件人|收件者|宛先|送信先|받는 사람|받는사람|수신|đến|tới|người nhận|إلى|אל|címzett|către|destinatarul
		|prima|za|kime|kime gönderildi|προς|destinataire|destinatario|destinatário|pour|kepada|ถึง|adresat|empfänger|kam|kam|saaja|sendt til|prejemnik|प्रति|para kay|para sa|به|گیرنده|بنام|за|per a|kwa|bay|alıcı|adressaat|প্রাপক|ለ`,
	subjectLabel: `subject|betreff|betrifft|objet|sujet|asunto|oggetto|assunto|onderwerp|ämne|emne|aihe|předmět|predmet|temat|тема|主题|主題|主旨|件名|题目|제목|chủ đề|tiêu đề|الموضوع|נושא|tárgy
		|subiect|subiectul|konu|θέμα|teema|tema|perihal|subjek|เรื่อง|naslov|efni|относно|विषय|zadeva|paksa|موضوع|предмет|наслов|assumpte|mada|sijè|tēma|বিষয়|ርዕስ`,
	otherLabel: `cc|bcc|cci|cco|ccn|copie à|copie|copia|cópia|con copia|kopie|kopie (cc)|kopi|kopia|kopio|kópia|másolat|másolatot kap|dw|udw|копия|копія|抄送|副本|cc:|참조|نسخة|עותק|bilgi|cc (kopi)
		|reply-to|reply to|antwort an|répondre à|responder a|risposta|rispondi a|svar til|svara till|antwoord aan|vastaus|odpowiedź-do|ответ-кому|кому відповісти|odpověď na|odgovori na|válaszcím
		|răspuns către|yanıt adresi|importance|priority|priorité|priorität|wichtigkeit|importancia|prioridad|attachments|attachment|anlagen|anlage|anhänge|pièces jointes|archivos adjuntos|datos adjuntos|adjuntos
		|allegati|bijlagen|bilagor|vedhæftede filer|vedlegg|liitteet|přílohy|załączniki|вложения|附件|添付ファイル|첨부 파일|organization|newsgroups|message-id|mailed-by|signed-by|envelope-to|when|where|resent-from|sender`,
})

func labelTable(lists map[label]string) map[string]label {
	all := map[string]label{}
	for kind, list := range lists {
		for _, w := range strings.Split(list, "|") {
			if w = strings.TrimSpace(w); w != "" && all[w] == noLabel {
				all[w] = kind
			}
		}
	}
	return all
}

// originalWords stand in dividers above a quoted mail, forwardWords in those above a forwarded one.
var (
	originalWords = phrases(
		"original message", "original appointment", "reply message", "previous message", "message below",
		"ursprüngliche nachricht", "originalnachricht", "urspruengliche nachricht", "ursprünglicher termin", "original-nachricht",
		"message d'origine", "message d’origine", "message original", "message initial", "mensaje original", "mensaje inicial", "mensagem original",
		"messaggio originale", "oorspronkelijk bericht", "originele bericht", "origineel bericht", "ursprungligt meddelande", "originalmeddelande", "originalmeddelelse", "oprindelig meddelelse",
		"original meddelelse", "opprinnelig melding", "original melding", "alkuperäinen viesti", "původní zpráva", "pôvodná správa", "oryginalna wiadomość",
		"wiadomość oryginalna", "treść oryginalnej wiadomości", "исходное сообщение", "оригинальное сообщение", "первоначальное сообщение", "оригінальне повідомлення", "вихідне повідомлення", "початкове повідомлення",
		"原始邮件", "原始郵件", "原邮件", "原始訊息", "回复的原邮件", "元のメッセージ", "元のメール", "オリジナルメッセージ", "원본 메시지", "원본 메일", "원본메일", "tin nhắn gốc", "thư gốc",
		"الرسالة الأصلية", "رسالة أصلية", "ההודעה המקורית", "הודעה מקורית", "eredeti üzenet", "mesaj original", "mesajul original", "özgün ileti", "orijinal mesaj",
		"orijinal ileti", "αρχικό μήνυμα", "izvorna poruka", "originalna poruka", "izvirno sporočilo", "originaal", "algkiri", "originali žinutė", "pesan asli", "ข้อความต้นฉบับ", "missatge original",
	)
	forwardWords = phrases(
		"forwarded message", "forwarded by", "begin forwarded", "fwd.msg", "forwarded email", "forwarded mail", "forward message",
		"weitergeleitete nachricht", "weitergeleitete mail", "weitergeleitete e-mail", "weitergeleitet von", "anfang der weitergeleiteten",
		"message transféré", "message transmis", "début du message", "message réexpédié", "courriel transféré", "e-mail transféré",
		"mensaje reenviado", "inicio del mensaje", "mensagem encaminhada", "mensagem reencaminhada", "início da mensagem", "reenviado por",
		"messaggio inoltrato", "inoltrato da", "doorgestuurd bericht", "doorgestuurd door", "vidarebefordrat", "vidarebefordrad", "videresendt", "videresend", "välitetty viesti",
		"edelleenlähetetty", "přeposlaná zpráva", "přeposílané zprávy", "přeposlaný", "preposlaná správa", "preposlanej správy", "przekazana wiadomość", "przekazanej wiadomości", "przekazywanej wiadomości", "wiadomość przekazana",
		"пересылаемое сообщение", "переадресованного сообщения", "перенаправленное сообщение", "пересланное сообщение", "переслане повідомлення", "перенаправлене повідомлення",
		"листа, що пересилається", "пересилається", "转发的邮件", "转发邮件", "轉寄郵件", "轉寄的郵件", "已轉寄", "轉寄的訊息", "转发的消息", "転送されたメッセージ", "転送メッセージ", "転送されたメール", "전달된 메시지", "전달된 메일", "전달 메시지",
		"thư đã chuyển tiếp", "thư được chuyển tiếp", "tin nhắn được chuyển tiếp", "الرسالة المعاد توجيهها", "رسالة معاد توجيهها", "הודעה שהועברה", "הועברה",
		"továbbított", "mesaj redirecționat", "mesajul redirecționat", "iletilen ileti", "iletilmiş mesaj", "ileti başlangıcı", "yönlendirilen", "προωθημένο μήνυμα",
		"転送", "转发", "轉寄", "轉發", "전달", "proslijeđen", "edastatud", "persiųst", "pārsūtīt", "pesan terusan", "ข้อความที่ส่งต่อ", "missatge reenviat",
	)
)

// isDivider tells a divider: the words between dashes, or Apple's "Begin forwarded message:" and Notes' "Forwarded by".
func isDivider(s string) bool { return dividerKind(s) != 0 }

// dividerKind returns 'o' for a divider above an original message, 'f' above a forwarded one, and 0 for other lines.
func dividerKind(s string) byte {
	if len(s) < 10 || len(s) > 200 {
		return 0
	}
	dashed := isDash(s, true)
	if !dashed && !strings.HasSuffix(s, ":") && !strings.HasSuffix(s, "：") {
		return 0
	}
	core := dividerCore(s)
	if dashed && !isDash(s, false) && len(core) > 60 || core == "" {
		return 0
	}
	core = strings.ToLower(core)
	switch {
	case forwardWords.in(core):
		if !dashed && strings.Count(core, " ") > 5 {
			return 0
		}
		return 'f'
	case dashed && originalWords.in(core):
		return 'o'
	case dashed && isDash(s, false) && strings.HasSuffix(core, " wrote"):
		return 'o' // Lotus Notes, Zoho
	}
	return 0
}

// dividerCore returns what stands between the dashes of a divider.
func dividerCore(s string) string {
	return strings.TrimFunc(s, func(r rune) bool {
		return isRuleRune(r) || isUnseen(r) || r == ':' || r == '：' || r == '>' || r == '<' || r == '|'
	})
}

// mayDivide tells a line of a few words between dashes, in whatever language: a divider if a header block follows.
func mayDivide(s string) bool {
	return len(s) >= 10 && len(s) <= 120 && isDash(s, true) && isDash(s, false) && len(dividerCore(s)) >= 4
}
