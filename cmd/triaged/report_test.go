package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"triaged/internal/agenda"
	"triaged/internal/bot"
)

func sampleReport() bot.ReportRow {
	return bot.ReportRow{
		From: time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC), To: time.Date(2026, 3, 9, 5, 0, 0, 0, time.UTC), Zone: "America/Chicago",
		Figures: agenda.Figures{
			Requests: 7, ByCode: map[string]int{"1-3": 5, "": 2}, BySource: map[string]int{"email": 6, "phone": 1},
			Categorized: agenda.Share{Met: 3, Of: 5}, Acknowledged: agenda.Share{},
			Reviews: map[string]agenda.Share{"09": {Met: 1, Of: 2}}, Targets: map[string]agenda.Share{"1-3": {Met: 2, Of: 3}},
		},
		Suggested:  bot.SuggestedRow{First: agenda.Share{Met: 3, Of: 4}, Within3: agenda.Share{Met: 4, Of: 4}},
		OldestOpen: []bot.OldestRow{{Number: "SR-3", Subject: "Projector\x1b[2J", SubmittedAt: time.Date(2026, 3, 2, 13, 5, 0, 0, time.UTC)}},
	}
}

func TestReportText(t *testing.T) {
	var out bytes.Buffer
	reportText(streams{out: &out}, sampleReport())
	for _, want := range []string{"From Mon Mar 2 2026 to Sun Mar 8 2026", "60%", "09:00", "67%", "2026-03-02 07:05", "uncategorized"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in:\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "\x1b") {
		t.Error("a subject commands the terminal")
	}
}

func TestReportCSV(t *testing.T) {
	var out bytes.Buffer
	reportCSV(streams{out: &out}, sampleReport())
	want := `figure,key,met,of,submitted_at
requests,,,7,
by_code,1-3,,5,
by_code,uncategorized,,2,
by_source,email,,6,
by_source,phone,,1,
categorized_in_time,,3,5,
acknowledged_in_time,,0,0,
reviews_held,09,1,2,
targets_met,1-3,2,3,
suggested,first,3,4,
suggested,within_three,4,4,
oldest_open,SR-3,,,2026-03-02T13:05:00Z
`
	if out.String() != want {
		t.Errorf("it is\n%s\nwant\n%s", out.String(), want)
	}
}
