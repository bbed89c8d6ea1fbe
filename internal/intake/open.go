package intake

import (
	"slices"
	"strings"

	"triaged/internal/authority"
	"triaged/internal/compose"
	"triaged/internal/message"
	"triaged/internal/request"
)

// opening is what a new request is made of, besides the mail itself.
type opening struct {
	person request.Person
	source request.Source
	text   string // "" for the mail's own
	topic  string // "" for the mail's own
	silent bool   // nobody is acknowledged
	byHand bool   // staff open it, and say themselves what is done about it

	follows request.Number // the request that it was split from, or goes on from
	mail    uint64         // ledger number of the mail with its words and files, if it is not the present one
}

// open makes a new request of the mail: whatever could not be anything else is one.
func (d *decision) open() bool {
	if !d.isStaff && !d.policy.eligible(d.m.From.Address) {
		return d.end(NotEligible, "%s is outside of the domains that may open requests", d.m.From.Address)
	}
	if d.m.Text == "" && d.m.Subject == "" && len(d.m.Attachments) == 0 {
		return d.end(Unreadable, "there is nothing in it to read%s", defects(d.m))
	}
	n := d.openRequest(opening{person: d.author(), source: request.Email, silent: !d.fresh()})
	reason := "a new mail"
	if !d.fresh() {
		reason = "found on the first run, too old to acknowledge"
	}
	return d.end(Opened, "%s: %s", d.label(n), reason)
}

func defects(m *message.Message) string {
	if len(m.Defects) == 0 {
		return ""
	}
	return ": " + strings.Join(m.Defects, "; ")
}

// fresh tells whether a mail is new enough to be answered: a mailbox full of old mail that is found on the first run
// must not cause a mail to everybody who ever wrote.
func (d *decision) fresh() bool {
	oldest := d.env.FirstLook.Add(-d.box.AcknowledgeNewerThan)
	return d.env.FirstLook.IsZero() || !d.env.Received.Before(oldest)
}

// openRequest records the new request and the mails that it causes, and gives its number. Submission is when the
// server received the mail.
func (d *decision) openRequest(o opening) request.Number {
	n := d.desk.next()
	if d.verdict.Request == 0 || o.follows == 0 {
		d.verdict.Request = n
	}
	if o.text == "" {
		o.text = d.said()
	}
	if o.topic == "" {
		o.topic = d.m.Topic
	}
	if o.topic == "" {
		o.topic = firstWords(o.text)
	}
	known := d.known(o.person.Address)
	if o.person.Name == "" {
		o.person.Name = known.Name
	}
	person := o.person
	e := request.Event{
		At: d.env.Received, Type: request.Opened, By: d.from(), Source: o.source, Language: d.m.Language,
		Subject: d.keepText(o.topic), Text: d.keepText(o.text), Person: &person, People: d.watchers(),
		Campus: known.Campus, MessageID: d.m.MessageID, Refs: lastOf(d.m.References, request.MaxThread-1),
		Into: o.follows, Origin: d.origin,
	}
	if o.mail != 0 {
		e.Origin = o.mail
	}
	if e.At.IsZero() || e.At.After(d.now) {
		e.At = d.now // a server whose clock runs ahead does not make requests of the future
	}
	e.Like = d.like(n, e)
	if err := d.desk.apply(n, e); err != nil {
		d.aside = err.Error()
		return 0
	}
	if d.verdict.Request == n {
		d.verdict.Thread = slices.Concat([]string{d.m.MessageID}, d.m.References, d.m.InReplyTo)
	}
	d.tellOfNew(n, o)
	return n
}

// tellOfNew owes the mails about a new request: the acknowledgement, unless it is opened silently, and the notices, or the
// next mail about the outage that it is a report of; both where it says more than that.
func (d *decision) tellOfNew(n request.Number, o opening) {
	r, _ := d.desk.request(n)
	reports, before := d.joinOutage(r)
	suspect := reports != nil && d.suspect(r)
	if reports != nil && !suspect && !o.byHand {
		d.followOrders(reports[len(reports)-1], o.silent)
		r, _ = d.desk.request(n)
	}
	if !o.silent && r.State.Active() { // what an outage's order resolved at once has that word already
		d.acknowledge(r, d.knownOutage(reports, before))
	}
	if reports != nil {
		d.tellOutage(reports)
	}
	// A mailbox full of old mail is worked through from the queue: a notice of each would bury the new ones.
	if (reports == nil || suspect || d.bearsFiles()) && d.fresh() {
		d.notify(r)
	}
}

// said is what the author wrote, or all of the mail if that is nothing.
func (d *decision) said() string {
	if strings.TrimSpace(d.m.Reply) != "" {
		return d.m.Reply
	}
	return d.m.Text
}

// firstWords makes a subject for a mail that has none.
func firstWords(text string) string {
	words := strings.Fields(text)
	s := strings.Join(words[:min(len(words), 12)], " ")
	if len(s) > 80 {
		s = strings.ToValidUTF8(s[:80], "")
	}
	if s == "" {
		return "(no subject)"
	}
	return s
}

