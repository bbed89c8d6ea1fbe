package config

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// origin is what a Config was read from, so that it can be read again. A parsed one has none.
type origin struct {
	path    string
	text    []byte
	secrets func(*document, *Config)
	stamp   string // Stamp, before the files were read
}

// FromFile tells whether the configuration was loaded from a file, and so can be read again.
func (c *Config) FromFile() bool { return c.origin.path != "" }

// Reload reads the configuration's file again, and all that it names. c stays as it is.
func (c *Config) Reload() (*Config, error) { return load(c.origin.path, c.origin.secrets) }

// Reread reads again what the configuration names, secrets and other files, but not its own file: somebody may be at work
// on that. c stays as it is.
func (c *Config) Reread() (*Config, error) {
	return loadText(c.origin.path, c.origin.text, c.origin.secrets)
}

// Wrong says what is wrong with a key of a configuration that was read well, for those who know more of what it means. It is
// a *Problems.
func (c *Config) Wrong(key, message, hint string) error {
	p := Problem{File: c.origin.path, Line: indexLines(c.origin.text).of(key), Key: key, Message: key + ": " + message, Hint: hint}
	if p.File == "" {
		p.File = "configuration"
	}
	return &Problems{[]Problem{p}}
}

// stamped are the files that are read again when they change.
func (c *Config) stamped() []string {
	names := []string{c.Desk.Directory, c.Desk.StaffFile, c.Desk.Templates, c.Desk.Lexicon, c.Desk.Outages, c.Desk.Chart}
	for _, a := range c.accounts() {
		names = append(names, *a.caFile)
		for _, n := range a.login.files() {
			names = append(names, *n)
		}
	}
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(n string) bool { return n == "" })
}

// StampRead is the Stamp of the files as they were when c was read.
func (c *Config) StampRead() string { return c.origin.stamp }

// Stamp identifies the state of the files that the configuration names: it is another one after any of them was changed,
// replaced, removed or came back. It looks at sizes and times, not into the files.
func (c *Config) Stamp() string {
	var all strings.Builder
	for _, name := range c.stamped() {
		info, err := os.Stat(name)
		if err != nil {
			fmt.Fprintf(&all, "%s: %s\n", name, reason(err))
			continue
		}
		if !info.IsDir() {
			stampFile(&all, name, info)
			continue
		}
		filepath.WalkDir(name, func(path string, entry fs.DirEntry, err error) error {
			if err == nil {
				info, err = entry.Info()
			}
			if err == nil {
				stampFile(&all, path, info)
			}
			return nil
		})
	}
	return all.String()
}

// OwnStamp identifies the state of the configuration's own file, as Stamp does that of the files that it names.
func (c *Config) OwnStamp() string {
	var own strings.Builder
	if info, err := os.Stat(c.origin.path); err == nil {
		stampFile(&own, c.origin.path, info)
	}
	return own.String()
}

func stampFile(out *strings.Builder, name string, info fs.FileInfo) {
	fmt.Fprintf(out, "%s: %v %d %d\n", name, info.Mode(), info.Size(), info.ModTime().UnixNano())
}
