package doctor_test

import (
	"fmt"
	"testing"
	"time"

	"triaged/internal/bot"
	"triaged/internal/config"
	"triaged/internal/doctor"
	"triaged/internal/realserver"
)

// TestExamineRealServers sends a mail through Postfix into Dovecot and finds it there.
func TestExamineRealServers(t *testing.T) {
	dovecot := realserver.Dovecot(t)
	postfix := realserver.Postfix(t, realserver.PostfixOptions{Boxes: map[string]string{"support@school.example": dovecot.Maildir}})
	c, err := config.Parse("config.toml", []byte(ward))
	if err != nil {
		t.Fatal(err)
	}
	c.Desk.DataDir = t.TempDir()
	p := doctor.Patient{
		Config: c, Roster: bot.Roster(c), Resolver: names{"school.example"}, Now: time.Now, Patience: 10 * time.Second, RoundTrip: 30 * time.Second,
	}
	if p.Mailboxes, err = bot.Mailboxes(c, bot.Rim{}); err != nil {
		t.Fatal(err)
	}
	if p.SMTP, err = bot.Delivery(c, bot.Rim{}); err != nil {
		t.Fatal(err)
	}
	p.Mailboxes[0].Address, p.Mailboxes[0].Security, p.Mailboxes[0].TLS = dovecot.TLSAddr, "tls", dovecot.TLS()
	p.SMTP.Address, p.SMTP.Security, p.SMTP.TLS = postfix.Addr, "starttls", postfix.TLS()
	var findings []string
	doctor.Examine(t.Context(), p, func(f doctor.Finding) {
		findings = append(findings, fmt.Sprintf("%s %s: %s", f.State, f.Check, f.Detail))
	})
	expect(t, findings, `ok mailbox support: the watched folder "INBOX"`, "ok smtp: ", "ok round trip: ", "ok clock: ")
	if n := dovecot.Count("INBOX"); n != 0 {
		t.Errorf("%d mails were left in the inbox", n)
	}
}
