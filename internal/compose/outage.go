package compose

import (
	"slices"
	"strings"
	"time"

	"triaged/internal/request"
)

// mostReports is how many of an outage's reports are printed; all of them are meant by an answer that says so.
const mostReports = 30

// excerptOfReport is how many characters are shown of what a new report says.
const excerptOfReport = 160

type outageView struct {
	Mail     *page
	What     string // "network, phones", or ""
	Began    string // when the first one wrote, in the same words in all mails of the thread: "Thu 27 Aug 8:05 am"
	Since    string // "at 8:05 am"
	Last     string // when the last one wrote
	Count    int    // reports
	Campuses int    // they come from, as far as known
	Open     int    // reports that are not resolved
	Say      []string
	New      []reportView // since the recipient's last mail
	Before   []reportView
	Left     int    // reports that are not printed
	Example  string // a code for all
	First    string // label of a report, for examples
	Commands bool   // the recipient may answer with commands
}

type reportView struct {
	Label, Subject, Name, Campus, At string
	Excerpt                          string // of what was written, of the new ones
	Code                             string // "1-1", or ""
	Done                             bool   // nothing is left to do
	Closed                           string // "closed" if so, or ""
}

// outage lists an outage's reports, what the recipient does not know of yet above.
func (d *draft) outage(p *page, o OutageBody) any {
	reports := d.material.Reports
	v := &outageView{
		Mail: p, What: oneLine(d.words(o.What), 80), Began: d.say.Moment(o.Since), Since: d.say.At(o.Since), Count: len(reports), Commands: d.letter.Commands,
		Example: d.worstCode(), First: d.label(o.First),
	}
	for _, s := range o.Say {
		v.Say = append(v.Say, safeLine(d.words(s), 300))
	}
	var last time.Time
	campuses := map[string]bool{}
	for _, r := range reports {
		if r.Request.Submitted.After(last) {
			last = r.Request.Submitted
		}
		if r.Campus != "" {
			campuses[strings.ToLower(r.Campus)] = true
		}
		if r.Request.State.Active() {
			v.Open++
		}
	}
	v.Last, v.Campuses = d.say.At(last), len(campuses)
	d.printReports(v, o.New)
	return v
}

// printReports prints the new reports, and of the others the latest. Those that are not printed can be answered all the same.
func (d *draft) printReports(v *outageView, fresh []request.Number) {
	var left []Listed
	printed := 0
	for _, isNew := range []bool{true, false} {
		for _, r := range slices.Backward(d.material.Reports) {
			if slices.Contains(fresh, r.Request.Number) != isNew {
				continue
			}
			l := Listed{Request: r.Request.Number}
			if printed == mostReports {
				v.Left++
				left = listActive(left, l, r)
				continue
			}
			printed++
			if isNew {
				view := d.report(r)
				view.Excerpt = safeLine(r.Text, excerptOfReport)
				v.New = append(v.New, view)
			} else {
				v.Before = append(v.Before, d.report(r))
			}
			d.listed = listActive(d.listed, l, r)
		}
	}
	d.listed = append(d.listed, left...)
	if len(d.listed) > 0 {
		v.First = d.label(d.listed[0].Request)
	}
}

// listActive lists a report for answers, if anything is left to do.
func listActive(listed []Listed, l Listed, r OutageReport) []Listed {
	if !r.Request.State.Active() {
		return listed
	}
	return append(listed, l)
}

func (d *draft) report(r OutageReport) reportView {
	v := reportView{
		Label: d.label(r.Request.Number), Subject: d.topic(r.Subject), Name: d.name(r.Request.Requester),
		Campus: safeLine(r.Campus, 60), At: d.say.At(r.Request.Submitted), Done: !r.Request.State.Active(),
	}
	if !r.Request.Code.IsZero() {
		v.Code = r.Request.Code.String()
	}
	if v.Done {
		v.Closed = d.say.closed
	}
	return v
}

// worstCode is a code to show how all reports are given one: the chart's first emergency, as outages are.
func (d *draft) worstCode() string {
	for _, e := range d.house.Chart.Entries() {
		if e.Rules.Emergency {
			return e.Code.String()
		}
	}
	return d.example()
}
