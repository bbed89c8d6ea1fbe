package intake_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"triaged/internal/authority"
	"triaged/internal/chart"
	"triaged/internal/compose"
	"triaged/internal/intake"
	"triaged/internal/message"
	"triaged/internal/request"
	"triaged/internal/suggest"
	"triaged/internal/worktime"
)

// memory is a desk's facts without a store: what Decide saw and said so far.
type memory struct {
	t        *testing.T
	policy   *intake.Policy
	now      time.Time
	requests map[request.Number]request.Request
	events   map[request.Number][]request.Event
	threads  map[string]request.Number
	sent     map[string]intake.Sent
	seen     map[string][]intake.Seen
	texts    map[request.TextRef]string
	links    map[uint64]bool
	kept     map[uint64]intake.Kept
	stuck    map[uint64]intake.Stuck
	breaker  intake.DeskEvent
	dead     map[string]bool
	desk     []intake.DeskEvent
	ledger   uint64
	env      intake.Envelope // what the next mail's envelope differs in
}

func (f *memory) Request(n request.Number) (request.Request, bool) {
	r, ok := f.requests[n]
	return r, ok
}
func (f *memory) Events(n request.Number) []request.Event        { return f.events[n] }
func (f *memory) NextNumber() request.Number                     { return request.Number(len(f.requests) + 1) }
func (f *memory) Copies(id string, print [32]byte) []intake.Seen { return f.seen[copyKey(id, print)] }
func (f *memory) Sent(id string) (intake.Sent, bool)             { s, ok := f.sent[id]; return s, ok }
func (f *memory) ThreadOf(id string) (request.Number, bool)      { n, ok := f.threads[id]; return n, ok }
func (f *memory) Tagged(tag string) (request.Number, bool) {
	n, ok := f.threads["tag "+tag]
	return n, ok
}
func (f *memory) Text(ref request.TextRef) string      { return f.texts[ref] }
func (f *memory) LinkUsed(nonce uint64) bool           { return f.links[nonce] }
func (f *memory) Mail(n uint64) (intake.Kept, bool)    { k, ok := f.kept[n]; return k, ok }
func (f *memory) Stuck(id uint64) (intake.Stuck, bool) { s, ok := f.stuck[id]; return s, ok }
func (f *memory) Unreachable(address string) bool      { return f.dead[address] }
func (f *memory) Breaker() intake.DeskEvent            { return f.breaker }

func (f *memory) Troubles(since time.Time, most int) (all []request.Number) {
	for _, e := range f.desk {
		if e.Type == intake.TroubleReported && !e.At.Before(since) {
			all = append(all, e.Request)
		}
	}
	return all[max(0, len(all)-most):]
}

func (f *memory) Outage(first request.Number) (all []request.Number) {
	for _, e := range f.desk {
		if e.Type == intake.ReportOf(first) {
			all = append(all, e.Request)
		}
	}
	return all
}

func copyKey(id string, print [32]byte) string {
	if id != "" {
		return id
	}
	return string(print[:])
}

const (
	desk    = "support@school.example"
	kim     = "kim@school.example" // technician
	vic     = "vic@printers.example"
	ana     = "ana@school.example" // analyst
	sue     = "sue@school.example" // supervisor
	pat     = "pat@school.example" // requester
	vouched = "Authentication-Results: mx.school.example; dmarc=pass header.from=school.example"
)

