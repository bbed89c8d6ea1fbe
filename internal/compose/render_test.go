package compose

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the golden mails anew")

// TestGolden compares every kind of mail, in every language, with what was last looked at and found good.
func TestGolden(t *testing.T) {
	h := testHouse(t)
	for _, s := range specimens() {
		t.Run(s.name, func(t *testing.T) {
			got, err := Render(s.letter, "t."+s.name+"@school.example", s.material, h)
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", s.name+".eml")
			if *update {
				if err := os.WriteFile(file, got.Data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Data, want) {
				t.Errorf("the mail differs from %s; look at it, then run with -update:\n%s", file, got.Data)
			}
		})
	}
}
