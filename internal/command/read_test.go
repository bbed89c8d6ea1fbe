package command

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"triaged/internal/chart"
)

// onTestChart takes for a chart what has categories 1 to 5 and priorities 1 to 6.
func onTestChart(c chart.Code) bool {
	return c.Category >= 1 && c.Category <= 5 && c.Priority >= 1 && c.Priority <= 6
}

// setting is an answer of this kind about so many requests.
func setting(a Answer, listed int) Setting {
	return Setting{Prefix: "SR", Answer: a, Listed: listed, Offered: true, Today: Date{2026, time.March, 4}, Author: "Kim Tran", Codes: onTestChart}
}

// told writes a reading in short: commands, then "? " and what was wrong.
func told(r Reading) []string {
	var all []string
	for _, c := range r.Commands {
		all = append(all, c.Format("SR"))
	}
	for _, m := range r.Mistakes {
		all = append(all, strings.TrimSpace("? "+m.Raw+" => "+strings.Join(m.Near, ", ")))
	}
	return all
}

func TestReadOneLine(t *testing.T) {
	none := setting(None, 1)
	tests := map[string][]string{
		// codes, in every form that fingers and phones give them
		"#1-3":                                {"#1-3"},
		"#1.3":                                {"#1-3"},
		"# 1 - 3":                             {"#1-3"},
		"#1–3":                                {"#1-3"},
		"#1 — 3":                              {"#1-3"},
		"#1−3":                                {"#1-3"},
		"#1‑3":                                {"#1-3"},
		"#1--3":                               {"#1-3"},
		"＃１－３":                                {"#1-3"},
		"＃１．３":                                {"#1-3"},
		"  #1-3  ":                            {"#1-3"},
		"\u200e#1-3\ufeff":                    {"#1-3"},
		"\u00a0#1-3\u00a0":                    {"#1-3"},
		"#1-3.":                               {"#1-3"},
		"#1-3 please":                         {"#1-3"},
		"#1-3, thanks!":                       {"#1-3"},
		"“#1-3”":                              {"#1-3"},
		"*#1-3*":                              {"#1-3"},
		"`#1-3`":                              {"#1-3"},
		"- #1-3":                              {"#1-3"},
		"• #1-3":                              {"#1-3"},
		"#9-9":                                {"#9-9"}, // not on the chart: refused later, with the codes near it
		"#12-3":                               {"#12-3"},
		"#cat 1-3":                            {"#1-3"},
		"#Category 1.3":                       {"#1-3"},
		"#1-3?":                               {"#1-3?"},
		"#1-3 ?":                              {"#1-3?"},
		"#1-3!":                               {"#1-3!"},
		"#1-3？！":                              {"#1-3?!"},
		"#1-3 thanks!":                        {"#1-3"},
		"#1":                                  {"#ok"},
		"#3":                                  {"#3"},
		"#2!":                                 {"#2!"},
		"#ok":                                 {"#ok"},
		"#OK.":                                {"#ok"},
		"#ok 2":                               {"#2"},
		"SR-12 #1-3":                          {"SR-12 #1-3"},
		"sr12 #1-3":                           {"SR-12 #1-3"},
		"SR 12: #1-3":                         {"SR-12 #1-3"},
		"SR–12 #1–3":                          {"SR-12 #1-3"},
		"[SR-12] #1-3":                        {"SR-12 #1-3"},
		"#SR-12 1-3":                          {"SR-12 #1-3"},
		"#12 1-3":                             {"SR-12 #1-3"},
		"#12 ok":                              {"SR-12 #ok"},
		"#12, 15 – 18 1-1":                    {"SR-12,15-18 #1-1"},
		"SR-12, SR-15 #1-1":                   {"SR-12,15 #1-1"},
		"SR-12 SR-15 #1-1":                    {"SR-12,15 #1-1"},
		"SR-12 and SR-15 #1-1":                {"SR-12,15 #1-1"},
		"SR-15 - SR-18 #1-1":                  {"SR-15-18 #1-1"},
		"#all 1-1":                            {"all #1-1"},
		"all #1-1":                            {"all #1-1"},
		"#1-8 2-3":                            {"SR-1-8 #2-3"},
		"SR-1 #3":                             {"SR-1 #3"},
		"SR-12 | #1-3":                        {"SR-12 #1-3"},
		"SR-12 -> #1-3":                       {"SR-12 #1-3"},
		"SR-12=#1-3":                          {"SR-12 #1-3"},
		"SR-12:#1-3":                          {"SR-12 #1-3"},
		"#14 dup 12":                          {"SR-14 #dup 12"},
		"#mine":                               {"#mine"},
		"#MINE 30m":                           {"#mine 30m"},
		"#mine 1h30m":                         {"#mine 90m"},
		"#mine for 2 hours":                   {"#mine 120m"},
		"#claim":                              {"#mine"},
		"#assign Ann Smith":                   {"#assign Ann Smith"},
		"#assign to @ann":                     {"#assign ann"},
		"#assign network":                     {"#assign network"},
		"#assign ann@x.example":               {"#assign ann@x.example"},
		"#ack":                                {"#ack"},
		"#acknowledged!":                      {"#ack!"},
		"#note":                               {"#note"},
		"#note called her?":                   {"#note called her?"},
		"#note: “left a note”":                {"#note “left a note”"},
		"#reply":                              {"#reply"},
		"#reply On my way – Kim":              {"#reply On my way – Kim"},
		"#wait vendor":                        {"#wait vendor"},
		"#wait for the customer until friday": {"#wait customer until 2026-03-06"},
		"#wait on vendor till 3/9":            {"#wait vendor until 2026-03-09"},
		"#hold district until 2026-04-01!":    {"#wait! district until 2026-04-01"},
		"#wait investigation":                 {"#wait investigation"},
		"#schedule 2026-06-01":                {"#schedule 2026-06-01"},
		"#schedule for June 1st":              {"#schedule 2026-06-01"},
		"#schedule tomorrow?":                 {"#schedule? 2026-03-05"},
		"#wait vendor until yesterday":        {"#wait vendor until 2026-03-03"}, // refused where the date is acted on
		"#reviewed":                           {"#reviewed"},
		"#resolve":                            {"#resolve"},
		"#resolved!":                          {"#resolve!"},
		"#done replaced the lamp!":            {"#resolve replaced the lamp!"},
		"#reopen":                             {"#reopen"},
		"#for ann@school.example":             {"#for <ann@school.example>"},
		"#for Ann Smith <ann@school.example>": {"#for Ann Smith <ann@school.example>"},
		"#for ann@school.example<mailto:ann@school.example>": {"#for <ann@school.example>"},
		"#for mailto:ann@school.example":                     {"#for <ann@school.example>"},
		"#dup SR-9":                                          {"#dup 9"},
		"#duplicate of #9":                                   {"#dup 9"},
		"#merge with [SR-9]":                                 {"#dup 9"},
		"#split":                                             {"#split"},
		"#link sr9":                                          {"#link 9"},
		"#unlink from 9":                                     {"#unlink 9"},
		"#unlink":                                            {"#unlink"},
		"all and later #1-3":                                 {"all and later #1-3"},
		"all #1-3 and later":                                 {"all and later #1-3"},
		"all later #1-3":                                     {"all and later #1-3"},
		"#all + later 1-3":                                   {"all and later #1-3"},
		"all and later #resolve fixed at 9:10":               {"all and later #resolve fixed at 9:10"},
		"#12 1-3 and later":                                  {"? #12 1-3 and later => SR-12 #1-3"},
		"#spam":                                              {"#spam"},
		"#open":                                              {"#open"},
		"#open 17":                                           {"#open 17"},
		"#escalate no teaching today":                        {"#escalate no teaching today"},
		"#approve":                                           {"#approve"},
		"#why":                                               {"#why"},
		"#status":                                            {"#status"},
		"#help":                                              {"#help"},
		"#":                                                  {"#help"},
		"# ?":                                                {"#help"},
		"#withdraw":                                          {"#withdraw"},
		"#retry 4711":                                        {"#retry 4711"},
		"#discard 4711":                                      {"#discard 4711"},
		"#undo":                                              {"#undo"},
		"#yes":                                               {"#yes"},
		"#no":                                                {"#no"},

		// refused with a hint, never guessed
		"#13":                      {"? #13 => #1-3"},
		"#1 3":                     {"? #1 3 => #1-3, SR-1 #3"},
		"#1,3":                     {"? #1,3 => #1-3"},
		"#1-":                      {"? #1- => #1-1, #1-2, #1-3, #1-4"},
		"SR-12 #1-":                {"? SR-12 #1- => SR-12 #1-1, SR-12 #1-2, SR-12 #1-3, SR-12 #1-4"},
		"SR-12 #13":                {"? SR-12 #13 => SR-12 #1-3"},
		"#4":                       {"? #4 => #4-1, #4-2, #4-3, #4-4"},
		"#99":                      {"? #99 =>"},
		"#1-3-4":                   {"? #1-3-4 => SR-1 #3-4"},
		"#12-1-3":                  {"? #12-1-3 => SR-12 #1-3"},
		"SR-12 - #1-3":             {"SR-12 #1-3"},
		"SR-12 - 1-3":              nil, // without "#", no answer: text
		"#SR-12 - 1-3":             {"? #SR-12 - 1-3 => SR-12 #1-3"},
		"#mien":                    {"? #mien => #mine"},
		"#resovle":                 {"? #resovle => #resolve"},
		"#acknow":                  {"? #acknow => #ack"},
		"#SR-12 mien":              {"? #SR-12 mien => SR-12 #mine"},
		"#frobnicate":              {"? #frobnicate =>"},
		"#mine and yours":          {"? #mine and yours => #mine"},
		"#spam filter is broken":   {"? #spam filter is broken => #spam"},
		"#1-3 the projector":       {"? #1-3 the projector => #1-3"},
		"#1-3 1-4 x":               {"? #1-3 1-4 x => SR-1-3 #1-4"},
		"#1-3 #mine":               {"? #1-3 #mine =>"},
		"#1-3 SR-12":               {"? #1-3 SR-12 =>"},
		"#SR-12":                   {"? #SR-12 =>"},
		"#12,15":                   {"? #12,15 =>"},
		"#18-15 1-1":               {"? #18-15 1-1 =>"},
		"#0 1-1":                   {"? #0 1-1 =>"},
		"#12.15 1-1":               {"? #12.15 1-1 =>"},
		"#1-900 1-1":               {"? #1-900 1-1 =>"},
		"#wait":                    {"? #wait =>"},
		"#wait godot":              {"? #wait godot =>"},
		"#wait vendor friday":      {"? #wait vendor friday =>"},
		"#schedule":                {"? #schedule =>"},
		"#schedule 31/2/2026":      {"? #schedule 31/2/2026 =>"},
		"#schedule next friday":    {"? #schedule next friday =>"},
		"#assign":                  {"? #assign =>"},
		"#for somebody":            {"? #for somebody =>"},
		"#dup":                     {"? #dup =>"},
		"#dup SR-9 SR-10":          {"? #dup SR-9 SR-10 =>"},
		"#mine 3d":                 {"? #mine 3d => #mine"},
		"#cat":                     {"? #cat =>"},
		"#99999999999999999999 ok": {"? #99999999999999999999 ok =>"},

		// text
		"":                                   nil,
		"1-3":                                nil,
		"ok":                                 nil,
		"SR-12 1-3":                          nil,
		"please use #1-3 for this":           nil,
		"the code is #1-3":                   nil,
		"> #1-3":                             nil,
		"＞ #1-3":                             nil,
		"| #1-3":                             nil,
		"# # #":                              nil,
		"##1-3":                              nil,
		"#1 reason why we need projectors":   nil,
		"#backtoschool is on friday already": nil,
		"#\u206013":                          nil,
		"♯1-3":                               nil,
		"C# programming course":              nil,
		"https://x.example/#1-3":             nil,
		"'#1-3 the rest of a quotation":      nil,
	}
	for line, want := range tests {
		t.Run(line, func(t *testing.T) {
			if diff := cmp.Diff(want, told(Read(line, none))); diff != "" {
				t.Errorf("%q (-want +got)\n%s", line, diff)
			}
		})
	}
}

