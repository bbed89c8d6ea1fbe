package compose

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"triaged/templates"
)

// inSpanish says a phrase in a mail of Monday.
func inSpanish(t testing.TB, s string) string {
	t.Helper()
	h := testHouse(t)
	d := &draft{say: tellerFor("es", monday, h), book: h.Texts.books["es"]}
	return d.words(s)
}

func TestPhrases(t *testing.T) {
	for _, c := range []struct{ english, want string }{
		{"", ""},
		{"the chart has no 1-9", "la tabla no tiene 1-9"},
		{"yours until 3:04 pm", "suya hasta: 15:04"},
		{"yours until Mon Mar 2, 3:04 pm", "suya hasta: lun 2 mar, 15:04"},
		{"resolved; your words went to María López", "resuelta; sus palabras se enviaron a María López"},
		{"Service Request, Instructional (was 1-4); planned work has a completion date: add it with the word schedule and the date",
			"Solicitud de servicio, Enseñanza (era 1-4); el trabajo planeado tiene fecha de término: póngala con la palabra schedule y la fecha"},
		{"SR-3 was resolved by Kim Tran: reopen it first", "SR-3 fue resuelta por Kim Tran: ábrala de nuevo primero"},
		{"SR-3 is withdrawn: reopen it first", "SR-3 está retirada: ábrala de nuevo primero"},
		{"Kim Tran has claimed it since: add ! to change that", "Kim Tran la tomó después: agregue ! para cambiarlo"},
		{"Kim Tran has given it to Ana Ruiz since: change it by hand", "Kim Tran se la dio a Ana Ruiz después: cámbielo a mano"},
		{"open, not categorized yet, with Kim Tran", "abierta, todavía sin categoría, con Kim Tran"},
		{"merged into SR-2", "unida a SR-2"},
		{"taken back: 1-3, open", "deshecho: 1-3, abierta"},
		{"waiting on the vendor until 2026-03-02", "en espera (proveedor) hasta: lun 2 mar"},
		{"1-3: the clock stands, waiting", "1-3: el reloj está detenido, en espera"},
		{"1-3 promises 3 working days from submission at Mon Mar 2, 9:00 am; due Thu Mar 5, 9:00 am",
			"1-3 promete 3 días hábiles desde que se envió: lun 2 mar, 09:00; su fecha es: jue 5 mar, 09:00"},
		{`there is no command "resolv": #help lists the commands (did you mean "resolve", with the number sign right before the command?)`,
			`no existe el comando "resolv": #help muestra los comandos (¿quiso decir "resolve", con el signo # justo delante del comando?)`},
		{`not a date: write it as 2026-03-02, or as "friday"`, `eso no es una fecha: escríbala como 2026-03-02, o como "friday"`},
		{"the chart has no waiting on the customer in category 3: there is vendor, district",
			"la tabla no tiene esa espera (quien la pidió) en la categoría 3: hay vendor, district"},
		{"Kim Tran opened it again and says: it hums; still", "Kim Tran la abrió de nuevo y dice: it hums; still"},
		{"Kim Tran gave it to you and says: open: the door", "Kim Tran se la dio a usted y dice: open: the door"},
		{"network, phones", "red, teléfonos"},
		{"like SR-81, 1-3", "como SR-81, 1-3"},
		{"like SR-81 and SR-97, both 1-3", "como SR-81 y SR-97, ambas 1-3"},
		{"Week of Mon Mar 2: 12 requests; targets met: 3 of 4", "Semana del lun 2 mar: 12 solicitudes; plazos cumplidos: 3 de 4"},
		{"From Mon Mar 2 to Sun Mar 8: 1 request.", "Del lun 2 mar al dom 8 mar: 1 solicitud."},
		{"Not all met: 1-3 4 of 5; 2-3 0 of 1.", "No todos se cumplieron: 1-3 4 de 5; 2-3 0 de 1."},
		{"Categorized in time: 9 of 12. Acknowledged in time: none due.", "Clasificadas a tiempo: 9 de 12. Respondidas a tiempo: ninguno vencía."},
		{"Open since Mon Mar 2: SR-3, no category.", "Abierta desde el lun 2 mar: SR-3, sin categoría."},
		{"a phrase that nobody knows", "a phrase that nobody knows"},
		{"My Own Category, My Own Priority", "My Own Category, My Own Priority"},
	} {
		if got := inSpanish(t, c.english); got != c.want {
			t.Errorf("%q is said as\n%q, want\n%q", c.english, got, c.want)
		}
	}
}

