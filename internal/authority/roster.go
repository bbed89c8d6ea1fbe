package authority

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"triaged/internal/chart"
)

// Role is what somebody is at the desk. People on no roster have none.
type Role string

// The roles.
const (
	NoRole     Role = ""
	Technician Role = "technician"
	Vendor     Role = "vendor"
	Analyst    Role = "analyst"
	Supervisor Role = "supervisor"
	Operator   Role = "operator"
)

// Roles lists every role that staff can have.
func Roles() []Role { return []Role{Technician, Vendor, Analyst, Supervisor, Operator} }

// Person is one member of the desk's staff.
type Person struct {
	Address string // as configured
	Name    string
	Role    Role
	Teams   []string // names of teams
}

// Team is a group of staff that requests are routed to.
type Team struct {
	Name     string
	Address  string   // "" if the team has none of its own
	Codes    []string // patterns of codes: "4-*", "1-3", "*"
	Campuses []string
}

// Roster is the desk's staff, teams and notify addresses. It does not change once built, and may be read by many at once.
type Roster struct {
	people    []Person
	teams     []Team
	notify    []string
	byAddress map[string]int // index of people
	byTeam    map[string]int // index of teams, by folded name
	teamAt    map[string]int // index of teams, by address
	members   map[string][]Person
}

// NewRoster builds a roster. Of two people with one address, or two teams with one name, the first counts. A person's
// team that is not among teams is kept: its members can be found, though it owns nothing.
func NewRoster(people []Person, teams []Team, notify []string) *Roster {
	r := &Roster{
		people: slices.Clone(people), teams: slices.Clone(teams), notify: slices.Clone(notify),
		byAddress: map[string]int{}, byTeam: map[string]int{}, teamAt: map[string]int{}, members: map[string][]Person{},
	}
	for i, t := range r.teams {
		addFirst(r.byTeam, foldName(t.Name), i)
		addFirst(r.teamAt, Normalise(t.Address), i)
	}
	for i, p := range r.people {
		if !addFirst(r.byAddress, Normalise(p.Address), i) {
			continue
		}
		for _, t := range p.Teams {
			r.members[foldName(t)] = append(r.members[foldName(t)], p)
		}
	}
	return r
}

func addFirst(m map[string]int, key string, i int) bool {
	if _, taken := m[key]; taken || key == "" {
		return false
	}
	m[key] = i
	return true
}

// Person finds staff by address; see Normalise.
func (r *Roster) Person(address string) (Person, bool) {
	i, ok := r.byAddress[Normalise(address)]
	if !ok {
		return Person{}, false
	}
	return r.people[i], true
}

// Staff returns everybody with one of these roles, all if none is named, in the order of the roster.
func (r *Roster) Staff(roles ...Role) []Person {
	var found []Person
	for i, p := range r.people {
		if r.byAddress[Normalise(p.Address)] == i && (len(roles) == 0 || slices.Contains(roles, p.Role)) {
			found = append(found, p)
		}
	}
	return found
}

// Teams returns the teams in the order of the roster.
func (r *Roster) Teams() []Team { return slices.Clone(r.teams) }

// Team finds a team by name; case does not matter, nor whether its words are joined by spaces or dashes.
func (r *Roster) Team(name string) (Team, bool) {
	i, ok := r.byTeam[foldName(name)]
	if !ok {
		return Team{}, false
	}
	return r.teams[i], true
}

// TeamAt finds a team by its address.
func (r *Roster) TeamAt(address string) (Team, bool) {
	i, ok := r.teamAt[Normalise(address)]
	if !ok {
		return Team{}, false
	}
	return r.teams[i], true
}

// Members returns the people of a team, in the order of the roster.
func (r *Roster) Members(team string) []Person { return slices.Clone(r.members[foldName(team)]) }

// Owner returns the team that a code routes to. An exact pattern goes before "4-*", that before "*", then the first team.
func (r *Roster) Owner(code chart.Code) (Team, bool) {
	if code.IsZero() {
		return Team{}, false
	}
	for _, pattern := range []string{code.String(), fmt.Sprintf("%d-*", code.Category), "*"} {
		for _, t := range r.teams {
			if slices.ContainsFunc(t.Codes, func(c string) bool { return strings.TrimSpace(c) == pattern }) {
				return t, true
			}
		}
	}
	return Team{}, false
}

// OfCampus returns the first team that owns a campus; case does not matter.
func (r *Roster) OfCampus(campus string) (Team, bool) {
	if foldName(campus) == "" {
		return Team{}, false
	}
	for _, t := range r.teams {
		if slices.ContainsFunc(t.Campuses, func(c string) bool { return foldName(c) == foldName(campus) }) {
			return t, true
		}
	}
	return Team{}, false
}