// newMemory is an empty desk on Monday morning, at nine.
func newMemory(t *testing.T) *memory {
	t.Helper()
	zone, err := time.LoadLocation("America/Chicago")
	if err != nil {
		t.Fatal(err)
	}
	calendar, err := worktime.Compile("calendar", zone, worktime.Default())
	if err != nil {
		t.Fatal(err)
	}
	key := authority.Key{ID: 1}
	copy(key.Secret[:], "a secret of a test that nobody uses")
	return &memory{
		t: t, now: time.Date(2026, 3, 2, 9, 0, 0, 0, zone),
		requests: map[request.Number]request.Request{}, events: map[request.Number][]request.Event{},
		threads: map[string]request.Number{}, sent: map[string]intake.Sent{}, seen: map[string][]intake.Seen{},
		texts: map[request.TextRef]string{}, links: map[uint64]bool{},
		kept: map[uint64]intake.Kept{}, stuck: map[uint64]intake.Stuck{}, dead: map[string]bool{},
		policy: &intake.Policy{
			Troubles: suggest.NewTroubles(suggest.DefaultOutages()),
			Address:  desk, Prefix: "SR", Aliases: []string{"help@school.example"}, Eligible: []string{"school.example"},
			Zone: zone, Keys: authority.Keys{key}, Chart: chart.Default(), Calendar: calendar, Staffed: calendar,
			DayLength: calendar.DayLengthOn, CategorizeWithin: 2 * time.Hour,
			Sources: []intake.Source{{Address: "portal@school.example", Kind: request.Portal}, {Address: "monitor@school.example", Kind: request.Monitor}},
			Roster:  roster(),
			Mailboxes: map[string]intake.MailboxPolicy{
				"support": {
					Proof: authority.Policy{
						Mode: authority.TokenOrDMARC, Instance: "test", Preset: authority.Authserv, AuthservID: "mx.school.example",
					},
					AcknowledgeNewerThan: 24 * time.Hour, MaxSize: 1 << 20,
				},
				"late": {OnlyNew: true},
			},
		},
	}
}

// mail writes a mail. Its Message-ID follows from the ledger number it will have, unless a header gives one.
func (f *memory) mail(from, subject, body string, header ...string) string {
	h := strings.Join(header, "\r\n")
	if !strings.Contains(h, "Message-ID:") {
		h += fmt.Sprintf("\r\nMessage-ID: <%d@people.example>", f.ledger+1)
	}
	return "From: " + from + "\r\nTo: " + desk + "\r\nSubject: " + subject + "\r\nDate: " + f.now.Format(time.RFC1123Z) + "\r\n" +
		strings.TrimPrefix(h, "\r\n") + "\r\n\r\n" + strings.ReplaceAll(body, "\n", "\r\n") + "\r\n"
}

// answer writes an answer to a mail of the bot's, which is quoted below.
func (f *memory) answer(l compose.Letter, from, text string, header ...string) string {
	id := f.idOf(l)
	sent := f.sent[id]
	quoted := "> " + strings.ReplaceAll(strings.TrimSpace(sent.Forms[0]), "\n", "\n> ")
	return f.mail(from, "Re: "+sent.Subject, text+"\n\nOn Mon, Mar 2, 2026 at 9:00 AM Desk <"+desk+"> wrote:\n"+quoted,
		append(header, "In-Reply-To: <"+id+">")...)
}

func (f *memory) idOf(l compose.Letter) string {
	f.t.Helper()
	for id, s := range f.sent {
		if s.Letter.Kind == l.Kind && s.Letter.To == l.To && s.Letter.Request == l.Request && s.Letter.At.Equal(l.At) {
			return id
		}
	}
	f.t.Fatalf("no such mail was sent: %s to %s", l.Kind, l.To.Address)
	return ""
}

// take lets Decide judge a mail and remembers what it said, as the store would.
func (f *memory) take(raw string) intake.Verdict {
	f.t.Helper()
	env := f.env
	f.env = intake.Envelope{}
	return f.decide(message.Parse([]byte(raw)), env)
}

func (f *memory) decide(m *message.Message, env intake.Envelope) intake.Verdict {
	f.t.Helper()
	f.ledger++
	env.Ledger = f.ledger
	if env.Mailbox == "" {
		env.Mailbox = "support"
	}
	if env.Received.IsZero() {
		env.Received = f.now
	}
	v := intake.Decide(m, env, f, f.policy, f.now)
	for _, text := range v.Texts {
		f.texts[request.RefOf(text)] = text
	}
	for _, c := range v.Changes {
		r := f.requests[c.Request]
		r.Number = c.Request
		for _, e := range c.Events {
			var err error
			if r, err = request.Apply(r, e); err != nil {
				f.t.Fatalf("the verdict's events do not follow: %v", err)
			}
			f.events[c.Request] = append(f.events[c.Request], e)
		}
		f.requests[c.Request] = r
	}
	for _, id := range v.Thread {
		if _, known := f.threads[id]; !known && id != "" {
			f.threads[id] = v.Request
		}
	}
	f.kept[f.ledger] = intake.Kept{Message: m, Mailbox: env.Mailbox, Received: env.Received, Outcome: v.Outcome}
	f.desk = append(f.desk, v.Desk...)
	for _, e := range v.Desk {
		if address, ok := strings.CutPrefix(e.Type, intake.AddressDead); ok {
			f.dead[address] = true
		}
		if address, ok := strings.CutPrefix(e.Type, intake.AddressAlive); ok {
			f.dead[address] = false
		}
	}
	for _, nonce := range v.Links {
		f.links[nonce] = true
	}
	for _, l := range v.Letters {
		f.post(l)
	}
	key := copyKey(m.MessageID, m.Fingerprint)
	f.seen[key] = append(f.seen[key], intake.Seen{Ledger: f.ledger, Outcome: v.Outcome, Request: v.Request, Fingerprint: m.Fingerprint})
	return v
}

