package authority

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"triaged/internal/chart"
)

func testRoster() *Roster {
	return NewRoster([]Person{
		{"Kim@School.example", "Kim Tran", Technician, []string{"campus"}},
		{"lee@school.example", "Lee Tran", Technician, []string{"campus", "network"}},
		{"ann@school.example", "Ann Smith", Analyst, nil},
		{"sue@school.example", "Sue Perez", Supervisor, nil},
		{"op@school.example", "Olu Pane", Operator, nil},
		{"pat@prime.example", "Pat Jones", Vendor, []string{"Prime"}},
		{"kim@school.example", "Somebody Else", Supervisor, nil}, // the first with an address counts
	}, []Team{
		{"campus", "campus@school.example", []string{"1-3", "1-4"}, []string{"Maple Elementary"}},
		{"network", "", []string{"1-*"}, nil},
		{"instructional-technology", "itech@school.example", []string{"4-*"}, []string{"Oak Middle"}},
		{"care center", "care@school.example", []string{"*"}, nil},
		{"campus", "other@school.example", nil, nil},
	}, []string{"queue@school.example", "campus@school.example", "ann@school.example", ""})
}

func TestPerson(t *testing.T) {
	r := testRoster()
	for address, want := range map[string]string{
		"kim@school.example":       "Kim Tran",
		" <KIM@SCHOOL.EXAMPLE> ":   "Kim Tran",
		"kim+x@school.example":     "",
		"kіm@school.example":       "", // Cyrillic і
		"ｋim@school.example":       "",
		"kim@school.example.evil":  "",
		"kim@sub.school.example":   "",
		"\"kim\"@school.example":   "",
		"kim@school.example\u200b": "",
		"":                         "",
	} {
		if p, _ := r.Person(address); p.Name != want {
			t.Errorf("%q is %q, want %q", address, p.Name, want)
		}
	}
}

func TestRosterOfTeams(t *testing.T) {
	r := testRoster()
	for code, want := range map[chart.Code]string{
		{Category: 1, Priority: 3}: "campus", {Category: 1, Priority: 1}: "network", {Category: 4, Priority: 3}: "instructional-technology",
		{Category: 7, Priority: 0}: "care center", {}: "",
	} {
		if team, _ := r.Owner(code); team.Name != want {
			t.Errorf("%v goes to %q, want %q", code, team.Name, want)
		}
	}
	if team, ok := r.Team("Instructional Technology"); !ok || team.Address != "itech@school.example" {
		t.Errorf("%+v", team)
	}
	if team, ok := r.TeamAt("Campus@school.example"); !ok || team.Name != "campus" {
		t.Errorf("%+v", team)
	}
	if _, ok := r.TeamAt(""); ok {
		t.Error("a team without address was found by none")
	}
	if team, ok := r.OfCampus("maple elementary"); !ok || team.Name != "campus" {
		t.Errorf("%+v", team)
	}
	if _, ok := r.OfCampus(""); ok {
		t.Error("nowhere has a team")
	}
	var names []string
	for _, p := range r.Members("Campus") {
		names = append(names, p.Name)
	}
	if diff := cmp.Diff([]string{"Kim Tran", "Lee Tran"}, names); diff != "" {
		t.Error(diff)
	}
	if n := len(r.Staff()); n != 6 {
		t.Errorf("%d people", n)
	}
	if a := r.Staff(Analyst, Supervisor); len(a) != 2 {
		t.Errorf("%+v", a)
	}
}

func TestAudiences(t *testing.T) {
	r := testRoster()
	for address, want := range map[string][]string{
		"KIM@school.example":     {"kim@school.example", "campus@school.example", "queue@school.example"},
		"lee@school.example":     {"lee@school.example", "campus@school.example", "queue@school.example"},
		"ann@school.example":     {"ann@school.example", "queue@school.example"},
		"teacher@school.example": {"teacher@school.example"}, // no staff: no team's or notify address
		"":                       nil,
	} {
		if diff := cmp.Diff(want, r.Audiences(address)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", address, diff)
		}
	}
}

func TestAssignee(t *testing.T) {
	r := testRoster()
	for who, want := range map[string]string{
		"kim": "Kim Tran", "Kim Tran": "Kim Tran", "ANN SMITH": "Ann Smith", "perez": "Sue Perez", "lee@school.example": "Lee Tran",
		"Campus": "team campus", "instructional technology": "team instructional-technology", "care@school.example": "team care center",
		"tran": "! could be Kim Tran", "kimberly": "! did you mean Kim Tran", "instruct": "! did you mean instructional-technology",
		"zoe": "! no person or team", "x@y.example": "! nobody on the staff", "": "! to whom",
	} {
		got, err := r.Assignee(who)
		found := ""
		switch {
		case err != nil:
			found = "! " + err.Error()
		case got.Person != nil:
			found = got.Person.Name
		case got.Team != nil:
			found = "team " + got.Team.Name
		}
		wantErr, isErr := strings.CutPrefix(want, "! ")
		if !isErr && found != want || isErr && (err == nil || !strings.Contains(found, wantErr)) {
			t.Errorf("%q: %s, want %s", who, found, want)
		}
	}
}

func TestDomain(t *testing.T) {
	for address, want := range map[string]string{"Kim@School.Example": "school.example", "\"a@b\"@c.example": "c.example", "@x": "", "x": "", "x@": "", "": ""} {
		if got := Domain(address); got != want {
			t.Errorf("Domain(%q) = %q, want %q", address, got, want)
		}
	}
}
