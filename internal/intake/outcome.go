package intake

// Outcome names what became of one received mail. Every mail ends as exactly one.
type Outcome string

// The outcomes. Table says what each means.
const (
	Opened            Outcome = "opened"
	OpenedCategorized Outcome = "opened-categorized"
	Replied           Outcome = "replied"
	Commanded         Outcome = "commanded"
	Reopened          Outcome = "reopened"
	Thanks            Outcome = "thanks"
	Noted             Outcome = "noted"
	Duplicate         Outcome = "duplicate"
	OwnMail           Outcome = "own-mail"
	BeforeStart       Outcome = "before-start"
	AutoReply         Outcome = "auto-reply"
	Automatic         Outcome = "automatic"
	Bounced           Outcome = "bounce"
	FeedbackReport    Outcome = "feedback-report"
	ListMail          Outcome = "list-mail"
	Spam              Outcome = "spam"
	HeldForProof      Outcome = "held-for-confirmation"
	Declined          Outcome = "declined"
	UnknownCode       Outcome = "refused-unknown-code"
	NoSuchRequest     Outcome = "refused-no-such-request"
	RefusedCommand    Outcome = "refused-command"
	NoSender          Outcome = "no-sender"
	NotEligible       Outcome = "not-eligible"
	Unreadable        Outcome = "unreadable"
	TooLarge          Outcome = "too-large"
)

// Place is where a mail goes on the server once it is accounted for.
type Place string

// The places.
const (
	Processed Place = "done"    // the done folder
	Refused   Place = "refused" // the refused folder: nothing was done for its sender, and somebody may want to look
	Stay      Place = "stay"    // where it is
)

// Meaning is one row of the table of outcomes.
type Meaning struct {
	Outcome Outcome
	Means   string // for an operator who reads the ledger
	Sends   string // what goes back to the author: "" is silence
	Place   Place
	Error   bool // somebody's mail did not do what they wanted
}

// Table is every outcome, in the order an operator would look for them.
var Table = []Meaning{
	{Opened, "a new request was opened", "acknowledgement", Processed, false},
	{OpenedCategorized, "a new request was opened with its code", "acknowledgement or receipt", Processed, false},
	{Replied, "the mail was added to a request", "receipt, to staff who answered the bot", Processed, false},
	{Commanded, "commands of a staff member, or of a requester about their own request, were carried out, all or in part", "receipt, or the queue that was asked for", Processed, false},
	{Reopened, "the requester answered a resolved request, which is open again", "acknowledgement", Processed, false},
	{Thanks, "it only says thanks, or is a mail client's reaction", "", Processed, false},
	{Noted, "an answer to a digest, report or operator mail without a command", "", Processed, false},
	{Duplicate, "a copy of a mail that is in the ledger already", "", Processed, false},
	{OwnMail, "a mail of the bot's own came back", "", Processed, false},
	{BeforeStart, "it was in the mailbox before the first run, and start is \"new\"", "", Stay, false},
	{AutoReply, "a vacation note or another automatic answer", "", Processed, false},
	{Automatic, "a machine's mail from a sender that is not configured as a source, a receipt, or a calendar answer", "", Processed, false},
	{Bounced, "a delivery notice about a mail of the bot's or of somebody else's", "", Processed, false},
	{FeedbackReport, "an abuse or authentication report", "", Processed, false},
	{ListMail, "mailing list or bulk mail that did not come through one of the desk's own lists", "", Processed, false},
	{Spam, "the receiving server, or the junk folder it was in, calls it spam", "", Stay, false},
	{HeldForProof, "commands whose author could not be proven; a confirmation was asked for", "confirmation", Processed, false},
	{Declined, "a confirmation was answered with no: nothing was done", "receipt", Processed, false},
	{UnknownCode, "a code that the chart does not have; nothing was changed", "receipt with the nearest codes", Processed, true},
	{NoSuchRequest, "a request number that does not exist; nothing was changed", "receipt", Processed, true},
	{RefusedCommand, "no command of the mail could be carried out; nothing was changed", "receipt", Processed, true},
	{NoSender, "there is nobody in From to open a request for, or only a list of the desk's own", "", Refused, true},
	{NotEligible, "the author's domain may not open requests", "", Refused, true},
	{Unreadable, "nothing in it could be read; its bytes are kept", "", Refused, true},
	{TooLarge, "it is larger than max_size; its beginning is kept and the mail stays on the server", "refusal with the limit", Refused, true},
}

var meanings = func() map[Outcome]Meaning {
	m := make(map[Outcome]Meaning, len(Table))
	for _, row := range Table {
		m[row.Outcome] = row
	}
	return m
}()

// Quarantined tells whether a mail that ended so waits in the quarantine: nothing was done for its sender, and somebody may
// try it again, open it or discard it.
func (o Outcome) Quarantined() bool { return o.Meaning().Place == Refused }

// SetAside tells whether a mail that ended so was left alone as unwanted, and may be opened after all.
func (o Outcome) SetAside() bool { return o == Spam || o == Automatic || o == ListMail }

// Meaning looks the outcome up; the zero Meaning is for an outcome that is not in the table.
func (o Outcome) Meaning() Meaning { return meanings[o] }
