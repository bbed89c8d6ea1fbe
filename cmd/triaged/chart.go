package main

import (
	"fmt"
	"os"

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
	known, err := c.known()
	if err != nil {
		return err
	}
	ch := known.Chart()
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

// known is what the configuration says that needs no store: chart and lexicon. Without a configuration these are the
// built-in ones.
func (c *commands) known() (*config.Config, error) {
	if c.unconfigured() {
		return config.BuiltIn(), nil
	}
	return config.LoadPublic(c.Config)
}

// unconfigured tells whether no configuration was named and there is none by the usual name.
func (c *commands) unconfigured() bool {
	_, err := os.Stat(c.Config)
	return os.IsNotExist(err) && c.Config == "config.toml"
}
