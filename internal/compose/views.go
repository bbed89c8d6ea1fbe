package compose

import (
	"html/template"
	"strings"
	"time"

	"triaged/internal/chart"
	"triaged/internal/request"
	"triaged/internal/suggest"
)

// How much of what somebody wrote is printed, in characters. An acknowledgement repeats little, since anybody can have one
// sent to anybody by forging From.
const (
	askedChars   = 400
	noticeChars  = 12000
	remindChars  = 1200
	rowChars     = 240
	noteChars    = 2000
	closingChars = 6000
	maxOffered   = 3

	briefChars = 80 // of a row's subject and of its text, where the list is long
	fullRows   = 10 // rows of a long list that are printed in full: Gmail cuts off a mail whose HTML has more than 102 KB
)

type acknowledgementView struct {
	Mail  *page
	Asked Words
	By    string // "by 2:40 pm today"; "" if that would be too late to promise, or nobody is at the desk then
	Opens string // "tomorrow at 7:00 am": when the desk opens next, instead of By

	Sorted *outcomeView // what was decided at once, instead of By

	Known  bool   // others have reported the same
	Others int    // how many
	Target string // until when it is to be done, "Thu 27 Aug 3:00 pm", or ""
}

func (d *draft) acknowledgement(p *page, a AcknowledgementBody) any {
	v := &acknowledgementView{Mail: p, Asked: safeText(d.material.Text, askedChars)}
	if a.Sorted != nil {
		v.Sorted = d.sorted(p, *a.Sorted)
	} else if a.Opens.After(d.letter.Dated()) {
		v.Opens = d.say.Coming(a.Opens)
	} else if a.CategorizedBy.After(d.letter.Dated()) {
		v.By = d.say.By(a.CategorizedBy)
	}
	if k := a.Known; k != nil {
		v.Known, v.Others, v.Target = true, k.Others, d.say.Moment(k.Due)
	}
	return v
}

type noticeView struct {
	Mail     *page
	Name     string // of who wrote, or the address
	Writer   string // address
	Place    string // "teacher, Adam Elementary", or ""
	At       string // "at 12:40 pm"
	Added    bool
	Alert    []string
	Say      []string // what a colleague did or says about it
	Words    Words
	Files    []fileView
	Left     []fileView // too large to go along
	Category *categoryView
	By       string // until when it must be categorized
	Offered  []offerView
	Unsure   bool // none of what is offered is likely
	Example  string
	Commands bool // the recipient may answer with commands
	Over     bool // nothing is left to do
}

type fileView struct{ Name, Size string }

// categoryView is a code in words.
type categoryView struct {
	Code     string // "1-3"
	Name     string // "Service Request, Instructional"
	Priority string // "Instructional"
	Target   string // "3 working days", "as needed", "no target"
	Due      string // "Thu 27 Aug 3:00 pm", or ""
	AsNeeded bool
	Because  string // the chart's description
}

// offerView is one suggestion as printed.
type offerView struct {
	Number string            // "1": what to answer
	Code   string            // "1-3"
	Name   string            // "Service Request, Instructional"
	Detail string            // "likely, 3 working days (projector, rm 214)"
	Link   string            // "mailto:…", or "" where the reader may not command
	Href   template.HTMLAttr // the same as an attribute for HTML: <a {{.Href}}>
}

func (d *draft) notice(p *page, n NoticeBody) any {
	v := &noticeView{
		Mail: p, Added: n.Added, At: d.say.At(n.Submitted), Words: safeText(d.material.Text, noticeChars),
		Example: d.example(), Commands: d.letter.Commands, Writer: oneLine(n.From.Address, 120), Over: n.Over,
	}
	v.Name = d.name(n.From)
	v.Place = d.place(n.Title, n.Campus)
	for _, a := range n.Alert {
		v.Alert = append(v.Alert, safeLine(d.words(a), 300))
	}
	for _, s := range n.Say {
		v.Say = append(v.Say, safeLine(d.words(s), 700))
	}
	files, left := attach(d.material.Attachments)
	d.files = files
	for _, f := range files {
		v.Files = append(v.Files, d.file(f.name, int64(len(f.content))))
	}
	for _, a := range left {
		v.Left = append(v.Left, d.file(fileName(a.Name), a.Size))
	}
	if n.Over {
		d.listed = append(d.listed, Listed{Request: d.letter.Request})
		return v
	}
	if n.Code.IsZero() {
		v.By = d.say.By(n.CategorizeBy)
		v.Offered, v.Unsure = d.offer(d.letter.Request, d.material.Suggestions, true)
		return v
	}
	c := d.category(n.Code, n.Due)
	v.Category = &c
	d.listed = append(d.listed, Listed{Request: d.letter.Request})
	return v
}

