package intake

import (
	"fmt"
	"slices"
	"strings"

	"triaged/internal/authority"
	"triaged/internal/chart"
	"triaged/internal/command"
	"triaged/internal/compose"
	"triaged/internal/request"
)

// execution is the carrying out of one mail's commands.
type execution struct {
	d       *decision
	about   request.Number // the request that a command without numbers means; 0 for none
	items   []compose.ReceiptItem
	body    compose.ReceiptBody
	touched []request.Number
	done    int
	failed  int
	unknown bool // a code that the chart does not have
	absent  bool // a request that does not exist
}

// A refusal says why a command was not carried out, to its author.
type refusal struct {
	why  string
	near []chart.Code
}

func refuse(format string, args ...any) *refusal { return &refusal{why: fmt.Sprintf(format, args...)} }

// verbs carries out each verb on one request. What succeeds fills in the item.
var verbs map[command.Verb]func(*execution, command.Command, request.Request, *compose.ReceiptItem) *refusal

func init() {
	verbs = map[command.Verb]func(*execution, command.Command, request.Request, *compose.ReceiptItem) *refusal{
		command.Categorize:  (*execution).categorize,
		command.Accept:      (*execution).accept,
		command.Claim:       (*execution).claim,
		command.Assign:      (*execution).assign,
		command.Acknowledge: (*execution).acknowledge,
		command.Note:        (*execution).note,
		command.Wait:        (*execution).wait,
		command.Schedule:    (*execution).schedule,
		command.Resolve:     (*execution).resolve,
		command.Reopen:      (*execution).reopen,
		command.Duplicate:   (*execution).duplicate,
		command.Spam:        (*execution).spam,
		command.Approve:     (*execution).approve,
		command.Escalate:    (*execution).escalate,
		command.Withdraw:    (*execution).withdraw,
		command.Why:         (*execution).why,
		command.Status:      (*execution).status,
	}
}

// command carries out one command on each request that it means, and notes what became of it.
func (x *execution) command(c command.Command) {
	switch c.Verb {
	case command.Help:
		x.body.Help = true
		x.done++
		return
	case command.Undo:
		x.undo(c)
		return
	case command.Reviewed:
		x.reviewed(c)
		return
	case command.Yes, command.No:
		x.refused(compose.ReceiptItem{Said: c.Raw}, refuse("there is nothing to confirm here"))
		return
	}
	numbers, why := x.meant(c)
	if why != nil {
		x.refused(compose.ReceiptItem{Said: c.Raw}, why)
		return
	}
	for _, n := range numbers {
		x.one(c, n)
	}
}

// meant are the requests that a command is about.
func (x *execution) meant(c command.Command) ([]request.Number, *refusal) {
	var numbers []request.Number
	listed := x.listed()
	switch {
	case c.Requests.All && len(listed) == 0:
		return nil, refuse("\"all\" means what a digest listed, and this answers none: name the requests")
	case c.Requests.All:
		numbers = listed
	case !c.Requests.IsZero():
		for _, n := range c.Requests.Numbers() {
			numbers = append(numbers, request.Number(n))
		}
	case x.about != 0:
		numbers = []request.Number{x.about}
	case len(listed) == 1:
		numbers = listed
	case len(listed) > 1:
		return nil, refuse("which of the %d requests? Put its number in front, such as %s", len(listed), x.d.label(listed[0]))
	default:
		return nil, refuse("which request? Put its number in front, such as %s-12, or answer a mail about it", x.d.policy.Prefix)
	}
	return numbers, nil
}

// listed are the requests that the answered mail listed.
func (x *execution) listed() []request.Number {
	if x.d.answered == nil {
		return nil
	}
	var all []request.Number
	for _, row := range x.d.answered.Listed {
		all = append(all, row.Request)
	}
	return all
}

