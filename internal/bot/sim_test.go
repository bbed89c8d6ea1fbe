package bot

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sort"
	"strconv"
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

// The simulation runs a school's mail through intake, store and agenda, and compares after each day with the oracle.

// TestTwoWeeks is a small school in March, when the clocks go forward.
func TestTwoWeeks(t *testing.T) {
	days := 14
	if testing.Short() {
		days = 5
	}
	simulate(t, plan{days: days, requests: 300, people: 500, seed: 1})
}

// TestSchoolYear is a district's year, from one March to the next: 200,000 mails, the district's holidays, both changes of
// the clocks, nights and hours with the machine off. It takes some minutes and 1 GB, and runs if TRIAGED_SCHOOL_YEAR is the number that its chances begin from:
//
//	TRIAGED_SCHOOL_YEAR=1 go test ./internal/bot -run SchoolYear -v -timeout 30m
func TestSchoolYear(t *testing.T) {
	seed, err := strconv.ParseUint(os.Getenv("TRIAGED_SCHOOL_YEAR"), 10, 64)
	if err != nil {
		t.Skip("TRIAGED_SCHOOL_YEAR is not a number")
	}
	s := simulate(t, plan{days: 365, requests: 40_000, people: 6_000, seed: seed})
	if s.uid < 200_000 {
		t.Errorf("the year had %d mails, want 200,000: raise the number of requests", s.uid)
	}
}

// plan is how long and how large a simulation is.
type plan struct {
	days, requests, people int
	seed                   uint64
}

func simulate(t *testing.T, p plan) (s *simulation) {
	began := time.Now()
	synctest.Test(t, func(t *testing.T) {
		s = newSimulation(t, p)
		s.run()
	})
	open := 0
	for _, c := range s.oracle.cases {
		if !c.done {
			open++
		}
	}
	t.Logf("%d days, %d mails, %d requests (%d open at the end), %d reminders and alike, %d outages: no difference, in %s",
		p.days, s.uid, len(s.oracle.cases), open, s.tellings, s.outages, time.Since(began).Round(time.Second))
	return s
}

type simulation struct {
	t        *testing.T
	config   *config.Config
	random   *rand.Rand
	desk     *Desk
	accept   *receiver
	oracle   *oracle
	start    time.Time
	size     plan
	share    []float64 // of the year's requests, by day
	uid      uint32
	plan     map[int][]func() // by minute
	back     int              // the minute in which the machine is on again
	outages  int
	outbox   uint64          // the last entry that was looked at
	next     time.Time       // of the agenda
	sent     []store.Entry   // the day's digests
	hours    map[string]bool // reviews of which it is known what became of them
	seen     map[int]int     // by request: the events that were compared
	tellings int
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

func newSimulation(t *testing.T, p plan) *simulation {
	zone, err := time.LoadLocation("America/Chicago")
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2026, 3, 2, 0, 0, 0, 0, zone)
	time.Sleep(time.Until(start))
	c, err := config.Parse("config.toml", []byte(deskConfig))
	if err != nil {
		t.Fatal(err)
	}
	c.Desk.DataDir = memoryDir(t)
	s := &simulation{
		t: t, config: c, random: rand.New(rand.NewPCG(p.seed, uint64(p.days))), start: start, size: p, share: rhythm(start, p.days),
		oracle: newOracle(start, p.days+30, zone, simHolidays(), simCloses), plan: map[int][]func(){}, hours: map[string]bool{},
		seen: map[int]int{},
	}
	s.open()
	return s
}

// open starts the bot, again and again: nothing may depend on what it has in memory.
func (s *simulation) open() {
	if s.desk != nil {
		s.desk.Close()
	}
	desk, err := Open(s.config, Rim{})
	if err != nil {
		s.t.Fatal(err)
	}
	s.desk = desk
	s.accept, s.next = &receiver{b: New(desk, nil, delivery.Settings{})}, time.Time{}
}

func (s *simulation) now() int { return int(time.Since(s.start) / time.Minute) }

func (s *simulation) at(minute int) time.Time {
	return s.start.Add(time.Duration(minute) * time.Minute)
}

// later plans what somebody does so many minutes from now.
func (s *simulation) later(minutes int, do func()) {
	at := s.now() + max(minutes, 1)
	s.plan[at] = append(s.plan[at], do)
}

