package intake

import (
	"slices"
	"strings"
	"time"

	"triaged/internal/authority"
	"triaged/internal/chart"
	"triaged/internal/message"
	"triaged/internal/request"
	"triaged/internal/suggest"
)

// Policy is what the desk has configured, as far as decisions about a mail need it. It does not change while mails are
// decided.
type Policy struct {
	Address   string   // the bot's own
	Prefix    string   // of request numbers
	Aliases   []string // lists and groups in front of the desk
	Eligible  []string // domains that may open requests; empty for any
	Zone      *time.Location
	DayFirst  bool // 2/3 is the second of March
	Roster    *authority.Roster
	Keys      authority.Keys
	Chart     *chart.Chart
	Calendar  request.Calendar
	Staffed   Staffed                       // when somebody is at the desk; nil: always
	DayLength func(time.Time) time.Duration // of a working day at a time, for what is promised then
	Sources   []Source
	Directory map[string]Entry  // by normalised address
	Troubles  *suggest.Troubles // reads requests as reports of outages

	// Besides is why a report of an outage, submitted at a time, may be an emergency of another kind too. It looks up what is
	// known of the requester and the campus itself. May be nil.
	Besides func(suggest.Mail, time.Time) []string

	CategorizeWithin time.Duration // SOP, process step 2
	ReopenWithin     time.Duration // how long an answer reopens a resolved request; 0 for always
	AnswersRequester bool          // what staff answer without a command goes to the requester; else it is a note

	Mailboxes map[string]MailboxPolicy
}

// Staffed answers when somebody is at the desk.
type Staffed interface {
	// NextOpen is the first moment at or after t at which the desk is staffed.
	NextOpen(t time.Time) time.Time
}

// openingAfter is when the desk opens next, if nobody is there up to a deadline to keep it; else zero. A deadline at closing
// time is kept.
func (p *Policy) openingAfter(deadline time.Time) time.Time {
	if p.Staffed == nil {
		return time.Time{}
	}
	if opens := p.Staffed.NextOpen(deadline.Add(-1)); !opens.Before(deadline) {
		return opens
	}
	return time.Time{}
}

// MailboxPolicy is what differs from one watched mailbox to another.
type MailboxPolicy struct {
	Proof                authority.Policy
	AcknowledgeNewerThan time.Duration // before the first look: older mail opens requests silently
	OnlyNew              bool          // mail received before the first look opens nothing
	MaxSize              int64         // bytes
}

// Source is an automatic sender that may open requests.
type Source struct {
	Address string
	Kind    request.Source // Portal or Monitor
}

// Entry is what the directory of people says of somebody.
type Entry struct{ Name, Campus, Title string }

// Promise is what a request that was submitted then is promised with a code; false if the chart has no such code.
func (p *Policy) Promise(c chart.Code, submitted time.Time) (request.Promise, bool) {
	entry, ok := p.Chart.Lookup(c)
	if !ok {
		return request.Promise{}, false
	}
	return p.promise(entry, submitted), true
}

// promise turns a code's target into what a request is promised. How long a working day is was fixed at submission.
func (p *Policy) promise(e chart.Entry, submitted time.Time) request.Promise {
	t := e.Target
	promise := request.Promise{Hours: t.Hours, Days: t.Days, AsNeeded: t.AsNeeded}
	if t.Days > 0 {
		promise.Day = p.DayLength(submitted)
	}
	return promise
}

// own tells whether an address is the bot's.
func (p *Policy) own(address string) bool {
	return authority.Normalise(address) == authority.Normalise(p.Address)
}

// ours tells whether an address is the bot's or one of the lists in front of it.
func (p *Policy) ours(address string) bool {
	a := authority.Normalise(address)
	return p.own(address) || slices.ContainsFunc(p.Aliases, func(alias string) bool { return authority.Normalise(alias) == a })
}

func (p *Policy) eligible(address string) bool {
	if len(p.Eligible) == 0 {
		return true
	}
	domain := authority.Domain(address)
	return slices.ContainsFunc(p.Eligible, func(d string) bool {
		d = strings.ToLower(strings.TrimPrefix(d, "@"))
		return domain == d || strings.HasSuffix(domain, "."+d)
	})
}

// mayWatch tells whether somebody on Cc may hear of a request.
func (p *Policy) mayWatch(address string) bool {
	if len(p.Eligible) > 0 {
		return p.eligible(address)
	}
	_, listed := p.Directory[authority.Normalise(address)]
	return listed || authority.Domain(address) == authority.Domain(p.Address)
}

func (p *Policy) source(address string) (Source, bool) {
	a := authority.Normalise(address)
	i := slices.IndexFunc(p.Sources, func(s Source) bool { return authority.Normalise(s.Address) == a })
	if i < 0 {
		return Source{}, false
	}
	return p.Sources[i], true
}

// throughAlias tells whether a list's mail came through one of the desk's own lists (RFC 2919, RFC 2369).
func (p *Policy) throughAlias(m *message.Message) bool {
	listed := strings.ToLower(m.Header.Get("List-Id") + " " + m.Header.Get("List-Post"))
	return slices.ContainsFunc(p.Aliases, func(alias string) bool {
		alias = authority.Normalise(alias)
		return strings.Contains(listed, alias) || strings.Contains(listed, strings.Replace(alias, "@", ".", 1))
	})
}
