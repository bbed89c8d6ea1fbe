package authority

import "triaged/internal/command"

// ability is who may use a verb.
type ability struct {
	technician bool // vendors too
	analyst    bool
	supervisor bool
	operator   bool
	requester  bool // of the request, staff or not
}

var (
	anyStaff   = ability{technician: true, analyst: true, supervisor: true}
	ownerToo   = ability{technician: true, analyst: true, supervisor: true, requester: true}
	careCenter = ability{analyst: true, supervisor: true}
	everybody  = ability{technician: true, analyst: true, supervisor: true, operator: true, requester: true}
)

// abilities is the table of role by command.
var abilities = map[command.Verb]ability{
	command.Categorize:  anyStaff,
	command.Accept:      anyStaff,
	command.Undo:        anyStaff,
	command.Claim:       anyStaff,
	command.Assign:      anyStaff,
	command.Acknowledge: anyStaff,
	command.Note:        anyStaff,
	command.Wait:        anyStaff,
	command.Schedule:    anyStaff,
	command.Reviewed:    careCenter,
	command.Resolve:     anyStaff,
	command.Reopen:      ownerToo,
	command.OnBehalf:    anyStaff,
	command.Duplicate:   anyStaff,
	command.Split:       anyStaff,
	command.Link:        anyStaff,
	command.Unlink:      anyStaff,
	command.Spam:        careCenter,
	command.Open:        anyStaff,
	command.Escalate:    anyStaff,
	command.Approve:     {supervisor: true},
	command.Why:         anyStaff,
	command.Status:      ownerToo,
	command.Help:        {technician: true, analyst: true, supervisor: true, operator: true}, // is about nobody's request
	command.Reply:       anyStaff,
	command.Withdraw:    ownerToo,
	command.Retry:       {technician: true, analyst: true, supervisor: true, operator: true},
	command.Discard:     {technician: true, analyst: true, supervisor: true, operator: true},
	command.Yes:         everybody, // only in answer to what the bot asked them
	command.No:          everybody,
}

// May tells whether a role may use a verb; if not, why says so in words for the author. requester tells whether the
// request is the author's own.
func May(role Role, requester bool, verb command.Verb) (ok bool, why string) {
	a, known := abilities[verb]
	switch {
	case !known:
		return false, "there is no such command"
	case requester && a.requester,
		(role == Technician || role == Vendor) && a.technician,
		role == Analyst && a.analyst,
		role == Supervisor && a.supervisor,
		role == Operator && a.operator:
		return true, ""
	}
	return false, refusal(role, a, verb)
}

func refusal(role Role, a ability, verb command.Verb) string {
	word := "#" + verb.Word()
	switch {
	case role == NoRole && a.requester:
		return word + " is for the desk's staff, and for the person who made the request"
	case role == NoRole:
		return word + " is for the desk's staff"
	case role == Operator:
		return word + " is not for operators, who may #retry and #discard"
	case !a.analyst:
		return word + " is for supervisors"
	}
	return word + " is for analysts and supervisors"
}
