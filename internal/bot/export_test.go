package bot

import "triaged/internal/message"

// ParseWith makes the desk read mails by a function that may fail as no parser should.
func (d *Desk) ParseWith(parse func([]byte) *message.Message) { d.parse = parse }

// Today is the desk by the rules that hold now.
func (d *Desk) Today() *Desk { return d.today() }
