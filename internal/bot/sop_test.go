package bot_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"triaged/internal/bot"
	"triaged/internal/config"
	"triaged/internal/inprocess"
)

// procedure is SOP TS-PE-004 as far as it is something that happens: each line with a day at the desk on which it holds. What
// the chart alone says (names, targets, items) is held line by line in package chart.
var procedure = []struct {
	line string // a few words of the SOP, as it has them
	held func(s *school)
}{
	{"process 1: Requests will be categorized as shown in the categorization chart", func(s *school) {
		s.opens("Projector", "It is weak.")
		s.refused("SR-1", "#1-9", "kim@school.example")
		s.do("SR-1", "#1-3", "kim@school.example")
		s.category("SR-1", "1-3")
	}},
	{"process 1: submitted through the Customer Care Center, will be prioritized upon service request entry", func(s *school) {
		s.arrives("ana@school.example", "Phone in room 12", "#for pat@school.example\n#1-4\n\nHer phone has no dial tone.", dmarcPass)
		s.category("SR-1", "1-4")
		if row := s.rows("all")[0]; row.Source != "phone" || row.Requester != "pat@school.example" {
			s.t.Errorf("it came by %s from %s", row.Source, row.Requester)
		}
	}},
	{"process 2: through the email system will be categorized within 2 hours of submission", func(s *school) {
		s.opens("Projector", "It is weak.")
		s.until("03-02", "09:04")
		if n := s.count("reminder"); n != 0 {
			s.t.Errorf("%d reminders before the two hours are over", n)
		}
		s.until("03-02", "09:06")
		s.oneTo("reminder", "ana@school.example")
	}},
	{"process 2: Requests submitted through the self-service portal", func(s *school) {
		s.arrives("portal@school.example", "New form", "Name: Pat Lee\nE-mail: pat@school.example\n\nThe projector is weak.", "Auto-Submitted: auto-generated")
		if row := s.rows("all")[0]; row.Source != "portal" || row.Requester != "pat@school.example" {
			s.t.Errorf("it came by %s from %s", row.Source, row.Requester)
		}
		s.until("03-02", "09:06")
		s.oneTo("reminder", "ana@school.example")
	}},
	{"process 3: Technicians can categorize service requests as they review their queue", func(s *school) {
		notice := s.opens("Projector", "It is weak.")
		s.answers(notice, "kim@school.example", "1-3")
		s.category("SR-1", "1-3")
	}},
	{"process 4: Analysts will review the uncategorized queue every odd numbered hour", func(s *school) {
		s.opens("Projector", "It is weak.")
		var hours []string
		s.until("03-03", "07:30")
		for _, m := range s.sent() {
			if m.kind == "digest" && m.to == "ana@school.example" {
				hours = append(hours, m.at.In(time.FixedZone("CST", -6*3600)).Format("15:04"))
			}
		}
		if got := strings.Join(hours, " "); got != "09:00 11:00 13:00 15:00 07:00" {
			s.t.Errorf("reviewed at %s", got)
		}
	}},
	{"1-1: Immediate attention required", func(s *school) {
		s.opens("Printer", "It jams.")
		s.do("SR-1", "#1-3", "kim@school.example")
		s.until("03-02", "21:00")
		s.opens("Network", "It is down.")
		s.sent()
		s.do("SR-2", "#1-1", "kim@school.example")
		s.settle()
		s.oneTo("notice", "ana@school.example")
		if first := s.rows("open")[0]; first.Number != "SR-2" {
			s.t.Errorf("%s goes first", first.Number)
		}
		s.until("03-03", "01:01") // four hours on the wall clock, at night
		s.oneTo("breach", "ruth@school.example")
	}},
	{"1: Technicians will acknowledge service requests within 24 hours", func(s *school) {
		s.opens("Projector", "It is weak.")
		s.do("SR-1", "#1-3", "ana@school.example")
		s.do("SR-1", "#note She called about it.", "ana@school.example") // no technician has seen it yet
		s.sent()
		s.until("03-03", "07:04")
		if n := s.count("reminder"); n != 0 {
			s.t.Errorf("%d reminders before the day is over", n)
		}
		s.until("03-03", "07:06")
		s.oneTo("reminder", "campus@school.example")
	}},
	{"1: and resolve or assign to the appropriate Technology Service Team", func(s *school) {
		s.opens("Projector", "It is weak.")
		s.do("SR-1", "#1-3", "ana@school.example")
		s.do("SR-1", "#ack", "kim@school.example")
		s.sent()
		s.until("03-03", "07:06")
		if m := s.oneTo("reminder", "campus@school.example"); !strings.Contains(m.Text, "neither resolved nor assigned") {
			s.t.Errorf("the team is asked:\n%s", m.Text)
		}
		s.do("SR-1", "#assign kim", "kim@school.example")
		s.until("03-03", "17:00")
		if n := s.count("reminder"); n != 0 {
			s.t.Errorf("assigned, and still %d reminders", n)
		}
	}},
	{"1-5: awaiting delivery or service by an external vendor (No defined SLA)", func(s *school) {
		s.opens("Projector", "It is weak.")
		s.do("SR-1", "#1-3", "kim@school.example")
		s.do("SR-1", "#wait vendor", "kim@school.example")
		if row := s.rows("all")[0]; row.DueAt != nil || row.Category != "1-5" || row.State != "waiting" {
			s.t.Errorf("%s, %s, due %v", row.Category, row.State, row.DueAt)
		}
	}},
	{"1-3: Includes external vendors using iSupport", func(s *school) {
		s.opens("Printer", "It jams.")
		s.do("SR-1", "#1-3", "kim@school.example")
		due := *s.rows("all")[0].DueAt
		s.do("SR-1", "#assign vic", "kim@school.example")
		s.settle()
		s.oneTo("notice", "vic@printers.example")
		if row := s.rows("all")[0]; row.DueAt == nil || !row.DueAt.Equal(due) || row.State != "open" {
			s.t.Errorf("with a vendor who works through the desk it is due %v, %s", row.DueAt, row.State)
		}
	}},
	{"1-6: awaiting information from a district administrator or customer response", func(s *school) {
		s.opens("Projector", "It is weak.")
		s.do("SR-1", "#1-3", "kim@school.example")
		s.do("SR-1", "#wait customer", "kim@school.example")
		if row := s.rows("all")[0]; row.DueAt != nil || row.Category != "1-6" || row.State != "waiting" {
			s.t.Errorf("%s, %s, due %v", row.Category, row.State, row.DueAt)
		}
		s.arrives("pat@school.example", "Re: [SR-1] Projector", "It is the one in room 214.")
		if row := s.rows("all")[0]; row.DueAt == nil || row.Category != "1-3" || row.State != "open" {
			s.t.Errorf("after the response %s, %s, due %v", row.Category, row.State, row.DueAt)
		}
	}},
	{"2: Inappropriate websites will be blocked immediately", func(s *school) {
		s.opens("Please block a site", "Students found pornography on it.")
		s.sent()
		s.do("SR-1", "#2-3", "kim@school.example")
		s.settle()
		s.oneTo("notice", "ana@school.example")
	}},
	{"3-1: Stolen Equipment", func(s *school) {
		s.arrives("pat@school.example", "Laptops gone", "Somebody broke in, five laptops were stolen from the cart.")
		s.oneTo("notice", "ana@school.example")
	}},
	{"3-6: awaiting … theft investigation", func(s *school) {
		s.opens("Laptops", "Five are gone since Friday.")
		s.do("SR-1", "#3-1", "kim@school.example")
		s.do("SR-1", "#wait investigation", "kim@school.example")
		if row := s.rows("all")[0]; row.DueAt != nil || row.Category != "3-6" || row.State != "waiting" {
			s.t.Errorf("%s, %s, due %v", row.Category, row.State, row.DueAt)
		}
	}},
	{"4: Training requests noted and escalated to the Instructional Technology department", func(s *school) {
		s.opens("Training", "Could somebody show us the grade book?")
		s.sent()
		s.do("SR-1", "#4-3", "kim@school.example")
		s.settle()
		s.oneTo("notice", "itech@school.example")
	}},
	{"4: Instructional Technology is expected to close and document the service request", func(s *school) {
		s.opens("Training", "Could somebody show us the grade book?")
		s.do("SR-1", "#4-3", "kim@school.example")
		s.refused("SR-1", "#resolve", "kim@school.example")
		s.do("SR-1", "#resolve Shown to twelve teachers.", "kim@school.example")
	}},
	{"5.3: a project with a defined scheduled completion date", func(s *school) {
		s.opens("New lab", "For the summer.")
		s.sent()
		s.do("SR-1", "#5-3", "kim@school.example")
		s.settle()
		if m := s.oneTo("reminder", "kim@school.example"); !strings.Contains(m.Text, "no completion date") {
			s.t.Errorf("asked for the date:\n%s", m.Text)
		}
		s.do("SR-1", "#schedule 2026-03-06", "kim@school.example")
		s.sent()
		s.until("03-06", "07:01")
		s.oneTo("reminder", "kim@school.example")
	}},
	{"5.4: Overdue service requests must be worked ahead of the scheduled service requests unless there is supervisor approval", func(s *school) {
		s.opens("New lab", "For the summer.")
		s.do("SR-1", "#5-3", "kim@school.example")
		s.do("SR-1", "#schedule 2026-03-04", "kim@school.example")
		s.opens("Projector", "It is weak.")
		s.do("SR-2", "#2-3", "kim@school.example")
		s.until("03-06", "08:00")
		if rows := s.rows("open"); rows[0].Number != "SR-2" || !rows[0].Overdue {
			s.t.Errorf("%s goes ahead of overdue work", rows[0].Number)
		}
		s.refused("SR-1", "#approve", "kim@school.example")
		s.do("SR-1", "#approve", "ruth@school.example")
		if rows := s.rows("open"); rows[0].Number != "SR-1" {
			s.t.Errorf("approved, and %s goes first", rows[0].Number)
		}
	}},
	{"5.5: Regular follow-up by the original assignee, at least once a week, and status update notes be added", func(s *school) {
		s.opens("New lab", "For the summer.")
		s.do("SR-1", "#5-3", "ana@school.example")
		s.do("SR-1", "#assign kim", "ana@school.example")
		s.do("SR-1", "#schedule 2026-06-05", "kim@school.example")
		s.sent()
		s.until("03-09", "09:00")
		s.oneTo("follow-up", "kim@school.example")
		s.do("SR-1", "#note The furniture has come.", "kim@school.example")
		s.until("03-11", "09:00")
		if n := s.count("follow-up"); n != 0 {
			s.t.Errorf("noted, and still %d follow-ups", n)
		}
		s.until("03-16", "09:30")
		s.oneTo("follow-up", "kim@school.example")
		s.until("03-17", "09:30")
		s.oneTo("follow-up", "ruth@school.example")
	}},
	{"7-3: Discrepancy Form submitted digitally", func(s *school) {
		s.opens("Audit", "Two laptops of the list are not here.")
		s.sent()
		s.do("SR-1", "#7-3", "kim@school.example")
		s.settle()
		if m := s.oneTo("categorized", "pat@school.example"); !strings.Contains(m.Text, "Discrepancy form") {
			s.t.Errorf("the form is not asked for:\n%s", m.Text)
		}
		s.do("SR-1", "#7-0", "kim@school.example")
		s.sent()
		s.do("SR-1", "#7-3", "kim@school.example")
		s.settle()
		if m := s.oneTo("categorized", "pat@school.example"); strings.Contains(m.Text, "Discrepancy form") {
			s.t.Errorf("the form is asked for again:\n%s", m.Text)
		}
	}},
	{"7-4: Follow-up report will be submitted with findings", func(s *school) {
		notice := s.opens("Audit", "Here are the findings of the audit.")
		s.do("SR-1", "#7-4", "kim@school.example")
		s.refused("SR-1", "#resolve All were found.", "kim@school.example")
		s.attaches("kim@school.example", "Re: "+notice.Subject, "#resolve All were found.", notice.MessageID, "logo.png")
		s.category("SR-1", "7-4")
		if row := s.rows("all")[0]; row.State != "open" {
			s.t.Errorf("a signature's logo passes for the report: %s", row.State)
		}
		s.attaches("kim@school.example", "Re: "+notice.Subject, "#resolve All were found.", notice.MessageID, "Follow-Up_Report.pdf")
		if row := s.rows("all")[0]; row.State != "resolved" {
			s.t.Errorf("with the report attached it is %s", row.State)
		}
	}},
	{"7-9: Service Request creation with Principal Acknowledgment form and final Tag export attached", func(s *school) {
		s.attaches("pat@school.example", "Audit complete", "All phases are complete.", "", "image001.png", "Principal Acknowledgment.pdf")
		s.sent()
		s.do("SR-1", "#7-9", "kim@school.example")
		s.settle()
		m := s.oneTo("categorized", "pat@school.example")
		if !strings.Contains(m.Text, "Final Tag export") || strings.Contains(m.Text, "Principal Acknowledgment form") {
			s.t.Errorf("what is missing is the export:\n%s", m.Text)
		}
		s.attaches("pat@school.example", "Audit complete", "All phases are complete.", "", "principal_acknowledgment_form.pdf", "tag-export.csv")
		s.sent()
		s.do("SR-2", "#7-9", "kim@school.example")
		s.settle()
		if m := s.oneTo("categorized", "pat@school.example"); strings.Contains(m.Text, "form") {
			s.t.Errorf("nothing is missing:\n%s", m.Text)
		}
	}},
	{"8-9: Tasks identified and completed as needed", func(s *school) {
		s.opens("Loaner", "May we have a loaner phone for the event?")
		s.do("SR-1", "#8-9", "kim@school.example")
		if row := s.rows("all")[0]; row.DueAt != nil || row.State != "open" {
			s.t.Errorf("it is due %v, %s", row.DueAt, row.State)
		}
	}},
}

