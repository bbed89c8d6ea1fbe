package chart

import (
	"slices"
	"strings"
	"time"
	"unicode"
)

// Rules are what the procedure demands of the requests with one code, beyond its target. A zero field demands nothing.
type Rules struct {
	// Emergency: "Immediate attention required" (SOP 1-1). Such a request goes ahead of all others, at any hour.
	Emergency bool `toml:"emergency"`
	// Alerts name what people are told of at once, such as "Inappropriate websites will be blocked immediately" (SOP 2).
	Alerts []Alert `toml:"alert"`

	// AcknowledgeWithin: "Technicians will acknowledge service requests within 24 hours" (SOP 1), on the wall clock from
	// submission.
	AcknowledgeWithin time.Duration `toml:"-"`
	// ResolveOrAssign: "and resolve or assign to the appropriate Technology Service Team" (SOP 1), once acknowledged or late.
	ResolveOrAssign bool `toml:"resolve_or_assign"`
	// Vendors work through the desk, and are assigned to, on the clock: "Includes external vendors using iSupport" (SOP 1-3,
	// 1-4). Issues of vendors that do not are Vendor Dependent.
	Vendors []string `toml:"vendors"`

	// Waits: what such a request is "awaiting": a vendor (SOP 1-5, 3-5), the district or the customer (SOP 1-6, 2-6, 3-6), a
	// "theft investigation" (SOP 3-6). The clock stands still.
	Waits []Wait `toml:"waits_on"`

	// Escalate names the team that such requests go to: "noted and escalated to the Instructional Technology department"
	// (SOP 4). It is a team's name in the configuration.
	Escalate string `toml:"escalate_to"`
	// NeedsNote: resolved only with a note: "expected to close and document the service request" (SOP 4).
	NeedsNote bool `toml:"needs_note"`

	// Scheduled: planned work (SOP 5), ordered behind overdue work.
	Scheduled bool `toml:"scheduled"`
	// ScheduledWhen: the reasons for which a request may be scheduled (SOP 5, lines 1 to 3), to show people.
	ScheduledWhen []string `toml:"scheduled_when"`
	// NeedsDate: "planned as a project with a defined scheduled completion date" (SOP 5, line 3): asked for it if it has none.
	NeedsDate bool `toml:"needs_date"`
	// OverdueFirst: "Overdue service requests must be worked ahead of the scheduled service requests" (SOP 5, line 4).
	OverdueFirst bool `toml:"overdue_first"`
	// ApprovedBy is the role that may lift OverdueFirst: "unless there is supervisor approval" (SOP 5, line 4).
	ApprovedBy string `toml:"unless_approved_by"`
	// FollowUpEvery: "Regular follow-up is still required … at least once a week, and status update notes be added" (SOP 5,
	// line 5). A day is 24 hours here. The chart's [untimed] gives it to every code without a target.
	FollowUpEvery time.Duration `toml:"-"`
	// FollowUpBy: who owes the note.
	FollowUpBy FollowUpBy `toml:"follow_up_by"`

	// Documents are files to attach: "Discrepancy Form submitted digitally" (SOP 7-3), "Follow-up report will be submitted
	// with findings" (SOP 7-4), "with Principal Acknowledgment form and final Tag export attached" (SOP 7-9).
	Documents []Document `toml:"document"`
}

// WaitsOn tells whether such requests wait on w.
func (r Rules) WaitsOn(w Wait) bool { return slices.Contains(r.Waits, w) }

// Missing returns the documents due at a stage, or before it, that no file among names satisfies. Names are those of real
// attachments: pictures shown within a mail's text, such as a signature's logo, are not to be among them.
func (r Rules) Missing(stage Stage, names []string) []Document {
	var missing []Document
	for _, d := range r.Documents {
		if d.Due == Resolving && stage == Opening {
			continue
		}
		if !slices.ContainsFunc(names, d.Matches) {
			missing = append(missing, d)
		}
	}
	return missing
}

// Wait is what a request without a running clock waits on.
type Wait string

