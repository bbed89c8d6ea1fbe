package intake

import (
	"slices"
	"strings"

	"triaged/internal/authority"
	"triaged/internal/request"
)

// locate finds the request that the mail belongs to. It never decides. The order is the design's: a Message-ID of the
// bot's own, then any other that the bot has seen, then the number in the subject.
func (d *decision) locate() bool {
	d.thread, d.how = d.findThread()
	// A duplicate's thread leads to the request that it was merged into.
	for range 10 {
		r, ok := d.desk.request(d.thread)
		if !ok || r.State != request.Merged {
			break
		}
		d.thread = r.MergedInto
	}
	d.verdict.Request = d.thread
	return false
}

func (d *decision) findThread() (request.Number, string) {
	if d.answered != nil && d.answered.Letter.Request != 0 {
		return d.answered.Letter.Request, "it answers a mail of the bot's"
	}
	if d.answered != nil {
		// A digest or the like is about several requests: only commands or the subject can tell which.
		return d.fromSubject()
	}
	refs := slices.Clone(d.m.References)
	slices.Reverse(refs)
	for _, id := range slices.Concat(d.m.InReplyTo, refs) {
		if n, ok := d.facts.ThreadOf(id); ok {
			return n, "it answers a mail of the request's thread"
		}
	}
	return d.fromSubject()
}

// fromSubject takes a number in the subject, if its author takes part in that request or is staff.
func (d *decision) fromSubject() (request.Number, string) {
	n := numberIn(d.m.Subject, d.policy.Prefix)
	if n == 0 {
		n = d.taggedIn(d.m.Subject)
	}
	r, ok := d.desk.request(n)
	if !ok {
		return 0, ""
	}
	if d.isStaff || takesPart(r, d.from()) {
		return n, "its subject names the number"
	}
	d.aside = "the number in its subject was ignored: its author takes no part in that request"
	return 0, ""
}

// taggedIn finds the tag of another system's in a subject: of the system that the desk had before, and that people go on
// answering mails of. 0 for none.
func (d *decision) taggedIn(subject string) request.Number {
	rest := strings.ToLower(subject)
	for range 10 { // a subject of brackets only costs no more
		start := strings.IndexByte(rest, '[')
		if start < 0 {
			break
		}
		rest = rest[start:]
		end := strings.IndexByte(rest, ']')
		if end < 0 {
			break
		}
		if n, ok := d.facts.Tagged(rest[:end+1]); ok {
			return n
		}
		rest = rest[1:]
	}
	return 0
}

// numberIn finds "[SR-12]" in a subject. Digits beyond nine are no number of ours.
func numberIn(subject, prefix string) request.Number {
	upper := strings.ToUpper(subject)
	open := "[" + strings.ToUpper(prefix) + "-"
	for {
		i := strings.Index(upper, open)
		if i < 0 {
			return 0
		}
		upper = upper[i+len(open):]
		n, digits := request.Number(0), 0
		for digits < len(upper) && digits < 10 && upper[digits] >= '0' && upper[digits] <= '9' {
			n = n*10 + request.Number(upper[digits]-'0')
			digits++
		}
		if digits > 0 && digits < 10 && digits < len(upper) && upper[digits] == ']' {
			return n
		}
	}
}

// takesPart tells whether somebody is the requester of r or was on Cc.
func takesPart(r request.Request, address string) bool {
	if authority.Normalise(r.Requester.Address) == address {
		return true
	}
	return slices.ContainsFunc(r.Watchers, func(p request.Person) bool { return authority.Normalise(p.Address) == address })
}
