package bot

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"triaged/internal/intake"
	"triaged/internal/request"
	"triaged/internal/store"
)

// Who writes to the simulated desk, when, and what they say: all of it by mail.

const deskConfig = `
[desk]
name = "Customer Care Center"
address = "support@school.example"
timezone = "America/Chicago"
authority = "token-or-dmarc"
auth_preset = "authserv"
authserv_id = "mx.school.example"

[[mailbox]]
name = "support"
address = "127.0.0.1:143"
security = "none"
username = "support"
password = "secret"

[smtp]
address = "127.0.0.1:25"
security = "none"

[calendar]
holidays = ["2026-03-13", "2026-05-25", "2026-11-23..2026-11-27", "2026-12-21..2027-01-01"]
early_release = ["2026-03-06 12:00", "2026-05-22 13:00", "2026-12-18 12:00"]

[review]
daily = false

[notify]
new_request = ["queue@school.example"]
operator = ["admin@school.example"]

[[staff]]
address = "kim@school.example"
name = "Kim Tran"
role = "technician"
teams = ["campus"]

[[staff]]
address = "lee@school.example"
name = "Lee Park"
role = "technician"
teams = ["campus"]

[[staff]]
address = "ana@school.example"
name = "Ana Ruiz"
role = "analyst"

[[staff]]
address = "ruth@school.example"
name = "Ruth Salazar"
role = "supervisor"

[[team]]
name = "campus"
address = "campus@school.example"
codes = ["1-*"]

[[team]]
name = "instructional-technology"
address = "itech@school.example"
codes = ["4-*"]
`

const (
	kim  = "kim@school.example"
	lee  = "lee@school.example"
	ana  = "ana@school.example"
	ruth = "ruth@school.example"
)

// simCloses are the early releases of deskConfig.
var simCloses = map[string]int{"2026-03-06": 12, "2026-05-22": 13, "2026-12-18": 12}

// simHolidays are those of deskConfig.
func simHolidays() []string {
	days := []string{"2026-03-13", "2026-05-25"}
	for _, span := range [][2]string{{"2026-11-23", "2026-11-27"}, {"2026-12-21", "2027-01-01"}} {
		day, _ := time.Parse(time.DateOnly, span[0])
		for day.Format(time.DateOnly) <= span[1] {
			days = append(days, day.Format(time.DateOnly))
			day = day.AddDate(0, 0, 1)
		}
	}
	return days
}

// rhythm is the share of all requests that each day brings: most on Mondays, twice as many when school begins, few in
// summer, hardly any on weekends and holidays.
func rhythm(start time.Time, days int) []float64 {
	share := make([]float64, days)
	sum := 0.0
	for i := range share {
		d := start.AddDate(0, 0, i)
		w := map[time.Weekday]float64{time.Monday: 1.25, time.Friday: 0.8, time.Saturday: 0.06, time.Sunday: 0.08}[d.Weekday()]
		switch {
		case slices.Contains(simHolidays(), d.Format(time.DateOnly)):
			w = 0.05
		case w == 0:
			w = 1
		}
		switch day := d.Format("01-02"); {
		case day >= "06-05" && day < "07-27":
			w *= 0.35
		case day >= "08-10" && day < "09-05":
			w *= 2
		}
		share[i] = w
		sum += w
	}
	for i := range share {
		share[i] /= sum
	}
	return share
}

// hourly is how many of a hundred requests come in each hour of a day.
var hourly = [24]int{0, 0, 0, 0, 0, 1, 3, 11, 14, 12, 10, 9, 7, 8, 8, 6, 4, 2, 1, 1, 1, 1, 1, 0}

// arrivals plans the requests of a day.
func (s *simulation) arrivals(date time.Time, share float64) {
	n := share * float64(s.size.requests)
	count := int(n)
	if s.random.Float64() < n-float64(count) {
		count++
	}
	midnight := int(date.Sub(s.start) / time.Minute)
	for range count {
		at := s.random.IntN(100)
		hour := 0
		for ; at >= hourly[hour]; hour++ {
			at -= hourly[hour]
		}
		minute := midnight + hour*60 + s.random.IntN(60)
		s.plan[minute] = append(s.plan[minute], func() { s.arrive(minute) })
	}
}

