package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"triaged/internal/bot"
)

type exportCommand struct {
	Request string `arg:"" optional:"" help:"One request, such as SR-12; all without it."`
	Format  string `enum:"jsonl,csv,mbox" default:"jsonl" help:"The form: jsonl (all that is known), csv (a row a request) or mbox (the mails)."`
	About   string `placeholder:"ADDRESS" help:"Only what has to do with somebody: for a records request."`
	Dir     string `placeholder:"DIR" help:"With mbox: a folder to make, for a file a request."`
}

// Help says what is in each form.
func (exportCommand) Help() string {
	return `jsonl: a line a request: what "list" and "show" print, requester_name, watchers, campus, language. Nothing in it is masked.

csv: number, subject, requester, requester_name, state, category, submitted_at, categorized_at, due_at, resolved_at, assignee, team,
source, campus, target_met (yes or no; empty while it is open, and without a target). due_at of a resolved request is what it was
then.

mbox: received and sent mails with all their bytes, to standard output, or with --dir as DIR/SR-12.mbox, what belongs to no request as
DIR/none.mbox. Lines that begin with "From " are quoted as mboxrd does it.

--about picks the requests in which somebody is or was requester, on Cc, or did something; as mbox the mails that came from or went to
the address. For a records request run it once with jsonl and once with mbox.`
}

func (l *exportCommand) Run(ctx context.Context, c *commands, s streams) error {
	if l.Dir != "" && l.Format != "mbox" {
		return usageError{errors.New("--dir goes with --format mbox")}
	}
	if l.Format != "jsonl" {
		if err := c.textOnly("--format " + l.Format + " asks for another form; jsonl is JSON"); err != nil {
			return err
		}
	}
	args := bot.Args{Number: l.Request, About: l.About}
	switch l.Format {
	case "csv":
		return exportCSV(ctx, c, s, args)
	case "mbox":
		return exportMbox(ctx, c, s, args, l.Dir)
	}
	return c.ask(ctx, s, "export", args, func(raw json.RawMessage) error {
		_, err := fmt.Fprintf(s.out, "%s\n", raw)
		return err
	})
}

func exportCSV(ctx context.Context, c *commands, s streams, args bot.Args) error {
	w := csv.NewWriter(s.out)
	at := func(t *time.Time) string {
		if t == nil {
			return ""
		}
		return t.Format(time.RFC3339)
	}
	w.Write([]string{
		"number", "subject", "requester", "requester_name", "state", "category", "submitted_at", "categorized_at", "due_at", "resolved_at",
		"assignee", "team", "source", "campus", "target_met",
	})
	err := c.ask(ctx, s, "export", args, func(raw json.RawMessage) error {
		var r bot.ExportRow
		if err := json.Unmarshal(raw, &r); err != nil {
			return err
		}
		return w.Write([]string{
			r.Number, inert(r.Subject), inert(r.Requester), inert(r.RequesterName), r.State, r.Category, at(&r.SubmittedAt), at(r.CategorizedAt),
			at(r.DueAt), at(r.ResolvedAt), r.Assignee, r.Team, r.Source, inert(r.Campus), yesOrNo(r.TargetMet),
		})
	})
	w.Flush()
	return errors.Join(err, w.Error())
}

func yesOrNo(is *bool) string {
	switch {
	case is == nil:
		return ""
	case *is:
		return "yes"
	}
	return "no"
}

// inert keeps a spreadsheet from taking what a stranger wrote for a formula.
func inert(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// exportMbox writes mails in the form that mail programs import (RFC 4155), with From lines quoted as in mboxrd.
func exportMbox(ctx context.Context, c *commands, s streams, args bot.Args, dir string) error {
	files := folder{dir: dir}
	if dir != "" {
		if err := os.Mkdir(dir, 0o700); err != nil {
			return fmt.Errorf("cannot make the folder for the export: %w", err)
		}
	}
	err := c.ask(ctx, s, "export-mails", args, func(raw json.RawMessage) error {
		var m bot.ExportedMail
		if err := json.Unmarshal(raw, &m); err != nil {
			return err
		}
		if dir == "" {
			return writeMbox(s.out, m)
		}
		return files.add(m)
	})
	return errors.Join(err, files.close())
}

// folder is the files of an export. Mails come in the order of their arrival, so that one file after the other is open.
type folder struct {
	dir  string
	name string
	file *os.File
}

func (f *folder) add(m bot.ExportedMail) error {
	name := m.Request
	if name == "" {
		name = "none"
	}
	if name != f.name {
		if err := f.close(); err != nil {
			return err
		}
		var err error
		if f.file, err = os.OpenFile(filepath.Join(f.dir, name+".mbox"), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600); err != nil {
			return err
		}
		f.name = name
	}
	return writeMbox(f.file, m)
}

func (f *folder) close() error {
	if f.file == nil {
		return nil
	}
	err := f.file.Close()
	f.file, f.name = nil, ""
	return err
}

var fromLine = regexp.MustCompile(`(?m)^>*From `)

func writeMbox(out io.Writer, m bot.ExportedMail) error {
	w := bufio.NewWriter(out)
	from := m.From
	if from == "" || strings.ContainsAny(from, " \t\r\n") {
		from = "MAILER-DAEMON"
	}
	fmt.Fprintf(w, "From %s %s\n", from, m.At.UTC().Format(time.ANSIC))
	body := bytes.ReplaceAll(m.Data, []byte("\r\n"), []byte("\n"))
	w.Write(fromLine.ReplaceAll(body, []byte(">$0")))
	if !bytes.HasSuffix(body, []byte("\n")) {
		w.WriteByte('\n')
	}
	w.WriteByte('\n')
	return w.Flush()
}
