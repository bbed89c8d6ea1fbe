package agenda

import (
	"iter"
	"maps"
	"slices"
	"time"

	"triaged/internal/authority"
	"triaged/internal/compose"
	"triaged/internal/request"
)

// errand is how one thing becomes a line of a mail: what is wanted, of whom, and what kind of mail it makes.
type errand struct {
	task compose.Task
	kind compose.Kind
	to   func(*Policy, request.Request) []request.Person
}

var errands = map[string]errand{
	EmergencyCheck:  {compose.TaskEmergency, compose.Notice, (*Policy).analysts},
	Unacknowledged:  {compose.TaskAcknowledge, compose.Reminder, (*Policy).audience},
	Unassigned:      {compose.TaskAssign, compose.Reminder, (*Policy).team},
	Undated:         {compose.TaskDate, compose.Reminder, (*Policy).audience},
	Warned:          {compose.TaskWarning, compose.Reminder, (*Policy).audience},
	Breached:        {compose.TaskBreach, compose.Breach, (*Policy).andSupervisors},
	FollowUp:        {compose.TaskNote, compose.FollowUp, (*Policy).noteOwer},
	FollowUpMissing: {compose.TaskMissing, compose.FollowUp, (*Policy).supervisors},
	WaitOver:        {compose.TaskWaitOver, compose.Reminder, (*Policy).audience},
	ScheduledDay:    {compose.TaskScheduled, compose.Reminder, (*Policy).audience},
}

// pressing orders kinds of mail: one that says several things is of the most pressing kind.
var pressing = []compose.Kind{compose.Notice, compose.Breach, compose.Reminder, compose.FollowUp, compose.Report}

func (p *Policy) analysts(request.Request) []request.Person { return p.people(authority.Analyst) }

// supervisors hear of what was missed. A desk without any has analysts.
func (p *Policy) supervisors(r request.Request) []request.Person {
	if to := p.people(authority.Supervisor); len(to) > 0 {
		return to
	}
	return p.analysts(r)
}

func (p *Policy) andSupervisors(r request.Request) []request.Person {
	return append(p.audience(r), p.people(authority.Supervisor)...)
}

// team asks a request's team again, whoever acted on it.
func (p *Policy) team(r request.Request) []request.Person {
	r.Assignee = ""
	return p.audience(r)
}

// parcel is the one mail that a person gets.
type parcel struct {
	to     request.Person
	kind   compose.Kind
	things []Thing
	rows   []compose.WorkRow
	at     map[request.Number]int // where a request stands in rows
}

// addWork puts a thing into the mail of everybody who is to hear of it.
func (o *Outcome) addWork(work map[string]*parcel, t Thing, p *Policy, now time.Time) {
	e, ok := errands[t.What]
	if !ok {
		return
	}
	for _, person := range e.to(p, t.Request) {
		key := authority.Normalise(person.Address)
		mail := work[key]
		if mail == nil {
			mail = &parcel{to: person, kind: e.kind, at: map[request.Number]int{}}
			work[key] = mail
		}
		if slices.Index(pressing, e.kind) < slices.Index(pressing, mail.kind) {
			mail.kind = e.kind
		}
		mail.things = append(mail.things, t)
		mail.add(p.workRow(t.Request, e.task, t.Alert, now))
	}
}

// add gives each request one row: of several things at once, what is wanted most says enough.
func (m *parcel) add(row compose.WorkRow) {
	i, known := m.at[row.Request]
	switch {
	case !known:
		m.at[row.Request] = len(m.rows)
		m.rows = append(m.rows, row)
	case slices.Index(wanted, row.Task) < slices.Index(wanted, m.rows[i].Task):
		m.rows[i] = row
	}
}

// wanted orders what may be wanted of one request at once.
var wanted = []compose.Task{
	compose.TaskEmergency, compose.TaskBreach, compose.TaskMissing, compose.TaskAcknowledge, compose.TaskAssign, compose.TaskWarning,
	compose.TaskScheduled, compose.TaskDate, compose.TaskWaitOver, compose.TaskNote, compose.TaskQueue,
}

