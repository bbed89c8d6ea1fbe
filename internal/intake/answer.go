package intake

import (
	"strings"

	"triaged/internal/authority"
	"triaged/internal/command"
	"triaged/internal/compose"
	"triaged/internal/request"
)

// answer adds the mail to the request it belongs to.
func (d *decision) answer() bool {
	if d.thread != 0 {
		if _, ok := d.desk.request(d.thread); ok {
			return d.addTo(d.thread)
		}
		d.aside = "it answers " + d.label(d.thread) + ", which does not exist"
		d.verdict.Request = 0
		return false
	}
	if d.answered == nil {
		return false
	}
	switch d.answered.Letter.Kind {
	case compose.Digest, compose.Report, compose.Operator, compose.Receipt, compose.Reminder:
		return d.end(Noted, "an answer to a %s without a command", d.answered.Letter.Kind)
	}
	return false
}

// addTo records one more mail of a request, and tells the people who work on it.
func (d *decision) addTo(n request.Number) bool {
	before, _ := d.desk.request(n)
	d.verdict.Request = n
	d.verdict.Thread = []string{d.m.MessageID}
	requester := authority.Normalise(before.Requester.Address) == d.from()
	text := d.said()
	e := request.Event{Type: request.Added, By: d.from(), Text: d.keepText(text), MessageID: d.m.MessageID}
	if err := d.desk.apply(n, e); err != nil {
		return d.end(Replied, "%s: %v", d.label(n), err)
	}
	thanks := onlyThanks(d.m.Reply, d.m.From.Name) && len(d.m.Attachments) == 0
	switch {
	case thanks && !d.isStaff:
		return d.end(Thanks, "%s: %s, and it only says thanks", d.label(n), d.how)
	case d.isStaff && !requester:
		return d.staffNote(before, text)
	case before.State == request.Resolved && requester && d.mayReopen(before):
		return d.reopen(before)
	case before.State == request.Waiting && requester && !before.Resume.IsZero():
		d.resume(before)
	}
	d.tellWorkers(before, e.Text)
	return d.end(Replied, "%s: %s", d.label(n), d.how)
}

// staffNote keeps what a staff member answered without a command as a note. It stays inside the desk.
func (d *decision) staffNote(r request.Request, text string) bool {
	if !d.proof.Proven {
		d.tellWorkers(r, request.RefOf(text))
		return d.end(Replied, "%s: %s; nothing proves its author (%s)", d.label(r.Number), d.how, d.proof.Why)
	}
	d.note(r.Number, text)
	return d.end(Replied, "%s: %s; kept as a note of %s", d.label(r.Number), d.how, d.m.From.Address)
}

func (d *decision) mayReopen(r request.Request) bool {
	return d.policy.ReopenWithin == 0 || d.now.Sub(r.Resolved) <= d.policy.ReopenWithin
}

func (d *decision) reopen(r request.Request) bool {
	if err := d.desk.apply(r.Number, request.Event{Type: request.Reopened, By: d.from()}); err != nil {
		d.aside = err.Error()
	}
	after, _ := d.desk.request(r.Number)
	d.acknowledge(after)
	d.tellWorkers(r, request.RefOf(d.said()))
	return d.end(Reopened, "%s: its requester answered after it was resolved", d.label(r.Number))
}

// resume lets the clock run on: a customer's answer is what the request waited for.
func (d *decision) resume(r request.Request) {
	entry, ok := d.policy.Chart.Lookup(r.Resume)
	if !ok || !r.Code.IsZero() && !waitsOnCustomer(r) {
		return
	}
	promise := d.policy.promise(entry, r.Submitted)
	e := request.Event{Type: request.Resumed, By: d.from(), Code: r.Resume, Promise: &promise}
	if err := d.desk.apply(r.Number, e); err != nil {
		d.aside = err.Error()
	}
}

func waitsOnCustomer(r request.Request) bool {
	n := len(r.Pauses)
	return n > 0 && r.Pauses[n-1].To.IsZero() && r.Pauses[n-1].On == command.OnCustomer
}

