package command

import (
	"time"

	"triaged/internal/chart"
)

// Verb is what a command does.
type Verb string

// The verbs of the reply language, with the form that people type.
const (
	Categorize  Verb = "categorize"  // #1-3
	Accept      Verb = "accept"      // #ok, #1 to #3: a suggestion printed in the mail being answered
	Undo        Verb = "undo"        // #undo
	Claim       Verb = "claim"       // #mine, #mine 30m
	Assign      Verb = "assign"      // #assign NAME, #assign TEAM
	Acknowledge Verb = "acknowledge" // #ack
	Note        Verb = "note"        // #note, #note TEXT: what is written stays with the desk
	Wait        Verb = "wait"        // #wait vendor until 2026-03-02
	Schedule    Verb = "schedule"    // #schedule 2026-03-02
	Reviewed    Verb = "reviewed"    // #reviewed
	Resolve     Verb = "resolve"     // #resolve, #resolve TEXT
	Reopen      Verb = "reopen"      // #reopen
	OnBehalf    Verb = "on-behalf"   // #for ADDRESS
	Duplicate   Verb = "duplicate"   // #dup SR-9
	Split       Verb = "split"       // #split
	Link        Verb = "link"        // #link SR-9
	Unlink      Verb = "unlink"      // #unlink SR-9; #unlink: from the outage that it is part of
	Spam        Verb = "spam"        // #spam
	Open        Verb = "open"        // #open, #open ITEM: take a mail that was held as unwanted
	Escalate    Verb = "escalate"    // #escalate, #escalate TEXT
	Approve     Verb = "approve"     // #approve
	Why         Verb = "why"         // #why
	Status      Verb = "status"      // #status
	Help        Verb = "help"        // #help, or # alone
	Reply       Verb = "reply"       // #reply, #reply TEXT: what is written goes to the requester
	Withdraw    Verb = "withdraw"    // #withdraw
	Retry       Verb = "retry"       // #retry, #retry ITEM
	Discard     Verb = "discard"     // #discard, #discard ITEM
	Yes         Verb = "yes"         // yes, in answer to a confirmation
	No          Verb = "no"          // no, in answer to a confirmation
)

// What a request can wait for: the values of Command.On.
const (
	OnVendor        = "vendor"
	OnDistrict      = "district"
	OnCustomer      = "customer"
	OnInvestigation = "investigation"
)

// Command is one thing that the author told the bot to do. Fields that the verb does not use are zero.
type Command struct {
	Verb     Verb
	Requests Selection     // as written; empty means the request that the mail is about
	Code     chart.Code    // Categorize: well-formed, not necessarily on the chart
	Pick     int           // Accept: 1, 2 or 3; #ok is 1
	DryRun   bool          // trailing "?": say what would happen, and change nothing
	Insist   bool          // trailing "!": do it although somebody else acted since
	For      time.Duration // Claim: 0 if not said
	Until    Date          // Wait and Schedule: zero if not said (Schedule always has one)
	On       string        // Wait: OnVendor, OnDistrict, OnCustomer or OnInvestigation
	Who      string        // Assign: name, address or team as written; OnBehalf: the bare address
	Other    int64         // Duplicate, Link, Unlink: the other request
	Text     string        // Note, Reply, Resolve, Reopen, Escalate, Withdraw: text on the line; Open, Retry, Discard: the item
	Line     int           // line of the text read, from 1; 0 in a subject
	Raw      string        // the line as the author wrote it, at most 200 bytes
}

// Mistake is a line that was meant as a command and is none. None of its parts has been understood.
type Mistake struct {
	Line int      // line of the text read, from 1; 0 in a subject
	Raw  string   // the line as the author wrote it, at most 200 bytes
	Why  string   // what is wrong, in words for its author
	Hint string   // what to write instead, in words; may be empty
	Near []string // commands it could have been, nearest first, ready to be typed; may be empty
	Row  bool     // it names its requests
}

// Answer is the kind of the bot's mail that a mail answers. It decides whether commands may go without their "#".
type Answer string

// The kinds of answered mail. In answers to Notice, Reminder, Digest and Confirmation, commands may go without "#"; in
// answers to Trouble, retry and discard may.
const (
	None         Answer = ""             // no mail of the bot's: a new mail, or a colleague's
	Notice       Answer = "notice"       // told somebody of a new request, or of several
	Reminder     Answer = "reminder"     // a request is still uncategorized
	Digest       Answer = "digest"       // the uncategorized queue
	Confirmation Answer = "confirmation" // asked whether a command was meant
	Receipt      Answer = "receipt"      // said what a command did
	Trouble      Answer = "trouble"      // told an operator of a mail that is stuck
	Other        Answer = "other"        // any other mail of the bot's
)

// Setting is what is known of the mail that a text comes from.
type Setting struct {
	Prefix   string                // of request numbers, such as "SR"
	Answer   Answer                // what bot mail this answers
	Staff    bool                  // its author is of the desk's: rows such as "SR-12 1-3", where they are all that is said, are commands
	Beside   bool                  // the author wrote other words elsewhere in the mail, so that commands need their "#"
	Listed   int                   // how many requests that mail was about; above 1, a command must name its requests
	Offered  bool                  // whether that mail printed suggestions, which #ok and #1 to #3 take
	DayFirst bool                  // 2/3/2026 is the second of March
	Today    Date                  // in the desk's time zone; "friday" is the next one after it
	Author   string                // the author's display name, by which a signature is known; may be empty
	Codes    func(chart.Code) bool // whether a code is on the chart, for hints; nil takes any well-formed code
}

// Reading is what a text turned out to say.
type Reading struct {
	Commands []Command
	Mistakes []Mistake
	Note     string    // the text around the commands, greeting and signature aside
	Remarks  []Mistake // words behind a request's number under a digest that were left in the text, since no line said what to do
	Keys     []string  // one-tap keys carried by the mail ("#key …"), as written; see authority.Keys.CheckLink
	Bare     bool      // whether commands without "#" were read
}
