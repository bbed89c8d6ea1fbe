package message

import (
	"strings"
	"testing"
)

// bounceMail is a bounce without a standard report.
func bounceMail(from, subject, text string) []byte {
	return []byte("Return-Path: <>\r\nFrom: " + from + "\r\nTo: desk@school.example\r\nSubject: " + subject + "\r\nDate: Mon, 23 Nov 2026 09:10:00 -0600\r\n\r\n" + strings.ReplaceAll(text, "\n", "\r\n"))
}

const copied = "Return-Path: <desk@school.example>\nReceived: from mail.school.example\nMessage-ID: <sr12@school.example>\nFrom: desk@school.example\nTo: kim@other.example\nSubject: [SR-12] Projector\n\nWe look at it.\n"

func TestBouncesWithoutAStandardReport(t *testing.T) {
	daemon := "Mail Delivery Subsystem <MAILER-DAEMON@mx.other.example>"
	tests := []struct {
		name, from, subject, text string
		status, action            string
		permanent                 bool
	}{
		{"qmail", "MAILER-DAEMON@mx.other.example", "failure notice",
			"Hi. This is the qmail-send program at mx.other.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<kim@other.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\n" + copied,
			"5.1.1", "failed", true},
		{"Exim", "Mail Delivery System <Mailer-Daemon@mx.other.example>", "Mail delivery failed: returning message to sender",
			"This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  kim@other.example\n    SMTP error from remote mail server after RCPT TO:<kim@other.example>:\n    host mx.other.example [192.0.2.5]: 550 unknown user\n\n------ This is a copy of the message, including all the headers. ------\n\n" + copied,
			"5.1.1", "failed", true},
		{"Exim, full", "Mail Delivery System <Mailer-Daemon@mx.other.example>", "Mail delivery failed: returning message to sender",
			"This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  kim@other.example\n    mailbox is full: retry timeout exceeded\n\n------ This is a copy of the message, including all the headers. ------\n\n" + copied,
			"4.4.7", "failed", false},
		{"Exim, late", "Mail Delivery System <Mailer-Daemon@mx.other.example>", "Warning: message 1abc delayed 24 hours",
			"This message was created automatically by mail delivery software.\nA message that you sent has not yet been delivered to one or more of its\nrecipients after more than 24 hours on the queue on mx.other.example.\n\nThe address to which the message has not yet been delivered is:\n\n  kim@other.example\n    Delay reason: connection timed out\n\nNo action is required on your part. Delivery attempts will continue for\nsome time.\n\n" + copied,
			"4.4.1", "delayed", false},
		{"sendmail", daemon, "Returned mail: User unknown",
			"   ----- The following addresses had permanent fatal errors -----\n<kim@other.example>\n\n   ----- Transcript of session follows -----\n... while talking to mx.other.example.:\n>>> RCPT To:<kim@other.example>\n<<< 550 5.1.1 <kim@other.example>... User unknown\n550 <kim@other.example>... User unknown\n\n   ----- Original message follows -----\n" + copied,
			"5.1.1", "failed", true},
		{"sendmail, unknown host", daemon, "Returned mail: Host unknown",
			"   ----- Transcript of session follows -----\n550 <kim@other.example>... Host unknown (Name server: other.example: host not found)\n\n   ----- Unsent message follows -----\n" + copied,
			"5.1.2", "failed", true},
		{"old Gmail", "Mail Delivery Subsystem <mailer-daemon@mail.example>", "Delivery Status Notification (Failure)",
			"Delivery to the following recipient failed permanently:\n\n     kim@other.example\n\nTechnical details of permanent failure:\nThe error that the other server returned was:\n552 5.2.2 Mailbox is over quota\n\n----- Original message -----\n\n" + copied,
			"5.2.2", "failed", true},
		{"old Gmail, late", "Mail Delivery Subsystem <mailer-daemon@mail.example>", "Delivery Status Notification (Delay)",
			"THIS IS A WARNING MESSAGE ONLY.\n\nDelivery to the following recipient has been delayed:\n\n     kim@other.example\n\nMessage will be retried for 2 more day(s)\n\n----- Original message -----\n\n" + copied,
			"4.0.0", "delayed", false},
		{"old Exchange", "System Administrator <postmaster@other.example>", "Undeliverable: Projector",
			"Your message\n\n  To:      kim@other.example\n  Subject: Projector\n\ndid not reach the following recipient(s):\n\nkim@other.example on Mon, 23 Nov 2026 09:10:00 -0600\n    The recipient name is not recognized\n",
			"5.1.1", "failed", true},
		{"Domino", "postmaster@other.example", "DELIVERY FAILURE: User kim not listed in Domino Directory",
			"Your message\n\n  Subject: Projector\n\nwas not delivered to:\n\n  kim@other.example\n\nbecause:\n\n  User kim (kim@other.example) not listed in Domino Directory\n",
			"5.1.1", "failed", true},
		{"Yahoo", "MAILER-DAEMON@yahoo.example", "Failure Notice",
			"Sorry, we were unable to deliver your message to the following address.\n\n<kim@other.example>:\n554: delivery error: dd This user doesn't have a yahoo.example account (kim@other.example)\n\n--- Below this line is a copy of the message.\n\n" + copied,
			"5.1.1", "failed", true},
		{"postfix without MIME", "MAILER-DAEMON@mx.other.example (Mail Delivery System)", "Undelivered Mail Returned to Sender",
			"This is the mail system at host mx.other.example.\n\nI'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients. It's attached below.\n\n<kim@other.example>: host mx.other.example[192.0.2.5] said: 550 5.7.1 Message\n    rejected as spam (in reply to end of DATA command)\n\n" + copied,
			"5.7.1", "failed", true},
		{"too large", daemon, "Undeliverable mail", "Your message could not be delivered to <kim@other.example>.\nReason: message size exceeds fixed maximum message size\n", "5.3.4", "failed", true},
		{"loop", daemon, "Undeliverable mail", "Your message could not be delivered to <kim@other.example>.\nReason: too many hops, this message is looping\n", "5.4.6", "failed", true},
		{"old Exchange, by way of a list", "System Administrator <postmaster@other.example>", "Undeliverable: Projector",
			"Your message\n\n  To:      staff@lists.other.example\n  Subject: Projector\n  Sent:    Mon, 23 Nov 2026 09:10:00 -0600\n\ndid not reach the following recipient(s):\n\nc=US;a= ;p=OTHER;o=HQ;dda:SMTP=kim@other.example; on Mon, 23 Nov 2026\n09:12:28 -0600\n    The recipient name is not recognized\n",
			"5.1.1", "failed", true},
		{"Exim, behind an alias", "Mail Delivery System <Mailer-Daemon@mx.other.example>", "Mail delivery failed: returning message to sender",
			"A message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  an undisclosed address\n    (generated from kim@other.example)\n    550 no such user\n\n------ This is a copy of the message, including all the headers. ------\n\n" + copied,
			"5.1.1", "failed", true},
		{"MDaemon", "MDaemon@mx.other.example", "Permanent Delivery Failure",
			"YOUR MESSAGE WAS NOT DELIVERED!\n\nThe following addresses did NOT receive a copy of your message:\n\n> kim@other.example\n\n--- Session Transcript ---\n RCPT To:<kim@other.example>\n 552 Message would exceed mailbox quota\n",
			"5.2.2", "failed", true},
		{"the original named first", "Mail Delivery System <MAILER-DAEMON@mail.other.example>", "Delivery has failed",
			"This report relates to a message you sent with the following header fields:\n\n  Message-id: <sr12@school.example>\n  Date: Mon, 23 Nov 2026 09:10:00 -0600\n  From: desk@school.example\n  To: kim@other.example\n\nYour message cannot be delivered to the following recipients:\n\n  Recipient address: kim@other.example\n  Reason: 550 5.1.1 unknown user\n",
			"5.1.1", "failed", true},
		{"a daemon and the mail that it returns", "MAILER-DAEMON@mx.other.example", "Processing Error",
			"Intended recipient: kim@other.example\n\nThe following mail has been returned because the mailbox was not found.\n\n-------- Returned mail follows --------\n" + copied,
			"5.1.1", "failed", true},
		{"zh, words beside the address", "postmaster@mail.other.example", "系统退信", "收件人邮箱地址（kim@other.example）不存在，邮件无法送达。\n550 User not found\n", "5.1.1", "failed", true},
		{"zh, letters beside the address", "postmaster@mail.other.example", "系统退信", "邮件无法送达收件人kim@other.example不存在\n", "5.1.1", "failed", true},
		{"de, by status", daemon, "Benachrichtigung zum Uebermittlungsstatus (Fehlgeschlagen)", "Übermittlung an folgende Empfänger fehlgeschlagen.\n\n       kim@other.example\n\n552 mailbox full\n", "5.2.2", "failed", true},
		{"es", daemon, "No se puede entregar: Proyector", "No se pudo entregar el mensaje a los siguientes destinatarios:\n\nkim@other.example\n\nel usuario no existe\n", "5.1.1", "failed", true},
		{"de", daemon, "Unzustellbar: Beamer", "Ihre Nachricht konnte nicht zugestellt werden an:\n\nkim@other.example\n\nPostfach voll\n", "5.2.2", "failed", true},
		{"fr", daemon, "Non remis : Projecteur", "Votre message n'a pas pu être remis au destinataire :\n\nkim@other.example\n\nadresse inconnue : l'adresse n'existe pas\n", "5.1.1", "failed", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := Parse(bounceMail(tt.from, tt.subject, tt.text))
			if m.Kind != Bounce {
				t.Fatalf("kind %s (%s)", m.Kind, m.KindReason)
			}
			if len(m.Reports) != 1 {
				t.Fatalf("reports: %+v", m.Reports)
			}
			r := m.Reports[0]
			if r.Recipient != "kim@other.example" || r.Status != tt.status || r.Action != tt.action || r.Permanent() != tt.permanent {
				t.Errorf("got %+v, permanent %v", r, r.Permanent())
			}
			if strings.Contains(tt.text, "sr12@") && r.OriginalMessageID != "sr12@school.example" {
				t.Errorf("original Message-ID %q", r.OriginalMessageID)
			}
		})
	}
}

