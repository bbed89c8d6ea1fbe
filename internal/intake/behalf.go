package intake

import (
	"slices"
	"strings"

	"triaged/internal/authority"
	"triaged/internal/command"
	"triaged/internal/compose"
	"triaged/internal/request"
)

// opensByCommand tells whether a new mail with commands is a request of its own: filed for somebody, or a staff member's
// own request that is categorized at once. A mail that names other requests, or has nothing to say but the code, is not.
func (d *decision) opensByCommand() bool {
	coded := false
	for _, c := range d.reading.Commands {
		if !c.Requests.IsZero() || c.DryRun {
			return false
		}
		if c.Verb == command.OnBehalf {
			return true
		}
		coded = coded || c.Verb == command.Categorize
	}
	return coded && strings.TrimSpace(d.reading.Note) != ""
}

// openCommanded opens a request for the author, or for whom `#for` names, and carries out the other commands on it. An
// analyst's entry for somebody is one by phone (SOP, process step 1).
func (d *decision) openCommanded() bool {
	o := opening{person: d.author(), source: request.Email, text: d.reading.Note, silent: !d.fresh(), byHand: true}
	i := slices.IndexFunc(d.reading.Commands, func(c command.Command) bool { return c.Verb == command.OnBehalf })
	if i >= 0 {
		c := d.reading.Commands[i]
		if why := d.fileable(c.Who); why != nil {
			return d.refuseEntry(c, why)
		}
		o.person = request.Person{Name: firstOf(c.Text, d.known(c.Who).Name), Address: c.Who}
		if d.staff.Role == authority.Analyst {
			o.source = request.Phone
			if why := d.codedEntry(); why != nil {
				return d.refuseEntry(c, why)
			}
		}
		d.reading.Commands = slices.Delete(slices.Clone(d.reading.Commands), i, i+1)
	}
	n := d.openRequest(o)
	d.run(n)
	r, _ := d.desk.request(n)
	if r.Code.IsZero() {
		return d.end(Opened, "%s: opened by %s for %s", d.label(n), d.m.From.Address, o.person.Address)
	}
	return d.end(OpenedCategorized, "%s: opened by %s for %s as %s", d.label(n), d.m.From.Address, o.person.Address, r.Code)
}

// entered opens the request that somebody at the shell files for a caller, with its code (SOP, process step 1).
func (d *decision) entered() bool {
	e := d.env.Call
	if e == nil {
		return false
	}
	said := command.Command{Verb: command.OnBehalf, Who: e.For.Address, Raw: "file"}
	if may, why := authority.May(d.staff.Role, false, command.OnBehalf); !may {
		return d.refuseEntry(said, refuse("%s", why))
	}
	if why := d.fileable(e.For.Address); why != nil {
		return d.refuseEntry(said, why)
	}
	d.reading.Commands = []command.Command{{Verb: command.Categorize, Code: e.Code, Raw: "#" + e.Code.String()}}
	if why := d.codedEntry(); why != nil {
		return d.refuseEntry(said, why)
	}
	person := e.For
	person.Name = firstOf(person.Name, d.known(person.Address).Name)
	n := d.openRequest(opening{person: person, source: request.Phone, byHand: true})
	d.run(n)
	return d.end(OpenedCategorized, "%s: entered by %s for %s as %s", d.label(n), d.m.From.Address, person.Address, e.Code)
}

// fileable refuses people for whom nothing can be filed.
func (d *decision) fileable(address string) *refusal {
	if d.policy.ours(address) || !answerable(address) {
		return refuse("%s is nobody's address to file for", address)
	}
	return nil
}

// codedEntry refuses a phone entry without a valid code: it is categorized as it is entered (SOP, process step 1).
func (d *decision) codedEntry() *refusal {
	for _, c := range d.reading.Commands {
		if c.Verb != command.Categorize {
			continue
		}
		if _, ok := d.policy.Chart.Lookup(c.Code); ok {
			return nil
		}
		why := refuse("the chart has no %s, and a phone entry needs its code at once", c.Code)
		why.near = codesOf(d.policy.Chart.Near(c.Code.String()))
		return why
	}
	return refuse("a phone entry needs its code at once (SOP, step 1): add a line such as #1-3")
}

// refuseEntry refuses the whole entry: nothing is opened.
func (d *decision) refuseEntry(c command.Command, why *refusal) bool {
	d.receipt([]compose.ReceiptItem{{Said: c.Raw, Result: why.why, Near: why.near}}, compose.ReceiptBody{})
	if len(why.near) > 0 {
		return d.end(UnknownCode, "%s", why.why)
	}
	return d.end(RefusedCommand, "%s", why.why)
}

// onBehalf gives a request that a staff member made to whom it is for. A requester's own request stays theirs.
func (x *execution) onBehalf(c command.Command, r request.Request, item *compose.ReceiptItem) *refusal {
	if why := x.active(r); why != nil {
		return why
	}
	if why := x.d.fileable(c.Who); why != nil {
		return why
	}
	if _, staff := x.d.policy.Roster.Person(r.Requester.Address); !staff {
		return refuse("%s is %s's own: file another by a new mail", x.d.label(r.Number), x.d.called(r.Requester))
	}
	person := request.Person{Name: firstOf(c.Text, x.d.known(c.Who).Name), Address: c.Who}
	if why := x.apply(r.Number, request.Event{Type: request.Filed, Person: &person}); why != nil {
		return why
	}
	after, _ := x.d.desk.request(r.Number)
	x.d.acknowledge(after, nil)
	item.Result = "filed for " + x.d.called(person)
	return nil
}

// called is how people speak of somebody.
func (d *decision) called(p request.Person) string { return firstOf(p.Name, p.Address) }
