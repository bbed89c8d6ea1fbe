package mailbox_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emersion/go-imap/v2"

	"triaged/internal/inprocess"
	"triaged/internal/mailbox"
	"triaged/internal/memnet"
)

// withoutIDLE is a connection on which the server never says that it has IDLE.
type withoutIDLE struct{ net.Conn }

func (c withoutIDLE) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	copy(b[:n], bytes.ReplaceAll(b[:n], []byte(" IDLE"), []byte(" XDLE")))
	return n, err
}

// Without IDLE the server speaks of news in its answers to probes, and a poll looks whether it did or not.
func TestPollingWithoutIDLE(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, inprocess.IMAPOptions{})
		d.settings.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			c, err := d.network.Dial(ctx, network, address)
			return withoutIDLE{c}, err
		}
		start := time.Now()
		d.watch()
		pass(30 * time.Second)
		d.add("INBOX", 300)
		pass(31 * time.Second)
		d.add("INBOX", 300)
		pass(time.Minute)
		for n, want := range map[uint32]time.Duration{1: 50 * time.Second, 2: 85 * time.Second} {
			if got := d.ledger.now().at[key{1, n}].Sub(start); got != want {
				t.Errorf("mail %d was taken after %v, want %v", n, got, want)
			}
		}
		d.allAccounted(0, 2)
	})
}

func TestJunkFolderIsPolled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, inprocess.IMAPOptions{})
		d.settings.JunkFolder = "Junk"
		d.ledger.answer = func(f mailbox.Folder, m mailbox.Mail) (mailbox.Disposition, error) {
			if f.Junk != (f.Name == "Junk") || f.Mailbox != "support" {
				t.Errorf("folder %+v", f)
			}
			if f.Junk {
				return mailbox.Leave, nil
			}
			return mailbox.Done, nil
		}
		d.watch()
		synctest.Wait() // there is no such folder yet, which must not matter
		d.add("INBOX", 300)
		synctest.Wait()
		d.allAccounted(0, 1)
		if err := d.server.Create("support", "Junk"); err != nil {
			t.Fatal(err)
		}
		d.add("Junk", 300, 300)
		pass(time.Minute)
		d.add("INBOX", 300)
		synctest.Wait() // IDLE is on the watched folder
		d.allAccounted(0, 2)
		pass(time.Hour)
		if got := len(d.folder("Junk")); got != 2 || len(d.ledger.now().calls) != 3 {
			t.Errorf("%d mails in the junk folder, %d calls", got, len(d.ledger.now().calls))
		}
	})
}

func TestNewUIDValidityBringsEveryMailAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, inprocess.IMAPOptions{})
		d.ledger.answer = func(mailbox.Folder, mailbox.Mail) (mailbox.Disposition, error) { return mailbox.Leave, nil }
		d.add("INBOX", 300, 300, 300)
		d.watch()
		synctest.Wait()
		if err := d.server.Renumber("support", "INBOX"); err != nil {
			t.Fatal(err)
		}
		pass(2 * time.Hour)
		var folders []uint32
		for k := range d.ledger.now().mails {
			folders = append(folders, k.validity)
		}
		slices.Sort(folders)
		if len(folders) != 6 || folders[2] != folders[0] || folders[3] == folders[0] {
			t.Errorf("mails were taken under the UIDVALIDITYs %v", folders)
		}
	})
}

func TestLargeMails(t *testing.T) {
	const kib = 1 << 10
	header := func(size int) string { return "Subject: large\r\nX-Filler: " + strings.Repeat("x", size) + "\r\n\r\n" }
	for _, test := range []struct {
		name   string
		raw    string
		length int // of what is handed over
		whole  bool
	}{
		{"as large as may be", header(0) + strings.Repeat("y", 1024*kib-len(header(0))), 1024 * kib, true},
		{"one byte more", header(0) + strings.Repeat("y", 1024*kib-len(header(0))+1), len(header(0)) + 64*kib, false},
		{"long header", header(200*kib) + strings.Repeat("y", 2048*kib), len(header(200*kib)) + 64*kib, false},
		{"endless header", header(3 * 1024 * kib), 320 * kib, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t, inprocess.IMAPOptions{})
				d.settings.MaxSize = 1024 * kib
				d.add("INBOX", 300)
				if _, err := d.server.Append("support", "INBOX", received, []byte(test.raw)); err != nil {
					t.Fatal(err)
				}
				d.add("INBOX", 300)
				d.watch()
				synctest.Wait()
				got := d.ledger.now().mails[key{1, 2}]
				if len(d.ledger.now().mails) != 3 || got.Truncated == test.whole || got.Size != int64(len(test.raw)) ||
					string(got.Raw) != test.raw[:test.length] {
					t.Errorf("%d bytes of %d, truncated: %v; want %d", len(got.Raw), got.Size, got.Truncated, test.length)
				}
			})
		})
	}
}

