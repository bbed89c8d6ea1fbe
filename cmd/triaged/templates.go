package main

import (
	"fmt"
	"io/fs"

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
each with all it may be given, and names file and line of what is wrong; the running bot reads them again when they change.`
}

func (l *templatesCommand) Run(s streams) error {
	if l.Name != "" {
		text, err := fs.ReadFile(templates.Files, l.Name)
		if err != nil {
			return usageError{fmt.Errorf("there is no built-in template %q: see triaged templates", l.Name)}
		}
		_, err = s.out.Write(text)
		return err
	}
	names, err := fs.Glob(templates.Files, "*/*")
	for _, name := range names {
		if err == nil {
			_, err = fmt.Fprintln(s.out, name)
		}
	}
	return err
}
