package intake_test

import (
	"regexp"
	"testing"

	"triaged/internal/compose"
	"triaged/templates"
)

// TestTwoBotsStop lets two desks write to each other: once as they are, once through a service that takes away every header
// by which a mail says that it is automatic. Both fall silent within three mails.
func TestTwoBotsStop(t *testing.T) {
	texts, err := compose.Load(templates.Files)
	if err != nil {
		t.Fatal(err)
	}
	automatic := regexp.MustCompile(`(?m)^(Auto-Submitted|X-Auto-Response-Suppress|X-Triaged-[A-Za-z]+): .*\r\n`)
	for _, strip := range []bool{false, true} {
		here, there := newMemory(t), newMemory(t)
		there.policy.Address, there.policy.Roster = "help@other.example", roster()
		here.policy.Eligible, there.policy.Eligible = nil, nil
		house := func(f *memory) compose.House {
			return compose.House{Desk: "Desk", Address: f.policy.Address, Prefix: "SR", Chart: f.policy.Chart, Texts: texts, Keys: f.policy.Keys, Instance: "test"}
		}
		raw := here.mail("help@other.example", "Hello", "Hello there.")
		from, to, mails := there, here, 1
		for raw != "" && mails < 10 {
			v := to.take(raw)
			raw = ""
			for _, l := range v.Letters {
				if l.To.Address != from.policy.Address {
					continue
				}
				m, err := compose.Render(l, to.idOf(l), compose.Material{Topic: "Hello", Text: "Hello there."}, house(to))
				if err != nil {
					t.Fatal(err)
				}
				raw, mails = string(m.Data), mails+1
				if strip {
					raw = automatic.ReplaceAllString(raw, "")
				}
			}
			from, to = to, from
		}
		if mails > 3 {
			t.Errorf("stripped %v: %d mails", strip, mails)
		}
	}
}
