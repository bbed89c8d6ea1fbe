package bot

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"triaged/internal/authority"
	"triaged/internal/config"
	"triaged/internal/intake"
)

// readDirectory reads people.csv: who writes from where. Its first line names the columns; address is needed, name, campus
// and title are used if they are there.
func readDirectory(path string) (map[string]intake.Entry, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read the directory of people: %w", err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.TrimLeadingSpace, r.ReuseRecord, r.FieldsPerRecord = true, true, -1
	head, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("%s: no header line: write address,name,campus,title in the first", path)
	}
	column := map[string]int{}
	for i, name := range head {
		column[strings.ToLower(strings.Trim(name, "\ufeff \t"))] = i
	}
	if _, ok := column["address"]; !ok {
		return nil, fmt.Errorf("%s: no column \"address\" in its first line: %s", path, strings.Join(slices.Clone(head), ","))
	}
	people := map[string]intake.Entry{}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return people, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		cell := func(name string) string {
			if i, ok := column[name]; ok && i < len(row) {
				return strings.TrimSpace(row[i])
			}
			return ""
		}
		if cell("address") == "" {
			continue
		}
		people[authority.Normalise(cell("address"))] = intake.Entry{Name: cell("name"), Campus: cell("campus"), Title: cell("title")}
	}
}

// Campuses are those that a configuration's directory of people names, sorted.
func Campuses(c *config.Config) ([]string, error) {
	people, err := readDirectory(c.Desk.Directory)
	var all []string
	for _, p := range people {
		if p.Campus != "" && !slices.Contains(all, p.Campus) {
			all = append(all, p.Campus)
		}
	}
	slices.Sort(all)
	return all, err
}
