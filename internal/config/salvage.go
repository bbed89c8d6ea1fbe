package config

import (
	"path/filepath"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// Remains are what can be read of a file that is no configuration any more: enough to find the bot that runs by what the
// file said before.
type Remains struct {
	DataDir string
	Zone    *time.Location
}

// Salvage reads what is left of a broken configuration. What the file does not say, or says in a way that cannot be read,
// has its default. It is false if there is no such file.
func Salvage(path string) (Remains, bool) {
	data, err := readFile(path, maxFile)
	if err != nil {
		return Remains{}, false
	}
	c := &Config{Desk: Desk{DataDir: Default().Desk.DataDir}}
	if dir := deskText(data, "data_dir"); dir != "" {
		c.Desk.DataDir = dir
	}
	zone, err := time.LoadLocation(deskText(data, "timezone"))
	if err != nil {
		zone = time.UTC
	}
	c.resolve(filepath.Dir(path))
	return Remains{DataDir: c.Desk.DataDir, Zone: zone}, true
}

// deskText is the text that a key of the table desk has: in a file of good form, or else line by line, since what is
// broken may be anywhere else.
func deskText(data []byte, key string) string {
	var whole struct{ Desk map[string]any }
	if toml.Unmarshal(data, &whole) == nil {
		text, _ := whole.Desk[key].(string)
		return text
	}
	within := false
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			name, _, _ := strings.Cut(line, "#")
			within = strings.Trim(name, "[] \t") == "desk"
			continue
		}
		var said map[string]any
		if name, _, ok := strings.Cut(line, "="); !ok || !within || strings.Trim(name, " \t\"'") != key || toml.Unmarshal([]byte(line), &said) != nil {
			continue
		}
		if text, ok := said[key].(string); ok {
			return text
		}
	}
	return ""
}