// post sends a letter: its text is its plainest form, and each request it lists has two suggestions.
func (f *memory) post(l compose.Letter) string {
	id := f.policy.Keys.MessageID(authority.Token{
		Instance: "test", Audience: l.To.Address, Request: int64(l.Request), Nonce: uint64(len(f.sent) + 1), IssuedDay: authority.DayOf(l.At),
	}, "school.example")
	s := intake.Sent{ID: uint64(len(f.sent) + 1), MessageID: id, Letter: l, Subject: "[" + l.Request.Label("SR") + "] from the desk"}
	codes := []chart.Code{{Category: 1, Priority: 3}, {Category: 1, Priority: 4}}
	if l.Notice != nil {
		s.Listed = []compose.Listed{{Request: l.Request, Codes: codes}}
	}
	text := ""
	if l.Queue != nil {
		for _, row := range l.Queue.Rows {
			s.Listed = append(s.Listed, compose.Listed{Request: row.Request, Codes: codes})
			text += row.Request.Label("SR") + ", waiting: something that somebody asked for\n"
		}
	}
	if l.Outage != nil {
		for _, n := range f.Outage(l.Outage.First) {
			if r := f.requests[n]; r.Outage.Sure && r.State.Active() {
				s.Listed = append(s.Listed, compose.Listed{Request: n})
				text += n.Label("SR") + ": something that somebody wrote\n"
			}
		}
	}
	s.Forms = []string{text + "This is what the desk wrote to " + l.To.Address + " about it, in words of its own.\n"}
	f.sent[id] = s
	f.threads[id] = l.Request
	return id
}

// open opens a request of Pat's and gives the notice that Kim got.
func (f *memory) open() (request.Number, compose.Letter) {
	f.t.Helper()
	v := f.take(f.mail(pat, "Projector", "The projector in room 214 is dark."))
	if v.Outcome != intake.Opened {
		f.t.Fatalf("%s: %s", v.Outcome, v.Reason)
	}
	return v.Request, letterOf(f.t, v, compose.Notice, kim)
}

func letterOf(t *testing.T, v intake.Verdict, kind compose.Kind, to string) compose.Letter {
	t.Helper()
	for _, l := range v.Letters {
		if l.Kind == kind && l.To.Address == to {
			return l
		}
	}
	t.Fatalf("%s (%s) owes no %s to %s: %v", v.Outcome, v.Reason, kind, to, letters(v))
	return compose.Letter{}
}

// letters are the mails that a verdict owes, as "kind to".
func letters(v intake.Verdict) []string {
	var all []string
	for _, l := range v.Letters {
		all = append(all, string(l.Kind)+" "+l.To.Address)
	}
	return all
}

func sorted(all []string) []string {
	slices.Sort(all)
	return all
}

// roster is the staff of the desk, and more people if a test needs them.
func roster(more ...authority.Person) *authority.Roster {
	return authority.NewRoster(append([]authority.Person{
		{Address: kim, Name: "Kim Tran", Role: authority.Technician, Teams: []string{"campus"}},
		{Address: vic, Name: "Vic Vendor", Role: authority.Vendor},
		{Address: ana, Name: "Ana Ruiz", Role: authority.Analyst},
		{Address: sue, Name: "Sue Park", Role: authority.Supervisor},
	}, more...), []authority.Team{
		{Name: "campus", Address: "campus@school.example"},
		{Name: "instructional-technology", Address: "itech@school.example", Codes: []string{"4-*"}},
	}, []string{kim})
}

// staffed gives the desk an operator.
func (f *memory) staffed(address string) {
	f.policy.Roster = roster(authority.Person{Address: address, Name: "Opal Reyes", Role: authority.Operator})
}
