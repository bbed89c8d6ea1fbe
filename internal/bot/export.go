package bot

import (
	"slices"
	"time"

	"triaged/internal/authority"
	"triaged/internal/request"
	"triaged/internal/store"
)

// ExportRow is one request with all that is known of it.
type ExportRow struct {
	Case
	RequesterName string   `json:"requester_name"`
	Watchers      []string `json:"watchers"`
	Campus        string   `json:"campus"`
	Language      string   `json:"language"`
}

// ExportedMail is one mail as it was received or sent.
type ExportedMail struct {
	Request   string    `json:"request"` // "" for none
	Direction string    `json:"direction"`
	Ledger    uint64    `json:"ledger"` // of a received mail
	Outbox    uint64    `json:"outbox"` // of a sent one
	Outcome   string    `json:"outcome"`
	From      string    `json:"from"`
	At        time.Time `json:"at"`
	Data      []byte    `json:"data"` // nil if it is not kept
}

// Export emits requests with all that is known of them, in the order of their numbers: one, all, or those in which somebody
// takes part.
func (d *Desk) Export(a Args, emit func(any) error) error {
	if err := a.aboutSomebody(); err != nil {
		return err
	}
	now := d.clock.Now()
	numbers, err := d.exported(a)
	for _, n := range numbers { // none is handed out within a transaction; see page
		var row *ExportRow
		if err == nil {
			err = d.store.View(func(tx *store.Tx) error {
				if r, ok := tx.Request(n); ok {
					row = d.exportRow(tx, r, now)
				}
				return nil
			})
		}
		if err == nil && row != nil {
			err = emit(*row)
		}
	}
	return err
}

func (d *Desk) exportRow(tx *store.Tx, r request.Request, now time.Time) *ExportRow {
	row := &ExportRow{
		Case: d.caseOf(tx, r, now), RequesterName: r.Requester.Name, Watchers: []string{},
		Campus: r.Campus, Language: r.Language,
	}
	for _, p := range r.Watchers {
		row.Watchers = append(row.Watchers, p.Address)
	}
	return row
}

// exported are the requests that an export is of.
func (d *Desk) exported(a Args) (numbers []request.Number, err error) {
	err = d.store.View(func(tx *store.Tx) error {
		if a.Number != "" {
			r, err := d.find(tx, a.Number)
			numbers = append(numbers, r.Number)
			return err
		}
		for r := range tx.Requests() {
			if a.About == "" || concerns(tx, r, authority.Normalise(a.About)) {
				numbers = append(numbers, r.Number)
			}
		}
		return nil
	})
	return numbers, err
}

// concerns tells whether somebody takes or took part in a request, or did something to it.
func concerns(tx *store.Tx, r request.Request, address string) bool {
	is := func(p request.Person) bool { return authority.Normalise(p.Address) == address }
	if is(r.Requester) || slices.ContainsFunc(r.Watchers, is) {
		return true
	}
	return slices.ContainsFunc(tx.Events(r.Number), func(e request.Event) bool {
		return authority.Normalise(e.By) == address || authority.Normalise(e.Who) == address || e.Person != nil && is(*e.Person) ||
			slices.ContainsFunc(e.People, is)
	})
}

// aboutSomebody refuses what is no address where one picks.
func (a Args) aboutSomebody() error {
	if a.About == "" {
		return nil
	}
	_, err := address(a.About)
	return err
}

// ExportMails emits the mails of one request, of all, or from and to somebody, the bytes included; those that belong to no
// request too. Received mails come first.
func (d *Desk) ExportMails(a Args, emit func(any) error) error {
	if err := a.aboutSomebody(); err != nil {
		return err
	}
	var only request.Number
	if a.Number != "" {
		err := d.store.View(func(tx *store.Tx) error {
			r, err := d.find(tx, a.Number)
			only = r.Number
			return err
		})
		if err != nil {
			return err
		}
	}
	about := authority.Normalise(a.About)
	err := d.store.EachRow(0, func(row store.Row) error {
		if row.Raw == (store.RawRef{}) || only != 0 && row.Request != only {
			return nil
		}
		m := ExportedMail{
			Request: row.Request.Label(d.policy.Prefix), Direction: "in", Ledger: row.Number, Outcome: string(row.Outcome), At: row.Received,
		}
		raw, err := d.store.Raw(row.Raw)
		if err != nil {
			d.log.Error("a mail is left out of the export", "ledger", row.Number, "error", err)
			return nil
		}
		head := d.readHeader(raw.Data)
		m.From, m.Data = head.From.Address, raw.Data
		if about != "" && authority.Normalise(m.From) != about {
			return nil
		}
		return emit(m)
	})
	if err != nil {
		return err
	}
	return d.store.EachEntry("", func(e store.Entry) error {
		if e.Raw == (store.RawRef{}) || only != 0 && e.Letter.Request != only || about != "" && authority.Normalise(e.Letter.To.Address) != about {
			return nil
		}
		raw, err := d.store.Raw(e.Raw)
		if err != nil {
			d.log.Error("a mail is left out of the export", "outbox", e.ID, "error", err)
			return nil
		}
		return emit(ExportedMail{
			Request: e.Letter.Request.Label(d.policy.Prefix), Direction: "out", Outbox: e.ID, Outcome: string(e.State),
			From: d.house.Address, At: e.Letter.At, Data: raw.Data,
		})
	})
}
