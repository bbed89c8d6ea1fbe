package compose

import (
	"strings"
	"testing"
	"testing/fstest"

	"triaged/templates"
)

func own(files ...string) fstest.MapFS {
	m := fstest.MapFS{}
	for i := 0; i < len(files); i += 2 {
		m[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	return m
}

func TestLoadBuiltIn(t *testing.T) {
	texts, err := Load(templates.Files)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(texts.Languages(), " "); got != "en es" {
		t.Errorf("languages %s", got)
	}
	for _, k := range []Kind{Acknowledgement, Categorized, Resolved, Refusal, Confirmation} {
		if _, got, err := texts.choose(k, "es", []string{"en", "es"}); err != nil || got != "es" {
			t.Errorf("%s in Spanish: %s, %v", k, got, err)
		}
		if _, got, err := texts.choose(k, "es", []string{"en"}); err != nil || got != "en" {
			t.Errorf("%s in Spanish by a desk that writes none: %s, %v", k, got, err)
		}
	}
	if _, got, err := texts.choose(Operator, "", []string{"es"}); err != nil || got != "en" {
		t.Errorf("trouble of the bot's is told in %s, %v", got, err)
	}
	if _, got, err := texts.choose(Report, "", []string{"es"}); err != nil || got != "es" {
		t.Errorf("a report of a Spanish desk is in %s, %v", got, err)
	}
	for _, k := range Kinds {
		if _, got, err := texts.choose(k, "vi", []string{"fr", "en"}); err != nil || got != "en" {
			t.Errorf("%s for a language without templates: %s, %v", k, got, err)
		}
	}
}

// A desk's own files replace the built-in ones, one by one, and may add a language.
func TestLoadOwn(t *testing.T) {
	texts, err := Load(templates.Files, own(
		"acknowledgement/text.en.txt", "Got it: {{.Mail.Label}}.",
		"acknowledgement/subject.vi.txt", "{{.Mail.Topic}}",
		"acknowledgement/text.vi.txt", "Đã nhận {{.Mail.Label}}",
		"acknowledgement/html.vi.html", "<p>Đã nhận {{.Mail.Label}}</p>",
		"breach/subject.en.txt", "Late: {{.About}}",
		"breach/text.en.txt", "{{range .Lines}}{{.}}{{end}}",
		"breach/html.en.html", "{{range .Lines}}<p>{{.HTML}}</p>{{end}}",
		".git/config", "not ours",
	))
	if err != nil {
		t.Fatal(err)
	}
	h := testHouse(t)
	h.Texts = texts
	l := specimens()[0].letter
	if got := render(t, l, Material{}, h).Text; got != "Got it: SR-1.\n" {
		t.Errorf("text %q", got)
	}
	l.Language, h.Languages = "vi", append(h.Languages, "vi")
	if got := render(t, l, Material{}, h).Text; got != "Đã nhận SR-1\n" {
		t.Errorf("text %q", got)
	}
	if got := render(t, Letter{Kind: Breach, To: kim, At: monday, Plain: &PlainBody{Subject: "x", Lines: []string{"y"}}}, Material{}, h); got.Subject != "Late: x" || got.Text != "y\n" {
		t.Errorf("a kind with a folder of its own: %q, %q", got.Subject, got.Text)
	}
}

func TestLoadRefuses(t *testing.T) {
	for _, c := range []struct {
		about string
		files fstest.MapFS
		want  []string
	}{
		{"an unknown variable", own("digest/text.en.txt", "{{.Qeue}}"), []string{"digest/text.en.txt", "Qeue"}},
		{"an unknown variable in a branch", own("notice/html.en.html", "{{if .Left}}{{range .Left}}{{.Nme}}{{end}}{{end}}"), []string{"notice/html.en.html", "Nme"}},
		{"a syntax error", own("digest/text.en.txt", "{{if}}"), []string{"digest/text.en.txt", "missing value"}},
		{"half a language", own("digest/text.fr.txt", "x"), []string{"template digest/subject.fr.txt is missing"}},
		{"an empty text", own("digest/text.en.txt", "{{if .More}}more{{end}}"), []string{"templates digest, language en", "the text is empty"}},
		{"a line that would run", own("receipt/text.en.txt", "To take it back answer\n#undo\n"), []string{"templates receipt, language en", `"#undo" would run`}},
		{"an unknown folder", own("recept/text.en.txt", "x"), []string{`no mail of the kind "recept"`, "receipt"}},
		{"an unknown file", own("receipt/body.en.txt", "x"), []string{"receipt/body.en.txt", "text.en.txt"}},
		{"HTML that is not closed", own("receipt/html.en.html", "<a href=\"{{.Note}}"), []string{"receipt/html.en.html"}},
	} {
		_, err := Load(templates.Files, c.files)
		if err == nil {
			t.Errorf("%s: loaded", c.about)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error\n%v\nlacks %q", c.about, err, want)
			}
		}
	}
	if _, err := Load(own("receipt/subject.en.txt", "x", "receipt/text.en.txt", "x", "receipt/html.en.html", "x", "shared/layout.html", `{{define "layout"}}{{template "content" .}}{{end}}`)); err == nil || !strings.Contains(err.Error(), `no templates for the kind "digest"`) {
		t.Errorf("templates without a kind: %v", err)
	}
}
