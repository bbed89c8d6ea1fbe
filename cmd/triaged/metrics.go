package main

import (
	"strings"

	"triaged/internal/metrics"
)

type metricsCommand struct{}

// Help says how the figures are had.
func (metricsCommand) Help() string {
	return `Lists the figures that a running bot serves under /metrics, where metrics.listen says; they keep their names, types and labels from
version to version. Those of the Go runtime (go_…) and of the process (process_…) come with them. /healthz answers 200 while every
loop of the bot turns; /readyz answers 200 while every mailbox is read and mail goes out, and says in JSON what is missing.

With --json a line has: name, type, labels, help.`
}

func (metricsCommand) Run(c *commands, s streams) error {
	t := newTable(s.out, "NAME", "TYPE", "LABELS", "MEANING")
	for _, f := range metrics.Figures {
		if !c.JSON {
			t.row(f.Name, f.Type, strings.Join(f.Labels, ","), f.Help)
			continue
		}
		row := struct {
			Name   string   `json:"name"`
			Type   string   `json:"type"`
			Labels []string `json:"labels"`
			Help   string   `json:"help"`
		}{f.Name, f.Type, append([]string{}, f.Labels...), f.Help}
		if err := printJSON(s, row); err != nil {
			return err
		}
	}
	if !c.JSON {
		t.end()
	}
	return nil
}
