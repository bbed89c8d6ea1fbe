package intake

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"triaged/internal/authority"
	"triaged/internal/chart"
	"triaged/internal/command"
	"triaged/internal/compose"
	"triaged/internal/message"
	"triaged/internal/request"
	"triaged/internal/suggest"
)

// Several requests about one thing that is down are one outage: linked by events, told of in one growing thread, and dealt
// with by one answer. Which requests report the same is decided as each arrives, from those before it, and kept with them;
// from the third person on, it is certain enough to act on.

// maxReports bounds an outage: what more comes begins another, so that no single mail costs more than such a list.
const maxReports = 500

// like finds the first of the requests that seem to report the same as a new one, n itself if there is none before it; 0
// for a mail that reports no trouble.
func (d *decision) like(n request.Number, e request.Event) request.Number {
	if !d.fresh() || e.Into != 0 {
		return 0
	}
	reading := d.policy.Troubles.Trouble(suggest.Mail{Subject: d.textOf(e.Subject), Text: d.textOf(e.Text), Campus: e.Campus})
	if reading.IsZero() {
		return 0
	}
	var before []suggest.Earlier
	for _, m := range d.facts.Troubles(e.At.Add(-suggest.OutageWindow), suggest.OutageLooksBack) {
		if r, ok := d.desk.request(m); ok && r.Outage.First != 0 {
			before = append(before, suggest.Earlier{Trouble: d.trouble(r), Group: int64(r.Outage.First)})
		}
	}
	first := request.Number(d.policy.Troubles.Join(reading, before))
	switch {
	case first == 0 && !reading.Leads():
		return 0
	case first == 0 || len(d.facts.Outage(first)) >= maxReports:
		return n
	}
	return first
}

// trouble is what a request says of an outage.
func (d *decision) trouble(r request.Request) suggest.Trouble {
	return d.policy.Troubles.Trouble(suggest.Mail{Subject: d.textOf(r.Subject), Text: d.textOf(r.Text), Campus: r.Campus})
}

// reports are the requests that are in an outage, or seem to be, in order of arrival.
func (d *decision) reports(first request.Number) []request.Request {
	return d.among(first, d.facts.Outage(first))
}

// lately are the last reports of an outage, enough to know how it stands, and how many there were before them: what arrives
// in a storm must not cost more than in a shower.
func (d *decision) lately(first request.Number) (last []request.Request, before int) {
	all := d.facts.Outage(first)
	before = max(0, len(all)-suggest.OutageLooksBack)
	return d.among(first, all[before:]), before
}

// among are those of some requests that are still in an outage.
func (d *decision) among(first request.Number, numbers []request.Number) []request.Request {
	var all []request.Request
	for _, n := range numbers {
		if r, ok := d.desk.request(n); ok && r.Outage.First == first {
			all = append(all, r)
		}
	}
	return all
}

// joinOutage makes a new request one of an outage's, if it is, and those before it that are not yet. It returns the last
// reports, the new one last, or none, and how many there were before them.
func (d *decision) joinOutage(r request.Request) (all []request.Request, before int) {
	first := r.Outage.First
	if first == 0 {
		return nil, 0
	}
	all, before = d.lately(first)
	all = append(all, r)
	for _, kind := range []string{TroubleReported, ReportOf(first)} {
		d.verdict.Desk = append(d.verdict.Desk, DeskEvent{At: r.Submitted, Type: kind, Request: r.Number})
	}
	what, sure := d.certain(all)
	if !sure {
		return nil, 0
	}
	for i, m := range all {
		if m.Outage.Sure || !m.State.Active() {
			continue
		}
		if err := d.desk.apply(m.Number, request.Event{Type: request.Grouped, Into: first, What: what}); err != nil {
			d.aside = err.Error()
		}
		all[i], _ = d.desk.request(m.Number)
	}
	return all, before
}

// certain tells whether enough people report the same to call it an outage, and what is down.
func (d *decision) certain(all []request.Request) (what string, sure bool) {
	people := map[string]bool{}
	var readings []suggest.Trouble
	for _, r := range all {
		if r.Outage.Sure {
			return r.Outage.What, true
		}
		if r.State != request.Spam && r.State != request.Withdrawn {
			people[authority.Normalise(r.Requester.Address)] = true
			readings = append(readings, d.trouble(r))
		}
	}
	return strings.Join(d.policy.Troubles.Common(readings), ", "), len(people) >= suggest.OutageMembers
}

// knownOutage is what an acknowledgement says of an outage that somebody works on already.
func (d *decision) knownOutage(all []request.Request, before int) *compose.KnownBody {
	if len(all) == 0 {
		return nil
	}
	r, _ := d.desk.request(all[len(all)-1].Number)
	worked, others := false, map[string]bool{}
	for _, m := range all[:len(all)-1] {
		worked = worked || m.State.Active()
		others[authority.Normalise(m.Requester.Address)] = true
	}
	delete(others, authority.Normalise(r.Requester.Address))
	if !worked || !r.Outage.Sure {
		return nil
	}
	return &compose.KnownBody{Others: before + len(others), Code: r.Code, Due: r.Due(d.policy.Calendar)}
}

