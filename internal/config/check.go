package config

import (
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // a desk's time zone must be known on machines without a zone database, too

	"triaged/internal/strict"
)

// check finds what is wrong with values that are well-formed one by one. It looks at no file but the one being read.
func (d *document) check(c *Config) {
	d.checkDesk(c)
	d.checkMailboxes(c)
	d.checkSMTP(c)
	d.checkCalendar(c)
	d.checkTesting(c)
	d.checkReminders(&c.Reminders)
	d.checkMetrics(c)
}

func (d *document) checkDesk(c *Config) {
	desk := &c.Desk
	d.needed("desk.name", desk.Name, "")
	d.needed("desk.data_dir", desk.DataDir, "")
	d.address("desk.address", desk.Address)
	for i, a := range desk.Aliases {
		d.address(fmt.Sprintf("desk.aliases[%d]", i), a)
	}
	for i, domain := range desk.Eligible {
		d.domain(fmt.Sprintf("desk.eligible[%d]", i), domain)
	}
	if !isPrefix(desk.Prefix) {
		d.wrong("desk.prefix", fmt.Sprintf("%q cannot number requests", desk.Prefix), `use one to eight letters, such as "SR"`)
	}
	d.checkZone(c)
	d.checkLanguages(desk.Languages)
	if desk.Authority == FromAlone {
		c.Warnings = append(c.Warnings, Problem{d.file, d.lines.of("desk.authority"), "desk.authority",
			`desk.authority: with "from", whoever writes a staff member's address into a mail commands this desk`,
			`use "token-or-dmarc" unless no outside mail can reach it`})
	}
}

// isPrefix: letters only, so that where the prefix ends and the number begins is never in doubt.
func isPrefix(s string) bool {
	for _, r := range s {
		if (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') {
			return false
		}
	}
	return len(s) >= 1 && len(s) <= 8
}

// commonZones are suggested to who mistypes one: those of the United States and the one of servers.
var commonZones = []string{
	"America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles",
	"America/Anchorage", "Pacific/Honolulu", "UTC",
}

func (d *document) checkZone(c *Config) {
	name := c.Desk.Timezone
	zone, err := time.LoadLocation(name)
	if err == nil && name != "" && name != "Local" {
		c.location = zone
		return
	}
	c.location = time.UTC
	hint := "names look like America/Chicago"
	if k := strict.Nearest(name, commonZones); k != "" {
		hint = "did you mean " + k + "?"
	}
	d.wrong("desk.timezone", fmt.Sprintf("no time zone is called %q", name), hint)
}

func (d *document) checkLanguages(languages []string) {
	if len(languages) == 0 {
		d.wrong("desk.languages", "is empty", `name at least one, such as "en"`)
	}
	for i, l := range languages {
		path := fmt.Sprintf("desk.languages[%d]", i)
		if len(l) != 2 || strings.ToLower(l) != l || strings.Trim(l, "abcdefghijklmnopqrstuvwxyz") != "" {
			d.wrong(path, fmt.Sprintf("%q is not a language", l), `use two letters, such as "en" or "es"`)
		}
		for _, other := range languages[:i] {
			if other == l {
				d.wrong(path, fmt.Sprintf("%q is listed twice", l), "")
			}
		}
	}
}

func (d *document) checkReminders(r *Reminders) {
	d.positive("reminders.uncategorized_after", r.UncategorizedAfter)
	d.positive("reminders.acknowledge_within", r.AcknowledgeWithin)
	d.positive("reminders.follow_up_every", r.FollowUpEvery)
}

func (d *document) checkMetrics(c *Config) {
	if c.Metrics.Listen == "" {
		return
	}
	if host := d.hostPort("metrics.listen", c.Metrics.Listen, "9180"); !isLoopback(host) {
		c.Warnings = append(c.Warnings, Problem{d.file, d.lines.of("metrics.listen"), "metrics.listen",
			"metrics.listen: figures are served to whoever reaches this machine", "listen on 127.0.0.1 unless that is meant"})
	}
}

func (d *document) needed(path, value, hint string) bool {
	if strings.TrimSpace(value) == "" {
		d.wrong(path, "is missing", hint)
		return false
	}
	return true
}

func (d *document) positive(path string, v Duration) {
	if v <= 0 {
		d.wrong(path, "must be longer than nothing", "")
	}
}

func (d *document) pauses(path string, list []Duration) {
	if len(list) == 0 {
		d.wrong(path, "is empty", "give at least one pause")
	}
	for i, v := range list {
		d.positive(fmt.Sprintf("%s[%d]", path, i), v)
	}
}
