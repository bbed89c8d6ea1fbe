package chart

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestParseErrors(t *testing.T) {
	const category = "[[category]]\nnumber = 1\nname = \"A\"\n"
	const priority = category + "[[category.priority]]\ncode = \"1-1\"\nname = \"B\"\n"
	const alert = "[[category.priority.alert]]\nname = \"x\"\n"
	const document = "[[category.priority.document]]\nname = \"Form\"\n"
	tests := []struct{ text, want string }{
		{"", `chart.toml: the chart has no [[category]]`},
		{"titel = \"x\"\n" + priority, `chart.toml:1: unknown key "titel": did you mean "title"?`},
		{category + "nmae = \"x\"\n", `chart.toml:4: unknown key "nmae": did you mean "name"?`},
		{priority + "taget = \"4h\"\n", `chart.toml:7: unknown key "taget": did you mean "target"?`},
		{priority + "ned_note = true\nwait_on = []\n", "chart.toml:7: unknown key \"ned_note\": did you mean \"needs_note\"?\nchart.toml:8: unknown key \"wait_on\": did you mean \"waits_on\"?"},
		{priority + alert + "word = [\"x\"]\n", `chart.toml:9: unknown key "word": did you mean "words"?`},
		{priority + "colour = \"red\"\n", `chart.toml:7: unknown key "colour": there is no such key here`},
		{priority + "target = \"4x\"\n", `chart.toml:7:10: "4x" is not a target: write "4h", "3d" or "as needed", or leave it out`},
		{priority + "target = \"0d\"\n", `"0d" is not a target`},
		{priority + "target = \"9000000h\"\n", `"9000000h" is longer than a year: write at most "8784h" or "366d"`},
		{priority + "waits_on = [\"vendr\"]\n", `chart.toml: code 1-1: waits_on: "vendr" is not one of "vendor", "district", "customer", "investigation"`},
		{priority + "acknowledge_within = \"1 day\"\n", `"1 day" is not a span of time: write "90m", "24h" or "7d"`},
		{priority + "follow_up_by = \"boss\"\n", `code 1-1: follow_up_by: "boss" is not one of "original-assignee", "assignee"`},
		{category + "[[category.priority]]\ncode = \"1-x\"\n", `chart.toml:5:8: "1-x" is not a code such as 1-3`},
		{category + "[[category.priority]]\ncode = \"2-1\"\n", `chart.toml: code 2-1 stands under category 1: move it, or call it 1-1`},
		{category + "[[category.priority]]\ncode = \"1-10\"\n", `code 1-10: a priority is one digit, 0 to 9`},
		{category + "[[category.priority]]\nname = \"B\"\n", `category 1: priority "B" has no code, such as "1-3"`},
		{category, `category 1 has no [[category.priority]]`},
		{"[[category]]\nnumber = 12\n", `category 12: number must be 1 to 9`},
		{priority + category, `category 1 is there twice: put all its priorities under one [[category]]`},
		{priority + "[[category.priority]]\ncode = \"1-1\"\n", `code 1-1 is there twice`},
		{"[[category]]\nnumber = 1\n[[category.priority]]\ncode = \"1-1\"\n", "category 1 has no name\nchart.toml: code 1-1 has no name"},
		{priority + "target = \"1d\"\nwaits_on = [\"vendor\"]\n", `code 1-1 has a target and waits_on`},
		{priority + "target = \"1d\"\nscheduled = true\n", `code 1-1 has a target and is scheduled`},
		{priority + "needs_date = true\n", `code 1-1: needs_date, overdue_first, unless_approved_by and scheduled_when need scheduled = true`},
		{priority + "scheduled = true\nunless_approved_by = \"me\"\n", `code 1-1: unless_approved_by = "me": only a "supervisor" approves`},
		{priority + "escalate_to = \"the team\"\n", `code 1-1: escalate_to = "the team": write the name of a [[team]]`},
		{priority + alert, `code 1-1: alert "x" has no moment`},
		{priority + alert + "on = [\"later\"]\n", `alert "x": on: "later" is not one of "categorized", "believed"`},
		{priority + alert + "on = [\"believed\"]\nwords = [\"!\"]\n", `alert "x": "!" has no letter or digit to look for`},
		{priority + document + "due = \"opening\"\n", `document "Form" has no patterns`},
		{priority + document + "patterns = [\"*form*\"]\n", `code 1-1: document "Form": due: "" is not one of "opening", "resolving"`},
		{priority + document + "due = \"opening\"\npatterns = [\"*.png\"]\n", `the pattern "*.png" accepts a signature's "image001.png"`},
		{priority + document + "due = \"opening\"\npatterns = [\"*\"]\n", `the pattern "*" accepts a signature's`},
		{"x", `chart.toml:1:1: expected '='`},
		{"[[category]]\nnumber = \"1\"\n", `chart.toml:2:`},
	}
	for _, tt := range tests {
		_, err := Parse("chart.toml", []byte(tt.text))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Parse(%q):\ngot  %v\nwant %s", tt.text, err, tt.want)
		}
	}
}

