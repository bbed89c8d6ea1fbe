package bot

import (
	"time"

	"triaged/internal/request"
	"triaged/internal/store"
	"triaged/internal/suggest"
)

// EvaluationRow is how well the suggestions would have done on the desk's own history.
type EvaluationRow struct {
	suggest.Report
	LeftOut int `json:"left_out"` // requests whose code the chart does not have any more
}

// Evaluate emits how well the suggestions would have done on the desk's own history, each request tried before its code
// is learned, in the order in which people decided. Codes that nobody decided after reading, which an outage's order gave,
// do not count, as they teach nothing.
func (d *Desk) Evaluate(_ Args, emit func(any) error) error {
	var rows []suggest.Row
	var out EvaluationRow
	err := d.store.View(func(tx *store.Tx) error {
		all, err := history(tx, map[request.Number]int{})
		if err != nil {
			return err
		}
		seen := map[request.Number]bool{}
		for _, l := range all {
			now, ok := tx.Request(l.request)
			code := settled(now)
			if seen[l.request] || !ok || now.State == request.Spam || code.IsZero() {
				continue
			}
			then, given, err := asOf(tx, l)
			mail := d.mailOf(tx, then)
			if err != nil || given.IsZero() || mail.Subject == "" && mail.Text == "" {
				continue // taken back at once, or its author was forgotten
			}
			seen[l.request] = true
			if _, ok := d.policy.Chart.Lookup(code); !ok {
				out.LeftOut++
				continue
			}
			rows = append(rows, suggest.Row{Label: code.String(), Mail: &mail})
		}
		return nil
	})
	if err != nil {
		return err
	}
	out.Report = suggest.Prequential(rows, suggest.Setup{Chart: d.policy.Chart, Lexicon: d.config.Lexicon(), Now: time.Now})
	return emit(out)
}
