package bot_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"triaged/internal/bot"
	"triaged/internal/config"
	"triaged/internal/inprocess"
)

// office is a school whose configuration lies in a folder, so that it can be changed while the bot runs.
type office struct {
	*school
	dir    string
	hangup chan os.Signal
}

const people = "address,role,name,teams\nkim@school.example,technician,Kim Tran,campus\nana@school.example,analyst,Ana Ruiz,\n"

// openOffice starts a bot on a configuration that names a staff file.
func openOffice(t *testing.T) *office {
	t.Helper()
	o := &office{dir: t.TempDir(), hangup: make(chan os.Signal, 1)}
	text := schoolConfig[:strings.Index(schoolConfig, "[[staff]]")] + schoolConfig[strings.Index(schoolConfig, "[[team]]"):]
	o.write(t, "config.toml", strings.Replace(text, `data_dir = "data"`, "data_dir = \"data\"\nstaff_file = \"staff.csv\"", 1))
	o.write(t, "staff.csv", people)
	o.school = openSchool(t, inprocess.SMTPOptions{}, func(c *config.Config) {
		loaded, err := config.Load(filepath.Join(o.dir, "config.toml"))
		if err != nil {
			t.Fatal(err)
		}
		*c = *loaded
	})
	o.stop()
	o.rim.Hangup = o.hangup
	o.start()
	return o
}

func (o *office) write(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join(o.dir, name)
	if err := errors.Join(os.WriteFile(path+".new", []byte(text), 0o600), os.Rename(path+".new", path)); err != nil {
		t.Fatal(err)
	}
}

// change replaces words of the configuration, and tells the bot.
func (o *office) change(old, new string) {
	o.t.Helper()
	o.edit(old, new)
	o.hangup <- syscall.SIGHUP
	o.settle()
}

// edit replaces words of the configuration.
func (o *office) edit(old, new string) {
	o.t.Helper()
	path := filepath.Join(o.dir, "config.toml")
	text, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(text), old) {
		o.t.Fatalf("%q is not in the configuration: %v", old, err)
	}
	o.write(o.t, "config.toml", strings.Replace(string(text), old, new, 1))
}

func TestStaffFileIsReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t)
		defer o.close()
		o.arrives("teacher@school.example", "projector", "The projector is dead.")
		notice := o.expect("acknowledgement teacher@school.example", "notice kim@school.example")["notice kim@school.example"]

		// Half a file is not read: it is still growing when it is looked at again.
		o.write(t, "staff.csv", people+"lee@school.exam")
		time.Sleep(12 * time.Second)
		o.write(t, "staff.csv", people+"lee@school.example,technician,Lee Park,campus\n")
		time.Sleep(30 * time.Second)
		synctest.Wait()
		o.expect()
		o.answers(notice, "kim@school.example", "#assign Lee Park")
		o.expect("receipt kim@school.example", "notice lee@school.example")

		// One that cannot be used changes nothing, and operators hear why, once.
		o.write(t, "staff.csv", people+"lee@school.example,technicien,Lee Park,campus\n")
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		told := o.expect("operator admin@school.example")["operator admin@school.example"]
		if want := `staff.csv:4: staff.role: "technicien" is not known, did you mean "technician"?`; !strings.Contains(told.Text, want) {
			t.Errorf("operators read %q, want %q", told.Text, want)
		}
		o.answers(notice, "kim@school.example", "#assign Lee Park")
		o.expect("receipt kim@school.example", "notice lee@school.example")

		// What takes somebody's role away takes effect, too.
		o.write(t, "staff.csv", strings.Replace(people, "kim@school.example,technician", "kim@school.example,operator", 1))
		time.Sleep(time.Minute)
		o.answers(notice, "kim@school.example", "#1-3")
		if got := o.rows("open")[0].Category; got != "" {
			t.Errorf("an operator categorized a request as %s", got)
		}
	})
}

