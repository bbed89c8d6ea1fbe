package mailbox_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"triaged/internal/inprocess"
	"triaged/internal/mailbox"
	"triaged/internal/memnet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// received is when the mails of these tests were received; the n-th one n minutes later.
var received = time.Date(2026, 10, 5, 8, 30, 0, 0, time.UTC)

// key names a mail as the ledger of package store will.
type key struct {
	validity uint32
	uid      uint32
}

// ledger is an owner that remembers what it accepted.
type ledger struct {
	mu       sync.Mutex
	said     map[key]mailbox.Disposition
	mails    map[key]mailbox.Mail
	times    map[key]int // how often each was handed over
	calls    [][]mailbox.Mail
	troubled map[key][]error
	at       map[key]time.Time

	answer func(mailbox.Folder, mailbox.Mail) (mailbox.Disposition, error) // nil: Done
	before func([]mailbox.Mail)                                            // called at each Accept
}

func newLedger() *ledger {
	return &ledger{said: make(map[key]mailbox.Disposition), mails: make(map[key]mailbox.Mail), times: make(map[key]int),
		troubled: make(map[key][]error), at: make(map[key]time.Time)}
}

func (l *ledger) Accounted(_ context.Context, f mailbox.Folder, listed []mailbox.Listed) ([]mailbox.Disposition, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	said := make([]mailbox.Disposition, len(listed))
	for i, m := range listed {
		said[i] = l.said[key{f.UIDValidity, m.UID}]
	}
	return said, nil
}

func (l *ledger) Accept(_ context.Context, f mailbox.Folder, mails []mailbox.Mail) ([]mailbox.Disposition, error) {
	if l.before != nil {
		l.before(mails)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	said := make([]mailbox.Disposition, len(mails))
	for i, m := range mails {
		l.times[key{f.UIDValidity, m.UID}]++
		said[i] = mailbox.Done
		if l.answer != nil {
			var err error
			if said[i], err = l.answer(f, m); err != nil {
				return nil, err
			}
		}
	}
	l.calls = append(l.calls, mails)
	for i, m := range mails {
		if said[i] != mailbox.Pending {
			l.said[key{f.UIDValidity, m.UID}] = said[i]
			l.mails[key{f.UIDValidity, m.UID}] = m
			l.at[key{f.UIDValidity, m.UID}] = time.Now()
		}
	}
	return said, nil
}

// now returns a copy of what the ledger holds.
func (l *ledger) now() *ledger {
	l.mu.Lock()
	defer l.mu.Unlock()
	return &ledger{mails: maps.Clone(l.mails), times: maps.Clone(l.times), calls: slices.Clone(l.calls),
		troubled: maps.Clone(l.troubled), at: maps.Clone(l.at)}
}

func (l *ledger) Trouble(_ context.Context, f mailbox.Folder, m mailbox.Listed, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := key{f.UIDValidity, m.UID}
	l.troubled[k] = append(l.troubled[k], err)
}

// desk is a watched account on an in-process server.
type desk struct {
	t        *testing.T
	server   *inprocess.IMAP
	network  *memnet.Network
	ledger   *ledger
	settings mailbox.Settings
	mu       sync.Mutex
	statuses []mailbox.Status
	stop     func() // ends Watch and waits for it
	appended [][]byte
}

const address = "imap.school.example:143"

func newDesk(t *testing.T, o inprocess.IMAPOptions) *desk {
	t.Helper()
	d := &desk{t: t, network: new(memnet.Network), ledger: newLedger(),
		server: inprocess.NewIMAP(o, map[string]string{"support": "secret"})}
	l, err := d.network.Listen(address)
	if err != nil {
		t.Fatal(err)
	}
	go d.server.Serve(l)
	t.Cleanup(func() { d.server.Close() })
	d.settings = mailbox.Settings{
		Name: "support", Address: address, Security: "none", Login: login("support", "secret"),
		DoneFolder: "Processed", RefusedFolder: "Refused", PollInterval: time.Minute, CommandTimeout: 30 * time.Second,
		Reconnect: []time.Duration{time.Second, 5 * time.Second}, Dial: d.network.Dial,
		Observe: d.observe,
	}
	return d
}

func (d *desk) observe(s mailbox.Status) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.statuses = append(d.statuses, s)
}

// seen returns every status so far, status the last one.
func (d *desk) seen() []mailbox.Status {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.statuses)
}

func (d *desk) status() mailbox.Status {
	all := d.seen()
	return all[len(all)-1]
}

// clientConfig trusts a certificate.
func clientConfig(c *inprocess.Certificate) *tls.Config { return &tls.Config{RootCAs: c.Roots} }

func login(user, password string) func(context.Context) (mailbox.Credentials, error) {
	return func(context.Context) (mailbox.Credentials, error) {
		return mailbox.Credentials{Username: user, Password: password}, nil
	}
}

// watch starts Watch.
func (d *desk) watch() {
	d.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- mailbox.Watch(ctx, d.settings, d.ledger) }()
	d.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			d.t.Errorf("Watch ended with %v", err)
		}
	})
	d.t.Cleanup(d.stop)
}

// add puts mails of given sizes into a folder.
func (d *desk) add(folder string, sizes ...int) {
	d.t.Helper()
	for _, size := range sizes {
		n := len(d.appended)
		raw := mailOf(n, size)
		if _, err := d.server.Append("support", folder, received.Add(time.Duration(n)*time.Minute), raw); err != nil {
			d.t.Fatal(err)
		}
		d.appended = append(d.appended, raw)
	}
}

// mailOf makes the n-th mail, with a body of about so many bytes that differ from those of every other mail.
func mailOf(n, size int) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "From: ana@school.example\r\nSubject: request %d\r\n\r\n", n)
	for line := 0; b.Len() < size; line++ {
		fmt.Fprintf(&b, "mail %d line %d ...................................................\r\n", n, line)
	}
	return []byte(b.String())
}

// pass lets time pass, and everybody finish with what they then do.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// folder returns the raw mails in a folder, sorted.
func (d *desk) folder(name string) []string {
	d.t.Helper()
	stored, err := d.server.Mails("support", name)
	if err != nil {
		d.t.Fatal(err)
	}
	var raws []string
	for _, m := range stored {
		raws = append(raws, string(m.Raw))
	}
	slices.Sort(raws)
	return raws
}

// allAccounted checks that every appended mail was accepted with its own bytes, and that the folders hold so many.
func (d *desk) allAccounted(inbox, done int) {
	d.t.Helper()
	accepted := make(map[string]int)
	for _, m := range d.ledger.now().mails {
		accepted[string(m.Raw)]++
	}
	for n, raw := range d.appended {
		if accepted[string(raw)] != 1 {
			d.t.Errorf("mail %d was taken into the ledger %d times", n, accepted[string(raw)])
		}
		delete(accepted, string(raw))
	}
	for raw := range accepted {
		d.t.Errorf("a mail of %d bytes was taken that nobody sent: %.60q", len(raw), raw)
	}
	if got := len(d.folder("INBOX")); got != inbox {
		d.t.Errorf("%d mails in the inbox, want %d", got, inbox)
	}
	if got := len(d.folder("Processed")); got != done {
		d.t.Errorf("%d mails in the done folder, want %d", got, done)
	}
}