// tellOutage owes the analysts, and those who would have got notices, the outage's next mail instead. Those who hear of it
// for the first time hear of all its reports.
func (d *decision) tellOutage(all []request.Request) {
	r, _ := d.desk.request(all[len(all)-1].Number)
	body := d.outageBody(r)
	body.New = []request.Number{r.Number}
	began := !slices.ContainsFunc(all[:len(all)-1], func(m request.Request) bool { return len(d.desk.work[m.Number].events) == 0 && m.Outage.Sure })
	if began {
		body.New = nil
		for _, m := range all {
			body.New = append(body.New, m.Number)
		}
	}
	to := slices.Concat(d.noticed(r), d.workers(r)) // workers may have been given it by an order
	for _, p := range d.policy.Roster.Staff(authority.Analyst) {
		to = append(to, p.Address)
	}
	told := map[string]bool{authority.Normalise(r.Requester.Address): !d.isStaff}
	for _, address := range to {
		if key := authority.Normalise(address); !told[key] {
			told[key] = true
			d.oweOutage(address, body)
		}
	}
}

// outageBody names an outage in the same words each time, by which mail programs know the thread again.
func (d *decision) outageBody(r request.Request) compose.OutageBody {
	leader, _ := d.desk.request(r.Outage.First)
	return compose.OutageBody{First: r.Outage.First, What: r.Outage.What, Since: leader.Submitted}
}

func (d *decision) oweOutage(address string, body compose.OutageBody) {
	_, domain, _ := strings.Cut(d.policy.Address, "@")
	// Mail programs put the mails together that refer to one before them: here to one that nobody got.
	root := fmt.Sprintf("outage.%s.%d@%s", strings.ToLower(d.label(body.First)), body.Since.Unix(), domain)
	d.owe(compose.Letter{
		Kind: compose.Outage, To: d.named(address), Commands: true, InReplyTo: root, References: []string{root}, Outage: &body,
	})
}

// suspect tells whether a report of an outage may be an emergency of another kind too. Such a one is not dealt with unread:
// no order holds for it.
func (d *decision) suspect(r request.Request) bool {
	return d.policy.Besides != nil && len(d.policy.Besides(suggest.Mail{
		Requester: r.Requester.Address, Campus: r.Campus, Subject: d.textOf(r.Subject), Text: d.textOf(r.Text),
	}, r.Submitted)) > 0
}

// bearsFiles tells whether the mail has attachments other than pictures of its layout: an outage's mail shows none.
func (d *decision) bearsFiles() bool {
	return slices.ContainsFunc(d.m.Attachments, func(a message.Attachment) bool { return !a.Inline })
}

// endHolds is how long after an outage was resolved "and later" those who still report it are told so. After that, it may
// have begun again.
const endHolds = time.Hour

// followOrders carries out what holds for those that join an outage later, as if whoever said so had said it of this request
// too. What the outage's people know already is not told them again, and outside of the desk nobody of what is opened
// silently.
func (d *decision) followOrders(r request.Request, silent bool) {
	leader, _ := d.desk.request(r.Outage.First)
	for _, o := range leader.Outage.Orders {
		person, ok := d.policy.Roster.Person(o.By)
		ends := command.Verb(o.Verb) == command.Resolve
		if !ok || ends && (d.bearsFiles() || r.Submitted.After(o.At.Add(endHolds))) {
			continue // nobody of the staff any more, or nobody has seen the files, or it fails again
		}
		past := &decision{
			m: &message.Message{From: message.Address{Name: person.Name, Address: person.Address}}, env: d.env, facts: d.facts,
			policy: d.policy, now: d.now, desk: d.desk, isStaff: true, staff: person,
		}
		past.verdict.Texts = d.verdict.Texts
		x := newExecution(past, r.Number)
		x.obeys = o.Mail
		x.one(command.Command{Verb: command.Verb(o.Verb), Code: o.Code, Who: o.Who, Text: d.textOf(o.Text), Raw: o.Verb}, r.Number)
		d.verdict.Texts = past.verdict.Texts
		for _, l := range past.verdict.Letters {
			known := l.Kind == compose.Categorized || l.Notice != nil && !d.ownAlert(r.Number, l.Notice.Alert)
			if !known && (!silent || l.Commands) { // the acknowledgement says the code and its date
				d.owe(l)
			}
		}
		if x.failed > 0 {
			d.aside = x.items[len(x.items)-1].Result
		}
	}
}

