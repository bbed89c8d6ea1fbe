package intake

import (
	"net/mail"
	"regexp"
	"strings"

	"triaged/internal/authority"
	"triaged/internal/request"
)

// openFrom opens a request for a configured automatic sender. A portal's requester is named in Reply-To or the body, and is
// acknowledged if they may open requests, since anybody can forge a portal's From; a monitor's request has the monitor as requester, and nobody is answered.
func (d *decision) openFrom(s Source) bool {
	if _, ok := d.desk.request(d.thread); ok {
		return d.addTo(d.thread)
	}
	o := opening{person: d.author(), source: s.Kind, silent: true}
	if s.Kind == request.Portal {
		if person, ok := d.portalUser(); ok {
			o.person, o.silent = person, !d.fresh() || !d.policy.eligible(person.Address)
		}
	}
	n := d.openRequest(o)
	return d.end(Opened, "%s, from the configured %s %s", d.label(n), s.Kind, s.Address)
}

// portalUser is who filled in a portal's form.
func (d *decision) portalUser() (request.Person, bool) {
	usable := func(address string) bool {
		_, source := d.policy.source(address)
		return !source && !d.policy.ours(address) && answerable(address)
	}
	if len(d.m.ReplyTo) > 0 && usable(d.m.ReplyTo[0].Address) {
		return request.Person{Name: d.m.ReplyTo[0].Name, Address: d.m.ReplyTo[0].Address}, true
	}
	var found request.Person
	lines := 0
	for line := range strings.Lines(d.m.Text) {
		if lines++; lines > mostFormLines {
			break
		}
		field := formField.FindStringSubmatch(strings.TrimSpace(line))
		if field == nil {
			continue
		}
		if a, err := mail.ParseAddress(strings.Replace(field[2], "mailto:", "", 1)); err == nil && found.Address == "" && usable(a.Address) {
			found.Address, found.Name = a.Address, firstOf(a.Name, found.Name)
		} else if err != nil && found.Name == "" && strings.Contains(strings.ToLower(field[1]), "name") {
			found.Name = field[2]
		}
	}
	return found, found.Address != ""
}

// mostFormLines is how much of a form's mail is looked through: who asks stands above what they ask.
const mostFormLines = 60

// formField is a line of a form that says who filled it in: "E-mail address: pat@school.example", "Name: Pat Lee".
var formField = regexp.MustCompile(`(?i)^[*_]*((?:your |contact |user )?(?:e-?mail(?: address)?|name|full name|from|requester|requested by|submitted by|reported by|correo(?: electr[oó]nico)?|nombre))[*_]*\s*[:=]\s*[*_]*\s*(\S.{0,200})$`)

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// known is what the directory says of somebody.
func (d *decision) known(address string) Entry {
	return d.policy.Directory[authority.Normalise(address)]
}