// workRow says what a mail needs to say of a request.
func (p *Policy) workRow(r request.Request, task compose.Task, alert []string, now time.Time) compose.WorkRow {
	row := compose.WorkRow{
		Request: r.Number, Task: task, Subject: r.Subject, From: r.Requester, Submitted: r.Submitted, Code: r.Code,
		Due: r.Due(p.Calendar), Alert: alert,
	}
	row.Overdue = p.overdue(r, row.Due, now)
	if row.Due.IsZero() && r.State == request.Scheduled {
		row.Due = r.ScheduledFor
	}
	if r.Assignee != "" {
		person, _ := p.Roster.Person(r.Assignee)
		row.Owner = request.Person{Name: person.Name, Address: r.Assignee}
	}
	switch task {
	case compose.TaskNote, compose.TaskMissing:
		row.Since = (&matter{Request: r, policy: p}).noted()
		if person, ok := p.Roster.Person(r.OriginalAssignee); ok {
			row.Owner = request.Person{Name: person.Name, Address: person.Address}
		}
	case compose.TaskWaitOver:
		if n := len(r.Pauses); n > 0 {
			row.On = r.Pauses[n-1].On
		}
	}
	return row
}

// overdue tells whether a request's time has passed: its target, or before it has one the time to give it a code.
func (p *Policy) overdue(r request.Request, due time.Time, now time.Time) bool {
	if r.Uncategorized() {
		due = r.Submitted.Add(p.CategorizeWithin)
	}
	return !due.IsZero() && !now.Before(due)
}

// alert turns a mail that says nothing but one suspicion into a notice, which shows the request and takes its code.
func (o *Outcome) alert(work map[string]*parcel, p *Policy, now time.Time) {
	for _, address := range slices.Sorted(maps.Keys(work)) {
		mail := work[address]
		if len(mail.rows) != 1 || mail.things[0].What != EmergencyCheck {
			continue
		}
		t := mail.things[0]
		o.Letters = append(o.Letters, compose.Letter{
			Kind: compose.Notice, To: mail.to, Commands: true, Request: t.Request.Number, Topic: t.Request.Subject,
			References: t.Request.Thread, At: now,
			Notice: &compose.NoticeBody{
				Text: t.Request.Text, Mail: t.Request.Mail, From: t.Request.Requester, Campus: t.Request.Campus,
				Submitted: t.Request.Submitted, CategorizeBy: t.Request.Submitted.Add(p.CategorizeWithin), Alert: t.Alert,
			},
		})
		delete(work, address)
	}
}

// letter is the mail, its requests in the order to work them.
func (m *parcel) letter(p *Policy, now time.Time) compose.Letter {
	order := map[request.Number]request.Rank{}
	for _, t := range m.things {
		order[t.Request.Number] = p.Rank(t.Request)
	}
	slices.SortStableFunc(m.rows, func(a, b compose.WorkRow) int { return order[a.Request].Compare(order[b.Request]) })
	body := &compose.WorkBody{Rows: m.rows, Late: late(m.things, now)}
	body.More, body.MoreLate = trim(&body.Rows, p.MaxRows, isOverdue)
	l := compose.Letter{Kind: m.kind, To: m.to, Commands: true, At: now, Work: body}
	if len(m.rows) == 1 {
		r := m.things[0].Request
		l.Request, l.Topic, l.References = r.Number, r.Subject, r.Thread
	}
	return l
}

func isOverdue(r compose.WorkRow) bool { return r.Overdue }

// Rank places a request in the order of work.
func (p *Policy) Rank(r request.Request) request.Rank {
	entry, _ := p.Chart.Lookup(r.Code)
	place := request.Place{Emergency: entry.Rules.Emergency, BehindOverdue: entry.Rules.OverdueFirst}
	return r.RankOf(r.Due(p.Calendar), place, p.CategorizeWithin)
}

