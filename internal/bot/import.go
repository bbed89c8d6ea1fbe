package bot

import (
	"fmt"

	"triaged/internal/authority"
	"triaged/internal/chart"
	"triaged/internal/handover"
	"triaged/internal/request"
	"triaged/internal/store"
)

// ImportRow is what became of some tickets of another system.
type ImportRow struct {
	Imported int      `json:"imported"`
	Known    int      `json:"known"`        // imported before
	Open     int      `json:"open_left"`    // open ones, which were not asked for
	Uncoded  int      `json:"without_code"` // of those imported: they teach nothing
	Problems []string `json:"problems"`
}

// Import makes requests of another system's tickets, as they were there: nobody is written to about them. The old number
// leads to the request from then on, and by it a ticket is recognised that was imported before. The codes teach the
// suggestion.
func (d *Desk) Import(a Args, emit func(any) error) error {
	row := ImportRow{Problems: []string{}}
	var taught []lesson
	run := d.store.Update
	if a.DryRun {
		run = d.store.View
	}
	err := run(func(tx *store.Tx) error {
		for _, t := range a.Tickets {
			if _, known := tx.Tagged(t.Tag); known {
				row.Known++
				continue
			}
			if t.Closed.IsZero() && !a.WithOpen {
				row.Open++
				continue
			}
			events, err := d.past(t)
			if err != nil {
				row.Problems = append(row.Problems, fmt.Sprintf("line %d: %s: %v", t.Line, t.Tag, err))
				continue
			}
			row.Imported++
			if t.Code == "" {
				row.Uncoded++
			}
			if a.DryRun {
				continue
			}
			learned, err := bring(tx, t, events)
			if err != nil {
				return fmt.Errorf("%s: %w", t.Tag, err)
			}
			taught = append(taught, learned...)
		}
		return nil
	})
	if err != nil {
		return err
	}
	d.learnLater(taught)
	if !a.DryRun {
		d.wake()
	}
	return emit(row)
}

// past is what happened to a ticket. A closed one was promised nothing by this desk; an open one is, from its submission.
func (d *Desk) past(t handover.Ticket) ([]request.Event, error) {
	address := authority.Normalise(t.Address)
	if authority.Domain(address) == "" {
		return nil, fmt.Errorf("%q is no address", t.Address)
	}
	if t.Created.After(d.clock.Now()) {
		return nil, fmt.Errorf("it is from the future: %s", t.Created)
	}
	events := []request.Event{{
		At: t.Created, Type: request.Opened, By: address, Source: request.Import, MessageID: t.MessageID,
		Person:  &request.Person{Name: t.Name, Address: t.Address},
		Subject: request.RefOf(t.Subject), Text: request.RefOf(t.Text), Campus: d.policy.Directory[address].Campus,
	}}
	if t.Code != "" {
		var code chart.Code
		if err := code.UnmarshalText([]byte(t.Code)); err != nil {
			return nil, err
		}
		promise, ok := d.policy.Promise(code, t.Created)
		if !ok {
			return nil, fmt.Errorf("the chart has no code %s", code)
		}
		if !t.Closed.IsZero() {
			promise = request.Promise{AsNeeded: true}
		}
		events = append(events, request.Event{At: t.Created, Type: request.Categorized, By: authority.Normalise(t.By), Code: code, Promise: &promise})
	}
	if !t.Closed.IsZero() {
		events = append(events, request.Event{At: t.Closed, Type: request.Closed, By: authority.Normalise(t.By)})
	}
	return events, nil
}

// bring records a ticket as a request, and gives what it teaches.
func bring(tx *store.Tx, t handover.Ticket, events []request.Event) (taught []lesson, err error) {
	n := tx.NextNumber()
	tx.PutText(t.Subject)
	tx.PutText(t.Text)
	state := request.Request{Number: n}
	for _, e := range events {
		if state, err = request.Apply(state, e); err != nil {
			return nil, err
		}
		if _, yes := teaches(e, state); yes {
			taught = append(taught, lesson{at: e.At, request: n, event: state.Events})
		}
	}
	tx.Tag(t.Tag, n)
	tx.Join(t.MessageID, n)
	_, err = tx.Record(n, events...)
	return taught, err
}
