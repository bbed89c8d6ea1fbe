package message

import "strings"

// wroteWords say "wrote" or "writes" in attributions. Forms such as "napsal(a)" are read as their first word.
var wroteWords = wordSet(`
	wrote writes
	schrieb schreibt geschrieben
	écrit ecrit
	escribió escribio escribe escrito escribiu escriure
	scritto scrive
	escreveu escreve
	schreef schrijft geschreven
	skrev skriver
	kirjoitti kirjoittaa
	napsal napsala napísal napísala napisal napisala píše pise
	napisał napisała napisali pisze
	написал написала написали пишет писал писала
	написав написала пише
	írta irta
	scris
	написа
	napisao
	yazdı yazmış
	έγραψε
	rašė parašė rakstīja kirjutas
	menulis tulis sumulat isinulat aliandika ekri
	viết
	idatzi
	skrifaði
	shkroi
	کتب نوشت کرد
	كتب كتبت
	כתב כתבה
`)

// wroteParts say the same in languages that set no space between words, or are too short a word to stand alone.
var wroteParts = phrases(
	"写道", "寫道", "写到", "寫到", "书写", "来信", "來信", "のメール", "のメッセージ", "書きました", "からのメール", "さんが",
	"작성", "님이 쓴", "쓴 글", "님의 말", "보낸 메일", "เขียน", "लिखा", "লিখেছেন", "ጻፈ", "రాసారు", "వ్రాసారు", "எழுதியது", "લખ્યું", "ਲਿਖਿਆ", "എഴുതി", "ಬರೆದಿದ್ದಾರೆ", "लेखे", "ရေးခဲ့", "لکھا", "بواسطة", "כתב/ה", "đã viết", "ezt írta",
)

// prepositions and weekdays begin attributions in which a date follows.
var prepositions = wordSet(`
	on at in
	am um
	le el il
	em no na dia
	op
	den d
	dne dňa dna dnia w
	ha la în pe dana
	στις
	vào lúc ngày
	pada noong mnamo
	a kl
	在 于 於
	في بتاريخ
	ב בתאריך
	zitat
`)

var weekdays = wordSet(`
	mon tue wed thu fri sat sun monday tuesday wednesday thursday friday saturday sunday
	mo di mi do fr sa so montag dienstag mittwoch donnerstag freitag samstag sonntag
	lun mar mer jeu ven sam dim lundi mardi mercredi jeudi vendredi samedi dimanche
	mié jue vie sáb dom lunes martes miércoles jueves viernes sábado domingo dl dt dc dj dv ds dg
	gio lunedì martedì mercoledì giovedì venerdì sabato domenica
	seg ter qua qui sex segunda terça quarta quinta sexta
	wo za zo maandag dinsdag woensdag donderdag vrijdag zaterdag zondag
	mån tis ons tors tor lör lør sön søn man tir måndag tisdag onsdag torsdag fredag lördag söndag mandag tirsdag lørdag søndag
	ma ti ke to pe la su maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai maanantaina tiistaina
	keskiviikkona torstaina perjantaina lauantaina sunnuntaina
	pondělí úterý středa čtvrtek pátek sobota neděle po út st čt pá so ne
	poniedziałek wtorek środa czwartek piątek niedziela pon wt śr czw pt sob niedz
	понедельник вторник среда четверг пятница суббота воскресенье пн вт ср чт пт сб вс
	понеділок середа четвер пʼятниця субота неділя нд
	hétfő kedd szerda csütörtök péntek szombat vasárnap
	luni marți miercuri joi vineri sâmbătă duminică
	pazartesi salı çarşamba perşembe cuma cumartesi pazar
`)

// quotingWords begin attributions that have no verb, such as "Quoting Kim <kim@school.example>:".
var quotingWords = wordSet(`
	quoting quote zitat zitiere citando citation citat citazione citação citerar cytowanie цитирование цитирую quotation
`)

// wordSet makes a set of the words of a text.
func wordSet(list string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(list) {
		set[w] = true
	}
	return set
}
