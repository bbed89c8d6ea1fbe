package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"triaged/internal/bot"
	"triaged/internal/config"
	"triaged/internal/handover"
)

type importCommand struct {
	File     string `arg:"" help:"The export of the other system: CSV or JSON Lines."`
	Preset   string `placeholder:"SYSTEM" help:"The system: rt, zammad, osticket or isupport."`
	Map      string `placeholder:"FILE" help:"What the export's columns and categories mean, in TOML; read over the preset."`
	Tag      string `placeholder:"TAG" help:"How subjects show the old numbers, such as \"[rt.school.example #%s]\"."`
	WithOpen bool   `help:"Take open tickets over too. They get due times and reminders like any other request."`
	DryRun   bool   `help:"Say what would be done, and do nothing."`
}

// Help describes the mapping.
func (importCommand) Help() string {
	return `Makes a request of each ticket, as it was: nobody is written to. The suggestion learns from those with a code. A mail whose subject has
the old number, as the other system wrote it, leads to the request. Running it again imports what is new.

The mapping, of which each part is optional with a preset:

  tag = "[rt.school.example #%s]"          # the subject tag, %s for the number
  closed = ["resolved"]                    # statuses of tickets that are done
  ignored = ["rejected"]                   # statuses of tickets to leave out
  times = ["1/2/2006 3:04 PM"]             # forms of times, of Mon Jan 2 15:04:05 2006; ISO forms are known
  [columns]                                # each a list of names, of which the first that is there counts
  number = ["id"]                          # also: subject, text, address, name, created, closed, status, category, code,
  address = ["Requestors"]                 # message_id, by (who closed it)
  [codes]                                  # a category there, and its code in the chart
  "Hardware" = "1-3"

Times without a zone are the desk's. Rows that cannot be used are named, and change nothing.

With --json: imported, known, open_left, without_code, problems [].`
}

// batch is how many tickets go into one transaction.
const batch = 200

func (l *importCommand) Run(ctx context.Context, c *commands, s streams) error {
	cfg, broken := config.LoadPublic(c.Config)
	if _, err := c.place(cfg, broken); err != nil { // for the zone
		return err
	}
	mapping, err := l.mapping()
	if err != nil {
		return err
	}
	f, err := os.Open(l.File)
	if err != nil {
		return err
	}
	defer f.Close()
	sum := bot.ImportRow{Problems: []string{}}
	seen := map[string]bool{}
	var some []handover.Ticket
	flush := func() error {
		args := bot.Args{Tickets: some, WithOpen: l.WithOpen, DryRun: l.DryRun}
		some = nil
		return c.ask(ctx, quiet(s), "import", args, func(raw json.RawMessage) error { return add(&sum, raw) })
	}
	take := func(t handover.Ticket) error {
		if seen[t.Tag] {
			sum.Problems = append(sum.Problems, fmt.Sprintf("line %d: %s is there twice", t.Line, t.Tag))
			return nil
		}
		seen[t.Tag] = true
		if some = append(some, t); len(some) < batch {
			return nil
		}
		return flush()
	}
	wrong := func(line int, err error) { sum.Problems = append(sum.Problems, fmt.Sprintf("line %d: %v", line, err)) }
	if err := handover.Read(f, mapping, c.zone, take, wrong); err != nil {
		return fmt.Errorf("%s: %w", l.File, err)
	}
	if err := flush(); err != nil {
		return err
	}
	warnOfBroken(s, broken)
	return l.print(c, s, sum)
}

// mapping is the preset with what a file and a flag say over it.
func (l *importCommand) mapping() (m handover.Mapping, err error) {
	if l.Preset == "" && l.Map == "" {
		return m, usageError{fmt.Errorf("name the system with --preset %s, or describe its export with --map", strings.Join(handover.Presets(), "|"))}
	}
	if l.Preset != "" {
		if m, err = handover.Preset(l.Preset); err != nil {
			return m, usageError{err}
		}
	}
	if l.Tag != "" {
		if err := handover.CheckTag(l.Tag); err != nil {
			return m, usageError{fmt.Errorf("--tag: %w", err)}
		}
		m.Tag = l.Tag
	}
	var text []byte
	if l.Map != "" {
		if text, err = os.ReadFile(l.Map); err != nil {
			return m, err
		}
	}
	m, err = m.Extend(text)
	if err != nil {
		return m, fmt.Errorf("the mapping %s: %w", cmp.Or(l.Map, l.Preset), err)
	}
	m.Tag = cmp.Or(l.Tag, m.Tag) // what is said here goes before what a file says
	return m, nil
}

func add(sum *bot.ImportRow, raw json.RawMessage) error {
	var r bot.ImportRow
	if err := json.Unmarshal(raw, &r); err != nil {
		return err
	}
	sum.Imported += r.Imported
	sum.Known += r.Known
	sum.Open += r.Open
	sum.Uncoded += r.Uncoded
	sum.Problems = append(sum.Problems, r.Problems...)
	return nil
}

func (l *importCommand) print(c *commands, s streams, sum bot.ImportRow) error {
	if c.JSON {
		if err := printJSON(s, sum); err != nil {
			return err
		}
	} else {
		for _, p := range sum.Problems {
			fmt.Fprintln(s.out, printable(p))
		}
		did := "imported"
		if l.DryRun {
			did = "would be imported"
		}
		fmt.Fprintf(s.out, "%s %s, %d of them without a code; %d were known, %d open ones left out, %s\n",
			count(sum.Imported, "ticket", "tickets"), did, sum.Uncoded, sum.Known, sum.Open, count(len(sum.Problems), "row cannot be used", "rows cannot be used"))
	}
	if len(sum.Problems) > 0 {
		return errRefused
	}
	return nil
}

// quiet leaves out what is said to people on the way: one import asks many times.
func quiet(s streams) streams {
	s.err = io.Discard
	return s
}
