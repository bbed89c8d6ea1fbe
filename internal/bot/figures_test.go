package bot_test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"triaged/internal/bot"
	"triaged/internal/config"
	"triaged/internal/inprocess"
	"triaged/internal/metrics"
)

// get asks the bot as a monitoring system does.
func (s *school) get(path string) (code int, body string) {
	s.t.Helper()
	w := httptest.NewRecorder()
	s.desk.Figures().ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	return w.Code, w.Body.String()
}

// TestFiguresAreThoseDocumented lets everything happen that has a figure, and compares what is served with what is promised.
func TestFiguresAreThoseDocumented(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{}, func(c *config.Config) { c.Watch.Probe = config.Duration(time.Hour) })
		defer s.close()
		line := &cut{dial: s.network.Dial}
		s.stop()
		s.rim.Dial, s.rim.Version = line.Dial, "1.2.3"
		s.start()
		s.arrives("teacher@school.example", "projector", "The projector is dead.")
		if code, _ := s.get("/healthz"); code != 200 {
			t.Errorf("healthz %d", code)
		}
		if code, body := s.get("/readyz"); code != 200 || !strings.Contains(body, `"ready":true`) {
			t.Errorf("readyz %d: %s", code, body)
		}
		line.off.Store("127.0.0.1:25")
		s.arrives("teacher@school.example", "projector", "The other one too.")
		time.Sleep(20 * time.Minute)

		code, body := s.get("/readyz")
		var state struct {
			Ready     bool             `json:"ready"`
			NotReady  []string         `json:"not_ready"`
			Mailboxes []bot.MailboxRow `json:"mailboxes"`
			Oldest    *time.Time       `json:"oldest_unsent_at"`
		}
		if err := json.Unmarshal([]byte(body), &state); err != nil || code != 503 || state.Ready || len(state.NotReady) != 1 ||
			len(state.Mailboxes) != 1 || state.Mailboxes[0].PolledAt == nil || state.Oldest == nil {
			t.Errorf("readyz %d: %s (%v)", code, body, err)
		}
		code, body = s.get("/metrics")
		if code != 200 {
			t.Fatalf("metrics %d: %s", code, body)
		}
		served := map[string]string{}
		for text := range strings.Lines(body) {
			if name, kind, ok := strings.Cut(strings.TrimSpace(strings.TrimPrefix(text, "# TYPE ")), " "); ok && strings.HasPrefix(text, "# TYPE triaged_") {
				served[name] = kind
			}
		}
		for _, f := range metrics.Figures {
			if served[f.Name] != f.Type {
				t.Errorf("%s is served as %q, promised as %q", f.Name, served[f.Name], f.Type)
			}
			delete(served, f.Name)
		}
		if len(served) > 0 {
			t.Errorf("served and not promised: %v", served)
		}
		for _, want := range []string{
			`triaged_build_info{version="1.2.3"} 1`, `triaged_ready 0`, `triaged_mailbox_connected{mailbox="support"} 1`,
			`triaged_received_total{outcome="opened"} 2`, `triaged_sent_total{kind="acknowledgement"} 1`, `triaged_outbox{state="dead"} 0`,
			`triaged_requests{queue="uncategorized"} 2`, `triaged_trouble{about="smtp"} 1`, `triaged_mailbox_waiting{mailbox="support"} 0`,
		} {
			if !strings.Contains(body, want+"\n") {
				t.Errorf("not served: %s", want)
			}
		}
	})
}
