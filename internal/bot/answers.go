package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"triaged/internal/agenda"
	"triaged/internal/authority"
	"triaged/internal/compose"
	"triaged/internal/control"
	"triaged/internal/handover"
	"triaged/internal/intake"
	"triaged/internal/message"
	"triaged/internal/request"
	"triaged/internal/store"
	"triaged/internal/strict"
	"triaged/internal/suggest"
)

// RequestRow is one request as `list` and `show` print it.
type RequestRow struct {
	Number        string       `json:"number"`
	Subject       string       `json:"subject"`
	Requester     string       `json:"requester"`
	State         string       `json:"state"`
	Category      string       `json:"category"`
	SubmittedAt   time.Time    `json:"submitted_at"`
	CategorizedAt *time.Time   `json:"categorized_at"`
	DueAt         *time.Time   `json:"due_at"` // of a resolved one, as it stood then
	ResolvedAt    *time.Time   `json:"resolved_at"`
	TargetMet     *bool        `json:"target_met"` // whether it was resolved by then; null while it is not, and without a target
	Overdue       bool         `json:"overdue"`
	Assignee      string       `json:"assignee"`
	Team          string       `json:"team"`
	Source        string       `json:"source"`
	Outage        *string      `json:"outage"` // the first of the reports of an outage that it is one of
	Suggestions   []Suggestion `json:"suggestions"`
}

// Suggestion is a suggested code with its confidence.
type Suggestion struct {
	Code       string   `json:"code"`
	Confidence float64  `json:"confidence"`
	Because    []string `json:"because"`
}

// Case is one request with all that happened to it, as `show` prints it.
type Case struct {
	RequestRow
	Text   string     `json:"text"` // what was asked
	Events []EventRow `json:"events"`
	Mails  []MailRow  `json:"mails"`
}

// EventRow is one event.
type EventRow struct {
	At     time.Time `json:"at"`
	Type   string    `json:"type"`
	By     string    `json:"by"`
	Detail string    `json:"detail"`
}

// MailRow is one mail of a request.
type MailRow struct {
	Ledger    uint64    `json:"ledger"` // of a received mail; 0 of a sent one
	Outbox    uint64    `json:"outbox"` // of a sent mail; 0 of a received one
	MessageID string    `json:"message_id"`
	Direction string    `json:"direction"` // in, out
	From      string    `json:"from"`
	To        string    `json:"to"`
	Subject   string    `json:"subject"`
	At        time.Time `json:"at"`
}

// LedgerRow is one received mail as `ledger` prints it.
type LedgerRow struct {
	Ledger      uint64    `json:"ledger"`
	Mailbox     string    `json:"mailbox"`
	UIDValidity uint32    `json:"uid_validity"`
	UID         uint32    `json:"uid"`
	MessageID   string    `json:"message_id"`
	Outcome     string    `json:"outcome"`
	Reason      string    `json:"reason"`
	Request     *string   `json:"request"`
	At          time.Time `json:"at"`
}

// OutboxRow is one outgoing mail as `outbox` prints it.
type OutboxRow struct {
	ID        uint64     `json:"id"`
	To        string     `json:"to"`
	Kind      string     `json:"kind"`
	Request   *string    `json:"request"`
	Subject   string     `json:"subject"`
	MessageID string     `json:"message_id"`
	State     string     `json:"state"`
	Attempts  int        `json:"attempts"`
	LastError string     `json:"last_error"`
	NextAt    *time.Time `json:"next_at"`
}

