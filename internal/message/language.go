package message

import "unicode/utf8"

// maxLanguageBytes of a text are looked at to tell its language.
const maxLanguageBytes = 768

// languageOf tells the language of a text: "en", "es", or "" when there is too little to tell, or when it is another.
// Words that one of the two has and the other has not are counted; letters that only Spanish has count as well.
func languageOf(text string) string {
	if len(text) > maxLanguageBytes {
		text = text[:maxLanguageBytes]
	}
	var en, es, other, all int
	var buf [24]byte
	w := buf[:0]
	flush := func() {
		if len(w) == 0 {
			return
		}
		all++
		switch languageWords[string(w)] {
		case 'e':
			en++
		case 's':
			es++
		case 'o':
			other++
		}
		w = buf[:0]
	}
	for i := 0; i < len(text); {
		c := text[i]
		size := 1
		switch {
		case c >= 'a' && c <= 'z':
			w = appendShort(w, c)
		case c >= 'A' && c <= 'Z':
			w = appendShort(w, c+'a'-'A')
		case c < utf8.RuneSelf:
			flush()
		default:
			var r rune
			r, size = utf8.DecodeRuneInString(text[i:])
			switch r {
			case '¿', '¡':
				flush()
				es++
			case 'ñ', 'Ñ':
				es++
				w = appendShort(w, 'n')
			case 'á', 'Á':
				w = appendShort(w, 'a')
			case 'é', 'É':
				w = appendShort(w, 'e')
			case 'í', 'Í':
				w = appendShort(w, 'i')
			case 'ó', 'Ó':
				w = appendShort(w, 'o')
			case 'ú', 'Ú', 'ü', 'Ü':
				w = appendShort(w, 'u')
			default:
				if r >= 0x370 && r < 0x2000 || r >= 0x2e80 {
					other++
				}
				flush()
			}
		}
		i += size
	}
	flush()
	switch {
	case other > en && other > es:
		return ""
	case en >= 2*es+1 && en > other && (en >= 2 || all <= 3):
		return "en"
	case es >= 2*en+1 && es > other && (es >= 2 || all <= 3):
		return "es"
	case en > es+3:
		return "en"
	case es > en+3:
		return "es"
	}
	return ""
}

// appendShort adds a letter unless the word is longer than any that is looked up.
func appendShort(w []byte, c byte) []byte {
	if len(w) < cap(w) {
		w = append(w, c)
	}
	return w
}

// languageWords holds the words, without accents: 'e' for English, 's' for Spanish, 'o' for words that only other
// languages have and that keep their texts from passing for one of the two.
var languageWords = func() map[string]byte {
	words := map[string]byte{}
	for w := range wordSet(`the and is are was were have has had you your my we our they this that these those with from for not but please thanks thank hello hi dear can could
		would should will when what where which who how why about need needs help does did doesn don isn cannot been being their there here after before because any some
		just get got know working works work want would it its on of to or if at by as an be all new out up regards morning afternoon room computer printer password yes sorry issue broken screen`) {
		words[w] = 'e'
	}
	for w := range wordSet(`el los las una unos unas del al y es son esta este estan estos estas que con para por pero muy mas como cuando donde quien cual porque mi su sus nuestro nuestra
		yo nosotros usted ustedes ellos hola gracias buenos buenas dias tardes noches saludos favor necesito necesita necesitamos puedo puede pueden podria tengo tiene tenemos hay ser estar fue era han he hemos ha
		desde hasta sobre entre sin tambien ahora hoy ayer manana ya aun todavia nada algo todo todos cada otro otra aqui alli si no se le lo nos les ni senor senora maestra maestro
		computadora impresora contrasena clase escuela correo ayuda funciona sirve quiero estoy salon pantalla ordenador problema`) {
		words[w] = 's'
	}
	for w := range wordSet(`der die das und ist nicht ich sie wir ein eine mit auf fur von zu den dem bitte danke hallo le les des est et je vous nous dans pour pas avec une sur merci bonjour
		il che di non sono per con grazie ciao della nao voce obrigado obrigada uma com mais isso het een van niet voor met hij och att det som inte jag ikke og jeg har ei ja on olen se`) {
		switch words[w] {
		case 0:
			words[w] = 'o'
		case 's', 'e':
			delete(words, w) // says nothing
		}
	}
	return words
}()