func TestReadBareLine(t *testing.T) {
	tests := []struct {
		answer Answer
		listed int
		text   string
		want   []string
	}{
		{Notice, 1, "1-3", []string{"#1-3"}},
		{Notice, 1, "1.3", []string{"#1-3"}},
		{Notice, 1, "1–3.", []string{"#1-3"}},
		{Notice, 1, "ok", []string{"#ok"}},
		{Notice, 1, "OK!", []string{"#ok!"}},
		{Notice, 1, "2", []string{"#2"}},
		{Notice, 1, "2 thanks!", []string{"#2"}},
		{Notice, 1, "mine", []string{"#mine"}},
		{Notice, 1, "mine 30m", []string{"#mine 30m"}},
		{Notice, 1, "SR-12 1-3", []string{"SR-12 #1-3"}},
		{Notice, 1, "13", []string{"? 13 => #1-3"}},
		{Notice, 1, "1 3", []string{"? 1 3 => #1-3, SR-1 #3"}},
		{Notice, 1, "1,3", []string{"? 1,3 => #1-3"}},
		{Notice, 1, "1-", []string{"? 1- => #1-1, #1-2, #1-3, #1-4"}},
		{Notice, 1, "done", nil},
		{Notice, 1, "yes", nil},
		{Notice, 1, "why", nil},
		{Notice, 1, "12 chairs are broken", nil},
		{Notice, 1, "2 close friends", nil},
		{Notice, 1, "555-0100", nil},
		{Notice, 1, "281 555-0100", nil},
		{Notice, 1, "12:30", nil},
		{Notice, 1, "2026-03-02", nil},
		{Notice, 1, "I took SR-12", nil},
		{Reminder, 1, "1-3", []string{"#1-3"}},
		{Digest, 3, "all 1-3", []string{"all #1-3"}},
		{Digest, 3, "all and later 1-3", []string{"all and later #1-3"}},
		{Digest, 3, "all 1-3 and later", []string{"all and later #1-3"}},
		{Digest, 3, "all resolve fixed at 9:10", []string{"all #resolve fixed at 9:10"}},
		{Digest, 3, "all and later resolve fixed", []string{"all and later #resolve fixed"}},
		{Digest, 3, "SR-14 unlink", []string{"SR-14 #unlink"}},
		{Digest, 3, "14 unlink", []string{"SR-14 #unlink"}},
		{Digest, 3, "all done here, thanks", nil},
		{Digest, 3, "all later classes are fine", nil},
		{Confirmation, 1, "yes", []string{"#yes"}},
		{Confirmation, 1, "Yes!", []string{"#yes!"}},
		{Confirmation, 1, "sí", []string{"#yes"}},
		{Confirmation, 1, "no", []string{"#no"}},
		{Confirmation, 1, "#1-3", []string{"#1-3"}},
		{Confirmation, 1, "no way", nil},
		{Trouble, 0, "retry", []string{"#retry"}},
		{Trouble, 0, "Retry.", []string{"#retry"}},
		{Trouble, 0, "retry received 12\nDiscard received 13", []string{"#retry received 12", "#discard received 13"}},
		{Trouble, 0, "discard 7", []string{"#discard 7"}},
		{Trouble, 0, "retry; to be done with it, with the word discard.", nil},
		{Trouble, 0, "I will retry tomorrow", nil},
		{Trouble, 0, "ok", nil},
		{Trouble, 0, "1-3", nil},
		{Notice, 1, "retry", nil},
		{Receipt, 1, "1-3", nil},
		{Other, 1, "1-3", nil},
		{None, 1, "1-3", nil},

		{Digest, 4, "SR-12 1-3", []string{"SR-12 #1-3"}},
		{Digest, 4, "12 ok", []string{"SR-12 #ok"}},
		{Digest, 4, "12: ok", []string{"SR-12 #ok"}},
		{Digest, 4, "12 2", []string{"SR-12 #2"}},
		{Digest, 4, "14 dup 12", []string{"SR-14 #dup 12"}},
		{Digest, 4, "12,15-18 1-1", []string{"SR-12,15-18 #1-1"}},
		{Digest, 4, "12, 15 - 18 1 - 1", []string{"SR-12,15-18 #1-1"}},
		{Digest, 4, "12 & 15 1-1", []string{"SR-12,15 #1-1"}},
		{Digest, 4, "all 1-1", []string{"all #1-1"}},
		{Digest, 4, "All ok?", []string{"all #ok?"}},
		{Digest, 4, "1-8 2-3", []string{"SR-1-8 #2-3"}},
		{Digest, 4, "12 1-3!", []string{"SR-12 #1-3!"}},
		{Digest, 4, "SR-12 spam", []string{"SR-12 #spam"}},
		{Digest, 4, "SR-12 note called her", []string{"SR-12 #note called her"}},
		{Digest, 4, "12 assign kim", []string{"SR-12 #assign kim"}},
		{Digest, 4, "12 wait vendor until friday", []string{"SR-12 #wait vendor until 2026-03-06"}},
		{Digest, 4, "12 done", []string{"SR-12 #resolve"}},
		{Digest, 1, "1-3", []string{"#1-3"}},
		{Digest, 4, "1-3", []string{"? 1-3 => all #1-3"}},
		{Digest, 4, "ok", []string{"? ok => all #ok"}},
		{Digest, 4, "#1-3", []string{"? #1-3 => all #1-3"}},
		{Digest, 4, "#reviewed", []string{"#reviewed"}},
		{Digest, 4, "#undo", []string{"#undo"}},
		{Digest, 4, "SR-12 1-", []string{"? SR-12 1- => SR-12 #1-1, SR-12 #1-2, SR-12 #1-3, SR-12 #1-4"}},
		{Digest, 4, "SR-12 mien", []string{"? SR-12 mien => SR-12 #mine"}},
		{Digest, 4, "12 1-3-4", []string{"? 12 1-3-4 =>"}},
		{Digest, 4, "18-15 1-1", []string{"? 18-15 1-1 =>"}},
		{Digest, 4, "SR-12 - 1-3", []string{"? SR-12 - 1-3 => SR-12 #1-3"}},
		{Digest, 4, "1-3 7", []string{"? 1-3 7 =>"}},
		{Digest, 4, "SR-12 thanks for this one", nil}, // a remark alone is text

		// whole texts
		{Digest, 4, "Hi team,\n\nSR-12 1-3\n14 dup 12\n\nThanks,\nKim Tran\nCampus Technician\n(281) 555-0100",
			[]string{"SR-12 #1-3", "SR-14 #dup 12"}},
		{Digest, 4, "SR-12 1-3\nSR-13 1-\nSR-14 thanks for this one\n15 ok", []string{
			"SR-12 #1-3", "SR-15 #ok", "? SR-13 1- => SR-13 #1-1, SR-13 #1-2, SR-13 #1-3, SR-13 #1-4", "? SR-14 thanks for this one =>"}},
		{Digest, 4, "SR-12 1-3\n\nSent from my iPhone", []string{"SR-12 #1-3"}},
		{Digest, 4, "SR-12 1-3\n\nKim", []string{"SR-12 #1-3"}},
		{Digest, 4, "SR-12 1-3\n-- \nKim\n#1-1", []string{"SR-12 #1-3"}},
		{Digest, 4, "SR-12 1-3\nI could not find the other one.", []string{"? SR-12 1-3 => SR-12 #1-3"}},
		{Digest, 4, "SR-12 #1-3\nI could not find the other one.", []string{"SR-12 #1-3"}},
		{Digest, 4, "SR-12 1-3\nSR-14 #1-1", []string{"SR-12 #1-3", "SR-14 #1-1"}},
		{Notice, 1, "ok\nI will look at it tomorrow", []string{"? ok => #ok"}},
		{Notice, 1, "Hello,\n1-3\nKim", []string{"#1-3"}},
		{Notice, 1, "Thanks\n1-3", []string{"#1-3"}},
		{Notice, 1, "#1-3\nShe is in room 5.\nKim", []string{"#1-3"}},
		{Notice, 1, "I looked at it.\n\nKim\n#resolve", []string{"#resolve"}},
	}
	for _, tt := range tests {
		t.Run(string(tt.answer)+" "+tt.text, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, told(Read(tt.text, setting(tt.answer, tt.listed)))); diff != "" {
				t.Errorf("%q (-want +got)\n%s", tt.text, diff)
			}
		})
	}
}

