// Package compose makes outgoing mail: from what happened and to whom, one complete RFC 5322 message.
//
// A Letter is what is owed: it is recorded in the outbox by the transaction that owes it, holds no personal text but
// references to it, and can be rendered later. Render is a pure function of the Letter, its Material and the House, so
// that a retry yields the same bytes. Every mail says that it is automatic, carries a plain text and an HTML form, and
// never contains a line that would run as a command if somebody quoted it. What other people wrote is printed masked and
// neutralised, and never as part of a header it could break out of.
//
// No mail bears a "write your answer above this line": it would be the first thing that a phone shows of every mail, and
// quoted words of ours are recognised by comparing them with what was sent.
//
// It knows how mail is written for people. It must not know whether a mail is owed, when, or what becomes of it.
package compose

import (
	"time"

	"triaged/internal/chart"
	"triaged/internal/request"
)

// Kind is the sort of outgoing mail, as its header X-Triaged-Kind says.
type Kind string

// The kinds of outgoing mail.
const (
	Acknowledgement Kind = "acknowledgement"
	Notice          Kind = "notice"
	Reminder        Kind = "reminder"
	Digest          Kind = "digest"
	Outage          Kind = "outage" // several requests report that something is down
	Receipt         Kind = "receipt"
	Confirmation    Kind = "confirmation"
	Categorized     Kind = "categorized"
	Resolved        Kind = "resolved"
	Merged          Kind = "merged" // the request goes on as another
	Answer          Kind = "answer" // what staff wrote to the requester
	Breach          Kind = "breach"
	FollowUp        Kind = "follow-up"
	Report          Kind = "report"
	Refusal         Kind = "refusal"
	Operator        Kind = "operator"
)

// Letter is one mail owed to one recipient. Besides the common fields exactly one of the pointers is set, the one that
// its Kind names.
type Letter struct {
	Kind       Kind            `json:"kind"`
	To         request.Person  `json:"to"`
	Commands   bool            `json:"commands,omitempty"` // the recipient may answer it with commands: its Message-ID carries a token
	Language   string          `json:"language,omitempty"` // "en", "es"; "" for the desk's first
	Request    request.Number  `json:"request,omitempty"`
	Topic      request.TextRef `json:"topic,omitempty"` // the request's subject
	InReplyTo  string          `json:"in_reply_to,omitempty"`
	References []string        `json:"references,omitempty"` // oldest first, without brackets
	At         time.Time       `json:"at"`                   // the decision's now
	Ready      time.Time       `json:"ready,omitzero"`       // when it was let go, if something held it back; zero if nothing did

	Acknowledgement *AcknowledgementBody `json:"acknowledgement,omitempty"`
	Notice          *NoticeBody          `json:"notice,omitempty"`
	Queue           *QueueBody           `json:"queue,omitempty"` // Reminder and Digest
	Receipt         *ReceiptBody         `json:"receipt,omitempty"`
	Confirmation    *ConfirmationBody    `json:"confirmation,omitempty"`
	Outcome         *OutcomeBody         `json:"outcome,omitempty"` // Categorized, Resolved, Merged and Answer
	Work            *WorkBody            `json:"work,omitempty"`    // Reminder, Breach, FollowUp and Report about requests
	Outage          *OutageBody          `json:"outage,omitempty"`
	Plain           *PlainBody           `json:"plain,omitempty"` // Breach, FollowUp, Report, Refusal, Operator
}

// Dated is the mail's Date, and what "today" and "waiting 50 minutes" in it are as of. A mail that was held back was not ready
// to be sent until it was let go (RFC 5322, section 3.6.1). One that only waits for a server was: it keeps the date of what
// it says. It changes at most once, before anybody has tried to send the mail, so that a retry yields the same bytes.
func (l Letter) Dated() time.Time {
	if l.Ready.After(l.At) {
		return l.Ready
	}
	return l.At
}

// AcknowledgementBody tells a requester that their mail became a request: number, what they asked, what happens next
// and by when.
type AcknowledgementBody struct {
	Asked         request.TextRef `json:"asked"`
	CategorizedBy time.Time       `json:"categorized_by"`   // when somebody will have looked at it (SOP, process step 2)
	Opens         time.Time       `json:"opens,omitzero"`   // when the desk opens next, if nobody is there to keep that
	Sorted        *OutcomeBody    `json:"sorted,omitempty"` // what was decided as it was opened, instead of a mail of its own
	Known         *KnownBody      `json:"known,omitempty"`
}

// KnownBody tells a requester that others have reported the same, and that it is worked on as one.
type KnownBody struct {
	Others int        `json:"others"`
	Code   chart.Code `json:"code,omitzero"` // if it has one already
	Due    time.Time  `json:"due,omitzero"`
}