// NextMorning is when the queue mails after the one of last go out: the first opening after it, zero if there are none.
// One whose hour was missed goes out at the next staffed moment.
func NextMorning(last, now time.Time, p *Policy) time.Time {
	if !p.MorningQueue || p.Staffed == nil {
		return time.Time{}
	}
	at := p.Staffed.NextOpen(last)
	if !at.After(last) {
		at = p.Staffed.NextOpen(p.Staffed.NextClose(last))
	}
	if at.Before(now) {
		at = p.Staffed.NextOpen(now)
	}
	return at
}

// Morning makes the queue mail of every technician who has work: theirs, and what is their team's and nobody's yet, in the
// order to work it. queue is every active request in that order.
func Morning(queue iter.Seq[request.Request], p *Policy, now time.Time) []compose.Letter {
	people := p.Roster.Staff(authority.Technician, authority.Vendor)
	bodies := p.queues(queue, people, now)
	var letters []compose.Letter
	for i, person := range people {
		if len(bodies[i].Rows) > 0 {
			letters = append(letters, queueLetter(person, bodies[i], now))
		}
	}
	return letters
}

// Queue makes the queue mail that one of the staff asked for: of technicians and vendors what Morning sends them, of the
// others, who see to all of it, every active request. Without work it says so.
func Queue(queue iter.Seq[request.Request], person authority.Person, p *Policy, now time.Time) compose.Letter {
	body := p.queues(queue, []authority.Person{person}, now)[0]
	if len(body.Rows) > 0 {
		return queueLetter(person, body, now)
	}
	l := queueLetter(person, nil, now)
	l.Plain = &compose.PlainBody{
		Subject: "Your queue is empty", Lines: []string{"No open request is assigned to you or waits at a team of yours."},
	}
	return l
}

func queueLetter(person authority.Person, body *compose.WorkBody, now time.Time) compose.Letter {
	return compose.Letter{
		Kind: compose.Report, To: request.Person{Name: person.Name, Address: person.Address}, Commands: true, At: now, Work: body,
	}
}

// queues sorts requests into the queues of people, and keeps the order. What nobody and no team has yet is in the queues of
// those technicians who hear of new requests, who "can categorize service requests as they review their queue" (SOP, process
// step 3).
func (p *Policy) queues(queue iter.Seq[request.Request], people []authority.Person, now time.Time) []*compose.WorkBody {
	bodies := make([]*compose.WorkBody, len(people))
	all, mine, teams := []int{}, map[string][]int{}, map[string][]int{}
	for i, person := range people {
		bodies[i] = &compose.WorkBody{}
		if person.Role != authority.Technician && person.Role != authority.Vendor {
			all = append(all, i)
			continue
		}
		key := authority.Normalise(person.Address)
		mine[key] = append(mine[key], i)
		for _, team := range person.Teams {
			teams[team] = append(teams[team], i)
		}
	}
	for r := range queue {
		whose := mine[authority.Normalise(r.Assignee)]
		if team, ok := p.teamOf(r); r.Assignee == "" && ok {
			whose = teams[team.Name]
		} else if r.Assignee == "" {
			for _, address := range p.Roster.Notify() {
				whose = append(whose, mine[authority.Normalise(address)]...)
			}
		}
		for _, i := range slices.Concat(all, whose) {
			p.enqueue(bodies[i], r, now)
		}
	}
	return bodies
}

// teamOf is the team that has a request: the one it was given to, else the one of its campus.
func (p *Policy) teamOf(r request.Request) (authority.Team, bool) {
	if team, ok := p.Roster.Team(r.Team); ok && r.Team != "" {
		return team, true
	}
	return p.Roster.OfCampus(r.Campus)
}

// enqueue adds a row, or counts one more where a mail would be too long.
func (p *Policy) enqueue(body *compose.WorkBody, r request.Request, now time.Time) {
	if p.MaxRows <= 0 || len(body.Rows) < p.MaxRows {
		body.Rows = append(body.Rows, p.workRow(r, compose.TaskQueue, nil, now))
		return
	}
	body.More++
	if p.overdue(r, r.Due(p.Calendar), now) {
		body.MoreLate++
	}
}