// reportMail is a bounce with a report after RFC 3464.
func reportMail(text, fields string) []byte {
	m := "Return-Path: <>\nFrom: postmaster@mx.other.example\nTo: desk@school.example\nSubject: Undeliverable\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n" +
		"--b\nContent-Type: text/plain\n\n" + text + "\n--b\nContent-Type: message/delivery-status\n\n" + fields + "\n--b\nContent-Type: message/rfc822\n\n" + copied + "\n--b--\n"
	return []byte(strings.ReplaceAll(m, "\n", "\r\n"))
}

func TestReportFields(t *testing.T) {
	head := "Reporting-MTA: dns; mx.other.example\n\n"
	tests := []struct {
		name, text, fields string
		want               []Report
	}{
		{"plain", "", head + "Final-Recipient: rfc822; kim@other.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 unknown\n",
			[]Report{{"kim@other.example", "failed", "5.1.1", "550 5.1.1 unknown", "sr12@school.example"}}},
		{"folded, brackets, comment", "", head + "Final-Recipient: RFC822;<kim@other.example>\nAction: failed (hard)\nStatus: 5.2.2 (over quota)\nDiagnostic-Code: smtp; 552\n  5.2.2 full\n",
			[]Report{{"kim@other.example", "failed", "5.2.2", "552 5.2.2 full", "sr12@school.example"}}},
		{"two recipients", "", head + "Final-Recipient: rfc822; kim@other.example\nAction: failed\nStatus: 5.1.1\n\nFinal-Recipient: rfc822; lee@other.example\nAction: delayed\nStatus: 4.2.2\n",
			[]Report{{"kim@other.example", "failed", "5.1.1", "", "sr12@school.example"}, {"lee@other.example", "delayed", "4.2.2", "", "sr12@school.example"}}},
		{"no blank line between", "", head + "Final-Recipient: rfc822; kim@other.example\nAction: failed\nStatus: 5.1.1\nFinal-Recipient: rfc822; lee@other.example\nAction: failed\nStatus: 5.1.1\n",
			[]Report{{"kim@other.example", "failed", "5.1.1", "", "sr12@school.example"}, {"lee@other.example", "failed", "5.1.1", "", "sr12@school.example"}}},
		{"only the original recipient", "", head + "Original-Recipient: rfc822; kim@other.example\nAction: failed\nStatus: 5.1.1\n",
			[]Report{{"kim@other.example", "failed", "5.1.1", "", "sr12@school.example"}}},
		{"the diagnostic knows more", "", head + "Final-Recipient: rfc822; kim@other.example\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 5.7.1 blocked\n",
			[]Report{{"kim@other.example", "failed", "5.7.1", "550 5.7.1 blocked", "sr12@school.example"}}},
		{"expired, with its cause", "", head + "Final-Recipient: rfc822; kim@other.example\nAction: failed\nStatus: 4.4.7\nDiagnostic-Code: smtp; 554 4.4.7 expired <421 4.2.1 locked>\n",
			[]Report{{"kim@other.example", "failed", "4.2.1", "554 4.4.7 expired <421 4.2.1 locked>", "sr12@school.example"}}},
		{"status missing", "", head + "Final-Recipient: rfc822; kim@other.example\nAction: failed\nDiagnostic-Code: smtp; 550 no such user\n",
			[]Report{{"kim@other.example", "failed", "5.1.1", "550 no such user", "sr12@school.example"}}},
		{"temporary reply, words of a permanent one", "", head + "Final-Recipient: rfc822; kim@other.example\nAction: delayed\nDiagnostic-Code: smtp; 452 mailbox full\n",
			[]Report{{"kim@other.example", "delayed", "4.2.2", "452 mailbox full", "sr12@school.example"}}},
		{"diagnostic in the text only", "<kim@other.example>: 550 5.1.10 recipient not found\n", head + "Final-Recipient: rfc822; kim@other.example\nAction: failed\nStatus: 5.0.0\n",
			[]Report{{"kim@other.example", "failed", "5.1.10", "<kim@other.example>: 550 5.1.10 recipient not found", "sr12@school.example"}}},
		{"a reply for a status", "", head + "Final-Recipient: rfc822; kim@other.example\nAction: failure\nStatus: 553 Exceeded maximum inbound message size\n",
			[]Report{{"kim@other.example", "failed", "5.3.4", "553 Exceeded maximum inbound message size", "sr12@school.example"}}},
		{"a final recipient that only the system knows", "", head + "Original-Recipient: rfc822; kim@other.example\nFinal-Recipient: rfc822; kim@store-daemon\nAction: failed\nStatus: 5.1.1\n",
			[]Report{{"kim@other.example", "failed", "5.1.1", "", "sr12@school.example"}}},
		{"quoted local part", "", head + "Final-Recipient: rfc822; \"kim..tran\"@other.example\nAction: failed\nStatus: 5.1.1\n",
			[]Report{{"\"kim..tran\"@other.example", "failed", "5.1.1", "", "sr12@school.example"}}},
		{"expanded", "", head + "Final-Recipient: rfc822; kim@other.example\nAction: expanded\nStatus: 2.0.0\n",
			[]Report{{"kim@other.example", "expanded", "2.0.0", "", "sr12@school.example"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Parse(reportMail(tt.text, tt.fields)).Reports
			if len(got) != len(tt.want) {
				t.Fatalf("got %+v", got)
			}
			for i := range got {
				if got[i] != tt.want[i] {
					t.Errorf("got %+v, want %+v", got[i], tt.want[i])
				}
			}
		})
	}
}

// TestWrappedReport: a gateway has put a whole report into a mail of its own, to add a disclaimer.
func TestWrappedReport(t *testing.T) {
	report := strings.TrimPrefix(string(reportMail("", "Final-Recipient: rfc822; kim@other.example\nAction: failed\nStatus: 5.1.1\n")), "Return-Path: <>\r\n")
	m := Parse([]byte("From: postmaster@mx.other.example\r\nTo: desk@school.example\r\nSubject: Delivery Status Notification (Failure)\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=w\r\n\r\n" +
		"--w\r\nContent-Type: message/rfc822\r\n\r\n" + report + "\r\n--w\r\nContent-Type: text/plain\r\n\r\nThis mail may be confidential. It was not delivered.\r\n--w--\r\n"))
	want := Report{"kim@other.example", "failed", "5.1.1", "", "sr12@school.example"}
	if m.Kind != Bounce || len(m.Reports) != 1 || m.Reports[0] != want {
		t.Errorf("%s (%s): %+v", m.Kind, m.KindReason, m.Reports)
	}
}

func TestStatusCodes(t *testing.T) {
	for s, want := range map[string]string{
		"550 5.1.1 unknown": "5.1.1", "(#5.4.4)": "5.4.4", "host 192.5.1.1 said no": "", "version 5.7.0.1": "", "5.7.509 Access denied": "5.7.509", "a5.1.1": "", "mx5.1.1.example": "", "5.1": "", "x 4.2.2.": "4.2.2",
	} {
		if got, _ := enhancedCode(s); got != want {
			t.Errorf("enhancedCode(%q) = %q, want %q", s, got, want)
		}
	}
	for s, want := range map[string]string{
		"550 no": "550", "said: 421-later": "421", "<<< 554 no": "554", "5500 items": "", "room 550.": "550", "192.550.1.1": "", "(550)": "550", "x550 no": "", "at 590 no": "",
	} {
		if got := replyCode(s); got != want {
			t.Errorf("replyCode(%q) = %q, want %q", s, got, want)
		}
	}
}

func TestNotificationsAsJSON(t *testing.T) {
	bounce := `{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bouncedRecipients":[{"emailAddress":"kim@other.example","action":"failed","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 unknown"}]},"mail":{"commonHeaders":{"messageId":"<sr12@school.example>"}}}`
	wrapped := `{"Type":"Notification","Message":"` + strings.ReplaceAll(bounce, `"`, `\"`) + `"}`
	folded := bounce[:150] + "!\r\n " + bounce[150:]
	for _, text := range []string{bounce, wrapped, folded, bounce + "\r\n\r\n--\r\nTo unsubscribe, go to https://sns.example/\r\n"} {
		m := Parse(mailOf(text, "From: no-reply@sns.example", "Subject: Notification"))
		want := Report{"kim@other.example", "failed", "5.1.1", "550 5.1.1 unknown", "sr12@school.example"}
		if m.Kind != Bounce || len(m.Reports) != 1 || m.Reports[0] != want {
			t.Errorf("%s: %s %+v", text, m.Kind, m.Reports)
		}
	}
	if m := Parse(mailOf(strings.Replace(bounce, `"Bounce"`, `"Complaint"`, 1), "From: no-reply@sns.example", "Subject: Notification")); m.Kind != FeedbackReport {
		t.Errorf("complaint: %s", m.Kind)
	}
}
