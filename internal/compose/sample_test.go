package compose

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"triaged/internal/authority"
	"triaged/internal/chart"
	"triaged/internal/message"
	"triaged/internal/request"
	"triaged/internal/suggest"
	"triaged/templates"
)

// A small desk whose mails the tests look at.

var chicago = func() *time.Location {
	zone, err := time.LoadLocation("America/Chicago")
	if err != nil {
		panic(err)
	}
	return zone
}()

// monday is a working day, 12:40 at the desk.
var monday = time.Date(2026, time.August, 24, 12, 40, 0, 0, chicago)

func code(category, priority int) chart.Code {
	return chart.Code{Category: category, Priority: priority}
}

// builtIn is loaded once, since loading tries every template.
var builtIn = sync.OnceValues(func() (*Texts, error) { return Load(templates.Files) })

func testHouse(t testing.TB) House {
	t.Helper()
	texts, err := builtIn()
	if err != nil {
		t.Fatal(err)
	}
	return House{
		Desk: "Customer Care Center", Address: "support@school.example", Prefix: "SR", Zone: chicago, Chart: chart.Default(),
		Languages: []string{"en", "es"}, Texts: texts, Instance: "tests", Keys: authority.Keys{{ID: 1, Secret: [32]byte{1, 2, 3}}},
	}
}

var (
	maria = request.Person{Name: "María López", Address: "maria.lopez@school.example"}
	kim   = request.Person{Name: "Kim Tran", Address: "kim@school.example"}
	dana  = request.Person{Name: "Dana Whitfield", Address: "dana@school.example"}
)

const projector = `Hi,

the projector in room 214 stays dark since this morning, the lamp light blinks red. I have 28 students and a lesson on
fractions at 1 pm.

Thanks
María`

var projectorCodes = []suggest.Suggestion{
	{Code: code(1, 3), Confidence: .82, Because: []string{"projector", "students", "rm 214"}},
	{Code: code(1, 4), Confidence: .1, Because: []string{"projector"}},
	{Code: code(3, 3), Confidence: .04},
}

// specimen is one mail of the golden set.
type specimen struct {
	name     string
	letter   Letter
	material Material
}

