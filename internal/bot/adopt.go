package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"triaged/internal/authority"
	"triaged/internal/compose"
	"triaged/internal/config"
	"triaged/internal/intake"
	"triaged/internal/message"
	"triaged/internal/request"
	"triaged/internal/store"
)

// Adopted is what was made of the raw mails of a lost state.
type Adopted struct {
	Mails int      // received mails that were accounted for anew
	Sent  int      // mails that the lost state had sent, and that are owed no more
	Loose int      // mails that it had sent for no reason that a mail gives: reminders, digests, and what a shell did
	Bytes int64    // of raw files that could not be read; their mails are taken from the server's folders
	Shell []string // what was said at a shell, which is not done again
}

// Adopt goes through the raw mails that a restore took over from a lost state. Each received mail is decided as it was
// then, at the time it came in, and gets the number that its author was told. What the bot had sent about it is found
// among the raw mails too, and is not sent again, unless it is from the last moments, when nobody knows whether it went out.
//
// It goes on where a crash left it, since what is accounted for is passed over. A store with nothing to adopt is left
// alone.
func (d *Desk) Adopt(ctx context.Context) (Adopted, error) {
	var r store.Recovery
	err := d.store.View(func(tx *store.Tx) error { r, _ = tx.Recovery(); return nil })
	if err != nil || len(r.Adopted) == 0 {
		return Adopted{}, err
	}
	a := &adoption{Desk: d, told: map[string]request.Number{}, sent: map[sentKey][]relic{}}
	if err := a.eachRaw(r, a.recall); err != nil {
		return Adopted{}, err
	}
	err = a.eachRaw(r, func(ref store.RawRef, m store.RawMail) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return a.account(ref, m)
	})
	if err != nil {
		return Adopted{}, err
	}
	for _, left := range a.sent {
		a.Loose += len(left)
	}
	now := d.clock.Now()
	return a.Adopted, d.store.Update(func(tx *store.Tx) error {
		if len(a.Shell) > 0 {
			lines := append([]string{"This was said at a shell after the backup. It is not done again by itself:"}, a.Shell...)
			d.tellOperators(tx, now, "What a shell had done is lost", lines...)
		}
		r.Adopted = nil
		return tx.SetRecovery(r)
	})
}

// adoption is one under way.
type adoption struct {
	*Desk
	Adopted
	told map[string]request.Number // Message-ID of a received mail -> the number that its author was told
	sent map[sentKey][]relic
	last time.Time // when the lost state kept something for the last time
	now  time.Time // of the decision under way; it never goes back
}

// sentKey is what a mail of the lost state has in common with the one that is owed anew.
type sentKey struct {
	kind    compose.Kind
	to      string
	request request.Number
}

// relic is a mail that the lost state had sent.
type relic struct {
	id  uint64 // in its outbox
	at  time.Time
	ref store.RawRef
}

func (a *adoption) eachRaw(r store.Recovery, visit func(store.RawRef, store.RawMail) error) error {
	a.Bytes = 0
	for _, from := range r.Adopted {
		unread, err := a.store.EachRaw(from, visit)
		if err != nil {
			return err
		}
		a.Bytes += unread
	}
	return nil
}

// recall remembers what the lost state said, by mail and at a shell.
func (a *adoption) recall(ref store.RawRef, m store.RawMail) error {
	if a.last.Before(m.Label.Received) {
		a.last = m.Label.Received
	}
	switch {
	case m.Label.Shell != "":
		at := m.Label.Received.In(a.house.Zone).Format("2006-01-02 15:04")
		a.Shell = append(a.Shell, fmt.Sprintf("%s, as %s: %s", at, m.Label.Shell, m.Data))
	case m.Label.Outbox != 0:
		sent := a.readHeader(m.Data)
		key := sentKey{kind: compose.Kind(sent.Header.Get("X-Triaged-Kind")), request: a.numberOf(sent)}
		if len(sent.To) > 0 {
			key.to = authority.Normalise(sent.To[0].Address)
		}
		a.sent[key] = append(a.sent[key], relic{m.Label.Outbox, m.Label.Received, ref})
		if key.kind == compose.Acknowledgement || key.kind == compose.Notice {
			for _, id := range slices.Concat(sent.InReplyTo, sent.References) {
				if _, known := a.told[id]; !known {
					a.told[id] = key.request
				}
			}
		}
	}
	return nil
}