// Args are the arguments of all operations; each uses its own.
type Args struct {
	Queue   string `json:"queue,omitempty"`
	Number  string `json:"number,omitempty"`
	Text    string `json:"text,omitempty"`
	As      string `json:"as,omitempty"`
	State   string `json:"state,omitempty"`
	Send    bool   `json:"send,omitempty"`
	Mail    []byte `json:"mail,omitempty"`
	Deep    bool   `json:"deep,omitempty"`
	Outcome string `json:"outcome,omitempty"`
	From    string `json:"from,omitempty"`
	To      string `json:"to,omitempty"`

	For     string `json:"for,omitempty"`
	Subject string `json:"subject,omitempty"`
	Code    string `json:"code,omitempty"`

	Order string   `json:"order,omitempty"` // what to change: RetryMail, ReleaseMail, DiscardMail, KeysRotate, KeysRevoke, WriteAgain
	Mails []uint64 `json:"mails,omitempty"` // their numbers in the outbox or the ledger

	About string `json:"about,omitempty"` // an address: only what has to do with it

	Tickets  []handover.Ticket `json:"tickets,omitempty"` // to import
	WithOpen bool              `json:"with_open,omitempty"`
	DryRun   bool              `json:"dry_run,omitempty"`
}

// Ops are the desk's answers to the shell.
func (d *Desk) Ops() control.Ops {
	return control.Ops{
		"file": d.operation(d.File), "keys": d.operation(d.Keys), "unreachable": d.operation(d.Unreachable),
		"list": d.operation(d.List), "show": d.operation(d.Show), "why": d.operation(d.Why), "do": d.operation(d.Do),
		"digest": d.operation(d.Digest), "ledger": d.operation(d.Ledger), "outbox": d.operation(d.Outbox),
		"suggest": d.operation(d.Suggest), "evaluate": d.operation(d.Evaluate), "check": d.operation(d.Check),
		"status": d.operation(d.Status), "report": d.operation(d.Report), "quarantine": d.operation(d.Quarantine), "seen": d.operation(d.Seen), "show-sent": d.operation(d.ShowSent),
		"show-received": d.operation(d.ShowReceived),
		"order-sent":    d.operation(d.OrderSent), "order-received": d.operation(d.OrderReceived),
		"hold": d.hold, "release": d.release,
		"import": d.operation(d.Import), "export": d.operation(d.Export), "export-mails": d.operation(d.ExportMails),
		"retain": d.operation(d.Retain), "forget": d.operation(d.Forget), "legal-hold": d.operation(d.LegalHold),
	}
}

// Ops are the same, each by the rules of the moment in which it is asked.
func (b *Bot) Ops() control.Ops {
	all := b.today().Ops()
	for name := range all {
		all[name] = func(ctx context.Context, args json.RawMessage, emit func(any) error) error {
			return b.today().Ops()[name](ctx, args, emit)
		}
	}
	return all
}

// operation is an answer that fails rather than stops the daemon, and ends soon after whoever asked has gone.
func (d *Desk) operation(f func(Args, func(any) error) error) control.Op {
	return func(ctx context.Context, raw json.RawMessage, emit func(any) error) error {
		var args Args
		if err := json.Unmarshal(raw, &args); err != nil {
			return fmt.Errorf("arguments: %w", err)
		}
		return d.safely("a question could not be answered", func() error {
			return f(args, func(row any) error {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				return emit(row)
			})
		})
	}
}

// Queues are the names that `list --queue` knows.
var Queues = []string{"open", "uncategorized", "overdue", "scheduled", "all"}

// outcomes are the names that `ledger --outcome` knows.
var outcomes = func() (all []string) {
	for _, m := range intake.Table {
		all = append(all, string(m.Outcome))
	}
	return all
}()

// known refuses a name that is none of some, with the nearest. "" is no name, and known.
func known(what, name string, names []string) error {
	if name == "" || slices.Contains(names, name) {
		return nil
	}
	if near := strict.Nearest(name, names); near != "" {
		return control.Mistaken("there is no %s %q: did you mean %s?", what, name, near)
	}
	return control.Mistaken("there is no %s %q: they are %s", what, name, strings.Join(names, ", "))
}

// address reads an address that somebody wrote at a shell.
func address(text string) (string, error) {
	a := authority.Normalise(text)
	if authority.Domain(a) == "" || strings.ContainsAny(a, " \t\n") {
		return "", control.Mistaken("%q is not an address such as pat@school.example", text)
	}
	return a, nil
}