func specimens() []specimen {
	about := func(k Kind, to request.Person, l Letter) Letter {
		l.Kind, l.To, l.Request, l.At = k, to, 1, monday
		if l.References == nil {
			l.References = []string{"CA+first@mail.school.example"}
		}
		return l
	}
	spanish := func(l Letter) Letter {
		l.Language = "es"
		return l
	}
	topic := Material{Topic: "Projector in 214 is dead"}
	asked := Material{Topic: topic.Topic, Text: projector}
	pedido := Material{Topic: "El proyector del salón 214 no enciende", Text: "Buenos días:\n\nEl proyector del salón 214 no enciende desde ayer. ¿Lo pueden revisar antes de la clase de las 13:00?\n\nGracias, María"}
	acknowledgement := about(Acknowledgement, maria, Letter{
		InReplyTo: "CA+first@mail.school.example", Acknowledgement: &AcknowledgementBody{CategorizedBy: monday.Add(2 * time.Hour)},
	})
	notice := about(Notice, kim, Letter{Commands: true, Notice: &NoticeBody{
		From: maria, Title: "teacher", Campus: "Adam Elementary", Submitted: monday, CategorizeBy: monday.Add(2 * time.Hour),
	}})
	added := about(Notice, kim, Letter{Commands: true, Notice: &NoticeBody{
		From: maria, Submitted: monday, Code: code(1, 3), Due: monday.Add(74*time.Hour + 20*time.Minute), Added: true,
	}})
	alert := about(Notice, dana, Letter{Commands: true, Notice: &NoticeBody{
		From: request.Person{Address: "principal@school.example"}, Campus: "Cy Woods", Submitted: monday.Add(-20 * time.Hour),
		CategorizeBy: monday.Add(-18 * time.Hour), Alert: []string{"A whole campus seems to be without service."},
	}})
	nine := monday.Add(-220 * time.Minute)
	rows := []Row{
		{Request: 12, From: maria, Submitted: nine.Add(-190 * time.Minute), Overdue: true},
		{Request: 15, From: request.Person{Address: "office@school.example"}, Submitted: nine.Add(-50 * time.Minute)},
	}
	rowMaterial := []RowMaterial{
		{Subject: "Projector in 214 is dead", Text: projector, Suggestions: projectorCodes},
		{Subject: "", Text: "please call me", Suggestions: []suggest.Suggestion{{Code: code(8, 9), Confidence: .2}}},
	}
	reminder := about(Reminder, dana, Letter{Commands: true, Queue: &QueueBody{Rows: []Row{{Request: 1, From: maria, Submitted: monday.Add(-2 * time.Hour), Overdue: true}}}})
	digest := Letter{Kind: Digest, To: dana, Commands: true, At: nine, Queue: &QueueBody{
		Review: nine, Rows: rows, More: 3, Foot: []string{"spam, from win@prizes.example: You have won"},
	}}
	empty := Letter{Kind: Digest, To: dana, At: monday, Queue: &QueueBody{Review: monday.Add(20 * time.Minute), State: []string{"Mailbox support: looked through 7:19 am.", "All mail has gone out."}}}
	due := time.Date(2026, time.August, 27, 15, 0, 0, 0, chicago)
	receipt := about(Receipt, kim, Letter{InReplyTo: "answer@phone.example", Receipt: &ReceiptBody{
		Undo: true, Items: []ReceiptItem{{Request: 1, Said: "#1-3", Done: true, Code: code(1, 3), Due: due, Result: "Service Request, Instructional"}},
	}})
	bulk := Letter{Kind: Receipt, To: dana, At: monday, InReplyTo: "bulk@desk.example", Receipt: &ReceiptBody{Undo: true, Items: []ReceiptItem{
		{Request: 12, Said: "SR-12 1-3", Done: true, Code: code(1, 3), Due: due},
		{Request: 15, Said: "15 1-9", Result: "the chart has no 1-9", Near: []chart.Code{code(1, 8), code(7, 9)}},
		{Request: 16, Said: "16 mine", Done: true, Result: "yours until 1:10 pm"},
		{Request: 17, Said: "17 8-9", Done: true, Code: code(8, 9)},
		{Said: "resolv all", Result: `there is no command "resolv": #help lists the commands (did you mean "resolve", with the number sign right before the command?)`},
	}}}
	tried := about(Receipt, kim, Letter{InReplyTo: "dry@phone.example", Receipt: &ReceiptBody{Items: []ReceiptItem{
		{Request: 1, Said: "#1-5?", Done: true, DryRun: true, Code: code(1, 5), Result: "Service Request, Vendor Dependent (was 1-3)"},
	}}})
	help := Letter{Kind: Receipt, To: kim, At: monday, Commands: true, InReplyTo: "help@phone.example", Receipt: &ReceiptBody{Help: true}}
	ayuda := Letter{Kind: Receipt, To: maria, At: monday, Language: "es", InReplyTo: "help@phone.example", Receipt: &ReceiptBody{Help: true}}
	answer := about(Answer, maria, Letter{Language: "es", InReplyTo: "status@mail.school.example", Outcome: &OutcomeBody{Code: code(1, 3)}})
	atOnce := about(Acknowledgement, maria, Letter{InReplyTo: "first@mail.school.example", Acknowledgement: &AcknowledgementBody{Sorted: &OutcomeBody{Code: code(1, 3), Due: due}}})
	standing := about(Receipt, maria, Letter{Language: "es", InReplyTo: "status@mail.school.example", Receipt: &ReceiptBody{Items: []ReceiptItem{
		{Request: 1, Said: "#status", Done: true, Code: code(1, 3), Due: due, Result: "open", Stands: request.Open},
	}}})
	documents := about(Categorized, maria, Letter{Outcome: &OutcomeBody{Code: code(7, 3), Promise: request.Promise{Days: 4}, Due: due, Missing: []string{"Discrepancy form"}}})
	confirmation := about(Confirmation, kim, Letter{Commands: true, InReplyTo: "forged@phone.example", Confirmation: &ConfirmationBody{Commands: []string{"SR-1: 1-3", "SR-2: resolve"}}})
	categorized := about(Categorized, maria, Letter{Outcome: &OutcomeBody{Code: code(1, 3), Promise: request.Promise{Days: 3}, Due: due}})
	waiting := about(Categorized, maria, Letter{Outcome: &OutcomeBody{Code: code(1, 5), On: "vendor", Until: due}})
	resolved := about(Resolved, maria, Letter{Outcome: &OutcomeBody{Code: code(1, 3)}})
	copied := about(Resolved, maria, Letter{Outcome: &OutcomeBody{Code: code(1, 3), Copied: true}})
	merged := about(Merged, maria, Letter{Outcome: &OutcomeBody{Into: 9, Code: code(1, 3), Due: due}})
	apart := about(Merged, maria, Letter{Outcome: &OutcomeBody{Into: 9, Changed: true}})
	asking := about(Categorized, maria, Letter{Outcome: &OutcomeBody{Code: code(1, 6), On: "customer"}})
	answered := Material{Topic: topic.Topic, Text: "We come on Friday."}
	closing := Material{Topic: topic.Topic, Text: "Lamp replaced. Please let it cool down before you move it."}
	large := Letter{Kind: Refusal, To: maria, At: monday, InReplyTo: "big@mail.school.example", Plain: &PlainBody{
		Subject: "Your mail is too large", Reason: RefusedTooLarge, Size: 41 << 20, Limit: 30 << 20,
	}}
	grande := large
	grande.Plain = &PlainBody{Subject: "Su correo es demasiado grande", Reason: RefusedTooLarge, Size: 41 << 20, Limit: 30 << 20}
	operator := Letter{Kind: Operator, To: request.Person{Address: "admin@school.example"}, At: monday, Plain: &PlainBody{
		Subject: "3 mails could not be sent", Lines: []string{"Since 9:12 am smtp.school.example refuses mail: 451 try again later.", "Nothing is lost: they are in the outbox, and tried again every 15 minutes."},
	}}
	breach := about(Breach, dana, Letter{Plain: &PlainBody{Subject: "Overdue: Projector in 214 is dead", Lines: []string{"SR-1 was to be done by Thu 27 Aug 3:00 pm."}}})
	workRow := func(n request.Number, task Task) WorkRow {
		return WorkRow{Request: n, Task: task, From: maria, Submitted: monday.Add(-30 * time.Hour), Code: code(1, 3)}
	}
	acknowledge := about(Reminder, kim, Letter{Commands: true, Work: &WorkBody{Rows: []WorkRow{workRow(1, TaskAcknowledge)}}})
	several := Letter{Kind: Breach, To: kim, Commands: true, At: monday, Work: &WorkBody{Late: monday.Add(-5 * time.Hour), More: 4}}
	for i, task := range Tasks {
		row := workRow(request.Number(20+i), task)
		if task == TaskBreach {
			row.Due, row.Overdue, row.Owner = monday.Add(-time.Hour), true, kim
		}
		if task == TaskNote || task == TaskMissing {
			row.Since = monday.Add(-8 * 24 * time.Hour)
		}
		several.Work.Rows = append(several.Work.Rows, row)
	}
	escalated := reminder
	escalated.Queue = &QueueBody{Rows: reminder.Queue.Rows, Escalated: 3}
	late := digest
	late.Queue = &QueueBody{Review: nine, Rows: rows, Late: nine.Add(-4 * time.Hour), Missed: 1}
	noticed := Material{Topic: topic.Topic, Text: projector, Suggestions: projectorCodes}
	known := about(Acknowledgement, maria, Letter{InReplyTo: "CA+first@mail.school.example", Acknowledgement: &AcknowledgementBody{
		Known: &KnownBody{Others: 6, Code: code(1, 1), Due: monday.Add(4 * time.Hour)},
	}})
	failing := Letter{Kind: Outage, To: dana, Commands: true, At: monday, InReplyTo: "outage.sr-3.1@school.example", References: []string{"outage.sr-3.1@school.example"}}
	failing.Outage = &OutageBody{First: 3, What: "google", Since: monday.Add(-40 * time.Minute), New: []request.Number{7}, Say: []string{"Kim Tran gave it to you."}}
	burst := Letter{Kind: Notice, To: kim, Commands: true, At: monday, Queue: &QueueBody{Rows: rows}}
	linked := digest
	linked.Queue = &QueueBody{Review: nine, Rows: slices.Clone(rows)}
	linked.Queue.Rows[1].Outage = 12
	certain := about(Notice, dana, Letter{Commands: true, Notice: &NoticeBody{
		From: maria, Submitted: monday.Add(-3 * time.Minute), Code: code(1, 1), Due: monday.Add(4 * time.Hour), Alert: []string{"Immediate attention required."},
	}})
	night := acknowledgement
	night.Acknowledgement = &AcknowledgementBody{CategorizedBy: monday.Add(2 * time.Hour), Opens: time.Date(2026, time.August, 25, 7, 0, 0, 0, chicago)}
	return []specimen{
		{"acknowledgement.en", acknowledgement, asked},
		{"acknowledgement.es", spanish(acknowledgement), pedido},
		{"notice.en", notice, noticed},
		{"notice-files.en", notice, Material{Topic: topic.Topic, Text: projector, Suggestions: projectorCodes, Attachments: sampleFiles()}},
		{"notice-added.en", added, Material{Topic: topic.Topic, Text: "It works again after I unplugged it."}},
		{"notice-alert.en", alert, Material{Topic: "URGENT whole campus has no internet", Text: "Nobody can get online, all of campus.", Suggestions: []suggest.Suggestion{{Code: code(1, 2), Confidence: .3}}}},
		{"reminder.en", reminder, Material{Topic: topic.Topic, Rows: rowMaterial[:1]}},
		{"digest.en", digest, Material{Rows: rowMaterial}},
		{"digest-empty.en", empty, Material{}},
		{"receipt.en", receipt, topic},
		{"receipt-bulk.en", bulk, Material{Note: "Kim takes the lab on Tuesday."}},
		{"receipt-tried.en", tried, topic},
		{"receipt-help.en", help, Material{}},
		{"receipt-help.es", ayuda, Material{}},
		{"receipt-help-staff.es", spanish(help), Material{}},
		{"receipt-bulk.es", spanish(bulk), Material{Note: "Kim va el martes."}},
		{"receipt-status.es", standing, topic},
		{"acknowledgement-sorted.en", atOnce, asked},
		{"acknowledgement-sorted.es", spanish(atOnce), pedido},
		{"answer.es", answer, closing},
		{"categorized-documents.en", documents, topic},
		{"confirmation.en", confirmation, topic},
		{"confirmation.es", spanish(confirmation), topic},
		{"categorized.en", categorized, topic},
		{"categorized.es", spanish(categorized), Material{Topic: pedido.Topic}},
		{"categorized-untimed.en", waiting, topic},
		{"categorized-untimed.es", spanish(waiting), Material{Topic: pedido.Topic}},
		{"resolved.en", resolved, closing},
		{"resolved.es", spanish(resolved), closing},
		{"resolved-copied.en", copied, closing},
		{"resolved-copied.es", spanish(copied), closing},
		{"merged.en", merged, topic},
		{"merged.es", spanish(merged), Material{Topic: pedido.Topic}},
		{"merged-apart.en", apart, topic},
		{"merged-answered.en", merged, answered},
		{"merged-answered.es", spanish(merged), Material{Topic: pedido.Topic, Text: "Vamos el viernes."}},
		{"categorized-answered.en", asking, Material{Topic: topic.Topic, Text: "Which room is it in?"}},
		{"refusal.en", large, Material{}},
		{"refusal.es", spanish(grande), Material{}},
		{"operator.en", operator, Material{}},
		{"breach.en", breach, topic},
		{"work-acknowledge.en", acknowledge, Material{Topic: topic.Topic, Rows: []RowMaterial{{Subject: topic.Topic}}}},
		{"work-several.en", several, Material{Rows: []RowMaterial{{Subject: "Projector in 214 is dead"}, {Subject: "Printer"}}}},
		{"reminder-escalated.en", escalated, Material{Topic: topic.Topic, Rows: rowMaterial[:1]}},
		{"digest-late.en", late, Material{Rows: rowMaterial}},
		{"acknowledgement-known.en", known, asked},
		{"acknowledgement-known.es", spanish(known), pedido},
		{"outage.en", failing, Material{Reports: sampleReports()}},
		{"outage.es", spanish(failing), Material{Reports: sampleReports()}},
		{"burst.en", burst, Material{Rows: rowMaterial}},
		{"burst.es", spanish(burst), Material{Rows: rowMaterial}},
		{"digest-linked.en", linked, Material{Rows: rowMaterial}},
		{"acknowledgement-night.en", night, asked},
		{"acknowledgement-night.es", spanish(night), pedido},
		{"notice.es", spanish(notice), noticed},
		{"notice-emergency.en", certain, Material{Topic: "Internet down - all campuses", Text: "Nobody can get online."}},
		{"notice-emergency.es", spanish(certain), Material{Topic: "Sin internet en todos los planteles", Text: "Nadie tiene internet."}},
		{"notice-added.es", spanish(added), Material{Topic: topic.Topic, Text: "It works again after I unplugged it."}},
		{"notice-alert.es", spanish(alert), Material{Topic: "URGENTE", Text: "Nadie tiene internet.", Suggestions: []suggest.Suggestion{{Code: code(1, 2), Confidence: .3}}}},
		{"reminder.es", spanish(reminder), Material{Topic: topic.Topic, Rows: rowMaterial[:1]}},
		{"digest.es", spanish(late), Material{Rows: rowMaterial}},
		{"digest-empty.es", spanish(empty), Material{}},
		{"work-acknowledge.es", spanish(acknowledge), Material{Topic: topic.Topic, Rows: []RowMaterial{{Subject: topic.Topic}}}},
		{"work-several.es", spanish(several), Material{Rows: []RowMaterial{{Subject: "Projector in 214 is dead"}, {Subject: "Printer"}}}},
	}
}

