package compose

import (
	"bytes"
	"fmt"
	"net/mail"
	"strings"
	"sync"
	"time"

	"triaged/internal/chart"
	"triaged/internal/request"
)

// Render writes the mail that a Letter owes. It is pure: the same arguments give the same bytes. messageID is without
// brackets. It fails for an address that cannot be written to, a Letter without the body of its Kind, and for templates
// that do not know the Kind.
func Render(l Letter, messageID string, m Material, h House) (Mail, error) {
	if err := checkAddress(l.To.Address); err != nil {
		return Mail{}, fmt.Errorf("%s: recipient: %w", l.Kind, err)
	}
	if h.Chart == nil {
		h.Chart = chart.Default()
	}
	if h.Texts == nil {
		return Mail{}, fmt.Errorf("%s: the house has no templates", l.Kind)
	}
	set, code, err := h.Texts.choose(folderOf(l), l.Language, h.Languages)
	if err != nil {
		return Mail{}, err
	}
	d := &draft{letter: l, id: messageID, material: m, house: h, say: tellerFor(code, l.Dated(), h), book: h.Texts.books[code]}
	page := d.page()
	view, err := d.view(page)
	if err != nil {
		return Mail{}, err
	}
	return d.write(set, page, view)
}

// checkAddress lets only addresses through that stand in a header as they are.
func checkAddress(address string) error {
	if strings.ContainsAny(address, " \t\r\n\x00<>,;\"") || len(address) > 320 {
		return fmt.Errorf("%q is not an address", address)
	}
	if _, err := mail.ParseAddress("<" + address + ">"); err != nil {
		return fmt.Errorf("%q is not an address", address)
	}
	return nil
}

func tellerFor(code string, now time.Time, h House) teller {
	zone := h.Zone
	if zone == nil {
		zone = time.UTC
	}
	return teller{language: languageOf(code), zone: zone, now: now.In(zone), monthDay: h.MonthDay}
}

// draft is one mail in the making.
type draft struct {
	letter   Letter
	id       string
	material Material
	house    House
	say      teller
	book     *phrasebook // nil in English

	listed []Listed
	files  []file
	links  int
}

// page is what every view has, as its field Mail: templates write {{.Mail.Label}}. It is not embedded, since templates are
// slow to find promoted fields.
type page struct {
	Lang    string
	Label   string // "SR-1", or "" for a mail about none or several
	Topic   string // the request's subject, or words that say it has none
	Desk    string
	Address string
	Subject string // of this mail
}

func (d *draft) page() *page {
	return &page{
		Lang: d.say.code, Label: d.label(d.letter.Request), Topic: d.topic(d.material.Topic),
		Desk: oneLine(d.house.Desk, 100), Address: d.house.Address,
	}
}

func (d *draft) label(n request.Number) string { return n.Label(d.house.Prefix) }

// topic makes a request's subject printable.
func (d *draft) topic(s string) string {
	if s = safeLine(s, 120); s == "" {
		return d.say.noSubject
	}
	return s
}

// view builds what the Kind's templates are given: one of the types of this package whose names end so.
func (d *draft) view(p *page) (any, error) {
	l := d.letter
	if l.Work != nil {
		return d.work(p, *l.Work), nil
	}
	switch l.Kind {
	case Acknowledgement:
		if l.Acknowledgement != nil {
			return d.acknowledgement(p, *l.Acknowledgement), nil
		}
	case Notice:
		if l.Notice != nil {
			return d.notice(p, *l.Notice), nil
		}
		if l.Queue != nil {
			return d.queue(p, *l.Queue), nil
		}
	case Outage:
		if l.Outage != nil {
			return d.outage(p, *l.Outage), nil
		}
	case Reminder, Digest, burstFolder:
		if l.Queue != nil {
			return d.queue(p, *l.Queue), nil
		}
	case Receipt:
		if l.Receipt != nil {
			return d.receipt(p, *l.Receipt), nil
		}
	case Confirmation:
		if l.Confirmation != nil {
			return d.confirmation(p, *l.Confirmation), nil
		}
	case Categorized, Resolved, Merged, Answer:
		if l.Outcome != nil {
			return d.outcome(p, *l.Outcome), nil
		}
	case Breach, FollowUp, Report, Refusal, Operator:
		if l.Plain != nil {
			return d.plain(p, *l.Plain), nil
		}
	default:
		return nil, fmt.Errorf("no mail of the kind %q is known", l.Kind)
	}
	return nil, fmt.Errorf("%s: the letter does not say what the mail is to say", l.Kind)
}

