package agenda

import (
	"fmt"
	"time"
)

// Expiring is a secret that ends on a day, and without which the bot is locked out.
type Expiring struct {
	Name string    // what it opens: "mailbox support, smtp"
	Ends time.Time // the beginning of the day, where the desk is
}

// NotTold is the stage of a secret that nobody has been told of.
const NotTold = 1 << 30

// stages are how many days ahead the operators are told, each once; the last, when it is too late.
var stages = []int{30, 7, 1, 0}

// morningHour is when on such a day.
const morningHour = 8

// at is when a stage is due.
func (e Expiring) at(stage int) time.Time {
	y, m, d := e.Ends.Date()
	return time.Date(y, m, d-stage, morningHour, 0, 0, 0, e.Ends.Location())
}

// Begins is when a secret's end is near enough to be told of for the first time.
func (e Expiring) Begins() time.Time { return e.at(stages[0]) }

// NextExpiry is when the operators are to be told next, if they were last told at a stage; the zero time if never again.
func NextExpiry(e Expiring, told int) time.Time {
	for _, stage := range stages {
		if stage < told {
			return e.at(stage)
		}
	}
	return time.Time{}
}

// DueExpiry is the stage that has come and is not told: of several the last, since a bot that was off tells once.
func DueExpiry(e Expiring, told int, now time.Time) (stage int, due bool) {
	for _, s := range stages {
		if s < told && !now.Before(e.at(s)) {
			stage, due = s, true
		}
	}
	return stage, due
}

// Words are what the operators are told at a stage: a subject, and what to do.
func (e Expiring) Words(stage int, now time.Time) (subject string, lines []string) {
	day := e.Ends.Format("Monday, January 2, 2006")
	y, m, d := now.In(e.Ends.Location()).Date()
	left := int(e.Ends.Sub(time.Date(y, m, d, 0, 0, 0, 0, e.Ends.Location())).Round(24*time.Hour) / (24 * time.Hour))
	switch {
	case stage == 0:
		subject = "The secret for " + e.Name + " expires today"
		if left < 0 {
			subject = "The secret for " + e.Name + " has expired"
		}
	case left == 1:
		subject = "The secret for " + e.Name + " expires tomorrow"
	default:
		subject = fmt.Sprintf("The secret for %s expires in %d days", e.Name, left)
	}
	return subject, []string{
		fmt.Sprintf("The configuration says that the client secret of the log-in to %s expires on %s. From then on the bot can log in there no more: "+
			"mail stays where it is, and nothing is lost, but nobody is answered.", e.Name, day),
		"What to do: make a new client secret at the provider, put it where client_secret is configured, and write its last day as " +
			"client_secret_expires. A running bot takes both up when it reloads its configuration.",
	}
}