// Without MOVE, mails are copied and expunged one by one; without that, they stay, with a keyword. Mails that people have
// marked as deleted are nobody's business.
func TestServersWithoutMOVE(t *testing.T) {
	for name, test := range map[string]struct {
		caps              imap.CapSet
		inbox, done, flag int
	}{
		"UIDPLUS": {imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapUIDPlus: {}}, 1, 2, 0},
		"nothing": {imap.CapSet{imap.CapIMAP4rev1: {}}, 3, 0, 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var mu sync.Mutex
				var expunged []imap.NumSet
				d := newDesk(t, inprocess.IMAPOptions{Caps: test.caps, Refuse: func(c inprocess.IMAPCommand) error {
					mu.Lock()
					defer mu.Unlock()
					if c.Name == "EXPUNGE" {
						expunged = append(expunged, c.Mails)
					}
					return nil
				}})
				d.ledger.answer = func(_ mailbox.Folder, m mailbox.Mail) (mailbox.Disposition, error) {
					if m.UID == 2 {
						return mailbox.Leave, nil
					}
					return mailbox.Done, nil
				}
				d.add("INBOX", 300, 300, 300)
				d.watch()
				pass(time.Hour)
				d.allAccounted(test.inbox, test.done)
				for _, mails := range expunged {
					if mails == nil {
						t.Error("a plain EXPUNGE was sent")
					}
				}
				flagged := 0
				stored, err := d.server.Mails("support", "INBOX")
				if err != nil {
					t.Fatal(err)
				}
				for _, m := range stored {
					if slices.Contains(m.Flags, "triaged-done") {
						flagged++
					}
					if slices.Contains(m.Flags, imap.FlagSeen) {
						t.Error("a mail was marked as read")
					}
				}
				if flagged != test.flag {
					t.Errorf("%d mails have the keyword, want %d", flagged, test.flag)
				}
				for k, times := range d.ledger.now().times {
					if times != 1 {
						t.Errorf("mail %d was handed over %d times", k.uid, times)
					}
				}
			})
		})
	}
}

func TestSTARTTLSAndTLS(t *testing.T) {
	trusted, err := inprocess.NewCertificate("imap.school.example")
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := inprocess.NewCertificate("imap.school.example")
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		server, client *inprocess.Certificate
		trouble        string
	}{
		"starttls":           {trusted, trusted, ""},
		"untrusted":          {stranger, trusted, "ca_file"},
		"server without TLS": {nil, trusted, "STARTTLS"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var o inprocess.IMAPOptions
				if test.server != nil {
					o.TLS = test.server.Server
				}
				d := newDesk(t, o)
				d.settings.Security = "starttls"
				d.settings.TLS = clientConfig(test.client)
				d.add("INBOX", 300)
				d.watch()
				synctest.Wait()
				last := d.status()
				if test.trouble == "" {
					d.allAccounted(0, 1)
				} else if last.Err == nil || !strings.Contains(last.Err.Error(), test.trouble) {
					t.Errorf("want a hint at %s, got %v", test.trouble, last.Err)
				}
			})
		})
	}
}

// scripted serves one connection after the other with a function from a command, without its tag, to the lines of its
// answer; "TAG" in them stands for the tag. It records the commands.
func scripted(t *testing.T, network *memnet.Network, greeting string, answer func(command string) string) *[]string {
	t.Helper()
	l, err := network.Listen(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	var commands []string
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			fmt.Fprintf(c, "%s\r\n", greeting)
			lines := bufio.NewScanner(c)
			for lines.Scan() {
				tag, command, _ := strings.Cut(lines.Text(), " ")
				commands = append(commands, command)
				if text := answer(command); text != "" {
					fmt.Fprint(c, strings.ReplaceAll(text, "TAG", tag))
				}
			}
			c.Close()
		}
	}()
	return &commands
}

