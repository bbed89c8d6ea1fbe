package main

import (
	"fmt"
	"os"

	"triaged/internal/chart"
	"triaged/internal/config"
)

type chartCommand struct{}

// ChartRow is one code as `chart` prints it.
type ChartRow struct {
	Code         string `json:"code"`
	Category     int    `json:"category"`
	CategoryName string `json:"category_name"`
	Priority     int    `json:"priority"`
	PriorityName string `json:"priority_name"`
	Target       string `json:"target"`
}

// Help says what is printed.
func (chartCommand) Help() string {
	return `The configured chart; without a configuration, the built-in one.

With --json a line a code: code ("1-3"), category, category_name, priority, priority_name, target ("4h", "3d", "" for none).`
}

func (chartCommand) Run(c *commands, s streams) error {
	ch, err := c.chart()
	if err != nil {
		return err
	}
	if !c.JSON {
		_, err := fmt.Fprint(s.out, ch.Wall())
		return err
	}
	for _, e := range ch.Entries() {
		err := printJSON(s, ChartRow{
			Code: e.Code.String(), Category: e.Code.Category, CategoryName: e.CategoryName, Priority: e.Code.Priority,
			PriorityName: e.PriorityName, Target: e.Target.String(),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// chart is the configured chart. Without a configuration it is the built-in one.
func (c *commands) chart() (*chart.Chart, error) {
	if _, err := os.Stat(c.Config); os.IsNotExist(err) && c.Config == "config.toml" {
		return chart.Default(), nil
	}
	cfg, err := config.LoadPublic(c.Config)
	if err != nil {
		return nil, err
	}
	return cfg.Chart(), nil
}