func TestInheritance(t *testing.T) {
	c, err := Parse("chart.toml", []byte(`
[untimed]
follow_up_every = "36h"
follow_up_by = "assignee"
[[category]]
number = 9
name = "A"
acknowledge_within = "24h"
escalate_to = "one"
follow_up_every = "14d"
[[category.priority]]
code = "9-1"
name = "own"
acknowledge_within = "30m"
escalate_to = "two"
[[category.priority]]
code = "9-2"
name = "above"
target = "5h"
[[category]]
number = 6
name = "B"
[[category.priority]]
code = "6-0"
name = "untimed"
`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range c.Entries() {
		got = append(got, strings.Join([]string{e.Code.String(), e.Rules.AcknowledgeWithin.String(), e.Rules.Escalate, e.Rules.FollowUpEvery.String(), string(e.Rules.FollowUpBy)}, " "))
	}
	want := []string{"9-1 30m0s two 336h0m0s assignee", "9-2 24h0m0s one 336h0m0s ", "6-0 0s  36h0m0s assignee"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(c.Wall(), "the assignee adds a status note at least every 36 hours") {
		t.Errorf("the wall does not tell of [untimed]:\n%s", c.Wall())
	}
}

func TestDefaultTOMLIsACopy(t *testing.T) {
	text := DefaultTOML()
	clear(text)
	if _, err := Parse("default.toml", DefaultTOML()); err != nil {
		t.Error(err)
	}
}

func TestTarget(t *testing.T) {
	for _, tt := range []struct{ text, script, words string }{
		{"1h", "1h", "1 hour"}, {"4h", "4h", "4 hours"}, {"1d", "1d", "1 working day"}, {"20d", "20d", "20 working days"},
		{"as needed", "", "as needed"}, {"", "", "no target"},
	} {
		var target Target
		if err := target.UnmarshalText([]byte(tt.text)); err != nil {
			t.Fatal(err)
		}
		if target.String() != tt.script || target.Words() != tt.words {
			t.Errorf("%q: %q, %q", tt.text, target.String(), target.Words())
		}
		// A promised target is stored with its request, so it must come back whole.
		stored, err := json.Marshal(target)
		if err != nil {
			t.Fatal(err)
		}
		var back Target
		if err := json.Unmarshal(stored, &back); err != nil || back != target {
			t.Errorf("%q: stored as %s, back as %#v, %v", tt.text, stored, back, err)
		}
	}
	for _, bad := range []string{"4", "h", "-1d", "04h", "4 h", "4hh", "4dh", "1.5h", "+4h", "367d", "99999999999999999999h", "As Needed"} {
		var target Target
		if err := target.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q is read as %#v", bad, target)
		}
	}
}

func TestCodeText(t *testing.T) {
	for _, bad := range []string{"1", "1-", "-1", "1--3", "-1-3", "01-3", "1-03", "1-3 ", "1.3", "a-b", "1-3-4"} {
		var c Code
		if err := c.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q is read as %v", bad, c)
		}
	}
}

func TestNear(t *testing.T) {
	tests := []struct{ typed, want string }{
		{"1-9", "1-8 1-7 1-6 7-9 8-9"},
		{"13", "1-3"}, {"1 3", "1-3"}, {"1.3", "1-3"}, {"#1-3", "1-3"}, {"l-3", "1-3"}, {"7-O", "7-0"},
		{"9-1", "7-1 3-1 1-1"},
		{"1-33", "1-3 3-3"}, {"11-3", "1-1 1-3"},
		{"3-7", "7-3 3-6 1-7 3-5 3-4"}, {"4-1", "1-4 3-1 1-1 4-3 7-1"},
		{"7-7", "7-6 7-5 7-9 1-7 7-4"},
		{"5", "5-3 5-4"}, {"6", ""}, {"99", "8-9 7-9"}, {"12345678", ""},
		{"training", "4-3 4-4"}, {"#Emergency", "1-1 3-1"}, {"vend", "1-5 3-5"}, {"personal", "1-8 2-8"}, {"ab", ""}, {"", ""}, {"nothing like it", ""},
	}
	for _, tt := range tests {
		var codes []string
		for _, e := range Default().Near(tt.typed) {
			codes = append(codes, e.Code.String())
		}
		if got := strings.Join(codes, " "); got != tt.want {
			t.Errorf("Near(%q) = %q, want %q", tt.typed, got, tt.want)
		}
	}
}

func TestSelect(t *testing.T) {
	tests := []struct{ pattern, want string }{
		{"1-3", "1-3"}, {"4-*", "4-3 4-4"}, {"*-8", "1-8 2-8"}, {"8-*", "8-9"},
		{"1-9", `the chart has no code "1-9": did you mean 1-8?`}, {"6-*", `the chart has no code "6-*"`},
		{"4", `"4" names no codes: write one such as "1-3", "4-*" for a category, or "*"`}, {"", "names no codes"}, {"1-**", "names no codes"},
	}
	for _, tt := range tests {
		var s []string
		codes, err := Default().Select(tt.pattern)
		for _, c := range codes {
			s = append(s, c.String())
		}
		got := strings.Join(s, " ")
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, tt.want) {
			t.Errorf("Select(%q) = %q, want %q", tt.pattern, got, tt.want)
		}
	}
	if all, err := Default().Select("*"); err != nil || len(all) != 31 {
		t.Errorf("Select(*) = %v, %v", all, err)
	}
}