func TestReadWithoutSuggestionsPrinted(t *testing.T) {
	tests := []struct {
		answer Answer
		text   string
		want   []string
	}{
		{Confirmation, "ok", []string{"#yes"}},
		{Confirmation, "#ok", []string{"#yes"}},
		{Notice, "ok", []string{"? ok =>"}},
		{Notice, "#2", []string{"? #2 =>"}},
		{None, "SR-12 #ok", []string{"? SR-12 #ok =>"}},
		{Notice, "1-3", []string{"#1-3"}},
	}
	for _, tt := range tests {
		s := setting(tt.answer, 1)
		s.Offered = false
		if diff := cmp.Diff(tt.want, told(Read(tt.text, s))); diff != "" {
			t.Errorf("%s %q (-want +got)\n%s", tt.answer, tt.text, diff)
		}
	}
}

func TestReadNote(t *testing.T) {
	tests := []struct {
		answer     Answer
		text, note string
	}{
		{None, "Hello team,\n\n#1-3\nShe is in room 5.\n\n\n\nThe lamp is dead.\n\nThanks,\nKim", "She is in room 5.\n\nThe lamp is dead."},
		{None, "#1-3\n\nKim Tran\nTechnician", ""},
		{None, "Thanks, but the projector still stays dark and nobody has come so far.\n#escalate", "Thanks, but the projector still stays dark and nobody has come so far."},
		{Digest, "SR-12 1-3\nSent from my iPhone", ""},
		{Notice, "ok\nI will look at it tomorrow", "ok\nI will look at it tomorrow"},
		{None, "#mien\nplease", "please"},
		{None, "#spam filter is broken again", "#spam filter is broken again"},                     // a mistake that could be meant as text stays
		{None, "#wait vendor until the parts have come\nThey are on order.", "They are on order."}, // what is refused leaves no half of itself
		{None, "#wait until the parts have come, please", "#wait until the parts have come, please"},
		{None, "#schedule for the last week of May", ""},
		{None, "#dup of the one by Ann", ""},
		{None, "> old\nnew", "> old\nnew"},
		{None, "one\n-- \nKim", "one"},
		{None, "The lamp is dead.\nThanks\nAlso there is no paper", "The lamp is dead.\nThanks\nAlso there is no paper"},
		{None, "Hi,\n#key abcdefghijklmnop\n#ok", ""},
	}
	for _, tt := range tests {
		if got := Read(tt.text, setting(tt.answer, 1)).Note; got != tt.note {
			t.Errorf("%q: note %q, want %q", tt.text, got, tt.note)
		}
	}
}

