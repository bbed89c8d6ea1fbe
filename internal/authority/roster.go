package authority

import (
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
	Codes    []string // patterns of codes: "4-*", "1-3"
	Campuses []string
}

// Roster is the desk's staff, teams and notify addresses. It does not change once built.
type Roster struct {
	people []Person
	teams  []Team
	notify []string
}

// NewRoster builds a roster. The first of two people with the same address counts. An empty notify address is dropped.
func NewRoster(people []Person, teams []Team, notify []string) *Roster {
	return &Roster{people, teams, notify}
}

// Person finds staff by address; see Normalise.
func (r *Roster) Person(address string) (Person, bool) { return Person{}, false }

// Staff returns everybody with one of these roles, all if none is named, in the order of the roster.
func (r *Roster) Staff(roles ...Role) []Person { return nil }

// Team finds a team by name, whatever its case.
func (r *Roster) Team(name string) (Team, bool) { return Team{}, false }

// TeamAt finds a team by its address.
func (r *Roster) TeamAt(address string) (Team, bool) { return Team{}, false }

// Members returns the people of a team, in the order of the roster.
func (r *Roster) Members(team string) []Person { return nil }

// Owner returns the team that a code routes to. An exact pattern goes before "4-*", then the first team.
func (r *Roster) Owner(code chart.Code) (Team, bool) { return Team{}, false }

// OfCampus returns the team that owns a campus, whatever its case.
func (r *Roster) OfCampus(campus string) (Team, bool) { return Team{}, false }

// Notify returns the addresses that hear of each new request, as configured.
func (r *Roster) Notify() []string { return r.notify }

// Audiences returns the addresses whose mail this person may answer with a token: their own; if they are staff, the
// addresses of their teams and those under notify that are nobody else's. Normalised.
func (r *Roster) Audiences(address string) []string { return nil }

// Assignee is whom #assign names: a person or a team, the other being nil.
type Assignee struct {
	Person *Person
	Team   *Team
}

// Assignee finds whom a word or two mean: an address, a team's name or address, a person's whole name, or a first or
// last name that only one person has. The error says what is wrong and names the nearest.
func (r *Roster) Assignee(who string) (Assignee, error) { return Assignee{}, nil }

// Normalise returns an address in the one form in which addresses are compared: without surrounding space and angle
// brackets, ASCII letters in lower case. Nothing else is folded: an address with a look-alike letter is another one.
func Normalise(address string) string { return address }