func TestWaitCode(t *testing.T) {
	for _, tt := range []struct {
		category int
		wait     Wait
		want     string
	}{
		{1, Vendor, "1-5"}, {1, Customer, "1-6"}, {1, Investigation, ""}, {2, Vendor, ""}, {2, District, "2-6"},
		{3, Investigation, "3-6"}, {4, Vendor, ""}, {9, Vendor, ""},
	} {
		e, ok := Default().WaitCode(tt.category, tt.wait)
		if e.Code.String() != tt.want || ok != (tt.want != "") {
			t.Errorf("WaitCode(%d, %s) = %s, %v; want %q", tt.category, tt.wait, e.Code, ok, tt.want)
		}
	}
}

// TestGlob compares the pattern's short cut with a search of every split.
func TestGlob(t *testing.T) {
	var every func(parts []string, s string) bool
	every = func(parts []string, s string) bool {
		if len(parts) == 1 {
			return s == parts[0]
		}
		if !strings.HasPrefix(s, parts[0]) {
			return false
		}
		s = s[len(parts[0]):]
		for i := range len(s) + 1 {
			if every(parts[1:], s[i:]) {
				return true
			}
		}
		return false
	}
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.StringMatching("[ab]{0,3}"), 1, 4).Draw(t, "parts")
		s := rapid.StringMatching("[ab]{0,10}").Draw(t, "s")
		if got, want := glob(parts, s), every(parts, s); got != want {
			t.Fatalf("glob(%q, %q) = %v, want %v", parts, s, got, want)
		}
	})
}

// FuzzParse asks that no file makes Parse panic, and that every chart it takes can be shown and asked.
func FuzzParse(f *testing.F) {
	f.Add(DefaultTOML())
	f.Add([]byte("[[category]]\nnumber = 1\nname = \"A\"\n[[category.priority]]\ncode = \"1-1\"\nname = \"B\"\ntarget = \"4h\"\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := Parse("chart.toml", text)
		if err != nil {
			return
		}
		if len(c.Entries()) == 0 {
			t.Error("a chart without rows was taken")
		}
		for line := range strings.Lines(c.Wall()) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > wallWidth {
				t.Errorf("a line of the wall has %d columns", n)
			}
		}
		for _, e := range c.Entries() {
			if near := c.Near(e.Code.String()); len(near) == 0 || near[0].Code != e.Code {
				t.Errorf("Near(%s) = %v", e.Code, near)
			}
		}
	})
}

// FuzzNear asks that whatever is typed gets at most five rows, none twice.
func FuzzNear(f *testing.F) {
	f.Add("1-9")
	f.Fuzz(func(t *testing.T, typed string) {
		seen := map[Code]bool{}
		for _, e := range Default().Near(typed) {
			if seen[e.Code] {
				t.Errorf("%s twice", e.Code)
			}
			seen[e.Code] = true
		}
		if len(seen) > maxNear {
			t.Errorf("%d rows", len(seen))
		}
	})
}

func BenchmarkParse(b *testing.B) {
	text := bytes.Clone(defaultTOML)
	for b.Loop() {
		if _, err := Parse("default.toml", text); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLookup(b *testing.B) {
	c := Default()
	for b.Loop() {
		c.Lookup(Code{7, 9})
	}
}

func BenchmarkNear(b *testing.B) {
	c := Default()
	for b.Loop() {
		c.Near("1-9")
	}
}
