package bot_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"triaged/internal/bot"
	"triaged/internal/config"
	"triaged/internal/inprocess"
	"triaged/internal/memnet"
	"triaged/internal/message"
)

// school is a desk with its mail servers, all in one process and, in a bubble, out of time.
type school struct {
	t       *testing.T
	network memnet.Network
	imap    *inprocess.IMAP
	smtp    *inprocess.SMTP
	config  *config.Config
	rim     bot.Rim
	desk    *bot.Desk
	prepare func(*bot.Desk) // before the loops run; nil: nothing
	stop    func()
	fatal   string // words of the error that the bot ends with by itself; "": it goes on until it is stopped
	log     transcript
	read    int // how many sent mails the test has looked at
	mails   int
}

const schoolConfig = `
[desk]
name = "Customer Care Center"
address = "support@school.example"
timezone = "America/Chicago"
data_dir = "data"
authority = "token-or-dmarc"
auth_preset = "authserv"
authserv_id = "mx.school.example"

[[mailbox]]
name = "support"
address = "127.0.0.1:143"
security = "none"
username = "support"
password = "secret"
folder = "INBOX"
done_folder = "Processed"
refused_folder = "Refused"
poll_interval = "1m"

[review]
daily = false

[watch]
probe = "0s"

[smtp]
address = "127.0.0.1:25"
security = "none"

[notify]
new_request = ["kim@school.example"]
operator = ["admin@school.example"]

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
codes = ["1-*"]

[[team]]
name = "instructional-technology"
address = "itech@school.example"
codes = ["4-*"]
`

// Monday is 07:05 on a working day of the test's desk.
var monday = time.Date(2026, 3, 2, 13, 5, 0, 0, time.UTC)

// openSchool starts the servers, and the bot on them, on a Monday morning. Call it in a bubble.
func openSchool(t *testing.T, options inprocess.SMTPOptions, change ...func(*config.Config)) *school {
	t.Helper()
	return openSchoolWith(t, inprocess.IMAPOptions{}, options, change...)
}

func openSchoolWith(t *testing.T, mailbox inprocess.IMAPOptions, options inprocess.SMTPOptions, change ...func(*config.Config)) *school {
	t.Helper()
	time.Sleep(time.Until(monday))
	s := &school{t: t}
	s.imap = inprocess.NewIMAP(mailbox, map[string]string{"support": "secret"})
	s.smtp = inprocess.NewSMTP(options)
	s.serve("127.0.0.1:143", s.imap)
	s.serve("127.0.0.1:25", s.smtp)
	var err error
	if s.config, err = config.Parse("config.toml", []byte(schoolConfig)); err != nil {
		t.Fatal(err)
	}
	s.config.Desk.DataDir = t.TempDir()
	for _, f := range change {
		f(s.config)
	}
	s.rim = bot.Rim{Dial: s.network.Dial, Room: func(string) (uint64, error) { return 1 << 40, nil }, Log: slog.New(slog.NewTextHandler(io.MultiWriter(testWriter{t}, &s.log), nil))}
	s.start()
	return s
}

// transcript is all that was logged.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (t *transcript) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.Write(b)
}

func (t *transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}

type testWriter struct{ t *testing.T }

func (w testWriter) Write(b []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(b)))
	return len(b), nil
}

