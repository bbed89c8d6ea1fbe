package mailbox_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emersion/go-imap/v2"

	"triaged/internal/inprocess"
	"triaged/internal/mailbox"
	"triaged/internal/memnet"
)

// Whatever happens to connections, and wherever, every mail is taken in the end, as it was, and nothing else is.
func TestBrokenConnections(t *testing.T) {
	for _, kind := range []memnet.Kind{memnet.Stall, memnet.Truncate, memnet.Reset} {
		for _, side := range []bool{false, true} {
			name := fmt.Sprintf("%v on %s", kind, map[bool]string{false: "received", true: "sent"}[side])
			t.Run(name, func(t *testing.T) {
				limit, step := int64(26_000), int64(331) // past all that one session without faults receives
				if side {
					limit, step = 900, 7
				}
				for after := int64(0); after < limit; after += step {
					synctest.Test(t, func(t *testing.T) { breakAt(t, memnet.Fault{Kind: kind, After: after, Sent: side}) })
				}
			})
		}
	}
}

// breakAt lets the first connections fail later and later, until one holds.
func breakAt(t *testing.T, fault memnet.Fault) {
	d := newDesk(t, inprocess.IMAPOptions{})
	d.settings.ChunkMails = 3
	d.settings.Dial = memnet.Faulty(d.network.Dial, func(nth int) memnet.Fault {
		if nth < 2 { // a third might be blamed on the mail
			later := fault
			later.After += int64(nth) * 401
			return later
		}
		return memnet.Fault{}
	})
	d.add("INBOX", 300, 4_000, 300, 9_000, 300, 300, 5_000)
	d.watch()
	pass(10 * time.Minute)
	d.stop()
	d.allAccounted(0, 7)
	for k, times := range d.ledger.now().times {
		if times != 1 { // the ledger answers for what was taken before the connection broke
			t.Errorf("after %d: mail %d was handed over %d times", fault.After, k.uid, times)
		}
	}
	if len(d.ledger.now().troubled) > 0 {
		t.Errorf("after %d: the owner was told of %v", fault.After, d.ledger.now().troubled)
	}
	if t.Failed() {
		t.Fatalf("with a %v after %d bytes", fault.Kind, fault.After)
	}
}

// A connection that never lasts long enough for a chunk still gets on, mail by mail.
func TestProgressOverConnectionsThatNeverLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, inprocess.IMAPOptions{})
		d.settings.Dial = memnet.Faulty(d.network.Dial, func(int) memnet.Fault {
			return memnet.Fault{Kind: memnet.Truncate, After: 14_000}
		})
		for range 20 {
			d.add("INBOX", 5_000)
		}
		d.watch()
		pass(10 * time.Minute)
		d.stop()
		d.allAccounted(0, 20)
	})
}

// poisoned wraps a dialer: connections break, after a part of it has come through, whenever a mail with a word in it passes.
func poisoned(dial memnet.DialFunc, word string, healed func() bool) memnet.DialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dial(ctx, network, address)
		return &poisonedConn{Conn: c, word: []byte(word), healed: healed}, err
	}
}

type poisonedConn struct {
	net.Conn
	word   []byte
	healed func() bool
}

func (c *poisonedConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if at := bytes.Index(b[:n], c.word); at >= 0 && !c.healed() {
		c.Conn.Close()
		return at, nil
	}
	return n, err
}

func TestMailThatBreaksConnectionsStopsNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, inprocess.IMAPOptions{})
		var healed atomic.Bool
		d.settings.Dial = poisoned(d.network.Dial, "request 1\r\n", healed.Load)
		d.add("INBOX", 300, 300, 300, 300)
		d.watch()
		pass(time.Minute)
		if len(d.ledger.now().mails) != 3 || len(d.folder("Processed")) != 3 {
			t.Errorf("within a minute, %d mails were taken and %d moved", len(d.ledger.now().mails), len(d.folder("Processed")))
		}
		pass(time.Hour)
		told := len(d.ledger.now().troubled[key{1, 2}])
		if told < 4 || told > 12 || len(d.ledger.now().troubled) != 1 {
			t.Errorf("within an hour the owner was told %d times, of %d mails", told, len(d.ledger.now().troubled))
		}
		d.add("INBOX", 300)
		synctest.Wait()
		if len(d.ledger.now().mails) != 4 {
			t.Error("a mail that arrives has to wait for the one that makes trouble")
		}
		healed.Store(true)
		pass(20 * time.Minute)
		d.allAccounted(0, 5)
	})
}

