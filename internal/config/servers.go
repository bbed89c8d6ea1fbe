package config

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"triaged/internal/provider"
)

// account is one server that the configuration names, with the log-in to it.
type account struct {
	path    string // "mailbox[0]", "smtp", "smtp.fallback"
	name    string // "mailbox support", "smtp", "smtp.fallback"
	address string
	login   *Login
	caFile  *string
}

func (c *Config) accounts() []account {
	var all []account
	for i := range c.Mailboxes {
		m := &c.Mailboxes[i]
		all = append(all, account{fmt.Sprintf("mailbox[%d]", i), "mailbox " + m.Name, m.Address, &m.Login, &m.CAFile})
	}
	all = append(all, account{"smtp", "smtp", c.SMTP.Address, &c.SMTP.Login, &c.SMTP.CAFile})
	if f := c.SMTP.Fallback; f != nil {
		all = append(all, account{"smtp.fallback", "smtp.fallback", f.Address, &f.Login, &f.CAFile})
	}
	return all
}

// Logins are all log-ins of the bot, by what people call them: "mailbox support", "smtp", "smtp.fallback".
func (c *Config) Logins() map[string]Login {
	all := map[string]Login{}
	for _, a := range c.accounts() {
		all[a.name] = *a.login
	}
	return all
}

// leastSize is the smallest limit that makes sense for mail: in bytes, as much as is kept of a mail that is over it.
const leastSize = 64 << 10

// checkMailboxes looks at each mailbox, then at what they are to each other.
func (d *document) checkMailboxes(c *Config) {
	if len(c.Mailboxes) == 0 {
		d.wrong("mailbox", "there is no [[mailbox]]", "name at least one folder to watch")
	}
	for i := range c.Mailboxes {
		m, path := &c.Mailboxes[i], fmt.Sprintf("mailbox[%d]", i)
		d.needed(path+".name", m.Name, "")
		d.server(path, m.Address, m.Security, map[Security]string{TLS: "993", StartTLS: "143", NoTLS: "143"})
		d.needed(path+".username", m.Username, "")
		d.login(path, &m.Login, true)
		d.positive(path+".poll_interval", m.PollInterval)
		d.pauses(path+".reconnect", m.Reconnect)
		if m.MaxSize < leastSize {
			d.wrong(path+".max_size", "would refuse ordinary mail", `write the unit too, such as "30MiB"`)
		}
		d.folders(path, m)
		d.verdicts(c, i)
	}
	d.checkTogether(c.Mailboxes)
	d.sessions(c)
}

// folders: a mail that is recorded must leave the watched folder, or it would be looked at for ever.
func (d *document) folders(path string, m *Mailbox) {
	named := []struct{ key, folder string }{
		{"folder", m.Folder}, {"done_folder", m.DoneFolder}, {"refused_folder", m.RefusedFolder}, {"junk_folder", m.JunkFolder},
	}
	for i, a := range named {
		if a.folder == "" && a.key != "junk_folder" {
			d.wrong(path+"."+a.key, "is missing", "")
		}
		for _, b := range named[:i] {
			bothTargets := a.key == "refused_folder" && b.key == "done_folder" // one folder for both is a matter of taste
			if a.folder != "" && sameFolder(a.folder, b.folder) && !bothTargets {
				d.wrong(path+"."+a.key, fmt.Sprintf("%q is the %s already", a.folder, b.key), "")
			}
		}
	}
}

// sameFolder: INBOX alone is written in any case (RFC 9051, section 5.1).
func sameFolder(a, b string) bool {
	return a == b || strings.EqualFold(a, "INBOX") && strings.EqualFold(b, "INBOX")
}

// verdicts: without an authserv_id no Authentication-Results header is trusted, and mail proves nothing.
func (d *document) verdicts(c *Config, i int) {
	m, path := c.Mailboxes[i], fmt.Sprintf("mailbox[%d].authserv_id", i)
	preset, id := m.AuthPreset, m.AuthservID
	if preset == "" {
		preset, path = c.Desk.AuthPreset, "desk.authserv_id"
	}
	if id == "" {
		id = c.Desk.AuthservID
	}
	if strings.ContainsAny(id, " ;\t") {
		d.wrong(path, fmt.Sprintf("%q is not one word", id), "take what stands before the first semicolon of the header")
	}
	if preset == Authserv && id == "" && c.Desk.Authority == TokenOrDMARC {
		d.wrong(path, `is missing, but auth_preset is "authserv"`,
			"give the name your mail server signs Authentication-Results with")
	}
}

const maxMailboxes = 100 // each is a connection and a loop of its own

func (d *document) checkTogether(mailboxes []Mailbox) {
	if len(mailboxes) > maxMailboxes {
		d.wrong("mailbox", fmt.Sprintf("there are %d mailboxes", len(mailboxes)), fmt.Sprintf("watch at most %d", maxMailboxes))
		return
	}
	for i, a := range mailboxes {
		path := fmt.Sprintf("mailbox[%d]", i)
		for _, b := range mailboxes[:i] {
			if a.Name == b.Name {
				d.wrong(path+".name", fmt.Sprintf("two mailboxes are called %q", a.Name), "give each a name of its own")
			}
			if !strings.EqualFold(a.Address, b.Address) || a.Username != b.Username {
				continue
			}
			if sameFolder(a.Folder, b.Folder) {
				d.wrong(path+".folder", fmt.Sprintf("%q is watched as %q already", a.Folder, b.Name), "")
			}
			if sameFolder(a.Folder, b.DoneFolder) || sameFolder(a.Folder, b.RefusedFolder) {
				d.wrong(path+".folder", fmt.Sprintf("%q gets the finished mails of %q", a.Folder, b.Name), "")
			}
			if sameFolder(b.Folder, a.DoneFolder) || sameFolder(b.Folder, a.RefusedFolder) {
				d.wrong(path+".done_folder", fmt.Sprintf("finished mails would go to %q, which %q watches", b.Folder, b.Name), "")
			}
		}
	}
}

