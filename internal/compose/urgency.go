package compose

import (
	"slices"
	"time"
)

// Urgency is how much hurry a mail is in when not all can go at once, since a provider takes only so many, or a server was
// away. The smaller the more urgent.
type Urgency uint8

// The urgencies.
const (
	Alarm  Urgency = iota // an emergency, or trouble with the bot itself
	Prompt                // its recipient waits for what their mail has done
	Known                 // its recipient wants to know that their mail has come
	Work                  // what people work by
	Timed                 // what is sent at its time
	Figure                // what can be read tomorrow as well
	urgencies
)

// Urgencies are all of them, the most urgent first.
var Urgencies = [urgencies]Urgency{Alarm, Prompt, Known, Work, Timed, Figure}

// urgencyOf is the one table of who goes first. An emergency is one in whatever mail; see Letter.Urgency. The store keeps
// what is to be sent in this order: a change of the table asks for a migration there.
var urgencyOf = map[Kind]Urgency{
	Operator:        Alarm,
	Outage:          Alarm,
	Receipt:         Prompt,
	Confirmation:    Prompt,
	Refusal:         Prompt,
	Acknowledgement: Known,
	Notice:          Work,
	Categorized:     Work,
	Resolved:        Work,
	Merged:          Work,
	Answer:          Work,
	Breach:          Timed,
	Reminder:        Timed,
	Digest:          Timed,
	FollowUp:        Timed,
	Report:          Figure,
}

// patience is by how much a mail of an urgency may be overtaken by those of greater urgency that are due later. So mails
// wait for each other, but none for ever.
var patience = [urgencies]time.Duration{
	Alarm: 0, Prompt: 2 * time.Minute, Known: 15 * time.Minute, Work: 20 * time.Minute, Timed: time.Hour, Figure: 8 * time.Hour,
}

// Patience is by how much a mail of this urgency may be overtaken; see there.
func (u Urgency) Patience() time.Duration { return patience[min(u, urgencies-1)] }

// Urgency is how much hurry a mail of the kind is in that is about no emergency.
func (k Kind) Urgency() Urgency { return urgencyOf[k] }

// Urgency is how much hurry the letter is in. It follows from the letter alone and never changes.
func (l Letter) Urgency() Urgency {
	emergency := l.Notice != nil && len(l.Notice.Alert) > 0
	if l.Work != nil {
		emergency = emergency || slices.ContainsFunc(l.Work.Rows, func(r WorkRow) bool { return r.Task == TaskEmergency })
	}
	if emergency {
		return Alarm
	}
	return l.Kind.Urgency()
}
