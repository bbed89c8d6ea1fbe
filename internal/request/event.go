package request

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"triaged/internal/chart"
)

// Type names what happened.
type Type string

// The events. Each comment names the fields of Event that belong to it, besides At, By and Mail.
const (
	Opened       Type = "opened"       // Subject, Text, Person, People, Source, Language, Campus, MessageID, Refs, Origin, Into (what it was split from or follows), Like; At is the submission
	Added        Type = "added"        // Text, MessageID, People (new on Cc): one more mail of the request, by By
	Categorized  Type = "categorized"  // Code, Promise; Origin if an outage's order did it
	Told         Type = "told"         // What: people were reminded, warned or asked
	Claimed      Type = "claimed"      // Until
	Assigned     Type = "assigned"     // Who (an address) and Team, either may be empty
	Acknowledged Type = "acknowledged" // a technician saw it
	Noted        Type = "noted"        // Text
	Waited       Type = "waited"       // Code, On, Until
	Resumed      Type = "resumed"      // Code, Promise
	Planned      Type = "scheduled"    // Until
	Approved     Type = "approved"     // a supervisor lets it go ahead of overdue work (SOP, category 5, rule 4)
	Escalated    Type = "escalated"    // What
	Closed       Type = "resolved"     // Text: the closing note, may be empty
	Reopened     Type = "reopened"     //
	Joined       Type = "merged"       // Into
	Gone         Type = "withdrawn"    // by its requester
	Rejected     Type = "spam"         //
	Bounced      Type = "bounced"      // Who, What: a mail of the bot's about it could not be delivered
	Heard        Type = "heard"        // What: an automatic answer or receipt came in; recorded, changes nothing
	Undone       Type = "undone"       // Was: the fields as they stood before the change that is taken back
	Answered     Type = "answered"     // Text: what staff wrote to the requester
	Filed        Type = "filed"        // Person: on whose behalf the request is, which its author was not
	TookOver     Type = "took-over"    // Into, People: another request was merged into this one, and who hears of its end
	Linked       Type = "linked"       // Into: another request that has to do with it
	Unlinked     Type = "unlinked"     // Into
	Grouped      Type = "outage"       // Into (the outage's first), What: it is one of several reports of an outage
	Ungrouped    Type = "outage-left"  // Into: it is not, after all
	Ordered      Type = "outage-order" // of an outage's first: What, Code, Who, Text hold for those that join later
)

// Event is one thing that happened to a request. Only the fields that its Type names are set.
type Event struct {
	At   time.Time `json:"at"`
	Type Type      `json:"type"`
	By   string    `json:"by,omitempty"`   // address; "" is the bot itself
	As   string    `json:"as,omitempty"`   // By's role, if By is of the desk's staff and no technician
	Mail uint64    `json:"mail,omitempty"` // ledger number of the mail that caused it; 0 for the bot or a shell

	Subject   TextRef    `json:"subject,omitempty"`
	Text      TextRef    `json:"text,omitempty"`
	Person    *Person    `json:"person,omitempty"`
	People    []Person   `json:"people,omitempty"`
	Source    Source     `json:"source,omitempty"`
	Language  string     `json:"language,omitempty"`
	Campus    string     `json:"campus,omitempty"`
	MessageID string     `json:"message_id,omitempty"`
	Refs      []string   `json:"refs,omitempty"`
	Code      chart.Code `json:"code,omitzero"`
	Promise   *Promise   `json:"promise,omitempty"`
	What      string     `json:"what,omitempty"`
	Who       string     `json:"who,omitempty"`
	Team      string     `json:"team,omitempty"`
	On        string     `json:"on,omitempty"`
	Until     time.Time  `json:"until,omitzero"`
	Into      Number     `json:"into,omitempty"`
	Was       *Change    `json:"was,omitempty"`
	Like      Number     `json:"like,omitempty"`   // the first of the requests that seem to report the same, itself if it is
	Origin    uint64     `json:"origin,omitempty"` // ledger number of the mail that holds the text and files, or gave an order, if it is not Mail
}

// Detail says in a few words what the event did, for `show` and for receipts. Requests are numbered with prefix.
func (e Event) Detail(prefix string) string {
	switch e.Type {
	case Categorized, Resumed:
		return e.Code.String()
	case Told, Escalated, Heard:
		return e.What
	case Bounced:
		return e.Who + ": " + e.What
	case Assigned:
		if e.Who == "" {
			return e.Team
		}
		return e.Who
	case Waited:
		return fmt.Sprintf("%s for %s", e.Code, e.On)
	case Claimed, Planned:
		return e.Until.Format(time.RFC3339)
	case Opened:
		return string(e.Source)
	case Grouped:
		return e.Into.Label(prefix) + ": " + e.What
	case Ordered:
		return strings.TrimSpace(e.What + " " + e.Code.String() + e.Who)
	case Joined, TookOver, Linked, Unlinked, Ungrouped:
		return e.Into.Label(prefix)
	case Filed:
		if e.Person != nil {
			return e.Person.Address
		}
	case Undone:
		return e.What
	}
	return ""
}

