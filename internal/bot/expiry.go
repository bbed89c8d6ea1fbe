package bot

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"triaged/internal/agenda"
	"triaged/internal/config"
	"triaged/internal/intake"
	"triaged/internal/store"
)

// secretTold begins the desk's event of having told of a secret's end; which secret follows, and Rows is the stage.
const secretTold = "secret-expires "

// expiring are the secrets whose last day is configured, by an id that is another once the day is. A secret that several
// log-ins share is one.
func expiring(c *config.Config) map[string]agenda.Expiring {
	all := map[string]agenda.Expiring{}
	names := map[string][]string{}
	for name, l := range c.Logins() {
		if l.OAuth2 == nil || l.OAuth2.ClientSecretExpires.IsZero() {
			continue
		}
		id := fmt.Sprintf("%s %s", l.OAuth2.ClientID, l.OAuth2.ClientSecretExpires)
		names[id] = append(names[id], name)
		slices.Sort(names[id])
		all[id] = agenda.Expiring{Name: strings.Join(names[id], " and "), Ends: l.OAuth2.ClientSecretExpires.In(c.Location())}
	}
	return all
}

func stageTold(tx *store.Tx, id string) int {
	if e, ok := tx.LastDesk(secretTold + id); ok {
		return e.Rows
	}
	return agenda.NotTold
}

// nextExpiry is when the operators have to be told of a secret's end next.
func (d *Desk) nextExpiry(tx *store.Tx) (next time.Time) {
	for id, e := range d.expiring {
		if at := agenda.NextExpiry(e, stageTold(tx, id)); !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next
}

// tellExpiring tells the operators of secrets whose end is near.
func (d *Desk) tellExpiring(tx *store.Tx, now time.Time) {
	for id, e := range d.expiring {
		stage, due := agenda.DueExpiry(e, stageTold(tx, id), now)
		if !due {
			continue
		}
		subject, lines := e.Words(stage, now)
		d.tellOperators(tx, now, subject, lines...)
		tx.AppendDesk(intake.DeskEvent{At: now, Type: secretTold + id, Rows: stage})
	}
}
