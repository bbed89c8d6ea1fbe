package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"triaged/internal/config"
	"triaged/internal/store"
)

// backlog is how long before a backup a mail that is read again may have come in: as long as mail may have waited in the
// folder, because the bot did not run, and went to the done folder after the backup.
const backlog = 14 * 24 * time.Hour

// again is since when a mailbox's done and refused folders are to be looked through once more: a little while before the
// backup that the store was restored from, or the zero time. Mails that the backup knows are recognised as copies.
func again(tx *store.Tx, mailbox string) time.Time {
	r, ok := tx.Recovery()
	if !ok || slices.Contains(r.Looked, mailbox) {
		return time.Time{}
	}
	return r.Backup.Add(-backlog)
}

// AgainDone notes that a mailbox's folders were looked through after a restore, and tells the operators once all were.
func (o *receiver) AgainDone(context.Context) error {
	desk, now := o.b.today(), o.b.clock.Now()
	err := desk.store.Update(func(tx *store.Tx) error {
		r, ok := tx.Recovery()
		if !ok || slices.Contains(r.Looked, o.mailbox) {
			return nil
		}
		r.Looked = append(r.Looked, o.mailbox)
		for name := range desk.policy.Mailboxes {
			if !slices.Contains(r.Looked, name) {
				return tx.SetRecovery(r)
			}
		}
		desk.tellOperators(tx, now, "The desk was restored from a backup", desk.restoredLines(tx, r)...)
		return tx.SetRecovery(store.Recovery{})
	})
	if err == nil {
		o.b.wake()
	}
	return err
}

// restoredLines say what a restore brought back, and what it could not.
func (d *Desk) restoredLines(tx *store.Tx, r store.Recovery) []string {
	opened := 0
	for n := tx.LastNumber(); n > r.Last; n-- {
		if _, ok := tx.Request(n); ok {
			opened++
		}
	}
	at := func(t time.Time) string { return t.In(d.house.Zone).Format("Mon Jan 2 2006 3:04 pm") }
	return []string{
		fmt.Sprintf("The state is as it was at %s, and the folders of all mailboxes were read again from %s on.", at(r.Backup), at(r.Backup.Add(-backlog))),
		fmt.Sprintf("%d requests that came in after the backup were opened again. Numbers go on behind %s, so that nobody finds another request under a number that was told before.",
			opened, r.Floor.Label(d.policy.Prefix)),
		"What people said by mail since the backup was heard again; commands about numbers that are gone were answered so. What was said at a shell since then is not done again.",
		"A new key signs from now on, and those of the backup still verify. If you ran `triaged keys revoke` since the backup, run it again.",
	}
}

// Repair makes the state of a configuration's desk anew, as far as it follows from what happened.
func Repair(c *config.Config) (store.Repaired, error) {
	r, err := rulesOf(c, nil)
	if err != nil {
		return store.Repaired{}, err
	}
	return store.Repair(store.Options{Dir: c.Desk.DataDir, Derive: r.derive, Policy: fingerprint(c)})
}

// held is how long a backup may take to copy the state. Pages are not used again meanwhile.
const held = 15 * time.Minute

// errReleased is what a backup hears whose hold was lost.
var errReleased = errors.New("the daemon let go of the state while it was copied, because it stopped or the copy took too long: run it again")

// moments are the states that are held for backups.
type moments struct {
	next uint64
	free map[uint64]chan struct{}
}

// HeldMoment is a moment that the daemon holds until it is released, or whoever asked has gone.
type HeldMoment struct {
	Hold uint64 `json:"hold"`
	store.Moment
}

// Urgent has the answer sent at once.
func (HeldMoment) Urgent() {}

// hold describes the state to a backup, and holds it until release is asked for.
func (d *Desk) hold(ctx context.Context, _ json.RawMessage, emit func(any) error) error {
	free := make(chan struct{})
	d.holding.Lock()
	d.moments.next++
	id := d.moments.next
	if d.moments.free == nil {
		d.moments.free = map[uint64]chan struct{}{}
	}
	d.moments.free[id] = free
	d.holding.Unlock()
	defer d.letGo(id)
	return d.store.Hold(d.clock.Now(), func(m store.Moment) error {
		if err := emit(HeldMoment{id, m}); err != nil {
			return err
		}
		select {
		case <-free:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(held):
			return errReleased
		}
	})
}

// letGo ends a hold, and tells whether it was one.
func (d *Desk) letGo(id uint64) bool {
	d.holding.Lock()
	defer d.holding.Unlock()
	free, ok := d.moments.free[id]
	if ok {
		close(free)
		delete(d.moments.free, id)
	}
	return ok
}

// release ends a hold. It fails if the hold was lost before.
func (d *Desk) release(_ context.Context, raw json.RawMessage, _ func(any) error) error {
	var m HeldMoment
	if err := json.Unmarshal(raw, &m); err != nil {
		return fmt.Errorf("arguments: %w", err)
	}
	if !d.letGo(m.Hold) {
		return errReleased
	}
	return nil
}
