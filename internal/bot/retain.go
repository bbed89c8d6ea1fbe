package bot

import (
	"context"
	"slices"
	"time"

	"triaged/internal/request"
	"triaged/internal/store"
)

// RetainedRow says what retention removed of one kind, or would remove.
type RetainedRow struct {
	Kind  string     `json:"kind"`
	Until *time.Time `json:"until_at"` // what is older goes; null: everything is kept
	Items int        `json:"items"`
	Bytes int64      `json:"bytes"` // of raw mails
}

// The kinds of what is kept. Each has a key in [retention].
const (
	rawMails = "raw_mails"
	bodies   = "bodies"
	events   = "events"
	reports  = "reports"
)

// retainEvery is how often what is too old is looked for.
const retainEvery = 24 * time.Hour

// retain removes what is too old, once a day.
func (b *Bot) retain(ctx context.Context) error {
	for {
		if err := b.today().retainQuietly(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-b.clock.After(retainEvery):
		}
	}
}

func (d *Desk) retainQuietly(ctx context.Context) error {
	if !d.retains() {
		return nil
	}
	return d.Retain(Args{}, func(row any) error {
		if r := row.(RetainedRow); r.Items > 0 {
			d.log.Info("removed what is older than retention allows", "kind", r.Kind, "items", r.Items, "bytes", r.Bytes)
		}
		return ctx.Err()
	})
}

func (d *Desk) retains() bool {
	r := d.config.Retention
	return r.RawMails.D()+r.Bodies.D()+r.Events.D()+r.Reports.D() > 0
}

// Retain removes what is older than the configuration lets it grow, and emits a row a kind. What has to do with an open
// request is never too old, nor is what is under a legal hold.
func (d *Desk) Retain(a Args, emit func(any) error) error {
	now := d.clock.Now()
	keep := d.config.Retention
	for _, kind := range []struct {
		name   string
		keep   time.Duration
		remove func(*removal) error
	}{
		{events, keep.Events.D(), (*removal).events}, // first: what goes with a request need not go before
		{bodies, keep.Bodies.D(), (*removal).bodies},
		{rawMails, keep.RawMails.D(), (*removal).rawMails},
		{reports, keep.Reports.D(), (*removal).reports},
	} {
		r := &removal{Desk: d, RetainedRow: RetainedRow{Kind: kind.name}, dry: a.DryRun, until: now.Add(-kind.keep)}
		if kind.keep > 0 {
			r.Until = timeOrNull(r.until)
			if err := r.run(kind.remove); err != nil {
				return err
			}
		}
		if err := emit(r.RetainedRow); err != nil {
			return err
		}
	}
	return nil
}

// removal is the removal of one kind under way.
type removal struct {
	*Desk
	RetainedRow
	dry   bool
	until time.Time
	old   []request.Number        // requests that ended before until, in order
	kept  map[request.Number]bool // open ones, and those under a legal hold
	held  map[request.Number]bool // those under a legal hold
}

// removedAtOnce is how much is removed in one transaction, so that no arrival waits for long.
const removedAtOnce = 200

