package bot

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"triaged/internal/compose"
	"triaged/internal/config"
	"triaged/templates"
)

// builtIn are the built-in words of the desk's mails, which are the same as long as the program runs. Tests have proved them;
// doing so at each start would take as long as all else of it.
var builtIn = sync.OnceValues(func() (*compose.Texts, error) { return compose.Parse(templates.Files) })

// textsOf are the words of the desk's mails: the built-in ones, and a desk's own in their place.
func textsOf(c *config.Config) (*compose.Texts, error) {
	dir := c.Desk.Templates
	if dir == "" {
		return builtIn()
	}
	texts, err := compose.Load(templates.Files, os.DirFS(dir))
	if err != nil {
		return nil, templateProblems(dir, err)
	}
	return texts, nil
}

// What the template packages say: where, and what. "executing … at <.Foo>: can't evaluate field Foo in type …"
var (
	templateError = regexp.MustCompile(`^(?:templates? ([^ :]+)(?:, language [^:]+?)?(, for a mail [^:]+)?: )?(?:html/)?template: ?([a-z-]+/[^:]+):(\d+)(?::\d+)?: (.*)$`)
	executing     = regexp.MustCompile(`executing "[^"]*" at `)
	noField       = regexp.MustCompile(`^<(.*)>: can't evaluate field (\w+) in type .*$`)
)

// templateProblems says what is wrong with a desk's own templates, by file and line.
func templateProblems(dir string, err error) error {
	var list []config.Problem
	for line := range strings.SplitSeq(err.Error(), "\n") {
		p := config.Problem{File: dir, Key: "desk.templates", Message: line}
		if m := templateError.FindStringSubmatch(line); m != nil {
			p.File = filepath.Join(dir, m[3])
			p.Line, _ = strconv.Atoi(m[4])
			p.Message = executing.ReplaceAllString(m[5], "")
			if f := noField.FindStringSubmatch(p.Message); f != nil {
				p.Message = "there is no variable " + f[1]
				p.Hint = "see what the built-in one uses: triaged templates " + m[3]
			}
			p.Message += m[2]
		}
		if !slices.Contains(list, p) { // a block that is shared is wrong in every mail
			list = append(list, p)
		}
	}
	return &config.Problems{List: list}
}

// Vet looks at what a configuration names beside itself, as the bot does when it starts: the directory of people, the
// desk's own templates, and the data directory.
func Vet(c *config.Config) error {
	if _, err := rulesOf(c, nil); err != nil {
		return err
	}
	return c.CheckDataDir()
}
