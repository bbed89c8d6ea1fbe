package mailbox_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"triaged/internal/inprocess"
	"triaged/internal/mailbox"
)

// TestWaiting: the status tells how many mails wait to be accounted for, and since when, while they are taken over and
// after.
func TestWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, inprocess.IMAPOptions{})
		d.settings.ChunkMails = 2
		var mu sync.Mutex
		var now mailbox.Status
		most := 0
		d.settings.Observe = func(s mailbox.Status) {
			mu.Lock()
			defer mu.Unlock()
			now, most = s, max(most, s.Waiting)
		}
		status := func() (mailbox.Status, int) { mu.Lock(); defer mu.Unlock(); return now, most }
		left := true
		d.ledger.answer = func(_ mailbox.Folder, m mailbox.Mail) (mailbox.Disposition, error) {
			if m.UID == 3 && left {
				return mailbox.Pending, nil
			}
			return mailbox.Done, nil
		}
		d.add("INBOX", 300, 300, 300, 300, 300)
		d.watch()
		defer d.stop()
		pass(10 * time.Second)
		// The n-th mail of these tests was received n minutes after the first.
		if s, most := status(); s.Waiting != 1 || !s.Oldest.Equal(received.Add(2*time.Minute)) && !s.Oldest.Equal(received.Add(3*time.Minute)) || most != 5 {
			t.Errorf("%d wait since %v, at most %d did", s.Waiting, s.Oldest, most)
		}
		d.ledger.mu.Lock()
		left = false
		d.ledger.mu.Unlock()
		pass(2 * time.Minute)
		if s, _ := status(); s.Waiting != 0 || !s.Oldest.IsZero() {
			t.Errorf("%d wait since %v", s.Waiting, s.Oldest)
		}
	})
}
