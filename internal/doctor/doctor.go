// Package doctor looks at everything around a configuration that can keep the bot from working, and says what to do.
//
// It guarantees that it changes nothing but what its caller asks it to try, that a dead host costs seconds and keeps no
// other check waiting, and that each finding which is not well carries its remedy. It never prints a secret.
//
// It knows what a healthy installation looks like. It must not know how mails are decided or kept.
package doctor

import (
	"context"
	"net"
	"sync"
	"time"

	"triaged/internal/authority"
	"triaged/internal/bot"
	"triaged/internal/config"
	"triaged/internal/delivery"
	"triaged/internal/mailbox"
)

// State is how something is.
type State string

// The states.
const (
	Well State = "ok"
	Odd  State = "warning" // the bot runs, but not as well as it could
	Ill  State = "failure" // the bot cannot do its work
)

// Finding is what one check found.
type Finding struct {
	Check  string `json:"check"`  // what was looked at: "mailbox support", "smtp", "data directory"
	State  State  `json:"state"`  // ok, warning or failure
	Detail string `json:"detail"` // what was found
	Remedy string `json:"remedy"` // what to do; "" if it is well
}

// Patient is an installation.
type Patient struct {
	Config    *config.Config
	Mailboxes []mailbox.Settings
	SMTP      delivery.Settings
	Fallback  *delivery.Settings // nil: there is none
	Resolver  Resolver
	Roster    *authority.Roster
	Campuses  []string      // of the directory of people
	Daemon    bool          // a daemon runs on the data directory
	Seen      []bot.SeenRow // what the last received mails bore

	Now      func() time.Time
	Patience time.Duration // for each host
	// RoundTrip is how long a mail of the desk's to itself may take through SMTP server and mailbox; 0: none is sent.
	RoundTrip time.Duration
}

// Resolver looks names up. A *net.Resolver is one.
type Resolver interface {
	LookupHost(ctx context.Context, host string) ([]string, error)
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
}

// Examine makes all checks, those of different hosts at once, and tells what they found, in an order that does not depend
// on which was first. It returns when the last check has.
func Examine(ctx context.Context, p Patient, tell func(Finding)) {
	checks := []func(context.Context, Patient) []Finding{dataDirectory, people, senders, verdicts, domains}
	hosts := len(checks) // from here on
	for i := range p.Mailboxes {
		checks = append(checks, func(ctx context.Context, p Patient) []Finding { return account(ctx, p, i) })
	}
	checks = append(checks, smtpServer)
	if p.Fallback != nil {
		checks = append(checks, fallbackServer)
	}
	results := make([]chan []Finding, len(checks))
	var all sync.WaitGroup
	for i, check := range checks {
		results[i] = make(chan []Finding, 1)
		all.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, p.Patience)
			defer cancel()
			results[i] <- check(ctx, p)
		})
	}
	sick := map[string]bool{}
	for i, result := range results {
		for _, f := range <-result {
			if f.State == Ill && i >= hosts {
				sick[f.Check] = true
			}
			tell(f)
		}
	}
	all.Wait()
	if p.RoundTrip > 0 {
		for _, f := range roundTrip(ctx, p, sick) {
			tell(f)
		}
	}
}
