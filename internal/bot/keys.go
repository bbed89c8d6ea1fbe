package bot

import (
	"fmt"
	"maps"
	"time"

	"triaged/internal/authority"
	"triaged/internal/intake"
	"triaged/internal/store"
)

// The keys that tokens and one-tap links are signed with lie in the state file, and so in its backups. A new one is made
// every ninety days, and signs from then on; the old ones verify for as long as what they signed holds. An operator can
// make one at any time, and, where a copy of the state may have fallen into other hands, forget all before it.

// rotateEvery is how long one key signs.
const rotateEvery = 90 * 24 * time.Hour

// verifies is how long a key is of use after its last signature; a token may be dated a day ahead.
const verifies = (authority.Lifetime + 2) * 24 * time.Hour

// ringOf is the ring in the form that tokens are made and checked with.
func ringOf(keys []store.Key) authority.Keys {
	ring := make(authority.Keys, len(keys))
	for i, k := range keys {
		ring[i].ID = k.ID
		copy(ring[i].Secret[:], k.Secret)
	}
	return ring
}

// withNew puts a new key in front of a ring, and leaves out those that nothing valid was signed with.
func withNew(keys []store.Key, now time.Time) []store.Key {
	ring := []store.Key{store.NewKey(keys, now)}
	for i, k := range keys {
		ended := now // its last signature
		if i > 0 {
			ended = keys[i-1].Made
		}
		if now.Sub(ended) < verifies {
			ring = append(ring, k)
		}
	}
	return ring
}

// rotate makes a new key if the present one has signed for long enough. A desk's first key is as old as the desk.
func (o *office) rotate() error {
	o.change.Lock()
	defer o.change.Unlock()
	now := o.clock.Now()
	if now.Before(o.rotateAt) {
		return nil
	}
	var keys []store.Key
	err := o.store.View(func(tx *store.Tx) error {
		keys = tx.Keys()
		o.rotateAt = signing(tx, keys, now).Add(rotateEvery)
		return nil
	})
	if err != nil || now.Before(o.rotateAt) {
		return err
	}
	keys = withNew(keys, now)
	if err := o.store.Update(func(tx *store.Tx) error { tx.SetKeys(keys); return nil }); err != nil {
		return err
	}
	o.log.Info("a new key signs from now on", "keys", len(keys))
	o.resign(keys, now)
	return nil
}

// signing is since when the first key of a ring signs.
func signing(tx *store.Tx, keys []store.Key, now time.Time) time.Time {
	if !keys[0].Made.IsZero() {
		return keys[0].Made
	}
	if e, ok := tx.LastDesk(intake.DeskOpened); ok {
		return e.At
	}
	return now
}

// resign makes the rules of the moment sign with a ring. Whoever calls it holds change.
func (o *office) resign(keys []store.Key, now time.Time) {
	r := *o.current.Load()
	policy := *r.policy
	policy.Mailboxes = maps.Clone(policy.Mailboxes)
	r.policy, o.rotateAt = &policy, now.Add(rotateEvery)
	r.sign(ringOf(keys), r.house.Instance)
	o.current.Store(&r)
}

// exchange makes other rules those of the moment. They sign as those before them did.
func (o *office) exchange(r *rules) {
	o.change.Lock()
	defer o.change.Unlock()
	old := o.current.Load()
	r.sign(old.policy.Keys, old.house.Instance)
	o.current.Store(r)
}

// KeyRow is one key of the ring as `keys` prints it.
type KeyRow struct {
	Key      int        `json:"key"`
	MadeAt   *time.Time `json:"made_at"`
	Signs    bool       `json:"signs"`
	VerifyTo *time.Time `json:"verifies_until_at"`
}

// What can be done to the keys.
const (
	KeysRotate = "rotate" // a new one signs from now on
	KeysRevoke = "revoke" // and all before it are forgotten
)

// Keys emits the ring, newest first, after doing to it what is asked for.
func (d *Desk) Keys(a Args, emit func(any) error) error {
	d.change.Lock()
	defer d.change.Unlock()
	now := d.clock.Now()
	look := d.store.View
	if a.Order != "" {
		look = d.store.Update
	}
	var keys []store.Key
	err := look(func(tx *store.Tx) error {
		switch keys = tx.Keys(); a.Order {
		case "":
			return nil
		case KeysRotate:
			keys = withNew(keys, now)
		case KeysRevoke:
			keys = withNew(keys, now)[:1]
		default:
			return fmt.Errorf("keys can be told to %s or %s, not %q", KeysRotate, KeysRevoke, a.Order)
		}
		tx.SetKeys(keys)
		return nil
	})
	if err != nil {
		return err
	}
	if a.Order != "" {
		d.resign(keys, now)
		d.log.Info("keys were changed at the shell", "how", a.Order, "keys", len(keys))
	}
	for i, k := range keys {
		row := KeyRow{Key: int(k.ID), MadeAt: timeOrNull(k.Made), Signs: i == 0}
		if i > 0 {
			row.VerifyTo = timeOrNull(keys[i-1].Made.Add(authority.Lifetime * 24 * time.Hour))
		}
		if err := emit(row); err != nil {
			return err
		}
	}
	return nil
}
