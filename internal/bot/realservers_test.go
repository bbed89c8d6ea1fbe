package bot_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"triaged/internal/bot"
	"triaged/internal/config"
	"triaged/internal/delivery"
	"triaged/internal/inprocess"
	"triaged/internal/message"
	"triaged/internal/realserver"
)

// town is a desk on a real Dovecot, whose mail and whose people's mail pass a real Postfix.
type town struct {
	t     *testing.T
	boxes map[string]string // address to maildir
	smtp  *delivery.Client
	mails int
	desk  *bot.Desk
	imap  *realserver.DovecotServer
}

// openTown starts the servers and the bot.
func openTown(t *testing.T, people ...string) *town {
	t.Helper()
	dovecot := realserver.Dovecot(t)
	d := &town{t: t, imap: dovecot, boxes: map[string]string{"support@school.example": dovecot.Maildir}}
	for _, p := range people {
		d.boxes[p] = filepath.Join(filepath.Dir(dovecot.Maildir), strings.Replace(p, "@", "-", 1))
	}
	postfix := realserver.Postfix(t, realserver.PostfixOptions{Boxes: d.boxes})
	settings := delivery.Settings{Address: postfix.Addr, Security: "starttls", TLS: postfix.TLS()}
	d.smtp = delivery.New(settings)
	t.Cleanup(func() { d.smtp.Close() })

	text := strings.Replace(schoolConfig, `data_dir = "data"`, fmt.Sprintf("data_dir = %q", t.TempDir()), 1)
	text = strings.Replace(text, `"127.0.0.1:143"`, fmt.Sprintf("%q", dovecot.TLSAddr), 1)
	text = strings.Replace(text, `security = "none"`, fmt.Sprintf("security = \"tls\"\nca_file = %q", dovecot.CAFile), 1)
	text = strings.Replace(text, `username = "support"`, fmt.Sprintf("username = %q", realserver.User), 1)
	text = strings.Replace(text, `password = "secret"`, fmt.Sprintf("password = %q", realserver.Password), 1)
	c, err := config.Parse("config.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if d.desk, err = bot.Open(c, bot.Rim{}); err != nil {
		t.Fatal(err)
	}
	mailboxes, err := bot.Mailboxes(c, bot.Rim{})
	if err != nil {
		t.Fatal(err)
	}
	mailboxes[0].TLS.ServerName = "localhost"
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- bot.New(d.desk, mailboxes, settings).Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the bot ended: %v", err)
		}
		result, err := d.desk.Store().Check()
		if err != nil || len(result.Problems) > 0 {
			t.Errorf("check: %v %v", err, result.Problems)
		}
		d.desk.Close()
	})
	return d
}

// writes lets somebody send a mail to the desk.
func (d *town) writes(from, subject, body string, header ...string) {
	d.t.Helper()
	d.mails++
	raw := "From: " + from + "\r\nTo: support@school.example\r\nSubject: " + subject + fmt.Sprintf("\r\nMessage-ID: <%d@people.example>\r\n", d.mails) +
		"Date: " + time.Now().Format(time.RFC1123Z) + "\r\n" + strings.Join(header, "\r\n") + "\r\n\r\n" + strings.ReplaceAll(body, "\n", "\r\n") + "\r\n"
	raw = strings.Replace(raw, "\r\n\r\n\r\n", "\r\n\r\n", 1)
	r := d.smtp.Send(d.t.Context(), delivery.Mail{From: from, To: "support@school.example", Data: []byte(raw)})
	if r.Outcome != delivery.Sent {
		d.t.Fatalf("%+v", r)
	}
}

// gets waits for a mail of a kind in somebody's maildir.
func (d *town) gets(who, kind string) *message.Message {
	d.t.Helper()
	limit := time.After(60 * time.Second)
	for {
		files, err := filepath.Glob(filepath.Join(d.boxes[who], "new", "*"))
		if err != nil {
			d.t.Fatal(err)
		}
		slices.Sort(files)
		for _, file := range files {
			raw, err := os.ReadFile(file)
			if err != nil {
				d.t.Fatal(err)
			}
			if m := message.Parse(raw); m.Header.Get("X-Triaged-Kind") == kind {
				os.Remove(file)
				return m
			}
		}
		select {
		case <-limit:
			d.t.Fatalf("%s gets no %s", who, kind)
		case <-time.After(20 * time.Millisecond): // look again
		}
	}
}

// TestOneRequestOnRealServers is the main job, by way of Postfix and Dovecot.
func TestOneRequestOnRealServers(t *testing.T) {
	d := openTown(t, "pat@school.example", "kim@school.example", "campus@school.example", "admin@school.example")
	d.writes("pat@school.example", "Projector in room 214", "The projector does not turn on.\nPat")
	ack := d.gets("pat@school.example", "acknowledgement")
	if !strings.Contains(ack.Subject, "[SR-1]") {
		t.Errorf("acknowledged as %q", ack.Subject)
	}
	notice := d.gets("kim@school.example", "notice")
	d.writes("kim@school.example", "Re: "+notice.Subject, "# 1 - 3\n\n> "+strings.ReplaceAll(notice.Text, "\n", "\n> "),
		"In-Reply-To: <"+notice.MessageID+">")
	if receipt := d.gets("kim@school.example", "receipt"); !strings.Contains(receipt.Text, "1-3") {
		t.Errorf("the receipt says:\n%s", receipt.Text)
	}
	d.gets("pat@school.example", "categorized")
	d.gets("campus@school.example", "notice")
	if n := d.imap.Count(""); n != 0 {
		t.Errorf("%d mails are still in the inbox", n)
	}
}

// BenchmarkArrival measures from a mail's delivery into Dovecot's inbox to the hand-over of its acknowledgement to SMTP.
// Dovecot holds back its IDLE notice for half a second.
func BenchmarkArrival(b *testing.B) {
	server := realserver.Dovecot(b)
	taken := make(chan time.Time, 100)
	smtp := inprocess.NewSMTP(inprocess.SMTPOptions{OnMail: func(r inprocess.Received) error {
		if strings.HasPrefix(r.To[0], "pat@") {
			taken <- time.Now()
		}
		return nil
	}})
	defer smtp.Close()
	c := benchConfig(b, server)
	rim := bot.Rim{}
	listen(b, smtp.Serve, &c.SMTP.Address)
	c.Notify.NewRequest = []string{"kim@school.example"}
	c.Limits = config.Limits{}
	desk, err := bot.Open(c, rim)
	if err != nil {
		b.Fatal(err)
	}
	defer desk.Close()
	boxes, err := bot.Mailboxes(c, rim)
	if err != nil {
		b.Fatal(err)
	}
	boxes[0].TLS.ServerName = "localhost"
	settings, err := bot.Delivery(c, rim)
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- bot.New(desk, boxes, settings).Run(ctx) }()
	n, total := 0, time.Duration(0)
	for b.Loop() {
		n++
		raw := fmt.Sprintf("From: pat@school.example\r\nSubject: Projector %d\r\nMessage-ID: <%d@people.example>\r\n\r\nIt is dark.\r\n", n, n)
		start := time.Now()
		server.Append("", start, []byte(raw))
		total += (<-taken).Sub(start)
	}
	b.ReportMetric(float64(total.Milliseconds())/float64(n), "ms/arrival")
	cancel()
	<-ended
}
