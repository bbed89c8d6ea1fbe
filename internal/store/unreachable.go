package store

import (
	"iter"
	"strings"

	"triaged/internal/intake"
)

// Unreachable tells whether mail to an address, in the form in which addresses are compared, bounced for good, and nobody
// wrote from it since.
func (tx *Tx) Unreachable(address string) bool {
	dead, ok := tx.LastDesk(intake.AddressDead + address)
	return ok && tx.since(dead, address)
}

// since tells whether nobody wrote from an address after it was found dead.
func (tx *Tx) since(dead intake.DeskEvent, address string) bool {
	alive, ok := tx.LastDesk(intake.AddressAlive + address)
	return !ok || alive.At.Before(dead.At)
}

// AllUnreachable visits the addresses that cannot be reached, in their own order, with the bounce that told so last.
func (tx *Tx) AllUnreachable() iter.Seq2[string, intake.DeskEvent] {
	return func(yield func(string, intake.DeskEvent) bool) {
		last := ""
		tx.prefixed(bucketByKind, []byte(intake.AddressDead), func(k, _ []byte) bool {
			kind, _, _ := strings.Cut(string(k), "\x00")
			address := strings.TrimPrefix(kind, intake.AddressDead)
			if address == last {
				return true
			}
			last = address
			dead, ok := tx.LastDesk(kind)
			return !ok || !tx.since(dead, address) || yield(address, dead)
		})
	}
}
