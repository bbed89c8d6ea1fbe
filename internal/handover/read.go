package handover

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// longest is the longest line of JSON Lines that is read, in bytes.
const longest = 16 << 20

// Read gives each ticket of an export to take, and what is wrong with a row to wrong, with its line. JSON Lines are told
// from CSV by their first character. Times without a zone are in this one. It returns an error for a file that is not
// as the mapping says at all, and take's.
func Read(r io.Reader, m Mapping, zone *time.Location, take func(Ticket) error, wrong func(line int, err error)) error {
	if err := m.check(); err != nil {
		return err
	}
	in := bufio.NewReaderSize(r, 64<<10)
	if mark, _ := in.Peek(3); bytes.Equal(mark, []byte("\xEF\xBB\xBF")) { // as spreadsheets begin UTF-8
		in.Discard(3)
	}
	one := func(line int, fields row) error {
		t, err := m.ticket(fields, zone)
		if errors.Is(err, errIgnored) {
			return nil
		}
		if err != nil {
			wrong(line, err)
			return nil
		}
		t.Line = line
		return take(t)
	}
	if first, _ := in.Peek(1); len(first) == 1 && first[0] == '{' {
		return lines(in, m, one, wrong)
	}
	return table(in, m, one, wrong)
}

func lines(in io.Reader, m Mapping, one func(int, row) error, wrong func(int, error)) error {
	s := bufio.NewScanner(in)
	s.Buffer(nil, longest)
	for line := 1; s.Scan(); line++ {
		if len(bytes.TrimSpace(s.Bytes())) == 0 {
			continue
		}
		d := json.NewDecoder(bytes.NewReader(s.Bytes()))
		d.UseNumber()
		var object map[string]any
		if err := d.Decode(&object); err != nil {
			wrong(line, err)
			continue
		}
		fields := row{}
		flatten(fields, "", object)
		if err := one(line, fields); err != nil {
			return err
		}
	}
	return s.Err()
}

// flatten names the values inside of objects by their path, such as "customer.email".
func flatten(fields row, prefix string, object map[string]any) {
	for k, v := range object {
		name := folded(prefix + k)
		switch v := v.(type) {
		case string:
			fields[name] = v
		case json.Number:
			fields[name] = v.String()
		case bool:
			fields[name] = strconv.FormatBool(v)
		case map[string]any:
			flatten(fields, prefix+k+".", v)
		case []any:
			var all []string
			for _, e := range v {
				if s, ok := e.(string); ok {
					all = append(all, s)
				}
			}
			fields[name] = strings.Join(all, ", ")
		}
	}
}

func table(in *bufio.Reader, m Mapping, one func(int, row) error, wrong func(int, error)) error {
	head, _ := in.Peek(4 << 10)
	head, _, _ = bytes.Cut(head, []byte("\n"))
	r := csv.NewReader(in)
	r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = -1, true, true
	for _, c := range ";\t" { // as spreadsheets write where a comma stands in numbers, and RT
		if bytes.Count(head, []byte(string(c))) > bytes.Count(head, []byte(string(r.Comma))) {
			r.Comma = c
		}
	}
	names, err := r.Read()
	if err != nil {
		return fmt.Errorf("the first line cannot be read: %w", err)
	}
	names = slices.Clone(names)
	for i := range names {
		names[i] = folded(names[i])
	}
	if err := m.covers(names); err != nil {
		return err
	}
	for {
		values, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			wrong(broken.StartLine, err)
			continue
		}
		if err != nil {
			return err
		}
		line, _ := r.FieldPos(0)
		fields := row{}
		for i, v := range values[:min(len(values), len(names))] {
			fields[names[i]] = v
		}
		if err := one(line, fields); err != nil {
			return err
		}
	}
}

// shown are the names of columns for people to read, whatever is in a file that is no table.
func shown(names []string) string {
	const most, letters = 20, 40
	var all []string
	for _, name := range names[:min(len(names), most)] {
		if r := []rune(name); len(r) > letters {
			name = string(r[:letters]) + "…"
		}
		if strings.ContainsFunc(name, func(r rune) bool { return !strconv.IsPrint(r) || r == unicode.ReplacementChar }) {
			return "names that cannot be read: is it CSV or JSON Lines, in UTF-8?"
		}
		all = append(all, name)
	}
	if more := len(names) - most; more > 0 {
		all = append(all, fmt.Sprintf("%d more", more))
	}
	return strings.Join(all, ", ")
}

// covers tells which columns that must be there are missing.
func (m Mapping) covers(names []string) error {
	for _, c := range []struct {
		what  string
		known []string
	}{{"number", m.Columns.Number}, {"subject", m.Columns.Subject}, {"address", m.Columns.Address}, {"created", m.Columns.Created}} {
		if !slices.ContainsFunc(c.known, func(name string) bool { return slices.Contains(names, folded(name)) }) {
			return fmt.Errorf("there is no column for the %s: it has %s; the mapping wants %s", c.what, shown(names), strings.Join(c.known, " or "))
		}
	}
	return nil
}
