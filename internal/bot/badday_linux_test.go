package bot_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"triaged/internal/bot"
	"triaged/internal/config"
	"triaged/internal/inprocess"
)

// smallDisk is a disk of its own, of so many bytes. Only root may make one: without, the test is skipped.
func smallDisk(t *testing.T, size int) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", size)); err != nil {
		t.Skipf("no disk can be made for the test: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

// TestFullDiskLosesNoMail fills the disk while mail arrives. The mail waits on the server, the log says what to do, and once
// there is room all goes on by itself.
func TestFullDiskLosesNoMail(t *testing.T) {
	disk := smallDisk(t, 4<<20)
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{}, uncapped, func(c *config.Config) { c.Desk.DataDir = filepath.Join(disk, "data") })
		defer s.close()
		s.arrives("Dana <dana@school.example>", "Projector is dark", "It does not turn on.")
		s.expect("acknowledgement dana@school.example", "notice kim@school.example")
		filler := filepath.Join(disk, "filler")
		f, err := os.Create(filler)
		if err != nil {
			t.Fatal(err)
		}
		for err == nil {
			_, err = f.Write(make([]byte, 4<<10))
		}
		f.Close()
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
		for i := range 20 {
			s.arrives(fmt.Sprintf("p%d@school.example", i), "Trouble", strings.Repeat("The screen is blue. ", 2000)+fmt.Sprint(i))
		}
		time.Sleep(10 * time.Minute)
		if n := len(s.rows("all")); n == 21 {
			t.Fatal("the disk was not full")
		}
		if err := os.Remove(filler); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Minute)
		s.settle()
		if n := len(s.rows("all")); n != 21 {
			t.Errorf("%d of 21 requests once there was room", n)
		}
		acknowledged := map[string]int{}
		for _, m := range s.sent() {
			if m.kind == "acknowledgement" {
				acknowledged[m.to]++
			}
		}
		if len(acknowledged) != 20 {
			t.Errorf("%d of 20 were acknowledged", len(acknowledged))
		}
	})
}

// TestReadOnlyDiskLosesNoMail starts on a disk that cannot be written, as a kernel leaves one on which it has met an error.
// The bot says so and does not start; mail waits on the server, and is taken once the disk can be written.
func TestReadOnlyDiskLosesNoMail(t *testing.T) {
	disk := smallDisk(t, 16<<20)
	remount := func(flags uintptr) {
		if err := syscall.Mount("tmpfs", disk, "tmpfs", syscall.MS_REMOUNT|flags, ""); err != nil {
			t.Fatal(err)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{}, func(c *config.Config) { c.Desk.DataDir = filepath.Join(disk, "data") })
		defer s.close()
		s.arrives("Dana <dana@school.example>", "Projector is dark", "It does not turn on.")
		s.stop()
		remount(syscall.MS_RDONLY)
		_, err := bot.Open(s.config, s.rim)
		if err == nil || !strings.Contains(err.Error(), "read-only") || !strings.Contains(err.Error(), "mount it for writing") {
			t.Errorf("opened on a disk that cannot be written: %v", err)
		}
		if _, err := s.imap.Append("support", "INBOX", time.Now(), []byte("From: omar@school.example\r\nSubject: Printer\r\n\r\nIt eats paper.\r\n")); err != nil {
			t.Fatal(err)
		}
		remount(0)
		s.start()
		s.settle()
		if n := len(s.rows("all")); n != 2 {
			t.Errorf("%d of 2 requests", n)
		}
	})
}

// failingDisk is a disk that can fail as a broken one does: abort has the kernel take it for damaged and write to it no more,
// repair brings it back. Only root may make one: without, the test is skipped.
func failingDisk(t *testing.T) (dir string, abort, repair func()) {
	t.Helper()
	image := filepath.Join(t.TempDir(), "disk")
	dir = t.TempDir()
	do := func(command string, args ...string) error {
		out, err := exec.Command(command, args...).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%s: %w: %s", command, err, out)
		}
		return nil
	}
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.WriteFile(image, nil, 0o600))
	must(os.Truncate(image, 32<<20))
	if err := errors.Join(do("mkfs.ext4", "-q", image), do("mount", "-o", "loop", image, dir)); err != nil {
		t.Skipf("no disk can be made for the test: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir, func() { must(do("mount", "-o", "remount,abort", dir)) }, func() {
		must(syscall.Unmount(dir, 0)) // nobody has it open any more
		_ = do("e2fsck", "-p", image) // its status tells that it repaired something
		must(do("mount", "-o", "loop", image, dir))
	}
}

