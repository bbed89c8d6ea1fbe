package suggest

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// arrival is one mail of a simulated morning, and the outage that it truly belongs to, if any.
type arrival struct {
	minute int
	truth  string
	mail   Mail
}

func morning(tb testing.TB) (day []arrival) {
	campuses := []string{"Alder", "Beech Hill", "Camas", "Dogwood", "Elder Grove", "Finch", "Heron", "Kestrel"}
	add := func(minute int, truth, campus, subject, text string) {
		day = append(day, arrival{minute, truth, Mail{Subject: subject, Text: text, Campus: campus}})
	}
	// The district's internet is out from 8:05 to 8:50.
	for i, m := range [][2]string{
		{"internet?", "Is the internet down? Nobody at our school can get online."},
		{"No wifi", "Wifi and wired are both out in the whole building since five past eight."},
		{"network down", "We have no network at all, none of us can log in or take attendance."},
		{"Internet is out", "internet out here, called Finch and they have nothing either"},
		{"URGENT", "No internet on the entire campus!!! Is it all schools?"},
		{"no hay internet", "No hay internet en toda la escuela, ni en la oficina."},
		{"cannot get online", "No one here can get on the network. We are supposed to start the day with online lessons."},
		{"down?", "Is the network down across the district? other campuses are telling me the same"},
		{"web is dead", "Nothing on the internet loads for anybody in the building."},
		{"Internet", "All our classrooms lost internet connection this morning. Please advise."},
		{"connection", "Hello, everyone in the building has lost connection to the internet. Thank you, Ann"},
	} {
		add(65+4*i, "internet", campuses[i%len(campuses)], m[0], m[1])
	}
	// Camas loses its phones.
	for i, m := range [][2]string{
		{"phones", "None of our phones work, no dial tone on any of them."},
		{"phones out", "The phones at our school are all dead. Parents cannot call in."},
		{"no phones", "No phones in the whole building since 9. Internet is fine."},
		{"telephone", "Can't call out from any phone on campus, all phones dead."},
	} {
		add(120+5*i, "phones", "Camas", m[0], m[1])
	}
	// Near-identical, and nothing to do with each other.
	for i, campus := range campuses {
		add(60+9*i, "", campus, "projector", fmt.Sprintf("The projector in room %d does not turn on. Thank you", 100+i))
		add(63+9*i, "", campus, "wifi", fmt.Sprintf("There is no wifi in my room (%d), the room next door has it.", 200+i))
		add(66+9*i, "", campus, "printer offline", "The printer in the front office shows offline. Please help.")
		add(68+9*i, "", campus, "password", "A student forgot his password and can't log in to Canvas.")
		add(69+9*i, "", campus, "email", "My outlook is not working, it says disconnected. Just my computer.")
	}
	// And what else a desk gets.
	held := readLot(tb, "textbook/school.jsonl")
	for i, s := range held {
		if !s.Emergency {
			day = append(day, arrival{minute: i, mail: s.mail()})
		}
	}
	slices.SortStableFunc(day, func(a, b arrival) int { return a.minute - b.minute })
	return day
}

// TestOutageAmongASchoolsMails has the troubles of a year's mails within one morning around two outages.
func TestOutageAmongASchoolsMails(t *testing.T) {
	day := morning(t)
	p := judged(t, day)
	t.Logf("%d mails; precision %.3f, recall %.3f over pairs %+v", len(day), p.precision(), p.recall(), p)
	if p.precision() < .95 || p.recall() < .95 {
		t.Errorf("precision %.3f, recall %.3f, want .95 of both", p.precision(), p.recall())
	}
}

func TestReadTrouble(t *testing.T) {
	for _, c := range []struct {
		campus, subject, text string
		reports, leads        bool
	}{
		{"Alder", "internet", "no internet in the whole building", true, true},
		{"Alder", "internet", "no internet on my computer only, the others are fine", false, false},
		{"Alder", "wifi", "Is anybody else at our school seeing strange wifi?", true, false},
		{"Alder", "wifi", "How do I join the wifi?", false, false},
		{"Alder", "Traversa", "Traversa is down for all of us", true, true},
		{"Alder", "projector", "The projector in room 9 is dead", false, false},
		{"", "", "", false, false},
	} {
		r := DefaultOutages().Trouble(Mail{Campus: c.campus, Subject: c.subject, Text: c.text})
		if !r.IsZero() != c.reports || r.Leads() != c.leads {
			t.Errorf("%q: a report %v, leads %v; want %v, %v", c.text, !r.IsZero(), r.Leads(), c.reports, c.leads)
		}
	}
}

