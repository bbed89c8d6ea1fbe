package bot

import (
	"slices"
	"sync"
	"time"

	"triaged/internal/agenda"
	"triaged/internal/chart"
	"triaged/internal/request"
	"triaged/internal/store"
	"triaged/internal/suggest"
)

// trials are what the model would have suggested for each request just before the first decision about it was learned:
// how right it is on mail that it has not seen. They are made anew with the model, and so part of no state.
type trials struct {
	mu  sync.Mutex
	all map[request.Number]trial
}

type trial struct {
	at    time.Time
	codes []chart.Code
}

func (t *trials) clear() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all = map[request.Number]trial{}
}

// note tries the model on a request, unless it has learned of it before.
func (t *trials) note(model *suggest.Model, l lesson, mail suggest.Mail) {
	t.mu.Lock()
	_, tried := t.all[l.request]
	t.mu.Unlock()
	if tried {
		return
	}
	one := trial{at: l.at}
	for _, s := range model.Suggest(mail, offered) {
		one.codes = append(one.codes, s.Code)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all[l.request] = one
}

// SuggestedRow is how right the suggestions were for the requests that were first categorized in a month.
type SuggestedRow struct {
	First   agenda.Share `json:"first"`        // the first suggestion was the code that the request has now
	Within3 agenda.Share `json:"within_three"` // one of the three was
}

// suggested counts the month that ends with a span.
func (d *Desk) suggested(tx *store.Tx, end time.Time) (row SuggestedRow) {
	d.ready()
	month := agenda.Span{From: end.AddDate(0, -1, 0), To: end}
	t := &d.lessons.tried
	t.mu.Lock()
	defer t.mu.Unlock()
	for n, one := range t.all {
		r, ok := tx.Request(n)
		code := settled(r)
		if !ok || code.IsZero() || r.State == request.Spam || !month.Contains(one.at) {
			continue
		}
		row.First.Of++
		row.Within3.Of++
		if len(one.codes) > 0 && one.codes[0] == code {
			row.First.Met++
		}
		if slices.Contains(one.codes, code) {
			row.Within3.Met++
		}
	}
	return row
}

// settled is the code that a request has, or will come back to after waiting.
func settled(r request.Request) chart.Code {
	if !r.Resume.IsZero() {
		return r.Resume
	}
	return r.Code
}
