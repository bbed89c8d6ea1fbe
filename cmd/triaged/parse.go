package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"triaged/internal/message"
)

type parseCommand struct {
	Files []string `arg:"" name:"file" help:"Mails, as .eml files; - for standard input."`
}

// Help says what is printed.
func (parseCommand) Help() string {
	return `Needs no configuration. What is "newly written" is what commands are read from; "the rest" is quotes, signatures and forwarded mail.

With --json a line a file: file, from {name, address}, to, cc, reply_to, subject, date, message_id, in_reply_to, references,
text, reply (newly written), elided (the rest), attachments [{name, type, size, inline, sha256}], kind, kind_reason,
bounce [{recipient, action, status, diagnostic, original_message_id}], forwarded_from, defects.`
}

func (l *parseCommand) Run(c *commands, s streams) error {
	failed := false
	for _, name := range l.Files {
		raw, err := readFile(name, s)
		if err != nil {
			fmt.Fprintln(s.err, "triaged:", err)
			failed = true
			continue
		}
		reading := message.Parse(raw).Reading(name)
		if c.JSON {
			if err := printJSON(s, reading); err != nil {
				return err
			}
			continue
		}
		printReading(s, reading)
	}
	if failed {
		return errRefused
	}
	return nil
}

func readFile(name string, s streams) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(s.in)
	}
	return os.ReadFile(name)
}

func printReading(s streams, r message.Reading) {
	p := func(name, value string) {
		if value != "" {
			fmt.Fprintf(s.out, "%-11s %s\n", name, printable(value))
		}
	}
	p("file", r.File)
	p("kind", string(r.Kind)+": "+r.KindReason)
	p("from", r.From.Name+" <"+r.From.Address+">")
	p("subject", r.Subject)
	p("message-id", r.MessageID)
	p("in-reply-to", strings.Join(r.InReplyTo, " "))
	for _, a := range r.Attachments {
		p("attachment", fmt.Sprintf("%s (%s, %d bytes, inline %v)", a.Name, a.Type, a.Size, a.Inline))
	}
	for _, d := range r.Defects {
		p("repaired", d)
	}
	fmt.Fprintf(s.out, "--- newly written\n%s\n", printableText(r.Reply))
	if r.Elided != "" {
		fmt.Fprintf(s.out, "--- the rest\n%s\n", printableText(r.Elided))
	}
	fmt.Fprintln(s.out)
}
