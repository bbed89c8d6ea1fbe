package bot

import (
	"fmt"
	"net/mail"
	"strings"

	"triaged/internal/chart"
	"triaged/internal/control"
	"triaged/internal/intake"
	"triaged/internal/message"
	"triaged/internal/request"
	"triaged/internal/store"
)

// FiledRow is what `file` prints: the new request, null if it was refused, and the receipt.
type FiledRow struct {
	Request *string `json:"request"`
	ReceiptRow
}

// File enters a request for somebody who called, with its code (SOP, process step 1). The caller is acknowledged and told the
// target as if they had written.
func (d *Desk) File(a Args, emit func(any) error) error {
	var code chart.Code
	if err := code.UnmarshalText([]byte(strings.NewReplacer("#", "", ".", "-", " ", "").Replace(a.Code))); err != nil {
		return control.Mistaken("%q is not a code such as 1-3: triaged chart lists them", a.Code)
	}
	caller, err := mail.ParseAddress(a.For)
	if err != nil {
		return control.Mistaken("%q is not an address such as pat@school.example", a.For)
	}
	if strings.TrimSpace(a.Subject+a.Text) == "" {
		return control.Mistaken("there is nothing to file: say what it is about with --subject, or as text")
	}
	said := fmt.Sprintf("file for %s, %s: %s\n%s", a.For, a.Code, a.Subject, a.Text)
	row, n, err := d.spoken(a.As, said, func(_ *store.Tx, m *message.Message, env *intake.Envelope) error {
		m.Subject, m.Topic, m.Text, m.Reply = a.Subject, a.Subject, a.Text, a.Text
		env.Call = &intake.Call{For: request.Person{Name: caller.Name, Address: caller.Address}, Code: code}
		return nil
	})
	if err != nil {
		return err
	}
	return emit(FiledRow{Request: d.labelOrNull(n), ReceiptRow: row})
}
