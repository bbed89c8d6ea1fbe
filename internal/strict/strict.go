// Package strict reads the TOML files that a district may write itself, such as its chart and its lexicon. It guarantees
// that nothing in them is passed over: a key that is not known is an error with file, line and the nearest known one. It
// must not know what the files mean.
package strict

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// Decode reads text into v, which names its keys by toml tags. What is wrong comes back as "name:line: what, hint";
// several errors come joined, one a line.
func Decode(name string, text []byte, v any) error {
	d := toml.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	var unknown *toml.StrictMissingError
	var bad *toml.DecodeError
	switch {
	case errors.As(err, &unknown):
		var errs []error
		for i := range unknown.Errors {
			e := &unknown.Errors[i]
			line, _ := e.Position()
			errs = append(errs, fmt.Errorf("%s:%d: unknown key %q%s", name, line, last(e.Key()), nearestKey(reflect.TypeOf(v), e.Key())))
		}
		return errors.Join(errs...)
	case errors.As(err, &bad):
		line, column := bad.Position()
		return fmt.Errorf("%s:%d:%d: %s", name, line, column, strings.TrimPrefix(bad.Error(), "toml: "))
	case err != nil:
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func last(key toml.Key) string {
	if len(key) == 0 {
		return ""
	}
	return key[len(key)-1]
}

// nearestKey returns ": did you mean …?" with the key of the same table that is nearest, or the table's keys if none is near.
func nearestKey(t reflect.Type, key toml.Key) string {
	for _, part := range key[:max(len(key)-1, 0)] {
		if t = inner(t); t.Kind() == reflect.Map {
			t = t.Elem()
			continue
		}
		table, ok := tableKeys(t)[part]
		if !ok {
			return ""
		}
		t = table
	}
	if best := Nearest(last(key), slices.Sorted(maps.Keys(tableKeys(t)))); best != "" {
		return fmt.Sprintf(": did you mean %q?", best)
	}
	return ": there is no such key here"
}

// Nearest returns the known word that s most likely stands for, or "" if none is near: at most a third of its letters (two
// at least) are wrong, missing, superfluous or swapped. Case does not matter.
func Nearest(s string, known []string) string {
	best, distance := "", 1+max(2, len(s)/3)
	for _, k := range known {
		if len(s) > maxWord || k == "" {
			continue
		}
		if n := edits(strings.ToLower(s), strings.ToLower(k)); n < distance && n < len(k) {
			best, distance = k, n
		}
	}
	return best
}

// maxWord is the longest word that a nearer one is looked for.
const maxWord = 64

// tableKeys returns the keys of a table with the types of their values, those of embedded structs included.
func tableKeys(t reflect.Type) map[string]reflect.Type {
	t = inner(t)
	keys := map[string]reflect.Type{}
	if t.Kind() != reflect.Struct {
		return keys
	}
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("toml")
		switch {
		case f.Anonymous && tag == "":
			for k, of := range tableKeys(f.Type) {
				keys[k] = of
			}
		case tag != "" && tag != "-":
			keys[tag] = f.Type
		}
	}
	return keys
}

// inner is the type of what pointers point to and lists hold.
func inner(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	return t
}

// edits returns the number of single-letter changes, insertions, deletions and swaps of neighbours between a and b.
func edits(a, b string) int {
	var before, above []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before, above, row = above, row, make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(above[j]+cost, above[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
