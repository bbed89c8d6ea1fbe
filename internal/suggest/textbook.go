package suggest

import (
	"embed"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"

	"triaged/internal/chart"
)

// bookMail is a line of the textbook: a mail, and what a careful analyst makes of it.
type bookMail struct {
	Subject   string       `json:"subject"`
	Body      string       `json:"body"`
	Title     string       `json:"title"`
	Campus    string       `json:"campus"`
	Labels    []chart.Code `json:"labels"` // that it could be given, the best first
	Emergency bool         `json:"emergency"`
}

func (b bookMail) mail() Mail {
	return Mail{Subject: b.Subject, Text: b.Body, Title: b.Title, Campus: b.Campus}
}

// kind is the kind of emergency that a mail is of. What is down is told by its codes, which are the built-in chart's.
func (b bookMail) kind() int {
	switch {
	case !b.Emergency:
		return noAlarm
	case b.Labels[0].Category == 1:
		return outage
	}
	return otherAlarm
}

//go:embed textbook/*.jsonl
var textbookFiles embed.FS

// textbook is every mail of the textbook: mails to an invented district's desk, written for the purpose, with the codes that
// a careful analyst could give them. The cold start learns from them as the model learns from decisions, which makes up for
// words that no list has.
var textbook = sync.OnceValue(func() (all []bookMail) {
	entries, err := textbookFiles.ReadDir("textbook")
	for _, e := range entries {
		var text []byte
		var mails []bookMail
		if text, err = textbookFiles.ReadFile("textbook/" + e.Name()); err != nil {
			break
		}
		if mails, err = readMails(e.Name(), text); err != nil {
			break
		}
		all = append(all, mails...)
	}
	if err != nil {
		panic(err) // the files are part of the program, and tested with it
	}
	return all
})

func readMails(name string, text []byte) (mails []bookMail, err error) {
	for line := range strings.Lines(string(text)) {
		var b bookMail
		if err := json.Unmarshal([]byte(line), &b); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, len(mails)+1, err)
		}
		mails = append(mails, b)
	}
	return mails, nil
}

// schooled is what the textbook teaches: the codes of mails, and which of them are emergencies. It does not change.
type schooled struct {
	codes *learner
	alarm *learner
}

const (
	// bookCost is the cost of what the textbook says, which is little and well considered.
	bookCost = 1
	// readings is how often the textbook is gone through.
	readings = 3
)

// school teaches a cold start, which must be ready but for this, from a textbook. Codes that the chart lacks are left out.
func school(k *cold, book []bookMail) *schooled {
	s := &schooled{codes: newLearner(labelsOf(k)), alarm: newLearner([]string{noAlarm: "ordinary", outage: "outage", otherAlarm: "other"})}
	s.codes.cost, s.alarm.cost = bookCost, bookCost
	pages := make([]page, len(book))
	var hands sync.WaitGroup
	for i, b := range book {
		pages[i].bookMail = b
	}
	for some := range slices.Chunk(pages, len(book)/runtime.GOMAXPROCS(0)+1) {
		hands.Go(func() {
			for i := range some {
				some[i].read(k)
			}
		})
	}
	hands.Wait()
	hands.Go(func() { s.codes.study(s.codeLessons(pages)) })
	hands.Go(func() { s.alarm.study(s.alarmLessons(k, pages)) })
	hands.Wait()
	return s
}

// page is a mail of the textbook, and what is read in it.
type page struct {
	bookMail
	opinion  *opinion
	features []counted
}

func (p *page) read(k *cold) {
	m := scan(p.mail())
	p.opinion = k.judge(m)
	p.features = features(m, p.opinion, bookEchoes)
}

func (s *schooled) codeLessons(pages []page) (lessons []lesson) {
	for _, p := range pages {
		if label := p.Labels[0].String(); s.codes.knows(label) {
			lessons = append(lessons, lesson{features: p.features, label: label, start: known{rules: p.opinion.logp}.start(judgeBook), open: s.alternatives(p.bookMail)})
		}
	}
	return lessons
}

func (s *schooled) alarmLessons(k *cold, pages []page) (lessons []lesson) {
	for _, p := range pages {
		lessons = append(lessons, lesson{features: p.features, label: s.alarm.labels[p.kind()], start: k.alarmed(p.opinion)})
	}
	return lessons
}

// alternatives are the codes that a mail could be given as well: it speaks against none of them.
func (s *schooled) alternatives(b bookMail) []bool {
	out := make([]bool, len(s.codes.labels))
	for _, code := range b.Labels[1:] {
		if k, ok := s.codes.number[code.String()]; ok {
			out[k] = true
		}
	}
	return out
}

// speaks is how much the textbook speaks for each code.
func (s *schooled) speaks(fs []counted) []float64 {
	return s.codes.marginsOf(s.codes.pack(fs, make([]packed, 0, len(fs))))
}

// alarms is how much it speaks for each kind of emergency, and for none, besides the rules.
func (s *schooled) alarms(fs []counted) (speaks [alarmKinds]float64) {
	copy(speaks[:], s.alarm.marginsOf(s.alarm.pack(fs, make([]packed, 0, len(fs)))))
	return speaks
}
