package doctor_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"triaged/internal/bot"
	"triaged/internal/config"
	"triaged/internal/doctor"
	"triaged/internal/inprocess"
	"triaged/internal/mailbox"
	"triaged/internal/memnet"
	"triaged/internal/oauth"
)

const ward = `
[desk]
address = "support@school.example"
timezone = "America/Chicago"
data_dir = "data"
authserv_id = "mx.school.example"

[[mailbox]]
name = "support"
address = "127.0.0.1:143"
security = "none"
username = "support"
password = "secret"

[smtp]
address = "127.0.0.1:25"
security = "none"

[notify]
new_request = ["kim@school.example"]
operator = ["admin@shcool.example"]

[[staff]]
address = "kim@school.example"
name = "Kim Tran"
role = "technician"
teams = ["campus"]

[[staff]]
address = "ana@school.example"
name = "Ana Ruiz"
role = "analyst"

[[team]]
name = "campus"
address = "campus@school.example"
codes = ["1-*", "2-3"]
campuses = ["Oak"]

[[team]]
name = "instructional-technology"
address = "itech@school.example"
codes = ["4-*"]
`

// names is a resolver that knows some domains.
type names []string

func (n names) LookupHost(ctx context.Context, host string) ([]string, error) {
	if host == "slow.example" {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if !slices.Contains(n, host) {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	return []string{"192.0.2.1"}, nil
}

func (n names) LookupMX(ctx context.Context, name string) ([]*net.MX, error) {
	if !slices.Contains(n, name) {
		return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
	}
	return []*net.MX{{Host: "mx." + name}}, nil
}

// visit examines an installation in a bubble. The SMTP server hands mail on to the mailbox, under a clock that is off.
func visit(t *testing.T, change func(*doctor.Patient, *inprocess.IMAP), off time.Duration) (findings []string, took time.Duration) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var network memnet.Network
		imap := inprocess.NewIMAP(inprocess.IMAPOptions{}, map[string]string{"support": "secret"})
		smtp := inprocess.NewSMTP(inprocess.SMTPOptions{OnMail: func(m inprocess.Received) error {
			_, err := imap.Append("support", "INBOX", m.At.Add(off), m.Data)
			return err
		}})
		defer imap.Close()
		defer smtp.Close()
		for address, server := range map[string]interface{ Serve(net.Listener) error }{"127.0.0.1:143": imap, "127.0.0.1:25": smtp} {
			l, err := network.Listen(address)
			if err != nil {
				t.Fatal(err)
			}
			go server.Serve(l)
		}
		synctest.Wait() // both serve now
		c, err := config.Parse("config.toml", []byte(ward))
		if err != nil {
			t.Fatal(err)
		}
		c.Desk.DataDir = filepath.Join(t.TempDir(), "data")
		rim := bot.Rim{Dial: network.Dial}
		p := doctor.Patient{
			Config: c, Roster: bot.Roster(c), Resolver: names{"school.example"}, Campuses: []string{"Elm", "Oak"},
			Now: time.Now, Patience: 8 * time.Second, RoundTrip: 20 * time.Second,
		}
		if p.Mailboxes, err = bot.Mailboxes(c, rim); err != nil {
			t.Fatal(err)
		}
		if p.SMTP, err = bot.Delivery(c, rim); err != nil {
			t.Fatal(err)
		}
		if change != nil {
			change(&p, imap)
		}
		start := time.Now()
		doctor.Examine(t.Context(), p, func(f doctor.Finding) {
			if (f.State == doctor.Well) != (f.Remedy == "") {
				t.Errorf("%+v: what is not well, and only that, has a remedy", f)
			}
			findings = append(findings, fmt.Sprintf("%s %s: %s", f.State, f.Check, f.Detail))
		})
		took = time.Since(start)
		if mails, err := imap.Mails("support", "INBOX"); err == nil && len(mails) > 0 && p.Mailboxes[0].Folder == "INBOX" {
			t.Errorf("%d mails were left in the inbox", len(mails))
		}
	})
	return findings, took
}

func expect(t *testing.T, findings []string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !slices.ContainsFunc(findings, func(f string) bool { return strings.Contains(f, w) }) {
			t.Errorf("nothing like %q in\n%s", w, strings.Join(findings, "\n"))
		}
	}
}

func TestExamine(t *testing.T) {
	findings, _ := visit(t, nil, 0)
	expect(t, findings,
		"ok data directory:", "will be made at the first run", "the disk has",
		"warning people: no team owns the codes 2-4, 2-6, 2-8, 3-*, 5-*, 7-*, 8-*:",
		`warning people: nobody belongs to the team "instructional-technology"`,
		"warning people: no team has the campuses Elm of the directory",
		`warning people: nobody has the role "supervisor"`,
		"ok verdicts of mailbox support: no mail yet",
		"ok addresses: mail to school.example", "warning addresses: DNS knows no shcool.example",
		"ok mailbox support: logged in", `the watched folder "INBOX" holds 0 mails`, `the done folder "Processed" will be made`,
		"ok smtp: 127.0.0.1:25 takes mail from support@school.example",
		`ok round trip: a mail to support@school.example was in the folder "INBOX" of the mailbox support after`,
		"ok clock: it agrees",
	)
}