func TestWaysToLogIn(t *testing.T) {
	sasl := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	for name, test := range map[string]struct {
		caps        string
		credentials mailbox.Credentials
		want        string // the command
		refusal     string // the answer to it
		login       bool   // whether the error is ErrLogin
		trouble     string // in the error
	}{
		"password": {"SASL-IR AUTH=PLAIN AUTH=LOGIN", mailbox.Credentials{Username: "ü", Password: "ß"},
			"AUTHENTICATE PLAIN " + sasl("\x00ü\x00ß"), "NO [AUTHENTICATIONFAILED] no", true, "check username"},
		"old server": {"", mailbox.Credentials{Username: "a", Password: "b c"},
			`LOGIN "a" "b c"`, "NO no", true, "check username"},
		"server has trouble": {"SASL-IR AUTH=PLAIN", mailbox.Credentials{Username: "a", Password: "b"},
			"AUTHENTICATE PLAIN " + sasl("\x00a\x00b"), "NO [UNAVAILABLE] later", false, "for now: login: imap: NO [UNAVAILABLE] later"},
		"token": {"SASL-IR AUTH=PLAIN AUTH=XOAUTH2", mailbox.Credentials{Username: "a", Token: "t"},
			"AUTHENTICATE XOAUTH2 " + sasl("user=a\x01auth=Bearer t\x01\x01"), "NO no", true, "may use IMAP"},
		"other token": {"SASL-IR AUTH=OAUTHBEARER", mailbox.Credentials{Username: "a", Token: "t"},
			"AUTHENTICATE OAUTHBEARER " + sasl("n,a=a,\x01auth=Bearer t\x01\x01"), "NO no", true, "may use IMAP"},
		"no tokens":    {"AUTH=PLAIN", mailbox.Credentials{Username: "a", Token: "t"}, "", "", false, "use a password"},
		"no passwords": {"LOGINDISABLED", mailbox.Credentials{Username: "a", Password: "b"}, "", "", false, `"starttls"`},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var network memnet.Network
				commands := scripted(t, &network, "* OK [CAPABILITY "+strings.TrimSpace("IMAP4rev1 "+test.caps)+"] hello", func(string) string {
					return "TAG " + test.refusal + "\r\n"
				})
				var last mailbox.Status
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				go mailbox.Watch(ctx, mailbox.Settings{Name: "support", Address: address, Security: "none", Dial: network.Dial,
					Login:   func(context.Context) (mailbox.Credentials, error) { return test.credentials, nil },
					Observe: func(s mailbox.Status) { last = s }}, newLedger())
				synctest.Wait()
				if got := strings.Join(*commands, "; "); got != test.want {
					t.Errorf("the server was told %q, want %q", got, test.want)
				}
				if errors.Is(last.Err, mailbox.ErrLogin) != test.login || !strings.Contains(fmt.Sprint(last.Err), test.trouble) {
					t.Errorf("the status says %v", last.Err)
				}
			})
		})
	}
}

// Some servers list a mail and then have no text for it, others answer for mails that nobody asked for.
func TestServerWithoutTheText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var network memnet.Network
		scripted(t, &network, "* PREAUTH [CAPABILITY IMAP4rev1 MOVE] hello", func(command string) string {
			switch {
			case strings.HasPrefix(command, "SELECT"):
				return "* 2 EXISTS\r\n* OK [UIDVALIDITY 9] valid\r\nTAG OK [READ-WRITE] open\r\n"
			case strings.Contains(command, "BODY.PEEK[]"):
				rows := "* 7 FETCH (UID 99 BODY[] {3}\r\nabc)\r\n* 1 FETCH (FLAGS (\\Seen))\r\n"
				if strings.Contains(command, "1") {
					rows += "* 1 FETCH (UID 1 BODY[] {7}\r\nA: b\r\n\n)\r\n"
				}
				if strings.Contains(command, "2") {
					rows += "* 2 FETCH (UID 2 BODY[] NIL)\r\n"
				}
				return rows + "TAG OK done\r\n"
			case strings.Contains(command, "RFC822.SIZE"):
				return `* 1 FETCH (UID 1 INTERNALDATE "05-Oct-2026 08:30:00 +0000" RFC822.SIZE 7)` + "\r\n" +
					`* 2 FETCH (UID 2 INTERNALDATE "05-Oct-2026 08:31:00 +0000" RFC822.SIZE 7)` + "\r\nTAG OK done\r\n"
			case strings.HasPrefix(command, "UID FETCH"):
				return "* 2 FETCH (UID 2)\r\nTAG OK done\r\n"
			}
			return "TAG OK done\r\n"
		})
		l := newLedger()
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		go mailbox.Watch(ctx, mailbox.Settings{Name: "support", Address: address, Security: "none", Dial: network.Dial,
			Login: login("a", "b")}, l)
		pass(10 * time.Minute)
		l = l.now()
		if got := l.mails[key{9, 1}]; len(l.mails) != 1 || string(got.Raw) != "A: b\r\n\n" {
			t.Errorf("taken: %v", l.mails)
		}
		if errs := l.troubled[key{9, 2}]; len(errs) == 0 || len(l.troubled) != 1 {
			t.Errorf("the owner was told of %v", l.troubled)
		}
	})
}
