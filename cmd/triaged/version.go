package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is set by the build (-ldflags "-X main.version=1.2.3"); without it, the build's own information is used.
var version = ""

type versionCommand struct{}

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
	_, err := fmt.Fprintf(s.out, "triaged %s %s %s %s/%s\n", v, revision, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
