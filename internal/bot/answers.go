package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"triaged/internal/agenda"
	"triaged/internal/authority"
	"triaged/internal/control"
	"triaged/internal/handover"
	"triaged/internal/message"
	"triaged/internal/store"
	"triaged/internal/strict"
	"triaged/internal/suggest"
)

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
