package chart

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// row returns a row of the built-in chart.
func row(t *testing.T, code string) Entry {
	t.Helper()
	var c Code
	if err := c.UnmarshalText([]byte(code)); err != nil {
		t.Fatal(err)
	}
	e, ok := Default().Lookup(c)
	if !ok {
		t.Fatalf("the chart has no %s", code)
	}
	return e
}

// TestSOP names a few words of each sentence of TS-PE-004's chart, and asks for the data that holds it. The sentences of
// "5. Process" (two hours, odd hours, who categorizes) are settings and behaviour, and tested where they are kept.
func TestSOP(t *testing.T) {
	said := func(list []string, words string) bool {
		return slices.ContainsFunc(list, func(s string) bool { return strings.Contains(strings.ToLower(s), strings.ToLower(words)) })
	}
	category := func(n int) Category { k, _ := Default().Category(n); return k }
	each := func(hold func(Entry) bool, codes ...string) func(*testing.T) bool {
		return func(t *testing.T) bool {
			return !slices.ContainsFunc(codes, func(c string) bool { return !hold(row(t, c)) })
		}
	}
	item := func(words string, codes ...string) func(*testing.T) bool {
		return each(func(e Entry) bool { return said(e.Items, words) }, codes...)
	}
	describes := func(words string, codes ...string) func(*testing.T) bool {
		return each(func(e Entry) bool { return said([]string{e.Description}, words) }, codes...)
	}
	waits := func(w Wait, codes ...string) func(*testing.T) bool {
		return each(func(e Entry) bool { return e.Rules.WaitsOn(w) && !e.Target.Timed() }, codes...)
	}
	process := func(n int, words string) func(*testing.T) bool {
		return func(*testing.T) bool { return said(category(n).Process, words) }
	}
	requests := func(n int, words string) func(*testing.T) bool {
		return func(*testing.T) bool { return said(category(n).Requests, words) }
	}
	purpose := func(n int, words string) func(*testing.T) bool {
		return func(*testing.T) bool { return said([]string{category(n).Purpose}, words) }
	}
	document := func(code, name string, due Stage) func(*testing.T) bool {
		return each(func(e Entry) bool {
			return slices.ContainsFunc(e.Rules.Documents, func(d Document) bool { return d.Name == name && d.Due == due && len(d.Patterns) > 0 })
		}, code)
	}

	tests := []struct {
		sentence string
		holds    func(*testing.T) bool
	}{
		// 1 – Service Request
		{"Hardware / Software Break Fix Items and Procedures", purpose(1, "hardware / software break-fix")},
		{"Immediate attention required", each(func(e Entry) bool { return e.Rules.Emergency && e.Target == Target{Hours: 4} }, "1-1")},
		{"district-wide system or network completely unavailable", item("district-wide system or network", "1-1")},
		{"with no available alternative", describes("no available alternative", "1-1")},
		{"Fiber connection damaged", item("fiber connection", "1-1")},
		{"high priority district-wide application system", item("high-priority district-wide application system", "1-1")},
		{"or network electronics is unavailable", item("network electronics", "1-1")},
		{"Major system component is unavailable", item("major system component", "1-2")},
		{"Work group/campus unable to access network services", item("work group or campus", "1-2")},
		{"Required student testing using technology", item("required student testing", "1-2")},
		{"Campus strategic server", item("campus strategic server", "1-2")},
		{"high- level administrator unable to work", item("high-level administrator", "1-2")},
		{"software subsystem is unavailable", item("software subsystem", "1-2")},
		{"instructional lab is unavailable", item("instructional lab", "1-2")},
		{"cafeteria computer outage affecting all POS", item("cafeteria computer outage affecting all POS", "1-2")},
		{"Requests include: hardware, software, and network issues", requests(1, "hardware, software and network issues")},
		{"acknowledge service requests within 24 hours", each(func(e Entry) bool { return e.Rules.AcknowledgeWithin == 24*time.Hour }, "1-1", "1-3", "1-4", "1-8")},
		{"and resolve or assign to the appropriate", each(func(e Entry) bool { return e.Rules.ResolveOrAssign }, "1-3", "1-4")},
		{"Includes external vendors using iSupport", each(func(e Entry) bool { return slices.Equal(e.Rules.Vendors, []string{"Prime", "NWN"}) }, "1-3", "1-4")},
		{"Items include: computers, laptops, tablets", item("projectors", "1-3", "1-4")},
		{"plus: cash registers, hand-held radios", func(t *testing.T) bool {
			return said(row(t, "1-4").Items, "cash registers") && said(row(t, "1-4").Items, "hand-held radios") && !said(row(t, "1-3").Items, "cash registers")
		}},
		{"external vendor that does not use iSupport", waits(Vendor, "1-5")},
		{"awaiting information from a district administrator", waits(District, "1-6", "2-6", "3-6")},
		{"or customer response", waits(Customer, "1-6", "2-6", "3-6")},
		{"Support for donated devices", each(func(e Entry) bool { return e.Target == Target{} && said(e.Items, "donated devices") }, "1-7")},
		{"personal devices - includes wireless BYOT", each(func(e Entry) bool { return e.Target == Target{} && said(e.Items, "wireless BYOT") }, "1-8", "2-8")},

		// 2 – Security Access
		{"Internet Access and Passwords", purpose(2, "Internet access and passwords")},
		{"Additional accounts/Access rights modifications", requests(2, "additional accounts and access rights")},
		{"Allow/disallow access to a user", requests(2, "allow or disallow access")},
		{"Block / unblock websites", requests(2, "block or unblock websites")},
		{"Resetting passwords", requests(2, "resetting passwords")},
		{"Inappropriate websites will be blocked immediately", each(func(e Entry) bool {
			return slices.ContainsFunc(e.Rules.Alerts, func(a Alert) bool {
				return a.Matches(Categorized, "Students found an inappropriate site") && !a.Matches(Categorized, "Please unblock maps.example")
			})
		}, "2-3", "2-4", "2-6", "2-8")},
		{"Actions include: password resets", item("password resets", "2-3", "2-4")},
		{"dual campus login ability", item("dual campus login", "2-3", "2-4")},
		{"Home Access Center (HAC)", item("HAC", "2-3", "2-4")},
		{"Website Evaluation requests", item("website evaluation", "2-3", "2-4")},
		{"additional network drive requests", item("network drive", "2-3", "2-4")},

		// 3 – Acquisition
		{"Procuring Equipment for Customers", purpose(3, "procuring equipment for customers")},
		{"Orders and requests for technology equipment", requests(3, "orders and requests for technology equipment")},
		{"bond budget codes and non- bond budget codes", requests(3, "bond or non-bond budget codes")},
		{"deliver new equipment or pickup obsolete equipment (PUDs)", requests(3, "pick up obsolete equipment (PUDs)")},
		{"3. Stolen Equipment", each(func(e Entry) bool {
			return len(Default().Alerts(e.Code, Categorized, "Two laptops were stolen")) == 1 && len(Default().Alerts(e.Code, Believed, "Theft of an iPad")) == 1
		}, "3-1", "3-2", "3-3", "3-4", "3-5", "3-6")},
		{"data drops, … stolen equipment, PUDs, bar tags", each(func(e Entry) bool {
			return said(e.Items, "data drops") && said(e.Items, "stolen equipment") && said(e.Items, "PUDs") && said(e.Items, "bar tags")
		}, "3-3", "3-4")},
		{"3-4 plus: cash registers, hand-held radios", item("hand-held radios", "3-4")},
		{"resolution dependent on external vendor", waits(Vendor, "3-5")},
		{"or theft investigation", waits(Investigation, "3-6")},

		// 4 – Training
		{"Technology Training to Teachers", purpose(4, "technology training to teachers")},
		{"escalated to the Instructional Technology department", each(func(e Entry) bool { return e.Rules.Escalate == "instructional-technology" }, "4-3", "4-4")},
		{"Training requests noted", process(4, "noted and escalated")},
		{"expected to close and document", each(func(e Entry) bool { return e.Rules.NeedsNote }, "4-3", "4-4")},

		// 5 – Scheduled Maintenance
		{"New installations, Application Systems Upgrades, Conversions", purpose(5, "new installations, application systems upgrades, conversions or maintenance")},
		{"Customer contact … is not available", each(func(e Entry) bool { return said(e.Rules.ScheduledWhen, "customer contact is not available") }, "5-3", "5-4")},
		{"dependent on a 3rd party vendor", each(func(e Entry) bool { return said(e.Rules.ScheduledWhen, "third-party vendor") }, "5-3", "5-4")},
		{"a defined scheduled completion date", each(func(e Entry) bool {
			return e.Rules.Scheduled && e.Rules.NeedsDate && said(e.Rules.ScheduledWhen, "defined scheduled completion date")
		}, "5-3", "5-4")},
		{"Overdue service requests must be worked ahead", each(func(e Entry) bool { return e.Rules.OverdueFirst }, "5-3", "5-4")},
		{"unless there is supervisor approval", each(func(e Entry) bool { return e.Rules.ApprovedBy == "supervisor" }, "5-3", "5-4")},
		{"by the original Technology Services Team assignee", each(func(e Entry) bool { return e.Rules.FollowUpBy == OriginalAssignee }, "5-3", "5-4")},
		{"at least once a week", each(func(e Entry) bool { return e.Rules.FollowUpEvery == 7*24*time.Hour }, "5-3", "5-4")},
		{"status update notes be added", process(5, "adds a status note")},

		// 7 – Inventory
		{"Basic inventory tasks and requests in Tipweb", describes("Tipweb", "7-0")},
		{"Bar tag Requests, Tags with incorrect locations, IT access", each(func(e Entry) bool {
			return said(e.Items, "bar tag requests") && said(e.Items, "incorrect locations") && said(e.Items, "IT access")
		}, "7-0")},
		{"Inventory process questions, information queries", describes("information queries", "7-1")},
		{"NDLP and Device Breakdowns", each(func(e Entry) bool { return said(e.Items, "NDLP") && said(e.Items, "device breakdowns") }, "7-1")},
		{"Conducting the Scanning portion", describes("scanning portion", "7-2")},
		{"items that need administrative level intervention", describes("administrative-level intervention", "7-3")},
		{"Discrepancy Form submitted digitally", document("7-3", "Discrepancy form", Opening)},
		{"a report alerting them of the findings", describes("a report alerts the technician of the findings", "7-4")},
		{"A search for lost items", describes("search for lost items", "7-4")},
		{"Follow-up report will be submitted with findings", document("7-4", "Follow-up report with the findings", Resolving)},
		{"Discrepancy reports, Property Damage/Loss Reports", each(func(e Entry) bool {
			return len(e.Rules.Missing(Resolving, []string{"Discrepancy report.pdf"})) == 0 && len(e.Rules.Missing(Resolving, []string{"Property Damage-Loss Report.docx"})) == 0
		}, "7-4")},
		{"vendor delivery orders moved to initial", describes("vendor delivery orders", "7-5")},
		{"Transport of items new to the district", describes("items new to the district", "7-5")},
		{"Existing item delivery or disposition", describes("delivery or disposition", "7-6")},
		{"Transport of existing items between", describes("existing items between", "7-6")},
		{"Completion of all phases", describes("all phases", "7-9")},
		{"with Principal Acknowledgment form", document("7-9", "Principal Acknowledgment form", Opening)},
		{"and final Tag export attached", document("7-9", "Final Tag export", Opening)},

		// 8 – Process Related
		{"Administrative, Process, CCC Related Issues", purpose(8, "administrative, process, CCC related")},
		{"CCC Related (As Needed)", each(func(e Entry) bool { return e.Target == Target{AsNeeded: true} }, "8-9")},
		{"Improvement has been noted", describes("improvement has been noted", "8-9")},
		{"Tasks identified and completed as needed", describes("completed as needed", "8-9")},
		{"loaner equipment (computers/phones), call transfers", each(func(e Entry) bool {
			return said(e.Items, "loaner equipment") && said(e.Items, "call transfers") && said(e.Items, "phone messages")
		}, "8-9")},
	}
	for _, tt := range tests {
		t.Run(tt.sentence, func(t *testing.T) {
			if !tt.holds(t) {
				t.Errorf("no data of the chart holds %q", tt.sentence)
			}
		})
	}
}

