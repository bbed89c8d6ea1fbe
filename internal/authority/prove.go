package authority

import (
	"slices"
	"strings"
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
	Date       time.Time         // when its author says that it was written; zero if it does not say
	Received   time.Time         // when the server took it in
}

// Proof is whether a mail's author is who From says.
type Proof struct {
	Proven bool
	By     Means
	Failed bool   // the receiving server says that From is forged: such mail is not acknowledged either
	Token  *Token // the token of the mail answered, if it is good, whether or not it was what proved
	Link   *Link  // the one-tap link used, if it was what proved; a used one proves nothing, which the store knows
	Why    string // in words for the ledger
}

// maxCandidates bounds how many tokens and keys of one mail are tried; Message-IDs of others do not count.
const maxCandidates = 50

// Prove weighs a mail's proof. What the receiving server calls forged is never proven, whatever else it bears and
// whatever the mode; nor is a mail with more than one author. A token counts where it stands in In-Reply-To or
// References, the latter because some services replace the bot's Message-IDs.
func Prove(c Claim, p Policy, k Keys, r *Roster, now time.Time) Proof {
	from, why := onlyAuthor(c)
	if from == "" {
		return Proof{Why: why}
	}
	token, tokenWhy := findToken(c, p, k, r.Audiences(from), now)
	verdict := Judge(c.Header, p.Preset, p.AuthservID, Domain(from))
	if verdict.DMARC == Fail {
		return Proof{Failed: true, Token: token, Why: verdict.Reason + ": From is forged"}
	}
	proven := func(by Means, why string) Proof { return Proof{Proven: true, By: by, Token: token, Why: why} }
	if token != nil {
		return proven(ByToken, "answers a mail of the bot's to "+token.Audience)
	}
	if link, ok := findLink(c, p, k, r.Audiences(from), now); ok {
		proof := proven(ByLink, "bears the key of a one-tap link to "+link.Recipient)
		proof.Link = &link
		return proof
	}
	replay := ""
	if verdict.DMARC == Pass || verdict.DKIM {
		replay = replayable(c, Domain(from))
	}
	switch {
	case verdict.DMARC == Pass && replay == "":
		return proven(ByDMARC, verdict.Reason)
	case verdict.DKIM && replay == "":
		return proven(ByDKIM, verdict.Reason)
	case verdict.Internal:
		return proven(ByInternal, verdict.Reason)
	case p.Mode == FromAlone:
		return proven(ByFrom, "authority is \"from\": any From is believed")
	}
	if replay != "" {
		verdict.Reason += ", but " + replay
	}
	return Proof{Why: strings.TrimPrefix(tokenWhy+"; ", "; ") + verdict.Reason}
}

// onlyAuthor returns the normalised address of a mail's one author, or why there is none. Mail programs differ in which
// of several they show, so several are nobody.
func onlyAuthor(c Claim) (from, why string) {
	fields := 0
	for _, f := range c.Header {
		if strings.EqualFold(strings.TrimSpace(f.Name), "from") {
			fields++
		}
	}
	switch {
	case fields > 1:
		return "", "it has several From fields"
	case len(c.Froms) > 1:
		return "", "From names several people"
	case len(c.Froms) == 0 || Domain(c.Froms[0].Address) == "":
		return "", "From names nobody"
	}
	return Normalise(c.Froms[0].Address), ""
}

// findToken looks for a good token, the mail answered first, then the references, latest first. why says what was wrong
// with the first that looked like one.
func findToken(c Claim, p Policy, k Keys, audiences []string, now time.Time) (t *Token, why string) {
	tried := 0
	for _, id := range slices.Concat(c.InReplyTo, reversed(c.References)) {
		if !LooksOwn(id) {
			continue
		}
		if tried++; tried > maxCandidates {
			break
		}
		token, reason := k.Verify(id, p.Instance, audiences, now)
		if reason == "" {
			return &token, ""
		}
		if why == "" {
			why = "the token of the mail answered is " + reason
		}
	}
	return nil, why
}

func reversed(ids []string) []string {
	ids = slices.Clone(ids)
	slices.Reverse(ids)
	return ids
}

// findLink looks for a good key of a one-tap link. Like a token, one that went to a team's address serves the team.
func findLink(c Claim, p Policy, k Keys, audiences []string, now time.Time) (Link, bool) {
	for _, key := range c.Keys[:min(len(c.Keys), maxCandidates)] {
		for _, audience := range audiences {
			if l, reason := k.CheckLink(key, p.Instance, audience, c.Request, now); reason == "" {
				return l, true
			}
		}
	}
	return Link{}, false
}