func TestProcedure(t *testing.T) {
	for _, p := range procedure {
		t.Run(p.line, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := openSchool(t, inprocess.SMTPOptions{}, withSupervisor, withVendorAndPortal)
				defer s.close()
				p.held(s)
			})
		})
	}
}

func withVendorAndPortal(c *config.Config) {
	c.Staff = append(c.Staff, config.Staff{Address: "vic@printers.example", Name: "Vic", Role: config.Vendor})
	c.Sources = append(c.Sources, config.Source{Address: "portal@school.example", Kind: config.Portal})
}

const dmarcPass = "Authentication-Results: mx.school.example; dmarc=pass header.from=school.example"

// attaches sends a mail with files, as an answer if it says to what.
func (s *school) attaches(from, subject, text, answers string, files ...string) {
	s.t.Helper()
	s.mails++
	raw := fmt.Sprintf("From: %s\r\nTo: support@school.example\r\nSubject: %s\r\nMessage-ID: <%d@people.example>\r\nMIME-Version: 1.0\r\n", from, subject, s.mails)
	if answers != "" {
		raw += "In-Reply-To: <" + answers + ">\r\n"
	}
	raw += "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + text + "\r\n"
	for _, f := range files {
		raw += "--b\r\nContent-Type: application/octet-stream; name=\"" + f + "\"\r\nContent-Disposition: attachment; filename=\"" + f + "\"\r\n\r\ndata\r\n"
	}
	s.raw(raw + "--b--\r\n")
}