// TestRulesStayWhereTheyBelong guards against a rule that spreads to codes the procedure does not name for it.
func TestRulesStayWhereTheyBelong(t *testing.T) {
	only := map[string]func(Rules) bool{
		"1-1":         func(r Rules) bool { return r.Emergency },
		"1-":          func(r Rules) bool { return r.AcknowledgeWithin > 0 || r.ResolveOrAssign },
		"1-3 1-4":     func(r Rules) bool { return len(r.Vendors) > 0 },
		"1-5 3-5":     func(r Rules) bool { return r.WaitsOn(Vendor) },
		"1-6 2-6 3-6": func(r Rules) bool { return r.WaitsOn(District) || r.WaitsOn(Customer) },
		"3-6":         func(r Rules) bool { return r.WaitsOn(Investigation) },
		"4-":          func(r Rules) bool { return r.Escalate != "" || r.NeedsNote },
		"5-":          func(r Rules) bool { return r.Scheduled || r.NeedsDate || r.OverdueFirst || r.ApprovedBy != "" },
		"7-3 7-4 7-9": func(r Rules) bool { return len(r.Documents) > 0 },
	}
	for codes, has := range only {
		for _, e := range Default().Entries() {
			named := strings.Contains(codes, e.Code.String()) || strings.HasPrefix(e.Code.String(), codes)
			if has(e.Rules) != named {
				t.Errorf("%s: rule of %q: %v", e.Code, codes, has(e.Rules))
			}
		}
	}
	// Every open untimed request has a weekly follow-up, and no timed one has.
	for _, e := range Default().Entries() {
		if followed := e.Rules.FollowUpEvery == 7*24*time.Hour && e.Rules.FollowUpBy == OriginalAssignee; followed == e.Target.Timed() {
			t.Errorf("%s, %s: followed up: %v", e.Code, e.Target.Words(), followed)
		}
	}
}

