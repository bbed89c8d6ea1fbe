package authority

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"triaged/internal/message"
)

// The receiving server's pass says that a domain signed these words once, not when, nor for whom: whoever ever got a signed
// mail can send it again, and it passes again. So a pass proves the author only of a mail that is as young as its signed
// Date says, and of which the signature leaves nothing open to be added. That such a mail counts once is the store's to
// know.

// How far apart the writing of a mail and its receipt may be. A mail server tries for days; a clock is wrong by hours.
const (
	maxTransit = 3 * 24 * time.Hour
	maxAhead   = 12 * time.Hour
)

// replayable says why a mail that passed may be an old one sent again, or one that something was added to; "" if it is
// not. Who is refused only because of it is asked whether they wrote it.
func replayable(c Claim, domain string) string {
	switch age := c.Received.Sub(c.Date); {
	case c.Date.IsZero(): // without a signature there is nothing to send again
	case age > maxTransit:
		return fmt.Sprintf("it was written %d days before it came", int(age.Hours()/24))
	case age < -maxAhead:
		return "its date lies ahead"
	}
	if name := repeated(c.Header); name != "" {
		return "it has several " + name + " fields"
	}
	for _, signature := range c.Header.Values("DKIM-Signature") {
		if why := open(c, signature, domain); why != "" {
			return why
		}
	}
	return ""
}

// signedOnce are the fields that a mail has once (RFC 5322, section 3.6), and that decide what it says. A signature covers the
// last of several (RFC 6376, section 5.4.2), people and programs read the first.
var signedOnce = []string{"From", "Date", "Subject", "To", "Cc", "In-Reply-To", "References", "Content-Type", "Content-Transfer-Encoding"}

func repeated(h message.Header) string {
	seen := map[string]bool{}
	for _, f := range h {
		name := strings.TrimSpace(f.Name)
		if i := slices.IndexFunc(signedOnce, func(s string) bool { return strings.EqualFold(s, name) }); i >= 0 {
			if seen[signedOnce[i]] {
				return signedOnce[i]
			}
			seen[signedOnce[i]] = true
		}
	}
	return ""
}

// open says what a signature of the domain's leaves open: text behind its length (RFC 6376, section 8.2), or the date and the
// subject. Signatures of others prove nothing here, and so harm nothing.
func open(c Claim, signature, domain string) string {
	tags := map[string]string{}
	for tag := range strings.SplitSeq(signature, ";") {
		name, value, _ := strings.Cut(tag, "=")
		tags[strings.TrimSpace(name)] = strings.ToLower(strings.Join(strings.Fields(value), ""))
	}
	if !sameOrganisation(Normalise(tags["d"]), domain) {
		return ""
	}
	if c.Date.IsZero() {
		return "it bears no date"
	}
	if _, ends := tags["l"]; ends {
		return "its signature covers only a part of the text"
	}
	for _, name := range []string{"from", "date", "subject"} {
		if !strings.Contains(":"+tags["h"]+":", ":"+name+":") {
			return "its signature does not cover the " + name
		}
	}
	return ""
}
