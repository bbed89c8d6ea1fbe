package chart

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"triaged/internal/strict"
)

// file is what a chart's file may hold.
type file struct {
	Procedure string         `toml:"procedure"`
	Title     string         `toml:"title"`
	Untimed   fileUntimed    `toml:"untimed"`
	Category  []fileCategory `toml:"category"`
}

// fileUntimed is what holds for every code without a target.
type fileUntimed struct {
	FollowUpEvery span       `toml:"follow_up_every"`
	FollowUpBy    FollowUpBy `toml:"follow_up_by"`
}

type fileCategory struct {
	Number   int            `toml:"number"`
	Name     string         `toml:"name"`
	Purpose  string         `toml:"purpose"`
	Requests []string       `toml:"requests"`
	Process  []string       `toml:"process"`
	Priority []filePriority `toml:"priority"`
	fileRules
}

type filePriority struct {
	Code        Code     `toml:"code"`
	Name        string   `toml:"name"`
	Target      Target   `toml:"target"`
	Description string   `toml:"description"`
	Items       []string `toml:"items"`
	fileRules
}

// fileRules are Rules with the spans of time as people write them.
type fileRules struct {
	Rules
	AcknowledgeWithin span `toml:"acknowledge_within"`
	FollowUpEvery     span `toml:"follow_up_every"`
}

func (f fileRules) rules() Rules {
	r := f.Rules
	r.AcknowledgeWithin = time.Duration(f.AcknowledgeWithin)
	r.FollowUpEvery = time.Duration(f.FollowUpEvery)
	return r
}

// span is a time on the wall clock, "90m", "24h" or "7d", where a day is 24 hours.
type span time.Duration

