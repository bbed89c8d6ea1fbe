package agenda_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"triaged/internal/agenda"
	"triaged/internal/authority"
	"triaged/internal/chart"
	"triaged/internal/compose"
	"triaged/internal/request"
	"triaged/internal/worktime"
)

var chicago = func() *time.Location {
	zone, err := time.LoadLocation("America/Chicago")
	if err != nil {
		panic(err)
	}
	return zone
}()

// at is a moment of the week from Monday 2 March 2026, such as "Mon 07:05", or of a date, "03-09 07:05".
func at(text string) time.Time {
	days := map[string]string{"Mon": "03-02", "Tue": "03-03", "Wed": "03-04", "Thu": "03-05", "Fri": "03-06", "Sat": "03-07", "Sun": "03-08"}
	day, clock, _ := strings.Cut(text, " ")
	if date, ok := days[day]; ok {
		day = date
	}
	t, err := time.ParseInLocation("2006-01-02 15:04", "2026-"+day+" "+clock, chicago)
	if err != nil {
		panic(err)
	}
	return t
}

func calendar() *worktime.Calendar {
	c, err := worktime.Compile("calendar", chicago, worktime.Default())
	if err != nil {
		panic(err)
	}
	return c
}

// desk is the policy of the tests: Kim and Lee of the campus team, Ana the analyst, Ruth the supervisor.
func desk() *agenda.Policy {
	c := calendar()
	reviews, err := worktime.NewReviews("review", c, worktime.OddHours(), "07:00-17:00")
	if err != nil {
		panic(err)
	}
	return &agenda.Policy{
		Chart: chart.Default(), Calendar: c, Staffed: c, Reviews: reviews,
		Roster: authority.NewRoster([]authority.Person{
			{Address: "kim@school.example", Name: "Kim Tran", Role: authority.Technician, Teams: []string{"campus"}},
			{Address: "lee@school.example", Name: "Lee Park", Role: authority.Technician, Teams: []string{"campus"}},
			{Address: "ana@school.example", Name: "Ana Ruiz", Role: authority.Analyst},
			{Address: "ruth@school.example", Name: "Ruth Salazar", Role: authority.Supervisor},
		}, []authority.Team{{Name: "campus", Address: "campus@school.example"}}, []string{"queue@school.example"}),
		CategorizeWithin: 2 * time.Hour, AcknowledgeWithin: 24 * time.Hour, FollowUpEvery: 7 * 24 * time.Hour,
		WarnAt: .8, EscalateAfter: 3, MaxRows: 100,
	}
}

func opened(when string) request.Event {
	return request.Event{
		At: at(when), Type: request.Opened, By: "pat@school.example", Source: request.Email,
		Person: &request.Person{Name: "Pat", Address: "pat@school.example"}, MessageID: "1@people.example",
	}
}

func told(when, what string) request.Event {
	return request.Event{At: at(when), Type: request.Told, What: what}
}

func coded(when, code string) request.Event {
	var c chart.Code
	if err := c.UnmarshalText([]byte(code)); err != nil {
		panic(err)
	}
	entry, ok := chart.Default().Lookup(c)
	if !ok {
		panic(code)
	}
	promise := request.Promise{Hours: entry.Target.Hours, Days: entry.Target.Days, AsNeeded: entry.Target.AsNeeded}
	if promise.Days > 0 {
		promise.Day = 10 * time.Hour
	}
	return request.Event{At: at(when), Type: request.Categorized, By: "ana@school.example", Code: c, Promise: &promise}
}

func done(when string, t request.Type, change ...func(*request.Event)) request.Event {
	e := request.Event{At: at(when), Type: t, By: "kim@school.example"}
	for _, f := range change {
		f(&e)
	}
	return e
}

func until(when string) func(*request.Event) { return func(e *request.Event) { e.Until = at(when) } }

func who(address string) func(*request.Event) { return func(e *request.Event) { e.Who = address } }

func waiting(when, code, on string, change ...func(*request.Event)) request.Event {
	e := coded(when, code)
	e.Type, e.By, e.On = request.Waited, "kim@school.example", on
	for _, f := range change {
		f(&e)
	}
	return e
}

