package config

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
)

// staffFile is the file of staff while it is read: where each person of Config.Staff stands in it.
type staffFile struct {
	name  string
	first int   // how many people the configuration itself has
	lines []int // of those of the file
}

// place finds the line that a path such as "staff[12].role" is about, if it is one of the file's.
func (f *staffFile) place(path string) (line int, ok bool) {
	var n int
	if _, err := fmt.Sscanf(path, "staff[%d]", &n); err != nil || n < f.first || n-f.first >= len(f.lines) {
		return 0, false
	}
	return f.lines[n-f.first], true
}

// readStaff adds the people of the staff file to those of the configuration, and then looks at all of them. Each line is
// read as a [[staff]] table is.
func (d *document) readStaff(c *Config) {
	if c.Desk.StaffFile == "" {
		return
	}
	d.staff = staffFile{name: c.Desk.StaffFile, first: len(c.Staff)}
	data, err := readFile(c.Desk.StaffFile, maxFile)
	if err != nil {
		d.wrong("desk.staff_file", fmt.Sprintf("cannot read %s: %s", c.Desk.StaffFile, reason(err)), "")
		return
	}
	if d.staffRows(c, data) {
		d.checkPeople(c)
	}
}

// staffColumns are the keys of a [[staff]] table.
var staffColumns = keysOf(reflect.TypeFor[Staff]())

// staffRows reads the file's lines into c.Staff, and tells whether they could be read as lines.
func (d *document) staffRows(c *Config, data []byte) bool {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	r.TrimLeadingSpace = true
	head, err := r.Read()
	if err != nil {
		return d.staffWrong(1, "has no first line that names the columns", "write "+strings.Join(staffColumns, ","))
	}
	for i, name := range head {
		head[i] = strings.ToLower(strings.TrimSpace(name))
		if !slices.Contains(staffColumns, head[i]) {
			return d.staffWrong(1, fmt.Sprintf("unknown column %q", name), "the columns are "+strings.Join(staffColumns, ","))
		}
	}
	for _, name := range []string{"address", "role"} {
		if !slices.Contains(head, name) {
			return d.staffWrong(1, fmt.Sprintf("there is no column %q", name), "the columns are "+strings.Join(staffColumns, ","))
		}
	}
	for !d.full() {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var at *csv.ParseError
		if errors.As(err, &at) {
			message := at.Err.Error()
			if errors.Is(at.Err, csv.ErrFieldCount) {
				message = fmt.Sprintf("has %d columns instead of %d", len(cells), len(head))
			}
			return d.staffWrong(at.Line, message, "")
		}
		if err != nil {
			return d.staffWrong(0, err.Error(), "")
		}
		line, _ := r.FieldPos(0)
		d.staffRow(c, line, head, cells)
	}
	return true
}

func (d *document) staffRow(c *Config, line int, head, cells []string) {
	row := map[string]any{}
	for i, name := range head {
		cell := strings.TrimSpace(cells[i])
		switch {
		case cell == "":
		case name == "teams":
			var teams []any
			for team := range strings.SplitSeq(cell, ";") {
				teams = append(teams, strings.TrimSpace(team))
			}
			row[name] = teams
		case name == "role":
			row[name] = strings.ToLower(cell)
		default:
			row[name] = cell
		}
	}
	path := fmt.Sprintf("staff[%d]", len(c.Staff))
	d.staff.lines = append(d.staff.lines, line)
	c.Staff = append(c.Staff, Staff{})
	d.table(path, row, reflect.ValueOf(&c.Staff[len(c.Staff)-1]).Elem())
}

func (d *document) staffWrong(line int, message, hint string) bool {
	d.problems = append(d.problems, Problem{d.staff.name, line, "desk.staff_file", message, hint})
	return false
}
