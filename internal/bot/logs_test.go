package bot_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"triaged/internal/config"
	"triaged/internal/inprocess"
)

// logbook keeps what is logged.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logbook) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

// lines are the records of one message.
func (l *logbook) lines(t *testing.T, message string) (all []map[string]any) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range strings.Lines(l.text.String()) {
		var record map[string]any
		if err := json.Unmarshal([]byte(line), &record); err != nil {
			t.Errorf("not a line of its own: %q", line)
		}
		if record["msg"] == message {
			all = append(all, record)
		}
	}
	return all
}

// TestLogs: each mail is a line of the log, in and out, and so is each decision of the agenda; what people write is in none,
// nor is a secret, however much is logged.
func TestLogs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log logbook
		s := openSchool(t, inprocess.SMTPOptions{Users: map[string]string{"bot": "smtp-word-8c1f"}}, func(c *config.Config) {
			c.SMTP.Username, c.SMTP.Password = "bot", config.NewSecret("smtp-word-8c1f")
			wrong := c.Mailboxes[0]
			wrong.Name, wrong.Folder, wrong.DoneFolder, wrong.RefusedFolder = "wrong", "Other", "Other done", "Other refused"
			wrong.Password = config.NewSecret("imap-word-77e0")
			c.Mailboxes = append(c.Mailboxes, wrong)
		})
		defer s.close()
		s.stop()
		s.rim.Log = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		s.start()
		s.arrives("teacher@school.example", "subject-word-1", "body-word-2 My password is body-word-3.")
		s.arrives("Kim Tran <kim@school.example>", "[SR-1] subject-word-4", "#1-3\n\nbody-word-5", "Authentication-Results: mx.school.example; dmarc=pass header.from=school.example")
		s.arrives("teacher@school.example", "subject-word-6", "body-word-7", "X-Odd: \x00 broken")
		s.arrives("Kim Tran <kim@school.example>", "no proof #1-3 subject-word-8", "#resolve body-word-9")
		s.raw("From body-word-10\r\n\r\nno mail at all body-word-11")
		time.Sleep(30 * time.Hour)
		synctest.Wait()

		if in, want := log.lines(t, "mail"), len(s.ledger()); len(in) != want || want < 5 {
			t.Errorf("%d lines of %d mails", len(in), want)
		}
		if out, want := log.lines(t, "sent"), len(s.smtp.Mails()); len(out) != want || want < 5 {
			t.Errorf("%d lines of %d mails that were sent", len(out), want)
		}
		if due := log.lines(t, "due"); len(due) == 0 {
			t.Error("nothing that came due is in the log")
		}
		if reviews := log.lines(t, "review"); len(reviews) != 8 {
			t.Errorf("%d reviews in the log", len(reviews))
		}
		if refused := log.lines(t, "mail session ended"); len(refused) == 0 {
			t.Error("the refused log-in is not in the log")
		}
		text := log.text.String()
		words := []string{"smtp-word-8c1f", "imap-word-77e0", "secret"}
		for i := range 12 {
			words = append(words, fmt.Sprintf("body-word-%d", i), fmt.Sprintf("subject-word-%d", i))
		}
		for _, w := range words {
			for line := range strings.Lines(text) {
				if strings.Contains(line, w) {
					t.Errorf("%s is in the log: %s", w, line)
					break
				}
			}
		}
	})
}
