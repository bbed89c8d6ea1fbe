package chart

import (
	"flag"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

// TestCodes holds the procedure's 31 rows: code, names and target.
func TestCodes(t *testing.T) {
	want := [][4]string{
		{"1-1", "Service Request", "Emergency", "4 hours"},
		{"1-2", "Service Request", "High/Testing", "1 working day"},
		{"1-3", "Service Request", "Instructional", "3 working days"},
		{"1-4", "Service Request", "Administrative", "4 working days"},
		{"1-5", "Service Request", "Vendor Dependent", "no target"},
		{"1-6", "Service Request", "District Dependencies", "no target"},
		{"1-7", "Service Request", "Donated Items", "no target"},
		{"1-8", "Service Request", "Personal Devices", "no target"},
		{"2-3", "Security Access", "Instructional", "3 working days"},
		{"2-4", "Security Access", "Administrative", "4 working days"},
		{"2-6", "Security Access", "District Dependencies", "no target"},
		{"2-8", "Security Access", "Personal Devices", "no target"},
		{"3-1", "Acquisition", "Emergency", "1 working day"},
		{"3-2", "Acquisition", "High", "2 working days"},
		{"3-3", "Acquisition", "Instructional", "3 working days"},
		{"3-4", "Acquisition", "Administrative", "4 working days"},
		{"3-5", "Acquisition", "Vendor Dependent", "no target"},
		{"3-6", "Acquisition", "District Dependencies", "no target"},
		{"4-3", "Training", "Instructional", "no target"},
		{"4-4", "Training", "Administrative", "no target"},
		{"5-3", "Scheduled Maintenance", "Instructional", "no target"},
		{"5-4", "Scheduled Maintenance", "Administrative", "no target"},
		{"7-0", "Inventory", "Maintenance", "2 working days"},
		{"7-1", "Inventory", "Information Query", "5 working days"},
		{"7-2", "Inventory", "Audit Process", "20 working days"},
		{"7-3", "Inventory", "Submitted Discrepancy", "4 working days"},
		{"7-4", "Inventory", "Reconciliation", "10 working days"},
		{"7-5", "Inventory", "Equipment Moves – New", "2 working days"},
		{"7-6", "Inventory", "Equipment Moves – Existing", "3 working days"},
		{"7-9", "Inventory", "Completion", "3 working days"},
		{"8-9", "Process Related", "CCC Related", "as needed"},
	}
	var got [][4]string
	for _, e := range Default().Entries() {
		got = append(got, [4]string{e.Code.String(), e.CategoryName, e.PriorityName, e.Target.Words()})
		if e.Description == "" {
			t.Errorf("%s has no description", e.Code)
		}
		if looked, ok := Default().Lookup(e.Code); !ok || looked.Name() != e.Name() {
			t.Errorf("Lookup(%s) = %q, %v", e.Code, looked.Name(), ok)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, ok := Default().Lookup(Code{1, 9}); ok {
		t.Error("Lookup finds 1-9")
	}
}

func TestWall(t *testing.T) {
	got := Default().Wall()
	for i, line := range strings.Split(got, "\n") {
		if n := utf8.RuneCountInString(line); n > wallWidth || strings.TrimRight(line, " ") != line {
			t.Errorf("line %d has %d columns, or ends in spaces: %q", i+1, n, line)
		}
	}
	if *update {
		if err := os.WriteFile("testdata/wall.txt", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/wall.txt")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Error(diff)
	}
}
