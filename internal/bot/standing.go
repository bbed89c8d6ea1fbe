package bot

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"triaged/internal/agenda"
	"triaged/internal/health"
	"triaged/internal/store"
)

// What is wrong and stands in the state, so that it is known whether the bot runs or not.

// The keys of these troubles. A log-in's and a secret's are followed by their name.
const (
	aboutDead   = "dead letters"
	aboutHeld   = "held mail"
	aboutLogin  = "login "
	aboutSecret = "secret "
)

// standing are the troubles that the state knows.
func (d *Desk) standing(tx *store.Tx, now time.Time) (all []TroubleRow) {
	return slices.Concat(d.deadTrouble(tx), d.heldTrouble(tx), d.loginTroubles(tx), d.secretTroubles(tx, now))
}

// deadTrouble: what somebody discarded is dealt with, and so is mail to operators about other trouble.
func (d *Desk) deadTrouble(tx *store.Tx) []TroubleRow {
	t := TroubleRow{About: aboutDead, Remedy: "See `triaged outbox --state dead`; `triaged outbox retry` tries them again, `triaged outbox discard` is done with them."}
	n := 0
	for e := range tx.Outbox(store.Dead) {
		if discarded(e) {
			continue
		}
		if n++; t.Since.IsZero() || e.Ended.Before(t.Since) {
			t.Since = e.Ended.UTC()
		}
	}
	if n == 0 {
		return nil
	}
	t.What = fmt.Sprintf("Given up unsent: %s.", mailCount(n))
	if told, ok := tx.LastDesk(deadTold); ok && !told.At.Before(t.Since) {
		t.ToldAt = timeOrNull(told.At)
	}
	return []TroubleRow{t}
}

// heldTrouble: what waits because its recipient's address bounces is no trouble of the bot's; `unreachable` lists it.
func (d *Desk) heldTrouble(tx *store.Tx) []TroubleRow {
	t := TroubleRow{About: aboutHeld, Remedy: "See `triaged outbox --state held`. It goes out by itself once the limit allows it; `triaged outbox release` sends it now."}
	capped, braked := 0, 0
	for e := range tx.Outbox(store.Held) {
		switch e.Hold {
		case store.ByBounce:
			continue
		case store.ByBreaker:
			braked++
		default:
			capped++
		}
		if t.Since.IsZero() || e.Letter.At.Before(t.Since) {
			t.Since = e.Letter.At.UTC()
		}
	}
	if capped+braked == 0 {
		return nil
	}
	t.What = fmt.Sprintf("Held back by a limit: %s.", mailCount(capped+braked))
	if braked > 0 {
		t.What = fmt.Sprintf("Held back by the circuit breaker, since the bot owed absurdly many mails at once: %s.", mailCount(braked))
		if tripped, open := breakerOf(tx); open {
			t.ToldAt = timeOrNull(tripped.At)
		}
	}
	return []TroubleRow{t}
}

// loginTroubles are the log-ins for which an authorization server hands out no token.
func (d *Desk) loginTroubles(tx *store.Tx) (all []TroubleRow) {
	for _, name := range slices.Sorted(maps.Keys(d.config.Logins())) {
		if !refusedNow(tx, name) {
			continue
		}
		no, _ := tx.LastDesk(loginRefused + name)
		all = append(all, TroubleRow{
			About: aboutLogin + name, What: fmt.Sprintf("The bot gets no access token to log in to %s.", name), Since: no.At.UTC(), ToldAt: timeOrNull(no.At),
			Remedy: "What the authorization server said is in the mail to the operators, and in the log; `triaged doctor` asks it again. Where somebody has to sign in: `triaged login`.",
		})
	}
	return all
}

// secretTroubles are the secrets whose end is so near that the operators were told, or that have expired.
func (d *Desk) secretTroubles(tx *store.Tx, now time.Time) (all []TroubleRow) {
	for _, id := range slices.Sorted(maps.Keys(d.expiring)) {
		e := d.expiring[id]
		stage, due := agenda.DueExpiry(e, agenda.NotTold, now)
		if !due {
			continue
		}
		what, lines := e.Words(stage, now)
		t := TroubleRow{About: aboutSecret + e.Name, What: what + ".", Remedy: lines[len(lines)-1], Since: e.Begins().UTC()}
		if told, ok := tx.LastDesk(secretTold + id); ok {
			t.ToldAt = timeOrNull(told.At)
		}
		all = append(all, t)
	}
	return all
}

// remembered are the troubles that operators were told of while the bot ran, for a desk that does not.
func remembered(tx *store.Tx) (all []TroubleRow) {
	var told []health.Trouble
	if json.Unmarshal(tx.Meta(metaVigil), &told) != nil {
		return nil // there are none, or they cannot be read: the bot says so when it starts
	}
	for _, t := range told {
		all = append(all, troubleRow(t))
	}
	return all
}

// discarded tells whether somebody gave a mail up, who then needs no telling.
func discarded(e store.Entry) bool { return strings.HasPrefix(e.LastError, discardedBy) }

func mailCount(n int) string {
	if n == 1 {
		return "1 mail"
	}
	return fmt.Sprintf("%d mails", n)
}
