package doctor

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"triaged/internal/delivery"
	"triaged/internal/mailbox"
	"triaged/internal/oauth"
)

// soon is how long before a certificate expires to say so.
const soon = 21 * 24 * time.Hour

// account looks at one mailbox: its server, the log-in, capabilities and folders.
func account(ctx context.Context, p Patient, i int) []Finding {
	s := p.Mailboxes[i]
	name := "mailbox " + s.Name
	s.CommandTimeout = p.Patience
	if f, ok := resolves(ctx, p, name, s.Address); !ok {
		return []Finding{f}
	}
	found, err := mailbox.Inspect(ctx, s)
	if err != nil {
		remedy := "see that address, port and security of the [[mailbox]] are those of the server, and that nothing on the way blocks it"
		if errors.Is(err, mailbox.ErrLogin) {
			remedy = "mend the log-in in the [[mailbox]]: providers that take no passwords want an oauth2 table and `triaged login`"
		}
		return []Finding{{name, Ill, err.Error(), remedyFor(err, remedy)}}
	}
	all := []Finding{{name, Well, "logged in at " + s.Address, ""}}
	all = append(all, certificate(p, name, found.Expires)...)
	for _, c := range []struct{ capability, without string }{
		{"IDLE", "new mail is noticed every poll_interval only"},
		{"MOVE", "mails are copied and deleted instead of moved"},
		{"UIDPLUS", "deleting one mail expunges all that are marked deleted"},
	} {
		if !found.Has(c.capability) && !found.Has("IMAP4rev2") {
			all = append(all, Finding{name, Odd, "the server has no " + c.capability + ": " + c.without, "none needed; a newer server would do better"})
		}
	}
	for _, f := range found.Folders {
		all = append(all, folder(name, f)...)
	}
	return all
}

func folder(name string, f mailbox.FolderFound) []Finding {
	switch {
	case !f.There && (f.Role == "watched" || f.Role == "junk"):
		key := map[string]string{"watched": "folder", "junk": "junk_folder"}[f.Role]
		return []Finding{{name, Ill, fmt.Sprintf("the folder %q is not there", f.Name), "make it, or name another in " + key}}
	case !f.There:
		return []Finding{{name, Well, fmt.Sprintf("the %s folder %q will be made", f.Role, f.Name), ""}}
	}
	need := map[string]string{"watched": "lrte", "done": "li", "refused": "li", "junk": "lr"}[f.Role]
	var lacking strings.Builder
	for _, right := range need {
		// Servers of RFC 2086 have d for what RFC 4314 splits into t and e.
		if f.Rights != "" && !strings.ContainsRune(f.Rights, right) && !(strings.ContainsRune("te", right) && strings.Contains(f.Rights, "d")) {
			lacking.WriteRune(right)
		}
	}
	if lacking.Len() > 0 {
		return []Finding{{name, Ill, fmt.Sprintf("in the folder %q the bot lacks the rights %q", f.Name, lacking.String()),
			fmt.Sprintf("have the account given the rights %q there", need)}}
	}
	return []Finding{{name, Well, fmt.Sprintf("the %s folder %q holds %d mails", f.Role, f.Name, f.Mails), ""}}
}

// remedyFor is what to do about an error: what the authorization server's refusal asks for, if it is one.
func remedyFor(err error, otherwise string) string {
	var no *oauth.Refused
	if errors.As(err, &no) {
		return no.Remedy
	}
	return otherwise
}

// smtpServer looks at the server that takes the bot's mail: whether it would take one, without sending it.
func smtpServer(ctx context.Context, p Patient) []Finding { return submission(ctx, p, "smtp", p.SMTP) }

// fallbackServer does the same for the second one.
func fallbackServer(ctx context.Context, p Patient) []Finding {
	return submission(ctx, p, "smtp.fallback", *p.Fallback)
}

func submission(ctx context.Context, p Patient, name string, s delivery.Settings) []Finding {
	s.Timeout = p.Patience
	if f, ok := resolves(ctx, p, name, s.Address); !ok {
		return []Finding{f}
	}
	desk := p.Config.Desk.Address
	found, err := delivery.Inspect(ctx, s, desk, desk)
	if err != nil {
		remedy := fmt.Sprintf("see that address, security and log-in of [%s] are right, and that the account may send as %s", name, desk)
		return []Finding{{name, Ill, err.Error(), remedyFor(err, remedy)}}
	}
	return append([]Finding{{name, Well, s.Address + " takes mail from " + desk, ""}}, certificate(p, name, found.Expires)...)
}

func certificate(p Patient, name string, expires time.Time) []Finding {
	if expires.IsZero() || expires.Sub(p.Now()) > soon {
		return nil
	}
	return []Finding{{name, Odd, "the server's certificate expires on " + expires.Format(time.DateOnly), "have it renewed: afterwards no mail passes"}}
}

