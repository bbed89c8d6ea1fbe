package bot_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"triaged/internal/bot"
	"triaged/internal/config"
	"triaged/internal/delivery"
	"triaged/internal/mailbox"
	"triaged/internal/realserver"
	"triaged/internal/store"
)

// backlog is a mailbox of schools' mail: 32 KB on average, a seventh of it with attachments, which hold most of the bytes.
func backlog(n int) [][]byte {
	random := rand.New(rand.NewPCG(3, 4))
	words := strings.Fields("the projector in my room does not turn on since monday please help we have a test in the afternoon and " +
		"the printer of the front office is jammed again my password for the grade book was refused thank you")
	mails := make([][]byte, n)
	for i := range mails {
		var text strings.Builder
		for text.Len() < 2000+random.IntN(6000) {
			text.WriteString(words[random.IntN(len(words))])
			text.WriteString([]string{" ", " ", " ", " ", "\r\n", ".\r\n\r\n"}[random.IntN(6)])
		}
		mails[i] = oneOfBacklog(i, text.String(), random)
	}
	return mails
}

func oneOfBacklog(i int, text string, random *rand.Rand) []byte {
	head := fmt.Sprintf("Received: from a by b with SMTP id %d; Mon, 2 Mar 2026 07:05:00 -0600\r\nFrom: Person %d <p%d@school.example>\r\n"+
		"To: support@school.example\r\nSubject: Trouble number %d in my room\r\nMessage-ID: <%x@people.example>\r\n"+
		"Date: Mon, 2 Mar 2026 07:05:00 -0600\r\nMIME-Version: 1.0\r\n", i, i, i, i, sha256.Sum256([]byte(fmt.Sprint(i))))
	html := "<html><body><p>" + strings.ReplaceAll(text, "\r\n", "<br>\r\n") + "</p></body></html>"
	alternative := "--alt\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + text + "\r\n--alt\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" +
		html + "\r\n--alt--\r\n"
	if i%7 != 0 {
		return []byte(head + "Content-Type: multipart/alternative; boundary=alt\r\n\r\n" + alternative)
	}
	file := make([]byte, 90_000+random.IntN(90_000))
	for j := range file {
		file[j] = byte(random.Uint32())
	}
	encoded := base64.StdEncoding.EncodeToString(file)
	var lines strings.Builder
	for len(encoded) > 76 {
		lines.WriteString(encoded[:76] + "\r\n")
		encoded = encoded[76:]
	}
	lines.WriteString(encoded + "\r\n")
	return []byte(head + "Content-Type: multipart/mixed; boundary=mix\r\n\r\n--mix\r\nContent-Type: multipart/alternative; boundary=alt\r\n\r\n" +
		alternative + "--mix\r\nContent-Type: application/pdf; name=\"quote.pdf\"\r\nContent-Disposition: attachment; filename=\"quote.pdf\"\r\n" +
		"Content-Transfer-Encoding: base64\r\n\r\n" + lines.String() + "--mix--\r\n")
}

// BenchmarkBacklog takes 5,000 mails from Dovecot over TLS, to committed with the acknowledgement queued, and in turn
// lets mbsync download the same mailbox to a maildir. Both sync to disk as they do by default.
func BenchmarkBacklog(b *testing.B) {
	mails := backlog(5000)
	bytes := 0
	for _, m := range mails {
		bytes += len(m)
	}
	b.Logf("%d mails of %d bytes on average", len(mails), bytes/len(mails))
	for b.Loop() {
		b.StopTimer()
		server := realserver.Dovecot(b)
		for _, m := range mails {
			server.Append("", time.Now(), m)
		}
		synced := mbsync(b, server)
		b.StartTimer()
		taken := takeBacklog(b, server, len(mails))
		b.StopTimer()
		b.ReportMetric(float64(len(mails))/taken.Seconds(), "mails/s")
		b.ReportMetric(float64(bytes)/1e6/taken.Seconds(), "MB/s")
		if synced > 0 {
			b.ReportMetric(float64(len(mails))/synced.Seconds(), "mbsync-mails/s")
		}
		b.StartTimer()
	}
}