// ownAlert tells whether a request's alerts are of its own words, and not of the code that the outage has.
func (d *decision) ownAlert(n request.Number, alerts []string) bool {
	r, _ := d.desk.request(n)
	ofCode := d.policy.Chart.Alerts(r.Code, chart.Categorized, "")
	return slices.ContainsFunc(alerts, func(say string) bool {
		return !slices.ContainsFunc(ofCode, func(a chart.Alert) bool { return a.Say == say })
	})
}

// holdsLater records that a command about an outage's reports holds for those that join it later. It is refused where that
// makes no sense.
func (x *execution) holdsLater(c command.Command) {
	first := x.d.answered.Letter.Outage.First
	item := compose.ReceiptItem{Request: first, Said: c.Raw}
	e := request.Event{Type: request.Ordered, What: string(c.Verb), Code: c.Code, Who: c.Who, Text: x.d.keepText(c.Text)}
	if why := x.apply(first, e); why != nil {
		x.refused(item, why)
		return
	}
	item.Done, item.Result = true, "and the same holds for those that join the outage later"
	if c.Verb == command.Resolve {
		item.Result = "and the same holds for those that join the outage within an hour"
	}
	x.undoable = true
	x.done++
	x.items = append(x.items, item)
}

// mayHoldLater tells whether a command can be meant for reports that are yet to come.
func (x *execution) mayHoldLater(c command.Command) *refusal {
	switch {
	case x.d.answered == nil || x.d.answered.Letter.Outage == nil:
		return refuse("\"later\" means what joins an outage, and this answers no mail about one")
	case c.Verb != command.Categorize && c.Verb != command.Assign && c.Verb != command.Resolve:
		return refuse("only a code, assign and resolve can hold for those that join later")
	}
	return nil
}

// joined are the reports that an outage has now, where an answer means those that came since the mail too.
func (x *execution) joined(listed []request.Number) []request.Number {
	all := slices.Clone(listed)
	for _, r := range x.d.reports(x.d.answered.Letter.Outage.First) {
		if r.State.Active() && !slices.Contains(all, r.Number) {
			all = append(all, r.Number)
		}
	}
	return all
}

// answersOutage keeps what staff say of an outage without a command as a note of its first report.
func (d *decision) answersOutage(first request.Number) bool {
	if !d.proof.Proven {
		return d.end(Noted, "an answer to an outage's mail; nothing proves its author (%s)", d.proof.Why)
	}
	about := d.leader(first)
	d.note(about, d.said())
	return d.end(Noted, "an answer to an outage's mail without a command, kept as a note of %s", d.label(about))
}

// leader is the first report that is still in an outage, with which stands what is said of it; the first of all if none is.
func (d *decision) leader(first request.Number) request.Number {
	for _, r := range d.reports(first) {
		return r.Number
	}
	return first
}

// leave takes a request out of its outage. It goes on by itself, and its people get the notice that they did not get.
func (x *execution) leave(r request.Request, item *compose.ReceiptItem) *refusal {
	if r.Outage.First == 0 || !r.Outage.Sure {
		return refuse("%s is in no outage: name the request that it is linked with", x.d.label(r.Number))
	}
	if why := x.apply(r.Number, request.Event{Type: request.Ungrouped, Into: r.Outage.First}); why != nil {
		return why
	}
	item.Result = "no longer in the outage"
	if !r.Code.IsZero() {
		item.Result += "; its code is still " + r.Code.String()
	}
	x.tellAbout(r, x.d.noticed(r), compose.NoticeBody{})
	return nil
}

// gatherNotices leaves one mail of several notices that one mail's commands would send somebody about the reports of one
// outage: its next, with what was done.
func (d *decision) gatherNotices() {
	type place struct {
		to    string
		first request.Number
	}
	many := map[place][]int{}
	for i, l := range d.verdict.Letters {
		if r, ok := d.desk.request(l.Request); ok && l.Notice != nil && !l.Notice.Added && r.Outage.Sure {
			at := place{authority.Normalise(l.To.Address), r.Outage.First}
			many[at] = append(many[at], i)
		}
	}
	var kept []compose.Letter
	for i, l := range d.verdict.Letters {
		r, _ := d.desk.request(l.Request)
		same := many[place{authority.Normalise(l.To.Address), r.Outage.First}]
		if len(same) < 2 || !slices.Contains(same, i) {
			kept = append(kept, l)
			continue
		}
		if i == same[0] {
			kept = append(kept, d.gathered(r, same))
		}
	}
	d.verdict.Letters = kept
}

// gathered is the outage's mail in the place of notices about its reports.
func (d *decision) gathered(r request.Request, notices []int) compose.Letter {
	body := d.outageBody(r)
	for _, i := range notices {
		n := d.verdict.Letters[i].Notice
		body.Say = join(body.Say, append(slices.Clone(n.Alert), n.Say...))
	}
	before := len(d.verdict.Letters)
	d.oweOutage(d.verdict.Letters[notices[0]].To.Address, body)
	l := d.verdict.Letters[before]
	d.verdict.Letters = d.verdict.Letters[:before]
	return l
}
