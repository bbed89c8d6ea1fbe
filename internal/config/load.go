package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"triaged/internal/chart"
	"triaged/internal/suggest"
)

const maxFile = 1 << 20 // bytes; a district's staff list is a tenth of that

// Load reads the configuration of a file, the secrets and files it names, and checks them all. Its error is a
// *Problems.
func Load(path string) (*Config, error) { return load(path, (*document).readSecrets) }

// LoadPublic is Load without the secrets, for those who log in nowhere: they need no right to read them, and no command
// is run for them.
func LoadPublic(path string) (*Config, error) { return load(path, func(*document, *Config) {}) }

func load(path string, secrets func(*document, *Config)) (*Config, error) {
	data, err := readFile(path, maxFile)
	if err != nil {
		p := Problem{File: path, Message: reason(err)}
		if errors.Is(err, fs.ErrNotExist) {
			p.Hint = "write one with: triaged config example > " + path
		}
		return nil, &Problems{[]Problem{p}}
	}
	return loadText(path, data, secrets)
}

func loadText(path string, data []byte, secrets func(*document, *Config)) (*Config, error) {
	c, d := parse(path, data)
	if c != nil {
		c.origin = origin{path: path, text: data, secrets: secrets, stamp: c.Stamp()}
		d.readFiles(c)
		secrets(d, c)
	}
	return d.result(c)
}

// Parse reads the text of a configuration; name is the file it is from, or would be from. It reads no other file and no
// environment, so passwords that stand elsewhere are not filled in, and a district's own chart, lexicon and staff file are
// not looked at. Its error is a *Problems.
func Parse(name string, data []byte) (*Config, error) {
	c, d := parse(name, data)
	return d.result(c)
}

func parse(name string, data []byte) (*Config, *document) {
	d := &document{file: name, failed: map[string]bool{}}
	c := Default()
	if !d.decode(data, c) {
		return nil, d
	}
	d.check(c)
	if c.Desk.Chart == "" {
		c.chart = chart.Default()
		d.checkCodes(c)
	}
	c.lexicon, c.outages = suggest.DefaultLexicon(), suggest.DefaultOutages()
	c.resolve(filepath.Dir(name))
	if c.Desk.StaffFile == "" {
		d.checkPeople(c)
	}
	return c, d
}

func (d *document) result(c *Config) (*Config, error) {
	if len(d.problems) > 0 {
		sortByLine(d.problems)
		if d.full() {
			d.problems = append(d.problems, Problem{File: d.file, Message: "there may be more problems", Hint: "mend these first"})
		}
		return nil, &Problems{d.problems}
	}
	sortByLine(c.Warnings)
	return c, nil
}

// readFiles makes sure that the files which the bot will need are what they should be.
func (d *document) readFiles(c *Config) {
	for _, a := range c.accounts() {
		d.certificates(a.path+".ca_file", *a.caFile)
	}
	d.readable("desk.directory", c.Desk.Directory)
	d.folder("desk.templates", c.Desk.Templates)
	d.readStaff(c)
	d.readChart(c)
	d.readLexicon(c)
	d.readOutages(c)
}

// readFile refuses what is larger than limit: it is not what it should be.
func readFile(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("larger than %v", Size(limit))
	}
	return data, err
}

// reason is an error of the file system without the operation and the path, which the message names anyway.
func reason(err error) string {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err.Error()
	}
	return err.Error()
}

// resolve makes file names relative to the folder of the configuration, and lets mailboxes inherit from the desk.
func (c *Config) resolve(dir string) {
	names := []*string{&c.Desk.DataDir, &c.Desk.Directory, &c.Desk.StaffFile, &c.Desk.Templates, &c.Desk.Chart, &c.Desk.Lexicon, &c.Desk.Outages}
	for _, a := range c.accounts() {
		names = append(append(names, a.caFile), a.login.files()...)
	}
	for i := range c.Mailboxes {
		m := &c.Mailboxes[i]
		if m.AuthPreset == "" {
			m.AuthPreset = c.Desk.AuthPreset
		}
		if m.AuthservID == "" {
			m.AuthservID = c.Desk.AuthservID
		}
	}
	for _, n := range names {
		if *n != "" && !filepath.IsAbs(*n) {
			*n = filepath.Join(dir, *n)
		}
	}
}

func (l *Login) files() []*string {
	names := []*string{&l.PasswordFile}
	if l.OAuth2 != nil {
		names = append(names, &l.OAuth2.ClientSecretFile, &l.OAuth2.ServiceAccountFile)
	}
	return names
}
