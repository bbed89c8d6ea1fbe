package bot

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"triaged/internal/authority"
	"triaged/internal/request"
	"triaged/internal/store"
)

// LegalHoldRow is one legal hold.
type LegalHoldRow struct {
	What   string    `json:"what"` // "SR-12" or an address
	Since  time.Time `json:"since_at"`
	Reason string    `json:"reason"`
}

// LegalHold puts a hold on a request or a person, or releases it, and emits those that hold.
func (d *Desk) LegalHold(a Args, emit func(any) error) error {
	run := d.store.View
	if a.About != "" {
		run = d.store.Update
	}
	var all []store.LegalHold
	err := run(func(tx *store.Tx) error {
		if a.About != "" {
			h, err := d.legalHoldOf(tx, a.About)
			if err == nil {
				h.Since, h.Reason = d.clock.Now(), a.Text
				err = place(tx, h, a)
			}
			if err != nil {
				return err
			}
		}
		all = tx.LegalHolds()
		return nil
	})
	for _, h := range all {
		if err == nil {
			err = emit(LegalHoldRow{cmp.Or(h.Request.Label(d.policy.Prefix), h.Address), h.Since, h.Reason})
		}
	}
	return err
}

// legalHoldOf reads an address or a number.
func (d *Desk) legalHoldOf(tx *store.Tx, what string) (store.LegalHold, error) {
	if strings.Contains(what, "@") {
		whose, err := address(what)
		return store.LegalHold{Address: whose}, err
	}
	r, err := d.find(tx, what)
	return store.LegalHold{Request: r.Number}, err
}

func place(tx *store.Tx, h store.LegalHold, a Args) error {
	if a.State != Released {
		return tx.HoldLegally(h)
	}
	there, err := tx.ReleaseLegally(h)
	if err == nil && !there {
		err = fmt.Errorf("there is no legal hold on %s", a.About)
	}
	return err
}

// Released as Args.State has a legal hold ended.
const Released = "released"

// underHold are the legal holds, for asking about many requests.
type underHold struct {
	numbers   map[request.Number]bool
	addresses map[string]bool
}

func holdsIn(tx *store.Tx) underHold {
	u := underHold{map[request.Number]bool{}, map[string]bool{}}
	for _, h := range tx.LegalHolds() {
		u.numbers[h.Request] = h.Request != 0
		u.addresses[h.Address] = h.Address != ""
	}
	return u
}

func (u underHold) person(address string) bool { return u.addresses[authority.Normalise(address)] }

// request tells whether a request is held, by its number or anybody who takes part in it.
func (u underHold) request(tx *store.Tx, r request.Request) bool {
	if u.numbers[r.Number] {
		return true
	}
	for address, held := range u.addresses {
		if held && concerns(tx, r, address) {
			return true
		}
	}
	return false
}

// errHeld refuses to remove what is held.
var errHeld = errors.New("there is a legal hold")
