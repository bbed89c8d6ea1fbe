package bot

import (
	"triaged/internal/message"
	"triaged/internal/store"
	"triaged/internal/suggest"
)

// ParseWith makes the desk read mails by a function that may fail as no parser should.
func (d *Desk) ParseWith(parse func([]byte) *message.Message) { d.parse = parse }

// Today is the desk by the rules that hold now.
func (d *Desk) Today() *Desk { return d.today() }

// Epoch makes the model's epochs shorter than a test could otherwise wait for.
func (d *Desk) Epoch(decisions int) { d.lessons.epoch = decisions }

// Model is what the desk has learned by now.
func (d *Desk) Model() *suggest.Model { return d.ready() }

// LearnAnew makes the model from nothing again.
func (d *Desk) LearnAnew() { d.learnAnew() }

// TellOperators owes them a mail.
func (d *Desk) TellOperators(subject string) error {
	err := d.store.Update(func(tx *store.Tx) error {
		d.today().tellOperators(tx, d.clock.Now(), subject, "It is so.")
		return nil
	})
	d.wake()
	return err
}
