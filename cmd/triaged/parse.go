package main

import (
	"fmt"
	"io"
	"os"

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
		fmt.Fprintf(s.out, "%s\n", printableText(reading.String()))
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
