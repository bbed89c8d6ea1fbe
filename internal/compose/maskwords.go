package compose

import (
	"strings"
	"unicode"
)

func wordSet(words string) map[string]bool {
	all := map[string]bool{}
	for _, w := range strings.Fields(words) {
		all[w] = true
	}
	return all
}

// adverbs stand between "is" and the password.
var adverbs = wordSet("now still currently just again also ahora todavía aún actualmente")

// prepositions say whose password: "my password for the lab is …".
var prepositions = wordSet("for of on to at in de del para en")

// actions are what people ask to be done about a password: what follows is about them.
var actions = wordSet("reset resets change changes changed help issue issues problem problems request expired recovery update prompt " +
	"cambio cambiar restablecer restablecimiento problema ayuda vencida expirada")

// ordinary words are no passwords, even where one could stand.
var ordinary = wordSet("a about above account again all always am an and any as asking at attached back bad be because been before " +
	"being below blank blocked broken but by can cannot can't case change correct did didn't different disabled do does " +
	"doesn't don't due easy either email empty expired fine for forgotten from frozen gone good hard has hasn't have he help " +
	"her here his how i i'm if in incorrect invalid is isn't it it's its known locked login long lost me missing my n/a na need " +
	"needed needs never new no none not now of ok okay old on only or our out please prompt required reset rm room same saved " +
	"see sent set she short shown since so still stolen stuck strong student tbd temporary thank thanks that the their there " +
	"they this to too unable unknown up user username very via was we weak were what when where which who why will with won't " +
	"working wrong yes you your " +
	"actual al algo aula ayuda bloqueada cambió como con correcta correo cuando cuenta de del demasiado desconocida diferente " +
	"el ella en es esa esta está este expirada favor fue gracias hola igual inactiva incorrecta inválida invalida la larga las " +
	"lo los me mi misma muy necesito ni nueva número o olvidada para pero por porque que qué rechazada salón se segura ser si " +
	"sí sigue sin solo su también temporal tu un una usuario válida vencida vieja y ya yo")

// isOrdinary tells whether a word is one of everyday language, or by its ending a participle: "refused", "rechazada".
func isOrdinary(word string) bool {
	lower := strings.ToLower(strings.Trim(strings.ReplaceAll(word, "’", "'"), ".,;:!?()\"'”»"))
	if lower == "" || ordinary[lower] {
		return true
	}
	if word != lower || strings.ContainsFunc(lower, func(r rune) bool { return !unicode.IsLetter(r) }) {
		return false
	}
	for _, ending := range []string{"ing", "ed", "ada", "ado", "ida", "ido", "ando", "iendo"} {
		if len(lower) > len(ending)+2 && strings.HasSuffix(lower, ending) {
			return true
		}
	}
	return false
}

// isNumber tells whether a word is nothing but digits, and at least so many.
func isNumber(word string, atLeast int) bool {
	return len(word) >= atLeast && strings.Trim(word, "0123456789") == ""
}

// isAddress tells whether a word is a mail address: who has an account is no secret.
func isAddress(word string) bool {
	local, domain, ok := strings.Cut(word, "@")
	return ok && local != "" && strings.Contains(domain, ".") && strings.Trim(domain, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") == ""
}

// closing are the quotation marks that end what an opening one begins.
var closing = map[string]string{`"`: `"`, "“": "”", "‘": "’", "«": "»", "'": "'", "`": "`", "**": "**", "*": "*", "<": ">", "[": "]"}

// isOpening tells whether a word begins with a quotation mark.
func isOpening(word string) bool {
	inside, _ := quotedAt(word + `"`)
	return inside > 0 && word != ""
}

// quotedAt is the length of what is quoted at the beginning of s, and of the mark before it.
func quotedAt(s string) (inside, before int) {
	for _, mark := range []string{`"`, "“", "‘", "«", "'", "`", "**", "*", "<", "["} {
		if !strings.HasPrefix(s, mark) {
			continue
		}
		line, _, _ := strings.Cut(s[len(mark):], "\n")
		if end := strings.Index(line, closing[mark]); end > 0 && end <= 80 {
			return end, len(mark)
		}
	}
	return 0, 0
}
