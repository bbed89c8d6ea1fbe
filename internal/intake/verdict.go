package intake

import (
	"time"

	"triaged/internal/chart"
	"triaged/internal/command"
	"triaged/internal/compose"
	"triaged/internal/message"
	"triaged/internal/request"
)

// Envelope is what the mail server says of a mail, as against what the mail says of itself.
type Envelope struct {
	Mailbox   string
	Folder    string
	Junk      bool      // it lay in the junk folder
	Again     bool      // it lay where mails go that are accounted for: the store lost its account of it, or has it
	Received  time.Time // INTERNALDATE: this is the time of submission
	Size      int64     // in bytes, as the server counts
	Truncated bool      // over max_size: only its header and first 64 KiB were fetched
	Ledger    uint64    // the ledger number this mail will have
	FirstLook time.Time // when this folder was first watched
	Newcomer  bool      // by its UID it came after that, whatever Received says: the server's clock may be behind
	Shell     bool      // not a mail at all: an operator or analyst at the shell speaks
	Call      *Call     // what is said at the shell is a request of somebody else's; nil for all else
}

// Call is a request that staff file for a caller. Subject and text are the mail's; none of it is a command.
type Call struct {
	For  request.Person
	Code chart.Code
}

// Verdict is one received mail's whole decision. The store records all of it in one transaction, or nothing.
type Verdict struct {
	Outcome Outcome
	Reason  string         // for the ledger, in words
	Request request.Number // the request it opened or belongs to; 0 for none
	Changes []Change
	Texts   []string // personal texts that the events refer to
	Letters []compose.Letter
	Queues  []compose.Letter // owed too, with the recipient's own queue of work as it then stands for a body
	Thread  []string         // Message-IDs that from now on lead to Request
	Desk    []DeskEvent
	Links   []uint64  // what counts once and is used up: one-tap links, outbox numbers of confirmations, mails that only a verdict proved
	Probe   time.Time // when the bot sent this mail to itself; zero if it is no probe
	Orders  []Order   // what is to be done to mails that are stuck
}

// Order is somebody's word on a mail that is stuck: one to be sent that was held back or given up, all that the circuit
// breaker holds back, or a received one in the quarantine. One of the three is set.
type Order struct {
	Verb    command.Verb // Retry or Discard
	Outbox  uint64
	Breaker bool
	Ledger  uint64
	By      string
}

// Change is the events that one request gains, in order.
type Change struct {
	Request request.Number
	Events  []request.Event
}

// DeskEvent is something that happened to the desk as a whole, such as a review.
type DeskEvent struct {
	At      time.Time      `json:"at"`
	Type    string         `json:"type"`
	By      string         `json:"by,omitempty"`
	Review  time.Time      `json:"review,omitzero"`   // the odd hour of a review event
	Rows    int            `json:"rows,omitempty"`    // requests in the queue at that review
	Ledger  uint64         `json:"ledger,omitempty"`  // last row of the ledger when the digest was made
	Request request.Number `json:"request,omitempty"` // whose mail bounced, or that reported trouble
	Breaker Breaker        `json:"breaker,omitempty"` // what became of the circuit breaker
	Outbox  uint64         `json:"outbox,omitempty"`  // last mail in the outbox at that moment
}

// Breaker is how the circuit breaker stands. No event of it yet means closed.
type Breaker string

// The states of the circuit breaker.
const (
	BreakerOpen    Breaker = "open"      // mail is held back
	BreakerClosed  Breaker = "closed"    // and what was held goes out
	BreakerEmptied Breaker = "discarded" // closed, and what was held is given up
)

// The desk's events.
const (
	DeskOpened = "desk-opened" // the first run: reviews count from here
	ReviewSent = "review-sent" // the digest went to the analysts, or the queue was empty
	ReviewHeld = "review-held" // an analyst acted on it, or said so

	CircuitBreaker = "circuit-breaker" // it opened or closed
	MailSettled    = "mail-settled "   // followed by a ledger number: that mail was taken out of the quarantine, By whom

	TroubleReported = "trouble" // a request reports that something fails, perhaps for many

	AddressDead  = "address-dead "  // followed by an address: a mail to it bounced for good
	AddressAlive = "address-alive " // followed by an address: somebody wrote from it since
)

// ReportOf is the type of the desk's event that a request reports the same trouble as another, the first.
func ReportOf(first request.Number) string { return TroubleReported + " " + first.Label("SR") }

// Sent is a mail of the bot's own, as the store remembers it.
type Sent struct {
	ID        uint64 // in the outbox
	MessageID string
	Letter    compose.Letter
	Listed    []compose.Listed // what it offered, row by row
	Subject   string           // as sent
	Forms     []string         // its text, and its HTML form as text, as sent; empty if it was not rendered yet, or takes no commands
}

// Seen is a ledger row as far as recognising copies needs it.
type Seen struct {
	Ledger      uint64
	Outcome     Outcome
	Request     request.Number
	Fingerprint [32]byte
}

// Kept is a mail of the ledger as it came in.
type Kept struct {
	Message  *message.Message
	Mailbox  string
	Received time.Time
	Outcome  Outcome
	Settled  bool // it was taken out of the quarantine, or opened after it was set aside
}

// Stuck is an outgoing mail that was held back or given up.
type Stuck struct {
	Letter compose.Letter
	State  string // "held" or "dead"
	Why    string
}

// Facts is what the store knows. Within one decision it answers as of the transaction that will record it.
type Facts interface {
	// Request looks up the snapshot of a request.
	Request(n request.Number) (request.Request, bool)
	// Events are a request's events, oldest first.
	Events(n request.Number) []request.Event
	// NextNumber is the number that the next new request will get.
	NextNumber() request.Number
	// Copies are the ledger's mails with this Message-ID, oldest first; with "" for a mail that has none, those with this
	// fingerprint.
	Copies(messageID string, fingerprint [32]byte) []Seen
	// Sent finds a mail of the bot's own by its Message-ID.
	Sent(messageID string) (Sent, bool)
	// ThreadOf finds the request that a Message-ID belongs to.
	ThreadOf(messageID string) (request.Number, bool)
	// Tagged finds the request that another system had under a tag, such as "[rt.example #12]", in lower case.
	Tagged(tag string) (request.Number, bool)
	// LinkUsed tells whether a one-tap link was used before.
	LinkUsed(nonce uint64) bool
	// Text is the personal text behind a reference, or "" if it was forgotten.
	Text(ref request.TextRef) string
	// Mail reads a mail of the ledger again.
	Mail(ledger uint64) (Kept, bool)
	// Stuck finds an outgoing mail, if it was held back or given up.
	Stuck(outbox uint64) (Stuck, bool)
	// Troubles are the requests since a time that reported that something fails, in order of arrival: the last so many.
	Troubles(since time.Time, most int) []request.Number
	// Outage are the requests that were found to report the same trouble as first, in order of arrival, itself included.
	Outage(first request.Number) []request.Number
	// Breaker is the latest event of the circuit breaker; the zero event if there was none.
	Breaker() DeskEvent
	// Unreachable tells whether mail to an address bounced for good, and nobody wrote from it since.
	Unreachable(address string) bool
}