var simSubjects = []string{"Projector stays dark", "Printer jams", "Password", "Laptop slow", "Label for the cart", "Phone in the office", "Cable", "Account"}

// arrive is a requester's mail, which their server received at a minute. What they do later about it depends on what comes.
func (s *simulation) arrive(minute int) {
	teacher := fmt.Sprintf("teacher%d@school.example", s.random.IntN(s.size.people))
	c := s.oracle.submit(minute)
	subject := simSubjects[s.random.IntN(len(simSubjects))]
	s.expect(intake.Opened, s.deliver(minute, teacher, fmt.Sprintf("%s %d", subject, c.number), "", "Please have a look."))
	says := func(minutes int, text string, then func(row store.Row)) {
		at := s.now() + max(minutes, 1)
		s.plan[at] = append(s.plan[at], func() {
			then(s.deliver(at, teacher, fmt.Sprintf("Re: [SR-%d] %s", c.number, subject), fmt.Sprintf("%d@people.example", 0), text))
		})
	}
	if s.random.IntN(3) == 0 { // a technician is quick
		s.later(2+s.random.IntN(200), func() { s.categorize(c, kim) })
	}
	if s.random.IntN(10) == 0 {
		s.later(60+s.random.IntN(70), func() { s.claim(c) })
	}
	if s.random.IntN(4) == 0 { // and what about this?
		says(s.random.IntN(6*24*60), "It also makes a noise now, in room 12.", func(row store.Row) { s.added(c, row) })
	}
	if s.random.IntN(25) == 0 { // tags of somebody who is not of the staff are text
		says(s.random.IntN(24*60), "#1-1", func(row store.Row) { s.added(c, row) })
	}
}

// added is what a requester's further mail does.
func (s *simulation) added(c *oracleCase, row store.Row) {
	now := s.now()
	switch {
	case c.done:
		if now-c.doneAt > 14*24*60 {
			s.t.Fatalf("the story reopens SR-%d too late", c.number)
		}
		s.oracle.reopen(c, now)
		s.expect(intake.Reopened, row)
		s.work(c)
		return
	case c.onHold:
		s.oracle.answered(c, now)
	}
	s.expect(intake.Replied, row)
}

func (s *simulation) expect(want intake.Outcome, row store.Row) {
	s.t.Helper()
	if row.Outcome != want {
		s.t.Fatalf("at %s a mail ended as %s (%s), want %s", s.oracle.clock(s.now()), row.Outcome, row.Reason, want)
	}
}

// do says a command in a mail; that it does not work though the story has it succeed ends the test.
func (s *simulation) do(c *oracleCase, text, as string) {
	s.t.Helper()
	notice := ""
	if verb, _, _ := strings.Cut(text, " "); s.random.IntN(2) == 0 && (verb == "#ack" || verb == "#note" || strings.HasSuffix(verb, "!")) {
		notice = s.noticeOf(c) // what others did since does not matter to these
	}
	row := s.deliver(s.now(), as, fmt.Sprintf("Re: [SR-%d] something", c.number), notice, text)
	if row.Outcome != intake.Commanded || row.Request != request.Number(c.number) || !strings.HasPrefix(row.Reason, "1 done, proven") {
		s.t.Fatalf("SR-%d %s as %s at %s: %s, %s%s", c.number, text, as, s.oracle.clock(s.now()), row.Outcome, row.Reason,
			s.story([]string{fmt.Sprintf("SR-%d", c.number)}))
	}
}

// noticeOf is the mail that told the desk of a request; "" if it stood in a list of several.
func (s *simulation) noticeOf(c *oracleCase) (id string) {
	s.view(func(tx *store.Tx) {
		_, out := tx.Mails(request.Number(c.number))
		for _, n := range out {
			if e, _ := tx.Entry(n); e.Letter.Notice != nil && e.Letter.To.Address == "queue@school.example" {
				id = e.MessageID
				return
			}
		}
	})
	return id
}

