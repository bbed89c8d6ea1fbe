package intake

import "strings"

// thanks are the phrases of mail that needs nobody: whole texts, folded by plainWords, in English and Spanish.
var thanks = func() map[string]bool {
	set := map[string]bool{}
	for _, phrase := range []string{
		"thanks", "thank you", "thank you so much", "thank you very much", "thanks so much", "thanks a lot", "many thanks",
		"thanks again", "thank you again", "thx", "ty", "got it", "got it thanks", "got it thank you", "ok thanks",
		"ok thank you", "okay thanks", "okay thank you", "perfect thank you", "perfect thanks", "great thanks",
		"great thank you", "awesome thanks", "awesome thank you", "will do", "will do thanks", "received", "received thanks",
		"appreciate it", "much appreciated", "thanks for your help", "thank you for your help", "thanks for the help",
		"thank you for the quick response", "thanks for the quick response", "thank you for your quick response",
		"works now thanks", "works now thank you", "it works now thanks", "it works now thank you", "it s working now thanks",
		"all good", "all good thanks", "that worked thanks", "that worked thank you", "you re the best", "you rock",
		"gracias", "muchas gracias", "mil gracias", "gracias por su ayuda", "gracias por tu ayuda", "muchas gracias por su ayuda",
		"ok gracias", "listo gracias", "recibido", "recibido gracias", "perfecto gracias", "ya funciona gracias",
		"👍", "🙏", "❤️", "❤", "👍🏻", "👍🏼", "👍🏽", "👍🏾", "👍🏿",
	} {
		set[phrase] = true
	}
	return set
}()

// onlyThanks tells whether a text says nothing but thanks, or is a mail client's reaction. The author's own name below,
// or a greeting above, does not change that; any other word does, since nobody is told of a mail that only says thanks.
func onlyThanks(text, name string) bool {
	if len(text) > 400 {
		return false
	}
	if strings.ContainsAny(text, "?¿") {
		return false // "Received?" asks
	}
	said := false
	for line := range strings.Lines(strings.ToLower(text)) {
		words := plainWords(line)
		switch {
		case isReaction(words):
			said = true
		case words == "" || isGreeting(words) || allIn(words, plainWords(strings.ToLower(name))):
		case thanks[words] || thanks[firstLine(words)]:
			said = true
		default:
			return false
		}
	}
	return said
}

// isReaction tells whether a line is what Outlook or Gmail write when somebody taps a thumb: "Pat Lee reacted to your
// message". More words behind it are somebody's.
func isReaction(words string) bool {
	for _, end := range []string{" reacted to your message", " reacted via gmail", " reaccionó a tu mensaje", " reaccionó a su mensaje", " reaccionó mediante gmail"} {
		if who, ok := strings.CutSuffix(words, end); ok && strings.Count(who, " ") < 5 {
			return true
		}
	}
	return false
}

// firstLine drops a first name behind thanks: "thanks kim" is "thanks".
func firstLine(words string) string {
	before, last, ok := cutLast(words, " ")
	if !ok || len(last) > 12 || strings.ContainsAny(last, "0123456789") || !namelike[before] {
		return words
	}
	return before
}

// namelike are the thanks behind which a single word can only be a name.
var namelike = map[string]bool{"thanks": true, "thank you": true, "gracias": true, "muchas gracias": true, "many thanks": true}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

func isGreeting(words string) bool {
	first, rest, _ := strings.Cut(words, " ")
	switch first {
	case "hi", "hello", "hey", "hola", "dear", "buenos", "buenas":
		return strings.Count(rest, " ") <= 1
	}
	return false
}

func allIn(words, of string) bool {
	if of == "" {
		return false
	}
	for _, w := range strings.Fields(words) {
		if !strings.Contains(" "+of+" ", " "+w+" ") {
			return false
		}
	}
	return true
}

// plainWords keeps letters, digits and pictures, with single spaces between words.
func plainWords(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return strings.ContainsRune(" \t\r\n.,!;:'’\"()-–—*_~¡¿?", r)
	}), " ")
}