func (s *school) start() {
	s.t.Helper()
	desk, err := bot.Open(s.config, s.rim)
	if err != nil {
		s.t.Fatal(err)
	}
	s.desk = desk
	if s.prepare != nil {
		s.prepare(desk)
	}
	mailboxes, err := bot.Mailboxes(s.config, s.rim)
	if err != nil {
		s.t.Fatal(err)
	}
	smtp, err := bot.Delivery(s.config, s.rim)
	if err != nil {
		s.t.Fatal(err)
	}
	b := bot.New(desk, mailboxes, smtp)
	ctx, cancel := context.WithCancel(s.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	s.stop = func() {
		cancel()
		if err := <-ended; (err != nil) != (s.fatal != "") || err != nil && !strings.Contains(err.Error(), s.fatal) {
			s.t.Errorf("the bot ended with %v", err)
		}
		s.check()
		desk.Close()
	}
	synctest.Wait()
}

// check proves the store.
func (s *school) check() {
	s.t.Helper()
	result, err := s.desk.Store().Check()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.desk.Store().CheckRaw(&result); err != nil {
		s.t.Fatal(err)
	}
	for _, p := range result.Problems {
		s.t.Errorf("check: %s", p)
	}
}

func (s *school) close() {
	s.stop()
	s.imap.Close()
	s.smtp.Close()
}

// arrives puts a mail into the mailbox, now, and lets the bot do all it does about it.
func (s *school) arrives(from, subject, body string, header ...string) string {
	s.t.Helper()
	s.mails++
	id := fmt.Sprintf("%d@people.example", s.mails)
	raw := "From: " + from + "\r\nTo: support@school.example\r\nSubject: " + subject + "\r\nMessage-ID: <" + id + ">\r\n" +
		"Date: " + time.Now().Format(time.RFC1123Z) + "\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
	for _, h := range header {
		raw += h + "\r\n"
	}
	s.raw(raw + "\r\n" + strings.ReplaceAll(body, "\n", "\r\n") + "\r\n")
	return id
}

func (s *school) raw(raw string) {
	s.t.Helper()
	if _, err := s.imap.Append("support", "INBOX", time.Now(), []byte(raw)); err != nil {
		s.t.Fatal(err)
	}
	s.settle()
}

// settle lets a second pass in which everything happens that was waiting to.
func (s *school) settle() {
	time.Sleep(time.Second)
	synctest.Wait()
}

// sent is what the bot has sent since the last look.
func (s *school) sent() []sentMail {
	s.t.Helper()
	var all []sentMail
	for _, r := range s.smtp.Mails()[s.read:] {
		all = append(all, read(s.t, r))
		s.read++
	}
	return all
}

type sentMail struct {
	to   string
	kind string
	at   time.Time
	data []byte
	*message.Message
}

func read(t *testing.T, r inprocess.Received) sentMail {
	t.Helper()
	if _, err := mail.ReadMessage(strings.NewReader(string(r.Data))); err != nil {
		t.Errorf("the bot sent a mail that cannot be read: %v", err)
	}
	m := message.Parse(r.Data)
	return sentMail{to: strings.Join(r.To, ","), kind: m.Header.Get("X-Triaged-Kind"), at: r.At, data: r.Data, Message: m}
}

// expect looks at what was sent since the last look: one mail for each "kind to".
func (s *school) expect(want ...string) map[string]sentMail {
	s.t.Helper()
	got := map[string]sentMail{}
	var have []string
	for _, m := range s.sent() {
		key := m.kind + " " + m.to
		have = append(have, key)
		if _, twice := got[key]; twice {
			s.t.Errorf("sent twice: %s", key)
		}
		got[key] = m
	}
	if len(have) != len(want) {
		s.t.Fatalf("sent %q, want %q", have, want)
	}
	for _, w := range want {
		if _, ok := got[w]; !ok {
			s.t.Fatalf("sent %q, want %q", have, want)
		}
	}
	return got
}

// answers writes an answer to a mail of the bot's, quoting it as mail programs do.
func (s *school) answers(m sentMail, from, text string) string {
	s.t.Helper()
	var quoted strings.Builder
	for line := range strings.Lines(m.Text) {
		quoted.WriteString("> " + strings.TrimRight(line, "\n") + "\n")
	}
	return s.arrives(from, "Re: "+m.Subject, text+"\n\nOn Mon, Mar 2, 2026 at 7:05 AM Customer Care Center <support@school.example> wrote:\n"+quoted.String(),
		"In-Reply-To: <"+m.MessageID+">", "References: <"+m.MessageID+">")
}

func (s *school) rows(queue string) []bot.RequestRow {
	s.t.Helper()
	var all []bot.RequestRow
	err := s.desk.Today().List(bot.Args{Queue: queue}, func(row any) error {
		all = append(all, row.(bot.RequestRow))
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

func (s *school) ledger() []bot.LedgerRow {
	s.t.Helper()
	var all []bot.LedgerRow
	err := s.desk.Today().Ledger(bot.Args{}, func(row any) error {
		all = append(all, row.(bot.LedgerRow))
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

func (s *school) serve(address string, server interface{ Serve(net.Listener) error }) {
	s.t.Helper()
	l, err := s.network.Listen(address)
	if err != nil {
		s.t.Fatal(err)
	}
	go server.Serve(l)
}