func (s *simulation) claim(c *oracleCase) {
	if c.code != "" || c.done {
		return
	}
	s.do(c, "#mine 45m", lee)
	c.act(s.now())
	c.assignee, c.claimed = lee, s.now()+45
	if c.original == "" {
		c.original = lee
	}
}

var simCodes = []string{"1-3", "1-3", "1-3", "1-4", "1-4", "1-2", "1-1", "2-3", "2-4", "7-0", "1-7", "5-3", "8-9"}

func (s *simulation) code() string { return simCodes[s.random.IntN(len(simCodes))] }

// categorize is what somebody does who sees the request: sometimes wrongly first.
func (s *simulation) categorize(c *oracleCase, as string) {
	if c.code != "" || c.done {
		return
	}
	if s.random.IntN(12) == 0 {
		s.expect(intake.UnknownCode, s.deliver(s.now(), as, fmt.Sprintf("[SR-%d]", c.number), "", "#1-9"))
	}
	code := s.code()
	s.do(c, "#"+code, as)
	s.oracle.categorize(c, s.now(), code, as)
	s.work(c)
}

// answer is the analyst's answer to a digest: not of every line, and of some that a technician was quicker about.
func (s *simulation) answer(digest store.Entry) {
	var lines, codes []string
	var mine []*oracleCase
	for _, row := range digest.Letter.Queue.Rows {
		c := s.oracle.cases[row.Request-1]
		if c.done || s.random.IntN(7) == 0 {
			continue
		}
		code := s.code()
		if c.code == "" {
			mine, codes = append(mine, c), append(codes, code)
		} else if s.random.IntN(2) == 0 {
			continue
		}
		lines = append(lines, fmt.Sprintf("SR-%d %s", c.number, code))
	}
	if len(lines) == 0 {
		return
	}
	row := s.deliver(s.now(), ana, "Re: review", digest.MessageID, strings.Join(lines, "\r\n"))
	if len(mine) > 0 {
		s.expect(intake.Commanded, row)
	}
	for i, c := range mine {
		s.oracle.categorize(c, s.now(), codes[i], ana)
		s.work(c)
	}
}

const aDay = 24 * 60

// work plans a technician's life with a request.
func (s *simulation) work(c *oracleCase) {
	who := []string{kim, lee}[s.random.IntN(2)]
	step := func(minutes int, text string, then func()) {
		s.later(minutes, func() {
			if c.done || c.code == "" {
				return
			}
			s.do(c, text, who)
			c.act(s.now())
			then()
		})
	}
	if s.random.IntN(5) > 0 {
		step(10+s.random.IntN(2*aDay), "#ack", func() {})
	}
	if s.random.IntN(3) > 0 {
		name := map[string]string{kim: "Kim Tran", lee: "Lee Park"}[who]
		step(20+s.random.IntN(3*aDay), "#assign "+name, func() {
			if c.assignee != who {
				c.claimed = -1
			}
			c.assignee = who
			if c.original == "" {
				c.original = who
			}
		})
	}
	if s.random.IntN(8) == 0 { // an analyst's note is no technician's act
		s.later(s.random.IntN(3*aDay), func() {
			if !c.done && c.code != "" {
				s.do(c, "#note called them", ana)
				s.noted(c, ana)
			}
		})
	}
	if s.random.IntN(4) == 0 {
		step(s.random.IntN(8*aDay), "#note looked at it", func() { s.noted(c, who) })
	}
	if s.random.IntN(6) == 0 {
		s.later(s.random.IntN(3*aDay), func() { s.pause(c, who) })
	}
	if s.random.IntN(8) == 0 {
		s.later(s.random.IntN(2*aDay), func() { s.recategorize(c, who) })
	}
	s.later(60+s.random.IntN(2*aDay), func() { s.schedule(c, who) })
	if s.random.IntN(12) > 0 {
		s.later(30+s.random.IntN(5*aDay), func() { s.resolve(c, who) })
	} else { // somebody tidies up at last
		s.later(20*aDay+s.random.IntN(60*aDay), func() { s.resolve(c, who) })
	}
}

