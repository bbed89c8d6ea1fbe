package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
)

// version is set by the build (-ldflags "-X main.version=1.2.3"); without it, the build's own information is used.
var version = ""

type versionCommand struct{}

// Help says what is printed.
func (versionCommand) Help() string {
	return `With --json: version, revision, go.`
}

func (versionCommand) Run(c *commands, s streams) error {
	v := version
	revision := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		if v == "" {
			v = info.Main.Version
		}
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" {
				revision = setting.Value
			}
		}
	}
	if c.JSON {
		return printJSON(s, map[string]string{"version": v, "revision": revision, "go": runtime.Version()})
	}
	words := []string{"triaged", v, revision, runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}
	words = slices.DeleteFunc(words, func(w string) bool { return w == "" })
	_, err := fmt.Fprintln(s.out, strings.Join(words, " "))
	return err
}
