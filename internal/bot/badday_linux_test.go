package bot_test

import (
	"errors"
	"fmt"
	"os"
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
				t.Errorf("sent: %s", key)
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