func TestReadKeys(t *testing.T) {
	r := Read("SR-12 #1-3\n#key 7hqabcdefghijklm\n\nSent from my phone", setting(None, 1))
	if diff := cmp.Diff([]string{"7hqabcdefghijklm"}, r.Keys); diff != "" || len(r.Commands) != 1 || len(r.Mistakes) != 0 {
		t.Errorf("%+v %s", r, diff)
	}
	if r := Read("#key 7hq", setting(None, 1)); len(r.Keys) != 0 || len(r.Mistakes) != 1 {
		t.Errorf("%+v", r)
	}
}

func TestReadStopsAtTheCap(t *testing.T) {
	r := Read(strings.Repeat("SR-12 #1-3\n", 2*maxLines), setting(None, 1))
	if len(r.Commands) != maxLines || len(r.Mistakes) != 1 || r.Mistakes[0].Line != maxLines {
		t.Errorf("%d commands, mistakes %+v", len(r.Commands), r.Mistakes)
	}
}

func TestCommandsSayWhereTheyStand(t *testing.T) {
	r := Read("Hello\n\n  #1-3\n#13", setting(None, 1))
	if r.Commands[0].Line != 3 || r.Commands[0].Raw != "#1-3" || r.Mistakes[0].Line != 4 {
		t.Errorf("%+v", r)
	}
}

func TestSelection(t *testing.T) {
	s := Selection{Ranges: []Range{{12, 12}, {15, 18}, {16, 16}}}
	if diff := cmp.Diff([]int64{12, 15, 16, 17, 18}, s.Numbers()); diff != "" {
		t.Error(diff)
	}
	if s.String() != "12,15-18,16" || !s.Has(17) || s.Has(13) || s.IsZero() || !(Selection{}).IsZero() {
		t.Errorf("%v", s)
	}
	if n := len((Selection{Ranges: []Range{{1, 1 << 40}}}).Numbers()); n != maxSelected {
		t.Errorf("%d numbers", n)
	}
}
