package intake

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"triaged/internal/authority"
	"triaged/internal/command"
	"triaged/internal/compose"
	"triaged/internal/request"
)

// commands carries out what a staff member, or a requester about their own request, tells the bot to do.
func (d *decision) commands() bool {
	d.read()
	if len(d.reading.Commands)+len(d.reading.Mistakes) == 0 {
		return false
	}
	if !d.isStaff {
		return d.requesterCommands()
	}
	if !d.proof.Proven && !d.onlyHinted() {
		return d.holdForProof()
	}
	if d.thread == 0 && d.answered == nil && d.opensByCommand() {
		return d.openCommanded()
	}
	return d.run(d.thread)
}

// onlyHinted tells whether nothing is to be done: the mail is rows that lack their number sign, whoever wrote it, and to say so
// needs no proof.
func (d *decision) onlyHinted() bool {
	return len(d.reading.Commands) == 0 && d.reading.Note == "" &&
		!slices.ContainsFunc(d.reading.Mistakes, func(m command.Mistake) bool { return !m.Row })
}

// requesterCommands lets requesters act on their own requests. Anybody else's tags are text.
func (d *decision) requesterCommands() bool {
	if len(d.reading.Commands) == 0 {
		return false // what only looks like a command is text
	}
	withdraws, ends := false, false
	for _, c := range d.reading.Commands {
		if !d.ownCommand(c) {
			d.reading = command.Reading{Note: d.m.Reply}
			d.aside = "a tag was ignored: its author is not staff"
			return false
		}
		withdraws = withdraws || c.Verb == command.Withdraw
		ends = ends || c.Verb == command.Withdraw || c.Verb == command.Reopen
	}
	if withdraws && !d.proof.Proven {
		return d.holdForProof()
	}
	d.reading.Mistakes = nil
	if r, ok := d.desk.request(d.thread); ok && d.reading.Note != "" {
		if text := d.added(r); !ends { // else the word of the end carries it
			d.tellWorkers(r, text)
		}
	}
	return d.run(d.thread)
}

// ownCommand tells whether a command is one that requesters have, about requests of the author's own. Help is nobody's: it
// counts where it is all that the mail says.
func (d *decision) ownCommand(c command.Command) bool {
	if c.Verb == command.Help {
		return len(d.reading.Commands) == 1 && d.reading.Note == "" && d.policy.eligible(d.m.From.Address)
	}
	if c.Requests.All {
		return false
	}
	numbers := []request.Number{d.thread}
	if !c.Requests.IsZero() {
		numbers = numbersOf(c)
	}
	for _, n := range numbers {
		r, ok := d.desk.request(n)
		own := ok && d.owns(r, c.Verb)
		if may, _ := authority.May(authority.NoRole, own, c.Verb); !may {
			return false
		}
	}
	return true
}

// owns tells whether a request is the author's own as far as a verb goes. Where theirs was merged into another's, they may
// ask how that is, and say that it is not done, but not withdraw it.
func (d *decision) owns(r request.Request, verb command.Verb) bool {
	if authority.Normalise(r.Requester.Address) == d.from() {
		return true
	}
	_, merged := d.mergedFrom(r, d.from())
	return merged && verb != command.Withdraw
}

func numbersOf(c command.Command) []request.Number {
	var all []request.Number
	for _, n := range c.Requests.Numbers() {
		all = append(all, request.Number(n))
	}
	return all
}

// run carries out every command of the mail, and answers with one receipt. A command that fails does not stop the rest.
// Codes are given first, so that a mail may resolve above the line that categorizes.
func (d *decision) run(n request.Number) bool {
	x := newExecution(d, n)
	slices.SortStableFunc(d.reading.Commands, func(a, b command.Command) int { return cmp.Compare(turn(a), turn(b)) })
	for _, c := range d.reading.Commands {
		x.command(c)
	}
	for _, m := range d.reading.Mistakes {
		x.mistake(m)
	}
	x.keepNote()
	if d.proof.Link != nil && x.done > 0 {
		d.verdict.Links = append(d.verdict.Links, d.proof.Link.Nonce)
	}
	d.held(x)
	d.sortedAtOnce()
	d.coalesce()
	d.gatherNotices()
	x.body.Undo = x.undoable
	d.receipt(x.items, x.body)
	if d.thread != 0 || len(x.touched) == 1 {
		d.verdict.Thread = append(d.verdict.Thread, d.m.MessageID)
	}
	if len(x.touched) == 1 && d.verdict.Request == 0 {
		d.verdict.Request = x.touched[0]
	}
	return d.end(x.outcome(), "%s, proven by %s", x.summary(), by(d.proof))
}

func turn(c command.Command) int {
	if c.Verb == command.Categorize || c.Verb == command.Accept {
		return 0
	}
	return 1
}

// keepNote keeps the words around a staff member's commands with the request that they are about, even where every
// command failed. Where several are meant, nobody knows which.
func (x *execution) keepNote() {
	d, note := x.d, strings.TrimSpace(x.d.reading.Note)
	if note == "" || !d.isStaff {
		return
	}
	about := x.about
	if about == 0 && len(x.touched) == 1 {
		about = x.touched[0]
	}
	ofAll := about == 0 && d.answered != nil && d.answered.Letter.Outage != nil
	if ofAll {
		about = d.leader(d.answered.Letter.Outage.First) // what is said of an outage stands with its first report
	}
	_, exists := d.desk.request(about)
	switch {
	case exists && d.opened(about):
	case exists && d.policy.AnswersRequester && !ofAll: // of an outage it is not meant for who happened to write first
		r, _ := d.desk.request(about)
		x.items = append(x.items, compose.ReceiptItem{Request: about, Done: true, Result: d.reply(r, note)})
	case exists:
		d.note(about, note)
		x.body.Note = request.RefOf(note)
	case len(x.touched) > 1, x.failed > 0 && len(x.touched) == 0:
		x.refused(compose.ReceiptItem{Said: firstWords(note)}, refuse("nobody knows which request these words are about: put its number and the word note in front"))
	}
}

