package bot

import (
	"cmp"
	"slices"
	"time"

	"triaged/internal/request"
	"triaged/internal/store"
	"triaged/internal/suggest"
)

// Evaluate emits how well the suggestions would have done on the desk's own history, each request tried before its code
// is learned, in the order in which people decided.
func (d *Desk) Evaluate(_ Args, emit func(any) error) error {
	type decided struct {
		at  time.Time
		n   request.Number
		row suggest.Row
	}
	var history []decided
	err := d.store.View(func(tx *store.Tx) error {
		for r := range tx.Requests() {
			if r.Categorized.IsZero() || r.State == request.Spam {
				continue
			}
			mail := d.mailOf(tx, r)
			history = append(history, decided{r.Categorized, r.Number, suggest.Row{Label: settled(r).String(), Mail: &mail}})
		}
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortFunc(history, func(a, b decided) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.n, b.n)) })
	rows := make([]suggest.Row, len(history))
	for i, h := range history {
		rows[i] = h.row
	}
	return emit(suggest.Prequential(rows, suggest.Setup{Chart: d.policy.Chart, Lexicon: d.config.Lexicon(), Now: time.Now}))
}
