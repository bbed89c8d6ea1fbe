package intake_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"triaged/internal/compose"
	"triaged/internal/intake"
	"triaged/internal/request"
)

// TestEveryOutcome has an example mail for each row of the table, with what it sends.
func TestEveryOutcome(t *testing.T) {
	const bounce = "From: MAILER-DAEMON@mx.school.example\r\nTo: support@school.example\r\nSubject: Undelivered Mail Returned to Sender\r\n" +
		"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n" +
		"Your mail could not be delivered.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.school.example\r\n\r\n" +
		"Final-Recipient: rfc822; pat@school.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n" +
		"Message-ID: <ORIGINAL>\r\nSubject: x\r\n\r\nx\r\n--b--\r\n"
	cases := []struct {
		outcome intake.Outcome
		what    string
		mail    func(*memory) string
		sends   []string
	}{
		{intake.Opened, "a new mail", func(f *memory) string { return f.mail(pat, "Projector", "It is dark.") },
			[]string{"acknowledgement " + pat, "notice " + kim}},
		{intake.OpenedCategorized, "an analyst's phone entry", func(f *memory) string {
			return f.mail(ana, "Call from Pat", "#for pat@school.example\n#1-3\nThe projector is dark.", vouched)
		}, []string{"acknowledgement " + pat, "notice " + kim, "receipt " + ana}},
		{intake.Replied, "more from the requester", func(f *memory) string {
			f.open()
			return f.mail(pat, "Re: Projector", "And the lamp is red.", "In-Reply-To: <1@people.example>")
		}, []string{"notice " + kim}},
		{intake.Commanded, "a technician's tag", func(f *memory) string {
			_, notice := f.open()
			return f.answer(notice, kim, "#1-3")
		}, []string{"categorized " + pat, "receipt " + kim}},
		{intake.Reopened, "the requester answers a resolved request", func(f *memory) string {
			_, notice := f.open()
			f.take(f.answer(notice, kim, "#1-3\n#resolve new lamp"))
			return f.mail(pat, "Re: Projector", "It is dark again!", "In-Reply-To: <1@people.example>")
		}, []string{"acknowledgement " + pat, "notice " + kim}},
		{intake.Thanks, "thanks", func(f *memory) string {
			f.open()
			return f.mail("Pat Lee <pat@school.example>", "Re: Projector", "Thank you so much!\n\nPat", "In-Reply-To: <1@people.example>")
		}, nil},
		{intake.Noted, "an answer to a digest, without a command", func(f *memory) string {
			return f.answer(f.digest(), ana, "I will look at these after lunch.")
		}, nil},
		{intake.Duplicate, "the same mail again", func(f *memory) string {
			raw := f.mail(pat, "Projector", "It is dark.")
			f.take(raw)
			return "Received: from elsewhere\r\n" + raw
		}, nil},
		{intake.OwnMail, "its own mail", func(f *memory) string { return f.mail(desk, "Projector", "It is dark.") }, nil},
		{intake.BeforeStart, "old mail, start is new", func(f *memory) string {
			f.env = intake.Envelope{Mailbox: "late", Received: f.now.Add(-time.Hour), FirstLook: f.now}
			return f.mail(pat, "Projector", "It is dark.")
		}, nil},
		{intake.AutoReply, "a vacation reply", func(f *memory) string {
			f.open()
			return f.mail(pat, "Automatic reply: Projector", "I am away.", "Auto-Submitted: auto-replied", "In-Reply-To: <1@people.example>")
		}, nil},
		{intake.Automatic, "a scanner", func(f *memory) string {
			return f.mail("scanner@school.example", "Scan", "See attachment.", "Auto-Submitted: auto-generated")
		}, nil},
		{intake.Bounced, "a bounce", func(f *memory) string {
			f.open()
			id := f.idOf(f.lastTo(pat))
			return strings.Replace(bounce, "ORIGINAL", id, 1)
		}, nil},
		{intake.FeedbackReport, "a complaint", func(f *memory) string {
			return "From: abuse@isp.example\r\nSubject: complaint\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n" +
				"--b\r\nContent-Type: text/plain\r\n\r\nA complaint.\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n" +
				"User-Agent: x/1\r\nVersion: 1\r\n\r\n--b--\r\n"
		}, nil},
		{intake.ListMail, "a newsletter", func(f *memory) string {
			return f.mail("news@vendor.example", "News", "Buy now.", "List-Id: <news.vendor.example>", "Precedence: bulk")
		}, nil},
		{intake.Spam, "spam", func(f *memory) string {
			return f.mail(pat, "You won", "Click here.", "X-Spam-Flag: YES")
		}, nil},
		{intake.HeldForProof, "a tag without proof", func(f *memory) string {
			f.open()
			return f.mail(kim, "[SR-1] #1-3", "")
		}, []string{"confirmation " + kim}},
		{intake.Declined, "no to a confirmation", func(f *memory) string {
			f.open()
			v := f.take(f.mail(kim, "[SR-1] #1-3", ""))
			return f.answer(v.Letters[0], kim, "no")
		}, []string{"receipt " + kim}},
		{intake.UnknownCode, "a code that is not on the chart", func(f *memory) string {
			_, notice := f.open()
			return f.answer(notice, kim, "#1-9")
		}, []string{"receipt " + kim}},
		{intake.NoSuchRequest, "a number that nobody has", func(f *memory) string {
			_, notice := f.open()
			return f.answer(notice, kim, "SR-99 #1-3")
		}, []string{"receipt " + kim}},
		{intake.RefusedCommand, "a technician may not approve", func(f *memory) string {
			_, notice := f.open()
			return f.answer(notice, kim, "#approve")
		}, []string{"receipt " + kim}},
		{intake.NoSender, "nobody in From", func(f *memory) string {
			return "To: support@school.example\r\nSubject: Projector\r\n\r\nIt is dark.\r\n"
		}, nil},
		{intake.NotEligible, "a stranger", func(f *memory) string { return f.mail("a@elsewhere.example", "Hello", "Hello there.") }, nil},
		{intake.Unreadable, "nothing at all", func(f *memory) string { return "\r\n\r\n" }, nil},
		{intake.TooLarge, "too large", func(f *memory) string {
			f.env = intake.Envelope{Truncated: true, Size: 50 << 20}
			return f.mail(pat, "Video", "See attachment.")
		}, []string{"refusal " + pat}},
	}
	covered := map[intake.Outcome]bool{}
	for _, c := range cases {
		t.Run(string(c.outcome), func(t *testing.T) {
			f := newMemory(t)
			v := f.take(c.mail(f))
			if v.Outcome != c.outcome {
				t.Fatalf("%s ended as %s: %s", c.what, v.Outcome, v.Reason)
			}
			got := letters(v)
			slices.Sort(got)
			want := slices.Sorted(slices.Values(c.sends))
			if !slices.Equal(got, want) {
				t.Errorf("%s sends %q, want %q", c.what, got, want)
			}
			if v.Reason == "" {
				t.Error("no reason is given")
			}
		})
		covered[c.outcome] = true
	}
	for _, row := range intake.Table {
		if !covered[row.Outcome] {
			t.Errorf("no example mail for %s", row.Outcome)
		}
		if row.Means == "" || row.Place == "" {
			t.Errorf("%s is not explained", row.Outcome)
		}
	}
}

// digest lets the desk send Ana a digest of what is uncategorized, and gives it.
func (f *memory) digest() compose.Letter {
	l := compose.Letter{Kind: compose.Digest, To: request.Person{Address: ana}, At: f.now, Commands: true, Queue: &compose.QueueBody{Review: f.now}}
	for n := request.Number(1); n <= request.Number(len(f.requests)); n++ {
		if r := f.requests[n]; r.Uncategorized() {
			l.Queue.Rows = append(l.Queue.Rows, compose.Row{Request: n, Subject: r.Subject, Submitted: r.Submitted})
		}
	}
	f.post(l)
	return l
}

// lastTo is the latest mail to somebody.
func (f *memory) lastTo(address string) compose.Letter {
	var last intake.Sent
	for _, s := range f.sent {
		if s.Letter.To.Address == address && s.ID > last.ID {
			last = s
		}
	}
	return last.Letter
}
