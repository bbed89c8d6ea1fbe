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
	coded   map[request.Number]chart.Code // what this mail gave a code
	obeys   uint64                        // ledger number of the mail with the outage's order that is followed; 0 for none
	done    int
	failed  int

	undoable bool // something was done that an undo could take back
	unknown  bool // a code that the chart does not have
	absent   bool // a request that does not exist
}

func newExecution(d *decision, about request.Number) *execution {
	return &execution{d: d, about: about, coded: map[request.Number]chart.Code{}}
}

// A refusal says why a command was not carried out, to its author.
type refusal struct {
	why  string
	near []chart.Code
}

func refuse(format string, args ...any) *refusal { return &refusal{why: fmt.Sprintf(format, args...)} }

// A deed carries out one verb on one request. What succeeds fills in the item.
type deed func(*execution, command.Command, request.Request, *compose.ReceiptItem) *refusal

// deeds are the verbs that act on requests. The others are in general.
var deeds map[command.Verb]deed

// general are the verbs that are about no request.
var general map[command.Verb]func(*execution, command.Command)

func init() {
	deeds = map[command.Verb]deed{
		command.Categorize:  (*execution).categorize,
		command.Accept:      (*execution).accept,
		command.Claim:       (*execution).claim,
		command.Assign:      (*execution).assign,
		command.Acknowledge: (*execution).acknowledge,
		command.Note:        (*execution).note,
		command.Reply:       (*execution).reply,
		command.Wait:        (*execution).wait,
		command.Schedule:    (*execution).schedule,
		command.Resolve:     (*execution).resolve,
		command.Reopen:      (*execution).reopen,
		command.OnBehalf:    (*execution).onBehalf,
		command.Duplicate:   (*execution).duplicate,
		command.Split:       (*execution).split,
		command.Link:        (*execution).link,
		command.Unlink:      (*execution).unlink,
		command.Spam:        (*execution).spam,
		command.Approve:     (*execution).approve,
		command.Escalate:    (*execution).escalate,
		command.Withdraw:    (*execution).withdraw,
		command.Why:         (*execution).why,
		command.Status:      (*execution).status,
	}
	general = map[command.Verb]func(*execution, command.Command){
		command.Help:     (*execution).help,
		command.Undo:     (*execution).undo,
		command.Reviewed: (*execution).reviewed,
		command.Open:     (*execution).open,
		command.Retry:    (*execution).order,
		command.Discard:  (*execution).order,
		command.Yes:      (*execution).nothingToConfirm,
		command.No:       (*execution).nothingToConfirm,
	}
}

// command carries out one command on each request that it means, and notes what became of it.
func (x *execution) command(c command.Command) {
	if do, ok := general[c.Verb]; ok {
		x.generally(c, do)
		return
	}
	if x.asksForQueue(c) {
		x.queue()
		return
	}
	numbers, why := x.meant(c)
	if why != nil {
		x.refused(compose.ReceiptItem{Said: c.Raw}, why)
		return
	}
	before := x.done
	for _, n := range numbers {
		x.one(c, n)
	}
	if c.Requests.Later && !c.DryRun && x.done > before {
		x.holdsLater(c)
	}
}

// generally carries out a command that is about no request.
func (x *execution) generally(c command.Command, do func(*execution, command.Command)) {
	may, why := authority.May(x.d.staff.Role, false, c.Verb)
	switch {
	case !may && (x.d.isStaff || c.Verb != command.Help):
		x.refused(compose.ReceiptItem{Said: c.Raw}, refuse("%s", why))
	case x.d.proof.Link != nil && x.d.proof.Link.Request != 0 && c.Verb != command.Help:
		x.refused(compose.ReceiptItem{Said: c.Raw}, refuse("a one-tap link speaks for %s only", x.d.label(request.Number(x.d.proof.Link.Request))))
	default:
		do(x, c)
	}
}

func (x *execution) help(command.Command) {
	x.body.Help = true
	x.done++
}

func (x *execution) nothingToConfirm(c command.Command) {
	x.refused(compose.ReceiptItem{Said: c.Raw}, refuse("there is nothing to confirm here"))
}

// succeeded notes a command that was about no request.
func (x *execution) succeeded(c command.Command, result string) {
	x.items = append(x.items, compose.ReceiptItem{Said: c.Raw, Done: true, Result: result})
	x.done++
}

