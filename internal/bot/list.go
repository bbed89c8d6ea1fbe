package bot

import (
	"slices"
	"time"

	"triaged/internal/request"
	"triaged/internal/store"
	"triaged/internal/suggest"
)

// RequestRow is one request as `list` and `show` print it.
type RequestRow struct {
	Number        string       `json:"number"`
	Subject       string       `json:"subject"`
	Requester     string       `json:"requester"`
	State         string       `json:"state"`
	Category      string       `json:"category"`
	SubmittedAt   time.Time    `json:"submitted_at"`
	CategorizedAt *time.Time   `json:"categorized_at"`
	DueAt         *time.Time   `json:"due_at"` // of a resolved one, as it stood then
	ResolvedAt    *time.Time   `json:"resolved_at"`
	TargetMet     *bool        `json:"target_met"` // whether it was resolved by then; null while it is not, and without a target
	Overdue       bool         `json:"overdue"`
	Assignee      string       `json:"assignee"`
	Team          string       `json:"team"`
	Source        string       `json:"source"`
	Outage        *string      `json:"outage"` // the first of the reports of an outage that it is one of
	Suggestions   []Suggestion `json:"suggestions"`
}

// Suggestion is a suggested code with its confidence.
type Suggestion struct {
	Code       string   `json:"code"`
	Confidence float64  `json:"confidence"`
	Because    []string `json:"because"`
}

// Queues are the names that `list --queue` knows.
var Queues = []string{"open", "uncategorized", "overdue", "scheduled", "all"}

// page is how many rows are read in one transaction. None is open while rows are handed out: somebody may look at a long
// list for an hour, and the state must not hold back its old pages meanwhile.
const page = 256

// List emits the requests of a queue in the order to work them; the uncategorized ones oldest first, as the analysts
// review them. What leaves the queue on the way is left out.
func (d *Desk) List(a Args, emit func(any) error) error {
	if err := known("queue", a.Queue, Queues); err != nil {
		return err
	}
	now := d.clock.Now()
	in := func(r request.Request) bool { return r.State.Active() }
	switch a.Queue {
	case "uncategorized":
		in = request.Request.Uncategorized
	case "scheduled":
		in = func(r request.Request) bool { return r.State == request.Scheduled }
	case "all":
		in = func(request.Request) bool { return true }
	}
	numbers, err := d.numbers(a.Queue, in)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(numbers, page) {
		var rows []RequestRow
		err := d.store.View(func(tx *store.Tx) error {
			for _, n := range some {
				if r, ok := tx.Request(n); ok && in(r) {
					if row := d.row(tx, r, now); a.Queue != "overdue" || row.Overdue {
						rows = append(rows, row)
					}
				}
			}
			return nil
		})
		for _, row := range rows {
			if err := emit(row); err != nil {
				return err
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// numbers are the requests of a queue in its order.
func (d *Desk) numbers(queue string, in func(request.Request) bool) (all []request.Number, err error) {
	err = d.store.View(func(tx *store.Tx) error {
		requests := tx.Queue()
		switch queue {
		case "uncategorized":
			requests = tx.Uncategorized()
		case "all":
			for n := range tx.LastNumber() {
				all = append(all, n+1) // those that are missing are left out later
			}
			return nil
		}
		for r := range requests {
			if in(r) {
				all = append(all, r.Number)
			}
		}
		return nil
	})
	return all, err
}

func (d *Desk) row(tx *store.Tx, r request.Request, now time.Time) RequestRow {
	due, met := r.WasDue(d.policy.Calendar)
	row := RequestRow{
		Number: r.Number.Label(d.policy.Prefix), Subject: tx.Text(r.Subject), Requester: r.Requester.Address,
		State: string(r.State), Category: r.Code.String(), SubmittedAt: r.Submitted.UTC(),
		CategorizedAt: timeOrNull(r.Categorized), DueAt: timeOrNull(due), ResolvedAt: timeOrNull(r.Resolved), Assignee: r.Assignee, Team: r.Team,
		Source: string(r.Source), Suggestions: []Suggestion{},
	}
	if r.Outage.Sure {
		first := r.Outage.First.Label(d.policy.Prefix)
		row.Outage = &first
	}
	if r.State == request.Resolved && !due.IsZero() {
		row.TargetMet = &met
	}
	switch {
	case r.Uncategorized():
		row.Overdue = !now.Before(r.Submitted.Add(d.policy.CategorizeWithin))
		row.Suggestions = suggestionRows(d.suggestions(tx, r))
	case r.State.Active():
		row.Overdue = !due.IsZero() && now.After(due)
	}
	return row
}

func suggestionRows(all []suggest.Suggestion) []Suggestion {
	rows := make([]Suggestion, len(all))
	for i, s := range all {
		rows[i] = Suggestion{Code: s.Code.String(), Confidence: s.Confidence, Because: append([]string{}, s.Because...)}
	}
	return rows
}

func timeOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
