package config

import (
	"encoding"
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"triaged/internal/strict"
)

// document is one file being read: what it says, where it says it, and what is wrong with it so far.
type document struct {
	file     string
	lines    lineIndex
	staff    staffFile
	problems []Problem
	failed   map[string]bool // keys that something is said about already
}

// maxProblems bounds what a file that is no configuration at all costs, and what people have to read of it.
const maxProblems = 100

// full tells whether looking for more problems is pointless.
func (d *document) full() bool { return len(d.problems) >= maxProblems }

// add records a problem of the value at path.
func (d *document) add(path, message, hint string) {
	if d.full() {
		return
	}
	p := Problem{d.file, d.lines.of(path), plain(path), message, hint}
	if line, ok := d.staff.place(path); ok {
		p.File, p.Line = d.staff.name, line
	}
	d.problems = append(d.problems, p)
}

// wrong records a problem in the usual form: the key, then what is wrong with it. One is enough for a key: a value that
// could not be read is not missing, too, nor is what stands in a table that could not be read.
func (d *document) wrong(path, message, hint string) {
	for around := path; around != ""; around = enclosing(around) {
		if d.failed[around] {
			return
		}
	}
	d.failed[path] = true
	d.add(path, plain(path)+": "+message, hint)
}

// enclosing is the path of the table or list that path is in.
func enclosing(path string) string { return path[:max(0, strings.LastIndexAny(path, ".["))] }

// plain is a path as people write it: without the numbers of list elements.
func plain(path string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(path, "[")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		_, path, _ = strings.Cut(after, "]")
	}
}

// The library's own strict mode stops at the first value of a wrong type and matches keys in any case, so the text is
// read into plain maps here, and those into the struct, which finds every problem at once. It answers false if the text
// is not TOML at all.
func (d *document) decode(data []byte, c *Config) bool {
	var raw map[string]any
	if err := toml.Unmarshal(data, &raw); err != nil {
		p := Problem{File: d.file, Message: strings.TrimPrefix(err.Error(), "toml: ")}
		var at *toml.DecodeError
		if errors.As(err, &at) {
			p.Line, _ = at.Position()
		}
		d.problems = append(d.problems, p)
		return false
	}
	d.lines = indexLines(data)
	d.table("", raw, reflect.ValueOf(c).Elem())
	return true
}

// field is one key of a table.
type field struct {
	key      string
	optional bool   // the example shows it commented out
	example  string // what the example shows for it, where it would be empty
	name     string // of the struct's field
	owner    reflect.Type
	index    []int
}

// fieldsOf lists the keys of a struct in order, embedded structs included.
func fieldsOf(t reflect.Type) []field {
	var all []field
	for _, f := range reflect.VisibleFields(t) {
		key, option, _ := strings.Cut(f.Tag.Get("toml"), ",")
		if f.Anonymous || !f.IsExported() || key == "-" {
			continue
		}
		owner := t
		if len(f.Index) > 1 {
			owner = t.Field(f.Index[0]).Type
		}
		all = append(all, field{key, option == "optional", f.Tag.Get("example"), f.Name, owner, f.Index})
	}
	return all
}

func keysOf(t reflect.Type) []string {
	var keys []string
	for _, f := range fieldsOf(t) {
		keys = append(keys, f.key)
	}
	return keys
}

func (d *document) table(path string, raw map[string]any, dst reflect.Value) {
	fields := fieldsOf(dst.Type())
	for _, key := range slices.Sorted(maps.Keys(raw)) {
		if d.full() {
			return
		}
		at, v := join(path, key), raw[key]
		i := slices.IndexFunc(fields, func(f field) bool { return f.key == key })
		if i < 0 {
			near := strict.Nearest(key, keysOf(dst.Type()))
			if near != "" {
				d.failed[join(path, near)] = true
			}
			d.add(at, "unknown key "+plain(at), didYouMean(path, key, near))
			continue
		}
		d.value(at, v, dst.FieldByIndex(fields[i].index))
	}
}

// didYouMean names the key that was meant: one of the same table that is spelt nearly so, else one that is spelt just
// so elsewhere.
func didYouMean(path, key, near string) string {
	if near != "" {
		return "did you mean " + near + "?"
	}
	config := reflect.TypeFor[Config]()
	for _, f := range fieldsOf(config) {
		t := config.FieldByIndex(f.index).Type
		if t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if f.key == key {
			return "did you mean the table " + key + " at the top?"
		}
		if slices.Contains(keysOf(t), key) {
			return "did you mean " + f.key + "." + key + "?"
		}
	}
	if path == "" {
		return "the tables are " + strings.Join(keysOf(config), ", ")
	}
	return ""
}

// Types with a form of their own, other than text that encoding.TextUnmarshaler reads.
type (
	rawSetter  interface{ setRaw(any) error }
	textSetter interface{ setText(string) error }
)

