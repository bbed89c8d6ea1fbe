package delivery_test

import (
	"bytes"
	"context"
	"net"
	"testing"

	"triaged/internal/delivery"
	"triaged/internal/inprocess"
	"triaged/internal/realserver"
)

func TestSinkTakesManyMails(t *testing.T) {
	server := realserver.SMTPSink(t)
	c := delivery.New(delivery.Settings{Address: server.Addr, Security: "none"})
	defer c.Close()
	for n := range 200 {
		m := mail(n)
		if n == 0 {
			m.From = ""
		}
		if r := c.Send(t.Context(), m); r.Outcome != delivery.Sent {
			t.Fatalf("mail %d: %+v", n, r)
		}
	}
	byRecipient := make(map[string]realserver.SunkMail)
	for _, m := range server.Mails() {
		byRecipient[m.To] = m
	}
	for n := range 200 {
		want := mail(n)
		got := byRecipient["<"+want.To+">"]
		from := "<" + want.From + ">"
		if n == 0 {
			from = "<>"
		}
		if got.From != from || !bytes.Equal(bytes.TrimSpace(got.Data), bytes.TrimSpace(bytes.ReplaceAll(want.Data, []byte("\r\n"), []byte("\n")))) {
			t.Errorf("mail %d came as %q from %s", n, got.Data, got.From)
		}
	}
}

func TestPostfixAnswers(t *testing.T) {
	server := realserver.Postfix(t, realserver.PostfixOptions{Answers: map[string]string{
		"busy@school.example": "450 4.2.1 mailbox busy", "gone@school.example": "550 5.1.1 nobody of that name"}})
	for _, security := range []string{"none", "starttls"} {
		c := delivery.New(delivery.Settings{Address: server.Addr, Security: security, TLS: server.TLS()})
		defer c.Close()
		for to, want := range map[string]delivery.Outcome{"busy@school.example": delivery.Deferred, "gone@school.example": delivery.Rejected} {
			m := mail(1)
			m.To = to
			if r := c.Send(t.Context(), m); r.Outcome != want || r.Server || r.Enhanced == "" {
				t.Errorf("%s over %s: %+v", to, security, r)
			}
		}
	}
}

// BenchmarkSend sends 5 KB mails over one connection, to a server in this process over TCP, and to smtp-sink.
func BenchmarkSend(b *testing.B) {
	m := delivery.Mail{From: "support@school.example", To: "ana@school.example",
		Data: append([]byte("Subject: [SR-1] received\r\n\r\n"), bytes.Repeat([]byte("Your request was received and has a number.\r\n"), 110)...)}
	run := func(b *testing.B, address string) {
		c := delivery.New(delivery.Settings{Address: address, Security: "none"})
		defer c.Close()
		for b.Loop() {
			if r := c.Send(context.Background(), m); r.Outcome != delivery.Sent {
				b.Fatalf("%+v", r)
			}
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
	}
	b.Run("inprocess", func(b *testing.B) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			b.Fatal(err)
		}
		server := inprocess.NewSMTP(inprocess.SMTPOptions{})
		go server.Serve(l)
		defer server.Close()
		run(b, l.Addr().String())
	})
	b.Run("smtp-sink", func(b *testing.B) { run(b, realserver.SMTPSink(b).Addr) })
}