// TestDiskFailsUnderTheBot takes the disk from a running bot. Mail waits on the server and the log says what to do; once the
// disk is back, each mail becomes one request, acknowledged once. What had to be told ends the bot when it cannot be recorded.
func TestDiskFailsUnderTheBot(t *testing.T) {
	disk, abort, repair := failingDisk(t)
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{}, uncapped, func(c *config.Config) { c.Desk.DataDir = filepath.Join(disk, "data") })
		defer s.close()
		s.arrives("Dana <dana@school.example>", "Projector is dark", "It does not turn on.")
		s.expect("acknowledgement dana@school.example", "notice kim@school.example")
		abort()
		before := len(s.log.String())
		for _, who := range []string{"omar", "lena"} {
			mail := "From: " + who + "@school.example\r\nMessage-ID: <" + who + "@people.example>\r\nSubject: Printer of " + who + "\r\n\r\nIt eats paper.\r\n"
			if _, err := s.imap.Append("support", "INBOX", time.Now(), []byte(mail)); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(10 * time.Minute)
		if mails, err := s.imap.Mails("support", "INBOX"); err != nil || len(mails) != 2 {
			t.Errorf("%d mails wait on the server, %v", len(mails), err)
		}
		said := s.log.String()[before:]
		if !strings.Contains(said, "read-only file system: nothing was recorded; find out from the system's log why, and mount the disk for writing again") {
			t.Errorf("the log does not say what to do:\n%s", said)
		}
		if n := strings.Count(said, "\n"); n > 200 {
			t.Errorf("%d lines in ten minutes", n)
		}
		s.fatal = "read-only file system" // nobody can be told by mail: its exit status tells the service manager
		s.stop()
		s.fatal = ""
		repair()
		s.start()
		s.settle()
		time.Sleep(3 * time.Minute)
		synctest.Wait()
		if n := len(s.rows("all")); n != 3 {
			t.Errorf("%d of 3 requests", n)
		}
		acknowledged := map[string]int{}
		for _, m := range s.sent() {
			if m.kind == "acknowledgement" {
				acknowledged[m.to]++
			}
		}
		if len(acknowledged) != 2 || acknowledged["omar@school.example"] != 1 || acknowledged["lena@school.example"] != 1 {
			t.Errorf("acknowledged: %v", acknowledged)
		}
	})
}

// TestMailboxFullOfOldMail starts on a folder with years of mail. Each mail is accounted for once, nobody who wrote long ago
// is written to, and the people at the desk get lists rather than a mail for each. TRIAGED_OLD_MAILS sets how many; 100000
// takes minutes.
func TestMailboxFullOfOldMail(t *testing.T) {
	old := 300
	if n, err := strconv.Atoi(os.Getenv("TRIAGED_OLD_MAILS")); err == nil {
		old = n
	}
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{})
		defer s.close()
		s.stop()
		s.config.Desk.DataDir = t.TempDir()
		for i := range old {
			mail := fmt.Sprintf("From: p%d@school.example\r\nSubject: Trouble %d\r\nMessage-ID: <%d@old.example>\r\n\r\nThe screen is blue.\r\n", i%500, i, i)
			if _, err := s.imap.Append("support", "INBOX", time.Now().Add(-time.Duration(48+i)*time.Hour), []byte(mail)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.imap.Append("support", "INBOX", time.Now().Add(-time.Hour), []byte("From: dana@school.example\r\nSubject: Fresh\r\n\r\nJust now.\r\n")); err != nil {
			t.Fatal(err)
		}
		s.start()
		s.settle()
		if n := len(s.ledger()); n != old+1 {
			t.Errorf("%d of %d mails are accounted for", n, old+1)
		}
		told := map[string]int{}
		for _, m := range s.sent() {
			told[m.kind+" "+m.to]++
		}
		if told["acknowledgement dana@school.example"] != 1 {
			t.Error("who wrote an hour ago is not acknowledged")
		}
		delete(told, "acknowledgement dana@school.example")
		for key := range told {
			if strings.HasPrefix(key, "acknowledgement") || told[key] > 10 {
				t.Errorf("sent %d times: %s", told[key], key)
			}
		}
		rows := len(s.ledger())
		s.stop()
		s.start()
		s.settle()
		if n := len(s.ledger()); n != rows {
			t.Errorf("a second start made %d rows of %d", n, rows)
		}
	})
}

// TestOutageOfAWeek has the bot down for a week while people write. Afterwards each mail is a request once, submitted when
// the server received it, and reminders come once rather than once for each time that was missed.
func TestOutageOfAWeek(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{}, uncapped)
		defer s.close()
		s.arrives("Dana <dana@school.example>", "Projector is dark", "It does not turn on.")
		s.sent()
		s.stop()
		began := time.Now()
		for i := range 70 {
			time.Sleep(144 * time.Minute)
			mail := fmt.Sprintf("From: p%d@school.example\r\nSubject: Trouble %d\r\nMessage-ID: <%d@week.example>\r\n\r\nThe screen is blue.\r\n", i, i, i)
			if _, err := s.imap.Append("support", "INBOX", time.Now(), []byte(mail)); err != nil {
				t.Fatal(err)
			}
		}
		s.start()
		s.settle()
		s.settle()
		rows := s.rows("all")
		if len(rows) != 71 {
			t.Errorf("%d of 71 requests", len(rows))
		}
		for _, r := range rows[1:] {
			if r.SubmittedAt.Before(began) || r.SubmittedAt.After(time.Now().Add(-time.Second)) {
				t.Errorf("%s was submitted at %s", r.Number, r.SubmittedAt)
			}
		}
		count := map[string]int{}
		for _, m := range s.sent() {
			count[m.kind+" "+m.to]++
			if m.kind == "acknowledgement" {
				count["acknowledgements"]++
			}
		}
		if count["acknowledgements"] != 70 {
			t.Errorf("%d of 70 acknowledgements", count["acknowledgements"])
		}
		for key, n := range count {
			if (strings.HasPrefix(key, "digest") || strings.HasPrefix(key, "report")) && n > 1 {
				t.Errorf("%d of %s", n, key)
			}
		}
	})
}
