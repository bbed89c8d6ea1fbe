package compose

import (
	"bytes"
	"fmt"
	"html/template"
	"net/mail"
	"strings"
	"sync"
	"time"

	"triaged/internal/authority"
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
	set, code, err := h.Texts.choose(l.Kind, l.Language, h.Languages)
	if err != nil {
		return Mail{}, err
	}
	d := &draft{letter: l, id: messageID, material: m, house: h, say: tellerFor(code, l.At, h)}
	view, err := d.view()
	if err != nil {
		return Mail{}, err
	}
	return d.write(set, view)
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

	listed []Listed
	files  []file
	links  int
}

// page is what every view has.
type page struct {
	Lang    string
	Label   string // "SR-1", or "" for a mail about none or several
	Topic   string // the request's subject, or words that say it has none
	Desk    string
	Address string
	Subject string // of this mail
}

func (d *draft) page() page {
	return page{
		Lang: d.say.code, Label: d.label(d.letter.Request), Topic: d.topic(d.material.Topic),
		Desk: oneLine(d.house.Desk, 100), Address: d.house.Address,
	}
}

func (p *page) setSubject(s string) { p.Subject = s }

func (d *draft) label(n request.Number) string { return n.Label(d.house.Prefix) }

// topic makes a request's subject printable.
func (d *draft) topic(s string) string {
	if s = safeLine(s, 120); s == "" {
		return d.say.noSubject
	}
	return s
}

// view is what a template is given: one of the types of this package whose names end so.
type view interface{ setSubject(string) }

// view builds what the Kind's templates need.
func (d *draft) view() (view, error) {
	l := d.letter
	switch l.Kind {
	case Acknowledgement:
		if l.Acknowledgement != nil {
			return d.acknowledgement(*l.Acknowledgement), nil
		}
	case Notice:
		if l.Notice != nil {
			return d.notice(*l.Notice), nil
		}
	case Reminder, Digest:
		if l.Queue != nil {
			return d.queue(*l.Queue), nil
		}
	case Receipt:
		if l.Receipt != nil {
			return d.receipt(*l.Receipt), nil
		}
	case Confirmation:
		if l.Confirmation != nil {
			return d.confirmation(*l.Confirmation), nil
		}
	case Categorized, Resolved:
		if l.Outcome != nil {
			return d.outcome(*l.Outcome), nil
		}
	case Breach, FollowUp, Report, Refusal, Operator:
		if l.Plain != nil {
			return d.plain(*l.Plain), nil
		}
	default:
		return nil, fmt.Errorf("no mail of the kind %q is known", l.Kind)
	}
	return nil, fmt.Errorf("%s: the letter does not say what the mail is to say", l.Kind)
}

// write runs the templates and puts the mail together.
func (d *draft) write(set *set, v view) (Mail, error) {
	subject, err := execute(set.subject, v)
	if err != nil {
		return Mail{}, err
	}
	subject = d.tag() + oneLine(subject, 160)
	v.setSubject(subject)
	text, err := execute(set.text, v)
	if err != nil {
		return Mail{}, err
	}
	html, err := execute(set.html, v)
	if err != nil {
		return Mail{}, err
	}
	text = tidy(text)
	b := make([]byte, 0, 2048+len(text)*5/4+len(html)*5/4+d.attached())
	b = d.writeHeader(b, subject)
	b = writeBody(b, d.id, text, tidy(html), d.files)
	return Mail{Subject: subject, Data: b, Text: text, Listed: d.listed}, nil
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

// buffers are reused, since a backlog renders thousands of mails a second.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func execute(t executor, v any) (string, error) {
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	if err := t.Execute(b, v); err != nil {
		return "", err
	}
	return b.String(), nil
}

// tidy ends what a template made like a text: no blanks at line ends, no two blank lines in a row, one line feed at the end.
func tidy(s string) string {
	var b strings.Builder
	b.Grow(len(s) + 1)
	blanks := 0
	for len(s) > 0 {
		line, rest, _ := strings.Cut(s, "\n")
		s = rest
		if line = strings.TrimRight(line, " \t\r"); line == "" {
			blanks++
			continue
		}
		if b.Len() > 0 {
			b.WriteString("\n\n"[:min(blanks, 1)+1])
		}
		blanks = 0
		b.WriteString(line)
	}
	b.WriteByte('\n')
	return b.String()
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
	case Acknowledgement, Receipt, Confirmation, Refusal:
		if d.letter.InReplyTo != "" {
			return "auto-replied"
		}
	}
	return "auto-generated"
}

// link is the mailto link that composes "categorize this so" for its recipient: a new mail, which therefore names the
// request, says the command in full and carries a key that is good once. It is "" where the recipient may not command.
func (d *draft) link(n request.Number, code chart.Code) template.URL {
	if !d.letter.Commands || n == 0 || len(d.house.Keys) == 0 {
		return ""
	}
	d.links++
	key := d.house.Keys.LinkKey(authority.Link{
		Instance: d.house.Instance, Recipient: d.letter.To.Address, Request: int64(n),
		Nonce: nonce(d.id, d.links), IssuedDay: authority.DayOf(d.letter.At),
	})
	return template.URL("mailto:" + escape(d.house.Address, "@") + "?subject=" + escape("["+d.label(n)+"]", "") +
		"&body=" + escape("#"+code.String()+"\r\n#key "+key+"\r\n", ""))
}
