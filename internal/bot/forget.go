package bot

import (
	"fmt"

	"triaged/internal/authority"
	"triaged/internal/request"
	"triaged/internal/store"
)

// Forgotten says what forgetting somebody removed, or would remove.
type Forgotten struct {
	Requests []string `json:"requests"`
	Texts    int      `json:"texts"`
	Received int      `json:"received"` // mails
	Sent     int      `json:"sent"`
	Bytes    int64    `json:"bytes"` // of raw mails
}

// Forget removes what somebody wrote, what was written to them, and every mail about their requests. What happened stays
// on record, with their address: that there was a request, when, and how it ended. An open request is refused, and whoever
// is under a legal hold.
func (d *Desk) Forget(a Args, emit func(any) error) error {
	f := &forgetting{Desk: d, address: authority.Normalise(a.About), theirs: map[request.Number]bool{}, texts: map[request.TextRef]bool{}}
	if authority.Domain(f.address) == "" {
		return fmt.Errorf("%q is no address", a.About)
	}
	if err := f.find(); err != nil {
		return err
	}
	row := Forgotten{Requests: []string{}, Texts: len(f.texts), Received: f.mails, Sent: len(f.sent), Bytes: f.bytes}
	for _, n := range f.numbers {
		row.Requests = append(row.Requests, n.Label(d.policy.Prefix))
	}
	if a.DryRun {
		return emit(row)
	}
	if err := d.store.Wipe(f.remove); err != nil {
		return err
	}
	d.learnAnew()
	return emit(row)
}

// forgetting is one person's being forgotten.
type forgetting struct {
	*Desk
	address  string
	theirs   map[request.Number]bool
	numbers  []request.Number // theirs, in order
	texts    map[request.TextRef]bool
	received []uint64 // ledger numbers, of what was said at a shell about their requests too
	mails    int      // how many of them are mails
	sent     []uint64 // outbox numbers
	bytes    int64
}

func (f *forgetting) find() error {
	if err := f.store.View(f.findTexts); err != nil {
		return err
	}
	err := f.store.EachRow(0, func(row store.Row) error {
		if row.Kept() == 0 {
			return nil
		}
		if !f.theirs[row.Request] {
			raw, err := f.store.Raw(row.Raw)
			if err != nil || authority.Normalise(f.readHeader(raw.Data).From.Address) != f.address {
				return nil
			}
		}
		f.received = append(f.received, row.Number)
		f.bytes += row.Kept()
		if row.Raw != (store.RawRef{}) {
			f.mails++
		}
		return nil
	})
	if err != nil {
		return err
	}
	return f.store.EachEntry("", func(e store.Entry) error {
		if authority.Normalise(e.Letter.To.Address) != f.address && !f.theirs[e.Letter.Request] && !f.lists(e) ||
			e.Raw == (store.RawRef{}) && e.Subject == "" {
			return nil
		}
		f.sent = append(f.sent, e.ID)
		f.bytes += e.Raw.Length
		return nil
	})
}

// lists tells whether a digest or another list has a request of theirs in it.
func (f *forgetting) lists(e store.Entry) bool {
	if q := e.Letter.Queue; q != nil {
		for _, row := range q.Rows {
			if f.theirs[row.Request] {
				return true
			}
		}
	}
	if w := e.Letter.Work; w != nil {
		for _, row := range w.Rows {
			if f.theirs[row.Request] {
				return true
			}
		}
	}
	return false
}

// findTexts finds their requests, and the texts that nobody else's words share.
func (f *forgetting) findTexts(tx *store.Tx) error {
	holds := holdsIn(tx)
	if holds.person(f.address) {
		return fmt.Errorf("%w on %s", errHeld, f.address)
	}
	others := map[request.TextRef]bool{}
	for r := range tx.Requests() {
		theirs := authority.Normalise(r.Requester.Address) == f.address
		label := r.Number.Label(f.policy.Prefix)
		switch {
		case theirs && holds.request(tx, r):
			return fmt.Errorf("%w on %s", errHeld, label)
		case theirs && r.State.Active():
			return fmt.Errorf("%s is theirs and still open: resolve it first", label)
		case theirs:
			f.theirs[r.Number] = true
			f.numbers = append(f.numbers, r.Number)
		}
		for _, e := range tx.Events(r.Number) {
			for _, ref := range []request.TextRef{e.Subject, e.Text} {
				switch {
				case ref == "" || tx.Text(ref) == "":
				case theirs || authority.Normalise(e.By) == f.address:
					f.texts[ref] = true
				default:
					others[ref] = true
				}
			}
		}
	}
	for ref := range others {
		delete(f.texts, ref)
	}
	return nil
}

func (f *forgetting) remove(tx *store.Tx) error {
	for ref := range f.texts {
		tx.ForgetText(ref)
	}
	for _, n := range f.received {
		tx.WipeRow(n, "forgotten")
	}
	for _, id := range f.sent {
		tx.WipeEntry(id, "forgotten")
	}
	return nil
}