// page is how many rows are read in one transaction. None is open while rows are handed out: somebody may look at a long
// list for an hour, and the state must not hold back its old pages meanwhile.
const page = 256

// List emits the requests of a queue in the order to work them; the uncategorized ones oldest first, as the analysts
// review them. What leaves the queue on the way is left out.
func (d *Desk) List(a Args, emit func(any) error) error {
	if err := known("queue", a.Queue, Queues); err != nil {
		return err
	}
	now := d.clock.Now()
	in := func(r request.Request) bool { return r.State.Active() }
	switch a.Queue {
	case "uncategorized":
		in = request.Request.Uncategorized
	case "scheduled":
		in = func(r request.Request) bool { return r.State == request.Scheduled }
	case "all":
		in = func(request.Request) bool { return true }
	}
	numbers, err := d.numbers(a.Queue, in)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(numbers, page) {
		var rows []RequestRow
		err := d.store.View(func(tx *store.Tx) error {
			for _, n := range some {
				if r, ok := tx.Request(n); ok && in(r) {
					if row := d.row(tx, r, now); a.Queue != "overdue" || row.Overdue {
						rows = append(rows, row)
					}
				}
			}
			return nil
		})
		for _, row := range rows {
			if err := emit(row); err != nil {
				return err
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// numbers are the requests of a queue in its order.
func (d *Desk) numbers(queue string, in func(request.Request) bool) (all []request.Number, err error) {
	err = d.store.View(func(tx *store.Tx) error {
		requests := tx.Queue()
		switch queue {
		case "uncategorized":
			requests = tx.Uncategorized()
		case "all":
			for n := range tx.LastNumber() {
				all = append(all, n+1) // those that are missing are left out later
			}
			return nil
		}
		for r := range requests {
			if in(r) {
				all = append(all, r.Number)
			}
		}
		return nil
	})
	return all, err
}

func (d *Desk) row(tx *store.Tx, r request.Request, now time.Time) RequestRow {
	due, met := r.WasDue(d.policy.Calendar)
	row := RequestRow{
		Number: r.Number.Label(d.policy.Prefix), Subject: tx.Text(r.Subject), Requester: r.Requester.Address,
		State: string(r.State), Category: r.Code.String(), SubmittedAt: r.Submitted.UTC(),
		CategorizedAt: timeOrNull(r.Categorized), DueAt: timeOrNull(due), ResolvedAt: timeOrNull(r.Resolved), Assignee: r.Assignee, Team: r.Team,
		Source: string(r.Source), Suggestions: []Suggestion{},
	}
	if r.Outage.Sure {
		first := r.Outage.First.Label(d.policy.Prefix)
		row.Outage = &first
	}
	if r.State == request.Resolved && !due.IsZero() {
		row.TargetMet = &met
	}
	switch {
	case r.Uncategorized():
		row.Overdue = !now.Before(r.Submitted.Add(d.policy.CategorizeWithin))
		row.Suggestions = suggestionRows(d.suggestions(tx, r))
	case r.State.Active():
		row.Overdue = !due.IsZero() && now.After(due)
	}
	return row
}

func suggestionRows(all []suggest.Suggestion) []Suggestion {
	rows := make([]Suggestion, len(all))
	for i, s := range all {
		rows[i] = Suggestion{Code: s.Code.String(), Confidence: s.Confidence, Because: append([]string{}, s.Because...)}
	}
	return rows
}

func timeOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// find reads a number as people write it, "SR-12" or "12", and looks it up.
func (d *Desk) find(tx *store.Tx, label string) (request.Request, error) {
	digits := strings.TrimPrefix(strings.ToUpper(label), strings.ToUpper(d.policy.Prefix)+"-")
	var n request.Number
	if _, err := fmt.Sscanf(digits, "%d", &n); err != nil || n.Label("") != "-"+digits {
		return request.Request{}, control.Mistaken("%q is not a request number such as %s-12", label, d.policy.Prefix)
	}
	r, ok := tx.Request(n)
	if !ok {
		return r, fmt.Errorf("there is no %s", n.Label(d.policy.Prefix))
	}
	return r, nil
}

// Show emits one request with its events and mails. What people wrote is masked as it is in the bot's mails.
func (d *Desk) Show(a Args, emit func(any) error) error {
	now := d.clock.Now()
	return d.store.View(func(tx *store.Tx) error {
		r, err := d.find(tx, a.Number)
		if err != nil {
			return err
		}
		c := d.caseOf(tx, r, now)
		c.Text = compose.Mask(c.Text)
		for i := range c.Events {
			c.Events[i].Detail = compose.Mask(c.Events[i].Detail)
		}
		return emit(c)
	})
}

// caseOf is one request with its events and mails.
func (d *Desk) caseOf(tx *store.Tx, r request.Request, now time.Time) Case {
	c := Case{RequestRow: d.row(tx, r, now), Text: tx.Text(r.Text), Events: []EventRow{}}
	for _, e := range tx.Events(r.Number) {
		detail := e.Detail(d.policy.Prefix)
		if said := tx.Text(e.Text); said != "" && e.Type != request.Opened { // what was asked stands above all
			if detail != "" {
				detail += ": "
			}
			detail += said
		}
		c.Events = append(c.Events, EventRow{At: e.At, Type: string(e.Type), By: e.By, Detail: detail})
	}
	c.Mails = d.mails(tx, r.Number)
	return c
}

// mails are a request's, in the order of their times.
func (d *Desk) mails(tx *store.Tx, n request.Number) []MailRow {
	all := []MailRow{}
	in, out := tx.Mails(n)
	for _, id := range in {
		row, ok := tx.Row(id)
		if !ok || row.Mailbox == Shell {
			continue
		}
		m := MailRow{Ledger: id, MessageID: row.MessageID, Direction: "in", At: row.Received}
		if raw, err := d.store.Raw(row.Raw); err == nil {
			parsed := d.readHeader(raw.Data)
			m.From, m.Subject = parsed.From.Address, parsed.Subject
			if len(parsed.To) > 0 {
				m.To = parsed.To[0].Address
			}
		}
		all = append(all, m)
	}
	for _, id := range out {
		if e, ok := tx.Entry(id); ok {
			all = append(all, MailRow{
				Outbox: id, MessageID: e.MessageID, Direction: "out", From: d.house.Address, To: e.Letter.To.Address,
				Subject: e.Subject, At: e.Letter.At,
			})
		}
	}
	slices.SortStableFunc(all, func(a, b MailRow) int { return a.At.Compare(b.At) })
	return all
}

// Ledger emits what became of each received mail, oldest first.
func (d *Desk) Ledger(a Args, emit func(any) error) error {
	if err := known("outcome", a.Outcome, outcomes); err != nil {
		return err
	}
	return d.store.EachRow(0, func(row store.Row) error {
		if a.Outcome != "" && string(row.Outcome) != a.Outcome {
			return nil
		}
		return emit(d.ledgerRow(row))
	})
}

func (d *Desk) ledgerRow(row store.Row) LedgerRow {
	return LedgerRow{
		Ledger: row.Number, Mailbox: row.Mailbox, UIDValidity: row.UIDValidity, UID: row.UID,
		MessageID: row.MessageID, Outcome: string(row.Outcome), Reason: row.Reason,
		Request: d.labelOrNull(row.Request), At: row.At.UTC(),
	}
}

func (d *Desk) labelOrNull(n request.Number) *string {
	if n == 0 {
		return nil
	}
	label := n.Label(d.policy.Prefix)
	return &label
}

// Outbox emits the outgoing mails in a state, or all, oldest first.
func (d *Desk) Outbox(a Args, emit func(any) error) error {
	return d.store.EachEntry(store.Delivery(a.State), func(e store.Entry) error {
		row := d.outboxRow(e)
		if row.Subject == "" { // it was not tried yet
			err := d.store.View(func(tx *store.Tx) error {
				mail, err := d.renderAs(tx, e.Letter, e.MessageID)
				row.Subject = mail.Subject
				return err
			})
			if err != nil {
				row.LastError = err.Error()
			}
		}
		return emit(row)
	})
}

func (d *Desk) outboxRow(e store.Entry) OutboxRow {
	return OutboxRow{
		ID: e.ID, To: e.Letter.To.Address, Kind: string(e.Letter.Kind), Request: d.labelOrNull(e.Letter.Request),
		Subject: e.Subject, MessageID: e.MessageID, State: string(e.State), Attempts: e.Attempts,
		LastError: e.LastError, NextAt: timeOrNull(e.Next),
	}
}

// SuggestRow is what `suggest` prints for a mail.
type SuggestRow struct {
	Suggestions []Suggestion `json:"suggestions"`
	Sure        bool         `json:"sure"`      // the first is more than a guess
	Emergency   []string     `json:"emergency"` // why analysts would be alerted on arrival; empty if they would not
}

// Suggest emits the suggestions for a mail that is given whole.
func (d *Desk) Suggest(a Args, emit func(any) error) error {
	m := message.Parse(a.Mail)
	return emit(suggestRow(d.ready(), d.known(m.From.Address, "", d.clock.Now()), m))
}

// SuggestCold is what the cold start alone makes of a mail that is given whole.
func SuggestCold(model *suggest.Model, raw []byte) SuggestRow {
	m := message.Parse(raw)
	return suggestRow(model, suggest.Mail{Requester: m.From.Address}, m)
}

func suggestRow(model *suggest.Model, mail suggest.Mail, m *message.Message) SuggestRow {
	mail.Subject, mail.Text = m.Topic, m.Reply
	if strings.TrimSpace(mail.Text) == "" {
		mail.Text = m.Text
	}
	all := model.Suggest(mail, offered)
	row := SuggestRow{Suggestions: suggestionRows(all), Sure: len(all) > 0 && all[0].Sure(), Emergency: []string{}}
	if believed, why := model.Emergency(mail); believed {
		row.Emergency = why
	}
	return row
}

// Check emits what a check of the store found.
func (d *Desk) Check(a Args, emit func(any) error) error {
	result, err := d.store.Check()
	if err != nil {
		return err
	}
	if a.Deep {
		if err := d.store.CheckRaw(&result); err != nil {
			return err
		}
	}
	return emit(result)
}

// DigestRow is the digest as the analysts would get it now.
type DigestRow struct {
	Subject  string       `json:"subject"`
	Text     string       `json:"text"`
	Requests []RequestRow `json:"requests"` // the oldest, as many as the mail shows
	More     int          `json:"more"`     // how many more are waiting
	SentTo   []string     `json:"sent_to"`
}

// Digest emits the uncategorized queue as the analysts would get it, and sends it if asked to.
func (d *Desk) Digest(a Args, emit func(any) error) error {
	now := d.clock.Now()
	row := DigestRow{Requests: []RequestRow{}, SentTo: []string{}}
	look := d.store.View
	if a.Send {
		look = d.store.Update
	}
	err := look(func(tx *store.Tx) error {
		digest := d.queue(tx, now)
		digest.At, row.More = now, digest.All-len(digest.Queue)
		for _, r := range digest.Queue {
			row.Requests = append(row.Requests, d.row(tx, r, now))
		}
		for _, l := range agenda.Review(digest, d.plan, now) {
			if row.Text == "" {
				mail, err := d.render(tx, l)
				if err != nil {
					return err
				}
				row.Subject, row.Text = mail.Subject, mail.Text
			}
			if a.Send {
				d.owe(tx, l, now)
				row.SentTo = append(row.SentTo, l.To.Address)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if a.Send {
		d.wake()
	}
	return emit(row)
}