// name is how a person is called in a mail.
func (d *draft) name(p request.Person) string {
	if s := safeLine(p.Name, 80); s != "" {
		return s
	}
	return oneLine(p.Address, 120)
}

func (d *draft) place(parts ...string) string {
	var said []string
	for _, p := range parts {
		if p = safeLine(p, 80); p != "" {
			said = append(said, p)
		}
	}
	return strings.Join(said, ", ")
}

func (d *draft) file(name string, size int64) fileView {
	return fileView{Name: safeLine(name, 120), Size: d.say.Size(size)}
}

// example is a code to show how one is written: one that many desks use, if the chart has it.
func (d *draft) example() string {
	common := chart.Code{Category: 1, Priority: 3}
	if _, ok := d.house.Chart.Lookup(common); ok {
		return common.String()
	}
	return d.house.Chart.Entries()[0].Code.String()
}

// category says a code in words. A code that the chart no longer has is still said.
func (d *draft) category(code chart.Code, due time.Time) categoryView {
	v := categoryView{Code: code.String(), Due: d.say.Moment(due)}
	e, ok := d.house.Chart.Lookup(code)
	if !ok {
		return v
	}
	v.Name, v.Priority, v.Target = d.words(e.Name()), d.words(e.PriorityName), d.say.Target(e.Target)
	v.AsNeeded, v.Because = e.Target.AsNeeded, d.words(e.Description)
	return v
}

// offer prints the suggestions for a request, each with its link or none, and remembers under which numbers.
func (d *draft) offer(n request.Number, all []suggest.Suggestion, linked bool) (offered []offerView, unsure bool) {
	l := Listed{Request: n}
	for _, s := range all[:min(len(all), maxOffered)] {
		c := d.category(s.Code, time.Time{})
		if c.Name == "" {
			continue // the chart has changed since
		}
		l.Codes = append(l.Codes, s.Code)
		link := ""
		if linked {
			link = d.link(n, s.Code)
		}
		offered = append(offered, offerView{
			Number: itoa(len(l.Codes)), Code: c.Code, Name: c.Name, Link: link, Href: href(link),
			Detail: d.say.Sure(s.Confidence) + ", " + c.Target + d.because(s.Because),
		})
	}
	d.listed = append(d.listed, l)
	return offered, len(all) > 0 && !all[0].Sure()
}

// because adds a suggestion's reasons in parentheses: words of the mail, and requests that it is like.
func (d *draft) because(words []string) string {
	var said []string
	for _, w := range words[:min(len(words), 4)] {
		if strings.HasPrefix(w, "like "+d.house.Prefix+"-") {
			w = d.words(w)
		}
		if w = safeLine(w, 60); w != "" {
			said = append(said, w)
		}
	}
	if said == nil {
		return ""
	}
	return " (" + strings.Join(said, ", ") + ")"
}

type queueView struct {
	Mail      *page
	Review    string // "9 am", or "" in a reminder
	Rows      []rowView
	Count     int // rows, and those left out
	Overdue   int
	More      int
	Foot      []string
	State     []string // how the bot is
	Late      string   // "at 9:00 am", when it should have been sent; or ""
	Missed    int      // reviews before this one that nobody was asked for
	Escalated int      // reviews that went by before a supervisor was told
	Example   string
	Commands  bool // the recipient may answer with commands
}

