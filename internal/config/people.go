package config

import (
	"fmt"
	"net/mail"
	"slices"
	"strings"
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
	analyst := false
	for i, s := range c.Staff {
		path := fmt.Sprintf("staff[%d]", i)
		d.outside(c, path+".address", s.Address)
		d.once(path+".address", s.Address, i, func(j int) string { return c.Staff[j].Address })
		if s.Role == "" {
			d.wrong(path+".role", "is missing", "write "+oneOf(s.Role.choices()))
		}
		analyst = analyst || s.Role == Analyst || d.failed[path+".role"] // who knows what was meant
		for j, name := range s.Teams {
			d.knownTeam(c, fmt.Sprintf("%s.teams[%d]", path, j), name)
		}
	}
	if !analyst {
		d.wrong("staff", `nobody has the role "analyst"`, "somebody must get the reminders and digests")
	}
}

func (d *document) knownTeam(c *Config, path, name string) {
	var names []string
	for _, t := range c.Teams {
		names = append(names, t.Name)
	}
	if slices.Contains(names, name) {
		return
	}
	hint := "add a [[team]] of that name"
	if k := nearest(name, names); k != "" {
		hint = fmt.Sprintf("did you mean %q?", k)
	}
	d.wrong(path, fmt.Sprintf("there is no team %q", name), hint)
}

func (d *document) checkTeams(c *Config) {
	for i, t := range c.Teams {
		path := fmt.Sprintf("team[%d]", i)
		if d.needed(path+".name", t.Name, "") {
			d.once(path+".name", t.Name, i, func(j int) string { return c.Teams[j].Name })
		}
		if t.Address != "" {
			d.outside(c, path+".address", t.Address)
		} else if !slices.ContainsFunc(c.Staff, func(s Staff) bool { return slices.Contains(s.Teams, t.Name) }) {
			d.wrong(path+".address", fmt.Sprintf("is missing, and nobody of the staff belongs to %q", t.Name),
				"its mail would reach nobody")
		}
	}
}

func (d *document) checkSources(c *Config) {
	for i, s := range c.Sources {
		path := fmt.Sprintf("source[%d]", i)
		d.outside(c, path+".address", s.Address)
		d.once(path+".address", s.Address, i, func(j int) string { return c.Sources[j].Address })
		if s.Kind == "" {
			d.wrong(path+".kind", "is missing", "write "+oneOf(s.Kind.choices()))
		}
	}
}

func (d *document) recipients(c *Config, path string, list []string) {
	for i, a := range list {
		at := fmt.Sprintf("%s[%d]", path, i)
		d.outside(c, at, a)
		d.once(at, a, i, func(j int) string { return list[j] })
	}
}

// once refuses a value that one of the n before it has, too; case does not tell two apart.
func (d *document) once(path, value string, n int, earlier func(int) string) {
	for j := range n {
		if value != "" && strings.EqualFold(value, earlier(j)) {
			d.wrong(path, fmt.Sprintf("%q is listed twice", value), "")
			return
		}
	}
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
