package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"triaged/internal/store"
)

// version is set by the build (-ldflags "-X main.version=1.2.3"); without it, the build's own information is used.
var version = ""

// build is what is known of how this program was made.
type build struct {
	Version  string     `json:"version"`
	Revision string     `json:"revision"`
	Made     *time.Time `json:"revision_at"` // when the revision was; nil if nobody knows
	Modified bool       `json:"modified"`    // it was built from more than that revision
	Schema   int        `json:"schema"`      // of state files that it writes
	Go       string     `json:"go"`
	Platform string     `json:"platform"`
}

func thisBuild() build {
	b := build{Version: version, Schema: store.SchemaNumber(), Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if b.Version == "" {
		b.Version = info.Main.Version
	}
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			b.Revision = setting.Value
		case "vcs.time":
			if t, err := time.Parse(time.RFC3339, setting.Value); err == nil {
				t = t.UTC()
				b.Made = &t
			}
		case "vcs.modified":
			b.Modified = setting.Value == "true"
		}
	}
	return b
}

type versionCommand struct{}

// Help says what is printed.
func (versionCommand) Help() string {
	return `The schema is the number of the state files that this version writes: it reads those of the same or a lower number.

With --json: version, revision, revision_at, modified, schema, go, platform.`
}

func (versionCommand) Run(c *commands, s streams) error {
	b := thisBuild()
	if c.JSON {
		return printJSON(s, b)
	}
	revision := b.Revision
	if b.Modified {
		revision += " and changes"
	}
	made := ""
	if b.Made != nil {
		made = b.Made.Format(time.DateOnly)
	}
	words := []string{"triaged", b.Version, revision, made, fmt.Sprintf("schema %d", b.Schema), b.Go, b.Platform}
	words = slices.DeleteFunc(words, func(w string) bool { return w == "" })
	_, err := fmt.Fprintln(s.out, strings.Join(words, " "))
	return err
}