// takeBacklog runs the receiving half of the bot until every mail is committed.
func takeBacklog(b *testing.B, server *realserver.DovecotServer, mails int) time.Duration {
	b.Helper()
	c := benchConfig(b, server)
	desk, err := bot.Open(c, bot.Rim{})
	if err != nil {
		b.Fatal(err)
	}
	defer desk.Close()
	boxes, err := bot.Mailboxes(c, bot.Rim{})
	if err != nil {
		b.Fatal(err)
	}
	boxes[0].TLS.ServerName = "localhost"
	ctx, cancel := context.WithTimeout(b.Context(), 5*time.Minute)
	defer cancel()
	owner := &counting{Owner: bot.New(desk, boxes, delivery.Settings{}).Owner(), left: mails, done: cancel}
	start := time.Now()
	if err := mailbox.Watch(ctx, boxes[0], owner); !errors.Is(err, context.Canceled) {
		b.Fatal(err)
	}
	taken := owner.at.Sub(start)
	result, err := desk.Store().Check()
	if err != nil || len(result.Problems) > 0 || result.Mails != mails {
		b.Fatalf("check: %v %v, %d mails", err, result.Problems, result.Mails)
	}
	owed := 0
	desk.Store().View(func(tx *store.Tx) error {
		for range tx.Outbox(store.Pending) {
			owed++
		}
		return nil
	})
	if owed != 2*mails {
		b.Fatalf("%d mails are owed, want an acknowledgement and a notice for each of %d", owed, mails)
	}
	return taken
}

// benchConfig is the test's desk on a Dovecot.
func benchConfig(b *testing.B, server *realserver.DovecotServer) *config.Config {
	b.Helper()
	c, err := config.Parse("config.toml", []byte(schoolConfig))
	if err != nil {
		b.Fatal(err)
	}
	c.Desk.DataDir = b.TempDir()
	c.Mailboxes[0].Address, c.Mailboxes[0].Security, c.Mailboxes[0].CAFile = server.TLSAddr, "tls", server.CAFile
	c.Mailboxes[0].Username, c.Mailboxes[0].Password = realserver.User, config.NewSecret(realserver.Password)
	return c
}

// listen serves on a port of the loopback interface.
func listen(b *testing.B, serve func(net.Listener) error, address *string) {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	go serve(l)
	*address = l.Addr().String()
}

// counting is an owner that notes when the last mail is committed.
type counting struct {
	mailbox.Owner
	left int
	at   time.Time
	done func()
}

func (o *counting) Accept(ctx context.Context, f mailbox.Folder, mails []mailbox.Mail) ([]mailbox.Disposition, error) {
	d, err := o.Owner.Accept(ctx, f, mails)
	if err == nil {
		if o.left -= len(mails); o.left == 0 {
			o.at = time.Now()
			o.done()
		}
	}
	return d, err
}

// mbsync downloads the mailbox to a maildir and tells how long that took; 0 where mbsync is not installed.
func mbsync(b *testing.B, server *realserver.DovecotServer) time.Duration {
	b.Helper()
	program, err := exec.LookPath("mbsync")
	if err != nil {
		b.Log("mbsync is not installed (Debian package isync): nothing to compare with")
		return 0
	}
	dir := b.TempDir()
	host, port, _ := strings.Cut(server.TLSAddr, ":")
	text := fmt.Sprintf("IMAPAccount a\nHost %s\nPort %s\nUser %s\nPass %s\nSSLType IMAPS\nCertificateFile %s\n\nIMAPStore far\nAccount a\n\n"+
		"MaildirStore near\nPath %s/\nInbox %s/inbox\n\nChannel c\nFar :far:\nNear :near:\nPatterns INBOX\nSync Pull\nCreate Near\nSyncState *\n",
		strings.Replace(host, "127.0.0.1", "localhost", 1), port, realserver.User, realserver.Password, server.CAFile, dir, dir)
	file := filepath.Join(dir, "rc")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	if out, err := exec.Command(program, "-c", file, "c").CombinedOutput(); err != nil {
		b.Fatalf("mbsync: %v\n%s", err, out)
	}
	return time.Since(start)
}
