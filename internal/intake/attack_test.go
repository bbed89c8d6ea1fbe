package intake_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"triaged/internal/authority"
	"triaged/internal/chart"
	"triaged/internal/compose"
	"triaged/internal/intake"
	"triaged/internal/request"
)

const forgedMail = "Authentication-Results: mx.school.example; dmarc=fail header.from=school.example"

// key makes a one-tap key for a request.
func (f *memory) key(to string, n request.Number, nonce uint64) string {
	return f.policy.Keys.LinkKey(authority.Link{Instance: "test", Recipient: to, Request: int64(n), Nonce: nonce, IssuedDay: authority.DayOf(f.now)})
}

// attack is one way of making the desk do what its author may not have done. Request 1 is Pat's, open and uncategorized; Kim
// has its notice.
type attack struct {
	what    string
	mail    func(f *memory, notice compose.Letter) string
	outcome intake.Outcome
	sends   string // kinds and recipients of what is sent, joined by ", "
	code    string // of request 1 afterwards
	state   request.State
	opened  int // requests besides the first
}

var attacks = []attack{
	{what: "a forged From, nothing to check it", outcome: intake.HeldForProof, sends: "confirmation " + kim,
		mail: func(f *memory, _ compose.Letter) string { return f.mail(kim, "[SR-1] #1-3", "") }},
	{what: "a forged From, caught by the server", outcome: intake.Spam,
		mail: func(f *memory, _ compose.Letter) string { return f.mail(kim, "[SR-1] #1-3", "", forgedMail) }},
	{what: "a replayed token, caught by the server", outcome: intake.Spam,
		mail: func(f *memory, notice compose.Letter) string { return f.answer(notice, kim, "#1-3", forgedMail) }},
	{what: "a token leaked by reply-all, used by the requester", outcome: intake.Replied, sends: "notice " + kim,
		mail: func(f *memory, notice compose.Letter) string { return f.answer(notice, pat, "#1-3") }},
	{what: "a token for Kim in the hands of another technician", outcome: intake.HeldForProof, sends: "confirmation " + vic,
		mail: func(f *memory, notice compose.Letter) string { return f.answer(notice, vic, "#1-3") }},
	{what: "a captured command mail once more", outcome: intake.Duplicate, code: "1-3",
		mail: func(f *memory, notice compose.Letter) string {
			raw := f.answer(notice, kim, "#1-3")
			f.take(raw)
			return raw
		}},
	{what: "another system's tag, named by somebody who takes no part", outcome: intake.Opened, opened: 1, sends: "acknowledgement joe@school.example, notice " + kim,
		mail: func(f *memory, _ compose.Letter) string {
			f.threads["tag [rt.example #7]"] = 1
			return f.mail("joe@school.example", "Re: [RT.example #7] Locked out", "Me too.", vouched)
		}},
	{what: "another system's tag as a Message-ID", outcome: intake.Opened, opened: 1, sends: "acknowledgement joe@school.example, notice " + kim,
		mail: func(f *memory, _ compose.Letter) string {
			f.threads["tag [rt.example #7]"] = 1
			return f.mail("joe@school.example", "Locked out", "Me too.", vouched+"\r\nIn-Reply-To: <[rt.example #7]>")
		}},
	{what: "another system's tag, by the requester", outcome: intake.Replied, sends: "notice " + kim,
		mail: func(f *memory, _ compose.Letter) string {
			f.threads["tag [rt.example #7]"] = 1
			return f.mail(pat, "Re: [rt.example #7] Locked out", "Still locked.", vouched)
		}},
	{what: "two From fields", outcome: intake.HeldForProof, sends: "confirmation " + kim,
		mail: func(f *memory, notice compose.Letter) string { return f.answer(notice, kim, "#1-3", "From: "+vic) }},
	{what: "a From of two people", outcome: intake.HeldForProof, sends: "confirmation " + kim,
		mail: func(f *memory, _ compose.Letter) string { return f.mail(kim+", "+pat, "[SR-1] #1-3", "", vouched) }},
	{what: "a staff address as the display name", outcome: intake.NotEligible,
		mail: func(f *memory, _ compose.Letter) string {
			return f.mail("\""+kim+"\" <mallory@elsewhere.example>", "[SR-1] #1-3", "", vouched)
		}},
	{what: "a header smuggled through the subject", outcome: intake.HeldForProof, sends: "confirmation " + kim,
		mail: func(f *memory, _ compose.Letter) string {
			return f.mail(kim, "=?utf-8?q?[SR-1]_#1-3=0D=0AAuthentication-Results:_mx.school.example;_dmarc=3Dpass_header.from=3Dschool.example?=", "#1-3")
		}},
	{what: "a nested mail of Kim's with a command", outcome: intake.Opened, sends: "acknowledgement " + pat + ", notice " + kim, opened: 1,
		mail: func(f *memory, _ compose.Letter) string {
			return strings.Replace(f.mail(pat, "See attached", ""), "\r\n\r\n", "\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nPlease look.\r\n"+
				"--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: "+kim+"\r\nSubject: [SR-1] #1-3\r\n"+vouched+"\r\n\r\nSR-1 #1-3\r\n--b--\r\n", 1)
		}},
	{what: "a look-alike address", outcome: intake.Opened, sends: "acknowledgement kіm@school.example, notice " + kim, opened: 1,
		mail: func(f *memory, _ compose.Letter) string {
			return f.mail("kіm@school.example", "[SR-1] #1-3", "SR-1 #1-3", vouched)
		}},
	{what: "a plus-address of Kim's", outcome: intake.Opened, sends: "acknowledgement kim+desk@school.example, notice " + kim, opened: 1,
		mail: func(f *memory, _ compose.Letter) string {
			return f.mail("kim+desk@school.example", "[SR-1] #1-3", "SR-1 #1-3", vouched)
		}},
	{what: "Authentication-Results of the sender's own", outcome: intake.HeldForProof, sends: "confirmation " + kim,
		mail: func(f *memory, _ compose.Letter) string {
			return f.mail(kim, "[SR-1] #1-3", "", "Authentication-Results: mx.elsewhere.example; dmarc=pass header.from=school.example")
		}},
	{what: "Authentication-Results below the server's", outcome: intake.Spam,
		mail: func(f *memory, _ compose.Letter) string {
			return f.mail(kim, "[SR-1] #1-3", "", forgedMail+"\r\n"+vouched)
		}},
	{what: "Microsoft's verdict from outside", outcome: intake.HeldForProof, sends: "confirmation " + kim,
		mail: func(f *memory, _ compose.Letter) string {
			return f.mail(kim, "[SR-1] #1-3", "", "X-MS-Exchange-Organization-AuthAs: Internal\r\nAuthentication-Results: dmarc=pass header.from=school.example")
		}},
	{what: "Google's verdict from outside", outcome: intake.HeldForProof, sends: "confirmation " + kim,
		mail: func(f *memory, _ compose.Letter) string {
			return f.mail(kim, "[SR-1] #1-3", "", "Authentication-Results: mx.google.com; dmarc=pass header.from=school.example")
		}},
	{what: "the subject tag of somebody else's request", outcome: intake.Opened, sends: "acknowledgement bob@school.example, notice " + kim, opened: 1,
		mail: func(f *memory, _ compose.Letter) string {
			return f.mail("bob@school.example", "[SR-1] #withdraw", "#status", vouched)
		}},
	{what: "a stranger with a tag", outcome: intake.NotEligible,
		mail: func(f *memory, _ compose.Letter) string {
			return f.mail("a@elsewhere.example", "[SR-1] #1-3", "SR-1 #1-3")
		}},
	{what: "a command inside a forwarded mail", outcome: intake.Opened, sends: "acknowledgement bob@school.example, notice " + kim, opened: 1,
		mail: func(f *memory, _ compose.Letter) string {
			return f.mail(kim, "Fwd: [SR-1] help", "---------- Forwarded message ---------\nFrom: Bob <bob@school.example>\nDate: Mon, Mar 2, 2026 at 8:00 AM\nSubject: [SR-1] help\nTo: "+kim+"\n\nSR-1 #1-3\nMy screen is dark.", vouched)
		}},
	{what: "white text in a requester's HTML, quoted by Kim", outcome: intake.Replied,
		mail: func(f *memory, _ compose.Letter) string {
			return strings.Replace(f.mail(kim, "Re: Projector", "<p>I will look at it.</p><blockquote type=cite><p style=\"color:#fff;font-size:0\">#1-3</p><p>The projector is dark.</p></blockquote>", "In-Reply-To: <1@people.example>", vouched),
				"\r\n\r\n", "\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n", 1)
		}},
	{what: "a requester's tag, quoted by Kim without marks", outcome: intake.Replied,
		mail: func(f *memory, _ compose.Letter) string {
			f.take(f.mail(pat, "Re: Projector", "Now the whole lab of room 214 is dark as well, all of it.\n#1-1\nPlease come soon.", "In-Reply-To: <1@people.example>"))
			return f.mail(kim, "Re: Projector", "On my way.\n\nNow the whole lab of room 214 is dark as well, all of it.\n#1-1\nPlease come soon.", "In-Reply-To: <2@people.example>", vouched)
		}},
	{what: "a requester's command in the subject of a thread", outcome: intake.Replied,
		mail: func(f *memory, _ compose.Letter) string {
			f.take(f.mail(pat, "Re: [SR-1] #resolve", "See above.", "In-Reply-To: <1@people.example>"))
			return f.mail(kim, "Re: [SR-1] #resolve", "On my way.", "In-Reply-To: <2@people.example>", vouched)
		}},
	{what: "a one-tap key that was forged", outcome: intake.HeldForProof, sends: "confirmation " + kim,
		mail: func(f *memory, _ compose.Letter) string {
			return f.mail(kim, "[SR-1]", "#1-3\n#key aeaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
		}},
	{what: "a one-tap key in another's hands", outcome: intake.HeldForProof, sends: "confirmation " + vic,
		mail: func(f *memory, _ compose.Letter) string { return f.mail(vic, "[SR-1]", "#1-3\n#key "+f.key(kim, 1, 9)) }},
	{what: "a one-tap key of another request", outcome: intake.HeldForProof, sends: "confirmation " + kim,
		mail: func(f *memory, _ compose.Letter) string { return f.mail(kim, "[SR-1]", "#1-3\n#key "+f.key(kim, 2, 9)) }},
	{what: "a used one-tap key", outcome: intake.HeldForProof, sends: "confirmation " + kim, code: "1-3",
		mail: func(f *memory, _ compose.Letter) string {
			f.take(f.mail(kim, "[SR-1]", "#1-3\n#key "+f.key(kim, 1, 9)))
			return f.mail(kim, "[SR-1]", "#1-4\n#key "+f.key(kim, 1, 9))
		}},
	{what: "a one-tap key that is to open other doors", outcome: intake.Commanded, sends: "categorized " + pat + ", receipt " + kim, code: "1-3", opened: 1,
		mail: func(f *memory, _ compose.Letter) string {
			f.take(f.mail(pat, "Printer", "The printer is out of toner."))
			return f.mail(kim, "[SR-1]", "#1-3\nSR-2 #1-3\n#key "+f.key(kim, 1, 9))
		}},
	{what: "a one-tap key of the team's, tapped by no member", outcome: intake.HeldForProof, sends: "confirmation " + vic,
		mail: func(f *memory, _ compose.Letter) string {
			return f.mail(vic, "[SR-1]", "#1-3\n#key "+f.key("campus@school.example", 1, 9))
		}},
	{what: "a one-tap key of the team's, used by a member before", outcome: intake.HeldForProof, sends: "confirmation " + kim, code: "1-3",
		mail: func(f *memory, _ compose.Letter) string {
			f.take(f.mail(kim, "[SR-1]", "#1-3\n#key "+f.key("campus@school.example", 1, 9)))
			return f.mail(kim, "[SR-1]", "#1-4\n#key "+f.key("campus@school.example", 1, 9))
		}},
	{what: "a signed mail of last month, for the first time", outcome: intake.HeldForProof, sends: "confirmation " + kim,
		mail: func(f *memory, _ compose.Letter) string {
			raw := f.mail(kim, "[SR-1] #1-3", "", vouched)
			f.now = f.now.AddDate(0, 1, 0)
			return raw
		}},
	{what: "a signed mail once more, under another Message-ID", outcome: intake.HeldForProof, sends: "confirmation " + kim, code: "1-4",
		mail: func(f *memory, notice compose.Letter) string {
			raw := f.mail(kim, "[SR-1] #1-3", "", vouched, "Message-ID: <a@school.example>")
			f.take(raw)
			f.now = f.now.Add(time.Hour)
			f.take(f.answer(notice, kim, "#1-4!"))
			return strings.ReplaceAll(raw, "<a@school.example>", "<b@school.example>")
		}},
	{what: "a signed mail once more, with white space that its signature passes over", outcome: intake.HeldForProof, sends: "confirmation " + kim, code: "1-4",
		mail: func(f *memory, notice compose.Letter) string {
			raw := f.mail(kim, "[SR-1] it is dark", "#1-3\nThe lamp is dead.", vouched, "Message-ID: <a@school.example>")
			f.take(raw)
			f.now = f.now.Add(time.Hour)
			f.take(f.answer(notice, kim, "#1-4!"))
			return strings.NewReplacer("<a@school.example>", "<b@school.example>", "lamp is", "lamp  is").Replace(raw)
		}},
	{what: "a signed mail with a second subject on top", outcome: intake.HeldForProof, sends: "confirmation " + kim,
		mail: func(f *memory, _ compose.Letter) string {
			return "Subject: [SR-1] #1-3\r\n" + f.mail(kim, "Lunch", "See you at noon.", vouched)
		}},
	{what: "a signed text with more behind its signed length", outcome: intake.HeldForProof, sends: "confirmation " + kim,
		mail: func(f *memory, _ compose.Letter) string {
			return f.mail(kim, "[SR-1]", "See you at noon.\n\n#1-3", vouched, "DKIM-Signature: d=school.example; h=from:date:subject; l=17")
		}},
	{what: "a list's rewritten From, with the list's own DMARC pass", outcome: intake.HeldForProof, sends: "confirmation " + kim,
		mail: func(f *memory, _ compose.Letter) string {
			return f.mail("'Kim Tran' via Help <help@school.example>", "[SR-1] #1-3", "", "Reply-To: "+kim, "List-Id: <help.school.example>", vouched)
		}},
	{what: "withdrawn in the requester's name", outcome: intake.HeldForProof, sends: "confirmation " + pat,
		mail: func(f *memory, _ compose.Letter) string { return f.mail(pat, "[SR-1] #withdraw", "") }},
	{what: "a forged mail that is too large", outcome: intake.TooLarge,
		mail: func(f *memory, _ compose.Letter) string {
			f.env = intake.Envelope{Truncated: true, Size: 50 << 20}
			return f.mail(pat, "Video", "See attachment.", forgedMail)
		}},
	{what: "a portal's mail that is forged", outcome: intake.Spam,
		mail: func(f *memory, _ compose.Letter) string {
			return f.mail("portal@school.example", "Form", "Help.", "Reply-To: "+pat, forgedMail)
		}},
	{what: "fifty strangers on Cc", outcome: intake.Opened, sends: "acknowledgement bob@school.example, notice " + kim, opened: 1,
		mail: func(f *memory, _ compose.Letter) string {
			f.policy.Eligible = nil
			return f.mail("bob@school.example", "Hello", "Hello there.", "Cc: a@victims.example, b@victims.example")
		}},
	{what: "a made-up bounce for somebody else's address", outcome: intake.Bounced,
		mail: func(f *memory, _ compose.Letter) string {
			return "From: MAILER-DAEMON@mx.school.example\r\nSubject: Undelivered Mail Returned to Sender\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n" +
				"--b\r\nContent-Type: text/plain\r\n\r\nNo.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; " + kim +
				"\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <" + f.idOf(f.lastTo(pat)) + ">\r\n\r\nx\r\n--b--\r\n"
		}},
}

func TestAttacks(t *testing.T) {
	for _, a := range slices.Concat(attacks, identityAttacks, wordAttacks) {
		t.Run(a.what, func(t *testing.T) {
			f := newMemory(t)
			_, notice := f.open()
			f.now = f.now.Add(time.Minute)
			raw := a.mail(f, notice)
			v := f.take(raw)
			if v.Outcome != a.outcome {
				t.Fatalf("it ended as %s, not %s: %s", v.Outcome, a.outcome, v.Reason)
			}
			if got := strings.Join(sorted(letters(v)), ", "); got != a.sends {
				t.Errorf("it sends %q, not %q (%s)", got, a.sends, v.Reason)
			}
			r := f.requests[1]
			if a.state == "" {
				a.state = request.Open
			}
			if r.Code.String() != a.code || r.State != a.state {
				t.Errorf("SR-1 is %q and %s, not %q and %s", r.Code, r.State, a.code, a.state)
			}
			if got := len(f.requests) - 1; got != a.opened {
				t.Errorf("%d requests were opened, not %d", got, a.opened)
			}
			for _, r := range f.requests {
				if len(r.Watchers) > 0 && a.what == "fifty strangers on Cc" {
					t.Errorf("strangers take part: %v", r.Watchers)
				}
			}
			if f.dead[kim] {
				t.Error("Kim is taken for unreachable")
			}
		})
	}
}

// TestOneAcknowledgementAtMost sends a stranger's mail of every sort to a desk that anybody may write to.
func TestOneAcknowledgementAtMost(t *testing.T) {
	for i, text := range []string{"Hello.", "#1-3", "#help", "#status", "SR-1 #resolve", "yes", "", "#for pat@school.example\n#1-1"} {
		f := newMemory(t)
		f.policy.Eligible = nil
		f.open()
		v := f.take(f.mail("stranger@elsewhere.example", fmt.Sprintf("Mail %d", i), text, "Cc: victim@elsewhere.example", "Reply-To: victim@elsewhere.example", "Sender: victim@elsewhere.example"))
		outside := 0
		for _, l := range v.Letters {
			if !strings.HasSuffix(l.To.Address, "@school.example") {
				outside++
			}
			if strings.HasPrefix(l.To.Address, "victim") {
				t.Errorf("%q makes the desk write to somebody else", text)
			}
		}
		if outside > 1 {
			t.Errorf("%q costs %d mails: %v", text, outside, letters(v))
		}
	}
}

// TestConfirmedMailIsDecidedAnew holds a mail, and carries all of it out when its author says yes, once.
func TestConfirmedMailIsDecidedAnew(t *testing.T) {
	for _, say := range []string{"yes", "Yes!", "1-3", "#1-3"} {
		f := newMemory(t)
		f.open()
		held := f.take(f.mail(kim, "[SR-1] #1-3", "I replaced the lamp."))
		confirmation := letterOf(t, held, compose.Confirmation, kim)
		f.now = f.now.Add(time.Hour)
		v := f.take(f.answer(confirmation, kim, say))
		if v.Outcome != intake.Commanded || f.requests[1].Code != (chart.Code{Category: 1, Priority: 3}) {
			t.Errorf("%q: %s: %s", say, v.Outcome, v.Reason)
		}
		if last := f.events[1][len(f.events[1])-1]; last.Type != request.Noted || f.texts[last.Text] != "I replaced the lamp." {
			t.Errorf("%q: the held mail's words are lost: %+v", say, last)
		}
		if again := f.take(f.answer(confirmation, kim, "yes")); again.Outcome != intake.RefusedCommand {
			t.Errorf("%q: answered twice, it ends as %s", say, again.Outcome)
		}
		if v := f.take(f.answer(confirmation, vic, "yes", strings.Replace(vouched, "school", "printers", 1))); v.Outcome == intake.Commanded {
			t.Errorf("somebody else confirms: %s", v.Reason)
		}
	}
	f := newMemory(t)
	held := f.take(f.mail(ana, "Call from Pat", "#for pat@school.example\n#1-3\nThe projector is dark."))
	v := f.take(f.answer(letterOf(t, held, compose.Confirmation, ana), ana, "yes"))
	if v.Outcome != intake.OpenedCategorized || f.requests[1].Requester.Address != pat || f.texts[f.requests[1].Text] != "The projector is dark." || f.requests[1].Mail != 1 {
		t.Errorf("a held phone entry becomes %s: %s: %+v", v.Outcome, v.Reason, f.requests[1])
	}
}
