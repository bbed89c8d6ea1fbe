package compose

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestMask(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		// Labels.
		{"Password: Summer2024!", "Password: ********"},
		{"password:hunter2, thanks", "password:********, thanks"},
		{"PASSWORD = tiger", "PASSWORD = ********"},
		{"user: mlopez pass: Tiger24 room 214", "user: mlopez pass: ******** room 214"},
		{"User/password: mlopez / Tiger24", "User/password: ********"},
		{"pw -> Blue42", "pw -> ********"},
		{"Password: Blue Tiger 42. It fails.", "Password: ********. It fails."},
		{"Password:\nTiger24\nThanks", "Password:\n********\nThanks"},
		{"Password:\r\n\r\nTiger24\r\n", "Password:\r\n\r\n********\r\n"},
		{"Contraseña: Otoño2025", "Contraseña: ********"},
		{"clave: 4711", "clave: ********"},
		{"Contraseña：Hola123", "Contraseña：********"},

		// Sentences.
		{"my password is Tiger and it fails", "my password is ******** and it fails"},
		{"My password is: \"Blue Tiger\".", "My password is: \"********\"."},
		{"my password for the lab is 48210 I think", "my password for the lab is ******** I think"},
		{"The password for Canvas is still Tiger24.", "The password for Canvas is still ********."},
		{"the temp password given was tiger99!", "the temp password given was ********"},
		{"Please change my password to Fall2025!", "Please change my password to ********"},
		{"password changed from Spring2025 to Fall2025", "password changed from ********"},
		{"Tiger24 is my password", "******** is my password"},
		{"I think “Tiger24!” is my new password", "I think “********” is my new password"},
		{"my password, Tiger24, does not work", "my password, ********, does not work"},
		{"password Tiger24", "password ********"},
		{"password 'blue tiger' does nothing", "password 'blue tiger' does nothing"},
		{"mi contraseña es girasol y no entro", "mi contraseña es ******** y no entro"},
		{"mi clave de acceso es Sol2025.", "mi clave de acceso es ********."},
		{"Sol2025 es mi contraseña", "******** es mi contraseña"},
		{"my PIN is 4711, the door stays shut", "my PIN is ********, the door stays shut"},
		{"PIN: 123456", "PIN: ********"},
		{"two: password: one1 and password: two2", "two: password: ******** and password: ********"},

		// Not passwords.
		{"my password is not working", "my password is not working"},
		{"My password is expired and my room number is 214", "My password is expired and my room number is 214"},
		{"my password is being refused", "my password is being refused"},
		{"Password reset for user jsmith2", "Password reset for user jsmith2"},
		{"Password reset: Juan Perez", "Password reset: Juan Perez"},
		{"Password: please reset it", "Password: please reset it"},
		{"I forgot my password. My room is 214B", "I forgot my password. My room is 214B"},
		{"password to my computer is wrong", "password to my computer is wrong"},
		{"the password prompt on laptop 12 is frozen", "the password prompt on laptop 12 is frozen"},
		{"password link: https://reset.school.example/x?y=1", "password link: https://reset.school.example/x?y=1"},
		{"password of maria@school.example", "password of maria@school.example"},
		{"mi contraseña no funciona", "mi contraseña no funciona"},
		{"mi contraseña es incorrecta", "mi contraseña es incorrecta"},
		{"la clave es que no enciende", "la clave es que no enciende"},
		{"pin 3 of the plug is bent", "pin 3 of the plug is bent"},
		{"the pin is broken", "the pin is broken"},
		{"boarding pass to Dallas", "boarding pass to Dallas"},
		{"hall pass Tiger24", "hall pass Tiger24"},
		{"passwords", "passwords"},
		{"password:", "password:"},
		{"", ""},
	} {
		if got := Mask(c.text); got != c.want {
			t.Errorf("Mask(%q)\n got %q\nwant %q", c.text, got, c.want)
		}
	}
}

// What is masked once stays as it is, and nothing but passwords changes.
func TestMaskProperties(t *testing.T) {
	piece := rapid.SampledFrom([]string{
		"password", "contraseña", "PIN", "pass", "is", ":", "=", "Tiger24", "my", "\n", " ", " ", "\"", "/", "é", "\xff", "to", ".", "4711",
	})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(piece, 0, 40).Draw(t, "text"), "")
		once := Mask(text)
		if strings.Count(once, "\n") < strings.Count(text, "\n") {
			t.Errorf("lines are lost: %q became %q", text, once)
		}
		if !strings.Contains(strings.ToLower(text), "pass") && !strings.Contains(text, "contraseña") && !strings.Contains(text, "PIN") && once != text {
			t.Errorf("%q became %q", text, once)
		}
	})
}

// The worst text for Mask is one of nothing but mentions.
func BenchmarkMaskMentions(b *testing.B) {
	text := strings.Repeat("password/", 2000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Mask(text)
	}
}

func BenchmarkMask(b *testing.B) {
	text := strings.Repeat(projector, 20)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Mask(text)
	}
}

func FuzzMask(f *testing.F) {
	f.Add("my password is Tiger24 and Password:\n\"Blue\"")
	f.Fuzz(func(t *testing.T, text string) { Mask(text) })
}
