package mailbox_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"triaged/internal/inprocess"
	"triaged/internal/mailbox"
	"triaged/internal/memnet"
)

func TestBacklogIsHandedOverInOrderAndMoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, inprocess.IMAPOptions{})
		d.settings.ChunkMails, d.settings.ChunkBytes = 7, 20_000
		for n := range 60 {
			d.add("INBOX", 200+137*n)
		}
		d.add("INBOX", 50_000, 300) // one larger than a chunk may be
		d.ledger.answer = func(_ mailbox.Folder, m mailbox.Mail) (mailbox.Disposition, error) {
			switch m.UID % 10 {
			case 3:
				return mailbox.Refused, nil
			case 4:
				return mailbox.Leave, nil
			}
			return mailbox.Done, nil
		}
		start := time.Now()
		d.watch()
		synctest.Wait()
		if !time.Now().Equal(start) {
			t.Error("time passed")
		}
		d.allAccounted(6, 50)
		if got := len(d.folder("Refused")); got != 6 {
			t.Errorf("%d mails in the refused folder, want 6", got)
		}
		last := uint32(0)
		for _, call := range d.ledger.now().calls {
			size := 0
			for _, m := range call {
				if m.UID != last+1 {
					t.Errorf("mail %d was handed over after mail %d", m.UID, last)
				}
				last = m.UID
				size += len(m.Raw)
				if want := received.Add(time.Duration(m.UID-1) * time.Minute); !m.Received.Equal(want) || m.Size != int64(len(m.Raw)) {
					t.Errorf("mail %d: received %v, size %d of %d", m.UID, m.Received, m.Size, len(m.Raw))
				}
			}
			if len(call) > 7 || size > 20_000 && len(call) > 1 {
				t.Errorf("%d mails of %d bytes at once", len(call), size)
			}
		}
		for k, times := range d.ledger.now().times {
			if times != 1 {
				t.Errorf("mail %d was handed over %d times", k.uid, times)
			}
		}
	})
}

func TestNextChunkIsFetchedWhileTheOwnerTakesOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		fetches := 0
		d := newDesk(t, inprocess.IMAPOptions{Refuse: func(c inprocess.IMAPCommand) error {
			mu.Lock()
			defer mu.Unlock()
			if c.Name == "FETCH" {
				fetches++
			}
			return nil
		}})
		d.settings.ChunkMails = 2
		d.add("INBOX", 300, 300, 300, 300, 300, 300)
		var seen []int
		d.ledger.before = func([]mailbox.Mail) {
			time.Sleep(10 * time.Minute) // everything else comes to rest meanwhile
			mu.Lock()
			seen = append(seen, fetches)
			mu.Unlock()
		}
		d.settings.CommandTimeout = time.Second // the owner's minutes are not the server's
		d.watch()
		pass(time.Hour)
		d.allAccounted(0, 6)
		if want := []int{3, 4, 4}; !slices.Equal(seen, want) { // the listing, and one or two chunks
			t.Errorf("while chunks were taken, %v FETCH commands had been sent; want %v", seen, want)
		}
	})
}

func TestArrivingMailIsHandedOverAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, inprocess.IMAPOptions{})
		d.watch()
		for n := range 5 {
			pass(17 * time.Second)
			d.add("INBOX", 300)
			start := time.Now()
			synctest.Wait()
			if at := d.ledger.now().at[key{1, uint32(n + 1)}]; !at.Equal(start) {
				t.Errorf("mail %d came at %v and was taken at %v", n, start, at)
			}
		}
		d.allAccounted(0, 5)
	})
}

func TestStatusFollowsTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, inprocess.IMAPOptions{})
		start := time.Now()
		d.watch()
		pass(150 * time.Second)
		synctest.Wait()
		last := d.status()
		if want := (mailbox.Status{Mailbox: "support", Connected: true, Polled: start.Add(2 * time.Minute)}); last != want {
			t.Errorf("status %+v, want %+v", last, want)
		}
		d.server.Close()
		synctest.Wait()
		last = d.status()
		if last.Connected || last.Err == nil || !last.Retry.Equal(time.Now().Add(time.Second)) {
			t.Errorf("after the server went: %+v", last)
		}
		d.stop()
		if last = d.status(); last.Connected {
			t.Errorf("after the end: %+v", last)
		}
	})
}