func (d *document) value(path string, v any, dst reflect.Value) {
	switch target := dst.Addr().Interface().(type) {
	case rawSetter:
		if err := target.setRaw(v); err != nil {
			d.wrong(path, err.Error(), "")
		}
		return
	case textSetter:
		if s, ok := d.text(path, v); ok {
			_ = target.setText(s)
		}
		return
	case encoding.TextUnmarshaler:
		if s, ok := d.text(path, v); ok {
			if err := target.UnmarshalText([]byte(s)); err != nil {
				d.wrong(path, err.Error(), "")
			}
		}
		return
	}
	switch dst.Kind() {
	case reflect.String:
		d.string(path, v, dst)
	case reflect.Bool:
		if b, ok := v.(bool); ok {
			dst.SetBool(b)
		} else {
			d.wrong(path, "must be true or false, not "+kind(v), "")
		}
	case reflect.Int:
		if n, ok := v.(int64); ok && n >= 0 && n <= math.MaxInt32 {
			dst.SetInt(n)
		} else {
			d.wrong(path, fmt.Sprintf("%v is not a number from 0 up", v), "")
		}
	case reflect.Slice:
		d.list(path, v, dst)
	case reflect.Map:
		d.texts(path, v, dst)
	case reflect.Pointer:
		dst.Set(reflect.New(dst.Type().Elem()))
		d.structure(path, v, dst.Elem())
	case reflect.Struct:
		d.structure(path, v, dst)
	default:
		panic("config: no rule for a " + dst.Type().String())
	}
}

func (d *document) structure(path string, v any, dst reflect.Value) {
	raw, ok := v.(map[string]any)
	if !ok {
		d.wrong(path, "must be a table, not "+kind(v), "write ["+plain(path)+"] and its keys below it")
		return
	}
	if fresh, ok := dst.Addr().Interface().(interface{ setDefaults() }); ok {
		fresh.setDefaults()
	}
	d.table(path, raw, dst)
}

func (d *document) list(path string, v any, dst reflect.Value) {
	raw, ok := v.([]any)
	if !ok {
		message, hint := "must be a list, not "+kind(v), fmt.Sprintf("write %s = [%q]", lastKey(path), fmt.Sprint(v))
		if dst.Type().Elem().Kind() == reflect.Struct {
			hint = "write [[" + plain(path) + "]]"
		} else if _, text := v.(string); !text {
			hint = ""
		}
		d.wrong(path, message, hint)
		return
	}
	dst.Set(reflect.MakeSlice(dst.Type(), len(raw), len(raw)))
	for i, e := range raw {
		d.value(fmt.Sprintf("%s[%d]", path, i), e, dst.Index(i))
	}
}

// texts reads a table of the user's own keys.
func (d *document) texts(path string, v any, dst reflect.Value) {
	raw, ok := v.(map[string]any)
	if !ok {
		d.wrong(path, "must be a table, not "+kind(v), "")
		return
	}
	texts := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(raw)) {
		if s, ok := d.text(join(path, key), raw[key]); ok {
			texts[key] = s
		}
	}
	dst.Set(reflect.ValueOf(texts))
}

func (d *document) string(path string, v any, dst reflect.Value) {
	s, ok := d.text(path, v)
	if !ok {
		return
	}
	dst.SetString(s)
	if c, ok := dst.Interface().(choice); ok && !slices.Contains(c.choices(), s) {
		hint := "write " + oneOf(c.choices())
		if k := strict.Nearest(s, c.choices()); k != "" {
			hint = fmt.Sprintf("did you mean %q?", k)
		}
		d.wrong(path, fmt.Sprintf("%q is not known", s), hint)
	}
}

func (d *document) text(path string, v any) (string, bool) {
	s, ok := v.(string)
	if !ok {
		hint := ""
		switch v.(type) {
		case map[string]any, []any:
		default:
			hint = "put it in quotes"
		}
		d.wrong(path, "must be text, not "+kind(v), hint)
		return "", false
	}
	if i := strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }); i >= 0 {
		d.wrong(path, "must be one line without control characters", "")
		return "", false
	}
	return s, true
}

// kind is what people call a TOML value.
func kind(v any) string {
	switch v.(type) {
	case string:
		return "text"
	case bool:
		return "true or false"
	case int64, float64:
		return "a number"
	case []any:
		return "a list"
	case map[string]any:
		return "a table"
	}
	return "a date"
}

func lastKey(path string) string {
	path = plain(path)
	return path[strings.LastIndexByte(path, '.')+1:]
}

// oneOf lists words: `"a", "b" or "c"`.
func oneOf(words []string) string {
	var b strings.Builder
	for i, w := range words {
		switch {
		case i > 0 && i == len(words)-1:
			b.WriteString(" or ")
		case i > 0:
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%q", w)
	}
	return b.String()
}
