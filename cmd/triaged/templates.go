package main

import (
	"fmt"
	"io/fs"
	"slices"

	"triaged/internal/strict"
	"triaged/templates"
)

type templatesCommand struct {
	Name string `arg:"" optional:"" help:"Print this one, such as digest/text.en.txt; without it, list all."`
}

// Help says how to have one's own.
func (templatesCommand) Help() string {
	return `A desk has its own words where the folder desk.templates has a file of the same name: a folder for each kind of mail, in it
subject.en.txt, text.en.txt and html.en.html, for each language. Copy a built-in one and change it:

  triaged templates acknowledgement/text.en.txt > templates/acknowledgement/text.en.txt

They are templates of Go (text/template, html/template), and may use what the built-in ones use. triaged config check renders
each with all it may be given, and names file and line of what is wrong; the running bot reads them again when they change. What
the program itself puts into words, such as why it refused a command, is said in other languages as shared/phrases.es.txt has it.

With --json a line a template: name, text.`
}

// unknownTemplate says which one was probably meant.
func unknownTemplate(name string, names []string) error {
	if near := strict.Nearest(name, names); near != "" {
		return fmt.Errorf("there is no built-in template %q: did you mean %s?", name, near)
	}
	return fmt.Errorf("there is no built-in template %q: see triaged templates", name)
}

// templateRow is one template as it is printed for scripts.
type templateRow struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

func (l *templatesCommand) Run(c *commands, s streams) error {
	names, err := fs.Glob(templates.Files, "*/*")
	if err != nil {
		return err
	}
	if l.Name != "" {
		if !slices.Contains(names, l.Name) {
			return usageError{unknownTemplate(l.Name, names)}
		}
		names = []string{l.Name}
	}
	for _, name := range names {
		text, err := fs.ReadFile(templates.Files, name)
		switch {
		case err != nil:
		case c.JSON:
			err = printJSON(s, templateRow{name, string(text)})
		case l.Name != "":
			_, err = s.out.Write(text)
		default:
			_, err = fmt.Fprintln(s.out, name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
