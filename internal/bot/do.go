package bot

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"triaged/internal/command"
	"triaged/internal/compose"
	"triaged/internal/intake"
	"triaged/internal/message"
	"triaged/internal/request"
	"triaged/internal/store"
	"triaged/internal/strict"
)

// Shell is the mailbox that the ledger names for what was said at a shell.
const Shell = "shell"

// ReceiptRow is what `do` prints.
type ReceiptRow struct {
	Done   []ReceiptItemRow `json:"done"`
	Failed []ReceiptItemRow `json:"failed"`
	Undo   string           `json:"undo"`
	Help   string           `json:"help,omitempty"` // what can be said, if that was asked
}

// ReceiptItemRow is what became of one command.
type ReceiptItemRow struct {
	Request *string    `json:"request"` // null for one about no request
	Said    string     `json:"said"`
	Result  string     `json:"result"`
	Code    string     `json:"code"`
	DueAt   *time.Time `json:"due_at"`
	Near    []string   `json:"near"`
}

// Do carries out commands about a request, or about none, as if a mail of somebody's had brought them.
func (d *Desk) Do(a Args, emit func(any) error) error {
	row, _, err := d.spoken(a.As, a.Number+" "+a.Text, func(tx *store.Tx, m *message.Message, _ *intake.Envelope) (err error) {
		m.Text, m.Reply = a.Text, a.Text
		m.Subject, err = d.subjectAbout(tx, a.Number)
		return err
	})
	if err != nil {
		return err
	}
	return emit(row)
}

// spoken takes what a member of staff says at the shell the mails' way through intake, with the shell as its proof, so that
// a row of the ledger and a receipt say what was done. said is kept as it was said; say makes a mail of it.
func (d *Desk) spoken(as, said string, say func(*store.Tx, *message.Message, *intake.Envelope) error) (ReceiptRow, request.Number, error) {
	row := ReceiptRow{Done: []ReceiptItemRow{}, Failed: []ReceiptItemRow{}}
	person, ok := d.policy.Roster.Person(as)
	if !ok {
		return row, 0, d.nobody(as)
	}
	now := d.clock.Now()
	var about request.Number
	var taught []lesson
	// Kept like a mail, so that after a restore somebody can be told what to say again.
	kept := store.RawMail{Label: store.RawLabel{Shell: as, Received: now.UTC()}, Data: []byte(said)}
	refs, err := d.store.KeepRaw([]store.RawMail{kept})
	if err != nil {
		return row, 0, err
	}
	err = d.store.Update(func(tx *store.Tx) (err error) {
		m := &message.Message{
			From: message.Address{Name: person.Name, Address: person.Address}, Kind: message.Personal, Date: now,
		}
		env := intake.Envelope{Mailbox: Shell, Received: now, Ledger: tx.NextLedger(), Shell: true}
		if err := say(tx, m, &env); err != nil {
			return err
		}
		v := intake.Decide(m, env, tx, d.policy, now)
		if err := d.answered(tx, &v, &row); err != nil {
			return d.unsaid(m.Text, err)
		}
		about = v.Request
		taught, err = d.recordSpoken(tx, v, store.Row{
			Mailbox: Shell, UID: uint32(env.Ledger), Outcome: v.Outcome, Reason: v.Reason + ", as " + person.Address,
			Request: v.Request, At: now, Received: now, Said: refs[0],
		})
		return err
	})
	if err != nil {
		return row, 0, err
	}
	d.learnLater(taught)
	d.wake()
	return row, about, nil
}

// nobody refuses who is not of the staff, and names the address that was probably meant.
func (d *Desk) nobody(as string) error {
	var known []string
	for _, s := range d.config.Staff {
		known = append(known, s.Address)
	}
	if near := strict.Nearest(as, known); near != "" {
		return fmt.Errorf("%q is nobody of the staff: did you mean %s?", as, near)
	}
	return fmt.Errorf("%q is nobody of the staff: name one of [[staff]] with --as", as)
}

