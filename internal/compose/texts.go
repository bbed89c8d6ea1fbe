package compose

import (
	"errors"
	"fmt"
	htmltemplate "html/template"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	texttemplate "text/template"
)

// Kinds are all kinds of mail, each with a folder of templates; those without one use the folder "plain".
var Kinds = []Kind{
	Acknowledgement, Notice, Reminder, Digest, Outage, Receipt, Confirmation, Categorized, Resolved, Merged, Answer, Breach, FollowUp, Report,
	Refusal, Operator,
}

// Names of template folders that are not kinds.
const (
	plainFolder  = "plain"  // for kinds that are a few sentences
	workFolder   = "work"   // for mails of every kind that list work
	burstFolder  = "burst"  // for notices of several requests
	sharedFolder = "shared" // blocks that the templates of every mail may use
)

// Texts is the words of all mails: a subject, a text and an HTML template for each kind and language. It is safe for
// concurrent use.
type Texts struct {
	sets  map[setName]*templateSet
	books map[string]*phrasebook // by language
}

type setName struct {
	folder, language string
}

// templateSet is the three templates of one mail in one language.
type templateSet struct {
	subject, text, html executor
}

type executor interface {
	Execute(w io.Writer, data any) error
}

// The files of a folder, as "subject.en.txt": what it is for, and its extension.
var wanted = []struct{ part, ext string }{{"subject", "txt"}, {"text", "txt"}, {"html", "html"}}

// Load reads templates: a folder a mail kind, in it subject.LANG.txt, text.LANG.txt and html.LANG.html, and a folder
// shared with blocks, and phrases.LANG.txt for what is decided in words. A file in a later file system replaces the one of the same name in an earlier, so that a desk's own
// directory needs only what it changes. Before Load returns, every template has been rendered with everything it may be
// given, and its mail read as an answer would be: an unknown variable, a missing part or a line that would run as a
// command is an error that names the file.
func Load(layers ...fs.FS) (*Texts, error) {
	t, err := Parse(layers...)
	if err != nil {
		return nil, err
	}
	return t, t.check()
}