func TestReconnectBacksOffExactly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, inprocess.IMAPOptions{})
		var dials []time.Duration
		start := time.Now()
		d.settings.Reconnect = []time.Duration{time.Second, 5 * time.Second, 30 * time.Second}
		d.settings.Dial = memnet.Faulty(d.network.Dial, func(nth int) memnet.Fault {
			dials = append(dials, time.Since(start))
			switch {
			case nth < 5 || nth == 6:
				return memnet.Fault{Kind: memnet.Refuse}
			case nth == 5: // a good session that ends when the first poll's answer has begun
				return memnet.Fault{Kind: memnet.Stall, After: 2100}
			}
			return memnet.Fault{}
		})
		d.watch()
		pass(time.Hour)
		d.stop()
		want := []time.Duration{0, 1, 6, 36, 66, 96}
		for i := range want {
			want[i] *= time.Second
		}
		if len(dials) < 8 || !slices.Equal(dials[:6], want) {
			t.Fatalf("dialled after %v, want %v and then some", dials, want)
		}
		// The waits begin anew after the good session.
		if dials[7]-dials[6] != 5*time.Second {
			t.Errorf("dialled after %v: the second wait after a good session is %v", dials, dials[7]-dials[6])
		}
		if len(dials) != 8 {
			t.Errorf("dialled %d times: %v", len(dials), dials)
		}
	})
}

func TestWrongPasswordIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, inprocess.IMAPOptions{})
		d.settings.Login = login("support", "tajny-klíč")
		d.watch()
		synctest.Wait()
		var err error
		for _, s := range d.seen() {
			err = errors.Join(err, s.Err)
		}
		if !errors.Is(err, mailbox.ErrLogin) || !strings.Contains(err.Error(), `"support"`) {
			t.Errorf("the status speaks of %v", err)
		}
		if strings.Contains(err.Error(), "tajny") {
			t.Errorf("the password is in %v", err)
		}
	})
}

func TestAccountedMailsAreMovedUnfetched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, inprocess.IMAPOptions{})
		d.add("INBOX", 300, 300, 300, 300)
		maps.Copy(d.ledger.said, map[key]mailbox.Disposition{{1, 1}: mailbox.Done, {1, 2}: mailbox.Refused, {1, 3}: mailbox.Leave})
		d.watch()
		synctest.Wait()
		if len(d.ledger.now().times) != 1 || d.ledger.now().times[key{1, 4}] != 1 {
			t.Errorf("handed over: %v", d.ledger.now().times)
		}
		for folder, want := range map[string][]int{"Processed": {0, 3}, "Refused": {1}, "INBOX": {2}} {
			var raws []string
			for _, n := range want {
				raws = append(raws, string(d.appended[n]))
			}
			if got := d.folder(folder); !slices.Equal(got, raws) {
				t.Errorf("%s holds %d mails: %.70q", folder, len(got), got)
			}
		}
	})
}

func TestSettingsThatMakeNoSense(t *testing.T) {
	good := mailbox.Settings{Name: "support", Address: address, Security: "none", Login: login("a", "b")}
	for what, spoil := range map[string]func(*mailbox.Settings){
		"not host:port":  func(s *mailbox.Settings) { s.Address = "imap.school.example" },
		`"ssl"`:          func(s *mailbox.Settings) { s.Security = "ssl" },
		"no credentials": func(s *mailbox.Settings) { s.Login = nil },
		"reconnect":      func(s *mailbox.Settings) { s.Reconnect = []time.Duration{time.Second, 0} },
	} {
		s := good
		spoil(&s)
		if err := mailbox.Watch(t.Context(), s, newLedger()); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("want an error that speaks of %s, got %v", what, err)
		}
	}
}
