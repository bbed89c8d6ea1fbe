package authority

import (
	"time"

	"triaged/internal/message"
)

// Mode is how much proof the desk asks for.
type Mode string

// The modes.
const (
	TokenOrDMARC Mode = "token-or-dmarc"
	FromAlone    Mode = "from" // closed networks only
)

// Means is by what a mail proves its author.
type Means string

// The means of proof.
const (
	ByNothing  Means = ""
	ByToken    Means = "token"
	ByLink     Means = "link"
	ByDMARC    Means = "dmarc"
	ByDKIM     Means = "dkim"
	ByInternal Means = "auth-as-internal"
	ByFrom     Means = "from"
)

// Policy is the desk's choice of whom to believe.
type Policy struct {
	Mode       Mode
	Instance   string // which desk's bot this is; tokens of another are worthless
	Preset     Preset
	AuthservID string
}

// Claim is what a mail brings to prove its author.
type Claim struct {
	Header     message.Header
	Froms      []message.Address // all addresses of From
	InReplyTo  []string          // Message-IDs in the order written
	References []string          // Message-IDs, oldest first
	Keys       []string          // one-tap keys (command.Reading.Keys)
	Request    int64             // the request that the mail names, for one-tap keys; 0 for none
}

// Proof is whether a mail's author is who From says.
type Proof struct {
	Proven bool
	By     Means
	Failed bool   // the receiving server says that From is forged: such mail is not acknowledged either
	Token  *Token // the token of the mail answered, if that is good, whether or not it was what proved
	Link   *Link  // the one-tap link used, if it was what proved
	Why    string // in words for the ledger
}

// Prove weighs a mail's proof.
func Prove(c Claim, p Policy, k Keys, r *Roster, now time.Time) Proof { return Proof{} }