// TestEachPhraseIsFound fills in every phrase: none is taken for another.
func TestEachPhraseIsFound(t *testing.T) {
	b, err := templates.Files.ReadFile("shared/phrases.es.txt")
	if err != nil {
		t.Fatal(err)
	}
	english := ""
	for line := range strings.Lines(string(b)) {
		switch line = strings.TrimRight(line, "\n"); {
		case line == "" || strings.HasPrefix(line, "# "):
		case english == "":
			english = line
		default:
			head, want := "", ""
			if rest, ok := strings.CutPrefix(english, "…"); ok {
				english, head, want, line = rest, "resolved", "resuelta", strings.TrimPrefix(line, "…")
			}
			for i := 1; strings.Contains(english, "%"); i++ {
				english = strings.Replace(english, "%", "X"+itoa(i), 1)
			}
			for _, hole := range []string{"%2!", "%3!", "%2", "%3"} {
				line = strings.ReplaceAll(line, hole, "X"+hole[1:2])
			}
			for i := 1; strings.Contains(line, "%"); i++ {
				line = strings.Replace(strings.Replace(line, "%!", "%", 1), "%", "X"+itoa(i), 1)
			}
			if got := inSpanish(t, head+english); got != want+line {
				t.Errorf("%q is said as\n%q, want\n%q", head+english, got, want+line)
			}
			english = ""
		}
	}
}

func TestPhrasesRefused(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"there is no %\nno existe %2\n", "line 2"},
		{"noted\n", "is said in no other language"},
		{"noted\nanotado\n\nnoted\nanotada\n", "twice"},
	} {
		_, err := Parse(templates.Files, fstest.MapFS{"shared/phrases.es.txt": {Data: []byte(c.text)}})
		if err == nil || !strings.Contains(err.Error(), "shared/phrases.es.txt") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v", c.text, err)
		}
	}
}

// What people write is filled into phrases; however it looks, it costs little to find that it is no phrase.
func TestPhrasesOfHostileWords(t *testing.T) {
	const mostBytes = 1000
	for _, word := range []string{"a: ", "is ", "it. ", "a; ", "open, ", " has made it since: ", "% ", "(was "} {
		s := "Kim Tran gave it to you and says: " + strings.Repeat(word, mostBytes/len(word))
		if got := inSpanish(t, s); !strings.HasPrefix(got, "Kim Tran se la dio") {
			t.Errorf("%q", got)
		}
	}
}

// TestSpanishMailsAreSpanish looks for English words in every Spanish mail whose people write Spanish. The words to answer with,
// such as "for" and "all and later", are the same in all languages.
func TestSpanishMailsAreSpanish(t *testing.T) {
	english := regexp.MustCompile(`(?i)\b(the|is|was|were|are|has|have|of|with|from|your|yours|not|done|target|working|days|hours|request|answer|write|overdue|closed|yes|guess|likely|service|administrative)\b`)
	h := testHouse(t)
	seen := 0
	for _, s := range specimens() {
		if !strings.HasSuffix(s.name, ".es") {
			continue
		}
		seen++
		h.Desk = "Centro de atención"
		m := Material{Topic: "Proyector", Text: "No enciende.", Note: "Mañana.", Suggestions: s.material.Suggestions, Reports: s.material.Reports, Rows: slices.Clone(s.material.Rows)}
		for i := range m.Rows {
			m.Rows[i].Subject, m.Rows[i].Text, m.Rows[i].Suggestions = "Proyector", "No enciende.", slices.Clone(m.Rows[i].Suggestions)
			for k := range m.Rows[i].Suggestions {
				m.Rows[i].Suggestions[k].Because = nil
			}
		}
		for i := range m.Reports {
			m.Reports[i].Subject, m.Reports[i].Text = "Internet", "No hay."
		}
		got := render(t, s.letter, m, h)
		if words := english.FindAllString(got.Subject+"\n"+got.Text, -1); words != nil {
			t.Errorf("%s: has %q:\n%s", s.name, words, got.Text)
		}
	}
	if seen < 10 {
		t.Errorf("%d mails are Spanish", seen)
	}
}