func (s *simulation) run() {
	defer func() { s.desk.Close() }()
	for day := range s.size.days {
		s.day(day)
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

// day lives through one day, minute by minute. While the machine is off, mail waits on its server.
func (s *simulation) day(day int) {
	date := s.start.AddDate(0, 0, day)
	s.arrivals(date, s.share[day])
	s.outage(date)
	for m, end := s.now(), int(s.start.AddDate(0, 0, day+1).Sub(s.start)/time.Minute); m < end; m++ {
		off := m < s.back
		if off {
			s.plan[s.back] = append(s.plan[s.back], s.plan[m]...)
		} else {
			if m == s.back {
				s.open()
			}
			for i := 0; i < len(s.plan[m]); i++ {
				s.plan[m][i]()
			}
		}
		delete(s.plan, m)
		s.oracle.minute(m, off)
		if !off {
			s.tick()
		}
		time.Sleep(time.Minute)
	}
	s.compare(date)
}

// outage switches the machine off now and then: for a night, for hours of the day, over the weekend.
func (s *simulation) outage(date time.Time) {
	if s.random.IntN(5) > 0 || s.back > s.now() {
		return
	}
	span := [][2]int{{21 * 60, 8 * 60}, {10 * 60, 4 * 60}, {15*60 + 30, 60}, {14 * 60, 19 * 60}, {0, 55 * 60}, {7*60 + 1, 10}}[s.random.IntN(6)]
	from := int(date.Sub(s.start)/time.Minute) + span[0]
	until := from + 1 + s.random.IntN(span[1])
	s.plan[from] = append([]func(){func() { s.back = until }}, s.plan[from]...)
	s.outages++
}

// deliver puts a mail that was received at a minute through the door that mails from the server take, and gives its row.
func (s *simulation) deliver(at int, from, subject, answers, body string) store.Row {
	s.uid++
	raw := "From: " + from + "\r\nTo: support@school.example\r\nSubject: " + subject + fmt.Sprintf("\r\nMessage-ID: <%d@people.example>\r\n", s.uid)
	if answers != "" {
		raw += "In-Reply-To: <" + answers + ">\r\n"
	} else {
		raw = "Authentication-Results: mx.school.example; dmarc=pass header.from=school.example\r\n" + raw
	}
	raw += "Content-Type: text/plain; charset=utf-8\r\n\r\n" + body + "\r\n"
	f := mailbox.Folder{Mailbox: "support", Name: "INBOX", UIDValidity: 1}
	m := mailbox.Mail{Raw: []byte(raw)}
	m.UID, m.Received, m.Size = s.uid, s.at(at), int64(len(raw))
	if _, err := s.accept.Accept(s.t.Context(), f, []mailbox.Mail{m}); err != nil {
		s.t.Fatal(err)
	}
	s.next = time.Time{}
	var row store.Row
	s.view(func(tx *store.Tx) { row, _ = tx.Row(tx.NextLedger() - 1) })
	return row
}

func (s *simulation) view(f func(*store.Tx)) {
	if err := s.desk.store.View(func(tx *store.Tx) error { f(tx); return nil }); err != nil {
		s.t.Fatal(err)
	}
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
	s.outgoing()
}

// outgoing looks at what was owed since the last look: the analyst answers digests, and nobody gets two mails of work at
// once.
func (s *simulation) outgoing() {
	work := map[string]uint64{}
	var digests []store.Entry
	s.view(func(tx *store.Tx) {
		for {
			e, ok := tx.Entry(s.outbox + 1)
			if !ok {
				return
			}
			s.outbox++
			if e.Letter.Kind == compose.Digest {
				digests = append(digests, e)
			}
			if e.Letter.Work == nil {
				continue
			}
			key := e.Letter.To.Address + e.Letter.At.String()
			if other, twice := work[key]; twice {
				s.t.Errorf("%s is asked in two mails at once, %d and %d", e.Letter.To.Address, other, e.ID)
			}
			work[key] = e.ID
		}
	})
	for _, e := range digests {
		s.inOrder(e)
		s.sent = append(s.sent, e)
		if s.random.IntN(5) > 0 {
			s.later(3+s.random.IntN(80), func() { s.answer(e) })
		}
	}
}

// inOrder wants the requests of a digest to be those that have waited longest, oldest first.
func (s *simulation) inOrder(digest store.Entry) {
	var queue []*oracleCase
	for _, c := range s.oracle.active {
		if !c.done && c.code == "" {
			queue = append(queue, c)
		}
	}
	slices.SortStableFunc(queue, func(a, b *oracleCase) int { return a.submitted - b.submitted })
	for i, row := range digest.Letter.Queue.Rows {
		if c := s.oracle.cases[row.Request-1]; i >= len(queue) || queue[i].submitted != c.submitted {
			s.t.Fatalf("row %d of the digest at %s is SR-%d, which is not the oldest left", i+1, digest.Letter.At, row.Request)
		}
	}
}

// compare holds the day against the oracle's: what was told of each request and when, which reviews took place, and in which
// order to work what is open.
func (s *simulation) compare(date time.Time) {
	s.t.Helper()
	want, wantReviews := s.oracle.day()
	var got []string
	s.view(func(tx *store.Tx) {
		for _, c := range s.oracle.cases {
			if c.done && c.doneAt < s.now()-4*24*60 {
				continue // nothing is told of it any more; forgotten looks again, at the end
			}
			for _, e := range s.unseen(tx, c) {
				got = append(got, fmt.Sprintf("SR-%d %s %s", c.number, e.What, e.At.In(s.oracle.zone).Format("01-02 15:04")))
			}
		}
	})
	sort.Strings(got)
	s.tellings += len(got)
	s.differ(date, "told", got, want)
	s.differ(date, "reviews", s.reviews(date), wantReviews)
	var order []int
	s.view(func(tx *store.Tx) {
		for r := range tx.Queue() {
			order = append(order, int(r.Number))
		}
	})
	if want := s.oracle.order(s.now()); !slices.Equal(order, want) {
		s.t.Fatalf("%s: the order of work is %v, want %v", date.Format(time.DateOnly), order, want)
	}
}

// unseen are what was told of a request since the last look.
func (s *simulation) unseen(tx *store.Tx, c *oracleCase) (told []request.Event) {
	r, ok := tx.Request(request.Number(c.number))
	if !ok {
		s.t.Fatalf("SR-%d is gone", c.number)
	}
	if r.Events == s.seen[c.number] {
		return nil
	}
	for _, e := range tx.Events(r.Number)[s.seen[c.number]:] {
		if e.Type == request.Told {
			told = append(told, e)
		}
	}
	s.seen[c.number] = r.Events
	return told
}

// reviews are the hours for which a digest went out since the last look, with the requests it listed; those at which there
// was nothing to review; and those that passed while the machine was off.
func (s *simulation) reviews(date time.Time) []string {
	var all []string
	clock := func(t time.Time) string { return t.In(s.oracle.zone).Format("01-02 15:04") }
	s.view(func(tx *store.Tx) {
		for hour := date.AddDate(0, 0, -14); hour.Before(date.AddDate(0, 0, 1)); hour = hour.Add(time.Hour) {
			name := reviewOf(hour)
			if e, ok := tx.LastDesk(name); ok && e.Rows <= 0 && !s.hours[name] {
				s.hours[name] = true
				all = append(all, clock(hour)+map[bool]string{true: " 0", false: " missed"}[e.Rows == 0])
			}
		}
	})
	for _, e := range s.sent {
		all = append(all, fmt.Sprintf("%s %d", clock(e.Letter.Queue.Review), len(e.Letter.Queue.Rows)+e.Letter.Queue.More))
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
	s.view(func(tx *store.Tx) {
		for _, e := range tx.Events(request.Number(n)) {
			story += fmt.Sprintf("\n%s %s %s by %s", e.At.In(s.oracle.zone).Format("01-02 15:04"), e.Type, e.Detail("SR"), e.By)
		}
	})
	return story
}

// forgotten finds requests that nobody would ever hear of again: open, with nothing due, and without a breach on record;
// and such of which more was told than the oracle did.
func (s *simulation) forgotten() {
	s.view(func(tx *store.Tx) {
		for _, c := range s.oracle.cases {
			r, _ := tx.Request(request.Number(c.number))
			if r.State.Active() == c.done {
				s.t.Errorf("SR-%d is %s, which the oracle would not say", r.Number, r.State)
			}
			if due := s.desk.derive(r).Due; r.State.Active() && len(due) == 0 && !r.Uncategorized() && r.Reminded("breach").IsZero() {
				s.t.Errorf("SR-%d is open, %s, and nothing will fall due about it", r.Number, r.Code)
			}
			told := 0
			for _, e := range tx.Events(r.Number) {
				if e.Type == request.Told {
					told++
				}
			}
			if told != c.count {
				s.t.Errorf("SR-%d: people were told %d times, and the oracle told them %d times%s", r.Number, told, c.count,
					s.story([]string{fmt.Sprintf("SR-%d", c.number)}))
			}
		}
	})
}
