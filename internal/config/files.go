package config

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"triaged/internal/chart"
	"triaged/internal/suggest"
)

func (d *document) readable(key, file string) {
	if file == "" {
		return
	}
	f, err := os.Open(file)
	if err != nil {
		d.wrong(key, fmt.Sprintf("cannot read %s: %s", file, reason(err)), "")
		return
	}
	f.Close()
}

func (d *document) folder(key, name string) {
	if name == "" {
		return
	}
	if _, err := os.ReadDir(name); err != nil {
		d.wrong(key, fmt.Sprintf("cannot read %s: %s", name, reason(err)), "it is a folder")
	}
}

func (d *document) certificates(key, file string) {
	if file == "" {
		return
	}
	data, err := readFile(file, maxFile)
	if err != nil {
		d.wrong(key, fmt.Sprintf("cannot read %s: %s", file, reason(err)), "")
	} else if !x509.NewCertPool().AppendCertsFromPEM(data) {
		d.wrong(key, "no certificate in "+file, "it must be in PEM form")
	}
}

// readChart reads a district's own chart. What is wrong with it is told under its own name and lines.
func (d *document) readChart(c *Config) {
	name := c.Desk.Chart
	if name == "" {
		return
	}
	data, err := readFile(name, maxFile)
	if err != nil {
		d.wrong("desk.chart", fmt.Sprintf("cannot read %s: %s", name, reason(err)), "")
		return
	}
	if c.chart, err = chart.Parse(name, data); err == nil {
		d.checkCodes(c)
		return
	}
	for _, one := range unjoined(err) {
		d.problems = append(d.problems, located(name, "desk.chart", one.Error()))
	}
}

// readLexicon reads what a district adds to the lexicon. It needs the chart, whose codes it may score.
func (d *document) readLexicon(c *Config) {
	if c.chart == nil {
		return
	}
	d.readWords("desk.lexicon", c.Desk.Lexicon, func(name string, text []byte) (err error) {
		c.lexicon, err = suggest.ExtendLexicon(c.chart, name, text)
		return err
	})
}

// readOutages reads what a district adds to the words for outages.
func (d *document) readOutages(c *Config) {
	d.readWords("desk.outages", c.Desk.Outages, func(name string, text []byte) (err error) {
		c.outages, err = suggest.ExtendOutages(name, text)
		return err
	})
}

// readWords reads a file of words, if a key names one.
func (d *document) readWords(key, name string, read func(name string, text []byte) error) {
	if name == "" {
		return
	}
	data, err := readFile(name, maxFile)
	if err != nil {
		d.wrong(key, fmt.Sprintf("cannot read %s: %s", name, reason(err)), "")
		return
	}
	if err = read(name, data); err == nil {
		return
	}
	for _, one := range unjoined(err) {
		if d.full() {
			return
		}
		d.problems = append(d.problems, located(name, key, one.Error()))
	}
}

// located takes a message apart that begins with a file and, perhaps, a line: "chart.toml:12: …".
func located(name, key, text string) Problem {
	p := Problem{File: name, Key: key, Message: strings.TrimLeft(strings.TrimPrefix(text, name), ": ")}
	if number, rest, found := strings.Cut(p.Message, ":"); found {
		if line, err := strconv.Atoi(number); err == nil {
			p.Line, p.Message = line, strings.TrimLeft(rest, " ")
		}
	}
	return p
}

// checkCodes looks at what teams own: codes of the chart, each of one team at most.
func (d *document) checkCodes(c *Config) {
	owners := map[string]string{}
	for i, t := range c.Teams {
		for j, pattern := range t.Codes {
			at := fmt.Sprintf("team[%d].codes[%d]", i, j)
			if _, err := c.chart.Select(pattern); err != nil {
				d.wrong(at, err.Error(), "")
			}
			if owner, taken := owners[pattern]; taken {
				d.wrong(at, fmt.Sprintf("%s belongs to team %q already", pattern, owner), "")
			}
			owners[pattern] = t.Name
		}
	}
}

// StandingAt is the directory, or the nearest above it that is there, in which it would be made.
func StandingAt(dir string) string {
	for {
		above := filepath.Dir(dir)
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) || above == dir {
			return dir
		}
		dir = above
	}
}

// CheckDataDir tries whether the data directory can be written, or could be made. It leaves nothing behind. Its error is a
// *Problems.
func (c *Config) CheckDataDir() error {
	dir := StandingAt(c.Desk.DataDir)
	there, err := os.Stat(dir)
	switch {
	case err == nil && !there.IsDir():
		err = fmt.Errorf("%s is not a directory", dir)
	case err == nil:
		var tried string
		if tried, err = os.MkdirTemp(dir, ".triaged-"); err == nil {
			err = os.Remove(tried)
		}
	}
	if err == nil {
		return nil
	}
	did := "cannot be written"
	if dir != c.Desk.DataDir {
		did = "cannot be made"
	}
	return c.Wrong("desk.data_dir", fmt.Sprintf("%s %s: %s", c.Desk.DataDir, did, reason(err)), "name another, or look again as the user whom the bot runs as")
}
