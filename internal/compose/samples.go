package compose

import (
	"strings"
	"time"

	"triaged/internal/chart"
	"triaged/internal/message"
	"triaged/internal/request"
	"triaged/internal/suggest"
)

// sample is a mail that templates are tried with. The samples of a kind between them set every variable that its templates
// may use, and leave every variable empty.
type sample struct {
	about    string
	letter   Letter
	material Material
}

// What the samples are about.
var (
	sampleCode     = chart.Code{Category: 1, Priority: 3}
	sampleUntimed  = chart.Code{Category: 1, Priority: 5}
	sampleAsNeeded = chart.Code{Category: 8, Priority: 9}
	sampleGone     = chart.Code{Category: 9, Priority: 9} // on no chart
	sampleTime     = time.Date(2026, time.March, 2, 12, 40, 0, 0, time.UTC)
	sampleDue      = sampleTime.Add(72 * time.Hour)
	samplePerson   = request.Person{Name: "Name", Address: "name@school.example"}
)

// sampleMaterial is all that any mail can be given.
func sampleMaterial() Material {
	suggested := []suggest.Suggestion{{Code: sampleCode, Confidence: .9, Because: []string{"word"}}, {Code: sampleUntimed, Confidence: .1}}
	return Material{
		Topic: "Subject", Text: strings.Repeat("Some words. ", 2000), Note: "A note", Suggestions: suggested,
		Rows: []RowMaterial{{Subject: "Subject", Text: "Text", Suggestions: suggested}, {Suggestions: suggested[1:]}},
		Attachments: []message.Attachment{
			{Name: "small.jpg", Type: "image/jpeg", Size: 1 << 10}, {Name: "large.mp4", Type: "video/mp4", Size: MaxAttached + 1},
		},
	}
}

// samples are mails of a kind.
func samples(k Kind) []sample {
	all := sampleLetters(k)
	for i := range all {
		l := &all[i].letter
		l.Kind, l.To, l.At = k, samplePerson, sampleTime
	}
	return all
}

func sampleLetters(k Kind) []sample {
	switch k {
	case Acknowledgement:
		return []sample{
			{"with all it can say", Letter{Request: 1, Acknowledgement: &AcknowledgementBody{CategorizedBy: sampleDue}}, sampleMaterial()},
			{"of a night", Letter{Request: 1, Acknowledgement: &AcknowledgementBody{CategorizedBy: sampleTime, Opens: sampleDue}}, Material{}},
			{"sorted at once", Letter{Request: 1, Acknowledgement: &AcknowledgementBody{Sorted: &OutcomeBody{Code: sampleCode, Due: sampleDue, Missing: []string{"Form"}}}}, sampleMaterial()},
			{"about a known outage", Letter{Request: 1, Acknowledgement: &AcknowledgementBody{Known: &KnownBody{Others: 2}}}, Material{}},
			{"about a known outage with a target", Letter{Request: 1, Acknowledgement: &AcknowledgementBody{Known: &KnownBody{Others: 4, Code: sampleCode, Due: sampleDue}}}, Material{}},
			{"with nothing to say", Letter{Request: 1, Acknowledgement: &AcknowledgementBody{}}, Material{}},
		}
	case Notice:
		return sampleNotices()
	case Reminder, Digest, burstFolder:
		return sampleQueues(k)
	case Outage:
		return sampleOutages()
	case Receipt:
		return sampleReceipts()
	case Confirmation:
		return []sample{
			{"with all it can say", Letter{Request: 1, Confirmation: &ConfirmationBody{Commands: []string{"#1-3"}}}, sampleMaterial()},
			{"about no request", Letter{Confirmation: &ConfirmationBody{Commands: []string{"resolve"}}}, Material{}},
		}
	case Categorized, Resolved, Merged, Answer:
		return sampleOutcomes()
	case workFolder:
		return sampleWork()
	}
	return samplePlain(k)
}