// sampleReports are an outage's.
func sampleReports() []OutageReport {
	report := func(n request.Number, minutes int, from request.Person, campus, subject string) OutageReport {
		return OutageReport{Campus: campus, Subject: subject, Request: request.Request{
			Number: n, Requester: from, Submitted: monday.Add(time.Duration(minutes-40) * time.Minute), State: request.Open,
		}}
	}
	all := []OutageReport{
		report(3, 0, maria, "Adam Elementary", "Google not working"),
		report(4, 2, request.Person{Name: "Marcus Bell", Address: "marcus.bell@school.example"}, "Cy Woods", "#1-3 classroom"),
		report(7, 21, request.Person{Address: "office@school.example"}, "", "no podemos entrar a Google"),
	}
	all[1].Text, all[2].Text = "Nothing loads.", "Desde las ocho no entra nadie. Mi contraseña es hunter2secret.\n#resolve"
	all[0].Request.Code, all[1].Request.State = code(1, 1), request.Resolved
	return all
}

// sampleFiles are attachments as they come out of a mail: a picture of 20 KB and a small text.
func sampleFiles() []message.Attachment {
	picture := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("a dark projector "), 20<<10/17))
	raw := "From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" +
		"--x\r\nContent-Type: text/plain\r\n\r\nsee the picture\r\n" +
		"--x\r\nContent-Type: image/jpeg; name=\"Sal\u00f3n 214.jpg\"\r\nContent-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
		wrap(picture, 76) + "\r\n--x\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=serials.csv\r\n\r\n1,2,3\r\n--x--\r\n"
	return message.Parse([]byte(raw)).Attachments
}

// wrap breaks text into lines of a width.
func wrap(s string, width int) string {
	var lines []string
	for len(s) > width {
		lines, s = append(lines, s[:width]), s[width:]
	}
	return strings.Join(append(lines, s), "\r\n")
}