// resolves looks a server's name up, so that a mistyped one is told from a dead host.
func resolves(ctx context.Context, p Patient, name, address string) (Finding, bool) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return Finding{name, Ill, fmt.Sprintf("address %q is not host:port", address), "write it as imap.school.example:993"}, false
	}
	if net.ParseIP(host) != nil {
		return Finding{}, true
	}
	if _, err = p.Resolver.LookupHost(ctx, host); err != nil {
		return Finding{name, Ill, fmt.Sprintf("the name %s cannot be found: %v", host, err), "see that it is spelt right, and that this machine's DNS works"}, false
	}
	return Finding{}, true
}

// roundTrip sends one mail of the desk's to itself, and waits until a watched mailbox has it. The bot knows its own mail:
// it opens nothing.
func roundTrip(ctx context.Context, p Patient, sick map[string]bool) []Finding {
	const name = "round trip"
	well := slices.IndexFunc(p.Mailboxes, func(s mailbox.Settings) bool { return !sick["mailbox "+s.Name] })
	if sick["smtp"] || well < 0 {
		return []Finding{{name, Odd, "not tried, because a server is in trouble", "mend that first"}}
	}
	ctx, cancel := context.WithTimeout(ctx, p.RoundTrip+p.Patience)
	defer cancel()
	desk, sent := p.Config.Desk.Address, p.Now()
	_, domain, _ := strings.Cut(desk, "@")
	id := strings.ToLower(rand.Text()) + ".doctor@" + domain
	client := delivery.New(p.SMTP)
	defer client.Close()
	result := client.Send(ctx, delivery.Mail{From: desk, To: desk, Data: probe(desk, id, sent)})
	if result.Outcome != delivery.Sent {
		return []Finding{{name, Ill, fmt.Sprintf("the mail could not be sent: %v", result.Err), "see what the server says"}}
	}
	arrival, where, err := awaitAnywhere(ctx, p, id)
	if err != nil {
		return []Finding{{name, Ill, fmt.Sprintf("the server took a mail to %s, and within %v no watched mailbox had it: %v", desk, p.RoundTrip, err),
			"see that mail to " + desk + " reaches one of the watched folders: aliases, forwarding, filters, the junk folder"}}
	}
	took := p.Now().Sub(sent).Round(10 * time.Millisecond)
	all := []Finding{{name, Well, fmt.Sprintf("a mail to %s was in the folder %q of the mailbox %s after %v", desk, arrival.Folder, where, took), ""}}
	return append(all, clock(p, sent, arrival.Received)...)
}

// clock compares this machine's clock with the mail server's, which says when mail was received.
func clock(p Patient, sent, received time.Time) []Finding {
	const name, most = "clock", 30 * time.Second
	off := time.Duration(0)
	switch now := p.Now(); {
	case received.Before(sent.Add(-most)):
		off = received.Sub(sent)
	case received.After(now.Add(most)):
		off = received.Sub(now)
	}
	if off == 0 {
		return []Finding{{name, Well, "it agrees with the mail server's", ""}}
	}
	return []Finding{{name, Odd, fmt.Sprintf("the mail server's clock is %s this machine's", apart(off)),
		"have both set by NTP: requests are timed by when the server received them, and everything else by this machine"}}
}

// apart says in words how far a clock is from another, in the largest unit of which it is two or more.
func apart(off time.Duration) string {
	way := "ahead of"
	if off < 0 {
		way = "behind"
	}
	off = off.Abs().Round(time.Second)
	for _, u := range []struct {
		unit  time.Duration
		words string
	}{{24 * time.Hour, "days"}, {time.Hour, "hours"}, {time.Minute, "minutes"}} {
		if off >= 2*u.unit {
			return fmt.Sprintf("%d %s %s", off/u.unit, u.words, way)
		}
	}
	return fmt.Sprintf("%d seconds %s", off/time.Second, way)
}

func probe(desk, id string, at time.Time) []byte {
	lines := []string{
		"From: <" + desk + ">", "To: <" + desk + ">", "Subject: Round trip of triaged doctor", "Date: " + at.Format(time.RFC1123Z),
		"Message-ID: <" + id + ">", "Auto-Submitted: auto-generated", "X-Auto-Response-Suppress: All", "MIME-Version: 1.0",
		"Content-Type: text/plain; charset=us-ascii", "", "This mail tries the way to the desk and may be deleted.", "",
	}
	return []byte(strings.Join(lines, "\r\n"))
}

// awaitAnywhere waits until one of the mailboxes has a mail.
func awaitAnywhere(ctx context.Context, p Patient, id string) (mailbox.Arrival, string, error) {
	ctx, cancel := context.WithTimeout(ctx, p.RoundTrip)
	defer cancel()
	type answer struct {
		mailbox.Arrival
		where string
		err   error
	}
	answers := make(chan answer, len(p.Mailboxes))
	for _, s := range p.Mailboxes {
		go func() {
			a, err := mailbox.Await(ctx, s, id)
			answers <- answer{a, s.Name, err}
		}()
	}
	var last answer
	for range p.Mailboxes {
		if last = <-answers; last.err == nil {
			return last.Arrival, last.where, nil
		}
	}
	return last.Arrival, "", last.err
}
