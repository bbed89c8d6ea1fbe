package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"strconv"
	"time"

	"triaged/internal/agenda"
	"triaged/internal/bot"
)

type reportCommand struct {
	From string `placeholder:"DAY" help:"The first day, such as 2026-03-02 (default: a week before the last)."`
	To   string `placeholder:"DAY" help:"The last day (default: today)."`
	CSV  bool   `name:"csv" help:"Print rows of figure, key, met, of, submitted_at, for a spreadsheet."`
}

// Help defines the figures, for whoever has to stand for them.
func (l *reportCommand) Help() string {
	return `Worked out from what happened and nothing else. Spam, duplicates and withdrawn requests are left out.

requests, by code, by source: submitted in the span, that is, received by the mail server; by the code they have now, and by how they came in.

categorized in time: of those that came by mail or portal, how many had their first code within reminders.uncategorized_after (two hours) of submission. Those whose time is not over and that have no code are not counted.

acknowledged in time: of those whose code demands it (category 1), how many saw a technician claim, acknowledge, answer, note, assign, schedule, wait or resolve within reminders.acknowledge_within (24 hours) of submission. The team that a code brings with it is no act, and what analysts and supervisors do is none, unless they resolve it. Those whose time is not over and that saw none are not counted.

reviews held: of the reviews of the uncategorized queue, by hour of the day, how many were held: an analyst acted on the digest or said #reviewed before the next review, or the queue was empty. A review that passed while the bot did not run was not held. The last one is counted when the next one begins.

targets met: of the requests with a target, by the code they have now, how many were resolved in time. Each is judged once, when it is resolved or its target passes, whichever comes first, in the span that this falls into.

suggested: of the requests first categorized in the month that ends with the span, for how many the code they have now was the first that the model would have suggested just before, and for how many one of its three. Only what the model still remembers is counted.

oldest open: the ten open requests that were submitted first, whenever that was.

With --csv: figure, key, met, of, submitted_at (of an oldest open request only). A figure that only counts has its number in of.

With --json: from, to (the first moment after the last day), zone, requests, by_code {}, by_source {}, categorized_in_time {met, of}, acknowledged_in_time {met, of}, reviews_held {"09": {met, of}}, targets_met {"1-3": {met, of}}, suggested {first {met, of}, within_three {met, of}}, oldest_open [{number, category, subject, submitted_at}]. The code of what is uncategorized is "" there.`
}

func (l *reportCommand) Run(ctx context.Context, c *commands, s streams) error {
	if l.CSV {
		if err := c.textOnly("--csv asks for another form: leave one of them out"); err != nil {
			return err
		}
	}
	return rows(ctx, c, s, "report", bot.Args{From: l.From, To: l.To}, func(r bot.ReportRow) {
		if l.CSV {
			reportCSV(s, r)
			return
		}
		reportText(s, r)
	})
}

func reportText(s streams, r bot.ReportRow) {
	zone, err := time.LoadLocation(r.Zone)
	if err != nil {
		zone = time.UTC
	}
	day := func(t time.Time) string { return t.In(zone).Format("Mon Jan 2 2006") }
	fmt.Fprintf(s.out, "From %s to %s\n\n", day(r.From), day(r.To.Add(-time.Second)))
	t := newTable(s.out, "FIGURE", "", "MET", "OF", "SHARE")
	t.row("requests", "", "", strconv.Itoa(r.Requests), "")
	for _, k := range agenda.Sorted(r.ByCode) {
		t.row("by code", orUncategorized(k), "", strconv.Itoa(r.ByCode[k]), "")
	}
	for _, k := range agenda.Sorted(r.BySource) {
		t.row("by source", k, "", strconv.Itoa(r.BySource[k]), "")
	}
	shares(t, "categorized in time", "", r.Categorized)
	shares(t, "acknowledged in time", "", r.Acknowledged)
	for _, k := range agenda.Sorted(r.Reviews) {
		shares(t, "reviews held", k+":00", r.Reviews[k])
	}
	for _, k := range agenda.Sorted(r.Targets) {
		shares(t, "targets met", k, r.Targets[k])
	}
	shares(t, "suggested", "first", r.Suggested.First)
	shares(t, "suggested", "of three", r.Suggested.Within3)
	t.end()
	if len(r.OldestOpen) == 0 {
		return
	}
	fmt.Fprintln(s.out)
	t = newTable(s.out, "OLDEST OPEN", "CODE", "SUBMITTED", "SUBJECT")
	for _, o := range r.OldestOpen {
		t.row(o.Number, orUncategorized(o.Category), o.SubmittedAt.In(zone).Format("2006-01-02 15:04"), o.Subject)
	}
	t.end()
}

func orUncategorized(code string) string { return cmp.Or(code, "uncategorized") }

func shares(t *table, figure, key string, s agenda.Share) {
	share := "-"
	if s.Of > 0 {
		share = strconv.Itoa((100*s.Met+s.Of/2)/s.Of) + "%"
	}
	t.row(figure, key, strconv.Itoa(s.Met), strconv.Itoa(s.Of), share)
}

// reportCSV writes one figure a row. Where nothing can be met, that column is empty.
func reportCSV(s streams, r bot.ReportRow) {
	w := csv.NewWriter(s.out)
	defer w.Flush()
	count := func(figure, key string, n int) { w.Write([]string{figure, key, "", strconv.Itoa(n), ""}) }
	share := func(figure, key string, s agenda.Share) {
		w.Write([]string{figure, key, strconv.Itoa(s.Met), strconv.Itoa(s.Of), ""})
	}
	w.Write([]string{"figure", "key", "met", "of", "submitted_at"})
	count("requests", "", r.Requests)
	for _, k := range agenda.Sorted(r.ByCode) {
		count("by_code", orUncategorized(k), r.ByCode[k])
	}
	for _, k := range agenda.Sorted(r.BySource) {
		count("by_source", k, r.BySource[k])
	}
	share("categorized_in_time", "", r.Categorized)
	share("acknowledged_in_time", "", r.Acknowledged)
	for _, k := range agenda.Sorted(r.Reviews) {
		share("reviews_held", k, r.Reviews[k])
	}
	for _, k := range agenda.Sorted(r.Targets) {
		share("targets_met", orUncategorized(k), r.Targets[k])
	}
	share("suggested", "first", r.Suggested.First)
	share("suggested", "within_three", r.Suggested.Within3)
	for _, o := range r.OldestOpen {
		w.Write([]string{"oldest_open", o.Number, "", "", o.SubmittedAt.Format(time.RFC3339)})
	}
}