type rowView struct {
	Label, Subject string
	Name           string
	Waited         string // "3 h 10 min"
	Overdue        bool
	Outage         string // label of the first report of the outage that it is one of, or ""
	Words          Words
	Offered        []offerView
	Unsure         bool
	Brief          bool // the list is long, and this row is printed with little of its text and without links
}

func (d *draft) queue(p *page, q QueueBody) any {
	v := &queueView{Mail: p, Count: len(q.Rows) + q.More, Overdue: q.MoreLate, More: q.More, Missed: q.Missed, Escalated: q.Escalated, Example: d.example(), Commands: d.letter.Commands}
	v.Late = d.moment(q.Late)
	room := rowChars
	if d.letter.Kind == Reminder && len(q.Rows) == 1 {
		room = remindChars
	}
	if !q.Review.IsZero() {
		v.Review = d.say.ReviewHour(q.Review)
	}
	for i, r := range q.Rows {
		var m RowMaterial
		if i < len(d.material.Rows) {
			m = d.material.Rows[i]
		}
		row := rowView{
			Label: d.label(r.Request), Subject: d.topic(m.Subject), Name: d.name(r.From),
			Waited: d.say.Span(d.letter.Dated().Sub(r.Submitted)), Overdue: r.Overdue, Words: safeText(m.Text, room),
			Outage: d.label(r.Outage), Brief: i >= fullRows && folderOf(d.letter) != burstFolder,
		}
		if row.Brief {
			row.Subject, row.Words = oneLine(row.Subject, briefChars), safeText(m.Text, briefChars)
		}
		row.Offered, row.Unsure = d.offer(r.Request, m.Suggestions, !row.Brief)
		if r.Overdue {
			v.Overdue++
		}
		v.Rows = append(v.Rows, row)
	}
	for _, f := range q.Foot {
		v.Foot = append(v.Foot, safeLine(d.words(f), 300))
	}
	for _, s := range q.State {
		v.State = append(v.State, safeLine(d.words(s), 300))
	}
	return v
}

type confirmationView struct {
	Mail     *page
	Commands []string
}

func (d *draft) confirmation(p *page, c ConfirmationBody) any {
	v := &confirmationView{Mail: p}
	for _, s := range c.Commands {
		v.Commands = append(v.Commands, safeLine(s, 200))
	}
	return v
}

type outcomeView struct {
	Mail     *page
	Category categoryView
	Note     Words
	Changed  bool
	Copied   bool
	Missing  []string // documents that are asked for
	On       string   // what it waits for, or ""
	Until    string   // "Thu 27 Aug", or ""
	Into     string   // label of the request that it goes on as, or ""
}

func (d *draft) outcome(p *page, o OutcomeBody) any {
	v := d.sorted(p, o)
	v.Note = safeText(d.material.Text, closingChars)
	d.listed = append(d.listed, Listed{Request: d.letter.Request})
	return v
}

// sorted says where a request stands now.
func (d *draft) sorted(p *page, o OutcomeBody) *outcomeView {
	v := &outcomeView{Mail: p, Changed: o.Changed, Copied: o.Copied, On: o.On, Into: d.label(o.Into)}
	if !o.Until.IsZero() {
		v.Until = d.say.Date(o.Until)
	}
	if !o.Code.IsZero() {
		v.Category = d.category(o.Code, o.Due)
		v.Category.AsNeeded = v.Category.AsNeeded || o.Promise.AsNeeded
	}
	for _, name := range o.Missing {
		v.Missing = append(v.Missing, safeLine(d.words(name), 120))
	}
	return v
}

type plainView struct {
	Mail   *page
	About  string // the mail's own subject
	Lines  []Words
	Reason RefusalReason
	Size   string
	Limit  string
}

func (d *draft) plain(p *page, b PlainBody) any {
	v := &plainView{Mail: p, About: safeLine(d.words(b.Subject), 140), Reason: b.Reason}
	if b.Reason != "" {
		v.Size, v.Limit = d.say.Size(b.Size), d.say.Size(b.Limit)
	}
	for _, s := range b.Lines {
		v.Lines = append(v.Lines, safeText(d.words(s), closingChars))
	}
	return v
}
