package bot

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"triaged/internal/authority"
	"triaged/internal/compose"
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
	whose, err := address(a.About)
	if err != nil {
		return err
	}
	f := &forgetting{Desk: d, address: whose, theirs: map[request.Number]bool{}, texts: map[request.TextRef]bool{}}
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
	received []uint64 // ledger numbers in order, of what was said at a shell about their requests too
	mails    int      // how many of them are mails
	sent     []uint64 // outbox numbers
	unsent   []uint64 // of mails that had no words yet
	last     uint64   // the last mail in the outbox when it was begun
	bytes    int64
}

func (f *forgetting) find() error {
	if err := f.store.View(func(tx *store.Tx) error { f.last = tx.LastEntry(); return f.findTexts(tx) }); err != nil {
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
		theirs, err := f.tells(e.Letter)
		switch {
		case err != nil || !theirs:
			return err
		case e.Worded():
			f.sent = append(f.sent, e.ID)
			f.bytes += e.Raw.Length
		case e.State == store.Pending:
			f.unsent = append(f.unsent, e.ID)
		}
		return nil
	})
}

// tells tells whether a letter went to them, follows from a mail that goes, has words of theirs, or names a request of theirs:
// alone, in a list, or among the reports of an outage.
func (f *forgetting) tells(l compose.Letter) (bool, error) {
	if f.concerns(l) {
		return true, nil
	}
	named, err := f.named(l)
	return anyIn(named, f.theirs), err
}

// concerns is as much of tells as the letter says by itself.
func (f *forgetting) concerns(l compose.Letter) bool {
	return authority.Normalise(l.To.Address) == f.address || f.follows(l) || slices.ContainsFunc(l.Lines(), f.names) || anyIn(l.Requests(), f.theirs)
}

// follows tells whether a letter was written because of a mail that goes, or carries a text that does.
func (f *forgetting) follows(l compose.Letter) bool {
	var cause uint64
	var text request.TextRef
	switch {
	case l.Notice != nil:
		cause, text = l.Notice.Mail, l.Notice.Text
	case l.Receipt != nil:
		cause, text = l.Receipt.Cause, l.Receipt.Note
	case l.Confirmation != nil:
		cause = l.Confirmation.Held
	case l.Outcome != nil:
		text = l.Outcome.Text
	case l.Plain != nil:
		cause = l.Plain.Ledger
	}
	_, gone := slices.BinarySearch(f.received, cause)
	return gone || f.texts[text]
}

// names tells whether a line has their address in it, as that of a mail that opened nothing has.
func (f *forgetting) names(line string) bool {
	around := func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`<>()[]",;:`, r) }
	return slices.ContainsFunc(strings.FieldsFunc(line, around), func(word string) bool {
		return authority.Normalise(strings.TrimRight(word, ".")) == f.address
	})
}

// named are the requests that a letter is about or lists, those of an outage among them.
func (d *Desk) named(l compose.Letter) ([]request.Number, error) {
	all := l.Requests()
	if l.Outage == nil {
		return all, nil
	}
	err := d.store.View(func(tx *store.Tx) error { all = append(all, tx.Outage(l.Outage.First)...); return nil })
	return all, err
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
	for _, id := range append(f.sent, f.unsent...) { // what was tried while the others were looked for has its words now
		tx.WipeEntry(id, "forgotten")
	}
	for id := f.last + 1; id <= tx.LastEntry(); id++ {
		if e, ok := tx.Entry(id); ok && f.concerns(e.Letter) {
			tx.WipeEntry(id, "forgotten")
		}
	}
	return nil
}
