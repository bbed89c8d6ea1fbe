package compose

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"triaged/internal/authority"
	"triaged/internal/chart"
	"triaged/internal/command"
)

// check renders every template with everything it may be given and with nothing, and reads what it says as an answer's
// reader would.
func (t *Texts) check() error {
	var problems []error
	for _, k := range append(slices.Clone(Kinds), workFolder, burstFolder) {
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
	alone := &Texts{sets: map[setName]*templateSet{{string(k), name.language}: t.sets[name]}, books: t.books}
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