// Deed says in a few words what somebody has done, to follow "Kim Tran has". Requests are numbered with prefix; name says
// how people know an address.
func (e Event) Deed(prefix string, name func(address string) string) string {
	other := e.Into.Label(prefix)
	switch e.Type {
	case Opened:
		return "opened it"
	case Added:
		return "added to it"
	case Categorized:
		return "made it " + e.Code.String()
	case Told:
		return "reminded people of it"
	case Claimed:
		return "claimed it"
	case Assigned:
		if e.Who != "" {
			return "given it to " + name(e.Who)
		}
		return "given it to the team " + e.Team
	case Acknowledged:
		return "acknowledged it"
	case Noted:
		return "added a note to it"
	case Waited:
		return "let it wait on the " + e.On
	case Resumed:
		return "taken it up again as " + e.Code.String()
	case Planned:
		return "scheduled it"
	case Approved:
		return "let it go ahead of overdue work"
	case Escalated:
		return "escalated it"
	case Closed:
		return "resolved it"
	case Reopened:
		return "opened it again"
	}
	return e.seldom(other, name)
}

// seldom is Deed for what joins requests, ends them in other ways, or came from elsewhere.
func (e Event) seldom(other string, name func(string) string) string {
	switch e.Type {
	case Joined:
		return "merged it into " + other
	case TookOver:
		return "merged " + other + " into it"
	case Linked:
		return "linked it with " + other
	case Unlinked:
		return "unlinked it from " + other
	case Grouped:
		return "found it to be part of the outage of " + other
	case Ungrouped:
		return "taken it out of the outage of " + other
	case Ordered:
		return "answered for all of its outage"
	case Gone:
		return "withdrawn it"
	case Rejected:
		return "closed it as spam"
	case Bounced:
		return "had a mail about it come back"
	case Heard:
		return "sent an automatic answer about it"
	case Undone:
		return "taken a change back"
	case Answered:
		return "written to its requester"
	case Filed:
		if e.Person != nil {
			return "filed it for " + name(e.Person.Address)
		}
	}
	return "changed it"
}

// Change is the part of a snapshot that commands alter, so that an undo can put it back.
type Change struct {
	State         State      `json:"state"`
	Code          chart.Code `json:"code,omitzero"`
	Resume        chart.Code `json:"resume,omitzero"`
	Promise       Promise    `json:"promise,omitzero"`
	Categorized   time.Time  `json:"categorized,omitzero"`
	CategorizedBy string     `json:"categorized_by,omitempty"`
	CodeSince     time.Time  `json:"code_since,omitzero"`
	CodeBy        string     `json:"code_by,omitempty"`
	Pauses        []Pause    `json:"pauses,omitempty"`
	WaitUntil     time.Time  `json:"wait_until,omitzero"`
	ScheduledFor  time.Time  `json:"scheduled_for,omitzero"`
	ApprovedBy    string     `json:"approved_by,omitempty"`
	Assignee      string     `json:"assignee,omitempty"`
	Team          string     `json:"team,omitempty"`
	ClaimedUntil  time.Time  `json:"claimed_until,omitzero"`
	Resolved      time.Time  `json:"resolved,omitzero"`
	ResolvedBy    string     `json:"resolved_by,omitempty"`
	MergedInto    Number     `json:"merged_into,omitempty"`
	Requester     Person     `json:"requester,omitzero"`
	Watchers      []Person   `json:"watchers,omitempty"`
	Links         []Number   `json:"links,omitempty"`
	Outage        Outage     `json:"outage,omitzero"`
}

// Changeable copies what commands may alter out of the snapshot.
func (r Request) Changeable() Change {
	return Change{
		State: r.State, Code: r.Code, Resume: r.Resume, Promise: r.Promise, Categorized: r.Categorized,
		CategorizedBy: r.CategorizedBy, CodeSince: r.CodeSince, CodeBy: r.CodeBy, Pauses: slices.Clone(r.Pauses),
		WaitUntil: r.WaitUntil, ScheduledFor: r.ScheduledFor, ApprovedBy: r.ApprovedBy, Assignee: r.Assignee, Team: r.Team,
		ClaimedUntil: r.ClaimedUntil, Resolved: r.Resolved, ResolvedBy: r.ResolvedBy, MergedInto: r.MergedInto,
		Requester: r.Requester, Watchers: slices.Clone(r.Watchers), Links: slices.Clone(r.Links), Outage: r.Outage,
	}
}

func (r *Request) restore(c Change) {
	r.State, r.Code, r.Resume, r.Promise, r.Categorized = c.State, c.Code, c.Resume, c.Promise, c.Categorized
	r.CategorizedBy, r.CodeSince, r.CodeBy, r.Pauses = c.CategorizedBy, c.CodeSince, c.CodeBy, slices.Clone(c.Pauses)
	r.WaitUntil, r.ScheduledFor, r.ApprovedBy = c.WaitUntil, c.ScheduledFor, c.ApprovedBy
	r.Assignee, r.Team, r.ClaimedUntil = c.Assignee, c.Team, c.ClaimedUntil
	r.Resolved, r.ResolvedBy, r.MergedInto = c.Resolved, c.ResolvedBy, c.MergedInto
	r.Links, r.Outage = slices.Clone(c.Links), c.Outage
	if c.Requester.Address != "" {
		r.Requester, r.Watchers = c.Requester, slices.Clone(c.Watchers)
	}
}
