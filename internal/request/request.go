// Package request is what happened to a service request, and what that makes of it.
//
// A request is the fold of its events: Apply takes the snapshot so far and one more event, and nothing else decides
// what a request is. Events are append-only. Personal text (subjects, bodies, notes) stands outside them and is referred
// to by TextRef, so that forgetting somebody's words needs no change to history.
//
// It knows the life of a request and its clock. It must not know mail, people's roles, reminders or the store: who may
// do what, and what is sent about it, is decided in intake and agenda.
package request

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"

	"triaged/internal/chart"
)

// Number numbers a request from 1; 0 means none.
type Number int64

// Label writes the number as people see it, such as "SR-12"; "" for none.
func (n Number) Label(prefix string) string {
	if n == 0 {
		return ""
	}
	return prefix + "-" + strconv.FormatInt(int64(n), 10)
}

// TextRef refers to personal text kept beside the events: the first half of its SHA-256, in hexadecimal. "" is no text.
type TextRef string

// RefOf is the reference under which a text is kept.
func RefOf(text string) TextRef {
	if text == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(text))
	return TextRef(hex.EncodeToString(sum[:16]))
}

// Person is somebody who takes part in a request.
type Person struct {
	Name    string `json:"name,omitempty"`
	Address string `json:"address"`
}

// State is where a request stands in its life.
type State string

// The states. A request is active (see Active) until it is resolved or found to be no request of its own.
const (
	Open      State = "open"
	Waiting   State = "waiting"   // its clock is stopped: a priority without a target
	Scheduled State = "scheduled" // planned work with a completion date (SOP, category 5)
	Resolved  State = "resolved"
	Merged    State = "merged"    // a duplicate; MergedInto leads on
	Withdrawn State = "withdrawn" // by its requester
	Spam      State = "spam"
)

// Active tells whether somebody still has to work on a request in this state.
func (s State) Active() bool { return s == Open || s == Waiting || s == Scheduled }

// Source is the way a request came in (SOP, process steps 1 and 2).
type Source string

// The sources.
const (
	Email   Source = "email"
	Portal  Source = "portal"
	Phone   Source = "phone"
	Monitor Source = "monitor"
	Import  Source = "import" // from the system that the desk had before
)

// Promise is the target a request was given when it was categorized. It stays as promised when the chart or the length
// of a working day changes later.
type Promise struct {
	Hours    int           `json:"hours,omitempty"`    // on the wall clock
	Days     int           `json:"days,omitempty"`     // working days
	Day      time.Duration `json:"day,omitempty"`      // how much working time one of those days was
	AsNeeded bool          `json:"asneeded,omitempty"` // 8-9: no date, and not waiting on anybody
}

// Timed tells whether the promise has a due time.
func (p Promise) Timed() bool { return p.Hours > 0 || p.Days > 0 }

// Pause is a span during which the clock stood. A zero To means it still stands.
type Pause struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to,omitzero"`
	Code string    `json:"code,omitempty"` // the untimed code that stopped it
	On   string    `json:"on,omitempty"`   // who it waits for: vendor, district, customer, investigation
}

// Outage is what a request has to do with something that is down for many.
type Outage struct {
	First  Number  `json:"first,omitempty"`  // of the requests that seem to report the same, itself if it is; 0 for none
	Sure   bool    `json:"sure,omitempty"`   // there are enough of them: it is one of the reports of an outage
	What   string  `json:"what,omitempty"`   // that is down, as far as the reports agree: "network, phones"
	Orders []Order `json:"orders,omitempty"` // of the first: what holds for those that join later
}

// Order is what somebody said of an outage's reports that holds for those that join later.
type Order struct {
	Verb string     `json:"verb"`
	Code chart.Code `json:"code,omitzero"`
	Who  string     `json:"who,omitempty"`
	Text TextRef    `json:"text,omitempty"`
	At   time.Time  `json:"at"`
	By   string     `json:"by"`   // address
	Mail uint64     `json:"mail"` // ledger number of the mail that gave it
}

// Request is the snapshot: everything that the next decision needs to know of a request.
type Request struct {
	Number    Number    `json:"number"`
	Subject   TextRef   `json:"subject"`
	Text      TextRef   `json:"text"` // what was asked, in the requester's words
	Requester Person    `json:"requester"`
	Watchers  []Person  `json:"watchers,omitempty"` // on Cc, at most MaxWatchers
	Language  string    `json:"language,omitempty"` // the requester's, "en" or "es"
	Source    Source    `json:"source"`
	Campus    string    `json:"campus,omitempty"`
	Mail      uint64    `json:"mail,omitempty"` // ledger number of the mail that opened it
	MessageID string    `json:"message_id,omitempty"`
	Thread    []string  `json:"thread,omitempty"` // Message-IDs that an answer to the requester refers to, at most MaxThread
	Submitted time.Time `json:"submitted"`

	State         State      `json:"state"`
	Code          chart.Code `json:"code,omitzero"`
	Resume        chart.Code `json:"resume,omitzero"` // the timed code to come back to after waiting
	Promise       Promise    `json:"promise,omitzero"`
	Categorized   time.Time  `json:"categorized,omitzero"` // for the first time
	CategorizedBy string     `json:"categorized_by,omitempty"`
	CodeSince     time.Time  `json:"code_since,omitzero"` // when the present code was given
	CodeBy        string     `json:"code_by,omitempty"`
	Pauses        []Pause    `json:"pauses,omitempty"`
	WaitUntil     time.Time  `json:"wait_until,omitzero"`
	ScheduledFor  time.Time  `json:"scheduled_for,omitzero"`
	ApprovedBy    string     `json:"approved_by,omitempty"` // the supervisor who let it go ahead of overdue work

	Assignee         string    `json:"assignee,omitempty"` // address
	Team             string    `json:"team,omitempty"`
	OriginalAssignee string    `json:"original_assignee,omitempty"` // owes the weekly status note (SOP, category 5, rule 5)
	ClaimedUntil     time.Time `json:"claimed_until,omitzero"`
	FirstAct         time.Time `json:"first_act,omitzero"` // a technician's first act: meets the 24 hours (SOP, 1-4)
	LastNote         time.Time `json:"last_note,omitzero"` // last status note of the original assignee

	Resolved   time.Time `json:"resolved,omitzero"`
	ResolvedBy string    `json:"resolved_by,omitempty"`
	MergedInto Number    `json:"merged_into,omitempty"`
	Links      []Number  `json:"links,omitempty"` // requests that have to do with it, at most MaxLinks
	Outage     Outage    `json:"outage,omitzero"`

	Told   map[string]time.Time `json:"told,omitempty"` // what agenda has told people of this request, and when last
	Events int                  `json:"events"`         // how many events made this snapshot
	Seen   time.Time            `json:"seen"`           // time of the last event
	Mails  int                  `json:"mails"`          // incoming mails of this request
	By     string               `json:"by,omitempty"`   // who made the last change by command
}

// Limits of what a snapshot carries; more is in the events.
const (
	MaxWatchers = 50
	MaxThread   = 20
	MaxLinks    = 50
)

// Uncategorized tells whether the request still waits for its code (SOP, process step 2).
func (r Request) Uncategorized() bool { return r.State.Active() && r.Code.IsZero() }

// Reminded tells when agenda last told somebody about what, such as "uncategorized".
func (r Request) Reminded(what string) time.Time { return r.Told[what] }
