package message

import "testing"

// deviceLines are what telephones and programs put below a mail.
var deviceLines = []string{
	"Sent from my iPhone", "Sent from my Verizon, Samsung Galaxy smartphone", "Get Outlook for iOS", "Get Outlook for Android<https://aka.ms/ghei36>", "Sent from Outlook for Android", "Sent from Mail for Windows", "Sent from Yahoo Mail on Android",
	"Sent from my Chromebook", "Sent via the Samsung Galaxy S24, an AT&T 5G smartphone", "Sent with Proton Mail secure email.", "Sent from my cell, please excuse any typos", "(sent from my phone)", "Please excuse brevity and typos",
	"Enviado desde mi iPhone", "Enviado desde mi Samsung Mobile de Telcel", "Enviado desde Correo para Windows", "Obtener Outlook para iOS<https://aka.ms/o0ukef>", "Enviado desde Outlook para Android",
	"Envoyé de mon iPhone", "Envoyé à partir d’Outlook pour Android", "Télécharger Outlook pour iOS", "Von meinem iPhone gesendet", "Gesendet von Outlook für Android", "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.",
	"Inviato da iPhone", "Inviato dal mio Galaxy", "Enviado do meu iPhone", "Enviado do Outlook para Android", "Verzonden vanaf mijn iPhone", "Verstuurd vanaf mijn iPhone", "Skickat från min iPhone", "Sendt fra min iPhone", "Lähetetty iPhonesta",
	"Odesláno z iPhonu", "Wysłane z iPhone'a", "Отправлено с iPhone", "Надіслано з iPhone", "发自我的iPhone", "從我的 iPhone 傳送", "iPhoneから送信", "나의 iPhone에서 보냄", "Đã gửi từ iPhone của tôi", "iPhone'umdan gönderildi", "मेरे iPhone से भेजा गया", "Ipinadala mula sa aking iPhone", "ارسال شده از آیفون من", "Enviat des del meu iPhone", "Obtén Outlook para Android", "Sent via the Samsung Galaxy S21 5G, an AT&T 5G smartphone", "أرسلت من الـ iPhone",
}

func TestDeviceLinesAreElided(t *testing.T) {
	for _, l := range deviceLines {
		checkTrim(t, "It works.\n\n"+l+"\n", "It works.")
		checkTrim(t, "It works.\n\n"+l+"\n\nOn Mon, Nov 23, 2026 at 9:10 AM Kim Tran <kim@school.example> wrote:\n\n> ok?\n", "It works.")
		checkTrim(t, "It works.\n\n-- \n"+l+"\n", "It works.")
	}
	for _, text := range []string{
		"My students cannot open the files that were sent from my Chromebook to the printer in the library yesterday.",
		"Mail was sent from the office twice, but it did not arrive in Outlook?",
		"Please check the camera on my iPad",
		"Get Outlook to work on her laptop, please, it has been asking for the password again and again",
		"The phone in room 12 is dead. I called from the office.",
		"Hello,\n\nfrom my iPad I cannot print.\n\nRosa",
		"Hello,\n\nSent the laptop back, but the phone still fails.\n\nRosa",
		"Hola,\n\ndesde mi iPad no puedo imprimir.",
		"It arrived.\n\nSent by mistake",
		"Hello,\n\nYahoo mail: login fails\n\nRosa",
	} {
		checkTrim(t, text, text)
	}
}

func TestSignaturesAreElided(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"delimiter", "It works.\n\n-- \nRosa Alvarez\nMaple Elementary\n555-010-2231\n", "It works."},
		{"delimiter without its space", "It works.\n--\nRosa\n", "It works."},
		{"signature above the quote", "It works.\n\n-- \nRosa\n\nOn Mon, Nov 23, 2026 at 9:10 AM Kim Tran <kim@school.example> wrote:\n> ok?\n", "It works."},
		{"signature below the quote", "It works.\n\nOn Mon, Nov 23, 2026 at 9:10 AM Kim Tran <kim@school.example> wrote:\n> ok?\n\n-- \nRosa\n", "It works."},
		{"rule and contacts", "It works.\n\n___________________\nRosa Alvarez\nMaple Elementary | 555-010-2231\nwww.maple.school.example\n", "It works."},
		{"formula and name stay", "It works.\n\nThanks,\nRosa\n", "It works.\n\nThanks,\nRosa"},
		{"contacts below the name go", "It works.\n\nThanks,\nRosa Alvarez\nMaple Elementary\n(555) 010-2231\nrosa@school.example\n", "It works.\n\nThanks,\nRosa Alvarez"},
		{"one contact stays", "It works.\n\nThanks,\nRosa Alvarez\nroom 12, (555) 010-2231\n", "It works.\n\nThanks,\nRosa Alvarez\nroom 12, (555) 010-2231"},
		{"dashed name", "It works.\n\n-Rosa Alvarez\n", "It works."},
		{"bullets are no names", "We need:\n\n-Two cables\n-A lamp", "We need:\n\n-Two cables\n-A lamp"},
		{"rules at the end", "It works.\n\n-----\n*****\n", "It works."},
		{"dashes in a fence", "```\n-- \nselect 1\n```\nThis is the query.", "```\n-- \nselect 1\n```\nThis is the query."},
		{"several things", "It works.\n\nRosa\n\nGet Outlook for iOS\n________________________________\nFrom: Kim Tran <kim@school.example>\nSent: Monday, November 23, 2026 9:10:11 AM\nTo: Rosa\nSubject: Projector\n\nok?\n", "It works.\n\nRosa"},
		{"empty", "", ""},
		{"blank lines", "\n \n\u200b\n", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { checkTrim(t, tt.text, tt.want) })
	}
}

func TestFootersAreElided(t *testing.T) {
	for _, footer := range []string{
		"CONFIDENTIALITY NOTICE: This e-mail and any attachments are for the sole use of the intended recipient.",
		"This email may contain confidential and privileged material. If you are not the intended recipient, please notify the sender\nand delete it. Any disclosure is prohibited.",
		"This email has been checked for viruses by Avast antivirus software.\nwww.avast.com", "Virus-free.www.avast.com", "Please consider the environment before printing this e-mail.",
		"AVISO DE CONFIDENCIALIDAD: este correo es para su destinatario.", "Si usted no es el destinatario de este mensaje, bórrelo.", "Si vous n'êtes pas le destinataire de ce message, merci de le détruire.", "Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Adressat sind, löschen Sie sie.",
		"Se non siete il destinatario, cancellate questo messaggio.", "Se você não for o destinatário desta mensagem, apague-a.", "Indien u niet de geadresseerde bent, wis dit bericht. U bent niet de geadresseerde.", "Если вы не являетесь адресатом, удалите это письмо.",
		"-- \nYou received this message because you are subscribed to the Google Groups \"tech\" group.\nTo unsubscribe from this group, send an email to tech+unsubscribe@school.example.",
		"_______________________________________________\nTech mailing list\ntech@school.example\nhttps://lists.school.example/tech",
	} {
		checkTrim(t, "It works.\n\n"+footer+"\n", "It works.")
		checkTrim(t, "It works.\n\nRosa\n\nSent from my iPhone\n\n"+footer+"\n", "It works.\n\nRosa")
	}
	for _, text := range []string{
		"Avast antivirus says that my laptop has a virus.",
		"Please scan the lab for viruses before the test.",
		"We need those mails for a Public Information Act request.",
		"CONFIDENTIALITY NOTICE: This e-mail is for the sole use of the intended recipient.",
		"Mimecast holds back mail from parents.",
		"Antes de imprimir sale un error.",
	} {
		checkTrim(t, text, text)
	}
}
