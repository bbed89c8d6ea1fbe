package bot

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"triaged/internal/compose"
	"triaged/internal/config"
	"triaged/internal/delivery"
	"triaged/internal/mailbox"
	"triaged/internal/request"
	"triaged/internal/store"
)

// The simulation runs a school's mail through intake, store and agenda for two weeks, or for as many days as
// TRIAGED_SIM_DAYS says, with TRIAGED_SIM_MAILS requests a day, and compares after each day with the oracle.

const simConfig = `
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

// simHolidays are those of simConfig.
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

func fromEnvironment(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil && n > 0 {
		return n
	}
	return otherwise
}

func TestSimulation(t *testing.T) {
	days, mails := fromEnvironment("TRIAGED_SIM_DAYS", 14), fromEnvironment("TRIAGED_SIM_MAILS", 30)
	if testing.Short() {
		days = min(days, 5)
	}
	synctest.Test(t, func(t *testing.T) { newSimulation(t, days, mails).run() })
}

type simulation struct {
	t       *testing.T
	config  *config.Config
	random  *rand.Rand
	desk    *Desk
	accept  *receiver
	oracle  *oracle
	start   time.Time
	days    int
	mails   int
	uid     uint32
	plan    map[int][]func() // by minute
	outbox  uint64           // the last entry that was looked at
	next    time.Time        // of the agenda
	sent    []compose.Letter // the day's digests
	settled int              // cases from the first that nothing is told of any more
}

// memoryDir is a directory that needs no disk, so that syncing costs nothing.
func memoryDir(t *testing.T) string {
	dir, err := os.MkdirTemp("/dev/shm", "triaged-sim")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func newSimulation(t *testing.T, days, mails int) *simulation {
	zone, err := time.LoadLocation("America/Chicago")
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2026, 3, 2, 0, 0, 0, 0, zone)
	time.Sleep(time.Until(start))
	c, err := config.Parse("config.toml", []byte(simConfig))
	if err != nil {
		t.Fatal(err)
	}
	c.Desk.DataDir = memoryDir(t)
	s := &simulation{
		t: t, config: c, random: rand.New(rand.NewPCG(uint64(days), uint64(mails))), start: start, days: days, mails: mails,
		oracle: newOracle(start, days+1, zone, simHolidays()), plan: map[int][]func(){},
	}
	s.open()
	return s
}

// open starts the bot, again and again: nothing may depend on what it has in memory.
func (s *simulation) open() {
	desk, err := Open(s.config, Rim{})
	if err != nil {
		s.t.Fatal(err)
	}
	s.desk = desk
	s.accept, s.next = &receiver{b: New(desk, nil, delivery.Settings{})}, time.Time{}
}

func (s *simulation) now() int { return int(time.Since(s.start) / time.Minute) }

// later plans what somebody does so many minutes from now.
func (s *simulation) later(minutes int, do func()) {
	at := s.now() + max(minutes, 1)
	s.plan[at] = append(s.plan[at], do)
}

func (s *simulation) run() {
	defer func() { s.desk.Close() }()
	for day := range s.days {
		s.day(day)
		if day%3 == 2 {
			s.desk.Close()
			s.open()
		}
	}
	result, err := s.desk.store.Check()
	if err != nil {
		s.t.Fatal(err)
	}
	for _, p := range result.Problems {
		s.t.Errorf("check: %s", p)
	}
	s.forgotten()
}

func (s *simulation) day(day int) {
	date := s.start.AddDate(0, 0, day)
	for range s.mails {
		s.arrivals(date)
	}
	for m, end := s.now(), int(s.start.AddDate(0, 0, day+1).Sub(s.start)/time.Minute); m < end; m++ {
		for i := 0; i < len(s.plan[m]); i++ {
			s.plan[m][i]()
		}
		delete(s.plan, m)
		s.oracle.minute(m)
		s.tick()
		time.Sleep(time.Minute)
	}
	s.compare(date)
}

// arrivals plans one mail of a day: most in school hours, some at night and on weekends.
func (s *simulation) arrivals(date time.Time) {
	minute := 7*60 + s.random.IntN(9*60)
	weekend := date.Weekday() == time.Saturday || date.Weekday() == time.Sunday
	switch {
	case weekend && s.random.IntN(8) > 0:
		return
	case s.random.IntN(8) == 0:
		minute = s.random.IntN(22 * 60)
	}
	at := int(date.Sub(s.start)/time.Minute) + minute
	s.plan[at] = append(s.plan[at], s.arrive)
}

var simSubjects = []string{"Projector stays dark", "Printer jams", "Password", "Laptop slow", "Label for the cart", "Phone in the office", "Cable", "Account"}

func (s *simulation) arrive() {
	s.uid++
	subject := simSubjects[s.random.IntN(len(simSubjects))]
	s.deliver(fmt.Sprintf("teacher%d@school.example", s.random.IntN(500)), fmt.Sprintf("%s %d", subject, s.uid), "Please have a look.", "")
	c := s.oracle.submit(s.now())
	if s.random.IntN(3) == 0 { // a technician is quick
		s.later(2+s.random.IntN(200), func() { s.categorize(c, "kim@school.example") })
	}
	if s.random.IntN(10) == 0 {
		s.later(60+s.random.IntN(70), func() {
			if c.code == "" && !c.done {
				s.do(c, "#mine 45m", "lee@school.example")
				c.act(s.now())
				c.assignee, c.claimed = "lee@school.example", s.now()+45
				if c.original == "" {
					c.original = c.assignee
				}
			}
		})
	}
}

// deliver puts a mail through the door that mails from the server take.
func (s *simulation) deliver(from, subject, body, answers string) {
	s.uid++
	raw := "From: " + from + "\r\nTo: support@school.example\r\nSubject: " + subject + fmt.Sprintf("\r\nMessage-ID: <%d@people.example>\r\n", s.uid)
	if answers != "" {
		raw += "In-Reply-To: <" + answers + ">\r\n"
	}
	raw += "Content-Type: text/plain; charset=utf-8\r\n\r\n" + body + "\r\n"
	f := mailbox.Folder{Mailbox: "support", Name: "INBOX", UIDValidity: 1}
	m := mailbox.Mail{Raw: []byte(raw)}
	m.UID, m.Received, m.Size = s.uid, time.Now(), int64(len(raw))
	if _, err := s.accept.Accept(context.Background(), f, []mailbox.Mail{m}); err != nil {
		s.t.Fatal(err)
	}
	s.next = time.Time{}
}

// do says a command; one that fails though the story has it succeed ends the test.
func (s *simulation) do(c *oracleCase, text, as string) {
	err := s.desk.Do(Args{Number: strconv.Itoa(c.number), Text: text, As: as}, func(row any) error {
		if failed := row.(ReceiptRow).Failed; len(failed) > 0 && !strings.Contains(text, "1-9") {
			return fmt.Errorf("%s", failed[0].Result)
		}
		return nil
	})
	if err != nil {
		s.t.Fatalf("SR-%d %s as %s at %s: %v", c.number, text, as, s.oracle.clock(s.now()), err)
	}
	s.next = time.Time{}
}

func (s *simulation) tick() {
	if !s.next.IsZero() && s.next.After(time.Now()) {
		return
	}
	for {
		next, err := s.desk.Tick()
		if err != nil {
			s.t.Fatal(err)
		}
		if s.next = next; next.After(time.Now()) {
			break
		}
	}
	s.digests()
}

var simCodes = []string{"1-3", "1-3", "1-3", "1-4", "1-4", "1-2", "1-1", "2-3", "2-4", "7-0", "1-7", "5-3", "8-9"}

func (s *simulation) code() string { return simCodes[s.random.IntN(len(simCodes))] }

// categorize is what somebody does who sees the request: sometimes wrongly first.
func (s *simulation) categorize(c *oracleCase, as string) {
	if c.code != "" || c.done {
		return
	}
	if s.random.IntN(12) == 0 {
		s.do(c, "#1-9", as) // no such code: nothing happens
	}
	code := s.code()
	s.do(c, "#"+code, as)
	s.oracle.categorize(c, s.now(), code, as)
	s.work(c)
}

// digests lets the analyst answer what she has just got: soon, late or never, and not every line.
func (s *simulation) digests() {
	var latest []store.Entry
	_ = s.desk.store.View(func(tx *store.Tx) error {
		for {
			e, ok := tx.Entry(s.outbox + 1)
			if !ok {
				return nil
			}
			s.outbox++
			latest = append(latest, e)
		}
	})
	for _, e := range latest {
		if e.Letter.Kind != compose.Digest {
			continue
		}
		s.sent = append(s.sent, e.Letter)
		if s.random.IntN(5) > 0 {
			s.later(3+s.random.IntN(80), func() { s.answer(e) })
		}
	}
}

func (s *simulation) answer(digest store.Entry) {
	var lines []string
	var mine []*oracleCase
	var codes []string
	for _, row := range digest.Letter.Queue.Rows {
		c := s.oracle.cases[row.Request-1]
		if c.code != "" || c.done || s.random.IntN(7) == 0 {
			continue
		}
		code := s.code()
		lines, mine, codes = append(lines, fmt.Sprintf("SR-%d %s", c.number, code)), append(mine, c), append(codes, code)
	}
	if len(lines) == 0 {
		return
	}
	s.deliver("ana@school.example", "Re: review", strings.Join(lines, "\r\n"), digest.MessageID)
	for i, c := range mine {
		s.oracle.categorize(c, s.now(), codes[i], "ana@school.example")
		s.work(c)
	}
}

// work plans a technician's life with a request.
func (s *simulation) work(c *oracleCase) {
	const day = 24 * 60
	who := []string{"kim@school.example", "lee@school.example"}[s.random.IntN(2)]
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
		step(10+s.random.IntN(2*day), "#ack", func() {})
	}
	if s.random.IntN(3) > 0 {
		name := "Kim Tran"
		if who == "lee@school.example" {
			name = "Lee Park"
		}
		step(20+s.random.IntN(3*day), "#assign "+name, func() {
			c.claimed, c.assignee = -1, who
			if c.original == "" {
				c.original = who
			}
		})
	}
	if s.random.IntN(4) == 0 {
		step(s.random.IntN(8*day), "#note looked at it", func() {
			if c.original == "" || c.original == who {
				c.note = s.now()
			}
		})
	}
	if s.random.IntN(6) == 0 {
		s.later(s.random.IntN(3*day), func() { s.pause(c, who) })
	}
	if s.random.IntN(8) == 0 {
		s.later(s.random.IntN(2*day), func() {
			if code := s.code(); !c.done && c.code != code {
				s.do(c, "#"+code, who)
				s.oracle.categorize(c, s.now(), code, who)
			}
		})
	}
	if s.random.IntN(12) > 0 {
		step(30+s.random.IntN(5*day), "#resolve done", func() { c.done = true })
	}
}

// pause makes a request wait for its customer, and mostly takes it up again.
func (s *simulation) pause(c *oracleCase, who string) {
	waits := map[byte]string{'1': "1-6", '2': "2-6"}
	if c.done || c.code == "" || waits[c.code[0]] == "" || c.code == waits[c.code[0]] {
		return
	}
	back := c.code
	now := s.now()
	s.do(c, "#wait customer", who)
	c.act(now)
	if n := len(c.pauses); n > 0 && c.pauses[n-1][1] == never {
		c.pauses[n-1][1] = now
	}
	c.code, c.codeAt = waits[c.code[0]], now
	c.pauses = append(c.pauses, [2]int{now, never})
	s.oracle.recount(c, now)
	if s.random.IntN(4) > 0 && oracleTargets[back] != 0 {
		s.later(60+s.random.IntN(9*24*60), func() {
			if !c.done && c.code[1:] == "-6" {
				s.do(c, "#"+back, who)
				s.oracle.categorize(c, s.now(), back, who)
			}
		})
	}
}

// compare holds the day against the oracle's: what was told of each request and when, and which reviews took place.
func (s *simulation) compare(date time.Time) {
	s.t.Helper()
	want, wantReviews := s.oracle.day()
	var got, gotReviews []string
	end := date.AddDate(0, 0, 1)
	clock := func(t time.Time) string { return t.In(s.oracle.zone).Format("01-02 15:04") }
	err := s.desk.store.View(func(tx *store.Tx) error {
		for _, c := range s.watched(date) {
			for _, e := range tx.Events(request.Number(c.number)) {
				if e.Type == request.Told && !e.At.Before(date) && e.At.Before(end) {
					got = append(got, fmt.Sprintf("SR-%d %s %s", c.number, e.What, clock(e.At)))
				}
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	sort.Strings(got)
	s.differ(date, "told", got, want)
	gotReviews = s.reviews(date, end)
	s.differ(date, "reviews", gotReviews, wantReviews)
}

// watched are the requests that something may have been told of on a day: those not done long before.
func (s *simulation) watched(date time.Time) []*oracleCase {
	day := int(date.Sub(s.start) / time.Minute)
	all := s.oracle.cases[s.settled:]
	for len(all) > 0 && all[0].done && all[0].submitted < day-30*24*60 {
		all, s.settled = all[1:], s.settled+1
	}
	return slices.DeleteFunc(slices.Clone(all), func(c *oracleCase) bool { return c.done && c.submitted < day-30*24*60 })
}

// reviews are the hours of the day for which a digest went out, with the requests it listed; or for which there was nothing
// to review.
func (s *simulation) reviews(from, to time.Time) []string {
	var all []string
	_ = s.desk.store.View(func(tx *store.Tx) error {
		for hour := from; hour.Before(to); hour = hour.Add(time.Hour) {
			if e, ok := tx.LastDesk(reviewOf(hour)); ok && e.Rows == 0 {
				all = append(all, hour.In(s.oracle.zone).Format("01-02 15:04")+" 0")
			}
		}
		return nil
	})
	for _, l := range s.sent {
		if !l.At.Equal(l.Queue.Review) {
			s.t.Errorf("the digest for %s went out at %s", l.Queue.Review, l.At)
		}
		all = append(all, fmt.Sprintf("%s %d", l.Queue.Review.In(s.oracle.zone).Format("01-02 15:04"), len(l.Queue.Rows)+l.Queue.More))
	}
	s.sent = nil
	sort.Strings(all)
	return all
}

func (s *simulation) differ(date time.Time, what string, got, want []string) {
	s.t.Helper()
	if slices.Equal(got, want) {
		return
	}
	left := slices.Clone(want)
	var extra []string
	for _, g := range got {
		if i := slices.Index(left, g); i >= 0 {
			left = slices.Delete(left, i, i+1)
		} else {
			extra = append(extra, g)
		}
	}
	s.t.Fatalf("%s, %s: too much %q; missing %q%s", date.Format(time.DateOnly), what, extra, left, s.story(append(extra, left...)))
}

// story is what happened to the first request in a list, to see who is wrong.
func (s *simulation) story(about []string) string {
	var n int
	if _, err := fmt.Sscanf(about[0], "SR-%d", &n); err != nil {
		return ""
	}
	story := fmt.Sprintf("\nthe oracle: %+v", *s.oracle.cases[n-1])
	_ = s.desk.store.View(func(tx *store.Tx) error {
		for _, e := range tx.Events(request.Number(n)) {
			story += fmt.Sprintf("\n%s %s %s by %s", e.At.In(s.oracle.zone).Format("01-02 15:04"), e.Type, e.Detail(), e.By)
		}
		return nil
	})
	return story
}

// forgotten finds requests that nobody would ever hear of again: open, with nothing due, and without a breach on record.
func (s *simulation) forgotten() {
	_ = s.desk.store.View(func(tx *store.Tx) error {
		for r := range tx.Queue() {
			due := s.desk.derive(r).Due
			if len(due) == 0 && !r.Uncategorized() && r.Reminded("breach").IsZero() {
				s.t.Errorf("SR-%d is open, %s, and nothing will fall due about it", r.Number, r.Code)
			}
		}
		return nil
	})
}
