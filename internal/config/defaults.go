package config

import (
	"time"

	"triaged/internal/chart"
	"triaged/internal/suggest"
)

// BuiltIn is Default with the built-in chart and words, for what needs no more of a configuration.
func BuiltIn() *Config {
	c := Default()
	c.chart, c.lexicon, c.outages = chart.Default(), suggest.DefaultLexicon(), suggest.DefaultOutages()
	return c
}

// Default is the configuration of a desk that says nothing: what the file leaves out.
func Default() *Config {
	return &Config{
		Desk: Desk{
			Name:       "Customer Care Center",
			Prefix:     "SR",
			Timezone:   "America/Chicago",
			DataDir:    "data",
			Authority:  TokenOrDMARC,
			AuthPreset: Authserv,
			Languages:  []string{"en", "es"},

			ReopenWithin: Duration(14 * day),
			PlainAnswers: AnswerIsNote,
		},
		SMTP: SMTP{
			Security: StartTLS,
			Retry: []Duration{
				Duration(time.Minute), Duration(5 * time.Minute), Duration(15 * time.Minute),
				Duration(time.Hour), Duration(4 * time.Hour),
			},
			GiveUpAfter: Duration(5 * day),
		},
		Calendar: Calendar{
			Workdays: []string{"Mon", "Tue", "Wed", "Thu", "Fri"},
			Hours:    "07:00-17:00",
		},
		Reminders: Reminders{
			UncategorizedAfter: Duration(2 * time.Hour),
			AcknowledgeWithin:  Duration(24 * time.Hour),
			FollowUpEvery:      Duration(7 * day),
			WarnAt:             80,
			EscalateAfter:      3,
			WeeklyReport:       true,
		},
		Review: Review{Hours: OddHours(), Staffed: "07:00-17:00", Daily: true, Excerpts: true},
		Watch:  Watch{Probe: Duration(time.Hour)},
		Notify: Notify{Burst: Rate{10, Duration(10 * time.Minute)}},
		Limits: Limits{
			AutomaticMailsPerRecipient: Rate{10, Duration(time.Hour)},
			AutomaticMailsPerRequest:   Rate{20, Duration(24 * time.Hour)},
			CircuitBreaker:             Rate{5000, Duration(time.Hour)},
		},
	}
}

func (m *Mailbox) setDefaults() {
	*m = Mailbox{
		Name:                 "support",
		Security:             TLS,
		Folder:               "INBOX",
		DoneFolder:           "Processed",
		RefusedFolder:        "Refused",
		PollInterval:         Duration(time.Minute),
		Start:                StartAll,
		AcknowledgeNewerThan: Duration(24 * time.Hour),
		MaxSize:              30 << 20,
		Reconnect: []Duration{
			Duration(time.Second), Duration(5 * time.Second), Duration(30 * time.Second), Duration(time.Minute),
		},
	}
}

func (f *Fallback) setDefaults() { *f = Fallback{Security: StartTLS, Kinds: []MailKind{"operator"}} }