// noted is what a note does: it is the status note that is owed if it is the first assignee's.
func (s *simulation) noted(c *oracleCase, who string) {
	if c.original == "" || c.original == who {
		c.note = s.now()
	}
}

func (s *simulation) recategorize(c *oracleCase, who string) {
	if code := s.code(); !c.done && c.code != code {
		s.do(c, "#"+code+"!", who)
		s.oracle.categorize(c, s.now(), code, who)
	}
}

// schedule gives planned work its day.
func (s *simulation) schedule(c *oracleCase, who string) {
	if c.done || c.code != "5-3" || c.scheduled != never || s.random.IntN(3) == 0 {
		return
	}
	day := s.at(s.now()).In(s.oracle.zone).AddDate(0, 0, 1+s.random.IntN(20))
	s.do(c, "#schedule "+day.Format(time.DateOnly), who)
	c.act(s.now())
	c.scheduled = s.midnight(day)
	if s.random.IntN(3) == 0 {
		s.do(c, "#approve", ruth)
		c.approved = true
	}
}

// midnight is the minute in which a day begins.
func (s *simulation) midnight(t time.Time) int {
	y, m, d := t.Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, s.oracle.zone).Sub(s.start) / time.Minute)
}

// resolve ends the work; some requesters say thanks, and some that it is not done.
func (s *simulation) resolve(c *oracleCase, who string) {
	if c.done || c.code == "" {
		return
	}
	s.do(c, "#resolve done", who)
	c.act(s.now())
	s.oracle.resolve(c, s.now())
	requester := s.requester(c)
	subject := fmt.Sprintf("Re: [SR-%d] resolved", c.number)
	switch s.random.IntN(12) {
	case 0, 1, 2:
		s.later(1+s.random.IntN(aDay), func() {
			s.expect(intake.Thanks, s.deliver(s.now(), requester, subject, "", "Thank you!"))
		})
	case 3:
		s.later(1+s.random.IntN(4*aDay), func() {
			s.added(c, s.deliver(s.now(), requester, subject, "", "It is broken again, the same noise."))
		})
	}
}

func (s *simulation) requester(c *oracleCase) (address string) {
	s.view(func(tx *store.Tx) {
		r, _ := tx.Request(request.Number(c.number))
		address = r.Requester.Address
	})
	return address
}

// pause makes a request wait for its customer, and mostly takes it up again, if the customer's answer does not.
func (s *simulation) pause(c *oracleCase, who string) {
	waits := map[byte]string{'1': "1-6", '2': "2-6"}
	if c.done || c.code == "" || waits[c.code[0]] == "" || c.code == waits[c.code[0]] {
		return
	}
	back, text, until := c.code, "#wait customer", never
	if s.random.IntN(3) == 0 {
		day := s.at(s.now()).In(s.oracle.zone).AddDate(0, 0, 1+s.random.IntN(9))
		text += " until " + day.Format(time.DateOnly)
		until = s.midnight(day)
	}
	s.do(c, text, who)
	c.act(s.now())
	s.oracle.wait(c, s.now(), until)
	if s.random.IntN(3) == 0 {
		requester := s.requester(c)
		s.later(60+s.random.IntN(5*aDay), func() {
			if !c.done {
				s.added(c, s.deliver(s.now(), requester, fmt.Sprintf("Re: [SR-%d] waiting", c.number), "", "It is the one in room 14, with the blue label."))
			}
		})
	}
	if s.random.IntN(4) > 0 && oracleTargets[back] != 0 {
		s.later(60+s.random.IntN(9*aDay), func() {
			if !c.done && c.onHold {
				s.do(c, "#"+back, who)
				s.oracle.categorize(c, s.now(), back, who)
			}
		})
	}
}
