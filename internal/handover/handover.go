// Package handover reads the tickets of another system, as it exports them, so that a desk need not begin without a past.
//
// Read takes CSV or JSON Lines and a Mapping, which says what the columns mean, and gives one Ticket a row, or what is
// wrong with the row. A row that cannot be read never stops the next. The presets are mappings for common systems; a
// file in TOML describes any other.
//
// It knows the forms in which systems export. It must not know what becomes of a ticket.
package handover

import (
	"bytes"
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"triaged/internal/chart"
)

// Ticket is one ticket of the other system.
type Ticket struct {
	Line      int       `json:"line"`         // of the file, from 1
	Tag       string    `json:"tag"`          // its number as subjects of its mails show it, such as "[rt.example #12]"
	Subject   string    `json:"subject"`      //
	Text      string    `json:"text"`         // what was asked
	Name      string    `json:"name"`         // of the requester
	Address   string    `json:"address"`      // of the requester
	Created   time.Time `json:"created"`      //
	Closed    time.Time `json:"closed"`       // zero: it is open
	Code      string    `json:"code"`         // of the chart; "" for none
	Category  string    `json:"category"`     // as the other system has it
	MessageID string    `json:"message_id"`   // of the mail that opened it, if the export has it
	By        string    `json:"by,omitempty"` // the address of whoever closed it
	Status    string    `json:"status"`       // as the other system has it
}

// Mapping says what an export means. Columns are named as in the file's first line, or as the keys of its JSON objects;
// letter case and spaces at the ends do not matter. Of several names the first that is there counts.
type Mapping struct {
	Tag     string            `toml:"tag"`     // how the old number stands in subjects: "[rt.example #%s]"
	Columns Columns           `toml:"columns"` //
	Closed  []string          `toml:"closed"`  // statuses that mean that nothing is left to do
	Ignored []string          `toml:"ignored"` // statuses of tickets that are left out, such as "rejected"
	Codes   map[string]string `toml:"codes"`   // category there -> code of the chart
	Times   []string          `toml:"times"`   // layouts of times, as Go writes them; ISO forms are known anyway
}

// Columns name the columns.
type Columns struct {
	Number    []string `toml:"number"`
	Subject   []string `toml:"subject"`
	Text      []string `toml:"text"`
	Address   []string `toml:"address"`
	Name      []string `toml:"name"`
	Created   []string `toml:"created"`
	Closed    []string `toml:"closed"`
	Status    []string `toml:"status"`
	Category  []string `toml:"category"`
	Code      []string `toml:"code"`
	MessageID []string `toml:"message_id"`
	By        []string `toml:"by"`
}

//go:embed presets.toml
var presets []byte

var known = func() map[string]Mapping {
	all := map[string]Mapping{}
	if err := toml.NewDecoder(bytes.NewReader(presets)).DisallowUnknownFields().Decode(&all); err != nil {
		panic(err)
	}
	return all
}()

// Presets are the names of the systems that are known.
func Presets() []string { return slices.Sorted(maps.Keys(known)) }

// Preset is the mapping of a system that is known.
func Preset(name string) (Mapping, error) {
	m, ok := known[name]
	if !ok {
		return m, fmt.Errorf("%q is no system that is known: take one of %s, or describe it with --map", name, strings.Join(Presets(), ", "))
	}
	m.Codes = maps.Clone(m.Codes)
	return m, nil
}

// Extend reads a mapping's file over m: what it names takes the place of what was there, and codes are added.
func (m Mapping) Extend(text []byte) (Mapping, error) {
	had := m.Codes
	m.Codes = nil
	if err := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(&m); err != nil {
		var strict *toml.StrictMissingError
		if errors.As(err, &strict) {
			line, _ := strict.Errors[0].Position()
			return m, fmt.Errorf("line %d: unknown key %s", line, strings.Join(strict.Errors[0].Key(), "."))
		}
		return m, err
	}
	codes := maps.Clone(had)
	if codes == nil {
		codes = map[string]string{}
	}
	maps.Copy(codes, m.Codes)
	m.Codes = codes
	return m, m.check()
}

// CheckTag refuses a subject tag without a place for the number.
func CheckTag(tag string) error {
	if strings.Count(tag, "%s") != 1 || strings.Count(tag, "%") != 1 {
		return fmt.Errorf(`tag is %q: write the other system's subject tag with %%s for the number, such as "[rt.example #%%s]"`, tag)
	}
	return nil
}

