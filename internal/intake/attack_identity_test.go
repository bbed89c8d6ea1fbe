package intake_test

import (
	"strings"

	"triaged/internal/authority"
	"triaged/internal/compose"
	"triaged/internal/intake"
)

// preset lets the desk believe another server.
func (f *memory) preset(p authority.Preset) {
	box := f.policy.Mailboxes["support"]
	box.Proof.Preset, box.Proof.AuthservID = p, ""
	f.policy.Mailboxes["support"] = box
}

// identityAttacks pretend to be somebody else.
var identityAttacks = []attack{
	{what: "results in a comment of the server's own field", outcome: intake.HeldForProof, sends: "confirmation " + kim,
		mail: func(f *memory, _ compose.Letter) string {
			return f.mail(kim, "[SR-1] #1-3", "", "Authentication-Results: mx.school.example (; dmarc=pass header.from=school.example ); dmarc=none header.from=school.example")
		}},
	{what: "results in a quoted string of the server's own field", outcome: intake.HeldForProof, sends: "confirmation " + kim,
		mail: func(f *memory, _ compose.Letter) string {
			return f.mail(kim, "[SR-1] #1-3", "", `Authentication-Results: mx.school.example; spf=none smtp.mailfrom="x; dmarc=pass header.from=school.example"`)
		}},
	{what: "results of a server whose name begins like ours", outcome: intake.HeldForProof, sends: "confirmation " + kim,
		mail: func(f *memory, _ compose.Letter) string {
			return f.mail(kim, "[SR-1] #1-3", "", "Authentication-Results: mx.school.example.evil.example; dmarc=pass header.from=school.example")
		}},
	{what: "a pass for a domain below ours", outcome: intake.HeldForProof, sends: "confirmation " + kim,
		mail: func(f *memory, _ compose.Letter) string {
			return f.mail(kim, "[SR-1] #1-3", "", "Authentication-Results: mx.school.example; dmarc=pass header.from=students.school.example")
		}},
	{what: "a pass and a fail in one field", outcome: intake.Spam,
		mail: func(f *memory, _ compose.Letter) string {
			return f.mail(kim, "[SR-1] #1-3", "", "Authentication-Results: mx.school.example; dmarc=pass header.from=school.example; dmarc=fail header.from=school.example")
		}},
	{what: "a field that goes on in a line of the sender's", outcome: intake.HeldForProof, sends: "confirmation " + kim,
		mail: func(f *memory, _ compose.Letter) string {
			return f.mail(kim, "[SR-1] #1-3", "", "X-Note: hello\r\n Authentication-Results: mx.school.example; dmarc=pass header.from=school.example")
		}},
	{what: "SPF and DKIM of the attacker's own domain", outcome: intake.HeldForProof, sends: "confirmation " + kim,
		mail: func(f *memory, _ compose.Letter) string {
			return f.mail(kim, "[SR-1] #1-3", "", "Authentication-Results: mx.school.example; spf=pass smtp.mailfrom=evil.example; dkim=pass header.d=evil.example; dmarc=none header.from=school.example")
		}},
	{what: "DKIM of a public suffix, aligned with everybody below it", outcome: intake.HeldForProof, sends: "confirmation kim@a.k12.tx.us",
		mail: func(f *memory, _ compose.Letter) string {
			f.policy.Eligible = nil
			f.policy.Roster = roster(authority.Person{Address: "kim@a.k12.tx.us", Role: authority.Technician})
			return f.mail("kim@a.k12.tx.us", "[SR-1] #1-3", "", "Authentication-Results: mx.school.example; dkim=pass header.d=k12.tx.us")
		}},
	{what: "Google: the server's word below an invented one", outcome: intake.HeldForProof, sends: "confirmation " + kim,
		mail: func(f *memory, _ compose.Letter) string {
			f.preset(authority.Google)
			return f.mail(kim, "[SR-1] #1-3", "", "Authentication-Results: mx.google.com; dmarc=none header.from=school.example\r\nAuthentication-Results: mx.google.com; dmarc=pass header.from=school.example")
		}},
	{what: "Google: ARC's copy of a verdict", outcome: intake.HeldForProof, sends: "confirmation " + kim,
		mail: func(f *memory, _ compose.Letter) string {
			f.preset(authority.Google)
			return f.mail(kim, "[SR-1] #1-3", "", "ARC-Authentication-Results: i=1; mx.google.com; dmarc=pass header.from=school.example")
		}},
	{what: "Microsoft: a pass below the server's fail", outcome: intake.Spam,
		mail: func(f *memory, _ compose.Letter) string {
			f.preset(authority.Microsoft365)
			return f.mail(kim, "[SR-1] #1-3", "", "Authentication-Results: spf=fail smtp.mailfrom=evil.example; dkim=none; dmarc=fail action=none header.from=school.example\r\nAuthentication-Results: dmarc=pass header.from=school.example")
		}},
	{what: "Microsoft: somebody else's field on top", outcome: intake.HeldForProof, sends: "confirmation " + kim,
		mail: func(f *memory, _ compose.Letter) string {
			f.preset(authority.Microsoft365)
			return f.mail(kim, "[SR-1] #1-3", "", "Authentication-Results: mx.evil.example; dmarc=pass header.from=school.example\r\nAuthentication-Results: dmarc=pass header.from=school.example")
		}},
	{what: "Microsoft: an AuthAs that contradicts itself", outcome: intake.HeldForProof, sends: "confirmation " + kim,
		mail: func(f *memory, _ compose.Letter) string {
			f.preset(authority.Microsoft365)
			return f.mail(kim, "[SR-1] #1-3", "", "X-MS-Exchange-Organization-AuthAs: Anonymous\r\nX-MS-Exchange-Organization-AuthAs: Internal")
		}},
	{what: "an address in front of the real one", outcome: intake.NotEligible,
		mail: func(f *memory, _ compose.Letter) string {
			return f.mail(kim+" <mallory@elsewhere.example>", "[SR-1] #1-3", "", vouched)
		}},
	{what: "an address in an encoded word", outcome: intake.NotEligible,
		mail: func(f *memory, _ compose.Letter) string {
			return f.mail("=?utf-8?q?Kim_=3Ckim=40school.example=3E?= <mallory@elsewhere.example>", "[SR-1] #1-3", "", vouched)
		}},
	{what: "a source route through the desk's domain", outcome: intake.NotEligible,
		mail: func(f *memory, _ compose.Letter) string {
			return f.mail("<@school.example:mallory@elsewhere.example>", "[SR-1] #1-3", "", vouched)
		}},
	{what: "a group in From, with Kim in it", outcome: intake.HeldForProof, sends: "confirmation " + kim,
		mail: func(f *memory, _ compose.Letter) string {
			return f.mail("Staff: "+kim+", "+vic+";", "[SR-1] #1-3", "", vouched)
		}},
	{what: "a look-alike domain", outcome: intake.NotEligible,
		mail: func(f *memory, _ compose.Letter) string {
			return f.mail("kim@schооl.example", "[SR-1] #1-3", "", vouched)
		}},
	{what: "the team's own address as author, with the team's token", outcome: intake.Replied, sends: "notice " + kim,
		mail: func(f *memory, notice compose.Letter) string {
			team := notice
			team.To.Address, team.At = "campus@school.example", f.now
			f.post(team)
			return f.answer(team, "campus@school.example", "#1-3")
		}},
	{what: "Sender and Reply-To of Kim's", outcome: intake.NotEligible,
		mail: func(f *memory, _ compose.Letter) string {
			return f.mail("mallory@elsewhere.example", "[SR-1] #1-3", "", vouched, "Sender: "+kim, "Reply-To: "+kim, "Return-Path: <"+kim+">")
		}},
	{what: "a mail under the Message-ID of the bot's own", outcome: intake.HeldForProof, sends: "confirmation " + kim,
		mail: func(f *memory, notice compose.Letter) string {
			return f.mail(kim, "[SR-1] #1-3", "", "Message-ID: <"+f.idOf(notice)+">")
		}},
	{what: "a token whose request was changed", outcome: intake.HeldForProof, sends: "confirmation " + kim,
		mail: func(f *memory, notice compose.Letter) string {
			f.take(f.mail(pat, "Printer", "The printer is out of toner."))
			return f.mail(kim, "[SR-1]", "#1-3", "In-Reply-To: <"+strings.Replace(f.idOf(notice), "sr1.", "sr2.", 1)+">")
		}, opened: 1},
	{what: "a token of the day after tomorrow's key", outcome: intake.HeldForProof, sends: "confirmation " + kim,
		mail: func(f *memory, notice compose.Letter) string {
			raw := f.answer(notice, kim, "#1-3")
			f.policy.Keys = authority.Keys{{ID: 9, Secret: [32]byte{9}}} // all keys were revoked since
			return raw
		}},
	{what: "a portal's form in somebody's name from outside", outcome: intake.Opened, sends: "notice " + kim, opened: 1,
		mail: func(f *memory, _ compose.Letter) string {
			return f.mail("portal@school.example", "Form", "Help.", "Reply-To: victim@elsewhere.example")
		}},
	{what: "a portal's form with a command and a staff member's name", outcome: intake.Opened, sends: "acknowledgement " + kim, opened: 1,
		mail: func(f *memory, _ compose.Letter) string {
			return f.mail("portal@school.example", "[SR-1] #1-3", "SR-1 #1-3\n#1-3", "Reply-To: "+kim)
		}},
	{what: "a made-up bounce of a mail to Kim, once more", outcome: intake.Bounced,
		mail: func(f *memory, notice compose.Letter) string {
			bounce := "From: MAILER-DAEMON@mx.school.example\r\nSubject: Undelivered Mail Returned to Sender\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n" +
				"--b\r\nContent-Type: text/plain\r\n\r\n#1-3\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; " + kim +
				"\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <" + f.idOf(notice) + ">\r\n\r\nx\r\n--b--\r\n"
			if v := f.take(bounce); len(v.Desk) != 1 {
				f.t.Errorf("the first bounce says %v", v.Desk)
			}
			if v := f.take(strings.Replace(bounce, "\r\n\r\n#1-3", "\r\n\r\n#1-4", 1)); len(v.Desk) != 0 {
				f.t.Errorf("the second tells the operators again: %v", v.Desk)
			}
			f.take(f.mail(kim, "Lunch", "At noon?", "In-Reply-To: <1@people.example>")) // Kim writes: she can be reached
			return strings.Replace(bounce, kim+"\r\nAction", pat+"\r\nAction", 1)
		}},
}
