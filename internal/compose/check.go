package compose

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"triaged/internal/authority"
	"triaged/internal/chart"
	"triaged/internal/command"
	"triaged/internal/request"
	"triaged/internal/suggest"
)

// check renders every template with everything it may be given and with nothing, and reads what it says as an answer's
// reader would.
func (t *Texts) check() error {
	var problems []error
	for _, k := range Kinds {
		found := false
		for name := range t.sets {
			if name.folder != string(k) && (name.folder != plainFolder || !isPlain(k)) {
				continue
			}
			found = true
			if err := t.checkSet(k, name); err != nil {
				problems = append(problems, err)
			}
		}
		if !found {
			problems = append(problems, fmt.Errorf("no templates for the kind %q: they belong into a folder of that name", k))
		}
	}
	slices.SortFunc(problems, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(problems...)
}

func (t *Texts) checkSet(k Kind, name setName) error {
	alone := &Texts{sets: map[setName]*templateSet{{string(k), name.language}: t.sets[name]}}
	house := House{
		Desk: "Desk", Address: "desk@school.example", Prefix: "SR", Chart: chart.Default(), Keys: authority.Keys{{ID: 1, Secret: [32]byte{1}}},
		Instance: "check", Texts: alone,
	}
	for _, s := range samples(k) {
		s.letter.Language = name.language
		m, err := Render(s.letter, "check@school.example", s.material, house)
		if err != nil {
			return fmt.Errorf("%s, for a mail %s: %w", name, s.about, err)
		}
		if strings.TrimSpace(m.Text) == "" {
			return fmt.Errorf("%s, for a mail %s: the text is empty", name, s.about)
		}
		if line := running(m.Text); line != "" {
			return fmt.Errorf("%s: %q would run as a command when somebody quotes it: put it into a sentence", name, line)
		}
	}
	return nil
}

func (n setName) String() string { return "templates " + n.folder + ", language " + n.language }

// running finds a line that would run as a command, were it quoted in an answer that does not mark quotes.
func running(text string) string {
	reading := command.Read(text, command.Setting{Prefix: "SR", Answer: command.Other})
	if len(reading.Commands) > 0 {
		return reading.Commands[0].Raw
	}
	return ""
}

// sample is a mail that templates are tried with.
type sample struct {
	about    string
	letter   Letter
	material Material
}

// samples are mails of a kind that between them set every variable, and leave every variable empty.
func samples(k Kind) []sample {
	code := chart.Code{Category: 1, Priority: 3}
	untimed := chart.Code{Category: 1, Priority: 5}
	asNeeded := chart.Code{Category: 8, Priority: 9}
	gone := chart.Code{Category: 9, Priority: 9}
	at := time.Date(2026, time.March, 2, 12, 40, 0, 0, time.UTC)
	due := at.Add(72 * time.Hour)
	sender := request.Person{Name: "Name", Address: "name@school.example"}
	words := Material{
		Topic: "Subject", Text: strings.Repeat("Some words. ", 2000), Note: "A note",
		Suggestions: []suggest.Suggestion{{Code: code, Confidence: .9, Because: []string{"word"}}, {Code: untimed, Confidence: .1}},
	}
	words.Rows = []RowMaterial{{Subject: "Subject", Text: "Text", Suggestions: words.Suggestions}, {Suggestions: words.Suggestions[1:]}}
	var all []sample
	add := func(about string, fill func(*Letter), m Material) {
		l := Letter{Kind: k, To: sender, Request: 1, Commands: true, At: at}
		fill(&l)
		all = append(all, sample{about, l, m})
	}
	switch k {
	case Acknowledgement:
		add("with all it can say", func(l *Letter) { l.Acknowledgement = &AcknowledgementBody{CategorizedBy: at} }, words)
		add("with nothing to say", func(l *Letter) { l.Acknowledgement = &AcknowledgementBody{} }, Material{})
	case Notice:
		full := NoticeBody{From: sender, Title: "teacher", Campus: "Campus", Submitted: at, CategorizeBy: at, Alert: []string{"Alert."}}
		added := full
		added.Code, added.Due, added.Added, added.Alert = code, due, true, nil
		add("with all it can say", func(l *Letter) { l.Notice = &full }, words)
		add("about an addition", func(l *Letter) { l.Notice = &added }, words)
		add("about a request without a target", func(l *Letter) { l.Notice = &NoticeBody{From: sender, Code: untimed} }, words)
		add("with nothing to say", func(l *Letter) { l.Notice, l.Commands = &NoticeBody{From: sender}, false }, Material{})
	case Reminder, Digest:
		rows := []Row{{Request: 1, From: sender, Submitted: at.Add(-3 * time.Hour), Overdue: true}, {Request: 2, From: sender, Submitted: at}}
		add("with all it can say", func(l *Letter) { l.Queue = &QueueBody{Review: at, Rows: rows, More: 2, Foot: []string{"A line"}} }, words)
		add("about one request", func(l *Letter) { l.Queue = &QueueBody{Review: at, Rows: rows[:1]} }, words)
		add("about nothing known", func(l *Letter) { l.Queue, l.Commands = &QueueBody{Rows: rows[1:]}, false }, Material{})
		if k == Digest {
			add("about an empty queue", func(l *Letter) { l.Queue = &QueueBody{} }, Material{})
		}
	case Receipt:
		items := []ReceiptItem{
			{Request: 1, Said: "1-3", Done: true, Code: code, Due: due}, {Request: 2, Said: "8-9", Done: true, Code: asNeeded},
			{Request: 3, Said: "1-5?", DryRun: true, Code: untimed}, {Request: 4, Said: "mine", Done: true, Result: "yours."},
			{Request: 5, Said: "1-9", Result: "no such code.", Near: []chart.Code{code, gone}}, {Said: "x", Result: "not understood."},
		}
		add("with all it can say", func(l *Letter) { l.Receipt = &ReceiptBody{Items: items, Undo: true, Help: true} }, words)
		add("about several requests", func(l *Letter) { l.Request, l.Receipt = 0, &ReceiptBody{Items: items} }, Material{})
		add("about nothing done", func(l *Letter) { l.Request, l.Receipt = 0, &ReceiptBody{Items: items[4:]} }, Material{})
		add("about a trial", func(l *Letter) { l.Request, l.Receipt = 0, &ReceiptBody{Items: items[2:3]} }, Material{})
		add("about help", func(l *Letter) { l.Request, l.Receipt = 0, &ReceiptBody{Help: true} }, Material{})
	case Confirmation:
		add("with all it can say", func(l *Letter) { l.Confirmation = &ConfirmationBody{Commands: []string{"#1-3"}} }, words)
		add("about no request", func(l *Letter) { l.Request, l.Confirmation = 0, &ConfirmationBody{Commands: []string{"resolve"}} }, Material{})
	case Categorized, Resolved:
		add("with all it can say", func(l *Letter) { l.Outcome = &OutcomeBody{Code: code, Due: due, Changed: true} }, words)
		add("about work as needed", func(l *Letter) { l.Outcome = &OutcomeBody{Code: asNeeded} }, words)
		add("without a target", func(l *Letter) { l.Outcome = &OutcomeBody{Code: untimed} }, Material{})
		add("with a code that is gone", func(l *Letter) { l.Outcome = &OutcomeBody{Code: gone} }, Material{})
		add("with nothing to say", func(l *Letter) { l.Outcome = &OutcomeBody{} }, Material{})
	default:
		add("with all it can say", func(l *Letter) { l.Plain = &PlainBody{Subject: "Subject", Lines: []string{"A line.", "Another."}} }, words)
		for _, r := range []RefusalReason{RefusedTooLarge, RefusedNoSuchRequest, RefusedNotYours} {
			if k == Refusal {
				add("because of "+string(r), func(l *Letter) { l.Request, l.Plain = 0, &PlainBody{Reason: r, Size: 2 << 20, Limit: 1 << 20} }, Material{})
			}
		}
		add("without a subject", func(l *Letter) { l.Plain = &PlainBody{Lines: []string{"A line."}} }, Material{})
	}
	return all
}