// Notify returns the addresses that hear of each new request, as configured.
func (r *Roster) Notify() []string { return slices.Clone(r.notify) }

// Audiences returns the addresses whose mail this person may answer with a token, normalised: their own, and, if they
// are staff, the addresses of their teams and the notify addresses that belong to no other person or team.
func (r *Roster) Audiences(address string) []string {
	own := Normalise(address)
	if own == "" {
		return nil
	}
	all := []string{own}
	p, staff := r.Person(own)
	if !staff {
		return all
	}
	for _, name := range p.Teams {
		if t, ok := r.Team(name); ok && t.Address != "" {
			all = append(all, Normalise(t.Address))
		}
	}
	for _, n := range r.notify {
		n = Normalise(n)
		_, person := r.byAddress[n]
		_, team := r.teamAt[n]
		if n != "" && !person && !team {
			all = append(all, n)
		}
	}
	slices.Sort(all[1:])
	return slices.Compact(all)
}

// Assignee is whom #assign names: a person or a team, the other being nil.
type Assignee struct {
	Person *Person
	Team   *Team
}

// Assignee finds whom words mean: an address, a team's name, a person's whole name, or a first or last name that only
// one person has. Nobody is guessed; the error names those it could have been.
func (r *Roster) Assignee(who string) (Assignee, error) {
	if t, ok := r.TeamAt(who); ok {
		return Assignee{Team: &t}, nil
	}
	if p, ok := r.Person(who); ok {
		return Assignee{Person: &p}, nil
	}
	if strings.Contains(who, "@") {
		return Assignee{}, fmt.Errorf("nobody on the staff has the address %s", who)
	}
	if t, ok := r.Team(who); ok {
		return Assignee{Team: &t}, nil
	}
	if foldName(who) == "" {
		return Assignee{}, errors.New("it does not say to whom")
	}
	whole, part, near := r.named(foldName(who))
	for _, found := range [][]Person{whole, part} {
		if len(found) == 1 {
			return Assignee{Person: &found[0]}, nil
		}
		if len(found) > 1 {
			return Assignee{}, fmt.Errorf("%s could be %s; write the whole name or the address", who, list(found))
		}
	}
	if near != "" {
		return Assignee{}, fmt.Errorf("there is no person or team %q; did you mean %s?", who, near)
	}
	return Assignee{}, fmt.Errorf("there is no person or team %q", who)
}

// named sorts the staff by how well a folded name fits: the whole name, one of its words, or its beginning.
func (r *Roster) named(who string) (whole, part []Person, near string) {
	for _, p := range r.Staff() {
		name := foldName(p.Name)
		switch {
		case name == who:
			whole = append(whole, p)
		case slices.Contains(strings.Fields(name), who):
			part = append(part, p)
		case near == "" && akin(name, who):
			near = p.Name
		}
	}
	for _, t := range r.teams {
		if near == "" && akin(foldName(t.Name), who) {
			near = t.Name
		}
	}
	return whole, part, near
}

// akin tells whether a word of a name begins as another word does, for at least three letters.
func akin(name, who string) bool {
	begin := []rune(who)
	if len(begin) < 3 {
		return false
	}
	return slices.ContainsFunc(strings.Fields(name), func(w string) bool { return strings.HasPrefix(w, string(begin[:3])) })
}

func list(people []Person) string {
	var names []string
	for _, p := range people[:min(len(people), 5)] {
		names = append(names, fmt.Sprintf("%s (%s)", p.Name, p.Address))
	}
	return strings.Join(names, " or ")
}

// foldName brings names of people, teams and campuses into one form for comparison.
func foldName(name string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return r == ' ' || r == '-' || r == '_' || r == '.' || r == ',' || r == '\t' || r == '\u00a0'
	}), " ")
}

// Normalise returns an address in the one form in which addresses are compared: without surrounding space and angle
// brackets, ASCII letters in lower case. Nothing else is folded: an address with a look-alike letter, or with "+" and a
// tag, is another one.
func Normalise(address string) string {
	address = strings.TrimSpace(address)
	if len(address) > 1 && address[0] == '<' && address[len(address)-1] == '>' {
		address = strings.TrimSpace(address[1 : len(address)-1])
	}
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, address)
}

// Domain returns what stands behind the last "@" of an address, normalised; "" if there is none.
func Domain(address string) string {
	address = Normalise(address)
	at := strings.LastIndexByte(address, '@')
	if at < 1 {
		return ""
	}
	return address[at+1:]
}