// errNoCommand is of words at the shell that tell the bot to do nothing.
var errNoCommand = errors.New("there was no command in that: write one such as '#1-3'")

// unsaid says what is missing in words that only lack their number sign. They are not taken without it: what is typed here
// is what a mail would say that answers nothing, and would be text there.
func (d *Desk) unsaid(text string, err error) error {
	said := strings.TrimSpace(text)
	r := command.Read("#"+said, command.Setting{Prefix: d.policy.Prefix, Offered: true, Today: command.DateOf(d.clock.Now())})
	if err != errNoCommand || strings.Contains(said, "\n") || len(r.Commands) != 1 {
		return err
	}
	return fmt.Errorf("%q needs its number sign, and quotes so that the shell leaves it alone: write '#%s'", said, said)
}

// answered takes the receipt out of a verdict, since at the shell it is printed and not sent.
func (d *Desk) answered(tx *store.Tx, v *intake.Verdict, row *ReceiptRow) error {
	letter, ok := takeReceipt(v)
	if !ok {
		return errNoCommand
	}
	d.fill(row, letter.Receipt, letter.To.Address)
	if !letter.Receipt.Help {
		return nil
	}
	letter.Receipt = &compose.ReceiptBody{Help: true}
	help, err := d.render(tx, letter)
	row.Help = help.Text
	return err
}

// recordSpoken records what was said at the shell, and what it causes.
func (d *Desk) recordSpoken(tx *store.Tx, v intake.Verdict, row store.Row) ([]lesson, error) {
	if err := tx.Apply(v); err != nil {
		return nil, err
	}
	if err := d.finish(tx, v, row.At); err != nil {
		return nil, err
	}
	taught := d.taught(tx, v)
	tx.Account(row)
	made, err := d.decideAnew(tx, v.Orders, row.At)
	return append(taught, made.taught...), err
}

// subjectAbout is the subject that leads to a request; none for no number.
func (d *Desk) subjectAbout(tx *store.Tx, number string) (string, error) {
	if number == "" {
		return "", nil
	}
	r, err := d.find(tx, number)
	return "[" + r.Number.Label(d.policy.Prefix) + "]", err
}

// takeReceipt takes the receipt out of a verdict.
func takeReceipt(v *intake.Verdict) (compose.Letter, bool) {
	for i, l := range v.Letters {
		if l.Kind == compose.Receipt {
			v.Letters = append(v.Letters[:i:i], v.Letters[i+1:]...)
			return l, true
		}
	}
	return compose.Letter{}, false
}

// fill puts a receipt into the row of whoever asked for what it is about.
func (d *Desk) fill(row *ReceiptRow, receipt *compose.ReceiptBody, as string) {
	for _, item := range receipt.Items {
		r := ReceiptItemRow{
			Request: d.labelOrNull(item.Request), Said: strings.TrimSpace(item.Said), Result: item.Result,
			Code: item.Code.String(), DueAt: timeOrNull(item.Due), Near: []string{},
		}
		for _, code := range item.Near {
			r.Near = append(r.Near, code.String())
		}
		if item.Done {
			row.Done = append(row.Done, r)
		} else {
			row.Failed = append(row.Failed, r)
		}
	}
	if receipt.Undo && len(row.Done) > 0 && row.Done[0].Request != nil {
		row.Undo = fmt.Sprintf("triaged do %s '#undo' --as %s", *row.Done[0].Request, as)
	}
}

// render renders a mail for looking at, under a Message-ID that is never used.
func (d *Desk) render(tx *store.Tx, l compose.Letter) (compose.Mail, error) {
	_, domain, _ := strings.Cut(d.house.Address, "@")
	return d.renderAs(tx, l, "preview@"+domain)
}

func (d *Desk) renderAs(tx *store.Tx, l compose.Letter, messageID string) (compose.Mail, error) {
	return compose.Render(l, messageID, d.material(tx, l), d.house)
}
