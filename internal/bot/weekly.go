package bot

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"triaged/internal/agenda"
	"triaged/internal/authority"
	"triaged/internal/compose"
	"triaged/internal/intake"
	"triaged/internal/request"
	"triaged/internal/store"
)

// weeklySent is the desk's event of having sent supervisors the report of a week.
const weeklySent = "weekly-report"

// weekly is the report of the week that has ended, if supervisors are to get it now. It reads every request, so it is made
// beside the transaction that records it.
func (d *Desk) weekly(now time.Time) (*compose.PlainBody, error) {
	var body *compose.PlainBody
	err := d.store.View(func(tx *store.Tx) error {
		at := d.nextWeekly(tx, now)
		if at.IsZero() || at.After(now) {
			return nil
		}
		monday := agenda.WeekOf(now, d.house.Zone)
		span := agenda.Span{From: monday.AddDate(0, 0, -7), To: monday}
		f := agenda.Report(span, tx.Requests(), d.reviewed(tx, span), d.plan, d.house.Zone, now)
		body = d.weekInWords(span, f, d.suggested(tx, span.To))
		return nil
	})
	return body, err
}

func (d *Desk) nextWeekly(tx *store.Tx, now time.Time) time.Time {
	if !d.plan.WeeklyReport {
		return time.Time{}
	}
	last := opened(tx, now)
	if e, ok := tx.LastDesk(weeklySent); ok {
		last = e.At
	}
	return agenda.NextWeekly(last, now, d.plan, d.house.Zone)
}

// oweWeekly records the report, whoever there is to get it.
func (d *Desk) oweWeekly(tx *store.Tx, body *compose.PlainBody, now time.Time) {
	if body == nil {
		return
	}
	for _, p := range d.policy.Roster.Staff(authority.Supervisor) {
		d.owe(tx, compose.Letter{
			Kind: compose.Report, To: request.Person{Name: p.Name, Address: p.Address}, At: now, Commands: true, Plain: body,
		}, now)
	}
	tx.AppendDesk(intake.DeskEvent{At: now, Type: weeklySent})
}

// weekInWords says the figures of a week in sentences, which name no words of a requester: they stand in the outbox.
func (d *Desk) weekInWords(span agenda.Span, f agenda.Figures, suggested SuggestedRow) *compose.PlainBody {
	day := func(t time.Time) string { return t.In(d.house.Zone).Format("Mon Jan 2") }
	var held, targets agenda.Share
	for _, s := range f.Reviews {
		held.Met, held.Of = held.Met+s.Met, held.Of+s.Of
	}
	var worst []string
	for _, code := range agenda.Sorted(f.Targets) {
		s := f.Targets[code]
		targets.Met, targets.Of = targets.Met+s.Met, targets.Of+s.Of
		if s.Met < s.Of {
			worst = append(worst, fmt.Sprintf("%s %s", code, ofWords(s)))
		}
	}
	lines := []string{
		fmt.Sprintf("From %s to %s: %s.", day(span.From), day(span.To.Add(-time.Second)), requests(f.Requests)),
		"Categorized in time: " + ofWords(f.Categorized) + ". Acknowledged in time: " + ofWords(f.Acknowledged) + ".",
		"Reviews of the uncategorized queue held: " + ofWords(held) + ".",
		"Targets met: " + ofWords(targets) + ".",
	}
	if suggested.First.Of > 0 {
		lines = append(lines, fmt.Sprintf("In a month, the first suggested code was right for %s, one of the three for %s.",
			ofWords(suggested.First), ofWords(suggested.Within3)))
	}
	if len(worst) > 0 {
		lines = append(lines, "Not all met: "+strings.Join(worst, "; ")+".")
	}
	for _, o := range f.Oldest[:min(len(f.Oldest), 5)] {
		code := o.Code.String()
		if code == "" {
			code = "no category"
		}
		lines = append(lines, fmt.Sprintf("Open since %s: %s, %s.", day(o.Submitted), o.Number.Label(d.policy.Prefix), code))
	}
	return &compose.PlainBody{Subject: fmt.Sprintf("Week of %s: %s; targets met: %s", day(span.From), requests(f.Requests), ofWords(targets)), Lines: lines}
}

func ofWords(s agenda.Share) string {
	if s.Of == 0 {
		return "none due"
	}
	return strconv.Itoa(s.Met) + " of " + strconv.Itoa(s.Of)
}

func requests(n int) string {
	if n == 1 {
		return "1 request"
	}
	return strconv.Itoa(n) + " requests"
}
