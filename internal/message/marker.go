package message

import "strings"

// The lines that the desk's own mails begin with, so that what stands below them is known to be quoted. A line counts
// as a marker if it contains the words between dashes, in any case and however a mail program has wrapped it in quote
// marks; those of other ticket systems count as well.
const (
	ReplyMarker        = "-- reply above this line --"
	ReplyMarkerSpanish = "-- responda por encima de esta línea --"
)

// markerWords are what is between the dashes of such lines, here and in other ticket systems.
var markerWords = phrases(
	"reply above this line", "reply above the line", "type your reply above", "write above this line", "reply above this dashed line",
	"responda por encima de esta línea", "responda por encima de esta linea", "responda encima de esta línea",
	"responda arriba de esta línea", "responda sobre esta línea", "escriba su respuesta por encima", "escriba su respuesta arriba",
	"répondre au-dessus de cette ligne", "répondez au-dessus de cette ligne", "antworten sie oberhalb dieser", "oberhalb dieser linie antworten",
	"responda acima desta linha", "antwoord boven deze lijn", "typ je antwoord boven deze", "rispondi sopra questa linea",
)

// isReplyMarker tells whether a line is a marker: the words, with at least two dashes or the like on both sides.
func isReplyMarker(s string) bool {
	if len(s) < 12 || len(s) > 300 || !isDash(s, true) || !isDash(s, false) {
		return false
	}
	return markerWords.in(strings.ToLower(s))
}

// isDash tells whether a line begins (or ends) with characters that rules are drawn with, emphasis aside.
func isDash(s string, front bool) bool {
	n := 0
	for s != "" && n < 2 {
		var r rune
		r, s = cutRune(s, front)
		switch {
		case isRuleRune(r):
			n++
		case r != ' ' && r != 0xa0 && r != '>':
			return false
		}
	}
	return n == 2
}