func sampleNotices() []sample {
	full := NoticeBody{From: samplePerson, Title: "teacher", Campus: "Campus", Submitted: sampleTime, CategorizeBy: sampleDue, Alert: []string{"Alert."}, Say: []string{"Kim gave it to you."}}
	added := NoticeBody{From: samplePerson, Submitted: sampleTime, Code: sampleCode, Due: sampleDue, Added: true}
	return []sample{
		{"with all it can say", Letter{Request: 1, Commands: true, Notice: &full}, sampleMaterial()},
		{"about an addition", Letter{Request: 1, Commands: true, Notice: &added}, sampleMaterial()},
		{"about a request without a target", Letter{Request: 1, Notice: &NoticeBody{From: samplePerson, Code: sampleUntimed}}, sampleMaterial()},
		{"with nothing to say", Letter{Request: 1, Notice: &NoticeBody{From: samplePerson}}, Material{}},
		{"without suggestions", Letter{Request: 1, Commands: true, Notice: &NoticeBody{From: samplePerson}}, Material{}},
		{"about the end", Letter{Request: 1, Commands: true, Notice: &NoticeBody{From: samplePerson, Over: true}}, Material{}},
	}
}

func sampleQueues(k Kind) []sample {
	rows := []Row{
		{Request: 1, From: samplePerson, Submitted: sampleTime.Add(-3 * time.Hour), Overdue: true, Outage: 7},
		{Request: 2, From: samplePerson, Submitted: sampleTime},
	}
	all := []sample{
		{"with all it can say", Letter{Commands: true, Queue: &QueueBody{Review: sampleTime, Rows: rows, More: 2, Foot: []string{"A line"}, State: []string{"All is well."}, Late: sampleTime, Missed: 2, Escalated: 3}}, sampleMaterial()},
		{"about one request", Letter{Request: 1, Commands: true, Queue: &QueueBody{Rows: rows[:1]}}, sampleMaterial()},
		{"about nothing known", Letter{Queue: &QueueBody{Rows: rows[1:]}}, Material{}},
	}
	if k == Digest {
		all = append(all, sample{"about an empty queue", Letter{Queue: &QueueBody{}}, Material{}})
	}
	return all
}

func sampleOutages() []sample {
	var reports []OutageReport
	for n := range request.Number(mostReports + 2) {
		r := request.Request{Number: n + 1, Requester: samplePerson, Submitted: sampleTime, State: request.Open}
		if n%2 == 0 {
			r.Code, r.State = sampleCode, request.Resolved
		}
		reports = append(reports, OutageReport{Request: r, Subject: "Subject", Text: []string{"Text", ""}[n/mostReports], Campus: []string{"One", "Two", ""}[n%3]})
	}
	many := OutageBody{First: 1, What: "network, phones", Since: sampleTime, New: []request.Number{1, 2}, Say: []string{"Kim made it 1-1."}}
	return []sample{
		{"with all it can say", Letter{Commands: true, Outage: &many}, Material{Reports: reports}},
		{"with nothing new", Letter{Outage: &OutageBody{First: 2, Since: sampleTime}}, Material{Reports: reports[1:2]}},
		{"with nothing open", Letter{Commands: true, Outage: &OutageBody{First: 1, Since: sampleTime}}, Material{Reports: reports[:1]}},
	}
}