// write runs the templates and puts the mail together.
func (d *draft) write(set *templateSet, p *page, view any) (Mail, error) {
	to := scratches.Get().(*scratch)
	defer scratches.Put(to)
	to.text.Reset()
	to.html.Reset()
	if err := set.subject.Execute(&to.text, view); err != nil {
		return Mail{}, err
	}
	subject := d.tag() + oneLine(to.text.String(), 160)
	p.Subject = subject
	to.text.Reset()
	if err := set.text.Execute(&to.text, view); err != nil {
		return Mail{}, err
	}
	if err := set.html.Execute(&to.html, view); err != nil {
		return Mail{}, err
	}
	text, html := tidy(to.text.Bytes()), to.html.Bytes()
	b := make([]byte, 0, 2048+(len(text)+len(html))*9/8+d.attached())
	b = d.writeHeader(b, subject)
	b = writeBody(b, d.id, text, html, d.files)
	return Mail{Subject: subject, Data: b, Text: string(text), Listed: d.listed}, nil
}

// attached is how much room the files will take.
func (d *draft) attached() int {
	n := 0
	for _, f := range d.files {
		n += len(f.content)*78/57 + 1024
	}
	return n
}

// tag is what every subject about one request begins with, so that an answer leads back to it.
func (d *draft) tag() string {
	if d.letter.Request == 0 {
		return ""
	}
	return "[" + d.label(d.letter.Request) + "] "
}

// scratch is where templates write. It is reused, since a backlog renders thousands of mails a second.
type scratch struct{ text, html bytes.Buffer }

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// tidy ends what a text template made like a text: no blanks at line ends, no two blank lines in a row, one line feed at
// the end. It works in place.
func tidy(s []byte) []byte {
	out, blanks := s[:0], 0
	for rest := s; len(rest) > 0; {
		var line []byte
		line, rest, _ = bytes.Cut(rest, []byte{'\n'})
		if line = bytes.TrimRight(line, " \t\r"); len(line) == 0 {
			blanks++
			continue
		}
		if len(out) > 0 {
			out = append(out, "\n\n"[:min(blanks, 1)+1]...)
		}
		blanks = 0
		out = append(out, line...)
	}
	return append(out, '\n')
}

// writeHeader appends the header but for the MIME fields.
func (d *draft) writeHeader(b []byte, subject string) []byte {
	l := d.letter
	b = addField(b, "Date", d.say.now.Format("Mon, 02 Jan 2006 15:04:05 -0700"))
	b = addField(b, "From", mailbox(oneLine(d.house.Desk, 100), d.house.Address))
	b = addField(b, "To", mailbox(oneLine(l.To.Name, 100), l.To.Address))
	tag := d.tag()
	b = addField(b, "Subject", tag+unstructured(strings.TrimPrefix(subject, tag)))
	b = addField(b, "Message-ID", "<"+d.id+">")
	if isID(l.InReplyTo) {
		b = addField(b, "In-Reply-To", "<"+l.InReplyTo+">")
	}
	b = addField(b, "References", d.references())
	b = addField(b, "Auto-Submitted", d.autoSubmitted())
	b = addField(b, "X-Auto-Response-Suppress", "All")
	b = addField(b, "X-Triaged-Kind", string(l.Kind))
	if l.Request != 0 {
		b = addField(b, "X-Triaged-Request", d.label(l.Request))
	}
	return b
}

// references is the thread, oldest first (RFC 5322, section 3.6.4), and then the mail's own Message-ID: services that
// replace Message-IDs leave References alone, and every mail program copies them into an answer, so that the token of
// this mail comes back even then.
func (d *draft) references() string {
	var b strings.Builder
	last := ""
	add := func(id string) {
		if !isID(id) || id == last {
			return
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString("<" + id + ">")
		last = id
	}
	for _, id := range d.letter.References {
		if id != d.id && id != d.letter.InReplyTo {
			add(id)
		}
	}
	add(d.letter.InReplyTo)
	add(d.id)
	return b.String()
}

// isID tells whether a Message-ID, which may be anybody's invention, can be written into a header.
func isID(id string) bool {
	for i := range len(id) {
		if c := id[i]; c <= ' ' || c > '~' || c == '<' || c == '>' {
			return false
		}
	}
	return id != "" && len(id) <= maxID
}

// autoSubmitted tells an answer to a mail from what is sent at the bot's own time (RFC 3834, section 5).
func (d *draft) autoSubmitted() string {
	switch d.letter.Kind {
	case Acknowledgement, Receipt, Confirmation, Refusal, Report:
		if d.letter.InReplyTo != "" {
			return "auto-replied"
		}
	}
	return "auto-generated"
}
