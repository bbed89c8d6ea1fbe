package intake

import (
	"strings"

	"triaged/internal/message"
)

// unwanted sets aside what the receiving server calls spam or forged. It is listed for the analysts and answered by
// nobody.
func (d *decision) unwanted() bool {
	if why := d.suspicion(); why != "" {
		return d.end(Spam, "%s", why)
	}
	return false
}

// suspicion is why nobody should be written to because of this mail, or "".
func (d *decision) suspicion() string {
	switch {
	case d.env.Shell:
		return ""
	case d.env.Junk:
		return "it lay in the junk folder"
	case d.proof.Failed:
		return "its From is forged: " + d.proof.Why
	}
	return spamVerdict(d.m.Header)
}

// spamVerdict reads what filters write into the header: SpamAssassin's and rspamd's X-Spam fields, and Microsoft's
// spam confidence level, of which 5 and more means spam.
func spamVerdict(h message.Header) string {
	yes := func(v string) bool { return strings.HasPrefix(strings.ToLower(strings.TrimSpace(v)), "yes") }
	for _, name := range []string{"X-Spam-Flag", "X-Spam-Status", "X-Spam"} {
		if v := h.Get(name); yes(v) {
			return name + " says yes"
		}
	}
	scl := strings.TrimSpace(h.Get("X-MS-Exchange-Organization-SCL"))
	if len(scl) == 1 && scl >= "5" && scl <= "9" {
		return "the spam confidence level is " + scl
	}
	return ""
}
