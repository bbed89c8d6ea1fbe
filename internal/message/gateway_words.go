package message

import (
	"strings"
)

// spellings brings the ways to write one thing together.
var spellings = strings.NewReplacer("’", "'", "e-mail", "email", "courriel", "email", " | ", " ", "*", "", " :", ":")

// alarms are the words that stand before a banner.
var alarms = setOf(
	"caution", "warning", "attention", "notice", "alert", "important", "note", "external", "ext", "security",
	"beware", "achtung", "vorsicht", "warnung", "hinweis",
	"avertissement", "prudence", "mise", "precaución", "precaucion", "advertencia", "atención", "atencion", "aviso",
	"cuidado", "attenzione", "avviso", "let", "opgelet", "atenção", "waarschuwing", "extern", "externe", "externo",
)

// warnings are beginnings of what gateways say of mail from outside, as foldSentence leaves them.
var warnings = []string{
	"this email originated", "this message originated", "this email has originated", "this message has originated",
	"email originated from outside", "email originated outside", "message originated from outside",
	"this email was sent from outside", "this message was sent from outside", "this email was sent from an external",
	"this message was sent from an external", "this email was sent by someone outside",
	"this email came from outside", "this message came from outside", "this email comes from outside",
	"this message comes from outside", "this email came from an external", "this message came from an external",
	"this email is from outside", "this message is from outside", "this email is from an external",
	"this message is from an external", "this is an external email", "this is an external message",
	"this email has been sent from outside", "this email has been received from outside",
	"this email was received from outside", "this mail originated", "this mail came from outside",
	"originated from outside", "originated outside",
	"this sender is external", "this sender is from outside", "the sender of this email is external",
	"the sender of this message is external", "sender is outside", "external email:", "external sender:",
	"email from outside",
	"external email do not", "external email - ", "external message - ", "external sender - ",
	"message from external sender", "email from external sender", "external email use caution",
	"external email exercise caution",
	"you don't often get email from", "you do not often get email from",
	"some people who received this message don't often get email from", "you haven't received email from",
	"this sender might be impersonating",
	"we could not verify the identity of the sender", "this message was sent from a non-",
	"this email was sent from a non-", "the following message came from outside",
	"the following email came from outside",
	// German
	"diese email stammt von", "diese email kommt von au", "diese email wurde von au",
	"diese nachricht stammt von au", "diese nachricht kommt von au", "diese nachricht wurde von au",
	"diese mail kommt von au", "diese mail stammt von au",
	"externe email", "sie erhalten nicht oft", "sie erhalten nicht häufig", "email von extern",
	"diese email ist von extern", "diese email wurde von einem externen",
	// French
	"ce email provient de l'ext", "cet email provient de l'ext", "ce message provient de l'ext",
	"ce message provient d'un exp", "cet email provient d'un exp", "ce email provient d'un exp",
	"ce message vient de l'ext", "email externe",
	"vous ne recevez pas souvent", "vous n'obtenez pas souvent", "expéditeur externe",
	"cet email a été envoyé de l'ext", "ce message a été envoyé de l'ext", "cet email a été envoyé depuis l'ext",
	// Spanish
	"este correo se originó fuera", "este correo electrónico se originó", "este correo se ha originado fuera",
	"este correo electrónico se ha originado", "este mensaje se originó fuera", "este mensaje se ha originado fuera",
	"este correo proviene de fuera", "este correo electrónico proviene de fuera", "este mensaje proviene de fuera",
	"este correo proviene de un", "este correo electrónico proviene de un", "este mensaje proviene de un",
	"este correo fue enviado desde fuera", "este correo electrónico fue enviado desde fuera", "correo externo",
	"correo electrónico externo", "no suele recibir correo", "no recibe a menudo correo", "no suele obtener correo",
	// Italian, Portuguese, Dutch
	"questa email proviene dall'est", "questo messaggio proviene dall'est", "questa email proviene da un mitt",
	"non si ricevono spesso", "email esterna", "este email foi originado fora", "este email foi enviado de fora",
	"esta mensagem foi enviada de fora",
	"este email é de um remetente ext", "você não costuma receber", "não costuma receber",
	"deze email is afkomstig van buiten", "dit bericht is afkomstig van buiten", "deze email komt van buiten",
	"u ontvangt niet vaak", "je ontvangt niet vaak",
}

