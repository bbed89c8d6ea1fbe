package demo

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
	"unicode"

	"triaged/internal/bot"
	"triaged/internal/chart"
	"triaged/internal/demo/school"
	"triaged/internal/inprocess"
	"triaged/internal/intake"
	"triaged/internal/message"
	"triaged/internal/store"
)

// transcript is how the story is told. Its lines are:
//
//	7:34 am  who writes what
//	         | the words of it
//	         = what became of it: the ledger's outcome and reason
//	         → what the bot sent, and how it begins
type transcript struct {
	out    io.Writer
	colour bool
	kept   string // the folder in which every sent mail is kept; ""

	at       string // the time of the last heading
	last     string // of the mails sent: kind, subject and gist
	shown    bool   // one notice, whole
	files    int
	outcomes []intake.Outcome // in the order in which they first came
	mails    map[intake.Outcome]int
	told     int // mails sent
}

// margin is what stands before every line but headings, and width how many characters a line has at most.
const (
	margin = "          "
	width  = 110
)

func (t *transcript) say(format string, args ...any) { fmt.Fprintf(t.out, format, args...) }

// The looks of text on a terminal (ECMA-48, SGR).
const (
	bold  = "1"
	dim   = "2"
	green = "32"
	cyan  = "36"
)

func (t *transcript) look(sgr, s string) string {
	if !t.colour {
		return s
	}
	return "\x1b[" + sgr + "m" + s + "\x1b[0m"
}

// line writes one line below the margin, cut to the width.
func (t *transcript) line(sgr, mark, text string) {
	t.say("%s%s\n", margin, t.look(sgr, strings.TrimSpace(mark+" "+cut(visible(text), width-len(margin)-2))))
}

func (t *transcript) heading(at time.Time, text string) {
	t.at = clockOf(at)
	t.last = ""
	t.say("\n%s\n", t.look(bold, fmt.Sprintf("%8s  %s", t.at, cut(visible(text), width-len(margin)))))
}

func clockOf(at time.Time) string { return at.In(school.Zone()).Format("3:04 pm") }

func (t *transcript) opening() {
	t.mails = map[intake.Outcome]int{}
	t.say("%s. The service desk of a small school opens: %s.\n", school.Start().Format("Monday, January 2, 2006"), school.DeskAddress)
	t.say("Below: who writes, what the bot makes of it (=), and what it sends (→). Hours pass in seconds.\n")
}

// shortQuote is how many lines of a mail are shown where it is not shown whole.
const shortQuote = 4

// writes tells of a scene's mail.
func (t *transcript) writes(at time.Time, s school.Scene, m *message.Message) {
	t.heading(at, fmt.Sprintf("%s writes (%s): %s", s.From.Name, s.About, m.Subject))
	t.wrote(m)
}

// arrives tells of a mail that somebody hands in.
func (t *transcript) arrives(at time.Time, m *message.Message) {
	t.heading(at, fmt.Sprintf("%s writes: %s", nameOf(m.From.Address), m.Subject))
	t.wrote(m)
}

func (t *transcript) wrote(m *message.Message) {
	if m.Kind != message.Personal {
		return
	}
	t.quote(m.Reply, shortQuote)
	for _, a := range m.Attachments {
		if !a.Inline {
			t.line(dim, "|", fmt.Sprintf("[%s, %d bytes]", a.Name, a.Size))
		}
	}
}

// became tells what a mail ended as.
func (t *transcript) became(o intake.Outcome, reason string) {
	if t.mails[o] == 0 {
		t.outcomes = append(t.outcomes, o)
	}
	t.mails[o]++
	t.line(cyan, "=", fmt.Sprintf("%s: %s", o, reason))
}

// sent tells of a mail of the bot's: whole if asked to, or if it is the first notice, else by its most telling line.
func (t *transcript) sent(at time.Time, r inprocess.Received, m *message.Message, whole bool) {
	t.told++
	t.keep(r, m)
	if clockOf(at) != t.at {
		t.heading(at, "Nobody writes, but it is time:")
	}
	kind := m.Header.Get("X-Triaged-Kind")
	to := nameOf(strings.Join(r.To, ", "))
	says := kind + "\n" + m.Subject + "\n" + gist(kind, m)
	if says == t.last {
		t.line(green, "→", "the same to "+to)
		return
	}
	t.last = says
	if whole || kind == "notice" && !t.shown {
		t.shown = true
		t.line(green, "→", fmt.Sprintf("%s to %s: %s", kind, to, m.Subject))
		t.quote(m.Text, 0)
		return
	}
	t.line(green, "→", fmt.Sprintf("%s to %s: %s", kind, to, gist(kind, m)))
}

