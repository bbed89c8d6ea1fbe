package store

import (
	"bytes"
	"crypto/sha256"
	"iter"
	"slices"
	"strconv"
	"time"

	"triaged/internal/intake"
	"triaged/internal/message"
	"triaged/internal/request"
)

// Facts that intake asks for besides those that other questions answer: all of them are read from what is kept already.
var _ intake.Facts = (*Tx)(nil)

// Mail reads a mail of the ledger again, from its raw bytes.
func (tx *Tx) Mail(ledger uint64) (intake.Kept, bool) {
	row, ok := tx.Row(ledger)
	if !ok || row.Raw == (RawRef{}) {
		return intake.Kept{}, false
	}
	raw, err := tx.s.Raw(row.Raw)
	if err != nil {
		return intake.Kept{}, false
	}
	return intake.Kept{
		Message: readable(raw.Data), Mailbox: row.Mailbox, Received: row.Received, Outcome: row.Outcome,
		Settled: tx.Settled(ledger),
	}, true
}

// readable parses a mail. Of one that the parser fails at, which is in the quarantine for that, it gives the header.
func readable(raw []byte) (m *message.Message) {
	defer func() {
		if recover() != nil {
			m = &message.Message{Fingerprint: sha256.Sum256(raw)}
			if end := bytes.Index(raw, []byte("\n\n")); end > 0 && end+2 < len(raw) {
				m = readable(raw[:end+2])
			} else if end := bytes.Index(raw, []byte("\n\r\n")); end > 0 && end+3 < len(raw) {
				m = readable(raw[:end+3])
			}
		}
	}()
	return message.Parse(raw)
}

// Settle records that a received mail was taken out of the quarantine.
func (tx *Tx) Settle(ledger uint64, by string, now time.Time) {
	tx.AppendDesk(intake.DeskEvent{At: now, Type: settled(ledger), By: by, Ledger: ledger})
}

// Settled tells whether a received mail was taken out of the quarantine.
func (tx *Tx) Settled(ledger uint64) bool {
	_, ok := tx.LastDesk(settled(ledger))
	return ok
}

func settled(ledger uint64) string { return intake.MailSettled + strconv.FormatUint(ledger, 10) }

// Quarantine visits the received mails that wait in the quarantine, oldest first within each outcome.
func (tx *Tx) Quarantine() iter.Seq[Row] {
	return func(yield func(Row) bool) {
		for _, meaning := range intake.Table {
			if !meaning.Outcome.Quarantined() {
				continue
			}
			for row := range tx.LedgerOf(meaning.Outcome, 0) {
				if !tx.Settled(row.Number) && !yield(row) {
					return
				}
			}
		}
	}
}

// Breaker is the latest event of the circuit breaker.
func (tx *Tx) Breaker() intake.DeskEvent {
	e, _ := tx.LastDesk(intake.CircuitBreaker)
	return e
}

// Stuck finds an outgoing mail, if it was held back or given up.
func (tx *Tx) Stuck(outbox uint64) (intake.Stuck, bool) {
	e, ok := tx.Entry(outbox)
	if !ok || e.State != Held && e.State != Dead {
		return intake.Stuck{}, false
	}
	return intake.Stuck{Letter: e.Letter, State: string(e.State), Why: e.LastError}, true
}

// Troubles are the requests since a time that reported that something fails, in order of arrival, at most so many.
func (tx *Tx) Troubles(since time.Time, most int) []request.Number {
	var all []request.Number
	for e := range tx.DeskBack(intake.TroubleReported) {
		if len(all) == most || e.At.Before(since) {
			break
		}
		all = append(all, e.Request)
	}
	slices.Reverse(all)
	return all
}

// Outage are the requests that were found to report the same as first, in order of arrival, itself included.
func (tx *Tx) Outage(first request.Number) []request.Number {
	var all []request.Number
	for e := range tx.DeskBack(intake.ReportOf(first)) {
		all = append(all, e.Request)
	}
	slices.Reverse(all)
	return all
}
