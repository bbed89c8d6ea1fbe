package config

import (
	"errors"
	"strings"
	"testing"
)

// FuzzParse: any text is either a configuration that can be run, or problems that say where.
func FuzzParse(f *testing.F) {
	f.Add([]byte(small))
	f.Add(withPasswords(Example()))
	f.Add([]byte(""))
	f.Add([]byte("[[mailbox]]\n[mailbox.oauth2]\n[[mailbox]]\noauth2.scopes = ['a', [], {b = 1}]"))
	f.Add([]byte("desk = 1\nmailbox = [1, {a = 2}]\nstaff = [[]]\n\"a.b\".\"c[0]\" = 1979-05-27T07:32:00"))
	for _, m := range mistakes {
		f.Add([]byte(strings.Replace(small, m.old, m.new, 1)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Parse("config.toml", data)
		if err == nil {
			checkRunnable(t, c)
			return
		}
		var problems *Problems
		if !errors.As(err, &problems) || len(problems.List) == 0 || c != nil {
			t.Fatalf("%v, %v", c, err)
		}
		lines := 1 + strings.Count(string(data), "\n")
		for _, p := range problems.List {
			if p.Line < 0 || p.Line > lines || p.Message == "" || p.File != "config.toml" {
				t.Fatalf("%#v, in %d lines", p, lines)
			}
		}
	})
}

func checkRunnable(t *testing.T, c *Config) {
	if c.Location() == nil || len(c.Mailboxes) == 0 || len(c.Notify.Operator) == 0 || len(c.Review.Hours) == 0 ||
		c.Limits.AutomaticMailsPerRecipient.Count < 1 || len(c.SMTP.Retry) == 0 || !strings.Contains(c.Desk.Address, "@") {
		t.Fatalf("%+v", c)
	}
	for _, m := range c.Mailboxes {
		if m.MaxSize <= 0 || len(m.Reconnect) == 0 || m.PollInterval <= 0 || !strings.Contains(m.Address, ":") {
			t.Fatalf("%+v", m)
		}
	}
}