// gist is the most telling line of a mail of the bot's.
func gist(kind string, m *message.Message) string {
	first, _, _ := strings.Cut(strings.TrimSpace(m.Text), "\n")
	switch {
	case kind == "digest" || kind == "reminder":
		return m.Subject
	case kind == "notice" && strings.HasSuffix(first, ":"): // it only introduces the author's words
		for line := range strings.Lines(m.Text) {
			if code, ok := strings.CutPrefix(strings.TrimSpace(line), "1. "); ok {
				name, _, _ := strings.Cut(code, ":") // how sure, and why, stands in the mail
				return "suggests " + name
			}
		}
	}
	return first
}

// nameOf is whose address it is.
func nameOf(address string) string {
	for _, p := range school.People() {
		if strings.EqualFold(p.Address, address) {
			return p.Name
		}
	}
	return address
}

// keep writes a sent mail to a file.
func (t *transcript) keep(r inprocess.Received, m *message.Message) {
	if t.kept == "" {
		return
	}
	t.files++
	name := fmt.Sprintf("%03d-%s-%s.eml", t.files, m.Header.Get("X-Triaged-Kind"), strings.ReplaceAll(strings.Join(r.To, ","), "/", "-"))
	if err := os.WriteFile(filepath.Join(t.kept, name), r.Data, 0o644); err != nil {
		t.line(dim, "!", "it could not be kept: "+err.Error())
	}
}

// oneTap is the address behind a one-tap link, which is for programs.
var oneTap = regexp.MustCompile(`<mailto:[^>]*>`)

// howItIs are the lines of a digest that say how the bot is: in the demo, where hours pass in seconds, they are never the same.
var howItIs = regexp.MustCompile(`(?m)^(Mailbox [^:\n]+: looked through |All mail has gone out\.|\d+ to send, ).*\n`)

// quote shows a mail's words, at most so many lines of them; 0 for all.
func (t *transcript) quote(text string, most int) {
	lines := wrapped(oneTap.ReplaceAllString(strings.TrimSpace(howItIs.ReplaceAllString(text, "")), "<mailto:…>"), most == 0)
	for i, line := range lines {
		if most > 0 && i == most-1 && len(lines) > most {
			t.line(dim, "|", line+" …")
			return
		}
		t.line(dim, "|", line)
	}
}

// wrapped breaks lines to the width, each under its own indentation. Empty lines are kept if asked for.
func wrapped(text string, empty bool) (lines []string) {
	for line := range strings.Lines(text) {
		line = strings.TrimRightFunc(line, unicode.IsSpace)
		indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
		if line == "" && empty {
			lines = append(lines, "")
		}
		row := indent
		for i, word := range strings.Fields(line) {
			switch {
			case i == 0:
				row += word
			case len([]rune(row))+1+len([]rune(word)) > width-len(margin)-4:
				lines, row = append(lines, row), indent+word
			default:
				row += " " + word
			}
		}
		if line != "" {
			lines = append(lines, row)
		}
	}
	return lines
}

func (t *transcript) queueHead(at time.Time) { t.heading(at, "The queue, in the order to work it:") }

func (t *transcript) queued(r bot.RequestRow, c *chart.Chart) {
	due := "no due time"
	if r.DueAt != nil {
		due = "due " + r.DueAt.In(school.Zone()).Format("Mon Jan 2 3:04 pm")
	}
	name := ""
	var code chart.Code
	if code.UnmarshalText([]byte(r.Category)) == nil {
		entry, _ := c.Lookup(code)
		name = entry.PriorityName
	}
	t.say("%s%-5s %-4s %-17s %-23s %s\n", margin, r.Number, r.Category, name, due, cut(visible(r.Subject), 48))
}

// closing sums up.
func (t *transcript) closing(found store.Result) {
	parts := make([]string, len(t.outcomes))
	for i, o := range t.outcomes {
		parts[i] = fmt.Sprintf("%d %s", t.mails[o], o)
	}
	t.say("\n%d mails came in: %s. %d went out.\n", found.Mails, strings.Join(parts, ", "), t.told)
	t.say("Checked: every mail is accounted for, every request is what its events make of it, nothing owed is unsent.\n")
	if t.kept != "" {
		t.say("What the bot sent lies in %s.\n", t.kept)
	}
}

// visible leaves out what a terminal would obey rather than show.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, s)
}

func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}
