package intake_test

import (
	"strings"

	"triaged/internal/compose"
	"triaged/internal/intake"
)

// quoting lets Kim answer the notice of what Pat adds, with Pat's words below as Outlook quotes them: without marks.
func (f *memory) quoting(added, typed string) string {
	f.t.Helper()
	f.take(f.mail(pat, "Re: Projector", added, "In-Reply-To: <1@people.example>"))
	return f.mail(kim, "Re: Projector", typed+"\n\nFrom: Pat Lee <"+pat+">\nSent: Monday, March 2, 2026 9:00 AM\nTo: Desk\nSubject: Projector\n\n"+added,
		"In-Reply-To: <2@people.example>", vouched)
}

// typed wraps a text as one HTML part.
func typed(raw, part string) string {
	head, _, _ := strings.Cut(raw, "\r\n\r\n")
	return head + "\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + part + "\r\n"
}

// wordAttacks make words of others, or words that nobody sees, commands of somebody's.
var wordAttacks = []attack{
	{what: "a command in an encoded subject, unproven", outcome: intake.HeldForProof, sends: "confirmation " + kim,
		mail: func(f *memory, _ compose.Letter) string {
			return f.mail(kim, "=?utf-8?b?W1NSLTFdICMxLTM=?=", "")
		}},
	{what: "a subject command split over encoded words, its letters hidden", outcome: intake.HeldForProof, sends: "confirmation " + kim,
		mail: func(f *memory, _ compose.Letter) string {
			return f.mail(kim, "=?utf-8?q?[SR-1]_?= =?utf-8?q?=231-3?=", "")
		}},
	{what: "a subject that reads backwards", outcome: intake.Replied,
		mail: func(f *memory, _ compose.Letter) string {
			return f.mail(kim, "=?utf-8?b?"+"W1NSLTFdIOKAriMzLTE=?=", "See there.", vouched) // [SR-1] RLO #3-1
		}},
	{what: "a code with a right-to-left mark inside", outcome: intake.RefusedCommand, sends: "receipt " + kim,
		mail: func(f *memory, notice compose.Letter) string { return f.answer(notice, kim, "#1\u200f-3") }},
	{what: "a line that reads backwards", outcome: intake.RefusedCommand, sends: "receipt " + kim,
		mail: func(f *memory, notice compose.Letter) string { return f.answer(notice, kim, "\u202e#3-1") }},
	{what: "a verb with a zero-width space inside", outcome: intake.RefusedCommand, sends: "receipt " + kim,
		mail: func(f *memory, notice compose.Letter) string { return f.answer(notice, kim, "#re\u200bsolve") }},
	{what: "a code in Arabic digits", outcome: intake.Replied, sends: "receipt " + kim,
		mail: func(f *memory, notice compose.Letter) string { return f.answer(notice, kim, "١-٣ is what he wrote") }},
	{what: "a requester's command, quoted by Kim without marks", outcome: intake.Replied,
		mail: func(f *memory, _ compose.Letter) string {
			return f.quoting("The whole lab of room 214 is dark as well, all of it.\n#resolve\nPlease come soon.", "On my way.")
		}},
	{what: "a requester's full-width command, quoted without marks", outcome: intake.Replied,
		mail: func(f *memory, _ compose.Letter) string {
			return f.quoting("The whole lab of room 214 is dark as well, all of it.\n＃１－１\n﹟resolve\nPlease come soon.", "On my way.")
		}},
	{what: "a requester's command, broken anew by the client that quotes it", outcome: intake.Replied,
		mail: func(f *memory, _ compose.Letter) string {
			f.take(f.mail(pat, "Re: Projector", "The whole lab of room 214 is dark as well, all of it, and my code is #1-1 if that helps you at all.", "In-Reply-To: <1@people.example>"))
			return f.mail(kim, "Re: Projector", "On my way.\n\nThe whole lab of room 214 is dark as well, all of it, and my code is\n#1-1\nif that helps you at all.", "In-Reply-To: <2@people.example>", vouched)
		}},
	{what: "a requester's one-tap key, quoted without marks", outcome: intake.Replied,
		mail: func(f *memory, _ compose.Letter) string {
			return f.quoting("The whole lab of room 214 is dark as well, all of it.\n#1-1\n#key "+f.key(kim, 1, 9)+"\nPlease come soon.", "On my way.")
		}},
	{what: "a requester's number and command for another request", outcome: intake.Replied,
		mail: func(f *memory, _ compose.Letter) string {
			f.take(f.mail("bob@school.example", "Screen", "It flickers."))
			f.take(f.mail(pat, "Re: Projector", "It is the same as the one of Bob, I think, and as dark.\nSR-2 #dup 1\nPlease come soon.", "In-Reply-To: <1@people.example>"))
			return f.mail(kim, "Re: Projector", "On my way.\n\nIt is the same as the one of Bob, I think, and as dark.\nSR-2 #dup 1\nPlease come soon.", "In-Reply-To: <3@people.example>", vouched)
		}, opened: 1},
	{what: "a command in a font of no size, in Kim's own mail program's quotation", outcome: intake.Replied,
		mail: func(f *memory, _ compose.Letter) string {
			return typed(f.mail(kim, "Re: Projector", "x", "In-Reply-To: <1@people.example>", vouched),
				`<p>On my way.</p><div style="display:none">#1-1</div><span style="font-size:0px">#1-1</span><p hidden>#1-1</p><!-- #1-1 --><div style="max-height:0;overflow:hidden">#1-1</div><template>#1-1</template>`)
		}},
	{what: "a command in a style sheet's words", outcome: intake.Replied,
		mail: func(f *memory, _ compose.Letter) string {
			return typed(f.mail(kim, "Re: Projector", "x", "In-Reply-To: <1@people.example>", vouched),
				"<style>\n#1-1\n</style><script>\n#1-1\n</script><title>\n#1-1\n</title><p>On my way.</p>")
		}},
	{what: "a command in the preheader that mail programs hide", outcome: intake.Replied,
		mail: func(f *memory, _ compose.Letter) string {
			return typed(f.mail(kim, "Re: Projector", "x", "In-Reply-To: <1@people.example>", vouched),
				`<div style="opacity:0;color:transparent;height:0;width:0">#1-1</div><p>On my way.</p>`)
		}},
	{what: "Kim's vacation note, which quotes a command", outcome: intake.AutoReply,
		mail: func(f *memory, notice compose.Letter) string {
			return f.answer(notice, kim, "I am away until Monday.\n#1-3", "Auto-Submitted: auto-replied")
		}},
	{what: "a vacation note in answer to a confirmation, which says yes", outcome: intake.AutoReply,
		mail: func(f *memory, _ compose.Letter) string {
			v := f.take(f.mail(kim, "[SR-1] #1-3", ""))
			return f.answer(letterOf(f.t, v, compose.Confirmation, kim), kim, "yes", "Auto-Submitted: auto-replied")
		}},
	{what: "an answer to a confirmation that only quotes it", outcome: intake.Replied, sends: "receipt " + kim,
		mail: func(f *memory, _ compose.Letter) string {
			v := f.take(f.mail(kim, "[SR-1] #1-3", ""))
			return f.answer(letterOf(f.t, v, compose.Confirmation, kim), kim, "Who wrote that?")
		}},
	{what: "yes to the confirmation of what another wrote", outcome: intake.HeldForProof, sends: "confirmation " + vic,
		mail: func(f *memory, _ compose.Letter) string {
			v := f.take(f.mail(kim, "[SR-1] #1-3", ""))
			return f.answer(letterOf(f.t, v, compose.Confirmation, kim), vic, "yes")
		}},
	{what: "a read receipt and a calendar answer with commands", outcome: intake.Automatic,
		mail: func(f *memory, notice compose.Letter) string {
			id := f.idOf(notice)
			return "From: " + kim + "\r\nTo: " + desk + "\r\nSubject: Read: [SR-1] #1-3\r\nIn-Reply-To: <" + id + ">\r\n" + vouched +
				"\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n#1-3\r\n" +
				"--b\r\nContent-Type: message/disposition-notification\r\n\r\nFinal-Recipient: rfc822; " + kim + "\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n\r\n--b--\r\n"
		}},
	{what: "an attached mail of Kim's in Kim's own mail, with a command", outcome: intake.Replied,
		mail: func(f *memory, _ compose.Letter) string {
			return strings.Replace(f.mail(kim, "Re: Projector", "", "In-Reply-To: <1@people.example>", vouched), "\r\n\r\n",
				"\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSee attached.\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: "+kim+"\r\nSubject: [SR-1] #1-3\r\n\r\n#1-3\r\n"+
					"--b\r\nContent-Type: text/plain; name=\"#1-3.txt\"\r\nContent-Disposition: attachment; filename=\"#1-3.txt\"\r\n\r\n#1-3\r\n--b--\r\n", 1)
		}},
	{what: "a number too long to be one", outcome: intake.Opened, sends: "acknowledgement " + kim + ", notice " + kim, opened: 1,
		mail: func(f *memory, _ compose.Letter) string {
			return f.mail(kim, "[SR-99999999999999999999] #1-3", "Hello.", vouched)
		}},
	{what: "a thousand commands in one mail", outcome: intake.Commanded, sends: "receipt " + kim,
		mail: func(f *memory, notice compose.Letter) string {
			return f.answer(notice, kim, strings.Repeat("#status\n", 1000))
		}},
}