func (d *document) checkSMTP(c *Config) {
	s := &c.SMTP
	d.server("smtp", s.Address, s.Security, map[Security]string{TLS: "465", StartTLS: "587", NoTLS: "25"})
	d.login("smtp", &s.Login, s.Username != "")
	d.pauses("smtp.retry", s.Retry)
	d.positive("smtp.give_up_after", s.GiveUpAfter)
	if f := s.Fallback; f != nil {
		d.server("smtp.fallback", f.Address, f.Security, map[Security]string{TLS: "465", StartTLS: "587", NoTLS: "25"})
		d.login("smtp.fallback", &f.Login, f.Username != "")
		if len(f.Kinds) == 0 {
			d.wrong("smtp.fallback.kinds", "is empty", `name at least one kind, such as "operator", or leave [smtp.fallback] out`)
		}
		if strings.EqualFold(f.Address, s.Address) {
			d.wrong("smtp.fallback.address", "is the first server", "name another, or leave [smtp.fallback] out")
		}
	}
}

// Pace is how much the server takes: as configured, else as is known of its provider.
func (s *SMTP) Pace() provider.Limits {
	p := provider.At(s.Address)
	if p.Name == "" && s.OAuth2 != nil {
		p = provider.Called(string(s.OAuth2.Provider))
	}
	limits := provider.Limits{PerMinute: p.PerMinute, PerDay: p.PerDay}
	if s.MailsPerMinute > 0 {
		limits.PerMinute = s.MailsPerMinute
	}
	if s.MailsPerDay > 0 {
		limits.PerDay = s.MailsPerDay
	}
	return limits
}

// sessions warns of an account that is watched by more sessions than its provider allows at once.
func (d *document) sessions(c *Config) {
	watched := map[string]int{}
	for i, m := range c.Mailboxes {
		account := strings.ToLower(m.Address + " " + m.Username)
		watched[account]++
		if most := provider.At(m.Address).IMAPSessions; most > 0 && watched[account] == most+1 {
			path := fmt.Sprintf("mailbox[%d].address", i)
			c.Warnings = append(c.Warnings, Problem{d.file, d.lines.of(path), plain(path),
				fmt.Sprintf("mailbox.address: more than %d mailboxes of %s, and its server lets no more sessions in at once", most, m.Username), "watch fewer folders of it"})
		}
	}
}

// server checks an address and that it is not talked to in the clear over a network.
func (d *document) server(path, address string, security Security, ports map[Security]string) {
	host := d.hostPort(path+".address", address, ports[security])
	if security == NoTLS && host != "" && !isLoopback(host) {
		d.wrong(path+".security", fmt.Sprintf(`"none" would send the password to %s unprotected`, host),
			`use "tls" or "starttls"`)
	}
}

// hostPort returns the host of an address with a port, or "" after it has said what is wrong.
func (d *document) hostPort(path, address, usualPort string) string {
	example := "write it as host:" + usualPort
	if !d.needed(path, address, example) {
		return ""
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		if strings.Trim(address, "0123456789") == "" {
			example = fmt.Sprintf("did you mean %q?", "127.0.0.1:"+address)
		} else if !strings.ContainsAny(address, ":/ ") {
			example = fmt.Sprintf("did you mean %q?", net.JoinHostPort(address, usualPort))
		}
		d.wrong(path, fmt.Sprintf("%q has no port", address), example)
		return ""
	}
	listens := strings.HasSuffix(path, ".listen")
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 && !listens {
		d.wrong(path, fmt.Sprintf("%q is not a port", port), example)
		return ""
	}
	if host == "" && !listens || strings.ContainsAny(host, "/ @") {
		d.wrong(path, fmt.Sprintf("%q is not a host", host), example)
		return ""
	}
	return host
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.IsLoopback()
}

// login: exactly one secret where one is needed, and none that nobody uses.
func (d *document) login(path string, l *Login, needed bool) {
	given := l.source(path).given()
	if l.OAuth2 != nil {
		given = append([]string{path + ".oauth2"}, given...)
	}
	switch {
	case len(given) == 0 && needed:
		d.wrong(path+".password", "is missing",
			"give one of password, password_file, password_env, password_credential, password_command and an oauth2 table")
	case len(given) > 1:
		d.wrong(given[1], "stands beside "+lastKey(given[0]), "keep one of them")
	case len(given) == 1 && l.Username == "":
		d.wrong(path+".username", "is missing, but there is a "+lastKey(given[0]), "")
	}
	d.credentialName(l.source(path))
	if l.OAuth2 != nil {
		d.oauth2(path+".oauth2", l.OAuth2)
	}
}
