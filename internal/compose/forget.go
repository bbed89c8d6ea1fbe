package compose

import (
	"slices"

	"triaged/internal/request"
)

// Requests are the requests that a letter is about or lists, in no order and perhaps twice. An outage's reports are those
// of the moment, and only its first and its new ones are named here.
func (l Letter) Requests() []request.Number {
	all := []request.Number{l.Request}
	if l.Queue != nil {
		for _, row := range l.Queue.Rows {
			all = append(all, row.Request)
		}
	}
	if l.Work != nil {
		for _, row := range l.Work.Rows {
			all = append(all, row.Request)
		}
	}
	if l.Receipt != nil {
		for _, item := range l.Receipt.Items {
			all = append(all, item.Request)
		}
	}
	if l.Confirmation != nil {
		all = append(all, l.Confirmation.Request)
	}
	if l.Outage != nil {
		all = append(append(all, l.Outage.First), l.Outage.New...)
	}
	return slices.DeleteFunc(all, func(n request.Number) bool { return n == 0 })
}

// Lines are the sentences that were made for a letter as it was decided, and may quote what somebody wrote.
func (l Letter) Lines() (all []string) {
	if l.Notice != nil {
		all = append(all, l.Notice.Say...)
	}
	if l.Outage != nil {
		all = append(all, l.Outage.Say...)
	}
	if l.Queue != nil {
		all = append(all, l.Queue.Foot...)
	}
	if l.Confirmation != nil {
		all = append(all, l.Confirmation.Commands...)
	}
	if l.Receipt != nil {
		for _, item := range l.Receipt.Items {
			all = append(all, item.Said)
		}
	}
	if l.Plain != nil {
		all = append(all, l.Plain.Lines...)
	}
	return slices.DeleteFunc(all, func(line string) bool { return line == "" })
}

// WithoutLines is the letter without what Lines has. It can still be rendered, and says what it says without them.
func (l Letter) WithoutLines() Letter {
	if l.Notice != nil {
		b := *l.Notice
		b.Say, l.Notice = nil, &b
	}
	if l.Outage != nil {
		b := *l.Outage
		b.Say, l.Outage = nil, &b
	}
	if l.Queue != nil {
		b := *l.Queue
		b.Foot, l.Queue = nil, &b
	}
	if l.Confirmation != nil {
		b := *l.Confirmation
		b.Commands, l.Confirmation = nil, &b
	}
	if l.Receipt != nil {
		b := *l.Receipt
		b.Items, l.Receipt = slices.Clone(b.Items), &b
		for i := range b.Items {
			b.Items[i].Said = ""
		}
	}
	if l.Plain != nil {
		b := *l.Plain
		b.Lines, l.Plain = nil, &b
	}
	return l
}
