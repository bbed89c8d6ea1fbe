package bot_test

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"triaged/internal/inprocess"
	"triaged/internal/memnet"
	"triaged/internal/systemd"
)

// manager is a service manager that remembers what it was told.
type manager struct {
	mu   sync.Mutex
	told []string
}

func (m *manager) tell(states ...string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.told = append(m.told, states...)
	return nil
}

// count tells how often a state was told since the last question.
func (m *manager) count(state string) (n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.told {
		if strings.HasPrefix(s, state) {
			n++
		}
	}
	m.told = nil
	return n
}

// TestWatchdog: the service manager hears that the bot is alive as long as every loop turns, idle or not, and no longer.
func TestWatchdog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{})
		defer s.close()
		s.stop()
		var m manager
		stuck, release := make(chan bool, 1), make(chan struct{})
		s.rim.Notify, s.rim.Watchdog = m.tell, 2*time.Minute
		s.rim.Point = func(name string) {
			if name == "sent" {
				select {
				case <-stuck:
					<-release
				default:
				}
			}
		}
		s.start()
		m.count("")
		time.Sleep(10 * time.Hour)
		if n := m.count(systemd.Alive); n < 599 {
			t.Errorf("an idle bot said that it is alive %d times in 600 minutes", n)
		}
		stuck <- true
		s.arrives("teacher@school.example", "projector", "The projector is dead.")
		time.Sleep(10 * time.Minute)
		if n := m.count(systemd.Alive); n < 4 || n > 6 {
			t.Errorf("%d signs of life after a loop hung", n)
		}
		time.Sleep(time.Hour)
		if n := m.count(systemd.Alive); n != 0 {
			t.Errorf("%d signs of life while a loop hangs", n)
		}
		close(release)
		time.Sleep(5 * time.Minute)
		if n := m.count(systemd.Alive); n < 4 {
			t.Errorf("%d signs of life after the loop went on", n)
		}
	})
}

// TestReloadIsTold: the service manager hears when the configuration is read again, and when that is over.
func TestReloadIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t)
		defer o.close()
		o.stop()
		var m manager
		o.rim.Notify = m.tell
		o.start()
		o.change("[smtp]", "[reminders]\nmorning_queue = true\n\n[smtp]")
		if len(m.told) != 3 || !strings.HasPrefix(m.told[0], "RELOADING=1\nMONOTONIC_USEC=") || m.told[1] != systemd.Ready ||
			!strings.HasPrefix(m.told[2], "STATUS=support@school.example, 1 mailboxes, 2 staff") {
			t.Errorf("told %q", m.told)
		}
	})
}

// TestStopsWithinSeconds stops the bot while every server stalls: in the middle of a mail that comes in, and of one that goes
// out. Nothing is lost, and nothing is done twice.
func TestStopsWithinSeconds(t *testing.T) {
	for _, after := range []int64{0, 100, 600, 3000} {
		synctest.Test(t, func(t *testing.T) {
			s := openSchool(t, inprocess.SMTPOptions{})
			defer s.close()
			s.stop()
			var stall sync.Mutex
			stalled := true
			s.rim.Dial = memnet.Faulty(s.network.Dial, func(int) memnet.Fault {
				stall.Lock()
				defer stall.Unlock()
				if !stalled {
					return memnet.Fault{}
				}
				return memnet.Fault{Kind: memnet.Stall, After: after, Sent: true}
			})
			s.start()
			const mails = 5
			for range mails {
				s.arrives("teacher@school.example", "projector", "The projector is dead.")
			}
			began := time.Now()
			s.stop()
			if took := time.Since(began); took > 2*time.Second {
				t.Errorf("stalled after %d bytes: it took %v to stop", after, took)
			}
			stalled = false
			s.start()
			time.Sleep(5 * time.Hour)
			synctest.Wait()
			if n := len(s.rows("all")); n != mails {
				t.Errorf("stalled after %d bytes: %d requests", after, n)
			}
			acknowledged := map[string]int{}
			for _, m := range s.sent() {
				if m.kind == "acknowledgement" {
					acknowledged[m.MessageID]++
				}
			}
			if len(acknowledged) != mails {
				t.Errorf("stalled after %d bytes: %d acknowledgements", after, len(acknowledged))
			}
			for id, n := range acknowledged {
				if n != 1 {
					t.Errorf("stalled after %d bytes: %s was sent %d times", after, id, n)
				}
			}
		})
	}
}
