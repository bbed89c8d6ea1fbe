package store

import (
	"encoding/json"
	"slices"
	"time"

	"triaged/internal/request"
)

// LegalHold keeps what has to do with a request or a person from being removed.
type LegalHold struct {
	Request request.Number `json:"request,omitempty"`
	Address string         `json:"address,omitempty"` // in the form in which addresses are compared
	Since   time.Time      `json:"since"`
	Reason  string         `json:"reason"`
}

func (h LegalHold) of(o LegalHold) bool { return h.Request == o.Request && h.Address == o.Address }

// LegalHolds are all that hold, oldest first.
func (tx *Tx) LegalHolds() (all []LegalHold) {
	if v := tx.Meta(keyLegal); len(v) > 0 && json.Unmarshal(v, &all) != nil {
		tx.fail(damaged("the legal holds cannot be read"))
	}
	return all
}

// HoldLegally adds a hold; an earlier one of the same stays as it was.
func (tx *Tx) HoldLegally(h LegalHold) error {
	all := tx.LegalHolds()
	if slices.ContainsFunc(all, h.of) {
		return tx.fault
	}
	h.Since = h.Since.UTC()
	return tx.setLegalHolds(append(all, h))
}

// ReleaseLegally ends a hold, and tells whether there was one.
func (tx *Tx) ReleaseLegally(h LegalHold) (bool, error) {
	all := tx.LegalHolds()
	left := slices.DeleteFunc(slices.Clone(all), h.of)
	if len(left) == len(all) {
		return false, tx.fault
	}
	return true, tx.setLegalHolds(left)
}

func (tx *Tx) setLegalHolds(all []LegalHold) error {
	b, err := json.Marshal(all)
	if err != nil {
		return err
	}
	tx.SetMeta(keyLegal, b)
	return tx.fault
}

// ForgetForms removes what was rendered of an outgoing mail, but for its raw bytes.
func (tx *Tx) ForgetForms(id uint64) {
	if e, ok := tx.Entry(id); ok && e.Forms != nil {
		tx.fail(tx.Change(id, func(e *Entry) { e.Forms = nil }))
	}
}
