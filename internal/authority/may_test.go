package authority

import (
	"testing"

	"triaged/internal/command"
)

// TestMay has every cell of the table of role by command, spelled out: a letter a role that may, T technicians and
// vendors, A analysts, S supervisors, O operators, R the request's own requester.
func TestMay(t *testing.T) {
	table := map[command.Verb]string{
		command.Categorize: "TAS", command.Accept: "TAS", command.Undo: "TAS", command.Claim: "TAS", command.Assign: "TAS",
		command.Acknowledge: "TAS", command.Note: "TAS", command.Wait: "TAS", command.Schedule: "TAS", command.Reviewed: "AS",
		command.Resolve: "TAS", command.Reopen: "TASR", command.OnBehalf: "TAS", command.Duplicate: "TAS", command.Split: "TAS",
		command.Link: "TAS", command.Unlink: "TAS", command.Spam: "AS", command.Open: "TAS", command.Escalate: "TAS",
		command.Approve: "S", command.Why: "TAS", command.Status: "TASR", command.Help: "TASO", command.Reply: "TAS",
		command.Withdraw: "TASR", command.Retry: "TASO", command.Discard: "TASO", command.Yes: "TASOR", command.No: "TASOR",
	}
	letters := map[Role]string{NoRole: "", Technician: "T", Vendor: "T", Analyst: "A", Supervisor: "S", Operator: "O"}
	for _, verb := range command.Verbs() {
		who, listed := table[verb]
		if !listed {
			t.Errorf("%s is not in the table", verb)
		}
		for role, letter := range letters {
			for _, requester := range []bool{false, true} {
				want := contains(who, letter) || requester && contains(who, "R")
				got, why := May(role, requester, verb)
				if got != want {
					t.Errorf("%q, own request %v: May(%s) = %v, want %v", role, requester, verb, got, want)
				}
				if got != (why == "") {
					t.Errorf("%q: %s: allowed %v, reason %q", role, verb, got, why)
				}
			}
		}
	}
	if len(table) != len(command.Verbs()) {
		t.Errorf("the table has %d verbs, the language %d", len(table), len(command.Verbs()))
	}
	if ok, why := May(Supervisor, true, "dance"); ok || why == "" {
		t.Error("an unknown verb is allowed")
	}
	if ok, _ := May("janitor", false, command.Claim); ok {
		t.Error("an unknown role may claim")
	}
}

func contains(letters, letter string) bool {
	for _, l := range letters {
		if string(l) == letter {
			return true
		}
	}
	return false
}
