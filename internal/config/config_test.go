package config

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// small is the least that a desk must say. Tests change a line of it, so its line numbers matter: they are counted
// from 1 in the lines below.
const small = `[desk]
address = "support@school.example"
authserv_id = "mx.school.example"

[[mailbox]]
address = "imap.school.example:993"
username = "support"
password = "pa"

[smtp]
address = "smtp.school.example:587"

[notify]
new_request = ["queue@school.example"]
operator = ["admin@school.example"]

[[staff]]
address = "lee@school.example"
role = "analyst"
`

func TestParseDefaults(t *testing.T) {
	c, err := Parse("/etc/triaged/config.toml", []byte(small))
	if err != nil {
		t.Fatal(err)
	}
	d := Default()
	d.Desk.Address, d.Desk.AuthservID = "support@school.example", "mx.school.example"
	if c.Location().String() != "America/Chicago" {
		t.Errorf("location %v", c.Location())
	}
	m := c.Mailboxes[0]
	for _, v := range []struct {
		what      string
		got, want any
	}{
		{"prefix", c.Desk.Prefix, "SR"},
		{"data_dir", c.Desk.DataDir, "/etc/triaged/data"},
		{"name", m.Name, "support"},
		{"security", m.Security, TLS},
		{"folder", m.Folder, "INBOX"},
		{"done_folder", m.DoneFolder, "Processed"},
		{"refused_folder", m.RefusedFolder, "Refused"},
		{"poll_interval", m.PollInterval.D(), time.Minute},
		{"acknowledge_newer_than", m.AcknowledgeNewerThan.D(), 24 * time.Hour},
		{"max_size", m.MaxSize, Size(30 << 20)},
		{"auth_preset", m.AuthPreset, Authserv},
		{"authserv_id", m.AuthservID, "mx.school.example"},
		{"password", m.Password.Reveal(), "pa"},
		{"smtp security", c.SMTP.Security, StartTLS},
		{"give_up_after", c.SMTP.GiveUpAfter.D(), 120 * time.Hour},
		{"limits", c.Limits.AutomaticMailsPerRequest, Rate{20, Duration(24 * time.Hour)}},
		{"follow_up_every", c.Reminders.FollowUpEvery.D(), 7 * 24 * time.Hour},
		{"hours", c.Review.Hours.Odd(), true},
	} {
		if !cmp.Equal(v.got, v.want) {
			t.Errorf("%s is %v, want %v", v.what, v.got, v.want)
		}
	}
}

// change is a configuration that differs from small in one place, and what is said about it.
type change struct{ name, old, new, want string }

