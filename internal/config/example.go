package config

import (
	_ "embed"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strconv"
	"strings"
)

// Example is config.example.toml: every key with its comment and its default, or with a sample where there is no
// default. It loads as it stands once the two passwords are set.
func Example() []byte {
	w := &exampleWriter{docs: fieldComments()}
	w.comment("Configuration of triaged: every key, what it means, and its default (or a sample, where somebody must decide).")
	w.comment("A key that is left out has its default; an unknown key is an error. Lines that begin with # and no space are keys " +
		"that most desks do not need. `triaged config check` says whether all is well, and if not, what is wrong.")
	c := reflect.ValueOf(sample()).Elem()
	for _, f := range fieldsOf(c.Type()) {
		w.section(f, c.FieldByIndex(f.index))
	}
	return []byte(w.out.String())
}

// sample fills the defaults with what a school might say.
func sample() *Config {
	c := Default()
	c.Desk.Address = "support@school.example"
	c.Desk.AuthservID = "mx.school.example"
	m := Mailbox{}
	m.setDefaults()
	m.Address, m.Username = "imap.school.example:993", "support"
	c.Mailboxes = []Mailbox{m}
	c.SMTP.Address, c.SMTP.Username = "smtp.school.example:587", "support"
	c.Calendar.Holidays = []string{"2026-11-23..2026-11-27"}
	c.Calendar.EarlyRelease = []string{"2026-12-18 12:00"}
	c.Testing = []Testing{{Name: "spring state tests", Days: "2027-04-06..2027-04-16"}}
	c.Notify.NewRequest = []string{"queue@school.example"}
	c.Notify.Operator = []string{"admin@school.example"}
	c.Staff = []Staff{
		{Address: "kim@school.example", Name: "Kim Tran", Role: Technician, Teams: []string{"campus"}},
		{Address: "lee@school.example", Name: "Lee Okafor", Role: Analyst},
		{Address: "ruth@school.example", Name: "Ruth Salazar", Role: Supervisor},
	}
	c.Teams = []Team{
		{Name: "campus", Campuses: []string{"Lincoln Elementary"}},
		{Name: "instructional-technology", Address: "itech@school.example", Codes: []string{"4-*"}},
	}
	c.Sources = []Source{{Address: "portal@school.example", Kind: Portal}}
	return c
}

//go:embed schema.go
var schema string

// fieldComments reads the comments of the schema: "Desk.Name" to its words.
func fieldComments() map[string]string {
	file, err := parser.ParseFile(token.NewFileSet(), "schema.go", schema, parser.ParseComments)
	if err != nil {
		panic("config: " + err.Error()) // cannot be: this program was compiled from it
	}
	docs := map[string]string{}
	for _, decl := range file.Decls {
		types, ok := decl.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range types.Specs {
			t, ok := spec.(*ast.TypeSpec)
			if !ok {
				continue
			}
			for _, f := range t.Type.(*ast.StructType).Fields.List {
				for _, name := range f.Names {
					docs[t.Name.Name+"."+name.Name] = f.Doc.Text()
				}
			}
		}
	}
	return docs
}

type exampleWriter struct {
	out  strings.Builder
	docs map[string]string
	off  string // "#" inside a table that is shown commented out
}

// section writes a top-level table, or each table of a list of them.
func (w *exampleWriter) section(f field, v reflect.Value) {
	w.out.WriteByte('\n')
	w.comment(w.docs["Config."+f.name])
	if v.Kind() != reflect.Slice {
		fmt.Fprintf(&w.out, "[%s]\n", f.key)
		w.table(f.key, v, true)
		return
	}
	for i := range v.Len() {
		if i > 0 {
			w.out.WriteByte('\n')
		}
		fmt.Fprintf(&w.out, "[[%s]]\n", f.key)
		w.table(f.key, v.Index(i), i == 0)
	}
}

// table writes the keys of a table, and then, as TOML asks, the tables in it. Of several tables in a list only the
// first is explained.
func (w *exampleWriter) table(path string, v reflect.Value, explain bool) {
	var inner []field
	first := true
	for _, f := range fieldsOf(v.Type()) {
		value := v.FieldByIndex(f.index)
		if isTable(value.Type()) {
			inner = append(inner, f)
			continue
		}
		if !explain && (f.example == "" || f.optional) && (value.IsZero() || value.Kind() == reflect.Slice && value.Len() == 0) {
			continue // it has been shown
		}
		if explain {
			if !first {
				w.out.WriteByte('\n')
			}
			w.comment(w.docs[f.owner.Name()+"."+f.name])
		}
		first = false
		w.key(f, value)
	}
	for _, f := range inner {
		if explain {
			w.optionalTable(path, f, v.FieldByIndex(f.index).Type())
		}
	}
}

// isTable tells whether a key is a table inside of a table, or a list of them. All of these are optional.
func isTable(t reflect.Type) bool {
	return t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct
}

func (w *exampleWriter) key(f field, v reflect.Value) {
	off, value := w.off, tomlValue(v)
	if v.IsZero() && f.example != "" {
		value = f.example
		if v.Kind() == reflect.String {
			value = strconv.Quote(f.example)
		}
	}
	if v.IsZero() && f.optional {
		off = "#"
	}
	fmt.Fprintf(&w.out, "%s%s = %s\n", off, f.key, value)
}

func (w *exampleWriter) optionalTable(path string, f field, t reflect.Type) {
	w.out.WriteByte('\n')
	w.comment(w.docs[f.owner.Name()+"."+f.name])
	form := "#[%s.%s]\n"
	if t.Kind() == reflect.Slice {
		form = "#[[%s.%s]]\n"
	}
	fmt.Fprintf(&w.out, form, path, f.key)
	v := reflect.New(t.Elem())
	if fresh, ok := v.Interface().(interface{ setDefaults() }); ok {
		fresh.setDefaults()
	}
	off := w.off
	w.off = "#"
	w.table(path+"."+f.key, v.Elem(), f.key != "oauth2" || path == "mailbox")
	w.off = off
}

const commentWidth = 100 // columns

// comment writes a paragraph in lines that begin with "# ".
func (w *exampleWriter) comment(text string) {
	line := "#"
	for _, word := range strings.Fields(text) {
		if len(line)+1+len(word) > commentWidth {
			w.out.WriteString(line + "\n")
			line = "#"
		}
		line += " " + word
	}
	w.out.WriteString(line + "\n")
}

// tomlValue writes a value as the file has it.
func tomlValue(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case Secret:
		return `""`
	case ReviewHours:
		if x.Odd() {
			return `"odd"`
		}
	case fmt.Stringer:
		return strconv.Quote(x.String())
	}
	switch v.Kind() {
	case reflect.Map:
		return "{}" // no sample has one
	case reflect.String:
		return strconv.Quote(v.String())
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.Int:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.Slice:
		items := make([]string, v.Len())
		for i := range items {
			items[i] = tomlValue(v.Index(i))
		}
		return "[" + strings.Join(items, ", ") + "]"
	}
	panic("config: no way to write a " + v.Type().String())
}