func fold(t testing.TB, events ...request.Event) request.Request {
	t.Helper()
	r, err := request.Fold(1, events)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestDue tells, for one story after another, everything that will fall due next.
func TestDue(t *testing.T) {
	checked := told("Mon 07:05", agenda.EmergencyCheck)
	for _, c := range []struct {
		name   string
		events []request.Event
		want   string // "what at, …"
	}{
		{"a new request is looked at, then must be categorized within two hours", []request.Event{opened("Mon 07:05")},
			"emergency-check Mon 07:05, uncategorized Mon 09:05, uncategorized-escalation Mon 15:00"},
		{"two hours that end at night wait for the morning", []request.Event{opened("Mon 16:30"), told("Mon 16:30", agenda.EmergencyCheck)},
			"uncategorized Tue 07:00, uncategorized-escalation Tue 11:00"},
		{"a request of Saturday waits for Monday, but not its emergency check", []request.Event{opened("Sat 10:00")},
			"emergency-check Sat 10:00, uncategorized 03-09 07:00, uncategorized-escalation 03-09 11:00"},
		{"a claim quiets the reminder for its time", []request.Event{opened("Mon 07:05"), checked, done("Mon 08:50", request.Claimed, until("Mon 09:50"))},
			"uncategorized Mon 09:50, uncategorized-escalation Mon 15:00"},
		{"once reminded, only the supervisor is left", []request.Event{opened("Mon 07:05"), checked, told("Mon 09:05", agenda.Uncategorized)},
			"uncategorized-escalation Mon 15:00"},
		{"and then nobody", []request.Event{opened("Mon 07:05"), checked, told("Mon 09:05", agenda.Uncategorized), told("Mon 15:00", agenda.Escalated)}, ""},
		{"three days: 24 hours to acknowledge, a warning after 24 of 30 working hours, the breach", []request.Event{opened("Mon 07:05"), checked, coded("Mon 08:00", "1-3")},
			"unacknowledged Tue 07:05, warning Wed 11:05, breach Thu 07:05"},
		{"an emergency does not wait for the morning", []request.Event{opened("Mon 22:00"), coded("Mon 22:10", "1-1")},
			"unacknowledged Tue 22:00, warning Tue 01:12, breach Tue 02:00"},
		{"routing is no act, a claim is one", []request.Event{opened("Mon 07:05"), coded("Mon 08:00", "1-3"), done("Mon 08:00", request.Assigned, func(e *request.Event) { e.By, e.Team = "ana@school.example", "campus" })},
			"unacknowledged Tue 07:05, warning Wed 11:05, breach Thu 07:05"},
		{"acknowledged, but nobody's: resolve or assign", []request.Event{opened("Mon 07:05"), coded("Mon 08:00", "1-3"), done("Mon 09:00", request.Acknowledged)},
			"unassigned Tue 07:05, warning Wed 11:05, breach Thu 07:05"},
		{"acknowledged late: as long again", []request.Event{opened("Mon 07:05"), coded("Mon 08:00", "1-3"), done("Tue 09:00", request.Acknowledged)},
			"unassigned Wed 09:00, warning Wed 11:05, breach Thu 07:05"},
		{"assigned: nothing more but the target", []request.Event{opened("Mon 07:05"), coded("Mon 08:00", "1-3"), done("Mon 09:00", request.Assigned, who("kim@school.example"))},
			"warning Wed 11:05, breach Thu 07:05"},
		{"asked again after as long as all before", []request.Event{opened("Mon 07:05"), coded("Mon 08:00", "1-3"), told("Tue 07:05", agenda.Unacknowledged), told("Wed 07:05", agenda.Unacknowledged), told("Wed 11:05", agenda.Warned)},
			"unacknowledged Thu 07:05, breach Thu 07:05"},
		{"and then after twice as long", []request.Event{opened("Mon 07:05"), coded("Mon 08:00", "1-3"), told("Thu 07:05", agenda.Unacknowledged), told("Thu 07:05", agenda.Breached), told("Wed 11:05", agenda.Warned)},
			"unacknowledged 03-09 07:00"}, // two days on is Saturday
		{"another code, another warning and another breach", []request.Event{opened("Mon 07:05"), coded("Mon 08:00", "2-3"), told("Wed 11:05", agenda.Warned), told("Thu 07:05", agenda.Breached), coded("Thu 08:00", "2-4")},
			"warning Thu 09:05, breach Fri 07:05"},
		{"the clock stands while waiting, and a note is owed each week", []request.Event{opened("Mon 07:05"), coded("Mon 08:00", "1-3"), waiting("Tue 07:05", "1-5", "vendor")},
			"follow-up 03-10 08:05"}, // daylight saving began on the 8th
		{"a note of the original assignee's moves the next one", []request.Event{opened("Mon 07:05"), coded("Mon 08:00", "1-3"), done("Mon 09:00", request.Assigned, who("kim@school.example")), waiting("Tue 07:05", "1-5", "vendor"), done("Wed 09:00", request.Noted)},
			"follow-up 03-11 10:00"},
		{"a note of somebody else's does not", []request.Event{opened("Mon 07:05"), coded("Mon 08:00", "1-3"), done("Mon 09:00", request.Assigned, who("lee@school.example")), waiting("Tue 07:05", "1-5", "vendor"), done("Wed 09:00", request.Noted)},
			"follow-up 03-10 08:05"},
		{"asked, and no note: the supervisor hears a day later, and the next week comes", []request.Event{opened("Mon 07:05"), coded("Mon 08:00", "1-7"), done("Mon 09:00", request.Acknowledged), told("03-09 08:00", agenda.FollowUp)},
			"follow-up 03-16 08:00, follow-up-missing 03-10 08:00"},
		{"noted in time: only the next week", []request.Event{opened("Mon 07:05"), coded("Mon 08:00", "1-7"), told("03-09 08:00", agenda.FollowUp), done("03-09 09:00", request.Noted)},
			"follow-up 03-16 09:00"},
		{"waiting until a day", []request.Event{opened("Mon 07:05"), coded("Mon 08:00", "1-3"), waiting("Mon 09:00", "1-6", "customer", until("Thu 00:00"))},
			"follow-up 03-09 10:00, wait-over Thu 07:00"},
		{"scheduled work is asked for its date", []request.Event{opened("Mon 07:05"), coded("Mon 08:00", "5-3")},
			"undated Mon 08:00, follow-up 03-09 09:00"},
		{"and with a date, told when it comes", []request.Event{opened("Mon 07:05"), coded("Mon 08:00", "5-3"), done("Mon 08:00", request.Planned, until("Fri 00:00"))},
			"follow-up 03-09 09:00, scheduled-day Fri 07:00"},
		{"as needed is not forgotten", []request.Event{opened("Mon 07:05"), coded("Mon 08:00", "8-9")}, "follow-up 03-09 09:00"},
		{"resolved: nothing", []request.Event{opened("Mon 07:05"), coded("Mon 08:00", "1-3"), done("Mon 09:00", request.Closed)}, ""},
		{"a warning that would come after the breach is left out", []request.Event{opened("Mon 16:00"), coded("Mon 16:10", "1-2"), done("Mon 16:20", request.Claimed, until("Mon 17:20")), told("Tue 14:00", agenda.Warned)},
			"breach Tue 16:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, item := range agenda.Due(fold(t, c.events...), desk()) {
				got = append(got, item.What+" "+item.At.In(chicago).Format(time.DateTime))
			}
			var want []string
			for _, w := range strings.Split(c.want, ", ") {
				if what, when, ok := strings.Cut(w, " "); ok {
					want = append(want, what+" "+at(when).Format(time.DateTime))
				}
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("due\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

// TestDueOutlivesTheChart forgets no request whose code a changed chart has no longer.
func TestDueOutlivesTheChart(t *testing.T) {
	small, err := chart.Parse("chart.toml", []byte("[[category]]\nnumber = 2\nname = \"Access\"\n[[category.priority]]\ncode = \"2-3\"\nname = \"Instructional\"\ntarget = \"3d\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	p := desk()
	p.Chart = small
	for code, want := range map[string]string{"1-7": agenda.FollowUp, "1-3": agenda.Breached} {
		due := agenda.Due(fold(t, opened("Mon 07:05"), coded("Mon 08:00", code)), p)
		if !slices.ContainsFunc(due, func(i agenda.Item) bool { return i.What == want }) {
			t.Errorf("%s: due is %+v, want a %s among it", code, due, want)
		}
	}
}

// thing is one thing come due, of a request numbered as asked.
func thing(t testing.TB, n request.Number, what, due string, events ...request.Event) agenda.Thing {
	t.Helper()
	r := fold(t, events...)
	r.Number = n
	return agenda.Thing{Item: agenda.Item{At: at(due), What: what}, Request: r}
}

func said(letters []compose.Letter) []string {
	var all []string
	for _, l := range letters {
		s := string(l.Kind) + " " + l.To.Address
		if l.Work != nil {
			for _, row := range l.Work.Rows {
				s += fmt.Sprintf(" %s:%d", row.Task, row.Request)
			}
		}
		if l.Queue != nil {
			s += fmt.Sprintf(" rows:%d", len(l.Queue.Rows))
		}
		all = append(all, s)
	}
	slices.Sort(all)
	return all
}

// TestAudience tells who hears of what.
func TestAudience(t *testing.T) {
	base := []request.Event{opened("Mon 07:05"), coded("Mon 08:00", "1-3")}
	assigned := append(slices.Clone(base), done("Mon 09:00", request.Assigned, who("kim@school.example")))
	teams := append(slices.Clone(base), done("Mon 09:00", request.Assigned, func(e *request.Event) { e.Team = "campus" }))
	moved := append(slices.Clone(assigned), done("Tue 09:00", request.Assigned, who("lee@school.example")), waiting("Tue 10:00", "1-5", "vendor"))
	for _, c := range []struct {
		what   string
		events []request.Event
		want   []string
	}{
		{agenda.Unacknowledged, base, []string{"reminder queue@school.example acknowledge:1"}},
		{agenda.Unacknowledged, teams, []string{"reminder campus@school.example acknowledge:1"}},
		{agenda.Warned, assigned, []string{"reminder kim@school.example warning:1"}},
		{agenda.Breached, assigned, []string{"breach kim@school.example breach:1", "breach ruth@school.example breach:1"}},
		{agenda.Breached, teams, []string{"breach campus@school.example breach:1", "breach ruth@school.example breach:1"}},
		{agenda.FollowUp, moved, []string{"follow-up kim@school.example note:1"}}, // the original assignee owes it
		{agenda.FollowUpMissing, moved, []string{"follow-up ruth@school.example missing-note:1"}},
		{agenda.WaitOver, moved, []string{"reminder lee@school.example wait-over:1"}},
		{agenda.Uncategorized, base[:1], []string{"reminder ana@school.example rows:1"}},
		{agenda.Escalated, base[:1], []string{"reminder ruth@school.example rows:1"}},
		{agenda.EmergencyCheck, base[:1], nil},
	} {
		o := agenda.Act([]agenda.Thing{thing(t, 1, c.what, "Fri 09:00", c.events...)}, false, desk(), at("Fri 09:00"))
		if got := said(o.Letters); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
		if len(o.Changes) != 1 || o.Changes[0].Events[0].Type != request.Told || o.Changes[0].Events[0].What != c.what {
			t.Errorf("%s: recorded as %+v", c.what, o.Changes)
		}
		for _, l := range o.Letters {
			if l.Request != 1 || !slices.Contains(l.References, "1@people.example") {
				t.Errorf("%s: the mail does not stay in the thread: %d, %q", c.what, l.Request, l.References)
			}
		}
	}
}

// TestFlood is the morning after an outage: however much is due, everybody gets one mail, which says that it is late and
// keeps the order of work.
func TestFlood(t *testing.T) {
	var things []agenda.Thing
	for n := request.Number(1); n <= 150; n++ {
		events := []request.Event{opened("Mon 07:05"), coded("Mon 08:00", "1-3"), done("Mon 09:00", request.Assigned, who("kim@school.example"))}
		if n == 140 {
			events[1] = coded("Mon 08:00", "1-1")
		}
		things = append(things, thing(t, n, agenda.Warned, "Wed 11:05", events...), thing(t, n, agenda.Breached, "Thu 07:05", events...))
	}
	for n := request.Number(200); n < 210; n++ {
		things = append(things, thing(t, n, agenda.Uncategorized, "Thu 10:00", opened("Thu 08:00")))
	}
	o := agenda.Act(things, false, desk(), at("Fri 07:00"))
	people := map[string]int{}
	for _, l := range o.Letters {
		people[l.To.Address]++
		if l.Work == nil {
			continue
		}
		if l.Work.Late.IsZero() || l.Work.Rows[0].Request != 140 || len(l.Work.Rows) != 100 || l.Work.More != 50 || l.Work.Rows[0].Task != compose.TaskBreach {
			t.Errorf("to %s: late %s, first SR-%d, %d rows and %d more", l.To.Address, l.Work.Late, l.Work.Rows[0].Request, len(l.Work.Rows), l.Work.More)
		}
	}
	for _, who := range []string{"kim@school.example", "ruth@school.example", "ana@school.example"} {
		if people[who] != 1 {
			t.Errorf("%s gets %d mails", who, people[who])
		}
	}
	recorded := map[string]int{}
	for _, c := range o.Changes {
		recorded[c.Events[0].What]++
	}
	if want := map[string]int{agenda.Breached: 150, agenda.Uncategorized: 10}; !maps.Equal(recorded, want) {
		t.Errorf("recorded %v, want %v: nobody was warned of what has happened", recorded, want)
	}
}

// TestSuspicion shows one suspected emergency to the analysts as a notice, several in one list, and records why.
func TestSuspicion(t *testing.T) {
	one := thing(t, 1, agenda.EmergencyCheck, "Sun 03:30", opened("Sun 03:30"))
	one.Alert = []string{"A whole campus seems to be without service."}
	o := agenda.Act([]agenda.Thing{one}, false, desk(), at("Sun 03:30"))
	if len(o.Letters) != 1 || o.Letters[0].Notice == nil || o.Letters[0].To.Address != "ana@school.example" || len(o.Letters[0].Notice.Alert) != 1 {
		t.Errorf("one suspicion: %+v", o.Letters)
	}
	if e := o.Changes[0].Events; len(e) != 2 || e[1].Type != request.Escalated || !strings.Contains(e[1].What, "campus") {
		t.Errorf("recorded: %+v", e)
	}
	two := one
	two.Request.Number = 2
	o = agenda.Act([]agenda.Thing{one, two}, false, desk(), at("Sun 03:30"))
	if got := said(o.Letters); !slices.Equal(got, []string{"notice ana@school.example emergency:1 emergency:2"}) {
		t.Errorf("two suspicions: %q", got)
	}
}

// TestDueReview holds the latest review that has come, and tells which hours passed without one.
func TestDueReview(t *testing.T) {
	for _, c := range []struct {
		last, now, want string
		missed          int
	}{
		{"Mon 07:00", "Mon 08:59", "", 0},
		{"Mon 07:00", "Mon 09:00", "Mon 09:00", 0},
		{"Mon 07:00", "Mon 10:10", "Mon 09:00", 0},
		{"Mon 15:00", "Tue 06:59", "", 0},
		{"Mon 15:00", "Tue 07:00", "Tue 07:00", 0},
		{"Mon 09:00", "Tue 08:00", "Tue 07:00", 3},
		{"Fri 15:00", "03-09 07:00", "03-09 07:00", 0}, // over a weekend in which the clocks change
	} {
		when, missed, ok := agenda.DueReview(at(c.last), at(c.now), desk())
		if ok != (c.want != "") || ok && !when.Equal(at(c.want)) || len(missed) != c.missed {
			t.Errorf("after %s, at %s: %s, %v, %v", c.last, c.now, when, missed, ok)
		}
	}
}

// TestReview shows what the mail has room for, and counts the rest.
func TestReview(t *testing.T) {
	p := desk()
	queue := []request.Request{fold(t, opened("Mon 07:05")), fold(t, opened("Mon 10:05"))}
	for _, l := range agenda.Review(agenda.Digest{At: at("Mon 11:00"), Queue: queue, All: 7, Late: 3}, p, at("Mon 11:00")) {
		q := l.Queue
		if l.To.Address != "ana@school.example" || len(q.Rows) != 2 || !q.Rows[0].Overdue || q.Rows[1].Overdue || q.More != 5 || q.MoreLate != 2 {
			t.Errorf("to %s: %+v", l.To.Address, q)
		}
	}
	if p.Daily = true; agenda.Review(agenda.Digest{At: at("Mon 11:00"), First: true}, p, at("Mon 11:00")) == nil {
		t.Error("the first review of a day with an empty queue sends nothing")
	}
	if l := agenda.Review(agenda.Digest{At: at("Mon 11:00")}, p, at("Mon 11:00")); l != nil {
		t.Errorf("of an empty queue: %+v", l)
	}
}

// TestQueue gives each of the staff the queue they ask for.
func TestQueue(t *testing.T) {
	p := desk()
	p.MaxRows = 1
	kims := fold(t, opened("Mon 07:05"), coded("Mon 08:00", "1-3"), done("Mon 09:00", request.Assigned, who("kim@school.example")))
	teams := fold(t, opened("Mon 07:05"), coded("Mon 08:00", "1-3"), done("Mon 09:00", request.Assigned, func(e *request.Event) { e.Team = "campus" }))
	teams.Number = 2
	for _, c := range []struct {
		who        string
		rows, more int
	}{{"kim@school.example", 1, 1}, {"lee@school.example", 1, 0}, {"ana@school.example", 1, 1}} {
		person, _ := p.Roster.Person(c.who)
		l := agenda.Queue(slices.Values([]request.Request{teams, kims}), person, p, at("Fri 07:10"))
		if l.To.Address != c.who || l.Work == nil || len(l.Work.Rows) != c.rows || l.Work.More != c.more || l.Work.MoreLate != c.more {
			t.Errorf("%s: %+v", c.who, l.Work)
		}
	}
	fresh := fold(t, opened("Mon 07:05"))
	fresh.Campus = "Adams"
	p.Roster = authority.NewRoster([]authority.Person{
		{Address: "kim@school.example", Role: authority.Technician, Teams: []string{"campus"}},
		{Address: "lee@school.example", Role: authority.Technician},
	}, []authority.Team{{Name: "campus", Campuses: []string{"Adams"}}}, []string{"lee@school.example"})
	elsewhere := fresh
	elsewhere.Campus, elsewhere.Number = "", 2
	for _, c := range []struct {
		who  string
		want request.Number
	}{{"kim@school.example", 1}, {"lee@school.example", 2}} { // what has no category is the campus's, else theirs who hear of it
		person, _ := p.Roster.Person(c.who)
		l := agenda.Queue(slices.Values([]request.Request{fresh, elsewhere}), person, p, at("Mon 08:00"))
		if l.Work == nil || len(l.Work.Rows) != 1 || l.Work.Rows[0].Request != c.want || l.Work.More != 0 {
			t.Errorf("%s: %+v", c.who, l.Work)
		}
	}
	lee, _ := p.Roster.Person("lee@school.example")
	if l := agenda.Queue(slices.Values([]request.Request{kims}), lee, p, at("Tue 07:00")); l.Plain == nil || l.Work != nil {
		t.Errorf("an empty queue: %+v", l)
	}
}

// TestMorning sends each technician their own queue, in the order to work it, once a morning.
func TestMorning(t *testing.T) {
	p := desk()
	if next := agenda.NextMorning(at("Mon 07:00"), at("Mon 08:00"), p); !next.IsZero() {
		t.Errorf("off by default, but due %s", next)
	}
	p.MorningQueue = true
	for _, c := range []struct{ last, now, want string }{
		{"Mon 07:00", "Mon 08:00", "Tue 07:00"},
		{"Mon 06:00", "Mon 06:30", "Mon 07:00"},
		{"Fri 07:00", "Fri 09:00", "03-09 07:00"},
		{"Mon 07:00", "Wed 20:00", "Thu 07:00"}, // the machine was off
	} {
		if next := agenda.NextMorning(at(c.last), at(c.now), p); !next.Equal(at(c.want)) {
			t.Errorf("after %s, at %s: %s", c.last, c.now, next)
		}
	}
	kims := fold(t, opened("Mon 07:05"), coded("Mon 08:00", "1-3"), done("Mon 09:00", request.Assigned, who("kim@school.example")))
	teams := fold(t, opened("Mon 07:05"), coded("Mon 08:00", "1-3"), done("Mon 09:00", request.Assigned, func(e *request.Event) { e.Team = "campus" }))
	teams.Number = 2
	letters := agenda.Morning(slices.Values([]request.Request{teams, kims}), p, at("Tue 07:00"))
	want := []string{"report kim@school.example queue:2 queue:1", "report lee@school.example queue:2"}
	if got := said(letters); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestMoved finds the due times that a new holiday moves, and leaves hours alone.
func TestMoved(t *testing.T) {
	spec := worktime.Default()
	spec.Holidays = []string{"2026-03-04"}
	after, err := worktime.Compile("calendar", chicago, spec)
	if err != nil {
		t.Fatal(err)
	}
	days := fold(t, opened("Mon 07:05"), coded("Mon 08:00", "1-3"))
	hours := fold(t, opened("Mon 07:05"), coded("Mon 08:00", "1-1"))
	untimed := fold(t, opened("Mon 07:05"), coded("Mon 08:00", "1-5"))
	moves := agenda.Moved(slices.Values([]request.Request{days, hours, untimed}), calendar(), after)
	if len(moves) != 1 || !moves[0].Was.Equal(at("Thu 07:05")) || !moves[0].Now.Equal(at("Fri 07:05")) {
		t.Errorf("%+v", moves)
	}
}