func TestReloadOnHangup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t)
		defer o.close()
		o.arrives("teacher@school.example", "projector", "The projector is dead.")
		notice := o.expect("acknowledgement teacher@school.example", "notice kim@school.example")["notice kim@school.example"]
		o.answers(notice, "kim@school.example", "#1-3")
		o.sent()
		before := *o.rows("open")[0].DueAt

		// Holidays move due times: indexes follow, and operators are told.
		o.change("[smtp]", "[calendar]\nholidays = [\"2026-03-03\"]\n\n[smtp]")
		o.expect("operator admin@school.example")
		if after := *o.rows("open")[0].DueAt; !after.Equal(before.AddDate(0, 0, 1)) {
			t.Errorf("due %v, then %v", before, after)
		}
		o.check()

		// What a running bot cannot follow is refused as a whole.
		o.change(`data_dir = "data"`, "data_dir = \"elsewhere\"\nprefix = \"IT\"")
		told := o.expect("operator admin@school.example")["operator admin@school.example"]
		if !strings.Contains(told.Text, "desk.data_dir cannot change") {
			t.Errorf("operators read %q", told.Text)
		}
		if got := o.rows("open")[0].Number; got != "SR-1" {
			t.Errorf("half of a refused configuration holds: %s", got)
		}
		// Somebody asked for it, so once it is mended it is read, without being asked again.
		o.edit(`data_dir = "elsewhere"`, `data_dir = "data"`)
		time.Sleep(30 * time.Second)
		synctest.Wait()
		if got := o.rows("open")[0].Number; got != "IT-1" {
			t.Errorf("after it was mended: %s", got)
		}
		row := o.status()
		if len(row.Trouble) != 1 || row.Trouble[0].WellAt == nil || row.Configuration.Refused != "" {
			t.Errorf("after it was mended: %+v", row)
		}
		// From then on, who edits the file is not disturbed.
		o.edit(`prefix = "IT"`, `prefix = "SR"`)
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if got := o.rows("open")[0].Number; got != "IT-1" {
			t.Errorf("the configuration's own file was read unasked: %s", got)
		}
	})
}

// TestReloadFollowsServers: a mailbox whose log-in changed is watched by the new one, others are left alone, and mail goes
// out by the new server.
func TestReloadFollowsServers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t)
		defer o.close()
		second := inprocess.NewIMAP(inprocess.IMAPOptions{}, map[string]string{"portal": "other"})
		defer second.Close()
		o.serve("127.0.0.1:1143", second)
		relay := inprocess.NewSMTP(inprocess.SMTPOptions{})
		defer relay.Close()
		o.serve("127.0.0.1:1025", relay)
		const box = "[[mailbox]]\nname = \"portal\"\naddress = \"127.0.0.1:1143\"\nsecurity = \"none\"\nusername = \"portal\"\npassword = \"other\"\n\n"
		o.change("[smtp]\naddress = \"127.0.0.1:25\"", box+"[smtp]\naddress = \"127.0.0.1:1025\"")
		mail := "From: teacher@school.example\r\nTo: support@school.example\r\nSubject: chairs\r\nMessage-ID: <a@b>\r\n\r\nWe need chairs.\r\n"
		if _, err := second.Append("portal", "INBOX", time.Now(), []byte(mail)); err != nil {
			t.Fatal(err)
		}
		o.settle()
		if n := len(relay.Mails()); n != 2 {
			t.Errorf("%d mails went out by the new server", n)
		}
		o.arrives("teacher@school.example", "projector", "The projector is dead.")
		if n := len(o.rows("open")); n != 2 {
			t.Errorf("%d requests from two mailboxes", n)
		}
		o.change(box, "")
		if _, err := second.Append("portal", "INBOX", time.Now(), []byte(strings.Replace(mail, "a@b", "c@d", 1))); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Minute)
		if n := len(o.rows("open")); n != 2 {
			t.Errorf("%d requests: a mailbox that is no longer configured is still watched", n)
		}
		o.expect()
	})
}

// TestNoMailIsLostByReloads lets mail arrive while the rules change again and again.
func TestNoMailIsLostByReloads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t)
		defer o.close()
		const mails = 40
		for i := range mails {
			raw := fmt.Sprintf("From: t%d@school.example\r\nTo: support@school.example\r\nSubject: help %d\r\nMessage-ID: <%d@x>\r\n\r\nHelp.\r\n", i, i, i)
			if _, err := o.imap.Append("support", "INBOX", time.Now(), []byte(raw)); err != nil {
				t.Fatal(err)
			}
			old, new := "[smtp]", "[reminders]\nuncategorized_after = \"3h\"\n\n[smtp]"
			if i%2 == 1 {
				old, new = new, old
			}
			path := filepath.Join(o.dir, "config.toml")
			text, _ := os.ReadFile(path)
			o.write(t, "config.toml", strings.Replace(string(text), old, new, 1))
			o.hangup <- syscall.SIGHUP
			time.Sleep(time.Duration(i%7) * time.Millisecond)
		}
		time.Sleep(12 * time.Minute) // notices of so many at once are gathered
		if n := len(o.rows("open")); n != mails {
			t.Errorf("%d requests of %d mails", n, mails)
		}
		told := map[string]int{}
		for _, m := range o.sent() {
			if m.kind == "acknowledgement" {
				told["acknowledged"]++
			} else {
				for _, label := range toldOf(m.Message) {
					told[label]++
				}
			}
		}
		if told["acknowledged"] != mails || len(told) != mails+1 {
			t.Errorf("%d mails were acknowledged, and %d requests told of, instead of %d", told["acknowledged"], len(told)-1, mails)
		}
		var chart []bot.LedgerRow
		for _, row := range o.ledger() {
			if row.Outcome != "opened" {
				chart = append(chart, row)
			}
		}
		if len(chart) > 0 {
			t.Errorf("not opened: %v", chart)
		}
	})
}