func TestExamineTheSick(t *testing.T) {
	tests := map[string]struct {
		change func(*doctor.Patient, *inprocess.IMAP)
		off    time.Duration
		want   []string
		within time.Duration
	}{
		"wrong password": {
			func(p *doctor.Patient, imap *inprocess.IMAP) {
				p.Config.Mailboxes[0].Password = config.Secret{}
				p.Mailboxes, _ = bot.Mailboxes(p.Config, bot.Rim{Dial: p.Mailboxes[0].Dial})
			}, 0, []string{"failure mailbox support: login refused", "warning round trip: not tried"}, 5 * time.Second,
		},
		"dead hosts": {
			func(p *doctor.Patient, _ *inprocess.IMAP) {
				stuck := func(ctx context.Context, _, _ string) (net.Conn, error) { <-ctx.Done(); return nil, ctx.Err() }
				p.Mailboxes[0].Dial, p.SMTP.Dial = stuck, stuck
				p.Mailboxes = append(p.Mailboxes, p.Mailboxes[0])
				p.Mailboxes[1].Name, p.Mailboxes[1].Address = "second", "slow.example:993"
			}, 0, []string{"failure mailbox support: connect to", "failure mailbox second: the name slow.example", "failure smtp: "}, 9 * time.Second,
		},
		"a consent that was revoked": {
			func(p *doctor.Patient, _ *inprocess.IMAP) {
				p.Mailboxes[0].Login = func(context.Context) (mailbox.Credentials, error) {
					return mailbox.Credentials{}, &oauth.Refused{Login: "mailbox support", Code: "invalid_grant", Remedy: "sign in again"}
				}
			}, 0, []string{"failure mailbox support: get credentials for 127.0.0.1:143: mailbox support gets no access token: invalid_grant: sign in again"}, 5 * time.Second,
		},
		"second server": {
			func(p *doctor.Patient, _ *inprocess.IMAP) {
				other := p.SMTP
				other.Address = "127.0.0.1:26"
				p.Fallback = &other
			}, 0, []string{"ok smtp: ", "failure smtp.fallback: connect to 127.0.0.1:26", "ok round trip: "}, time.Minute,
		},
		"mistyped names": {
			func(p *doctor.Patient, _ *inprocess.IMAP) { p.SMTP.Address = "smpt.school.example:587" }, 0,
			[]string{"failure smtp: the name smpt.school.example cannot be found"}, 5 * time.Second,
		},
		"missing folder": {
			func(p *doctor.Patient, _ *inprocess.IMAP) { p.Mailboxes[0].Folder = "Desk" }, 0,
			[]string{`failure mailbox support: the folder "Desk" is not there`}, time.Minute,
		},
		"mail that goes elsewhere": {
			func(p *doctor.Patient, _ *inprocess.IMAP) { p.Mailboxes[0].Folder = "Processed" }, 0,
			[]string{"failure round trip: the server took a mail to support@school.example, and within 20s no watched mailbox had it"}, 30 * time.Second,
		},
		"clock":              {nil, -time.Hour, []string{"warning clock: the mail server's clock is 60 minutes behind this machine's"}, time.Minute},
		"clock of weeks ago": {nil, -55 * 24 * time.Hour, []string{"warning clock: the mail server's clock is 55 days behind this machine's"}, time.Minute},
		"verdicts of another server": {
			func(p *doctor.Patient, _ *inprocess.IMAP) {
				p.Seen = []bot.SeenRow{{Mailbox: "support", Authserv: "", Mails: 3}, {Mailbox: "support", Authserv: "mx9.school.example", Mails: 4}}
			}, 0, []string{"warning verdicts of mailbox support: 0 of the last 7 mails bear one by mx.school.example"}, time.Minute,
		},
		"data directory in folders that are to be made": {
			func(p *doctor.Patient, _ *inprocess.IMAP) { p.Config.Desk.DataDir += "/of/the/desk" },
			0, []string{"ok data directory: ", "/of/the/desk will be made at the first run", "the disk has"}, time.Minute,
		},
		"data directory that cannot be made": {
			func(p *doctor.Patient, _ *inprocess.IMAP) { p.Config.Desk.DataDir = "/proc/desk/data" },
			0, []string{"failure data directory: /proc/desk/data is not there, and cannot be made in /proc"}, time.Minute,
		},
		"data directory that others read": {
			func(p *doctor.Patient, _ *inprocess.IMAP) {
				if err := os.Mkdir(p.Config.Desk.DataDir, 0o755); err != nil {
					panic(err)
				}
			}, 0, []string{"(mode 0755)", "warning daemon: it does not run"}, time.Minute,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			findings, took := visit(t, func(p *doctor.Patient, imap *inprocess.IMAP) {
				if name == "mail that goes elsewhere" {
					imap.Create("support", "Processed")
					p.Mailboxes[0].DoneFolder = "Done"
				}
				if test.change != nil {
					test.change(p, imap)
				}
			}, test.off)
			expect(t, findings, test.want...)
			if took > test.within {
				t.Errorf("it took %v", took)
			}
		})
	}
}