// numberOf is the request that a mail of the bot's is about.
func (a *adoption) numberOf(m *message.Message) request.Number {
	digits := strings.TrimPrefix(m.Header.Get("X-Triaged-Request"), a.policy.Prefix+"-")
	n, _ := strconv.ParseInt(digits, 10, 32)
	return request.Number(n)
}

// account accounts for one received mail of the lost state.
func (a *adoption) account(ref store.RawRef, m store.RawMail) error {
	l := m.Label
	if l.Mailbox == "" || l.Shell != "" {
		return nil
	}
	if wall := a.clock.Now(); l.Received.After(wall) {
		l.Received = wall
	}
	if a.now.Before(l.Received) {
		a.now = l.Received
	}
	known := false
	err := a.store.View(func(tx *store.Tx) error {
		_, known = tx.Accounted(l.Mailbox, l.Folder, l.UIDValidity, l.UID)
		return nil
	})
	if err != nil || known {
		return err
	}
	read := a.read(m.Data)
	var made recorded
	account := func(tx *store.Tx) (err error) {
		size := max(l.Size, int64(len(m.Data)))
		env := intake.Envelope{
			Mailbox: l.Mailbox, Folder: l.Folder, Junk: a.isJunk(l.Mailbox, l.Folder), Received: l.Received, Size: size,
			Truncated: l.Size > 0, Ledger: tx.NextLedger(), FirstLook: a.firstLook(tx, l.Mailbox),
			Newcomer: true, // else it had not been fetched
		}
		row := store.Row{
			Mailbox: l.Mailbox, Folder: l.Folder, UIDValidity: l.UIDValidity, UID: l.UID, Received: l.Received, Size: size, Raw: ref,
		}
		tx.Want(a.told[read.MessageID])
		v := a.decide(tx, read, env, a.now)
		tx.Want(0)
		letters := v.Letters
		v.Letters = nil
		if made, err = a.recordVerdict(tx, read, v, row, a.now); err != nil {
			return err
		}
		for _, letter := range letters {
			if !a.regain(tx, letter) {
				a.owe(tx, letter, a.now)
			}
		}
		a.Mails++
		return nil
	}
	err = a.store.Update(account)
	if broken := new(unrecordable); errors.As(err, &broken) {
		read.fault = err
		err = a.store.Update(account)
	}
	if err == nil {
		for _, row := range made.rows {
			a.logRow(row)
		}
		a.learnLater(made.taught)
	}
	return err
}

// isJunk tells whether a folder is the one that a mailbox's filter puts mail into.
func (d *Desk) isJunk(mailbox, folder string) bool {
	return slices.ContainsFunc(d.config.Mailboxes, func(m config.Mailbox) bool {
		return m.Name == mailbox && folder != "" && m.JunkFolder == folder
	})
}

// uncertain is how long before its end a lost state may have kept a mail that it had not sent yet.
const uncertain = 15 * time.Minute

// regain puts a mail that the lost state had sent into the outbox as it was, instead of owing it again. False means that
// there is none.
func (a *adoption) regain(tx *store.Tx, l compose.Letter) bool {
	key := sentKey{l.Kind, authority.Normalise(l.To.Address), l.Request}
	var relic relic
	for known := true; known; { // what an attempt before a crash has put there is passed over
		if len(a.sent[key]) == 0 {
			return false
		}
		relic, a.sent[key] = a.sent[key][0], a.sent[key][1:]
		_, known = tx.Entry(relic.id)
	}
	raw, err := a.store.Raw(relic.ref)
	if err != nil {
		return false
	}
	sent := a.readHeader(raw.Data)
	e := store.Entry{
		ID: relic.id, Letter: l, MessageID: sent.MessageID, State: store.Sent, Attempts: 1, Tried: relic.at, Ended: relic.at,
		Subject: sent.Subject, Raw: relic.ref,
	}
	if l.Commands {
		e.Forms = compose.Renderings(raw.Data)
		if made, err := compose.Render(l, e.MessageID, a.material(tx, l), a.house); err == nil {
			e.Listed = made.Listed
		}
	}
	if relic.at.After(a.last.Add(-uncertain)) {
		e.State, e.Next, e.Ended = store.Pending, a.clock.Now().UTC(), time.Time{}
	}
	tx.Regain(e)
	a.Sent++
	return true
}
