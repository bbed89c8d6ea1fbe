package message

import (
	"bytes"
)

// table is the state of one open table.
type table struct {
	cells     int // cells with content in the current row
	start     int // length of the output where the current cell starts
	startLine int
}

// cell begins a table cell: beside the one before it if that fitted on a line, else below it.
func (r *htmlReader) cell() {
	n := len(r.tables)
	if n == 0 {
		r.block(1)
		return
	}
	r.endCell()
	t := &r.tables[n-1]
	if t.cells > 0 && r.lines == t.startLine {
		r.owed, r.lineOpen, r.sepDepth = 0, true, n
	} else {
		r.block(1)
	}
	r.space, r.hard = false, 0
	t.start, t.startLine = len(r.out), r.lines
	if r.owed > 0 && len(r.out) > 0 {
		t.startLine++ // the cell's first word begins a new line
	}
}

// endCell counts the cell if there is something in it.
func (r *htmlReader) endCell() {
	n := len(r.tables)
	if n == 0 {
		return
	}
	if r.sepDepth == n {
		r.sepDepth = 0
	}
	if t := &r.tables[n-1]; len(r.out) > t.start {
		t.cells++
		t.start = len(r.out)
	}
}

// endRow ends the row of a table before its next one.
func (r *htmlReader) endRow() {
	n := len(r.tables)
	if r.sepDepth == n {
		r.sepDepth = 0
	}
	r.block(1)
	if n > 0 {
		if r.tables[n-1].cells > 1 {
			r.owed = min(r.owed, 1) // the rows of a table stand close
		}
		r.tables[n-1].cells = 0
		r.tables[n-1].start = len(r.out)
	}
}

// separate writes what stands between two cells of a row: a space after a label, else a bar.
func (r *htmlReader) separate() {
	if r.sepDepth == 0 {
		return
	}
	r.sepDepth = 0
	r.out = bytes.TrimRight(r.out, " ")
	switch {
	case len(r.out) == 0 || r.out[len(r.out)-1] == '\n':
	case r.out[len(r.out)-1] == ':':
		r.out = append(r.out, ' ')
	default:
		r.out = append(r.out, " | "...)
	}
}
