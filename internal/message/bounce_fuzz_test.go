package message

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzBounce holds the reading of notices to its rules for any mail: recipients, diagnostics and statuses are sound and
// bounded, and only notices have reports.
func FuzzBounce(f *testing.F) {
	f.Add(reportMail("<kim@other.example>: 550 5.1.1 unknown", "Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; kim@other.example\nAction: failed\nStatus: 5.1.1\n"))
	f.Add(bounceMail("MAILER-DAEMON", "failure notice", "<kim@other.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\n"+copied))
	f.Add(bounceMail("MAILER-DAEMON", "Returned mail", "550 <kim@other.example>... User unknown\n550 <\"lee park\"@other.example>... User unknown\n"))
	f.Add(mailOf(`{"notificationType":"Bounce","bounce":{"bouncedRecipients":[{"emailAddress":"kim@other.example"}]}}`, "From: no-reply@sns.example"))
	f.Add([]byte("X-Failed-Recipients: a@b, c@d\r\n\r\n"))
	f.Add([]byte("From: postmaster\nSubject: undeliverable\nReturn-Path: <>\n\nunable to deliver @ \"@ @. 5.1.1.1 4.4\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := Parse(raw)
		switch m.Kind {
		case Bounce, Delivered, Delayed:
		default:
			if m.Reports != nil {
				t.Fatalf("%s with reports", m.Kind)
			}
		}
		if len(m.Reports) > maxReports || m.KindReason == "" {
			t.Fatalf("%d reports, reason %q", len(m.Reports), m.KindReason)
		}
		for _, r := range m.Reports {
			if len(r.Diagnostic) > maxDiagnostic || !utf8.ValidString(r.Diagnostic) || strings.ContainsAny(r.Diagnostic, "\n\r") {
				t.Fatalf("diagnostic %q", r.Diagnostic)
			}
			if strings.ContainsAny(r.Recipient, "\n\r") || !utf8.ValidString(r.Recipient) {
				t.Fatalf("recipient %q", r.Recipient)
			}
			switch r.Action {
			case "failed", "delayed", "delivered", "relayed", "expanded":
			default:
				t.Fatalf("action %q", r.Action)
			}
			if code, _ := enhancedCode(r.Status); r.Status != "" && code != r.Status {
				t.Fatalf("status %q", r.Status)
			}
		}
	})
}
