package compose

import "time"

type workView struct {
	Mail     *page
	Rows     []workRowView
	Count    int // rows, and those left out
	Overdue  int
	More     int
	Late     string // "at 9:00 am", when it should have been sent; or ""
	Example  string // the first row's label
	Commands bool   // the recipient may answer with commands
}

type workRowView struct {
	Label, Subject string
	Task           string
	Name           string // of who asked
	Waited         string // since submission
	Category       *categoryView
	Due            string // "Thu 27 Aug 3:00 pm", or ""
	Owner          string // whom it is assigned to, or ""
	Since          string // how long it has had no status note, "8 days", or ""
	On             string // what it waits for, or ""
	Overdue        bool
	Alert          []string
}

// work lists requests with what is wanted of each.
func (d *draft) work(p *page, w WorkBody) any {
	v := &workView{Mail: p, Count: len(w.Rows) + w.More, Overdue: w.MoreLate, More: w.More, Late: d.moment(w.Late), Commands: d.letter.Commands}
	for i, r := range w.Rows {
		subject := d.material.Topic
		if i < len(d.material.Rows) {
			subject = d.material.Rows[i].Subject
		}
		v.Rows = append(v.Rows, d.workRow(r, subject))
		if r.Overdue {
			v.Overdue++
		}
		d.listed = append(d.listed, Listed{Request: r.Request})
	}
	if len(v.Rows) > 0 {
		v.Example = v.Rows[0].Label
	}
	return v
}

func (d *draft) workRow(r WorkRow, subject string) workRowView {
	v := workRowView{
		Label: d.label(r.Request), Subject: d.topic(subject), Task: string(r.Task), Name: d.name(r.From),
		Waited: d.say.Span(d.letter.Dated().Sub(r.Submitted)), Due: d.say.Moment(r.Due), On: oneLine(d.words(r.On), 40), Overdue: r.Overdue,
	}
	if r.Owner.Address != "" {
		v.Owner = d.name(r.Owner)
	}
	if !r.Since.IsZero() {
		v.Since = d.say.Span(d.letter.Dated().Sub(r.Since))
	}
	if !r.Code.IsZero() {
		c := d.category(r.Code, r.Due)
		v.Category = &c
	}
	for _, a := range r.Alert {
		v.Alert = append(v.Alert, safeLine(d.words(a), 300))
	}
	return v
}

// moment says when something happened, or nothing of the zero time.
func (d *draft) moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return d.say.At(t)
}
