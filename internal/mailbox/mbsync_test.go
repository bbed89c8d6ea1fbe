package mailbox_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"triaged/internal/realserver"
)

// mbsync downloads the inbox of a Dovecot into an empty maildir, with its default fsync: the yardstick for BenchmarkDovecot.
func mbsync(b *testing.B, server *realserver.DovecotServer, mails int) {
	program, err := exec.LookPath("mbsync")
	if err != nil {
		b.Skip("mbsync is not installed on this machine; skipped")
	}
	host, port, err := net.SplitHostPort(server.Addr)
	if err != nil {
		b.Fatal(err)
	}
	round := 0
	for b.Loop() {
		dir := filepath.Join(b.TempDir(), fmt.Sprint(round))
		round++
		if err := os.MkdirAll(filepath.Join(dir, "mail"), 0o700); err != nil {
			b.Fatal(err)
		}
		config := fmt.Sprintf(`IMAPStore server
Host %s
Port %s
User %s
Pass %s
SSLType None
AuthMechs LOGIN

MaildirStore here
Path %s/mail/
Inbox %s/mail/INBOX

Channel inbox
Far :server:
Near :here:
Create Near
Sync PullNew
SyncState %s/
`, host, port, realserver.User, realserver.Password, dir, dir, dir)
		if err := os.WriteFile(filepath.Join(dir, "mbsyncrc"), []byte(config), 0o600); err != nil {
			b.Fatal(err)
		}
		out, err := exec.Command(program, "-q", "-c", filepath.Join(dir, "mbsyncrc"), "inbox").CombinedOutput()
		if err != nil {
			b.Fatalf("mbsync: %v: %s", err, out)
		}
	}
	b.ReportMetric(float64(mails*b.N)/b.Elapsed().Seconds(), "mails/s")
	b.ReportMetric(0, "ns/op")
}
