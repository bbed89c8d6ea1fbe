package authority

import (
	"slices"
	"strings"
	"testing"

	"triaged/internal/message"
)

func from(addresses ...string) []message.Address {
	var all []message.Address
	for _, a := range addresses {
		all = append(all, message.Address{Address: a})
	}
	return all
}

// TestProve is the table of attacks, and of what honest people send, as far as proof decides them.
func TestProve(t *testing.T) {
	const kim = "kim@school.example"
	day := DayOf(now)
	token := func(audience string, instance string) string {
		return ring.MessageID(Token{instance, audience, 12, 7, day}, "school.example")
	}
	toKim, toTeam, toQueue := token(kim, "desk"), token("campus@school.example", "desk"), token("queue@school.example", "desk")
	toTeacher := token("teacher@school.example", "desk")
	linkTo := func(audience string) []string {
		return []string{ring.LinkKey(Link{"desk", audience, 12, 99, day})}
	}
	linkKey := ring.LinkKey(Link{"desk", kim, 12, 99, day})
	strict := Policy{Mode: TokenOrDMARC, Instance: "desk", Preset: Authserv, AuthservID: mx}
	closed := strict
	closed.Mode = FromAlone
	microsoft := Policy{Mode: TokenOrDMARC, Instance: "desk", Preset: Microsoft365}
	ms := header("From: " + kim)

	tests := []struct {
		name   string
		policy Policy
		claim  Claim
		by     Means // ByNothing: not proven
		failed bool
	}{
		{"answer to a mail to Kim", strict, Claim{Froms: from(kim), InReplyTo: []string{toKim}}, ByToken, false},
		{"address in capitals", strict, Claim{Froms: from("Kim@School.Example"), InReplyTo: []string{toKim}}, ByToken, false},
		{"answer to a mail to Kim's team", strict, Claim{Froms: from(kim), InReplyTo: []string{toTeam}}, ByToken, false},
		{"answer to a mail to the queue", strict, Claim{Froms: from("ann@school.example"), InReplyTo: []string{toQueue}}, ByToken, false},
		{"the service replaced the Message-ID", strict, Claim{Froms: from(kim), InReplyTo: []string{"010f@ses.example"}, References: []string{toKim, "010f@ses.example"}}, ByToken, false},
		{"a colleague's answer in between", strict, Claim{Froms: from(kim), InReplyTo: []string{"x@school.example"}, References: []string{"a@b", toKim, "x@school.example"}}, ByToken, false},
		{"requester answers the acknowledgement", strict, Claim{Froms: from("teacher@school.example"), InReplyTo: []string{toTeacher}}, ByToken, false},
		{"DMARC pass, no token", strict, Claim{Header: header(pass), Froms: from(kim)}, ByDMARC, false},
		{"DKIM alone", strict, Claim{Header: header(ar + mx + "; dkim=pass header.d=school.example"), Froms: from(kim)}, ByDKIM, false},
		{"one-tap link", strict, Claim{Froms: from(kim), Keys: []string{linkKey}, Request: 12}, ByLink, false},
		{"one-tap link to Kim's team", strict, Claim{Froms: from(kim), Keys: linkTo("campus@school.example"), Request: 12}, ByLink, false},
		{"one-tap link to the queue", strict, Claim{Froms: from("ann@school.example"), Keys: linkTo("queue@school.example"), Request: 12}, ByLink, false},
		{"one-tap link to a team, no member", strict, Claim{Froms: from("ann@school.example"), Keys: linkTo("campus@school.example"), Request: 12}, ByNothing, false},
		{"one-tap link to a team, from the team's own address", strict, Claim{Froms: from("campus@school.example"), Keys: linkTo("campus@school.example"), Request: 12}, ByLink, false},
		{"one-tap link to the queue, no staff", strict, Claim{Froms: from("teacher@school.example"), Keys: linkTo("queue@school.example"), Request: 12}, ByNothing, false},
		{"from mode", closed, Claim{Froms: from(kim)}, ByFrom, false},
		{"Microsoft: inside", microsoft, Claim{Header: append(ms, header("X-MS-Exchange-Organization-AuthAs: Internal")...), Froms: from(kim)}, ByInternal, false},

		{"forged From", strict, Claim{Froms: from(kim)}, ByNothing, false},
		{"forged From, server says fail", strict, Claim{Header: header(fail), Froms: from(kim)}, ByNothing, true},
		{"forged From in from mode, server says fail", closed, Claim{Header: header(fail), Froms: from(kim)}, ByNothing, true},
		{"replayed token, server says fail", strict, Claim{Header: header(fail), Froms: from(kim), InReplyTo: []string{toKim}}, ByNothing, true},
		{"one-tap link, server says fail", strict, Claim{Header: header(fail), Froms: from(kim), Keys: []string{linkKey}, Request: 12}, ByNothing, true},
		{"token leaked to somebody else", strict, Claim{Froms: from("lee@school.example"), InReplyTo: []string{toKim}}, ByNothing, false},
		{"team's token, no member", strict, Claim{Froms: from("ann@school.example"), InReplyTo: []string{toTeam}}, ByNothing, false},
		{"team's token, an outsider", strict, Claim{Froms: from("x@evil.example"), InReplyTo: []string{toTeam}}, ByNothing, false},
		{"queue's token, no staff", strict, Claim{Froms: from("teacher@school.example"), InReplyTo: []string{toQueue}}, ByNothing, false},
		{"requester's token, Kim", strict, Claim{Froms: from(kim), InReplyTo: []string{toTeacher}}, ByNothing, false},
		{"another desk's token", strict, Claim{Froms: from(kim), InReplyTo: []string{token(kim, "other")}}, ByNothing, false},
		{"a made-up token", strict, Claim{Froms: from(kim), InReplyTo: []string{"sr12." + strings.Repeat("a", 12) + "." + strings.Repeat("b", 20) + "@school.example"}}, ByNothing, false},
		{"look-alike address", strict, Claim{Froms: from("kіm@school.example"), InReplyTo: []string{toKim}}, ByNothing, false},
		{"look-alike domain", strict, Claim{Header: header(pass), Froms: from("kim@schooI.example")}, ByNothing, false},
		{"plus-address", strict, Claim{Froms: from("kim+x@school.example"), InReplyTo: []string{toKim}}, ByNothing, false},
		{"two From fields", strict, Claim{Header: header("From: x@evil.example", "From: "+kim, pass), Froms: from(kim), InReplyTo: []string{toKim}}, ByNothing, false},
		{"a From field with a space", strict, Claim{Header: header("From : x@evil.example", "From: "+kim, pass), Froms: from(kim)}, ByNothing, false},
		{"two authors", strict, Claim{Header: header(pass), Froms: from(kim, "x@evil.example"), InReplyTo: []string{toKim}}, ByNothing, false},
		{"no author", closed, Claim{Header: header(pass)}, ByNothing, false},
		{"empty author", closed, Claim{Froms: from("")}, ByNothing, false},
		{"injected results", strict, Claim{Header: header(ar + "mx.evil.example; dmarc=pass header.from=school.example"), Froms: from(kim)}, ByNothing, false},
		{"results below the server's own", strict, Claim{Header: header(ar+mx+"; dmarc=none", pass), Froms: from(kim)}, ByNothing, false},
		{"Microsoft's header at another desk", strict, Claim{Header: header("X-MS-Exchange-Organization-AuthAs: Internal"), Froms: from(kim)}, ByNothing, false},
		{"Google's header at another desk", strict, Claim{Header: header(ar + "mx.google.com; dmarc=pass header.from=school.example"), Froms: from(kim)}, ByNothing, false},
		{"DMARC pass of the attacker's own domain", strict, Claim{Header: header(ar + mx + "; dmarc=pass header.from=evil.example"), Froms: from(kim)}, ByNothing, false},
		{"forged link key", strict, Claim{Froms: from(kim), Keys: []string{strings.Repeat("a", 30)}, Request: 12}, ByNothing, false},
		{"link key of another request", strict, Claim{Froms: from(kim), Keys: []string{linkKey}, Request: 13}, ByNothing, false},
		{"link key in another's hands", strict, Claim{Froms: from("lee@school.example"), Keys: []string{linkKey}, Request: 12}, ByNothing, false},
		{"a long thread", strict, Claim{Froms: from(kim), References: append([]string{toKim}, make([]string, 199)...)}, ByToken, false},
		{"a flood of tokens", strict, Claim{Froms: from(kim), References: append([]string{toKim}, slices.Repeat([]string{toTeacher}, 199)...)}, ByNothing, false},
	}
	for _, tt := range tests {
		got := Prove(tt.claim, tt.policy, ring, testRoster(), now)
		if got.By != tt.by || got.Proven != (tt.by != ByNothing) || got.Failed != tt.failed {
			t.Errorf("%s: %+v, want proof by %q, failed %v", tt.name, got, tt.by, tt.failed)
		}
		if got.Why == "" {
			t.Errorf("%s: no reason", tt.name)
		}
		if (got.By == ByToken) && (got.Token == nil || got.Token.Request != 12) || (got.By == ByLink) != (got.Link != nil) {
			t.Errorf("%s: token %v, link %v", tt.name, got.Token, got.Link)
		}
	}
}

func TestProveKeepsTheTokenOfAForgedAnswer(t *testing.T) {
	id := ring.MessageID(Token{"desk", "kim@school.example", 12, 7, DayOf(now)}, "x")
	got := Prove(Claim{Header: header(fail), Froms: from("kim@school.example"), InReplyTo: []string{id}},
		Policy{Instance: "desk", Preset: Authserv, AuthservID: mx}, ring, testRoster(), now)
	if got.Proven || got.Token == nil {
		t.Errorf("%+v", got)
	}
}