// The four waits of the procedure.
const (
	Vendor        Wait = "vendor"        // delivery or service by an external vendor (SOP 1-5, 3-5)
	District      Wait = "district"      // information from a district administrator (SOP 1-6, 2-6, 3-6)
	Customer      Wait = "customer"      // the customer's response (SOP 1-6, 2-6, 3-6)
	Investigation Wait = "investigation" // a theft investigation (SOP 3-6)
)

// FollowUpBy says whose status note meets a follow-up.
type FollowUpBy string

// The procedure knows the first: "by the original Technology Services Team assignee" (SOP 5, line 5).
const (
	OriginalAssignee FollowUpBy = "original-assignee"
	CurrentAssignee  FollowUpBy = "assignee"
)

// Stage is a point in a request's life.
type Stage string

// Stages at which documents are due.
const (
	Opening   Stage = "opening"
	Resolving Stage = "resolving"
)

// When is the knowledge that an alert rests on.
type When string

// An alert may rest on a person's decision or on the bot's guess.
const (
	Categorized When = "categorized" // somebody gave the request the code
	Believed    When = "believed"    // uncategorized, and the code is suggested
)

// Alert is something people are told of at once, at any hour.
type Alert struct {
	Name  string   `toml:"name"`  // "stolen equipment"
	Say   string   `toml:"say"`   // one sentence for the mail
	On    []When   `toml:"on"`    // never empty
	Words []string `toml:"words"` // the request has one of these; none: every request with the code

	// Outage: it says no more than that something is down for many, and is not told again of what reports a known outage.
	Outage bool `toml:"outage"`
}

// Matches tells whether an alert is raised at w by a request with this text (its subject and what its author wrote).
// Words and phrases are compared whole, without regard to case and punctuation.
func (a Alert) Matches(w When, text string) bool {
	if !slices.Contains(a.On, w) {
		return false
	}
	if len(a.Words) == 0 {
		return true
	}
	plain := " " + plainWords(text) + " "
	return slices.ContainsFunc(a.Words, func(phrase string) bool {
		return strings.Contains(plain, " "+plainWords(phrase)+" ")
	})
}

// Alerts returns the alerts of one code that a request raises.
func (c *Chart) Alerts(code Code, w When, text string) []Alert {
	e, _ := c.Lookup(code)
	var raised []Alert
	for _, a := range e.Rules.Alerts {
		if a.Matches(w, text) {
			raised = append(raised, a)
		}
	}
	return raised
}

// Document is a file that must be attached.
type Document struct {
	Name     string   `toml:"name"`     // "Discrepancy form"
	Due      Stage    `toml:"due"`      // when it is asked for
	Patterns []string `toml:"patterns"` // "*discrepan*": * is any run of characters; never empty
}

// Matches tells whether a file's name fits one of the patterns. Case does not matter, and whatever is neither letter nor
// digit counts as one space, so that "Discrepancy_Form-2.PDF" and "discrepancy form 2.pdf" are one.
func (d Document) Matches(name string) bool {
	if len(name) > maxFileName {
		return false
	}
	name = plainWords(name)
	return slices.ContainsFunc(d.Patterns, func(p string) bool { return glob(plainPattern(p), name) })
}

// maxFileName bounds the work a hostile attachment's name can cause; file systems stop at 255 bytes.
const maxFileName = 1024

// plainWords lower-cases s and makes one space of every run of what is neither letter nor digit.
func plainWords(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	}), " ")
}

// plainPattern does the same between the stars of a pattern.
func plainPattern(p string) []string {
	parts := strings.Split(p, "*")
	for i := range parts {
		parts[i] = plainWords(parts[i])
	}
	return parts
}

// glob tells whether s is parts with anything between them. It takes the first place that fits each part, which suffices
// because only the first and the last are tied to an end.
func glob(parts []string, s string) bool {
	if len(parts) == 1 {
		return s == parts[0]
	}
	first, last := parts[0], parts[len(parts)-1]
	s, ok := strings.CutPrefix(s, first)
	if !ok {
		return false
	}
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(s, part)
		if i < 0 {
			return false
		}
		s = s[i+len(part):]
	}
	return strings.HasSuffix(s, last)
}
