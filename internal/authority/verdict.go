package authority

import (
	"strings"

	"github.com/emersion/go-msgauth/authres"
	"golang.org/x/net/publicsuffix"

	"triaged/internal/message"
)

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

// Judge reads the receiving server's verdict on the domain of From. Only one Authentication-Results field is believed,
// the one that the server itself put on top (RFC 8601, section 5); any other, and any that cannot be read, counts for
// nothing. A failure counts whatever domain it names, a pass only for fromDomain.
func Judge(h message.Header, preset Preset, authservID, fromDomain string) Verdict {
	v := Verdict{Internal: preset == Microsoft365 && internal(h)}
	field, where := trusted(h, preset, authservID)
	if field == "" {
		v.Reason = where
	} else if results, err := parseResults(field, preset); err != nil {
		v.Reason = where + " cannot be read: " + err.Error()
	} else {
		v.DMARC = dmarc(results, fromDomain)
		v.DKIM = v.DMARC != Fail && dkim(results, fromDomain)
		v.Reason = where + " says " + v.describe(fromDomain)
	}
	if v.Internal {
		v.Reason += "; X-MS-Exchange-Organization-AuthAs says internal"
	}
	return v
}

func (v Verdict) describe(domain string) string {
	switch {
	case v.DMARC == Fail:
		return "DMARC fail"
	case v.DMARC == Pass:
		return "DMARC pass for " + domain
	case v.DKIM:
		return "DKIM pass aligned with " + domain
	}
	return "nothing for " + domain
}

// trusted returns the one field that is believed, and where it was; "" if there is none, and why.
func trusted(h message.Header, preset Preset, authservID string) (field, where string) {
	fields := h.Values("Authentication-Results")
	if preset == Microsoft365 {
		if len(fields) == 0 {
			return "", "no Authentication-Results"
		}
		if id, ok := identifier(fields[0]); !ok || id != "" {
			return "", "the topmost Authentication-Results is not Microsoft's"
		}
		return fields[0], "the topmost Authentication-Results"
	}
	if preset == Google {
		authservID = "mx.google.com"
	}
	if authservID == "" {
		return "", "no authserv-id is trusted"
	}
	for _, f := range fields {
		if id, ok := identifier(f); ok && strings.EqualFold(id, authservID) {
			return f, "Authentication-Results of " + authservID
		}
	}
	return "", "no Authentication-Results of " + authservID
}

// identifier returns the authserv-id that a field begins with, "" if it begins with a result at once. It must stand
// there plainly: a server writes its own so, and strips what it recognises as a forgery of it.
func identifier(field string) (id string, ok bool) {
	field = strings.TrimLeft(field, " \t\r\n")
	if result := plainResult.MatchString(field); result {
		return "", true
	}
	end := strings.IndexAny(field, " \t\r\n;(\"")
	if end < 0 {
		end = len(field)
	}
	return field[:end], end > 0
}

func parseResults(field string, preset Preset) ([]authres.Result, error) {
	plain, err := plainResults(field)
	if err != nil {
		return nil, err
	}
	if preset == Microsoft365 { // has no authserv-id, which the parser insists on
		plain = "microsoft;" + plain
	}
	_, results, err := authres.Parse(plain)
	return results, err
}

// dmarc is the verdict on a domain: a failure for any domain is one, a pass only for this one.
func dmarc(results []authres.Result, domain string) Result {
	verdict := Unknown
	for _, r := range results {
		d, ok := r.(*authres.DMARCResult)
		switch {
		case !ok:
		case d.Value == authres.ResultFail || d.Value == authres.ResultHardFail:
			return Fail
		case d.Value == authres.ResultPass && domain != "" && Normalise(d.From) == domain:
			verdict = Pass
		}
	}
	return verdict
}

// dkim tells whether a passed signature is aligned with a domain: both belong to one organisation (RFC 7489, section
// 3.1.1, relaxed mode).
func dkim(results []authres.Result, domain string) bool {
	for _, r := range results {
		d, ok := r.(*authres.DKIMResult)
		if !ok || d.Value != authres.ResultPass {
			continue
		}
		signer := Normalise(d.Domain)
		if signer == "" {
			signer = Normalise(d.Identifier[strings.LastIndexByte(d.Identifier, '@')+1:])
		}
		if sameOrganisation(signer, domain) {
			return true
		}
	}
	return false
}

func sameOrganisation(a, b string) bool {
	if a == "" || b == "" {
		return false
	}
	orgA, err := publicsuffix.EffectiveTLDPlusOne(a)
	if err != nil {
		return false
	}
	orgB, err := publicsuffix.EffectiveTLDPlusOne(b)
	return err == nil && orgA == orgB
}

// internal tells whether Exchange says that the author is signed in to the own organisation. It strips this field from
// mail that comes from outside; one that contradicts itself counts for nothing.
func internal(h message.Header) bool {
	all := h.Values("X-MS-Exchange-Organization-AuthAs")
	for _, v := range all {
		if !strings.EqualFold(strings.TrimSpace(v), "Internal") {
			return false
		}
	}
	return len(all) > 0
}
