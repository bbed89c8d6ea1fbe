package bot

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"triaged/internal/config"
)

const wordsConfig = `
[desk]
address = "support@school.example"
authserv_id = "mx.school.example"

[[mailbox]]
address = "127.0.0.1:143"
security = "none"
username = "support"
password = "secret"

[smtp]
address = "127.0.0.1:25"
security = "none"

[notify]
operator = ["admin@school.example"]

[[staff]]
address = "ana@school.example"
role = "analyst"
`

// ownTemplates is a configuration with a folder of templates, given as names and texts in turn.
func ownTemplates(t *testing.T, files ...string) *config.Config {
	t.Helper()
	c, err := config.Parse("config.toml", []byte(wordsConfig))
	if err != nil {
		t.Fatal(err)
	}
	c.Desk.Templates = t.TempDir()
	for i := 0; i < len(files); i += 2 {
		path := filepath.Join(c.Desk.Templates, files[i])
		os.MkdirAll(filepath.Dir(path), 0o755)
		if err := os.WriteFile(path, []byte(files[i+1]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func TestOwnTemplatesAreChecked(t *testing.T) {
	for _, tt := range []struct{ file, text, want string }{
		{"digest/text.en.txt", "one\n{{.Foo}}\n", "digest/text.en.txt:2: there is no variable .Foo, for a mail with all it can say, see what the built-in one uses: triaged templates digest/text.en.txt"},
		{"digest/text.en.txt", "one\n\n{{if}}\n", "digest/text.en.txt:3: missing value for if"},
		{"digest/html.en.html", "<p>\n{{.Foo}}\n", "digest/html.en.html:2: there is no variable .Foo, for a mail"},
		{"digest/html.en.html", "<p>\n<a href='{{if .Rows}}'{{end}}\n", "digest/html.en.html:2: {{if}} branches end in different contexts"},
		{"shared/own.txt", "{{define \"x\"}}", "shared/own.txt:1: unexpected EOF"},
		{"digest/text.en.txt", "one\n#1-3\n", `"#1-3" would run as a command`},
		{"digest/text.fr.txt", "un\n", "digest/subject.fr.txt is missing"},
		{"digests/text.en.txt", "one\n", `no mail of the kind "digests" is sent`},
	} {
		c := ownTemplates(t, tt.file, tt.text)
		err := Vet(c)
		if err == nil {
			t.Errorf("%s: %q is accepted", tt.file, tt.text)
			continue
		}
		got := strings.ReplaceAll(err.Error(), c.Desk.Templates+"/", "")
		if !strings.Contains(got, tt.want) || strings.Count(got, "\n") > 0 {
			t.Errorf("%s\nwant %s", got, tt.want)
		}
	}
	if err := Vet(ownTemplates(t, "acknowledgement/subject.en.txt", "Thank you: {{.Mail.Topic}}\n", "README.md", "ours")); err != nil {
		t.Error(err)
	}
}