func (r *removal) run(remove func(*removal) error) error {
	r.kept, r.held = map[request.Number]bool{}, map[request.Number]bool{}
	err := r.store.View(func(tx *store.Tx) error {
		holds := holdsIn(tx)
		for q := range tx.Requests() {
			r.held[q.Number] = holds.request(tx, q)
			switch {
			case q.State.Active() || r.held[q.Number]:
				r.kept[q.Number] = true
			case endOf(q).Before(r.until):
				r.old = append(r.old, q.Number)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return remove(r)
}

// endOf is when nothing was left to do about a request.
func endOf(q request.Request) time.Time {
	if q.State == request.Resolved {
		return q.Resolved
	}
	return q.Seen
}

// inBatches removes many things, some in a transaction.
func inBatches[T any](r *removal, all []T, remove func(*store.Tx, T) int64) error {
	for some := range slices.Chunk(all, removedAtOnce) {
		err := r.store.Wipe(func(tx *store.Tx) error {
			for _, one := range some {
				r.Bytes += remove(tx, one)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// events removes whole requests.
func (r *removal) events() error {
	r.Items = len(r.old)
	if r.dry || len(r.old) == 0 {
		return nil
	}
	gone := map[request.Number]bool{}
	for _, n := range r.old {
		gone[n] = true
	}
	shared, err := r.textsOfOthers(gone)
	if err != nil {
		return err
	}
	err = inBatches(r, r.old, func(tx *store.Tx, n request.Number) int64 {
		return tx.DropRequest(n, func(ref request.TextRef) bool { return shared[ref] })
	})
	if err != nil {
		return err
	}
	r.learnAnew()
	return r.store.Update(func(tx *store.Tx) error { tx.Detach(gone); return nil })
}

// textsOfOthers are the texts of requests that stay.
func (r *removal) textsOfOthers(gone map[request.Number]bool) (map[request.TextRef]bool, error) {
	shared := map[request.TextRef]bool{}
	err := r.store.View(func(tx *store.Tx) error {
		for q := range tx.Requests() {
			if gone[q.Number] {
				continue
			}
			for _, e := range tx.Events(q.Number) {
				shared[e.Subject], shared[e.Text] = true, true
			}
		}
		return nil
	})
	return shared, err
}

// bodies removes what people wrote in requests, and what was rendered of it; subjects stay.
func (r *removal) bodies() error {
	gone := map[request.Number]bool{}
	for _, n := range r.old {
		gone[n] = true
	}
	shared, err := r.textsOfOthers(gone)
	if err != nil {
		return err
	}
	var refs []request.TextRef
	err = r.store.View(func(tx *store.Tx) error {
		for _, n := range r.old {
			for _, e := range tx.Events(n) {
				shared[e.Subject] = true
				if e.Text != "" && !shared[e.Text] && tx.Text(e.Text) != "" {
					refs = append(refs, e.Text)
					shared[e.Text] = true
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	rendered, err := r.rendered(gone)
	r.Items = len(refs)
	if err != nil || r.dry {
		return err
	}
	err = inBatches(r, refs, func(tx *store.Tx, ref request.TextRef) int64 { tx.ForgetText(ref); return 0 })
	if err != nil {
		return err
	}
	return inBatches(r, rendered, func(tx *store.Tx, id uint64) int64 { tx.ForgetForms(id); return 0 })
}

// rendered are the mails that show what was written in a request of gone, alone or in a list. One that shows what is kept
// too stays.
func (r *removal) rendered(gone map[request.Number]bool) (ids []uint64, err error) {
	err = r.store.EachEntry("", func(e store.Entry) error {
		if e.Forms == nil {
			return nil
		}
		named, err := r.named(e.Letter)
		if anyIn(named, gone) && !anyIn(named, r.kept) {
			ids = append(ids, e.ID)
		}
		return err
	})
	return ids, err
}

func anyIn(some []request.Number, set map[request.Number]bool) bool {
	return slices.ContainsFunc(some, func(n request.Number) bool { return set[n] })
}

// rawMails removes the bytes of mails as they were received and sent.
func (r *removal) rawMails() error {
	rows, err := r.oldRows()
	if err != nil {
		return err
	}
	var entries []uint64
	err = r.store.EachEntry("", func(e store.Entry) error {
		if e.Raw != (store.RawRef{}) && e.State != store.Pending && e.Letter.At.Before(r.until) && !r.kept[e.Letter.Request] {
			entries = append(entries, e.ID)
			if r.dry {
				r.Bytes += e.Raw.Length
			}
		}
		return nil
	})
	r.Items = len(rows) + len(entries)
	if err != nil || r.dry {
		return err
	}
	if err := inBatches(r, rows, func(tx *store.Tx, n uint64) int64 { return tx.WipeRow(n, "retention") }); err != nil {
		return err
	}
	return inBatches(r, entries, func(tx *store.Tx, id uint64) int64 { return tx.WipeRaw(id, "retention") })
}

// oldRows are the rows of the ledger whose bytes may go. A mail that is stuck is never too old; one that was decided anew
// has several rows, and stays while one of them does.
func (r *removal) oldRows() (numbers []uint64, err error) {
	stuck, kept := map[uint64]bool{}, map[store.RawRef]bool{}
	err = r.store.View(func(tx *store.Tx) error {
		for row := range tx.Quarantine() {
			stuck[row.Number] = true
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var old []store.Row
	err = r.store.EachRow(0, func(row store.Row) error {
		switch {
		case row.Kept() == 0:
		case row.Received.Before(r.until) && row.At.Before(r.until) && !stuck[row.Number] && !r.kept[row.Request]:
			old = append(old, row)
		default:
			kept[row.Raw] = true
		}
		return nil
	})
	for _, row := range old {
		if row.Raw != (store.RawRef{}) && kept[row.Raw] {
			continue
		}
		numbers = append(numbers, row.Number)
		if r.dry {
			r.Bytes += row.Kept()
		}
	}
	return numbers, err
}

// reports removes what was sent about no single request: digests, lists of new requests, mails about outages, receipts for
// several, reports, word to operators. One that lists what is under a legal hold stays.
func (r *removal) reports() error {
	var ids []uint64
	err := r.store.EachEntry("", func(e store.Entry) error {
		if e.Letter.Request != 0 || e.State != store.Sent && e.State != store.Dead || !e.Letter.At.Before(r.until) {
			return nil
		}
		named, err := r.named(e.Letter)
		if err != nil || anyIn(named, r.held) {
			return err
		}
		ids = append(ids, e.ID)
		if r.dry {
			r.Bytes += e.Raw.Length
		}
		return nil
	})
	r.Items = len(ids)
	if err != nil || r.dry {
		return err
	}
	return inBatches(r, ids, func(tx *store.Tx, id uint64) int64 { return tx.DropEntry(id) })
}
