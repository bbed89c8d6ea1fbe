package authority

import "triaged/internal/message"

// Preset is whose verdict on a mail's sender is believed.
type Preset string

// The presets, one a mailbox.
const (
	Authserv     Preset = "authserv"     // topmost Authentication-Results under the trusted authserv-id (RFC 8601)
	Google       Preset = "google"       // the same under mx.google.com
	Microsoft365 Preset = "microsoft365" // topmost Authentication-Results, without an authserv-id, or AuthAs: Internal
)

// Result is what the receiving server found.
type Result string

// The results. Unknown means that there is nothing to go by.
const (
	Unknown Result = ""
	Pass    Result = "pass"
	Fail    Result = "fail"
)

// Verdict is what the receiving server says of a mail's From.
type Verdict struct {
	DMARC    Result // for the From domain
	DKIM     bool   // a passed signature aligned with the From domain
	Internal bool   // Microsoft: sent by a signed-in member of the own organisation
	Reason   string // what was found and where, for the ledger
}

// Judge reads the receiving server's verdict on the domain of From.
func Judge(h message.Header, preset Preset, authservID, fromDomain string) Verdict { return Verdict{} }