// meant are the requests that a command is about.
func (x *execution) meant(c command.Command) ([]request.Number, *refusal) {
	var numbers []request.Number
	listed := x.listed()
	switch {
	case c.Requests.All && len(listed) == 0:
		return nil, refuse("\"all\" means what a digest listed, and this answers none: name the requests")
	case c.Requests.Later:
		if why := x.mayHoldLater(c); why != nil {
			return nil, why
		}
		numbers = x.others(c, x.joined(listed))
	case c.Requests.All:
		numbers = x.others(c, listed)
	case !c.Requests.IsZero():
		numbers = numbersOf(c)
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

// others leaves out of "all" what another line of the mail gives a code of its own, or takes out of the outage.
func (x *execution) others(c command.Command, listed []request.Number) []request.Number {
	return slices.DeleteFunc(slices.Clone(listed), func(n request.Number) bool {
		return slices.ContainsFunc(x.d.reading.Commands, func(o command.Command) bool {
			leaves := o.Verb == command.Unlink && o.Other == 0
			return (turn(c) == 0 && turn(o) == 0 || leaves) && !o.Requests.All && o.Requests.Has(int64(n))
		})
	})
}

// listed are the requests that the answered mail listed; of an outage's, those that are still in it.
func (x *execution) listed() []request.Number {
	if x.d.answered == nil {
		return nil
	}
	var all []request.Number
	outage := x.d.answered.Letter.Outage
	for _, row := range x.d.answered.Listed {
		if r, _ := x.d.desk.request(row.Request); outage == nil || r.Outage.First == outage.First {
			all = append(all, row.Request)
		}
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
	own := x.d.owns(r, c.Verb)
	if may, why := authority.May(x.d.staff.Role, own, c.Verb); !may {
		x.refused(item, refuse("%s", why))
		return
	}
	if link := x.d.proof.Link; link != nil && link.Request != 0 && request.Number(link.Request) != n {
		x.refused(item, refuse("a one-tap link speaks for %s only", x.d.label(request.Number(link.Request))))
		return
	}
	x.try(c, r, item, deeds[c.Verb])
}

// try carries a command out, and takes back what it did if it is refused half-way or was only asked about.
func (x *execution) try(c command.Command, r request.Request, item compose.ReceiptItem, do deed) {
	v, mark := &x.d.verdict, x.d.desk.mark()
	letters, texts, note := len(v.Letters), len(v.Texts), x.d.reading.Note
	why := do(x, c, r, &item)
	if why != nil || c.DryRun {
		x.d.desk.back(mark)
		v.Letters, v.Texts, x.d.reading.Note = v.Letters[:letters], v.Texts[:texts], note
	}
	if why != nil {
		x.refused(item, why)
		return
	}
	if !c.DryRun && !slices.Contains(x.touched, r.Number) {
		x.touched = append(x.touched, r.Number)
	}
	x.undoable = x.undoable || x.d.desk.undoable(mark)
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
	if len(m.Near) > 0 { // without its sign, which a mail of ours cannot show so that it may be copied
		near := strings.ReplaceAll(strings.Join(m.Near, `" or "`), "#", "")
		result += ` (did you mean "` + near + `", with the number sign right before the command?)`
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
	if x.obeys != 0 {
		e.Origin = x.obeys
	}
	if err := x.d.desk.apply(n, e); err != nil {
		return refuse("%v", err)
	}
	return nil
}

// active refuses what can only be done while somebody still has to work on the request.
func (x *execution) active(r request.Request) *refusal {
	label := x.d.label(r.Number)
	switch {
	case r.State == request.Resolved && r.ResolvedBy != "" && r.ResolvedBy != x.d.from():
		return refuse("%s was resolved by %s: reopen it first", label, x.d.nameOf(r.ResolvedBy))
	case r.State == request.Merged:
		return refuse("%s was merged into %s: say it there", label, x.d.label(r.MergedInto))
	case r.State == request.Spam:
		return refuse("%s was closed as spam: reopen it first", label)
	case !r.State.Active():
		return refuse("%s is %s: reopen it first", label, r.State)
	}
	return nil
}

// stale refuses a change of what somebody else changed since the author knew how the request stood: since the answered
// mail was sent, else since they wrote. Who insists may.
func (x *execution) stale(c command.Command, r request.Request, changes ...request.Type) *refusal {
	seen := x.d.m.Date
	if x.d.answered != nil {
		seen = x.d.answered.Letter.At
	}
	if c.Insist || seen.IsZero() {
		return nil
	}
	for _, e := range slices.Backward(x.d.facts.Events(r.Number)) {
		if !e.At.After(seen) {
			break
		}
		routed := e.Type == request.Assigned && e.Who == ""
		if e.By == "" || e.By == x.d.from() || routed || !slices.Contains(changes, e.Type) {
			continue
		}
		return refuse("%s: add ! to change that", x.d.since(e))
	}
	return nil
}

// since says what somebody did to a request, as others hear of it: "Kim Tran has claimed it since".
func (d *decision) since(e request.Event) string {
	who := "the bot"
	if e.By != "" {
		who = d.nameOf(e.By)
	}
	return who + " has " + e.Deed(d.policy.Prefix, d.nameOf) + " since"
}

// hashed tells whether a command was written with its number sign.
func hashed(c command.Command) bool { return strings.ContainsAny(c.Raw, hashes) }

// nameOf is how people know a colleague.
func (d *decision) nameOf(address string) string {
	if p, ok := d.policy.Roster.Person(address); ok && p.Name != "" {
		return p.Name
	}
	return address
}