var advice = []string{
	"do not click", "don't click", "do not open", "don't open", "please do not click", "please don't click",
	"please do not open", "never click", "never open", "do not follow", "do not reply", "do not respond",
	"do not enter", "do not provide", "do not share",
	"think before", "stop and think", "stop. think", "use caution", "please use caution", "exercise caution",
	"please exercise caution", "be cautious", "please be cautious", "be careful", "please be careful", "take care",
	"beware", "use care",
	"unless you", "if you are unsure", "if you're unsure", "if unsure", "if in doubt", "when in doubt",
	"if you are not sure", "if you believe", "if you suspect", "if this", "if you do not recognize",
	"if you don't recognize", "if the sender",
	"verify the sender", "please verify", "always verify", "check the sender", "confirm the sender", "make sure you",
	"ensure you", "report any", "report suspicious", "please report", "forward suspicious", "contact the help",
	"contact your",
	"learn why this is important", "why is this important", "learn more", "at the time of", "it may contain",
	"treat ", "links and attachments", "attachments and links", "only open", "only click", "recognize the sender",
	"klicken sie", "öffnen sie", "bitte klicken", "bitte öffnen", "seien sie vorsichtig", "erfahren sie, warum",
	"weitere informationen, warum", "prüfen sie", "bitte prüfen", "bitte seien",
	"ne cliquez", "n'ouvrez", "veuillez ne pas", "soyez prudent", "découvrez pourquoi", "pourquoi c'est important",
	"faites preuve", "no haga clic", "no abra", "no haga click", "por favor no", "tenga cuidado", "tenga precaución",
	"descubra por qué", "por qué es esto importante", "obtenga información",
	"non fare clic", "non cliccare", "non aprire", "prestare attenzione", "informazioni sul perché", "não clique",
	"não abra", "tenha cuidado", "saiba por que", "klik niet", "klik geen", "open geen",
	"meer informatie over waarom", "wees voorzichtig",
}

// outside says of the mail itself that it is from elsewhere: with it, advice alone is a banner.
var outside = phrases(
	"email came from outside", "message came from outside", "email comes from outside", "message comes from outside", "email originated", "message originated",
	"email is from outside", "message is from outside", "email is from an external", "message is from an external", "it is from an external",
	"email was sent from outside", "message was sent from outside", "correo proviene de fuera", "correo se originó fuera",
)

// footers are beginnings of lines, in lower case.
var footers = []string{
	"you received this message because you are subscribed to the google groups",
	"you received this message because you are subscribed to",
	"to unsubscribe from this group", "to unsubscribe from this list", "to unsubscribe send", "to unsubscribe, send",
	"has recibido este mensaje porque estás suscrito", "sie erhalten diese nachricht, weil",
	"this email has been checked for viruses", "this e-mail has been checked for viruses",
	"this email has been scanned", "this e-mail has been scanned", "this message has been scanned",
	"this message was scanned",
	"this email was scanned", "this mail has been scanned", "scanned by ", "virus-free.", "virus-free ",
	"no virus found in this", "checked by avg", "information from eset", "checked by eset", "the message was checked by eset", "this email is free from viruses",
	"this message is free from viruses",
	"avast logo", "image: avast", "image: icon]", "click here to report this email as spam",
	"diese e-mail wurde von avast", "diese e-mail wurde auf viren", "virenfrei.", "l'absence de virus",
	"garanti sans virus", "sans virus.",
	"este correo electrónico ha sido comprobado", "este mensaje ha sido analizado", "libre de virus.",
	"el software de antivirus", "questa e-mail è stata controllata", "privo di virus.", "este e-mail foi verificado",
	"livre de vírus.",
	"dit e-mailbericht is gecontroleerd", "virusvrij.", "virusfri.", "denna e-post har",
}
