package chart

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// decode reads text into v, which names its keys by toml tags. What is wrong comes back as "name:line: what, hint".
func decode(name string, text []byte, v any) error {
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
	known := tableKeys(t)
	for _, part := range key[:max(len(key)-1, 0)] {
		table, ok := known[part]
		if !ok {
			return ""
		}
		known = tableKeys(table)
	}
	best, distance := "", 0
	for k := range known {
		if n := edits(last(key), k); best == "" || n < distance || n == distance && k < best {
			best, distance = k, n
		}
	}
	if best == "" || distance > max(2, len(best)/2) {
		return ": there is no such key here"
	}
	return fmt.Sprintf(": did you mean %q?", best)
}

// tableKeys returns the keys of a table with the types of their values, those of embedded structs included.
func tableKeys(t reflect.Type) map[string]reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	keys := map[string]reflect.Type{}
	if t.Kind() != reflect.Struct {
		return keys
	}
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("toml")
		switch {
		case f.Anonymous && tag == "":
			for k, inner := range tableKeys(f.Type) {
				keys[k] = inner
			}
		case tag != "" && tag != "-":
			keys[tag] = f.Type
		}
	}
	return keys
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
