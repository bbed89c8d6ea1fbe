package compose

import (
	"time"

	"triaged/internal/authority"
	"triaged/internal/chart"
	"triaged/internal/message"
	"triaged/internal/request"
	"triaged/internal/suggest"
)

// House is the desk that writes: what its mails say of it, and how. It is the same for every mail of one configuration.
type House struct {
	Desk      string         // its name, as people read it in From
	Address   string         // its own address: mails come from it, answers go to it
	Prefix    string         // of request numbers, "SR"
	Zone      *time.Location // in which people read times; nil is UTC
	Chart     *chart.Chart   // names and targets of codes; nil is the built-in one
	Keys      authority.Keys // makes the keys of one-tap links; empty: mails have none
	Instance  string         // the instance those keys are bound to
	Languages []string       // to write in; the first is used for who has none of them; nil is any, and English
	MonthDay  bool           // dates are written "Thu Aug 27", not "Thu 27 Aug"
	Texts     *Texts         // from Load
}

// Material is the personal text behind a Letter's references, and what was worked out from it, as of now. What was
// forgotten meanwhile is empty.
type Material struct {
	Topic       string // the request's subject
	Text        string // of the notice, of what was asked, or of the closing note
	Note        string // of a receipt
	Attachments []message.Attachment
	Suggestions []suggest.Suggestion // best first; three at most are printed
	Rows        []RowMaterial        // parallel to QueueBody.Rows
	Reports     []OutageReport       // of an outage, in order of arrival
}

// OutageReport is one request that reports an outage, as it stands.
type OutageReport struct {
	Request request.Request
	Subject string
	Text    string
	Campus  string
}

// RowMaterial is what one row of a list says.
type RowMaterial struct {
	Subject, Text string
	Suggestions   []suggest.Suggestion
}

// Mail is one rendered mail.
type Mail struct {
	Subject string   // as people read it
	Data    []byte   // the whole message, with CRLF line ends
	Text    string   // its text part, with LF line ends, by which quoted words of ours are told from new ones
	Listed  []Listed // the requests it lists, in their order; for answers such as "2" and "all"
}

// Listed is one request of a mail and the suggestions that were printed with it: Codes[0] is "1".
type Listed struct {
	Request request.Number `json:"request"`
	Codes   []chart.Code   `json:"codes,omitempty"`
}
