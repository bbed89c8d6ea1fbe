package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// staffed is a configuration whose people stand in a file.
const staffed = `[desk]
address = "support@school.example"
authserv_id = "mx.school.example"
staff_file = "staff.csv"

[[mailbox]]
address = "imap.school.example:993"
username = "support"
password_file = "password"

[smtp]
address = "smtp.school.example:587"

[notify]
operator = ["admin@school.example"]

[[staff]]
address = "ruth@school.example"
role = "supervisor"

[[team]]
name = "campus"

[[team]]
name = "network"
`

const goodStaff = "Address, Role, Name, Teams\nkim@school.example,Technician,\"Tran, Kim\",campus; network\n\nana@school.example,analyst,,\n"

// staffFolder writes the configuration with a staff file, and returns its path.
func staffFolder(t *testing.T, staff string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"config.toml": staffed, "staff.csv": staff, "password": "secret\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "config.toml")
}

func TestStaffFile(t *testing.T) {
	c, err := Load(staffFolder(t, "\ufeff"+goodStaff))
	if err != nil {
		t.Fatal(err)
	}
	want := []Staff{
		{Address: "ruth@school.example", Role: Supervisor},
		{Address: "kim@school.example", Name: "Tran, Kim", Role: Technician, Teams: []string{"campus", "network"}},
		{Address: "ana@school.example", Role: Analyst},
	}
	if diff := cmp.Diff(want, c.Staff); diff != "" {
		t.Error(diff)
	}
}

func TestStaffFileMistakes(t *testing.T) {
	const head, people = "address,name,role,teams\n", "kim@school.example,Kim,technician,campus;network\nana@school.example,Ana,analyst,\n"
	for _, tt := range []struct{ name, staff, want string }{
		{"empty", "", "staff.csv:1: has no first line that names the columns, write address,name,role,teams"},
		{"column", "address,role,phone\n", `staff.csv:1: unknown column "phone", the columns are address,name,role,teams`},
		{"lack", "address,name\n", `staff.csv:1: there is no column "role", the columns are address,name,role,teams`},
		{"role", head + people + "x@school.example,X,analist,\n", `staff.csv:4: staff.role: "analist" is not known, did you mean "analyst"?`},
		{"no role", head + people + "x@school.example,X,,\n", `staff.csv:4: staff.role: is missing, write "technician", "vendor", "analyst", "supervisor" or "operator"`},
		{"address", head + people + "x,X,vendor,\n", `staff.csv:4: staff.address: "x" has no domain, write it as "name@school.example"`},
		{"twice", head + people + "Ruth@school.example,R,vendor,\n", `staff.csv:4: staff.address: "Ruth@school.example" is listed twice`},
		{"team", head + people + "x@school.example,X,vendor,campos\n", `staff.csv:4: staff.teams: there is no team "campos", did you mean "campus"?`},
		{"columns", head + people + "x@school.example,X\n", "staff.csv:4: has 2 columns instead of 4"},
		{"quote", head + people + "\"x@school.example,X,vendor,\n", `staff.csv:4: extraneous or missing " in quoted-field`},
		{"desk", head + people + "support@school.example,X,vendor,\n", `staff.csv:4: staff.address: "support@school.example" is the desk itself, the bot would write to itself`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := staffFolder(t, tt.staff)
			_, err := Load(path)
			if err == nil {
				t.Fatal("accepted")
			}
			got := strings.ReplaceAll(err.Error(), filepath.Dir(path)+"/", "")
			if !strings.Contains(got+"\n", tt.want+"\n") {
				t.Errorf("%s\nwant %s", got, tt.want)
			}
		})
	}
	path := staffFolder(t, head+"kim@school.example,Kim,technician,campus;network\n")
	if _, err := Load(path); err == nil || !strings.Contains(err.Error(), `nobody has the role "analyst"`) {
		t.Errorf("without an analyst: %v", err)
	}
	os.Remove(filepath.Join(filepath.Dir(path), "staff.csv"))
	if _, err := Load(path); err == nil || !strings.Contains(err.Error(), "config.toml:4: desk.staff_file: cannot read ") {
		t.Errorf("without the file: %v", err)
	}
}

// TestRereading: what the configuration names is read again when it changes, its own file only when somebody says so.
func TestRereading(t *testing.T) {
	path := staffFolder(t, goodStaff)
	first, err := Load(path)
	if err != nil || !first.FromFile() {
		t.Fatal(err)
	}
	stamp := first.Stamp()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(filepath.Dir(path), name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("config.toml", strings.Replace(staffed, `name = "network"`, `name = "half wri`, 1))
	if first.Stamp() != stamp {
		t.Error("the configuration's own file is watched")
	}
	write("staff.csv", goodStaff+"lee@school.example,vendor,Lee,\n")
	if first.Stamp() == stamp {
		t.Error("a longer staff file has the same stamp")
	}
	again, err := first.Reread()
	if err != nil || len(again.Staff) != 4 || len(first.Staff) != 3 {
		t.Errorf("%v: %v", err, again)
	}
	if _, err := first.Reload(); err == nil {
		t.Error("a broken configuration was reloaded")
	}
	stamp = first.Stamp()
	later := time.Now().Add(time.Hour)
	os.Chtimes(filepath.Join(filepath.Dir(path), "password"), later, later)
	if first.Stamp() == stamp {
		t.Error("a password file that was touched has the same stamp")
	}
}