// tellWorkers passes on what was added: to the assignee, else the team, else those who got the notice.
func (d *decision) tellWorkers(r request.Request, text request.TextRef) {
	to := d.policy.Roster.Notify()
	if team, ok := d.policy.Roster.Team(r.Team); ok && r.Team != "" {
		to = d.teamAddresses(team)
	}
	if r.Assignee != "" {
		to = []string{r.Assignee}
	}
	known := d.policy.Directory[d.from()]
	due := r.Due(d.policy.Calendar)
	for _, address := range to {
		if authority.Normalise(address) == d.from() {
			continue
		}
		d.owe(compose.Letter{
			Kind: compose.Notice, To: d.named(address), Commands: true, Request: r.Number, Topic: r.Subject,
			References: r.Thread,
			Notice: &compose.NoticeBody{
				Text: text, Mail: d.env.Ledger, From: d.author(), Title: known.Title, Campus: r.Campus,
				Submitted: r.Submitted, CategorizeBy: r.Submitted.Add(d.policy.CategorizeWithin), Code: r.Code, Due: due,
				Added: true,
			},
		})
	}
}

// thanks are the phrases of mail that needs nobody: whole texts, folded by plainWords, in English and Spanish.
var thanks = func() map[string]bool {
	set := map[string]bool{}
	for _, phrase := range []string{
		"thanks", "thank you", "thank you so much", "thank you very much", "thanks so much", "thanks a lot", "many thanks",
		"thanks again", "thank you again", "thx", "ty", "got it", "got it thanks", "got it thank you", "ok thanks",
		"ok thank you", "okay thanks", "okay thank you", "perfect thank you", "perfect thanks", "great thanks",
		"great thank you", "awesome thanks", "awesome thank you", "will do", "will do thanks", "received", "received thanks",
		"appreciate it", "much appreciated", "thanks for your help", "thank you for your help", "thanks for the help",
		"thank you for the quick response", "thanks for the quick response", "thank you for your quick response",
		"works now thanks", "works now thank you", "it works now thanks", "it works now thank you", "it s working now thanks",
		"all good", "all good thanks", "that worked thanks", "that worked thank you", "you re the best", "you rock",
		"gracias", "muchas gracias", "mil gracias", "gracias por su ayuda", "gracias por tu ayuda", "muchas gracias por su ayuda",
		"ok gracias", "listo gracias", "recibido", "recibido gracias", "perfecto gracias", "ya funciona gracias",
		"👍", "🙏", "❤️", "❤", "👍🏻", "👍🏼", "👍🏽", "👍🏾", "👍🏿",
	} {
		set[phrase] = true
	}
	return set
}()

// onlyThanks tells whether a text says nothing but thanks, or is a mail client's reaction. The author's own name below,
// or a greeting above, does not change that; any other word does, since nobody is told of a mail that only says thanks.
func onlyThanks(text, name string) bool {
	if len(text) > 400 {
		return false
	}
	lower := strings.ToLower(text)
	if strings.Contains(lower, "reacted to your message") || strings.Contains(lower, "reaccionó a tu mensaje") {
		return true
	}
	said := false
	for line := range strings.Lines(lower) {
		words := plainWords(line)
		switch {
		case words == "" || isGreeting(words) || allIn(words, plainWords(strings.ToLower(name))):
		case thanks[words] || thanks[firstLine(words)]:
			said = true
		default:
			return false
		}
	}
	return said
}

// firstLine drops a first name behind thanks: "thanks kim" is "thanks".
func firstLine(words string) string {
	before, last, ok := cutLast(words, " ")
	if !ok || len(last) > 12 || strings.ContainsAny(last, "0123456789") || !namelike[before] {
		return words
	}
	return before
}

// namelike are the thanks behind which a single word can only be a name.
var namelike = map[string]bool{"thanks": true, "thank you": true, "gracias": true, "muchas gracias": true, "many thanks": true}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

func isGreeting(words string) bool {
	first, rest, _ := strings.Cut(words, " ")
	switch first {
	case "hi", "hello", "hey", "hola", "dear", "buenos", "buenas":
		return strings.Count(rest, " ") <= 1
	}
	return false
}

func allIn(words, of string) bool {
	if of == "" {
		return false
	}
	for _, w := range strings.Fields(words) {
		if !strings.Contains(" "+of+" ", " "+w+" ") {
			return false
		}
	}
	return true
}

// plainWords keeps letters, digits and pictures, with single spaces between words.
func plainWords(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return strings.ContainsRune(" \t\r\n.,!;:'’\"()-–—*_~¡¿?", r)
	}), " ")
}