// OutageBody is the next mail of the one thread about requests that report an outage. Its reports are those of the moment in
// which it is rendered: see Material.
type OutageBody struct {
	First request.Number   `json:"first"` // names the outage
	What  string           `json:"what"`  // is down: "network, phones"; the same in all mails of the thread
	Since time.Time        `json:"since"` // when the first wrote
	New   []request.Number `json:"new,omitempty"`
	Say   []string         `json:"say,omitempty"` // what a colleague did or says about it, in sentences
}

// NoticeBody tells the people who work requests of a new one, or of what its author added.
type NoticeBody struct {
	Text         request.TextRef `json:"text"`
	Mail         uint64          `json:"mail"`            // ledger number, for the attachments
	Files        bool            `json:"files,omitempty"` // that mail has some
	From         request.Person  `json:"from"`
	Title        string          `json:"title,omitempty"`
	Campus       string          `json:"campus,omitempty"`
	Submitted    time.Time       `json:"submitted"`
	CategorizeBy time.Time       `json:"categorize_by"`
	Code         chart.Code      `json:"code,omitzero"` // if it is categorized already
	Due          time.Time       `json:"due,omitzero"`
	Added        bool            `json:"added,omitempty"` // an addition to a request that is known already
	Alert        []string        `json:"alert,omitempty"` // why this may be an emergency
	Say          []string        `json:"say,omitempty"`   // what a colleague did or says about it, in sentences
	Over         bool            `json:"over,omitempty"`  // nothing is left to do
}

// QueueBody lists uncategorized requests: one in a reminder, the queue in a digest.
type QueueBody struct {
	Review    time.Time `json:"review,omitzero"` // the odd hour this digest is for (SOP, process step 4)
	Rows      []Row     `json:"rows"`
	More      int       `json:"more,omitempty"`      // requests left out because the list would be too long for a mail
	MoreLate  int       `json:"more_late,omitempty"` // of which so many are overdue
	Foot      []string  `json:"foot,omitempty"`      // lines for the end: mail that opened nothing and wants a look
	State     []string  `json:"state,omitempty"`     // lines for the very end: how the bot is
	Late      time.Time `json:"late,omitzero"`       // when it should have been sent, if that is long ago
	Missed    int       `json:"missed,omitempty"`    // reviews before this one that nobody was asked for
	Escalated int       `json:"escalated,omitempty"` // to a supervisor: how many reviews went by
}

// WorkBody lists requests that want something of the recipient, in the order to work them.
type WorkBody struct {
	Rows     []WorkRow `json:"rows"`
	More     int       `json:"more,omitempty"`      // requests left out because the list would be too long for a mail
	MoreLate int       `json:"more_late,omitempty"` // of which so many are overdue
	Late     time.Time `json:"late,omitzero"`       // when the first of it should have been sent, if that is long ago
}

// WorkRow is one request, and what is wanted.
type WorkRow struct {
	Request   request.Number  `json:"request"`
	Task      Task            `json:"task"`
	Subject   request.TextRef `json:"subject"`
	From      request.Person  `json:"from"`
	Submitted time.Time       `json:"submitted"`
	Code      chart.Code      `json:"code,omitzero"`
	Due       time.Time       `json:"due,omitzero"`   // the target date; of scheduled work the completion date
	Owner     request.Person  `json:"owner,omitzero"` // whom it is assigned to
	Since     time.Time       `json:"since,omitzero"` // of the last status note, or when waiting began
	On        string          `json:"on,omitempty"`   // what it waits for
	Overdue   bool            `json:"overdue,omitempty"`
	Alert     []string        `json:"alert,omitempty"` // why it may be an emergency
}

// Task is what is wanted of a request's people. The templates of the folder "work" have a sentence for each.
type Task string

// The tasks.
const (
	TaskEmergency   Task = "emergency"     // look at once: it may be one
	TaskAcknowledge Task = "acknowledge"   // say that you saw it (SOP, category 1)
	TaskAssign      Task = "assign"        // resolve or assign it (SOP, category 1)
	TaskDate        Task = "date"          // give its completion date (SOP, category 5, rule 3)
	TaskWarning     Task = "warning"       // most of its time is used up
	TaskBreach      Task = "breach"        // its target has passed
	TaskNote        Task = "note"          // add a status note (SOP, category 5, rule 5)
	TaskMissing     Task = "missing-note"  // to a supervisor: the status note did not come
	TaskWaitOver    Task = "wait-over"     // the date it waited for has come
	TaskScheduled   Task = "scheduled-day" // the day it is scheduled for has come
	TaskQueue       Task = "queue"         // no more than to know of it: a technician's own queue
)