func TestAlerts(t *testing.T) {
	tests := []struct {
		code string
		when When
		text string
		want string
	}{
		{"1-1", Categorized, "anything at all", "emergency"},
		{"1-1", Believed, "", "emergency"},
		{"1-2", Believed, "The WHOLE campus is offline", "campus-wide outage"},
		{"1-2", Believed, "wifi is down campus wide", "campus-wide outage"},
		{"1-2", Believed, "STAAR login fails", "student testing"},
		{"1-2", Categorized, "The whole campus is offline", ""},
		{"1-2", Believed, "lab printer", ""},
		{"1-3", Believed, "the whole campus", ""},
		{"2-3", Categorized, "Inappropriate images on a site!", "inappropriate website"},
		{"2-3", Believed, "Inappropriate images on a site!", ""},
		{"3-3", Categorized, "Laptop cart - STOLEN over the weekend", "stolen equipment"},
		{"3-3", Categorized, "someone broke\ninto the lab: break-in", "stolen equipment"},
		{"3-6", Believed, "robbery", "stolen equipment"},
		{"3-3", Categorized, "Stolensen needs a projector", ""},
		{"7-0", Categorized, "stolen", ""},
	}
	for _, tt := range tests {
		var names []string
		for _, a := range Default().Alerts(row(t, tt.code).Code, tt.when, tt.text) {
			names = append(names, a.Name)
		}
		if got := strings.Join(names, ", "); got != tt.want {
			t.Errorf("Alerts(%s, %s, %q) = %q, want %q", tt.code, tt.when, tt.text, got, tt.want)
		}
	}
}

