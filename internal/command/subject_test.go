package command

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadSubject(t *testing.T) {
	tests := map[string][]string{
		"[SR-12] #1-3":                {"SR-12 #1-3"},
		"[SR-12]#1.3":                 {"SR-12 #1-3"},
		"[sr-12] #ok":                 {"SR-12 #ok"},
		"SR-12 #mine 30m":             {"SR-12 #mine 30m"},
		"Projector dead [SR-12] #1-3": {"SR-12 #1-3"},
		"[SR-12] #dup SR-9":           {"SR-12 #dup 9"},
		"#1-3":                        {"#1-3"},
		"#help":                       {"#help"},
		"[SR-12] #13":                 {"? #13 => #1-3"},
		"[SR-12] #1-3 Projector dead": {"? #1-3 Projector dead => #1-3"},
		"[SR-12] #reply Projector":    {"? #reply Projector =>"},
		"[SR-9] [SR-12] #1-3":         {"? #1-3 =>"},
		"[SR-12] Projector dead":      nil,
		"[SR-12] 1-3":                 nil,
		"Projector #3 is dead":        nil,
		"#1 priority":                 nil,
		"#13":                         nil,
		"":                            nil,
		"(SR-12) #1-3":                nil,
		"[SR-12] ♯1-3":                nil,
		"Projector #1-3":              nil,
	}
	for topic, want := range tests {
		if diff := cmp.Diff(want, told(ReadSubject(topic, setting(None, 1)))); diff != "" {
			t.Errorf("%q (-want +got)\n%s", topic, diff)
		}
	}
}

func TestParseDate(t *testing.T) {
	today := Date{2026, 3, 4} // a Wednesday
	tests := []struct {
		text     string
		dayFirst bool
		want     string
	}{
		{"2026-03-02", false, "2026-03-02"},
		{"2026-3-2", true, "2026-03-02"},
		{"2026/03/02", false, "2026-03-02"},
		{"2026–03–02", false, "2026-03-02"},
		{"4/5/2026", false, "2026-04-05"},
		{"4/5/2026", true, "2026-05-04"},
		{"4.5.26", true, "2026-05-04"},
		{"3/4", false, "2026-03-04"},
		{"3/3", false, "2027-03-03"},
		{"13/4", false, ""},
		{"13/4", true, "2026-04-13"},
		{"2 April", false, "2026-04-02"},
		{"April 2nd", false, "2026-04-02"},
		{"Apr 2, 2027", false, "2027-04-02"},
		{"2026 April 2", false, "2026-04-02"},
		{"Friday, 3 April 2026", false, "2026-04-03"},
		{"the 2nd of April", false, "2026-04-02"},
		{"2 de abril", false, "2026-04-02"},
		{"Feb 29", false, "2028-02-29"},
		{"today", false, "2026-03-04"},
		{"TOMORROW", false, "2026-03-05"},
		{"mañana", false, "2026-03-05"},
		{"friday", false, "2026-03-06"},
		{"wed", false, "2026-03-11"},
		{"viernes", false, "2026-03-06"},
		{"in 3 days", false, "2026-03-07"},
		{"2 weeks", false, "2026-03-18"},
		{"", false, ""},
		{"soon", false, ""},
		{"next friday", false, ""},
		{"31 April", false, ""},
		{"2026-02-30", false, ""},
		{"29/2/2027", true, ""},
		{"1/1/0001", false, ""},
		{"3", false, ""},
		{"2026-03-02T10:00", false, ""},
		{"99999999999999999999/1/1", false, ""},
		{"April April 2", false, ""},
	}
	for _, tt := range tests {
		got, err := ParseDate(tt.text, today, tt.dayFirst)
		if got.String() != tt.want || (err != nil) != (tt.want == "") {
			t.Errorf("ParseDate(%q, day first %v) = %v, %v; want %q", tt.text, tt.dayFirst, got, err, tt.want)
		}
	}
}

func TestNeutralise(t *testing.T) {
	tests := map[string]string{
		"plain text, no signs":                 "plain text, no signs",
		"#1-3":                                 "♯1-3",
		"＃1-3 and ﹟ok":                         "♯1-3 and ♯ok",
		"my code is #1-3":                      "my code is ♯1-3",
		"a#\n1-3":                              "a♯\n1-3",
		"[SR-9] hello":                         "(SR-9) hello",
		"[ sr 9 ]":                             "( sr 9 )",
		"[SR–９]":                               "(SR–９)",
		"［SR-9]":                               "(SR-9)",
		"[EXTERNAL] mail [1]":                  "[EXTERNAL] mail [1]",
		"see https://x.example/page#section-2": "see https://x.example/page#section-2",
		"see https://x.example/page#1-3":       "see https://x.example/page♯1-3",
		"see https://x.example/page#resolve":   "see https://x.example/page♯resolve",
		"see https://x.example/page #1-3":      "see https://x.example/page ♯1-3",
		"x://#resolvent":                       "x://♯resolvent",
	}
	for in, want := range tests {
		if got := Neutralise(in); got != want {
			t.Errorf("Neutralise(%q) = %q, want %q", in, got, want)
		}
	}
}
