package config

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"triaged/internal/chart"
	"triaged/internal/suggest"
	"triaged/internal/worktime"
)

var update = flag.Bool("update", false, "write config.example.toml anew")

const exampleFile = "../../config.example.toml"

func TestExampleIsCommitted(t *testing.T) {
	if *update {
		if err := os.WriteFile(exampleFile, Example(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	committed, err := os.ReadFile(exampleFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(committed), string(Example())); diff != "" {
		t.Errorf("config.example.toml is not what the struct says; write it anew with go test ./internal/config -update\n%s", diff)
	}
}

func TestExampleLoads(t *testing.T) {
	if _, err := Parse("config.toml", Example()); err == nil {
		t.Error("without passwords the example should be refused")
	}
	c, err := Parse("config.toml", withPasswords(Example()))
	if err != nil {
		t.Fatal(err)
	}
	want := sample()
	want.location, want.chart, want.calendar, want.staffed, want.reviews = c.location, c.chart, c.calendar, c.staffed, c.reviews
	want.lexicon, want.outages, c.windows = c.lexicon, c.outages, nil // compiled from Testing, and tried in TestTestingWindows
	want.resolve(".")
	want.Mailboxes[0].Password, want.SMTP.Password = NewSecret("pa"), NewSecret("pa")
	empty := func(p cmp.Path) bool { return p.Last().Type() == reflect.TypeFor[[]string]() }
	same := cmp.FilterPath(empty, cmp.Comparer(func(a, b []string) bool { return strings.Join(a, "\n") == strings.Join(b, "\n") }))
	if diff := cmp.Diff(want, c, cmp.AllowUnexported(Config{}, Secret{}, origin{}), cmp.Comparer(sameLocation), cmp.Comparer(samePointer[chart.Chart]), cmp.Comparer(samePointer[suggest.Lexicon]), cmp.Comparer(samePointer[suggest.Outages]),
		cmp.Comparer(samePointer[worktime.Calendar]), cmp.Comparer(samePointer[worktime.Reviews]), same); diff != "" {
		t.Error(diff)
	}
}

func withPasswords(example []byte) []byte {
	return bytes.ReplaceAll(example, []byte("\npassword = \"\""), []byte("\npassword = \"pa\""))
}

// Whatever the example shows commented out is a key, too, and every key has a comment.
func TestExampleShowsEveryKey(t *testing.T) {
	var lines []string
	for line := range strings.Lines(string(withPasswords(Example()))) {
		if after, found := strings.CutPrefix(line, "#"); found && !strings.HasPrefix(after, " ") {
			line = after
		}
		lines = append(lines, line)
	}
	_, err := Parse("config.toml", []byte(strings.Join(lines, "")))
	for line := range strings.Lines(err.Error()) {
		if !strings.Contains(line, "stands beside") && !strings.Contains(line, ".token_url: ") {
			t.Errorf("%s", line)
		}
	}
	for key, words := range fieldComments() {
		if strings.TrimSpace(words) == "" && ast.IsExported(key[strings.IndexByte(key, '.')+1:]) {
			t.Errorf("%s has no comment", key)
		}
	}
}

func TestReviewHoursAreWritten(t *testing.T) {
	for text, hours := range map[string]ReviewHours{`"odd"`: OddHours(), "[7, 9, 11]": {7, 9, 11}} {
		if got := tomlValue(reflect.ValueOf(hours)); got != text {
			t.Errorf("%v is written %s", hours, got)
		}
	}
}

// write puts files of the given modes into a fresh folder.
func write(t *testing.T, files map[string]string, mode os.FileMode) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil { // whatever the umask
			t.Fatal(err)
		}
	}
	return dir
}

func TestLoadPasswords(t *testing.T) {
	t.Setenv("TRIAGED_TEST_PASSWORD", "from the environment")
	text := strings.Replace(small, `password = "pa"`, `password_file = "pw"`, 1)
	text = strings.Replace(text, "[notify]", "username = \"bot\"\npassword_env = \"TRIAGED_TEST_PASSWORD\"\n[notify]", 1)
	dir := write(t, map[string]string{"config.toml": text, "pw": " from a file \r\nsecond line\n"}, 0o600)
	c, err := Load(filepath.Join(dir, "config.toml"))
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Mailboxes[0].Password.Reveal(); got != " from a file " {
		t.Errorf("the mailbox has %q", got)
	}
	if got := c.SMTP.Password.Reveal(); got != "from the environment" {
		t.Errorf("smtp has %q", got)
	}
	if len(c.Warnings) > 0 {
		t.Error(c.Warnings)
	}
}

// A secret comes from wherever one of the keys says, and a client secret as a password does.
func TestLoadSecrets(t *testing.T) {
	dir := write(t, map[string]string{"pw": "from a credential\n", "show": "#!/bin/sh\necho 'from a command'; echo more\n"}, 0o700)
	t.Setenv("CREDENTIALS_DIRECTORY", dir)
	t.Setenv("TRIAGED_TEST_PASSWORD", "from the environment")
	for key, want := range map[string]string{
		`password_credential = "pw"`:             "from a credential",
		`password_command = ["./show"]`:          "from a command",
		`password_command = ["echo", "a b"]`:     "a b",
		`password_env = "TRIAGED_TEST_PASSWORD"`: "from the environment",
	} {
		oauth2 := fmt.Sprintf("oauth2 = { provider = \"google\", client_id = \"a\", %s }", strings.Replace(key, "password", "client_secret", 1))
		for text, got := range map[string]func(*Config) Secret{
			key:    func(c *Config) Secret { return c.Mailboxes[0].Password },
			oauth2: func(c *Config) Secret { return c.Mailboxes[0].OAuth2.ClientSecret },
		} {
			path := filepath.Join(dir, "config.toml")
			if err := os.WriteFile(path, []byte(strings.Replace(small, `password = "pa"`, text, 1)), 0o600); err != nil {
				t.Fatal(err)
			}
			c, err := Load(path)
			if err != nil {
				t.Fatal(err)
			}
			if s := got(c).Reveal(); s != want {
				t.Errorf("%s gives %q", text, s)
			}
			if c, err = LoadPublic(path); err != nil || !got(c).IsEmpty() {
				t.Errorf("%s: read for somebody who does not log in; %v", text, err)
			}
		}
	}
}

// What a command or a file says besides the secret is in no error, and nor is the secret.
func TestNoProblemTellsASecret(t *testing.T) {
	t.Setenv("CREDENTIALS_DIRECTORY", "")
	for text, want := range map[string]string{
		`password_credential = "pw"`: `config.toml:8: mailbox.password_credential: cannot read the credential pw: the service manager ` +
			`handed over none ($CREDENTIALS_DIRECTORY is not set)`,
		`password_credential = "../pw"`: `config.toml:8: mailbox.password_credential: "../pw" is not the name of a credential, write ` +
			`what stands between LoadCredential= and the colon`,
		`password_command = ["sh", "-c", "echo hunter2; echo hunter2 >&2; exit 3"]`: `config.toml:8: mailbox.password_command: ` +
			`cannot read sh: it ended with exit status 3: run it by hand, as the bot's user, to see why`,
		`password_command = ["true"]`: `config.toml:8: mailbox.password_command: true is empty, put the secret in its first line`,
		`password_command = ["no-such-program"]`: `config.toml:8: mailbox.password_command: cannot read no-such-program: ` +
			`"no-such-program": executable file not found in $PATH`,
		"password = \"hunter2\"\npassword_env = \"PA\"": `config.toml:9: mailbox.password_env: stands beside password, keep one of them`,
	} {
		t.Chdir(write(t, map[string]string{"config.toml": strings.Replace(small, `password = "pa"`, text, 1)}, 0o600))
		_, err := Load("config.toml")
		if err == nil || err.Error() != want {
			t.Errorf("%s: error %v", text, err)
		}
	}
}

// A password in a file that everybody can read is none, unless all it opens is on this machine.
func TestInlineSecrets(t *testing.T) {
	near := strings.ReplaceAll(small, "imap.school.example:993", "127.0.0.1:993")
	const remedy = "stands in a file that everybody can read, mend it with: chmod 600 config.toml"
	for text, want := range map[string]string{
		small: "config.toml:8: mailbox.password: " + remedy,
		near:  "",
		strings.Replace(near, "[notify]", "username = \"a\"\npassword = \"hunter2\"\n[notify]", 1): "config.toml:14: smtp.password: " + remedy,
	} {
		t.Chdir(write(t, map[string]string{"config.toml": text}, 0o644))
		c, err := Load("config.toml")
		if (err != nil || want != "") && (err == nil || err.Error() != want) {
			t.Errorf("error %v", err)
		}
		if want == "" && len(c.Warnings) != 1 {
			t.Errorf("warnings %v", c.Warnings)
		}
	}
}

func TestLoadMistakes(t *testing.T) {
	inFile := strings.Replace(small, `password = "pa"`, `password_file = "pw"`, 1)
	for _, tt := range []struct {
		name  string
		text  string
		files map[string]string
		mode  os.FileMode
		want  string
	}{
		{"shared", inFile, map[string]string{"pw": "pa"}, 0o640,
			`config.toml:8: mailbox.password_file: pw can be read by others, mend it with: chmod 600 pw`},
		{"shared with the world", inFile, map[string]string{"pw": "pa"}, 0o604,
			`config.toml:8: mailbox.password_file: pw can be read by others, mend it with: chmod 600 pw`},
		{"missing", inFile, nil, 0o600,
			`config.toml:8: mailbox.password_file: cannot read pw: no such file or directory`},
		{"empty", inFile, map[string]string{"pw": "\npa"}, 0o600,
			`config.toml:8: mailbox.password_file: pw is empty, put the secret in its first line`},
		{"environment", strings.Replace(small, `password = "pa"`, `password_env = "TRIAGED_NOT_SET"`, 1), nil, 0o600,
			`config.toml:8: mailbox.password_env: the environment variable TRIAGED_NOT_SET is not set`},
		{"certificates", strings.Replace(small, `password = "pa"`, "password = \"pa\"\nca_file = \"ca.pem\"", 1),
			map[string]string{"ca.pem": "not one"}, 0o600,
			`config.toml:9: mailbox.ca_file: no certificate in ca.pem, it must be in PEM form`},
		{"directory and chart", strings.Replace(small, "authserv_id", "directory = \"people.csv\"\nchart = \"chart.toml\"\nauthserv_id", 1), nil, 0o600,
			"config.toml:3: desk.directory: cannot read people.csv: no such file or directory\n" +
				"config.toml:4: desk.chart: cannot read chart.toml: no such file or directory"},
		{"chart", strings.Replace(small, "authserv_id", "chart = \"chart.toml\"\nauthserv_id", 1),
			map[string]string{"chart.toml": "procedure = \"X\"\ncategories = 3\n"}, 0o600,
			"chart.toml:2: unknown key \"categories\": did you mean \"category\"?"},
		{"lexicon", strings.Replace(small, "authserv_id", "lexicon = \"words.toml\"\nauthserv_id", 1),
			map[string]string{"words.toml": "\n[concept.projecter]\nen = [\"zorblax\"]\n"}, 0o600,
			"words.toml:2: no rule asks for concept \"projecter\" or a group of it, did you mean \"projector\"?"},
		{"outages", strings.Replace(small, "authserv_id", "outages = \"words.toml\"\nauthserv_id", 1),
			map[string]string{"words.toml": "\n[concept.clearboard]\nen = [\"clearboard\"]\n"}, 0o600,
			"words.toml:2: concept \"clearboard\" is in no group: give it is = [\"service\"] if it can be down"},
		{"no lexicon", strings.Replace(small, "authserv_id", "lexicon = \"words.toml\"\nauthserv_id", 1), nil, 0o600,
			"config.toml:3: desk.lexicon: cannot read words.toml: no such file or directory"},
		{"empty chart", strings.Replace(small, "authserv_id", "chart = \"chart.toml\"\nauthserv_id", 1),
			map[string]string{"chart.toml": ""}, 0o600, "chart.toml: the chart has no [[category]]"},
		{"with other mistakes", strings.Replace(inFile, "analyst", "technician", 1), nil, 0o600,
			"config.toml:8: mailbox.password_file: cannot read pw: no such file or directory\n" +
				`config.toml:17: staff: nobody has the role "analyst", somebody must get the reminders and digests`},
		{"too large", "#" + strings.Repeat(" ", maxFile), nil, 0o600, `config.toml: larger than 1MiB`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			files := map[string]string{"config.toml": tt.text}
			for name, text := range tt.files {
				files[name] = text
			}
			t.Chdir(write(t, files, tt.mode))
			_, err := Load("config.toml")
			var problems *Problems
			if !errors.As(err, &problems) {
				t.Fatalf("error %v", err)
			}
			if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLoadWithoutFile(t *testing.T) {
	t.Chdir(t.TempDir())
	_, err := Load("config.toml")
	const want = "config.toml: no such file or directory, write one with: triaged config example > config.toml"
	if err == nil || err.Error() != want {
		t.Errorf("error %v", err)
	}
}

func TestWarnings(t *testing.T) {
	text := strings.Replace(small, "authserv_id", "authority = \"from\"\nauthserv_id", 1) + "[metrics]\nlisten = \":9180\"\n"
	t.Chdir(write(t, map[string]string{"my config.toml": text}, 0o640))
	c, err := Load("my config.toml")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, w := range c.Warnings {
		lines = append(lines, w.String())
	}
	if diff := cmp.Diff([]string{
		`my config.toml:3: desk.authority: with "from", whoever writes a staff member's address into a mail commands this desk, use "token-or-dmarc" unless no outside mail can reach it`,
		`my config.toml:9: mailbox.password: stands in a file that others can read, mend it with: chmod 600 'my config.toml'`,
		`my config.toml:22: metrics.listen: figures are served to whoever reaches this machine, listen on 127.0.0.1 unless that is meant`,
	}, lines); diff != "" {
		t.Error(diff)
	}
}

func sameLocation(a, b *time.Location) bool { return a.String() == b.String() }

func samePointer[T any](a, b *T) bool { return a == b }

func TestLoadOwnChart(t *testing.T) {
	text := strings.Replace(small, "authserv_id", "chart = \"chart.toml\"\nauthserv_id", 1)
	own := strings.ReplaceAll(string(chart.DefaultTOML()), "TS-PE-004", "TS-OWN-1")
	dir := write(t, map[string]string{"config.toml": text, "chart.toml": own}, 0o600)
	c, err := Load(filepath.Join(dir, "config.toml"))
	if err != nil {
		t.Fatal(err)
	}
	if c.Chart().Procedure != "TS-OWN-1" {
		t.Errorf("the chart is of %s", c.Chart().Procedure)
	}
}
