package suggest

import (
	"slices"
	"strings"
	"testing"

	"triaged/internal/chart"
)

func TestStemsMeet(t *testing.T) {
	for _, group := range [][]string{
		{"printer", "printers", "Printers", "printer's"},
		{"print", "printing", "printed", "prints"},
		{"move", "moved", "moving", "moves"},
		{"plug", "plugged", "plugging"},
		{"computadora", "computadoras", "COMPUTADORAS"},
		{"sesión", "sesion"},
		{"can't", "cant", "can’t"},
		{"tv", "TVs"},
	} {
		want := tokens(group[0])[0].stem
		for _, w := range group[1:] {
			if got := tokens(w); len(got) != 1 || got[0].stem != want {
				t.Errorf("%q is %+v, want the stem %q of %q", w, got, want, group[0])
			}
		}
	}
	for _, pair := range [][2]string{{"printer", "print"}, {"dell", "del"}, {"class", "clas"}} {
		if a, b := tokens(pair[0])[0].stem, tokens(pair[1])[0].stem; a == b {
			t.Errorf("%q and %q are both %q", pair[0], pair[1], a)
		}
	}
}

func TestClipEndsBetweenRunes(t *testing.T) {
	for pad := range 4 {
		s := clip(strings.Repeat("x", pad) + strings.Repeat("é", MaxText))
		if len(s) > MaxText || len(s) < MaxText-3 || strings.ContainsRune(s, '\uFFFD') {
			t.Errorf("clipped to %d bytes, ending in %q", len(s), s[len(s)-4:])
		}
	}
}

// small is a lexicon to try the machinery with.
const small = `
[concept.beamer]
is = ["device"]
en = ["projector", "doc cam"]
es = ["proyector"]
[concept.dead]
en = ["turn * on", "=off"]
[concept.stolen]
en = ["stolen"]
negatable = true
[concept.room]
en = ["room #"]
[[rule]]
if = ["device", "dead", "!stolen"]
score = { "1-3" = 3.0 }
[[rule]]
if = ["stolen|by:room"]
score = { "3-1" = 5.0, "instructional" = 1.0 }
alert = "theft"
`

func TestLexiconReads(t *testing.T) {
	l, err := ParseLexicon("small", []byte(small))
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"The PROJECTOR broke": "beamer device",
		"two projectors":      "beamer device",
		"projctor, porjector": "beamer device", // typing errors
		"doc cam":             "beamer device",
		"doc or cam":          "",
		"el proyector":        "beamer device",
		"won't turn back on":  "dead",
		"turn it over and then lay it down upon x": "",
		"turn on":                  "dead",
		"lights off":               "dead",
		"the office":               "", // =off is matched letter by letter
		"it was stolen":            "stolen",
		"it was not really stolen": "",
		"Stolem":                   "", // a name, perhaps
		"room 12, room b":          "room",
		"room b":                   "",
	} {
		r := l.read(scan(Mail{Text: text}))
		var got []string
		for i, name := range l.names {
			if r.met[i] {
				got = append(got, name)
			}
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q: met %q, want %q", text, s, want)
		}
	}
}

func TestRulesScoreAndSayWhy(t *testing.T) {
	l, err := ParseLexicon("small", []byte(small))
	if err != nil {
		t.Fatal(err)
	}
	m := New(chart.Default(), l)
	s := m.Suggest(Mail{Text: "the Doc Cam in room 7 will not turn on"}, 1)[0]
	if s.Code.String() != "1-3" || !slices.Equal(s.Because, []string{"doc cam", "turn on"}) {
		t.Errorf("%+v, want 1-3 because of the doc cam and turn on", s)
	}
	untaught := &Model{engine: newEngine(taughtCold(chart.Default(), l, nil))} // by a textbook
	if s := untaught.Suggest(Mail{Text: "stolen: projector, turn on"}, 1)[0]; s.Code.String() != "3-1" {
		t.Errorf("%+v, want 3-1", s)
	}
	if is, why := m.Emergency(Mail{Text: "URGENT!!! emergency asap"}); is {
		t.Errorf("words of urgency alone are an emergency: %q", why)
	}
}

func TestDistrictExtendsTheLexicon(t *testing.T) {
	l, err := ExtendLexicon(chart.Default(), "ours.toml", []byte(`
[concept.projector]
en = ["zorblax"]
[concept.mascot]
en = ["our mascot"]
[[rule]]
if = ["mascot"]
score = { "8-9" = 20.0 }
[concept.bulletin]
en = ["Uptime Bulletin"]
[concept.vault]
en = ["the vault"]
[[rule]]
if = ["bulletin"]
calm = true
[[rule]]
if = ["vault"]
alert = "something about the vault"
[[rule]]
if = ["by:vault", "mascot"]
alert = "the vault's mascot"
`))
	if err != nil {
		t.Fatal(err)
	}
	m := New(chart.Default(), l)
	if got := m.Suggest(Mail{Text: "the zorblax is broken in my classroom"}, 1)[0]; got.Code.String() != "1-3" || !slices.Contains(got.Because, "zorblax") {
		t.Errorf("%+v, want 1-3 for zorblax", got)
	}
	if got := m.Suggest(Mail{Text: "our mascot is broken"}, 1)[0]; got.Code.String() != "8-9" {
		t.Errorf("%+v, want 8-9", got)
	}
	down := Mail{Text: "The internet is down at our whole campus, nobody can work."}
	if is, _ := m.Emergency(down); !is {
		t.Error("an outage of a campus is no emergency")
	}
	down.Subject = "the Uptime Bulletin"
	if is, why := m.Emergency(down); is {
		t.Errorf("what the district's rules calm is an emergency: %q", why)
	}
	if is, why := m.Emergency(Mail{Text: "Thank you for the cake at the vault."}); !is || !slices.Equal(why, []string{"something about the vault", "the vault"}) {
		t.Errorf("what the district's rules say is one: %v, %q", is, why)
	}
	if is, why := m.Emergency(Mail{Text: "Our mascot says thank you.", Campus: "The Vault"}); !is || !slices.Equal(why, []string{"the vault's mascot", "our mascot"}) {
		t.Errorf("what the district's rules say of an author's place: %v, %q", is, why)
	}
}

