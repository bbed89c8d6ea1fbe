package command

import (
	"strings"
	"testing"
	"time"
	"unicode"

	"pgregory.net/rapid"

	"triaged/internal/chart"
)

func drawSelection(t *rapid.T) Selection {
	if rapid.IntRange(0, 9).Draw(t, "all") == 0 {
		return Selection{All: true, Later: rapid.Bool().Draw(t, "later")}
	}
	var s Selection
	for range rapid.IntRange(0, 5).Draw(t, "ranges") {
		first := rapid.Int64Range(1, 1<<40).Draw(t, "first")
		s.Ranges = append(s.Ranges, Range{first, first + rapid.Int64Range(0, 90).Draw(t, "more")})
	}
	return s
}

func drawCommand(t *rapid.T) Command {
	words := rapid.StringMatching(`[a-z]{4,9}( [a-z]{4,9}){0,3}`)
	c := Command{
		Verb:     rapid.SampledFrom(Verbs()).Draw(t, "verb"),
		Requests: drawSelection(t),
		DryRun:   rapid.Bool().Draw(t, "dry"),
		Insist:   rapid.Bool().Draw(t, "insist"),
	}
	switch grammarByVerb[c.Verb].takes {
	case aCode:
		c.Code = chart.Code{Category: rapid.IntRange(1, 99).Draw(t, "category"), Priority: rapid.IntRange(0, 99).Draw(t, "priority")}
	case freeText:
		c.Text = rapid.OneOf(rapid.Just(""), words).Draw(t, "text")
	case aSpan:
		c.For = time.Duration(rapid.IntRange(0, 9999).Draw(t, "minutes")) * time.Minute
	case aName:
		c.Who = words.Draw(t, "who")
	case anAddress:
		c.Who, c.Text = rapid.StringMatching(`[a-z]{1,9}@[a-z]{1,9}\.example`).Draw(t, "address"), rapid.OneOf(rapid.Just(""), words).Draw(t, "name")
	case aRequest:
		c.Other = rapid.Int64Range(1, 1<<40).Draw(t, "other")
	case aReason:
		c.On = rapid.SampledFrom([]string{OnVendor, OnDistrict, OnCustomer, OnInvestigation}).Draw(t, "on")
		if rapid.Bool().Draw(t, "dated") {
			c.Until = Date{2026, 3, 4}.Add(rapid.IntRange(-99, 999).Draw(t, "days"))
		}
	case aDate:
		c.Until = Date{2026, 3, 4}.Add(rapid.IntRange(-99, 999).Draw(t, "days"))
	case anItem:
		c.Text = rapid.OneOf(rapid.Just(""), rapid.StringMatching(`[0-9]{1,9}`)).Draw(t, "item")
	case nothing:
		if c.Verb == Accept {
			c.Pick = rapid.IntRange(1, 3).Draw(t, "pick")
		}
	}
	if c.Verb == Help {
		c.DryRun, c.Insist = false, false
	}
	return c
}

func TestWhatIsPrintedIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawCommand(t)
		s := setting(None, 1)
		printed := want.Format("SR")
		r := Read(printed, s)
		if len(r.Commands) != 1 || len(r.Mistakes) != 0 || r.Note != "" {
			t.Fatalf("%q: %+v", printed, r)
		}
		got := r.Commands[0]
		if got.Raw != shorten(printed) || got.Line != 1 {
			t.Fatalf("%q: line %d, raw %q", printed, got.Line, got.Raw)
		}
		got.Raw, got.Line = "", 0
		if again := got.Format("SR"); again != printed || got.Verb != want.Verb || got.Until != want.Until || got.Text != want.Text {
			t.Fatalf("%q read as %+v, printed %q", printed, got, again)
		}
	})
}

// drawText draws text that likes to look like commands.
func drawText(t *rapid.T, label string) string {
	pieces := rapid.SampledFrom([]string{"#", "＃", "﹟", " ", "\n", "1-3", "ok", "[SR-9]", "[", "SR", "-", "9", "]", "mine", "resolve",
		"https://x.example/", ">", "\u2060", "\u200b", "\ufe0f\u20e3", "'", "key", "word", "Ä", "\r", "?", "all", "12,15-18"})
	return strings.Join(rapid.SliceOfN(pieces, 0, 40).Draw(t, label), "")
}

func TestNeutralisedTextCommandsNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		safe := Neutralise(drawText(t, "text"))
		if again := Neutralise(safe); again != safe {
			t.Fatalf("doing it twice makes %q of %q", again, safe)
		}
		harmless(t, safe)
		runes := []rune(safe)
		at := rapid.IntRange(0, len(runes)).Draw(t, "break")
		broken := Read(string(runes[:at])+"\n"+string(runes[at:]), setting(None, 1))
		if len(broken.Commands)+len(broken.Keys) > 0 {
			t.Fatalf("%q, broken at %d: %+v", safe, at, broken.Commands)
		}
		harmless(t, strings.ReplaceAll(safe, "\n", " ")) // rewrapped
		harmless(t, strings.Map(func(r rune) rune {      // cleaned of what cannot be seen
			if unicode.Is(unicode.Cf, r) || unicode.Is(unicode.M, r) {
				return -1
			}
			return r
		}, safe))
	})
}