func (m Mapping) check() error {
	if err := CheckTag(m.Tag); err != nil {
		return err
	}
	if len(m.Columns.Number) == 0 || len(m.Columns.Subject) == 0 || len(m.Columns.Address) == 0 || len(m.Columns.Created) == 0 {
		return errors.New("columns.number, subject, address and created must be named")
	}
	for category, code := range m.Codes {
		if err := new(chart.Code).UnmarshalText([]byte(code)); err != nil {
			return fmt.Errorf("codes: %q is no code, for %q", code, category)
		}
	}
	return nil
}

// row is one row of an export, by the lower-case names of its columns.
type row map[string]string

func (r row) get(names []string) string {
	for _, name := range names {
		if v := strings.TrimSpace(r[folded(name)]); v != "" {
			return v
		}
	}
	return ""
}

func folded(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// errIgnored is of rows that are left out on purpose.
var errIgnored = errors.New("left out")

// ticket makes a ticket of a row. Times without a zone are in this one.
func (m Mapping) ticket(r row, zone *time.Location) (t Ticket, err error) {
	number := strings.TrimLeft(r.get(m.Columns.Number), "#")
	t = Ticket{
		Tag: fmt.Sprintf(m.Tag, number), Subject: oneLine(r.get(m.Columns.Subject)), Text: r.get(m.Columns.Text),
		Name: r.get(m.Columns.Name), Category: r.get(m.Columns.Category), Status: r.get(m.Columns.Status),
		MessageID: strings.Trim(r.get(m.Columns.MessageID), "<>"),
	}
	if number == "" || strings.ContainsAny(number, "[] \t\n") {
		return t, fmt.Errorf("%q is no number", number)
	}
	if slices.ContainsFunc(m.Ignored, m.is(t.Status)) {
		return t, errIgnored
	}
	name, address := person(r.get(m.Columns.Address))
	if address == "" {
		return t, fmt.Errorf("there is no requester's address in %q", r.get(m.Columns.Address))
	}
	t.Address, t.Name = address, cmp.Or(t.Name, name)
	_, t.By = person(r.get(m.Columns.By))
	if t.Created, err = m.time(r.get(m.Columns.Created), zone); err != nil || t.Created.IsZero() {
		return t, fmt.Errorf("created: %w", cmp.Or(err, errors.New("there is no time")))
	}
	if t.Closed, err = m.time(r.get(m.Columns.Closed), zone); err != nil {
		return t, fmt.Errorf("closed: %w", err)
	}
	switch closed := slices.ContainsFunc(m.Closed, m.is(t.Status)); {
	case t.Status != "" && !closed:
		t.Closed = time.Time{} // it was opened again
	case closed && t.Closed.Before(t.Created):
		t.Closed = t.Created
	}
	if len(t.Text) > maxText {
		t.Text = strings.ToValidUTF8(t.Text[:maxText], "") + "\n[…]"
	}
	return t, m.code(&t, r.get(m.Columns.Code))
}

// maxText is how much of a ticket's text is kept, in bytes: as much as of a mail's.
const maxText = 64 << 10

func (m Mapping) is(status string) func(string) bool {
	return func(s string) bool { return folded(s) == folded(status) }
}

// code finds the chart's code: the export's own, or that of its category.
func (m Mapping) code(t *Ticket, own string) error {
	if own == "" {
		for category, code := range m.Codes {
			if folded(category) == folded(t.Category) {
				own = code
			}
		}
	}
	if own == "" {
		return nil
	}
	var code chart.Code
	if err := code.UnmarshalText([]byte(own)); err != nil {
		return fmt.Errorf("%q is no code of the chart", own)
	}
	t.Code = code.String()
	return nil
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// person reads "Dana Whitfield <dana@school.example>", or the first of several addresses.
func person(s string) (name, address string) {
	if i := strings.IndexByte(s, '<'); i >= 0 {
		if j := strings.IndexByte(s[i:], '>'); j > 0 && strings.Contains(s[i:i+j], "@") {
			return strings.Trim(strings.TrimSpace(s[:i]), `"`), strings.TrimSpace(s[i+1 : i+j])
		}
	}
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",; \t\n", r) }) {
		if at := strings.IndexByte(part, '@'); at > 0 && at < len(part)-1 {
			return "", part
		}
	}
	return "", ""
}

// layouts are the forms of times that need no mention.
var layouts = []string{
	time.RFC3339, "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05 MST", "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04",
	"2006-01-02", time.ANSIC, time.RFC1123Z, time.RFC1123,
}

func (m Mapping) time(s string, zone *time.Location) (time.Time, error) {
	if s == "" || folded(s) == "not set" || strings.HasPrefix(s, "0000-") || s == "1970-01-01 00:00:00" {
		return time.Time{}, nil
	}
	for _, layout := range slices.Concat(m.Times, layouts) {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time that is known: name its form under times", s)
}