func (x *execution) one(c command.Command, n request.Number) {
	item := compose.ReceiptItem{Request: n, Said: c.Raw, DryRun: c.DryRun}
	r, ok := x.d.desk.request(n)
	if !ok {
		x.absent = true
		item.Request = 0
		x.refused(item, refuse("there is no %s", x.d.label(n)))
		return
	}
	own := authority.Normalise(r.Requester.Address) == x.d.from()
	if may, why := authority.May(x.d.staff.Role, own, c.Verb); !may {
		x.refused(item, refuse("%s", why))
		return
	}
	do, ok := verbs[c.Verb]
	if !ok {
		x.refused(item, refuse("%s cannot be done by mail yet", c.Verb))
		return
	}
	x.try(c, r, item, do)
}

// try carries a command out, and takes back what it did if it is refused half-way or was only asked about.
func (x *execution) try(c command.Command, r request.Request, item compose.ReceiptItem, do func(*execution, command.Command, request.Request, *compose.ReceiptItem) *refusal) {
	before, had := x.d.desk.snapshot(r.Number)
	letters, texts := len(x.d.verdict.Letters), len(x.d.verdict.Texts)
	why := do(x, c, r, &item)
	if why != nil || c.DryRun {
		x.d.desk.back(r.Number, before, had)
		x.d.verdict.Letters = x.d.verdict.Letters[:letters]
		x.d.verdict.Texts = x.d.verdict.Texts[:texts]
	}
	if why != nil {
		x.refused(item, why)
		return
	}
	if !c.DryRun && !slices.Contains(x.touched, r.Number) {
		x.touched = append(x.touched, r.Number)
	}
	item.Done = true
	x.done++
	x.items = append(x.items, item)
}

func (x *execution) refused(item compose.ReceiptItem, why *refusal) {
	item.Result, item.Near = why.why, why.near
	x.failed++
	x.items = append(x.items, item)
}

// mistake reports a line that was meant as a command and is none.
func (x *execution) mistake(m command.Mistake) {
	result := m.Why
	if m.Hint != "" {
		result += ": " + m.Hint
	}
	if len(m.Near) > 0 {
		result += " (did you mean " + strings.Join(m.Near, " or ") + "?)"
	}
	x.refused(compose.ReceiptItem{Said: m.Raw}, &refusal{why: result})
}

// outcome is the ledger's one word for the whole mail: it did something, or why it did nothing.
func (x *execution) outcome() Outcome {
	switch {
	case x.done > 0:
		return Commanded
	case x.unknown:
		return UnknownCode
	case x.absent:
		return NoSuchRequest
	}
	return RefusedCommand
}

// apply records an event by the mail's author.
func (x *execution) apply(n request.Number, e request.Event) *refusal {
	e.By = x.d.from()
	if err := x.d.desk.apply(n, e); err != nil {
		return refuse("%v", err)
	}
	return nil
}

// active refuses what can only be done while somebody still has to work on the request.
func (x *execution) active(r request.Request) *refusal {
	switch r.State {
	case request.Resolved:
		return refuse("%s is resolved: reopen it first", x.d.label(r.Number))
	case request.Merged:
		return refuse("%s was merged into %s: say it there", x.d.label(r.Number), x.d.label(r.MergedInto))
	case request.Withdrawn, request.Spam:
		return refuse("%s is closed as %s: reopen it first", x.d.label(r.Number), r.State)
	}
	return nil
}

// stale refuses a change of what somebody else changed since the mail was sent that this one answers, unless the author
// insists.
func (x *execution) stale(c command.Command, r request.Request) *refusal {
	if c.Insist || r.CodeBy == "" || r.CodeBy == x.d.from() || x.d.answered == nil {
		return nil
	}
	if r.CodeSince.After(x.d.answered.Letter.At) || x.d.reading.Bare {
		return refuse("%s made it %s already: add ! to change that", x.d.nameOf(r.CodeBy), r.Code)
	}
	return nil
}

// nameOf is how people know a colleague.
func (d *decision) nameOf(address string) string {
	if p, ok := d.policy.Roster.Person(address); ok && p.Name != "" {
		return p.Name
	}
	return address
}
