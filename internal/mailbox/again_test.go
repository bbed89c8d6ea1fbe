package mailbox_test

import (
	"context"
	"fmt"
	"net"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"triaged/internal/inprocess"
	"triaged/internal/mailbox"
)

// again is an owner that has lost its ledger. It counts what it is handed, folder by folder.
type again struct {
	mu      sync.Mutex
	taken   []string
	ended   int
	trouble bool // the mail of UID 2 cannot be taken now
}

func (a *again) Accounted(_ context.Context, _ mailbox.Folder, listed []mailbox.Listed) ([]mailbox.Disposition, error) {
	return make([]mailbox.Disposition, len(listed)), nil
}

func (a *again) Accept(_ context.Context, f mailbox.Folder, mails []mailbox.Mail) ([]mailbox.Disposition, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	said := make([]mailbox.Disposition, len(mails))
	for i, m := range mails {
		if a.trouble && f.Again && m.UID == 2 {
			continue // Pending
		}
		said[i] = mailbox.Done
		a.taken = append(a.taken, fmt.Sprintf("%s %d %v", f.Name, m.UID, f.Again))
	}
	return said, nil
}

func (a *again) AgainDone(context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ended++
	return nil
}

func (a *again) sorted() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	slices.Sort(a.taken)
	return slices.Clone(a.taken)
}

// TestFoldersAreLookedThroughAgain goes through the done and refused folders once, from a time on, and tells when it is done:
// not before the last mail is taken, and not at each session anew.
func TestFoldersAreLookedThroughAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, inprocess.IMAPOptions{})
		owner := &again{trouble: true}
		if err := d.server.Create("support", "Processed"); err != nil {
			t.Fatal(err)
		}
		if err := d.server.Create("support", "Refused"); err != nil {
			t.Fatal(err)
		}
		d.add("Processed", 300, 300, 300) // received at minutes 0 to 2
		d.add("Refused", 300)
		d.add("INBOX", 300)
		d.settings.Again = received.Add(time.Minute)
		var line net.Conn // the last
		dial := d.settings.Dial
		d.settings.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dial(ctx, network, address)
			line = conn
			return conn, err
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- mailbox.Watch(ctx, d.settings, owner) }()
		synctest.Wait()
		want := []string{"INBOX 1 false", "Processed 3 true", "Refused 1 true"}
		if got := owner.sorted(); !slices.Equal(got, want) || owner.ended != 0 {
			t.Errorf("taken %q, told %d times", got, owner.ended)
		}
		owner.mu.Lock()
		owner.trouble = false
		owner.mu.Unlock()
		pass(2 * time.Minute)
		want = []string{"INBOX 1 false", "Processed 2 true", "Processed 3 true", "Refused 1 true"}
		if got := owner.sorted(); !slices.Equal(got, want) || owner.ended != 1 {
			t.Errorf("taken %q, told %d times", got, owner.ended)
		}
		line.Close()
		pass(2 * time.Minute)
		if got := owner.sorted(); !slices.Equal(got, want) || owner.ended != 1 {
			t.Errorf("after another session: taken %q, told %d times", got, owner.ended)
		}
		cancel()
		<-ended
	})
}
