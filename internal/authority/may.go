package authority

import "triaged/internal/command"

// May tells whether a role may use a verb; if not, why says so in words for the author. requester tells whether the
// request is the author's own.
func May(role Role, requester bool, verb command.Verb) (ok bool, why string) { return false, "" }
