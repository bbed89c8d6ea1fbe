package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"

	"triaged/internal/authority"
	"triaged/internal/chart"
	"triaged/internal/config"
)

// Room on the disk, in bytes.
const (
	tightRoom = 1 << 30
	noRoom    = 64 << 20
)

// dataDirectory looks at where the state is kept: who can read it, and whether there is room.
func dataDirectory(_ context.Context, p Patient) []Finding {
	const name = "data directory"
	dir := p.Config.Desk.DataDir
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		standing := config.StandingAt(dir)
		if p.Config.CheckDataDir() != nil {
			return []Finding{{name, Ill, fmt.Sprintf("%s is not there, and cannot be made in %s", dir, standing), "make it for the user who runs the daemon, or name another data_dir"}}
		}
		return append([]Finding{{name, Well, dir + " will be made at the first run", ""}}, room(name, standing)...)
	case err != nil:
		return []Finding{{name, Ill, err.Error(), "name another data_dir, or mend this one"}}
	case !info.IsDir():
		return []Finding{{name, Ill, dir + " is not a directory", "name another data_dir"}}
	case syscall.Access(dir, 7) != nil:
		return []Finding{{name, Ill, "this user may not write in " + dir, "run as the user who runs the daemon, or give it the directory"}}
	}
	var all []Finding
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		all = append(all, Finding{name, Odd, fmt.Sprintf("others can look into %s (mode %04o)", dir, mode), "chmod 700 " + dir})
	} else {
		all = append(all, Finding{name, Well, dir + " is its owner's alone", ""})
	}
	if p.Daemon {
		all = append(all, Finding{"daemon", Well, "it runs", ""})
	} else {
		all = append(all, Finding{"daemon", Odd, "it does not run", "start it with `triaged run`, or as a service"})
	}
	return append(all, room(name, dir)...)
}

func room(name, dir string) []Finding {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return []Finding{{name, Odd, "how much room the disk has cannot be told: " + err.Error(), "look with df"}}
	}
	free := int64(s.Bavail) * int64(s.Bsize)
	detail := fmt.Sprintf("the disk has %.1f GB left", float64(free)/1e9)
	switch {
	case free < noRoom:
		return []Finding{{name, Ill, detail, "make room: the bot takes in no mail without"}}
	case free < tightRoom:
		return []Finding{{name, Odd, detail, "make room before it is used up"}}
	}
	return []Finding{{name, Well, detail, ""}}
}

// people holds the configuration's people, teams and codes against each other.
func people(_ context.Context, p Patient) []Finding {
	const name = "people"
	var all []Finding
	odd := func(detail, remedy string) { all = append(all, Finding{name, Odd, detail, remedy}) }
	for _, t := range p.Roster.Teams() {
		if len(p.Roster.Members(t.Name)) == 0 {
			odd(fmt.Sprintf("nobody belongs to the team %q: its mail goes to %s, and whoever answers there is not known as staff", t.Name, t.Address),
				"add its people under [[staff]]")
		}
	}
	if unowned := ownerless(p); len(unowned) > 0 {
		odd("no team owns the codes "+strings.Join(unowned, ", ")+": requests categorized so stay with whoever has them", `add them to "codes" of a [[team]]`)
	}
	var lost []string
	for _, campus := range p.Campuses {
		if _, owned := p.Roster.OfCampus(campus); !owned && anyCampus(p.Roster) {
			lost = append(lost, campus)
		}
	}
	if len(lost) > 0 {
		odd("no team has the campuses "+strings.Join(lost, ", ")+" of the directory: their notices go to notify.new_request", `add them to "campuses" of a [[team]]`)
	}
	for role, why := range map[authority.Role]string{
		authority.Supervisor: "nobody hears of breaches, missed reviews and the week's report",
		authority.Technician: "nobody works requests",
	} {
		if len(p.Roster.Staff(role)) == 0 {
			odd(fmt.Sprintf("nobody has the role %q: %s", role, why), "add one under [[staff]]")
		}
	}
	slices.SortFunc(all, func(a, b Finding) int { return strings.Compare(a.Detail, b.Detail) })
	if len(all) == 0 {
		all = append(all, Finding{name, Well, "every team has people, and every code a team", ""})
	}
	return all
}

