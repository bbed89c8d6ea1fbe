package bot

import (
	"iter"
	"time"

	"triaged/internal/agenda"
	"triaged/internal/control"
	"triaged/internal/store"
)

// ReportRow is how well the procedure was kept in a span. See agenda.Figures for what each figure means.
type ReportRow struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"` // the first moment after the span
	Zone string    `json:"zone"`
	agenda.Figures
	Suggested  SuggestedRow `json:"suggested"` // in the month that ends with the span
	OldestOpen []OldestRow  `json:"oldest_open"`
}

// OldestRow is one of the oldest open requests.
type OldestRow struct {
	Number      string    `json:"number"`
	Category    string    `json:"category"`
	Subject     string    `json:"subject"`
	SubmittedAt time.Time `json:"submitted_at"`
}

// Report emits the figures of a span of days: a.From to a.To, both included, the last seven days if they are empty.
func (d *Desk) Report(a Args, emit func(any) error) error {
	now := d.clock.Now()
	span, err := d.span(a, now)
	if err != nil {
		return err
	}
	return d.store.View(func(tx *store.Tx) error {
		f := agenda.Report(span, tx.Requests(), d.reviewed(tx, span), d.plan, d.house.Zone, now)
		row := ReportRow{From: span.From.UTC(), To: span.To.UTC(), Zone: d.house.Zone.String(), Figures: f, Suggested: d.suggested(tx, span.To), OldestOpen: []OldestRow{}}
		for _, o := range f.Oldest {
			row.OldestOpen = append(row.OldestOpen, OldestRow{
				Number: o.Number.Label(d.policy.Prefix), Category: o.Code.String(), Subject: tx.Text(o.Subject), SubmittedAt: o.Submitted.UTC(),
			})
		}
		return emit(row)
	})
}

// span reads the days of a report.
func (d *Desk) span(a Args, now time.Time) (agenda.Span, error) {
	zone := d.house.Zone
	y, m, day := now.In(zone).Date()
	to := time.Date(y, m, day+1, 0, 0, 0, 0, zone)
	read := func(name, text string) (time.Time, error) {
		t, err := time.ParseInLocation(time.DateOnly, text, zone)
		if err != nil {
			return t, control.Mistaken("--%s %q is not a day: write one such as 2026-03-02", name, text)
		}
		return t, nil
	}
	if a.To != "" {
		last, err := read("to", a.To)
		if err != nil {
			return agenda.Span{}, err
		}
		to = last.AddDate(0, 0, 1)
	}
	from := to.AddDate(0, 0, -7)
	if a.From != "" {
		var err error
		if from, err = read("from", a.From); err != nil {
			return agenda.Span{}, err
		}
	}
	if !from.Before(to) {
		return agenda.Span{}, control.Mistaken("--to is before --from: from %s to %s there is no day", from.Format(time.DateOnly), to.AddDate(0, 0, -1).Format(time.DateOnly))
	}
	return agenda.Span{From: from, To: to}, nil
}

// reviewed finds what became of each review in a span: reviews are at full hours of the desk's wall, whatever the calendar
// was then.
func (d *Desk) reviewed(tx *store.Tx, span agenda.Span) iter.Seq[agenda.Reviewed] {
	return func(yield func(agenda.Reviewed) bool) {
		end := span.To
		if now := d.clock.Now(); end.After(now) {
			end = now
		}
		for t := span.From; t.Before(end); t = t.Add(time.Hour) {
			e, ok := tx.LastDesk(reviewOf(t))
			if !ok {
				continue
			}
			held := e.Rows == 0 || e.By != ""
			if !yield(agenda.Reviewed{At: e.Review, Held: held}) {
				return
			}
		}
	}
}