// Parse is Load for templates that have been loaded before, such as the built-in ones by the tests: it renders nothing.
func Parse(layers ...fs.FS) (*Texts, error) {
	files, err := gather(layers)
	if err != nil {
		return nil, err
	}
	t := &Texts{sets: map[setName]*templateSet{}, books: map[string]*phrasebook{}}
	var problems []error
	for _, name := range files.shared(".txt") {
		language, ok := phrasesIn(name)
		if !ok {
			continue
		}
		if t.books[language], err = parsePhrases(files[name]); err != nil {
			problems = append(problems, fmt.Errorf("template %s: %w", name, err))
		}
	}
	for name := range files.sets() {
		s, err := files.parse(name)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		t.sets[name] = s
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return t, nil
}

// Languages are those in which at least one kind of mail has templates, sorted.
func (t *Texts) Languages() []string {
	var all []string
	for n := range t.sets {
		all = append(all, n.language)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// folderOf names the templates that a letter wants first.
func folderOf(l Letter) Kind {
	switch {
	case l.Work != nil:
		return workFolder
	case l.Kind == Notice && l.Queue != nil:
		return burstFolder
	}
	return l.Kind
}

// choose finds the templates for a kind: in the recipient's language if it is one of the desk's, else the first of the
// desk's that has them, else in English.
func (t *Texts) choose(k Kind, want string, desk []string) (*templateSet, string, error) {
	if len(desk) > 0 && !slices.Contains(desk, want) {
		want = desk[0]
	}
	for _, folder := range []string{string(k), plainFolder} {
		if folder == plainFolder && !isPlain(k) {
			break
		}
		if folder == plainFolder && k == Operator {
			want, desk = english.code, nil // the bot tells of its own trouble in English alone
		}
		if s := t.sets[setName{folder, want}]; s != nil {
			return s, want, nil
		}
		for _, language := range desk {
			if s := t.sets[setName{folder, language}]; s != nil {
				return s, language, nil
			}
		}
		if s := t.sets[setName{folder, english.code}]; s != nil {
			return s, english.code, nil
		}
	}
	return nil, "", fmt.Errorf("no templates for the kind %q: they belong into a folder of that name", k)
}

// isPlain tells which kinds may do with the folder "plain".
func isPlain(k Kind) bool {
	return k == Breach || k == FollowUp || k == Report || k == Refusal || k == Operator
}

// sources is the text of every template file by its name, "digest/text.en.txt".
type sources map[string]string

// gather reads the template files of all layers.
func gather(layers []fs.FS) (sources, error) {
	all := sources{}
	for _, layer := range layers {
		names, err := fs.Glob(layer, "*/*")
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if hidden := strings.HasPrefix(path.Base(name), ".") || strings.HasPrefix(name, "."); hidden {
				continue
			}
			if err := checkName(name); err != nil {
				return nil, err
			}
			b, err := fs.ReadFile(layer, name)
			if err != nil {
				return nil, fmt.Errorf("template %s: %w", name, err)
			}
			all[name] = string(b)
		}
	}
	return all, nil
}

// checkName refuses a file that nothing would ever read, since it is a slip.
func checkName(name string) error {
	folder, base, _ := strings.Cut(name, "/")
	if folder == sharedFolder && (path.Ext(base) == ".txt" || path.Ext(base) == ".html") {
		return nil
	}
	if folder != plainFolder && folder != workFolder && folder != burstFolder && !slices.Contains(Kinds, Kind(folder)) {
		return fmt.Errorf("template %s: no mail of the kind %q is sent: the folders are %s", name, folder, folderNames())
	}
	if _, _, ok := splitName(base); !ok {
		return fmt.Errorf("template %s: the files of a mail are subject.en.txt, text.en.txt and html.en.html, or with another language", name)
	}
	return nil
}

func folderNames() string {
	names := make([]string, 0, len(Kinds)+2)
	for _, k := range Kinds {
		names = append(names, string(k))
	}
	return strings.Join(append(names, plainFolder, workFolder, burstFolder, sharedFolder), ", ")
}

// splitName takes "text.en.txt" apart.
func splitName(base string) (part, language string, ok bool) {
	pieces := strings.Split(base, ".")
	if len(pieces) != 3 || len(pieces[1]) < 2 {
		return "", "", false
	}
	for _, w := range wanted {
		if pieces[0] == w.part && pieces[2] == w.ext {
			return w.part, pieces[1], true
		}
	}
	return "", "", false
}

// sets names every mail and language of which there is at least one file.
func (s sources) sets() map[setName]bool {
	all := map[setName]bool{}
	for name := range s {
		folder, base, _ := strings.Cut(name, "/")
		if _, language, ok := splitName(base); ok && folder != sharedFolder {
			all[setName{folder, language}] = true
		}
	}
	return all
}

// parse makes the three templates of one mail. A part that is missing in this language is an error: half a mail in a
// language is none.
func (s sources) parse(n setName) (*templateSet, error) {
	file := func(i int) (string, error) {
		name := n.folder + "/" + wanted[i].part + "." + n.language + "." + wanted[i].ext
		if _, ok := s[name]; !ok {
			return "", fmt.Errorf("template %s is missing: a mail has a subject, a text and an HTML form in each of its languages", name)
		}
		return name, nil
	}
	var made templateSet
	var err error
	for i, part := range []*executor{&made.subject, &made.text, &made.html} {
		name, e := file(i)
		if e != nil {
			return nil, e
		}
		if wanted[i].ext == "html" {
			*part, err = s.parseHTML(name)
		} else {
			*part, err = s.parseText(name)
		}
		if err != nil {
			return nil, fmt.Errorf("template %s: %w", name, err)
		}
	}
	return &made, nil
}

func (s sources) parseText(name string) (*texttemplate.Template, error) {
	t := texttemplate.New(name).Option("missingkey=error")
	for _, shared := range s.shared(".txt") {
		if _, phrases := phrasesIn(shared); phrases {
			continue
		}
		if _, err := t.New(shared).Parse(s[shared]); err != nil {
			return nil, err
		}
	}
	return t.Parse(s[name])
}

// parseHTML sets a mail's HTML into the layout: the file defines what the layout's "content" is.
func (s sources) parseHTML(name string) (*htmltemplate.Template, error) {
	t := htmltemplate.New(name).Option("missingkey=error")
	for _, shared := range s.shared(".html") {
		if _, err := t.New(shared).Parse(dedent(s[shared])); err != nil {
			return nil, err
		}
	}
	return t.Parse(`{{define "content"}}` + dedent(s[name]) + `{{end}}{{template "layout" .}}`)
}

func (s sources) shared(ext string) []string {
	var names []string
	for name := range s {
		if strings.HasPrefix(name, sharedFolder+"/") && path.Ext(name) == ext {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// dedent removes what is there for the reader of the template alone: every mail would carry it.
func dedent(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimLeft(l, " \t")
	}
	return strings.Join(lines, "\n")
}