func TestJoin(t *testing.T) {
	read := func(campus, text string) Trouble {
		return DefaultOutages().Trouble(Mail{Campus: campus, Subject: "help", Text: text})
	}
	network, phones := read("Alder", "our school has no internet"), read("Alder", "all of our phones are dead")
	before := []Earlier{{network, 4}, {phones, 7}}
	for _, c := range []struct {
		name string
		of   Trouble
		want int64
	}{
		{"the same at the same place", read("Alder", "internet is down"), 4},
		{"the same elsewhere, for many", read("Beech", "none of us can get on the internet"), 4},
		{"the same elsewhere, for who knows whom", read("Beech", "internet is down"), 0},
		{"what belongs to one building", read("Beech", "none of our printers print"), 0},
		{"another thing", read("Alder", "no phones in the building"), 7},
		{"nothing before", network, 0},
	} {
		earlier := before
		if c.name == "nothing before" {
			earlier = nil
		}
		if got := DefaultOutages().Join(c.of, earlier); got != c.want {
			t.Errorf("%s: joins %d, want %d", c.name, got, c.want)
		}
	}
}

func TestDistrictExtendsTheOutages(t *testing.T) {
	o, err := ExtendOutages("ours.toml", []byte(`
[concept.Zorblax]
is = ["service", "signed"]
en = ["zorblax", "the zorb"]
[concept.places]
en = ["at our farm"]
`))
	if err != nil {
		t.Fatal(err)
	}
	a := o.Trouble(Mail{Campus: "Alder", Text: "The zorb is down for everybody"})
	b := o.Trouble(Mail{Campus: "Beech", Text: "cannot get into zorblax at our farm"})
	if got := o.Join(b, []Earlier{{a, 4}}); got != 4 {
		t.Errorf("two reports of Zorblax: joins %d, want 4", got)
	}
	if got := o.Common([]Trouble{a, b}); !slices.Equal(got, []string{"Zorblax"}) {
		t.Errorf("in common %q, want Zorblax", got)
	}
	if r := DefaultOutages().Trouble(Mail{Text: "the zorb is down for everybody"}); len(r.services) > 0 {
		t.Error("the built-in words know a district's own")
	}
}

func TestSlipsInOutagesAreTold(t *testing.T) {
	for text, want := range map[string]string{
		"\n[concept.netwrok]\nen = ['lan']":                   `ours.toml:2: concept "netwrok" is in no group: give it is = ["service"] if it can be down, did you mean "network"?`,
		"[concept.x]\nis = ['servce']\nen = ['x']":            `ours.toml:1: concept "x": there is no group "servce", did you mean "service"?`,
		"[concept.network]\nenglish = ['lan']":                `ours.toml:2: unknown key "english"`,
		"[concept.network]\nen = ['*']":                       `ours.toml:1: concept "network": "*" is not a word or phrase`,
		"[[rule]]\nif = ['network']\nscore = { '1-1' = 1.0 }": `ours.toml:1: outages know no rules: give words to a [concept.NAME]`,
		"[prior]\n'1-1' = 1.0":                                `ours.toml:2: outages know no priors: give words to a [concept.NAME]`,
	} {
		if _, err := ExtendOutages("ours.toml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\ngot %v, want %q", text, err, want)
		}
	}
	text := "[concept.network]\nen = ['*']\n[concept.mascot]\nen = ['mascot']\n"
	if _, err := ExtendOutages("ours.toml", []byte(text)); err == nil || strings.Count(err.Error(), "ours.toml:") != 2 {
		t.Errorf("got %v, want both mistakes", err)
	}
}

func TestCommon(t *testing.T) {
	var all []Trouble
	for _, text := range []string{"no internet and no phones at our school", "our internet is down", "no wifi in the building, phones are dead", "is the internet down for everyone?"} {
		all = append(all, DefaultOutages().Trouble(Mail{Text: text}))
	}
	if got := DefaultOutages().Common(all); !slices.Equal(got, []string{"network"}) {
		t.Errorf("in common %q, want network alone: phones are in half of them", got)
	}
}

func TestTroublesReadsAsReadTroubleDoes(t *testing.T) {
	known := NewTroubles(DefaultOutages())
	for range 3 { // the second time round nothing is known any more of the first mails, and all of the last
		for _, name := range []string{"1", "2", "3", "4", "5", "6"} {
			for _, a := range readMorning(t, name) {
				if got, want := known.Trouble(a.mail), DefaultOutages().Trouble(a.mail); !reflect.DeepEqual(got, want) {
					t.Fatalf("%q is read as %+v, then as %+v", a.mail.Subject, want, got)
				}
			}
		}
	}
	if n := len(known.known) + len(known.past); n > 2*OutageLooksBack {
		t.Errorf("%d readings are kept", n)
	}
}

func BenchmarkReadTrouble(b *testing.B) {
	_, mails := learned(b, 100)
	for i := 0; b.Loop(); i++ {
		DefaultOutages().Trouble(mails[i%len(mails)])
	}
}
