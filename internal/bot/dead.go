package bot

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"triaged/internal/compose"
	"triaged/internal/intake"
	"triaged/internal/store"
)

// The operators hear of dead letters at once, and then of those of an hour in one mail: a directory that has gone may kill
// thousands.
const (
	deadTold     = "dead-letters-told" // the desk's event
	deadInterval = time.Hour
	deadLines    = 50
	discardedBy  = "given up by " // what carryOut writes: an operator did it, and needs no telling
)

// grave knows the dead letters that the operators have not been told of.
type grave struct {
	untold map[uint64]bool
	told   time.Time
}

// due is when to tell; the zero time if there is nothing to tell.
func (g *grave) due() time.Time {
	if len(g.untold) == 0 {
		return time.Time{}
	}
	return g.told.Add(deadInterval)
}

// digUp finds what was not told before the process ended.
func (s *sender) digUp() error {
	return s.store.View(func(tx *store.Tx) error {
		last, _ := tx.LastDesk(deadTold)
		s.grave = grave{untold: map[uint64]bool{}, told: last.At}
		for e := range tx.Outbox(store.Dead) {
			if e.Ended.After(last.At) && e.Letter.Kind != compose.Operator && !discarded(e) {
				s.grave.untold[e.ID] = true
			}
		}
		return nil
	})
}

// bury ends a mail that cannot be sent. The operators are told of it, but never about their own mail.
func (s *sender) bury(tx *store.Tx, e store.Entry, why string, now time.Time) error {
	if e.Letter.Kind != compose.Operator {
		s.grave.untold[e.ID] = true
	}
	return tx.Change(e.ID, func(e *store.Entry) {
		e.State, e.Next, e.Ended, e.LastError = store.Dead, time.Time{}, now.UTC(), why
	})
}

// tellDead owes the operators one mail about all that has died since the last, if it is time.
func (s *sender) tellDead() error {
	now := s.clock.Now()
	if due := s.grave.due(); due.IsZero() || now.Before(due) && !now.Before(s.grave.told) {
		return nil
	}
	err := s.store.Update(func(tx *store.Tx) error {
		var dead []store.Entry
		for _, id := range slices.Sorted(maps.Keys(s.grave.untold)) {
			if e, ok := tx.Entry(id); ok && e.State == store.Dead {
				dead = append(dead, e)
			}
		}
		if len(dead) == 0 { // what buried them was not recorded
			return nil
		}
		var about uint64 // an answer can order about one mail
		if len(dead) == 1 {
			about = dead[0].ID
		}
		s.tellOperatorsOf(tx, now, compose.PlainBody{Subject: deadSubject(dead), Lines: s.deadText(dead), Outbox: about})
		tx.AppendDesk(intake.DeskEvent{At: now, Type: deadTold, Rows: len(dead)})
		return nil
	})
	if err == nil {
		s.grave = grave{untold: map[uint64]bool{}, told: now}
	}
	return err
}

func deadSubject(dead []store.Entry) string {
	if len(dead) == 1 {
		return fmt.Sprintf("A mail to %s could not be sent", dead[0].Letter.To.Address)
	}
	return fmt.Sprintf("%d mails could not be sent", len(dead))
}

func (d *Desk) deadText(dead []store.Entry) []string {
	const see = "see `triaged outbox --state dead` on the server."
	if len(dead) == 1 {
		e := dead[0]
		return []string{
			fmt.Sprintf("The %s to %s about %s was given up.", e.Letter.Kind, e.Letter.To.Address, orNone(e.Letter.Request.Label(d.policy.Prefix))),
			"The reason: " + e.LastError + ".",
			fmt.Sprintf("It is kept as mail %d: "+see+" To try it again, answer with the word retry; to be done with it, with the word discard.", e.ID),
		}
	}
	lines := []string{fmt.Sprintf("%d mails were given up. They are kept: "+see, len(dead))}
	for _, e := range dead[:min(len(dead), deadLines)] {
		lines = append(lines, fmt.Sprintf("Mail %d, the %s to %s about %s: %s", e.ID, e.Letter.Kind, e.Letter.To.Address,
			orNone(e.Letter.Request.Label(d.policy.Prefix)), e.LastError))
	}
	if more := len(dead) - deadLines; more > 0 {
		lines = append(lines, fmt.Sprintf("And %d more.", more))
	}
	return lines
}

func orNone(label string) string {
	if label == "" {
		return "no single request"
	}
	return label
}
