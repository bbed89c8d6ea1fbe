package config

import (
	"fmt"
	"net/mail"
	"slices"
	"strings"

	"triaged/internal/strict"
)

// checkPeople: whoever is to be told exists, once, and is not the bot itself.
func (d *document) checkPeople(c *Config) {
	d.checkStaff(c)
	d.checkTeams(c)
	d.checkSources(c)
	d.recipients(c, "notify.new_request", c.Notify.NewRequest)
	d.recipients(c, "notify.operator", c.Notify.Operator)
	if len(c.Notify.Operator) == 0 {
		d.wrong("notify.operator", "is empty", "somebody must hear of trouble with the bot")
	}
}

func (d *document) checkStaff(c *Config) {
	analyst, seen, teams := false, names{}, teamNames(c)
	for i, s := range c.Staff {
		path := fmt.Sprintf("staff[%d]", i)
		d.outside(c, path+".address", s.Address)
		d.once(path+".address", s.Address, seen)
		if s.Role == "" {
			d.wrong(path+".role", "is missing", "write "+oneOf(s.Role.choices()))
		}
		analyst = analyst || s.Role == Analyst || d.failed[path+".role"] // who knows what was meant
		for j, name := range s.Teams {
			d.knownTeam(teams, fmt.Sprintf("%s.teams[%d]", path, j), name)
		}
	}
	if !analyst {
		d.wrong("staff", `nobody has the role "analyst"`, "somebody must get the reminders and digests")
	}
}

func teamNames(c *Config) []string {
	all := make([]string, len(c.Teams))
	for i, t := range c.Teams {
		all[i] = t.Name
	}
	return all
}

func (d *document) knownTeam(teams []string, path, name string) {
	if d.full() || slices.Contains(teams, name) {
		return
	}
	hint := "add a [[team]] of that name"
	if k := strict.Nearest(name, teams); k != "" {
		hint = fmt.Sprintf("did you mean %q?", k)
	}
	d.wrong(path, fmt.Sprintf("there is no team %q", name), hint)
}

func (d *document) checkTeams(c *Config) {
	seen, peopled := names{}, names{}
	for _, s := range c.Staff {
		for _, name := range s.Teams {
			peopled[name] = true
		}
	}
	for i, t := range c.Teams {
		path := fmt.Sprintf("team[%d]", i)
		if d.needed(path+".name", t.Name, "") {
			d.once(path+".name", t.Name, seen)
		}
		if t.Address != "" {
			d.outside(c, path+".address", t.Address)
		} else if !peopled[t.Name] {
			d.wrong(path+".address", fmt.Sprintf("is missing, and nobody of the staff belongs to %q", t.Name),
				"its mail would reach nobody")
		}
	}
}

func (d *document) checkSources(c *Config) {
	seen := names{}
	for i, s := range c.Sources {
		path := fmt.Sprintf("source[%d]", i)
		d.outside(c, path+".address", s.Address)
		d.once(path+".address", s.Address, seen)
		if s.Kind == "" {
			d.wrong(path+".kind", "is missing", "write "+oneOf(s.Kind.choices()))
		}
	}
}

func (d *document) recipients(c *Config, path string, list []string) {
	seen := names{}
	for i, a := range list {
		at := fmt.Sprintf("%s[%d]", path, i)
		d.outside(c, at, a)
		d.once(at, a, seen)
	}
}

// names knows which names of a list have been seen; case does not tell two apart.
type names map[string]bool

// once refuses a value that the list has already.
func (d *document) once(path, value string, seen names) {
	folded := strings.ToLower(value)
	if folded != "" && seen[folded] {
		d.wrong(path, fmt.Sprintf("%q is listed twice", value), "")
	}
	seen[folded] = true
}

// outside checks an address that the bot writes to or takes mail from: it cannot be the bot's own.
func (d *document) outside(c *Config, path, address string) {
	if !d.address(path, address) {
		return
	}
	for _, own := range append([]string{c.Desk.Address}, c.Desk.Aliases...) {
		if strings.EqualFold(address, own) {
			d.wrong(path, fmt.Sprintf("%q is the desk itself", address), "the bot would write to itself")
			return
		}
	}
}

const maxAddress = 254 // octets (RFC 5321, section 4.5.3.1.3: a path of 256 with its brackets)

// address checks an addr-spec (RFC 5322, section 3.4.1), alone and with a domain.
func (d *document) address(path, s string) bool {
	if !d.needed(path, s, `write it as "name@school.example"`) {
		return false
	}
	a, err := mail.ParseAddress(s)
	switch {
	case !strings.Contains(s, "@"):
		d.wrong(path, fmt.Sprintf("%q has no domain", s), `write it as "name@school.example"`)
	case err != nil || len(s) > maxAddress || strings.ContainsAny(a.Address, " \t"):
		d.wrong(path, fmt.Sprintf("%q is not a mail address", s), `write it as "name@school.example"`)
	case a.Address != s:
		d.wrong(path, fmt.Sprintf("%q is more than an address", s), fmt.Sprintf("write %q", a.Address))
	default:
		return true
	}
	return false
}

// domain checks a domain name as it stands behind the @ of an address.
func (d *document) domain(path, s string) {
	bare := strings.TrimPrefix(s, "@")
	if _, err := mail.ParseAddress("x@" + bare); err == nil && bare == s && !strings.ContainsAny(s, "[]() ") {
		return
	}
	hint := `write it as "school.example"`
	if _, after, found := strings.Cut(s, "@"); found && after != "" {
		hint = fmt.Sprintf("write %q", after)
	}
	d.wrong(path, fmt.Sprintf("%q is not a domain", s), hint)
}