func by(p authority.Proof) string {
	if p.By == authority.ByNothing {
		return "nothing"
	}
	return string(p.By)
}

// opened tells whether this very mail opened the request, whose text then holds the note already.
func (d *decision) opened(n request.Number) bool {
	_, had := d.facts.Request(n)
	return !had
}

// held records that a review was held when an analyst acts on a digest (SOP, process step 4).
func (d *decision) held(x *execution) {
	if d.answered == nil || d.answered.Letter.Kind != compose.Digest || d.staff.Role != authority.Analyst || x.done == 0 {
		return
	}
	d.verdict.Desk = append(d.verdict.Desk, DeskEvent{
		At: d.now, Type: ReviewHeld, By: d.from(), Review: d.answered.Letter.Queue.Review,
	})
}

// receipt owes the one mail that answers a mail of commands.
func (d *decision) receipt(items []compose.ReceiptItem, body compose.ReceiptBody) {
	if len(items) == 0 && !body.Help {
		return
	}
	body.Items, body.Cause = items, d.env.Ledger
	about := d.verdict.Request
	if about == 0 && len(items) == 1 {
		about = items[0].Request
	}
	l := compose.Letter{
		Kind: compose.Receipt, To: d.author(), Commands: d.isStaff, Request: about, Topic: d.topicOf(about),
		InReplyTo: d.m.MessageID, References: d.m.References, Receipt: &body,
	}
	if !d.isStaff {
		body.Undo = false
	}
	if !d.isStaff || body.Help { // what was done is said to staff in words of the desk's
		l.Language = d.m.Language
	}
	d.owe(l)
}

// sortedAtOnce puts what this mail decided about a request that it opened into the first mails about it: the acknowledgement
// says what was decided, instead of a second mail, and the notices ask for no category that is there.
func (d *decision) sortedAtOnce() {
	type to struct {
		address string
		n       request.Number
	}
	acknowledged := map[to]*compose.AcknowledgementBody{}
	var kept []compose.Letter
	for _, l := range d.verdict.Letters {
		key := to{authority.Normalise(l.To.Address), l.Request}
		r, _ := d.desk.request(l.Request)
		switch {
		case l.Acknowledgement != nil:
			body := *l.Acknowledgement
			l.Acknowledgement, acknowledged[key] = &body, &body
		case l.Kind == compose.Categorized && acknowledged[key] != nil:
			acknowledged[key].Sorted = l.Outcome
			continue
		case l.Notice != nil && d.opened(l.Request):
			body := *l.Notice
			body.Code, body.Due = r.Code, r.Due(d.policy.Calendar)
			l.Notice = &body
		}
		kept = append(kept, l)
	}
	d.verdict.Letters = kept
}

// coalesce leaves one mail of several that one mail's commands would send somebody about one request: of notices one with
// all its alerts, of word to the requester the latest, with what staff answer.
func (d *decision) coalesce() {
	type same struct {
		kind compose.Kind
		to   string
		n    request.Number
	}
	word := func(l compose.Letter) compose.Kind {
		if l.Outcome != nil {
			return compose.Categorized
		}
		return l.Kind
	}
	latest := map[same]int{}
	var kept []compose.Letter
	for _, l := range d.verdict.Letters {
		key := same{word(l), authority.Normalise(l.To.Address), l.Request}
		i, had := latest[key]
		switch {
		case had && l.Notice != nil && kept[i].Notice.Text == l.Notice.Text:
			body := *l.Notice
			body.Alert, body.Say = join(kept[i].Notice.Alert, body.Alert), join(kept[i].Notice.Say, body.Say)
			kept[i].Notice = &body
			continue
		case had && l.Outcome != nil:
			kept[i] = d.together(kept[i], l)
			continue
		}
		latest[key] = len(kept)
		kept = append(kept, l)
	}
	d.verdict.Letters = kept
}

// together is one mail of two to a requester: the later word of where the request stands, with the words of both.
func (d *decision) together(earlier, later compose.Letter) compose.Letter {
	one := later
	if later.Kind == compose.Answer {
		one = earlier
	}
	body := *one.Outcome
	var words []string
	for _, l := range []compose.Letter{earlier, later} {
		overtaken := l.Kind == compose.Resolved && one.Kind != l.Kind || l.Kind == compose.Resolved && l.Outcome.Changed != body.Changed
		if text := d.textOf(l.Outcome.Text); text != "" && !overtaken && !slices.Contains(words, text) {
			words = append(words, text)
		}
	}
	body.Text = ""
	if len(words) > 0 {
		body.Text = d.keepText(strings.Join(words, "\n\n"))
	}
	one.Outcome = &body
	return one
}

// join puts two lists together without repeating what both say.
func join(a, b []string) []string {
	all := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}

func (x *execution) summary() string {
	if x.failed == 0 {
		return fmt.Sprintf("%d done", x.done)
	}
	return fmt.Sprintf("%d done, %d refused", x.done, x.failed)
}