func no(text string) error { return &imap.Error{Type: imap.StatusResponseTypeNo, Text: text} }

func TestMailThatTheServerRefusesStopsNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var healed atomic.Bool
		d := newDesk(t, inprocess.IMAPOptions{Refuse: func(c inprocess.IMAPCommand) error {
			uids, _ := c.Mails.(imap.UIDSet)
			if c.Name == "FETCH" && !healed.Load() && !uids.Dynamic() && uids.Contains(3) {
				return no("cannot read message file")
			}
			return nil
		}})
		d.add("INBOX", 300, 300, 300, 300)
		d.watch()
		synctest.Wait()
		if len(d.ledger.now().mails) != 3 || len(d.folder("Processed")) != 3 {
			t.Errorf("at once, %d mails were taken and %d moved", len(d.ledger.now().mails), len(d.folder("Processed")))
		}
		pass(2*time.Minute + time.Second)
		if errs := d.ledger.now().troubled[key{1, 3}]; len(errs) != 1 || !strings.Contains(fmt.Sprint(errs), "cannot read message file") {
			t.Errorf("after three looks the owner was told %v", errs)
		}
		healed.Store(true)
		pass(time.Hour)
		d.allAccounted(0, 4)
	})
}

func TestMailThatTheOwnerCannotTakeStopsNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, inprocess.IMAPOptions{})
		var healed atomic.Bool
		d.ledger.answer = func(_ mailbox.Folder, m mailbox.Mail) (mailbox.Disposition, error) {
			if m.UID == 2 && !healed.Load() {
				return 0, fmt.Errorf("too clever a mail")
			}
			return mailbox.Done, nil
		}
		d.add("INBOX", 300, 300, 300)
		d.watch()
		synctest.Wait()
		if len(d.ledger.now().mails) != 2 {
			t.Errorf("at once, %d mails were taken", len(d.ledger.now().mails))
		}
		pass(10 * time.Minute)
		if errs := d.ledger.now().troubled[key{1, 2}]; len(errs) == 0 {
			t.Error("the owner was told nothing")
		}
		healed.Store(true)
		pass(time.Hour)
		d.allAccounted(0, 3)
	})
}

func TestOwnerThatCanTakeNothingIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, inprocess.IMAPOptions{})
		var full atomic.Bool
		full.Store(true)
		d.ledger.answer = func(mailbox.Folder, mailbox.Mail) (mailbox.Disposition, error) {
			if full.Load() {
				return 0, fmt.Errorf("no space left on device")
			}
			return mailbox.Done, nil
		}
		d.add("INBOX", 300, 300, 300)
		d.watch()
		pass(10 * time.Minute)
		last := d.status()
		if last.Err == nil || !strings.Contains(last.Err.Error(), "no space left") {
			t.Errorf("the status says %+v", last)
		}
		if len(d.ledger.now().troubled) > 0 {
			t.Error("mails are blamed for the owner's trouble")
		}
		full.Store(false)
		pass(10 * time.Second)
		d.allAccounted(0, 3)
	})
}

// An owner that says Pending gets the mail again at the next poll.
func TestPendingMailComesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, inprocess.IMAPOptions{})
		d.ledger.answer = func(f mailbox.Folder, m mailbox.Mail) (mailbox.Disposition, error) {
			if m.UID == 1 && d.ledger.times[key{f.UIDValidity, m.UID}] < 3 {
				return mailbox.Pending, nil
			}
			return mailbox.Done, nil
		}
		d.add("INBOX", 300, 300)
		start := time.Now()
		d.watch()
		pass(time.Hour)
		d.allAccounted(0, 2)
		if took := d.ledger.now().at[key{1, 1}].Sub(start); took != 2*time.Minute {
			t.Errorf("the third offer came after %v", took)
		}
	})
}