// opens sends a teacher's mail, and gives the notice that it causes.
func (s *school) opens(subject, text string) sentMail {
	s.t.Helper()
	s.arrives("pat@school.example", subject, text)
	for _, m := range s.sent() {
		if m.kind == "notice" && m.to == "kim@school.example" {
			return m
		}
	}
	s.t.Fatalf("nobody was told of %q", subject)
	return sentMail{}
}

func (s *school) refused(number, text, as string) {
	s.t.Helper()
	err := s.desk.Do(bot.Args{Number: number, Text: text, As: as}, func(row any) error {
		if r := row.(bot.ReceiptRow); len(r.Done) > 0 || len(r.Failed) != 1 {
			s.t.Errorf("%s by %s was not refused: %+v", text, as, r)
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *school) category(number, code string) {
	s.t.Helper()
	for _, row := range s.rows("all") {
		if row.Number == number && row.Category == code {
			return
		}
	}
	s.t.Errorf("%s is not %s: %+v", number, code, s.rows("all"))
}

// count is how many mails of a kind were sent since the last look.
func (s *school) count(kind string) (n int) {
	for _, m := range s.sent() {
		if m.kind == kind {
			n++
		}
	}
	return n
}

// oneTo is the one mail of a kind that somebody got since the last look.
func (s *school) oneTo(kind, to string) (found sentMail) {
	s.t.Helper()
	n := 0
	var all []string
	for _, m := range s.sent() {
		all = append(all, m.kind+" "+m.to)
		if m.kind == kind && m.to == to {
			found = m
			n++
		}
	}
	if n != 1 {
		s.t.Fatalf("%d mails %q to %s, want one; all are %q", n, kind, to, all)
	}
	return found
}