func sampleReceipts() []sample {
	items := []ReceiptItem{
		{Request: 1, Said: "1-3", Done: true, Code: sampleCode, Due: sampleDue, Result: "was 1-4"},
		{Request: 2, Said: "8-9", Done: true, Code: sampleAsNeeded},
		{Request: 3, Said: "1-5?", Done: true, DryRun: true, Code: sampleUntimed},
		{Request: 4, Said: "mine", Done: true, Result: "yours"},
		{Request: 5, Said: "1-9", Result: "no such code", Near: []chart.Code{sampleCode, sampleGone}},
		{Said: "x", Result: "not understood"},
	}
	var stand []ReceiptItem
	for _, s := range []request.State{
		request.Open, request.Waiting, request.Scheduled, request.Resolved, request.Merged, request.Withdrawn, request.Spam,
	} {
		stand = append(stand, ReceiptItem{Request: 1, Said: "status", Done: true, Result: "x", Stands: s}, ReceiptItem{Request: 1, Said: "status", Done: true, Code: sampleCode, Due: sampleDue, Stands: s})
	}
	return []sample{
		{"with all it can say", Letter{Request: 1, Commands: true, Receipt: &ReceiptBody{Items: items, Undo: true, Help: true}}, sampleMaterial()},
		{"about where requests stand", Letter{Request: 1, Receipt: &ReceiptBody{Items: stand}}, Material{}},
		{"about several requests", Letter{Receipt: &ReceiptBody{Items: items}}, Material{}},
		{"about nothing done", Letter{Receipt: &ReceiptBody{Items: items[4:]}}, Material{}},
		{"about all done", Letter{Receipt: &ReceiptBody{Items: items[:2]}}, Material{}},
		{"about a trial", Letter{Receipt: &ReceiptBody{Items: items[2:3]}}, Material{}},
		{"about help", Letter{Receipt: &ReceiptBody{Help: true}}, Material{}},
	}
}

// sampleWork has a mail for each task alone, and one with all of them.
func sampleWork() []sample {
	var rows []WorkRow
	var all []sample
	for i, task := range Tasks {
		row := WorkRow{
			Request: request.Number(i + 1), Task: task, From: samplePerson, Submitted: sampleTime, Code: sampleCode, Due: sampleDue,
			Owner: samplePerson, Since: sampleTime, On: "vendor", Overdue: true, Alert: []string{"Alert."},
		}
		bare := WorkRow{Request: row.Request, Task: task, From: samplePerson, Submitted: sampleTime}
		rows = append(rows, row)
		all = append(all,
			sample{"of the task " + string(task), Letter{Request: 1, Commands: true, Work: &WorkBody{Rows: []WorkRow{row}, Late: sampleTime}}, sampleMaterial()},
			sample{"of the bare task " + string(task), Letter{Request: 1, Work: &WorkBody{Rows: []WorkRow{bare}}}, Material{}})
	}
	return append(all, sample{"of all tasks", Letter{Commands: true, Work: &WorkBody{Rows: rows, More: 2, Late: sampleTime}}, sampleMaterial()})
}

func sampleOutcomes() []sample {
	about := func(o OutcomeBody) Letter { return Letter{Request: 1, Outcome: &o} }
	return []sample{
		{"with all it can say", about(OutcomeBody{Code: sampleCode, Due: sampleDue, Changed: true, Missing: []string{"Form"}, Into: 2}), sampleMaterial()},
		{"to somebody on Cc", about(OutcomeBody{Code: sampleCode, Copied: true}), sampleMaterial()},
		{"about a merge", about(OutcomeBody{Code: sampleCode, Due: sampleDue, Into: 2}), Material{}},
		{"about a wait", about(OutcomeBody{Code: sampleUntimed, On: "vendor", Until: sampleDue}), Material{}},
		{"about a wait without a date", about(OutcomeBody{Code: sampleUntimed, On: "customer"}), Material{}},
		{"about work as needed", about(OutcomeBody{Code: sampleAsNeeded}), sampleMaterial()},
		{"without a target", about(OutcomeBody{Code: sampleUntimed}), Material{}},
		{"with a code that is gone", about(OutcomeBody{Code: sampleGone}), Material{}},
		{"with nothing to say", about(OutcomeBody{}), Material{}},
	}
}

func samplePlain(k Kind) []sample {
	all := []sample{
		{"with all it can say", Letter{Request: 1, Plain: &PlainBody{Subject: "Subject", Lines: []string{"A line.", "Another."}}}, sampleMaterial()},
		{"without a subject", Letter{Plain: &PlainBody{Lines: []string{"A line."}}}, Material{}},
	}
	if k == Refusal {
		for _, r := range []RefusalReason{RefusedTooLarge, RefusedNoSuchRequest, RefusedNotYours} {
			all = append(all, sample{"because of " + string(r), Letter{Plain: &PlainBody{Reason: r, Size: 2 << 20, Limit: 1 << 20}}, Material{}})
		}
	}
	return all
}