// A mail that vanishes between listing and fetching is nobody's trouble.
func TestVanishedMail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, inprocess.IMAPOptions{Refuse: func(c inprocess.IMAPCommand) error {
			uids, _ := c.Mails.(imap.UIDSet)
			if c.Name == "FETCH" && uids.Contains(2) && !uids.Dynamic() {
				uids[0] = imap.UIDRange{Start: 1, Stop: 1} // as if somebody had removed the others
			}
			return nil
		}})
		d.add("INBOX", 300, 300)
		d.watch()
		pass(5 * time.Second)
		if len(d.ledger.now().mails) != 1 || len(d.ledger.now().troubled) != 0 {
			t.Errorf("taken: %d, told of: %v", len(d.ledger.now().mails), d.ledger.now().troubled)
		}
		for _, s := range d.seen() {
			if s.Err != nil {
				t.Errorf("the session ended: %v", s.Err)
			}
		}
	})
}

// A move that the server refuses is tried again; the mail is not handed over again.
func TestRefusedMoves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var full atomic.Bool
		full.Store(true)
		d := newDesk(t, inprocess.IMAPOptions{Refuse: func(c inprocess.IMAPCommand) error {
			if full.Load() && (c.Name == "MOVE" || c.Name == "CREATE") {
				return no("over quota")
			}
			return nil
		}})
		d.add("INBOX", 300, 300)
		d.watch()
		pass(90 * time.Second)
		if got := len(d.folder("INBOX")); got != 2 || len(d.ledger.now().mails) != 2 {
			t.Errorf("%d mails in the inbox, %d taken", got, len(d.ledger.now().mails))
		}
		full.Store(false)
		pass(time.Minute)
		d.allAccounted(0, 2) // the folder is made when it is needed
		for k, times := range d.ledger.now().times {
			if times != 1 {
				t.Errorf("mail %d was handed over %d times", k.uid, times)
			}
		}
	})
}

// A connection that stalls while nothing happens is noticed within a minute, and replaced, with IDLE and without, however
// rarely the folder is polled.
func TestStallIsNoticedWithinAMinute(t *testing.T) {
	for name, wrap := range map[string]func(net.Conn) net.Conn{
		"IDLE": func(c net.Conn) net.Conn { return c },
		"poll": func(c net.Conn) net.Conn { return withoutIDLE{c} },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t, inprocess.IMAPOptions{})
				var line stalling
				var dialled atomic.Int64
				d.settings.PollInterval = 30 * time.Minute
				d.settings.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
					c, err := d.network.Dial(ctx, network, address)
					if err != nil || dialled.Add(1) > 1 {
						return c, err
					}
					line.Conn = wrap(c)
					return &line, nil
				}
				d.watch()
				defer d.stop()
				pass(3 * time.Hour)
				if n := dialled.Load(); n != 1 {
					t.Fatalf("%d connections where one was well", n)
				}
				line.dead.Store(true)
				d.add("INBOX", 300)
				pass(time.Minute + 2*time.Second) // a second's wait before connecting again, another for the look
				if n := dialled.Load(); n != 2 {
					t.Errorf("%d connections a minute after the first stalled", n)
				}
				d.allAccounted(0, 1)
			})
		})
	}
}

// stalling is a connection on which, once it is dead, nothing passes any more.
type stalling struct {
	net.Conn
	dead atomic.Bool
}

func (s *stalling) Read(b []byte) (int, error) {
	for {
		n, err := s.Conn.Read(b)
		if err != nil || !s.dead.Load() {
			return n, err
		}
	}
}

func (s *stalling) Write(b []byte) (int, error) {
	if s.dead.Load() {
		return len(b), nil
	}
	return s.Conn.Write(b)
}