type failer interface{ Fatalf(string, ...any) }

func harmless(t failer, text string) {
	for _, a := range []Answer{None, Notice, Digest} {
		r := Read(text, setting(a, 1))
		for _, l := range split(text, setting(a, 1)).lines {
			if l.hashed && l.sense != prose {
				t.Fatalf("%q: a line counts by its #: %+v", text, l)
			}
		}
		if a == None && len(r.Commands)+len(r.Mistakes)+len(r.Keys) > 0 {
			t.Fatalf("%q: %+v", text, r)
		}
	}
	if r := ReadSubject(text, setting(None, 1)); len(r.Commands)+len(r.Mistakes) > 0 {
		t.Fatalf("subject %q: %+v", text, r)
	}
	if r := ReadSubject("[SR-1] "+text, setting(None, 1)); len(r.Commands) > 0 {
		t.Fatalf("subject %q: %+v", text, r)
	}
	if _, tags := afterTag(text, setting(None, 1)); strings.HasPrefix(text, "(") && !tags.IsZero() {
		t.Fatalf("subject %q bears a tag", text)
	}
}

func TestTheBotsOwnWordsAreNeverNew(t *testing.T) {
	word := rapid.SampledFrom([]string{"SR-12", "1-3", "ok", "♯1-3", "the", "projector", "#codes", "all", "Ann", "2", "(72%)", "mine", "–", "x"})
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(word, 8, 300).Draw(t, "words")
		var b strings.Builder
		b.WriteString("Dear Kim, these wait:\n")
		for _, w := range words {
			b.WriteString(w)
			b.WriteString(rapid.SampledFrom([]string{" ", "  ", "\n", "\n\n"}).Draw(t, "gap"))
		}
		mail := Sent{Renderings: []string{b.String()}, Prefix: "SR", Listed: []int64{12, 14}}
		received := rewrap(b.String(), rapid.IntRange(1, 90).Draw(t, "width"))
		received = quoteWith(rapid.SampledFrom([]string{"", "> ", ">> ", "| ", "    "}).Draw(t, "mark"), received)
		if got := mail.NewWords(received); got != "" {
			t.Fatalf("new in its own mail: %q", got)
		}
		typed := rapid.SampledFrom([]string{"1-3", "SR-14 #1-3", "ok", "SR-12 mine"}).Draw(t, "typed")
		if got := mail.NewWords(typed + "\n\n" + received); !strings.HasPrefix(got, typed) {
			t.Fatalf("%q became %q", typed, got)
		}
	})
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"#1-3", "SR-12 1-\nok", "12,15-18 1-1\n\nThanks\nKim", "#wait vendor until 2/3", "#key abcdefghijklmnop", "＃１－３？",
		"[SR-12] #for <a@b>", "#1 3", "> #1-3", "all ok"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, a := range []Answer{None, Digest, Confirmation} {
			for _, listed := range []int{1, 3} {
				r := Read(text, setting(a, listed))
				for _, c := range r.Commands {
					if n := c.Requests.Numbers(); len(n) > maxSelected || !c.Requests.All && len(n) == 0 && !c.Requests.IsZero() {
						t.Fatalf("%q names %d requests", c.Raw, len(n))
					}
					if c.Verb == "" || c.Line < 1 || len(c.Raw) > 200 {
						t.Fatalf("%+v", c)
					}
				}
				for _, m := range r.Mistakes {
					if m.Why == "" {
						t.Fatalf("nothing is said of %q", m.Raw)
					}
				}
			}
		}
		staff := setting(None, 1)
		staff.Staff = true
		if hinted, plain := Read(text, staff), Read(text, setting(None, 1)); len(hinted.Commands) != len(plain.Commands) {
			t.Fatalf("%q: to name what lacks its sign makes it a command", text)
		}
		ReadSubject(text, staff)
		harmless(t, Neutralise(text))
	})
}

func FuzzNewWords(f *testing.F) {
	f.Add(digest, "SR-12 1-3")
	f.Add("a b c d e f g h i j", "> a b\n> c d e\nok")
	f.Fuzz(func(t *testing.T, sent, typed string) {
		mail := Sent{Renderings: []string{sent}, Prefix: "SR", Listed: []int64{12, 14}}
		mail.NewWords(typed)
		if got := mail.NewWords(sent); len(cut(sent).atoms) >= tellingSize && got != "" {
			t.Fatalf("new in its own mail: %q", got)
		}
		if got := mail.Doubtful(sent); len(cut(sent).atoms) >= tellingSize && len(got) > 0 {
			t.Fatalf("doubtful in its own mail, which is whole: %q", got)
		}
		if got := mail.NewWords(quoteWith("> ", sent)); got != "" {
			t.Fatalf("new in its own mail, quoted: %q", got)
		}
	})
}