func TestMissing(t *testing.T) {
	tests := []struct {
		code  string
		stage Stage
		names string
		want  string
	}{
		{"7-3", Opening, "", "Discrepancy form"},
		{"7-3", Opening, "image001.png;logo.png;Outlook-x2.jpg", "Discrepancy form"},
		{"7-3", Opening, "image001.png;DISCREPANCY_FORM (2).PDF", ""},
		{"7-3", Resolving, "room 12.xlsx", "Discrepancy form"},
		{"7-4", Opening, "", ""},
		{"7-4", Resolving, "", "Follow-up report with the findings"},
		{"7-4", Resolving, "Audit follow-up report.docx", ""},
		{"7-4", Resolving, "Findings Elm St.pdf", ""},
		{"7-9", Opening, "", "Principal Acknowledgment form; Final Tag export"},
		{"7-9", Opening, "Principal Acknowledgment Form.pdf", "Final Tag export"},
		{"7-9", Opening, "principal_acknowledgement-form.pdf;Tag-Export-final.csv", ""},
		{"7-9", Opening, "Export of tags.xlsx;PrincipalAcknowledgment.pdf", ""},
		{"1-3", Resolving, "", ""},
		{"7-3", Opening, strings.Repeat("discrepancy", 1000), "Discrepancy form"},
	}
	for _, tt := range tests {
		var missing []string
		for _, d := range row(t, tt.code).Rules.Missing(tt.stage, strings.Split(tt.names, ";")) {
			missing = append(missing, d.Name)
		}
		if got := strings.Join(missing, "; "); got != tt.want {
			t.Errorf("%s at %s with %q: missing %q, want %q", tt.code, tt.stage, tt.names, got, tt.want)
		}
	}
}