func lastOf(ids []string, n int) []string { return ids[max(0, len(ids)-n):] }

// watchers are the people on Cc who take part in the thread: those within the eligible domains, or the desk's own where
// anybody may write, and never the desk. A stranger's mail cannot make the desk write to more strangers.
func (d *decision) watchers() []request.Person {
	var all []request.Person
	for _, a := range d.m.Cc {
		_, staff := d.policy.Roster.Person(a.Address)
		if !staff && !d.policy.mayWatch(a.Address) || d.policy.ours(a.Address) || !answerable(a.Address) || authority.Normalise(a.Address) == d.from() {
			continue
		}
		if all = append(all, request.Person{Name: a.Name, Address: a.Address}); len(all) == request.MaxWatchers {
			break
		}
	}
	return all
}

// acknowledge owes the requester the one mail that says: we have it, this is its number, this happens next.
func (d *decision) acknowledge(r request.Request, known *compose.KnownBody) {
	if !answerable(r.Requester.Address) {
		return
	}
	by := r.Submitted.Add(d.policy.CategorizeWithin)
	d.owe(compose.Letter{
		Kind: compose.Acknowledgement, To: r.Requester, Language: r.Language, Request: r.Number, Topic: r.Subject,
		InReplyTo: d.m.MessageID, References: d.m.References,
		Acknowledgement: &compose.AcknowledgementBody{
			Asked: r.Text, CategorizedBy: by, Opens: d.policy.openingAfter(by), Known: known,
		},
	})
}

// notify tells the people who work requests of a new one. A requester who is among them without being staff needs none.
func (d *decision) notify(r request.Request) {
	body := compose.NoticeBody{Text: r.Text, Mail: r.Mail, From: r.Requester, Title: d.known(r.Requester.Address).Title}
	body.Campus, body.Submitted = r.Campus, r.Submitted
	body.Files = slices.ContainsFunc(d.m.Attachments, func(a message.Attachment) bool { return !a.Inline })
	body.CategorizeBy = r.Submitted.Add(d.policy.CategorizeWithin)
	body.Code, body.Due, body.Over = r.Code, r.Due(d.policy.Calendar), !r.State.Active() // by an outage's orders
	told := map[string]bool{}
	for _, address := range d.noticed(r) {
		key := authority.Normalise(address)
		if told[key] || key == authority.Normalise(r.Requester.Address) && !d.isStaff {
			continue
		}
		told[key] = true
		d.owe(compose.Letter{
			Kind: compose.Notice, To: d.named(address), Commands: true, Request: r.Number, Topic: r.Subject,
			References: r.Thread, Notice: &body,
		})
	}
}

// teamAddresses is where a team's mail goes: its own address, or each of its people.
func (d *decision) teamAddresses(team authority.Team) []string {
	if team.Address != "" {
		return []string{team.Address}
	}
	var all []string
	for _, p := range d.policy.Roster.Members(team.Name) {
		all = append(all, p.Address)
	}
	return all
}

// named gives an address the name that the roster knows.
func (d *decision) named(address string) request.Person {
	if p, ok := d.policy.Roster.Person(address); ok {
		return request.Person{Name: p.Name, Address: address}
	}
	return request.Person{Address: address}
}

// owe adds a mail to the verdict.
func (d *decision) owe(l compose.Letter) {
	if l.At.IsZero() {
		l.At = d.now
	}
	l.References = lastOf(l.References, request.MaxThread)
	d.verdict.Letters = append(d.verdict.Letters, l)
}

// forward opens a request for the author of a mail that a staff member passes on, ahead of every other way to find a
// request. Where nothing proves the staff member, nobody is written to because of it.
func (d *decision) forward() bool {
	f := d.m.Forwarded
	if !d.isStaff || f == nil || d.policy.ours(f.From.Address) || !answerable(f.From.Address) || authority.Normalise(f.From.Address) == d.from() {
		return false
	}
	d.read()
	ordered := len(d.reading.Commands)+len(d.reading.Mistakes) > 0
	switch {
	case d.proof.Proven:
	case len(d.reading.Commands) > 0:
		return false // to be confirmed first
	default:
		ordered = false // there is nothing to confirm in what only looks like a command
	}
	n := d.openRequest(opening{
		person: request.Person{Name: f.From.Name, Address: f.From.Address}, source: request.Email, text: f.Text,
		topic: f.Subject, silent: !d.fresh() || !d.proof.Proven, byHand: ordered,
	})
	if note := strings.TrimSpace(d.reading.Note); note != "" {
		d.note(n, note)
		d.reading.Note = ""
	}
	if ordered {
		return d.run(n)
	}
	return d.end(Opened, "%s: forwarded by %s for %s", d.label(n), d.m.From.Address, f.From.Address)
}

func (d *decision) note(n request.Number, text string) {
	if err := d.desk.apply(n, request.Event{Type: request.Noted, By: d.from(), Text: d.keepText(text)}); err != nil {
		d.aside = err.Error()
	}
}