func (s *span) UnmarshalText(b []byte) error {
	text := string(b)
	units := map[string]time.Duration{"m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}
	if len(text) > 1 {
		n, err := strconv.ParseUint(text[:len(text)-1], 10, 16)
		unit := units[text[len(text)-1:]]
		if err == nil && n > 0 && unit > 0 && time.Duration(n)*unit <= maxDays*24*time.Hour {
			*s = span(time.Duration(n) * unit)
			return nil
		}
	}
	return fmt.Errorf("%q is not a span of time: write \"90m\", \"24h\" or \"7d\", at most \"%dd\"", text, maxDays)
}

// oneOf refuses a value that is not among those a rule may have. (The decoder asks no type made of a string for its opinion.)
func oneOf[T ~string](p *parser, where, key string, v T, values ...T) {
	if slices.Contains(values, v) {
		return
	}
	quoted := make([]string, len(values))
	for i, x := range values {
		quoted[i] = strconv.Quote(string(x))
	}
	p.fail("%s: %s: %q is not one of %s", where, key, v, strings.Join(quoted, ", "))
}

// Parse reads a chart's file. It is strict: a key that it does not know is an error with name, line and the nearest known
// key, as is a value that cannot be kept. name stands in front of each error; several errors come joined, one a line.
func Parse(name string, text []byte) (*Chart, error) {
	var f file
	if err := strict.Decode(name, text, &f); err != nil {
		return nil, err
	}
	p := parser{name: name, untimed: f.Untimed, chart: &Chart{Procedure: f.Procedure, Title: f.Title, byCode: map[Code]int{}}}
	p.chart.untimed = untimedWords(f.Untimed)
	if len(f.Category) == 0 {
		p.fail("the chart has no [[category]]")
	}
	for _, c := range f.Category {
		p.category(c)
	}
	if len(p.errs) > 0 {
		return nil, errors.Join(p.errs...)
	}
	return p.chart, nil
}

// parser turns what was decoded into a Chart, and collects what is wrong with it.
type parser struct {
	name    string
	untimed fileUntimed
	chart   *Chart
	errs    []error
}

func (p *parser) fail(format string, args ...any) {
	p.errs = append(p.errs, fmt.Errorf("%s: "+format, append([]any{p.name}, args...)...))
}

func (p *parser) category(f fileCategory) {
	where := fmt.Sprintf("category %d", f.Number)
	if f.Number < 1 || f.Number > 9 {
		p.fail("%s: number must be 1 to 9, as in code \"1-3\"", where)
		return
	}
	if _, twice := p.chart.Category(f.Number); twice {
		p.fail("%s is there twice: put all its priorities under one [[category]]", where)
		return
	}
	if strings.TrimSpace(f.Name) == "" {
		p.fail("%s has no name", where)
	}
	if len(f.Priority) == 0 {
		p.fail("%s has no [[category.priority]]", where)
		return
	}
	first := len(p.chart.entries)
	for _, x := range f.Priority {
		p.priority(f, x)
	}
	p.chart.categories = append(p.chart.categories, Category{
		Number: f.Number, Name: f.Name, Purpose: f.Purpose, Requests: f.Requests, Process: f.Process, Rules: f.rules(),
		Entries: p.chart.entries[first:len(p.chart.entries):len(p.chart.entries)],
	})
}

func (p *parser) priority(c fileCategory, f filePriority) {
	switch {
	case f.Code.IsZero():
		p.fail("category %d: priority %q has no code, such as \"%d-3\"", c.Number, f.Name, c.Number)
		return
	case f.Code.Category != c.Number:
		p.fail("code %s stands under category %d: move it, or call it %d-%d", f.Code, c.Number, c.Number, f.Code.Priority)
		return
	case f.Code.Priority < 0 || f.Code.Priority > 9:
		p.fail("code %s: a priority is one digit, 0 to 9", f.Code)
		return
	}
	if _, twice := p.chart.byCode[f.Code]; twice {
		p.fail("code %s is there twice", f.Code)
		return
	}
	if strings.TrimSpace(f.Name) == "" {
		p.fail("code %s has no name", f.Code)
	}
	e := Entry{
		Code: f.Code, CategoryName: c.Name, PriorityName: f.Name, Target: f.Target, Description: f.Description, Items: f.Items,
		Rules: f.rules().under(c.rules()),
	}
	if !e.Target.Timed() {
		e.Rules = e.Rules.under(Rules{FollowUpEvery: time.Duration(p.untimed.FollowUpEvery), FollowUpBy: p.untimed.FollowUpBy})
	}
	p.rules(e)
	p.chart.byCode[f.Code] = len(p.chart.entries)
	p.chart.entries = append(p.chart.entries, e)
}

// under returns r with what it does not say itself taken from the rules above it; lists and demands add up.
func (r Rules) under(above Rules) Rules {
	r.Emergency = r.Emergency || above.Emergency
	r.Alerts = slices.Concat(above.Alerts, r.Alerts)
	if r.AcknowledgeWithin == 0 {
		r.AcknowledgeWithin = above.AcknowledgeWithin
	}
	r.ResolveOrAssign = r.ResolveOrAssign || above.ResolveOrAssign
	r.Vendors = slices.Concat(above.Vendors, r.Vendors)
	r.Waits = slices.Concat(above.Waits, r.Waits)
	r.Escalate = first(r.Escalate, above.Escalate)
	r.NeedsNote = r.NeedsNote || above.NeedsNote
	r.Scheduled = r.Scheduled || above.Scheduled
	r.ScheduledWhen = slices.Concat(above.ScheduledWhen, r.ScheduledWhen)
	r.NeedsDate = r.NeedsDate || above.NeedsDate
	r.OverdueFirst = r.OverdueFirst || above.OverdueFirst
	r.ApprovedBy = first(r.ApprovedBy, above.ApprovedBy)
	if r.FollowUpEvery == 0 {
		r.FollowUpEvery = above.FollowUpEvery
	}
	r.FollowUpBy = first(r.FollowUpBy, above.FollowUpBy)
	r.Documents = slices.Concat(above.Documents, r.Documents)
	return r
}

func first[T ~string](a, b T) T {
	if a != "" {
		return a
	}
	return b
}

// rules refuses rules that contradict the row they stand in, or could never be kept.
func (p *parser) rules(e Entry) {
	r, where := e.Rules, "code "+e.Code.String()
	if e.Target.Timed() && len(r.Waits) > 0 {
		p.fail("%s has a target and waits_on: a request that waits has no running clock; leave one of them out", where)
	}
	if e.Target.Timed() && r.Scheduled {
		p.fail("%s has a target and is scheduled: scheduled work has a date of its own; leave the target out", where)
	}
	for _, w := range r.Waits {
		oneOf(p, where, "waits_on", w, Vendor, District, Customer, Investigation)
	}
	if r.FollowUpBy != "" {
		oneOf(p, where, "follow_up_by", r.FollowUpBy, OriginalAssignee, CurrentAssignee)
	}
	if r.ApprovedBy != "" && r.ApprovedBy != "supervisor" {
		p.fail("%s: unless_approved_by = %q: only a \"supervisor\" approves", where, r.ApprovedBy)
	}
	if !r.Scheduled && (r.NeedsDate || r.OverdueFirst || r.ApprovedBy != "" || len(r.ScheduledWhen) > 0) {
		p.fail("%s: needs_date, overdue_first, unless_approved_by and scheduled_when need scheduled = true", where)
	}
	if strings.ContainsAny(r.Escalate, " \t\r\n") {
		p.fail("%s: escalate_to = %q: write the name of a [[team]], which has no spaces", where, r.Escalate)
	}
	for _, a := range r.Alerts {
		p.alert(where, a)
	}
	for _, d := range r.Documents {
		p.document(where, d)
	}
}

func (p *parser) alert(where string, a Alert) {
	if a.Name == "" {
		p.fail("%s: an alert has no name", where)
	}
	if len(a.On) == 0 {
		p.fail("%s: alert %q has no moment: write on = [\"categorized\"], [\"believed\"], or both", where, a.Name)
	}
	for _, on := range a.On {
		oneOf(p, where, "alert \""+a.Name+"\": on", on, Categorized, Believed)
	}
	for _, w := range a.Words {
		if plainWords(w) == "" {
			p.fail("%s: alert %q: %q has no letter or digit to look for", where, a.Name, w)
		}
	}
}

// signatures are names that mail programs give to the pictures in signatures, none of which may pass for a document.
var signatures = []string{"image001.png", "image.png", "logo.png", "logo.jpg", "signature.png", "Outlook-abcdefgh.png", "ATT00001.txt", "smime.p7s"}

func (p *parser) document(where string, d Document) {
	if d.Name == "" {
		p.fail("%s: a document has no name", where)
	}
	oneOf(p, where, "document \""+d.Name+"\": due", d.Due, Opening, Resolving)
	if len(d.Patterns) == 0 {
		p.fail("%s: document %q has no patterns, so no file could satisfy it", where, d.Name)
	}
	for _, pattern := range d.Patterns {
		for _, s := range signatures {
			if (Document{Patterns: []string{pattern}}).Matches(s) {
				p.fail("%s: document %q: the pattern %q accepts a signature's %q: ask for a word of the document's name", where, d.Name, pattern, s)
				break
			}
		}
	}
}
