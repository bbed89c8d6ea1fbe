package bot

import (
	"sync"
	"time"

	"triaged/internal/delivery"
	"triaged/internal/health"
	"triaged/internal/mailbox"
)

// vitals are what the loops know of themselves, for whoever asks. Nothing of it is kept when the process ends.
type vitals struct {
	mu       sync.Mutex
	started  time.Time      // zero: there are no loops
	boxes    map[string]box // by the mailbox's name
	sending  sending
	reloads  reloads
	probe    probeState
	jump     jump
	troubles []health.Trouble
	counts   counts
}

// box is a mailbox's state.
type box struct {
	mailbox.Status
	looked time.Time // when it was last looked through to the end, by the bot's clock; zero: not yet
	first  time.Time // when it was first heard of, by the mailbox's own clock
}

// silent is how long the mailbox has not been looked through, by its own clock, which a machine's that is set does not touch.
func (b box) silent() time.Duration {
	if b.Polled.IsZero() {
		return time.Since(b.first)
	}
	return time.Since(b.Polled)
}

// sending is how the way to the mail server is.
type sending struct {
	Known    bool      // something was tried since the start
	Failures int       // in a row
	Since    time.Time // the first of them
	Error    string    // of the last
	Login    bool      // it was the log-in that failed
	err      error
}

// reloads is what came of reading the configuration again.
type reloads struct {
	At  time.Time // when the configuration that holds was taken; zero: at the start
	Err error     // why a later one was not; nil if there is none
}

// jump is the last time that the machine's clock went otherwise than time did.
type jump struct {
	At time.Time
	By time.Duration // negative: it was set back
}

// see runs f while nothing of the vitals changes but by f.
func (v *vitals) see(f func()) {
	v.mu.Lock()
	defer v.mu.Unlock()
	f()
}

// observe takes in the state of a mailbox.
func (v *vitals) observe(s mailbox.Status, now time.Time) {
	v.see(func() {
		if v.boxes == nil {
			v.boxes = map[string]box{}
		}
		b, known := v.boxes[s.Mailbox]
		if !known {
			b.first = time.Now()
		}
		if !s.Polled.Equal(b.Polled) {
			b.looked = now
		}
		b.Status = s
		v.boxes[s.Mailbox] = b
	})
}

// forget drops what is known of a mailbox that is no longer watched.
func (v *vitals) forget(box string) { v.see(func() { delete(v.boxes, box) }) }

// sent takes in what the mail server said: its own trouble, or nil if it took a mail.
func (v *vitals) sent(now time.Time, trouble *delivery.Result) {
	v.see(func() {
		s := &v.sending
		if trouble == nil {
			*s = sending{Known: true}
			return
		}
		if s.Failures++; s.Failures == 1 {
			s.Since = now
		}
		// RFC 4954, section 6: authentication required, failed, or too weak.
		s.Known, s.err = true, trouble.Err
		s.Error, s.Login = describe(*trouble), trouble.Code == 530 || trouble.Code == 534 || trouble.Code == 535
	})
}