// ownerless are the codes that no team owns; "1-*" stands for a category of which none is.
func ownerless(p Patient) (all []string) {
	entries := p.Config.Chart().Entries()
	owned := func(e chart.Entry) bool { _, ok := p.Roster.Owner(e.Code); return ok }
	for i, e := range entries {
		whole := !slices.ContainsFunc(entries, func(o chart.Entry) bool { return o.Code.Category == e.Code.Category && owned(o) })
		switch {
		case owned(e), whole && i > 0 && entries[i-1].Code.Category == e.Code.Category:
		case whole:
			all = append(all, fmt.Sprintf("%d-*", e.Code.Category))
		default:
			all = append(all, e.Code.String())
		}
	}
	return all
}

func anyCampus(r *authority.Roster) bool {
	return slices.ContainsFunc(r.Teams(), func(t authority.Team) bool { return len(t.Campuses) > 0 })
}

// senders looks at what the configuration itself warns of.
func senders(_ context.Context, p Patient) (all []Finding) {
	for _, w := range p.Config.Warnings {
		all = append(all, Finding{"configuration", Odd, w.String(), "see there"})
	}
	if len(all) == 0 {
		all = append(all, Finding{"configuration", Well, "nothing odd in it", ""})
	}
	return all
}

// verdicts compares whose word on senders is believed with whose word the last mails bore.
func verdicts(_ context.Context, p Patient) (all []Finding) {
	for _, m := range p.Config.Mailboxes {
		server := m.AuthservID
		if m.AuthPreset == config.Google {
			server = "mx.google.com"
		} else if m.AuthPreset != config.Authserv || server == "" {
			continue // Microsoft's headers bear no name
		}
		believed, mails := 0, 0
		var others []string
		for _, s := range p.Seen {
			if s.Mailbox != m.Name {
				continue
			}
			mails += s.Mails
			if strings.EqualFold(s.Authserv, server) {
				believed += s.Mails
			} else if s.Authserv != "" {
				others = append(others, s.Authserv)
			}
		}
		f := Finding{"verdicts of mailbox " + m.Name, Well, fmt.Sprintf("%d of the last %d mails bear one by %s", believed, mails, server), ""}
		switch {
		case mails == 0:
			f.Detail = "no mail yet to see whether verdicts by " + server + " come with it"
		case believed == 0:
			f.State = Odd
			f.Remedy = "staff can prove themselves by answering the bot's mails only; if the server writes Authentication-Results, put its name into authserv_id"
			if len(others) > 0 {
				f.Remedy += fmt.Sprintf(" (these came: %s)", strings.Join(others, ", "))
			}
		}
		all = append(all, f)
	}
	return all
}

// domains looks up whether mail to the configured addresses can arrive anywhere.
func domains(ctx context.Context, p Patient) (all []Finding) {
	var names []string
	for _, address := range addresses(p.Config) {
		if domain := authority.Domain(address); !slices.Contains(names, domain) {
			names = append(names, domain)
		}
	}
	for _, domain := range names {
		mx, err := p.Resolver.LookupMX(ctx, domain)
		if err != nil || len(mx) == 0 {
			_, err = p.Resolver.LookupHost(ctx, domain) // RFC 5321, section 5.1
		}
		var unknown *net.DNSError
		switch {
		case err == nil && len(mx) == 1 && mx[0].Host == ".":
			all = append(all, Finding{"addresses", Odd, "the domain " + domain + " takes no mail (RFC 7505)", "mend the addresses in it"})
		case err == nil:
			all = append(all, Finding{"addresses", Well, "mail to " + domain + " has somewhere to go", ""})
		case errors.As(err, &unknown) && unknown.IsNotFound:
			all = append(all, Finding{"addresses", Odd, "DNS knows no " + domain, "see that the addresses in it are spelt right; a domain that only your own mail server knows is fine"})
		default:
			all = append(all, Finding{"addresses", Odd, "whether " + domain + " takes mail cannot be told: " + err.Error(), "see that this machine's DNS works"})
		}
	}
	return all
}

// addresses are all that the configuration writes to.
func addresses(c *config.Config) []string {
	all := []string{c.Desk.Address}
	for _, s := range c.Staff {
		all = append(all, s.Address)
	}
	for _, t := range c.Teams {
		if t.Address != "" {
			all = append(all, t.Address)
		}
	}
	return slices.Concat(all, c.Notify.NewRequest, c.Notify.Operator)
}
