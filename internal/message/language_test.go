package message

import "testing"

func TestLanguageOf(t *testing.T) {
	for text, want := range map[string]string{
		"The projector in room 12 does not start. Can you have a look, please?": "en",
		"Thanks!": "en",
		"My password has expired and I cannot log in.":                         "en",
		"El proyector del salón 12 no enciende. ¿Pueden revisarlo, por favor?": "es",
		"Gracias": "es",
		"No puedo entrar a mi correo desde ayer, necesito ayuda":                                  "es",
		"Hola, mi contraseña ya no sirve":                                                         "es",
		"Le projecteur de la salle 12 ne fonctionne pas, pouvez-vous venir le voir ? Merci":       "",
		"Der Beamer in Raum 12 geht nicht, können Sie bitte nach dem Kabel sehen?":                "",
		"O projetor da sala 12 não liga. Obrigado pela ajuda, isso é para uma aula com os alunos": "",
		"Проектор в классе 12 не работает":                                                        "",
		"SR-12":  "",
		"":       "",
		"12 1-3": "",
	} {
		if got := languageOf(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