func TestLexiconErrorsNameThePlace(t *testing.T) {
	for text, want := range map[string]string{
		"[concept.x]\nwords = ['a']":                                                "bad.toml:2: unknown key",
		"[concept.x]\nen = [1]":                                                     "bad.toml:2",
		"[concept.x]\nen = ['*']":                                                   `concept "x": "*" is not a word`,
		"[concept.x]\nen = ['a']\n[[rule]]\nif = ['y']\nalert='z'":                  `no concept or group is called "y"`,
		"[concept.x]\nen = ['a']\n[[rule]]\nif = ['x']":                             "needs a score, an alert, or to be calm",
		"[concept.x]\nen = ['a']\n[[rule]]\nif = ['x']\nalert='z'\ncalm = true":     "a rule with an alert cannot be calm",
		"[concept.x]\nen = ['a']\n[[rule]]\nif = ['x']\ncalm = true\noutage = true": "outage = true is said of an alert, and the rule has none",
		"[[rule]]\nalert = 'z'":                                                     "needs a condition",
		"[concept.x]\nis = ['y']\n[concept.y]\nen = ['a']":                          "is a concept itself",
		"[concept.x]\nen = ['a']\n[[rule]]\nif=['x']\nscore={a='b'}":                "bad.toml",
		"[concept.x]\nen = ['a']\n\n[[rule]]\nif = ['x']\nscore = { '1-3' = 99.0 }": `bad.toml:4: rule with if = ["x"]: score of "1-3" is 99: give a number from -50 to 50`,
		"[concept.x]\nen = ['a']\n[prior]\n'1-3' = nan":                             `bad.toml:4: prior of "1-3" is NaN`,
	} {
		if _, err := ParseLexicon("bad.toml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\ngot %v, want %q", text, err, want)
		}
	}
}

// A slip in a district's own lexicon would pass in silence if it only added what nothing uses.
func TestDistrictsSlipsAreTold(t *testing.T) {
	for text, want := range map[string]string{
		"\n[concept.projecter]\nen = ['zorblax']":                             `ours.toml:2: no rule asks for concept "projecter" or a group of it, did you mean "projector"?`,
		"[concept.projector]\nesp = ['zorblax']":                              `ours.toml:2: unknown key "esp": did you mean "es"?`,
		"[[rules]]\nif = ['projector']":                                       `ours.toml:1: unknown key "rules": did you mean "rule"?`,
		"[[rule]]\nif = ['projector']\nscore = {'1-9' = 1.0}":                 `ours.toml:1: rule with if = ["projector"]: the chart has no code and no priority "1-9", did you mean`,
		"[[rule]]\nif = ['projector']\nscore = {instructionel = 1.0}":         `no priority "instructionel", did you mean "Instructional"?`,
		"[[rule]]\nif = ['projecter']\nscore = {'1-3' = 1.0}":                 `ours.toml:1: rule with if = ["projecter"]: no concept or group is called "projecter", did you mean "projector"?`,
		"[[rule]]\nif = ['printer']\nalert = 'x'\n[[rule]]\nif = ['printer']": `ours.toml:4: rule with if = ["printer"]: a rule needs a score, an alert, or to be calm`,
		"[prior]\n'1-33' = 1.0":                                               `ours.toml:2: prior: the chart has no code and no priority "1-33"`,
	} {
		if _, err := ExtendLexicon(chart.Default(), "ours.toml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\ngot %v, want %q", text, err, want)
		}
	}
	text := "[concept.projector]\nen = ['*']\n[concept.mascot]\nen = ['#']\n"
	if _, err := ExtendLexicon(chart.Default(), "ours.toml", []byte(text)); err == nil || strings.Count(err.Error(), "ours.toml:") != 2 {
		t.Errorf("got %v, want both mistakes", err)
	}
}

// A score's key that names nothing of the chart, or a concept that no rule asks for, is most likely a slip.
func TestBuiltInLexiconIsUsed(t *testing.T) {
	l, c := DefaultLexicon(), chart.Default()
	k := newCold(c, l)
	for i, r := range l.rules {
		if len(r.keys) > 0 && len(k.effects[i]) < len(r.keys) {
			t.Errorf("rule %d scores %q, some of which the chart does not have", i+1, r.keys)
		}
	}
	for i, k := range l.concepts {
		if !l.asked(i) {
			t.Errorf("no rule asks for concept %q", k.name)
		}
	}
}

func TestTestingWindowCounts(t *testing.T) {
	m := New(chart.Default(), DefaultLexicon())
	mail := Mail{Subject: "test", Text: "practice site is frozen for my group"}
	if is, _ := m.Emergency(mail); is {
		t.Error("a practice site is an emergency outside of a testing window")
	}
	mail.Testing = true
	if is, why := m.Emergency(mail); !is || why[0] != "student testing held up" {
		t.Errorf("in a testing window: %v, %q", is, why)
	}
}