func TestMistakes(t *testing.T) {
	for _, tt := range mistakes {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(small, tt.old, tt.new, 1)
			if text == small {
				t.Fatalf("%q is not in the configuration", tt.old)
			}
			c, err := Parse("config.toml", []byte(text))
			if err == nil {
				t.Fatal("no error")
			}
			if c != nil {
				t.Error("a configuration that cannot be run was returned")
			}
			if diff := cmp.Diff(strings.TrimSpace(tt.want), err.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

var mistakes = []change{
	{"misspelt key", `address = "support`, `adress = "support`,
		`config.toml:2: unknown key desk.adress, did you mean address?`},
	{"misspelt key in a list of tables", `username`, `user_name`,
		`config.toml:7: unknown key mailbox.user_name, did you mean username?`},
	{"key in another case", `address = "support`, `Address = "support`,
		`config.toml:2: unknown key desk.Address, did you mean address?`},
	{"misspelt table", `[notify]`, `[notifi]`, `
config.toml:13: unknown key notifi, did you mean notify?`},
	{"key of another table", `[notify]`, "[metrics]\nstaffed = \"07:00-17:00\"\n[notify]",
		`config.toml:14: unknown key metrics.staffed, did you mean review.staffed?`},
	{"unknown table", `[notify]`, "[colours]\n[notify]",
		`config.toml:13: unknown key colours, the tables are desk, mailbox, smtp, calendar, testing, reminders, review, notify, limits, retention, watch, metrics, staff, team, source`},
	{"not TOML", `operator = [`, `operator = `, `config.toml:15: expected newline but got U+005D ']'`},
	{"key twice", `username`, "address = \"a:1\"\nusername", `config.toml:7: key address is already defined`},
	{"text instead of a list", `["admin@school.example"]`, `"admin@school.example"`,
		`config.toml:15: notify.operator: must be a list, not text, write operator = ["admin@school.example"]`},
	{"table instead of a list", `[[staff]]`, `[staff]`,
		`config.toml:17: staff: must be a list, not a table, write [[staff]]`},
	{"value instead of a table", `[notify]`, "desk2 = 1\n[notify]",
		`config.toml:13: unknown key smtp.desk2`},
	{"number instead of text", `"support@school.example"`, `7`,
		`config.toml:2: desk.address: must be text, not a number, put it in quotes`},
	{"date instead of text", `authserv_id`, "name = 2026-01-01\nauthserv_id",
		`config.toml:3: desk.name: must be text, not a date, put it in quotes`},
	{"control character", `"support@school.example"`, `"support\u0007@school.example"`,
		`config.toml:2: desk.address: must be one line without control characters`},
	{"text instead of true or false", `[notify]`, "[review]\nsend_empty = \"no\"\n[notify]",
		`config.toml:14: review.send_empty: must be true or false, not text`},
	{"everything at once", `password = "pa"`, "passwort = \"pa\"\npoll_interval = \"1 minute\"\nmax_size = 30\nstart = \"every\"", `
config.toml:8: unknown key mailbox.passwort, did you mean password?
config.toml:9: mailbox.poll_interval: "1 minute" is not a span of time such as "90s", "24h" or "5d"
config.toml:10: mailbox.max_size: must be text, not a number, put it in quotes
config.toml:11: mailbox.start: "every" is not known, write "all" or "new"`},

	{"no address", `address = "support@school.example"`, ``,
		`config.toml:1: desk.address: is missing, write it as "name@school.example"`},
	{"address without domain", `"support@school.example"`, `"support"`,
		`config.toml:2: desk.address: "support" has no domain, write it as "name@school.example"`},
	{"address with name", `"support@school.example"`, `"Help <support@school.example>"`,
		`config.toml:2: desk.address: "Help <support@school.example>" is more than an address, write "support@school.example"`},
	{"impossible address", `"support@school.example"`, `"sup port@school.example"`,
		`config.toml:2: desk.address: "sup port@school.example" is not a mail address, write it as "name@school.example"`},
	{"time zone", `authserv_id`, "timezone = \"America/Chicgo\"\nauthserv_id",
		`config.toml:3: desk.timezone: no time zone is called "America/Chicgo", did you mean America/Chicago?`},
	{"time zone of the machine", `authserv_id`, "timezone = \"Local\"\nauthserv_id",
		`config.toml:3: desk.timezone: no time zone is called "Local", names look like America/Chicago`},
	{"prefix", `authserv_id`, "prefix = \"SR-\"\nauthserv_id",
		`config.toml:3: desk.prefix: "SR-" cannot number requests, use one to eight letters, such as "SR"`},
	{"authority", `authserv_id`, "authority = \"dmarc\"\nauthserv_id",
		`config.toml:3: desk.authority: "dmarc" is not known, write "token-or-dmarc" or "from"`},
	{"misspelt preset", `authserv_id`, "auth_preset = \"microsoft356\"\nauthserv_id",
		`config.toml:3: desk.auth_preset: "microsoft356" is not known, did you mean "microsoft365"?`},
	{"no authserv_id", `authserv_id = "mx.school.example"`, ``,
		`config.toml:1: desk.authserv_id: is missing, but auth_preset is "authserv", give the name your mail server signs Authentication-Results with`},
	{"no authserv_id for one mailbox", `authserv_id = "mx.school.example"

[[mailbox]]`, "auth_preset = \"google\"\n\n[[mailbox]]\nauth_preset = \"authserv\"",
		`config.toml:5: mailbox.authserv_id: is missing, but auth_preset is "authserv", give the name your mail server signs Authentication-Results with`},
	{"languages", `authserv_id`, "languages = [\"en\", \"Spanish\", \"en\"]\nauthserv_id", `
config.toml:3: desk.languages: "Spanish" is not a language, use two letters, such as "en" or "es"
config.toml:3: desk.languages: "en" is listed twice`},
	{"eligible", `authserv_id`, "eligible = [\"school.example\", \"@school.example\", \"a b\"]\nauthserv_id", `
config.toml:3: desk.eligible: "@school.example" is not a domain, write "school.example"
config.toml:3: desk.eligible: "a b" is not a domain, write it as "school.example"`},

	{"no mailbox", `[[mailbox]]
address = "imap.school.example:993"
username = "support"
password = "pa"`, ``,
		`config.toml: mailbox: there is no [[mailbox]], name at least one folder to watch`},
	{"two mailboxes alike", `[smtp]`, "[[mailbox]]\naddress = \"IMAP.school.example:993\"\nusername = \"support\"\npassword = \"pa\"\n[smtp]", `
config.toml:10: mailbox.name: two mailboxes are called "support", give each a name of its own
config.toml:10: mailbox.folder: "INBOX" is watched as "support" already`},
	{"mailboxes in a circle", `[smtp]`, "[[mailbox]]\nname = \"b\"\nfolder = \"Processed\"\ndone_folder = \"inbox\"\naddress = \"imap.school.example:993\"\nusername = \"support\"\npassword = \"pa\"\n[smtp]", `
config.toml:12: mailbox.folder: "Processed" gets the finished mails of "support"
config.toml:13: mailbox.done_folder: finished mails would go to "INBOX", which "support" watches`},
	{"done folder is the folder", `password = "pa"`, "password = \"pa\"\ndone_folder = \"inbox\"\njunk_folder = \"Refused\"", `
config.toml:9: mailbox.done_folder: "inbox" is the folder already
config.toml:10: mailbox.junk_folder: "Refused" is the refused_folder already`},
	{"no port", `imap.school.example:993`, `imap.school.example`,
		`config.toml:6: mailbox.address: "imap.school.example" has no port, did you mean "imap.school.example:993"?`},
	{"address of a web page", `imap.school.example:993`, `https://imap.school.example`,
		`config.toml:6: mailbox.address: "//imap.school.example" is not a port, write it as host:993`},
	{"impossible port", `smtp.school.example:587`, `smtp.school.example:70000`,
		`config.toml:11: smtp.address: "70000" is not a port, write it as host:587`},
	{"in the clear over a network", `password = "pa"`, "password = \"pa\"\nsecurity = \"none\"",
		`config.toml:9: mailbox.security: "none" would send the password to imap.school.example unprotected, use "tls" or "starttls"`},
	{"no password", `password = "pa"`, ``,
		`config.toml:5: mailbox.password: is missing, give one of password, password_file, password_env, password_credential, password_command and an oauth2 table`},
	{"two passwords", `password = "pa"`, "password = \"pa\"\npassword_env = \"PA\"",
		`config.toml:9: mailbox.password_env: stands beside password, keep one of them`},
	{"password without a name", `[notify]`, "password_file = \"pw\"\n[notify]",
		`config.toml:10: smtp.username: is missing, but there is a password_file`},
	{"oauth2 with nothing", `password = "pa"`, "oauth2 = {}", `
config.toml:8: mailbox.oauth2.provider: is missing, write "microsoft365", "google" or "custom"
config.toml:8: mailbox.oauth2.client_id: is missing`},
	{"oauth2 in the clear", `password = "pa"`, "oauth2 = { provider = \"custom\", client_id = \"a\", client_secret = \"b\", token_url = \"http://auth.example/token\" }",
		`config.toml:8: mailbox.oauth2.token_url: "http://auth.example/token" is not an https address`},
	{"oauth2 with nowhere to sign in", `password = "pa"`, "oauth2 = { provider = \"custom\", client_id = \"a\", token_url = \"https://auth.example/token\" }",
		`config.toml:8: mailbox.oauth2.auth_url: is missing, and so is device_url, one of them is where somebody signs in`},
	{"oauth2 with an endpoint that is known", `password = "pa"`, "oauth2 = { provider = \"google\", client_id = \"a\", auth_url = \"https://auth.example\" }",
		`config.toml:8: mailbox.oauth2.auth_url: is known for "google", leave it out, or write provider = "custom"`},
	{"oauth2 that Google does not have", `password = "pa"`, "oauth2 = { provider = \"google\", grant = \"client-credentials\", client_id = \"a\", client_secret = \"b\" }",
		`config.toml:8: mailbox.oauth2.grant: Google gives no mail for "client-credentials", use "refresh-token" or "service-account"`},
	{"oauth2 without a secret", `password = "pa"`, "oauth2 = { provider = \"microsoft365\", tenant = \"t\", grant = \"client-credentials\", client_id = \"a\" }",
		`config.toml:8: mailbox.oauth2.client_secret: is missing, an application that acts for itself needs one; or write grant = "refresh-token"`},
	{"oauth2 by a key that is not there", `password = "pa"`, "oauth2 = { provider = \"google\", grant = \"service-account\" }",
		`config.toml:8: mailbox.oauth2.service_account_file: is missing, name the key file of the service account`},
	{"oauth2 by a key besides", `password = "pa"`, "oauth2 = { provider = \"google\", grant = \"refresh-token\", client_id = \"a\", service_account_file = \"k\" }",
		`config.toml:8: mailbox.oauth2.service_account_file: stands beside grant = "refresh-token", keep one of them`},
	{"oauth2 with a day that is none", `password = "pa"`, "oauth2 = { provider = \"google\", client_id = \"a\", client_secret_expires = \"soon\" }",
		`config.toml:8: mailbox.oauth2.client_secret_expires: "soon" is not a day such as 2027-03-01`},

	{"fallback", `[notify]`, "[smtp.fallback]\naddress = \"SMTP.school.example:587\"\nkinds = []\npassword = \"pa\"\n[notify]", `
config.toml:13: smtp.fallback.username: is missing, but there is a password
config.toml:14: smtp.fallback.address: is the first server, name another, or leave [smtp.fallback] out
config.toml:15: smtp.fallback.kinds: is empty, name at least one kind, such as "operator", or leave [smtp.fallback] out`},
	{"fallback for what there is not", `[notify]`, "[smtp.fallback]\naddress = \"smtp.other.example\"\nkinds = [\"operators\"]\n[notify]", `
config.toml:14: smtp.fallback.address: "smtp.other.example" has no port, did you mean "smtp.other.example:587"?
config.toml:15: smtp.fallback.kinds: "operators" is not known, did you mean "operator"?`},
	{"no retries", `[notify]`, "retry = []\ngive_up_after = \"0s\"\n[notify]", `
config.toml:13: smtp.retry: is empty, give at least one pause
config.toml:14: smtp.give_up_after: must be longer than nothing`},

	{"rate", `[notify]`, "[limits]\nautomatic_mails_per_request = \"10 an hour\"\n[notify]",
		`config.toml:14: limits.automatic_mails_per_request: "10 an hour" is not a rate such as "10/1h"`},
	{"review hours", `[notify]`, "[review]\nhours = [7, 9, 24]\n[notify]",
		`config.toml:14: review.hours: 24 is not an hour of the day from 0 to 23, each once`},
	{"review hours in words", `[notify]`, "[review]\nhours = \"even\"\n[notify]",
		`config.toml:14: review.hours: must be "odd" or a list of hours such as [7, 9, 11]`},
	{"no workdays", `[notify]`, "[calendar]\nworkdays = []\n[notify]",
		`config.toml:14: calendar.workdays: there are none: write those of the desk, such as ["Mon", "Fri"]`},
	{"hours across midnight", `[notify]`, "[calendar]\nhours = \"22:00-06:00\"\n[notify]",
		`config.toml:14: calendar.hours: "22:00-06:00" closes before it opens: hours cannot cross midnight, and end at 24:00 at the latest`},
	{"no holiday", `[notify]`, "[calendar]\nholidays = [\n\"US federal\",\n\"2026-02-30\"]\nhours_on = { Fre = \"07:00-13:00\" }\n[notify]", `
config.toml:16: calendar.holidays: "2026-02-30" does not exist
config.toml:17: calendar.hours_on.Fre: "Fre" is not a day of the week: write Mon, Tue, Wed, Thu, Fri, Sat or Sun`},
	{"early release of a Saturday", `[notify]`, "[calendar]\nearly_release = [\"2026-12-19 12:00\"]\n[notify]",
		`config.toml:14: calendar.early_release: "2026-12-19 12:00": nobody works on Saturday, 2026-12-19: not a workday`},
	{"season without hours", `[notify]`, "[[calendar.season]]\nname = \"summer\"\ndays = \"06-08..08-07\"\n[notify]",
		`config.toml:13: calendar.season.hours: season "summer" changes nothing: give it hours or workdays; days without work are holidays`},
	{"hours for a day that is none", `[notify]`, "[calendar]\nhours_on = [\"Fri\"]\n[notify]",
		`config.toml:14: calendar.hours_on: must be a table, not a list`},
	{"reviews at night", `[notify]`, "[review]\nhours = [1, 3]\n[notify]",
		`config.toml:14: review.hours: [1 3]: none falls in staffed hours, 07:00–17:00, so no review would ever be held`},
	{"staffed", `[notify]`, "[review]\nstaffed = \"always\"\n[notify]",
		`config.toml:14: review.staffed: "always" are not hours: write them as "07:00-17:00"`},
	{"metrics", `[notify]`, "[metrics]\nlisten = \"9180\"\n[notify]",
		`config.toml:14: metrics.listen: "9180" has no port, did you mean "127.0.0.1:9180"?`},

	{"nobody to tell", `operator = ["admin@school.example"]`, `operator = []`,
		`config.toml:15: notify.operator: is empty, somebody must hear of trouble with the bot`},
	{"the bot told of itself", `"queue@school.example"`, `"Support@school.example"`,
		`config.toml:14: notify.new_request: "Support@school.example" is the desk itself, the bot would write to itself`},
	{"told twice", `"queue@school.example"`, "\n\"queue@school.example\",\n\"Queue@school.example\"",
		`config.toml:16: notify.new_request: "Queue@school.example" is listed twice`},
	{"no analyst", `"analyst"`, `"technician"`,
		`config.toml:17: staff: nobody has the role "analyst", somebody must get the reminders and digests`},
	{"staff without role", `role = "analyst"`, "role = \"analyst\"\n[[staff]]\naddress = \"kim@school.example\"",
		`config.toml:20: staff.role: is missing, write "technician", "vendor", "analyst", "supervisor" or "operator"`},
	{"unknown role", `"analyst"`, `"anlyst"`,
		`config.toml:19: staff.role: "anlyst" is not known, did you mean "analyst"?`},
	{"staff twice", `role = "analyst"`, "role = \"analyst\"\n[[staff]]\naddress = \"Lee@school.example\"\nrole = \"technician\"",
		`config.toml:21: staff.address: "Lee@school.example" is listed twice`},
	{"unknown team", `role = "analyst"`, "role = \"analyst\"\nteams = [\"campus\", \"capmus\"]\n[[team]]\nname = \"campus\"",
		`config.toml:20: staff.teams: there is no team "capmus", did you mean "campus"?`},
	{"team without people or address", `role = "analyst"`, "role = \"analyst\"\n[[team]]\nname = \"campus\"",
		`config.toml:20: team.address: is missing, and nobody of the staff belongs to "campus", its mail would reach nobody`},
	{"team codes", `role = "analyst"`, "role = \"analyst\"\n[[team]]\nname = \"a\"\naddress = \"a@school.example\"\ncodes = [\"4\", \"1-3\"]\n[[team]]\nname = \"b\"\naddress = \"b@school.example\"\ncodes = [\"1-3\"]", `
config.toml:23: team.codes: "4" names no codes: write one such as "1-3", "4-*" for a category, or "*"
config.toml:27: team.codes: 1-3 belongs to team "a" already`},
	{"source without kind", `role = "analyst"`, "role = \"analyst\"\n[[source]]\naddress = \"portal@school.example\"",
		`config.toml:20: source.kind: is missing, write "portal" or "monitor"`},
}

func TestProblemsAreCapped(t *testing.T) {
	var b strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&b, "key%d = 1\n", i)
	}
	_, err := Parse("config.toml", []byte(b.String()))
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != maxProblems+1 || lines[maxProblems] != "config.toml: there may be more problems, mend these first" {
		t.Errorf("%d problems, the last one %q", len(lines), lines[len(lines)-1])
	}
}

// What no person would write costs no more than reading it.
func TestDeepKeysAreBounded(t *testing.T) {
	const n = 100_000
	for name, text := range map[string]string{
		"dotted key":    strings.Repeat("a.", n) + "a = 1",
		"dotted table":  "[" + strings.Repeat("a.", n) + "a]",
		"arrays":        "a = " + strings.Repeat("[", n) + strings.Repeat("]", n),
		"inline tables": "a = " + strings.Repeat("{a = ", n) + "1" + strings.Repeat("}", n),
	} {
		if _, err := Parse("config.toml", []byte(text)); err == nil {
			t.Errorf("%s: no error", name)
		}
		size := 0
		if name == "dotted key" || name == "dotted table" {
			for path := range indexLines([]byte(text)) {
				size += len(path)
			}
		}
		if size > maxPath*maxPath {
			t.Errorf("%s: %d bytes of paths", name, size)
		}
	}
}
