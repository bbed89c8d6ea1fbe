package bot

import (
	"errors"
	"sync"

	"triaged/internal/delivery"
	"triaged/internal/intake"
	"triaged/internal/mailbox"
	"triaged/internal/oauth"
	"triaged/internal/store"
)

// A log-in that an authorization server refuses stays refused until somebody does something. The operators are told once,
// in its words and ours, and told again when it is over. How it stands is an event of the desk, so that a restart changes
// nothing.
const (
	loginRefused  = "login-refused "  // followed by the log-in's name
	loginAccepted = "login-accepted " // the same
)

// doors remember how each log-in stands as far as the operators know; what is not known is in the store.
type doors struct {
	mu     sync.Mutex
	closed map[string]bool
}

// noticeLogin takes in how a log-in went: by an error, or nil for well.
func (o *office) noticeLogin(name string, err error) {
	var no *oauth.Refused
	if refused := errors.As(err, &no); err != nil && !refused {
		return // whatever it is, it says nothing of the log-in
	}
	o.doors.mu.Lock()
	defer o.doors.mu.Unlock()
	if was, known := o.doors.closed[name]; known && was == (no != nil) {
		return
	}
	told := o.store.Update(func(tx *store.Tx) error {
		if refusedNow(tx, name) != (no != nil) {
			o.today().tellLogin(tx, name, no)
		}
		return nil
	})
	if told != nil {
		o.log.Error("the operators could not be told of a log-in", "login", name, "error", told)
		return
	}
	if o.doors.closed == nil {
		o.doors.closed = map[string]bool{}
	}
	o.doors.closed[name] = no != nil
	o.wake()
}

// refusedNow tells whether the operators have been told that a log-in is refused, and not that it is over.
func refusedNow(tx *store.Tx, name string) bool {
	no, refused := tx.LastDesk(loginRefused + name)
	yes, accepted := tx.LastDesk(loginAccepted + name)
	return refused && (!accepted || yes.At.Before(no.At))
}

// tellLogin tells the operators that a log-in is refused, or nil: no longer.
func (d *Desk) tellLogin(tx *store.Tx, name string, no *oauth.Refused) {
	now := d.clock.Now()
	if no == nil {
		d.tellOperators(tx, now, "The bot can log in to "+name+" again", "The log-in to "+name+" works again. What has waited is being seen to.")
		tx.AppendDesk(intake.DeskEvent{At: now, Type: loginAccepted + name})
		return
	}
	d.log.Error("a log-in is refused until somebody does something", "login", name, "error", no)
	waits := "Mail that comes to it stays there meanwhile: nothing is lost, but nobody is answered."
	if name == "smtp" || name == "smtp.fallback" {
		waits = "Mail that is to go out by it waits meanwhile."
	}
	said := ""
	if no.Words != "" {
		said = ": " + no.Words
	}
	d.tellOperators(tx, now, "The bot cannot log in to "+name,
		"The server that hands out the access tokens refuses one for "+name+" ("+no.Code+said+"). "+waits,
		"What to do: "+no.Remedy+".")
	tx.AppendDesk(intake.DeskEvent{At: now, Type: loginRefused + name})
}

// noticeMailbox takes in how a mailbox's session stands.
func (o *office) noticeMailbox(s mailbox.Status) {
	if s.Connected || s.Err != nil {
		o.noticeLogin("mailbox "+s.Mailbox, s.Err)
	}
}

// noticeWay takes in what became of a mail at a server.
func (o *office) noticeWay(name string, r delivery.Result) {
	if r.Outcome == delivery.Sent || r.Server {
		o.noticeLogin(name, r.Err)
	}
}