// Tasks are all tasks.
var Tasks = []Task{
	TaskEmergency, TaskAcknowledge, TaskAssign, TaskDate, TaskWarning, TaskBreach, TaskNote, TaskMissing, TaskWaitOver,
	TaskScheduled, TaskQueue,
}

// Row is one request in a list. Rows are numbered in the order they stand in.
type Row struct {
	Request   request.Number  `json:"request"`
	Subject   request.TextRef `json:"subject"`
	Text      request.TextRef `json:"text"`
	From      request.Person  `json:"from"`
	Submitted time.Time       `json:"submitted"`
	Overdue   bool            `json:"overdue"`
	Outage    request.Number  `json:"outage,omitempty"` // the first of the reports of the outage that it is one of
}

// ReceiptBody answers a mail of commands: what was done, what was not and why, and how to undo it.
type ReceiptBody struct {
	Items []ReceiptItem   `json:"items"`
	Note  request.TextRef `json:"note,omitempty"`  // text around the commands that was kept as a note
	Undo  bool            `json:"undo,omitempty"`  // answering with the undo command takes the done items back
	Help  bool            `json:"help,omitempty"`  // print what can be said
	Cause uint64          `json:"cause,omitempty"` // ledger number of the mail that the receipt answers: what undo takes back
}

// ReceiptItem is what became of one command.
type ReceiptItem struct {
	Request request.Number `json:"request,omitempty"`
	Said    string         `json:"said"` // the command as written
	Done    bool           `json:"done"`
	DryRun  bool           `json:"dry_run,omitempty"` // only tried: Done says that it would be done
	Result  string         `json:"result"`            // what was done, or why it was not; beside Code what else is to be said
	Code    chart.Code     `json:"code,omitzero"`     // for a categorization
	Due     time.Time      `json:"due,omitzero"`      // the target date that follows
	Near    []chart.Code   `json:"near,omitempty"`    // for a mistyped code: the valid ones nearest to it
	Stands  request.State  `json:"stands,omitempty"`  // for a requester: where the request stands, in words of the templates instead of Result
}

// ConfirmationBody asks somebody whose mail proved nothing whether they wrote it.
type ConfirmationBody struct {
	Commands []string       `json:"commands"`           // as written, one a line
	Answered string         `json:"answered,omitempty"` // Message-ID of the bot's mail that the held mail answered
	Request  request.Number `json:"request,omitempty"`  // the request that the held mail is about
	Held     uint64         `json:"held,omitempty"`     // ledger number of the held mail
}

// OutcomeBody tells a requester where their request stands now.
type OutcomeBody struct {
	Code    chart.Code      `json:"code,omitzero"`
	Promise request.Promise `json:"promise,omitzero"`
	Due     time.Time       `json:"due,omitzero"`
	Text    request.TextRef `json:"text,omitempty"`    // what staff say with it: the closing note, an answer
	Into    request.Number  `json:"into,omitempty"`    // Merged: the request that it goes on as
	Changed bool            `json:"changed,omitempty"` // an earlier word about this is corrected
	Missing []string        `json:"missing,omitempty"` // documents that the requester is asked for
	On      string          `json:"on,omitempty"`      // what it waits for: vendor, district, customer or investigation
	Until   time.Time       `json:"until,omitzero"`    // the day that it waits for, if one was named
	Copied  bool            `json:"copied,omitempty"`  // Resolved: the recipient was on Cc, and cannot open it again
}

// PlainBody is a mail that is a few sentences, made where they are decided.
type PlainBody struct {
	Subject string   `json:"subject"`
	Lines   []string `json:"lines"`             // paragraphs
	Outbox  uint64   `json:"outbox,omitempty"`  // number of the undelivered mail that an Operator mail is about
	Breaker bool     `json:"breaker,omitempty"` // an Operator mail is about all that the circuit breaker holds back
	Trip    uint64   `json:"trip,omitempty"`    // since which mail in the outbox it does: this time, and no other
	Ledger  uint64   `json:"ledger,omitempty"`  // number of the received mail in the quarantine that it is about

	// For a Refusal that the templates can say in the recipient's language. Lines then follow it, and may be empty.
	Reason RefusalReason `json:"reason,omitempty"`
	Size   int64         `json:"size,omitempty"`  // of the mail, in bytes
	Limit  int64         `json:"limit,omitempty"` // in bytes
}

// RefusalReason is why a mail is refused, where a requester hears of it.
type RefusalReason string

// The reasons that templates have words for.
const (
	RefusedTooLarge      RefusalReason = "too-large" // Size and Limit are set
	RefusedNoSuchRequest RefusalReason = "no-such-request"
	RefusedNotYours      RefusalReason = "not-yours" // a request that the author takes no part in
)
